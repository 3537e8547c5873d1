"""What knocks at `/api/messages` of the running app: only what Microsoft has signed for us, with an address that may be
used, of a tenant that is installed, is read; whatever comes, the answer is a plain status."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import fake_teams_rules
import pytest
from conftest import Pair, rows
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fake_teams import Answer, Client, FakeTeams, fake_teams, stranger
from fake_teams_activities import installation, invoked, oddities, said
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_house import Hurry, in_a_loop
from talks import library
from teams_hands import Hands, begun
from teams_house import TENANT, House, registered
from test_teams_service_urls import REFUSED as TRAPS
from test_teams_tokens import base64url

from adapters.teams.door import MAX_BODY, parsed
from adapters.teams.keys import PAUSE, SOON
from bot.config import Teams, server
from bot.ports import Refusal
from storage import tables as t
from storage.keyring import Keyring

Json = dict[str, Any]

OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
#: On no list.
FOREIGN = "cccccccc-0000-4000-8000-000000000003"
#: Waits up to so many seconds are waited for by whoever asked.
SHORT = 1.001
INSTALLED = ("installationUpdate",)


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


class Waved:
    """Finds nothing wrong."""

    def iter_errors(self, _: Json) -> Iterator[Any]:
        return iter(())


@pytest.fixture(autouse=True)
def waved_through(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The long schema of cards takes most of the time, and is for test_teams_talks. The short rules hold here too."""
    if not request.config.getoption("soak"):
        monkeypatch.setattr(fake_teams_rules, "_judged", fake_teams_rules._judged.__wrapped__)
        monkeypatch.setattr(fake_teams_rules, "_validator", Waved)


@dataclass
class Watch(Hurry):
    """A moment goes by at once; a longer wait is over when the test says that so much time has gone by."""

    asleep: list[tuple[float, asyncio.Event]] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        if seconds <= SHORT:
            return await super().sleep(seconds)
        over = asyncio.Event()
        self.asleep.append((self.now() + seconds, over))
        await over.wait()

    def let(self, seconds: float) -> None:
        """So much time goes by."""
        self.skipped += seconds
        for moment, over in self.asleep:
            if moment <= self.now():
                over.set()


@dataclass
class Gate(House):
    """The house, with a clock in the test's hand."""

    hurry: Watch = field(default_factory=Watch)


@asynccontextmanager
async def gate(
    pair: Pair,
    ring: Keyring,
    *,
    anonymous: bool = False,
    before: Callable[[FakeTeams], None] = lambda teams: None,
    **registration: Any,
) -> AsyncIterator[Gate]:
    """Three tenants with an Ada and a Ben each, two of which may install. `before`: what is so when the app starts."""
    async with fake_teams() as teams:
        for tenant in (TENANT, OTHER, FOREIGN):
            teams.tenant(tenant)
            for handle in ("ada", "ben"):
                teams.person(tenant, handle, name=handle.title(), zone="America/Chicago")
        teams.anonymous = anonymous
        before(teams)
        given = (
            Teams(anonymous=True) if anonymous else registered(teams, **{"tenants": (TENANT, OTHER), **registration})
        )
        home = Gate(teams, pair, ring, library(), given)
        await home.open()
        try:
            yield home
        finally:
            await home.close()
        assert not teams.rejected, teams.rejected


def client(home: Gate, handle: str = "ada", tenant: str = TENANT) -> Client:
    return home.teams.client(tenant, handle, "phone")


def install(home: Gate, handle: str = "ada", tenant: str = TENANT, action: str = "add") -> Json:
    """The activity that makes a tenant and a person known."""
    person = home.teams.who(tenant, handle)
    person.installed = True
    return installation(home.teams, home.teams.personal(person), person, action)


def say(home: Gate, text: str = "hello", handle: str = "ada", tenant: str = TENANT) -> Json:
    person = home.teams.who(tenant, handle)
    return said(home.teams, home.teams.personal(person), person, "phone", text)


def fetch(home: Gate, data: Json, handle: str = "ada", tenant: str = TENANT) -> Json:
    person = home.teams.who(tenant, handle)
    return invoked(home.teams, home.teams.personal(person), person, "phone", "task/fetch", {"data": data})


def stored(home: Gate) -> dict[str, list[Json]]:
    """All rows that are there because of somebody."""
    return {table.name: found for table in t.metadata.sorted_tables if (found := rows(home.store, table))}


