"""Messages that are owed: in order, one a conversation at a time, once a process, and dropped when they are sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from conftest import rows, who

from bot.conversation import Message, Option
from bot.effects import Deliver, Plan, Return
from bot.events import Who
from bot.ports import ConversationGone, Delivery, InstallationGone, Later, OurBug
from storage import tables as t
from storage.deliveries import MOST_ATTEMPTS
from storage.store import SqlStore

ADA, BEN = who("ada"), who("ben")
SOON = timedelta(seconds=1)
LEASE = timedelta(seconds=30)


def owe(store: SqlStore, at: datetime, *texts: str, person: Who = ADA) -> tuple[Delivery, ...]:
    """One turn that owes these messages."""
    with store.transaction() as turn:
        before = turn.load(person, at).conversation
        return turn.save(before, before, [Deliver(Message(text=text)) for text in texts], at, person)


def texts(deliveries: tuple[Delivery, ...]) -> list[str]:
    return [delivery.message.text for delivery in deliveries]


def states(store: SqlStore) -> list[str]:
    return [row["state"] for row in sorted(rows(store, t.deliveries), key=lambda row: (row["revision"], row["n"]))]


def test_what_a_turn_owes_is_leased_to_its_process(opened: Callable[[], SqlStore], at: datetime) -> None:
    store, other = opened(), opened()
    (mine,) = owe(store, at, "one")
    assert (mine.who, mine.revision, mine.n, mine.locale, mine.attempts) == (ADA, 1, 0, "en", 0)
    assert other.owed(at + SOON, 10) == ()
    assert other.owed(at + LEASE, 10) == (mine,)


def test_a_message_comes_back_as_it_was(store: SqlStore, at: datetime) -> None:
    message = Message(text="¿Seguimos?", input="choice", choices=(Option(id="yes", label="Sí"),), prompt="p1")
    with store.transaction() as turn:
        before = turn.load(ADA, at).conversation
        turn.save(before, before.model_copy(update={"locale": "es"}), [Deliver(message)], at, ADA)
    (owed,) = store.owed(at + LEASE, 1)
    assert (owed.locale, owed.message) == ("es", message)


def test_a_later_message_waits_for_the_earlier_one(store: SqlStore, at: datetime) -> None:
    (first,) = owe(store, at, "one")
    assert owe(store, at, "two") == (), "the first is still on its way"
    assert store.owed(at + SOON, 10) == ()
    store.sent(first.id)
    (second,) = store.owed(at + SOON, 10)
    assert texts((second,)) == ["two"]
    assert store.owed(at + SOON, 10) == ()


def test_several_of_one_turn_keep_their_order(store: SqlStore, at: datetime) -> None:
    assert texts(owe(store, at, "one", "two")) == ["one", "two"]
    first = store.owed(at + LEASE, 10)
    assert texts(first) == ["one"]
    store.sent(first[0].id)
    assert texts(store.owed(at + LEASE, 10)) == ["two"]


def test_other_conversations_do_not_wait(store: SqlStore, at: datetime) -> None:
    for person in (ADA, BEN):
        owe(store, at, "one", "two", person=person)
    assert {(each.who, each.message.text) for each in store.owed(at + LEASE, 10)} == {(ADA, "one"), (BEN, "one")}


def test_one_that_waits_for_its_moment_holds_the_next_back(store: SqlStore, at: datetime) -> None:
    (first,) = owe(store, at, "one")
    owe(store, at, "two")
    store.failed(first.id, Later(60), at)
    assert store.owed(at + timedelta(seconds=59), 10) == ()
    assert texts(store.owed(at + timedelta(seconds=72), 10)) == ["one"]


@pytest.mark.parametrize("error", [OurBug(), InstallationGone(), ConversationGone(), ValueError("Mina")])
def test_a_dead_one_holds_nothing_back(store: SqlStore, at: datetime, error: Exception) -> None:
    (first,) = owe(store, at, "one")
    owe(store, at, "two")
    store.failed(first.id, error, at)
    assert states(store) == ["dead", "pending"]
    assert texts(store.owed(at, 10)) == ["two"]
    assert [row["last_error"] for row in rows(store, t.deliveries) if row["state"] == "dead"] == [type(error).__name__]


def test_each_attempt_waits_longer_and_the_last_is_the_last(store: SqlStore, at: datetime) -> None:
    (first,) = owe(store, at, "one")
    now, waits = at, []
    for attempt in range(1, MOST_ATTEMPTS):
        store.failed(first.id, Later(), now)
        (row,) = rows(store, t.deliveries)
        waits.append((row["not_before"] - now).total_seconds())
        now = row["not_before"]
        (again,) = store.owed(now, 10)
        assert again.attempts == attempt
    assert waits[0] < 3
    assert all(longer > 1.0 for longer in waits)
    assert 450 <= max(waits) <= 900
    store.failed(first.id, Later(), now)
    assert states(store) == ["dead"]


def test_when_a_conversation_is_gone_its_reminders_stop(store: SqlStore, at: datetime) -> None:
    for person in (ADA, BEN):
        with store.transaction() as turn:
            before = turn.load(person, at).conversation
            turn.save(before, before, [Plan(uuid4(), at)], at, person)
    (owed,) = owe(store, at, "one")
    store.failed(owed.id, ConversationGone(), at)
    with store.transaction() as turn:
        assert [due.who for due in turn.claim_due(at, 10)] == [BEN]


@pytest.mark.parametrize("over", ["sent", "dead"])
def test_what_is_over_keeps_no_words_and_no_times(store: SqlStore, at: datetime, over: str) -> None:
    (owed,) = owe(store, at, "one")
    if over == "sent":
        store.sent(owed.id)
    else:
        store.failed(owed.id, OurBug(), at)
    (row,) = rows(store, t.deliveries)
    assert (row["payload"], row["not_before"], row["lease_until"], row["worker"]) == (None, None, None, None)
    store.sweep(at + timedelta(days=7))
    assert len(rows(store, t.deliveries)) == 1
    store.sweep(at + timedelta(days=8))
    assert rows(store, t.deliveries) == []


def test_a_late_word_about_a_delivery_changes_nothing(store: SqlStore, at: datetime) -> None:
    (owed,) = owe(store, at, "one")
    store.sent(owed.id)
    store.failed(owed.id, Later(), at)
    store.sent(owed.id)
    assert states(store) == ["sent"]


def test_two_processes_share_a_burst(opened: Callable[[], SqlStore], at: datetime) -> None:
    stores = [opened(), opened()]
    people = [who(f"person-{n}") for n in range(20)]
    for person in people:
        owe(stores[0], at, "one", person=person)
    together = threading.Barrier(2)

    def lease(store: SqlStore) -> list[Delivery]:
        together.wait(5)
        return [delivery for _ in range(10) for delivery in store.owed(at + LEASE, 3)]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lease, stores)
    assert len(first) + len(second) == 20
    assert {delivery.who.user for delivery in first + second} == {person.user for person in people}


def test_failures_are_counted_by_class_alone(store: SqlStore, at: datetime) -> None:
    for person, error in ((ADA, ConversationGone()), (BEN, ConversationGone()), (who("carmen"), OurBug())):
        (owed,) = owe(store, at, "Hello", person=person)
        store.failed(owed.id, error, at)
    assert store.failures() == {"ConversationGone": 2, "OurBug": 1}


def test_what_is_not_welcome_any_more_is_not_sent(store: SqlStore, at: datetime) -> None:
    with store.transaction() as turn:
        before = turn.load(ADA, at).conversation
        turn.save(before, before, [Deliver(Message(text="Parked?"), at + timedelta(hours=2))], at, ADA)
    (owed,) = store.owed(at + LEASE, 1)
    store.failed(owed.id, Later(), at + LEASE)
    assert store.owed(at + timedelta(hours=2), 1) == ()
    assert [row["last_error"] for row in rows(store, t.deliveries)] == ["Expired"]
    owe(store, at + timedelta(hours=3), "and what comes after it is not held back")
    assert len(store.owed(at + timedelta(hours=4), 10)) == 1


def test_who_is_out_of_reach_is_asked_nothing_until_they_do_something_again(store: SqlStore, at: datetime) -> None:
    waits = uuid4()
    with store.transaction() as turn:
        before = turn.load(ADA, at).conversation
        (owed,) = turn.save(before, before, [Plan(waits, at + SOON), Deliver(Message(text="Hello"))], at, ADA)
    store.failed(owed.id, ConversationGone(), at)
    with store.transaction() as turn:
        assert turn.claim_due(at + LEASE, 10) == ()
    assert store.to_replan(at + LEASE, 10) == ()
    with store.transaction() as turn:
        loaded = turn.load(ADA, at)
        assert loaded.left
        turn.save(loaded.conversation, loaded.conversation, [Return()], at, ADA)
    assert store.to_replan(at + LEASE, 10) == (ADA,)
    with store.transaction() as turn:
        turn.replanned(ADA)
    assert store.to_replan(at + LEASE, 10) == ()
