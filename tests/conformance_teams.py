"""Somebody in Teams: a phone over the fake's HTTP, and the whole app behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, ClassVar

from conformance import ZONE, Driver, World
from fake_teams import Client
from fake_teams_state import guid
from talks import library
from teams_hands import Json, dos, offered, parts, uncovered
from teams_house import TENANT, House, house

from bot.conversation import Option, Program
from bot.events import Who

#: A number that is called at a tap, as it is read; and a sign that nobody sees.
_TEL = re.compile(r"\[([^\]]+)\]\(tel:[^)]*\)")
_UNSEEN = "\u2060"
#: Buttons that answer what a line of the chat says, and buttons that send what was put in.
_ANSWERS = re.compile(r"(?:choose|begin|rate):")
#: How a page is asked for in the chat.
ASKED = {"data": "my data", "consent": "my consent", "checkins": "check-ins"}


class Teams(Driver):
    name = "teams"
    who = Who(platform="teams", tenant=TENANT, user=guid(TENANT, "ada"))
    lacks = frozenset({"line"})
    #: The help of a window names its buttons, and a button that deletes at one tap says so.
    instead: ClassVar[dict[str, str]] = {"help": "teams-help", "let-go": "window-let-go"}

    home: House
    client: Client

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._open = AsyncExitStack()
        self._asides: set[int] = {0}  # lines of the chat that no other surface needs: the welcome, and ways in

    async def arrive(self) -> None:
        self.home = await self._open.enter_async_context(house(self.world.pair, self.world.ring, of=library()))
        self.home.clock.time = self.world.clock.time
        self.world.clock = self.home.clock
        self.home.teams.who(TENANT, "ada").zone = ZONE
        self.client = self.home.client()
        await self.client.install()
        await self.settled()

    async def depart(self) -> None:
        await self._open.aclose()

    async def again(self) -> None:
        self.client.put_away()
        await self.home.again()
        self.client = self.home.client(device="desktop")

    async def later(self, now: datetime) -> None:
        self.home.teams.clock.advance((now - self.home.clock.time).total_seconds())
        await self.home.tick(now)

    async def settled(self) -> None:
        await self.home.settled()
        assert not self.client.trouble, self.client.trouble

    # What stands there

    def reads(self) -> str:
        return _TEL.sub(r"\1", self.client.screen()).replace(_UNSEEN, "")

    def chat(self) -> Sequence[str] | None:
        """Every version of each line of the bot's, in the order in which they came."""
        return [_line(activity) for number, activity in enumerate(self.said()) if number not in self._asides]

    def said(self) -> list[Json]:
        here = self.client.conversation
        return [call.body for call in self.home.teams.called("send", "update") if call.conversation == here]

    @property
    def dialog(self) -> Json:
        return self.client.dialog or {}

    async def aside(self, text: str) -> None:
        """What can be done by a button elsewhere, typed into the chat."""
        self.leave()
        before = len(self.said())
        await self.say(text)
        self._asides |= set(range(before, len(self.said())))

    async def entered(self) -> None:
        """In the private place."""
        if self.client.dialog is None:
            await self.client.tap("choose:private")
            await self.settled()
            await uncovered(self.client)

    def leave(self) -> None:
        self.client.put_away()

    # What people do

    async def say(self, text: str) -> None:
        self.leave()
        await self.client.say(text)
        await self.settled()

    async def write(self, text: str) -> None:
        await self.entered()
        await self.client.type(text, into="write")
        await self.tap("write")

    async def unsent(self, text: str) -> None:
        """Teams hands over what stands in a box with whatever is tapped next; when a dialog is closed it does not."""
        await self.entered()
        await self.client.type(text, into="write")

    async def add(self, text: str, before: str) -> None:
        await self.entered()
        if text:
            standing = self.client.value("write")
            await self.client.type("\n".join(filter(None, (standing, text))), into="write")
        await self.tap("write")

    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        ids = [option.id for option in options]
        if in_chat:
            self.leave()
            return await self.tap(f"choose:{ids[0]}")
        await self.entered()
        if "tick" in dos(self.dialog):
            return await self.tick(ids)
        assert len(ids) == 1
        if ids == ["let-go"]:
            await self.client.tap(self.word("window-let-go"))
        await self.tap(f"begin:{ids[0]}" if ids[0] in offered(self.dialog, "begin") else f"choose:{ids[0]}")

    async def tick(self, wanted: Sequence[str]) -> None:
        for one in sorted(set(wanted) ^ set(self.client.value("ticks"))):
            await self.client.tick(one, into="ticks")
        await self.tap("tick")

    async def rate(self, number: int) -> None:
        await self.entered()
        await self.tap(f"rate:{number}")

    async def command(self, name: str, argument: str) -> None:
        if self.client.dialog is None and name in ("reflect", "language"):
            await self.aside(f"{name} {argument}".strip())
            if name == "reflect":
                await self.entered()
        elif name == "reflect":
            await self.tap("open:home")
            script = argument or Program().default_script
            if script not in offered(self.dialog, "begin"):
                await self.tap("open:scripts")
            await self.tap(f"begin:{script}")
        else:
            await self.entered()
            await self.tap(f"command:{name}")

    async def continue_privately(self) -> None:
        self.leave()
        await self.entered()

    async def open(self, page: str) -> None:
        """From the chat, whose line then leads there."""
        await self.aside(ASKED[page])
        await self.client.tap(f"choose:page:{page}")
        await self.settled()

    async def tap(self, wanted: str) -> None:
        """Behind "More", where it is not in sight."""
        if self.client.dialog is not None and not self.in_sight(wanted):
            await self.client.tap(self.word("window-more"))
        await self.client.tap(wanted)
        await self.settled()
        await uncovered(self.client)

    def in_sight(self, wanted: str) -> bool:
        buttons = (part for part in parts(self.dialog) if dict(part.get("data", {})).get("do") == wanted)
        return any(button["title"] in self.client.buttons() for button in buttons)

    def word(self, name: str) -> str:
        """In whichever language the dialog is."""
        labels = self.client.buttons()
        return next(one for locale in library().locales if (one := library().word(locale, name)) in labels)


def _line(activity: Any) -> str:
    """Its words, then what can be tapped in brackets: as `line_of` writes it."""
    said, labels = [], []
    for part in parts(activity):
        if part.get("type") == "TextBlock":
            said.append(_TEL.sub(r"\1", part["text"]))
        elif part.get("type") == "RichTextBlock":
            said.append("".join(run["text"] for run in part["inlines"]).replace(_UNSEEN, ""))
        elif str(part.get("type", "")).startswith("Action.") and _ANSWERS.match(str(part.get("data", {}).get("do"))):
            labels.append(f"({part['title']})")
    return " ".join(" ".join((*said, *labels)).split())
