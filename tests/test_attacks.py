"""Attacks on what supervisors see, each by its name in the policy (privacy.md, 3).

Two worlds differ in one person's bit, or in whether they took part or agreed. Either everything that can be seen is the
same in both, or an exact solver that knows all rules holds both for possible.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from shutil import copy
from typing import NamedTuple
from uuid import uuid4

import pytest
from attacks import (
    Colluders,
    Part,
    Rules,
    Seen,
    all_colluders,
    chance_world,
    counted,
    determined,
    made_world,
    people,
    published,
)
from conftest import AT, Pair, backed_up, put_back, rows, who
from shells import Live, living
from sqlalchemy import Table
from stored import KEEPS, change, kept
from test_supervise import ADDRESS, Answer, Browser, undated

from adapters.web.supervise import SupervisePages
from bot.conversation import Program
from bot.effects import Contribute, TakeBack
from bot.metrics import Counts
from bot.ports import Setup
from bot.snapshot import SCHEMES, Limits, Report, Shown, Snapshot
from storage import disclosure, tables
from storage.disclosure import Cell, Told, Window, steps
from storage.keyring import Keyring
from storage.restored import replay
from storage.store import SqlStore, open_store
from storage.windows import window_name, window_start

LIMITS = Limits()
ROSTERS = (4, 5, 6, 8, 12, 20, 40)
CODES = ("A1", "L2", "P1", "W1")
SENSITIVE = frozenset({"W1"})
#: What whoever took no part in a circle of exactly six sees: the one thing that is not held.
KNOWN_RESIDUAL = (6, 1)


# The solver, over worlds ---------------------------------------------------------------------------------------------


def colluding(seen: Seen, rules: Rules) -> int:
    """Two are assumed where eight can have contributed, else one."""
    return 2 if max(rules.sizes(seen.snapshot)) >= 8 else 1


def settled_by_colluders(world: Mapping[str, Part], colluders: Collection[str], rules: Rules) -> set[tuple[str, bool]]:
    """Bits that are certain to them, by what they are about."""
    seen = published(world, rules.limits, SENSITIVE)
    known = {person: world[person] for person in colluders}
    return {(bit.what, bit.value) for bit in determined([seen], known, CODES, SENSITIVE, [rules])}


def is_known_residual(world: Mapping[str, Part], colluders: Collection[str]) -> bool:
    abstained = [person for person in colluders if world[person] is None]
    return (len(world), len(abstained)) == KNOWN_RESIDUAL


@pytest.mark.parametrize("roster", ROSTERS)
def test_nothing_is_settled_in_worlds_by_chance(roster: int) -> None:
    chance, rules = Random(roster), Rules(roster, LIMITS)
    for _ in range(2 if roster == 40 else 6):
        world = chance_world(chance, roster, CODES)
        most = colluding(published(world, LIMITS, SENSITIVE), rules)
        for count in range(most + 1):
            colluders = chance.sample(sorted(world), count)
            expected = {("", True)} if is_known_residual(world, colluders) and _enough(world) else set()
            assert settled_by_colluders(world, colluders, rules) == expected


def _enough(world: Mapping[str, Part]) -> bool:
    return published(world, LIMITS).snapshot.enough


def edge_worlds(roster: int) -> Iterator[dict[str, Part]]:
    """Everybody and nobody name it; a threshold, one fewer, one more; all take part, or all but a few."""
    for size in sorted({roster, roster - 1, max(roster - 3, 0), min(roster, 5)}):
        told = disclosure.told_of(size, LIMITS, roster)
        least = told.persons(LIMITS, sensitive=False) if told else LIMITS.persons
        for count in sorted({min(size, count) for count in (0, least - 1, least, size)}):
            yield made_world(roster, size, {"A1": count, "L2": size - count, "P1": 0, "W1": count})


@pytest.mark.parametrize("roster", [5, 6, 8, 12])
def test_nothing_is_settled_at_the_edges(roster: int) -> None:
    """Colluders who all named it, who did not, and who took no part: the first and the last of them."""
    rules = Rules(roster, LIMITS)
    for world in edge_worlds(roster):
        most, by_name = colluding(published(world, LIMITS, SENSITIVE), rules), people(roster)
        for colluders in {by_name[:most], by_name[-most:]}:
            found = settled_by_colluders(world, colluders, rules)
            if not (is_known_residual(world, colluders) and found == {("", True)}):
                assert found == set(), (world, colluders)


RAISED = (
    LIMITS,
    Limits(contributors=6),
    Limits(contributors=8, persons=4, sensitive=9),
    Limits(contributors=12, persons=6),
    Limits(persons=6, sensitive=10),
)


@pytest.mark.parametrize("limits", RAISED, ids=str)
def test_nothing_is_settled_in_any_world_of_one_theme(limits: Limits) -> None:
    """Every number of contributors and of persons, every mix of colluders."""
    for roster in range(4, 25 if limits == LIMITS else 17):
        rules = Rules(roster, limits)
        for by, announced, careful in _announcements(rules):
            found = counted(rules, by, announced, careful=careful)
            residual = roster == 6 and by.abstain and announced.enough
            assert found == ({("", True)} if residual else set()), (roster, by, announced)


def _announcements(rules: Rules) -> Iterator[tuple[Colluders, tuple[object, ...], bool]]:
    for careful in (False, True):
        sizes: dict[object, list[int]] = {}
        for size in range(rules.roster + 1):
            for count in range(size + 1):
                sizes.setdefault(rules.announces(size, count, careful=careful), []).append(size)
        for announced, may_be in sizes.items():
            for by in all_colluders(2 if max(may_be) >= 8 else 1):
                yield by, announced, careful


@pytest.mark.parametrize("roster", [6, 7, 8, 11])
def test_the_solver_and_counting_say_the_same(roster: int) -> None:
    chance, rules = Random(roster), Rules(roster, LIMITS)
    for _ in range(12):
        size = chance.randint(0, roster)
        world = made_world(roster, size, {"X": chance.randint(0, size)})
        colluders = chance.sample(sorted(world), chance.randint(0, roster - 1))  # many: so that much is settled
        parts = [world[person] for person in colluders]
        by = Colluders(len(parts), parts.count(None), parts.count(frozenset({"X"})))
        seen = published(world, LIMITS)
        announced = rules.announces(size, sum(part == {"X"} for part in world.values()))
        bits = determined([seen], {person: world[person] for person in colluders}, ("X",), (), [rules])
        assert {(bit.what, bit.value) for bit in bits} == counted(rules, by, announced, careful=False)


@pytest.mark.parametrize("limits", [LIMITS, Limits(persons=5, sensitive=9), Limits(contributors=9, persons=7)], ids=str)
def test_the_audit_in_closed_form_agrees_with_the_solver(limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    """A band is hidden where without the audit somebody's yes would be certain to colluders who said none, or where it
    could only mean that all who took part said it; and nowhere else."""
    audit = disclosure.settles
    monkeypatch.setattr(disclosure, "settles", lambda *_, **__: False)
    for roster in range(6, 25):
        rules, slowly = Rules(roster, limits), limits == LIMITS and roster in (6, 9, 12)
        for told in steps(limits, roster):
            for band, careful in ((band, careful) for band in SCHEMES[told.bands] for careful in (False, True)):
                means = _means(rules, told, band, careful=careful)
                everybody = all(count == size for size, count in means)
                certain = _is_certain(rules, told, means, careful=careful)
                assert audit(band, told, limits, sensitive=careful) == (everybody or certain)
                if slowly and means:
                    assert certain == _is_certain_to_the_solver(rules, told, means[0], careful=careful)


def _means(rules: Rules, told: Told, band: str, *, careful: bool) -> list[tuple[int, int]]:
    return [
        (size, count)
        for size in range(told.least, told.most + 1)
        for count in range(size + 1)
        if rules.announces(size, count, careful=careful).band == band
    ]


def _who_said_none(told: Told) -> Iterator[Colluders]:
    for count in range(told.colluders + 1):
        for abstain in range(count + 1):
            yield Colluders(count, abstain, 0)


def _is_certain(rules: Rules, told: Told, means: list[tuple[int, int]], *, careful: bool) -> bool:
    announced = [rules.announces(*world, careful=careful) for world in means[:1]]
    found = (counted(rules, by, one, careful=careful) for one in announced for by in _who_said_none(told))
    return any(("X", True) in bits for bits in found)


def _is_certain_to_the_solver(rules: Rules, told: Told, world: tuple[int, int], *, careful: bool) -> bool:
    sensitive = {"X"} if careful else set()
    seen = published(made_world(rules.roster, world[0], {"X": world[1]}), rules.limits, sensitive)
    for by in _who_said_none(told):
        parts: list[Part] = [None] * by.abstain + [frozenset()] * (by.count - by.abstain)
        known = dict(zip(people(rules.roster), parts, strict=False))
        with suppress(AssertionError):  # with such colluders there may be no such world
            if any(bit[1:] == ("X", True) for bit in determined([seen], known, ("X",), sensitive, [rules])):
                return True
    return False


# What is not held, and said so ---------------------------------------------------------------------------------------


def test_known_residual_in_a_circle_of_six_who_took_no_part_learns_that_the_others_did() -> None:
    """That they took part, not what they named."""
    world = made_world(6, 5, {"A1": 5, "L2": 3, "W1": 5})
    found = determined([published(world, LIMITS, SENSITIVE)], {"p05": None}, CODES, SENSITIVE)
    assert {(bit.person, bit.what, bit.value) for bit in found} == {(f"p0{n}", "", True) for n in range(5)}
    for roster in range(7, 25):
        world = made_world(roster, roster - 1, {"A1": roster - 1})
        assert determined([published(world, LIMITS)], {people(roster)[-1]: None}, ("A1",)) == set()


def test_known_residual_two_who_collude_among_five_to_seven_learn_that_nobody_else_named_it() -> None:
    """One is assumed there (privacy.md, 2): a theme that is not shown says fewer than three."""
    world = made_world(7, 6, {"A1": 2})
    known = {person: world[person] for person in people(7)[:2]}
    found = determined([published(world, LIMITS)], known, ("A1",))
    assert {(bit.what, bit.value) for bit in found} == {("A1", False)}


def test_known_residual_whoever_knows_all_but_one_contributor_knows_the_last() -> None:
    """And whoever knows that all five who took part are the ones they know of, knows more than the page says."""
    world = made_world(6, 6, {"A1": 3})
    known = {person: world[person] for person in people(6)[1:]}
    assert determined([published(world, LIMITS)], known, ("A1",)) != set()


# The check can fail --------------------------------------------------------------------------------------------------


def breaks(world: Mapping[str, Part], colluders: Collection[str] = ()) -> set[tuple[str, bool]]:
    return settled_by_colluders(world, colluders, Rules(len(world), LIMITS))


def test_a_policy_that_forgets_who_colludes_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    world, two = made_world(8, 7, {"A1": 2}), people(8)[:2]
    assert breaks(world, two) == set()
    monkeypatch.setattr(Told, "persons", lambda _, limits, sensitive: limits.sensitive if sensitive else limits.persons)
    assert ("A1", False) in breaks(world, two)


def test_a_label_that_tells_that_everybody_takes_part_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    world = made_world(8, 8, {"A1": 5})
    assert breaks(world) == set()
    monkeypatch.setattr(disclosure, "steps", lambda limits, roster: (Told(5, 7, roster), Told(8, 8, roster)))
    assert ("", True) in breaks(world)


def test_a_policy_without_the_audit_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    world = made_world(6, 6, {"W1": 5})
    assert breaks(world, ["p05"]) == set()
    monkeypatch.setattr(disclosure, "settles", lambda *_, **__: False)
    assert ("W1", True) in breaks(world, ["p05"])


def test_a_team_of_five_that_publishes_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    world = made_world(5, 5, {"A1": 3})
    assert breaks(world) == set()
    monkeypatch.setattr(disclosure, "least_roster", lambda limits, teams: limits.contributors)
    assert ("", True) in breaks(world)


def test_a_theme_that_is_shown_from_one_person_on_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    world = made_world(7, 5, {"A1": 3})
    assert breaks(world, ["p00"]) == set()
    monkeypatch.setattr(Told, "persons", lambda *_, **__: 1)
    assert breaks(world, ["p00"]) == {("L2", False), ("P1", False), ("W1", False)}


# The real store ------------------------------------------------------------------------------------------------------

OPENS, DUE, WEEKS = date(2026, 11, 9), datetime(2026, 12, 10, 0, 5, tzinfo=UTC), timedelta(weeks=4)
CLOSED = DUE - timedelta(days=2)
NEVER = KEEPS.model_copy(update={"counting": "never"})


@dataclass
class House:
    """A team in its circle; `sam` supervises it."""

    store: SqlStore
    size: int
    team: str = "first"
    circle: str = ""

    def __post_init__(self) -> None:
        self.joins(*people(self.size), supervisors=("sam",), at=AT)

    def joins(self, *members: str, supervisors: tuple[str, ...] = (), at: datetime = AT) -> None:
        self.store.set_up(Setup("local", "north", self.team, members, supervisors, circle=self.circle), at)

    def gives(self, user: str, *codes: str, at: datetime = AT) -> None:
        change(self.store, at, Contribute(uuid4(), codes, kept(at).id), person=who(user), consents=KEEPS)

    def lives(self, world: Mapping[str, Part], at: datetime = AT) -> House:
        for person, part in world.items():
            if part is not None:
                self.gives(person, *sorted(part), at=at)
        return self

    def takes_back(self, user: str, at: datetime = AT) -> None:
        change(self.store, at, TakeBack("counting"), person=who(user), consents=NEVER)

    def ticks(self, at: datetime = DUE) -> House:
        self.store.publish(at, SENSITIVE)
        self.store.sweep(at)
        return self

    def report(self, at: datetime = DUE, by: str = "sam") -> Report:
        (found,) = self.store.reports.of(who(by), at)
        return found

    def surface(self, at: datetime = DUE) -> str:
        """All that the store gives to any surface."""
        return self.report(at).model_dump_json()

    def seen(self, at: datetime = DUE) -> Snapshot:
        return self.report(at).snapshots[0]


Houses = Callable[..., House]


@pytest.fixture
def houses(tmp_path: Path, empty_files: Path, ring: Keyring) -> Iterator[Houses]:
    """As many worlds as are asked for, each in files of its own."""
    with ExitStack() as stack:

        def one_more(size: int, program: Program | None = None, **named: str) -> House:
            folder = tmp_path / uuid4().hex
            folder.mkdir()
            for name in ("main.db", "keys.db"):
                copy(empty_files / name, folder / name)
            urls = (f"sqlite:///{folder / name}" for name in ("main.db", "keys.db"))
            store = open_store(*urls, ring, program=program)
            stack.callback(store.close)
            return House(store, size, **named)

        yield one_more


def both_possible(world: Mapping[str, Part], snapshot: Snapshot, target: str) -> bool:
    """Whether nothing of that person is certain, alone or to the colluders that are assumed."""
    rules = Rules(len(world), snapshot.limits)
    seen = Seen(tuple(world), snapshot)
    others = [person for person in world if person != target]
    most = colluding(seen, rules)
    for colluders in ((), others[:1], others[:most], others[-1:]):
        known = {person: world[person] for person in colluders}
        bits = determined([seen], known, CODES, SENSITIVE, [rules])
        if any(bit.person == target for bit in bits) and not is_known_residual(world, colluders):
            return False
    return True


TARGET = "p00"


def base_world(size: int) -> dict[str, Part]:
    """Everybody but the last takes part; themes at, below and above their thresholds."""
    world = made_world(size, size - 1 if size > 5 else size, {"A1": 3, "L2": 4, "P1": 2, "W1": 5})
    return world


@pytest.mark.parametrize("size", [4, 5, 6, 8, 12, 20])
def test_two_worlds_that_differ_in_one_person_cannot_be_told_apart(houses: Houses, size: int) -> None:
    base = base_world(size)
    part = base[TARGET]
    assert part is not None
    worlds = [base, base | {TARGET: part ^ {"L2"}}, base | {TARGET: part ^ {"W1"}}, base | {TARGET: None}]
    surfaces = []
    for world in worlds:
        house = houses(size).lives(world).ticks()
        surfaces.append(house.surface())
        assert house.seen().written() == published(world, LIMITS, SENSITIVE).snapshot.written()
        assert both_possible(world, house.seen(), TARGET)
    if size < 6:
        assert len(set(surfaces)) == 1


def test_the_store_publishes_what_the_policy_says_on_both_databases(store: SqlStore) -> None:
    world = made_world(12, 10, {"A1": 4, "L2": 3, "P1": 9, "W1": 6})
    house = House(store, 12).lives(world).ticks()
    assert house.seen().written() == published(world, LIMITS, SENSITIVE).snapshot.written()
    assert both_possible(world, house.seen(), TARGET)


# A1 to A5: who comes and goes


def test_a1_a_person_joins_inside_the_window(houses: Houses) -> None:
    """Five are not enough; with the sixth it is, and still nobody can say whether the sixth took part."""
    five = made_world(5, 5, {"A1": 3})
    assert not houses(5).lives(five).ticks().seen().enough
    for part in (None, frozenset[str](), frozenset({"A1"})):
        house = houses(5).lives(five)
        house.joins("p05", at=AT + timedelta(days=14))
        world = five | {"p05": part}
        assert house.lives({"p05": part}).ticks().seen().enough
        assert both_possible(world, house.seen(), "p05")


def test_a2_a_person_leaves(houses: Houses) -> None:
    """What they gave goes with them: as if they had never given anything."""
    worlds = []
    for part in (None, frozenset[str](), frozenset({"A1", "W1"})):
        house = houses(8).lives(made_world(8, 6, {"A1": 3, "W1": 4}) | {"p07": part})
        house.store.leave_team(who("p07"), "first", AT + timedelta(days=20))
        worlds.append(house.ticks().surface())
    assert len(set(worlds)) == 1


def test_a3_a_withdrawal_after_publication_changes_nothing(houses: Houses) -> None:
    house = houses(6).lives(base_world(6)).ticks()
    before = house.surface()
    house.takes_back(TARGET, DUE + timedelta(hours=1))
    house.ticks(DUE + timedelta(days=1))
    assert house.surface() == before


@pytest.mark.parametrize("at", [AT + timedelta(days=1), CLOSED], ids=["in the window", "in the days of grace"])
def test_a4_a_withdrawal_before_it_is_published_leaves_no_trace(houses: Houses, at: datetime) -> None:
    base, withdrawn = base_world(8), houses(8)
    withdrawn.lives(base).ticks(at)
    withdrawn.takes_back(TARGET, at)
    never = houses(8).lives(base | {TARGET: None})
    assert withdrawn.ticks().surface() == never.ticks().surface()
    assert both_possible(base | {TARGET: None}, never.seen(), TARGET)


@pytest.mark.parametrize("stays", [True, False])
def test_a5_an_erasure_and_then_the_same_bytes(houses: Houses, stays: bool) -> None:
    house = houses(8).lives(base_world(8)).ticks()
    before = house.report().snapshots
    assert house.store.erase(who(TARGET), DUE + timedelta(hours=1), stays=stays)
    house.ticks(DUE + timedelta(days=1))
    assert house.report().snapshots == before
    assert house.seen().digest == before[0].digest


def test_what_was_published_stays_the_same_bytes_whatever_happens_later(houses: Houses) -> None:
    house = houses(8).lives(base_world(8)).ticks()
    before = house.seen().written()
    later = DUE + timedelta(hours=2)
    house.gives("p01", "P1", at=later)
    house.joins("new", at=later)
    house.gives("new", "A1", at=later)
    house.store.leave_team(who("p02"), "first", later)
    house.takes_back("p03", later)
    house.store.erase(who("p04"), later, stays=True)
    house.joins(supervisors=("p05",), at=later)
    for day in range(3):
        house.ticks(later + timedelta(days=day))
        assert house.seen().written() == before


def test_an_erasure_in_the_days_of_grace_is_not_seen(houses: Houses) -> None:
    """Neither the number of people nor anything else tells who it was, or that anybody did."""
    surfaces = []
    for erased in (True, False):
        house = houses(8).lives(base_world(8)).ticks(CLOSED)
        if erased:
            house.store.erase(who(TARGET), CLOSED, stays=True)
        else:
            house.takes_back(TARGET, CLOSED)
        surfaces.append(house.ticks().surface())
    assert len(set(surfaces)) == 1


# A6 to A10: what the surface does not have


@pytest.fixture
def live(sqlite_pair: Pair, ring: Keyring) -> Iterator[Live]:
    with living(sqlite_pair, ring) as one:
        one.shell.address = ADDRESS
        yield one


def house_of(live: Live, size: int = 6) -> House:
    return House(live.store, size)


VIEWS = ("/supervise", "/supervise/first", "/supervise/first/snapshots.json", "/supervise/first/snapshots.csv")


def looked_at(live: Live, at: datetime) -> list[tuple[int, int, str, dict[str, str]]]:
    """Every page, with its headers, without what differs between two browsers anyway."""
    live.clock.time = at
    browser = Browser(live).enter()
    answers = [browser(path) for path in VIEWS] + [browser("/supervise/first/2026-W46.svg"), browser("/supervise/no")]
    return [_comparable(answer) for answer in answers]


def _comparable(answer: Answer) -> tuple[int, int, str, dict[str, str]]:
    text = answer.text
    if 'name="proof"' in text:
        text = text.replace(answer.proof, "")
    headers = undated(answer.headers)
    return answer.status, len(text), text, headers


@pytest.mark.parametrize("asked", ["?team=first", "?since=2026-11-10", "?person=p00", "?window=2026-W46&x", "?a=%00"])
def test_a6_a_filter_is_refused_and_not_ignored(live: Live, asked: str) -> None:
    house_of(live).lives(base_world(6)).ticks()
    live.clock.time = DUE
    browser = Browser(live).enter()
    assert [browser(f"{path}{asked}").status for path in VIEWS] == [400] * len(VIEWS)


def columns(table: Table) -> set[str]:
    return {column.name for column in table.columns}


def test_a7_there_is_no_union_of_parts_to_compare(houses: Houses) -> None:
    """One cell a circle and window. What parts would tell: a solver that is given a part and the whole finds it."""
    assert columns(tables.snapshots) == {"circle_id", "window", "day", "body"}
    assert {key.name for key in tables.snapshots.primary_key} == {"circle_id", "window"}
    assert set(Report.model_fields) == {"circle", "teams", "since", "next", "snapshots"}
    part, whole = made_world(6, 5, {"A1": 2}), made_world(7, 6, {"A1": 2})
    whole["p06"] = frozenset({"A1"})
    cells = [published(part, LIMITS), published(whole, LIMITS)]
    assert ("p06", "A1", True) in determined(cells, {"p00": part["p00"]}, ("A1",))


def test_a8_there_is_no_kind_of_prompt_to_take_away(houses: Houses) -> None:
    assert columns(tables.contributions) == {"id", "circle_id", "window", "token", "codes"}
    assert {field.name for field in dataclasses.fields(Contribute)} == {"receipt", "codes", "reflection"}
    assert set(Snapshot.model_fields) == {
        "window", "starts", "ends", "published", "enough", "people", "bands", "themes", "passages", "limits", "series",
        "rule",
    }  # fmt: skip
    assert set(Shown.model_fields) == {"code", "band", "trend"}


def test_a9_windows_are_disjoint_and_there_is_no_other_span(live: Live) -> None:
    grid = OPENS
    starts = [window_start(grid, grid + timedelta(days=day)) for day in range(28 * 4)]
    assert [starts.count(start) for start in dict.fromkeys(starts)] == [28] * 4
    house_of(live).lives(base_world(6)).ticks()
    live.clock.time = DUE
    browser = Browser(live).enter()
    for other in ("2026-W45", "2026-W47", "2026-W50", "2026-11", "2026-11-09", "2026-W46-W47", "latest", "2026-W46.0"):
        assert browser(f"/supervise/first/{other}.svg").status == 404
    routes = {route.path for route in SupervisePages.routes(browser_pages(live))}
    assert routes == {
        "/supervise", "/supervise/sign-out", "/supervise/{circle:[^/]+}", "/supervise/{circle:[^/]+}/snapshots.json",
        "/supervise/{circle:[^/]+}/snapshots.csv", "/supervise/{circle:[^/]+}/{window}.svg",
    }  # fmt: skip


def browser_pages(live: Live) -> SupervisePages:
    from adapters.web.drawing import Drawing

    return SupervisePages(live.shell, Drawing(live.shell.library))


def test_a10_two_supervisors_see_the_same_bytes_and_have_no_wider_view(houses: Houses) -> None:
    """Of two teams in one circle each supervisor sees the circle, neither the other's team."""
    house = houses(6, circle="both")
    other = House(house.store, 0, "second", "both")
    other.store.set_up(Setup("local", "north", "second", ("q0", "q1", "q2", "q3", "q4"), ("kim",), circle="both"), AT)
    house.lives(made_world(6, 5, {"A1": 4})).lives({"q0": frozenset({"L2"}), "q1": frozenset({"A1"})}).ticks()
    assert house.report(by="sam") == house.report(by="kim")
    assert house.report().circle == "both"
    assert len(rows(house.store, tables.snapshots)) == 1


