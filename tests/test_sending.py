"""What a round of the clock owes to several workspaces: none waits for another, and none is sent after its lease."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from conftest import Pair
from shells import Live, inbound, living
from slack_house import in_a_loop, until

from bot import turn as module
from bot.events import Command, Who
from bot.ports import LEASE_SECONDS, Delivery, Later
from scheduler.ticker import BATCH, tick
from storage.keyring import Keyring

PEOPLE = BATCH + 5


@dataclass
class Post:
    """The workspace T1 answers when the test lets it, and every other one at once."""

    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> None:
        tenant = delivery.who.tenant
        self.begun.append(tenant)
        if tenant == "T1":
            await self.may_go_on.wait()
        self.sent.append(tenant)


@pytest.fixture
def live(pair: Pair, ring: Keyring) -> Iterator[Live]:
    with living(pair, ring) as living_one:
        yield living_one


async def owing(live: Live) -> Post:
    """A round later each of many people in T1, and then one in T2, is owed a line."""

    class Away:
        async def send(self, delivery: Delivery) -> None:
            raise Later

    post, live.shell.messenger = Post(), Away()
    for tenant, number in (*(("T1", n) for n in range(PEOPLE)), ("T2", 0)):
        live.clock.time += timedelta(seconds=1)
        who = Who(platform="slack", tenant=tenant, user=f"U{number}")
        for name in ("reflect", "pause"):
            await live.shell.handle(inbound(who, Command(at=live.clock.time, name=name, surface="private")))
        await live.shell.drained()
    live.clock.time += timedelta(minutes=5)
    live.shell.messenger = post
    return post


@in_a_loop
async def test_a_slow_workspace_holds_up_no_other(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    post = await owing(live)
    await tick(live.shell, live.clock.time)
    await until(lambda: post.sent == ["T2"])
    assert post.begun.count("T1") == 1, "one after the other"
    await tick(live.shell, live.clock.time + timedelta(seconds=LEASE_SECONDS - 1))
    assert post.begun.count("T1") == 1, "what is being sent is not begun again"
    post.may_go_on.set()
    await live.shell.drained()
    assert sorted(post.sent) == ["T1"] * PEOPLE + ["T2"]


@in_a_loop
async def test_nothing_is_begun_once_its_lease_is_over_and_it_comes_again(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.PATIENCE < module.SENDING < LEASE_SECONDS
    post = await owing(live)
    post.may_go_on.set()
    with monkeypatch.context() as over:
        over.setattr(module, "SENDING", 0.0)
        await tick(live.shell, live.clock.time)
        await live.shell.drained()
    assert not post.begun
    await tick(live.shell, live.clock.time + timedelta(seconds=LEASE_SECONDS))
    await live.shell.drained()
    assert sorted(post.sent) == ["T1"] * PEOPLE + ["T2"]


@in_a_loop
async def test_what_takes_longer_than_its_lease_is_broken_off_and_put_back(live: Live) -> None:
    post, now = await owing(live), asyncio.get_running_loop().time
    (owed,) = live.store.owed(live.clock.time, 1)
    assert not await live.shell.send(owed, now() + 0.05)
    assert (post.begun, post.sent) == (["T1"], [])
    (again,) = [one for one in live.store.owed(live.clock.time + timedelta(minutes=1), BATCH * 2) if one.id == owed.id]
    assert again.attempts == owed.attempts + 1


@in_a_loop
async def test_what_a_turn_owes_does_not_wait_behind_a_round(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    post = await owing(live)
    await tick(live.shell, live.clock.time)
    who = Who(platform="slack", tenant="T1", user="UNEW")
    for name in ("reflect", "pause"):
        await live.shell.handle(inbound(who, Command(at=live.clock.time, name=name, surface="private")))
    await until(lambda: post.begun.count("T1") == 2)
    post.may_go_on.set()
    await live.shell.drained()
