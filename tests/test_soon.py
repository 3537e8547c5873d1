"""Immediate answers that have to wait for a chat platform: the newest for a place, a few tries, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.ports import Later, OurBug
from bot.soon import TRIES, WITHIN, Soon

WORDS = "she held his hand"


@dataclass
class Watch:
    """A clock that only sleeping moves on."""

    time: float = 100.0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        await asyncio.sleep(0)


def test_the_newest_answer_for_a_place_replaces_the_older() -> None:
    async def talk() -> None:
        shown: list[str] = []
        refused = [Later(3.0), Later(3.0)]
        waiting = asyncio.Event()

        async def sleep(_: float) -> None:
            await waiting.wait()

        soon = Soon(sleep=sleep)

        def show(words: str) -> Callable[[], Awaitable[None]]:
            async def work() -> None:
                if refused:
                    raise refused.pop()
                shown.append(words)

            return work

        assert not await soon.now("view:V1", show("older"))
        assert not await soon.now("view:V1", show("newer"))
        assert await soon.now("view:V2", show("other"))
        waiting.set()
        for _ in range(10):
            await asyncio.sleep(0)
        assert shown == ["other", "newer"]
        await soon.close()

    asyncio.run(talk())


def test_an_answer_that_is_shown_at_once_ends_an_older_one_that_waits() -> None:
    async def talk() -> None:
        shown: list[str] = []
        waiting = asyncio.Event()

        async def sleep(_: float) -> None:
            await waiting.wait()

        refused = [Later()]

        async def older() -> None:
            if refused:
                raise refused.pop()
            shown.append("older")

        async def newer() -> None:
            shown.append("newer")

        soon = Soon(sleep=sleep)
        assert not await soon.now("home:U1", older)
        assert await soon.now("home:U1", newer)
        waiting.set()
        for _ in range(10):
            await asyncio.sleep(0)
        assert shown == ["newer"]
        await soon.close()

    asyncio.run(talk())


def test_an_older_answer_on_its_way_is_waited_for_and_is_not_tried_again_after_the_newer_one() -> None:
    async def talk() -> None:
        refuse, shown = asyncio.Event(), list[str]()

        async def older() -> None:
            await refuse.wait()
            raise Later

        async def newer() -> None:
            shown.append("newer")

        soon = Soon(sleep=Watch().sleep)
        first = asyncio.create_task(soon.now("view:V1", older))
        await asyncio.sleep(0)
        overtaken = asyncio.create_task(soon.now("view:V1", older))
        second = asyncio.create_task(soon.now("view:V1", newer))
        await asyncio.sleep(0)
        assert shown == []
        refuse.set()
        assert not await first
        assert await overtaken, "the newer one is shown in its place"
        assert await second
        await asyncio.sleep(0)
        assert shown == ["newer"]
        assert not soon._newest
        await soon.close()

    asyncio.run(talk())


@pytest.mark.parametrize("error", [Later(1.0), Later(10_000.0), RuntimeError(WORDS)])
def test_an_answer_that_is_never_taken_is_dropped_and_said_so(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk() -> None:
        watch, tries = Watch(), 0

        async def work() -> None:
            nonlocal tries
            tries += 1
            raise error if tries > 1 else Later

        soon = Soon("slack", clock=watch.now, sleep=watch.sleep)
        assert not await soon.now("view:V1", work)
        while soon._newest:
            await asyncio.sleep(0)
        assert tries <= 1 + TRIES
        assert watch.time <= 100.0 + WITHIN
        await soon.close()

    asyncio.run(talk())
    (record,) = caplog.records
    assert (record.__dict__["event"], record.__dict__["platform"]) == ("slack-answer-dropped", "slack")
    assert record.__dict__["kind"] == type(error).__name__
    assert WORDS not in caplog.text


def test_what_is_dropped_names_no_platform_where_none_was_told(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        async def work() -> None:
            raise Later

        soon = Soon(sleep=Watch().sleep, most=0)
        assert not await soon.now("view:V1", work)
        await soon.close()

    asyncio.run(talk())
    (record,) = caplog.records
    assert record.__dict__["event"] == "answer-dropped"
    assert "platform" not in record.__dict__


def test_the_first_try_tells_its_caller_what_no_waiting_mends() -> None:
    async def talk() -> None:
        async def work() -> None:
            raise OurBug

        soon = Soon()
        with pytest.raises(OurBug):
            await soon.now("view:V1", work)
        assert not soon._newest
        await soon.close()

    asyncio.run(talk())


def test_what_waits_is_bounded_and_ends_with_the_process() -> None:
    async def talk() -> None:
        never = asyncio.Event()

        async def sleep(_: float) -> None:
            await never.wait()

        async def work() -> None:
            raise Later

        soon = Soon(sleep=sleep, most=20)
        for n in range(100):
            assert not await soon.now(f"view:{n}", work)
        assert list(soon._newest) == [f"view:{n}" for n in range(80, 100)]
        await soon.close()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(talk())
