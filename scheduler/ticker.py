"""What is due, done once. Law: a tick is a plain function of the time; APScheduler only calls it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

from bot import logs, rooms
from bot.ports import Clock, DueRoom, Later
from bot.turn import KNOWN, SENDING, Shell

log = logs.Log("room-failed", "tick-failed")

Tick = Callable[[Shell, datetime], Awaitable[None]]

#: People a transaction: it should stay under about 10 ms, and turns get the writer in between.
BATCH = 10
HOUR = timedelta(hours=1)
#: About so many people a tick whose check-ins are planned anew: each look goes through all that waits.
LOOKED_THROUGH = 1000
#: Batches a tick, so that one tick ends.
BATCHES = 500


async def tick(shell: Shell, now: datetime) -> None:
    """Everything that time has made due: what is owed, check-ins, rooms, reflections left alone, and what must go.

    Each part is done whatever became of the others; then the first failure is raised.
    """
    failures: list[Exception] = []
    since = asyncio.get_running_loop().time()
    sending = (partial(send_owed, since=since), partial(check_in, since=since))
    for part in (replan, publish, *sending, ask_rooms, put_away, sweep):
        try:
            await part(shell, now)
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]


async def replan(shell: Shell, now: datetime) -> None:
    """Check-ins that were planned by another version of the zone data wait until this is done: so many people a tick,
    until none is left but those with whom it fails. Then it is looked for hourly."""
    if shell.replanned is not None and timedelta() <= now - shell.replanned < HOUR:
        return
    people = await shell.on_store(lambda: shell.store.to_replan(now, LOOKED_THROUGH))
    failed = 0
    for start in range(0, len(people), BATCH):
        failed += len(await shell.on_store(partial(shell.replan_now, people[start : start + BATCH], now)))
    if failed == len(people):
        shell.replanned = now


async def send_owed(shell: Shell, now: datetime, since: float) -> None:
    """Deliveries that nobody has sent: their process died, or the platform was not ready. `since`: see send_all."""
    for _ in range(BATCHES):
        owed = await shell.on_store(lambda: shell.store.owed(now, BATCH))
        if not owed:
            return
        await shell.send_all(owed, since)


async def check_in(shell: Shell, now: datetime, since: float) -> None:
    for _ in range(BATCHES):
        claimed, owed = await shell.on_store(lambda: shell.due_now(now, BATCH))
        await shell.send_all(owed, since)
        if not claimed:
            return


async def ask_rooms(shell: Shell, now: datetime) -> None:
    """The question of the week, where this process can post it; a batch a platform, as the next round comes soon."""
    for platform in shell.rooms:
        since = asyncio.get_running_loop().time()
        due = await shell.on_store(partial(shell.store.rooms.due, platform, now, BATCH))
        await shell.for_a_moment([ask(shell, room, since + SENDING) for room in due], since)


async def ask(shell: Shell, due: DueRoom, until: float) -> None:
    """Posts one question that this process holds `until` then, by the loop's clock."""
    try:
        async with asyncio.timeout_at(until):
            await shell.rooms[due.room.platform].post(rooms.post(shell.library, due))
    except TimeoutError:
        pass  # it may stand there: a question that is missing harms nobody, one that comes twice disturbs a whole team
    except Exception as error:
        if not isinstance(error, Later):
            log.warning("room-failed", error=error)
        at, failure = shell.clock.now(), error if isinstance(error, KNOWN) else Later()
        await shell.note(lambda: shell.store.rooms.put_back(due, failure, at))
        return
    at = shell.clock.now()
    await shell.note(lambda: shell.store.rooms.asked(due, at))


async def put_away(shell: Shell, now: datetime) -> None:
    for _ in range(BATCHES):
        if await shell.on_store(lambda: shell.idled_now(now, BATCH)) < BATCH:
            return


async def publish(shell: Shell, now: datetime) -> None:
    """Before what is sent, for supervisors are told."""
    await shell.on_store(lambda: shell.store.publish(now, shell.library.codebook.sensitive))


async def sweep(shell: Shell, now: datetime) -> None:
    await shell.on_store(lambda: shell.store.sweep(now))


def start(shell: Shell, clock: Clock, seconds: float = 1.0, tick: Tick = tick) -> AsyncIOScheduler:
    """A clock inside this process that calls `tick`; it shares nothing with other processes."""

    async def call() -> None:
        try:
            await tick(shell, clock.now())
        except Exception as error:  # the next tick tries again; the text of an error may hold what it failed on
            log.error("tick-failed", error=error)

    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a round took longer than its second is no news
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    clockwork = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
    clockwork.add_job(call, "interval", seconds=seconds)
    clockwork.start()
    return clockwork
