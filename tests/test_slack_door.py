"""What knocks at `/slack/events`: only what Slack has signed is read; whatever comes, the answer is a plain status."""

from __future__ import annotations

import logging
import time
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import Pair, rows
from fake_slack_sending import FORM, JSON, as_http, signature
from hypothesis import given
from hypothesis import strategies as st
from slack_hands import Hands
from slack_house import TEAM, House, house, in_a_loop

from adapters.slack import ids
from adapters.slack.door import parsed
from storage import tables as t
from storage.keyring import Keyring

BODY = urlencode(
    {"command": ids.COMMAND, "text": "", "team_id": TEAM, "user_id": "UADA", "trigger_id": "1.2", "channel_id": "D1"}
).encode()


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def people(home: House) -> int:
    return len(rows(home.store, t.participants))


HOSTILE: dict[str, dict[str, Any]] = {
    "no signature": {"sign": ""},
    "no time": {"timestamp": ""},
    "another secret": {"sign": "v0=" + "0" * 64},
    "another version": {"sign": "v1=" + "0" * 64},
    "half a signature": {"sign": "v0="},
    "a signature of other letters": {"sign": "v0=é" + "0" * 63},
    "a time that is no number": {"timestamp": "now"},
    "a time with a sign": {"timestamp": "-1"},
    "a time of other digits": {"timestamp": "١٢٣"},
    "a time without end": {"timestamp": "9" * 400},
    "long ago": {"timestamp": str(int(time.time()) - 3600)},
    "in the future": {"timestamp": str(int(time.time()) + 3600)},
}


@pytest.mark.parametrize("how", HOSTILE)
@in_a_loop
async def test_what_slack_did_not_sign_is_refused_and_changes_nothing(files: Pair, ring: Keyring, how: str) -> None:
    async with house(files, ring) as home:
        answer = await home.slack.post(BODY, FORM, **HOSTILE[how])
        assert (answer.status, answer.body) == (401, "")
        assert people(home) == 0
        assert not home.slack.called("views.open")


