"""The supervisor's page in a real browser: it fits, it can be heard, copied and printed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from browsing import WIDTHS, Hands, on_a_thread
from local_chat import library
from themes_shown import REPORTS

from adapters.web import listening
from adapters.web.app import HEADERS, STATIC
from adapters.web.themes import Themes, Viewer
from bot.agenda import agenda

VIEWER = Viewer(circles=("north", "a circle of several teams"), proof="proof")


@asynccontextmanager
async def drawn() -> AsyncIterator[str]:
    themes = Themes(library())

    async def page(request: web.Request) -> web.Response:
        report = REPORTS[request.match_info["name"]]()
        text = themes.page(report, request.match_info["locale"], VIEWER)
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    app = web.Application()
    app.add_routes([web.get("/{locale}/{name}", page), web.static("/static", STATIC)])
    runner = await listening.listen(app, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with on_a_thread(drawn) as found:
        yield found


def sit(browser: Any, address: str, width: str = "desk", **context: Any) -> Hands:
    wide, high = WIDTHS[width]
    page = browser.new_context(viewport={"width": wide, "height": high}, **context).new_page()
    page.set_default_timeout(10_000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda line: line.type in ("error", "warning") and page.problems.append(line.text))
    page.goto(address)
    return Hands(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_and_can_be_heard(browser: Any, address: str, width: str, scheme: str) -> None:
    locale = {"light": "es", "dark": "en"}[scheme]
    for name in {"phone": ("full", "none"), "desk": ("lively",)}[width]:
        sam = sit(browser, f"{address}/{locale}/{name}", width, color_scheme=scheme)
        assert over(sam) == 0, name
        sam.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert over(sam) == 0, name
        sam.clean()
        shown = sam.page.locator("svg.picture:visible")
        assert shown.count() == (name != "none"), "one picture for one width"
        assert outside(sam) == []
        assert sam.page.problems == []
        sam.page.context.close()


def over(sam: Hands) -> int:
    return int(sam.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def outside(sam: Hands) -> list[str]:
    """Words of the picture that stand out of it, or over others."""
    return list(
        sam.page.evaluate(
            """[...document.querySelectorAll('svg.picture')].flatMap(svg => {
                const whole = svg.getBoundingClientRect();
                const boxes = [...svg.querySelectorAll('text')].map(one => [one, one.getBoundingClientRect()]);
                return boxes.filter(([one, box]) => box.width && (box.right > whole.right + 1 || boxes.some(
                    ([other, its]) => other !== one && its.top + 4 < box.bottom && its.bottom - 4 > box.top
                        && its.left + 1 < box.right && its.right - 1 > box.left
                ))).map(([one]) => one.textContent);
            })"""
        )
    )


def test_the_questions_are_copied_and_without_a_script_selected(browser: Any, address: str) -> None:
    sam = sit(browser, f"{address}/es/full", permissions=["clipboard-read", "clipboard-write"])
    asked = agenda(library(), REPORTS["full"]().snapshots[0], "es")
    sam.page.get_by_role("button", name="Copiar").click()
    sam.page.get_by_text("Copiado.").wait_for()
    copied = "\n".join(f"{number}. {one.label}\n   {one.question}" for number, one in enumerate(asked, 1))
    assert sam.page.evaluate("navigator.clipboard.readText()") == copied
    sam.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    sam.page.get_by_role("button", name="Copiar").click()
    sam.page.get_by_text("Está seleccionado").wait_for()
    assert all(one.question in sam.page.evaluate("getSelection().toString()") for one in asked)
    bare = sit(browser, f"{address}/es/full", java_script_enabled=False)
    assert not bare.page.locator("#copy").is_visible()
    assert bare.page.locator("#agenda").is_visible()


@pytest.mark.parametrize("name", ["full", "lively"])
def test_the_picture_and_the_questions_print_on_one_sheet(browser: Any, address: str, name: str) -> None:
    sam = sit(browser, f"{address}/es/{name}", color_scheme="dark")
    assert sam.page.pdf(format="Letter").count(b"/Type /Page\n") == 1, "the lower one of the two usual sheets"
    sam.page.emulate_media(media="print")
    assert sam.page.locator("#agenda").is_visible()
    assert sam.page.locator("svg.picture:visible").count() == 1
    assert sam.page.locator(".first").is_visible()
    assert sam.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    for hidden in ("#copy", "blockquote", "details", "form", ".circles"):
        assert not any(one.is_visible() for one in sam.page.locator(hidden).all()), hidden
