"""What knocks at `/api/messages`: only what Microsoft has signed, for us, now and for Teams, whatever its keys do."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, ParamSpec

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from adapters.teams import keys as module
from adapters.teams.keys import MAX_ANSWER, PAUSE, REFRESH, SOON, Keys, NoKeys, SigningKey, built
from adapters.teams.tokens import ISSUER, LEEWAY, MAX_HEADER, Denied, Tokens
from bot.logs import AllowList

APP = "11111111-2222-4333-8444-555555555555"
SERVICE = "https://smba.trafficmanager.net/emea/0f0f0f0f-0000-4000-8000-000000000000/"
ACTIVITY: dict[str, object] = {"type": "message", "channelId": "msteams", "serviceUrl": SERVICE}
NOW = 1_800_000_000
CANARY = "canary-4711"

P = ParamSpec("P")


def in_a_loop(test: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """A test that is a coroutine, bounded."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(30):
                await test(*args, **kwargs)

        asyncio.run(bounded())

    return run


@cache
def pair(name: str, bits: int = 2048) -> RSAPrivateKey:
    """One for each name: making them takes long."""
    return generate_private_key(public_exponent=65537, key_size=bits)


def jwk(kid: str, private: RSAPrivateKey | None = None, **more: object) -> dict[str, object]:
    """As Microsoft publishes a key: no `alg`, and the channels that it may speak for."""
    public = (private or pair(kid)).public_key()
    numbers = RSAAlgorithm.to_jwk(public, as_dict=True)
    own = {"kid": kid, "kty": "RSA", "use": "sig", "n": numbers["n"], "e": numbers["e"]}
    return {**own, "endorsements": ["skype", "msteams"], **more}


def token(kid: str = "one", signed_by: RSAPrivateKey | None = None, without: str = "", **claims: object) -> str:
    given: dict[str, object] = {"iss": ISSUER, "aud": APP, "nbf": NOW - 60, "exp": NOW + 3600, "serviceurl": SERVICE}
    said = {name: value for name, value in (given | claims).items() if name != without}
    written = json.dumps(said).encode()  # PyJWT's own writer refuses some of what a liar may say
    return jwt.api_jws.encode(written, signed_by or pair(kid), algorithm="RS256", headers={"kid": kid, "typ": "JWT"})


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def by_hand(header: object, payload: str | None = None, sign: Callable[[bytes], bytes] = lambda _: b"x" * 256) -> str:
    """With whatever header and signature; by default it says what a good token says."""
    body = f"{base64url(json.dumps(header).encode())}.{payload or token().split('.')[1]}"
    return f"{body}.{base64url(sign(body.encode()))}"


def with_the_public_key(message: bytes) -> bytes:
    public = pair("one").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return hmac.digest(public, message, hashlib.sha256)


@dataclass
class Watch:
    """Seconds pass only when a test says so."""

    time: float = 5000.0
    asleep: list[tuple[float, asyncio.Future[None]]] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.asleep.append((self.time + seconds, waking))
        await waking

    def goes_on(self, seconds: float) -> None:
        self.time += seconds
        for until, waking in self.asleep:
            if until <= self.time and not waking.done():
                waking.set_result(None)


Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class KeyServer:
    """Publishes `keys`; `as_metadata` and `as_keys` answer in place of the two documents."""

    keys: list[Any]
    as_metadata: Respond | None = None
    as_keys: Respond | None = None
    url: str = ""
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    busy: int = 0
    most_busy: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def fetches(self) -> int:
        return self.asked.count("/openid")

    async def respond(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        self.headers.append(request.headers)
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        try:
            return await self._answer(request)
        finally:
            self.busy -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/openid":
            return await (self.as_metadata or self._metadata)(request)
        return await (self.as_keys or self._keys)(request)

    async def _metadata(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"keys": self.keys})

    async def hang(self, request: web.Request) -> web.StreamResponse:
        await self.go_on.wait()
        return await (self._metadata if request.path == "/openid" else self._keys)(request)


