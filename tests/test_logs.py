"""Logs hold nothing that anybody wrote: each test is named as the claim that it holds (docs/privacy.md)."""

from __future__ import annotations

import ast
import asyncio
import importlib
import io
import json
import logging
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fake_slack import Phone, fake_slack
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter
from test_architecture import MODULES, ROOT
from test_serve import afterword, environment, free_port, now, raw

from bot import logs
from bot.metrics import Counts

CANARY = "zqcanary-quillfeather"
FORGED = type(CANARY, (ValueError,), {"__module__": CANARY})


@contextmanager
def written() -> Iterator[io.StringIO]:
    """What the program writes while everything is told, down to the smallest."""
    stream, root = io.StringIO(), logging.getLogger()
    before, handler = root.level, logs.Funnel(stream)
    handler.setFormatter(logs.AllowList())
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield stream
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def lines(stream: io.StringIO | str) -> list[dict[str, Any]]:
    text = stream if isinstance(stream, str) else stream.getvalue()
    return [json.loads(line) for line in text.splitlines()]


# Whatever is logged --------------------------------------------------------------------------------------------------


def deep(error: BaseException, how: str) -> BaseException:
    """The same error as it may come: raised from another, while another was handled, or in a group of several."""
    try:
        if how == "cause":
            raise RuntimeError(CANARY) from error
        if how == "context":
            try:
                raise error
            except BaseException:
                raise KeyError(CANARY)  # noqa: B904
        if how == "group":
            raise BaseExceptionGroup(CANARY, [error, ExceptionGroup(CANARY, [ValueError(CANARY)])])
        raise error
    except BaseException as raised:
        return raised


text = st.one_of(st.just(CANARY), st.text(max_size=8).map(lambda around: f"{around}{CANARY}{around}"))
errors = st.builds(
    deep,
    st.sampled_from([ValueError, OSError, KeyError, UnicodeError, FORGED, KeyboardInterrupt]).flatmap(
        lambda kind: text.map(kind)
    ),
    st.sampled_from(["plain", "cause", "context", "group"]),
)
values = st.recursive(
    st.one_of(
        text, text.map(str.encode), errors, st.just(FORGED), st.integers(), st.floats(), st.none(), st.booleans()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(text, inner, max_size=2)),
    max_leaves=4,
)
names = st.one_of(st.sampled_from([*logs.FIELDS, "error", "exc_info", "stack_info", "extra", "self"]), text)


@given(event=text, fields=st.dictionaries(names, values, max_size=5), error=st.none() | errors)
def test_whatever_is_logged_by_us_nothing_of_it_is_written(
    event: str, fields: dict[str, Any], error: BaseException | None
) -> None:
    log = logs.Log("delivery-failed")
    with written() as stream:
        log.warning(event, **{**fields, "error": error})
        log.error("delivery-failed", **fields)
    told = lines(stream)
    assert len(told) == 2
    assert CANARY not in stream.getvalue()
    assert all(set(line) <= {"at", "level", "logger", *logs.FIELDS} for line in told)
    assert (told[0]["event"], told[1]["event"]) == ("str", "delivery-failed")


@given(
    name=st.one_of(text, st.sampled_from(["slack_bolt.App", "aiohttp.access", "sqlalchemy.engine", "botbuilder"])),
    message=text,
    args=st.one_of(st.just(()), st.lists(values, max_size=3).map(tuple), st.dictionaries(text, values)),
    extra=st.dictionaries(st.sampled_from(["event", "kind", "listed", "rule", "outcome"]), values),
    error=st.none() | errors,
)
def test_whatever_another_library_logs_only_its_name_and_a_class_are_written(
    name: str, message: str, args: Any, extra: dict[str, Any], error: BaseException | None
) -> None:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, logging.ERROR, CANARY, 1, message, None, info, CANARY, CANARY)
    record.args, record.levelname, record.threadName = args, CANARY, CANARY
    record.__dict__.update(extra)
    stream = io.StringIO()
    funnel = logs.Funnel(stream)
    funnel.setFormatter(logs.AllowList())
    funnel.handle(record)
    (line,) = lines(stream)
    assert CANARY not in stream.getvalue()
    assert set(line) <= {"at", "level", "logger", "kind", "where", "through", "behind"}
    assert line["level"] == "error"


