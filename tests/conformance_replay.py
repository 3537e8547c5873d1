"""A program that talks through `afterword replay`, JSON lines in and out. It has a chat, and can type anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from conformance import Local, World
from conftest import who

from bot.conversation import Option
from bot.ports import Messenger
from bot.replay import Outbox, Replay, VirtualClock, stamp
from scheduler.ticker import tick


class Program(Local):
    name = "replay"
    who = who("ada")
    lacks = frozenset({"unsent"})
    #: What a program reads is a contract, without these.
    leaves_out = frozenset({"title", "ends"})

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.outbox = Outbox()
        self.answers: list[Mapping[str, Any]] = []
        self.lines: list[str] = []
        self.number = 0

    def messenger(self) -> Messenger:
        return self.outbox

    async def arrive(self) -> None:
        await super().arrive()
        self.clock = VirtualClock(self.world.clock.now())
        self.shell.clock = self.clock
        self.replay = Replay(self.shell, self.outbox, self.clock, tick, self.answers.append)

    def reads(self) -> str:
        return "\n".join(words for answer in self.answers for words in _read(answer))

    def chat(self) -> Sequence[str] | None:
        return self.lines

    async def later(self, now: datetime) -> None:
        self.world.clock.time = now
        await self.play({"tick": True})

    async def play(self, doing: Mapping[str, Any]) -> None:
        self.answers.clear()
        self.number += 1
        line = {"at": stamp(self.world.clock.now()), **doing}
        await self.replay.line(self.number, json.dumps(line))
        assert not any("error" in answer for answer in self.answers), self.answers
        self.lines += (_line(answer) for answer in self.answers if answer.get("surface") == "message")

    async def does(self, **doing: Any) -> None:
        await self.play({"from": self.who.user, "team": f"{self.who.tenant}/First Steps", **doing})

    async def say(self, text: str) -> None:
        await self.does(say=text)

    async def write(self, text: str) -> None:
        await self.does(write=text)

    async def line(self, text: str) -> None:
        await self.does(write=text)

    async def add(self, text: str, before: str) -> None:
        await self.does(write="\n".join(filter(None, (before, text))))

    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        await self.does(choose=[option.id for option in options])

    async def rate(self, number: int) -> None:
        await self.does(choose=number)

    async def command(self, name: str, argument: str) -> None:
        if argument or name == "reflect":
            await self.does(write=f"{name} {argument}".strip())
        else:
            await self.does(choose=name, surface="private")

    async def continue_privately(self) -> None:
        await self.does(choose="private")

    async def open(self, page: str) -> None:
        await self.does(open=page)


def _read(answer: Mapping[str, Any]) -> Sequence[str]:
    """All words of an answer, as a program shows them."""
    if "page" not in answer:
        return (str(answer["text"]), *(str(choice["label"]) for choice in answer["choices"]))
    page = answer["page"]
    found = [page["title"], *page["lines"]]
    for section in page["sections"]:
        found += [section["title"], *section["lines"]]
        found += (words for one in section["exchanges"] for words in one.values())
    return found


def _line(answer: Mapping[str, Any]) -> str:
    labels = (f"({choice['label']})" for choice in answer["choices"])
    return " ".join(" ".join((str(answer["text"]), *labels)).split())
