"""App Home, set-up and what others are told, through the running app."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from conftest import AT, Pair
from slack_hands import Hands
from slack_house import TEAM, House, house, in_a_loop
from talks import library

from storage.keyring import Keyring


@pytest.fixture
def files(sqlite_pair: Pair) -> Pair:
    return sqlite_pair


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


async def led(home: House, user: str = "UADA") -> None:
    """Somebody leads the program, as an operator says from a shell."""
    await home.shell.on_store(lambda: home.store.set_lead(home.who(user), home.clock.time))
    await minutes_later(home)


async def minutes_later(home: House) -> None:
    """What several people are told goes out at Slack's pace."""
    for _ in range(3):
        await home.tick(home.clock.time + timedelta(minutes=1))


@in_a_loop
async def test_the_home_says_where_i_stand_and_leads_on(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        await ada.open_home()
        shown = ada.screen("home")
        for name in ("home-start", "home-who-sees", "data-title", "safety-button"):
            assert word(name) in shown
        await ada.tap("begin:quick-visit", in_="home")
        hands = Hands(ada)
        await hands.finish()
        await ada.close()
        await ada.open_home()
        await ada.tap("open:data", in_="home")
        for words in hands.said:
            assert words in ada.screen("modal")
        assert not any(words in json.dumps(home.slack.home("UADA")) for words in hands.said)


@in_a_loop
async def test_a_switch_in_the_settings_acts_at_once_and_the_home_follows(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        await ada.open_home()
        await ada.tap(word("home-settings"), in_="home")
        await ada.tap("Español", in_="modal")
        assert word("saved", "es") in ada.screen("modal")
        await ada.close()
        await ada.open_home()
        assert word("home-who-sees", "es") in ada.screen("home")
        await ada.tap("open:consent", in_="home")
        assert word("consent-page-title", "es") in ada.screen("modal")


@in_a_loop
async def test_deleting_and_erasing_ask_first_and_then_do_it(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        hands = Hands(ada)
        await ada.open_home()
        await ada.tap("begin:quick-visit", in_="home")
        await hands.finish()
        await ada.close()
        await ada.tap("open:data", in_="home")
        await ada.tap(word("delete-one"), in_="modal", confirm=False)
        assert ada.asked
        assert len(home.store.reflections(home.who())) == 1
        await ada.tap(word("delete-one"), in_="modal")
        assert home.store.reflections(home.who()) == ()
        assert word("deleted") in ada.screen("modal")
        await ada.tap(word("erase-title"), in_="modal")
        assert word("erased") in ada.screen("modal")
        assert ada.screen("home") == word("erased")
        assert not home.store.known(home.who())


@in_a_loop
async def test_four_questions_set_up_a_team_and_everybody_is_told_in_fixed_words(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        await led(home)
        assert word("notice-lead") in ada.dm()[-1]
        await ada.tap(word("setup-title"), in_="message")
        await ada.pick_people("UBEN", "ULUZ", into="field:members")
        await ada.pick_people("USAM", into="field:supervisors")
        await ada.pick_time("16:30", into="field:day-end")
        await ada.type("Questions or complaints: Ms. Ortiz, 555-0100", "field:lines")
        await ada.submit()
        assert word("setup-small") in ada.screen("modal")
        await minutes_later(home)
        ben, luz, sam = (home.phone(user) for user in ("UBEN", "ULUZ", "USAM"))
        assert word("notice-invited") in ben.dm()[0]
        assert "<@USAM>" in ben.dm()[1]
        assert word("notice-invited", "es") in luz.dm()[0]
        assert word("notice-supervisor") in sam.dm()[0]
        await sam.tap(word("report-title"), in_="message")
        assert word("report-first-line") in sam.screen("modal")
        for other in ("UBEN", "ULUZ"):
            assert other not in sam.screen("modal")


@in_a_loop
async def test_a_form_with_a_fault_keeps_what_was_entered(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        await led(home)
        await ada.open_home()
        await ada.tap("open:setup", in_="home")
        await ada.pick_people("UBEN", "USAM", into="field:members")
        await ada.pick_people("USAM", into="field:supervisors")
        await ada.pick_time("16:30", into="field:day-end")
        await ada.submit()
        assert word("setup-both") in ada.screen("modal")
        assert ada.value("field:members") == ["UBEN", "USAM"]
        await ada.pick_people("UBEN", into="field:members")
        await ada.submit()
        assert word("setup-both") not in ada.screen("modal")
        await minutes_later(home)
        assert len(home.phone("UBEN").dm()) == 2


@in_a_loop
async def test_who_does_not_lead_sets_up_nothing(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ben = home.phone("UBEN")
        await led(home)
        await ben.open_home()
        assert "open:setup" not in json.dumps(home.slack.home("UBEN"))
        assert "open:lead" not in json.dumps(home.slack.home("UBEN"))


@in_a_loop
async def test_a_reminder_comes_as_a_neutral_line_with_a_button(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        hands = Hands(ada, prefer=("day-end",))
        await ada.command("/reflect", "between-sites")
        await hands.finish()
        await home.settled()
        await ada.close()
        await ada.open_home()
        assert word("home-next", day="", time="").split(":")[0] in ada.screen("home")
        await home.tick(AT + timedelta(days=1))
        assert "choose:private" in json.dumps(home.slack.history(TEAM, "UADA")[-1])
        await ada.tap("choose:private", in_="message")
        assert Hands(ada).asked


@in_a_loop
async def test_a_person_who_is_deactivated_gets_nothing_more(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        hands = Hands(ada, prefer=("day-end",))
        await ada.command("/reflect", "between-sites")
        await hands.finish()
        await home.settled()
        lines = ada.dm()
        home.slack.deactivate(TEAM, "UADA")
        home.slack.deactivate(TEAM, "UBEN")  # who has never been here, and is not made known by leaving
        for user in ("UADA", "UBEN"):
            assert (await home.slack.user_changed(TEAM, user)).status == 200
        assert not home.store.known(home.who("UBEN"))
        await home.tick(AT + timedelta(days=2))
        assert ada.dm() == lines
        await home.tick(AT + timedelta(days=40))
        assert not home.store.known(home.who("UADA"))


@in_a_loop
async def test_the_language_of_the_profile_is_spoken_from_the_first_word(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        luz = home.phone("ULUZ")
        await luz.say("hola")
        assert word("greeting", "es") in luz.dm()[-1]
        home.slack.fail("users.info", "internal_error", times=None)
        ben = home.phone("UBEN")
        await ben.say("hello")
        assert word("greeting") in ben.dm()[-1]


@in_a_loop
async def test_many_looks_at_the_home_are_few_drawings(files: Pair, ring: Keyring) -> None:
    async with house(files, ring) as home:
        ada = home.phone()
        await ada.open_home()
        hands = Hands(ada)
        before = len(home.slack.called("views.publish"))
        await ada.tap("begin:quick-visit", in_="home")
        await hands.finish()
        assert len(home.slack.called("views.publish")) - before <= 2