def test_a_line_says_what_happened_where_and_what_was_behind_it() -> None:
    log = logs.Log("delivery-failed", "chat.update", "unknown")
    with written() as stream:
        try:
            try:
                logs.class_name(None)  # type: ignore[arg-type]
            except AttributeError as error:
                raise ExceptionGroup(CANARY, [ValueError(CANARY), KeyError(CANARY)]) from error
        except ExceptionGroup as error:
            log.warning(
                "delivery-failed", platform="slack", rule="chat.update", status=403, milliseconds=2.4, error=error
            )
            behind = error.__cause__
        assert behind is not None
        log.error("delivery-failed", error=behind, count=7, outcome="channel_not_found")
    first, second = lines(stream)
    assert first.pop("at")
    assert first == {
        "level": "warning", "logger": "afterword", "event": "delivery-failed", "platform": "slack",
        "rule": "chat.update", "status": 403, "milliseconds": 2, "kind": "ExceptionGroup",
        "behind": ["AttributeError", "ValueError", "KeyError"],
    }  # fmt: skip
    assert second["where"].startswith("bot/logs.py:")
    assert (second["count"], second["outcome"]) == (1, "str")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("rule", "chat.update", "chat.update"),
        ("rule", "chat.delete", "str"),
        ("platform", "teams", "teams"),
        ("platform", "T024BE7LD", "str"),
        ("kind", KeyError, "KeyError"),
        ("kind", FORGED, "ValueError"),
        ("kind", "KeyError", "str"),
        ("status", 404, 404),
        ("status", 20261102, "int"),
        ("status", True, "bool"),
        ("milliseconds", 12.6, 13),
        ("milliseconds", float("nan"), "float"),
        ("count", 0, 0),
        ("count", 57, 10),
        ("count", [CANARY], "list"),
    ],
)
def test_a_value_that_is_not_on_the_list_is_told_by_its_type_alone(field: str, value: object, shown: object) -> None:
    with written() as stream:
        logs.Log("done", "chat.update").info("done", **{field: value})
    assert lines(stream)[0][field] == shown


def test_lines_of_one_request_carry_one_random_word_and_those_of_another_another() -> None:
    log = logs.Log("done")

    async def taken() -> None:
        with logs.request():
            log.info("done")
            with logs.request():
                await asyncio.create_task(told())

    async def told() -> None:
        log.info("done", request=CANARY)

    with written() as stream:
        asyncio.run(taken())
        asyncio.run(taken())
        log.info("done")
    one, same, another, last, none = (
        line.get("request", "") for line in lines(stream) if line["logger"] == "afterword"
    )
    assert one == same
    assert another == last
    assert one != another
    assert len(one) == 8
    assert none == ""


# The whole process ---------------------------------------------------------------------------------------------------


CRASHES = {
    "warning": f"import warnings; warnings.warn('{CANARY}')",
    "uncaught": f"raise ValueError('{CANARY}')",
    "chained": f"""
        try:
            raise ValueError('{CANARY}')
        except ValueError as error:
            raise ExceptionGroup('{CANARY}', [KeyError('{CANARY}')]) from error
        """,
    "thread": f"""
        import threading
        def work(): raise ValueError('{CANARY}')
        one = threading.Thread(target=work, name='{CANARY}'); one.start(); one.join()
        """,
    "finalizer": f"""
        class Held:
            def __del__(self): raise ValueError('{CANARY}')
            def __repr__(self): return '{CANARY}'
        del_me = Held(); del del_me
        """,
    "loop": f"""
        import asyncio
        async def work():
            asyncio.get_running_loop().call_soon(int, '{CANARY}')
            await asyncio.sleep(0)
        asyncio.run(logs.watched(work()))
        """,
    "nobody waits": f"""
        import asyncio, gc
        async def fails(): raise ValueError('{CANARY}')
        async def work():
            asyncio.create_task(fails(), name='{CANARY}')
            await asyncio.sleep(0.01)
            gc.collect()
        asyncio.run(logs.watched(work()))
        """,
    "wrong arguments": f"import logging; logging.getLogger('x').error('%d %d', '{CANARY}')",
    "a library": f"""
        import logging
        logging.getLogger('{CANARY}').error('%s', '{CANARY}', exc_info=ValueError('{CANARY}'))
        """,
    "exit": f"import sys; print('{CANARY}'); sys.exit(0)",
}
UNTOLD = {"exit"}


