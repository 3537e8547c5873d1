"""The command line as a program or a person meets it: the real command in a real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.events import Who
from storage.keyring import from_environment
from storage.store import open_store

ROOT = Path(__file__).parent.parent
ADMIN = {
    "at": "2026-11-02T16:00:00Z",
    "admin": {"team": "north", "members": ["ada", "ben"], "supervisors": ["sam"], "timezone": "America/New_York",
              "circle": "all", "settings": {}},
}  # fmt: skip
KEYS = {"at", "to", "text", "input", "choices", "step", "script", "prompt", "surface"}


def line(**event: Any) -> dict[str, Any]:
    return {"at": "2026-11-02T16:40:00Z", "from": "ada", "team": "north", **event}


def afterword(*words: str, given: str = "", env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Any:
    """Runs the real command; everything it printed, and its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=given, capture_output=True, text=True, timeout=60, cwd=cwd or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "AFTERWORD_KEY": "", "AFTERWORD_KEY_FILE": "", **(env or {})},
    )  # fmt: skip


def replayed(*events: Any, words: tuple[str, ...] = (), cwd: Path | None = None) -> list[dict[str, Any]]:
    given = "\n".join(event if isinstance(event, str) else json.dumps(event) for event in events)
    done = afterword("replay", *words, given=given, cwd=cwd)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return [json.loads(row) for row in done.stdout.splitlines()]


# replay


def test_replay_answers_each_line_and_says_when_all_of_it_is_out() -> None:
    rows = replayed(ADMIN, line(say="reflect"), line(choose="private"), line(choose="keep"), line(write="a look"))
    assert [row["done"] for row in rows if "done" in row] == [1, 2, 3, 4, 5]
    messages = [row for row in rows if "text" in row]
    assert all(set(row) == KEYS for row in messages)
    assert [row["surface"] for row in messages] == ["message", "private", "private", "private"]
    assert messages[-1]["input"] == "multi"
    assert messages[-1]["to"] == "ada"
    assert messages[-1]["at"] == "2026-11-02T16:40:00Z"


def test_replay_can_be_conversed_with() -> None:
    """Every output line is flushed: a program may read an answer before it writes the next line."""
    command = [sys.executable, "-m", "bot", "replay"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        prompts = []
        for event in (line(say="reflect"), line(choose="private"), line(choose="nothing"), line(write="skip")):
            child.stdin.write(json.dumps(event) + "\n")
            child.stdin.flush()
            while "done" not in (row := json.loads(child.stdout.readline())):
                prompts.append(row["prompt"])
        child.stdin.close()
        assert child.wait(timeout=30) == 0
    assert len(set(prompts)) == 4


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("not json", "line 1 is not JSON"),
        ("[1]", "line 1"),
        ('{"at": "2026-11-02T16:40:00Z"}', "exactly one of"),
        ('{"at": "2026-11-02T16:40:00", "from": "ada", "say": "x"}', "at"),
        ('{"at": "yesterday", "from": "ada", "say": "x"}', "at"),
        ('{"at": "2026-11-02T16:40:00Z", "say": "zqsecret"}', '"from" is missing'),
        ('{"at": "2026-11-02T16:40:00Z", "from": "ada", "say": "zqsecret", "write": "zqsecret"}', "exactly one of"),
        ('{"at": "2026-11-02T16:40:00Z", "from": "ada", "shout": "zqsecret"}', "not known"),
        ('{"at": "2026-11-02T16:40:00Z", "from": "ada", "choose": {"zqsecret": 1}}', "choose"),
        ('{"at": "2026-11-02T16:40:00Z", "tick": false}', "tick"),
        ('{"at": "2026-11-02T16:40:00Z", "admin": {"team": "n", "timezone": "Mars/Base"}}', "time zone"),
        ('{"at": "2026-11-02T16:40:00Z", "admin": {"team": "n", "settings": {"colour": 1}}}', "settings"),
        ("[" * 100_000, "line 1"),
    ],
)
def test_replay_names_a_bad_line_and_goes_on(bad: str, words: str) -> None:
    rows = replayed(bad, line(say="reflect"))
    assert words in rows[0]["error"]
    assert "zqsecret" not in json.dumps(rows)
    assert [row["done"] for row in rows if "done" in row] == [1, 2]
    assert any("text" in row for row in rows)