def test_a10_who_supervises_a_team_that_comes_in_sees_no_window_from_before(houses: Houses) -> None:
    """The people of the circle did not know of them when they gave it."""
    house = houses(8).lives(base_world(8))
    house.store.set_up(Setup("local", "north", "second", ("q0",), ("kim",)), AT)
    house.ticks()
    assert house.seen().enough
    house.store.set_up(Setup("local", "north", "second", circle="first"), DUE + timedelta(days=1))
    (report,) = house.store.reports.of(who("kim"), DUE + timedelta(days=2))
    assert (report.circle, report.snapshots) == ("first", ())


# A11 to A14: edges


def test_a11_one_person_who_answers_twenty_times_is_one(houses: Houses) -> None:
    for count, shown in ((2, False), (3, True), (4, True)):
        house = houses(7).lives(made_world(7, 6, {"A1": count, "L2": 5}))
        for _ in range(20):
            house.gives(TARGET, "A1")
        assert (house.ticks().seen().band("A1") is not None) == shown
    surfaces = {houses(6).lives(made_world(6, size, {"A1": size})).ticks().surface() for size in range(5)}
    assert len(surfaces) == 1, "none to four say the same"


def test_a12_unanimity_and_zero_look_like_their_neighbours() -> None:
    for size in (6, 8, 12, 20):
        for few, many in ((0, 2), (size - 1, size)):
            one, other = (published(made_world(size, size, {"A1": count}), LIMITS).snapshot for count in (few, many))
            assert one.written() == other.written()