@dataclass
class Place:
    keys: Keys
    server: KeyServer
    watch: Watch
    time: float = NOW

    def __post_init__(self) -> None:
        self.tokens = Tokens(APP, self.keys, now=lambda: self.time)

    async def said(self, authorization: str, **activity: object) -> str:
        """What comes of a request: `admitted`, `no-keys`, or the rule that it did not keep."""
        try:
            await self.tokens.verify(authorization, ACTIVITY | activity)
        except NoKeys:
            return "no-keys"
        except Denied as denied:
            return denied.rule
        return "admitted"

    async def of(self, kid: str = "one", **claims: Any) -> str:
        return await self.said(f"Bearer {token(kid, **claims)}")

    async def ready(self) -> None:
        """As it is in a process that has been up for a while."""
        await self.keys.start()
        await self.resting()
        assert await self.of() == "admitted"

    async def resting(self) -> None:
        """Until the background has done what it does, and sleeps."""
        await until(lambda: any(not waking.done() for _, waking in self.watch.asleep))


@asynccontextmanager
async def place(*kids: str) -> AsyncIterator[Place]:
    """`kids`: what is published; nothing has been fetched yet."""
    server, watch = KeyServer([jwk(kid) for kid in kids or ("one",)]), Watch()
    app = web.Application()
    app.router.add_get("/{document}", server.respond)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    keys = Keys(f"{server.url}/openid", clock=watch.now, sleep=watch.sleep)
    try:
        yield Place(keys, server, watch)
    finally:
        await keys.close()
        await runner.cleanup()


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not there():
            await asyncio.sleep(0.001)


@in_a_loop
async def test_what_microsoft_signed_for_us_is_admitted() -> None:
    async with place() as here:
        assert await here.of() == "admitted"
        assert await here.of(aud=[APP, "another"]) == "admitted"
        assert await here.of(without="nbf") == "admitted"
        assert here.server.fetches == 1


REFUSED: dict[str, tuple[str, str]] = {
    "no header": ("", "no-header"),
    "another scheme": ("Basic QWRhOkxvdmVsYWNl", "scheme"),
    "the scheme in small letters": ("bearer {good}", "scheme"),
    "the scheme alone": ("Bearer", "scheme"),
    "the token alone": ("{good}", "scheme"),
    "no token": ("Bearer ", "malformed"),
    "two spaces": ("Bearer  {good}", "malformed"),
    "a space behind it": ("Bearer {good} ", "malformed"),
    "a line behind it": ("Bearer {good}\n", "malformed"),
    "two tokens": ("Bearer {good}, Bearer {good}", "malformed"),
    "garbage": ("Bearer garbage", "malformed"),
    "garbage of three parts": ("Bearer a.b.c", "malformed"),
    "other letters": ("Bearer é.é.é", "malformed"),
    "letters that cannot be written": ("Bearer \udce9.a.b", "malformed"),
    "no signature": ("Bearer {unsigned}", "malformed"),
    "a token without end": ("Bearer " + "a" * MAX_HEADER, "too-long"),
    "padding": ("Bearer {good}==", "malformed"),
}


@pytest.mark.parametrize("how", REFUSED)
@in_a_loop
async def test_a_header_that_is_not_a_bearers_is_refused_before_any_key_is_looked_for(how: str) -> None:
    header, rule = REFUSED[how]
    good = token()
    async with place() as here:
        filled = header.replace("{good}", good).replace("{unsigned}", good.rpartition(".")[0] + ".")
        assert await here.said(filled) == rule
        assert here.server.asked == []


