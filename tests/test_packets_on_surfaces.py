"""Something on its way to supervision, on the chat platforms: seen word for word, sent, opened by one, taken back."""

from __future__ import annotations

import pytest
from conftest import AT, Pair, rows
from finders import Finds
from slack_hands import begun as begun_in_slack
from slack_hands import offered as offered_in_slack
from slack_hands import stored as stored_in_slack
from slack_house import TEAM, in_a_loop
from slack_house import house as slack_house
from teams_hands import begun as begun_in_teams
from teams_hands import offered as offered_in_teams
from teams_hands import stored as stored_in_teams
from teams_house import TENANT
from teams_house import house as teams_house

from bot.ports import Setup
from storage import tables as t
from storage.keyring import Keyring

KNOWS = Finds(certain=("Maria",), doubtful=("hope",))
WORDS = "I hope it was enough. Maria waited, zqpacket."
ASKED = "I «hope» it was"
EXACT = "I hope it was enough. [NAME-1] waited, zqpacket."


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


@in_a_loop
async def test_a_packet_is_sent_opened_and_taken_back_in_slack(files: Pair, ring: Keyring) -> None:
    async with slack_house(files, ring) as home:
        home.shell.finder = KNOWS
        home.store.set_up(Setup("slack", TEAM, "North", ("UADA", "UBEN"), ("USAM",)), AT)
        ada = home.phone()
        hands = await begun_in_slack(ada)
        hands.words = lambda number: WORDS if number == 0 else "skip"
        while "more" not in offered_in_slack(ada.top.spec, "choose"):
            await hands.answer()
        await ada.tap("choose:more", in_="modal")
        await ada.tap("choose:bring", in_="modal")
        ada.put_away()
        await ada.open_home()
        await ada.tap("For supervision")
        await ada.tap("Put together what to send…")
        assert EXACT in ada.value("What I bring")
        await ada.submit()
        assert "Is any of these a person or a place?" in ada.screen()
        await ada.tick(ASKED)
        await ada.submit()
        assert EXACT in ada.screen()
        assert rows(home.store, t.packets) == []
        await ada.submit()
        assert "It is sent." in ada.screen()
        assert len(rows(home.store, t.packets)) == 1
        sam = home.phone("USAM")
        await sam.open_home()
        await sam.tap("For supervision")
        assert EXACT in sam.screen()
        zoe = home.phone("UZOE")
        await zoe.open_home()
        assert "For supervision" not in zoe.buttons()
        await ada.tap("Take it back")
        assert rows(home.store, t.packets) == []
        await ada.tap("Ask my supervisor for ten minutes")
        assert "It is sent: that one sentence, and nothing else." in ada.screen()
        await home.settled()
        assert "zqpacket" not in stored_in_slack(home.slack)
        assert not [*ada.trouble, *sam.trouble]


@in_a_loop
async def test_a_packet_is_sent_and_taken_back_in_teams(files: Pair, ring: Keyring) -> None:
    async with teams_house(files, ring) as home:
        home.shell.finder = KNOWS
        ada = home.client()
        hands = await begun_in_teams(ada)
        home.store.set_up(Setup("teams", TENANT, "North", (home.who().user, "29:ben"), ("29:sam",)), AT)
        hands.words = lambda number: WORDS if number == 0 else "skip"
        while "more" not in offered_in_teams(hands.card, "choose"):
            await hands.answer()
        await ada.tap("choose:more")
        await ada.tap("choose:bring")
        await ada.tap("More")
        await ada.tap("open:home")
        await ada.tap("open:packet")
        await ada.tap("Put together what to send…")
        assert EXACT in ada.value("What I bring")
        await ada.tap("Look at it")
        await ada.tick(ASKED)
        await ada.tap("Look at it")
        assert EXACT in ada.screen()
        await ada.tap("Send it")
        assert "It is sent." in ada.screen()
        assert len(rows(home.store, t.packets)) == 1
        await ada.tap("Take it back")
        assert rows(home.store, t.packets) == []
        await ada.tap("Ask my supervisor for ten minutes")
        assert "It is sent: that one sentence, and nothing else." in ada.screen()
        assert "zqpacket" not in stored_in_teams(home.teams)
        assert not ada.trouble
