"""Whole conversations through the running app and a Teams that keeps to Teams' rules."""

from __future__ import annotations

import json

import pytest
from conftest import Pair
from slack_house import in_a_loop
from talks import library
from teams_hands import Hands, begun, opened
from teams_house import TENANT, House, house

from storage.keyring import Keyring

SCRIPTS = sorted(library().scripts)
LANGUAGES = {"en": "ada", "es": "luz"}


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def nothing_of_it(home: House, hands: Hands, *, chat: bool = False) -> None:
    """Teams keeps no word and no answer of a talk. `chat`: what the person typed into the chat is theirs to delete."""
    bots = [message for message in home.teams.everything_stored(TENANT) if message["from"]["id"].startswith("28:")]
    text = json.dumps(bots, ensure_ascii=False)
    for words in hands.said:
        assert words not in text
    for label in () if chat else hands.labels:
        assert json.dumps(label, ensure_ascii=False) not in text
    assert "marker" not in text
    assert len(set(hands.client.notifications())) <= 1
    assert not hands.client.trouble


def kept(home: House, handle: str) -> str:
    return json.dumps(
        [one.model_dump(mode="json") for one in home.store.reflections(home.who(handle))], ensure_ascii=False
    )


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("script", SCRIPTS)
@in_a_loop
async def test_a_whole_reflection_in_the_dialog(files: Pair, ring: Keyring, script: str, locale: str) -> None:
    async with house(files, ring) as home:
        ada = home.client(LANGUAGES[locale])
        hands = await opened(ada, script)
        assert library().word(locale, "consent-title") in ada.screen()
        await hands.finish()
        await home.settled()
        for words in hands.said:
            assert words in kept(home, LANGUAGES[locale])
        nothing_of_it(home, hands)
        assert library().word(locale, "goodbye") in ada.chat()[-1]


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("script", SCRIPTS)
@in_a_loop
async def test_a_whole_reflection_on_the_card(files: Pair, ring: Keyring, script: str, locale: str) -> None:
    """Where no dialog can be opened the card turns in its place, for this person's eyes; the chat keeps a neutral one."""
    async with house(files, ring, anonymous=True) as home:
        ada = home.client(LANGUAGES[locale], no_dialogs=True)
        hands = await opened(ada, script)
        assert ada.dialog is None
        assert library().word(locale, "consent-title") in ada.screen()
        await hands.finish()
        await home.settled()
        for words in hands.said:
            assert words in kept(home, LANGUAGES[locale])
        nothing_of_it(home, hands)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("script", SCRIPTS)
@in_a_loop
async def test_a_whole_reflection_that_goes_on_in_the_chat(
    files: Pair, ring: Keyring, script: str, locale: str, old: bool
) -> None:
    """What is sensitive still waits in the dialog, and is answered there. `old`: a client that knows no Action.Execute."""
    async with house(files, ring) as home:
        ada = home.client(LANGUAGES[locale], old_client=old)
        hands = await begun(ada, script)
        await ada.close_dialog()
        await ada.say("continue")
        await ada.tap("choose:here")
        while await hands.answer_here():
            pass
        await ada.tap("choose:private")
        await hands.finish()
        for words in hands.said:
            assert words in kept(home, LANGUAGES[locale])
        await home.settled()
        nothing_of_it(home, hands, chat=True)
