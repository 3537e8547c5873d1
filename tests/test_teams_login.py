"""The token for what goes to Teams, from a login on this machine that answers as badly as it is told to."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from searching import said

from adapters.teams import login as module
from adapters.teams.login import (
    APART,
    BRINK,
    EARLY,
    LONGEST_LIFE,
    LONGEST_PAUSE,
    MAX_ANSWER,
    SCOPE,
    UNSAID_LIFE,
    Answer,
    Login,
    understood,
)
from bot.ports import Later, Refusal

SECRET = "secret-canary~4711"
TENANT = "0f8fad5b-d9cb-469f-a165-70867728950e"
APP = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
WORDS = "AADSTS7000215: canary of an explanation"

Given = tuple[int, dict[str, str], bytes]


def given_token(token: str, life: object = 3600) -> Given:
    return 200, {}, json.dumps({"token_type": "Bearer", "expires_in": life, "access_token": token}).encode()


def refusal(status: int, error: str) -> Given:
    return status, {}, json.dumps({"error": error, "error_description": WORDS, "error_codes": [7000215]}).encode()


DOWN: Given = (503, {}, b"<html>down</html>")


@dataclass
class Watch:
    """A clock that only a test moves on; whoever sleeps is woken by it."""

    time: float = 1000.0
    sleeping: list[tuple[float, asyncio.Event]] = field(default_factory=list)

    def __call__(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self.sleeping.append((self.time + seconds, woken))
        await woken.wait()

    def pass_by(self, seconds: float) -> None:
        self.time += seconds
        for until, woken in self.sleeping:
            if until <= self.time:
                woken.set()
        self.sleeping = [each for each in self.sleeping if not each[1].is_set()]


@dataclass
class Stub:
    """Answers one after the other, the last one for ever. `held`: answers nothing until it is set."""

    answers: list[Given]
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    held: asyncio.Event | None = None
    come: asyncio.Event = field(default_factory=asyncio.Event)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, dict(await request.post()), dict(request.headers)))
        self.come.set()
        if self.held is not None:
            await self.held.wait()
        status, headers, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, headers=headers, body=body)


@asynccontextmanager
async def serving(stub: Stub) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", stub.respond)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def logging_in(*answers: Given, watch: Watch | None = None) -> AsyncIterator[tuple[Login, Stub]]:
    stub, watch = Stub(list(answers)), watch or Watch()
    async with serving(stub) as url:
        login = Login(url, TENANT, APP, SECRET, clock=watch, sleep=watch.sleep)
        try:
            yield login, stub
        finally:
            await login.close()


async def until_asked(stub: Stub, times: int) -> None:
    """The task that renews has come to the login, and the answer has come back."""
    async with asyncio.timeout(10):
        while len(stub.asked) < times:
            stub.come.clear()
            await stub.come.wait()


async def until_asleep(watch: Watch) -> None:
    async with asyncio.timeout(10):
        while not watch.sleeping:
            await asyncio.sleep(0)


def refused(*answers: Given) -> Refusal:
    async def talk() -> Refusal:
        async with logging_in(*answers) as (login, _):
            with pytest.raises(Refusal) as caught:
                await login.start()
            return caught.value

    return asyncio.run(talk())


def test_it_asks_as_the_app_for_the_connectors_scope() -> None:
    async def talk() -> None:
        async with logging_in(given_token("tok-1")) as (login, stub):
            assert login.token() == ""
            await login.start()
            assert login.token() == "tok-1"
            ((path, form, headers),) = stub.asked
            assert path == f"/{TENANT}/oauth2/v2.0/token"
            assert form == {
                "grant_type": "client_credentials",
                "client_id": APP,
                "client_secret": SECRET,
                "scope": SCOPE,
            }
            assert headers["Content-Type"] == "application/x-www-form-urlencoded"

    asyncio.run(talk())


def test_one_token_serves_every_call_of_its_life() -> None:
    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-1"), watch=watch) as (login, stub):
            await login.start()
            for _ in range(100):
                watch.time += 30.0
                assert await login.fresh() == "tok-1"
            assert len(stub.asked) == 1

    asyncio.run(talk())


def test_a_token_is_renewed_some_minutes_before_its_end() -> None:
    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-1"), given_token("tok-2"), watch=watch) as (login, stub):
            await login.start()
            await until_asleep(watch)
            watch.pass_by(3600.0 - EARLY - 1.0)
            assert watch.sleeping
            watch.pass_by(1.0)
            await until_asked(stub, 2)
            await until_asleep(watch)
            assert login.token() == "tok-2"

    asyncio.run(talk())


def test_a_token_that_does_not_last_long_is_renewed_at_half_its_life() -> None:
    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-1", 120), watch=watch) as (login, _):
            await login.start()
            await until_asleep(watch)
            assert watch.sleeping[0][0] - watch.time == 60.0

    asyncio.run(talk())


def test_a_token_that_was_renewed_on_demand_is_not_renewed_at_the_old_ones_time() -> None:
    async def talk() -> None:
        watch = Watch()
        answers = (given_token("tok-1"), given_token("tok-2"), given_token("tok-3"))
        async with logging_in(*answers, watch=watch) as (login, stub):
            await login.start()
            await until_asleep(watch)
            watch.pass_by(1000.0)
            assert await login.renewed("tok-1") == "tok-2"
            watch.pass_by(3600.0 - EARLY - 1000.0)
            await until_asleep(watch)
            assert len(stub.asked) == 2
            assert watch.sleeping[0][0] - watch.time == 1000.0
            watch.pass_by(1000.0)
            await until_asked(stub, 3)
            await until_asleep(watch)
            assert login.token() == "tok-3"

    asyncio.run(talk())


def test_where_renewing_fails_the_old_token_serves_to_its_end_and_it_is_tried_again() -> None:
    async def talk() -> None:
        watch = Watch()
        answers = (given_token("tok-1"), DOWN, DOWN, given_token("tok-2"))
        async with logging_in(*answers, watch=watch) as (login, stub):
            await login.start()
            pauses = []
            for times in (2, 3, 4):
                await until_asleep(watch)
                pauses.append(watch.sleeping[0][0] - watch.time)
                assert await login.fresh() == "tok-1"
                watch.pass_by(pauses[-1])
                await until_asked(stub, times)
            await until_asleep(watch)
            assert await login.fresh() == "tok-2"
            assert pauses == [3600.0 - EARLY, 2 * APART, 4 * APART]

    asyncio.run(talk())


def test_it_does_not_stop_trying_and_never_pauses_for_long() -> None:
    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-1"), DOWN, watch=watch) as (login, stub):
            await login.start()
            for times in range(2, 30):
                await until_asleep(watch)
                pause = watch.sleeping[0][0] - watch.time
                watch.pass_by(pause)
                await until_asked(stub, times)
            assert pause == LONGEST_PAUSE
            stub.answers[:] = [given_token("tok-2")]
            await until_asleep(watch)
            watch.pass_by(LONGEST_PAUSE)
            await until_asked(stub, 30)
            await until_asleep(watch)
            assert login.token() == "tok-2"

    asyncio.run(talk())


def test_a_token_at_its_end_is_not_used_and_another_one_is_waited_for() -> None:
    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-1"), given_token("tok-2"), watch=watch) as (login, stub):
            await login.start()
            watch.time += 3600.0 - BRINK
            assert await login.fresh() == "tok-2"
            assert await login.fresh() == "tok-2"
            assert len(stub.asked) == 2

    asyncio.run(talk())


def test_without_a_token_what_is_to_be_sent_is_put_back() -> None:
    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-1"), DOWN, watch=watch) as (login, stub):
            await login.start()
            watch.time += 3600.0
            for _ in range(3):
                with pytest.raises(Later) as caught:
                    await login.fresh()
                assert caught.value.after == APART
            assert len(stub.asked) == 2  # not once for each of them
            watch.time += APART
            stub.answers[:] = [given_token("tok-2")]
            assert await login.fresh() == "tok-2"

    asyncio.run(talk())


def test_a_token_that_the_connector_refused_is_renewed_once_for_everybody() -> None:
    async def talk() -> None:
        async with logging_in(given_token("tok-1"), given_token("tok-2")) as (login, stub):
            await login.start()
            stub.held = asyncio.Event()
            everybody = [asyncio.create_task(login.renewed("tok-1")) for _ in range(50)]
            await until_asked(stub, 2)
            stub.held.set()
            assert set(await asyncio.gather(*everybody)) == {"tok-2"}
            assert len(stub.asked) == 2

    asyncio.run(talk())


def test_a_token_is_not_renewed_again_and_again() -> None:
    async def talk() -> None:
        watch = Watch()
        answers = (given_token("tok-1"), given_token("tok-2"), given_token("tok-3"))
        async with logging_in(*answers, watch=watch) as (login, stub):
            await login.start()
            assert await login.renewed("tok-1") == "tok-2"
            assert await login.renewed("tok-1") == "tok-2"  # that one is old
            with pytest.raises(Later) as caught:
                await login.renewed("tok-2")
            assert caught.value.after == APART
            assert len(stub.asked) == 2
            watch.time += APART
            assert await login.renewed("tok-2") == "tok-3"

    asyncio.run(talk())


def test_whoever_does_not_wait_to_the_end_leaves_the_others_waiting() -> None:
    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-1"), given_token("tok-2"), watch=watch) as (login, stub):
            await login.start()
            stub.held = asyncio.Event()
            first, second = (asyncio.create_task(login.renewed("tok-1")) for _ in range(2))
            await until_asked(stub, 2)
            watch.time += APART
            first.cancel()
            await until_asked(stub, 3)
            stub.held.set()
            assert await second == "tok-2"
            assert first.cancelled()

    asyncio.run(talk())


@pytest.mark.parametrize(
    "answer",
    [
        refusal(401, "invalid_client"),
        refusal(400, "invalid_client"),
        refusal(400, "unauthorized_client"),
        refusal(400, "invalid_request"),
        refusal(403, "access_denied"),
        refusal(400, "something new\nin 2031"),
        refusal(400, ""),
    ],
)
def test_credentials_that_the_login_does_not_take_are_refused_in_one_line(answer: Given) -> None:
    error = refused(answer)
    assert error.code == "teams-login"
    for name in ("MICROSOFT_APP_ID", "MICROSOFT_APP_PASSWORD", "MICROSOFT_APP_TENANT_ID"):
        assert name in error.words
    assert "\n" not in error.words


@pytest.mark.parametrize(
    "answer",
    [
        DOWN,
        (500, {}, b""),
        (429, {"Retry-After": "5"}, b"{}"),
        (404, {}, b"<html>"),
        refusal(400, "temporarily_unavailable"),
        refusal(503, "invalid_client"),
        (401, {}, b"<html>proxy</html>"),
        (400, {}, b'{"error": ["invalid_client"]}'),
        (200, {}, b"<html>sign in to this network</html>"),
        (200, {}, b'{"access_token": 17}'),
        (200, {}, b'{"access_token": ""}'),
        (200, {}, b'{"access_token": "a b"}'),
        (200, {}, b'{"access_token": "a\\r\\nX-Header: b"}'),
        (200, {}, b"[" * 60_000),
        (200, {}, b'{"access_token": "tok"}' + b" " * MAX_ANSWER),
        (200, {"Content-Encoding": "gzip"}, b'{"access_token": "tok"'),
        (302, {"Location": "/elsewhere"}, b""),
    ],
)
def test_whatever_else_it_says_it_cannot_be_reached_just_now(answer: Given) -> None:
    error = refused(answer)
    assert error.code == "teams-unreached"
    assert error.words.startswith("Microsoft's login cannot be reached just now.")


def test_a_login_that_is_not_there_or_does_not_answer_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        nobody = Login("http://127.0.0.1:9", TENANT, APP, SECRET)
        with pytest.raises(Refusal, match="cannot be reached"):
            await nobody.start()
        await nobody.close()
        monkeypatch.setattr(module, "PATIENT", aiohttp.ClientTimeout(total=0.05))
        async with logging_in(given_token("tok-1")) as (login, stub):
            stub.held = asyncio.Event()
            with pytest.raises(Refusal, match="cannot be reached"):
                await login.start()
            stub.held.set()

    asyncio.run(talk())


def test_the_secret_follows_no_redirection() -> None:
    async def talk() -> None:
        other = Stub([given_token("stolen")])
        async with serving(other) as elsewhere:
            for status in (301, 302, 303, 307, 308):
                async with logging_in((status, {"Location": f"{elsewhere}/token"}, b"")) as (login, _):
                    with pytest.raises(Refusal):
                        await login.start()
        assert other.asked == []

    asyncio.run(talk())


def test_the_secret_goes_through_no_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk() -> None:
        proxy = Stub([given_token("stolen")])
        async with serving(proxy) as address:
            for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, address)
            async with logging_in(given_token("tok-1")) as (login, _):
                await login.start()
                assert login.token() == "tok-1"
        assert proxy.asked == []

    asyncio.run(talk())


def test_nothing_secret_stands_in_an_error_or_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (refusal(401, "invalid_client"), DOWN, (200, {}, b'{"access_token": "tok canary"}')):
        told = said(refused(answer))
        assert SECRET not in told
        assert WORDS not in told
        assert "tok canary" not in told

    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-canary"), refusal(401, "invalid_client"), watch=watch) as (login, _):
            await login.start()
            watch.time += 3600.0
            with pytest.raises(Later) as caught:
                await login.fresh()
            assert not any(word in said(caught.value) for word in (SECRET, WORDS, "tok-canary"))

    asyncio.run(talk())
    assert not any(word in caplog.text for word in (SECRET, WORDS, "canary"))
    assert "tok-canary" not in repr(understood(200, given_token("tok-canary")[2]))


def test_a_log_says_why_there_is_no_other_token_in_words_that_we_know(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def talk(answer: Any) -> None:
        async with logging_in(given_token("tok-1"), answer) as (login, _):
            await login.start()
            with pytest.raises(Later):
                await login.renewed("tok-1")

    for answer in (refusal(401, "invalid_client"), refusal(400, "a word of theirs"), DOWN):
        asyncio.run(talk(answer))
    lines = [(record.levelname, getattr(record, "outcome", "")) for record in caplog.records]
    assert lines == [("ERROR", "invalid_client"), ("ERROR", "unknown"), ("WARNING", "unreached")]


def test_after_closing_there_is_no_token_and_nobody_is_asked() -> None:
    async def talk() -> None:
        async with logging_in(given_token("tok-1")) as (login, stub):
            await login.start()
            await login.close()
            await login.close()
            assert login.token() == ""
            with pytest.raises(Later):
                await login.fresh()
            with pytest.raises(Later):
                await login.renewed("tok-1")
            assert len(stub.asked) == 1
            assert login._renewing is not None
            assert login._renewing.done()

    asyncio.run(talk())


def test_closing_while_it_is_asked_leaves_nothing_behind() -> None:
    async def talk() -> None:
        async with logging_in(given_token("tok-1"), given_token("tok-2")) as (login, stub):
            await login.start()
            stub.held = asyncio.Event()
            waiting = asyncio.create_task(login.renewed("tok-1"))
            await until_asked(stub, 2)
            await login.close()
            with pytest.raises(Later):
                await waiting
            stub.held.set()
            assert login.token() == ""

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("life", "believed"),
    [
        (3599, 3599.0), ("3599", 3599.0), (0, 0.0), (10**9, UNSAID_LIFE), (999_999, LONGEST_LIFE), (None, UNSAID_LIFE),
        (True, UNSAID_LIFE), (-5, UNSAID_LIFE), (3.5, UNSAID_LIFE), ("soon", UNSAID_LIFE), ([], UNSAID_LIFE),
    ],
)  # fmt: skip
def test_how_long_a_token_lasts_is_believed_within_reason(life: object, believed: float) -> None:
    assert understood(*(given_token("tok", life)[0], given_token("tok", life)[2])) == Answer("tok", believed)


@given(st.integers(0, 999), st.binary(max_size=200))
def test_any_answer_is_understood_as_something(status: int, body: bytes) -> None:
    assert isinstance(understood(status, body), Answer)


def test_a_token_that_is_over_at_once_does_not_make_it_ask_without_end() -> None:
    async def talk() -> None:
        watch = Watch()
        async with logging_in(given_token("tok-1", 0), watch=watch) as (login, stub):
            await login.start()
            await until_asleep(watch)
            assert watch.sleeping[0][0] - watch.time == APART
            assert await login.fresh() == "tok-1"
            for _ in range(20):
                with suppress(Later):
                    await login.fresh()
            assert len(stub.asked) == 2

    asyncio.run(talk())
