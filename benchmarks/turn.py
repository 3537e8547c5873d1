"""A whole durable turn (engine, seals, dedupe, compare-and-swap, commit), as a ratio to its bare writes in one run.

Example: python benchmarks/turn.py --quick
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from bot import position
from bot.conversation import Message
from bot.events import Choose, Command, Event, Inbound, Rate, Who, Write
from bot.ports import Delivery
from bot.turn import Shell
from prompts.library import Library, build, read_sources
from storage.database import _PRAGMAS
from storage.keyring import from_text, new_key
from storage.store import SqlStore, open_store

AT = datetime(2026, 11, 2, 16, 40, tzinfo=UTC)
SCRIPT = "quick-visit"
WORDS = "There was this small hand that stayed on the blanket while the others talked, and I did not know why. " * 3
PEOPLE = 16
FIRST = 30  # turns before anything is measured: first contact, consent, a whole reflection
AIM_RATIO, AIM_P99 = 0.30, 20.0

#: One statement as it reached the driver, with what it was given.
Statement = tuple[str, Sequence[Any]]


class Nobody:
    """A messenger whose platform answers at once."""

    async def send(self, delivery: Delivery) -> None:
        pass


@dataclass
class Person:
    """Somebody who has agreed to keep their words and does one reflection after another, in private."""

    shell: Shell
    who: Who
    message: Message | None = None
    number: Iterator[int] = field(default_factory=count)

    async def turn(self) -> float:
        """Takes the next step; the seconds until its answer."""
        inbound = Inbound(key=f"{self.who.user}:{next(self.number)}", who=self.who, event=_next(self.message))
        began = time.perf_counter()
        reply = await self.shell.handle(inbound)
        took = time.perf_counter() - began
        self.message = reply.message
        return took

    async def turns(self, wanted: int) -> list[float]:
        return [await self.turn() for _ in range(wanted)]


def _next(message: Message | None) -> Event:
    if message is None or message.input == "none":
        return Command(at=AT, name="reflect", argument=SCRIPT)
    match message.input:
        case "text":
            return Write(at=AT, text=WORDS, prompt=message.prompt)
        case "scale":
            return Rate(at=AT, value=3, prompt=message.prompt)
    offered = [choice.id for choice in message.choices]
    wanted = next((one for one in ("done", "keep", SCRIPT) if one in offered), offered[0])
    return Choose(at=AT, values=(wanted,), prompt=message.prompt)


class Recorder:
    """Stands before a driver's connection and notes what reaches it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.heard: list[Statement] = []

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        self.heard.append((sql, values))
        return self.driver.execute(sql, values)

    def commit(self) -> None:
        self.heard.append(("COMMIT", ()))
        self.driver.commit()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)


@contextmanager
def recorded(store: SqlStore) -> Iterator[list[Statement]]:
    wire = store.database.writer()
    recorder = wire.driver = Recorder(wire.driver)
    try:
        yield recorder.heard
    finally:
        wire.driver = recorder.driver


def bare(heard: Sequence[Statement]) -> list[Statement]:
    """The same transactions and writes. In place of what a turn reads, one row by its primary key."""
    return [
        ("SELECT * FROM conversations WHERE participant_id = ?", ("",)) if sql.startswith("SELECT") else (sql, values)
        for sql, values in heard
    ]


