"""Check-ins in Slack and in Teams, over HTTP: set by a form and in words, asked in the chat, put off with a tap."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import AT, Pair
from lives import word
from slack_hands import begun as begun_in_slack
from slack_house import house as slack_house
from slack_house import in_a_loop
from teams_hands import begun as begun_in_teams
from teams_house import house as teams_house

from storage.keyring import Keyring

PARKED = "Are you parked and settled?"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


@in_a_loop
async def test_a_visit_in_slack_from_the_wish_to_tomorrow(files: Pair, ring: Keyring) -> None:
    async with slack_house(files, ring) as home:
        ada = home.phone()
        await begun_in_slack(ada)
        await ada.close()
        await ada.say("in 20 minutes")
        assert "I will ask: today" in ada.dm()[-1]
        await ada.tap("Check-ins", in_="message")
        assert word("check-in-follow-up") in ada.screen().replace("*", "")
        await ada.tap(word("check-in-day-end-title"))
        await ada.pick_time("17:15")
        await ada.submit()
        assert "5:15" in ada.screen()
        await ada.tap("Back")
        await ada.close()
        await ada.command("/reflect", "visit tomorrow at 9:30")
        assert "9:30" in ada.screen()
        await ada.close()
        before = len(ada.dm())
        await home.tick(AT + 19 * MINUTE)
        assert len(ada.dm()) == before
        await home.tick(AT + 90 * MINUTE)
        assert len(ada.dm()) == before + 1
        assert len(home.store.people()) >= 1
        assert not ada.trouble


@in_a_loop
async def test_a_check_in_in_slack_is_put_off_in_the_chat(files: Pair, ring: Keyring) -> None:
    async with slack_house(files, ring) as home:
        ada = home.phone()
        await ada.command("/reflect", "quick-visit")
        await ada.tap("Keep my words, for me only")
        await ada.close()
        await ada.say("stop")
        await ada.say("visit in 30 minutes")
        await home.tick(AT + 30 * MINUTE)
        assert PARKED in ada.dm()[-1]
        await ada.tap("Remind me in 30 minutes", in_="message")
        assert "I will ask again in half an hour." in ada.dm()[-1]
        before = len(ada.dm())
        await home.tick(AT + 59 * MINUTE)
        assert len(ada.dm()) == before
        await home.tick(AT + 61 * MINUTE)
        assert len(ada.dm()) == before + 1
        assert PARKED in ada.dm()[-1]
        assert not ada.trouble


@pytest.mark.parametrize("old", [False, True])
@in_a_loop
async def test_a_visit_in_teams_from_the_wish_to_an_answer(files: Pair, ring: Keyring, old: bool) -> None:
    async with teams_house(files, ring) as home:
        ada = home.client(old_client=old)
        await begun_in_teams(ada)
        await ada.close_dialog()
        await ada.say("in 20 minutes")
        assert "I will ask: today" in ada.screen()
        await ada.tap("Check-ins")
        assert word("check-in-follow-up") in ada.screen()
        await ada.tap(word("check-in-day-end-title"))
        await ada.type("17:15", into="Time")
        await ada.tap("Save")
        assert "5:15" in ada.screen()
        await ada.close_dialog()
        before = len(ada.posts())
        await home.tick(AT + 19 * MINUTE)
        assert len(ada.posts()) == before
        await home.tick(AT + 90 * MINUTE)
        assert len(ada.posts()) == before + 1
        assert not ada.trouble
