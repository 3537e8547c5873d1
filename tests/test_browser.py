"""The talk in a real browser: by keyboard alone, on a phone's width and a desk's, in English and Spanish."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from browsing import WIDTHS, Hands, on_a_thread, sit
from local_chat import PEOPLE, library, open_shell
from playwright.sync_api import expect

from adapters.web.app import build_app, serve


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    with open_shell() as (shell, chat_log):
        runner = await serve(build_app(shell, PEOPLE, chat_log), port=0)
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()
        await shell.drained()


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


def test_a_reflection_is_deleted_with_a_second_tap(browser: Any, address: str) -> None:
    ada = begun(browser, address)
    ada.write("A moment to delete.")
    ada.press("Continue later")
    ada.press("Go on with what is open")
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
