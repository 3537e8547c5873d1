"""Very many check-ins that are due at one minute: claimed and planned on, and the whole way to a message that is owed,
against a bare loop on the same table and against one APScheduler job a person, in one run.

Example: python benchmarks/checkins.py --quick
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))  # the crowd is the tests' own

from checkins_jobs import Drained, Theirs, jobs
from checkins_ways import BEFORE, DUE, NINE, Ask, Bare, Ours, Round, apart, like_ours
from crowd import crowd

from storage.database import Database, database_url
from storage.keyring import from_text, new_key
from storage.store import open_store

#: Against the bare loop; people a second; against APScheduler; seconds to start.
AIM_RATIO, AIM_RATE, AIM_TIMES, AIM_START = 0.25, 2000, 20, 1.0
PLANNED, OWED, JOBS = "claimed and planned on", "claimed, stepped and owed", "one APScheduler job a person"
ON_POSTGRES = "PostgreSQL: "


@dataclass(frozen=True)
class Size:
    """`people` in the table, `rounds` of each way with so many `each`; `jobs` of theirs due at once, `drains` times."""

    people: int
    rounds: int
    each: int
    jobs: int
    drains: int = 3


FULL, QUICK = Size(100_000, 9, 2000, 10_000), Size(5000, 3, 400, 1000)


@dataclass(frozen=True)
class Ground:
    """A database that is filled, for us and for the bare loop."""

    main: str
    keys: str
    ring: str
    bare: str


@dataclass
class Figures:
    """Rounds by their name. `against`: the bare rounds that stand beside each."""

    size: Size
    rounds: dict[str, list[Round]] = field(default_factory=dict)
    against: dict[str, str] = field(default_factory=dict)
    drains: list[Drained] = field(default_factory=list)
    start: float = 0.0
    memory: float = 0.0

    def add(self, name: str, one: Round, against: str) -> None:
        self.rounds.setdefault(name, []).append(one)
        self.against[name] = against

    def ratio(self, name: str) -> float:
        beside = self.rounds[self.against[name]]
        return statistics.median(one.rate / bare.rate for one, bare in zip(self.rounds[name], beside, strict=True))

    def times(self, name: str) -> float:
        rate = statistics.median(one.rate for one in self.rounds[name])
        return rate / statistics.median(one.drain.rate for one in self.drains)


# Filling -------------------------------------------------------------------------------------------------------------


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def filled(folder: Path, main: str, people: int) -> Ground:
    """A store with so many people, all due at once."""
    ring = new_key()
    name = "postgres" if "://" in main else "sqlite"
    url, keys = main if name == "postgres" else f"sqlite:///{main}", f"sqlite:///{folder / name}-keys.db"
    store = open_store(url, keys, from_text(ring))
    say(f"writing {people} people ({name}) …")
    crowd(store, people, NINE, DUE, BEFORE)
    store.close()
    if name == "postgres":
        address = database_url(main).set(drivername="postgresql").render_as_string(hide_password=False)
        like_ours(address)
        return Ground(url, keys, ring, address)
    copy = folder / "bare.db"
    whole(main)
    shutil.copyfile(main, copy)
    return Ground(url, keys, ring, str(copy))


def whole(path: str) -> None:
    """All of it in the one file, none in the log beside it."""
    database = Database(database_url(f"sqlite:///{path}"))
    database.checkpoint()
    database.close()


# Measuring -----------------------------------------------------------------------------------------------------------


def measured(folder: Path, size: Size, postgres: str) -> Figures:
    figures = Figures(size)
    grounds = {"": filled(folder, str(folder / "main.db"), size.people)}
    if postgres:
        grounds[ON_POSTGRES] = filled(folder, postgres, size.people)
    with ExitStack() as living:
        ways = {name: begun(living, ground) for name, ground in grounds.items()}
        starts = {name: ours("start") for name, (ours, _) in ways.items()}
        for number in range(size.rounds):
            say(f"round {number + 1} of {size.rounds} …")
            for name, (ours, bare) in ways.items():
                one_round(figures, name, ours, bare)
            if len(figures.drains) * size.rounds < (number + 1) * size.drains:
                figures.drains.append(drained(folder / f"jobs-{number}.db", size))
        figures.start, figures.memory = starts[""], ways[""][0]("memory")
    return figures


def begun(living: ExitStack, ground: Ground) -> tuple[Ask, Ask]:
    ours = living.enter_context(apart(Ours, ground.main, ground.keys, ground.ring))
    return ours, living.enter_context(apart(Bare, ground.bare))


def one_round(figures: Figures, name: str, ours: Ask, bare: Ask) -> None:
    against = f"{ON_POSTGRES}bare psycopg" if name else "bare sqlite3"
    each = figures.size.each
    figures.add(against, bare("claimed", each), against)
    figures.add(name + PLANNED, ours("planned", each), against)
    figures.add(name + OWED, ours("owed", each), against)


def drained(path: Path, size: Size) -> Drained:
    asyncio.run(jobs(path, size.people, size.jobs))
    with apart(Theirs, path, size.jobs) as ask:
        done: Drained = ask("drained")
    path.unlink()
    return done


# Showing -------------------------------------------------------------------------------------------------------------


def told(figures: Figures) -> dict[str, Any]:
    """For programs: rates a second, ratios, microseconds, milliseconds, seconds and megabytes."""
    drains = figures.drains
    rows = {
        name: {**medians(rounds), "ratio": round(figures.ratio(name), 3), "times_theirs": round(figures.times(name), 2)}
        for name, rounds in figures.rounds.items()
    }
    theirs = {
        "jobs": figures.size.jobs,
        **medians([one.drain for one in drains]),
        "start_s": round(statistics.median(one.start for one in drains), 3),
        "listing_s": round(statistics.median(one.listing for one in drains), 3),
        "memory_mb": round(statistics.median(one.memory for one in drains), 1),
    }
    return {
        "people": figures.size.people,
        "rows": rows,
        "theirs": theirs,
        "start_s": round(figures.start, 3),
        "memory_mb": round(figures.memory, 1),
        "aims": {"ratio": AIM_RATIO, "rate": AIM_RATE, "times_theirs": AIM_TIMES, "start_s": AIM_START},
    }


def medians(rounds: list[Round]) -> dict[str, float]:
    return {
        "rate": round(statistics.median(one.rate for one in rounds), 1),
        "cpu_us": round(statistics.median(one.cpu for one in rounds), 1),
        "longest_ms": round(statistics.median(one.longest for one in rounds), 1),
    }


def line(name: str, row: dict[str, Any], ratio: str, times: float) -> str:
    return f"{name:40}{row['rate']:9.0f}{ratio:>7}{times:8.1f}x{row['longest_ms']:12.1f}{row['cpu_us']:9.0f}"


def shown(found: dict[str, Any]) -> str:
    theirs = found["theirs"]
    lines = [f"{found['people']} people due at one minute"]
    lines.append(f"{'':40}{'a second':>9}{'ratio':>7}{'to jobs':>9}{'longest ms':>12}{'CPU µs':>9}")
    lines += [line(name, row, f"{row['ratio']:.2f}", row["times_theirs"]) for name, row in found["rows"].items()]
    lines.append(line(f"{JOBS}, {theirs['jobs']} due", theirs, "", 1))
    lines.append(
        f"aims: {PLANNED} at {AIM_RATIO} of bare sqlite3 and {AIM_TIMES} times the jobs; owed: {AIM_RATE} a second"
    )
    lines.append(
        f"start with all of them there: {found['start_s']:.2f} s until the first tick is over (aim {AIM_START:.0f} s); "
        f"APScheduler {theirs['start_s']:.2f} s, and {theirs['listing_s']:.2f} s to list its jobs"
    )
    lines.append(f"memory after draining: {found['memory_mb']:.0f} MB; APScheduler's {theirs['memory_mb']:.0f} MB")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="5000 people, and three short rounds")
    parser.add_argument("--postgres", default="", metavar="URL", help="also on this empty PostgreSQL database")
    parser.add_argument("--json", action="store_true", help="the figures for a program")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="afterword-bench-") as folder:
        found = told(measured(Path(folder), QUICK if given.quick else FULL, given.postgres))
    print(json.dumps(found, indent=2) if given.json else shown(found))


if __name__ == "__main__":
    main()
