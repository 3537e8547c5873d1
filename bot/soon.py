"""Immediate answers that a platform would not take just now. Law: only the newest for a place is ever sent, none lasts.

They are drawn from what is committed, so one that is lost here comes back with the next tap.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from bot import logs
from bot.ports import Later

log = logs.Log("answer-dropped", "slack-answer-dropped", "teams-answer-dropped", "too-many")

#: Further tries, seconds from the first to the last of them, and answers that wait at once.
TRIES = 5
WITHIN = 180.0
MOST = 1000
#: Seconds before a further try where the platform gave no number; doubled each time.
PAUSE = 1.0

Work = Callable[[], Awaitable[object]]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(eq=False)
class _Answer:
    work: Work
    until: float
    task: asyncio.Task[None] | None = None


@dataclass
class Soon:
    """Of one process. `platform`: the name, for the log, of the one that would not take them."""

    platform: str = ""
    clock: Callable[[], float] = time.monotonic
    sleep: Sleep = asyncio.sleep
    most: int = MOST
    _newest: dict[Hashable, _Answer] = field(default_factory=dict)
    _cancelled: set[asyncio.Task[None]] = field(default_factory=set)
    _lanes: WeakValueDictionary[Hashable, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def now(self, key: Hashable, work: Work) -> bool:
        """Does `work` in place of whatever waits for `key`, and after what is on its way there; where it raises Later,
        it waits there itself.

        True where it is done, or a newer one is done instead; any other error is the caller's.
        """
        answer = self._put(key, work)
        lane = self._lanes.setdefault(key, asyncio.Lock())
        waits = lane.locked()
        try:
            async with lane:
                if waits and self._newest.get(key) is not answer:
                    return True
                await work()
        except Later as later:
            if self._newest.get(key) is answer:
                answer.task = asyncio.create_task(self._again(key, answer, later.after))
            return False
        except BaseException:
            self._over(key, answer)
            raise
        self._over(key, answer)
        return True

    async def close(self) -> None:
        for key in list(self._newest):
            self._take_out(key)
        await asyncio.gather(*self._cancelled, return_exceptions=True)

    def _put(self, key: Hashable, work: Work) -> _Answer:
        answer = _Answer(work, self.clock() + WITHIN)
        self._take_out(key)
        self._newest[key] = answer
        while len(self._newest) > self.most:
            self._take_out(next(iter(self._newest)))
            self._drop("too-many")
        return answer

    def _take_out(self, key: Hashable) -> None:
        older = self._newest.pop(key, None)
        if older is not None and older.task is not None:
            older.task.cancel()
            self._cancelled.add(older.task)
            older.task.add_done_callback(self._cancelled.discard)

    def _over(self, key: Hashable, answer: _Answer) -> None:
        if self._newest.get(key) is answer:
            del self._newest[key]

    async def _again(self, key: Hashable, answer: _Answer, after: float) -> None:
        for tried in range(TRIES):
            wait = max(after, PAUSE * 2**tried) * random.uniform(1.0, 1.2)
            if self.clock() + wait > answer.until:
                break
            await self.sleep(wait)
            try:
                async with self._lanes.setdefault(key, asyncio.Lock()):
                    await answer.work()
            except Later as later:
                after = later.after
            except Exception as error:
                self._over(key, answer)
                return self._drop(type(error))
            else:
                return self._over(key, answer)
        self._over(key, answer)
        return self._drop(Later)

    def _drop(self, kind: str | type[Exception]) -> None:
        event = f"{self.platform}-answer-dropped".removeprefix("-")
        named = {"platform": self.platform} if self.platform else {}
        log.warning(event, kind=kind, **named)
