"""What comes late, twice or in another order than it happened, and what is slow: it comes to the same."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from conftest import AT, Pair
from slack_house import in_a_loop
from teams_house import TENANT, House, house

from adapters.teams import rosters
from bot.config import server
from bot.events import Inbound
from bot.ports import Refusal
from storage.keyring import Keyring

EARLY = "2026-11-02T16:00:00Z"


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


async def told_late(home: House, sent: Any) -> None:
    """The same news, which Teams had not been able to tell before: an id of its own, and the time at which it was."""
    late = {**sent.activity, "id": f"late-{sent.activity['id']}", "timestamp": EARLY}
    assert (await home.teams.send(late)).status == 200
    await home.settled()


@in_a_loop
async def test_a_removal_that_is_told_after_the_person_came_back_removes_nothing(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        await ada.install()
        await ada.uninstall(order=("installationUpdate",))
        gone = home.teams.sent[-1]
        home.teams.clock.advance(60)
        await ada.install()
        await told_late(home, gone)
        with home.store.transaction() as turn:
            assert not turn.load(home.who(), AT).left
        assert ada.conversation in home.store.references.find(home.who())


@in_a_loop
async def test_an_arrival_that_is_told_after_the_person_left_brings_nobody_back(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        await ada.install()
        came = next(one for one in home.teams.sent if one.activity["type"] == "installationUpdate")
        home.teams.clock.advance(60)
        await ada.uninstall()
        await home.teams.repeat(came)
        await told_late(home, came)
        with home.store.transaction() as turn:
            assert turn.load(home.who(), AT).left
        assert home.store.references.find(home.who()) == ""


@in_a_loop
async def test_a_removal_that_is_told_after_the_bot_is_back_in_a_team_leaves_the_room(
    files: Pair, ring: Keyring
) -> None:
    async with house(files, ring) as home:
        team = home.teams.team(TENANT, "Home visitors", ("ada", "ben"))
        await home.teams.add_to_team(team, "ada")
        await home.teams.remove_from_team(team, "ada", order=("installationUpdate",))
        gone = home.teams.sent[-1]
        home.teams.clock.advance(60)
        await home.teams.add_to_team(team, "ada")
        await told_late(home, gone)
        assert [room.name for room in home.store.rooms.all("teams", TENANT)] == ["Home visitors"]


@in_a_loop
async def test_a_line_that_comes_again_is_answered_once(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        await ada.install()
        await ada.say("reflect")
        await home.settled()
        posts = len(ada.posts())
        for _ in range(3):
            assert (await home.teams.repeat()).status == 200
        await home.settled()
        assert len(ada.posts()) == posts


@in_a_loop
async def test_a_refusal_is_told_in_the_chat_where_the_line_was_typed(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(files, ring) as home:
        ada = home.client()
        await ada.install()
        await home.settled()

        async def refused(inbound: Inbound) -> None:
            raise Refusal("key-missing", "What you wrote cannot be opened just now.")

        monkeypatch.setattr(home.shell, "handle", refused)
        assert (await ada.say("reflect")).status == 200
        assert "What you wrote cannot be opened just now." in ada.screen()
        assert not ada.trouble


@in_a_loop
async def test_names_that_come_slowly_are_there_for_who_asks_next(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rosters, "PATIENCE", 0.05)
    async with house(files, ring) as home:
        await home.teams.add_to_team(home.teams.team(TENANT, "Home visitors", ("ada", "ben")), "ada")
        home.teams.delay(0.15, method="members")
        names = home.app._rosters.names
        assert await names(TENANT) == ()
        monkeypatch.setattr(rosters, "PATIENCE", 10.0)
        assert {option.label for option in await names(TENANT)} == {"Ada", "Ben"}
        assert len(home.teams.called("members")) == 1


@in_a_loop
async def test_a_roster_that_once_failed_is_read_again(
    files: Pair, ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(files, ring) as home:
        await home.teams.add_to_team(home.teams.team(TENANT, "Home visitors", ("ada", "ben")), "ada")
        names = home.app._rosters.names
        with monkeypatch.context() as broken:
            broken.setattr(home.app._rosters.rooms, "all", lambda *_: 1 / 0)
            assert await names(TENANT) == ()
        assert {option.label for option in await names(TENANT)} == {"Ada", "Ben"}


@in_a_loop
async def test_without_a_registration_no_page_of_elsewhere_reaches_this_computer(files: Pair, ring: Keyring) -> None:
    async with house(files, ring, anonymous=True) as home, aiohttp.ClientSession() as web:
        for host, status in (("evil.example", 403), (f"127.0.0.1:{home.port}", 400), ("localhost", 400)):
            async with web.post(home.teams.bot_url, json={}, headers={"Host": host}) as answer:
                assert answer.status == status


def test_without_a_registration_there_is_no_public_address() -> None:
    with pytest.raises(Refusal, match="no proxy"):
        server({"AFTERWORD_TEAMS_ANONYMOUS": "1", "AFTERWORD_PUBLIC_URL": "https://afterword.example.org"})
