"""The talk in a real browser: by keyboard alone, on a phone's width and a desk's, in English and Spanish."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from browsing import WIDTHS, Hands, on_a_thread, served, sit
from forms_drawn import WANTED, Forms
from forms_drawn import forms as forms
from local_chat import PEOPLE, library, open_shell
from playwright.sync_api import expect

from adapters.web.app import build_app


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    with open_shell() as (shell, chat_log):
        async with served(build_app(shell, PEOPLE, chat_log), shell) as address:
            yield address


@pytest.fixture
def address() -> Iterator[str]:
    """A server of its own for each test."""
    with on_a_thread(serving) as found:
        yield found


def label(step: str, choice: str, locale: str) -> str:
    return library().scripts["quick-visit"].say(locale, f"{step}.{choice}.label")


@pytest.mark.parametrize("width", list(WIDTHS))
@pytest.mark.parametrize("locale", ["en", "es"])
def test_a_whole_reflection_by_keyboard_alone(browser: Any, address: str, width: str, locale: str) -> None:
    ada = sit(browser, address, width, locale)
    following = ada.word("next")
    ada.press(ada.word("web-start"))
    ada.press(ada.word("consent-keep"))
    ada.write("He looked at his grandmother.")
    ada.go(label("feel", "worry", locale))
    ada.page.keyboard.press("Space")
    ada.go(label("feel", "warmth", locale))
    ada.page.keyboard.press("Enter")
    assert ada.page.locator("[aria-pressed=true]").count() == 2
    ada.press(following)
    ada.write("Does anyone come when I look?")
    ada.press(label("pull", "hurry", locale), "Space")
    ada.write("Wait three breaths.")
    ada.press(label("gate", "yes", locale))
    assert ada.page.locator(".card").bounding_box()["y"] >= 0, "the safety card is in sight, from its top"
    assert ada.page.locator(".card a[href='tel:988']").count() == 1
    ada.press(label("setting", "home-visit", locale))
    ada.press(label("ctype", "both", locale))
    ada.press(ada.word("done-keep"))
    ada.press(ada.word("counting-never"))
    ada.press(ada.word("data-title"))
    assert "He looked at his grandmother." in ada.page.text_content("main")
    ada.press(ada.word("web-consent"))
    ada.press(ada.word("web-home"))
    ada.press(ada.word("web-back"))
    assert "Ada" in ada.question
    assert ada.page.problems == []


def begun(browser: Any, address: str, **context: Any) -> Hands:
    ada = sit(browser, address, **context)
    ada.press("Start a reflection")
    ada.press("Keep my words")
    return ada


def test_what_was_typed_comes_back(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    for text in ("A thought", ", half"):
        ada.page.type("textarea", text)
        ada.page.reload()
        expect(ada.page.locator("textarea")).to_have_value(text if text[0] == "A" else "A thought, half")
    ada.page.wait_for_selector("#page:not([aria-busy])")
    ada.page.type("textarea", " and more")
    ada.changes(lambda: ada.page.click("text=Español"))
    assert ada.page.input_value("textarea") == "A thought, half and more"
    ada.changes(lambda: ada.page.click("text=Mis datos"))
    ada.changes(lambda: ada.page.go_back())
    assert ada.page.input_value("textarea") == "A thought, half and more"


def test_who_leaves_in_the_middle_of_a_word_finds_it_again(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.page.keyboard.type("Gone in the midd")
    ada.page.goto("about:blank")
    ada.page.goto(f"{address}/chat/ada")
    assert ada.page.input_value("textarea") == "Gone in the midd"


def test_a_lost_connection_loses_nothing_and_repeats_nothing(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    keys: list[str] = []

    def lose(route: Any) -> None:
        sent = route.request.post_data_json
        if sent["event"].get("done") is False:
            route.continue_()
            return
        keys.append(sent["key"])
        if len(keys) == 1:
            route.fetch()  # the bot gets it, and the answer is lost
            route.abort()
        else:
            route.continue_()

    ada.page.route("**/events", lose)
    ada.page.keyboard.type("Only once.")
    ada.page.keyboard.press("Control+Enter")
    ada.page.wait_for_selector(".trouble:not([hidden])")
    assert "Nothing is lost" in ada.page.text_content(".trouble")
    assert ada.page.input_value("textarea") == "Only once."
    ada.changes(lambda: ada.page.click("text=Try again"))
    assert keys[0] == keys[1]
    assert ada.question == "What do you feel as you think of it now?"
    assert ada.page.locator(".answered").all_inner_texts()[0].endswith("Only once.")


@dataclass
class Gate:
    """Between the page and the bot: while it is shut, all but drafts wait here."""

    page: Any
    shut: bool = True
    waiting: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/events", self.pass_on)

    def pass_on(self, route: Any) -> None:
        if self.shut and route.request.post_data_json["event"].get("done", True):
            self.waiting.append(route)
        else:
            route.continue_()

    def open(self) -> None:
        self.shut = False
        for route in self.waiting:
            route.continue_()


def test_nothing_can_be_typed_where_it_would_belong_nowhere(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    gate = Gate(ada.page)
    ada.page.keyboard.type("A moment.")
    ada.page.keyboard.press("Control+Enter")
    expect(ada.page.locator("textarea[readonly]")).to_have_count(1)
    ada.page.keyboard.type(" Lost?")
    assert ada.page.input_value("textarea") == "A moment."
    ada.changes(gate.open)
    ada.press("Back")
    assert ada.page.input_value("textarea") == "A moment."


def test_who_goes_while_an_answer_is_under_way_finds_the_words_again(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    gate = Gate(ada.page)
    ada.page.keyboard.type("Gone before it was heard.")
    ada.page.keyboard.press("Control+Enter")
    expect(ada.page.locator("textarea[readonly]")).to_have_count(1)
    gate.shut = False  # what waits already never arrives
    ada.page.reload()
    expect(ada.page.locator("textarea")).to_have_value("Gone before it was heard.")


def test_words_at_a_question_that_was_answered_elsewhere_are_kept(browser: Any, address: str) -> None:
    ada, elsewhere = begun(browser, address), sit(browser, address)
    elsewhere.write("Said there.")
    ada.page.keyboard.type("And typed here.")
    expect(ada.page.locator(".said")).to_contain_text("Your words wait in the next box")
    assert ada.question == "What do you feel as you think of it now?"
    ada.press("Skip")
    assert ada.page.input_value("textarea") == "And typed here."


def test_ticks_come_back_too(browser: Any, address: str) -> None:
    def pressed() -> list[str]:
        return list(ada.page.locator("[aria-pressed=true]").all_inner_texts())

    ada = begun(browser, address)
    ada.write("A moment.")
    ada.page.click("[data-toggle=worry]")
    ada.page.click("[data-toggle=warmth]")
    ada.press("Back")
    ada.press("Keep as it is")
    assert pressed() == ["Worry or fear", "Warmth, joy or pride"]
    ada.page.click("[data-toggle=worry]")
    ada.page.reload()
    expect(ada.page.locator("[aria-pressed=true]")).to_have_text(["Warmth, joy or pride"])
    ada.press("Next")
    ada.press("Back")
    assert pressed() == ["Warmth, joy or pride"]


def test_a_tick_that_came_too_late_goes_with_the_next_try(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.write("A moment.")
    ada.page.click("[data-toggle=worry]")
    ada.page.route("**/events", lambda route: route.abort())
    ada.page.click("[data-choose]")
    expect(ada.page.locator(".trouble")).to_be_visible()
    ada.page.click("[data-toggle=warmth]")
    ada.page.unroute("**/events")
    ada.changes(lambda: ada.page.click("text=Try again"))
    assert "Worry or fear; Warmth, joy or pride" in ada.page.inner_text(".talk")


def test_too_much_for_the_box_is_said_and_nothing_of_it_is_lost(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    much = "word " * 14_000
    ada.page.fill("textarea", much)
    expect(ada.page.locator(".trouble")).to_contain_text("more than I can take at once")
    ada.page.click("text=My data")
    ada.page.wait_for_selector("#page:not([aria-busy])")
    assert ada.page.input_value("textarea") == much
    ada.changes(lambda: ada.page.click(".controls >> text=Safety"))
    assert ada.page.locator(".card").count() == 1, "nothing stands in the way of this"
    assert ada.page.input_value("textarea") == much
    ada.page.fill("textarea", "Less.")
    expect(ada.page.locator(".dock .kept")).to_have_text("Kept as you type.")
    assert ada.page.locator(".trouble").is_hidden()


def test_trouble_is_told_in_the_language_of_the_page(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.press("Español")
    ada.page.route("**/events", lambda route: route.abort())
    ada.page.click("text=Mis datos")
    expect(ada.page.locator(".trouble p")).to_have_text(library().word("es", "web-trouble"))
    expect(ada.page.locator(".trouble button")).to_have_text(library().word("es", "web-retry"))


def test_what_could_not_be_kept_is_tried_again(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.page.route("**/events", lambda route: route.abort())
    ada.page.keyboard.type("While it was away.")
    expect(ada.page.locator(".dock .kept")).to_have_text("Not kept yet; trying again.")
    ada.page.unroute("**/events")
    expect(ada.page.locator(".dock .kept")).to_have_text("Kept as you type.")
    ada.page.reload()
    expect(ada.page.locator("textarea")).to_have_value("While it was away.")


def test_who_looks_away_while_it_is_away_loses_nothing(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.page.route("**/events", lambda route: route.abort())
    ada.page.keyboard.type("Handed over to nobody.")
    ada.page.evaluate("leave()")
    ada.page.unroute("**/events")
    expect(ada.page.locator(".dock .kept")).to_have_text("Kept as you type.")
    ada.press("My data")
    ada.press("Talk")
    assert ada.page.input_value("textarea") == "Handed over to nobody."


def test_the_way_back_waits_for_what_is_under_way(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.press("My data")
    gate = Gate(ada.page)
    ada.page.click("text=Home")
    expect(ada.page.locator("#page[aria-busy]")).to_have_count(1)
    ada.page.go_back()
    gate.open()
    expect(ada.page.locator("#question")).to_have_text("What moment stays with you?")


def test_the_second_half_of_a_double_tap_hits_nothing_new(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.write("A moment.")
    ada.page.click("[data-toggle=worry]")
    ada.page.click("[data-choose]", click_count=2, delay=40)
    expect(ada.page.locator("#question")).to_have_text("What might that moment have been like for the child?")
    ada.write("Not paused.")


def test_a_kept_reflection_is_deleted_with_a_second_tap(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.write("A moment to delete.")
    ada.page.click(".controls summary")
    ada.press("Stop here")
    ada.press("My data")
    ada.go("Delete this reflection")
    ada.page.keyboard.press("Enter")
    assert ada.focused() == "Yes, delete for good"
    ada.page.keyboard.press("Tab")
    assert ada.page.locator("text=Delete this reflection").count() == 1, "going elsewhere takes it back"
    ada.page.keyboard.press("Shift+Tab")
    ada.page.keyboard.press("Enter")
    ada.page.keyboard.press("Enter")
    assert "A moment to delete." in ada.page.text_content("main"), "the other half of a double tap"
    ada.page.wait_for_function("() => performance.now() - Number(document.activeElement.form.dataset.asked) > 400")
    ada.changes(lambda: ada.page.keyboard.press("Enter"))
    assert "A moment to delete." not in ada.page.text_content("main")
    assert "It is deleted." in ada.page.text_content("main")


def test_two_quick_taps_are_one(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.write("A moment.")
    ada.changes(lambda: ada.page.dblclick(".controls >> text=Skip"))
    assert ada.question == "What might that moment have been like for the child?"


def test_a_page_from_before_a_restart_goes_on(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.page.evaluate("token = 'of another run'")
    ada.write("Still here.")
    assert ada.question == "What do you feel as you think of it now?"


def test_a_reflection_is_deleted_when_that_is_sure(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.write("A moment to delete.")
    ada.press("Continue later")
    ada.press("Continue")
    ada.go("⋯")
    ada.page.keyboard.press("Enter")
    ada.press("Delete")
    ada.press("Yes, delete")
    ada.press("Back to the start")
    assert ada.question == "Hello, Ada."
    ada.press("My data")
    assert "A moment to delete." not in ada.page.text_content("main")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_at_twice_the_size(browser: Any, address: str, scheme: str) -> None:
    ada = sit(browser, address, color_scheme=scheme)
    ada.page.evaluate("document.documentElement.style.fontSize = '212%'")
    ada.fits()
    for name in ("Start a reflection", "Keep my words"):
        ada.press(name)
    ada.write("Supercalifragilistic" * 20)
    ada.press("Safety")
    ada.press("Skip")
    ada.press("My data")
    ada.press("Consent")


def test_every_box_and_choice_has_a_name(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    assert ada.page.get_by_role("textbox", name="What moment stays with you?").count() == 1
    ada.write("A moment.")
    assert ada.page.get_by_role("group", name="What do you feel as you think of it now?").count() == 1
    assert ada.page.get_by_role("button", name="Worry or fear", pressed=False).count() == 1
    ada.press("My data")
    assert ada.page.get_by_role("radio", name="90 days").is_checked()
    assert ada.page.get_by_role("group", name="Keep my reflections for").count() == 1


@pytest.mark.parametrize("width", list(WIDTHS))
def test_many_forms_by_keyboard_alone(browser: Any, address: str, forms: Forms, width: str) -> None:
    ada = sit(browser, address, width)
    ada.press("My data")
    ada.clean()
    ada.go("Change 3")
    ada.page.keyboard.press("Enter")
    ada.clean()
    ada.fits()
    shut = ada.page.locator("details.shut").nth(2)
    shut.get_by_label("Monday").uncheck()
    shut.get_by_label("Sunday").check()
    shut.get_by_label("Time").fill("")
    shut.get_by_label("Until").fill("2027-01-02")
    shut.get_by_label("Name").fill("Lunch")
    ada.changes(lambda: shut.get_by_text("Save").press("Enter"))
    assert ada.page.locator("details[open]").count() == 1, "the one that was sent is still in sight"
    assert shut.get_by_label("Name").input_value() == "North", "as the bot has it now"
    five = ada.page.locator("details.shut").nth(4)
    five.locator("summary").click()
    five.get_by_label("Time").fill("07:05")
    five.get_by_label("Until").fill("")
    ada.changes(lambda: five.get_by_text("Save").click())
    ada.press("Pause 6")
    ada.go("Remove 7")
    ada.page.keyboard.press("Enter")
    assert ada.focused() == "Yes, delete for good"
    since = "performance.now() - Number(document.querySelector('form[data-asked]').dataset.asked)"
    ada.page.wait_for_function(f"() => {since} > 350")  # the second tap is no half of a double one
    ada.changes(lambda: ada.page.keyboard.press("Enter"))
    assert forms.taken == WANTED
    assert ada.page.problems == []
