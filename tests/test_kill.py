"""Killed at any moment: what was answered is there once, and what was owed is sent (DESIGN: law 3)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from child import VirtualClock, shell
from conftest import Pair, rows, who
from people import Person

from bot.conversation import Message
from bot.events import Inbound
from bot.turn import Shell
from scheduler.ticker import tick
from storage import tables as t
from storage.keyring import new_key
from storage.store import SqlStore

HERE = Path(__file__).parent
TURNS = 200
KILLS = 9
#: Of these, so many while the process is still opening its databases.
EARLY = 2
SEED = 20261102
SOAK = 25


@dataclass
class Child:
    """A living process, and what it has been asked and has not answered."""

    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        path = os.pathsep.join((str(HERE), str(HERE.parent)))
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "child.py"), *self.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def ask(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def answers(self) -> Iterator[dict[str, Any]]:
        """Line after line until it is dead; half a line is no answer."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith(b"\n"):
                yield json.loads(line)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        assert self.process.stdin is not None
        self.process.stdin.close()

    def close(self) -> None:
        """Lets it end by itself; whatever it still says is dropped."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        for _ in self.answers():
            pass
        assert self.process.wait(30) == 0


@dataclass
class Platform:
    """Sends what people do. When a process has died it sends again what was not answered, and (late, as platforms are)
    what was answered last."""

    arguments: tuple[str, ...]
    chance: Random
    people: dict[str, Person]
    at: datetime = datetime(2026, 11, 2, 16, 0, tzinfo=UTC)
    open: dict[str, Inbound] = field(default_factory=dict)
    last: dict[str, Inbound] = field(default_factory=dict)
    sent: int = 0
    answered: int = 0

    def run(self) -> None:
        moments = sorted(self.chance.sample(range(5, TURNS - 5), KILLS - EARLY))
        for moment in moments:
            self.live(until=moment)
        for _ in range(EARLY):
            early = Child(self.arguments)
            time.sleep(self.chance.uniform(0.2, 0.6))
            early.kill()
            early.process.wait()
        self.live()

    def live(self, until: int | None = None) -> None:
        """One process: until so many turns are answered and a random moment has passed, or to the end."""
        child = Child(self.arguments)
        answers = child.answers()
        assert next(answers) == {"ready": True}
        child.ask(self.tick())
        for inbound in (*self.last.values(), *self.open.values()):
            child.ask(inbound.model_dump_json())
        self.begin(child)
        while (until is None and self.open) or (until is not None and self.answered < until):
            self.take(next(answers), child)
        if until is None:
            child.close()
            return
        child.ask(self.tick())
        time.sleep(self.chance.uniform(0, 0.006))
        child.kill()
        for answer in answers:
            self.take(answer)
        child.process.wait()

    def begin(self, child: Child) -> None:
        waiting = {inbound.who.user for inbound in self.open.values()}
        for user, person in self.people.items():
            if user not in waiting:
                self.go_on(child, person)

    def take(self, answer: dict[str, Any], child: Child | None = None) -> None:
        inbound = self.open.pop(answer["key"], None)
        if inbound is None:
            return  # what it is an answer to was answered before
        person = self.people[inbound.who.user]
        self.last[person.who.user] = inbound
        person.message = answer["message"] and Message.model_validate(answer["message"])
        self.answered += 1
        if child is not None:
            self.go_on(child, person)

    def go_on(self, child: Child, person: Person) -> None:
        if self.sent >= TURNS and person.idle:
            return
        self.sent += 1
        self.at += timedelta(seconds=1)
        inbound = Inbound(key=f"key-{self.sent}", who=person.who, event=person.next(self.at))
        self.open[inbound.key] = inbound
        child.ask(inbound.model_dump_json())

    def tick(self) -> str:
        """A quarter of an hour passes: leases run out and reminders come due while the process lives."""
        self.at += timedelta(minutes=15)
        return json.dumps({"tick": self.at.isoformat()})


def everything_sent(living: Shell, clock: VirtualClock, since: datetime) -> None:
    """Ticks of a living process, well past every lease, every reminder and the longest pause between attempts."""

    async def ticks() -> None:
        for number in range(1, 21):
            clock.time = since + number * timedelta(minutes=20)
            await tick(living, clock.time)
        await living.drained()

    asyncio.run(ticks())


@pytest.fixture
def arguments(pair: Pair, tmp_path: Path) -> tuple[str, ...]:
    key_file = tmp_path / "afterword.key"
    key_file.touch(mode=0o600)
    key_file.write_text(new_key() + "\n")
    return pair.main, pair.keys, str(key_file), str(tmp_path / "sent")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    seeds = SOAK if metafunc.config.getoption("soak") else 1
    metafunc.parametrize("seed", range(SEED, SEED + seeds))


@pytest.mark.timeout(400)  # many processes are begun, one after another
def test_a_kill_at_any_moment_loses_and_repeats_nothing(arguments: tuple[str, ...], seed: int) -> None:
    chance = Random(seed)
    scripts = ("quick-visit", "everything", "between-sites")
    people = {
        user: Person(who(user), scripts[number % 3], Random(chance.random()))
        for number, user in enumerate(("ada", "ben", "carmen", "dee", "eli", "fatima"))
    }
    platform = Platform(arguments, chance, people)
    platform.run()
    clock = VirtualClock()
    living = shell(*arguments, clock)
    assert isinstance(living.store, SqlStore)
    everything_sent(living, clock, platform.at)
    assert platform.answered == platform.sent >= TURNS
    for person in people.values():
        assert kept(living.store, person) == Counter(person.told)
    assert {row["state"] for row in rows(living.store, t.check_ins)} <= {"claimed"}
    check_deliveries(living.store, people.values(), Path(arguments[3]))
    asyncio.run(living.close())


def kept(store: SqlStore, person: Person) -> Counter[tuple[str, ...]]:
    """The markers in each reflection as it was kept: one that is lost, doubled or out of place is seen."""
    return Counter(
        tuple(f"<{word.partition('>')[0]}>" for _, text in one.answers for word in text.split("<")[1:])
        for one in store.reflections(person.who)
    )


def check_deliveries(store: SqlStore, people: Any, sent: Path) -> None:
    owed = rows(store, t.deliveries)
    claimed = [row for row in rows(store, t.check_ins) if row["state"] == "claimed"]
    asked = len(owed) - sum(len(person.told) for person in people)
    whom = {row["participant_id"] for row in claimed}
    assert len(whom) <= asked <= len(claimed), "a goodbye each; what comes due together makes one message"
    recalled = [row for row in owed if row["last_error"] == "Recalled"]  # answered before it could be sent
    assert {row["state"] for row in owed if row not in recalled} == {"sent"}
    first: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
    for line in sent.read_text().splitlines():
        conversation, revision, n, _ = line.split()
        place = (int(revision), int(n))
        if place not in first[UUID(conversation)]:
            first[UUID(conversation)].append(place)
    assert all(places == sorted(places) for places in first.values()), "a conversation's messages came out of order"
    came = {(conversation, *place) for conversation, places in first.items() for place in places}
    assert {_place(row) for row in owed if row not in recalled} <= came <= {_place(row) for row in owed}


def _place(row: Any) -> tuple[UUID, int, int]:
    return row["conversation_id"], row["revision"], row["n"]
