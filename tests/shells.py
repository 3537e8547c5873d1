"""Real shells over the tests' databases, called from plain functions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import TypeVar

from conftest import AT, Pair
from finders import Finds
from people import Person
from talks import library

from bot.conversation import Message, Reply
from bot.events import Choose, Command, Event, Inbound, Say, Who, Write
from bot.ports import Delivery
from bot.turn import Shell
from prompts.library import Library
from scheduler.ticker import tick
from storage.keyring import Keyring
from storage.store import SqlStore, open_store

T = TypeVar("T")
_keys = count()


@dataclass
class Post:
    """A messenger that keeps what it sends. `fault` may raise instead."""

    sent: list[Delivery] = field(default_factory=list)
    fault: Callable[[Delivery], None] = lambda delivery: None

    async def send(self, delivery: Delivery) -> None:
        self.fault(delivery)
        self.sent.append(delivery)


@dataclass
class Wristwatch:
    time: datetime = AT

    def now(self) -> datetime:
        return self.time


@dataclass
class Live:
    """One process: a shell, what it sent, and its clock."""

    shell: Shell
    store: SqlStore
    post: Post
    clock: Wristwatch

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        async def through() -> T:
            try:
                return await work()
            finally:
                await self.shell.drained()

        return asyncio.run(through())

    def take(self, *inbounds: Inbound) -> list[Reply]:
        """All at once; what they owe is sent when this returns."""

        async def together() -> list[Reply]:
            return list(await asyncio.gather(*(self.shell.handle(inbound) for inbound in inbounds)))

        return self.run(together)

    def do(self, who: Who, event: Event, key: str = "") -> Reply:
        return self.take(inbound(who, event, key))[0]

    def tick(self, now: datetime) -> None:
        self.clock.time = now
        self.run(lambda: tick(self.shell, now))

    # What people do

    def say(self, who: Who, text: str) -> Message:
        return shown(self.do(who, Say(at=self.clock.time, text=text)))

    def write(self, who: Who, text: str, prompt: str | None = None) -> Message:
        return shown(self.do(who, Write(at=self.clock.time, text=text, prompt=prompt)))

    def tap(self, who: Who, *values: str) -> Message:
        return shown(self.do(who, Choose(at=self.clock.time, values=values)))

    def begin(self, who: Who, script: str = "quick-visit", words: str = "keep") -> Message:
        """A reflection in private, the consent question answered."""
        self.do(who, Command(at=self.clock.time, name="reflect", argument=script))
        return self.tap(who, words)

    def finish(self, who: Who, script: str = "quick-visit") -> Person:
        """A whole reflection, from the first question to the last tap."""
        person = Person(who, script, Random(1))
        while not person.told:
            person.message = self.do(who, person.next(self.clock.time)).message
        return person


def shown(reply: Reply) -> Message:
    assert reply.message is not None
    return reply.message


def inbound(who: Who, event: Event, key: str = "") -> Inbound:
    return Inbound(key=key or f"test-{next(_keys)}", who=who, event=event)


@contextmanager
def living(pair: Pair, ring: Keyring, of: Library | None = None) -> Iterator[Live]:
    of = of or library()
    store = open_store(pair.main, pair.keys, ring, scripts=of.scripts.values())
    post, clock = Post(), Wristwatch()
    shell = Shell(of, store, post, 1 if store.database.sqlite else 4, clock, finder=Finds())
    live = Live(shell, store, post, clock)
    try:
        yield live
    finally:
        asyncio.run(live.shell.close())