def test_a13_a_passage_has_no_author_date_or_place_of_its_own() -> None:
    assert Snapshot.model_fields["passages"].annotation == tuple[str, ...]
    assert columns(tables.released) == {"id", "day"}
    assert columns(tables.excerpts) == {"id", "circle_id", "window", "token", "body"}


def test_a14_a_rare_thing_said_ten_times_by_one_person_is_not_shown(houses: Houses) -> None:
    """Nothing but codes is counted, so no word of anybody's can emerge; and a rare code is a theme like any other."""
    house = houses(8).lives(made_world(8, 7, {"A1": 5}))
    for _ in range(10):
        house.gives(TARGET, "P7")
    assert [theme.code for theme in house.ticks().seen().themes] == ["A1"]


# A15, A16: what goes on beside the page


def test_a15_nothing_moves_while_people_contribute(live: Live) -> None:
    house, numbers = house_of(live), Counts(lambda: 0.0)
    house.lives(base_world(6)).ticks()
    before, shown = looked_at(live, DUE), numbers.text()
    for person in people(6):
        house.gives(person, "L2", "W1", at=DUE)
        assert looked_at(live, DUE) == before
        assert numbers.text() == shown
    headers = {name for *_, given in before for name in given}
    assert not headers & {"ETag", "Last-Modified", "Age", "Expires"}
    assert {given["Cache-Control"] for *_, given in before} == {"no-store"}


