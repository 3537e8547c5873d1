"""The command line: the one place that knows every part, and puts them together."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from bot import logs
from bot.config import Settings, existing, settings
from bot.events import Who
from bot.ports import Delivery, Messenger, Refusal, Setup
from prompts.source import ScriptError

if TYPE_CHECKING:
    from bot.turn import Shell
    from prompts.library import Library
    from prompts.script import Script
    from storage.keyring import Keyring
    from storage.store import SqlStore

DATABASE = click.option("--db", default="", metavar="URL", help="Another database, such as sqlite:///afterword.db.")


class Commands(click.Group):
    """Says what went wrong in one line: exit code 2 for bad use, 1 for a problem that was found."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            click.echo(f"afterword: {refusal.words}", err=True)
            ctx.exit(2)
        except ScriptError as error:
            for fault in error.faults:
                click.echo(str(fault), err=True)
            ctx.exit(1)
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115  (whoever read us has gone)
            ctx.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="afterword")
def main() -> None:
    """Afterword: a few quiet minutes after the visit.

    Example: afterword chat
    """
    logs.configure()


# Talking


@main.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@DATABASE
def demo(port: int, db: str) -> None:
    """Three panes over an invented team, on 127.0.0.1; no accounts, no keys to make.

    Example: afterword demo --port 8081
    """
    from adapters.web.app import build_app, serve
    from adapters.web.chat_log import ChatLog
    from adapters.web.people import Person
    from bot.demo import DemoClock, Once, life, settle, skip, who
    from bot.turn import SystemClock
    from scheduler import ticker

    clock = DemoClock(SystemClock())
    messages = ChatLog(clock)
    people = [Person(who(one.user), one.name, life().team, one.about) for one in life().people]
    supervisor = next(person for person in people if person.who.user in life().setup.supervisors)

    async def run(shell: Shell) -> None:
        left = await settle(shell, clock, ticker.tick)
        # A database that is kept is opened again at the real time, so no weeks are skipped in it.
        weeks = None if db else partial(skip, shell, clock, ticker.tick, left=left)
        app = build_app(shell, people, messages, supervisor=supervisor, skip=weeks)
        runner = await serve(app, "127.0.0.1", port)
        clockwork = ticker.start(shell, clock)
        click.echo(_welcome(f"http://127.0.0.1:{port}", db))
        try:
            await _stopped()
        finally:
            clockwork.shutdown(wait=False)
            await runner.cleanup()
            await shell.close()

    with _local(db) as store:
        _run(run(_shell(store, Once(messages), clock)))


def _welcome(url: str, db: str) -> str:
    kept = f"What you write is kept in {db}." if db else "What you write is gone when this stops."
    return f"Afterword is ready: {url}\n{kept} Stop it with Ctrl-C."


@main.command()
@click.argument("script", default="")
@click.option("--lang", default="", help="The language to talk in: en or es.")
@click.option("--as", "user", default="me", show_default=True, help="Whose conversation it is.")
@click.option("--plain", is_flag=True, help="Line by line, as for a screen reader.")
@DATABASE
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

    with _local(db) as store:
        shell = _shell(store, Silent())
        if script.endswith(".toml"):
            shell.library, script = shell.library.with_script(_script(script)), Path(script).stem
        try:
            _run(run(shell))
        except Fault as fault:
            click.echo(fault.words, err=True)
            sys.exit(1)


def _called() -> list[str]:
    """This command as it can be typed again."""
    if shutil.which("afterword"):
        return ["afterword"]
    as_module = Path(sys.argv[0]).name == "__main__.py"
    return [sys.executable, "-m", "bot"] if as_module else [sys.argv[0]]


@main.command()
@click.argument("file", default="-", type=click.File(encoding="utf-8", errors="replace"))
@DATABASE
def replay(file: TextIO, db: str) -> None:
    """Timed events in, the bot's messages out, a JSON line each, under a virtual clock.

    A line that is unknown or impossible gives {"error": …}, and the next one is played.

    Example: afterword replay talk.jsonl
    """
    from bot.replay import Outbox, Replay, VirtualClock
    from scheduler.ticker import tick

    def write(line: Mapping[str, Any]) -> None:
        click.echo(json.dumps(line, ensure_ascii=False))
        sys.stdout.flush()

    async def run(store: SqlStore) -> None:
        outbox, clock = Outbox(), VirtualClock()
        shell = _shell(store, outbox, clock)
        try:
            await Replay(shell, outbox, clock, tick, write).lines(iter(file.readline, ""))
        finally:
            await shell.close()

    with _local(db) as store:
        _run(run(store))


