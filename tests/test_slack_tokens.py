"""As whom we act in a workspace: which installation, with which token, renewed by whom."""

from __future__ import annotations

import asyncio
import gc
import logging
import traceback
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Pair
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_house import in_a_loop
from slack_offices import Office, street

from adapters.slack import tokens as module
from adapters.slack.grant import installed, renewed
from adapters.slack.outgoing import PATIENT
from adapters.slack.tokens import places
from bot.logs import AllowList
from bot.ports import Installation, InstallationGone, Later, LostRace, OurBug, Refusal
from storage.installations import RENEWAL_SECONDS
from storage.keyring import Keyring

CANARY = "xoxb-canary-4711"
Counted = list[str]


def counting(office: Office, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Every question to the store, from now on."""
    asked, find = Counted(), office.store.installations.find

    def counted(platform: str, tenant: str) -> Installation | None:
        asked.append(tenant)
        return find(platform, tenant)

    monkeypatch.setattr(office.store.installations, "find", counted)
    return asked


@in_a_loop
async def test_a_workspace_without_the_app_is_gone(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        with pytest.raises(InstallationGone):
            await office.tokens.of("T1")
        assert await office.tokens.find(None, "T1", False) is None


@in_a_loop
async def test_an_installation_is_remembered_for_a_minute(
    sqlite_pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        await office.install(here.slack)
        asked = counting(office, monkeypatch)
        for _ in range(5):
            await office.tokens.of("T1")
            await office.tokens.find("E1", "T1", False)
        assert asked == []
        here.later(seconds=61)
        await office.tokens.of("T1")
        assert asked == ["T1"]
        office.tokens.forget("T1")
        await office.tokens.of("T1")
        assert asked == ["T1", "T1"]


@in_a_loop
async def test_what_another_process_removed_is_forgotten_within_a_minute(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        one, other = here.office(), here.office()
        await one.install(here.slack)
        await other.tokens.of("T1")
        await one.tokens.remove("T1")
        with pytest.raises(InstallationGone):
            await one.tokens.of("T1")
        here.later(seconds=61)
        with pytest.raises(InstallationGone):
            await other.tokens.of("T1")


@in_a_loop
async def test_a_token_is_renewed_within_its_last_hour(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=10, minutes=59)
        assert (await office.tokens.of("T1")).token == first.token
        here.later(minutes=2)
        second = await office.tokens.of("T1")
        assert second.token != first.token
        assert second == office.stored()
        assert second.expires == here.clock.time + timedelta(hours=12)
        assert second.installer == "UADMIN"
        assert here.exchanges() == 1
        await office.out.call(second, "auth.test")
        here.later(hours=11, minutes=30)
        third = await office.tokens.of("T1")
        assert third.token not in (first.token, second.token)


@in_a_loop
async def test_many_who_ask_at_once_are_one_renewal(
    sqlite_pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        await office.install(here.slack)
        here.later(hours=11, minutes=30)
        office.tokens.forget("T1")
        await office.tokens.find(None, "T1", False)
        asked = counting(office, monkeypatch)
        got = await asyncio.gather(*(office.tokens.of("T1") for _ in range(100)))
        assert len({installation.token for installation in got}) == 1
        assert here.exchanges() == 1
        assert len(asked) <= 3
        assert not office.tokens._renewals


@pytest.mark.parametrize("expired", [False, True])
@in_a_loop
async def test_two_processes_that_renew_at_once_are_one_renewal(pair: Pair, ring: Keyring, expired: bool) -> None:
    async with street(pair, ring) as here:
        here.slack.grace = 0  # a second use of the refresh token would end the installation
        one, other = here.office(), here.office()
        first = await one.install(here.slack)
        await other.tokens.of("T1")
        here.later(hours=12 if expired else 11, minutes=1)
        got = await asyncio.gather(*(office.tokens.of("T1") for office in (one, other) * 5), return_exceptions=True)
        assert here.exchanges() == 1
        good = [each for each in got if isinstance(each, Installation)]
        assert any(each.token != first.token for each in good)
        for each in got:
            assert isinstance(each, Installation) or (expired and isinstance(each, Later) and each.after == 2.0)
        here.later(seconds=61)
        for office in (one, other):
            assert (await office.tokens.of("T1")) == one.stored()
            await office.out.call(await office.tokens.of("T1"), "auth.test")


@in_a_loop
async def test_a_process_that_still_holds_the_old_token_gets_on(pair: Pair, ring: Keyring) -> None:
    """Slack lets two tokens live, and the third ends the first, which another process may still remember."""
    async with street(pair, ring) as here:
        one, other = here.office(), here.office()
        first = await one.install(here.slack)
        held = await other.tokens.of("T1")
        here.later(seconds=30)
        here.slack.revoke(first.token, "token_revoked")
        renewed_token = replace(first, token="xoxb-by-one-process")
        here.slack.workspace("T9", bot_token=renewed_token.token)
        one.store.installations.save(renewed_token, here.clock.time)
        assert (await other.out.call(held, "auth.test"))["team_id"] == "T9"
        here.slack.revoke(renewed_token.token, "account_inactive")
        with pytest.raises(InstallationGone):
            await other.out.call(held, "auth.test")


@in_a_loop
async def test_a_token_that_slack_calls_expired_is_renewed_and_the_call_made_again(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        first = await office.install(here.slack)
        here.slack.revoke(first.token, "token_expired")  # our clock says it has hours to live
        assert (await office.out.call(first, "auth.test", urgent=True))["ok"]
        assert here.exchanges() == 1
        assert (await office.tokens.of("T1")).token != first.token


@in_a_loop
async def test_nobody_who_comes_in_waits_for_a_renewal(sqlite_pair: Pair, ring: Keyring) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=11, minutes=30)
        here.slack.delay("oauth.v2.access", 0.2)
        found = await office.tokens.find("E1", "T1", False)
        assert found is not None
        assert found.token == first.token
        await office.tokens.close()
        assert (await office.tokens.of("T1")).token != first.token


@in_a_loop
async def test_whoever_gives_up_waiting_does_not_lose_the_renewed_token(sqlite_pair: Pair, ring: Keyring) -> None:
    async with street(sqlite_pair, ring) as here:
        here.slack.grace = 0
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=12, minutes=1)
        here.slack.delay("oauth.v2.access", 0.1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await office.tokens.of("T1")
        await office.tokens.close()
        stored = office.stored()
        assert stored is not None
        assert stored.token != first.token
        assert (await office.tokens.of("T1")) == stored


# When Slack, the store or another process stands in the way


@pytest.mark.parametrize("fault", [500, 429, "fatal_error", b"<html>", b'{"ok": true, "access_token": 5}'[:9]])
@in_a_loop
async def test_the_old_token_serves_while_slack_cannot_renew_it(
    sqlite_pair: Pair, ring: Keyring, fault: int | str | bytes
) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=11, minutes=30)
        match fault:
            case 429:
                here.slack.limit("oauth.v2.access", 7, times=None)
            case bytes():
                here.slack.answer("oauth.v2.access", fault, times=None)
            case _:
                here.slack.fail("oauth.v2.access", fault, times=None)
        assert (await office.tokens.of("T1")).token == first.token
        here.later(hours=1)
        with pytest.raises(Later) as caught:
            await office.tokens.of("T1")
        assert caught.value.after == (7.0 if fault == 429 else 0.0)
        here.slack.lift()
        here.later(seconds=31)
        assert (await office.tokens.of("T1")).token != first.token


@in_a_loop
async def test_an_answer_that_was_lost_on_its_way_is_asked_for_again(sqlite_pair: Pair, ring: Keyring) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=11, minutes=30)
        here.slack.lose("oauth.v2.access")
        assert (await office.tokens.of("T1")).token == first.token
        here.later(seconds=31)  # within Slack's short grace for a refresh token that was used
        assert (await office.tokens.of("T1")).token != first.token


@in_a_loop
async def test_while_another_process_renews_the_old_token_serves_or_one_waits(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=11, minutes=30)
        assert office.store.installations.claim_renewal("slack", "T1", here.clock.time)
        assert (await office.tokens.of("T1")).token == first.token
        here.later(minutes=31)
        assert office.store.installations.claim_renewal("slack", "T1", here.clock.time)
        with pytest.raises(Later) as caught:
            await office.tokens.of("T1")
        assert caught.value.after == 2.0
        assert here.exchanges() == 0
        here.later(seconds=31)  # that process died
        assert (await office.tokens.of("T1")).token != first.token


@in_a_loop
async def test_a_refused_refresh_token_raises_one_alarm_and_ends_sending_when_the_old_one_dies(
    sqlite_pair: Pair, ring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=11, minutes=30)
        here.slack.fail("oauth.v2.access", "invalid_refresh_token", times=None)
        for _ in range(5):
            assert (await office.tokens.of("T1")).token == first.token
            here.later(minutes=2)
        here.later(hours=1)
        for _ in range(5):
            with pytest.raises(InstallationGone):
                await office.tokens.of("T1")
            with pytest.raises(InstallationGone):
                await office.out.call(first, "auth.test")
        alarms = [record for record in caplog.records if record.__dict__.get("event") == "slack-renewal-failed"]
        assert [(alarm.levelname, alarm.__dict__["outcome"]) for alarm in alarms] == [("ERROR", "refused")]
        assert here.exchanges() == 1
        assert await office.tokens.find(None, "T1", False) is not None, "what people write is taken all the same"
        here.slack.lift()
        again = await office.install(here.slack)
        assert (await office.tokens.of("T1")) == again


@in_a_loop
async def test_a_token_that_is_renewed_while_the_app_is_removed_is_not_stored(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        await office.install(here.slack)
        here.later(hours=12, minutes=1)
        here.slack.delay("oauth.v2.access", 0.1)
        asking = asyncio.create_task(office.tokens.of("T1"))
        while not here.exchanges():
            await asyncio.sleep(0.005)
        await office.tokens.remove("T1")
        with pytest.raises(InstallationGone):
            await asking
        assert office.stored() is None
        with pytest.raises(InstallationGone):
            await office.tokens.of("T1")


@in_a_loop
async def test_a_renewed_token_is_stored_as_soon_as_the_store_is_back(
    sqlite_pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with street(sqlite_pair, ring) as here:
        here.slack.grace = 0
        office = here.office()
        await office.install(here.slack)
        here.later(hours=11, minutes=30)
        save, faults = office.store.installations.save, [LostRace(), Refusal("database", "away")]

        def away(installation: Installation, at: Any) -> None:
            if faults:
                raise faults.pop()
            save(installation, at)

        monkeypatch.setattr(office.store.installations, "save", away)
        assert (await office.tokens.of("T1")) == office.stored()
        assert office.slept == list(module.SAVING[:3])


def away(*_: Any) -> None:
    raise Refusal("database", "away")


@in_a_loop
async def test_a_renewed_token_that_cannot_be_stored_raises_one_alarm_and_serves_until_it_can_be(
    pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack ends the token before as soon as the new one is used: this process has the only one that is any good."""
    async with street(pair, ring) as here:
        here.slack.grace = 0
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=11, minutes=30)
        with monkeypatch.context() as without:
            without.setattr(office.store.installations, "save", away)
            for minutes in (0, 2, 40):
                here.later(minutes=minutes)
                got = await office.tokens.of("T1")
                assert got.token != first.token
                assert (await office.out.call(got, "auth.test"))["team_id"] == "T1"
                assert await office.tokens.find("E1", "T1", False) == got
        assert here.exchanges() == 1
        assert [record.__dict__["outcome"] for record in caplog.records if "outcome" in record.__dict__] == ["unsaved"]
        assert await office.tokens.of("T1") == got
        stored = office.stored()
        assert stored == got
        assert "xox" not in repr(module.Unstored("xoxe-1", got))