def told(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What an operator reads of it."""
    return [record for record in caplog.records if record.name.startswith("afterword")]


def quoted(caplog: pytest.LogCaptureFixture, *words: str) -> list[str]:
    """Which of these stand in a record, in any of its fields. What libraries say at their lowest level goes nowhere."""
    logged = [str(vars(record)) for record in caplog.records if record.levelno > logging.DEBUG]
    return [word for word in words if any(word in line for line in logged)]


# Tokens


def hashed_with_the_public_key(teams: FakeTeams) -> str:
    _, claims, _ = teams.signed().split(".")
    head = base64url(json.dumps({"alg": "HS256", "kid": teams.keys[-1].kid}).encode())
    public = teams.keys[-1].private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return f"{head}.{claims}.{base64url(hmac.digest(public, f'{head}.{claims}'.encode(), hashlib.sha256))}"


def unsigned(teams: FakeTeams) -> str:
    return teams.signed(key="", algorithm="none")


def with_other_claims(teams: FakeTeams) -> str:
    """The signature of one token under the claims of another."""
    head, _, signature = teams.signed().split(".")
    return f"{head}.{teams.signed(exp=int(time.time()) + 7200).split('.')[1]}.{signature}"


def unendorsed(teams: FakeTeams) -> str:
    """By a key that may speak for another channel only."""
    teams.roll_keys()
    teams.keys[-1].endorsements = ("webchat",)
    return teams.signed()


def bearer(**claims: Any) -> Callable[[FakeTeams], str]:
    """Of a token with these claims; `exp` and `nbf` in seconds from now."""

    def made(teams: FakeTeams) -> str:
        times = {name: int(time.time()) + claims[name] for name in ("exp", "nbf") if name in claims}
        return f"Bearer {teams.signed(**{**claims, **times})}"

    return made


#: What stands in the header, and the rule that it breaks.
FORGED: dict[str, tuple[Callable[[FakeTeams], str], str]] = {
    "no header": (lambda teams: "", "no-header"),
    "another scheme": (lambda teams: "Basic QWRhOkxvdmVsYWNl", "scheme"),
    "the scheme in small letters": (lambda teams: f"bearer {teams.signed()}", "scheme"),
    "the token alone": (lambda teams: teams.signed(), "scheme"),
    "garbage": (lambda teams: "Bearer garbage-4711", "malformed"),
    "garbage of three parts": (lambda teams: "Bearer garbage-4711.b.c", "malformed"),
    "another audience": (bearer(aud="99999999-2222-4333-8444-555555555555"), "audience"),
    "another issuer": (bearer(iss="https://sts.windows.net/0f0f0f0f/"), "issuer"),
    "the emulator's issuer": (bearer(iss="https://login.microsoftonline.com/0f0f0f0f/v2.0"), "issuer"),
    "another key": (bearer(key=stranger()), "signature"),
    "another service address": (bearer(serviceurl="https://smba.trafficmanager.net/emea/"), "service-url"),
    "expired": (bearer(exp=-3600), "expired"),
    "not yet valid": (bearer(nbf=3600), "not-yet"),
    "without its end": (bearer(without=("exp",)), "missing-claim"),
    "without an audience": (bearer(without=("aud",)), "missing-claim"),
    "without an issuer": (bearer(without=("iss",)), "missing-claim"),
    "without a service address": (bearer(without=("serviceurl",)), "missing-claim"),
    "an unknown key id": (bearer(kid="key-99"), "unknown-key"),
    "an empty key id": (bearer(kid=""), "kid"),
    "a longer hash": (bearer(algorithm="RS512"), "algorithm"),
    "no signature": (lambda teams: f"Bearer {unsigned(teams)}", "malformed"),
    "no algorithm": (lambda teams: f"Bearer {unsigned(teams)}AAAA", "algorithm"),
    "hashed with the public key": (lambda teams: f"Bearer {hashed_with_the_public_key(teams)}", "algorithm"),
    "claims of another token": (lambda teams: f"Bearer {with_other_claims(teams)}", "signature"),
    "a key without an endorsement": (lambda teams: f"Bearer {unendorsed(teams)}", "endorsement"),
}


@pytest.mark.parametrize("how", FORGED)
@in_a_loop
async def test_what_microsoft_did_not_sign_for_us_is_refused_and_changes_nothing(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """Although it is an installation, of a tenant that may install."""
    written, rule = FORGED[how]
    async with gate(files, ring) as home:
        await home.teams.send(say(home))  # whatever the keys say, they are known from here on
        caplog.clear()
        caplog.set_level(logging.DEBUG)
        before, header = stored(home), written(home.teams)
        given = {"Authorization": header} if header else {}
        home.hurry.let(PAUSE)
        answer = await home.teams.send(install(home), given, token="")
        assert (answer.status, answer.body) == (401, "")
        assert stored(home) == before
        (record,) = told(caplog)
        assert (record.levelname, record.event, record.rule, record.status) == ("WARNING", "teams-refused", rule, 401)
        parts = [part for part in header.removeprefix("Bearer ").split(".") if len(part) > 4]
        assert quoted(caplog, *parts) == []
        assert (
            await home.teams.send(install(home), token=home.teams.signed(kid="key-1", key=home.teams.keys[0].private))
        ).ok


CHANNELS: tuple[Any, ...] = ("emulator", "webchat", "directline", "MSTEAMS", "msteams ", "", None, 5, ["msteams"])


@in_a_loop
async def test_a_good_token_speaks_for_no_other_channel(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    async with gate(files, ring) as home:
        before = stored(home)
        for channel in CHANNELS:
            answer = await home.teams.send({**install(home), "channelId": channel})
            assert (answer.status, answer.body) == (401, ""), channel
        nameless = {name: value for name, value in install(home).items() if name != "channelId"}
        assert (await home.teams.send(nameless)).status == 401
        assert [record.rule for record in told(caplog)] == ["channel"] * (len(CHANNELS) + 1)
        assert stored(home) == before


@in_a_loop
async def test_a_header_that_no_token_needs_is_not_even_read(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        before = stored(home)
        for length in (8_000, 9_000, 200_000):
            answer = await home.teams.send(install(home), token="a" * length)
            assert answer.status in (400, 401)
            assert "aaa" not in answer.body
        assert stored(home) == before


# Keys


@in_a_loop
async def test_while_the_key_server_is_away_teams_is_asked_to_come_again(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    async with gate(files, ring, before=lambda teams: teams.fail(503, None, method="openid")) as home:
        ada, before = client(home), stored(home)
        (answer,) = await ada.install(order=INSTALLED)
        assert (answer.status, answer.body) == (503, "")
        assert ("no-keys", 503) in [(getattr(one, "rule", ""), getattr(one, "status", 0)) for one in told(caplog)]
        assert stored(home) == before
        home.teams.lift()
        home.hurry.let(SOON)
        assert (await home.teams.repeat()).status == 200
        await home.settled()
        assert len(ada.posts()) == 1


@in_a_loop
async def test_strangers_who_sign_with_unknown_keys_do_not_move_the_key_server(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        await home.teams.send(install(home))
        fetched = len(home.teams.called("keys"))
        home.hurry.let(PAUSE)
        forged = [home.teams.signed(kid=f"unknown-{number}", key=stranger()) for number in range(50)]
        answers = await asyncio.gather(*(home.teams.send(say(home), token=token) for token in forged))
        assert {answer.status for answer in answers} == {401}
        assert len(home.teams.called("keys")) == fetched + 1
        assert (await home.teams.send(say(home))).ok


@pytest.mark.parametrize("withdraw", [False, True])
@in_a_loop
async def test_a_talk_goes_on_while_keys_roll_and_loses_nothing(files: Pair, ring: Keyring, withdraw: bool) -> None:
    """In the middle of traffic of two people; the old key is withdrawn, or signs on for a while."""
    async with gate(files, ring) as home:
        pairs = [await begun(client(home, handle)) for handle in ("ada", "ben")]
        fetched, rolls = len(home.teams.called("keys")), 0
        while any(hands.asked for hands in pairs):
            if rolls < 4:
                home.teams.roll_keys(withdraw=withdraw)
                home.hurry.let(PAUSE)
                rolls += 1
            await asyncio.gather(*(hands.answer() for hands in pairs if hands.asked))
            if not withdraw:
                old = home.teams.signed(kid="key-1", key=home.teams.keys[0].private)
                assert (await home.teams.send(fetch(home, {"do": "open:home"}), token=old)).ok
        for hands in pairs:
            assert not hands.client.trouble
            (reflection,) = home.store.reflections(home.who(hands.client.person.handle))
            assert [words for _, words in reflection.answers if "marker" in words] == hands.said
        assert len(home.teams.called("keys")) == fetched + rolls


# Service addresses


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that anything in this process turns to."""
    addresses: list[str] = []
    request = aiohttp.ClientSession._request

    async def noted(self: aiohttp.ClientSession, method: str, url: Any, **more: Any) -> aiohttp.ClientResponse:
        addresses.append(str(url))
        return await request(self, method, url, **more)

    monkeypatch.setattr(aiohttp.ClientSession, "_request", noted)
    return addresses


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[bytes]]]:
    """Somebody at a port of this machine who writes down whatever comes."""
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(10_000))
        writer.close()

    serving = await asyncio.start_server(hear, "127.0.0.1", 0)
    try:
        yield serving.sockets[0].getsockname()[1], heard
    finally:
        serving.close()


