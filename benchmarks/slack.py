"""A tap in a Slack modal, signed, answered and durably committed by `afterword serve`, against a bare Bolt echo.

Example: python benchmarks/slack.py --quick
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from start import environment, free_port

from storage.keyring import new_key

SECRET = "a signing secret"
TEAM, BOT = "T0BENCH", "U0BOT"
PEOPLE, RATE = 16, 100
AIM_RATIO, AIM_P99 = 3.0, 50.0
PATIENCE = 30.0
TICKS = os.sysconf("SC_CLK_TCK")

#: A listener that does nothing but acknowledge, with what Bolt needs for it; the signature is verified. Told to, it
#: draws the modal anew with Bolt's own client, as every tap in ours has to.
BARE = """
import re, sys
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
VIEW = {"type": "modal", "title": {"type": "plain_text", "text": "A question"}, "blocks": [
    {"type": "section", "text": {"type": "plain_text", "text": "What stays with you? " * 20}}] * 5}
async def authorize(enterprise_id, team_id): return AuthorizeResult(
    enterprise_id=enterprise_id, team_id=team_id, bot_token="xoxb-bench", bot_user_id="U0BOT", bot_id="B0BOT")
bolt = AsyncApp(process_before_response=True, signing_secret=sys.argv[2], authorize=authorize)
@bolt.action(re.compile(".*"))
async def tapped(ack, body, client):
    if len(sys.argv) > 3:
        client.base_url = sys.argv[3]
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=VIEW)
    await ack()
@bolt.command("/reflect")
async def begun(ack): await ack()
async def events(request): return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))
app = web.Application()
app.add_routes([web.post("/slack/events", events), web.get("/healthz", lambda request: web.Response(text="ok"))])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""

#: Slack's Web API, which says yes to everything, as fast as it can.
SLACK = """
import json, sys
from aiohttp import web
YES = json.dumps({"ok": True, "team_id": "T0BENCH", "user_id": "U0BOT", "bot_id": "B0BOT", "view": {"id": "V1"},
    "user": {"id": "U1", "locale": "en-US", "tz": "America/Chicago"}, "channel": {"id": "D1"}, "ts": "1.1"})
async def yes(request):
    await request.read()
    return web.Response(text=YES, content_type="application/json")
app = web.Application()
app.add_routes([web.post("/api/{method}", yes), web.get("/healthz", lambda request: web.Response(text="ok"))])
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""


@contextmanager
def running(*command: str, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own, until it answers and then until the block ends."""
    child = subprocess.Popen([sys.executable, *command], env={**environment(), **settings}, stdout=subprocess.DEVNULL)
    try:
        asyncio.run(_there(port))
        yield child
    finally:
        child.terminate()
        child.wait(PATIENCE)


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


def signed(body: str) -> dict[str, str]:
    moment = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{moment}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


@dataclass
class Tapping:
    """Somebody in a modal who answers, goes back, answers: every tap is a turn that is committed and drawn."""

    user: str
    number: Iterator[int] = field(default_factory=lambda: count(1))

    def command(self) -> str:
        fields = {"command": "/reflect", "text": "between-sites", "team_id": TEAM, "user_id": self.user}
        return urlencode({**fields, "trigger_id": f"{self.user}.{next(self.number)}"})

    def tap(self, action: str) -> str:
        number = next(self.number)
        view = {
            "id": f"V{self.user}", "hash": f"{number}.h", "type": "modal", "callback_id": "talk",
            "private_metadata": "p", "state": {"values": {}}, "team_id": TEAM,
        }  # fmt: skip
        payload: dict[str, Any] = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": self.user, "team_id": TEAM},
            "api_app_id": "A1", "trigger_id": f"{self.user}.{number}", "view": view,
            "container": {"type": "view", "view_id": view["id"]},
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "action_ts": f"{number}.5"}],
        }  # fmt: skip
        return urlencode({"payload": json.dumps(payload)})

    def taps(self) -> Iterator[str]:
        while True:
            yield self.tap("choose:sunny")
            yield self.tap("command:back")