HEADERS: dict[str, tuple[object, str]] = {
    "no algorithm": ({"kid": "one"}, "algorithm"),
    "none": ({"alg": "none", "kid": "one"}, "algorithm"),
    "None": ({"alg": "None", "kid": "one"}, "algorithm"),
    "null": ({"alg": None, "kid": "one"}, "algorithm"),
    "a list": ({"alg": ["RS256"], "kid": "one"}, "algorithm"),
    "a longer hash": ({"alg": "RS512", "kid": "one"}, "algorithm"),
    "another padding": ({"alg": "PS256", "kid": "one"}, "algorithm"),
    "no key id": ({"alg": "RS256"}, "kid"),
    "an empty key id": ({"alg": "RS256", "kid": ""}, "kid"),
    "a number for a key id": ({"alg": "RS256", "kid": 1}, "kid"),
    "a long key id": ({"alg": "RS256", "kid": "k" * 257}, "kid"),
    "a list for a header": (["RS256", "one"], "malformed"),
    "text for a header": ("RS256", "malformed"),
}


@pytest.mark.parametrize("how", HEADERS)
@in_a_loop
async def test_a_token_does_not_choose_how_it_is_checked(how: str) -> None:
    header, rule = HEADERS[how]
    async with place() as here:
        assert await here.said(f"Bearer {by_hand(header)}") == rule
        assert here.server.asked == []


@in_a_loop
async def test_a_token_that_is_signed_with_the_public_key_as_a_password_is_refused() -> None:
    async with place() as here:
        hashed = by_hand({"alg": "HS256", "kid": "one"}, sign=with_the_public_key)
        assert await here.said(f"Bearer {hashed}") == "algorithm"
        assert (
            await here.said(f"Bearer {by_hand({'alg': 'RS256', 'kid': 'one'}, sign=with_the_public_key)}")
            == "signature"
        )


@in_a_loop
async def test_a_key_that_a_token_brings_along_is_not_used() -> None:
    own = pair("mallory")
    brought = {"jwk": jwk("one", own), "jku": "http://127.0.0.1:9/keys", "x5u": "http://127.0.0.1:9/x5u"}
    async with place() as here:
        forged = jwt.encode(
            {"iss": ISSUER, "aud": APP, "exp": NOW + 60, "serviceurl": SERVICE}, own, "RS256", {"kid": "one"} | brought
        )
        assert await here.said(f"Bearer {forged}") == "signature"


LIES: dict[str, tuple[dict[str, Any], str]] = {
    "for another app": ({"aud": "99999999-2222-4333-8444-555555555555"}, "audience"),
    "for other apps": ({"aud": ["a", "b"]}, "audience"),
    "for a number": ({"aud": 7}, "audience"),
    "for nobody": ({"without": "aud"}, "missing-claim"),
    "for an empty name": ({"aud": ""}, "missing-claim"),
    "from another issuer": ({"iss": "https://sts.windows.net/0f0f/"}, "issuer"),
    "from the emulator": ({"iss": "https://login.microsoftonline.com/0f0f/v2.0"}, "issuer"),
    "from several issuers": ({"iss": [ISSUER]}, "issuer"),
    "from no issuer": ({"without": "iss"}, "missing-claim"),
    "for another service address": ({"serviceurl": "https://smba.trafficmanager.net/amer/"}, "service-url"),
    "without the slash at its end": ({"serviceurl": SERVICE.rstrip("/")}, "service-url"),
    "for a list of addresses": ({"serviceurl": [SERVICE]}, "service-url"),
    "for no service address": ({"without": "serviceurl"}, "missing-claim"),
    "for an address that is null": ({"serviceurl": None}, "missing-claim"),
    "with the body's spelling": ({"without": "serviceurl", "serviceUrl": SERVICE}, "missing-claim"),
    "expired": ({"exp": NOW - LEEWAY}, "expired"),
    "never expiring": ({"without": "exp"}, "missing-claim"),
    "expiring at null": ({"exp": None}, "missing-claim"),
    "expiring at a text": ({"exp": str(NOW + 3600)}, "time"),
    "expiring at true": ({"exp": True}, "time"),
    "expiring at no number": ({"exp": float("nan")}, "time"),
    "expiring in infinity": ({"exp": float("inf")}, "time"),
    "expiring in a million years": ({"exp": 10**400}, "time"),
    "expired before the beginning": ({"exp": -1}, "time"),
    "not yet valid": ({"nbf": NOW + LEEWAY + 1}, "not-yet"),
    "valid from null on": ({"nbf": None}, "time"),
    "valid from a text on": ({"nbf": "now"}, "time"),
    "signed by another": ({"signed_by": "mallory"}, "signature"),
}


