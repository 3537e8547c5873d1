"""A passage on its way out, on every surface: seen word for word, changed, released, and taken back by one tap."""

from __future__ import annotations

import pytest
from conftest import AT, Pair
from finders import Finds
from slack_hands import begun as begun_in_slack
from slack_hands import offered as offered_in_slack
from slack_hands import stored as stored_in_slack
from slack_house import TEAM, in_a_loop
from slack_house import house as slack_house
from sqlalchemy import func, select
from teams_hands import begun as begun_in_teams
from teams_hands import offered as offered_in_teams
from teams_hands import stored as stored_in_teams
from teams_house import TENANT
from teams_house import house as teams_house

from bot.ports import Setup
from storage import tables as t
from storage.keyring import Keyring
from storage.prepared import Prepared
from storage.store import SqlStore

KNOWS = Finds(certain=("Maria",), doubtful=("hope",))
WORDS = "I hope it was enough. Maria waited, zqpassage."
ASKED = "I «hope» it was"
EXACT = "I hope it was enough. [NAME-1] waited, zqpassage."
_HOW_MANY = Prepared(select(func.count()).select_from(t.excerpts))


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def waiting(store: SqlStore) -> int:
    with store.database.reading() as wire:
        row = wire.one(_HOW_MANY)
    assert row is not None
    return int(row[0])


@in_a_loop
async def test_a_passage_is_released_and_taken_back_in_slack(files: Pair, ring: Keyring) -> None:
    async with slack_house(files, ring) as home:
        home.shell.finder = KNOWS
        people = ("UADA", "UBEN", *(f"U{number}" for number in range(6)))
        home.store.set_up(Setup("slack", TEAM, "North", people, ("USAM",)), AT)
        ada = home.phone()
        hands = await begun_in_slack(ada)
        hands.words = lambda number: WORDS if number == 0 else "skip"
        while "more" not in offered_in_slack(ada.top.spec, "choose"):
            await hands.answer()
        await ada.tap("choose:more", in_="modal")
        await ada.tap("choose:excerpt", in_="modal")
        await ada.tap("Ask me about each passage")
        await ada.submit()
        assert EXACT in ada.value("The passage")
        await ada.submit()
        assert "Is any of these a person or a place?" in ada.screen()
        await ada.tick(ASKED)
        await ada.submit()
        assert EXACT in ada.screen()
        assert waiting(home.store) == 0
        await ada.tap("No, nobody would")
        await ada.submit()
        assert "It is released." in ada.screen()
        assert waiting(home.store) == 1
        await ada.tap("Take it back")
        assert waiting(home.store) == 0
        await home.settled()
        assert "zqpassage" not in stored_in_slack(home.slack)
        assert not ada.trouble


@in_a_loop
async def test_a_passage_is_released_and_taken_back_in_teams(files: Pair, ring: Keyring) -> None:
    async with teams_house(files, ring) as home:
        home.shell.finder = KNOWS
        ada = home.client()
        hands = await begun_in_teams(ada)
        people = (home.who().user, *(f"29:{number}" for number in range(8)))
        home.store.set_up(Setup("teams", TENANT, "North", people, ("29:sam",)), AT)
        hands.words = lambda number: WORDS if number == 0 else "skip"
        while "more" not in offered_in_teams(hands.card, "choose"):
            await hands.answer()
        await ada.tap("choose:more")
        await ada.tap("choose:excerpt")
        await ada.choose("Passages of mine", "Ask me about each passage")
        await ada.tap("Save")
        assert EXACT in ada.value("The passage")
        await ada.tap("Look at it")
        assert "Is any of these a person or a place?" in ada.screen()
        await ada.tick(ASKED)
        await ada.tap("Look at it")
        assert EXACT in ada.screen()
        await ada.choose("Would a colleague recognize the family?", "No, nobody would")
        await ada.tap("Release it")
        assert "It is released." in ada.screen()
        assert waiting(home.store) == 1
        await ada.tap("Take it back")
        assert waiting(home.store) == 0
        assert "zqpassage" not in stored_in_teams(home.teams)
        assert not ada.trouble
