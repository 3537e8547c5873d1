"""The contract of the store, on both databases: a turn commits whole or not at all, and nothing private is in clear."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from conftest import LITTLE, Pair, emptied, key_rows, rows, who
from sqlalchemy import update
from stored import KEEPS, NOTHING, WROTE, change, kept, load, session

from bot.conversation import Consents, Conversation, Memory, Message
from bot.effects import Deliver, Effect, EraseMe, Keep, LetGo, Plan, RecordConsent, SetTeam
from bot.events import Due
from bot.ports import LostRace, Refusal
from storage import keytables
from storage import tables as t
from storage.keyring import Keyring
from storage.prepared import Prepared
from storage.store import SqlStore
from storage.turns import SqlTransaction
from storage.vault import place
from storage.writing import NothingMayBeKept

ADA, BEN = who("ada"), who("ben")
#: Notices wait so long, in order that whoever is new can be met before.
A_MOMENT = timedelta(seconds=6)


class Undone(Exception):
    """Stands for whatever may fail in the middle of a turn."""


@contextmanager
def undone(store: SqlStore) -> Iterator[SqlTransaction]:
    """A transaction that fails when all its work is done."""
    with suppress(Undone), store.transaction() as turn:
        yield turn
        raise Undone


# First contact -------------------------------------------------------------------------------------------------------


def test_first_contact_makes_an_empty_conversation(store: SqlStore, at: datetime) -> None:
    with store.transaction() as turn:
        loaded = turn.load(ADA, at)
    assert loaded.conversation == Conversation(id=loaded.conversation.id)
    assert len(set(loaded.facts.fresh)) == 4
    assert (loaded.facts.circle, loaded.facts.supervises, loaded.facts.team) == (False, False, "")
    assert loaded.facts.earliest_themes is None
    assert store.people() == ((ADA, ""),)


def test_the_same_person_comes_back_to_the_same_conversation(opened: Callable[[], SqlStore], at: datetime) -> None:
    store, other = opened(), opened()
    memory = Memory(remembered={"setting": "home"})
    after = change(store, at, chosen_locale=True, locale="es", memory=memory, consents=KEEPS, session=session(at))
    assert after.revision == 1
    assert load(other, at) == after
    assert load(other, at, BEN).id != after.id


def test_two_first_messages_at_once_make_one_person(opened: Callable[[], SqlStore], at: datetime) -> None:
    stores = [opened(), opened()]
    together = threading.Barrier(2)

    def arrive(store: SqlStore) -> Any:
        together.wait(5)
        for _ in range(3):
            try:
                return load(store, at).id
            except LostRace:
                continue
        raise AssertionError("lost every race")

    with ThreadPoolExecutor(2) as pool:
        ids = list(pool.map(arrive, stores))
    assert ids[0] == ids[1]
    assert len(rows(stores[0], t.participants)) == 1
    assert len(key_rows(stores[0], keytables.data_keys)) == 1, "the loser's key is destroyed"


def test_an_undone_first_contact_leaves_neither_rows_nor_key(store: SqlStore, at: datetime) -> None:
    with undone(store) as turn:
        turn.load(ADA, at)
    assert rows(store, t.participants) == []
    assert key_rows(store, keytables.data_keys) == []


# Turns ---------------------------------------------------------------------------------------------------------------


def test_a_turn_that_was_overtaken_loses_its_race(store: SqlStore, at: datetime) -> None:
    stale = load(store, at)
    change(store, at, chosen_locale=True)
    with pytest.raises(LostRace), store.transaction() as turn:
        turn.save(stale, stale.model_copy(update={"locale": "es"}), (), at, ADA)
    assert load(store, at).locale == "en"


def test_a_hundred_turns_at_once_are_all_counted(opened: Callable[[], SqlStore], at: datetime) -> None:
    stores = [opened(), opened()]
    change(stores[0], at)

    def count(store: SqlStore) -> None:
        done = 0
        while done < 50:
            try:
                change(store, at, memory=Memory(retention_days=done))
                done += 1
            except LostRace:
                continue

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(count, stores))
    assert load(stores[0], at).revision == 101


def test_a_key_is_seen_once(opened: Callable[[], SqlStore], at: datetime) -> None:
    store, other = opened(), opened()
    with store.transaction() as turn:
        assert not turn.seen(ADA, "k1", at)
        assert turn.seen(ADA, "k1", at)
        assert not turn.seen(BEN, "k1", at)
    with other.transaction() as turn:
        assert turn.seen(ADA, "k1", at)
        assert not turn.seen(ADA, "k2", at)


def test_a_key_of_an_undone_turn_is_not_used_up(store: SqlStore, at: datetime) -> None:
    with undone(store) as turn:
        turn.seen(ADA, "k1", at)
    with store.transaction() as turn:
        assert not turn.seen(ADA, "k1", at)


EFFECT_TABLES = (t.reflections, t.consents, t.check_ins, t.deliveries)


def effects(at: datetime) -> tuple[Effect, ...]:
    return (
        Keep(kept(at), at.date() + timedelta(days=90)),
        RecordConsent("words", "given", "keep", 1, "0" * 64, "en", "web"),
        Plan(uuid4(), at + timedelta(minutes=30)),
        Deliver(Message(text="Whenever you like.")),
    )


def test_effects_commit_together(store: SqlStore, at: datetime) -> None:
    change(store, at, *effects(at), consents=KEEPS)
    assert [len(rows(store, table)) for table in EFFECT_TABLES] == [1, 1, 1, 1]


def test_effects_are_undone_together(store: SqlStore, at: datetime) -> None:
    change(store, at)
    with undone(store) as turn:
        before = turn.load(ADA, at).conversation
        turn.save(before, before.model_copy(update={"consents": KEEPS}), effects(at), at, ADA)
    assert [len(rows(store, table)) for table in EFFECT_TABLES] == [0, 0, 0, 0]
    assert load(store, at).revision == 1


def test_a_savepoint_undoes_one_person_and_keeps_the_other(store: SqlStore, at: datetime) -> None:
    change(store, at, consents=NOTHING, session=session(at))
    with store.transaction() as turn:
        with suppress(Undone), turn.savepoint():
            before = turn.load(ADA, at).conversation
            turn.save(before, before.model_copy(update={"session": None}), (), at, ADA)
            raise Undone
        with turn.savepoint():
            before = turn.load(BEN, at).conversation
            turn.save(before, before.model_copy(update={"chosen_locale": True}), (), at, BEN)
    store.after_commit()
    assert load(store, at).session is not None, "the throwaway key of an undone ending lives on"
    assert load(store, at, BEN).chosen_locale


def test_asking_to_be_erased_is_left_to_erase(store: SqlStore, at: datetime) -> None:
    assert change(store, at, EraseMe()).revision == 1


# What is written -----------------------------------------------------------------------------------------------------


def test_no_word_and_no_choice_stands_in_clear(store: SqlStore, at: datetime, tmp_path: Any) -> None:
    somebody = who("U0QUILLFEATHER")
    memory = Memory(remembered={"setting": "hospital"})
    change(store, at, *effects(at), person=somebody, consents=KEEPS, session=session(at), memory=memory)
    stored = repr([rows(store, table) for table in t.metadata.sorted_tables])
    for secret in (WROTE, "hospital", '"keep"', somebody.user):
        assert secret not in stored
    for path in tmp_path.iterdir():
        assert WROTE.encode() not in path.read_bytes()
        assert b"hospital" not in path.read_bytes()


def test_an_owed_message_does_not_say_which_question_waits(store: SqlStore, at: datetime) -> None:
    change(store, at, Deliver(Message(text="Are you parked?", step="parked", script="between-sites")), consents=KEEPS)
    stored = repr(rows(store, t.deliveries))
    assert "parked" not in stored
    assert "between-sites" not in stored


def test_sealed_sizes_say_little(store: SqlStore, at: datetime) -> None:
    change(store, at, consents=KEEPS, session=session(at, "no"))
    short = len(rows(store, t.conversations)[0]["talk"])
    change(store, at, session=session(at, "a little more than no"))
    assert len(rows(store, t.conversations)[0]["talk"]) == short


def test_kept_reflections_come_back_newest_first(store: SqlStore, at: datetime) -> None:
    old, new = kept(at - timedelta(days=3)), kept(at)
    until = at.date() + timedelta(days=90)
    change(store, at, Keep(new, until), Keep(old, until), consents=KEEPS)
    assert store.reflections(ADA) == (new, old)
    with store.transaction() as turn:
        assert turn.load(ADA, at, page=True).facts.reflections == (new, old)
        assert turn.load(ADA, at).facts.reflections == ()
    change(store, at, LetGo(new.id))
    assert store.reflections(ADA) == (old,)


def test_nobody_lets_go_of_what_is_another_persons(store: SqlStore, at: datetime) -> None:
    hers = kept(at)
    change(store, at, Keep(hers, at.date()), consents=KEEPS)
    change(store, at, LetGo(hers.id), person=BEN)
    assert store.reflections(ADA) == (hers,)


@pytest.mark.parametrize("consents", [Consents(), NOTHING])
def test_without_consent_nothing_is_kept(store: SqlStore, at: datetime, consents: Consents) -> None:
    with pytest.raises(NothingMayBeKept):
        change(store, at, Keep(kept(at), at.date()), consents=consents)
    assert rows(store, t.reflections) == []


def test_a_stranger_has_nothing(store: SqlStore, at: datetime) -> None:
    change(store, at, Keep(kept(at), at.date()), consents=KEEPS)
    zoe = who("zoe", "south")
    assert store.reflections(zoe) == ()
    assert store.consents(zoe) == ()
    assert not store.erase(zoe, at)


# A script's revision -------------------------------------------------------------------------------------------------


def test_a_session_finds_the_revision_that_it_began_with(opened: Callable[[], SqlStore], at: datetime) -> None:
    older = LITTLE.model_copy(update={"title": "A little, as it was"})
    store, other = opened(), opened()
    with store.transaction() as turn:
        turn.keep_script(older)
        before = turn.load(ADA, at).conversation
        begun = session(at, revision=older.revision)
        turn.save(before, before.model_copy(update={"consents": KEEPS, "session": begun}), (), at, ADA)
    for each in (store, other, other):
        with each.transaction() as turn:
            (script,) = turn.load(ADA, at).scripts
        assert script == older
        assert script.revision == older.revision


def test_a_revision_that_nobody_kept_is_refused(store: SqlStore, at: datetime) -> None:
    with pytest.raises(Refusal, match="no longer stored"):
        change(store, at, session=session(at, revision="0" * 16))


# Throwaway keys ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[None, "nothing"])
def keeps_nothing(request: pytest.FixtureRequest) -> Iterator[Consents]:
    """Somebody who has not chosen yet, and somebody who chose to keep nothing."""
    return Consents(words=request.param)


def throwaways(store: SqlStore) -> int:
    return sum(row["throwaway"] for row in key_rows(store, keytables.data_keys))


def test_a_talk_that_keeps_nothing_dies_with_its_end(store: SqlStore, at: datetime, keeps_nothing: Consents) -> None:
    talk = change(store, at, consents=keeps_nothing, session=session(at))
    assert talk.session is not None
    assert throwaways(store) == 1
    sealed = rows(store, t.conversations)[0]
    assert sealed["talk_key_id"] is not None
    assert change(store, at, session=None).session is None
    assert throwaways(store) == 0
    assert rows(store, t.conversations)[0]["talk"] is None


def test_a_throwaway_key_is_one_for_the_whole_talk(store: SqlStore, at: datetime) -> None:
    change(store, at, consents=NOTHING, session=session(at))
    change(store, at, session=session(at), waiting=(session(at),))
    assert throwaways(store) == 1


def test_a_talk_that_keeps_nothing_dies_after_a_day(opened: Callable[[], SqlStore], at: datetime) -> None:
    store, other = opened(), opened()
    change(store, at, consents=NOTHING, session=session(at))
    almost, over = at + timedelta(hours=23), at + timedelta(hours=24)
    assert load(other, almost).session is not None
    other.sweep(almost)
    assert load(store, almost).session is not None
    assert load(store, over).session is None, "even where the key is still in memory"
    other.sweep(over)
    assert throwaways(store) == 0
    assert rows(store, t.conversations)[0]["talk"] is None
    begun = change(store, over, session=session(over))
    assert begun.session is not None


def test_choosing_to_keep_moves_the_talk_under_the_persons_own_key(store: SqlStore, at: datetime) -> None:
    begun = session(at)
    change(store, at, session=begun)
    assert throwaways(store) == 1
    change(store, at, consents=KEEPS)
    assert throwaways(store) == 0
    assert load(store, at + timedelta(days=2)).session == begun
    change(store, at, consents=NOTHING)
    assert throwaways(store) == 1
    assert load(store, at).session == begun


# Time ----------------------------------------------------------------------------------------------------------------


def test_a_reflection_goes_on_the_day_after_its_last(store: SqlStore, at: datetime) -> None:
    change(store, at, Keep(kept(at), date(2026, 11, 9)), consents=KEEPS)
    store.sweep(datetime(2026, 11, 9, 23, 59, tzinfo=UTC))
    assert len(rows(store, t.reflections)) == 1
    store.sweep(datetime(2026, 11, 10, 0, 1, tzinfo=UTC))
    assert rows(store, t.reflections) == []


def test_dedupe_keys_are_kept_for_three_days(store: SqlStore, at: datetime) -> None:
    with store.transaction() as turn:
        turn.seen(ADA, "k1", at)
    store.sweep(at + timedelta(days=3))
    assert len(rows(store, t.inbox)) == 1
    store.sweep(at + timedelta(days=4))
    assert rows(store, t.inbox) == []


def test_a_talk_left_alone_is_given_once_a_day(store: SqlStore, at: datetime) -> None:
    change(store, at, consents=KEEPS, session=session(at))
    change(store, at, person=BEN, consents=KEEPS)
    day = at.date() + timedelta(days=8)
    with store.transaction() as turn:
        assert turn.idle(day - timedelta(days=1), 10) == ()
        assert turn.idle(day, 10) == (ADA,)
        assert turn.idle(day, 10) == ()
        assert turn.idle(day + timedelta(days=1), 10) == (ADA,)
    change(store, at, session=None)
    with store.transaction() as turn:
        assert turn.idle(day + timedelta(days=30), 10) == ()


def test_a_talk_whose_key_is_gone_is_cleared_away(store: SqlStore, at: datetime) -> None:
    """As after a crash of the sweep, between the key and the row."""
    change(store, at, consents=NOTHING, session=session(at))
    store.keys.destroy(store.keys.dead_throwaways(at + timedelta(days=1)))
    with store.transaction() as turn:
        assert turn.idle(at.date() + timedelta(days=2), 10) == (ADA,)
        assert turn.idle(at.date() + timedelta(days=9), 10) == ()
    assert rows(store, t.conversations)[0]["talk"] is None


def test_a_reminder_is_claimed_once_by_two_processes(opened: Callable[[], SqlStore], at: datetime) -> None:
    stores = [opened(), opened()]
    for minute in range(20):
        change(stores[0], at, Plan(uuid4(), at + timedelta(minutes=minute)))
    together = threading.Barrier(2)

    def claim(store: SqlStore) -> list[Due]:
        together.wait(5)
        claimed: list[Due] = []
        for _ in range(10):
            with store.transaction() as turn:
                claimed += [due for one in turn.claim_due(at + timedelta(hours=1), 3) for due in one.dues]
        return claimed

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(claim, stores)
    assert len(first) + len(second) == 20
    assert len({due.check_in for due in first + second}) == 20


def test_reminders_come_in_their_order_and_not_before(store: SqlStore, at: datetime) -> None:
    later, soon = at + timedelta(hours=2), at + timedelta(hours=1)
    change(store, at, Plan(uuid4(), later), Plan(uuid4(), soon))
    with store.transaction() as turn:
        assert turn.claim_due(soon - timedelta(seconds=1), 10) == ()
        (claimed,) = turn.claim_due(later, 10)
    assert [due.due for due in claimed.dues] == [soon, later]


def test_a_claim_is_undone_with_its_turn_and_failed_on_request(store: SqlStore, at: datetime) -> None:
    change(store, at, Plan(uuid4(), at))
    with undone(store) as turn:
        assert len(turn.claim_due(at, 10)) == 1
    with store.transaction() as turn:
        (claimed,) = turn.claim_due(at, 10)
        turn.fail_check_in(claimed)
    assert [row["state"] for row in rows(store, t.check_ins)] == ["failed"]


def test_a_server_that_was_restarted_costs_one_attempt(postgres_pair: Pair, ring: Keyring, at: datetime) -> None:
    store = emptied(postgres_pair).open(ring)
    change(store, at, chosen_locale=True)
    with psycopg.connect(postgres_pair.main, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with pytest.raises(LostRace):
        load(store, at)
    assert load(store, at).chosen_locale
    store.close()


# What others did -----------------------------------------------------------------------------------------------------


def test_a_notice_comes_due_in_a_moment_and_says_whom_it_is_about(opened: Callable[[], SqlStore], at: datetime) -> None:
    store, other = opened(), opened()
    store.set_lead(ADA, at)
    store.set_lead(ADA, at)
    change(store, at, SetTeam("north", ("ben",), ("sam",), {}))
    change(store, at, Plan(uuid4(), at), person=BEN)
    with other.transaction() as turn:
        claimed = turn.claim_due(at + A_MOMENT, 10)
    assert {(due.who.user, due.notice, due.person) for due in claimed} == {
        ("ada", "lead", ""),
        ("sam", "supervisor", ""),
        ("ben", "invited", ""),
        ("ben", "supervisor-named", "sam"),
        ("ben", None, ""),
    }
    bens = [due.notice for due in claimed if due.who == BEN]
    assert bens.index("invited") < bens.index("supervisor-named")


def test_no_clear_column_tells_a_notice_from_a_reminder_or_names_anybody(store: SqlStore, at: datetime) -> None:
    store.set_lead(ADA, at)
    change(store, at, SetTeam("north", ("U0QUILLFEATHER",), ("U0SUPERVISES",), {}), Plan(uuid4(), at))
    stored = repr([rows(store, table) for table in t.metadata.sorted_tables])
    for secret in ("QUILLFEATHER", "SUPERVISES", "invited", "little"):
        assert secret not in stored
    assert len({len(row["body"]) for row in rows(store, t.check_ins)}) == 1


def test_a_notice_that_cannot_be_read_is_failed_and_stops_no_other(store: SqlStore, at: datetime) -> None:
    store.set_lead(ADA, at)
    key = store.keys.data_key(rows(store, t.participants)[0]["key_id"])
    (row,) = rows(store, t.check_ins)
    assert key is not None
    where = place(rows(store, t.tenants)[0]["id"], "check_ins", row["id"], "body")
    later_version = key.key.seal(b'{"notice": "of-a-later-version"}', where)
    with store.database.transaction() as wire:
        wire.run(Prepared(update(t.check_ins).values(body=later_version)))
    store.set_lead(BEN, at)
    with store.transaction() as turn:
        assert [due.who for due in turn.claim_due(at + A_MOMENT, 10)] == [BEN]
    assert sorted(row["state"] for row in rows(store, t.check_ins)) == ["claimed", "failed"]


# Where a chat is -----------------------------------------------------------------------------------------------------


def test_a_reference_is_kept_for_who_is_known_and_sealed(opened: Callable[[], SqlStore], at: datetime) -> None:
    store, other = opened(), opened()
    store.references.save(ADA, "D0QUILLFEATHER")
    assert store.references.find(ADA) == ""
    assert rows(store, t.participants) == []
    load(store, at)
    for reference in ("D0QUILLFEATHER", "D0QUILLFEATHER", "D0ANOTHER", ""):
        store.references.save(ADA, reference)
        assert other.references.find(ADA) == reference
    store.references.save(ADA, "D0QUILLFEATHER")
    assert len(rows(store, t.chat_references)) == 1
    assert "QUILLFEATHER" not in repr(rows(store, t.chat_references))
    assert store.references.find(BEN) == ""
    assert store.references.find(who("ada", "south")) == ""
    store.erase(ADA, at)
    assert rows(store, t.chat_references) == []


def test_a_reference_that_is_what_it_was_waits_for_no_writer(store: SqlStore, at: datetime) -> None:
    load(store, at)
    store.references.save(ADA, "D1")
    before = rows(store, t.chat_references)
    with store.database.transaction():
        assert store.references.find(ADA) == "D1"
        store.references.save(ADA, "D1")
    assert rows(store, t.chat_references) == before


def test_a_reference_of_another_person_does_not_open(store: SqlStore, at: datetime) -> None:
    for person in (ADA, BEN):
        load(store, at, person)
        store.references.save(person, f"D-{person.user}")
    bodies = [row["body"] for row in rows(store, t.chat_references)]
    with store.database.transaction() as wire:
        wire.run(Prepared(update(t.chat_references).values(body=bodies[0])))
    assert sorted(store.references.find(person) for person in (ADA, BEN)) in (["", "D-ada"], ["", "D-ben"])


# Who is there --------------------------------------------------------------------------------------------------------


def test_asking_whether_somebody_is_known_makes_nobody(store: SqlStore, at: datetime) -> None:
    assert not store.known(ADA)
    assert rows(store, t.participants) == []
    load(store, at)
    assert [store.known(person) for person in (ADA, BEN, who("ada", "south"))] == [True, False, False]


def test_a_store_is_ready_while_both_databases_answer(store: SqlStore) -> None:
    store.ready()


def test_a_store_is_not_ready_without_its_tables(sqlite_pair: Pair, ring: Keyring) -> None:
    store = sqlite_pair.open(ring)
    for url, table in ((sqlite_pair.main, "installation"), (sqlite_pair.keys, "data_keys")):
        store.ready()
        path = url.removeprefix("sqlite:///")
        with sqlite3.connect(path) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO gone")
        with pytest.raises(Refusal, match="reports"):
            store.ready()
        with sqlite3.connect(path) as connection:
            connection.execute(f"ALTER TABLE gone RENAME TO {table}")
    store.close()


def test_a_store_is_ready_again_after_its_server_was_restarted(postgres_pair: Pair, ring: Keyring) -> None:
    store = emptied(postgres_pair).open(ring)
    store.ready()
    with psycopg.connect(postgres_pair.main, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    store.ready()
    store.close()
