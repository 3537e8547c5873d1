"""A tap in a Slack modal, signed, answered and durably committed by `afterword serve`, against a bare Bolt echo.

Example: python benchmarks/slack.py --quick
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from serving import PEOPLE, RATE, Load, Post, Row, compared, running, table
from start import free_port

from storage.keyring import new_key

SECRET = "a signing secret"
TEAM, BOT = "T0BENCH", "U0BOT"
AIM_RATIO, AIM_P99 = 3.0, 50.0

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


def signed(body: str) -> Post:
    moment = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{moment}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return Post(body, headers)


@dataclass
class Tapping:
    """Somebody in a modal who answers, goes back, answers: every tap is a turn that is committed and drawn."""

    user: str
    number: Iterator[int] = field(default_factory=lambda: count(1))

    def command(self) -> Post:
        fields = {"command": "/reflect", "text": "between-sites", "team_id": TEAM, "user_id": self.user}
        return signed(urlencode({**fields, "trigger_id": f"{self.user}.{next(self.number)}"}))

    def tap(self, action: str) -> Post:
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
        return signed(urlencode({"payload": json.dumps(payload)}))

    def taps(self) -> Iterator[Post]:
        while True:
            yield self.tap("choose:sunny")
            yield self.tap("command:back")


async def begin(load: Load) -> list[Iterator[Post]]:
    people = [Tapping(f"U{number:04d}") for number in range(PEOPLE)]
    for person in people:
        for one in (person.command(), person.tap("choose:keep")):
            await load.post(one)
    return [person.taps() for person in people]


@contextmanager
def servers(folder: Path) -> Iterator[list[Row]]:
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
        each = (("a bare Bolt echo", bare, echo), ("Bolt that draws a modal", drawing, drawn))
        mine = ("afterword serve", ours, serving)
        yield [Row(name, f"http://127.0.0.1:{port}/slack/events", child, begin) for name, port, child in (*each, mine)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three short rounds")
    rounds, each, seconds = (3, 60, 3.0) if parser.parse_args().quick else (9, 200, 10.0)
    with tempfile.TemporaryDirectory(prefix="afterword-bench-") as folder, servers(Path(folder)) as rows:
        table(compared(rows, rounds, each, seconds))
    print(f"aims: {AIM_RATIO:.0f}x the CPU a request at {PEOPLE} concurrent; p99 {AIM_P99:.0f} ms at {RATE} a second")


if __name__ == "__main__":
    main()