@pytest.mark.parametrize("how", CRASHES)
def test_however_a_process_crashes_it_quotes_nothing(how: str) -> None:
    code = "from bot import logs\nlogs.configure()\n" + textwrap.dedent(CRASHES[how])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert CANARY not in done.stderr
    assert bool(lines(done.stderr)) == (how not in UNTOLD)
    assert done.returncode == (1 if how in ("uncaught", "chained") else 0)


@now
async def test_a_request_that_fails_in_the_real_server_leaves_nothing_of_itself_in_the_log(tmp_path: Path) -> None:
    """Its tables are taken away under it: what was being written is in the statement that fails."""
    async with fake_slack() as slack:
        slack.workspace("T1", bot_token="xoxb-1", bot_user="UBOT", bot_id="BBOT")
        slack.person("T1", "UADA", "ada")
        port, ring = free_port(), afterword("keys", "new", tmp_path=tmp_path).stdout.strip()
        settings = {
            "AFTERWORD_KEY": ring, "AFTERWORD_PORT": str(port), "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": slack.signing_secret, "PYTHONWARNINGS": "always",
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(tmp_path, **settings),
        )  # fmt: skip
        assert process.stdout
        try:
            await process.stdout.readline()
            await process.stdout.readline()
            limits = Path(f"/proc/{process.pid}/limits")
            core = [line.split() for line in limits.read_text().splitlines() if line.startswith("Max core file size")]
            slack.app_url = f"http://127.0.0.1:{port}/slack/events"
            ada = Phone(slack, "T1", "UADA")
            await ada.command("/reflect", "quick-visit")
            await ada.tap("Keep my words, for me only")
            for table in ("conversations", "inbox"):
                with sqlite3.connect(tmp_path / "a.db") as connection:
                    connection.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
                await ada.say(f"and then {CANARY} said nothing for a while")
            await raw(
                port, f"GET /slack/events?{CANARY}={CANARY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
            )
            await raw(port, f"POST /{CANARY} {CANARY}\r\n{CANARY}\r\n\r\n".encode())
        finally:
            process.send_signal(signal.SIGTERM)
            out, said = await process.communicate()
    assert [line[4:6] for line in core] == [["0", "0"]]
    assert CANARY not in (out + said).decode()
    assert "UADA" not in said.decode()
    assert lines(said.decode())
    assert all(len(line.get("request", "12345678")) == 8 for line in lines(said.decode()))


def test_no_library_brings_a_handler_of_its_own() -> None:
    """It would write beside the list."""
    assert sum(1 for _ in everything()) > 150
    loggers = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    assert len(loggers) > 50
    own = [one for logger in loggers for one in logger.handlers if not isinstance(one, logging.NullHandler)]
    assert [one for one in own if not type(one).__module__.startswith("_pytest")] == []  # pytest listens, too


# How the tree is written ---------------------------------------------------------------------------------------------

#: Who may name the standard library's loggers: to quiet those of others.
QUIETING = {
    "adapters.slack.bolt_store", "adapters.slack.door", "adapters.teams.sdk", "adapters.web.listening", "bot.logs",
    "prompts.reading", "scheduler.ticker",
}  # fmt: skip


