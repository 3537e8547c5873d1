"""Whole conversations through the running app and a Teams that keeps to Teams' rules."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from conftest import AT, Pair
from slack_house import in_a_loop
from talks import KINDS, library
from teams_hands import Hands, begun, opened, stored, uncovered
from teams_house import TENANT, House, house

from bot.conversation import Conversation
from storage.keyring import Keyring

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
@pytest.mark.parametrize("script", KINDS)
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
@pytest.mark.parametrize("script", KINDS)
@in_a_loop
async def test_a_whole_reflection_on_the_card(files: Pair, ring: Keyring, script: str, locale: str) -> None:
    """Where no dialog can be opened the card turns in its place, for this person's eyes; the chat keeps a neutral
    one."""
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
@pytest.mark.parametrize("script", KINDS)
@in_a_loop
async def test_a_whole_reflection_that_goes_on_in_the_chat(
    files: Pair, ring: Keyring, script: str, locale: str, old: bool
) -> None:
    """What is sensitive still waits in the dialog, and is answered there. `old`: a client that knows no
    Action.Execute."""
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


@in_a_loop
async def test_continuing_later_keeps_what_was_typed_and_closes_the_dialog(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        await ada.type("A small hand, marker", into="write")
        await ada.tap("command:pause")
        await home.settled()
        assert ada.dialog is None
        assert library().word("en", "pause") in ada.chat()[-1]
        await ada.tap("choose:private")
        assert ada.value("write") == "A small hand, marker"
        await hands.finish()
        assert "A small hand, marker" in kept(home, "ada")
        nothing_of_it(home, hands)


@in_a_loop
async def test_the_step_says_that_closing_the_window_loses_what_is_not_sent(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        assert library().word("en", "teams-leaving") in ada.screen()
        await ada.type("Lost with the window", into="write")
        await ada.close_dialog()
        await ada.tap("choose:private")
        assert ada.value("write") == ""
        assert "What moment stays with you?" in ada.screen()


@pytest.mark.parametrize("way", ["command:safety", "command:help", "command:language", "open:home"])
@in_a_loop
async def test_every_way_aside_keeps_what_stands_in_the_box(files: Pair, ring: Keyring, way: str) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        await ada.type("Half a sentence, marker", into="write")
        if way != "command:safety":
            await ada.tap(library().word("en", "window-more"))
        await ada.tap(way)
        if way == "command:safety":
            assert "911" in ada.screen()
            assert "What moment stays with you?" not in ada.screen(), "the numbers are in sight, and nothing else"
            await uncovered(ada)
            assert "What moment stays with you?" in ada.screen()
        if way == "open:home":
            await ada.tap("command:resume")
        assert ada.value("write") == "Half a sentence, marker"
        nothing_of_it(home, Hands(ada))


@in_a_loop
async def test_the_talk_so_far_can_be_read_with_nothing_sent(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        for _ in range(3):
            await hands.answer()
        assert hands.said[0] not in ada.screen()
        sent = len(home.teams.sent)
        await ada.tap(library().word("en", "window-earlier-answers"))
        assert hands.said[0] in ada.screen()
        assert len(home.teams.sent) == sent


@in_a_loop
async def test_going_back_changes_an_answer(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        await hands.answer()
        await ada.tap("command:back")
        assert ada.value("write") == hands.said[0]
        await ada.type("Another moment, marker 9", into="write")
        await ada.tap("write")
        await hands.finish()
        assert "Another moment" in kept(home, "ada")
        assert hands.said[0] not in kept(home, "ada")


@in_a_loop
async def test_a_card_submitted_twice_answers_once(files: Pair, ring: Keyring) -> None:
    """With a free text too: the second tap on one drawing must not put the same words into the next box."""
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        await ada.type("Said once, marker", into="write")
        sent = await asyncio.gather(ada.tap("write"), ada.tap("write"))
        assert all(answer is not None and answer.ok for answer in sent)
        assert library().word("en", "late-words") not in ada.screen()
        await hands.finish()
        assert kept(home, "ada").count("Said once, marker") == 1
        assert len(home.store.reflections(home.who())) == 1


@in_a_loop
async def test_an_answer_that_was_taken_for_a_command_can_be_sent_once_more(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        for _ in range(2):
            await hands.answer()  # at the first question "Breathe" is a button
        for _ in range(2):
            await uncovered(ada)
            await ada.type("Breathe", into="write")
            await ada.tap("write")
        await hands.finish()
        assert "Breathe" in kept(home, "ada")


@in_a_loop
async def test_two_devices_keep_to_one_place(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client(device="phone"))
        phone, desk = hands.client, home.client(device="desktop")
        await desk.say("continue")
        await desk.tap("choose:private")
        await desk.type("From the desk, marker", into="write")
        await desk.tap("write")
        await phone.type("From the phone, marker", into="write")
        await phone.tap("write")  # that question has been answered on the desk
        assert library().word("en", "reask-aside") in phone.screen()
        await hands.finish()
        for words in ("From the desk", "From the phone"):
            assert words in kept(home, "ada")
        nothing_of_it(home, hands)


@in_a_loop
async def test_a_card_of_last_week_leads_to_where_the_person_is(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client(), "everything")
        old = home.teams.sent[-1]
        for _ in range(2):
            await hands.answer()
        before = open_talk(home)
        await home.again()
        home.clock.time = AT + timedelta(days=6)
        activity = {**old.activity, "id": "f:another-tap-on-the-old-card"}
        answer = await home.teams.send(activity)
        assert answer.status == 200
        assert open_talk(home) == before
        assert before.session is not None
        shown = json.dumps(answer.json, ensure_ascii=False)
        assert f"{before.session.id}.{before.session.visit}" in shown
        nothing_of_it(home, hands)


def open_talk(home: House) -> Conversation:
    with home.store.transaction() as turn:
        return turn.load(home.who(), AT).conversation


@in_a_loop
async def test_the_app_dies_in_the_middle_and_the_open_dialog_goes_on(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        await hands.answer()
        await home.again()
        await hands.finish()
        assert hands.said[0] in kept(home, "ada")
        nothing_of_it(home, hands)


@in_a_loop
async def test_what_is_typed_into_the_chat_waits_in_the_private_box(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        await ada.close_dialog()
        await ada.say("Her grandmother laughed at last, marker, and so did I")
        assert library().word("en", "typed-aside") in ada.screen()
        await ada.tap("choose:private")
        assert ada.value("write") == "Her grandmother laughed at last, marker, and so did I"
        nothing_of_it(home, hands, chat=True)


@in_a_loop
async def test_a_page_that_is_asked_for_in_the_chat_opens_in_the_dialog(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        await hands.finish()
        ada = hands.client
        await ada.close_dialog()
        await home.settled()
        await ada.say("my data")
        assert hands.said[0] not in ada.screen()
        await ada.tap("choose:page:data")
        assert hands.said[0] in ada.screen()
        nothing_of_it(home, hands)


@in_a_loop
async def test_a_very_long_text_is_taken_in_parts(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        text = "".join(f"Sentence {number} of many. " for number in range(400))
        await ada.type(text, into="write")
        await ada.tap("write")
        assert library().word("en", "too-long") in ada.screen()
        while "write" in hands.verbs(hands.card):
            await ada.tap("write")
        await hands.finish()
        found = kept(home, "ada")
        assert all(f"Sentence {number} of many." in found for number in (0, 200, 399))


@in_a_loop
async def test_whatever_somebody_writes_is_shown_as_it_was_written(files: Pair, ring: Keyring) -> None:
    wrote = "**She** said <at>Ben</at> [look](http://a.example) {{DATE(2026-11-02)}} & ran.\n- שלום\n1. 👶🏽"
    async with house(files, ring) as home:
        hands = await begun(home.client())
        ada = hands.client
        await ada.type(wrote, into="write")
        await ada.tap("write")
        shown = json.dumps(ada.dialog, ensure_ascii=False).replace("\u2060", "")
        for line in wrote.split("\n"):
            assert json.dumps({"text": line}, ensure_ascii=False)[1:-1] in shown
        assert "{{DATE" not in json.dumps(ada.dialog)
        await hands.finish()
        reflection = home.store.reflections(home.who())[0]
        assert reflection.answers[0][1] == wrote


@pytest.mark.parametrize("anonymous", [False, True])
@pytest.mark.parametrize("script", KINDS)
@in_a_loop
async def test_two_talks_in_teams_that_differ_in_one_sensitive_answer_leave_the_same_messages(
    files: Pair, ring: Keyring, script: str, anonymous: bool
) -> None:
    """Law 6. One of them says that somebody may be in danger, that it weighs heavily, that they want to fix."""
    left: list[str] = []
    for handle, prefer in (("ada", ()), ("ben", ("yes", "5", "stormy", "fix"))):
        async with house(files, ring, anonymous=anonymous) as home:
            ada = home.client(handle, no_dialogs=anonymous)
            await ada.install()
            await home.settled()
            await ada.say(f"reflect {script}")
            await ada.tap("choose:private")
            hands = Hands(ada, prefer)
            await hands.answer()
            await ada.tap("command:pause")
            await home.settled()
            await ada.say("continue")
            await ada.tap("choose:here")
            while await hands.answer_here():
                pass
            await ada.tap("choose:private")
            await hands.answer()
            await uncovered(ada)
            await ada.tap("command:pause")
            await home.settled()
            await ada.tap("choose:private")
            await hands.finish()
            await home.settled()
            mine = home.who(handle).user, home.teams.who(TENANT, handle).member_id, f'"{handle.title()}"'
            left.append(stored(home.teams, *mine))
    assert left[0] == left[1]
