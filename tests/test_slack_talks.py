"""Whole conversations through the running app and a Slack that keeps to Slack's rules."""

from __future__ import annotations

import asyncio
import json
from copy import deepcopy
from datetime import timedelta

import pytest
from conftest import AT, Pair
from slack_hands import Hands, begun, offered, stored
from slack_house import TEAM, TOKEN, House, house, in_a_loop
from talks import KINDS, library

from bot.config import Slack
from bot.ports import Installation
from storage.keyring import Keyring

LANGUAGES = {"en": "UADA", "es": "ULUZ"}


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def nothing_of_it(home: House, hands: Hands, *, chat: bool = False) -> None:
    """Slack keeps no word and no answer of a talk. `chat`: what the person typed into the chat is theirs to delete."""
    bots = [message for message in home.slack.everything_stored(TEAM) if "bot_id" in message or not chat]
    text = json.dumps(bots, ensure_ascii=False)
    for words in hands.said if chat else (*hands.said, *hands.labels):
        assert words not in text
    assert "marker" not in text
    assert len(set(hands.phone.notifications())) <= 1
    assert not hands.phone.trouble


def kept(home: House, user: str) -> str:
    return json.dumps(
        [one.model_dump(mode="json") for one in home.store.reflections(home.who(user))], ensure_ascii=False
    )


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("script", KINDS)
@in_a_loop
async def test_a_whole_reflection_in_the_modal(files: Pair, ring: Keyring, script: str, locale: str) -> None:
    async with house(files, ring) as home:
        ada = home.phone(LANGUAGES[locale])
        hands = Hands(ada)
        await ada.command("/reflect", script)
        assert library().word(locale, "consent-title") in ada.screen()
        await hands.finish()
        await home.settled()
        for words in hands.said:
            assert words in kept(home, ada.user)
        nothing_of_it(home, hands)
        assert ada.dm() == [library().word(locale, "goodbye")]


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("script", KINDS)
@in_a_loop
async def test_a_whole_reflection_that_goes_on_in_messages(
    files: Pair, ring: Keyring, script: str, locale: str
) -> None:
    """What is sensitive still waits in the modal, and is answered there."""
    async with house(files, ring) as home:
        ada = home.phone(LANGUAGES[locale])
        hands = Hands(ada)
        await ada.command("/reflect", script)
        await hands.answer()  # consent
        await ada.close()
        await home.settled()
        await ada.say("continue")
        await ada.tap("choose:here", in_="message")
        while await hands.answer_here(home.slack):
            pass
        await ada.tap("choose:private", in_="message")
        await hands.finish()
        for words in hands.said:
            assert words in kept(home, ada.user)
        nothing_of_it(home, hands, chat=True)


@in_a_loop
async def test_closing_is_a_pause_and_nothing_typed_is_lost(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.phone())
        ada = hands.phone
        await ada.type("A small hand, marker")
        await ada.close()
        await home.settled()
        assert ada.modal is None
        assert library().word("en", "pause") in ada.dm()[-1]
        await ada.open_home()
        assert library().word("en", "home-open") in ada.screen("home")
        await ada.tap(library().word("en", "resume-button"), in_="home")
        assert ada.value() == "A small hand, marker"
        await ada.type("A small hand, marker, and then a bigger one")
        await ada.close()
        await home.settled()
        await ada.tap("choose:private", in_="message")
        assert ada.value() == "A small hand, marker, and then a bigger one"
        nothing_of_it(home, hands)


@in_a_loop
async def test_what_is_typed_into_the_chat_waits_in_the_private_box(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.phone())
        ada = hands.phone
        await ada.close()
        await home.settled()
        await ada.say("Her grandmother laughed at last, marker, and so did I")
        assert library().word("en", "typed-aside") in ada.dm()[-1]
        await ada.tap("choose:private", in_="message")
        assert ada.value() == "Her grandmother laughed at last, marker, and so did I"
        nothing_of_it(home, hands, chat=True)