def calls(tree: ast.Module, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in names:
                yield node


def switched(call: ast.Call, name: str) -> object:
    return next(
        (one.value.value for one in call.keywords if one.arg == name and isinstance(one.value, ast.Constant)), 0
    )


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_line_is_made_through_the_list(name: str) -> None:
    imports = {each.name for node in ast.walk(MODULES[name]) if isinstance(node, ast.Import) for each in node.names}
    froms = {node.module for node in ast.walk(MODULES[name]) if isinstance(node, ast.ImportFrom)}
    assert name in QUIETING or not {"logging", "structlog", "warnings"} & (imports | froms)
    for call in calls(MODULES[name], "warning", "error", "info", "exception", "critical", "debug", "log"):
        assert isinstance(call.func, ast.Attribute)
        if isinstance(call.func.value, ast.Name) and call.func.value.id == "log":
            assert call.func.attr in ("info", "warning", "error")
            assert not {one.arg for one in call.keywords} - {None, "error", *logs.FIELDS}


@pytest.mark.parametrize("name", [name for name, tree in MODULES.items() if any(calls(tree, "Log"))])
def test_every_word_of_a_line_is_named_beside_it(name: str) -> None:
    known = importlib.import_module(name).log.words
    for call in calls(MODULES[name], "info", "warning", "error", "_note", "_alarm", "_refused", "_paced"):
        words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        words += [str(switched(call, field)) for field in ("rule", "platform", "outcome") if switched(call, field)]
        assert set(words) <= known, words


def test_every_rule_by_which_a_token_is_denied_is_named() -> None:
    from adapters.teams import door, tokens

    denied = {one.value for call in calls(MODULES["adapters.teams.tokens"], "Denied") for one in call.args
              if isinstance(one, ast.Constant)}  # fmt: skip
    assert len(denied) > 8
    assert denied | {rule for _, rule in tokens._RULES} | {"malformed"} <= door.log.words


def test_every_method_of_slack_that_is_called_is_named() -> None:
    from adapters.slack.outgoing import METHODS

    families = ("apps.", "auth.", "chat.", "conversations.", "oauth.", "users.", "views.", "bots.", "team.")
    found = {
        node.value
        for name, tree in MODULES.items() if name.startswith("adapters.slack") and "manifest" not in name
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(families)
        and " " not in node.value
    }  # fmt: skip
    assert found <= set(METHODS)


def everything() -> Iterator[Any]:
    for name in MODULES:
        if not name.startswith("storage.migrations") and name != "bot.__main__":
            yield importlib.import_module(name)


def test_no_error_of_a_model_quotes_what_it_could_not_read() -> None:
    models, adapters = set(), []
    for module in everything():
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ in MODULES:
                models.add(value)
            if isinstance(value, TypeAdapter):
                adapters.append(value)
    assert len(models) > 50
    assert len(adapters) >= 4
    assert not [model for model in models if not model.model_config.get("hide_input_in_errors")]
    assert not [one for one in adapters if not (one._config or {}).get("hide_input_in_errors")]


def test_no_error_of_a_database_quotes_what_it_was_given() -> None:
    engines = [call for tree in MODULES.values() for call in calls(tree, "create_engine", "engine_from_config")]
    assert len(engines) >= 2
    assert all(switched(call, "hide_parameters") is True for call in engines)
    assert not any(switched(call, "echo") for call in engines)


def test_no_request_is_written_down_because_it_came() -> None:
    runners = [call for tree in MODULES.values() for call in calls(tree, "AppRunner", "Runner", "ServerRunner")]
    assert runners
    assert all(switched(call, "access_log") is None for call in runners)
    assert not [call for tree in MODULES.values() for call in calls(tree, "run_app")]


@given(text, text, st.integers(100, 599))
def test_no_label_of_a_number_is_anything_that_came(path: str, platform: str, status: int) -> None:
    passed = iter(range(0, 10_000, 1000))
    counts = Counts(lambda: float(next(passed)))
    counts.request(f"/{path}", status)
    counts.request(f"/slack/{path}", status)
    counts.turn(platform, "answered", 0.1)
    counts.delivery(platform, "sent")
    told = counts.text().decode()
    assert CANARY not in told
    assert 'platform="other"' in told


def test_a_log_that_names_a_sentence_is_refused_where_it_is_made() -> None:
    make: Callable[[str], logs.Log] = logs.Log
    for words in ("two words", "", "ä", "x" * 61):
        with pytest.raises(AssertionError):
            make(words)


def test_a_sentence_about_a_fault_names_the_class_and_the_line() -> None:
    try:
        logs.Log("no word")
    except AssertionError as error:
        said: Mapping[str, str] = logs.fault(error)
    assert said["kind"] == "AssertionError"
    assert said["where"].startswith("bot/logs.py:")
    assert "no word" not in str(said)
