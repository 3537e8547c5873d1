"""One database, SQLite or PostgreSQL. Law: whatever goes wrong here reaches the caller as one clear sentence."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot.ports import LostRace, Refusal
from storage.prepared import Wire

#: `docs`: https://www.sqlite.org/pragma.html. WAL lets readers read while one writes; secure_delete overwrites.
_PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "cache_size=-16000",
    "temp_store=MEMORY",
    "secure_delete=ON",
)
_READERS = 4
_CHECKPOINTS = 5
_TRIES = 20
_CONNECT_SECONDS = 10
#: The last: a row that this one points at was erased meanwhile.
_OVERTAKEN = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.ForeignKeyViolation,
)
_DRIVER_ERRORS = (sqlite3.Error, psycopg.Error, DBAPIError)


T = TypeVar("T")


def database_url(text: str) -> URL:
    """Raises Refusal. `postgres://` and `postgresql://` mean psycopg 3."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise Refusal("database-url", "A database address must read like sqlite:///afterword.db.") from None
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        raise Refusal("database-url", f"Afterword runs on SQLite and PostgreSQL, not on {url.drivername}.")
    if not url.database or url.database == ":memory:":
        raise Refusal("database-url", "A SQLite database needs a file: sqlite:///afterword.db.")
    return url


class Database:
    """A write engine with one writer at a time on SQLite, a pool on PostgreSQL; readers beside it."""

    def __init__(self, url: URL) -> None:
        self.where = url.render_as_string(hide_password=True)
        self.sqlite = url.get_backend_name() == "sqlite"
        if self.sqlite:
            _make_private(Path(url.database or ""))
        self.engine = _sqlite_engine(url, writes=True) if self.sqlite else _postgres_engine(url)
        self._readers = _sqlite_engine(url, writes=False) if self.sqlite else self.engine
        self.turnstile = threading.Lock()
        self._held: Any = None

    def transaction(self) -> AbstractContextManager[Wire]:
        """A transaction that writes. Raises LostRace where the database says to try again, else Refusal."""
        return _Writing(self) if self.sqlite else self._pooled(self.engine, "")

    @contextmanager
    def reading(self) -> Iterator[Wire]:
        """For reading only; waits for no writer. On SQLite it sees one moment, elsewhere each statement its own."""
        with self._pooled(self._readers, "BEGIN" if self.sqlite else "") as wire:
            yield wire

    def checkpoint(self) -> bool:
        """Empties the write-ahead log, which still holds what was deleted; False while a reader keeps it open."""
        if not self.sqlite:
            return True  # dead rows stay there until vacuum; they are unreadable because their key is gone
        try:
            with self.turnstile:
                wire = self.writer()
                return any(wire.say("PRAGMA wal_checkpoint(TRUNCATE)") == (0, 0, 0) for _ in range(_CHECKPOINTS))
        except sqlite3.Error as error:
            raise explained(error, self.where) from None

    def close(self) -> None:
        with self.turnstile:
            if self._held is not None:
                self._held.close()
                self._held = None
        self._readers.dispose()
        self.engine.dispose()

    def writer(self) -> Wire:
        """The one connection of SQLite's write pool, kept: fetching it anew costs more than a turn's statements."""
        if self._held is None:
            self._held = self.engine.raw_connection()
            self._wire = Wire(self._held.driver_connection, self.engine.dialect)
        return self._wire

    @contextmanager
    def _pooled(self, engine: Engine, begin: str) -> Iterator[Wire]:
        try:
            connection = engine.raw_connection()
        except _DRIVER_ERRORS as error:
            raise explained(error, self.where) from None
        driver: Any = connection.driver_connection
        try:
            if begin:
                driver.execute(begin)
            yield Wire(driver, engine.dialect)
            driver.commit()
        except BaseException as error:
            if getattr(driver, "broken", False):
                connection.invalidate()
                engine.dispose()  # the server was restarted, so the others are dead too; the next attempt gets new ones
                raise LostRace from None
            driver.rollback()
            if isinstance(error, _DRIVER_ERRORS):
                raise explained(error, self.where) from None
            raise
        finally:
            connection.close()


class _Writing:
    """A write transaction on SQLite: one at a time in this process, the others wait their turn."""

    __slots__ = ("_database", "_driver")

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> Wire:
        self._database.turnstile.acquire()
        try:
            wire = self._database.writer()
            wire.driver.execute("BEGIN IMMEDIATE")
        except BaseException as error:
            self._database.turnstile.release()
            raise explained(error, self._database.where) from None
        self._driver = wire.driver
        return wire

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            if error is None:
                self._driver.commit()
                return
            self._driver.rollback()
        except _DRIVER_ERRORS as failure:
            self._driver.rollback()
            raise explained(failure, self._database.where) from None
        finally:
            self._database.turnstile.release()
        if isinstance(error, _DRIVER_ERRORS):
            raise explained(error, self._database.where) from None


def insisted(work: Callable[[], T]) -> T:
    """Work that is whole in itself, begun again where somebody else was faster. Raises Refusal in the end."""
    for _ in range(_TRIES):
        try:
            return work()
        except LostRace:
            continue
    raise Refusal("busy", "The database is very busy just now. Try again in a moment.")


def explained(error: BaseException, where: str) -> BaseException:
    """A driver's failure as a LostRace or a Refusal. Its details are dropped: they can quote a row."""
    if not isinstance(error, _DRIVER_ERRORS):
        return error
    cause = error.orig if isinstance(error, DBAPIError) and isinstance(error.orig, Exception) else error
    if _passing(cause):
        return LostRace()
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return Refusal("database", f"No PostgreSQL answers at {where}. Check that it runs and the address.")
    if isinstance(cause, sqlite3.DatabaseError) and "not a database" in str(cause):
        return Refusal("database", f"{where} is not an SQLite database. Move the file away, or name another one.")
    if isinstance(cause, sqlite3.OperationalError) and "unable to open" in str(cause):
        return Refusal("database", f"{where} cannot be opened. Check that its folder is there and may be written to.")
    words = cause.diag.message_primary if isinstance(cause, psycopg.Error) else str(cause)
    return Refusal("database", f"The database {where} reports: {words or type(cause).__name__}.")


def _make_private(path: Path) -> None:
    """A new file is for its owner only; SQLite gives the log beside it the same mode."""
    with suppress(OSError):  # it is there already, or it cannot be: connecting says which
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _passing(error: BaseException) -> bool:
    """Somebody else was faster: the same work, begun again, can succeed."""
    if isinstance(error, sqlite3.OperationalError):
        return (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return isinstance(error, _OVERTAKEN)


def _sqlite_engine(url: URL, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"isolation_level": None, "check_same_thread": False, "cached_statements": 256},
        pool_size=1 if writes else _READERS,
        max_overflow=0,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in (*_PRAGMAS, *(() if writes else ("query_only=ON",))):
            connection.execute(f"PRAGMA {pragma}")

    if writes:

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: URL) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS},
        pool_size=_READERS,
        max_overflow=_READERS,
        pool_recycle=1800,
    )
