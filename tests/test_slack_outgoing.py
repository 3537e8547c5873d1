"""What goes to Slack, over real HTTP to a server that answers as badly as it is told to."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack import outgoing as module
from adapters.slack.outcomes import LONGEST, UNSAID, Answer, fault, seconds, understood
from adapters.slack.outgoing import (
    HashConflict,
    Limited,
    Outgoing,
    SlackError,
    TokenExpired,
    TriggerExpired,
    ViewGone,
    written,
)
from adapters.slack.pace import Pace
from bot.ports import ConversationGone, Installation, InstallationGone, Later, OurBug

TOKEN = "xoxb-canary-4711"
WORDS = "she held his hand"
OK = {"ok": True}


def installed(tenant: str = "T1", token: str = TOKEN, organization: bool = False) -> Installation:
    return Installation("slack", tenant, "UBOT", token, organization=organization)


@dataclass
class Watch:
    """A clock that only sleeping moves on."""

    time: float = 100.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


Respond = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass
class Stub:
    """Answers with `answers` one after the other, the last one for ever; a function is called."""

    answers: list[Any]
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        is_json = request.content_type == "application/json"
        body = json.loads(raw) if is_json else dict(await request.post())
        self.calls.append((request.match_info["method"], body))
        self.headers.append(dict(request.headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            given: web.StreamResponse = await answer(request, body)
            return given
        if isinstance(answer, dict):
            return web.json_response(answer)
        status, headers, text = answer
        return web.Response(status=status, headers=headers, text=text)


@asynccontextmanager
async def calling(*answers: Any, watch: Watch | None = None) -> AsyncIterator[tuple[Outgoing, Stub]]:
    stub, watch = Stub(list(answers)), watch or Watch()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", stub.respond)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    out = Outgoing(f"http://127.0.0.1:{port}/api/", clock=watch.now, sleep=watch.sleep)
    try:
        yield out, stub
    finally:
        await out.close()
        await runner.cleanup()


def outcome(*answers: Any, method: str = "chat.postMessage", organization: bool = False) -> Exception | dict[str, Any]:
    """What one call comes to."""

    async def once() -> Exception | dict[str, Any]:
        async with calling(*answers) as (out, _):
            try:
                return await out.call(installed(organization=organization), method, channel="D1", text=WORDS)
            except Exception as error:
                return error

    return asyncio.run(once())


def test_a_call_is_json_with_the_token_in_its_header() -> None:
    async def talk() -> None:
        async with calling({"ok": True, "ts": "1.5"}) as (out, stub):
            answer = await out.call(installed(), "chat.postMessage", channel="D1", text="Ñ", thread_ts=None)
            assert answer == {"ok": True, "ts": "1.5"}
            assert stub.calls == [("chat.postMessage", {"channel": "D1", "text": "Ñ"})]
            assert stub.headers[0]["Authorization"] == f"Bearer {TOKEN}"
            assert stub.headers[0]["Content-Type"] == "application/json; charset=utf-8"

    asyncio.run(talk())


def test_what_slack_reads_only_as_a_form_is_one() -> None:
    async def talk() -> None:
        async with calling(OK) as (out, stub):
            await out.call(installed(), "users.info", user="U1", include_locale=True)
            await out.exchange("12.34", "secret", grant_type="refresh_token", refresh_token="xoxe-1")
            assert stub.calls[0] == ("users.info", {"user": "U1", "include_locale": "true"})
            assert stub.calls[1][1] == {"grant_type": "refresh_token", "refresh_token": "xoxe-1"}
            assert stub.headers[1]["Authorization"].startswith("Basic ")

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("token_revoked", InstallationGone), ("account_inactive", InstallationGone), ("invalid_auth", InstallationGone),
        ("not_authed", InstallationGone), ("team_access_not_granted", InstallationGone),
        ("channel_not_found", ConversationGone), ("user_disabled", ConversationGone),
        ("user_not_found", ConversationGone), ("is_archived", ConversationGone), ("cannot_dm_bot", ConversationGone),
        ("messages_tab_disabled", ConversationGone), ("ratelimited", Later), ("internal_error", Later),
        ("fatal_error", Later), ("service_unavailable", Later), ("request_timeout", Later),
        ("token_expired", TokenExpired), ("msg_too_long", OurBug), ("invalid_blocks", OurBug),
        ("invalid_arguments", OurBug), ("unknown_method", OurBug), ("missing_scope", OurBug),
        ("something_new_in_2031", OurBug), ("", OurBug), ("expired_trigger_id", TriggerExpired),
        ("invalid_trigger_id", TriggerExpired), ("exchanged_trigger_id", TriggerExpired),
        ("hash_conflict", HashConflict), ("not_found", ViewGone), ("message_not_found", ViewGone),
    ],
)  # fmt: skip
def test_each_refusal_is_one_of_the_ports_errors(error: str, kind: type[Exception]) -> None:
    got = outcome({"ok": False, "error": error, "response_metadata": {"messages": [WORDS]}})
    assert isinstance(got, kind)
    assert WORDS not in "".join(traceback.format_exception(got)) + repr(got)


def test_one_workspace_that_is_closed_does_not_end_an_organization() -> None:
    closed = {"ok": False, "error": "team_access_not_granted"}
    assert isinstance(outcome(closed, organization=True), ConversationGone)


def test_only_this_folder_knows_its_own_errors() -> None:
    assert all(issubclass(kind, SlackError) for kind in (TriggerExpired, HashConflict, ViewGone))
    assert issubclass(Limited, Later)
    assert issubclass(TokenExpired, Later)


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        ((429, {"Retry-After": "30"}, "slow down"), 30.0),
        ((429, {}, ""), UNSAID),
        ((429, {"Retry-After": "soon"}, ""), UNSAID),
        ((429, {"Retry-After": "-4"}, ""), 0.0),
        ((429, {"Retry-After": "1e300"}, ""), LONGEST),
        ((429, {"Retry-After": "nan"}, ""), UNSAID),
        ((500, {}, "<html>"), 0.0),
        ((503, {"Retry-After": "7"}, ""), 7.0),
        ((200, {"Content-Type": "text/html"}, f"<html>{WORDS}</html>"), 0.0),
        ((200, {"Content-Type": "application/json"}, '{"ok": tr'), 0.0),
        ((200, {"Content-Type": "application/json"}, "[" * 100_000), 0.0),
        ((200, {}, ""), 0.0),
        ((200, {}, '["ok"]'), 0.0),
        ((200, {}, '{"ok": false}'), 0.0),
        ((200, {}, '{"ok": false, "error": ["fatal"]}'), 0.0),
        ((302, {"Location": "/api/elsewhere"}, ""), 0.0),
        ((307, {"Location": "http://127.0.0.1:9/api/elsewhere"}, ""), 0.0),
        ((407, {}, "proxy"), 0.0),
        ((200, {"Content-Encoding": "gzip"}, '{"ok": true'), 0.0),
    ],
)
def test_what_is_no_answer_of_slack_is_tried_again(answer: Any, after: float) -> None:
    got = outcome(answer)
    assert isinstance(got, Later)
    assert got.after == after
    assert WORDS not in "".join(traceback.format_exception(got))


def test_a_redirection_is_not_followed_with_the_token() -> None:
    async def talk() -> None:
        async with calling((307, {"Location": "/api/elsewhere"}, "")) as (out, stub):
            with pytest.raises(Later):
                await out.call(installed(), "auth.test")
            assert len(stub.calls) == 1

    asyncio.run(talk())


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert outcome(OK) == OK


def test_an_answer_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ANSWER", 100_000)
    sent = 0

    async def endless(request: web.Request, _: dict[str, Any]) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while sent < 500_000_000:
            await response.write(b" " * 10_000)
            sent += 10_000
        return response

    got = outcome(endless)
    assert isinstance(got, Later)
    assert sent < 50_000_000  # the rest never left the buffers


def test_a_small_body_that_unpacks_to_a_huge_one_is_not_unpacked() -> None:
    async def packed(_: web.Request, __: dict[str, Any]) -> web.StreamResponse:
        response = web.json_response({"ok": True, "more": " " * 50_000_000})
        response.enable_compression(web.ContentCoding.gzip)
        return response

    assert isinstance(outcome(packed), Later)


def test_a_server_that_hangs_up_or_is_not_there_is_tried_again() -> None:
    async def gone(request: web.Request, _: dict[str, Any]) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    assert isinstance(outcome(gone), Later)

    async def nobody() -> None:
        out = Outgoing("http://127.0.0.1:9/api/")
        with pytest.raises(Later) as caught:
            await out.call(installed(), "auth.test")
        assert caught.value.__context__ is None  # aiohttp's error carries the headers
        await out.close()

    asyncio.run(nobody())


@pytest.mark.parametrize("begun", [False, True])
def test_an_urgent_call_ends_in_time(begun: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "URGENT", 0.05)

    async def talk() -> None:
        over = asyncio.Event()

        async def slow(request: web.Request, _: dict[str, Any]) -> web.StreamResponse:
            response = web.StreamResponse()
            if begun:
                await response.prepare(request)
                await response.write(b'{"ok": ')
            await over.wait()
            return response

        async with calling(slow) as (out, _):
            for _ in range(2):
                with pytest.raises(Later) as caught:
                    await out.call(installed(), "views.open", urgent=True)
                assert caught.value.after == 0.0
            with pytest.raises(Later):
                await out.identify(TOKEN, urgent=True)
            over.set()

    asyncio.run(talk())


@pytest.mark.parametrize(("error", "expired"), [("token_expired", True), ("token_revoked", False)])
def test_a_call_whose_token_was_refused_is_made_once_more_with_another(error: str, expired: bool) -> None:
    async def talk() -> None:
        asked: list[tuple[str, bool]] = []

        async def another(refused: Installation, had_expired: bool) -> Installation:
            asked.append((refused.token, had_expired))
            return installed(token="xoxb-new")

        refusal = {"ok": False, "error": error}
        async with calling(refusal, OK) as (out, stub):
            out.on_refused(another)
            assert await out.call(installed(token="xoxb-old"), "auth.test") == OK
            assert asked == [("xoxb-old", expired)]
            assert [headers["Authorization"] for headers in stub.headers] == ["Bearer xoxb-old", "Bearer xoxb-new"]
        async with calling(refusal) as (out, stub):
            out.on_refused(another)
            with pytest.raises((TokenExpired, InstallationGone)):
                await out.call(installed(), "auth.test")
            assert len(stub.calls) == 2

    asyncio.run(talk())


def test_no_token_and_no_word_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for error in ("invalid_blocks", WORDS, TOKEN, "fatal_error"):
        outcome({"ok": False, "error": error, "messages": [WORDS, TOKEN]})
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "slack-refused" in logged
    assert "invalid_blocks" in logged
    assert TOKEN not in logged
    assert WORDS not in logged


# How fast


def test_slack_s_no_closes_that_method_of_that_workspace_and_nothing_else() -> None:
    async def talk() -> None:
        watch = Watch()
        async with calling((429, {"Retry-After": "30"}, ""), OK, watch=watch) as (out, stub):
            with pytest.raises(Limited):
                await out.call(installed(), "views.publish", user_id="U1")
            watch.time += 10
            with pytest.raises(Later) as caught:
                await out.call(installed(), "views.publish", user_id="U2")
            assert caught.value.after == pytest.approx(20.0)
            assert len(stub.calls) == 1, "nothing was asked for meanwhile"
            await out.call(installed("T2"), "views.publish", user_id="U1")
            await out.call(installed(), "views.update", view_id="V1")
            watch.time += 20
            await out.call(installed(), "views.publish", user_id="U1")
            assert len(stub.calls) == 4

    asyncio.run(talk())


def test_a_storm_of_refusals_costs_one_request_a_workspace() -> None:
    async def talk() -> None:
        async with calling((429, {"Retry-After": "60"}, "")) as (out, stub):
            for n in range(200):
                with pytest.raises(Later):
                    await out.call(installed(f"T{n % 3}"), "chat.update", channel="D1", ts=str(n))
            assert len(stub.calls) == 3

    asyncio.run(talk())


def test_a_chat_gets_one_message_a_second() -> None:
    async def talk() -> None:
        watch = Watch()
        async with calling(OK, watch=watch) as (out, stub):
            for n in range(3):
                await out.call(installed(), "chat.postMessage", channel="D1", text=str(n))
            assert sum(watch.slept) == pytest.approx(2.0)
            assert [body["text"] for _, body in stub.calls] == ["0", "1", "2"]

    asyncio.run(talk())


def test_a_turn_that_slack_closed_while_it_was_waited_for_is_not_used() -> None:
    async def talk() -> None:
        watch = Watch()
        async with calling(OK, watch=watch) as (out, stub):
            await out.call(installed(), "chat.postMessage", channel="D1")
            first = asyncio.create_task(out.call(installed(), "chat.postMessage", channel="D1"))
            await asyncio.sleep(0)
            out.pace.close(30.0, "T1", "chat.postMessage", "D1")
            with pytest.raises(Later):
                await first
            assert len(stub.calls) == 1

    asyncio.run(talk())


def test_a_short_wait_is_told_and_a_long_one_is_put_back() -> None:
    watch = Watch()
    pace = Pace(watch.now)
    assert pace.turn("T1", "chat.postMessage", "D1") == 0.0
    assert pace.turn("T1", "chat.postMessage", "D1") == pytest.approx(1.0)
    with pytest.raises(Later) as caught:
        pace.turn("T1", "chat.postMessage", "D1")
    assert caught.value.after == pytest.approx(2.0)
    assert pace.turn("T2", "chat.postMessage", "D1") == 0.0, "another workspace goes on"
    assert pace.turn("T1", "chat.update", "D1") == 0.0


def test_a_workspace_gets_five_messages_a_second() -> None:
    watch = Watch()
    pace = Pace(watch.now)
    waits = [pace.turn("T1", "chat.postMessage", f"D{n}") for n in range(6)]
    assert waits == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    with pytest.raises(Later):
        pace.turn("T1", "chat.postMessage", "D9")
    watch.time += 1.3
    assert pace.turn("T1", "chat.postMessage", "D9") == 0.0


def test_what_is_remembered_is_bounded_and_what_still_counts_goes_last() -> None:
    watch = Watch()
    pace = Pace(watch.now, most=50)
    pace.close(1000.0, "T1", "views.publish")
    for n in range(500):
        watch.time += 2
        pace.turn("T1", "chat.postMessage", f"D{n}")
        pace.close(0.5, "T1", f"method-{n}")
    assert len(pace._next) <= 50
    assert len(pace._closed) <= 50
    assert pace._closed[("T1", "views.publish")] > watch.time - 1


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from("12"), st.floats(0, 2)), max_size=60))
def test_no_chat_and_no_workspace_is_ever_hurried(asked: list[tuple[str, str, float]]) -> None:
    watch = Watch()
    pace = Pace(watch.now)
    sent: list[tuple[float, str, str]] = []
    for tenant, channel, gap in asked:
        watch.time += gap
        with suppress(Later):
            sent.append((watch.time + pace.turn(tenant, "chat.postMessage", channel), tenant, channel))
    for n, (moment, tenant, channel) in enumerate(sent):
        for before, its_tenant, its_channel in sent[:n]:
            if its_tenant == tenant:
                assert abs(moment - before) >= (1.0 if its_channel == channel else 0.2) - 1e-6


@given(st.text(max_size=20))
def test_any_retry_after_is_a_wait_of_at_most_an_hour(header: str) -> None:
    assert 0.0 <= seconds(header, UNSAID) <= LONGEST


@given(st.integers(0, 599), st.binary(max_size=60))
def test_any_answer_is_understood(status: int, body: bytes) -> None:
    answer = Answer(status, "", body)
    error = fault(understood(answer), answer)
    assert error is None or isinstance(error, Later | OurBug)


def test_arguments_are_written_whatever_stands_in_them() -> None:
    kind, data = written("chat.postMessage", {"text": "\ud800 \x00 🙂"})
    assert json.loads(data) == {"text": "\ud800 \x00 🙂"}
    assert kind.startswith("application/json")


# Immediate answers that have to wait (bot/soon.py)


def test_an_answer_waits_its_turn_and_is_dropped_where_slack_gives_up_on_it(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        refused: list[Exception] = [ViewGone(), Later()]

        async def work() -> None:
            raise refused.pop()

        out = Outgoing(sleep=Watch().sleep)
        assert not await out.answer("view:V1", work)
        while refused:
            await asyncio.sleep(0)
        await out.close()

    asyncio.run(talk())
    (record,) = caplog.records
    said = {name: record.__dict__[name] for name in ("event", "platform", "kind")}
    assert said == {"event": "slack-answer-dropped", "platform": "slack", "kind": "ViewGone"}


def test_the_first_try_tells_its_caller_what_no_waiting_mends() -> None:
    async def talk() -> None:
        async def work() -> None:
            raise ViewGone

        out = Outgoing()
        with pytest.raises(ViewGone):
            await out.answer("view:V1", work)
        await out.close()

    asyncio.run(talk())


def test_after_the_end_slack_is_not_there() -> None:
    async def talk() -> None:
        async with calling(OK) as (out, stub):
            await out.call(installed(), "auth.test")
            await out.close()
            with pytest.raises(Later):
                await out.call(installed(), "auth.test")
            assert len(stub.calls) == 1
        never = Outgoing()
        await never.close()
        with pytest.raises(Later):
            await never.call(installed(), "auth.test")
        assert never._session is None

    asyncio.run(talk())
