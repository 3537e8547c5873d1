"""The demo's page: three panes, the tour, the people; and that everybody can use it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from browsing import WIDTHS, Hands, on_a_thread, served, sit
from local_chat import library
from playwright.sync_api import expect

from adapters.web.app import build_app
from adapters.web.chat_log import ChatLog
from adapters.web.people import Person
from bot.cli.attacking import attack
from bot.demo import DemoClock, Once, life, settle, skip, who
from bot.turn import Shell, SystemClock
from scheduler.ticker import tick
from storage.store import temporary_store


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """The demo as the command line puts it together, without its clockwork."""
    clock = DemoClock(SystemClock())
    messages = ChatLog(clock)
    people = [Person(who(one.user), one.name, life().team, one.about) for one in life().people]
    with temporary_store(scripts=library().scripts.values()) as store:
        shell = Shell(library(), store, Once(messages), 1, clock)
        weeks = partial(skip, shell, clock, tick, left=await settle(shell, clock, tick))
        tried = partial(attack, shell, store)
        app = build_app(shell, people, messages, supervisor=people[-1], skip=weeks, attack=tried)
        async with served(app, shell) as address:
            yield address


@pytest.fixture
def address() -> Iterator[str]:
    with on_a_thread(serving) as found:
        yield found


def pane(hands: Hands, name: str) -> str:
    return str(hands.page.inner_text(f".pane.{name}"))


def weather(locale: str) -> str:
    return library().scripts["between-sites"].say(locale, "weather.heavy.label")


# The tour


@pytest.mark.parametrize("width", list(WIDTHS))
@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_whole_tour_by_keyboard_alone(browser: Any, address: str, width: str, locale: str) -> None:
    ada = sit(browser, address, width, locale)
    word, sample = library().word, library().word(locale, "web-tour-sample")
    ada.press(word(locale, "web-tour-start", person="Ada"))
    ada.press(ada.word("consent-keep"))
    ada.press(weather(locale))
    ada.go(ada.word("web-tour-use"))
    ada.page.keyboard.press("Enter")
    assert ada.page.evaluate("document.activeElement.value") == sample
    ada.changes(lambda: ada.page.keyboard.press("Control+Enter"))
    assert sample in pane(ada, "phone")
    ada.press(ada.word("done-keep"))
    assert word(locale, "web-tour-kept-later") in ada.page.inner_text(".tour")
    assert ada.word("goodbye") in pane(ada, "platform")
    for beside in ("platform", "supervisor"):
        assert not {"Mia", weather(locale)} & set(pane(ada, beside).split())
    ada.guided(ada.word("web-tour-on"))
    before = ada.page.inner_text(".supervisor .small")
    ada.guided(ada.word("web-skip-weeks"))
    assert ada.page.inner_text(".supervisor .small") != before
    assert word(locale, "web-tour-find-title", person="Ada") in ada.page.inner_text(".tour")
    assert library().theme(locale, "A6") in pane(ada, "supervisor")
    ada.go(word(locale, "web-tour-find-title", person="Ada"))
    ada.page.keyboard.press("Enter")
    ada.page.wait_for_selector(".tour [data-found]")
    codes = ada.page.locator(".tour [data-found] code").all_inner_texts()
    assert len(codes) == 3
    assert len(set(codes)) == 1, "both worlds give the page that was published"
    assert word(locale, "web-tour-found-open", person="Ada") in ada.page.inner_text(".tour")
    ada.fits()
    ada.clean()
    ada.guided(ada.word("web-tour-end"))
    assert ada.page.locator(".tour").is_hidden()
    ada.page.reload()
    assert ada.page.locator(".tour").is_hidden()
    ada.guided(ada.word("web-tour-again"))
    assert ada.page.problems == []


def test_the_tour_is_skipped_with_one_tap(browser: Any, address: str) -> None:
    ada = sit(browser, address)
    ada.guided("Skip the tour")
    assert ada.page.locator(".tour").is_hidden()
    ada.press("Start a reflection")


# The panes


def test_the_panes_stand_side_by_side_on_a_desk_and_under_each_other_on_a_phone(browser: Any, address: str) -> None:
    def corners(width: str) -> list[tuple[float, float]]:
        hands = sit(browser, address, width)
        boxes = [hands.page.locator(f".pane.{name}").bounding_box() for name in ("phone", "platform", "supervisor")]
        return [(box["x"], box["y"]) for box in boxes]

    desk, phone = corners("desk"), corners("phone")
    assert len({y for _, y in desk}) == 1
    assert [x for x, _ in desk] == sorted({x for x, _ in desk})
    assert len({x for x, _ in phone}) == 1
    assert [y for _, y in phone] == sorted({y for _, y in phone})


def test_the_whole_desk_is_in_sight_however_long_the_talk(browser: Any, address: str) -> None:
    def beyond(hands: Hands) -> int:
        root = "document.documentElement"
        return int(hands.page.evaluate(f"{root}.scrollHeight - {root}.clientHeight + {root}.scrollTop"))

    ada = sit(browser, address, "desk")
    assert beyond(ada) == 0
    for name in ("Start Ada’s minute", "Keep my words", "Stormy", "Yes, now"):
        ada.press(name)
        assert beyond(ada) == 0
    assert ada.page.locator(".card h3").bounding_box()["y"] > ada.page.locator(".bar").bounding_box()["y"]


def test_a_line_that_comes_by_itself_is_shown_and_read_out(browser: Any, address: str) -> None:
    """The lines stand in a log that stays in the page, and nothing else of the page is touched."""
    ada, elsewhere = sit(browser, address, "desk"), sit(browser, address)
    for name in ("Start a reflection", "Keep my words", "Continue later"):
        elsewhere.press(name)
    log = "document.querySelector('[role=log]')"
    expect(ada.page.locator("[role=log]")).to_contain_text("Paused.")
    ada.page.evaluate(f"{log}.same = {log}.firstElementChild.same = true")
    for name in ("Continue", "Skip", "Continue later"):
        elsewhere.press(name)
    expect(ada.page.locator("[role=log] .line")).to_have_count(2)
    assert ada.page.evaluate(f"{log}.same && {log}.firstElementChild.same")
    assert ada.question == "Hello, Ada."


def test_another_person_is_two_taps_away(browser: Any, address: str) -> None:
    ada = sit(browser, address)
    ada.go("Change person")
    ada.page.keyboard.press("Enter")
    ada.go("Ben")
    ada.page.keyboard.press("Escape")
    assert ada.focused().startswith("Change person")
    assert ada.page.locator("details[open]").count() == 0
    ada.page.keyboard.press("Enter")
    ada.go("Ben")
    ada.page.keyboard.press("Enter")
    ada.page.wait_for_url("**/chat/ben")
    assert ada.question == "Hello, Ben."


# The talk


@pytest.mark.parametrize("width", list(WIDTHS))
def test_the_box_grows_and_covers_no_question(browser: Any, address: str, width: str) -> None:
    ada = sit(browser, address, width)
    for name in ("Start Ada’s minute", "Keep my words", "Sunny"):
        ada.press(name)
    low = ada.page.locator("textarea").bounding_box()["height"]
    ada.page.keyboard.type("a")
    for _ in range(9):
        ada.page.keyboard.press("Enter")
        ada.page.keyboard.type("and more")
        question, dock = (ada.page.locator(name).bounding_box() for name in ("#question", ".dock"))
        assert 0 <= question["y"] < question["y"] + question["height"] <= dock["y"] + 1
    assert ada.page.locator("textarea").bounding_box()["height"] > 2 * low


def test_what_is_kept_while_typing_is_said(browser: Any, address: str) -> None:
    ada = sit(browser, address)
    ada.press("Start a reflection")
    ada.press("Keep my words")
    ada.page.keyboard.type("A thought")
    expect(ada.page.locator(".kept")).to_have_text("Kept as you type.")
    ada.page.keyboard.type(", and another")
    expect(ada.page.locator(".kept")).to_have_text("")


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_who_wants_no_motion(browser: Any, address: str, motion: str, moves: bool) -> None:
    ada = sit(browser, address, motion=motion)
    ada.page.evaluate("addEventListener('animationstart', () => { document.body.dataset.moved = 'yes'; })")
    ada.press("Start a reflection")
    ada.press("Keep my words")
    expect(ada.page.locator("body[data-moved]")).to_have_count(int(moves))


def test_light_or_dark_is_remembered(browser: Any, address: str) -> None:
    ada = sit(browser, address, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = ada.page.evaluate(ground)
    ada.page.click("[data-theme-toggle]")
    dark = ada.page.evaluate(ground)
    ada.page.reload()
    assert ada.page.evaluate(ground) == dark != light


def test_nothing_of_a_talk_stays_in_the_browser(browser: Any, address: str) -> None:
    """Only whether the page is light or dark is remembered."""
    ada = sit(browser, address)
    ada.page.click("[data-theme-toggle]")
    ada.press("Start a reflection")
    ada.press("Keep my words")
    ada.write("canary-7431")
    kept = ada.page.evaluate(
        """async () => [
            Object.entries(localStorage), Object.entries(sessionStorage), document.cookie,
            await indexedDB.databases(), await caches.keys(), JSON.stringify(history.state),
        ]"""
    )
    assert kept == [[["theme", "dark"]], [], "", [], [], "null"]


# Everybody can use it


@pytest.mark.parametrize(
    ("width", "scheme", "locale"),
    [("phone", "light", "en"), ("phone", "dark", "es"), ("desk", "light", "es"), ("desk", "dark", "en")],
)
def test_axe_finds_nothing(browser: Any, address: str, width: str, scheme: str, locale: str) -> None:
    ada = sit(browser, address, width, locale, color_scheme=scheme)
    ada.clean()
    ada.press(library().word(locale, "web-tour-start", person="Ada"))
    ada.clean()
    ada.press(ada.word("consent-keep"))
    ada.press(weather(locale))
    ada.page.click("[data-sample]")
    ada.clean()
    ada.page.click(".controls summary")
    ada.clean()
    ada.press(ada.word("safety-button"))
    ada.clean()
    ada.press(ada.word("next"))
    ada.press(ada.word("done-keep"))
    ada.clean()
    ada.page.click(".caption summary")
    ada.clean()
    for name in ("data-title", "web-consent", "web-home"):
        ada.press(ada.word(name))
        ada.clean()


def test_axe_finds_nothing_in_any_kind_of_question(browser: Any, address: str) -> None:
    ada = sit(browser, address)
    ada.press("Start a reflection")
    ada.press("Keep my words")
    ada.write("A moment.")
    ada.page.click("[data-toggle=worry]")
    ada.clean()
    ada.press("Skip")
    ada.write("A guess.")
    ada.clean()
    ada.press("Continue later")
    ada.clean()
    dee = sit(browser, address, user="dee")
    for name in ("Between two sites", "Stormy", "No"):
        dee.press(name)
    assert dee.page.locator(".scale").count() == 1
    dee.clean()
    ada.page.goto(f"{address}/chat/nobody")
    ada.clean()
