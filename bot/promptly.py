"""Answers that are shown before a platform has waited too long, and finished after it where they take longer.

A platform waits seconds for our own answer. What was begun is not broken off then: whether it arrived would not be
known, and doing it again would say it twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot import logs

log = logs.Log("slack-not-shown", "teams-not-shown")

#: Seconds from the arrival of something within which it is answered, whatever the platform's own address does: Slack
#: waits three, and nobody less.
BUDGET = 2.2


def deadline() -> float:
    """By the loop's clock, for something that has just come."""
    return asyncio.get_running_loop().time() + BUDGET


class Promptly:
    """Of one process. `platform`: its name, for the log."""

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._going: set[asyncio.Task[Any]] = set()

    async def show(self, by: float, work: Coroutine[Any, Any, bool]) -> bool:
        """What `work` gives, if it is there by then; else False, and it goes on by itself. Raises what it raises."""
        task = asyncio.create_task(work)
        self._going.add(task)
        task.add_done_callback(self._over)
        done, _ = await asyncio.wait({task}, timeout=max(0.0, by - asyncio.get_running_loop().time()))
        return task.result() if done else False

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._going.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:  # whoever waited has it too
            log.warning(f"{self._platform}-not-shown", platform=self._platform, error=error)

    async def close(self) -> None:
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)
