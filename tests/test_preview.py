"""A script while it is being written: what was saved is tried at once, and what is wrong with it stands beside it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from browsing import WIDTHS, Hands, on_a_thread, served
from finders import Finds
from local_chat import library
from playwright.sync_api import expect
from test_authoring import afterword, in_script, written

from adapters.web.chat_log import ChatLog
from adapters.web.preview import Watched, build_preview
from bot.turn import Shell
from prompts.beginning import begin
from prompts.library import HOME, stamp
from prompts.trying import UNPLAYABLE, tried
from storage.store import temporary_store

FIRST = "What stays with you from today?"
SECOND = "How is it to think of that now?"
SERIES = (Path(__file__).parent / "library" / "scripts" / "series.toml").read_text(encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    begin(tmp_path / "my-prompts", "first-words")
    return tmp_path / "my-prompts"


@asynccontextmanager
async def previewing(path: Path, **given: Any) -> AsyncIterator[tuple[Any, Shell]]:
    """The application of a file or a folder; platforms are left out, which take their time."""
    with temporary_store(scripts=library().scripts.values()) as store:
        chat_log = ChatLog()
        shell = Shell(library(), store, chat_log, finder=Finds())
        watched = Watched(partial(stamp, path), partial(tried, path))
        yield build_preview(shell, chat_log, watched, **given), shell
        await shell.close()


# Without a browser


@dataclass
class Tab:
    client: TestClient[Any, Any]
    html: str = ""
    status: int = 0
    token: str = field(default="", repr=False)

    async def take(self, response: ClientResponse) -> str:
        self.html, self.status = await response.text(), response.status
        found = re.search(r'data-token="([^"]+)"', self.html)
        self.token = found[1] if found else self.token
        return self.html

    async def look(self, address: str = "/") -> str:
        return await self.take(await self.client.get(address))

    async def does(self, **event: Any) -> str:
        sent = {"token": self.token, "key": str(uuid4()), "event": event}
        return await self.take(await self.client.post("/chat/you/events", json=sent))

    async def begins(self, **fields: str) -> str:
        return await self.take(await self.client.post("/begin", data={"token": self.token, **fields}))

    async def beside(self, seen: str = "") -> str:
        return await self.take(await self.client.get("/chat/you/beside", params={"seen": seen}))

    @property
    def question(self) -> str:
        found = re.search(r'<h3 id="question"[^>]*>(.*?)</h3>', self.html, re.DOTALL)
        return unescape(found[1]) if found else ""


@asynccontextmanager
async def tab(path: Path, **given: Any) -> AsyncIterator[Tab]:
    async with previewing(path, **given) as (app, _), TestClient(TestServer(app)) as client:
        one = Tab(client)
        await one.look()
        yield one


def on_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))  # type: ignore[arg-type]

    return run


@on_a_loop
async def test_the_talk_begins_at_its_first_question_and_the_linter_stands_beside_it(own: Path) -> None:
    async with tab(own) as page:
        assert page.question == FIRST
        assert "Errors: 0. Warnings: 1. Hints: 0." in page.html
        assert "nothing here is translated yet" in page.html
        await page.does(kind="write", text="A door.")
        assert page.question == SECOND


@on_a_loop
async def test_what_is_saved_goes_on_from_the_same_place(own: Path) -> None:
    async with tab(own) as page:
        await page.does(kind="write", text="A door.")
        in_script(own, SECOND, "How is that?")
        found = await page.beside("1")
        assert "Errors: 0." in found
        await page.does(kind="open", page="talk")
        assert page.question == "How is that?"
        assert "A door." in page.html
        await page.does(kind="command", name="back")
        in_script(own, FIRST, "What is still there?")
        await page.beside("2")
        await page.does(kind="open", page="talk")
        assert page.question == "What is still there?", "who went back has yet to answer"


@on_a_loop
async def test_the_last_screen_is_not_gone_past(own: Path) -> None:
    async with tab(own) as page:
        for event in ({"kind": "write", "text": "A door."}, {"kind": "choose", "values": ["heavy"]}):
            await page.does(**event)
        await page.does(kind="command", name="skip")
        assert page.question == "That was all. Thank you for these minutes."
        await page.does(kind="choose", values=["done"])
        in_script(own, "That was all.", "So much for today.")
        await page.beside("1")
        await page.does(kind="open", page="talk")
        assert page.question == "So much for today. Thank you for these minutes."


@on_a_loop
async def test_what_cannot_be_put_together_is_named_and_the_last_version_goes_on(own: Path) -> None:
    async with tab(own) as page:
        await page.does(kind="write", text="A door.")
        in_script(own, 'use = "gate"', 'use = "gaet"')
        found = await page.beside("1")
        assert "did you mean &#39;gate&#39;?" in found
        assert library().word("en", "preview-stays") in found
        assert re.search(r"<code>[^<]*first-words\.toml:\d+</code> <code>gaet</code>", found)
        assert '<li class="error">' in found
        assert (await page.beside("2"), page.status) == ("", 204)
        await page.does(kind="choose", values=["heavy"])
        assert page.question == "Is anyone's safety on your mind?"


@on_a_loop
async def test_what_could_never_be_put_together_begins_as_soon_as_it_can(own: Path) -> None:
    script = own / "scripts" / "first-words.toml"
    whole = script.read_text(encoding="utf-8")
    script.write_text("title = ", encoding="utf-8")
    async with tab(own) as page:
        assert page.question == library().word("en", "preview-not-yet")
        assert "not-toml" in page.html
        await page.does(kind="write", text="A door.")
        assert page.question == library().word("en", "preview-not-yet")
        await page.begins(use="2")
        assert page.status == 200
        script.write_text(whole, encoding="utf-8")
        await page.beside("1")
        await page.does(kind="open", page="talk")
        assert page.question == FIRST


@on_a_loop
async def test_a_version_in_which_no_talk_can_be_had_is_as_good_as_none(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tab(own) as page:
        await page.does(kind="write", text="A door.")

        async def broken(*_: Any) -> None:
            raise KeyError("zqsecret")

        monkeypatch.setattr("bot.rehearsal.Guest.again", broken)
        in_script(own, SECOND, "How is that?")
        assert library().word("en", "preview-stays") in await page.beside("1")
        await page.does(kind="open", page="talk")
        assert page.question == SECOND
        monkeypatch.undo()
        in_script(own, "How is that?", "How is that now?")
        await page.beside("2")
        await page.does(kind="open", page="talk")
        assert page.question == "How is that now?"


@on_a_loop
async def test_a_half_translated_script_can_be_tried(own: Path) -> None:
    catalogue = own / "locales/es/LC_MESSAGES/first-words.po"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace(f'"{FIRST}"\nmsgstr ""', f'"{FIRST}"\nmsgstr "¿Qué queda?"'), encoding="utf-8")
    async with tab(own, locale="es") as page:
        assert page.question == "¿Qué queda?"
        assert "missing-translation" in page.html
        await page.does(kind="command", name="language")
        assert page.question == FIRST
        await page.begins(use="1")
        assert page.question == FIRST, "the language that was chosen stays"
        await page.look("/?lang=es")
        assert page.question == "¿Qué queda?"


@pytest.mark.parametrize("address", ["/?use={}", "/chat?use={}", "begin"])
@on_a_loop
async def test_a_later_use_is_looked_at_as_it_would_be(own: Path, address: str) -> None:
    written(own / "scripts" / "series.toml", SERIES)
    (own / "scripts" / "first-words.toml").unlink()
    async with tab(own) as page:
        assert "How this works." in page.html
        assert page.question == "What is the first week about?"
        for use, back in ((2, "something small"), (3, "something small")):
            await (page.begins(use=str(use)) if address == "begin" else page.look(address.format(use)))
            assert f'value="{use}"' in page.html
            assert back in page.question
            await page.does(kind="command", name="skip")
            assert page.question == "What is a later week about?"
            assert ("How this works." in page.html) == (use == 2)
        await page.does(kind="command", name="skip")
        assert page.question == "What did you hear?"


@on_a_loop
async def test_each_script_of_a_folder_can_be_chosen(own: Path) -> None:
    begin(own, "second-words")
    in_script(own, FIRST, "What else?", "second-words")
    async with tab(own) as page:
        assert page.question == FIRST
        assert '<option value="second-words">Second words</option>' in page.html
        await page.begins(script="second-words")
        assert page.question == "What else?"
        (own / "scripts" / "second-words.toml").unlink()
        (own / "locales/es/LC_MESSAGES/second-words.po").unlink()
        await page.beside()
        await page.look()
        assert page.question == FIRST
    async with tab(own / "scripts" / "first-words.toml") as page:
        assert page.question == FIRST


@on_a_loop
async def test_a_file_by_itself_and_all_of_ours_can_be_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "door.toml"
    file.write_text((HOME / "scripts" / "between-sites.toml").read_text(encoding="utf-8"), encoding="utf-8")
    async with tab(file) as page:
        assert page.question == "What is your inner weather right now?"
        assert "No faults found." in page.html
    async with tab(HOME) as page:
        await page.look("/?script=between-sites")
        assert page.question == "What is your inner weather right now?"


@on_a_loop
async def test_nobody_else_can_begin_anything(own: Path) -> None:
    async with tab(own) as page:
        await page.does(kind="write", text="A door.")
        token, page.token = page.token, "another"
        await page.begins(use="2")
        assert page.status == 403
        page.token = token
        for address in ("/?use=x", "/?use=-1", "/?script=nothing", "/?lang=xx"):
            await page.look(address)
            assert page.status == 400, address
        elsewhere = await page.client.post("/begin", data={"token": token}, headers={"Origin": "http://example.org"})
        assert elsewhere.status == 403
        assert (await page.client.get("/", headers={"Host": "example.org"})).status == 403
        await page.look("/?use=9999")
        assert page.status == 200
        for name in ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "Cache-Control"):
            assert name in (await page.client.get("/")).headers
        assert "script-src 'self'" in (await page.client.get("/")).headers["Content-Security-Policy"]


@on_a_loop
async def test_nothing_that_is_said_in_a_preview_is_logged(own: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with tab(own) as page:
        await page.does(kind="write", text="zqsecret")
        await page.does(kind="write", text="zqsecret", done=False)
        in_script(own, "Light. There", "Light, then. There")
        await page.beside("1")
    assert "zqsecret" not in caplog.text


@pytest.mark.parametrize("rule", sorted(UNPLAYABLE))
def test_after_such_a_fault_nothing_is_tried(rule: str) -> None:
    for example in sorted((Path(__file__).parent / "lint_examples" / rule).iterdir()):
        found = tried(example)
        if {fault.severity for fault in found.faults} == {"error"}:
            assert found.library is None, example


def test_bad_use_of_the_command_is_one_clear_line(own: Path) -> None:
    assert afterword("preview", "nowhere").exit_code == 2
    assert "there is en, es" in afterword("preview", str(own), "--lang", "xx").stderr
    assert afterword("preview", str(own), "--use", "0").exit_code == 2


# In a browser


@pytest.fixture
def address(own: Path) -> Iterator[str]:
    @asynccontextmanager
    async def serving() -> AsyncIterator[str]:
        async with previewing(own) as (app, shell), served(app, shell) as found:
            yield found

    with on_a_thread(serving) as found:
        yield found


def sit(browser: Any, address: str, width: str, **context: Any) -> Hands:
    wide, high = WIDTHS[width]
    page = browser.new_context(
        viewport={"width": wide, "height": high}, locale="en-US", reduced_motion="reduce", **context
    ).new_page()
    page.set_default_timeout(10_000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda line: line.type in ("error", "warning") and page.problems.append(line.text))
    page.goto(address)
    return Hands(page)


@pytest.mark.parametrize(("width", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_saving_a_fault_shows_it_and_mending_it_begins_anew(
    browser: Any, address: str, own: Path, width: str, scheme: str
) -> None:
    ada = sit(browser, address, width, color_scheme=scheme)
    verdict, findings = ada.page.locator(".verdict"), ada.page.locator(".findings")
    expect(ada.page.locator("#question")).to_have_text(FIRST)
    ada.clean()
    ada.fits()
    ada.write("A door.")
    assert ada.question == SECOND
    in_script(own, 'use = "notice"', 'use = "notise"')
    expect(findings).to_contain_text("there is no block 'notise'; did you mean 'notice'?")
    expect(verdict).to_contain_text("Errors: 1.")
    assert ada.question == SECOND, "the last good version goes on"
    assert ada.page.locator("[role=status].verdict").count() == 1
    ada.clean()
    ada.fits()
    in_script(own, 'use = "notise"', 'use = "notice"')
    expect(findings).not_to_contain_text("notise")
    in_script(own, SECOND, "How is that now?")
    expect(ada.page.locator("#question")).to_have_text("How is that now?")
    expect(ada.page.locator(".answered")).to_contain_text("A door.")
    ada.page.get_by_role("spinbutton", name="Use number").fill("2")
    ada.page.get_by_role("button", name="Begin again").click()
    expect(ada.page.locator("#question")).to_have_text(FIRST)
    expect(ada.page.locator(".said")).to_contain_text("Fixed questions, and no person reads along.")
    ada.press("Español")
    expect(ada.page.locator(".verdict")).to_contain_text("Errores: 0.")
    assert ada.page.problems == []


def test_on_a_phone_the_findings_stand_under_the_talk(browser: Any, address: str) -> None:
    for width, under in (("phone", True), ("desk", False)):
        ada = sit(browser, address, width)
        talk, found = (ada.page.locator(f".pane.{name}").bounding_box() for name in ("phone", "found"))
        assert (found["y"] >= talk["y"] + talk["height"]) == under
