"""The local web chat over a real store: what the page says, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from local_chat import PEOPLE, library, open_shell, who
from yarl import URL

from adapters.web.app import build_app, serve
from adapters.web.chat_log import KEPT_LINES, ChatLog
from adapters.web.drawing import TEMPLATES, Drawing
from adapters.web.people import Person, addresses
from adapters.web.tour import STOPS
from bot.cards import is_title
from bot.conversation import Message
from bot.events import Who
from bot.ports import Delivery, Refusal
from bot.turn import Shell
from scheduler.ticker import tick

WORDS = "He looked at his grandmother and waited; she hummed."
VISIT: tuple[dict[str, Any], ...] = (
    {"kind": "choose", "values": ["keep"]},
    {"kind": "write", "text": WORDS},
    {"kind": "choose", "values": ["worry", "warmth"]},
    {"kind": "write", "text": "Does anyone come when I look?"},
    {"kind": "choose", "values": ["hurry"]},
    {"kind": "write", "text": "Wait three breaths."},
    {"kind": "choose", "values": ["no"]},
    {"kind": "choose", "values": ["home-visit"]},
    {"kind": "choose", "values": ["child-family"]},
)


@dataclass
class Tab:
    """One person's page: the token and the prompt that it holds, and the last HTML."""

    client: TestClient[Any, Any]
    user: str = "ada"
    html: str = ""
    status: int = 0
    token: str = field(default="", repr=False)
    prompt: str | None = None

    async def load(self, **headers: str) -> Tab:
        await self._read(await self.client.get(f"/chat/{self.user}", headers=headers))
        self.token = re.findall(r'data-token="([^"]+)"', self.html)[0]
        return self

    async def post(self, body: object, **headers: str) -> Tab:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **headers}
        await self._read(await self.client.post(f"/chat/{self.user}/events", data=data, headers=sent))
        return self

    async def act(self, event: dict[str, Any], key: str = "", prompt: str | None = "") -> Tab:
        where = {"prompt": self.prompt if prompt == "" else prompt} if event["kind"] in TAPS else {}
        return await self.post({"token": self.token, "key": key or uuid4().hex, "event": {**where, **event}})

    async def _read(self, answer: ClientResponse) -> None:
        self.status, self.html = answer.status, await answer.text()
        if found := re.findall(r'data-prompt="([^"]*)"', self.html):
            self.prompt = found[0] or None

    @property
    def text(self) -> str:
        """What can be read, without the marks."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.html)).split())

    @property
    def question(self) -> str:
        return unescape(re.findall(r'id="question"[^>]*>(.*?)</h3>', self.html, re.S)[0]).strip()

    async def begin(self, locale: str = "en") -> Tab:
        await self.load()
        if locale != "en":
            await self.act({"kind": "command", "name": "language", "argument": locale})
        return await self.act({"kind": "command", "name": "reflect"})

    async def visit(self, until: int = len(VISIT), start: int = 0) -> Tab:
        for event in VISIT[start:until]:
            await self.act(event)
            assert self.status == 200
        return self


TAPS = ("choose", "rate", "write", "command")


@asynccontextmanager
async def opened(
    people: Any = PEOPLE, store: Any = None, **demo: Any
) -> AsyncIterator[tuple[TestClient[Any, Any], Shell]]:
    with open_shell() as (shell, chat_log):
        if store is not None:
            shell.store = store
        async with TestClient(TestServer(build_app(shell, people, chat_log, **demo))) as client:
            yield client, shell
            await shell.drained()


@asynccontextmanager
async def tab(user: str = "ada", **kwargs: Any) -> AsyncIterator[Tab]:
    async with opened(**kwargs) as (client, _):
        yield await Tab(client, user).load()


def now(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))  # type: ignore[arg-type]

    return run


# The talk


@now
async def test_the_first_person_s_chat_is_where_a_visitor_lands_and_the_others_are_one_tap_away() -> None:
    async with opened() as (client, _):
        answer = await client.get("/")
        assert answer.url.path == "/chat/ada"
        html = await answer.text()
        assert re.findall(r'href="/chat/(\w+)"', html) == ["ada", "ben", "sam", "zoe"]
        assert 'href="/chat/ada" aria-current="page"' in html
        spanish = await (await client.get("/chat", headers={"Accept-Language": "es-US,en;q=0.8"})).text()
        assert "Otra persona" in spanish
    async with opened(people=()) as (client, _):
        assert "There is nobody to choose yet." in await (await client.get("/")).text()


@now
async def test_looking_begins_nothing() -> None:
    async with tab() as ada:
        for _ in range(3):
            assert (await ada.load()).question == "Hello, Ada."
            assert ada.prompt == "start"
            assert "Please do not write about real families here." in ada.text
        assert "Start a reflection" in ada.text
        for moment in ("after-visit", "between"):
            assert library().word("en", f"moment-{moment}") in ada.text


@pytest.mark.parametrize("locale", ["en", "es"])
@now
async def test_all_reflections_stand_on_a_page_each_with_its_minutes_once(locale: str) -> None:
    async with tab() as ada:
        await ada.begin(locale)
        await ada.act({"kind": "open", "page": "scripts"})
        for script in library().scripts.values():
            if script.moments[0] != "supervising":
                minutes = library().word(locale, "web-minutes", minutes=script.minutes)
                assert f"{script.say(locale, 'title')} {minutes} {script.say(locale, 'summary')}" in ada.text
        await ada.act({"kind": "submit", "form": "find-script", "values": {"words": "visit"}})
        assert library().word(locale, "scripts-found") in ada.text


@pytest.mark.parametrize(
    ("locale", "first", "kept", "data"),
    [
        ("en", "What moment stays with you?", "Kept for 90 days, for you alone.", "My data"),
        ("es", "¿Qué momento se le quedó grabado?", "Queda guardada 90 días, solo para usted.", "Mis datos"),
    ],
)
@now
async def test_a_whole_reflection(locale: str, first: str, kept: str, data: str) -> None:
    async with tab() as ada:
        await ada.begin(locale)
        assert f'data-locale="{locale}"' in ada.html
        await ada.visit(1)
        assert ada.question == first
        await ada.visit(start=1)
        await ada.act({"kind": "choose", "values": ["done"]})
        assert kept in ada.text
        await ada.act({"kind": "choose", "values": ["never"]})
        await ada.act({"kind": "open", "page": "data"})
        assert ada.question == data
        assert WORDS in ada.text


@now
async def test_the_talk_so_far_is_shown_with_own_words_and_each_reply_once() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(5)
        assert WORDS in ada.text
        assert ada.text.count("To hurry. There is no rush here.") == 1
        assert ada.text.index(WORDS) < ada.text.index("To hurry. There") < ada.text.index(ada.question)
        assert "5 of about 9" in ada.text
        assert "min left" in ada.text


@now
async def test_the_chat_platform_would_keep_neutral_lines_only() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit()
        await ada.act({"kind": "choose", "values": ["done"]})
        kept = ada.text.split("What the chat platform stores")[1]
        assert "That is all for now. Until next time." in kept
        assert not any(word in kept for word in ("grandmother", "Worry", "themes"))


@now
async def test_a_second_tap_with_the_same_key_is_harmless() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(1)
        key = uuid4().hex
        once = (await ada.act(VISIT[1], key, first := ada.prompt)).question
        twice = (await ada.act(VISIT[1], key, first)).question
        assert once == twice == "What do you feel as you think of it now?"
        assert ada.text.count(WORDS) == 1


@now
async def test_an_old_tab_shows_where_we_are_and_loses_no_words() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(1)
        old = ada.prompt
        await ada.act(VISIT[1])
        await ada.act({"kind": "command", "name": "skip"}, prompt=old)
        assert "That button belonged to an earlier question." in ada.text
        assert ada.question == "What do you feel as you think of it now?"
        await ada.act({"kind": "write", "text": "Late words."}, prompt=old)
        assert "Your words wait in the next box" in ada.text
        await ada.act(VISIT[2])
        assert "Late words.</textarea>" in ada.html


@now
async def test_a_draft_comes_back() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(1)
        await ada.act({"kind": "write", "text": "Half a <thought>", "done": False})
        assert (ada.status, ada.html) == (204, "")
        assert "Half a &lt;thought&gt;</textarea>" in (await ada.load()).html
        assert "Half a" not in (await Tab(ada.client, "ben").load()).html


@now
async def test_a_command_typed_into_the_box_does_not_stay_there() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(1)
        await ada.act({"kind": "write", "text": "hel", "done": False})
        await ada.act({"kind": "write", "text": "help"})
        assert "Use the buttons, or say: back" in ada.text
        assert ">\n</textarea>" in ada.html


@now
async def test_a_pause_offers_the_way_on() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(2)
        await ada.act({"kind": "command", "name": "pause"})
        assert "You can close this page now." in ada.text
        assert "Continue" in ada.text
        assert WORDS not in ada.text
        await ada.act({"kind": "command", "name": "resume"})
        assert ada.question == "What do you feel as you think of it now?"


@now
async def test_the_safety_card_is_a_block_with_numbers_to_tap() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.act({"kind": "command", "name": "safety"})
        card = ada.html.split('<div class="card">')[1]
        assert "<h3>If someone may not be safe</h3>" in card
        assert '<a href="tel:911">911</a>' in card
        assert card.index("Please write no details of this here.") < card.index("</div>")


@now
async def test_a_form_is_filled_in() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(1)
        await ada.act({"kind": "submit", "form": "consent", "values": {"words": "nothing"}})
        assert ada.text.count("Saved.") == 1
        assert 'value="nothing" checked' in ada.html
        await ada.act({"kind": "submit", "form": "erase", "values": {"confirm": []}})
        assert "tick the box first" in ada.text
        await ada.act({"kind": "submit", "form": "erase", "values": {"confirm": ["erase"]}})
        assert "is erased" in ada.text
        assert (await ada.load()).question == "Hello, Ada."


@now
async def test_home_leads_to_other_pages_and_keeps_what_is_set_there() -> None:
    async with tab() as ada:
        await ada.act({"kind": "open", "page": "home"})
        assert re.findall(r'"page": "(\w+)"}\' *>What I agreed to<', ada.html) == ["consent"]
        assert re.search(r'aria-describedby="(quiet\.hours\.hint)".*id="\1"', ada.html, re.S)
        assert 'value="none" checked' in ada.html
        await ada.act({"kind": "submit", "form": "quiet", "values": {"hours": "20:00-07:00"}})
        assert 'value="20:00-07:00" checked' in ada.html


@now
async def test_a_lead_sets_up_a_team_and_its_people_are_told_who_supervises() -> None:
    async with opened() as (client, shell):
        zoe = Tab(client, "zoe")
        await shell.on_store(lambda: shell.store.set_lead(who("zoe"), shell.clock.now()))
        await zoe.load()
        await zoe.act({"kind": "open", "page": "setup"})
        assert field(zoe, "members") == ["ada", "ben", "carmen", "dee", "eli", "fatima"]
        assert field(zoe, "supervisors") == ["sam"]
        assert '<input type="text" data-field="name" value="First Steps"' in zoe.html
        assert '<input type="time" data-field="day-end" value="17:00"' in zoe.html
        await zoe.act({"kind": "open", "page": "setup:+"})
        assert field(zoe, "members") == []
        values = {"name": "<b>West</b>", "members": ["ada"], "supervisors": ["ben"], "day-end": "late", "lines": "x"}
        await zoe.act({"kind": "submit", "form": "team", "values": values})
        assert zoe.text.count("Nothing was changed; what you entered is still here.") == 1
        assert (field(zoe, "members"), field(zoe, "supervisors")) == (["ada"], ["ben"])
        assert "<b>West" not in zoe.html
        await zoe.act({"kind": "submit", "form": "team", "values": {**values, "day-end": "16:30", "lines": ""}})
        assert "“<b>West</b>” is set up as it stands here." in zoe.text
        for _ in range(2):  # one line after the other
            await tick(shell, shell.clock.now() + timedelta(minutes=1))
        ada = await Tab(client).load()
        assert "Ben was named a supervisor of your group." in ada.text
        assert "{person}" not in ada.html


def field(tab: Tab, name: str) -> list[str]:
    """Whom a form has ticked."""
    ticked = re.findall(rf'type="checkbox" name="team\.{name}" data-field="{name}" value="(\w+)" checked', tab.html)
    return sorted(ticked)


@now
async def test_a_tap_on_the_tour_counts_once_and_where_it_was_shown() -> None:
    skipped: list[int] = []

    async def skip() -> None:
        skipped.append(1)
        if len(skipped) == 1:
            raise RuntimeError("canary")

    async with opened(supervisor=PEOPLE[2], skip=skip) as (client, _):
        ada = await Tab(client).load()
        for at in ("kept", "weeks", "find"):
            await ada.act({"kind": "tour", "at": at, "go": "forward"})
            assert "1 of 4" in ada.text
        await ada.act({"kind": "tour", "at": "reflect", "go": "forward"})
        await ada.act({"kind": "tour", "at": "kept", "go": "forward"})
        assert "3 of 4 Four weeks later" in ada.text
        weeks = {"kind": "tour", "at": "weeks", "go": "weeks"}
        assert (await ada.act(weeks, key := uuid4().hex)).status == 500
        assert "canary" not in ada.html
        assert "4 of 4" in (await ada.act(weeks, key)).text
        assert "4 of 4" in (await ada.act(weeks, key)).text
        assert len(skipped) == 2


@now
async def test_the_tour_goes_on_when_a_reflection_is_over_and_not_when_it_is_left_for_later() -> None:
    async with opened(supervisor=PEOPLE[2]) as (client, _):
        ada = await Tab(client).begin()
        await ada.visit(2)
        await ada.act({"kind": "command", "name": "pause"})
        assert "1 of 3" in ada.text
        await ada.act({"kind": "command", "name": "resume"})
        await ada.act({"kind": "command", "name": "stop"})
        assert "2 of 3" in ada.text


@now
async def test_no_weeks_go_by_where_the_clock_is_the_real_one() -> None:
    async with opened(supervisor=PEOPLE[2]) as (client, _):
        ada = await Tab(client).load()
        assert "1 of 3" in ada.text
        assert (await ada.act({"kind": "tour", "at": "reflect", "go": "weeks"})).status == 400
        await ada.act({"kind": "tour", "at": "reflect", "go": "end"})
        assert "Skip four weeks" not in ada.text


# What is refused


MARKUP = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"


@now
async def test_what_somebody_writes_is_never_markup() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(1)
        await ada.act({"kind": "write", "text": MARKUP, "done": False})
        assert "<script>alert" not in (await ada.load()).html
        await ada.act({"kind": "write", "text": MARKUP})
        for event in (VISIT[2], {"kind": "command", "name": "stop"}, {"kind": "open", "page": "data"}):
            assert "<script>alert" not in ada.html
            assert "<img src=x" not in ada.html
            await ada.act(event)
        assert MARKUP in unescape(ada.html)


@now
async def test_a_name_is_never_markup_and_an_odd_address_works() -> None:
    odd = Person(Who(platform="local", tenant="north", user="mal/lo?ry#"), "<b>Mal</b>", "<i>team</i>")
    async with opened(people=lambda: (odd,)) as (client, _):
        html = await (await client.get("/chat")).text()
        assert "<b>Mal" not in html
        assert "<i>team" not in html
        link = re.findall(r'href="(/chat/[^"]+)"', html)[0]
        page = await (await client.get(URL(link, encoded=True))).text()
        assert "Hello, &lt;b&gt;Mal&lt;/b&gt;." in page


def test_two_people_of_one_name_have_two_addresses() -> None:
    other = Person(Who(platform="local", tenant="south", user="ada"), "Ada")
    assert list(addresses((*PEOPLE, other))) == ["ada", "ben", "sam", "zoe", "south.ada"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", ""])
@now
async def test_another_host_is_refused(host: str) -> None:
    async with opened() as (client, _):
        for path in ("/", "/chat", "/chat/ada", "/healthz", "/static/chat.js"):
            answer = await client.get(path, headers={"Host": host}, allow_redirects=False)
            assert answer.status == 403
            assert "Ada" not in await answer.text()


@now
async def test_the_names_of_this_computer_are_served() -> None:
    async with opened() as (client, _):
        for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
            answer = await client.get("/healthz", headers={"Host": f"{name}:{client.port}"})
            assert (answer.status, await answer.text()) == (200, "ok\n")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
@now
async def test_a_post_from_elsewhere_is_refused(headers: dict[str, str]) -> None:
    async with tab() as ada:
        event = {"kind": "command", "name": "reflect"}
        await ada.post({"token": ada.token, "key": uuid4().hex, "event": event}, **headers)
        assert ada.status == 403
        assert (await ada.load()).prompt == "start"


@pytest.mark.parametrize("token", ["", "x", 7, None, "ä"])
@now
async def test_a_post_without_this_runs_token_is_refused(token: object) -> None:
    async with tab() as ada:
        await ada.post({"token": token, "key": uuid4().hex, "event": {"kind": "command", "name": "reflect"}})
        assert (ada.status, ada.html) == (403, library().word("en", "web-not-from-here"))
        assert (await ada.load()).prompt == "start"


@now
async def test_what_cannot_be_read_is_one_sentence() -> None:
    async with tab() as ada:
        good = {"token": ada.token, "key": uuid4().hex}
        bodies: list[object] = [
            b"", b"{", b"\xff", b"[" * 100_000, b'{"a": ' * 30_000,
            good,
            {**good, "event": {}},
            {**good, "event": []},
            {**good, "event": {"kind": "joined"}},
            {**good, "event": {"kind": "say", "text": "hello"}},
            {**good, "event": {"kind": "check-in-due", "check_in": str(uuid4()), "script": "quick-visit"}},
            {**good, "event": {"kind": "rate", "value": "many"}},
            {**good, "event": {"kind": "write", "text": "x", "extra": 1}},
            {**good, "event": {"kind": "command", "name": "explode"}},
            {**good, "key": "short", "event": {"kind": "open", "page": "home"}},
            {**good, "key": "x" * 65, "event": {"kind": "open", "page": "home"}},
            {**good, "extra": 1, "event": {"kind": "open", "page": "home"}},
        ]  # fmt: skip
        for body in bodies:
            await ada.post(body)
            assert (ada.status, ada.html) == (400, library().word("en", "web-unreadable")), body
        await ada.post(b"{", **{"Accept-Language": "es"})
        assert ada.html == library().word("es", "web-unreadable")


@now
async def test_an_event_cannot_choose_its_time_or_pretend_to_be_in_the_chat() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(1)
        await ada.act({"kind": "write", "text": WORDS, "at": "1999-01-01T00:00:00Z", "surface": "message"})
        assert ada.question == "What do you feel as you think of it now?"
        assert "history" not in ada.text


@now
async def test_what_is_too_large_is_refused_and_changes_nothing() -> None:
    async with tab() as ada:
        await ada.begin()
        await ada.visit(1)
        await ada.post(b"x" * (256 * 1024 + 1))
        assert ada.status == 413
        await ada.act({"kind": "write", "text": "word " * 14_000})
        assert (ada.status, ada.html) == (413, library().word("en", "too-large"))
        assert (await ada.load()).question == "What moment stays with you?"
        await ada.act({"kind": "write", "text": "word " * 12_000})
        assert "longer than one box holds" in ada.text


@now
async def test_what_is_not_there_is_a_kind_page() -> None:
    async with opened() as (client, _):
        for path in ("/nothing", "/chat/nobody", "/chat/ada/", "/static/../app.py", "/static/"):
            answer = await client.get(path)
            assert answer.status in (403, 404)
            assert "<h1>" in await answer.text()
        assert (await client.post("/chat/nobody/events")).status == 404
        assert (await client.put("/chat/ada", headers={})).status == 405


class Broken:
    """A store whose every transaction fails, saying something that must not get out."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def transaction(self) -> Any:
        raise self.error

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("canary-7431"), 500), (Refusal("busy", "Later, please."), 503), (Refusal("odd", "Not now."), 409)],
)
@now
async def test_what_goes_wrong_is_one_sentence_and_no_more(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(store=Broken(error)) as (client, _):
        with caplog.at_level(logging.DEBUG):
            answer = await client.get("/chat/ada")
            text = await answer.text()
        assert answer.status == status
        assert getattr(error, "words", "Something went wrong on my side.") in text
        assert "canary" not in text + caplog.text
        assert "Traceback" not in text + caplog.text


@now
async def test_no_word_of_a_talk_gets_into_a_log(caplog: pytest.LogCaptureFixture) -> None:
    async with tab() as ada:
        with caplog.at_level(logging.DEBUG):
            await ada.begin()
            await ada.visit(1)
            await ada.act({"kind": "write", "text": "canary-7431", "done": False})
            await ada.act({"kind": "write", "text": "canary-7431"})
            await ada.act({"kind": "rate", "value": "canary-7431"})
            await ada.post(b'{"canary-7431": ')
            await ada.act({"kind": "choose", "values": ["canary-7431"]}, prompt="canary-7431")
        logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
        assert "canary-7431" not in logged
        assert "/chat/ada" not in "".join(
            str(record.__dict__) for record in caplog.records if not record.name.startswith("aiohttp.access")
        )


@now
async def test_bytes_that_are_no_request_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with open_shell() as (shell, chat_log), caplog.at_level(logging.DEBUG):
        runner = await serve(build_app(shell, PEOPLE, chat_log), port=0)
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        writer.write(b"canary-7431 is no request\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.0 400")
        writer.close()
        await runner.cleanup()
    assert "canary" not in caplog.text + "".join(str(record.__dict__) for record in caplog.records)


@now
async def test_every_answer_has_the_headers_that_keep_it_here() -> None:
    async with opened() as (client, _):
        for path in ("/chat", "/chat/ada", "/chat/nobody", "/static/chat.js", "/static/chat.css", "/healthz"):
            headers = (await client.get(path)).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "Server" not in headers


@now
async def test_a_port_in_use_and_an_open_address_are_refused() -> None:
    with open_shell() as (shell, chat_log):
        app = build_app(shell, PEOPLE, chat_log)
        runner = await serve(app, port=0)
        port = runner.addresses[0][1]
        with pytest.raises(Refusal, match=f"Port {port} on 127.0.0.1 is in use"):
            await serve(build_app(shell, PEOPLE, chat_log), port=port)
        for host in ("0.0.0.0", "192.168.1.1", "example.org", "::"):
            with pytest.raises(Refusal, match="this computer only"):
                await serve(app, host, 0)
        with pytest.raises(Refusal, match="65535"):
            await serve(build_app(shell, PEOPLE, chat_log), port=70_000)
        await runner.cleanup()


# What it is made of


def test_templates_hold_no_script_no_style_and_no_words_of_their_own() -> None:
    said: set[str] = set()
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?! src)|<style|\son\w+=|\sstyle=|\|\s*safe", text), path
        said |= set(re.findall(r'\bw\(["\']([a-z-]+)["\']', text))
        bare = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", text, flags=re.S)
        assert not re.search(r"[A-Za-z]{2,}", bare), (path, bare.split())
    code = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.parent.glob("*.py"))
    said |= set(re.findall(r'"([a-z]+-[a-z-]+|home|next)"', code)) & set(library().app)
    said = {name for name in said if not name.endswith("-")} | tour_words()
    assert said <= set(library().app)
    assert {word for word in library().app if word.startswith("web-")} <= said


