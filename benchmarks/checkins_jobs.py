"""One APScheduler job a person, in a job store of SQLAlchemy's on SQLite: what checkins.py compares ours with."""

from __future__ import annotations

import asyncio
import pickle
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from checkins_ways import WEEK, Round, memory, round_of
from sqlalchemy import Engine, create_engine, event, insert

RAN = [0]


async def nothing(_person: str) -> None:
    RAN[0] += 1


@dataclass(frozen=True)
class Drained:
    """What a scheduler did with a table of jobs: seconds to start and to list them, its drain, and its megabytes then.

    The longest is how long nothing else came to run on its event loop."""

    start: float
    drain: Round
    memory: float
    listing: float


def theirs(path: Path) -> Engine:
    """SQLite as for ours, except what is about secrets."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def scheduler(store: SQLAlchemyJobStore) -> AsyncIOScheduler:
    """On the running event loop, paused."""
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    clock = AsyncIOScheduler(timezone=UTC, jobstores={"default": store}, job_defaults=defaults)
    clock.start(paused=True)
    return clock


async def jobs(path: Path, count: int, due: int) -> None:
    """A job a person, of whom so many are due since the last full minute, and the others a week later.

    Their rows are what `add_job` writes, but a thousand a transaction."""
    store = SQLAlchemyJobStore(engine=theirs(path))
    clock = scheduler(store)
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    weekly = CronTrigger(day_of_week=minute.weekday(), hour=minute.hour, minute=minute.minute, timezone=UTC)
    state = clock.add_job("checkins_jobs:nothing", weekly, args=["p"], next_run_time=minute).__getstate__()
    clock.remove_all_jobs()
    for first in range(0, count, 1000):
        rows = [
            _row(state, f"p{number}", minute if number < due else minute + WEEK)
            for number in range(first, min(first + 1000, count))
        ]
        with store.engine.begin() as connection:
            connection.execute(insert(store.jobs_t), rows)
    clock.shutdown(wait=False)


def _row(state: dict[str, Any], person: str, due: datetime) -> dict[str, Any]:
    own = {**state, "id": person, "args": (person,), "next_run_time": due}
    return {"id": person, "next_run_time": due.timestamp(), "job_state": pickle.dumps(own, pickle.HIGHEST_PROTOCOL)}


class Theirs:
    """One APScheduler job a person, in a table that `jobs` has filled."""

    def __init__(self, path: Path, due: int) -> None:
        self._path, self._due = path, due

    def drained(self) -> Drained:
        return asyncio.run(self._drained())

    async def _drained(self) -> Drained:
        began = time.perf_counter()
        clock = scheduler(SQLAlchemyJobStore(engine=theirs(self._path)))
        started = time.perf_counter() - began
        drain = await self._drain(clock)
        held, since = memory(), time.perf_counter()
        clock.get_jobs()
        listed = time.perf_counter() - since
        clock.shutdown(wait=False)
        return Drained(started, drain, held, listed)

    async def _drain(self, clock: AsyncIOScheduler) -> Round:
        began, used, longest = time.perf_counter(), time.process_time(), 0.0
        since = began
        clock.resume()
        while RAN[0] < self._due:
            await asyncio.sleep(0)
            longest, since = max(longest, time.perf_counter() - since), time.perf_counter()
        assert RAN[0] == self._due, "each of them ran once"
        return round_of(self._due, began, used, longest)
