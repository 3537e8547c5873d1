"""Everything at once, from everybody, in two processes: whatever comes, rows and keys belong together afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from random import Random

import pytest
from conftest import AT, Pair, key_rows, rows, who
from shells import Live, inbound, living

from bot.conversation import Message
from bot.events import Choose, Command, Event, Idled, Joined, Left, Open, Rate, Say, Submit, Who, Write
from bot.ports import ConversationGone, Delivery, Later, OurBug, Setup
from scheduler.ticker import tick
from storage import keytables
from storage import tables as t
from storage.keyring import Keyring

ROUNDS = 60
SEED = 20261109
SOAK = 20
PEOPLE = tuple(who(user) for user in ("ada", "ben", "carmen", "sam"))
SAID = (
    "reflect", "reflect everything", "help", "back", "skip", "pause", "stop", "delete", "yes", "1", "2, 3", "restart",
    "español", "my data", "", "What stayed with me was the small hand on the blanket.", "word " * 1200,
)  # fmt: skip
ONWARD = ("keep", "done", "always", "count", "tonight", "once", "half-hour")
FORMS = {
    "consent": ("words", "keep"),
    "retention": ("days", "30"),
    "language": ("language", "es"),
    "erase": ("confirm", "erase"),
}
PAGES = ("home", "data", "consent", "report", "packet", "talk", "nowhere")
COMMANDS = (
    "reflect", "help", "back", "skip", "pause", "resume", "stop", "restart", "language", "delete", "safety", "breathe",
)  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("seed", range(SEED, SEED + (SOAK if metafunc.config.getoption("soak") else 1)))


def some_event(chance: Random, at: datetime, message: Message | None) -> Event:
    """Mostly what leads onward, else anything at all."""
    offered = [] if message is None else [option.id for option in (*message.choices, *message.controls)]
    onward = [choice for choice in offered if choice in ONWARD]
    if onward and chance.random() < 0.6:
        return Choose(at=at, values=(chance.choice(onward),))
    if message is not None and message.input == "text" and chance.random() < 0.6:
        return Write(at=at, text="My own words.", prompt=message.prompt)
    form = chance.choice(tuple(FORMS))
    field, value = FORMS[form]
    return chance.choice(
        (
            Say(at=at, text=chance.choice(SAID)),
            Write(at=at, text=chance.choice(SAID), done=chance.random() < 0.8),
            Choose(at=at, values=(chance.choice(offered or ["keep"]),), surface=chance.choice(("private", "message"))),
            Choose(at=at, values=(chance.choice(offered or ["keep"]),)),
            Rate(at=at, value=chance.randint(0, 6)),
            Command(at=at, name=chance.choice(COMMANDS)),
            Open(at=at, page=chance.choice(PAGES)),
            Submit(at=at, form=form, values={field: value if chance.random() < 0.5 else "nothing"}),
            chance.choice((Joined(at=at), Left(at=at), Idled(at=at))),
        )
    )


def later(chance: Random, at: datetime) -> datetime:
    return at + timedelta(seconds=chance.choice((1, 30, 600, 3 * 3600, 3 * 3600, 40 * 3600)))


async def storm(lives: list[Live], chance: Random) -> datetime:
    at = AT
    shown: dict[Who, Message | None] = {}

    async def one(live: Live, person: Who) -> None:
        event = some_event(chance, at, shown.get(person))
        key = chance.choice(("", "", f"key-{chance.randint(0, 40)}"))
        shown[person] = (await live.shell.handle(inbound(person, event, key))).message

    for _ in range(ROUNDS):
        at = later(chance, at)
        for live in lives:
            live.clock.time = at
        doings = [one(chance.choice(lives), chance.choice(PEOPLE)) for _ in range(6)]
        await asyncio.gather(*doings, *(tick(live.shell, at) for live in lives if chance.random() < 0.3))
    for live in lives:
        await live.shell.drained()
    return at


@pytest.fixture
def lives(pair: Pair, ring: Keyring) -> Iterator[list[Live]]:
    with ExitStack() as stack:
        yield [stack.enter_context(living(pair, ring)) for _ in range(2)]


def test_whatever_comes_at_once_rows_and_keys_belong_together(lives: list[Live], seed: int) -> None:
    chance = Random(seed)

    def moody(delivery: Delivery) -> None:
        if chance.random() < 0.2:
            raise chance.choice((Later, ConversationGone, OurBug))()

    for live in lives:
        live.post.fault = moody
    store = lives[0].store
    store.set_up(Setup(platform="local", tenant="north", team="t", members=("ada", "ben"), supervisors=("sam",)), AT)
    end = lives[0].run(lambda: storm(lives, chance))
    named = {row["key_id"] for row in rows(store, t.participants)}
    named |= {row["talk_key_id"] for row in rows(store, t.conversations) if row["talk_key_id"]}
    assert {row["id"] for row in key_rows(store, keytables.data_keys)} == named
    for person in PEOPLE:
        with store.transaction() as tx:
            loaded = tx.load(person, end, page=True)
        assert {session.revision for session in loaded.conversation.sessions} == {
            one.revision for one in loaded.scripts
        }
        assert store.verify_consents(person)
