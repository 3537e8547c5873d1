"""What goes to Teams, over real HTTP: to a connector that answers as it is told to, with tokens of a real login."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from searching import said

from adapters.teams import outgoing as module
from adapters.teams.login import APART, Login
from adapters.teams.outcomes import (
    LONGEST,
    UNSAID,
    Limited,
    MessageGone,
    NotThere,
    TokenRefused,
    Unsure,
    fault,
    seconds,
)
from adapters.teams.outgoing import REFUSALS, Outgoing
from adapters.teams.reference import Reference
from adapters.teams.sdk import PATIENT, Json, Sdk
from bot.ports import LEASE_SECONDS, ConversationGone, Later, OurBug

APP = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
SECRET = "secret-canary~4711"
WORDS = "she held his hand"
MESSAGE: Json = {"type": "message", "text": WORDS}
CREATED: Any = (201, {}, {"id": "1:new"})


@dataclass
class Watch:
    """A clock that only sleeping moves on, and a test; the task that renews tokens sleeps for ever."""

    time: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)

    async def sleep_for_ever(self, _: float) -> None:
        await asyncio.Event().wait()


@dataclass
class Stub:
    """Answers one after the other, the last one for ever; a function is called. Gives out tok-1, tok-2 and so on."""

    answers: list[Any]
    asked: list[tuple[str, str, Json | None, str]] = field(default_factory=list)
    logins: int = 0

    async def respond(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append((request.method, request.path, json.loads(raw) if raw else None, token))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            given: web.StreamResponse = await answer(request)
            return given
        status, headers, body = answer
        return web.Response(status=status, headers=headers, text=body if isinstance(body, str) else json.dumps(body))

    async def log_in(self, _: web.Request) -> web.StreamResponse:
        self.logins += 1
        return web.json_response({"access_token": f"tok-{self.logins}", "expires_in": 3600})


@dataclass
class Line:
    out: Outgoing
    stub: Stub
    watch: Watch
    url: str

    def at(self, conversation: str = "a:1", tenant: str = "T-1", where: str = "amer") -> Reference:
        service_url = f"{self.url}/{where}/"
        return Reference(
            service_url=service_url,
            tenant=tenant,
            bot="28:b",
            conversation=conversation,
            user="user-1",
            member="29:m-1",
        )

    @property
    def sent(self) -> list[str]:
        """The words of each message, in the order in which they came."""
        return [body["text"] for _, _, body, _ in self.stub.asked if body]


@asynccontextmanager
async def connected(*answers: Any, anonymous: bool = False) -> AsyncIterator[Line]:
    stub, watch = Stub(list(answers)), Watch()
    app = web.Application()
    app.router.add_post("/login/{tenant}/oauth2/v2.0/token", stub.log_in)
    app.router.add_route("*", "/{path:.*}", stub.respond)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    login = None if anonymous else Login(f"{url}/login", "T-1", APP, SECRET, clock=watch, sleep=watch.sleep_for_ever)
    sdk = Sdk(APP, login.token if login else str, lambda address: address.startswith(url), anonymous=anonymous)
    try:
        if login is not None:
            await login.start()
        yield Line(Outgoing(sdk, login, clock=watch, sleep=watch.sleep), stub, watch, url)
    finally:
        if login is not None:
            await login.close()
        await sdk.close()
        await runner.cleanup()


Call = Callable[[Line], Awaitable[Any]]
CALLS: dict[str, Call] = {
    "send": lambda line: line.out.send(line.at(), MESSAGE),
    "update": lambda line: line.out.update(line.at(), "17", MESSAGE),
    "create": lambda line: line.out.create_personal(line.at()),
    "members": lambda line: line.out.members(line.at()),
}


def outcome(*answers: Any, call: str = "send", anonymous: bool = False) -> Any:
    """What one call comes to: its result, or the error that it raised."""

    async def talk() -> Any:
        async with connected(*answers, anonymous=anonymous) as line:
            try:
                return await CALLS[call](line)
            except REFUSALS as error:
                return error

    return asyncio.run(talk())


def error(status: int, code: str = "", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (status, named, {"error": {"code": code or "Somehow", "message": WORDS}})


# What an answer means


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400, "BadArgument"), OurBug), (error(400, "BadSyntax"), OurBug),
        (error(413, "MessageSizeTooBig"), OurBug), (error(405), OurBug), (error(415), OurBug), (error(422), OurBug),
        (error(403, "BotNotInConversationRoster"), ConversationGone),
        (error(403, "BotDisabledByAdmin"), ConversationGone),
        (error(403, "ConversationBlockedByUser"), ConversationGone),
        (error(403, "ForbiddenOperationException"), ConversationGone), (error(403, "new in 2031"), ConversationGone),
        (error(403, "InvalidBotApiHost"), OurBug), (error(403, "NotEnoughPermissions"), OurBug),
        (error(404, "ConversationNotFound"), NotThere), (error(404), NotThere), (error(410), NotThere),
        (error(412, "PreconditionFailed"), Later), (error(408), Later), (error(409), Later), (error(429), Limited),
        (error(500, "ServiceError"), Later), (error(502, "ServiceError"), Later), (error(503), Later),
        (error(504), Unsure), (error(599), Later), (error(401, "BotNotRegistered"), TokenRefused),
        ((403, {}, "<html>Forbidden</html>"), Later), ((404, {}, "404: Not Found"), Later), ((404, {}, ""), Later),
        ((407, {}, "proxy"), Later), ((302, {"Location": "/elsewhere"}, ""), Later), ((200, {}, "<html>"), Unsure),
    ],
)  # fmt: skip
def test_each_answer_is_one_of_the_ports_errors(call: str, answer: Any, kind: type[Exception]) -> None:
    got = outcome(answer, call=call)
    assert type(got) is kind
    assert WORDS not in said(got)
    assert "tok-" not in said(got)
    assert "user-1" not in said(got)


@pytest.mark.parametrize("call", ["send", "update", "create", "members"])
def test_what_the_connector_does_not_know_how_to_do_is_not_tried_again(call: str) -> None:
    assert type(outcome(error(501), call=call)) is OurBug


def test_a_message_that_is_gone_does_not_end_the_conversation() -> None:
    assert type(outcome(error(404, "ActivityNotFoundInConversation"), call="update")) is MessageGone
    assert not issubclass(MessageGone, ConversationGone)


def test_a_conversation_that_is_not_there_may_be_made_anew() -> None:
    assert issubclass(NotThere, ConversationGone)
    assert not isinstance(outcome(error(403, "BotNotInConversationRoster")), NotThere)


def test_a_connector_that_hangs_up_may_have_done_it_and_is_tried_again_later() -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert type(outcome(hang_up)) is Unsure


@given(st.integers(-1, 1000), st.text(max_size=40), st.text(max_size=40))
def test_every_number_means_something(status: int, retry_after: str, code: str) -> None:
    now = datetime(2026, 10, 21, 7, 28, tzinfo=UTC)
    got = fault(status, retry_after, code, now)
    assert isinstance(got, REFUSALS)
    assert not isinstance(got, Later) or 0.0 <= got.after <= LONGEST


@pytest.mark.parametrize(
    ("retry_after", "after"),
    [
        ("30", 30.0), ("0", 0.0), ("1.5", 1.5), ("-4", 0.0), ("1e300", LONGEST), ("nan", UNSAID), ("inf", UNSAID),
        ("", UNSAID), ("soon", UNSAID), ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 09:28:30 +0200", 30.0), ("Wed, 21 Oct 2026 07:28:30 -0000", 30.0),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0.0), ("Thu, 22 Oct 2026 07:28:00 GMT", LONGEST),
        ("Wed, 99 Oct 2026 07:28:30 GMT", UNSAID), ("Wed, 21 Oct 9999999 07:28:30 GMT", UNSAID),
    ],
)  # fmt: skip
def test_how_long_to_wait_is_a_number_or_a_date_within_reason(retry_after: str, after: float) -> None:
    assert seconds(retry_after, UNSAID, datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == after


def test_how_long_to_wait_comes_with_the_error() -> None:
    assert outcome(error(429, Retry_After="17")).after == 17.0
    assert outcome(error(429)).after == UNSAID
    assert outcome(error(503, Retry_After="17")).after == 17.0
    assert outcome(error(500)).after == 0.0
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    assert 500.0 < outcome(error(429, Retry_After=date)).after <= 600.0


# Results


def test_each_call_gives_what_the_connector_gave() -> None:
    async def talk() -> None:
        page = {"members": [{"id": "29:m-1", "aadObjectId": "user-1", "name": "Ana"}], "continuationToken": "more"}
        async with connected(CREATED, (200, {}, ""), (201, {}, {"id": "a:made"}), (200, {}, page)) as line:
            assert await line.out.send(line.at(), MESSAGE) == "1:new"
            await line.out.update(line.at(), "17", MESSAGE)
            assert await line.out.create_personal(line.at()) == "a:made"
            members, token = await line.out.members(line.at())
            assert [(member.id, member.user, member.name) for member in members] == [("29:m-1", "user-1", "Ana")]
            assert token == "more"

    asyncio.run(talk())


# Tokens


def test_one_token_serves_many_messages() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            await asyncio.gather(*(line.out.send(line.at("a:1", f"T-{each}"), MESSAGE) for each in range(200)))
            assert {token for *_, token in line.stub.asked} == {"tok-1"}
            assert len(line.stub.asked) == 200
            assert line.stub.logins == 1

    asyncio.run(talk())


def test_a_token_that_is_not_taken_is_renewed_and_the_message_goes_once_more() -> None:
    async def talk() -> None:
        async with connected(error(401), CREATED) as line:
            assert await line.out.send(line.at(), MESSAGE) == "1:new"
            assert [token for *_, token in line.stub.asked] == ["tok-1", "tok-2"]
            assert line.stub.logins == 2

    asyncio.run(talk())


def test_many_messages_at_once_renew_it_once() -> None:
    async def only_the_second(request: web.Request) -> web.StreamResponse:
        taken = request.headers["Authorization"] == "Bearer tok-2"
        return web.json_response({"id": "1"} if taken else {}, status=201 if taken else 401)

    async def talk() -> None:
        async with connected(only_the_second) as line:
            await asyncio.gather(*(line.out.send(line.at("a:1", f"T-{each}"), MESSAGE) for each in range(50)))
            assert line.stub.logins == 2

    asyncio.run(talk())


def test_where_the_new_token_is_not_taken_either_there_is_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        async with connected(error(401)) as line:
            with pytest.raises(TokenRefused):
                await line.out.send(line.at(), MESSAGE)
            assert len(line.stub.asked) == 2
            with pytest.raises(Later) as caught:  # and no login for each further message
                await line.out.send(line.at(), MESSAGE)
            assert caught.value.after == APART
            assert line.stub.logins == 2

    asyncio.run(talk())
    (alarm,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (getattr(alarm, "event", ""), getattr(alarm, "status", 0)) == ("teams-token-refused", 401)


def test_without_a_registration_no_token_is_asked_for_or_sent() -> None:
    async def talk() -> None:
        async with connected(CREATED, error(401), anonymous=True) as line:
            await line.out.send(line.at(), MESSAGE)
            with pytest.raises(Later):
                await line.out.send(line.at(), MESSAGE)
            assert [token for *_, token in line.stub.asked] == ["", ""]
            assert line.stub.logins == 0

    asyncio.run(talk())


# Pace


def test_messages_wait_for_their_turn() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            for _ in range(8):
                await line.out.send(line.at(), MESSAGE)
            assert line.watch.slept == [1.0]
            assert len(line.stub.asked) == 8

    asyncio.run(talk())


def test_a_message_whose_turn_is_far_off_is_put_back() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            for _ in range(8):
                line.out.pace.turn("T-1", "a:1")
            with pytest.raises(Later):
                await line.out.send(line.at(), MESSAGE)
            assert line.stub.asked == []

    asyncio.run(talk())


def test_messages_new_chats_and_pages_are_counted_apart() -> None:
    async def talk() -> None:
        async with connected((200, {}, {"id": "1", "members": []})) as line:
            for _ in range(7):
                for call in CALLS.values():
                    if call is not CALLS["update"]:
                        await call(line)
            assert line.watch.slept == []
            await line.out.update(line.at(), "17", MESSAGE)  # is counted with the messages
            assert line.watch.slept == [1.0]

    asyncio.run(talk())


def test_a_conversation_that_was_too_fast_is_let_alone_for_as_long_as_teams_says() -> None:
    async def talk() -> None:
        async with connected(error(429, Retry_After="30"), CREATED) as line:
            with pytest.raises(Limited):
                await line.out.send(line.at(), MESSAGE)
            with pytest.raises(Later) as caught:
                await line.out.send(line.at(), MESSAGE)
            assert caught.value.after == pytest.approx(30.0)
            assert len(line.stub.asked) == 1
            await line.out.send(line.at("a:2", "T-2"), MESSAGE)
            assert line.watch.slept == []
            await line.out.send(line.at("a:2"), MESSAGE)  # of the same tenant
            assert line.watch.slept == [pytest.approx(1.0)]
            line.watch.time += 30.0
            await line.out.send(line.at(), MESSAGE)

    asyncio.run(talk())


def test_a_message_that_waits_is_put_back_when_the_way_is_closed_meanwhile() -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            for _ in range(7):
                await line.out.send(line.at(), MESSAGE)
            waiting = asyncio.create_task(line.out.send(line.at(), MESSAGE))
            await asyncio.sleep(0)
            line.out.pace.close(30.0, "T-1", "a:1")
            with pytest.raises(Later):
                await waiting
            assert len(line.stub.asked) == 7

    asyncio.run(talk())


# One address that is stuck


def test_a_dead_service_address_holds_up_nobody_elses_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    alive = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/dead"):
            await alive.wait()
        return web.json_response({"id": "1"}, status=201)

    async def talk() -> None:
        async with connected(answer) as line:
            conversations = [(f"a:{each}", f"T-{each}") for each in range(10)]
            dead = [asyncio.create_task(line.out.send(line.at(*each, "dead"), MESSAGE)) for each in conversations]
            while len(line.stub.asked) < 2:
                await asyncio.sleep(0)
            assert [await line.out.send(line.at(*each, "emea"), MESSAGE) for each in conversations] == ["1"] * 10
            assert not any(task.done() for task in dead)
            assert sum(path.startswith("/dead") for _, path, *_ in line.stub.asked) == 2
            alive.set()
            assert await asyncio.gather(*dead) == ["1"] * 10
            dead.clear()
            gc.collect()
            assert len(line.out._lanes) == 0

    asyncio.run(talk())


def test_what_waits_too_long_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "AT_ONCE", 1)
    alive = asyncio.Event()

    async def answer(_: web.Request) -> web.StreamResponse:
        await alive.wait()
        return web.json_response({"id": "1"}, status=201)

    async def talk() -> None:
        async with connected(answer) as line:
            async with asyncio.timeout(PATIENT.total or 0.0):  # and not because the call itself came to its end
                both = await asyncio.gather(*(CALLS["send"](line) for _ in range(2)), return_exceptions=True)
            assert [type(each) for each in both] == [Unsure, Unsure]
            alive.set()

    asyncio.run(talk())


def test_a_call_with_all_its_waiting_ends_before_its_delivery_is_anybody_elses() -> None:
    assert PATIENT.total is not None
    assert PATIENT.total < module.PATIENCE < LEASE_SECONDS


def test_whoever_gives_up_waiting_leaves_their_place_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 1)
    alive = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        await alive.wait()
        return web.json_response({"id": "1"}, status=201)

    async def talk() -> None:
        async with connected(answer) as line:
            tasks = [asyncio.create_task(line.out.send(line.at(f"a:{each}"), MESSAGE)) for each in range(3)]
            while not line.stub.asked:
                await asyncio.sleep(0)
            for task in tasks[:2]:
                task.cancel()
            alive.set()
            assert await tasks[2] == "1"

    asyncio.run(talk())


# Where it may go, and what is said of it


def test_a_service_address_that_is_not_admitted_is_our_bug_and_gets_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        async with connected(CREATED) as line:
            at = line.at().model_copy(update={"service_url": "http://127.0.0.1:9/"})
            for call in (
                line.out.send(at, MESSAGE),
                line.out.update(at, "17", MESSAGE),
                line.out.create_personal(at),
                line.out.members(at),
            ):
                with pytest.raises(OurBug):
                    await call
            assert line.stub.asked == []

    asyncio.run(talk())
    assert {getattr(record, "outcome", "") for record in caplog.records} == {"service-url"}


def test_what_is_our_bug_is_logged_in_words_that_we_know(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outcome(error(400, "BadArgument"))
    outcome(error(413, "SheHeldHisHand"), call="update")
    outcome(error(403, "BotNotInConversationRoster"))
    lines = [
        (record.levelname, *(getattr(record, name) for name in ("event", "platform", "rule", "outcome", "status")))
        for record in caplog.records
        if record.name == "afterword"
    ]
    assert lines == [
        ("WARNING", "teams-refused", "teams", "send", "BadArgument", 400),
        ("WARNING", "teams-refused", "teams", "update", "unknown", 413),
    ]
    assert not any(word in caplog.text for word in (WORDS, "SheHeldHisHand", "tok-", SECRET, "user-1", "29:m-1"))