def test_a15_the_metrics_name_no_circle_no_window_and_no_contribution() -> None:
    text = Counts().text().decode()
    assert not any(word in text for word in ("circle", "window", "contribut", "snapshot", "supervis", "theme"))


@pytest.mark.parametrize("size", [1, 4])
def test_a16_too_few_and_nobody_give_the_same_answers(live: Live, size: int) -> None:
    """Errors, headers and sizes too; no answer says how many there were."""
    house_of(live).lives(made_world(6, size, {"A1": size})).ticks()
    there = looked_at(live, DUE)
    assert all(f"{size} of" not in text for _, _, text, _ in there)
    report = house_of(live).surface()
    assert '"enough":false' in report
    empty = Snapshot(
        window="2026-W46", starts=OPENS, ends=OPENS + timedelta(days=27), published=DUE.date(), enough=False
    )
    assert house_of(live).seen() == empty


# A17: sybils


def test_a17_supervisors_never_count(houses: Houses) -> None:
    house = houses(8)
    house.joins("sam", at=AT)
    house.lives(made_world(8, 4, {"A1": 4}))
    house.gives("sam", "A1")
    assert not house.ticks().seen().enough


def test_a17_who_is_named_supervisor_in_the_window_counts_no_more(houses: Houses) -> None:
    house = houses(8).lives(made_world(8, 5, {"A1": 5}))
    house.joins(supervisors=("p04",), at=AT + timedelta(days=9))
    assert not house.ticks().seen().enough


