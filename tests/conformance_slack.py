"""Somebody in Slack: a phone over the fake's HTTP, and the whole app behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from html import unescape
from typing import Any, ClassVar

from conformance import ZONE, Driver, World
from fake_slack import Phone
from fake_slack_screen import screen
from slack_hands import Json, elements, offered
from slack_house import TEAM, House, house
from talks import library

from adapters.slack.message import HOW
from bot.conversation import Option
from bot.events import Who

#: Signs that format there, as Slack shows what stands for them.
_TAMED = str.maketrans({"∗": "*", "ˍ": "_", "∼": "~", "ˋ": "`", "꞉": ":", "․": ".", "›": ">", "–": "-"})
_TEL = re.compile(r"<tel:[^|>]+\|([^>]+)>")


class Slack(Driver):
    name = "slack"
    who = Who(platform="slack", tenant=TEAM, user="UADA")
    lacks = frozenset({"line"})
    #: The help of a window names its buttons, and a button that deletes at one tap says so.
    instead: ClassVar[dict[str, str]] = {"help": "slack-help", "let-go": "window-let-go"}

    home: House
    phone: Phone

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._open = AsyncExitStack()

    async def arrive(self) -> None:
        self.home = await self._open.enter_async_context(house(self.world.pair, self.world.ring, of=library()))
        self.home.clock.time = self.world.clock.time
        self.world.clock = self.home.clock
        self.home.slack.workspaces[TEAM].people[self.who.user].tz = ZONE
        self.phone = self.home.phone()

    async def depart(self) -> None:
        await self._open.aclose()

    async def again(self) -> None:
        self.phone.put_away()
        await self.home.again()
        self.phone = self.home.phone(device="another")

    async def later(self, now: datetime) -> None:
        self.home.slack.clock.advance((now - self.home.clock.time).total_seconds())
        await self.home.tick(now)

    async def settled(self) -> None:
        await self.home.settled()
        assert not self.phone.trouble, self.phone.trouble

    # What stands there

    def reads(self) -> str:
        """All modals, which lie one over the other."""
        views = self.home.slack.stacks.get(self.phone.device, [])
        return "\n".join(screen(_seen(view.spec), view.values) for view in views)

    def chat(self) -> Sequence[str] | None:
        """Every version of each line of the bot's, in the order in which they were made."""
        kept = [message for message in self.home.slack.everything_stored(TEAM) if "bot_id" in message]
        return [self._line(message) for message in sorted(kept, key=_made)]

    def _line(self, message: Json) -> str:
        """Without the line that says how something is answered in this chat."""
        how = {library().word(locale, HOW["text"]) for locale in library().locales}
        return " ".join(" ".join(line for line in screen(_seen(message), {}).splitlines() if line not in how).split())

    def has(self, verb: str) -> bool:
        view = self.phone.modal
        names = (element.get("action_id", "") for element in elements(view.spec if view else {}))
        return any(name.partition(":")[0] == verb for name in names)

    async def leave(self) -> None:
        """A talk that goes on is put away with the phone; what is over is closed."""
        while view := self.phone.modal:
            if view.spec.get("notify_on_close"):
                self.phone.put_away()
            else:
                await self.phone.close()

    async def uncovered(self) -> None:
        """Without the card that lies over the question."""
        while self.phone.modal and self.phone.modal.previous:
            await self.phone.close()

    # What people do

    async def say(self, text: str) -> None:
        await self.leave()
        await self.phone.say(text)
        await self.settled()

    async def write(self, text: str) -> None:
        await self.unsent(text)
        await self.submit()

    async def unsent(self, text: str) -> None:
        await self.uncovered()
        await self.phone.type(text, "write", in_="modal")

    async def add(self, text: str, before: str) -> None:
        await self.uncovered()
        if text:
            standing = self.phone.value("write", "modal")
            await self.phone.type("\n".join(filter(None, (standing, text))), "write", in_="modal")
        await self.submit()

    async def submit(self) -> None:
        assert await self.phone.submit() is not None, self.phone.screen()
        await self.settled()

    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        await self.uncovered()
        if not in_chat and self.has("tick"):
            return await self.tick(options)
        assert len(options) == 1
        await self.phone.tap(f"choose:{options[0].id}", in_="message" if in_chat else "modal")
        await self.settled()

    async def tick(self, options: Sequence[Option]) -> None:
        wanted = {option.id for option in options}
        box = next(one for one in elements(self.phone.top.spec) if one.get("action_id") == "tick")
        labels = {option["value"]: option["text"]["text"] for option in box["options"]}
        for value in sorted(wanted ^ set(self.phone.value("tick", "modal"))):
            await self.phone.tick(labels[value], in_="modal")
        await self.submit()

    async def rate(self, number: int) -> None:
        await self.uncovered()
        await self.phone.tap(f"rate:{number}", in_="modal")
        await self.settled()

    async def command(self, name: str, argument: str) -> None:
        await self.uncovered()
        if name == "pause":
            await self.phone.close()
        elif name == "reflect" or (argument and self.phone.modal is None):
            await self.leave()
            await self.phone.command("/reflect", argument if name == "reflect" else f"{name} {argument}")
        else:
            button = f"command:{name}" if name in offered(self.phone.top.spec, "command") else name
            await self.phone.tap(button, in_="modal")
        await self.settled()

    async def continue_privately(self) -> None:
        await self.leave()
        await self.phone.tap("choose:private", in_="message")
        await self.settled()

    async def open(self, page: str) -> None:
        await self.leave()
        await self.phone.open_home()
        await self.phone.tap(f"open:{page}", in_="home")
        await self.settled()


def _made(message: Json) -> str:
    return str(message.get("edited", message)["ts"])


def _seen(drawn: Any) -> Any:
    """With formatted texts as they are read."""
    if isinstance(drawn, list):
        return [_seen(part) for part in drawn]
    if not isinstance(drawn, dict):
        return drawn
    if drawn.get("type") == "mrkdwn":
        text = _TEL.sub(r"\1", unescape(drawn["text"])).replace("*", "").translate(_TAMED)
        return {"type": "plain_text", "text": text}
    return {name: _seen(part) for name, part in drawn.items()}
