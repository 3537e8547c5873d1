"""Commands to talk with: the demo, the chat in the terminal, the replay for programs."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.cli import parts, scripts
from bot.events import Who

if TYPE_CHECKING:
    from bot.turn import Shell
    from storage.store import SqlStore


@click.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@parts.DATABASE
def demo(port: int, db: str) -> None:
    """Three panes over an invented team, on 127.0.0.1; no accounts, no keys to make.

    Example: afterword demo --port 8081
    """
    from adapters.web.app import build_app, serve
    from adapters.web.chat_log import ChatLog
    from adapters.web.people import Person
    from bot.cli.attacking import attack
    from bot.demo import DemoClock, Once, life, settle, skip, who
    from bot.turn import SystemClock
    from scheduler import ticker

    clock = DemoClock(SystemClock())
    messages = ChatLog(clock)
    people = [Person(who(one.user), one.name, life().team, one.about) for one in life().people]
    supervisor = next(person for person in people if person.who.user in life().setup.supervisors)

    async def run(shell: Shell) -> None:
        shell.address = f"http://127.0.0.1:{port}"
        left = await settle(shell, clock, ticker.tick)
        # A database that is kept is opened again at the real time, so no weeks are skipped in it.
        weeks = None if db else partial(skip, shell, clock, ticker.tick, left=left)
        tried = partial(attack, shell, store)
        app = build_app(shell, people, messages, supervisor=supervisor, skip=weeks, attack=tried)
        runner = await serve(app, "127.0.0.1", port)
        clockwork = ticker.start(shell, clock)
        click.echo(_welcome(f"http://127.0.0.1:{port}", db))
        try:
            await parts.stopped()
        finally:
            clockwork.shutdown(wait=False)
            await runner.cleanup()
            await shell.close()

    with parts.local(db) as store:
        parts.run(run(parts.shell(store, Once(messages), clock)))


def _welcome(url: str, db: str) -> str:
    kept = f"What you write is kept in {db}." if db else "What you write is gone when this stops."
    return f"Afterword is ready: {url}\n{kept} Stop it with Ctrl-C."


@click.command()
@click.argument("script", default="")
@click.option("--lang", default="", help="The language to talk in: en or es.")
@click.option("--as", "user", default="me", show_default=True, help="Whose conversation it is.")
@click.option("--plain", is_flag=True, help="Line by line, as for a screen reader.")
@parts.DATABASE
def chat(script: str, lang: str, user: str, plain: bool, db: str) -> None:
    """One conversation in the terminal; SCRIPT is a name, or a file that somebody is writing.

    Example: afterword chat between-sites --lang es
    """
    from adapters.terminal import Fault, converse

    own = [*([] if user == "me" else ["--as", user]), *(["--plain"] if plain else [])]
    back = shlex.join([*_called(), "chat", "--db", db, *own]) if db else ""

    async def run(shell: Shell) -> None:
        who = Who(platform="local", tenant="local", user=user)
        try:
            await converse(shell, who, script, lang, back=back, plain=plain)
        finally:
            await shell.close()

    with parts.local(db) as store:
        shell = parts.shell(store, parts.Silent())
        if script.endswith(".toml"):
            shell.library, script = scripts.with_script(script)
        try:
            parts.run(run(shell))
        except Fault as fault:
            click.echo(fault.words, err=True)
            sys.exit(1)


def _called() -> list[str]:
    """This command as it can be typed again."""
    if shutil.which("afterword"):
        return ["afterword"]
    as_module = Path(sys.argv[0]).name == "__main__.py"
    return [sys.executable, "-m", "bot"] if as_module else [sys.argv[0]]


_FILE = click.Path(exists=True, allow_dash=True, path_type=Path)


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=_FILE)
@click.option("--check", is_flag=True, help="FILEs are transcripts, scripts that have some, or folders of prompts.")
@click.option("--write", is_flag=True, help="Writes into transcripts what the bot answers, instead of comparing.")
@parts.DATABASE
def replay(files: tuple[Path, ...], check: bool, write: bool, db: str) -> None:
    """Timed events in, the bot's messages out, a JSON line each, under a virtual clock.

    A line that is unknown or impossible gives {"error": …}, and the next one is played.

    With --check, whole talks as tests: whether the bot still answers as written, and what it says instead; exit code 1
    where it does not. It touches no database.

    Example: afterword replay talk.jsonl

    Example: afterword replay --check my-prompts/transcripts/first-words.en.txt
    """
    if check or write:
        _check(files, write=write, db=db)
        return
    if len(files) > 1:
        raise click.UsageError("One file at a time; several only with --check.")
    if files and files[0].is_dir():
        raise click.UsageError("A folder is played only with --check.")
    try:
        opened = click.open_file(str(files[0]) if files else "-", encoding="utf-8", errors="replace")
    except OSError as error:
        raise click.UsageError(f"{files[0]} cannot be read: {error.strerror}.") from None
    with opened as file:
        _replay(file, db)


def _check(files: tuple[Path, ...], *, write: bool, db: str) -> None:
    from bot.cli import checking

    if db:
        raise click.UsageError("--check plays in a database of its own, so leave --db out.")
    if not files:
        raise click.UsageError("Name what to check: a transcript, a script, or a folder such as my-prompts.")
    if not checking.checked(files, write=write):
        sys.exit(1)


def _replay(file: IO[str], db: str) -> None:
    from bot.replay import Outbox, Replay, VirtualClock
    from scheduler.ticker import tick

    def write(line: Mapping[str, Any]) -> None:
        click.echo(json.dumps(line, ensure_ascii=False))
        sys.stdout.flush()

    async def run(store: SqlStore) -> None:
        outbox, clock = Outbox(), VirtualClock()
        shell = parts.shell(store, outbox, clock)
        try:
            await Replay(shell, outbox, clock, tick, write).lines(iter(file.readline, ""))
        finally:
            await shell.close()

    with parts.local(db) as store:
        parts.run(run(store))


COMMANDS = (demo, chat, replay)
