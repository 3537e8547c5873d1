"""The app is taken away: what Slack says of it, and what is left of our tokens then."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Pair
from slack_house import in_a_loop
from slack_offices import street

from adapters.slack.leaving import left, tenant_of
from adapters.slack.payload import Payload, payload
from bot.ports import Installation, InstallationGone
from storage.keyring import Keyring


def event(kind: str, **more: Any) -> Payload:
    inner: dict[str, Any] = {"type": kind}
    inner |= {name: more.pop(name) for name in ("tokens", "team_ids") if name in more}
    return payload({"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": inner, **more})


BOT = {"bot": ["UT1BOT"], "oauth": []}


@in_a_loop
async def test_an_app_that_is_removed_loses_its_tokens_at_once(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        await office.install(here.slack)
        here.slack.take_off("T1")
        gone = event("app_uninstalled")
        assert await left(office.tokens, gone)
        assert office.stored("T1") is None
        with pytest.raises(InstallationGone):
            await office.tokens.of("T1")
        assert await left(office.tokens, gone), "it may come twice"
        assert await left(office.tokens, event("app_uninstalled", team_id="T9")), "or of a workspace not known here"


@in_a_loop
async def test_what_comes_late_takes_no_new_installation_away(pair: Pair, ring: Keyring) -> None:
    """Slack says it again for hours where it was not acknowledged."""
    async with street(pair, ring) as here:
        office = here.office()
        await office.install(here.slack)
        here.slack.take_off("T1")
        assert await left(office.tokens, event("app_uninstalled"))
        installation = await office.install(here.slack)
        for again in (event("app_uninstalled"), event("team_access_revoked", team_ids=["T1"])):
            assert await left(office.tokens, again)
            assert office.stored("T1") == installation
        assert (await office.out.call(await office.tokens.of("T1"), "auth.test"))["team_id"] == "T1"


@in_a_loop
async def test_revoked_tokens_are_deleted_where_they_are_those_that_are_stored(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        installation = await office.install(here.slack)
        assert await left(office.tokens, event("tokens_revoked", tokens={"oauth": ["U1"], "bot": []}))
        assert await left(office.tokens, event("tokens_revoked", tokens=None))
        assert await left(office.tokens, event("tokens_revoked", tokens=BOT))
        assert office.stored("T1") is not None, "that was an older token: Slack takes the one that is stored"
        here.slack.revoke(installation.token)
        assert await left(office.tokens, event("tokens_revoked", tokens=BOT))
        assert office.stored("T1") is None


@in_a_loop
async def test_tokens_are_deleted_where_slack_cannot_be_asked(sqlite_pair: Pair, ring: Keyring) -> None:
    async with street(sqlite_pair, ring) as here:
        office = here.office()
        for gone in (event("tokens_revoked", tokens=BOT), event("app_uninstalled")):
            await office.install(here.slack)
            here.slack.fail("auth.test", 503)
            assert await left(office.tokens, gone)
            assert office.stored("T1") is None


@in_a_loop
async def test_a_workspace_that_an_organization_closes_to_us_loses_only_its_own(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        office = here.office()
        await office.tokens.keep(Installation("slack", "E1", "UBOT", "xoxb-org", organization=True))
        await office.tokens.keep(Installation("slack", "T1", "UBOT", "xoxb-1"))
        assert await left(office.tokens, event("team_access_revoked", team_ids=["T1", "T2"]))
        assert office.stored("T1") is None
        assert office.stored("E1") is not None
        assert await left(office.tokens, event("team_access_revoked", team_ids=None))
        assert not await left(office.tokens, event("team_access_granted", team_ids=["T1"]))
        assert not await left(office.tokens, payload({"type": "block_actions"}))


@pytest.mark.parametrize(
    ("more", "tenant"),
    [
        ({}, "T1"),
        ({"enterprise_id": "E1"}, "T1"),
        ({"enterprise_id": "E1", "team_id": None}, "E1"),
        ({"enterprise_id": "E1", "is_enterprise_install": True}, "E1"),
        ({"enterprise_id": "E1", "is_enterprise_install": "true"}, "E1"),
        ({"enterprise_id": "E1", "is_enterprise_install": "false"}, "T1"),
        ({"authorizations": [{"enterprise_id": "E2", "team_id": None, "is_enterprise_install": True}]}, "E2"),
        ({"authorizations": [{"enterprise_id": None, "team_id": "T2", "is_enterprise_install": False}]}, "T2"),
        ({"authorizations": []}, "T1"),
        ({"team_id": None}, ""),
    ],
)
def test_an_event_without_authorizations_still_names_its_installation(more: dict[str, Any], tenant: str) -> None:
    assert tenant_of(event("app_uninstalled", **more)) == tenant