def tour_words() -> set[str]:
    """The names that the tour's template puts together."""
    titles = {f"web-tour-{stop}-title" for stop in STOPS}
    said = {f"web-tour-{name}" for name in ("begin", "answer", "write", *STOPS[1:])}
    worlds = {f"web-tour-found-{name}" for name in ("named-yes", "named-no", "part-yes", "part-no", "both", "one")}
    return titles | said | worlds | {"web-tour-kept-later"}


@pytest.mark.parametrize("locale", ["en", "es"])
def test_a_title_is_told_from_the_lines_under_it(locale: str) -> None:
    for name in library().cards:
        title, *lines = library().card(locale, name, {})
        assert is_title(title)
        assert not any(is_title(line) for line in lines)
    said = {"resumed", "late-words", "old-button", "help", "too-long", "consent-thanks-keep", "waiting", "saved"}
    assert not any(is_title(library().word(locale, name)) for name in said)
    for script in library().scripts.values():
        lines = [text for key, text in script.strings[locale].items() if key.endswith(".reply")]
        assert not any(is_title(line) for line in lines)


def test_the_language_is_the_first_that_is_spoken_here() -> None:
    drawing = Drawing(library())
    wanted = {"": "en", "es-MX": "es", "fr, es;q=0.9, en": "es", "de": "en", "EN-gb,es": "en", ";;,,": "en"}
    assert {header: drawing.locale(header) for header in wanted} == wanted


