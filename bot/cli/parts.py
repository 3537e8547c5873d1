"""The parts, put together: library, keyring, store and shell as the commands need them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import logs
from bot.config import Settings, existing, own_prompts, program, settings
from bot.ports import Delivery, Messenger, Refusal

if TYPE_CHECKING:
    from bot.turn import Shell
    from prompts.library import Library
    from prompts.source import Fault
    from storage.keyring import Keyring
    from storage.store import SqlStore

DATABASE = click.option("--db", default="", metavar="URL", help="Another database, such as sqlite:///afterword.db.")


class Silent:
    """The terminal has no chat beside the talk, so what a chat would keep is said nowhere."""

    async def send(self, delivery: Delivery) -> None:
        pass


class Unusable(Refusal):
    """What somebody wrote in a program's own folder keeps the bot from starting; `faults` is what the linter says."""

    def __init__(self, folder: Path, faults: Sequence[Fault]) -> None:
        words = f"{folder} does not hold together (faults: {len(faults)}); mend what is named, then"
        super().__init__("prompts", f"{words}: afterword lint {folder}")
        self.faults = tuple(faults)


def library() -> Library:
    """Everything that can be said here, with the program's own folder over ours. Raises Unusable."""
    from prompts.source import ScriptError

    own = own_prompts(os.environ)
    try:
        return library_over(own)
    except ScriptError as error:
        if own is None:
            raise
        raise Unusable(own, error.faults) from None


def ours() -> Library:
    """What the bot says by itself."""
    return library_over(None)


def library_over(own: Path | None) -> Library:
    """Ours, with a folder over it as a program's own. Raises ScriptError."""
    from prompts.library import stamp

    moved = tuple(sorted(program(os.environ.get("AFTERWORD_CONFIG", "")).thresholds.items()))
    return _checked(own, moved, stamp(own) if own else ())


def library_of(folder: Path) -> Library:
    """Everything that can be said with a folder of prompts that somebody is writing. Raises ScriptError."""
    from prompts.lint import checked_library, stands_alone

    return checked_library(folder) if stands_alone(folder) else library_over(folder)


@cache
def _checked(own: Path | None, moved: tuple[tuple[str, tuple[str, ...]], ...], stamped: object) -> Library:
    """`moved`: thresholds that the program has moved; `stamped`: another one after a file was changed. What we ship by
    itself was proved when it was made, and is only read here."""
    from prompts.library import build, read_sources
    from prompts.lint import checked_library

    if own is None and not moved:
        return build(read_sources())
    if moved:
        _known(checked_library(own=own), dict(moved))
    return checked_library(own=own, moved=dict(moved))


def _known(library: Library, moved: Mapping[str, tuple[str, ...]]) -> None:
    """Raises Refusal for a threshold, or an answer in one, that there is not: nothing would be moved, in silence."""
    from prompts.structure import near

    there = library.thresholds
    steps = (step for script in library.scripts.values() for step in script.steps)
    offered = {choice.id for step in steps for choice in getattr(step, "choices", ())}
    for name, answers in moved.items():
        if name not in there:
            raise Refusal("config", f"AFTERWORD_CONFIG: thresholds: there is no '{name}'; {near(name, there)}")
        for answer in answers:
            if answer not in offered:
                words = f"no question offers '{answer}'; {near(answer, offered)}"
                raise Refusal("config", f"AFTERWORD_CONFIG: thresholds: {name}: {words}")


def shell(store: SqlStore, messenger: Messenger, clock: Any = None) -> Shell:
    from bot.turn import Shell, SystemClock

    return Shell(library(), store, messenger, workers(store), clock or SystemClock())


def workers(store: SqlStore) -> int:
    """SQLite's writer is one thread."""
    return 1 if store.database.sqlite else 4


def ring(given: Settings, *, make: bool) -> Keyring:
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


def opened(given: Settings, *, make: bool) -> SqlStore:
    from storage.store import open_store

    scripts = library().scripts.values()
    return open_store(
        given.database_url, given.keys_url, ring(given, make=make), program=given.program, scripts=scripts
    )


@contextmanager
def store(db: str, *, new: bool = False) -> Iterator[SqlStore]:
    """The installation's store, for administrators; `new`: it may be made now."""
    given = settings(os.environ, db)
    store = opened(given if new else existing(given), make=False)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def local(db: str) -> Iterator[SqlStore]:
    """A store for one person at one machine: a database that was named, or one that goes when the command ends."""
    from storage.store import temporary_store

    given = settings(os.environ, db)
    if db:
        store = opened(given, make=True)
        try:
            yield store
        finally:
            store.close()
    else:
        with temporary_store(program=given.program, scripts=library().scripts.values()) as store:
            yield store


async def stopped() -> None:
    """Until somebody wants the process to end: Ctrl-C, or a polite kill."""
    over = asyncio.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # not every system has them on the loop; Ctrl-C works all the same
            asyncio.get_running_loop().add_signal_handler(wanted, over.set)
    await over.wait()


def run(work: Any) -> Any:
    try:
        return asyncio.run(logs.watched(work))
    except KeyboardInterrupt:
        click.echo()
        return None