def test_a17_who_is_named_supervisor_in_the_days_of_grace_leaves_one_fewer_who_can_have_taken_part(
    houses: Houses,
) -> None:
    """Everybody knows that they are not in it: in a circle of six that would say that the other five are."""
    house = houses(6).lives(made_world(6, 6, {"A1": 6})).ticks(CLOSED)
    house.joins(supervisors=("p05",), at=CLOSED)
    assert not house.ticks().seen().enough
    house = houses(7).lives(made_world(7, 7, {"W1": 7})).ticks(CLOSED)
    house.joins(supervisors=("p06",), at=CLOSED)
    assert house.ticks().seen().band("W1") is None, "as in a circle of six"


def test_a17_who_erases_and_comes_back_is_one_person(houses: Houses) -> None:
    house = houses(6).lives(made_world(6, 4, {"A1": 4}))
    for _ in range(3):
        house.store.erase(who(TARGET), AT, stays=True)
        house.gives(TARGET, "A1")
    assert not house.ticks().seen().enough


# A18: settings


def test_a18_a_limit_that_was_raised_is_never_lowered(houses: Houses) -> None:
    before: list[Snapshot] = []
    for number, limits in enumerate((Limits(), Limits(persons=5), Limits(), Limits())):
        world = made_world(12, 11, {"A1": 4})
        people_of = [sorted(part) for part in world.values() if part is not None]
        name = window_name(OPENS + number * WEEKS)
        before.append(disclosure.snapshot(Cell(people_of, 12), Window(name, tuple(before)), limits, SENSITIVE))
    assert [one.limits.persons for one in before] == [3, 5, 5, 5]
    assert [one.series for one in before] == [1, 2, 2, 2]
    assert [one.band("A1") is not None for one in before] == [True, False, False, False]


