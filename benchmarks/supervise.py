"""A supervisor's page as `serve` answers it (session, roles, audit, drawing), against a bare aiohttp answer.

Example: python benchmarks/supervise.py --quick
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))  # the people are the tests' own

from aiohttp import ClientSession, web
from conftest import AT, Pair, fill
from shells import Live, living
from test_publishing import DUE, WEEKS, Team
from test_supervise import ADDRESS, Browser, browse

from adapters.web.listening import listen
from storage.keyring import from_text, new_key

AIM_MS = 10.0
PATH, CODES = "/supervise/first", ("A1", "A6", "L1", "L2", "P1", "P3", "S3", "S9", "N1", "W2")
WINDOWS = 6


async def rounds(ask: Callable[[], Awaitable[None]], count: int) -> float:
    """The median, in milliseconds."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def page(live: Live, browser: Browser, count: int) -> float:
    async def work(client: ClientSession) -> float:
        async def ask() -> None:
            assert (await browser._one(client, "GET", PATH)).status == 200

        return await rounds(ask, count)

    return float(browse(live, work))


def bare(count: int) -> float:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def work() -> float:
        app = web.Application()
        app.add_routes([web.get(PATH, answer)])
        runner = await listen(app, "127.0.0.1", 0)
        try:
            async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:

                async def ask() -> None:
                    async with client.get(PATH) as response:
                        await response.read()

                return await rounds(ask, count)
        finally:
            await runner.cleanup()

    return asyncio.run(work())


def lived(live: Live) -> Browser:
    """A circle of which several windows are published, and its supervisor's browser."""
    live.shell.address = ADDRESS
    team, now = Team(live.store, 8), AT
    for number in range(WINDOWS):
        team.all_give(*CODES[number:], at=now)
        now = DUE + number * WEEKS
        team.tick(now)
    live.clock.time = now + timedelta(minutes=1)
    return Browser(live).enter()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three rounds of 50 instead of nine of 200")
    quick = parser.parse_args().quick
    times, count = (3, 50) if quick else (9, 200)
    with tempfile.TemporaryDirectory(prefix="afterword-bench-") as folder:
        pair = fill(Pair(*(f"sqlite:///{Path(folder) / name}.db" for name in ("main", "keys"))))
        with living(pair, from_text(new_key())) as live:
            browser = lived(live)
            found = [(page(live, browser, count), bare(count)) for _ in range(times)]
    ours, theirs = (statistics.median(column) for column in zip(*found, strict=True))
    ratio = statistics.median(one / other for one, other in found)
    print(
        f"a supervisor's page   {ours:6.2f} ms   {ratio:5.1f} of a bare answer ({theirs:.2f} ms)   aim {AIM_MS:.0f} ms"
    )


if __name__ == "__main__":
    main()