def replayed(path: Path, statements: Sequence[Statement]) -> float:
    """Seconds that sqlite3 alone needs for these statements, under the store's own settings."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    for sql, values in statements:
        connection.execute(sql, values).fetchone()
    took = time.perf_counter() - began
    connection.close()
    return took


@dataclass(frozen=True)
class Round:
    """Turns a second of one round, and the slowest one in a hundred of its turns, in milliseconds."""

    rate: float
    p99: float


async def lived(people: Sequence[Person], turns: int) -> Round:
    """So many turns, shared by these people at once, with all that they owe sent."""
    began = time.perf_counter()
    took = await asyncio.gather(*(person.turns(turns // len(people)) for person in people))
    await people[0].shell.drained()
    seconds = time.perf_counter() - began
    every = [one for each in took for one in each]
    return Round(len(every) / seconds, _p99(every))


def stored_alone(person: Person, turns: int) -> Round:
    """The same without engine, answer and hop between threads: dedupe, open, seal, compare-and-swap, commit."""
    took = []
    for _ in range(turns):
        began = time.perf_counter()
        with person.shell.store.transaction() as tx:
            before = tx.load(person.who, AT).conversation
            tx.seen(person.who, f"alone:{next(person.number)}", AT)
            assert before.session is not None
            tx.save(
                before, before.model_copy(update={"session": position.moved(before.session, AT)}), (), AT, person.who
            )
        took.append(time.perf_counter() - began)
    return Round(turns / sum(took), _p99(took))


def _p99(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98] * 1000


async def begun(store: SqlStore, library: Library, workers: int) -> list[Person]:
    """People who have met the bot, agreed and finished a first reflection."""
    shell = Shell(library, store, Nobody(), workers)
    people = [Person(shell, Who(platform="local", tenant="north", user=f"person-{n}")) for n in range(PEOPLE)]
    await asyncio.gather(*(person.turns(FIRST) for person in people))
    await shell.drained()
    return people


@dataclass
class Figures:
    """Rates of the bare writes, and every series of rounds by its name; what a turn writes."""

    bare: list[float] = field(default_factory=list)
    series: dict[str, list[Round]] = field(default_factory=dict)
    statements: float = 0.0
    size: float = 0.0

    def add(self, name: str, one: Round) -> None:
        self.series.setdefault(name, []).append(one)


async def measured(folder: Path, rounds: int, turns: int, postgres: str) -> Figures:
    library = build(read_sources())
    main, before, copy = (folder / f"{name}.db" for name in ("main", "before", "copy"))
    people = await begun(opened(f"sqlite:///{main}", folder / "keys.db", library), library, 1)
    reader = Person(people[0].shell, Who(platform="local", tenant="north", user="reader"))
    await reader.turns(4)
    shells = [people[0].shell]
    elsewhere: list[Person] = []
    if postgres:
        elsewhere = await begun(opened(postgres, folder / "other-keys.db", library), library, 4)
        shells.append(elsewhere[0].shell)
    store = people[0].shell.store
    assert isinstance(store, SqlStore)
    store.database.checkpoint()
    shutil.copyfile(main, before)
    with recorded(store) as heard:
        await lived(people[:1], turns)
    statements = bare(heard)
    figures = Figures(statements=len(statements) / turns, size=sum(_size(values) for _, values in statements) / turns)
    for _ in range(rounds):
        shutil.copyfile(before, copy)
        figures.bare.append(turns / replayed(copy, statements))
        figures.add("what the store does of it", stored_alone(reader, turns))
        figures.add("a turn, 1 person", await lived(people[:1], turns))
        figures.add(f"a turn, {PEOPLE} at once", await lived(people, turns))
        if elsewhere:
            figures.add(f"PostgreSQL, {PEOPLE} at once", await lived(elsewhere, turns))
    for shell in shells:
        await shell.close()
    return figures


def opened(main: str, keys: Path, library: Library) -> SqlStore:
    return open_store(main, f"sqlite:///{keys}", from_text(new_key()), scripts=library.scripts.values())


def _size(values: Sequence[Any]) -> int:
    return sum(len(value) for value in values if isinstance(value, bytes | memoryview | str))


def shown(figures: Figures) -> str:
    lines = [f"{'':32}{'turns/s':>9}{'ratio':>8}{'p99 ms':>8}"]
    lines += [f"{'bare sqlite3, the same writes':32}{statistics.median(figures.bare):9.0f}{1:8.2f}"]
    for name, series in figures.series.items():
        rate = statistics.median(one.rate for one in series)
        ratio = statistics.median(one.rate / limit for one, limit in zip(series, figures.bare, strict=True))
        lines.append(f"{name:32}{rate:9.0f}{ratio:8.2f}{statistics.median(one.p99 for one in series):8.1f}")
    lines.append(f"a turn is {figures.statements:.1f} statements and writes {figures.size:.0f} bytes")
    lines.append(f"aim: ratio {AIM_RATIO:.2f} for one person, p99 under {AIM_P99:.0f} ms for {PEOPLE}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three short rounds")
    parser.add_argument("--postgres", default="", metavar="URL", help="also on this empty PostgreSQL database")
    given = parser.parse_args()
    rounds, turns = (3, 160) if given.quick else (9, 480)
    with tempfile.TemporaryDirectory(prefix="afterword-bench-") as folder:
        print(shown(asyncio.run(measured(Path(folder), rounds, turns, given.postgres))))


if __name__ == "__main__":
    main()