@pytest.mark.parametrize("how", LIES)
@in_a_loop
async def test_a_token_is_refused_that_is(how: str) -> None:
    claims, rule = LIES[how]
    if "signed_by" in claims:
        claims = {"signed_by": pair("mallory")}
    async with place() as here:
        assert await here.of(**claims) == rule
        assert await here.of() == "admitted"


@in_a_loop
async def test_clocks_may_differ_by_five_minutes_and_no_more() -> None:
    async with place() as here:
        assert await here.of(exp=NOW - LEEWAY + 1) == "admitted"
        assert await here.of(nbf=NOW + LEEWAY) == "admitted"
        good = f"Bearer {token()}"
        for time, outcome in ((NOW - 361, "not-yet"), (NOW + 3899, "admitted"), (NOW + 3900, "expired")):
            here.time = time
            assert await here.said(good) == outcome


@in_a_loop
async def test_a_body_that_names_another_channel_or_address_is_refused() -> None:
    async with place() as here:
        good = f"Bearer {token()}"
        for channel in ("emulator", "webchat", "skype", "MSTEAMS", "", None, ["msteams"]):
            assert await here.said(good, channelId=channel) == "channel"
        for address in (SERVICE.upper(), SERVICE[:-1], "https://evil.example/", "", None, [SERVICE]):
            assert await here.said(good, serviceUrl=address) == "service-url"
        assert await here.said(f"Bearer {token(serviceurl=[SERVICE])}", serviceUrl=[SERVICE]) == "service-url"
        with pytest.raises(Denied, match="channel"):
            await here.tokens.verify(good, {})


@in_a_loop
async def test_a_key_speaks_only_for_the_channels_that_endorse_it() -> None:
    async with place() as here:
        here.server.keys = [
            jwk("webchat", endorsements=["webchat", "msteams-ish"]),
            jwk("bare", endorsements=[]),
            jwk("null", endorsements=None),
            jwk("text", endorsements="msteams"),
        ]
        said = {kid: await here.of(kid) for kid in ("webchat", "bare", "null", "text")}
        assert said == {"webchat": "endorsement", "bare": "admitted", "null": "admitted", "text": "unknown-key"}


@in_a_loop
async def test_nothing_of_a_token_is_in_a_refusal() -> None:
    async with place() as here:
        told = [
            f"Bearer {token(aud=CANARY)}",
            f"Bearer {token(serviceurl=CANARY)}",
            f"Bearer {by_hand({'alg': CANARY, 'kid': CANARY})}",
            f"Bearer {by_hand({'alg': 'RS256', 'kid': CANARY})}",
            f"Bearer {by_hand({'alg': 'RS256', 'kid': 'one', 'crit': [CANARY]})}",
            CANARY,
        ]
        for header in told:
            with pytest.raises(Denied) as caught:
                await here.tokens.verify(header, ACTIVITY)
            assert CANARY not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)
            assert caught.value.__context__ is None


def test_without_an_app_id_no_token_is_checked_at_all() -> None:
    with pytest.raises(ValueError):
        Tokens("", Keys("https://login.botframework.com/"))


