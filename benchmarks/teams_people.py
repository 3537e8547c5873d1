"""People for `teams.py`: their activities, as Teams sends them, and the buttons that they tap, as they were drawn.

Tokens are signed beforehand and cards are searched, not parsed: the load generator shares the machine with its servers.
"""

from __future__ import annotations

import json
import re
import time
from asyncio import gather
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from serving import PEOPLE, Load, Post


def guid(*names: object) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(map(str, names))))


APP, HOME = guid("app"), guid("home")
#: Our own pace lets a tenant have 50 messages a second and one chat 60 in 30 seconds, so the load comes from many.
TENANTS = tuple(guid("tenant", number) for number in range(20))
#: The card in the chat that is tapped again and again.
CARD = "1767225600000"
#: No card in the chat has this button, because people type the word; what a tap on it would say is taken all the same.
BACK = '{"do": "command:back"}'


@dataclass
class Person:
    """Somebody in Teams, in a chat with the bot. `screen`: the answer to what they did last."""

    number: int
    service_url: str
    token: str
    screen: bytes = b""
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def tenant(self) -> str:
        return TENANTS[self.number % len(TENANTS)]

    @property
    def headers(self) -> dict[str, str]:
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"Content-Type": "application/json; charset=utf-8", **known}

    def opening(self) -> Iterator[str]:
        """What they do before they are counted."""
        return iter(())

    def taps(self) -> Iterator[str]:
        """What they do from then on, without end. Echoes are told a few words."""
        while True:
            yield self.does("message", text="A few words after a visit.", textFormat="plain")

    def does(self, kind: str, **more: Any) -> str:
        """An activity, as Teams sends it for a person at a desk."""
        tenant, moment = self.tenant, time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        client = {"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Windows"}
        return json.dumps({
            "type": kind, "id": f"f:{guid(self.number, type(self).__name__, next(self._ids))}",
            "channelId": "msteams", "serviceUrl": self.service_url, "timestamp": moment, "localTimestamp": moment,
            "from": {"id": f"29:{self.number}", "name": "Ada", "aadObjectId": guid(type(self).__name__, self.number)},
            "conversation": {
                "conversationType": "personal", "tenantId": tenant, "id": f"a:{type(self).__name__}{self.number}",
            },
            "recipient": {"id": f"28:{APP}", "name": "Afterword"},
            "entities": [{**client, "timezone": "America/Chicago"}],
            "channelData": {"tenant": {"id": tenant}, "source": {"name": "message"}},
            "locale": "en-US", "localTimezone": "America/Chicago", **more,
        })  # fmt: skip

    def invokes(self, name: str, value: str) -> str:
        """`value`: JSON already, as it came to us."""
        return f'{self.does("invoke", name=name, replyToId=CARD)[:-1]}, "value": {value}}}'

    def dialog(self, name: str, data: str) -> str:
        return self.invokes(name, f'{{"data": {data}, "context": {{"theme": "default"}}}}')

    def button(self, does: str) -> str:
        """The data of a button on the screen, as they were drawn. Raises RuntimeError where it is not there."""
        found = re.search(rb'"data":\s*(\{"do":\s*"%s"[^{}]*\})' % does.encode(), self.screen)
        if found is None:
            raise RuntimeError(f"the card has no button {does}")
        return found[1].decode()

    def begun(self, script: str) -> Iterator[str]:
        yield self.does("installationUpdate", action="add")
        yield self.dialog("task/fetch", json.dumps({"do": f"begin:{script}"}))
        yield self.dialog("task/submit", self.button("choose:keep"))


class InDialog(Person):
    """Answers, goes back, answers: every tap is a turn that is committed and drawn."""

    def opening(self) -> Iterator[str]:
        yield from self.begun("between-sites")

    def taps(self) -> Iterator[str]:
        while True:
            yield self.dialog("task/submit", self.button("choose:sunny"))
            yield self.dialog("task/submit", self.button("command:back"))


class OnCard(Person):
    """The same on a card in the chat."""

    def opening(self) -> Iterator[str]:
        yield from self.begun("quick-visit")
        yield self.executes('{"do": "choose:here", "prompt": "greeting"}')

    def taps(self) -> Iterator[str]:
        while True:
            yield self.executes(f'{self.button("write")[:-1]}, "write": "A small hand."}}')
            yield self.executes(BACK)

    def executes(self, data: str) -> str:
        action = f'{{"type": "Action.Execute", "verb": "afterword", "title": "Next", "data": {data}}}'
        return self.invokes("adaptiveCard/action", f'{{"action": {action}, "trigger": "manual"}}')


@dataclass
class Crowd:
    """People who take turns. `waits`: each sees their answer before they tap again."""

    people: Sequence[Person]
    waits: bool = True
    sent: int = 0
    _idle: deque[tuple[Person, Iterator[str]]] = field(default_factory=deque)

    async def begin(self, load: Load) -> list[Iterator[Post]]:
        if not self._idle:
            coming = iter(self.people)
            await gather(*(self._come(load, coming) for _ in range(PEOPLE)))
        return [self._posts()] * PEOPLE

    async def _come(self, load: Load, coming: Iterator[Person]) -> None:
        for person in coming:
            for body in person.opening():
                await load.post(Post(body, person.headers, partial(setattr, person, "screen")))
            self._idle.append((person, person.taps()))

    def _posts(self) -> Iterator[Post]:
        """Ends where everybody waits for an answer."""
        while self._idle:
            person, taps = self._idle.popleft()
            if not self.waits:
                self._idle.append((person, taps))
            self.sent += 1
            yield Post(next(taps), person.headers, partial(self._heard, person, taps))

    def _heard(self, person: Person, taps: Iterator[str], answer: bytes) -> None:
        person.screen = answer
        if self.waits:
            self._idle.append((person, taps))
