"""Somebody at a plain terminal, who types numbers that stand on the screen, words, and Ctrl-D to go."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue

from conformance import Local, World
from conftest import who
from shells import Post
from talks import library

from adapters.terminal import converse
from bot.conversation import Option
from bot.ports import Messenger

WIDTH = 78
PATIENCE = 20
PAGES = {"data": "my data", "consent": "consent", "home": "home"}

#: A line with a number before it, and lines below that belong to it.
_NUMBERED = re.compile(r"^ {1,2}(\d+)  (.*(?:\n {5}\S.*)*)$", re.MULTILINE)


class PowerCut(BaseException):
    """The program ends without a word of the person's."""


class Terminal(Local):
    """The program reads its lines on a thread of its own. `shown`: the screen since the person did something."""

    name = "terminal"
    who = who("ada")
    lacks = frozenset({"chat", "rewriting", "unsent"})
    leaves_out = frozenset({"title"})

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.shown: list[str] = []
        self.locale, self.on_page, self.elsewhere = "", False, False
        self.program: Future[None] | None = None

    def messenger(self) -> Messenger:
        return Post()

    async def arrive(self) -> None:
        await super().arrive()
        self._thread = ThreadPoolExecutor(1)
        self._typed: Queue[str | BaseException] = Queue()
        self._news: Queue[str] = Queue()

    async def depart(self) -> None:
        if self.program is not None:
            self._typed.put(PowerCut())
            await asyncio.to_thread(self.program.exception, PATIENCE)
            self.program = None
        self._thread.shutdown()
        await super().depart()

    def reads(self) -> str | None:
        return None if self.elsewhere else "\n".join(self.shown)

    def chat(self) -> Sequence[str] | None:
        return None

    def clear(self) -> None:
        self.shown.clear()
        self.elsewhere = False

    # The program

    async def begin(self, script: str) -> None:
        self.clear()
        self.program = self._thread.submit(self._run, script, self.locale)
        self.locale = ""
        await self._waits()

    def _run(self, script: str, locale: str) -> None:
        try:
            asyncio.run(
                converse(
                    self.shell, self.who, script, locale, back="afterword chat", read=self._read,
                    write=self.shown.append, width=WIDTH,
                )
            )  # fmt: skip
        finally:
            self._news.put("over")

    def _read(self, prompt: str) -> str:
        self._news.put("waits")
        typed = self._typed.get()
        if isinstance(typed, BaseException):
            raise typed
        return typed

    async def _waits(self) -> None:
        """Until the program waits for a line, or is over."""
        if await asyncio.to_thread(self._news.get, timeout=PATIENCE) == "over":
            assert self.program is not None
            program, self.program = self.program, None
            program.result()

    async def type(self, text: str | BaseException) -> None:
        if self.program is None:
            await self.begin("")
        if self.on_page:
            await self.back_to_the_talk()
        self.clear()
        self._typed.put(text)
        await self._waits()

    async def back_to_the_talk(self) -> None:
        """From a page."""
        self.on_page = False
        await self.type("")

    # What people do

    async def write(self, text: str) -> None:
        await self.type(text)

    async def line(self, text: str) -> None:
        await self.type(text)

    async def add(self, text: str, before: str) -> None:
        await self.type(text)

    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        if self.program is None:
            await self.begin("")
        numbers = [self.number(option.label) for option in options]
        await self.type(", ".join(numbers))

    def number(self, label: str) -> str:
        """The number that stands before a label on the screen."""
        screen = "\n".join(self.shown)
        there = {" ".join(words.split()): number for number, words in _NUMBERED.findall(screen)}
        assert label in there, f"{label!r} is not on the screen:\n{screen}"
        return str(there[label])

    async def rate(self, number: int) -> None:
        await self.type(str(number))

    async def command(self, name: str, argument: str) -> None:
        if name == "language" and argument and self.program is None:
            self.locale = argument  # of the command that begins the next talk
        elif name == "resume" and self.on_page:
            await self.back_to_the_talk()
        elif name == "reflect" and self.program is None:
            await self.begin(argument or library().scripts["quick-visit"].slug)
        else:
            await self.type(EOFError() if name == "pause" else f"{name} {argument}".strip())

    async def continue_privately(self) -> None:
        if self.program is None:
            await self.begin("")

    async def open(self, page: str) -> None:
        """From within a talk only: with nothing open the program is over, and beginning it again can begin a talk."""
        self.elsewhere = self.program is None
        if self.program is not None:
            await self.type(PAGES[page])
            self.on_page = True