@settings(deadline=None)
@given(st.lists(st.text("Bearer .eyJ0_-=\n\udcff", max_size=40), max_size=4).map("".join))
@example("Bearer " + base64url(b"[" * 6000) + ".e.e")
@example("Bearer " + base64url(b'{"alg":"RS256","kid":' + b"9" * 5000 + b"}") + ".e.e")
@example("Bearer " + base64url(b"\xff\xfe") + ".e.e")
@example("Bearer a.e.e")
def test_whatever_comes_in_the_header_is_refused_and_nothing_else(header: str) -> None:
    async def asked() -> None:
        keys = Keys("https://login.botframework.com/")
        with pytest.raises(Denied):
            await Tokens(APP, keys).verify(header, ACTIVITY)

    asyncio.run(asked())


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_token_is_admitted_of_which_one_character_has_changed(data: st.DataObject) -> None:
    good = token()
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.sampled_from("Aa0_-.=Zz9"))
    changed = good[:at] + other + good[at + 1 :]
    if changed == good:
        return

    async def asked() -> None:
        keys = Keys("https://login.botframework.com/")
        keys._keys, keys._next = built([jwk("one")]), float("inf")
        with pytest.raises(Denied):
            await Tokens(APP, keys, now=lambda: NOW).verify(f"Bearer {changed}", ACTIVITY)

    asyncio.run(asked())


# The keys.


@in_a_loop
async def test_a_start_waits_for_nothing_and_a_request_for_the_first_keys() -> None:
    async with place() as here:
        here.server.as_metadata = here.server.hang
        await here.keys.start()
        waiting = asyncio.create_task(here.of())
        await until(lambda: here.server.busy == 1)
        assert not waiting.done()
        here.server.go_on.set()
        assert await waiting == "admitted"
        assert here.server.fetches == 1


@in_a_loop
async def test_a_rotated_key_is_found_in_the_middle_of_traffic() -> None:
    async with place() as here:
        await here.ready()
        here.server.keys = [jwk("one"), jwk("two")]
        assert [await here.of(kid) for kid in ("one", "two", "one", "two")] == ["admitted"] * 4
        assert here.server.fetches == 2


@in_a_loop
async def test_a_withdrawn_key_is_refused_from_the_next_fetch_on() -> None:
    async with place("one", "two") as here:
        await here.keys.start()
        await here.resting()
        assert await here.of("two") == "admitted"
        here.server.keys = [jwk("one")]
        here.watch.goes_on(REFRESH)
        await until(lambda: here.server.fetches == 2)
        await here.resting()
        assert await here.of() == "admitted"
        here.server.as_metadata = here.server.as_keys = no_document
        assert await here.of("two") == "unknown-key"


@in_a_loop
async def test_a_key_that_comes_back_with_other_numbers_is_the_new_one() -> None:
    async with place() as here:
        await here.ready()
        here.server.keys = [jwk("one", pair("another"))]
        assert await here.of("unknown") == "unknown-key"
        assert await here.of() == "signature"
        assert await here.of(signed_by=pair("another")) == "admitted"


@in_a_loop
async def test_keys_are_fetched_anew_at_least_daily_and_without_any_request() -> None:
    assert REFRESH <= 24 * 3600
    async with place() as here:
        await here.keys.start()
        await here.keys.start()
        for times in range(1, 4):
            await until(lambda times=times: here.server.fetches == times)  # type: ignore[misc]
            await here.resting()
            here.watch.goes_on(REFRESH)


@in_a_loop
async def test_a_storm_of_unknown_keys_is_one_fetch_in_five_minutes() -> None:
    async with place() as here:
        await here.ready()
        for round_ in range(2, 4):
            unknown = [here.keys.of(f"unknown-{n}") for n in range(500)]
            assert await asyncio.gather(*unknown) == [None] * 500
            assert {await here.of(f"unknown-{n}", signed_by=pair("mallory")) for n in range(20)} == {"unknown-key"}
            assert here.server.fetches == round_
            here.watch.goes_on(PAUSE - 1)
            assert await here.keys.of("unknown") is None
            assert here.server.fetches == round_
            here.watch.goes_on(1)
        assert here.server.most_busy == 1


@in_a_loop
async def test_a_storm_while_nothing_is_known_is_one_fetch_at_a_time() -> None:
    async with place() as here:
        here.server.as_metadata = no_document
        asked = [here.of(f"unknown-{n}", signed_by=pair("mallory")) for n in range(50)]
        assert set(await asyncio.gather(*asked)) == {"no-keys"}
        assert await here.of() == "no-keys"
        assert (here.server.fetches, here.server.most_busy) == (1, 1)
        here.watch.goes_on(SOON)
        here.server.as_metadata = None
        assert await here.of() == "admitted"