def test_a_repeated_id_changes_nothing_and_gets_the_current_prompt() -> None:
    rows = replayed(
        line(say="reflect"), line(choose="private"), line(choose="keep"), line(write="once", id="a"),
        line(write="once", id="a"), line(write="back"),
    )  # fmt: skip
    messages = [row for row in rows if "text" in row]
    assert messages[3]["prompt"] == messages[4]["prompt"]
    assert messages[3]["step"] == messages[4]["step"] == "feel"
    assert messages[5]["step"] == "moment"


def test_a_replay_goes_on_where_an_earlier_one_stopped(tmp_path: Path) -> None:
    words = ("--db", f"sqlite:///{tmp_path}/a.db")
    replayed(line(say="reflect"), line(choose="private"), line(choose="keep"), line(write="a look"), words=words)
    rows = replayed(line(choose="private"), words=words)
    assert rows[0]["step"] == "feel"
    assert (tmp_path / "a-keys.key").stat().st_mode & 0o777 == 0o600


def test_pages_and_forms_go_through_replay() -> None:
    rows = replayed(
        ADMIN, *(line(open=name) for name in ("home", "data", "consent", "report", "packet", "nowhere")),
        line(submit={"form": "language", "values": {"language": "es"}}), line(open="home"),
    )  # fmt: skip
    pages = [row["page"]["name"] for row in rows if "page" in row]
    assert pages == ["home", "data", "consent", "report", "packet", "home", "home"]
    assert [row for row in rows if "page" in row][-1]["page"]["title"] == "Afterword"


def test_a_supervisor_elsewhere_sees_nothing_of_this_team() -> None:
    other = {"at": "2026-11-02T16:00:00Z", "admin": {"team": "south/hill", "supervisors": ["zoe"], "members": ["kim"]}}
    rows = replayed(ADMIN, other, line(open="report"), line(**{"from": "zoe", "team": "south/hill", "open": "data"}))
    seen = [{**row, "prompt": ""} for row in rows if row.get("to") == "zoe"]  # a random id may well spell it
    assert seen
    assert "ada" not in json.dumps(seen)


# lint and walk


def test_lint_of_the_shipped_prompts_finds_no_error() -> None:
    done = CliRunner().invoke(main, ["lint"])
    assert done.exit_code == 0, done.output