def test_a18_so_it_is_in_the_store(houses: Houses) -> None:
    house = houses(8).lives(made_world(8, 7, {"A1": 4}))
    house.ticks()
    for number, limits in enumerate((Limits(persons=6), Limits()), 1):
        house.store._programs = type(house.store._programs)(Program(limits=limits))
        house.lives(made_world(8, 7, {"A1": 4}), at=DUE + (number - 1) * WEEKS).ticks(DUE + number * WEEKS)
    found = house.report(DUE + 2 * WEEKS).snapshots
    assert [(one.limits.persons, one.series, len(one.themes)) for one in found] == [(6, 2, 0), (6, 2, 0), (3, 1, 1)]


def test_a18_less_than_the_policy_is_refused() -> None:
    with pytest.raises(ValueError):
        Program.model_validate({"limits": {"contributors": 3}})


# A19: moves


def test_a19_a_person_who_moves_is_in_one_cell(houses: Houses) -> None:
    """Their codes stay where they were given, until the window is over."""
    house = houses(7)
    other = Setup("local", "north", "second", tuple(f"q{n}" for n in range(6)), ("kim",))
    house.store.set_up(other, AT)
    house.lives(made_world(7, 7, {"A1": 3}))
    moved = AT + timedelta(days=10)
    house.store.leave_team(who(TARGET), "first", moved)
    house.store.set_up(dataclasses.replace(other, members=(TARGET,)), moved)
    house.gives(TARGET, "L2", at=moved + timedelta(days=1))
    cells = {(row["circle_id"], bytes(row["token"])) for row in rows(house.store, tables.contributions)}
    assert len({token for _, token in cells}) == len(cells)


