"""A whole reflection in the Microsoft 365 Agents Playground, in a real browser, and the picture in docs/teams.md.

`afterword serve` and the Playground have to be running as docs/teams.md starts them.

Example: .venv/bin/python docs/playground/reflect.py
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Locator, Page, Route, sync_playwright

ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PICTURE = Path(__file__).parent.parent / "teams.png"
#: Until nothing has changed on the page for so many milliseconds.
STILL = """still => new Promise(done => {
  let timer = setTimeout(end, still);
  const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(end, still); });
  function end() { watch.disconnect(); done(); }
  watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
})"""


class Talk:
    """Somebody at the newest card of the personal chat."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def card(self) -> Locator:
        return self.page.locator(".ac-preview-panel").last

    def settle(self) -> None:
        self.page.evaluate(STILL, 700)

    def tap(self, label: str) -> None:
        print(f"> {label}")
        self.card.get_by_role("button", name=label, exact=True).first.click()
        self.settle()

    def write(self, words: str) -> None:
        print(f"> {words}")
        self.card.locator("textarea").first.fill(words)

    def tick(self, *labels: str) -> None:
        print(f"> {', '.join(labels)}")
        for label in labels:
            self.card.locator("label").get_by_text(label, exact=True).first.click()

    def read(self) -> str:
        """What the card says now."""
        said = self.card.inner_text()
        print(said, end="\n\n")
        return said


def reflect(talk: Talk, picture: Path) -> str:
    """From the welcome to the end; gives what the chat then shows."""
    talk.tap("Continue privately")
    talk.tap("Keep my words, for me only")
    talk.read()
    talk.write("She looked up when her grandmother hummed, and the whole room got slower.")
    talk.tap("Next")
    talk.tick("Worry or fear", "Warmth, joy or pride")
    talk.tap("Next")
    talk.write("Like somebody had come back.")
    talk.read()
    talk.page.screenshot(path=str(picture))
    talk.tap("Next")
    talk.read()
    talk.tap("To hurry")
    talk.write("Wait three breaths before I speak.")
    talk.tap("Safety")
    talk.read()
    talk.tap("Continue")  # the numbers are shown alone
    talk.tap("Next")
    for label in ("No", "A home", "One child or family", "Done, kept for me"):
        talk.tap(label)
    return talk.page.locator("[aria-label='Message header']").locator("xpath=../..").first.inner_text()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=56150, help="where the Playground listens")
    parser.add_argument("--out", type=Path, default=PICTURE)
    given = parser.parse_args()
    home = f"http://127.0.0.1:{given.port}/"

    def only_loopback(route: Route) -> None:
        """The page would fetch its fonts from elsewhere."""
        if route.request.url.startswith((home, "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.route("**/*", only_loopback)
        page.goto(home)
        page.get_by_role("treeitem", name="Personal Chat").wait_for()
        talk = Talk(page)
        talk.settle()
        hide = page.get_by_role("button", name="Hide log panel")
        if hide.is_visible():
            hide.click()
        print(reflect(talk, given.out))
        browser.close()


if __name__ == "__main__":
    main()
