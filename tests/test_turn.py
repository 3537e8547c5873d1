"""The shell: one transaction a turn, nothing lost, nothing twice, nothing sent too early (DESIGN: laws 2 and 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from conftest import AT, Pair, key_rows, rows, who
from shells import Live, inbound, living, shown
from sqlalchemy import bindparam, update
from talks import library

import bot.turn
from bot.events import Choose, Command, Open, Rate, Submit, Write
from bot.ports import LEASE_SECONDS, ConversationGone, Delivery, InstallationGone, Later, LostRace, OurBug, Refusal
from prompts.library import Library
from prompts.script import Script
from scheduler.ticker import tick
from storage import keytables
from storage import tables as t
from storage.keyring import Keyring
from storage.prepared import Prepared
from storage.store import SqlStore
from storage.turns import SqlTransaction

ADA, BEN = who("ada"), who("ben")
DEVICES = 32


@pytest.fixture
def start(pair: Pair, ring: Keyring) -> Iterator[Callable[..., Live]]:
    """Starts one more process on the same databases."""
    with ExitStack() as stack:
        yield lambda of=None: stack.enter_context(living(pair, ring, of))


@pytest.fixture
def live(start: Callable[..., Live]) -> Live:
    return start()


def everything_typed(live: Live, person: Any = ADA) -> str:
    """What is kept and what stands in the open reflection, as one text."""
    with live.store.transaction() as tx:
        loaded = tx.load(person, AT, page=True)
    kept = [text for one in loaded.facts.reflections for _, text in one.answers]
    for session in loaded.conversation.sessions:
        kept += [*(answer.text for answer in session.answers.values()), session.held, *session.drafts.values()]
    return "\n".join(kept)


def revision(live: Live) -> int:
    (row,) = rows(live.store, t.conversations)
    return int(row["revision"])


# The same thing twice


def test_a_repeated_key_changes_nothing_and_gets_the_current_prompt(live: Live) -> None:
    live.begin(ADA)
    answer = inbound(ADA, Write(at=AT, text="the small hand"))
    (first,) = live.take(answer)
    stood = revision(live)
    (again,) = live.take(answer)
    assert again.message == replace_preface(first.message)
    assert revision(live) == stood
    assert everything_typed(live).count("the small hand") == 1


def replace_preface(message: Any) -> Any:
    """A repeated question is drawn afresh, without what was said about the answer before it."""
    return message.model_copy(update={"preface": ()})


def test_a_repeated_key_gets_the_current_prompt_even_if_another_event_came_between(live: Live) -> None:
    live.begin(ADA)
    late = inbound(ADA, Write(at=AT, text="the small hand"))
    live.take(late)
    on = live.tap(ADA, "skip")
    (again,) = live.take(late)
    assert shown(again).prompt == on.prompt
    assert everything_typed(live).count("the small hand") == 1


def test_a_repeated_key_is_known_to_every_process_and_after_a_restart(start: Callable[..., Live]) -> None:
    one, other = start(), start()
    one.begin(ADA)
    answer = inbound(ADA, Write(at=AT, text="the small hand"))
    one.take(answer)
    other.take(answer)
    start().take(answer)
    assert everything_typed(one).count("the small hand") == 1


def test_the_same_inbound_many_times_at_once_counts_once(live: Live) -> None:
    live.begin(ADA)
    answer = inbound(ADA, Write(at=AT, text="the small hand"))
    replies = live.take(*[answer] * 8)
    assert len({shown(reply).prompt for reply in replies}) == 1
    assert everything_typed(live).count("the small hand") == 1


def test_a_key_is_a_persons_own(live: Live) -> None:
    live.do(ADA, Command(at=AT, name="reflect"), "same")
    live.do(BEN, Command(at=AT, name="reflect"), "same")
    assert live.tap(BEN, "keep").input == "text"


# Several at once


def test_two_first_messages_at_once_make_one_person(start: Callable[..., Live]) -> None:
    lives = [start(), start()]

    async def both() -> list[Any]:
        return list(
            await asyncio.gather(
                *(one.shell.handle(inbound(ADA, Command(at=AT, name="reflect"))) for one in lives for _ in range(4))
            )
        )

    replies = lives[0].run(both)
    assert len({shown(reply).prompt for reply in replies}) == 1
    assert len(rows(lives[0].store, t.participants)) == 1
    named = {row["key_id"] for row in rows(lives[0].store, t.participants)}
    named |= {row["talk_key_id"] for row in rows(lives[0].store, t.conversations)}
    assert {row["id"] for row in key_rows(lives[0].store, keytables.data_keys)} == named, "losers leave no key behind"


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("tells", [True, False], ids=["with prompts", "without prompts"])
def test_many_devices_at_once_lose_no_answer(start: Callable[..., Live], processes: int, tells: bool) -> None:
    lives = [start() for _ in range(processes)]
    prompt = lives[0].begin(ADA).prompt if tells else lives[0].begin(ADA) and None
    texts = [f"What stayed with me were these few words, number <{number}>." for number in range(DEVICES)]

    async def everywhere() -> None:
        await asyncio.gather(
            *(
                lives[number % processes].shell.handle(inbound(ADA, Write(at=AT, text=text, prompt=prompt)))
                for number, text in enumerate(texts)
            )
        )

    lives[0].run(everywhere)
    typed = everything_typed(lives[0])
    assert [typed.count(text) for text in texts] == [1] * DEVICES
    assert revision(lives[0]) == 2 + DEVICES


def test_many_people_at_once_are_each_answered_their_own(start: Callable[..., Live]) -> None:
    lives = [start(), start()]
    people = [who(f"person-{number}") for number in range(12)]

    async def one_after_another(live: Live, person: Any) -> None:
        for event in (Command(at=AT, name="reflect"), Choose(at=AT, values=("keep",))):
            await live.shell.handle(inbound(person, event))
        await live.shell.handle(inbound(person, Write(at=AT, text=f"from <{person.user}>")))

    async def together() -> None:
        await asyncio.gather(*(one_after_another(lives[n % 2], person) for n, person in enumerate(people)))

    lives[0].run(together)
    for person in people:
        assert everything_typed(lives[0], person).strip() == f"from <{person.user}>"


def test_a_race_that_is_always_lost_is_refused_in_one_sentence(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*_: object) -> None:
        raise LostRace

    monkeypatch.setattr(SqlTransaction, "save", lose)
    with pytest.raises(Refusal) as refused:
        live.do(ADA, Command(at=AT, name="reflect"))
    assert refused.value.code == "busy"
    monkeypatch.undo()
    assert live.begin(ADA).input == "text"


def test_a_turn_that_fails_leaves_its_key_unused_and_everything_as_it_was(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.begin(ADA)
    answer = inbound(ADA, Write(at=AT, text="the small hand"))
    stood = revision(live)
    save = SqlTransaction.save

    def fail_late(self: SqlTransaction, *given: Any) -> None:
        save(self, *given)
        raise OSError("no room")

    monkeypatch.setattr(SqlTransaction, "save", fail_late)
    with pytest.raises(OSError, match="no room"):
        live.take(answer)
    monkeypatch.undo()
    assert revision(live) == stood
    live.take(answer)
    assert everything_typed(live).count("the small hand") == 1


# What is owed


def owed(live: Live) -> list[dict[str, Any]]:
    return sorted(rows(live.store, t.deliveries), key=lambda row: (row["revision"], row["n"]))


def test_nothing_is_sent_before_it_is_committed(start: Callable[..., Live]) -> None:
    live, other = start(), start()
    seen: list[str] = []
    live.post.fault = lambda delivery: seen.extend(row["state"] for row in rows(other.store, t.deliveries))
    live.finish(ADA)
    assert seen == ["pending"]
    assert [row["state"] for row in owed(live)] == ["sent"]


def test_what_is_sent_leaves_no_payload_behind(live: Live) -> None:
    live.finish(ADA)
    (row,) = owed(live)
    assert (row["payload"], row["lease_until"], row["worker"], row["not_before"]) == (None, None, None, None)


FAULTS = [
    (Later(), "pending", "Later"),
    (RuntimeError("some library's own"), "pending", "Later"),
    (ConversationGone(), "dead", "ConversationGone"),
    (InstallationGone(), "dead", "InstallationGone"),
    (OurBug("the platform refuses it"), "dead", "OurBug"),
]


@pytest.mark.parametrize(("fault", "state", "named"), FAULTS, ids=[type(fault).__name__ for fault, *_ in FAULTS])
def test_a_messenger_that_fails_is_tried_again_only_where_that_can_help(
    live: Live, fault: Exception, state: str, named: str
) -> None:
    def fail(delivery: Delivery) -> None:
        raise fault

    live.post.fault = fail
    live.finish(ADA)
    (row,) = owed(live)
    assert (row["state"], row["last_error"]) == (state, named)
    assert live.post.sent == []
    live.post.fault = lambda delivery: None
    live.tick(AT + timedelta(hours=1))
    assert len(live.post.sent) == (state == "pending")


def test_a_person_who_cannot_be_reached_is_not_reminded_either(live: Live) -> None:
    def gone(delivery: Delivery) -> None:
        raise ConversationGone

    live.post.fault = gone
    talk_until(live, "tonight")
    assert [row["state"] for row in rows(live.store, t.check_ins)] == ["stopped"]


def talk_until(live: Live, last: str, person: Any = ADA) -> None:
    """Through "everything" by skipping, ending with this choice."""
    message = live.begin(person, "everything")
    while last not in {choice.id for choice in message.choices}:
        message = live.tap(person, "yes" if message.step == "ready" else "skip")
    live.tap(person, last)


def busy(delivery: Delivery) -> None:
    raise Later


def test_later_is_not_before_the_time_that_the_platform_gave(live: Live) -> None:
    def busy(delivery: Delivery) -> None:
        raise Later(after=600)

    live.post.fault = busy
    live.finish(ADA)
    live.post.fault = lambda delivery: None
    live.tick(AT + timedelta(seconds=599))
    assert live.post.sent == []
    live.tick(AT + timedelta(seconds=720))
    assert len(live.post.sent) == 1


def test_messages_of_one_conversation_keep_their_order_when_the_first_has_to_wait(live: Live) -> None:
    failing = [Later(), Later()]

    def twice(delivery: Delivery) -> None:
        if failing and delivery.who == ADA:
            raise failing.pop()

    live.post.fault = twice
    for _ in range(3):
        live.finish(ADA)
    live.finish(BEN)
    assert [delivery.who for delivery in live.post.sent] == [BEN], "others do not wait"
    for minutes in range(1, 6):
        live.tick(AT + timedelta(minutes=20 * minutes))
    ours = [(delivery.revision, delivery.n) for delivery in live.post.sent if delivery.who == ADA]
    assert ours == sorted(ours)
    assert len(ours) == 3


def test_those_behind_a_message_that_has_to_wait_wait_too(live: Live) -> None:
    live.finish(ADA)
    (first,) = live.post.sent
    tried: list[int] = []

    def busy(delivery: Delivery) -> None:
        tried.append(delivery.n)
        raise Later

    live.post.fault = busy
    live.run(lambda: live.shell.send_all((first, replace(first, n=first.n + 1))))
    assert tried == [first.n]


def test_what_a_dead_process_owed_is_sent_by_another_once_its_lease_is_over(start: Callable[..., Live]) -> None:
    live, other = start(), start()
    live.run(lambda: _dies_before_sending(live))
    other.tick(AT + timedelta(seconds=LEASE_SECONDS - 1))
    assert other.post.sent == []
    other.tick(AT + timedelta(seconds=LEASE_SECONDS + 1))
    assert len(other.post.sent) == 1
    live.tick(AT + timedelta(minutes=10))
    assert live.post.sent == []


async def _dies_before_sending(live: Live) -> None:
    """The turn is committed, and then nothing."""
    live.shell._send_soon = lambda deliveries: None  # type: ignore[method-assign]
    for event in (Command(at=AT, name="reflect"), Choose(at=AT, values=("keep",)), Command(at=AT, name="pause")):
        await live.shell.handle(inbound(ADA, event))


def test_a_delivery_that_cannot_be_noted_as_sent_is_sent_again_and_stops_nothing(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_: object) -> None:
        raise LostRace

    monkeypatch.setattr(SqlStore, "sent", lose)
    live.finish(ADA)
    monkeypatch.undo()
    assert len(live.post.sent) == 1
    live.tick(AT + timedelta(minutes=1))
    assert len(live.post.sent) == 2, "at least once"
    live.tick(AT + timedelta(minutes=2))
    assert [row["state"] for row in owed(live)] == ["sent"]


def test_a_delivery_that_nobody_can_read_any_more_is_dead_and_holds_no_other_back(live: Live) -> None:
    live.post.fault = busy
    for person in (ADA, BEN):
        live.finish(person)
    live.post.fault = lambda delivery: None
    damaged = Prepared(update(t.deliveries).where(t.deliveries.c.id == bindparam("one")).values(payload=b"damaged"))
    with live.store.database.transaction() as wire:
        wire.run(damaged, one=owed(live)[0]["id"])
    live.tick(AT + timedelta(hours=1))
    assert sorted(row["state"] for row in owed(live)) == ["dead", "sent"]


# What a clock starts


def reminded(live: Live, *people: Any) -> None:
    for person in people:
        talk_until(live, "tonight", person)
    live.post.sent.clear()


EVENING = AT + timedelta(hours=4)


def test_two_processes_that_tick_at_once_claim_a_check_in_once(start: Callable[..., Live]) -> None:
    lives = [start(), start()]
    people = [who(f"person-{number}") for number in range(30)]
    reminded(lives[0], *people)

    async def both() -> None:
        await asyncio.gather(*(tick(live.shell, EVENING) for live in lives for _ in range(2)))

    lives[0].run(both)
    asked = [delivery.who.user for live in lives for delivery in live.post.sent]
    assert sorted(asked) == sorted(person.user for person in people)
    assert {row["state"] for row in rows(lives[0].store, t.check_ins)} == {"claimed"}


def test_a_check_in_that_fails_does_not_undo_the_others_of_its_batch(
    live: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people = [who(name) for name in ("ada", "ben", "carmen")]
    reminded(live, *people)
    save = SqlTransaction.save

    def fail_for_ben(self: SqlTransaction, before: Any, after: Any, effects: Any, at: Any, person: Any) -> Any:
        result = save(self, before, after, effects, at, person)
        if person == BEN:
            self._wire.say("SELECT words FROM no_such_table")
        return result

    monkeypatch.setattr(SqlTransaction, "save", fail_for_ben)
    live.tick(EVENING)
    assert sorted(delivery.who.user for delivery in live.post.sent) == ["ada", "carmen"]
    assert sorted(row["state"] for row in rows(live.store, t.check_ins)) == ["claimed", "claimed", "failed"]
    assert [record.message for record in caplog.records] == ["check-in-failed"]
    monkeypatch.undo()
    live.tick(EVENING + timedelta(hours=1))
    assert [delivery.who for delivery in live.post.sent[2:]] == [BEN], "what failed is tried again an hour later"
    assert live.begin(BEN).input == "text", "and the person goes on as before"


def test_a_check_in_is_lost_with_its_claim_when_the_process_dies_and_claimed_again(
    start: Callable[..., Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    live, other = start(), start()
    reminded(live, ADA)

    class Dies(BaseException):
        pass

    def die(*_: object) -> None:
        raise Dies

    monkeypatch.setattr(bot.turn, "step", die)
    with pytest.raises(Dies):
        live.shell.due_now(EVENING, 10)
    monkeypatch.undo()
    other.tick(EVENING)
    assert [delivery.who for delivery in other.post.sent] == [ADA]


def test_a_week_without_ticks_asks_once(live: Live) -> None:
    reminded(live, ADA)
    for days in (7, 7, 8):
        live.tick(AT + timedelta(days=days))
    assert len(live.post.sent) == 1


def test_a_reflection_left_alone_is_put_away_by_the_clock_and_kept(live: Live) -> None:
    live.begin(ADA)
    live.write(ADA, "the small hand")
    live.tick(AT + timedelta(days=6))
    assert live.store.reflections(ADA) == ()
    live.tick(AT + timedelta(days=9))
    (kept,) = live.store.reflections(ADA)
    assert (kept.finished, kept.answers[0][1]) == (False, "the small hand")
    assert live.post.sent == [], "nobody is reminded"
    live.tick(AT + timedelta(days=10))
    assert len(live.store.reflections(ADA)) == 1


def test_one_reflection_that_cannot_be_put_away_does_not_keep_the_others(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [who(name) for name in ("ada", "ben", "carmen")]
    for person in people:
        live.begin(person)
        live.write(person, "the small hand")
    load = SqlTransaction.load

    def fail_for_ben(self: SqlTransaction, person: Any, at: Any, **given: Any) -> Any:
        if person == BEN:
            raise Refusal("key-missing", "The key is not there.")
        return load(self, person, at, **given)

    monkeypatch.setattr(SqlTransaction, "load", fail_for_ben)
    live.tick(AT + timedelta(days=9))
    monkeypatch.undo()
    assert [len(live.store.reflections(person)) for person in people] == [1, 0, 1]
    live.tick(AT + timedelta(days=10))
    assert [len(live.store.reflections(person)) for person in people] == [1, 1, 1]


@pytest.mark.parametrize("part", ["owed", "transaction"])
def test_a_part_of_a_tick_that_fails_does_not_keep_the_others(
    live: Live, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def fail(*_: object) -> None:
        raise Refusal("database", "Not now.")

    swept: list[Any] = []
    monkeypatch.setattr(SqlStore, part, fail)
    monkeypatch.setattr(SqlStore, "sweep", lambda _, now: swept.append(now))
    with pytest.raises(Refusal):
        live.tick(EVENING)
    assert swept == [EVENING]


def test_ticking_twice_at_the_same_moment_does_nothing_more(live: Live) -> None:
    reminded(live, ADA, BEN)
    live.tick(EVENING)
    before = (owed(live), rows(live.store, t.check_ins), rows(live.store, t.conversations))
    live.tick(EVENING)
    assert (owed(live), rows(live.store, t.check_ins), rows(live.store, t.conversations)) == before


# A library that changes


def reworded(old: Library, slug: str) -> Library:
    """The next release: the same script with other words."""
    script = old.scripts[slug]
    strings = {locale: {key: f"NEW {text}" for key, text in lines.items()} for locale, lines in script.strings.items()}
    new = script.model_copy(update={"strings": strings})
    return replace(old, scripts={**old.scripts, slug: new}, pinned=_pinned(old, script, new))


def without(old: Library, slug: str) -> Library:
    scripts = {name: script for name, script in old.scripts.items() if name != slug}
    return replace(old, scripts=scripts, pinned=_pinned(old, old.scripts[slug]))


def _pinned(old: Library, gone: Script, *new: Script) -> dict[str, Script]:
    kept = {revision: script for revision, script in old.pinned.items() if script is not gone}
    return {**kept, **{script.revision: script for script in new}}


@pytest.mark.parametrize("released", [reworded, without])
def test_a_session_keeps_the_words_that_it_began_with(
    start: Callable[..., Live], released: Callable[[Library, str], Library]
) -> None:
    old = start()
    old.begin(ADA, "everything")
    asked = old.tap(ADA, "yes")
    new = start(released(library(), "everything"))
    place = shown(new.do(ADA, Open(at=AT, page="talk")))
    assert (place.text, place.prompt) == (asked.text, asked.prompt)
    assert new.do(ADA, Rate(at=AT, value=2)).message is not None
    while (message := new.tap(ADA, "skip")).step != "end":
        assert not message.text.startswith("NEW")
    new.tap(ADA, "done")
    (kept,) = new.store.reflections(ADA)
    assert kept.title == "Everything"
    if released is reworded:
        new.do(ADA, Command(at=AT, name="reflect", argument="everything"))
        assert shown(new.do(ADA, Open(at=AT, page="talk"))).text.startswith("NEW")


def test_a_check_in_for_a_script_that_is_gone_asks_with_the_usual_one(start: Callable[..., Live]) -> None:
    reminded(start(), ADA)
    new = start(without(library(), "everything"))
    new.tick(EVENING)
    assert [delivery.message.script for delivery in new.post.sent] == ["quick-visit"]
    assert [row["state"] for row in rows(new.store, t.check_ins)] == ["claimed"]


# Leaving


def test_who_asked_to_be_erased_is_erased_even_if_the_process_dies_in_between(
    start: Callable[..., Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dies(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Dies

    live = start()
    live.finish(ADA)
    please = inbound(ADA, Submit(at=AT, form="erase", values={"confirm": ("erase",)}))
    monkeypatch.setattr(SqlStore, "erase", die)
    with pytest.raises(Dies):
        live.shell.take(please)
    monkeypatch.undo()
    assert len(live.store.reflections(ADA)) == 1
    start().take(please)
    assert live.store.people() == ()


def test_erasing_is_done_again_when_the_race_was_lost(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    erase, lost = SqlStore.erase, [LostRace()]

    def lose_once(self: SqlStore, person: Any, at: Any, **how: Any) -> bool:
        if lost:
            raise lost.pop()
        return erase(self, person, at, **how)

    live.finish(ADA)
    monkeypatch.setattr(SqlStore, "erase", lose_once)
    live.do(ADA, Submit(at=AT, form="erase", values={"confirm": ("erase",)}))
    assert live.store.people() == ()


def test_an_erasure_that_comes_a_second_time_erases_nobody_who_has_come_back(live: Live) -> None:
    live.finish(ADA)
    please = inbound(ADA, Submit(at=AT, form="erase", values={"confirm": ("erase",)}))
    live.take(please)
    live.finish(ADA)
    live.take(please)
    assert len(live.store.reflections(ADA)) == 1


def test_erasing_goes_through_the_same_door_and_leaves_no_key(live: Live) -> None:
    live.finish(ADA)
    live.finish(BEN)
    live.do(ADA, Submit(at=AT, form="erase", values={"confirm": ("erase",)}))
    assert [person.user for person, _ in live.store.people()] == ["ben"]
    assert {row["id"] for row in key_rows(live.store, keytables.data_keys)} == {
        row["key_id"] for row in rows(live.store, t.participants)
    }
    assert live.begin(ADA).input == "text"
    assert live.store.reflections(ADA) == ()