def test_a19_two_teams_that_merge_have_one_cell(houses: Houses) -> None:
    house = houses(6).lives(made_world(6, 5, {"A1": 4}))
    house.store.set_up(
        Setup("local", "north", "second", ("q0", "q1"), ("kim",), circle="first"), AT + timedelta(days=3)
    )
    house.ticks()
    assert not house.seen().enough, "eight are too few for a circle of two teams"
    assert len(rows(house.store, tables.snapshots)) == 1


# A20: backups


def test_a20_a_backup_brings_back_nothing_that_was_withdrawn(houses: Houses) -> None:
    house = houses(6).lives(made_world(6, 5, {"A1": 4}))
    backup = backed_up(house.store)
    house.takes_back(TARGET)
    put_back(house.store, backup)
    replay(house.store.database, house.store.keys)
    assert not house.ticks().seen().enough


@pytest.mark.parametrize("stays", [True, False])
def test_a20_a_backup_brings_back_nobody_who_was_erased(houses: Houses, stays: bool) -> None:
    house = houses(7).lives(made_world(7, 5, {"A1": 4}))
    backup = backed_up(house.store)
    house.store.erase(who(TARGET), AT, stays=stays)
    put_back(house.store, backup)
    replay(house.store.database, house.store.keys)
    assert not house.ticks().seen().enough


def test_a20_a_window_that_was_published_is_not_published_with_other_content(houses: Houses) -> None:
    """From a backup made before the last of them gave anything, and before the window closed."""
    house = houses(8).lives(made_world(8, 6, {"A1": 6}))
    early = backed_up(house.store)
    house.gives("p06", "L2")
    house.ticks(CLOSED)
    closed = backed_up(house.store)
    house.ticks()
    for backup in (early, closed):
        put_back(house.store, backup)
        replay(house.store.database, house.store.keys)
        house.store._published = None
        house.gives("p07", "A1", at=AT)  # somebody whose clock stands still
        house.ticks(DUE + timedelta(hours=1))
        assert house.report().snapshots == ()