@in_a_loop
async def test_known_keys_are_answered_while_a_fetch_hangs() -> None:
    async with place() as here:
        await here.ready()
        here.server.as_keys = here.server.hang
        waiting = [asyncio.create_task(here.of("two")) for _ in range(3)]
        await until(lambda: here.server.asked[-1] == "/keys" and here.server.busy == 1)
        for _ in range(100):
            assert await here.of() == "admitted"
        assert not any(task.done() for task in waiting)
        here.server.keys.append(jwk("two"))
        here.server.go_on.set()
        assert await asyncio.gather(*waiting) == ["admitted"] * 3
        assert here.server.fetches == 2


@in_a_loop
async def test_who_waits_for_the_daily_fetch_uses_up_no_other() -> None:
    async with place() as here:
        await here.ready()
        here.server.as_keys = here.server.hang
        here.watch.goes_on(REFRESH)
        await until(lambda: here.server.busy == 1)
        waiting = asyncio.create_task(here.of("two"))
        await asyncio.sleep(0)
        here.server.go_on.set()
        assert await waiting == "unknown-key"
        assert here.server.fetches == 2
        here.server.keys.append(jwk("two"))
        assert await here.of("two") == "admitted"


@in_a_loop
async def test_a_request_that_goes_away_takes_no_fetch_along() -> None:
    async with place() as here:
        here.server.as_metadata = here.server.hang
        first, second = asyncio.create_task(here.of()), asyncio.create_task(here.of())
        await until(lambda: here.server.busy == 1)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        here.server.go_on.set()
        assert await second == "admitted"
        assert here.server.fetches == 1


@in_a_loop
async def test_a_server_that_is_away_at_the_start_comes_up_later() -> None:
    async with place() as here:
        here.server.as_metadata = no_document
        await here.keys.start()
        await here.resting()
        assert await here.of() == "no-keys"
        here.server.as_metadata = None
        assert await here.of() == "no-keys"  # not asked again yet
        before = here.server.fetches
        here.watch.goes_on(SOON)
        await until(lambda: here.server.fetches == before + 1)
        await here.resting()
        assert await here.of() == "admitted"
        assert here.watch.asleep[-1][0] == here.watch.time + REFRESH


@in_a_loop
async def test_nothing_listens_there() -> None:
    async with place() as here:
        silent = Keys("http://127.0.0.1:9/openid", clock=here.watch.now, sleep=here.watch.sleep)
        await silent.start()
        with pytest.raises(NoKeys):
            await silent.of("one")
        await silent.close()


@in_a_loop
async def test_further_tries_become_rarer_and_never_rarer_than_five_minutes() -> None:
    async with place() as here:
        here.server.as_metadata = no_document
        await here.keys.start()
        waits = []
        for _ in range(8):
            await here.resting()
            waits.append(here.watch.asleep[-1][0] - here.watch.time)
            here.watch.goes_on(waits[-1])
        assert waits == [10, 20, 40, 80, 160, 300, 300, 300]
        here.keys._failures = 10**6
        assert here.keys._rest() == PAUSE


async def no_document(_: web.Request) -> web.StreamResponse:
    return web.Response(status=503)


