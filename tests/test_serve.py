"""The server around the platforms: what it answers, what it never says, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession, web
from conftest import rows
from fake_slack import Phone, fake_slack
from local_chat import library, who
from shells import inbound
from stored import KEEPS, change, kept

from adapters.web import server as serving_web
from adapters.web.listening import listen
from adapters.web.server import MAX_BODY, build_server
from bot.cli import serving
from bot.config import Server, Slack
from bot.conversation import Message
from bot.effects import Keep
from bot.events import Say, Submit, Who
from bot.metrics import STILL, CountedMessenger, CountedShell, Counts
from bot.ports import ConversationGone, Delivery, Later, Refusal
from storage import tables
from storage.store import temporary_store

ROOT = Path(__file__).parent.parent
CANARY = "canary-7431"
AT = datetime(2026, 11, 2, 16, 40, tzinfo=UTC)


def now(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 30))

    return run


def owed(platform: str = "slack") -> Delivery:
    to = who("ada").model_copy(update={"platform": platform})
    return Delivery(uuid4(), uuid4(), 1, 0, to, "en", Message(text="A line."))


# What it answers


async def nothing() -> None: ...


async def echo(request: web.Request) -> web.Response:
    return web.Response(text=f"{len(await request.read())}")


async def broken(request: web.Request) -> web.Response:
    raise RuntimeError(CANARY)


async def refusing(request: web.Request) -> web.Response:
    raise Refusal("busy", "Later, please.")


async def leading(request: web.Request) -> web.Response:
    raise web.HTTPFound("/slack/events")


async def own(request: web.Request) -> web.Response:
    return web.Response(status=401, text="mine", headers={"Content-Security-Policy": "default-src 'self'"})


ROUTES = [
    web.post("/slack/events", echo), web.post("/slack/broken", broken), web.get("/slack/refusing", refusing),
    web.get("/slack/leading", leading), web.get("/slack/own", own), web.post("/api/messages", echo),
]  # fmt: skip


@asynccontextmanager
async def served(
    ready: Callable[[], Awaitable[None]] = nothing, counts: Counts | None = None
) -> AsyncIterator[tuple[ClientSession, int]]:
    runner = await listen(build_server(ROUTES, ready, counts), "127.0.0.1", 0)
    port = runner.addresses[0][1]
    async with ClientSession(f"http://127.0.0.1:{port}") as client:
        yield client, port
    await runner.cleanup()


@now
async def test_every_error_is_a_plain_sentence_with_its_status(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as (client, _):
        for method, path, status, words in (
            ("GET", "/nothing", 404, "There is nothing here.\n"),
            ("GET", "/slack/../nothing?x=" + CANARY, 404, "There is nothing here.\n"),
            ("GET", "/slack/events", 405, "This address does not take that.\n"),
            ("POST", "/healthz", 405, "This address does not take that.\n"),
            ("GET", "/metrics", 404, "There is nothing here.\n"),
            ("POST", "/slack/broken", 500, "Not ready; please try again soon.\n"),
            ("GET", "/slack/refusing", 503, "Later, please.\n"),
        ):
            with caplog.at_level(logging.DEBUG, "afterword"):
                answer = await client.request(method, path)
                text = await answer.text()
            assert (answer.status, text) == (status, words), path
            assert answer.content_type == "text/plain"
            assert ("Allow" in answer.headers) == (status == 405)
        assert CANARY not in caplog.text
        assert "Traceback" not in caplog.text


@now
async def test_every_answer_has_strict_headers_and_names_no_software() -> None:
    async with served() as (client, _):
        for method, path in (("GET", "/healthz"), ("GET", "/nothing"), ("POST", "/slack/broken")):
            answer = await client.request(method, path)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Server" not in answer.headers
        answer = await client.get("/slack/own")
        assert (answer.status, await answer.text()) == (401, "mine")
        assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
        assert (await client.get("/slack/leading", allow_redirects=False)).status == 302


@now
async def test_a_body_that_is_too_large_is_refused_before_anybody_reads_it() -> None:
    async with served() as (client, _):
        assert await (await client.post("/slack/events", data=b"x" * MAX_BODY)).text() == str(MAX_BODY)
        assert (await client.post("/slack/events", data=b"x" * (MAX_BODY + 1))).status == 413

        async def in_parts() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b"x" * (MAX_BODY // 32)

        assert (await client.post("/slack/events", data=in_parts())).status == 413


async def raw(port: int, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    answer = await reader.read()
    writer.close()
    return answer


@now
async def test_a_body_that_never_comes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_web, "READ_SECONDS", 0.05)
    async with served() as (_, port):
        answer = await raw(port, b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "sent",
    [
        f"{CANARY}\r\n\r\n".encode(),
        f"GET /{CANARY} HTTP/9.9\r\n\r\n".encode(),
        f"GET / HTTP/1.1\r\nHost: a\r\nX\x00Y: {CANARY}\r\n\r\n".encode(),
        f"GET / HTTP/1.1\r\nHost: a\r\n{CANARY}\r\n\r\n".encode(),
        f"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: {CANARY}\r\n\r\n".encode(),
        f"POST /slack/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{CANARY}\r\n".encode(),
        f"GET /{CANARY * 2000} HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + CANARY.encode(),
    ],
)
@now
async def test_what_is_not_http_is_neither_logged_nor_said_back(sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with served() as (_, port):
        with caplog.at_level(logging.DEBUG, "afterword"):
            answer = await raw(port, sent)
    assert answer.startswith(b"HTTP/1.1 400 ") or answer.startswith(b"HTTP/1.0 400 ")
    assert answer.endswith(b"This could not be read.\n")
    assert CANARY.encode() not in answer
    assert b"aiohttp" not in answer
    assert CANARY not in caplog.text
    assert "Traceback" not in caplog.text


@now
async def test_readiness_says_one_plain_word(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unready() -> None:
        raise Refusal("database", f"No PostgreSQL answers at {CANARY}.")

    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(serving_web, "READY_SECONDS", 0.05)
    for ready, status, word in ((nothing, 200, "ready"), (unready, 503, "database"), (never, 503, "slow")):
        async with served(ready) as (client, _):
            assert (await client.get("/healthz")).status == 200
            answer = await client.get("/readyz")
            assert (answer.status, await answer.text()) == (status, f"{word}\n")


# Its numbers


def line(text: bytes, name: str) -> float:
    found = [row for row in text.decode().splitlines() if row.startswith(name)]
    return float(found[0].split()[-1]) if found else 0.0


@now
async def test_numbers_name_platform_and_outcome_and_nothing_below() -> None:
    clock = iter([0.0, STILL, STILL, STILL])
    counts = Counts(lambda: next(clock))
    async with served(counts=counts) as (client, _):
        for method, path in (
            ("POST", "/slack/events"), ("POST", "/slack/broken"), ("GET", "/slack/own"), ("POST", "/api/messages"),
            ("GET", "/healthz"), ("GET", f"/{CANARY}"),
        ):  # fmt: skip
            await client.request(method, path)
        answer = await client.get("/metrics")
        text = await answer.read()
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert line(text, 'afterword_requests_total{outcome="ok",platform="slack"}') == 1
    assert line(text, 'afterword_requests_total{outcome="failed",platform="slack"}') == 1
    assert line(text, 'afterword_requests_total{outcome="refused",platform="slack"}') == 1
    assert line(text, 'afterword_requests_total{outcome="ok",platform="teams"}') == 1
    assert text.count(b"afterword_requests_total{") == 4


def test_what_people_cause_is_shown_a_quarter_of_an_hour_late_and_without_its_moment() -> None:
    time = [0.0]
    counts = Counts(lambda: time[0])
    counts.turn("slack", "answered", 0.003)
    counts.delivery("slack", "sent")
    name = 'afterword_turns_total{outcome="answered",platform="slack"}'
    time[0] = STILL - 1
    assert line(counts.text(), name) == 0
    time[0] = STILL
    assert line(counts.text(), name) == 1
    counts.turn("slack", "answered", 0.003)
    assert line(counts.text(), name) == 1
    assert b"_created" not in counts.text()


@now
async def test_turns_rounds_and_deliveries_are_counted_by_their_outcome() -> None:
    time = [0.0]
    counts = Counts(lambda: time[0])

    @dataclass
    class Post:
        errors: list[Exception | None]

        async def send(self, delivery: Delivery) -> None:
            if error := self.errors.pop():
                raise error

    post = CountedMessenger(Post([ConversationGone(), RuntimeError(), Later(), None]), counts)
    await asyncio.gather(*(post.send(owed()) for _ in range(4)), return_exceptions=True)

    async def failing(*_: Any) -> None:
        raise RuntimeError

    with temporary_store(scripts=library().scripts.values()) as store:
        shell = CountedShell(library(), store, post, counts=counts)
        await shell.handle(inbound(who("ada"), Say(at=AT, text="reflect")))
        with pytest.raises(RuntimeError):
            await counts.ticking(failing)(shell, AT)
        await shell.drained()
    time[0] = STILL
    text = counts.text()
    for outcome, number in (("sent", 1), ("later", 2), ("dead", 1)):
        assert line(text, f'afterword_deliveries_total{{outcome="{outcome}",platform="slack"}}') == number
    assert line(text, 'afterword_turns_total{outcome="answered",platform="local"}') == 1
    assert line(text, "afterword_turn_seconds_count") == 1
    assert line(text, 'afterword_ticks_total{outcome="failed"}') == 1
    assert b"ada" not in text
    assert b"north" not in text


# The whole of it


@dataclass
class Emulated:
    """A platform that is there to be watched: what came to pass, in order. It goes on when the test lets it."""

    story: list[str] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    sending: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def messenger(self) -> Emulated:
        return self

    async def send(self, delivery: Delivery) -> None:
        self.sending.set()
        await self.may_go_on.wait()
        self.story.append("sent")

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/slack/events", self.take)]

    async def take(self, request: web.Request) -> web.Response:
        self.asked.set()
        await self.may_go_on.wait()
        self.story.append("answered")
        return web.Response(text="taken")

    async def start(self) -> None:
        self.story.append("started")

    async def close(self) -> None:
        self.story.append("closed")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


async def refused(port: int) -> None:
    """Until nobody listens there any more."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            return
        writer.close()