def near(port: int, own: str) -> dict[str, str]:
    """Addresses that lead to the listener, and such as only look like that of the settings."""
    return {
        "this machine": f"http://127.0.0.1:{port}/teams/",
        "this machine by name": f"http://localhost:{port}/",
        "ours for a user": f"{own.rstrip('/')}@127.0.0.1:{port}/",
        "ours and more": f"{own}more/",
        "ours in other letters": own.upper(),
        "ours with a query": f"{own}?to=127.0.0.1:{port}",
        "ours over TLS": own.replace("http:", "https:"),
    }


async def at_the(home: Gate, url: str, *activities: Json) -> list[int]:
    """The statuses of these, from that address and with a token that says the same."""
    token = home.teams.signed(serviceurl=url)
    made = [json.dumps({**activity, "serviceUrl": url}).encode() for activity in activities]
    return [(await home.teams.send(body, token=token)).status for body in made]


@in_a_loop
async def test_nothing_goes_to_an_address_that_may_not_be_used_however_well_it_is_signed(
    files: Pair, ring: Keyring, asked: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Nor is it remembered as where somebody is."""
    async with gate(files, ring) as home, listener() as (port, heard):
        await begun(client(home))
        caplog.clear()
        before = stored(home)
        for how, url in {**TRAPS, **near(port, home.teams.service_url)}.items():
            tried = (say(home), fetch(home, {"do": "open:home"}), install(home, "ben"))
            statuses = await at_the(home, url, *tried)
            assert set(statuses) == {403}, (how, statuses)
        assert stored(home) == before
        assert {record.rule for record in told(caplog)} == {"service-url"}
        assert quoted(caplog, "evil.com", "smba", str(port)) == []
        await home.tick()
        await home.settled()
        assert heard == []
        assert {url for url in asked if not url.startswith((home.teams.base, home.teams.bot_url))} == set()


@in_a_loop
async def test_the_address_of_the_settings_is_admitted_with_and_without_its_last_slash(
    files: Pair, ring: Keyring
) -> None:
    async with gate(files, ring) as home:
        url = home.teams.service_url
        assert await at_the(home, url, install(home), say(home)) == [200, 200]
        assert await at_the(home, url.rstrip("/"), say(home)) == [200]
        assert len(client(home).posts()) == 3


# Tenants


def of_tenant(activity: Json, tenant: Any = None, second: Any = None) -> Json:
    """`tenant`: where Teams says it first; `second`: where it says it once more. Left out where they are None."""
    data = {name: value for name, value in activity["channelData"].items() if name != "tenant"}
    talk = {name: value for name, value in activity["conversation"].items() if name != "tenantId"}
    return {
        **activity,
        "channelData": {**data, **({} if tenant is None else {"tenant": {"id": tenant}})},
        "conversation": {**talk, **({} if second is None else {"tenantId": second})},
    }


@in_a_loop
async def test_a_tenant_is_heard_only_when_it_has_installed(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    async with gate(files, ring) as home:
        ada, before = client(home), stored(home)
        odd = (await ada.oddities()).values()
        told_before = [await home.teams.send(each) for each in (say(home), fetch(home, {"do": "open:home"}))]
        removed = await home.teams.send(install(home, action="remove"))
        (updated,) = await ada.install(order=("conversationUpdate",))  # it comes first, and says nothing that counts
        assert updated.status == 200
        assert {each.status for each in (*odd, *told_before, removed)} == {403}
        assert {record.rule for record in told(caplog)} == {"tenant"}
        assert stored(home) == before
        assert (await home.teams.send(install(home))).status == 200
        assert (await ada.say("hello")).status == 200
        await home.again()  # it is known to the next process too
        assert (await ada.say("hello")).status == 200
        assert (await home.teams.send(say(home, tenant=OTHER))).status == 403


@in_a_loop
async def test_an_installation_that_is_only_renewed_makes_a_tenant_known_too(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        assert (await home.teams.send(install(home, action="add-upgrade"))).status == 200
        assert (await home.teams.send(say(home))).status == 200


@in_a_loop
async def test_a_tenant_that_is_on_no_list_cannot_install(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        before = stored(home)
        ada = client(home, tenant=FOREIGN)
        assert {answer.status for answer in (*await ada.install(), await ada.say("hello"))} == {403}
        for tenant in (FOREIGN, "", " ", f" {TENANT}", f"{TENANT}0", TENANT[:-1], "*", "common", "\0", "x" * 5000):
            assert (await home.teams.send(of_tenant(install(home), tenant))).status in (400, 403), tenant
        for odd in ({"id": None}, {}, {"id": 5}, [TENANT], TENANT, {"id": [TENANT]}):
            activity = of_tenant(install(home))
            activity["channelData"]["tenant"] = odd
            assert (await home.teams.send(activity)).status in (400, 403), odd
        assert stored(home) == before


@in_a_loop
async def test_where_no_list_is_set_only_the_tenant_of_the_registration_may_install(files: Pair, ring: Keyring) -> None:
    async with gate(
        files, ring, tenants=(), tenant=TENANT, before=lambda teams: setattr(teams, "bot_tenant", TENANT)
    ) as home:
        assert (await home.teams.send(install(home, tenant=OTHER))).status == 403
        assert (await home.teams.send(install(home))).status == 200


@in_a_loop
async def test_ids_are_the_same_in_capital_letters(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        before = {name: len(found) for name, found in stored(home).items()}
        activity = of_tenant(fetch(home, {"do": "open:talk"}), TENANT.upper(), TENANT.upper())
        activity["from"]["aadObjectId"] = activity["from"]["aadObjectId"].upper()
        answer = await home.teams.send(activity)
        assert {name: len(found) for name, found in stored(home).items()} == before | {"inbox": before["inbox"] + 1}
        assert hands.client.dialog is not None
        assert prompts(answer.json) == prompts(hands.client.dialog)


def prompts(drawn: Any) -> set[str]:
    """The questions that what is drawn belongs to."""
    return {part["prompt"] for part in objects(drawn) if "prompt" in part}


def objects(drawn: Any) -> Iterator[Json]:
    if isinstance(drawn, dict):
        yield drawn
        for part in drawn.values():
            yield from objects(part)
    elif isinstance(drawn, list):
        for part in drawn:
            yield from objects(part)


@in_a_loop
async def test_the_tenant_is_that_of_the_channel_data_and_else_that_of_the_conversation(
    files: Pair, ring: Keyring
) -> None:
    async with gate(files, ring) as home:
        assert (await home.teams.send(of_tenant(install(home), None, None))).status == 403
        assert (await home.teams.send(of_tenant(install(home), FOREIGN, TENANT))).status == 403
        assert (await home.teams.send(of_tenant(install(home), None, TENANT))).status == 200
        assert (await home.teams.send(of_tenant(say(home), TENANT, FOREIGN))).status == 200
        assert [row["external"] for row in rows(home.store, t.tenants)] == [TENANT]


def put(value: Any, path: tuple[str, ...], other: Any) -> Any:
    """The same with what stands at `path` in `other` in its place, where there is something."""
    if not path:
        return other
    if not (isinstance(value, dict) and isinstance(other, dict) and path[0] in other):
        return value
    return {**value, path[0]: put(value.get(path[0], {}), path[1:], other[path[0]])}


#: Everything in an activity that could say whose it is, and where.
FIELDS: tuple[tuple[str, ...], ...] = (
    ("id",), ("from", "id"), ("from", "aadObjectId"), ("from",), ("recipient",), ("conversation", "id"),
    ("conversation", "tenantId"), ("conversation",), ("replyToId",), ("value", "data", "prompt"),
    ("value", "data", "stamp"), ("value", "data"), ("value",), ("entities",), ("timestamp",),
)  # fmt: skip


@in_a_loop
async def test_nobody_of_one_tenant_reaches_the_talk_of_another_by_any_field(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        for _ in range(2):
            await hands.answer()
        theirs = home.teams.sent[-1].activity  # all that Ada's own client sends
        eve = client(home, tenant=OTHER)
        await eve.install()
        before = talk_of(home, home.who())
        wanted = (
            {"do": "open:talk"}, {"do": "open:data"}, {"do": "command:back"}, {"do": "command:delete"},
            {"do": "choose:yes-delete"}, {"do": "write", "write": "Overwritten by Eve"},
            {"do": "form:erase", "field/erase/confirm": "erase"},
        )  # fmt: skip
        answers: list[Answer] = []
        for data in wanted:
            for path in FIELDS:
                answers.append(await home.teams.send(put(fetch(home, data, tenant=OTHER), path, theirs)))
        for path in FIELDS:
            answers.append(await home.teams.send(put(say(home, "my data", tenant=OTHER), path, theirs)))
        assert {answer.status for answer in answers} == {200}
        assert "marker" not in "".join(answer.body for answer in answers)
        assert "marker" not in json.dumps(home.teams.everything_stored(OTHER))
        assert talk_of(home, home.who()) == before
        await hands.finish()
        assert len(home.store.reflections(home.who())) == 1


def talk_of(home: Gate, who: Any) -> list[Json]:
    """Somebody's row, session and all, and where they are reached."""
    with home.store.transaction() as turn:
        loaded = turn.load(who, home.clock.now(), page=True)
    return [{"talk": loaded.conversation, "facts": loaded.facts.reflections, "at": home.store.references.find(who)}]


# Shape


KINDS = ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", "text/json")


@in_a_loop
async def test_what_is_not_said_to_be_json_is_not_read(files: Pair, ring: Keyring) -> None:
    """So no page in a browser can send anything here: for these kinds alone it needs nobody's leave."""
    async with gate(files, ring) as home:
        before = stored(home)
        for kind in KINDS:
            answer = await home.teams.send(install(home), {"Content-Type": kind})
            assert (answer.status, answer.body) == (415, ""), kind
        assert stored(home) == before
        assert (await home.teams.send(install(home), {"Content-Type": "application/json"})).status == 200


@in_a_loop
async def test_no_other_way_of_asking_is_answered(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home, aiohttp.ClientSession() as browser:
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"):
            async with browser.request(method, home.teams.bot_url, json=install(home)) as answer:
                assert answer.status == 405, method
                assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def padded(home: Gate, length: int) -> bytes:
    """An installation of exactly so many bytes."""
    activity = {**install(home), "padding": ""}
    return json.dumps({**activity, "padding": "x" * (length - len(json.dumps(activity)))}).encode()


@in_a_loop
async def test_more_than_teams_ever_sends_is_not_read(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        before = stored(home)
        for length in (MAX_BODY + 1, 2_000_000, 3_000_000):
            answer = await home.teams.send(padded(home, length))
            assert answer.status == 413
            assert "x" * 10 not in answer.body
        packed = gzip.compress(b" " * 20_000_000)
        assert (await home.teams.send(packed, {"Content-Encoding": "gzip"})).status == 413
        assert stored(home) == before
        assert (await home.teams.send(padded(home, MAX_BODY))).status == 200


MALFORMED: dict[str, bytes] = {
    "nothing": b"", "a space": b" ", "half of it": b'{"type": "message"', "a list": b"[]", "a number": b"1",
    "a text": b'"message"', "null": b"null", "an object of nothing": b"{}", "no type": b'{"id": "canary-4711"}',
    "two of them": b'{"type": "a"}{"type": "b"}', "a type that is null": b'{"type": null}',
    "a type that is a list": b'{"type": []}', "no UTF-8": b'{"type": "\xff\xfe"}', "a form": b"type=canary-4711",
    "a number without end": b'{"type": "message", "id": ' + b"9" * 5000 + b"}", "deep": b"[" * 100_000,
    "a deep object": b'{"type": "message", "value": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_001,
    "deep in a value": b'{"type": "message", "value": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "XML": b"<type>canary-4711</type>", "packed": gzip.compress(b'{"type": "canary-4711"}'),
}  # fmt: skip


@in_a_loop
async def test_what_is_no_activity_is_refused_in_one_word_and_is_no_fault_of_ours(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with gate(files, ring) as home:
        before = stored(home)
        for how, body in MALFORMED.items():
            for token in (None, ""):
                answer = await home.teams.send(body, token=token)
                assert (answer.status, answer.body) == (400, ""), how
        assert (await home.teams.send(b"canary-4711", {"Content-Encoding": "gzip"})).status == 400
        assert stored(home) == before
        assert quoted(caplog, "canary-4711") == []
        assert not [record for record in caplog.records if record.exc_info]


#: What Teams does not send: parts of an activity that are of another kind.
BENT: dict[str, Json] = {
    "a number for an id": {"id": 5}, "a list for a text": {"text": ["canary-4711"]},
    "a text for somebody": {"from": "canary-4711"}, "a list for somebody": {"from": []},
    "a number for an account": {"from": {"id": "29:1", "aadObjectId": 5}},
    "a text for a conversation": {"conversation": "canary-4711"}, "a list for a recipient": {"recipient": []},
    "a text for channel data": {"channelData": "canary-4711"}, "a number for a language": {"locale": 5},
    "a text for members": {"membersAdded": "canary-4711"}, "members that are texts": {"membersAdded": ["canary-4711"]},
    "an object for entities": {"entities": {}}, "a list for a zone": {"localTimezone": []},
    "an object for a name": {"name": {}}, "a number for what it replies to": {"replyToId": 5},
    "a list for an action": {"action": []},
    "a text for a team": {"channelData": {"tenant": {"id": TENANT}, "team": "canary-4711"}},
}  # fmt: skip


@in_a_loop
async def test_an_activity_that_is_not_of_its_shape_is_refused_and_quoted_nowhere(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with gate(files, ring) as home:
        await home.teams.send(install(home))
        await home.settled()
        before = stored(home)
        for how, bent in BENT.items():
            answer = await home.teams.send({**say(home), **bent})
            assert (answer.status, answer.body) == (400, ""), how
        assert stored(home) == before
        assert quoted(caplog, "canary-4711") == []
        assert not [record for record in caplog.records if record.exc_info]


@in_a_loop
async def test_a_button_that_hands_back_something_of_another_shape_asks_nothing(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with gate(files, ring) as home:
        await home.teams.send(install(home))
        await home.settled()
        before, odd = stored(home), ("canary-4711", ["canary-4711"], 5, None, {}, {"do": "canary-4711"}, {"do": {}})
        for name in ("task/fetch", "task/submit", "adaptiveCard/action"):
            for data in odd:
                for value in (data, {"data": data}, {"action": data}, {"action": {"data": data}}):
                    activity = {**fetch(home, {}), "name": name, "value": value}
                    assert (await home.teams.send(activity)).status in (400, 501), (name, value)
        assert stored(home) == before
        assert quoted(caplog, "canary-4711") == []
        assert not [record for record in caplog.records if record.exc_info]


def without(activity: Json, *names: str) -> Json:
    return {name: value for name, value in activity.items() if name not in names}


LATE: dict[str, Callable[[Gate], Json]] = {
    "no recipient": lambda home: without(say(home), "recipient"),
    "a recipient without an id": lambda home: {**say(home), "recipient": {}},
    "a conversation's id without end": lambda home: {
        **say(home),
        "conversation": {"id": "canary-4711" * 100, "conversationType": "personal"},
    },
    "half a letter in an id": lambda home: {**say(home), "id": "canary-4711\ud800"},
    "a line in a conversation's id": lambda home: {
        **say(home),
        "conversation": {"id": "canary-4711\n", "conversationType": "personal"},
    },
    "a null in an account": lambda home: {**say(home), "from": {"id": "29:\0", "aadObjectId": "canary-4711"}},
    "half a letter in somebody's id": lambda home: {
        **say(home),
        "from": {"id": "29:1", "aadObjectId": "canary-4711\ud800"},
    },
    "a line in a team's id": lambda home: {
        **install(home),
        "channelData": {"tenant": {"id": TENANT}, "team": {"id": "canary-4711\n"}},
    },
}


@pytest.mark.parametrize("how", LATE)
@in_a_loop
async def test_what_could_not_be_answered_or_remembered_is_refused_at_once(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    async with gate(files, ring) as home:
        await home.teams.send(install(home))
        await home.settled()
        before = stored(home)
        answer = await home.teams.send(json.dumps(LATE[how](home)).encode())
        assert (answer.status, answer.body) == (400, "")
        assert stored(home) == before
        assert quoted(caplog, "canary-4711") == []


@pytest.mark.parametrize("part", ["<at>", "<at", "<at></at", "<AT >"])
@in_a_loop
async def test_no_text_however_odd_holds_up_the_others(files: Pair, ring: Keyring, part: str) -> None:
    async with gate(files, ring) as home:
        await home.teams.send(install(home))
        odd = say(home, part * (40_000 // len(part)))
        began = time.perf_counter()
        assert (await home.teams.send(odd)).status == 200
        assert time.perf_counter() - began < 10


@given(st.binary(max_size=200))
def test_a_body_is_an_activity_or_nothing(body: bytes) -> None:
    found = parsed(body)
    assert found is None or isinstance(found["type"], str)


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["type", "id", "a"]), inside, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(ANYTHING)
def test_any_json_is_an_activity_or_nothing(made: Any) -> None:
    found = parsed(json.dumps(made).encode())
    assert (found is not None) == (isinstance(made, dict) and isinstance(made.get("type"), str))


@in_a_loop
async def test_what_we_have_no_use_for_is_acknowledged_and_changes_nothing(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        hands = await begun(client(home))
        ada = hands.client
        await home.settled()
        before, posts = stored(home), len(ada.posts())
        made = oddities(home.teams, home.teams.personal(ada.person), ada.person, "phone")
        for name, activity in made.items():
            if activity["type"] != "message":
                answer = await home.teams.send(activity)
                assert (answer.status, answer.body) == (501 if activity["type"] == "invoke" else 200, ""), name
        assert stored(home) == before
        assert len(ada.posts()) == posts
        assert not home.teams.called("update", "delete")


@in_a_loop
async def test_a_line_that_somebody_changes_or_takes_back_is_not_heard_again(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        ada = client(home)
        await ada.install()
        await ada.say("reflect quick-visit")
        before, posts = stored(home), len(ada.posts())
        assert (await ada.edit("reflect between-sites")).status == 200
        assert (await ada.erase()).status == 200
        assert stored(home) == before
        assert len(ada.posts()) == posts


@in_a_loop
async def test_nobody_in_a_group_or_a_channel_is_answered_there(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring) as home:
        ada = client(home)
        await ada.install()
        await home.settled()
        team = home.teams.team(TENANT, "Home visitors", members=("ada", "ben"))
        await home.teams.add_to_team(team, "ada")
        sent = len(home.teams.called("send", "reply", "update"))
        assert (await ada.say_in_channel(team, "reflect quick-visit")).status == 200
        assert (await ada.say_in_group("reflect quick-visit", "ben")).status == 200
        assert len(home.teams.called("send", "reply", "update")) == sent


@in_a_loop
async def test_who_is_in_no_directory_is_nobody(files: Pair, ring: Keyring) -> None:
    """A guest of a meeting, and the bot itself."""
    async with gate(files, ring) as home:
        await home.teams.send(install(home))
        await home.settled()
        before = stored(home)
        home.teams.person(TENANT, "guest", aad="")
        guest = client(home, "guest")
        assert (await guest.say("hello")).status == 200
        assert (await guest.invoke("task/fetch", {"data": {"do": "open:home"}})).status == 501
        assert [answer.status for answer in await guest.install()] == [200, 200]
        assert stored(home) == before
        assert guest.posts() == []


# Without a registration


@in_a_loop
async def test_without_a_registration_nobody_is_asked_for_a_token_or_shown_one(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring, anonymous=True) as home:
        ada = home.teams.client(TENANT, "ada", "desktop", no_dialogs=True)
        await ada.install()
        await ada.say("reflect quick-visit")
        assert (await home.teams.send(say(home), token=home.teams.signed(key=stranger(), kid="x"))).ok
        await ada.tap("choose:private")
        assert Hands(ada).asked
        assert home.teams.calls
        assert {call.token for call in home.teams.calls} == {""}
        assert not home.teams.called("token", "openid", "keys")


@in_a_loop
async def test_without_a_registration_only_the_teams_channel_is_heard(files: Pair, ring: Keyring) -> None:
    async with gate(files, ring, anonymous=True) as home:
        before = stored(home)
        for channel in CHANNELS:
            answer = await home.teams.send({**say(home), "channelId": channel})
            assert (answer.status, answer.body) == (401, ""), channel
        assert stored(home) == before


@in_a_loop
async def test_without_a_registration_nothing_goes_to_another_machine(
    files: Pair, ring: Keyring, asked: list[str]
) -> None:
    others = {
        "another machine": "http://192.0.2.1:3978/", "this machine over TLS": "https://127.0.0.1/",
        "this machine as a user": "http://127.0.0.1@192.0.2.1/",
    }  # fmt: skip
    async with gate(files, ring, anonymous=True) as home:
        await home.teams.send(say(home))
        before = stored(home)
        for how, url in {**TRAPS, **others}.items():
            assert set(await at_the(home, url, say(home), fetch(home, {"do": "open:home"}))) == {403}, how
        assert stored(home) == before
        assert {url for url in asked if not url.startswith((home.teams.base, home.teams.bot_url))} == set()


@in_a_loop
async def test_without_a_registration_no_other_name_of_this_computer_is_answered(files: Pair, ring: Keyring) -> None:
    """A page elsewhere may have a name that leads here."""
    async with gate(files, ring, anonymous=True) as home:
        before = stored(home)
        for name in ("afterword.example.org", "127.0.0.1.example.org", "192.0.2.1:3978"):
            answer = await home.teams.send(say(home), {"Host": name})
            assert (answer.status, answer.body) == (403, ""), name
        assert stored(home) == before
        for name in ("127.0.0.1", "localhost:3978", "[::1]:3978"):
            assert (await home.teams.send(say(home), {"Host": name})).status == 200, name


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example.org", "localhost.", "[::]"]
)
def test_without_a_registration_only_this_computer_is_answered(host: str) -> None:
    env = {"AFTERWORD_TEAMS_ANONYMOUS": "1"}
    with pytest.raises(Refusal, match="AFTERWORD_HOST"):
        server(env, host=host)
    with pytest.raises(Refusal, match="AFTERWORD_HOST"):
        server({**env, "AFTERWORD_HOST": host})


@pytest.mark.parametrize("host", ["", "127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_without_a_registration_this_computer_is_answered(host: str) -> None:
    teams = server({"AFTERWORD_TEAMS_ANONYMOUS": "1"}, host=host).teams
    assert teams is not None
    assert teams.anonymous


def test_with_a_registration_somebody_is_asked_who_they_are() -> None:
    env = {"MICROSOFT_APP_ID": TENANT, "MICROSOFT_APP_PASSWORD": "x", "MICROSOFT_APP_TENANT_ID": TENANT}
    for switch in ("", "0"):
        teams = server({**env, "AFTERWORD_TEAMS_ANONYMOUS": switch}, host="0.0.0.0").teams
        assert teams is not None
        assert not teams.anonymous
    for switch in ("1", "yes", "true"):
        with pytest.raises(Refusal):
            server({**env, "AFTERWORD_TEAMS_ANONYMOUS": switch})
