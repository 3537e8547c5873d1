"""Teams, circles and roles: who counts where, who supervises, and from which day themes can be seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from conftest import Pair, key_rows, rows, who
from hypothesis import given
from hypothesis import strategies as st
from stored import KEEPS, change, kept

from bot.conversation import Consents, Facts, Program
from bot.effects import Contribute, Keep, LetGo
from bot.events import Who
from bot.ports import Refusal, Setup
from storage import keytables
from storage import tables as t
from storage.keyring import Keyring
from storage.store import SqlStore, open_store
from storage.windows import monday_after, next_start, published_from, window_name, window_start

ADA, BEN, SAM = who("ada"), who("ben"), who("sam")
ZOE = who("zoe", "south")
WEDNESDAY = datetime(2026, 10, 28, 9, 0, tzinfo=UTC)


def north(**fields: Any) -> Setup:
    fields = {"members": ("ada", "ben"), "supervisors": ("sam",), "zone": "America/New_York"} | fields
    return Setup(platform="local", tenant="north", team=fields.pop("team", "north"), **fields)


def facts(store: SqlStore, at: datetime, person: Who = ADA) -> Facts:
    with store.transaction() as turn:
        return turn.load(person, at).facts


def contribute(store: SqlStore, at: datetime, person: Who = ADA, consents: Consents = KEEPS) -> UUID:
    """Gives the receipt."""
    receipt = uuid4()
    change(store, at, Contribute(receipt, ("T2", "T1"), uuid4()), person=person, consents=consents)
    return receipt


def test_a_team_is_set_up_before_anybody_spoke(opened: Callable[[], SqlStore], at: datetime) -> None:
    store = opened()
    store.set_up(north(), WEDNESDAY)
    store.set_up(Setup("local", "south", "south", supervisors=("zoe",)), WEDNESDAY)
    assert store.people() == ((ADA, "north"), (BEN, "north"), (SAM, "north"), (ZOE, "south"))
    ada, sam = facts(store, at), facts(store, at, SAM)
    assert (ada.zone, ada.team, ada.circle, ada.supervises) == ("America/New_York", "north", True, False)
    assert (sam.team, sam.circle, sam.supervises) == ("north", False, True)
    stranger = facts(store, at, who("stranger"))
    assert (stranger.team, stranger.circle, stranger.supervises) == ("", False, False)


def everything_set_up(store: SqlStore) -> list[list[str]]:
    """The rows of every table of set-up; a database gives them in no order of its own."""
    tables = (t.teams, t.circles, t.memberships, t.participants, t.tenants)
    return [sorted(map(repr, rows(store, table))) for table in tables]


def test_setting_up_twice_changes_nothing(store: SqlStore, at: datetime) -> None:
    store.set_up(north(), WEDNESDAY)
    before = everything_set_up(store)
    store.set_up(north(), at)
    assert everything_set_up(store) == before


def test_a_second_set_up_adds_people_and_keeps_the_others(store: SqlStore, at: datetime) -> None:
    store.set_up(north(), WEDNESDAY)
    store.set_up(north(members=("cleo",), supervisors=(), zone="Europe/Madrid"), at)
    assert {person.user for person, _ in store.people()} == {"ada", "ben", "cleo", "sam"}
    assert facts(store, at).zone == "America/New_York"
    assert facts(store, at, who("cleo")).zone == "Europe/Madrid"


def test_who_supervises_never_counts(store: SqlStore, at: datetime) -> None:
    store.set_up(north(members=("ada", "sam")), WEDNESDAY)
    assert not facts(store, at, SAM).circle
    contribute(store, at)
    contribute(store, at, SAM)
    assert len(rows(store, t.contributions)) == 1
    store.set_up(north(supervisors=("ada",), members=()), at)
    assert not facts(store, at).circle
    assert rows(store, t.contributions) == [], "what they gave as a member is taken out of the open window"


def test_leaving_a_team_leaves_its_circle(store: SqlStore, at: datetime) -> None:
    store.set_up(north(), WEDNESDAY)
    assert store.leave_team(ADA, "north", at)
    assert (facts(store, at).team, facts(store, at).circle) == ("", False)
    assert not store.leave_team(ADA, "north", at)
    assert not store.leave_team(ADA, "nowhere", at)
    assert not store.leave_team(ZOE, "north", at)


# Windows -------------------------------------------------------------------------------------------------------------


def test_themes_can_appear_after_the_first_window_and_its_grace(store: SqlStore, at: datetime) -> None:
    store.set_up(north(), WEDNESDAY)
    first_window_ends = date(2026, 11, 30)
    assert facts(store, at).earliest_themes == first_window_ends + timedelta(days=3)
    assert facts(store, at, SAM).earliest_themes == first_window_ends + timedelta(days=3)
    assert facts(store, at, who("stranger")).earliest_themes is None
    store.set_up(north(supervisors=("max",), members=("cleo",)), at)
    assert facts(store, at, who("cleo")).earliest_themes == first_window_ends + timedelta(days=3)
    assert facts(store, at, who("max")).earliest_themes == date(2026, 12, 31), "not the window open before"


def test_a_stranger_of_long_ago_counts_from_the_day_they_join(store: SqlStore, at: datetime) -> None:
    store.set_up(north(), WEDNESDAY)
    change(store, WEDNESDAY, person=who("cleo"))
    store.set_up(north(members=("cleo",)), at + timedelta(days=60))
    assert facts(store, at, who("cleo")).earliest_themes == date(2027, 1, 28)


def test_the_grid_is_set_with_the_first_team(store: SqlStore, at: datetime) -> None:
    change(store, WEDNESDAY - timedelta(days=30))
    store.set_up(north(), WEDNESDAY)
    store.set_up(north(team="second"), at + timedelta(days=90))
    assert [row["grid_monday"] for row in rows(store, t.tenants)] == [date(2026, 11, 2)]


@given(grid=st.dates(date(2020, 1, 1), date(2040, 1, 1)), days=st.integers(-40, 4000))
def test_every_day_is_in_one_window_of_four_weeks(grid: date, days: int) -> None:
    grid = monday_after(grid)
    day = grid + timedelta(days=days)
    start = window_start(grid, day)
    assert start.weekday() == 0
    assert (start - grid).days % 28 == 0
    assert start <= max(day, grid) < start + timedelta(days=28)
    assert next_start(grid, day) - start in (timedelta(0), timedelta(days=28))
    assert next_start(grid, day) > day
    assert published_from(start) == start + timedelta(days=31)


def test_a_window_is_named_by_its_first_week() -> None:
    assert window_name(date(2026, 11, 2)) == "2026-W45"
    assert window_name(date(2026, 12, 28)) == "2026-W53"
    assert monday_after(date(2026, 11, 2)) == date(2026, 11, 9)
    assert monday_after(date(2026, 11, 1)) == date(2026, 11, 2)


# Contributions -------------------------------------------------------------------------------------------------------


def test_a_contribution_carries_nobody(store: SqlStore, at: datetime) -> None:
    store.set_up(north(circle="all"), WEDNESDAY)
    receipt = contribute(store, at)
    (row,) = rows(store, t.contributions)
    assert (row["id"], row["window"], json.loads(row["codes"])) == (receipt, "2026-W45", ["T1", "T2"])
    assert row["circle_id"] == rows(store, t.circles)[0]["id"]
    assert not t.contributions.foreign_keys
    private = {person["id"] for person in rows(store, t.participants)}
    assert private.isdisjoint(row.values())


def test_one_person_has_one_token_a_window(store: SqlStore, at: datetime) -> None:
    store.set_up(north(), WEDNESDAY)
    for moment in (at, at + timedelta(days=26), at + timedelta(days=30)):
        contribute(store, moment)
    contribute(store, at, BEN)
    tokens: dict[str, set[bytes]] = {}
    for row in rows(store, t.contributions):
        tokens.setdefault(row["window"], set()).add(row["token"])
    assert {window: len(each) for window, each in tokens.items()} == {"2026-W45": 2, "2026-W49": 1}
    assert len(set.union(*tokens.values())) == 3
    assert len(key_rows(store, keytables.window_keys)) == 2


def test_without_a_circle_nothing_is_counted(store: SqlStore, at: datetime) -> None:
    contribute(store, at)
    assert rows(store, t.contributions) == []


def test_the_receipt_goes_into_the_reflection_and_both_go_together(store: SqlStore, at: datetime) -> None:
    store.set_up(north(), WEDNESDAY)
    reflection, receipt = kept(at), uuid4()
    change(store, at, Contribute(receipt, ("T1",), reflection.id), Keep(reflection, date(2027, 1, 1)), consents=KEEPS)
    contribute(store, at)
    assert [each.receipt for each in store.reflections(ADA)] == [receipt]
    change(store, at, LetGo(reflection.id))
    assert store.reflections(ADA) == ()
    assert receipt not in {row["id"] for row in rows(store, t.contributions)}
    assert len(rows(store, t.contributions)) == 1


def test_a_move_to_another_circle_waits_for_the_next_window(store: SqlStore, at: datetime) -> None:
    store.set_up(north(), WEDNESDAY)
    contribute(store, at)
    store.set_up(north(circle="all"), at)
    for person in (ADA, BEN):
        contribute(store, at + timedelta(days=1), person)
        contribute(store, at + timedelta(days=28), person)
    circles = {row["id"]: row["name"] for row in rows(store, t.circles)}
    cells = {(row["window"], circles[row["circle_id"]], row["token"]) for row in rows(store, t.contributions)}
    assert sorted((window, circle) for window, circle, _ in cells) == [
        ("2026-W45", "all"),  # Ben had given nothing yet
        ("2026-W45", "north"),
        ("2026-W49", "all"),
        ("2026-W49", "all"),
    ]


# Settings ------------------------------------------------------------------------------------------------------------


def test_a_tenants_settings_are_over_the_programs(pair: Pair, ring: Keyring, at: datetime) -> None:
    own = Program(retention_ceiling=60, resources={"crisis": "988", "desk": "Room 2"})
    store = open_store(pair.main, pair.keys, ring, program=own)
    settings: dict[str, object] = {"retention_ceiling": 90, "idle_days": 3, "resources": {"desk": "Room 5"}, "x": 1}
    store.set_up(north(settings=settings), WEDNESDAY)
    program = facts(store, at).program
    assert (program.retention_ceiling, program.idle_days) == (60, 3), "a ceiling is only ever lowered"
    assert program.resources == {"crisis": "988", "desk": "Room 5"}
    store.set_up(north(settings={"retention_ceiling": 7}), WEDNESDAY)
    assert (facts(store, at).program.retention_ceiling, facts(store, at).program.idle_days) == (7, 3)
    store.close()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"settings": {"idle_days": 0}}, "settings"),
        ({"settings": {"idle_days": object()}}, "settings"),
        ({"members": ("",)}, "name"),
        ({"team": " "}, "name"),
        ({"circle": "x" * 201}, "name"),
    ],
)
def test_a_wrong_set_up_is_refused_whole(store: SqlStore, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        store.set_up(north(**wrong), WEDNESDAY)
    assert refused.value.code == code
    assert rows(store, t.tenants) == []
    assert key_rows(store, keytables.data_keys) == []