@now
async def test_it_ends_politely(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is being answered is answered, what is being sent is sent, nothing new is taken, the platform goes last."""
    slack, over, up = Emulated(), asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(serving, "connected", lambda *_: {"slack": slack})
    given = Server(port=free_port(), slack=Slack(bot_token="xoxb-1", app_token="xapp-1"))
    address = f"http://127.0.0.1:{given.port}"
    with temporary_store(scripts=library().scripts.values()) as store:
        store.set_lead(Who(platform="slack", tenant="T1", user="U1"), datetime.now(UTC))  # who is owed a line about it
        task = asyncio.create_task(serving.serve(given, store, library(), over.wait, lambda _: up.set()))
        await up.wait()
        async with ClientSession() as client:
            assert await (await client.get(f"{address}/readyz")).text() == "ready\n"
            assert b"afterword_ticks_total" in await (await client.get(f"{address}/metrics")).read()
            answer = asyncio.create_task(client.post(f"{address}/slack/events", data=b"{}"))
            await slack.asked.wait()
            await slack.sending.wait()
            over.set()
            await refused(given.port)
            assert not task.done()
            assert slack.story == ["started"]
            slack.may_go_on.set()
            assert await (await answer).text() == "taken"
            await task
    assert (slack.story[0], slack.story[-1]) == ("started", "closed")
    assert sorted(slack.story[1:-1]) == ["answered", "sent"]


@now
async def test_what_time_has_taken_is_gone_before_anybody_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a backup was put back that holds a reflection whose days are over."""
    over = datetime.now(UTC) - timedelta(days=100)
    with temporary_store(scripts=library().scripts.values()) as store:
        old = kept(over)
        change(store, over, Keep(old, over.date() + timedelta(days=90)), consents=KEEPS)
        seen: list[int] = []

        class Counting(Emulated):
            async def start(self) -> None:
                seen.append(len(rows(store, tables.reflections)))

        monkeypatch.setattr(serving, "connected", lambda *_: {"slack": Counting()})
        given, stop = Server(port=free_port(), slack=Slack(bot_token="xoxb-1", app_token="xapp-1")), asyncio.Event()
        stop.set()
        assert len(rows(store, tables.reflections)) == 1
        await serving.serve(given, store, library(), stop.wait, lambda _: None)
    assert seen == [0]


@now
async def test_links_are_served_beside_the_platforms_and_lead_to_our_public_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    up, over = asyncio.Event(), asyncio.Event()
    shells: list[Any] = []

    def connected(_: Server, shell: Any, *__: Any) -> dict[str, Emulated]:
        shells.append(shell)
        return {"slack": Emulated()}

    monkeypatch.setattr(serving, "connected", connected)
    public = "https://afterword.example.org"
    given = Server(port=free_port(), public_url=public, slack=Slack(bot_token="xoxb-1", app_token="xapp-1"))
    with temporary_store(scripts=library().scripts.values()) as store:
        task = asyncio.create_task(serving.serve(given, store, library(), over.wait, lambda _: up.set()))
        await up.wait()
        asked = Submit(at=datetime.now(UTC), form="copy-link")
        page = (await shells[0].handle(inbound(who("ada"), asked))).page
        [address] = [link.id for section in page.sections for link in section.links]
        assert address.startswith(f"{public}/link/")
        async with ClientSession(f"http://127.0.0.1:{given.port}") as client:
            assert (await client.get(address.removeprefix(public))).status == 200
            assert (await client.post(address.removeprefix(public))).status == 200
            assert (await client.post(address.removeprefix(public))).status == 404
            assert (await client.get("/supervise")).status == 401
        over.set()
        await task
    assert serving.reached_at(Server(slack=given.slack)) == ""


@now
async def test_a_platform_that_cannot_start_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    class Shut(Emulated):
        async def start(self) -> None:
            raise Refusal("slack", "Slack does not take SLACK_BOT_TOKEN.")

    slack = Shut()
    monkeypatch.setattr(serving, "connected", lambda *_: {"slack": slack})
    with temporary_store(scripts=library().scripts.values()) as store:
        given = Server(port=free_port(), slack=Slack())
        with pytest.raises(Refusal, match="does not take"):
            await serving.serve(given, store, library(), asyncio.Event().wait, lambda _: None)
    assert slack.story == ["closed"]


@now
async def test_a_platform_whose_settings_are_not_here_has_to_wait() -> None:
    with pytest.raises(Later) as waiting:
        await serving.Platforms({}).send(owed("teams"))
    assert waiting.value.after == serving.ELSEWHERE


def test_it_says_where_each_platform_is_to_be_pointed() -> None:
    def words(slack: Slack, public: str = "") -> str:
        return next(iter(serving.welcome(Server(public_url=public, slack=slack))))

    at = "https://afterword.example.org"
    assert words(Slack(bot_token="xoxb-1", app_token="xapp-1")).startswith("Slack: connected by Socket Mode")
    assert f"{at}/slack/events" in words(Slack(bot_token="xoxb-1", signing_secret="s"), at)
    assert "AFTERWORD_PUBLIC_URL" in words(Slack(bot_token="xoxb-1", signing_secret="s"))
    assert f"{at}/slack/install" in words(Slack(client_id="1", client_secret="2", signing_secret="s"), at)


# The real command


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    ours = ("AFTERWORD_", "SLACK_", "MICROSOFT_", "BOTFRAMEWORK_")
    own = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    database = f"sqlite:///{tmp_path}/a.db"
    return {**own, "PYTHONPATH": str(ROOT), "AFTERWORD_DATABASE_URL": database, **more}


def afterword(*words: str, tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        capture_output=True, text=True, timeout=60, cwd=tmp_path, env=environment(tmp_path, **env),
    )  # fmt: skip


@pytest.mark.parametrize("by", ["http", "socket"])
@now
async def test_the_real_command_takes_a_person_from_slack_to_the_first_question(tmp_path: Path, by: str) -> None:
    """A process of its own with a fake of Slack beside it; ended politely, it exits with 0 and has said nothing."""
    async with fake_slack() as slack:
        slack.workspace("T1", bot_token="xoxb-1", bot_user="UBOT", bot_id="BBOT")
        slack.person("T1", "UADA", "ada")
        port, ring = free_port(), afterword("keys", "new", tmp_path=tmp_path).stdout.strip()
        settings = {
            "AFTERWORD_KEY": ring, "AFTERWORD_PORT": str(port), "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": "xoxb-1",
            **({"SLACK_APP_TOKEN": "xapp-1"} if by == "socket" else {"SLACK_SIGNING_SECRET": slack.signing_secret}),
        }  # fmt: skip
        if by == "socket":
            slack.app_token("xapp-1")
            slack.transport = "socket"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(tmp_path, **settings),
        )  # fmt: skip
        assert process.stdout
        try:
            where = "Socket Mode" if by == "socket" else f":{port}/slack/events"
            assert where in (await process.stdout.readline()).decode()
            await process.stdout.readline()
            slack.app_url = f"http://127.0.0.1:{port}/slack/events"
            ada = Phone(slack, "T1", "UADA")
            await ada.command("/reflect", "quick-visit")
            assert "Keep my words, for me only" in ada.screen()
            assert not slack.rejected
            assert not ada.trouble
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = await process.communicate()
    assert (process.returncode, said) == (0, b"")


