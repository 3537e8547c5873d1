"""One statement, three ways: bare sqlite3, on the driver's cursor as the store does it, and by SQLAlchemy's Connection.

Example: python benchmarks/statements.py
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from sqlalchemy import bindparam, create_engine, select, update

from storage import tables as t
from storage.prepared import Prepared, Wire

ROUNDS, STATEMENTS, ROWS = 15, 2000, 200
STATE = b"x" * 1500

READ = select(t.conversations.c.revision, t.conversations.c.state).where(
    t.conversations.c.participant_id == bindparam("person")
)
SWAP = (
    update(t.conversations)
    .where(t.conversations.c.participant_id == bindparam("person"), t.conversations.c.revision == bindparam("was"))
    .values(revision=bindparam("becomes"), state=bindparam("new_state"))
)
BARE = ("SELECT revision, state FROM conversations WHERE participant_id = ?",
        "UPDATE conversations SET revision = ?, state = ? WHERE participant_id = ? AND revision = ?")  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'a.db'}")
        t.conversations.create(engine)
        people = [uuid4() for _ in range(ROWS)]
        driver = sqlite3.connect(Path(folder) / "a.db", isolation_level=None)
        driver.execute("PRAGMA journal_mode=WAL")
        driver.execute("PRAGMA synchronous=NORMAL")
        driver.executemany(
            "INSERT INTO conversations (participant_id, revision, state) VALUES (?, 0, ?)",
            [(person.hex, STATE) for person in people],
        )
        wire, read, swap = Wire(driver, engine.dialect), Prepared(READ), Prepared(SWAP)

        def bare(number: int) -> None:
            person = people[number % ROWS].hex
            (revision, _) = driver.execute(BARE[0], (person,)).fetchone()
            driver.execute(BARE[1], (revision + 1, STATE, person, revision))

        def prepared(number: int) -> None:
            person = people[number % ROWS]
            row = wire.one(read, person=person)
            assert row is not None
            wire.run(swap, person=person, was=row[0], becomes=row[0] + 1, new_state=STATE)

        with engine.connect() as connection:

            def core(number: int) -> None:
                person = people[number % ROWS]
                row = connection.execute(READ, {"person": person}).one()
                connection.execute(SWAP, {"person": person, "was": row[0], "becomes": row[0] + 1, "new_state": STATE})

            ways = {"bare sqlite3": bare, "on the driver's cursor": prepared, "SQLAlchemy Connection": core}
            rates: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, way in ways.items():
                    rates[name].append(rate(way, driver if name != "SQLAlchemy Connection" else None, connection))
        medians = {name: statistics.median(values) for name, values in rates.items()}
        for name, median in medians.items():
            print(f"{name:24} {median:9.0f} read-and-swaps/s   ratio {median / medians['bare sqlite3']:.2f}")


def rate(way: Callable[[int], None], driver: sqlite3.Connection | None, connection: object) -> float:
    """Read-and-swaps a second inside one transaction."""
    if driver is not None:
        driver.execute("BEGIN IMMEDIATE")
    began = time.perf_counter()
    for number in range(STATEMENTS):
        way(number)
    took = time.perf_counter() - began
    if driver is not None:
        driver.execute("COMMIT")
    else:
        connection.commit()  # type: ignore[attr-defined]
    return STATEMENTS / took


if __name__ == "__main__":
    main()
