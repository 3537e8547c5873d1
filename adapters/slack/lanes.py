"""One person's payloads come one after the other, and what they typed last stays. In memory, of this process."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from bot.events import Who

T = TypeVar("T")

#: Modals whose newest draft is remembered, and lines that were answered.
REMEMBERED = 5_000


class Lanes:
    def __init__(self) -> None:
        self._locks: dict[Who, asyncio.Lock] = {}
        self._waiting: dict[Who, int] = {}
        self._newest: OrderedDict[str, str] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()

    @asynccontextmanager
    async def lane(self, who: Who) -> AsyncIterator[None]:
        """Turns of one person in the order in which they came, each shown before the next begins."""
        lock = self._locks.setdefault(who, asyncio.Lock())
        self._waiting[who] = self._waiting.get(who, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[who] -= 1
            if not self._waiting[who]:
                del self._waiting[who], self._locks[who]

    def newest(self, view: str, action_ts: str) -> bool:
        """Whether no later keystroke of this modal has come already: they may overtake each other on their way."""
        before = self._newest.get(view, "")
        if (len(action_ts), action_ts) < (len(before), before):
            return False
        _remember(self._newest, view, action_ts)
        return True

    def answered(self, key: str) -> bool:
        """Whether a line of the chat was answered here already: Slack's repetition of it needs no second answer."""
        return key in self._answered

    def note_answer(self, key: str) -> None:
        _remember(self._answered, key, None)


def _remember(known: OrderedDict[str, T], key: str, value: T) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > REMEMBERED:
        known.popitem(last=False)
