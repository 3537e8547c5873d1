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
from stored import KEEPS, change, kept, load

from bot.conversation import Consents, Facts, Program, TeamFacts
from bot.effects import Contribute, Effect, Keep, Leave, LetGo, Live, NameLead, SetTeam
from bot.events import Who
from bot.ports import Installation, Refusal, Setup
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
        ("2026-W45", "north"),
        ("2026-W45", "north"),
        ("2026-W49", "all"),
        ("2026-W49", "all"),
    ]


def test_when_somebody_moves_tells_nobody_whether_they_were_counted(store: SqlStore, at: datetime) -> None:
    """Neither by the size of a circle nor by any clear column."""
    team, elsewhere = ("ada", "ben", "cleo", "dora"), ("ada", "ben")
    store.set_up(north(members=team), WEDNESDAY)
    contribute(store, at)
    store.set_up(north(team="east", members=elsewhere, supervisors=()), at)
    for user in elsewhere:
        assert store.leave_team(who(user), "north", at)
    moved = {who(user): _place(store, user) for user in elsewhere}
    assert moved[ADA] == moved[BEN]
    assert moved[ADA][2] == date(2026, 11, 30)
    assert _circle_size(store, at, who("cleo")) == 4, "until the window is over"
    store.set_up(north(team="east", members=("eli",), supervisors=()), at)
    assert _circle_size(store, at, who("eli")) == 1, "who counted nowhere counts at once"
    later = datetime(2026, 11, 30, tzinfo=UTC)
    store.publish(later, ())
    assert (_circle_size(store, later, who("cleo")), _circle_size(store, later)) == (2, 3)
    assert _place(store, "ada")[1:] == (None, None)


def _place(store: SqlStore, user: str) -> tuple[object, ...]:
    """What stands in clear of where they count."""
    person = load(store, WEDNESDAY, who(user)).id
    (row,) = [row for row in rows(store, t.participants) if row["id"] == person]
    return row["circle_id"], row["next_circle_id"], row["next_circle_from"]


def _circle_size(store: SqlStore, at: datetime, person: Who = ADA) -> int:
    with store.transaction() as turn:
        return turn.load(person, at, page=True).facts.circle_size


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


# A lead --------------------------------------------------------------------------------------------------------------

LEA, MAX = who("lea"), who("max")
SIX = ("ada", "ben", "cleo", "dora", "eli", "fay")


def team(*members: str, supervisors: tuple[str, ...] = ("sam",), name: str = "north", **settings: object) -> SetTeam:
    return SetTeam(team=name, members=members, supervisors=supervisors, settings=settings)


def leads(store: SqlStore, at: datetime, *effects: Effect, person: Who = LEA) -> None:
    """Lea leads, and settles this."""
    store.set_lead(LEA, at)
    told(store, at)
    change(store, at, *effects, person=person)


def told(store: SqlStore, at: datetime) -> list[tuple[str, str | None, str]]:
    """Claims what is due: who is told what, of whom."""
    with store.transaction() as turn:
        return [(due.who.user, due.notice, due.person) for due in turn.claim_due(at + timedelta(minutes=1), 100)]


def memberships(store: SqlStore) -> dict[str, set[str]]:
    """By team: who is what there."""
    names = {load(store, WEDNESDAY, person).id: person.user for person, _ in store.people()}
    teams = {row["id"]: row["name"] for row in rows(store, t.teams)}
    found: dict[str, set[str]] = {}
    for row in rows(store, t.memberships):
        found.setdefault(teams[row["team_id"]], set()).add(f"{names[row['participant_id']]} {row['role']}")
    return found


def page(store: SqlStore, at: datetime, person: Who = LEA) -> Facts:
    with store.transaction() as turn:
        return turn.load(person, at, page=True).facts


def test_a_lead_sets_up_a_team_and_everybody_new_is_told(store: SqlStore, at: datetime) -> None:
    change(store, at, Live("America/Chicago"), person=LEA, locale="es")
    leads(store, at, team("ada", "ben"))
    assert memberships(store) == {"north": {"ada member", "ben member", "sam supervisor", "lea lead"}}
    assert told(store, at) == [
        ("sam", "supervisor", ""),
        ("ada", "invited", ""),
        ("ben", "invited", ""),
        ("ada", "supervisor-named", "sam"),
        ("ben", "supervisor-named", "sam"),
    ]
    with store.transaction() as turn:
        ada = turn.load(ADA, at)
    assert (ada.facts.zone, ada.conversation.locale) == ("America/Chicago", "es"), "until their profile is heard"
    assert (ada.facts.team, ada.facts.circle, facts(store, at, SAM).supervises) == ("north", True, True)