def test_a_token_that_slack_does_not_take_is_said_in_one_line(tmp_path: Path) -> None:
    ring = afterword("keys", "new", tmp_path=tmp_path).stdout.strip()
    done = afterword("serve", tmp_path=tmp_path, AFTERWORD_KEY=ring, **SLACK)
    assert done.returncode == 2
    assert done.stderr.startswith("afterword: ")
    assert done.stderr.count("\n") == 1


SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": "http://127.0.0.1:9/"}


def test_without_a_platform_it_says_how_to_begin(tmp_path: Path) -> None:
    done = afterword("serve", tmp_path=tmp_path)
    assert done.returncode == 2
    assert "afterword manifest slack --socket" in done.stderr
    assert "SLACK_BOT_TOKEN" in done.stderr
    assert "AFTERWORD_TEAMS_ANONYMOUS=1" in done.stderr
    assert not list(tmp_path.iterdir())


def test_without_a_keyring_it_does_not_start(tmp_path: Path) -> None:
    done = afterword("serve", tmp_path=tmp_path, **SLACK)
    assert done.returncode == 2
    assert "AFTERWORD_KEY_FILE" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_with_half_a_platform_it_says_what_is_missing(tmp_path: Path) -> None:
    done = afterword("serve", tmp_path=tmp_path, SLACK_BOT_TOKEN="xoxb-1")
    assert done.returncode == 2
    assert "SLACK_SIGNING_SECRET" in done.stderr
    assert "xoxb-1" not in done.stderr
