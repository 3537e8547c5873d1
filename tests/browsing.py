"""Somebody at a real browser: what the tests of the page share."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from local_chat import library
from playwright.sync_api import sync_playwright

from adapters.web.app import serve
from bot.turn import Shell

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDTHS = {"phone": (360, 740), "desk": (1280, 800)}


@contextmanager
def launched() -> Iterator[Any]:
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=ARGS, headless=True)
        yield chromium
        chromium.close()


@asynccontextmanager
async def served(app: web.Application, shell: Shell) -> AsyncIterator[str]:
    runner = await serve(app, port=0)
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
    await shell.drained()


@contextmanager
def on_a_thread(serving: Any) -> Iterator[str]:
    """The address of a server on a thread of its own; `serving` is an async context manager that gives it."""
    ready, over = threading.Event(), threading.Event()
    found: list[str] = []

    async def run() -> None:
        async with serving() as address:
            found.append(address)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield found[0]
    finally:
        over.set()
        thread.join(10)


@dataclass
class Hands:
    """Somebody at the keyboard. Every question has to take the focus and to fit the width."""

    page: Any
    locale: str = "en"

    def word(self, name: str) -> str:
        return library().word(self.locale, name)

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.textContent.trim()"))

    def go(self, label: str) -> None:
        """Tabs to the control of that label."""
        for _ in range(40):
            self.page.keyboard.press("Tab")
            if self.focused().startswith(label):
                return
        raise AssertionError(f"no way to {label!r} by keyboard")

    def press(self, label: str, key: str = "Enter") -> None:
        self.go(label)
        self.changes(lambda: self.page.keyboard.press(key))

    def write(self, text: str, *, first: str = "") -> None:
        """Types at the question, which means the box; Ctrl+Enter sends."""
        self.page.keyboard.type(first + text)
        assert self.page.evaluate("document.activeElement.value") == first + text
        self.changes(lambda: self.page.keyboard.press("Control+Enter"))

    def changes(self, doing: Any) -> None:
        self.page.evaluate("document.querySelector('.scene').dataset.before = ''")
        doing()
        self.page.wait_for_selector(".scene:not([data-before])")
        assert self.page.evaluate("document.activeElement.id") == "question"
        self.fits()

    def guided(self, label: str) -> None:
        """Presses a button of the tour, which then has the focus; when it is over, the question has."""
        self.page.wait_for_selector("#page:not([aria-busy])")
        self.go(label)
        said = "(document.querySelector('#tour-title')?.textContent ?? '')"
        before = self.page.evaluate(said)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(f"was => {said} !== was", arg=before)
        focused = self.page.evaluate("document.activeElement.id")
        assert focused == ("tour-title" if self.page.evaluate(said) else "question")
        self.fits()

    def clean(self) -> None:
        """Axe finds no fault, serious or not. https://www.deque.com/axe"""
        found = Axe().run(self.page).response["violations"]
        faults = [(one["id"], one["impact"], [node["html"] for node in one["nodes"]]) for one in found]
        assert faults == [], faults

    def fits(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, self.question
        small = self.page.evaluate(
            """[...document.querySelectorAll('button, a.button, .quiet, .option')].filter(one => {
                const box = one.getBoundingClientRect();
                return box.width && (box.height < 43.5 || box.width < 43.5);
            }).map(one => one.textContent)"""
        )
        assert small == [], small

    @property
    def question(self) -> str:
        return str(self.page.text_content("#question")).strip()


def sit(
    browser: Any,
    address: str,
    width: str = "phone",
    locale: str = "en",
    user: str = "ada",
    motion: str = "reduce",
    **context: Any,
) -> Hands:
    """With `user`'s phone in hand."""
    wide, high = WIDTHS[width]
    opened = browser.new_context(
        viewport={"width": wide, "height": high}, locale="en-US", reduced_motion=motion, **context
    )
    page = opened.new_page()
    page.set_default_timeout(20_000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda line: line.type in ("error", "warning") and page.problems.append(line.text))
    page.goto(f"{address}/chat/{user}")
    hands = Hands(page, locale)
    if locale == "es":
        hands.press("Español")
    return hands
