"""The ways that checkins.py compares. Law: each lives in a process of its own, so that what one leaves in memory costs
another nothing."""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg

from bot.effects import Plan
from bot.ports import Delivery
from bot.turn import Shell
from prompts.library import build, read_sources
from scheduler.recurrence import TZDATA, Days, Recurrence, next_after
from scheduler.ticker import BATCH, tick
from storage import checkins
from storage.database import _PRAGMAS
from storage.keyring import from_text
from storage.place import person_key
from storage.store import open_store

#: A Monday, nine in the morning in New York: everybody is due.
NINE = datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001  (on their walls)
DUE = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
BEFORE, WEEK = DUE - timedelta(hours=2), timedelta(weeks=1)
ZONE = "America/New_York"
#: What `crowd` arranges for each of them.
WEEKLY = Recurrence(NINE, ZONE, "FREQ=WEEKLY;BYDAY=MO", on_day_off="next")


@dataclass(frozen=True)
class Round:
    """People (or jobs) a second; the longest that one transaction took, in milliseconds; microseconds of this process's
    CPU for each, which others on the machine disturb less."""

    rate: float
    longest: float
    cpu: float


def drained(batch: Callable[[], int], people: int) -> Round:
    done, longest, began, used = 0, 0.0, time.perf_counter(), time.process_time()
    while done < people:
        since = time.perf_counter()
        claimed = batch()
        assert claimed, "nobody is due any more"
        done, longest = done + claimed, max(longest, time.perf_counter() - since)
    return round_of(done, began, used, longest)


def round_of(done: int, began: float, used: float, longest: float) -> Round:
    """`began` and `used`: what the clock and the process's own showed at the beginning."""
    took, cpu = time.perf_counter() - began, time.process_time() - used
    return Round(done / took, longest * 1000, cpu / done * 1e6)


def memory() -> float:
    """What this process holds now, in megabytes; 0 where the system does not say (it is Linux's file)."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


class Nobody:
    async def send(self, delivery: Delivery) -> None:
        pass


class Ours:
    """A store that somebody else has filled, as `serve` opens it."""

    def __init__(self, main: str, keys: str, ring: str) -> None:
        self._library = build(read_sources())
        self._given = main, keys, from_text(ring)

    def start(self) -> float:
        """Seconds until the first tick is over, with nothing due."""
        began = time.perf_counter()
        self._store = open_store(*self._given, scripts=self._library.scripts.values())
        self._shell = Shell(self._library, self._store, Nobody(), 1 if self._store.database.sqlite else 4)
        asyncio.run(tick(self._shell, BEFORE))
        return time.perf_counter() - began

    def planned(self, people: int) -> Round:
        """Claimed, marked, and the next one worked out and planned; the engine is not asked."""
        return drained(self._plan, people)

    def _plan(self) -> int:
        with self._store.transaction() as turn:
            claimed, places = checkins.claim(turn.wire, self._store.keys, DUE, BATCH)
            for each in claimed:
                place = places[each.who]
                key = person_key(self._store.keys, place)
                for one in each.dues:
                    following = Plan(one.check_in, next_after(WEEKLY, Days(), DUE), first=True)
                    checkins.plan(turn.wire, place, key, following, DUE)
        return len(claimed)

    def owed(self, people: int) -> Round:
        """Claimed, stepped by the engine, planned on, and the question owed: the whole that `serve` does."""
        return drained(self._owe, people)

    def _owe(self) -> int:
        claimed, owed = self._shell.due_now(DUE, BATCH)
        assert len(owed) == claimed, "everybody is owed one message"
        return claimed

    def memory(self) -> float:
        return memory()


# Bare drivers --------------------------------------------------------------------------------------------------------

_CLAIM = """SELECT id, due_at, participant_id, body FROM check_ins
    WHERE state = 'waiting' AND due_at <= ? AND zones = ? ORDER BY due_at LIMIT ?"""
_MARK = "UPDATE check_ins SET state = 'claimed' WHERE id = ? AND due_at = ?"
_NEXT = "INSERT INTO check_ins (id, due_at, participant_id, body, state, zones) VALUES (?, ?, ?, ?, 'waiting', ?)"
#: PostgreSQL: a table like ours, with what ours holds, in a schema of its own.
SCHEMA = "bare"
_LIKE_OURS = (
    f"CREATE SCHEMA {SCHEMA}",
    f"CREATE TABLE {SCHEMA}.check_ins (LIKE check_ins INCLUDING ALL)",
    f"INSERT INTO {SCHEMA}.check_ins SELECT * FROM check_ins",
    f"ALTER TABLE {SCHEMA}.check_ins ADD FOREIGN KEY (participant_id) REFERENCES participants ON DELETE CASCADE",
    "VACUUM ANALYZE",
)


class Bare:
    """The same rows in the same table, by the driver alone: what is due is read, marked, and comes again in a week."""

    def __init__(self, where: str) -> None:
        self._sqlite = "://" not in where
        self._driver: Any = bare_sqlite(where) if self._sqlite else bare_postgres(where)
        self._claim, self._mark, self._next = (self._said(sql) for sql in (_CLAIM, _MARK, _NEXT))
        self._now: Any = _as_sqlite_has_it(DUE) if self._sqlite else DUE
        self._later: Any = _as_sqlite_has_it(DUE + WEEK) if self._sqlite else DUE + WEEK

    def _said(self, sql: str) -> str:
        if self._sqlite:
            return sql
        return sql.replace("?", "%s") + (" FOR UPDATE SKIP LOCKED" if sql.startswith("SELECT") else "")

    def claimed(self, people: int) -> Round:
        return drained(self._batch, people)

    def _batch(self) -> int:
        cursor = self._driver.cursor()
        if self._sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        rows = cursor.execute(self._claim, (self._now, TZDATA, BATCH)).fetchall()
        cursor.executemany(self._mark, [row[:2] for row in rows])
        cursor.executemany(self._next, [(row[0], self._later, *row[2:], TZDATA) for row in rows])
        self._driver.commit()
        return len(rows)


def bare_sqlite(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def bare_postgres(address: str) -> psycopg.Connection:
    return psycopg.connect(address, options=f"-c search_path={SCHEMA},public")


def _as_sqlite_has_it(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def like_ours(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        for sql in _LIKE_OURS:
            connection.execute(sql)


# Processes -----------------------------------------------------------------------------------------------------------

#: Asks a way that lives elsewhere to do one of its methods, by name; what it gave.
Ask = Callable[..., Any]


@contextmanager
def apart(way: Callable[..., object], *given: object) -> Iterator[Ask]:
    """A way in a fresh process, until the block ends."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_live, args=(there, way, given), daemon=True)
    process.start()
    there.close()

    def ask(name: str, *arguments: object) -> Any:
        here.send((name, arguments))
        return here.recv()

    try:
        yield ask
    finally:
        here.close()
        process.join()


def _live(pipe: Connection, way: Callable[..., object], given: tuple[object, ...]) -> None:
    living = way(*given)
    while True:
        try:
            name, arguments = pipe.recv()
        except EOFError:
            return
        pipe.send(getattr(living, name)(*arguments))