def test_the_lists_are_the_whole_team(store: SqlStore, at: datetime) -> None:
    leads(store, WEDNESDAY, team("ada", "ben", supervisors=("sam", "max")))
    contribute(store, at)
    change(store, at, team("ben", "cleo", supervisors=("sam",)), person=LEA)
    assert memberships(store) == {"north": {"ben member", "cleo member", "sam supervisor", "lea lead"}}
    assert (facts(store, at).team, facts(store, at).circle) == ("", False)
    assert not facts(store, at, MAX).supervises
    since = {row["role"]: row["since"] for row in rows(store, t.memberships) if row["role"] == "supervisor"}
    assert since == {"supervisor": WEDNESDAY.date()}, "who stays has been there since they came"


def test_whoever_joins_is_told_of_every_supervisor_and_all_of_a_new_one(store: SqlStore, at: datetime) -> None:
    leads(store, at, team("ada"))
    told(store, at)
    change(store, at, team("ada", "ben", supervisors=("sam", "max")), person=LEA)
    assert set(told(store, at)) == {
        ("max", "supervisor", ""),
        ("ben", "invited", ""),
        ("ada", "supervisor-named", "max"),
        ("ben", "supervisor-named", "max"),
        ("ben", "supervisor-named", "sam"),
    }
    change(store, at, team("ben", "ada", "ada", supervisors=("max", "sam")), person=LEA)
    assert told(store, at) == [], "said once"


def test_who_leads_a_circle_never_counts_there_and_supervises_nobody(store: SqlStore, at: datetime) -> None:
    store.set_up(north(members=("ada", "ben", "lea")), WEDNESDAY)
    store.set_up(north(team="west", members=("lea",), supervisors=()), WEDNESDAY)
    contribute(store, at)
    contribute(store, at, LEA)
    leads(store, at, team("ada", "ben", "lea"))
    lea = facts(store, at, LEA)
    assert (lea.supervises, lea.earliest_themes is None) == (False, False)
    assert lea.circle, "in the circle that they do not lead"
    contribute(store, at, LEA)
    circles = {row["id"]: row["name"] for row in rows(store, t.circles)}
    assert sorted(circles[row["circle_id"]] for row in rows(store, t.contributions)) == ["north", "west"]
    leads(store, at, team("lea", name="west", supervisors=()))
    assert not facts(store, at, LEA).circle
    assert [circles[row["circle_id"]] for row in rows(store, t.contributions)] == ["north"]


def test_settings_are_merged_into_the_workspaces(store: SqlStore, at: datetime) -> None:
    store.set_up(north(settings={"idle_days": 3, "resources": {"desk": "Room 2", "crisis": "555"}}), WEDNESDAY)
    leads(store, at, team("ada", day_end="16:30", resources={"desk": "", "local": "Ask Rosa"}))
    program = facts(store, at).program
    assert (program.idle_days, program.day_end) == (3, "16:30")
    assert program.resources == {"crisis": "555", "local": "Ask Rosa"}


def test_a_profile_is_stronger_than_where_the_lead_lives(store: SqlStore, at: datetime) -> None:
    change(store, at, Live("Europe/Madrid"))
    change(store, at, person=BEN)
    change(store, at, Live("America/Denver"), person=LEA)
    leads(store, at, team("ada", "ben"))
    assert (facts(store, at).zone, facts(store, at, BEN).zone) == ("Europe/Madrid", "America/Denver")
    change(store, at, Live("America/Chicago"), person=BEN)
    change(store, at, team("ada", "ben"), person=LEA)
    assert facts(store, at, BEN).zone == "America/Chicago"


