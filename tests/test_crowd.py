"""Very many people at the same minute: each is asked once, whatever dies meanwhile.

With --soak a hundred thousand of them, and many more kills.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from child import VirtualClock, shell
from conftest import Pair, emptied, rows
from crowd import crowd, people
from talks import library
from test_kill import Child

from bot.events import Choose, Command, Inbound
from bot.ports import LostRace
from bot.turn import Shell
from scheduler.ticker import tick
from storage import tables as t
from storage.keyring import new_key
from storage.store import SqlStore

#: A Monday, nine in the morning in New York, and the next one.
NINE = datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001  (on their walls)
DUE = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
WEEK, SECOND = timedelta(weeks=1), timedelta(seconds=1)
MANY, VERY_MANY = 300, 100_000
KILLS, MORE_KILLS = 4, 40


@dataclass
class Post:
    """Sends nothing, and knows to whom it would have."""

    sent: Counter[str] = field(default_factory=Counter)

    async def send(self, delivery: Any) -> None:
        self.sent[delivery.who.user] += 1


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    return VERY_MANY if request.config.getoption("soak") else MANY


@pytest.mark.timeout(1200)
def test_everybody_who_is_due_at_one_minute_is_claimed_stepped_and_owed(
    opened: Callable[[], SqlStore], count: int
) -> None:
    store, post = opened(), Post()
    crowd(store, count, NINE, DUE, DUE - timedelta(hours=2))
    living = Shell(library(), store, post, 1 if store.database.sqlite else 4)
    asyncio.run(ticked(living, DUE - SECOND))
    assert rows_of(store, "state <> 'waiting'") == 0
    while rows_of(store, f"state = 'waiting' AND due_at < '{DUE + SECOND:%Y-%m-%d %H:%M:%S}'"):
        asyncio.run(ticked(living, DUE))
    asked_once(store, count)
    for rounds in range(1, 100):  # what a slow tick could not send while it held it comes again when the lease is over
        if len(post.sent) == count:
            break
        asyncio.run(ticked(living, DUE + rounds * timedelta(seconds=31)))
    assert len(post.sent) == count
    assert set(post.sent.values()) == {1}


async def ticked(living: Shell, at: datetime) -> None:
    await tick(living, at)
    await living.drained()


def asked_once(store: SqlStore, count: int) -> None:
    """Everybody was asked this week, will be next week, and is reminded once in between; and one message is owed or
    sent to each."""
    assert rows_of(store, "state = 'claimed'") == count
    by_moment = Counter(row["due_at"] for row in rows(store, t.check_ins) if row["state"] == "waiting")
    assert by_moment[DUE + WEEK] == count
    assert len(by_moment) == 2 if count else True
    assert sum(by_moment.values()) == 2 * count
    owed = Counter(row["conversation_id"] for row in rows(store, t.deliveries))
    assert len(owed) == count
    assert set(owed.values()) == {1}


def rows_of(store: SqlStore, where: str) -> int:
    with store.database.reading() as wire:
        row = wire.say(f"SELECT count(*) FROM check_ins WHERE {where}")
    assert row is not None
    found: int = row[0]
    return found


def test_a_turn_of_somebody_does_not_wait_behind_the_crowd(opened: Callable[[], SqlStore]) -> None:
    """It waits for the batch that is being written, and for no other."""
    store = opened()
    crowd(store, MANY, NINE, DUE, DUE - timedelta(hours=2))
    living = Shell(library(), store, Post(), 1 if store.database.sqlite else 4)
    claimed: list[int] = []
    due_now = living.due_now

    def counted(now: datetime, limit: int) -> Any:
        done = due_now(now, limit)
        claimed.append(done[0])
        return done

    living.due_now = counted  # type: ignore[method-assign]

    async def both() -> int:
        ticking = asyncio.create_task(tick(living, DUE))
        while not claimed:
            await asyncio.sleep(0)
        before = len(claimed)
        who = next(people(1, "elsewhere"))
        await living.handle(Inbound(key="one", who=who, event=Command(at=DUE, name="reflect")))
        between = len(claimed) - before
        await ticking
        await living.drained()
        return between

    between = asyncio.run(both())
    assert between <= 3
    assert sum(claimed) == MANY


# Two processes, and one that is killed


@dataclass
class Ticking:
    """A process that ticks at the same moment again and again, until it is killed or nothing is left to do."""

    arguments: tuple[str, ...]
    child: Child = field(init=False)
    answers: Iterator[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.child = Child(self.arguments)
        self.answers = self.child.answers()
        assert next(self.answers) == {"ready": True}

    def tick(self, at: datetime) -> bool:
        """False where it was killed meanwhile."""
        self.child.ask(json.dumps({"ticks": at.isoformat()}))
        return next(self.answers, None) is not None


@pytest.mark.timeout(1200)
def test_two_processes_one_of_them_killed_again_and_again_ask_everybody_once(
    postgres_pair: Pair, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    soak = request.config.getoption("soak")
    count, kills = (20_000, MORE_KILLS) if soak else (MANY, KILLS)
    arguments = on_disk(emptied(postgres_pair), tmp_path)
    store = shell(*arguments, VirtualClock()).store
    assert isinstance(store, SqlStore)
    crowd(store, count, NINE, DUE, DUE - timedelta(hours=2))
    chance = Random(20261102)
    steady = Ticking(arguments)
    over = threading.Event()
    ticking = threading.Thread(target=keep_ticking, args=(steady, over))
    ticking.start()
    for _ in range(kills):
        killed(Ticking(arguments), chance)
    finished(store, over, ticking)
    steady.child.close()
    asked_once(store, count)
    store.close()


def keep_ticking(process: Ticking, over: threading.Event) -> None:
    while not over.is_set() and process.tick(DUE):
        pass


def killed(process: Ticking, chance: Random) -> None:
    """Killed at a random moment of its work, wherever that is: before the commit, after it, between two batches."""
    process.child.ask(json.dumps({"ticks": DUE.isoformat()}))
    time.sleep(chance.uniform(0.0, 0.25))
    process.child.kill()
    process.child.process.wait(30)


def finished(store: SqlStore, over: threading.Event, ticking: threading.Thread) -> None:
    """The one that lives does what is left, also of those that died."""
    until = time.monotonic() + 600
    while rows_of(store, f"state = 'waiting' AND due_at <= '{DUE.isoformat()}'") and time.monotonic() < until:
        time.sleep(0.05)
    over.set()
    ticking.join(60)


def on_disk(pair: Pair, tmp_path: Path) -> tuple[str, ...]:
    key_file = tmp_path / "afterword.key"
    key_file.touch(mode=0o600)
    key_file.write_text(new_key() + "\n")
    return pair.main, pair.keys, str(key_file), str(tmp_path / "sent")


def test_claims_that_die_with_their_process_are_claimed_again(postgres_pair: Pair, tmp_path: Path) -> None:
    arguments = on_disk(emptied(postgres_pair), tmp_path)
    living = shell(*arguments, VirtualClock())
    assert isinstance(living.store, SqlStore)
    crowd(living.store, 5, NINE, DUE, DUE - timedelta(hours=2))
    with pytest.raises(LostRace):
        claim_and_die(living.store, postgres_pair.main)
    for _ in range(5):  # each connection notices in its turn; a later tick finds new ones
        with suppress(LostRace):
            asyncio.run(ticked(living, DUE))
    asked_once(living.store, 5)
    asyncio.run(living.close())


def claim_and_die(store: SqlStore, main: str) -> None:
    with store.transaction() as turn, psycopg.connect(main, autocommit=True) as admin:
        assert len(turn.claim_due(DUE, 10)) == 5
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


# What is due at once, and what was planned by other clocks


def test_what_was_planned_by_older_zone_data_is_planned_anew_before_it_is_asked(
    opened: Callable[[], SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour too early by the clocks of a version before: asked at the hour that is nine today."""
    store, post = opened(), Post()
    early = DUE - timedelta(hours=1)
    crowd(store, 45, NINE, early, DUE - timedelta(hours=3))
    with store.database.transaction() as wire:
        wire.say("UPDATE check_ins SET zones = '2019a'")
    living = Shell(library(), store, post, 1 if store.database.sqlite else 4)
    asyncio.run(ticked(living, early - timedelta(minutes=30)))
    assert {row["due_at"] for row in rows(store, t.check_ins)} == {DUE}
    asyncio.run(ticked(living, early))
    assert not post.sent
    asyncio.run(ticked(living, DUE))
    assert set(post.sent.values()) == {1}
    assert len(post.sent) == 45


def test_an_answer_after_the_crowd_goes_on_as_ever(opened: Callable[[], SqlStore]) -> None:
    store, post = opened(), Post()
    crowd(store, 3, NINE, DUE, DUE - timedelta(hours=2))
    living = Shell(library(), store, post, 1 if store.database.sqlite else 4)

    async def talk() -> str:
        await ticked(living, DUE)
        who = next(people(1))
        at = DUE + SECOND
        await living.handle(Inbound(key="1", who=who, event=Choose(at=at, values=("yes",), surface="message")))
        reply = await living.handle(Inbound(key="2", who=who, event=Choose(at=at, values=("private",))))
        return reply.message.step if reply.message else ""

    assert asyncio.run(talk()) == "moment"
