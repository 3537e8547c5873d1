"""The parts, put together: library, keyring, store and shell as the commands need them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import logs
from bot.config import Settings, existing, settings
from bot.ports import Delivery, Messenger

if TYPE_CHECKING:
    from bot.turn import Shell
    from prompts.library import Library
    from storage.keyring import Keyring
    from storage.store import SqlStore

DATABASE = click.option("--db", default="", metavar="URL", help="Another database, such as sqlite:///afterword.db.")


class Silent:
    """The terminal has no chat beside the talk, so what a chat would keep is said nowhere."""

    async def send(self, delivery: Delivery) -> None:
        pass


@cache
def library() -> Library:
    from prompts.lint import checked_library

    return checked_library()


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
