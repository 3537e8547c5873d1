"""Draws the PNG icons of the Teams app from their SVGs, with Debian’s chromium: `python docs/icons.py`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ICONS = Path(__file__).parent.parent / "adapters" / "teams" / "icons"
#: Pixels of a side, as Teams wants them.
SIDES = {"color": 192, "outline": 32}
CHROMIUM = (
    "/usr/bin/chromium",
    ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
     "--disable-component-update", "--disable-sync"],
)  # fmt: skip


def main() -> None:
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM[0], args=CHROMIUM[1])
        for name, side in SIDES.items():
            draw(chromium, name, side)


def draw(chromium: Browser, name: str, side: int) -> None:
    page = chromium.new_page(viewport={"width": side, "height": side})
    svg = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
    page.screenshot(path=ICONS / f"{name}.png", omit_background=True)


if __name__ == "__main__":
    main()
