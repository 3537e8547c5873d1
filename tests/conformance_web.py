"""Somebody at the page of the local chat: posts what its script posts, and only what the page offers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from html import unescape
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from aiohttp.test_utils import TestClient, TestServer
from conformance import Local, World
from conftest import who
from talks import library

from adapters.web.app import build_app
from adapters.web.chat_log import ChatLog
from adapters.web.drawing import Drawing
from adapters.web.people import Person
from bot.conversation import Option, Program
from bot.ports import Messenger

Json = Mapping[str, Any]

#: What belongs to the question that stands, as the page's script has it.
ANSWERS = ("choose", "rate", "write", "command")


@cache
def drawing() -> Drawing:
    """It is pure, and takes a fifth of a second to make."""
    return Drawing(library())


class Page(Local):
    """`html`: of the last whole page or of what changed of it."""

    name = "web"
    who = who("ada")
    lacks = frozenset({"chat", "line"})

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.chat_log = ChatLog(world.clock)
        self.html = self.token = ""

    def messenger(self) -> Messenger:
        return self.chat_log

    async def arrive(self) -> None:
        await super().arrive()
        people = (Person(self.who, "Ada", "First Steps"),)
        with patch("adapters.web.app.Drawing", lambda _: drawing()):
            app = build_app(self.shell, people, self.chat_log)
        self.client = TestClient(TestServer(app))
        await self.client.start_server()
        await self.load()

    async def depart(self) -> None:
        await self.client.close()
        await super().depart()

    async def load(self) -> None:
        answer = await self.client.get(f"/chat/{self.who.user}")
        self.html = await answer.text()
        assert answer.status == 200, self.html
        self.token = re.findall(r'data-token="([^"]+)"', self.html)[0]

    async def later(self, now: datetime) -> None:
        await super().later(now)
        await self.load()

    # What the page shows

    @property
    def phone(self) -> str:
        """The pane that is the person's own."""
        return self.html.split('data-part="phone">')[1].split('class="pane platform"')[0]

    def reads(self) -> str:
        return _words(self.phone)

    def chat(self) -> Sequence[str] | None:
        pane = self.html.split('data-part="kept"')[1].split("</section>")[0]
        return [_line(part) for part in pane.split('<div class="line">')[1:]]

    def offers(self, event: Json) -> bool:
        return event in [json.loads(found) for found in re.findall(r"data-event='([^']*)'", self.html)]

    def box(self) -> str:
        """What stands in the box."""
        found = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", self.phone, re.S)
        assert len(found) == 1, f"there is no box:\n{self.reads()}"
        return unescape(str(found[0]))

    # What its script sends

    async def tap(self, event: Json) -> None:
        assert self.offers(event), f"nothing to tap for {event}:\n{self.reads()}"
        await self.post(event)

    async def post(self, event: Json) -> None:
        prompt = re.findall(r'class="scene"[^>]* data-prompt="([^"]*)"', self.html)[0]
        belongs = {"prompt": prompt or None} if event["kind"] in ANSWERS else {}
        body = {"token": self.token, "key": str(uuid4()), "event": {**belongs, **event}}
        answer = await self.client.post(f"/chat/{self.who.user}/events", json=body)
        html = await answer.text()
        assert answer.status == (200 if event.get("done", True) else 204), html
        self.html = html or self.html

    async def write(self, text: str) -> None:
        self.box()
        await self.post({"kind": "write", "text": text})

    async def add(self, text: str, before: str) -> None:
        await self.post({"kind": "write", "text": "\n".join(filter(None, (self.box(), text)))})

    async def unsent(self, text: str) -> None:
        self.box()
        await self.post({"kind": "write", "text": text, "done": False})

    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        values = [option.id for option in options]
        if "data-choose" not in self.phone:
            return await self.tap({"kind": "choose", "values": values})
        there = re.findall(r'data-toggle="([^"]+)"', self.phone)
        assert set(values) <= set(there), f"{values} are not all among {there}"
        ticked = sorted(values, key=there.index)
        await self.post({"kind": "choose", "values": ticked, "done": False})
        await self.post({"kind": "choose", "values": ticked})

    async def rate(self, number: int) -> None:
        await self.tap({"kind": "rate", "value": number})

    async def command(self, name: str, argument: str) -> None:
        if name == "resume":
            return await self.open("talk")
        if name != "reflect":
            return await self.tap({"kind": "command", "name": name})
        event = {"kind": "command", "name": "reflect", "argument": argument or Program().default_script}
        for page in ("home", "scripts"):
            if not self.offers(event):
                await self.open(page)
        await self.tap(event)

    async def continue_privately(self) -> None:
        go_on = {"kind": "command", "name": "resume"}
        await (self.post(go_on) if self.offers(go_on) else self.load())

    async def open(self, page: str) -> None:
        await self.tap({"kind": "open", "page": page})


def _words(html: str) -> str:
    """What can be read, without the marks; and what stands in the box, which is as it was written."""
    return unescape(re.sub(r"<[^>]+>", " ", html))


def _line(html: str) -> str:
    text = re.findall(r"<p>(.*?)</p>", html, re.S)[0]
    labels = re.findall(r'<(?:button|span class="label")[^>]*>(.*?)</', html, re.S)
    return " ".join(" ".join((_words(text), *(f"({_words(label)})" for label in labels))).split())
