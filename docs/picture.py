"""Takes the picture in the README from the real demo: `make picture`, with Debian's chromium."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PICTURE = Path(__file__).with_name("demo.png")
PORT = 8087
CHROMIUM = ("/usr/bin/chromium", ["--no-sandbox", "--disable-gpu"])


def reflect(page: Page) -> None:
    """Ada finishes one talk and is in the middle of another."""
    tap = page.get_by_role("button", name="Start Ada’s minute")
    for label in ("Keep my words, for me only", "Mixed", "Skip", "Done, kept for me", "Skip the tour"):
        tap.click()
        tap = page.get_by_role("button", name=label, exact=True)
    tap.click()
    page.get_by_role("button", name="Back to the start").click()
    page.get_by_role("button", name="Start a reflection").click()
    page.get_by_role("textbox").fill("He kept one hand on her sleeve while he built.")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Warmth, joy or pride").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("textbox").fill("Close enough to try something new.")
    page.get_by_text("Kept as you type.").wait_for()


def main() -> None:
    command = [sys.executable, "-m", "bot", "demo", "--port", str(PORT)]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        if "ready" not in demo.stdout.readline():
            sys.exit(f"The demo did not start; is port {PORT} free?")
        with sync_playwright() as started:
            take(started.chromium.launch(executable_path=CHROMIUM[0], args=CHROMIUM[1]))
    finally:
        demo.terminate()
        demo.wait()


def take(chromium: Browser) -> None:
    look = {"viewport": {"width": 1280, "height": 820}, "device_scale_factor": 1.5, "reduced_motion": "reduce"}
    page = chromium.new_context(**look).new_page()
    page.set_default_timeout(5000)
    page.goto(f"http://127.0.0.1:{PORT}")
    reflect(page)
    page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
