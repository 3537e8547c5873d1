"""One workspace, by a bot token from the settings."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest
from conftest import Pair, rows
from slack_house import in_a_loop
from slack_offices import Office, street
from stored import change, load

from adapters.slack.leaving import left
from adapters.slack.one_workspace import OneWorkspace
from adapters.slack.payload import payload
from adapters.slack.tokens import Tokens
from bot.events import Who
from bot.ports import InstallationGone, Refusal
from storage import tables
from storage.keyring import Keyring

CANARY = "xoxb-canary-4711"


def gone_day(office: Office, tenant: str) -> Any:
    return next(row["gone_day"] for row in rows(office.store, tables.tenants) if row["external"] == tenant)


@in_a_loop
async def test_one_workspace_is_known_by_its_token_and_never_stored(
    sqlite_pair: Pair, ring: Keyring, tmp_path: Path
) -> None:
    async with street(sqlite_pair, ring) as here:
        here.slack.workspace("T7", bot_token=CANARY, bot_user="UBOT7")
        office = here.office()
        one = OneWorkspace(office.store.installations, office.out, CANARY)
        await one.identify()
        tokens = Tokens(one, office.shell, office.out)
        found = await tokens.of("T7")
        assert (found.tenant, found.bot_user, found.organization) == ("T7", "UBOT7", False)
        assert await tokens.find(None, "T1", False) is None
        assert CANARY not in repr(found) + repr(one.__dict__["_here"])
        assert office.stored("T7") is None
        for path in tmp_path.iterdir():
            assert CANARY.encode() not in path.read_bytes(), path


@in_a_loop
async def test_one_workspace_that_removes_the_app_is_gone_until_the_next_start(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        here.slack.workspace("T7", bot_token="xoxb-7")
        office, who = here.office(), Who(platform="slack", tenant="T7", user="UADA")
        change(office.store, here.clock.time, person=who)
        one = OneWorkspace(office.store.installations, office.out, "xoxb-7")
        await one.identify()
        tokens = Tokens(one, office.shell, office.out)
        await tokens.remove("T7")
        with pytest.raises(InstallationGone):
            await tokens.of("T7")
        assert gone_day(office, "T7") is not None
        await one.identify()
        assert (await tokens.of("T7")).token == "xoxb-7"
        assert gone_day(office, "T7") is None, "it is there again, so what people wrote stays"
        assert load(office.store, here.clock.time, who)


@in_a_loop
async def test_a_word_of_leaving_that_comes_late_does_not_end_one_workspace(pair: Pair, ring: Keyring) -> None:
    async with street(pair, ring) as here:
        here.slack.workspace("T7", bot_token="xoxb-7")
        office = here.office()
        one = OneWorkspace(office.store.installations, office.out, "xoxb-7")
        await one.identify()
        tokens = Tokens(one, office.shell, office.out)
        gone = {"type": "event_callback", "team_id": "T7", "event": {"type": "app_uninstalled"}}
        assert await left(tokens, payload(gone))
        assert (await tokens.of("T7")).token == "xoxb-7"
        here.slack.take_off("T7")
        assert await left(tokens, payload(gone))
        with pytest.raises(InstallationGone):
            await tokens.of("T7")


@in_a_loop
async def test_a_token_of_a_whole_organization_is_known_as_one(sqlite_pair: Pair, ring: Keyring) -> None:
    async with street(sqlite_pair, ring) as here:
        here.slack.organization("E7", "T7", "T8", bot_token="xoxb-org")
        office = here.office()
        one = OneWorkspace(office.store.installations, office.out, "xoxb-org")
        installation = await one.identify()
        assert (installation.tenant, installation.organization) == ("E7", True)
        tokens = Tokens(one, office.shell, office.out)
        assert await tokens.find("E7", "T8", False) == installation
        assert await tokens.find("E7", None, True) == installation


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (500, "slack-unreached"), ("invalid_auth", "slack-token"), ("account_inactive", "slack-token"),
        ("token_expired", "slack-token"), ("ratelimited", "slack-unreached"), (b'{"ok": true}', "slack-token"),
        (b'{"ok": true, "team_id": 7, "user_id": []}', "slack-token"),
    ],
)  # fmt: skip
@in_a_loop
async def test_a_token_that_slack_does_not_take_stops_the_start_with_one_line(
    sqlite_pair: Pair, ring: Keyring, fault: Any, code: str
) -> None:
    async with street(sqlite_pair, ring) as here:
        here.slack.workspace("T7", bot_token=CANARY)
        if isinstance(fault, bytes):
            here.slack.answer("auth.test", fault)
        else:
            here.slack.fail("auth.test", fault)
        office = here.office()
        with pytest.raises(Refusal) as caught:
            await OneWorkspace(office.store.installations, office.out, CANARY).identify()
        assert caught.value.code == code
        assert CANARY not in "".join(traceback.format_exception(caught.value))
        assert caught.value.__context__ is None