@pytest.mark.parametrize(
    ("effect", "code", "word"),
    [
        (team("ada", name=" "), "name", "The team's name"),
        (team("ada", name="x" * 201), "name", "The team's name"),
        (team(""), "name", "A member's id"),
        (team("ada", supervisors=(" ",)), "name", "A supervisor's id"),
        (team("ada", day_end="late"), "settings", "day_end"),
        (team("ada", resources={"desk": object()}), "settings", "resources"),
        (team("ada", name="all"), "name", "circle"),
    ],
)
def test_a_team_that_cannot_be_is_refused_whole(
    store: SqlStore, at: datetime, effect: SetTeam, code: str, word: str
) -> None:
    store.set_up(north(circle="all"), WEDNESDAY)
    store.set_lead(LEA, at)
    before = everything_set_up(store)
    with pytest.raises(Refusal, match=word) as refused:
        change(store, at, effect, person=LEA)
    assert refused.value.code == code
    assert everything_set_up(store) == before
    assert len(key_rows(store, keytables.data_keys)) == len(rows(store, t.participants))


@pytest.mark.parametrize("effect", [team("ada"), NameLead("ada")])
def test_nobody_settles_what_is_not_theirs(store: SqlStore, at: datetime, effect: Effect) -> None:
    store.set_up(north(), WEDNESDAY)
    store.set_lead(LEA, at)
    store.installations.save(Installation("local", "south", "UBOT", "xoxb", installer="zoe"), at)
    told(store, at)
    before = everything_set_up(store)
    strangers = [BEN, SAM, ZOE] if isinstance(effect, SetTeam) else [BEN, SAM, LEA]
    for person in strangers:
        with pytest.raises(Refusal) as refused:
            change(store, at, effect, person=person)
        assert refused.value.code == "not-lead"
    assert everything_set_up(store) == before
    assert told(store, at) == []


def test_whoever_installed_names_leads_and_may_do_so_again(store: SqlStore, at: datetime) -> None:
    store.installations.save(Installation("local", "north", "UBOT", "xoxb", installer="max"), at)
    told(store, at)
    change(store, at, NameLead("lea"), person=MAX)
    assert told(store, at) == [("lea", "lead", "")]
    change(store, at, NameLead("ada"), NameLead("lea"), person=MAX)
    assert told(store, at) == [("ada", "lead", "")]
    assert [facts(store, at, person).leads for person in (LEA, ADA, MAX, BEN)] == [True, True, False, False]
    assert facts(store, at, MAX).names_lead
    with pytest.raises(Refusal, match="The id of who leads") as refused:
        change(store, at, NameLead(" "), person=MAX)
    assert refused.value.code == "name"


def test_a_lead_sees_the_teams_of_their_own_workspace_alone(store: SqlStore, at: datetime) -> None:
    store.set_up(Setup("local", "south", "others", members=("zoe",)), WEDNESDAY)
    leads(store, WEDNESDAY, team("ben", "ada"), team(name="west", supervisors=()))
    assert page(store, at).teams == (
        TeamFacts(name="north", members=("ada", "ben"), supervisors=("sam",)),
        TeamFacts(name="west"),
    )
    assert facts(store, at, LEA).teams == ()
    assert [page(store, at, person).teams for person in (ADA, SAM, ZOE)] == [(), (), ()]
    change(store, at, Leave())
    assert page(store, at).teams[0].members == ("ben",), "who has left the workspace is not there"


def test_the_earliest_themes_of_a_team_follow_from_its_sixth_member(store: SqlStore, at: datetime) -> None:
    leads(store, WEDNESDAY, team(*SIX[:5]))
    assert page(store, at).teams[0].earliest is None
    change(store, at + timedelta(days=30), team(*SIX[:5], "lea", supervisors=("sam", "ada")), person=LEA)
    assert page(store, at).teams[0].earliest is None, "who leads or supervises is not counted"
    change(store, at + timedelta(days=30), team(*SIX), person=LEA)
    assert page(store, at).teams[0].earliest == date(2026, 12, 28) + timedelta(days=3)
    leads(store, WEDNESDAY, team(*(f"person-{n}" for n in range(6)), name="west"))
    assert page(store, at).teams[1].earliest == date(2026, 12, 3)


def test_small_teams_can_be_seen_in_a_circle_of_ten(store: SqlStore, at: datetime) -> None:
    store.set_lead(LEA, WEDNESDAY)
    store.set_up(north(circle="all", members=SIX), WEDNESDAY)
    assert page(store, at).teams[0].earliest == date(2026, 12, 3)
    store.set_up(north(team="west", circle="all", members=("gil", "hal", "ida")), WEDNESDAY)
    assert [each.earliest for each in page(store, at).teams] == [None, None]
    store.set_up(north(team="west", circle="all", members=("jan",)), at)
    assert [each.earliest for each in page(store, at).teams] == [date(2026, 12, 3)] * 2