@dataclass
class Load:
    """One server under load. `sent` holds each person's endless taps."""

    port: int
    session: aiohttp.ClientSession
    sent: list[Iterator[str]]

    async def post(self, body: str) -> float:
        began = time.perf_counter()
        url = f"http://127.0.0.1:{self.port}/slack/events"
        async with self.session.post(url, data=body, headers=signed(body)) as answer:
            if answer.status != 200:
                raise RuntimeError(f"the server answered {answer.status}")
            await answer.read()
        return time.perf_counter() - began

    async def all_at_once(self, each: int) -> None:
        """Everybody taps as fast as they are answered."""

        async def one(taps: Iterator[str]) -> None:
            for _ in range(each):
                await self.post(next(taps))

        await asyncio.gather(*(one(taps) for taps in self.sent))

    async def steadily(self, seconds: float) -> list[float]:
        """So many a second, answered or not; the seconds that each took."""
        began, going = time.perf_counter(), []
        for number in range(int(seconds * RATE)):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            going.append(asyncio.create_task(self.post(next(self.sent[number % len(self.sent)]))))
        return list(await asyncio.gather(*going))


@asynccontextmanager
async def load(port: int) -> AsyncIterator[Load]:
    people = [Tapping(f"U{number:04d}") for number in range(PEOPLE)]
    async with aiohttp.ClientSession() as session:
        one = Load(port, session, [person.taps() for person in people])
        for person in people:
            for body in (person.command(), person.tap("choose:keep")):
                await one.post(body)
        yield one


async def measured(port: int, child: subprocess.Popen[bytes], each: int) -> tuple[float, float]:
    """Milliseconds of CPU a request, and requests a second, at 16 concurrent."""
    async with load(port) as one:
        await one.all_at_once(each // 5)
        before, began = cpu(child), time.perf_counter()
        await one.all_at_once(each)
        took, used = time.perf_counter() - began, cpu(child) - before
    requests = each * PEOPLE
    return used / requests * 1000, requests / took


async def steady(port: int, seconds: float) -> list[float]:
    async with load(port) as one:
        await one.steadily(seconds / 5)
        return await one.steadily(seconds)


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, tuple[int, subprocess.Popen[bytes]]]]:
    ours, bare, drawing, slack = (free_port() for _ in range(4))
    api = f"http://127.0.0.1:{slack}/api/"
    settings = {
        "AFTERWORD_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}", "AFTERWORD_KEY": new_key(),
        "SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_API_URL": api,
    }  # fmt: skip
    with (
        running("-c", SLACK, str(slack), port=slack),
        running("-m", "bot", "serve", "--port", str(ours), port=ours, **settings) as serving,
        running("-c", BARE, str(bare), SECRET, port=bare) as echo,
        running("-c", BARE, str(drawing), SECRET, api, port=drawing) as drawn,
    ):
        yield {
            "a bare Bolt echo": (bare, echo),
            "Bolt that draws a modal": (drawing, drawn),
            "afterword serve": (ours, serving),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three short rounds")
    quick = parser.parse_args().quick
    rounds, each, seconds = (3, 60, 3.0) if quick else (9, 200, 10.0)
    with tempfile.TemporaryDirectory(prefix="afterword-bench-") as folder, servers(Path(folder)) as both:
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in both}
        for _ in range(rounds):
            for name, (port, child) in both.items():
                taken[name].append(asyncio.run(measured(port, child, each)))
        took = {name: sorted(asyncio.run(steady(port, seconds))) for name, (port, _) in both.items()}
    print(f"{'':24}{'CPU ms':>10}{'ratio':>8}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}")
    bare = [used for used, _ in taken["a bare Bolt echo"]]
    for name, figures in taken.items():
        ratio = statistics.median(used / other for (used, _), other in zip(figures, bare, strict=True))
        used, rate = (statistics.median(column) for column in zip(*figures, strict=True))
        p50, p99 = (took[name][int(len(took[name]) * part)] * 1000 for part in (0.5, 0.99))
        print(f"{name:24}{used:10.3f}{ratio:8.1f}{rate:10.0f}{p50:9.1f}{p99:9.1f}")
    print(f"aims: {AIM_RATIO:.0f}x the CPU a request at {PEOPLE} concurrent; p99 {AIM_P99:.0f} ms at {RATE} a second")


if __name__ == "__main__":
    main()
