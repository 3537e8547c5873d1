"""Servers in processes of their own, under load: what one request costs them, and how long it takes.

The load comes from this process, which shares the machine with them. So figures of CPU are those of each server's own
process, and only those of time depend on how many cores there are.
"""

from __future__ import annotations

import asyncio
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from start import environment

#: How many at once where it is about CPU, and how many a second where it is about time.
PEOPLE, RATE = 16, 100
PATIENCE = 30.0
TICKS = os.sysconf("SC_CLK_TCK")

_OF_OTHERS = ("SLACK_", "MICROSOFT_", "BOTFRAMEWORK_")


# Processes


@contextmanager
def running(*command: str, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own, until it answers and then until the block ends."""
    env = {**_own(environment()), **settings}
    child = subprocess.Popen([sys.executable, *command], env=env, stdout=subprocess.DEVNULL)
    try:
        asyncio.run(_there(port))
        yield child
    finally:
        child.terminate()
        child.wait(PATIENCE)


def _own(env: dict[str, str]) -> dict[str, str]:
    """No platform that is set up for real, and no proxy."""
    return {
        name: value
        for name, value in env.items()
        if not name.startswith(_OF_OTHERS) and not name.lower().endswith("_proxy")
    }


async def _there(port: int) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/healthz"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)


def cpu(child: subprocess.Popen[bytes]) -> float:
    """Seconds of the processors that the process has used."""
    fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


# Load


def _ignored(answer: bytes) -> None:
    """What most senders do with an answer."""


@dataclass(frozen=True, slots=True)
class Post:
    """One request. `heard`: is given the answer's body, once its time is taken."""

    body: str
    headers: dict[str, str]
    heard: Callable[[bytes], None] = _ignored


@dataclass
class Load:
    """One server under load. `sent` holds each sender's endless requests."""

    url: str
    session: aiohttp.ClientSession
    sent: list[Iterator[Post]] = field(default_factory=list)

    async def post(self, one: Post) -> float:
        began = time.perf_counter()
        async with self.session.post(self.url, data=one.body, headers=one.headers) as answer:
            if answer.status != 200:
                raise RuntimeError(f"the server answered {answer.status}")
            body = await answer.read()
        took = time.perf_counter() - began
        one.heard(body)
        return took

    async def all_at_once(self, each: int) -> None:
        """Everybody sends as fast as they are answered."""

        async def one(posts: Iterator[Post]) -> None:
            for _ in range(each):
                await self.post(next(posts))

        await asyncio.gather(*(one(posts) for posts in self.sent))

    async def steadily(self, seconds: float) -> list[float]:
        """So many a second, answered or not; the seconds that each took, without end for those that nobody was left to
        send because the server is so far behind."""
        began, going, most = time.perf_counter(), list[asyncio.Task[float]](), int(seconds * RATE)
        for number in range(most):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            one = next(self.sent[number % len(self.sent)], None)
            if one is None:
                break
            going.append(asyncio.create_task(self.post(one)))
        return [*await asyncio.gather(*going), *[math.inf] * (most - len(going))]


# Rows


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one round: milliseconds of CPU a request, of the server and of this process; and requests a second."""

    cpu: float
    own: float
    rate: float


@dataclass(frozen=True)
class Row:
    """One line of the table. `begin`: does what goes before the load, and gives each sender's endless requests."""

    name: str
    url: str
    child: subprocess.Popen[bytes]
    begin: Callable[[Load], Awaitable[list[Iterator[Post]]]]

    async def measured(self, each: int) -> Taken:
        """At PEOPLE concurrent."""
        async with self._load() as one:
            await one.all_at_once(each // 5)
            before, mine, began = cpu(self.child), time.process_time(), time.perf_counter()
            await one.all_at_once(each)
            took, own, used = time.perf_counter() - began, time.process_time() - mine, cpu(self.child) - before
            requests = each * len(one.sent)
        return Taken(used / requests * 1000, own / requests * 1000, requests / took)

    async def steady(self, seconds: float) -> list[float]:
        async with self._load() as one:
            await one.steadily(seconds / 5)
            return await one.steadily(seconds)

    @asynccontextmanager
    async def _load(self) -> AsyncIterator[Load]:
        async with aiohttp.ClientSession() as session:
            one = Load(self.url, session)
            one.sent = await self.begin(one)
            yield one


@dataclass
class Figures:
    """`took`: seconds of each request at RATE a second, in ascending order."""

    taken: list[Taken] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


def compared(rows: Sequence[Row], rounds: int, each: int, seconds: float) -> dict[str, Figures]:
    """Round after round of all of them, one at a time, and then the latencies."""
    figures = {row.name: Figures() for row in rows}
    for _ in range(rounds):
        for row in rows:
            figures[row.name].taken.append(asyncio.run(row.measured(each)))
    for row in rows:
        figures[row.name].took = sorted(asyncio.run(row.steady(seconds)))
    return figures


def table(figures: dict[str, Figures], digits: int = 1) -> None:
    """Medians; the ratios are those to the first row, round by round. `digits`: of the ratios."""
    wide = max(map(len, figures)) + 1
    print(f"{'':{wide}}{'CPU ms':>10}{'ratio':>8}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}")
    first = next(iter(figures.values())).taken
    for name, one in figures.items():
        ratio = statistics.median(taken.cpu / other.cpu for taken, other in zip(one.taken, first, strict=True))
        used, rate = (statistics.median(getattr(taken, what) for taken in one.taken) for what in ("cpu", "rate"))
        p50, p99 = (one.took[int(len(one.took) * part)] * 1000 for part in (0.5, 0.99))
        print(f"{name:{wide}}{used:10.3f}{ratio:8.{digits}f}{rate:10.0f}{p50:9.1f}{p99:9.1f}")
