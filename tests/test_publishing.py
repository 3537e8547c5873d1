"""Windows are closed and published once, and what they were counted from is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from conftest import AT, backed_up, key_rows, put_back, rows, who
from stored import KEEPS, change, kept

from bot.effects import Contribute, TakeBack
from bot.ports import Setup
from bot.snapshot import Limits, Snapshot
from storage import keytables, tables
from storage.publishing import _do, due, where
from storage.restored import replay
from storage.store import SqlStore
from storage.vault import Key

#: The first window of a tenant that is set up at `AT`, and the Thursday on which it is due.
OPENS, DUE = date(2026, 11, 9), datetime(2026, 12, 10, 0, 5, tzinfo=UTC)
WEEKS = timedelta(weeks=4)
NAMES = ("ada", "ben", "gil", "lou", "mae", "ned", "oda", "pam", "rae", "sol", "una")


@dataclass
class Team:
    """A team alone, in its circle; `sam` supervises it."""

    store: SqlStore
    size: int

    def __post_init__(self) -> None:
        self.store.set_up(Setup("local", "north", "first", NAMES[: self.size], ("sam",)), AT)

    def gives(self, user: str, *codes: str, at: datetime = AT) -> None:
        reflection = kept(at)
        change(self.store, at, Contribute(uuid4(), codes, reflection.id), person=who(user), consents=KEEPS)

    def all_give(self, *codes: str, at: datetime = AT, only: int | None = None) -> None:
        for user in NAMES[: only or self.size]:
            self.gives(user, *codes, at=at)

    def tick(self, at: datetime = DUE) -> None:
        self.store.publish(at, {"W1"})
        self.store.sweep(at)

    def seen(self, at: datetime = DUE, by: str = "sam") -> tuple[Snapshot, ...]:
        (report,) = self.store.reports.of(who(by), at)
        return report.snapshots


@pytest.fixture
def team(store: SqlStore) -> Callable[[int], Team]:
    return lambda size: Team(store, size)


def test_a_window_is_published_three_days_after_its_last_one(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1", "L2", only=5)
    six.tick(DUE - timedelta(minutes=6))
    assert six.seen() == ()
    six.tick()
    (made,) = six.seen()
    assert (made.window, made.starts, made.ends) == ("2026-W46", OPENS, date(2026, 12, 6))
    assert (made.published, made.enough, made.people) == (date(2026, 12, 10), True, "5+")
    assert [(theme.code, theme.band) for theme in made.themes] == [("A1", "came-up"), ("L2", "came-up")]


def test_rows_and_key_are_gone_once_a_window_is_published(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1")
    six.tick()
    assert rows(six.store, tables.contributions) == []
    assert key_rows(six.store, keytables.window_keys) == []
    before = rows(six.store, tables.snapshots)
    six.tick(DUE + timedelta(days=1))
    six.store._published = None
    six.tick(DUE + timedelta(days=1))
    assert rows(six.store, tables.snapshots) == before, "what was published is never counted again"


def test_a_person_who_answers_twenty_times_is_one_person(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("L2")
    for _ in range(20):
        six.gives("ada", "A1")
    six.tick()
    (made,) = six.seen()
    assert [theme.code for theme in made.themes] == ["L2"]


@pytest.mark.parametrize("size", [5, 6])
def test_too_few_says_the_same_of_nobody_and_of_one_too_few(team: Callable[[int], Team], size: int) -> None:
    some = team(size)
    some.all_give("A1", only=4 if size == 6 else 5)
    some.tick()
    (made,) = some.seen()
    assert made.written() == Snapshot.model_validate(made.model_dump() | {"enough": False}).written()
    assert (made.enough, made.people, made.bands, made.themes) == (False, "", 0, ())
    assert rows(some.store, tables.contributions) == [], "it is gone all the same"


def test_what_is_taken_back_in_the_days_of_grace_is_not_counted(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1", only=5)
    closed = DUE - timedelta(days=2)
    six.tick(closed)
    assert len(rows(six.store, tables.closings)) == 1
    change(
        six.store,
        closed,
        TakeBack("counting"),
        person=who("ada"),
        consents=KEEPS.model_copy(update={"counting": "never"}),
    )
    six.tick()
    (made,) = six.seen()
    assert not made.enough


def test_who_has_left_the_team_when_it_closes_is_silently_absent(team: Callable[[int], Team]) -> None:
    eight = team(8)
    eight.all_give("A1", only=5)
    eight.store.leave_team(who("ada"), "first", AT + timedelta(days=20))
    eight.tick()
    (made,) = eight.seen()
    assert not made.enough


def test_a_yes_that_has_run_out_when_it_closes_does_not_count(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1", only=5)
    over = KEEPS.model_copy(update={"counted_until": date(2026, 12, 1)})
    change(six.store, AT, person=who("ada"), consents=over)
    six.tick()
    (made,) = six.seen()
    assert not made.enough


def test_windows_that_were_missed_are_published_in_their_order(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1")
    six.all_give("L2", at=DUE - timedelta(days=1))
    six.tick(DUE + WEEKS)
    newest, oldest = six.seen(DUE + WEEKS)
    assert [theme.code for theme in (*oldest.themes, *newest.themes)] == ["A1", "L2"]


def test_a_new_supervisor_sees_windows_that_began_after_they_were_named(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1")
    six.store.set_up(Setup("local", "north", "first", (), ("zoe",)), AT + timedelta(days=10))
    six.tick()
    assert len(six.seen()) == 1
    assert six.seen(by="zoe") == ()
    later = DUE + WEEKS
    six.tick(later)
    assert [one.window for one in six.seen(later, by="zoe")] == ["2026-W50"]
    assert six.store.reports.of(who("ada"), later) == ()


def test_a_window_that_a_process_died_over_is_neither_lost_nor_counted_twice(
    team: Callable[[int], Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    six = team(6)
    six.all_give("A1")
    with monkeypatch.context() as patched:
        patched.setattr(six.store.keys, "destroy_window_key", _dies)
        with pytest.raises(_Killed):
            six.tick()
    assert key_rows(six.store, keytables.window_keys) != []
    before = rows(six.store, tables.snapshots)
    six.tick()
    assert key_rows(six.store, keytables.window_keys) == []
    assert rows(six.store, tables.snapshots) == before


class _Killed(BaseException):
    pass


def _dies(*_: object) -> None:
    raise _Killed


def test_released_words_and_codes_stand_sealed_in_a_snapshot(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1")
    six.tick()
    ((body,),) = ([row["body"]] for row in rows(six.store, tables.snapshots))
    assert b"A1" not in bytes(body)


def test_an_answer_that_comes_after_its_window_was_closed_counts_in_the_next(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1")
    six.tick()
    with six.store.transaction() as turn:
        until = turn.load(who("ada"), DUE - timedelta(days=5)).facts.shared_until
    assert until == date(2027, 1, 6), "and its writer is told so"
    six.all_give("L2", at=DUE - timedelta(days=5))
    assert {row["window"] for row in rows(six.store, tables.contributions)} == {"2026-W50"}
    later = DUE + WEEKS
    six.tick(later)
    assert [theme.code for theme in six.seen(later)[0].themes] == ["L2"]


def test_a_backup_from_before_publication_does_not_publish_again(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1")
    backup = backed_up(six.store)
    six.tick()
    put_back(six.store, backup)
    replay(six.store.database, six.store.keys)
    assert rows(six.store, tables.contributions) == []
    six.store._published = None
    six.tick(DUE + timedelta(days=1))
    assert six.seen() == (), "it is a gap"
    later = DUE + WEEKS
    six.all_give("L2", at=DUE - timedelta(days=1))
    six.tick(later)
    assert [one.window for one in six.seen(later)] == ["2026-W50"]


def test_who_is_named_supervisor_for_a_minute_is_counted_from_the_next_window_on(team: Callable[[int], Team]) -> None:
    """Else whoever names people could take some out whom the page still takes for possible."""
    eight = team(8)
    eight.all_give("A1")
    for user in NAMES[:3]:
        eight.store.set_up(Setup("local", "north", "other", (), (user,)), DUE - timedelta(days=5))
        assert eight.store.leave_team(who(user), "other", DUE - timedelta(days=5))
    eight.tick()
    assert not eight.seen()[0].enough, "five are left, and nobody takes them for eight"
    eight.all_give("A1", at=DUE)
    later = DUE + WEEKS
    eight.tick(later)
    assert eight.seen(later)[0].enough, "in the next window all of them count"


def test_who_is_named_supervisor_for_a_minute_in_the_days_of_grace_is_not_taken_for_possible(
    team: Callable[[int], Team],
) -> None:
    six = team(6)
    six.all_give("A1")
    grace = DUE - timedelta(days=2)
    six.tick(grace)
    six.store.set_up(Setup("local", "north", "other", (), ("ada",)), grace)
    assert six.store.leave_team(who("ada"), "other", grace)
    six.tick()
    assert not six.seen()[0].enough


def test_who_erases_in_the_days_of_grace_and_is_then_named_supervisor_leaves_no_ghost(
    team: Callable[[int], Team],
) -> None:
    six = team(6)
    six.all_give("A1")
    grace = DUE - timedelta(days=2)
    six.tick(grace)
    assert six.store.erase(who("ada"), grace, stays=True)
    six.store.set_up(Setup("local", "north", "first", (), ("ada",)), grace)
    six.tick()
    assert not six.seen()[0].enough


def test_who_had_agreed_is_forgotten_with_publication(team: Callable[[int], Team]) -> None:
    six = team(6)
    six.all_give("A1")
    six.tick()
    (row,) = rows(six.store, tables.closings)
    key = Key(six.store.keys.purpose_key("snapshots"))
    tenant = rows(six.store, tables.tenants)[0]["id"]
    known = json.loads(key.open(row["body"], where(tenant, "closings", row["circle_id"], row["window"])))
    assert (known["people"], len(known["roster"])) == ([], 6)


def test_a_window_is_closed_once_whoever_looks_later(team: Callable[[int], Team]) -> None:
    eight = team(8)
    eight.all_give("A1", only=6)
    closes = DUE - timedelta(days=3)
    (one,) = list(due(eight.store.database, eight.store.keys, closes.date()))
    eight.tick(closes)
    before = rows(eight.store, tables.closings)
    for user in NAMES[:2]:
        eight.store.leave_team(who(user), "first", closes)
    _do(eight.store.database, eight.store.keys, one, Limits(), (), closes)
    assert rows(eight.store, tables.closings) == before
    eight.tick()
    assert eight.seen()[0].enough