@in_a_loop
async def test_a_body_that_was_changed_after_signing_is_refused(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        at = str(int(time.time()))
        sign = signature(home.slack.signing_secret, BODY, at)
        answer = await home.slack.post(BODY.replace(b"UADA", b"UBEN"), FORM, timestamp=at, sign=sign)
        assert answer.status == 401
        assert (await home.slack.post(b"\xff\xfe", FORM)).status == 401
        assert people(home) == 0


@in_a_loop
async def test_what_is_sent_again_within_the_five_minutes_changes_nothing(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = Hands(home.phone())
        await hands.phone.command("/reflect", "quick-visit")
        await hands.answer()
        await hands.phone.type("Once, marker")
        await hands.phone.submit()
        before = rows(home.store, t.conversations)
        for sent in list(home.slack.sent):
            body, kind = as_http(sent.kind, sent.payload)
            assert (await home.slack.post(body, kind)).status == 200
        assert rows(home.store, t.conversations) == before


MALFORMED = {
    "nothing": (b"", FORM), "no form": (b"%%%%", FORM), "half of JSON": (b'{"type": "event_callback"', JSON),
    "a list": (b"[]", JSON), "a number": (b"1", JSON), "deep": (b"[" * 100_000, JSON),
    "a payload that is no JSON": (b"payload=%7B", FORM), "a payload that is a list": (b"payload=%5B%5D", FORM),
    "a thousand fields": (b"&".join(b"a%d=1" % number for number in range(1000)), FORM),
}  # fmt: skip


@pytest.mark.parametrize("what", MALFORMED)
@in_a_loop
async def test_what_is_signed_and_no_payload_is_no_fault_of_ours(files: Pair, ring: Keyring, what: str) -> None:
    async with house(files, ring) as home:
        answer = await home.slack.post(*MALFORMED[what])
        assert answer.status in (200, 400)
        assert people(home) == 0


@in_a_loop
async def test_more_than_slack_ever_sends_is_not_read(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        assert (await home.slack.post(b"a=" + b"b" * 2_100_000, FORM)).status == 413


@in_a_loop
async def test_slack_can_try_the_address_and_its_certificate(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        assert (await home.slack.verify_url("once")).json == {"challenge": "once"}
        assert (await home.slack.check_ssl()).status == 200


@in_a_loop
async def test_what_we_do_not_know_is_acknowledged(files: Pair, ring: Keyring) -> None:
    """A failure would make Slack send it again, and one day switch the events off."""
    async with house(files, ring) as home:
        for event in ({"type": "reaction_added", "user": "UADA"}, {"type": "message", "channel_type": "channel"}):
            assert (await home.slack.event(TEAM, event)).status == 200
        for payload in (
            {"type": "message_action", "callback_id": "other", "trigger_id": "1"},
            {"type": "block_suggestion", "action_id": "other", "value": "a"},
            {"type": "workflow_step_edit", "callback_id": "x", "workflow_step": {}},
            {"type": "something_new"},
        ):
            assert (await home.slack.send("interactive", {"team": {"id": TEAM}, "user": {"id": "UADA"}, **payload})).ok
        assert people(home) == 0


@in_a_loop
async def test_nothing_of_another_workspace_is_taken(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        answer = await home.slack.post(BODY.replace(b"team_id=T1", b"team_id=T9"), FORM)
        assert answer.status == 200
        assert people(home) == 0
        assert not home.slack.called("views.open")


@in_a_loop
async def test_nobody_of_another_company_is_taken_in_a_shared_channel(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        tap = {
            "type": "block_actions", "team": {"id": TEAM}, "user": {"id": "UOUT", "team_id": "T9"}, "trigger_id": "1.2",
            "container": {"type": "message", "channel_id": "C1", "message_ts": "1.1"},
            "actions": [{"action_id": "choose:private", "block_id": "greeting#answer", "action_ts": "1.3"}],
        }  # fmt: skip
        assert (await home.slack.send("interactive", tap)).status == 200
        assert people(home) == 0
        await home.slack.send("interactive", {**tap, "user": {"id": "UOUT", "team_id": TEAM}})
        assert people(home) == 1


@in_a_loop
async def test_who_has_erased_everything_is_made_known_by_no_old_modal(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        phone, desk = home.phone(device="phone"), home.phone(device="desk")
        await desk.command("/reflect", "quick-visit")
        await Hands(desk).answer()
        await phone.command("/reflect", "my data")
        await phone.tap("form:erase/confirm", in_="modal")
        assert people(home) == 0
        await desk.type("A letter, marker")
        await desk.close()
        assert people(home) == 0


NOISE: tuple[Any, ...] = (None, True, 0, -1, 1e308, "", "x" * 5000, "\u0000", "🜂", [], {}, [[]], {"id": {}}, ["a", 1])


def spoiled(payload: Any, chance: Random) -> Any:
    """The same payload with one part of it replaced, left out or doubled."""
    if not isinstance(payload, dict | list) or not payload or chance.random() < 0.15:
        return chance.choice(NOISE)
    if isinstance(payload, list):
        at = chance.randrange(len(payload))
        return [*payload[:at], spoiled(payload[at], chance), *payload[at + 1 :]]
    name = chance.choice(sorted(payload))
    if chance.random() < 0.1:
        return {key: value for key, value in payload.items() if key != name}
    return {**payload, name: spoiled(payload[name], chance)}


@in_a_loop
async def test_no_payload_however_odd_makes_the_server_fail(
    files: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with house(files, ring) as home:
        hands = Hands(home.phone())
        await hands.phone.open_home()
        await hands.phone.say("hello")
        await hands.phone.command("/reflect", "quick-visit")
        await hands.finish()
        await hands.phone.close()
        chance, sound = Random(7), list(home.slack.sent)
        for _ in range(400):
            sent = chance.choice(sound)
            odd = spoiled(sent.payload, chance)
            if sent.kind == "slash_commands":
                odd = {name: str(value) for name, value in odd.items()} if isinstance(odd, dict) else {"command": "x"}
            answer = await home.slack.post(*as_http(sent.kind, odd))
            assert answer.status in (200, 400), (answer, odd)
            assert "Traceback" not in answer.body
        assert "marker" not in caplog.text
        assert not [record for record in caplog.records if record.exc_info]
        home.slack.rejected.clear()


@given(st.binary(max_size=200), st.sampled_from(["application/json", FORM, "text/plain", ""]))
def test_a_body_is_an_object_or_nothing(body: bytes, kind: str) -> None:
    assert parsed(body, kind) is None or isinstance(parsed(body, kind), dict)