# Scripts


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--coverage", is_flag=True, help="Which themes the scripts touch, instead.")
def lint(paths: tuple[Path, ...], form: str, coverage: bool) -> None:
    """Checks scripts, cards, codebook and translations; exit code 1 on an error.

    Example: afterword lint prompts/scripts/quick-visit.toml
    """
    from prompts import coverage as covering
    from prompts.lint import checked_library, lint_paths

    if coverage:
        library = checked_library()
        as_json = json.dumps(covering.as_json(library), ensure_ascii=False, indent=2)
        click.echo(as_json if form == "json" else covering.as_text(library))
        return
    faults = lint_paths(paths)
    if form == "json":
        click.echo(json.dumps([asdict(fault) for fault in faults], ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            click.echo(str(fault))
        errors = sum(fault.severity == "error" for fault in faults)
        click.echo(f"Errors: {errors}. Warnings: {len(faults) - errors}." if faults else "No faults found.")
    if any(fault.severity == "error" for fault in faults):
        sys.exit(1)


@main.command()
@click.argument("script")
@click.option("--use", default=2, show_default=True, type=click.IntRange(1), help="The how-manieth time it is used.")
@click.option("--graph", type=click.Choice(["mermaid"]), help="The script as a graph instead.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def walk(script: str, use: int, graph: str | None, form: str) -> None:
    """Every path through a script: number, shortest, longest, minutes, taps, screens.

    Example: afterword walk quick-visit --format json
    """
    from prompts import walk as walking

    found = _script(script)
    if graph:
        click.echo(walking.mermaid(found))
    elif form == "json":
        click.echo(json.dumps(walking.as_json(found, use), ensure_ascii=False, indent=2))
    else:
        click.echo(walking.as_text(found, use))


def _script(name: str) -> Script:
    """A script of ours by its name, or one in a file."""
    from prompts.lint import checked_library, lone_script

    if name.endswith(".toml"):
        return lone_script(Path(name))
    library = checked_library()
    if name not in library.scripts:
        raise click.BadParameter(f"there is {', '.join(library.scripts)}, or a path to a .toml file.")
    return library.scripts[name]


# Teams


@main.group()
def team() -> None:
    """Teams, from a shell. Names are tenant/name.

    Example: afterword team set north/first-steps --member ada --supervisor sam
    """


@team.command("set")
@click.argument("name")
@click.option("--member", "members", multiple=True, help="A member's user id on the platform; as often as needed.")
@click.option("--supervisor", "supervisors", multiple=True, help="A supervisor's user id; is never counted.")
@click.option("--zone", default="UTC", show_default=True, help="Where the team lives, such as America/New_York.")
@click.option("--circle", default="", help="The circle that it publishes with; alone where there is none.")
@click.option("--platform", type=click.Choice(["local", "slack", "teams"]), default="local", show_default=True)
@DATABASE
def team_set(
    name: str, members: tuple[str, ...], supervisors: tuple[str, ...], zone: str, circle: str, platform: str, db: str
) -> None:
    """Makes a team, or adds to it.

    Example: afterword team set north/first-steps --member ada --member ben --zone America/New_York
    """
    tenant, _, own = name.rpartition("/")
    setup = Setup(
        platform=platform, tenant=tenant or "local", team=own, members=members, supervisors=supervisors, zone=zone,
        circle=circle,
    )  # fmt: skip
    from bot.turn import SystemClock

    with _store(db, new=True) as store:
        store.set_up(setup, SystemClock().now())
    click.echo(f"{name}: {len(members)} members and {len(supervisors)} supervisors added.")


@team.command("leave")
@click.argument("name")
@click.argument("person")
@DATABASE
def team_leave(name: str, person: str, db: str) -> None:
    """Takes a person out of a team; what they keep stays theirs.

    Example: afterword team leave north/first-steps north/ada
    """
    from bot.turn import SystemClock

    with _store(db) as store:
        who = _known(store, person)
        if not store.leave_team(who, name.rpartition("/")[2], SystemClock().now()):
            raise Refusal("unknown", f"{person} is not in a team {name}.")
    click.echo(f"{person} is not in {name} any more.")


@main.command()
@click.argument("person")
@click.option("--yes", is_flag=True, help="Do not ask.")
@DATABASE
def erase(person: str, yes: bool, db: str) -> None:
    """Everything of a person goes, for good: words, settings, keys.

    Example: afterword erase north/ada
    """
    from bot.turn import SystemClock

    with _store(db) as store:
        who = _known(store, person)
        if not yes:
            click.confirm(f"Erase everything of {person}? This cannot be undone.", abort=True)
        store.erase(who, SystemClock().now())
        pending = store.erasure_pending
    click.echo(f"{person} is erased.")
    if pending:
        click.echo("Another process still holds deleted (and unreadable) bytes; they go when it lets go of them.")


def _known(store: SqlStore, person: str) -> Who:
    """A person by tenant/user, or by the user alone where that is unique."""
    tenant, _, user = person.rpartition("/")
    found = [who for who, _ in store.people() if who.user == user and tenant in ("", who.tenant)]
    if not found:
        raise Refusal("unknown", f"Nobody is known as {person}; use tenant/user.")
    if len(found) > 1:
        raise Refusal("ambiguous", f"There are {len(found)} people called {person}; use tenant/user.")
    return found[0]


# Operating


@main.command()
@DATABASE
def migrate(db: str) -> None:
    """Brings both databases to the newest schema.

    Example: afterword migrate --db postgresql://127.0.0.1/afterword
    """
    from storage.store import migrate as bring

    given = settings(os.environ, db)
    bring(given.database_url, given.keys_url)
    click.echo("Both databases are at the newest version.")


@main.group()
def keys() -> None:
    """The keyring.

    Example: afterword keys new
    """


@keys.command("new")
def keys_new() -> None:
    """Prints a new key, to be put on the first line of the key file.

    Example: (umask 077; afterword keys new > afterword.key)
    """
    from storage.keyring import new_key

    click.echo(new_key())


@keys.command("rotate")
@DATABASE
def keys_rotate(db: str) -> None:
    """Wraps every key with the newest of the ring, once every running process has read it.

    Example: AFTERWORD_KEY_FILE=afterword.key afterword keys rotate
    """
    from storage.rotation import rotate
    from storage.store import open_keys

    given = settings(os.environ, db)
    store = open_keys(existing(given).keys_url, _ring(given, make=False))
    try:
        count = rotate(store)
    finally:
        store.close()
    click.echo(f"{count} keys wrapped again." if count else "Everything is under the newest key already.")


@main.command()
@DATABASE
def doctor(db: str) -> None:
    """A check of the whole set-up, with what to do; exit code 1 where something is wrong.

    Example: afterword doctor
    """
    from bot.doctor import checks
    from bot.turn import SystemClock

    wrong, today = 0, SystemClock().now().date()
    for name, finding in checks(
        lambda: settings(os.environ, db), lambda given: _opened(existing(given), make=False), today
    ):
        wrong += not finding.fine
        click.echo(f"{'ok   ' if finding.fine else 'FAULT'}  {name}: {finding.words}")
    if wrong:
        sys.exit(1)


# Putting the parts together


class Silent:
    """The terminal has no chat beside the talk, so what a chat would keep is said nowhere."""

    async def send(self, delivery: Delivery) -> None:
        pass


@cache
def _library() -> Library:
    from prompts.lint import checked_library

    return checked_library()


def _shell(store: SqlStore, messenger: Messenger, clock: Any = None) -> Shell:
    from bot.turn import Shell, SystemClock

    workers = 1 if store.database.sqlite else 4
    return Shell(_library(), store, messenger, workers, clock or SystemClock())


def _ring(given: Settings, *, make: bool) -> Keyring:
    """The keyring of the environment; for a local database without one, a key file beside it (`make`: made here)."""
    from storage import keyring
    from storage.database import database_url

    for url in (given.database_url, given.keys_url):
        database_url(url)  # refuses a wrong address before anything is made
    if given.key_file or given.key:
        return keyring.from_environment(os.environ)
    beside = Path(given.keys_url.partition(":///")[2] or "afterword-keys.db").with_suffix(".key")
    if make and not beside.exists():
        with open(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(keyring.new_key() + "\n")
    return keyring.from_file(beside) if beside.exists() else keyring.from_environment(os.environ)


def _opened(given: Settings, *, make: bool) -> SqlStore:
    from storage.store import open_store

    scripts = _library().scripts.values()
    return open_store(
        given.database_url, given.keys_url, _ring(given, make=make), program=given.program, scripts=scripts
    )


@contextmanager
def _store(db: str, *, new: bool = False) -> Iterator[SqlStore]:
    """The installation's store, for administrators; `new`: it may be made now."""
    given = settings(os.environ, db)
    store = _opened(given if new else existing(given), make=False)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _local(db: str) -> Iterator[SqlStore]:
    """A store for one person at one machine: a database that was named, or one that goes when the command ends."""
    from storage.store import temporary_store

    given = settings(os.environ, db)
    if db:
        store = _opened(given, make=True)
        try:
            yield store
        finally:
            store.close()
    else:
        with temporary_store(program=given.program, scripts=_library().scripts.values()) as store:
            yield store


async def _stopped() -> None:
    """Until somebody wants the process to end: Ctrl-C, or a polite kill."""
    over = asyncio.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # not every system has them on the loop; Ctrl-C works all the same
            asyncio.get_running_loop().add_signal_handler(wanted, over.set)
    await over.wait()


def _run(work: Any) -> Any:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        click.echo()
        return None