def test_the_chat_log_forgets_old_lines() -> None:
    chat_log = ChatLog()
    message = Message(text="Hello")
    for number in range(KEPT_LINES + 9):
        delivery = Delivery(uuid4(), uuid4(), number, 0, who("ada"), "en", message)
        asyncio.run(chat_log.send(delivery))
    assert len(chat_log.lines(who("ada"))) == KEPT_LINES
    assert chat_log.lines(who("ben")) == ()


def test_the_files_of_the_page_are_small() -> None:
    for path in Path(TEMPLATES.parent).rglob("*.*"):
        assert path.suffix == ".pyc" or path.stat().st_size < 16_000, path


@now
async def test_the_browsers_language_speaks_until_one_is_chosen() -> None:
    async with opened() as (client, _):
        page = await client.get("/chat/ada", headers={"Accept-Language": "es-MX,es;q=0.9"})
        assert 'data-locale="es"' in await page.text()
        page = await client.get("/chat/ada", headers={"Accept-Language": "en-US"})
        assert 'data-locale="en"' in await page.text()


# A copy of everything, and who looked


@now
async def test_the_demo_s_own_link_leads_to_a_copy_also_from_a_page_without_a_referrer() -> None:
    async with opened() as (client, shell):
        shell.address = f"http://127.0.0.1:{client.port}"
        ada = await Tab(client).load()
        await ada.begin()
        await ada.visit()
        await ada.act({"kind": "submit", "form": "copy-link", "values": {}})
        [address] = re.findall(r'href="http://127\.0\.0\.1:\d+(/link/[^"]+)"', ada.html)
        waits = await client.get(address)
        assert 'method="post"' in await waits.text()
        assert (await client.post(address, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"})).status == 403
        made = await client.post(
            address, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"}, data={"as": "page"}
        )
        assert made.status == 200
        assert WORDS in unescape(await made.text())
        assert "script-src" not in made.headers["Content-Security-Policy"]


@now
async def test_who_looked_is_told_by_name() -> None:
    async with opened() as (client, _):
        sam = await Tab(client, "sam").load()
        await sam.act({"kind": "open", "page": "report"})
        ada = await Tab(client).load()
        await ada.act({"kind": "open", "page": "data"})
        assert re.search(r"On \w+ \d+, \d{4}, Sam looked at the page of your group\.", ada.text)