@in_a_loop
async def test_what_is_typed_on_a_device_that_was_overtaken_comes_back(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        phone, desk = home.phone(device="phone"), home.phone(device="desk")
        one = Hands(phone)
        await phone.command("/reflect", "quick-visit")
        await one.answer()
        await desk.command("/reflect", "quick-visit")
        await one.answer()
        await desk.type("A whole paragraph at the desk, marker")
        await desk.close()
        await one.finish()
        assert "A whole paragraph at the desk" in kept(home, "UADA")


@in_a_loop
async def test_a_long_draft_in_any_script_can_be_sent_back(files: Pair, ring: Keyring) -> None:
    """Slack sends what stands in the boxes twice, in up to nine bytes a letter."""
    async with house(files, ring) as home:
        ada = (await begun(home.phone())).phone
        await ada.close()
        await home.settled()
        for number in range(6):
            await ada.say(f"{number}" + "слово " * 600)
        await ada.tap("choose:private", in_="message")
        await ada.tap("command:skip", in_="modal")
        assert not ada.trouble
        await Hands(ada).finish()
        for number in range(6):
            assert f"{number}слово" in kept(home, "UADA")


@in_a_loop
async def test_boxes_that_slack_does_not_send_back_lose_nothing(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        home.slack.forgets_initial = True
        ada = (await begun(home.phone())).phone
        await ada.close()
        await home.settled()
        for word in ("first", "second", "third"):
            await ada.say(f"{word} " * 500)
        await ada.tap("choose:private", in_="message")
        await ada.submit()
        assert not ada.trouble
        for word in ("first", "second", "third"):
            assert kept_or_open(home).count(word) >= 500


def kept_or_open(home: House) -> str:
    with home.store.transaction() as turn:
        loaded = turn.load(home.who(), AT)
    return loaded.conversation.model_dump_json()


@in_a_loop
async def test_safety_opens_over_the_question_and_leaves_it_as_it_is(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = (await begun(home.phone())).phone
        await ada.type("Half a sentence, marker")
        await ada.tap("command:safety", in_="modal")
        assert "911" in ada.screen("modal")
        await ada.close()
        assert ada.value() == "Half a sentence, marker"
        nothing_of_it(home, Hands(ada))


@in_a_loop
async def test_putting_the_talk_down_again_and_again_is_said_once(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = (await begun(home.phone())).phone
        for _ in range(3):
            await ada.close()
            await home.settled()
            await ada.command("/reflect")
        assert len(ada.dm()) == 1


@in_a_loop
async def test_a_double_tap_answers_once(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.phone(), "between-sites")
        ada = hands.phone
        before = ada.modal
        assert before is not None
        tap = next(one for one in offered(before.spec, "choose"))
        await asyncio.gather(*(ada.tap(f"choose:{tap}", in_="modal") for _ in range(2)))
        assert library().word("en", "old-button") not in ada.screen()
        await hands.finish()
        assert len(home.store.reflections(home.who())) == 1


@in_a_loop
async def test_an_event_that_comes_three_times_changes_nothing_more(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.phone())
        ada = hands.phone
        await ada.close()
        await home.settled()
        await ada.say("She held my finger all the while, marker")
        lines = ada.dm()
        for again in (1, 2):
            assert (await home.slack.repeat(again=again)).status == 200
        assert ada.dm() == lines
        await ada.tap("choose:private", in_="message")
        assert ada.value() == "She held my finger all the while, marker"
        nothing_of_it(home, hands, chat=True)


@in_a_loop
async def test_a_button_of_last_week_does_no_harm_and_leads_to_where_the_person_is(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.phone(), "everything")
        ada = hands.phone
        await ada.close()
        await home.settled()
        await ada.say("continue")
        await ada.tap("choose:here", in_="message")
        assert await hands.answer_here(home.slack)
        old = deepcopy(home.slack.sent[-1].payload)
        await ada.say("continue")
        await ada.tap("choose:private", in_="message")
        before = kept_or_open(home)
        home.slack.clock.advance(7 * 24 * 3600)
        await home.again()
        home.clock.time = AT + timedelta(days=6)
        old["actions"][0]["action_ts"] = "1795999999.000100"  # tapped now, under the question of last week
        assert (await home.slack.send("interactive", old)).status == 200
        assert kept_or_open(home) == before
        assert hands.asked
        nothing_of_it(home, hands, chat=True)


@in_a_loop
async def test_two_devices_keep_to_one_place(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        phone, desk = home.phone(device="phone"), home.phone(device="desk")
        one, other = Hands(phone), Hands(desk)
        await phone.command("/reflect", "quick-visit")
        await one.answer()
        await desk.command("/reflect", "quick-visit")
        await desk.type("From the desk, marker")
        await desk.submit()
        await phone.type("From the phone, marker")
        await phone.submit()  # that question has been answered on the desk
        await one.finish()
        assert "From the desk" in kept(home, "UADA")
        assert "From the phone" in kept(home, "UADA")
        await home.settled()
        lines = phone.dm()
        await desk.close()  # an old modal, which pauses nothing
        await home.settled()
        assert phone.dm() == lines
        nothing_of_it(home, other)


@in_a_loop
async def test_a_trigger_that_has_expired_leaves_one_tap_to_the_place(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        hands = Hands(ada)
        home.slack.fail("views.open", "expired_trigger_id")
        await ada.command("/reflect", "quick-visit", in_dm=True)
        assert ada.modal is None
        assert library().word("en", "window-open-again") in ada.screen("message")
        await ada.tap("choose:private", in_="message")
        await hands.finish()
        assert hands.said[0] in kept(home, "UADA")
        nothing_of_it(home, hands)


@in_a_loop
async def test_in_a_storm_of_refusals_every_tap_is_kept(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.phone())
        ada = hands.phone
        home.slack.limit("*", retry_after=30, times=None)
        await ada.type("In the storm, marker")
        await ada.submit()  # the answer to this is no call of ours
        await ada.close()
        await home.settled()
        assert ada.dm() == []
        refused = len(home.slack.calls)
        await home.tick(AT + timedelta(seconds=10))
        assert len(home.slack.calls) == refused  # within the thirty seconds nothing is even tried
        home.slack.lift()
        home.hurry.skipped += 31
        await home.tick(AT + timedelta(minutes=5))
        assert library().word("en", "pause") in ada.dm()[-1]
        await ada.tap("choose:private", in_="message")
        await hands.finish()
        assert "In the storm" in kept(home, "UADA")
        nothing_of_it(home, hands)


@in_a_loop
async def test_uninstalling_in_the_middle_stops_everything_at_once(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.phone())
        ada = hands.phone
        answer = await home.slack.uninstalled(TEAM)
        assert answer.status == 200
        calls = len(home.slack.calls)
        await ada.type("After the end, marker")
        await home.tick(AT + timedelta(days=1))
        assert len(home.slack.calls) == calls


@in_a_loop
async def test_the_app_dies_in_the_middle_of_a_sentence(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        hands = await begun(home.phone())
        ada = hands.phone
        await ada.type("She reached for the keys and, marker")
        ada.put_away()
        await home.again()
        await ada.command("/reflect")
        assert ada.value() == "She reached for the keys and, marker"
        await hands.finish()
        nothing_of_it(home, hands)


@in_a_loop
async def test_the_same_user_id_in_two_workspaces_is_two_people(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        many = Slack(
            signing_secret=home.slack.signing_secret, client_id="1.2", client_secret="s", api_url=home.slack.api_url
        )
        home.slack.workspace("T2", bot_token="xoxb-two", bot_user="UBOT2", bot_id="BBOT2")
        home.slack.person("T2", "UADA", "ada", locale="en-US")
        for tenant, token in ((TEAM, TOKEN), ("T2", "xoxb-two")):
            home.store.installations.save(Installation("slack", tenant, "UBOT", token), AT)
        home.settings = many
        await home.again()
        here, there = Hands(home.phone()), Hands(home.phone(team="T2"), words=lambda number: f"Elsewhere, {number}")
        for hands in (here, there):
            await hands.phone.command("/reflect", "quick-visit")
            await hands.finish()
        assert here.said[0] in kept(home, "UADA")
        assert here.said[0] not in json.dumps(
            [one.model_dump(mode="json") for one in home.store.reflections(home.who(team="T2"))]
        )


@pytest.mark.parametrize("script", KINDS)
@in_a_loop
async def test_two_talks_that_differ_in_one_sensitive_answer_leave_the_same_messages(
    files: Pair, ring: Keyring, script: str
) -> None:
    """Law 6. One of them says that somebody may be in danger, that it weighs heavily, that they want to fix."""
    left: list[str] = []
    for user, prefer in (("UADA", ()), ("UBEN", ("yes", "5", "stormy", "fix"))):
        async with house(files, ring) as home:
            ada = home.phone(user)
            hands = Hands(ada, prefer)
            await ada.command("/reflect", script)
            await hands.answer()
            await ada.close()
            await home.settled()
            await ada.say("continue")
            await ada.tap("choose:here", in_="message")
            while await hands.answer_here(home.slack):
                pass
            await ada.tap("choose:private", in_="message")
            await hands.answer()
            await ada.close()
            await home.settled()
            await ada.tap("choose:private", in_="message")
            await hands.finish()
            await home.settled()
            left.append(stored(home.slack).replace(user, "USER"))
    assert left[0] == left[1]