def body(text: str | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Respond:
    async def respond(_: web.Request) -> web.StreamResponse:
        raw = text if isinstance(text, bytes) else text.encode()
        return web.Response(status=status, body=raw, headers=headers, content_type="application/json")

    return respond


async def without_end(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    with suppress(ConnectionError):
        while True:
            await response.write(b" " * 65536)
    return response


async def broken_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"keys": [')
    assert request.transport is not None
    request.transport.close()
    return response


GOOD = json.dumps({"keys": [jwk("two")]})
SMALL = jwk("two", pair("small", 1024))
RUBBISH: dict[str, Respond] = {
    "an error": body(GOOD, 500),
    "nothing": body(""),
    "a page": body("<html>Sign in</html>"),
    "other bytes": body(b"\xff\xfe\x00"),
    "deep brackets": body("[" * 100_000),
    "a list": body("[]"),
    "no keys": body("{}"),
    "an empty key list": body('{"keys": []}'),
    "null for keys": body('{"keys": null}'),
    "keys by name": body('{"keys": {"two": {}}}'),
    "keys of no kind": body('{"keys": [null, 7, "two", [], {}, {"kid": "two"}]}'),
    "a small key": body(json.dumps({"keys": [SMALL]})),
    "a password": body('{"keys": [{"kid": "two", "kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}]}'),
    "a key to encrypt with": body(json.dumps({"keys": [jwk("two", use="enc")]})),
    "a key for another algorithm": body(json.dumps({"keys": [jwk("two", alg="RS512")]})),
    "a key without a name": body(json.dumps({"keys": [jwk("")]})),
    "no modulus": body(json.dumps({"keys": [jwk("two", n="")]})),
    "a modulus of other letters": body(json.dumps({"keys": [jwk("two", n="é" * 300)]})),
    "an even exponent": body(json.dumps({"keys": [jwk("two", e="Ag")]})),
    "a huge modulus": body(json.dumps({"keys": [jwk("two", n="x" * 5000)]})),
    "a huge exponent": body(json.dumps({"keys": [jwk("two", e="x" * 300)]})),
    "a redirect": body(GOOD, 302, {"Location": "/elsewhere"}),
    "a permanent redirect": body(GOOD, 308, {"Location": "/elsewhere"}),
    "a huge answer": body(GOOD + " " * MAX_ANSWER),
    "an answer without end": without_end,
    "a packed answer": body(gzip.compress(GOOD.encode()), headers={"Content-Encoding": "gzip"}),
    "half an answer": broken_off,
}


@pytest.mark.parametrize("how", RUBBISH)
@in_a_loop
async def test_old_keys_stay_where_the_key_list_is(how: str) -> None:
    async with place() as here:
        await here.ready()
        here.server.as_keys = RUBBISH[how]
        assert await here.of("two") == "unknown-key"
        assert here.server.asked == ["/openid", "/keys"] * 2
        assert await here.of() == "admitted"


@pytest.mark.parametrize("how", RUBBISH)
@in_a_loop
async def test_there_are_no_keys_where_the_first_metadata_is(how: str) -> None:
    async with place() as here:
        here.server.as_metadata = RUBBISH[how]
        assert await here.of() == "no-keys"
        assert here.server.asked == ["/openid"]


ELSEWHERE = [
    "http://keys.example/keys", "http://127.0.0.1.example/keys", "http://localhost@keys.example/keys",
    "http://169.254.169.254/latest", "ftp://127.0.0.1/keys", "file:///etc/hosts", "//127.0.0.1/keys", "/keys", "",
    "https://", "https://[", "https:// keys.example/", "https://keys.example\\@127.0.0.1/", "https://kéys.example/",
]  # fmt: skip


@pytest.mark.parametrize("address", ELSEWHERE)
@in_a_loop
async def test_keys_are_taken_from_no_address_such_as(address: str) -> None:
    async with place() as here:
        here.server.as_metadata = body(json.dumps({"jwks_uri": address}))
        assert await here.of() == "no-keys"
        assert here.server.asked == ["/openid"]


def test_metadata_over_tls_leads_to_keys_over_tls_and_never_back_to_this_machine() -> None:
    assert module.admitted("https://login.botframework.com/v1/.well-known/keys", loopback=False)
    assert not module.admitted("http://127.0.0.1:8080/keys", loopback=False)
    assert not module.admitted("http://login.botframework.com/v1/.well-known/keys", loopback=True)
    for address in ("http://login.botframework.com/v1/.well-known/openidconfiguration", "", "login.botframework.com"):
        with pytest.raises(ValueError):
            Keys(address)


@in_a_loop
async def test_a_key_server_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async with place() as here:
        await here.ready()
        monkeypatch.setattr(module, "TIMEOUT", 0.05)
        here.server.as_keys = here.server.hang
        async with asyncio.timeout(2):
            assert await here.of("two") == "unknown-key"
        assert await here.of() == "admitted"


@in_a_loop
async def test_a_key_that_is_not_whole_spoils_no_other() -> None:
    async with place() as here:
        bad = [None, SMALL, jwk("half", n=7), jwk("even", e="Ag"), {"kty": "EC", "kid": "ec"}]
        here.server.keys = [*bad, jwk("one"), jwk("one", pair("another"))]
        assert await here.of() == "admitted"
        assert {await here.of(kid, signed_by=pair("one")) for kid in ("two", "half", "even", "ec")} == {"unknown-key"}


def test_what_is_private_in_a_published_key_is_not_read() -> None:
    private = RSAAlgorithm.to_jwk(pair("one"), as_dict=True) | {"kid": "one"}
    assert isinstance(built([private])["one"], SigningKey)
    assert not hasattr(built([private])["one"].key.key, "sign")


@in_a_loop
async def test_nothing_is_told_to_the_key_server_and_no_proxy_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with place() as here:
        by_name = here.server.url.replace("127.0.0.1", "localhost")  # who has only a number is never given cookies back
        document = json.dumps({"jwks_uri": f"{by_name}/keys"})
        here.server.as_metadata = body(document, headers={"Set-Cookie": "who=afterword; Path=/"})
        keys = Keys(f"{by_name}/openid", clock=here.watch.now, sleep=here.watch.sleep)
        assert await keys.of("one") is not None
        await keys.close()
        assert here.server.asked == ["/openid", "/keys"]
        assert not any({"Cookie", "Authorization", "Referer"} & set(headers) for headers in here.server.headers)


@in_a_loop
async def test_what_is_logged_of_a_failed_fetch_is_its_kind_and_place(caplog: pytest.LogCaptureFixture) -> None:
    async with place() as here:
        here.server.as_metadata = body(json.dumps({"jwks_uri": f"http://{CANARY}.example/"}))
        assert await here.of() == "no-keys"
        here.watch.goes_on(SOON)
        here.server.as_metadata = body(json.dumps({CANARY: CANARY}))
        assert await here.of() == "no-keys"
    ours = [record for record in caplog.records if record.name == "afterword"]
    lines = [json.loads(AllowList().format(record)) for record in ours]
    assert [(line["event"], line["kind"]) for line in lines] == [
        ("teams-keys-away", "ValueError"),
        ("teams-keys-away", "ValidationError"),
    ]
    assert CANARY not in caplog.text + json.dumps(lines)
    assert all(record.levelno == logging.WARNING for record in ours)


@in_a_loop
async def test_closing_ends_what_is_under_way_and_nothing_is_fetched_after_it() -> None:
    async with place() as here:
        await here.ready()
        here.server.as_metadata = here.server.hang
        waiting = asyncio.create_task(here.of("two"))
        await until(lambda: here.server.busy == 1)
        await here.keys.close()
        assert await waiting == "unknown-key"
        before = here.server.fetches
        here.watch.goes_on(REFRESH)
        await here.keys.start()
        await here.keys.close()
        assert [await here.of(kid) for kid in ("two", "one")] == ["unknown-key", "admitted"]
        assert here.server.fetches == before


@in_a_loop
async def test_closing_at_once_leaves_nothing_behind() -> None:
    async with place() as here:
        await here.keys.start()
        await here.keys.close()
        assert await here.of() == "no-keys"
        assert not any("Keys." in repr(task) for task in asyncio.all_tasks())


@in_a_loop
async def test_what_was_closed_does_not_start() -> None:
    async with place() as here:
        await here.keys.close()
        await here.keys.start()
        assert not any("Keys." in repr(task) for task in asyncio.all_tasks())
        assert await here.of() == "no-keys"
        assert here.server.asked == []
