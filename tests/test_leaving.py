"""Who goes, who comes back, and what time takes of those who stay away: never a day early, and then all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from conftest import AT, LITTLE, Pair, key_rows, rows, who
from shells import Live as Lived
from shells import living
from sqlalchemy import delete, insert
from stored import KEEPS, NOTHING, change, kept, load, session

from bot.conversation import Message, Program
from bot.effects import Contribute, Deliver, Keep, Leave, Plan, Return, SetTeam
from bot.events import Choose, Command, Event, Idled, Inbound, Joined, Left, Open, Who
from bot.ports import Installation, Setup
from storage import keytables, purge
from storage import tables as t
from storage.keyring import Keyring
from storage.prepared import Prepared
from storage.store import SqlStore, open_store

ADA, BEN, SAM, LEA = who("ada"), who("ben"), who("sam"), who("lea")
ZOE = who("zoe", "south")
DAY = timedelta(days=1)
FAR = date(2027, 6, 1)


def team(store: SqlStore, at: datetime, *members: str, tenant: str = "north") -> None:
    store.set_up(Setup("local", tenant, "team", members=members, supervisors=("sam",)), at - 5 * DAY)


def live(store: SqlStore, at: datetime, person: Who = ADA, **fields: Any) -> None:
    """Kept words that are counted, a reminder, a message that is owed, an open reflection."""
    reflection = kept(at)
    effects = (
        Keep(reflection, FAR),
        Contribute(uuid4(), ("T1",), reflection.id),
        Plan(uuid4(), at + timedelta(hours=1)),
        Deliver(Message(text="Whenever you like.")),
    )
    change(store, at, *effects, person=person, consents=KEEPS, session=session(at))


def due(store: SqlStore, at: datetime) -> list[str]:
    with store.transaction() as turn:
        return [one.who.user for one in turn.claim_due(at, 100)]


def states(store: SqlStore, table: Any) -> list[str]:
    return sorted(row["state"] for row in rows(store, table))


# Leaving -------------------------------------------------------------------------------------------------------------


def test_nothing_more_is_sent_to_somebody_who_left(store: SqlStore, at: datetime) -> None:
    team(store, at, "ada", "ben")
    live(store, at)
    live(store, at, BEN)
    change(store, at, Leave())
    with store.transaction() as turn:
        assert turn.load(ADA, at).left
        assert not turn.load(BEN, at).left
    change(store, at, Plan(uuid4(), at), Deliver(Message(text="Too late.")))
    later = at + timedelta(hours=2)
    assert due(store, later) == ["ben"]
    assert [owed.who for owed in store.owed(later, 10)] == [BEN]
    assert states(store, t.check_ins) == ["claimed", "stopped", "stopped"]
    assert states(store, t.deliveries) == ["dead", "dead", "pending"]
    assert all(row["payload"] is None for row in rows(store, t.deliveries) if row["state"] == "dead")


def test_somebody_who_left_is_told_nothing_even_after_coming_back(store: SqlStore, at: datetime) -> None:
    change(store, at, Leave())
    store.set_lead(LEA, at)
    change(store, at, SetTeam("north", ("ada", "ben"), (), {}), person=LEA)
    assert sorted(due(store, at + DAY)) == ["ben", "lea"]
    change(store, at, Return())
    assert due(store, at + DAY) == []


def test_a_notice_to_somebody_who_erased_themselves_goes_with_them(store: SqlStore, at: datetime) -> None:
    store.set_lead(ADA, at)
    store.erase(ADA, at)
    assert due(store, at + DAY) == []
    assert rows(store, t.check_ins) == []


def test_who_comes_back_within_the_grace_finds_everything(store: SqlStore, at: datetime) -> None:
    team(store, at, "ada")
    live(store, at)
    change(store, at, Leave())
    store.sweep(at + 29 * DAY)
    before = load(store, at)
    after = change(store, at, Return())
    assert after == before.model_copy(update={"revision": before.revision + 1})
    store.sweep(at + 80 * DAY)
    assert len(store.reflections(ADA)) == 1
    with store.transaction() as turn:
        loaded = turn.load(ADA, at)
    assert (loaded.left, loaded.facts.team) == (False, "team")


# The end of the grace ------------------------------------------------------------------------------------------------


def test_after_the_grace_everything_of_who_left_goes_and_nothing_of_another(store: SqlStore, at: datetime) -> None:
    team(store, at, "ada", "ben")
    live(store, at)
    live(store, at, BEN)
    change(store, at, Leave())
    change(store, at + 9 * DAY, Leave())
    person = load(store, at).id
    store.sweep(at + 29 * DAY)
    assert store.known(ADA)
    store.sweep(at + 30 * DAY)
    assert not store.known(ADA)
    assert store.known(BEN)
    assert len(store.reflections(BEN)) == 1
    assert len(rows(store, t.contributions)) == 1
    assert len(key_rows(store, keytables.data_keys)) == 2, "Ben's and Sam's"
    noted = rows(store, t.deletion_ledger)
    assert noted == key_rows(store, keytables.deletion_ledger)
    assert sorted(entry["kind"] for entry in noted) == ["contribution", "person"]
    (own,) = [entry for entry in noted if entry["kind"] == "person"]
    assert (own["kind"], own["day"]) == ("person", (at + 30 * DAY).date())
    assert person.bytes not in own["hash"]
    assert not store.erasure_pending


def test_after_the_grace_everything_of_a_workspace_goes(store: SqlStore, at: datetime) -> None:
    for tenant in ("north", "south"):
        team(store, at, "ada", "ben", tenant=tenant)
        live(store, at, who("ada", tenant))
    change(store, at, consents=NOTHING, session=session(at), person=BEN)
    store.installations.save(Installation("local", "north", "UBOT", "xoxb", installer="lea"), at)
    store.installations.remove("local", "north", at)
    store.sweep(at + 29 * DAY)
    assert len(rows(store, t.tenants)) == 2
    store.sweep(at + 30 * DAY)
    south = store.people()
    assert {(person.tenant, person.user) for person, _ in south} == {("south", name) for name in ("ada", "ben", "sam")}
    left = [len(rows(store, table)) for table in (t.tenants, t.circles, t.teams, t.memberships, t.contributions)]
    assert left == [1, 1, 1, 3, 1]
    assert {row["id"] for row in key_rows(store, keytables.data_keys)} == {
        row["key_id"] for row in rows(store, t.participants)
    }
    assert [name["id"].split("/")[0] for name in key_rows(store, keytables.window_keys)] == [
        str(rows(store, t.circles)[0]["id"])
    ]
    kinds = sorted(row["kind"] for row in key_rows(store, keytables.deletion_ledger))
    assert kinds == ["contribution", "installation", *["person"] * 4, "tenant"]
    assert len(store.reflections(who("ada", "south"))) == 1


def test_a_workspace_that_comes_back_after_the_grace_is_new(store: SqlStore, at: datetime) -> None:
    team(store, at, "ada")
    live(store, at)
    store.installations.remove("local", "north", at)
    store.sweep(at + 30 * DAY)
    assert rows(store, t.tenants) == []
    store.installations.save(Installation("local", "north", "UBOT", "xoxb", installer="lea"), at + 31 * DAY)
    assert load(store, at).revision == 0
    assert rows(store, t.teams) == []


def test_many_go_in_batches(store: SqlStore, at: datetime) -> None:
    people = [f"person-{n}" for n in range(purge.BATCH + 3)]
    team(store, at, *people)
    store.installations.remove("local", "north", at)
    counts = []
    for second in range(3):
        store.sweep(at + 30 * DAY + timedelta(seconds=second))
        counts.append(len(rows(store, t.participants)))
    assert counts == [4, 0, 0]
    assert rows(store, t.tenants) == []


def test_two_processes_may_sweep_at_once(opened: Callable[[], SqlStore], at: datetime) -> None:
    first, second = opened(), opened()
    team(first, at, "ada", "ben")
    first.installations.remove("local", "north", at)
    for store in (first, second):
        store.sweep(at + 30 * DAY)
    assert rows(first, t.tenants) == []
    assert len(rows(first, t.deletion_ledger)) == 4


@pytest.mark.parametrize(("own", "tenants", "days"), [(0, None, 0), (30, 7, 7), (7, 30, 7), (90, None, 90)])
def test_the_grace_is_the_programs_and_a_workspace_can_shorten_it(
    pair: Pair, ring: Keyring, at: datetime, own: int, tenants: int | None, days: int
) -> None:
    store = open_store(pair.main, pair.keys, ring, program=Program(grace_days=own), scripts=(LITTLE,))
    settings: dict[str, object] = {} if tenants is None else {"grace_days": tenants}
    store.set_up(Setup("local", "north", "team", members=("ada", "ben"), settings=settings), at)
    change(store, at, Leave())
    if days:
        store.sweep(at + (days - 1) * DAY)
        assert store.known(ADA)
    store.sweep(at + days * DAY)
    assert [store.known(person) for person in (ADA, BEN)] == [False, True]
    store.close()


def test_who_comes_back_while_others_go_is_kept(store: SqlStore, at: datetime) -> None:
    """The sweep asks again with the row held."""
    for person in (ADA, BEN):
        change(store, at, Leave(), person=person)
    with store.database.reading() as wire:
        went = {row[0] for row in wire.all(purge._PEOPLE, tenant=_tenant(store), before=at.date(), limit=10)}
    change(store, at, Return())
    today = (at + 30 * DAY).date()
    assert sum(purge._person(store.database, store.keys, index, at.date(), today) for index in went) == 1
    assert store.known(ADA)


def _tenant(store: SqlStore) -> Any:
    (row,) = rows(store, t.tenants)
    return row["id"]


def test_a_purged_workspace_stays_gone_when_a_backup_is_put_back(opened: Callable[[], SqlStore], at: datetime) -> None:
    store = opened()
    team(store, at, "ada", "ben")
    team(store, at, "zoe", tenant="south")
    live(store, at)
    restored = [(table, rows(store, table)) for table in t.metadata.sorted_tables]
    store.installations.remove("local", "north", at)
    store.sweep(at + 30 * DAY)
    with store.database.transaction() as wire:
        for table, _ in reversed(restored):
            wire.run(Prepared(delete(table)))
        for table, old in restored:
            wire.run_many(Prepared(insert(table)), old)
    again = opened()
    assert {person.tenant for person, _ in again.people()} == {"south"}
    assert [row["external"] for row in rows(again, t.tenants)] == ["south"]
    assert len(rows(again, t.teams)) == len(rows(again, t.circles)) == 1
    assert rows(again, t.contributions) == []


# At the door ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def lived(pair: Pair, ring: Keyring) -> Iterator[Lived]:
    with ExitStack() as stack:
        yield stack.enter_context(living(pair, ring))


def take(lived: Lived, event: Event, zone: str = "", key: str = "") -> None:
    lived.take(Inbound(key=key or f"key-{uuid4()}", who=ADA, event=event, zone=zone))


def zone_of(lived: Lived) -> str:
    return str(rows(lived.store, t.participants)[0]["zone"])


def test_the_profiles_zone_is_where_a_person_lives(lived: Lived) -> None:
    take(lived, Command(at=AT, name="help"), "America/Chicago")
    assert zone_of(lived) == "America/Chicago"
    revision = load(lived.store, AT).revision
    for zone in ("America/Chicago", "", "Mars/Olympus", "../etc/passwd", "America", "x" * 300, "\x00"):
        take(lived, Open(at=AT, page="home"), zone)
    assert zone_of(lived) == "America/Chicago"
    assert load(lived.store, AT).revision == revision, "what is known already changes nothing"
    take(lived, Open(at=AT, page="home"), "Europe/Madrid", "moved")
    assert zone_of(lived) == "Europe/Madrid"
    take(lived, Open(at=AT, page="home"), "America/Chicago", "moved")
    assert zone_of(lived) == "Europe/Madrid", "the same thing again is not taken"


def test_a_reminder_is_in_the_zone_that_came_with_it(lived: Lived) -> None:
    lived.begin(ADA, "between-sites")
    lived.tap(ADA, "mixed")
    lived.write(ADA, "A word.")
    take(lived, Choose(at=AT, values=("day-end",)), "America/New_York")
    assert [row["due_at"].hour for row in rows(lived.store, t.check_ins)] == [22], "17:00 in New York"


@pytest.mark.parametrize(
    ("event", "back"),
    [
        (Command(at=AT, name="help"), True),
        (Open(at=AT, page="home"), True),
        (Joined(at=AT), True),
        (Idled(at=AT), False),
        (Left(at=AT), False),
    ],
    ids=lambda value: getattr(value, "kind", str(value)),
)
def test_who_does_something_has_not_left_and_a_clock_is_nobody(lived: Lived, event: Event, back: bool) -> None:
    change(lived.store, AT, Leave())
    take(lived, event)
    assert (rows(lived.store, t.participants)[0]["left_day"] is None) is back