# A21 to A24: newcomers, tenants, zones


def windows_of(house: House, *worlds: Mapping[str, Part]) -> Snapshot:
    """One window after another; gives the last."""
    for number, world in enumerate(worlds):
        given = AT if number == 0 else DUE + (number - 1) * WEEKS + timedelta(days=1)
        house.lives(world, at=given).ticks(DUE + number * WEEKS)
    return house.seen(DUE + (len(worlds) - 1) * WEEKS)


def rising(size: int = 12) -> list[dict[str, Part]]:
    return [made_world(size, size, {"A1": count}) for count in (0, 5, 10)]


def test_a21_a_theme_that_rises_has_an_arrow_where_nobody_came_or_went(houses: Houses) -> None:
    assert [theme.trend for theme in windows_of(houses(12), *rising()).themes] == ["up"]


@pytest.mark.parametrize("takes_part", [True, False])
def test_a21_beside_a_newcomer_there_is_no_arrow_whether_they_agreed_or_not(houses: Houses, takes_part: bool) -> None:
    house, worlds = houses(12), rising()
    windows_of(house, *worlds[:2])
    house.joins("new", at=DUE + WEEKS + timedelta(hours=1))
    last = worlds[2] | {"new": frozenset({"A1"}) if takes_part else None}
    house.lives(last, at=DUE + WEEKS + timedelta(days=1)).ticks(DUE + 2 * WEEKS)
    assert [theme.trend for theme in house.seen(DUE + 2 * WEEKS).themes] == [""]


def test_a21_whether_somebody_changed_their_mind_is_not_told_by_an_arrow(houses: Houses) -> None:
    """The same bands, and one person who agrees no more, or has erased themselves: the same bytes."""
    worlds = rising()
    now, changed = worlds[2] | {"p11": None}, DUE + WEEKS + timedelta(hours=1)
    found = []
    for change_of in ("nothing", "mind", "all"):
        house = houses(12)
        windows_of(house, *worlds[:2])
        if change_of == "mind":
            house.takes_back("p11", changed)
        elif change_of == "all":
            house.store.erase(who("p11"), changed, stays=True)
        house.lives(now, at=DUE + WEEKS + timedelta(days=1)).ticks(DUE + 2 * WEEKS)
        found.append(house.surface(DUE + 2 * WEEKS))
    assert len(set(found)) == 1
    assert '"trend":"up"' in found[0]


def test_a22_a_circle_of_the_same_name_in_another_tenant_shows_nothing(houses: Houses) -> None:
    house = houses(6).lives(base_world(6)).ticks()
    house.store.set_up(Setup("local", "south", "first", ("a", "b"), ("sam",)), AT)
    (report,) = house.store.reports.of(who("sam", "south"), DUE)
    assert report.snapshots == ()
    assert not house.store.reports.looked(who("kim"), "first", DUE)
    assert house.store.reports.of(who("sam", "west"), DUE) == ()


class Moment(NamedTuple):
    at: datetime
    window: str


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "UTC"])
def test_a23_a_week_ends_at_midnight_utc_wherever_somebody_is(houses: Houses, zone: str) -> None:
    """Which window something is in does not tell where its giver was."""
    house = houses(0)
    house.store.set_up(Setup("local", "north", "first", ("p00",), zone=zone), AT)
    moments = (
        Moment(datetime(2026, 12, 6, 23, 59, 59, tzinfo=UTC), "2026-W46"),
        Moment(datetime(2026, 12, 7, 0, 0, 0, tzinfo=UTC), "2026-W50"),
        Moment(datetime(2027, 1, 3, 23, 59, 59, tzinfo=UTC), "2026-W50"),
        Moment(datetime(2027, 1, 4, 0, 0, 0, tzinfo=UTC), "2027-W01"),
    )
    for moment in moments:
        before = {row["id"] for row in rows(house.store, tables.contributions)}
        house.gives("p00", "A1", at=moment.at)
        (made,) = (row for row in rows(house.store, tables.contributions) if row["id"] not in before)
        assert made["window"] == moment.window


@pytest.mark.parametrize("size", [6, 8, 12, 20])
def test_a24_a_theme_in_a_newcomer_s_first_window_is_not_theirs_for_certain(houses: Houses, size: int) -> None:
    """Without them it was not shown; with them it is. Both stay possible, whatever they did."""
    told = disclosure.told_of(size, LIMITS, size + 1)
    assert told is not None
    least = told.persons(LIMITS, sensitive=False)
    before = made_world(size, size, {"A1": least - 1})
    now = before | {"new": frozenset({"A1"})}
    seen, then = published(now, LIMITS), published(before, LIMITS)
    assert (then.snapshot.band("A1"), seen.snapshot.band("A1") is not None) == (None, True)
    assert both_possible(now, seen.snapshot, "new")
    house = windows_of(houses(size), before)
    assert house.written() == then.snapshot.written()