@in_a_loop
async def test_a_token_that_could_not_be_stored_is_renewed_in_its_turn(
    pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with street(pair, ring) as here:
        here.slack.grace = 0
        office = here.office()
        await office.install(here.slack)
        here.later(hours=11, minutes=30)
        with monkeypatch.context() as without:
            without.setattr(office.store.installations, "save", away)
            first = await office.tokens.of("T1")
            here.later(hours=11, minutes=30)
            second = await office.tokens.of("T1")
            assert second.token != first.token
        assert await office.tokens.of("T1") == second == office.stored()
        assert here.exchanges() == 2


@in_a_loop
async def test_what_could_not_be_stored_is_stored_when_the_process_ends(
    pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        await office.install(here.slack)
        here.later(hours=11, minutes=30)
        with monkeypatch.context() as without:
            without.setattr(office.store.installations, "save", away)
            got = await office.tokens.of("T1")
        assert office.stored() != got
        await office.tokens.close()
        assert office.stored() == got


@pytest.mark.parametrize("since", ["removed", "installed", "renewed"])
@in_a_loop
async def test_what_could_not_be_stored_replaces_nothing_newer(
    pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch, since: str
) -> None:
    async with street(pair, ring) as here:
        one, other = here.office(), here.office()
        await one.install(here.slack)
        here.later(hours=11, minutes=30)
        with monkeypatch.context() as without:
            without.setattr(one.store.installations, "save", away)
            kept = await one.tokens.of("T1")
        match since:
            case "removed":
                await other.tokens.remove("T1")
            case "installed":
                await other.install(here.slack)
            case _:
                here.later(seconds=31)  # within Slack's grace for the refresh token that was used
                await other.tokens.of("T1")
        newer = other.stored()
        assert newer is None or newer.token != kept.token
        if newer is None:
            with pytest.raises(InstallationGone):
                await one.tokens.of("T1")
        else:
            assert await one.tokens.of("T1") == newer
        assert one.stored() == newer
        assert not one.tokens._unstored


def test_a_renewal_ends_before_another_process_may_begin_one() -> None:
    assert PATIENT.total is not None
    assert PATIENT.total + sum(module.SAVING) < RENEWAL_SECONDS


@in_a_loop
async def test_while_the_store_is_away_one_waits(
    sqlite_pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        monkeypatch.setattr(office.store.installations, "find", away)
        with pytest.raises(Later):
            await office.tokens.of("T1")
        with pytest.raises(Later):
            await office.tokens.find("E1", "T1", False)


@in_a_loop
async def test_what_was_read_before_it_was_forgotten_is_not_remembered(
    sqlite_pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        await office.install(here.slack)
        office.tokens.forget("T1")
        find = office.store.installations.find

        def late(platform: str, tenant: str) -> Installation | None:
            found = find(platform, tenant)
            office.tokens.forget(tenant)
            return found

        monkeypatch.setattr(office.store.installations, "find", late)
        await office.tokens.of("T1")
        assert not office.tokens._known


@in_a_loop
async def test_what_is_remembered_is_bounded(sqlite_pair: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 5)
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        monkeypatch.setattr(
            office.store.installations, "find", lambda _, tenant: Installation("slack", tenant, "U", "xoxb-1")
        )
        for n in range(50):
            await office.tokens.of(f"T{n}")
        assert list(office.tokens._known) == [f"T{n}" for n in range(45, 50)]


# Whose a payload is


@pytest.mark.parametrize(
    ("enterprise", "team", "whole", "tenant"),
    [
        (None, "T1", False, "T1"), ("E1", "T1", False, "T1"), ("E1", "T1", True, "E1"), ("E1", None, True, "E1"),
        ("E1", "T2", False, "E1"), ("E1", "T2", True, "E1"), (None, "T2", False, None), ("E2", "T2", True, None),
        ("E2", None, True, None), ("E2", "T1", True, "T1"), (None, None, False, None), ("T1", None, True, None),
        (None, "E1", False, None), ("", "", True, None),
    ],
)  # fmt: skip
@in_a_loop
async def test_a_payload_belongs_to_the_installation_that_it_names(
    sqlite_pair: Pair, ring: Keyring, enterprise: str | None, team: str | None, whole: bool, tenant: str | None
) -> None:
    """Installed are the workspace T1 by itself, and the organization E1."""
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        for installation in (
            Installation("slack", "T1", "UBOT", "xoxb-1"),
            Installation("slack", "E1", "UBOT", "xoxb-2", organization=True),
        ):
            await office.tokens.keep(installation)
        found = await office.tokens.find(enterprise, team, whole)
        assert (found.tenant if found else None) == tenant


@given(st.text("ET12", max_size=3), st.text("ET12", max_size=3), st.booleans())
def test_an_installation_is_looked_for_at_most_twice(enterprise: str, team: str, whole: bool) -> None:
    looked = places(enterprise, team, whole)
    assert len(looked) <= 2
    assert all(tenant for tenant, _ in looked)
    assert {tenant for tenant, organization in looked if organization} <= {enterprise}


@in_a_loop
async def test_bolt_learns_who_acts_without_asking_slack(sqlite_pair: Pair, ring: Keyring) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        installation = await office.install(here.slack)
        calls, heard = len(here.slack.calls), []
        authorize: Any = office.tokens.authorize
        app = AsyncApp(authorize=authorize, process_before_response=True, signing_secret="x")

        @app.event("app_home_opened")
        async def opened(context: AsyncBoltContext) -> None:
            heard.append((context.bot_user_id, context.bot_token, context.team_id))

        for team in ("T1", "T3"):
            body = {
                "type": "event_callback", "team_id": team, "event": {"type": "app_home_opened", "user": "U1"},
                "authorizations": [{"team_id": team, "enterprise_id": None, "is_enterprise_install": False}],
            }  # fmt: skip
            response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
            assert response.status == 200
        assert heard == [(installation.bot_user, installation.token, "T1"), (None, None, "T3")]
        assert len(here.slack.calls) == calls


# What Slack grants


@pytest.mark.parametrize(
    "missing", ["access_token", "bot_user_id", "team", "token_type", "expires_in", "is_enterprise_install"]
)
def test_half_a_grant_is_refused_and_not_quoted(missing: str) -> None:
    whole: dict[str, Any] = {
        "ok": True, "access_token": "xoxb-canary", "token_type": "bot", "bot_user_id": "UBOT", "app_id": "A1",
        "team": {"id": "T1", "name": "north"}, "enterprise": None, "is_enterprise_install": False,
        "authed_user": {"id": "U1"}, "refresh_token": "xoxe-canary", "expires_in": 43200,
    }  # fmt: skip
    grant = installed(whole)
    assert (grant.tenant, grant.access_token) == ("T1", "xoxb-canary")
    assert "canary" not in repr(grant)
    broken = {**whole, missing: {"token_type": "user"}.get(missing, ["xoxb-canary"])}
    with pytest.raises(OurBug) as caught:
        installed(broken)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


@given(st.dictionaries(st.sampled_from(["access_token", "refresh_token", "expires_in", "token_type"]), st.text()))
def test_any_answer_to_a_renewal_is_a_grant_or_a_refusal(answer: dict[str, Any]) -> None:
    with pytest.raises(OurBug):
        renewed(answer)  # expires_in is a text in all of them


# Nothing leaks


@in_a_loop
async def test_no_token_is_in_a_log_or_a_database_or_an_error(
    sqlite_pair: Pair, ring: Keyring, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        first = await office.install(here.slack)
        here.later(hours=11, minutes=30)
        await office.tokens.of("T1")
        for fault in (500, "invalid_refresh_token"):
            here.later(hours=12)
            here.slack.fail("oauth.v2.access", fault)
            try:
                await office.tokens.of("T1")
            except (Later, InstallationGone) as error:
                seen.append("".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.args))
        secrets = [*here.slack.tokens, *here.slack.refreshes, here.slack.client_secret]
        assert first.token in secrets
        assert len(seen) == 2
        format = AllowList().format
        logged = [f"{record.getMessage()} {record.__dict__} {format(record)}" for record in caplog.records]
        for secret in secrets:
            assert secret not in "".join((*seen, *logged, repr(office.tokens.__dict__["_known"])))
            for path in tmp_path.iterdir():
                assert secret.encode() not in path.read_bytes(), path
    gc.collect()
    assert "never retrieved" not in caplog.text