def test_lint_names_file_line_and_rule_and_exits_with_1(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text('title = "x"\nsummary = "y"\nminutes = 2\n\n[[steps]]\nid = "a"\ntype = "fre"\ntext = "What?"\n')
    done = CliRunner().invoke(main, ["lint", str(path), "--format", "json"])
    assert done.exit_code == 1
    fault = json.loads(done.output)[0]
    assert (fault["rule"], fault["line"], fault["file"]) == ("schema", 7, str(path))


def test_lint_says_what_a_platform_cannot_show() -> None:
    done = CliRunner().invoke(main, ["lint", str(ROOT / "tests" / "lint_examples" / "slack-limit"), "--format", "json"])
    assert done.exit_code == 1
    assert "slack-limit" in {fault["rule"] for fault in json.loads(done.output)}


def test_walk_holds_quick_visit_to_its_budget() -> None:
    done = CliRunner().invoke(main, ["walk", "quick-visit", "--format", "json"])
    walked = json.loads(done.output)
    assert walked["longest"]["taps"] <= 17
    assert walked["longest"]["screens"] <= 8


def test_walk_draws_the_script_as_a_graph() -> None:
    done = CliRunner().invoke(main, ["walk", "between-sites", "--graph", "mermaid"])
    assert done.output.startswith(("flowchart", "graph"))


# Operating


def test_keys_and_doctor_and_erase_from_a_shell(tmp_path: Path) -> None:
    key = tmp_path / "ring.key"
    key.write_text(afterword("keys", "new").stdout)
    key.chmod(0o600)
    env = {"AFTERWORD_KEY_FILE": str(key), "AFTERWORD_DATABASE_URL": f"sqlite:///{tmp_path}/a.db"}
    assert afterword("migrate", env=env).returncode == 0
    made = afterword("team", "set", "north/first", "--member", "ada", "--zone", "America/New_York", env=env)
    assert "added 1 as members" in made.stdout
    assert afterword("doctor", env=env).returncode == 0
    assert afterword("erase", "north/ada", "--yes", env=env).returncode == 0
    gone = afterword("erase", "north/ada", "--yes", env=env)
    assert (gone.returncode, gone.stderr.count("\n")) == (2, 1)


def test_the_lead_of_a_workspace_can_be_named_from_a_shell(tmp_path: Path) -> None:
    env = {
        "AFTERWORD_KEY": afterword("keys", "new").stdout.strip(),
        "AFTERWORD_DATABASE_URL": f"sqlite:///{tmp_path}/a.db",
    }
    for _ in range(2):  # once more says the same
        done = afterword("role", "lead", "T0123456/U0456789", env=env)
        assert (done.returncode, done.stderr) == (0, "")
        assert "T0123456/U0456789" in done.stdout
    for bad in ("U0456789", "/U1", "T1/", "T1/U1/x"):
        refused = afterword("role", "lead", bad, env=env)
        assert (refused.returncode, "tenant/user" in refused.stderr) == (2, True)
    with_ring = {"AFTERWORD_KEY": env["AFTERWORD_KEY"]}
    store = open_store(env["AFTERWORD_DATABASE_URL"], f"sqlite:///{tmp_path}/a-keys.db", from_environment(with_ring))
    try:
        (known,) = store.people()
        with store.transaction() as turn:
            assert turn.load(known[0], datetime.now(UTC)).facts.leads
        assert known[0] == Who(platform="slack", tenant="T0123456", user="U0456789")
    finally:
        store.close()


def test_a_database_that_is_not_there_is_not_made_by_looking_for_it(tmp_path: Path) -> None:
    env = {"AFTERWORD_KEY": afterword("keys", "new").stdout.strip()}
    for words in (("erase", "a/b", "--yes"), ("doctor",), ("keys", "rotate"), ("team", "leave", "a/b", "c")):
        done = afterword(*words, "--db", f"sqlite:///{tmp_path}/typo.db", env=env)
        assert done.returncode in (1, 2)
        assert "no database at" in done.stdout + done.stderr
    assert not list(tmp_path.iterdir())


def test_a_script_in_a_file_can_be_talked_through(tmp_path: Path) -> None:
    path = tmp_path / "everything.toml"
    text = (ROOT / "tests" / "library" / "scripts" / "everything.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('"Which of these?"', '"Which of these?"\nsensitive = true'), encoding="utf-8")
    done = afterword("chat", str(path), given="1\n1\n2\n")
    assert "How heavy is it?" in done.stdout


def test_a_lost_key_is_a_clear_refusal_to_start(tmp_path: Path) -> None:
    env = {
        "AFTERWORD_KEY": afterword("keys", "new").stdout.strip(),
        "AFTERWORD_DATABASE_URL": f"sqlite:///{tmp_path}/a.db",
    }
    assert afterword("team", "set", "north/first", "--member", "ada", env=env).returncode == 0
    env["AFTERWORD_KEY"] = afterword("keys", "new").stdout.strip()
    refused = afterword("team", "set", "north/first", "--member", "ben", env=env)
    assert refused.returncode == 2
    assert refused.stderr.startswith("afterword: ")
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "--db", "sqlite:////no/such/folder/a.db"),
        ("replay", "--db", "postgresql://127.0.0.1:1/nothing"),
        ("replay", "--db", "rubbish"),
        ("replay", "no-such-file.jsonl"),
        ("chat", "no-such-script"),
        ("chat", "--lang", "xx"),
        ("walk", "no-such-script"),
        ("erase", "nobody"),
        ("demo", "--port", "0"),
        ("no-such-command",),
        ("team", "set", "north/first", "--zone", "Mars/Base", "--member", "ada"),
    ],
)
def test_bad_use_is_one_clear_line_and_exit_code_2(words: tuple[str, ...], tmp_path: Path) -> None:
    done = afterword(*words, cwd=tmp_path, env={"AFTERWORD_KEY": "q" * 43})
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_a_broken_database_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"this is not a database" * 400)
    done = afterword("replay", "--db", f"sqlite:///{tmp_path}/a.db")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "a.db" in done.stderr


def test_every_command_has_help_with_an_example() -> None:
    def walk(command: Any, path: list[str]) -> None:
        shown = CliRunner().invoke(main, [*path, "--help"])
        assert shown.exit_code == 0
        assert "Example:" in shown.output, path
        for name, child in getattr(command, "commands", {}).items():
            walk(child, [*path, name])

    walk(main, [])
