"""The policy by itself: what comes out is a function of counts, no band is an exact number, and nothing is lowered.

What an attacker can make of it is in `test_attacks.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from attacks import Rules, made_world, published
from hypothesis import given
from hypothesis import strategies as st

from bot.snapshot import SCHEMES, Limits, Shown, Snapshot
from storage import disclosure
from storage.disclosure import CIRCLE_ROSTER, Cell, Window, edges, least_roster, settles, snapshot, steps, written
from storage.windows import window_name

CODES = ("A1", "A2", "L2", "S1", "W1")
SENSITIVE = frozenset({"S1", "W1"})
FIRST = date(2026, 11, 9)
LIMITS = (
    Limits(),
    Limits(contributors=6),
    Limits(contributors=9, persons=4, sensitive=7),
    Limits(persons=6, sensitive=8),
    Limits(contributors=16),
)

codes = st.frozensets(st.sampled_from(CODES))
limits = st.builds(Limits, contributors=st.integers(5, 20), persons=st.integers(3, 12), sensitive=st.integers(5, 12))


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    roster = draw(st.integers(4, 24))
    people = draw(st.lists(codes, max_size=roster))
    return Cell(people, roster, draw(st.integers(1, 3)))


def made(cell: Cell, under: Limits = Limits(), before: Sequence[Snapshot] = (), **window: object) -> Snapshot:
    name = window_name(FIRST + timedelta(weeks=4 * len(before)))
    return snapshot(cell, Window(name, before, **window), under, SENSITIVE)  # type: ignore[arg-type]


# A function of counts ------------------------------------------------------------------------------------------------


@given(cells(), st.randoms())
def test_who_gave_it_and_in_which_order_changes_nothing(cell: Cell, chance: object) -> None:
    before = made(cell).written()
    people = [list(codes) for codes in cell.people]
    chance.shuffle(people)  # type: ignore[attr-defined]
    for given_codes in people:
        chance.shuffle(given_codes)  # type: ignore[attr-defined]
    assert made(cell._replace(people=people)).written() == before


@given(cells())
def test_the_same_code_twice_by_one_person_changes_nothing(cell: Cell) -> None:
    twice = [[*codes, *codes] for codes in cell.people]
    assert made(cell._replace(people=twice)).written() == made(cell).written()


@given(cells())
def test_only_the_counts_of_each_theme_matter(cell: Cell) -> None:
    """Which people named it does not: as many others instead give the same bytes."""
    counts = {code: sum(code in codes for codes in cell.people) for code in CODES}
    size = len(cell.people)
    other = [{code for code in CODES if place >= size - counts[code]} for place in range(size)]
    assert made(cell._replace(people=other)).written() == made(cell).written()


@given(cells())
def test_a_theme_is_shown_by_its_own_count_alone(cell: Cell) -> None:
    """So the attacker of `attacks.py` may ask for one at a time."""
    whole = made(cell)
    for code in CODES:
        alone = [set(codes) & {code} for codes in cell.people]
        assert made(cell._replace(people=alone)).band(code) == whole.band(code)


@given(cells(), limits)
def test_the_same_snapshot_is_the_same_bytes(cell: Cell, under: Limits) -> None:
    one = made(cell, under)
    assert Snapshot.model_validate_json(one.written()).written() == one.written()
    assert one.digest == made(cell, under).digest


@given(cells(), limits)
def test_themes_stand_from_the_highest_band_on_and_by_code_within_one(cell: Cell, under: Limits) -> None:
    one = made(cell, under)
    places = [(-SCHEMES[one.bands].index(theme.band), theme.code) for theme in one.themes]
    assert places == sorted(places)


# Enough --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("roster", range(1, 25))
def test_not_enough_says_the_same_of_nobody_and_of_one_too_few(roster: int) -> None:
    for under in LIMITS:
        fewer = range(min(under.contributors, roster + 1))
        said = {made(Cell([("A1",)] * size, roster), under).written() for size in fewer}
        assert len(said) == 1
        assert "A1" not in said.pop()


def test_five_contributors_of_six_are_enough_and_of_five_are_not() -> None:
    assert made(Cell([("A1",)] * 5, 6)).enough
    assert not made(Cell([("A1",)] * 5, 5)).enough
    assert not made(Cell([("A1",)] * 4, 6)).enough


def test_a_circle_of_several_teams_needs_ten_who_can_be_counted() -> None:
    assert CIRCLE_ROSTER == 10
    assert not made(Cell([("A1",)] * 9, 9, teams=2)).enough
    assert made(Cell([("A1",)] * 9, 10, teams=2)).enough


def test_raised_limits_leave_room_for_two_who_took_no_part() -> None:
    assert least_roster(Limits(), 1) == 6
    for contributors in range(6, 20):
        assert least_roster(Limits(contributors=contributors), 1) == contributors + 3


@pytest.mark.parametrize("roster", range(1, 41))
def test_the_label_never_says_that_everybody_takes_part(roster: int) -> None:
    for under in LIMITS:
        for told in steps(under, roster):
            label = written(told, under)
            least, _, most = label.rstrip("+").partition("-")
            assert int(least) <= told.least
            assert told.least <= roster - 1
            assert not most or int(most) < roster
            if told.least > 5:
                assert told.least <= roster - 3


@pytest.mark.parametrize("roster", range(6, 41))
def test_every_number_of_contributors_has_one_label_and_neighbours_share_it(roster: int) -> None:
    """No label and number of bands belong to one number alone."""
    for under in LIMITS:
        rules = Rules(roster, under)
        said = [rules.announces(size, 0)[:3] for size in range(roster + 1)]
        for one in set(said):
            assert said.count(one) > 1
            first = said.index(one)
            assert said[first : first + said.count(one)] == [one] * said.count(one), "a run of neighbours"


# Bands ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("least", [3, 4, 5])
@pytest.mark.parametrize("scheme", [2, 3])
def test_no_band_covers_a_single_count(scheme: int, least: int) -> None:
    fewest = disclosure.TWO_BANDS if scheme == 2 else disclosure.THREE_BANDS
    for size in range(fewest, 101):
        assert all(len(band) >= scheme for band in edges(size, least, scheme)), size


@given(st.integers(5, 60), limits, st.booleans())
def test_nothing_shown_means_one_count_or_everybody_whatever_was_raised(
    roster: int, under: Limits, careful: bool
) -> None:
    """Of all the numbers of contributors that the label leaves open."""
    for told in steps(under, roster):
        spans = [
            (size, at, count)
            for size in range(told.least, told.most + 1)
            for at, span in enumerate(edges(size, told.persons(under, sensitive=careful), told.bands))
            for count in span
            if count <= size
        ]
        for at, band in enumerate(SCHEMES[told.bands]):
            means = {(size, count) for size, one, count in spans if one == at}
            if means and not settles(band, told, under, sensitive=careful):
                assert len({count for _, count in means}) > 1
                assert any(count < size for size, count in means)


@given(st.integers(5, 60), st.integers(3, 12), st.sampled_from([1, 2, 3]))
def test_bands_follow_each_other_without_a_gap_and_the_top_one_covers_all(size: int, least: int, scheme: int) -> None:
    bands = edges(size, least, scheme)
    assert bands[0].start == least
    assert all(lower.stop == upper.start for lower, upper in pairwise(bands))
    assert bands[-1].stop >= size + 1


@pytest.mark.parametrize(
    ("roster", "size", "people", "bands"),
    [(6, 5, "5+", 1), (6, 6, "5+", 1), (8, 8, "5+", 1), (10, 10, "5+", 1), (11, 7, "5-7", 1), (11, 8, "8+", 2),
     (11, 11, "8+", 2), (15, 12, "12+", 2), (15, 11, "8-11", 2), (19, 15, "12+", 2), (19, 16, "12+", 3)],
)  # fmt: skip
def test_what_is_told_of_their_number(roster: int, size: int, people: str, bands: int) -> None:
    one = made(Cell([()] * size, roster))
    assert (one.people, one.bands) == (people, bands)


@pytest.mark.parametrize(("careful", "least"), [(False, 3), (True, 5)])
def test_a_theme_of_one_person_fewer_is_not_shown(careful: bool, least: int) -> None:
    code = "S1" if careful else "A1"
    for count, band in ((least - 1, None), (least, "came-up")):
        assert published(made_world(7, 6, {code: count}), Limits(), SENSITIVE).snapshot.band(code) == band


def test_from_eight_on_a_theme_needs_two_more_persons_than_may_collude() -> None:
    for count, shown in ((3, False), (4, True)):
        assert (published(made_world(8, 7, {"A1": count}), Limits()).snapshot.band("A1") is not None) == shown


# Limits and series ---------------------------------------------------------------------------------------------------


@given(limits, limits, limits)
def test_limits_only_rise(one: Limits, two: Limits, three: Limits) -> None:
    cell, before = Cell([], 30), []
    for under in (one, two, three):
        before.append(made(cell, under, before))
    for earlier, later in pairwise(before):
        assert later.limits == earlier.limits.raised(later.limits)
        assert (later.series == earlier.series + 1) == (later.limits != earlier.limits)
        assert later.series - earlier.series in (0, 1)


def test_limits_below_the_policys_are_refused() -> None:
    for field, value in (("contributors", 4), ("persons", 2), ("sensitive", 4)):
        with pytest.raises(ValueError):
            Limits(**{field: value})


def test_another_rule_begins_a_new_series(monkeypatch: pytest.MonkeyPatch) -> None:
    before = made(Cell([], 8))
    monkeypatch.setattr(disclosure, "RULE", disclosure.RULE + 1)
    assert made(Cell([], 8), before=[before]).series == 2


# Trends (P7), the rule written once more -----------------------------------------------------------------------------

ORDER = ("", "some", "half", "most")


def expected(bands: Sequence[str], changes: tuple[int | None, int | None], *, broken: bool) -> str:
    """At least three windows in a row; two steps in one direction, or one by two bands; nothing near a newcomer."""
    first, second, third = (ORDER.index(band) for band in bands)
    if broken or None in changes or 1 in changes or 2 in changes or not third:
        return ""
    moves = second - first, third - second
    if moves[1] > 0 and (moves[0] > 0 or moves[1] >= 2):
        return "up"
    return "down" if moves[1] < 0 and (moves[0] < 0 or moves[1] <= -2) else ""


@given(
    st.lists(st.sampled_from(ORDER), min_size=3, max_size=3),
    st.tuples(*[st.one_of(st.none(), st.integers(0, 4))] * 2),
    st.sampled_from(["", "gap", "not enough", "series", "bands", "short"]),
)
def test_arrows_follow_the_policy(bands: list[str], changes: tuple[int | None, int | None], broken: str) -> None:
    before = [_window(number, band) for number, band in enumerate(bands[:2])]
    if broken == "gap":
        before[0] = _window(0, bands[0], starts=FIRST - timedelta(weeks=4))
    elif broken == "not enough":
        before[0] = before[0].model_copy(update={"enough": False, "bands": 0, "themes": ()})
    elif broken == "series":
        before[0] = before[0].model_copy(update={"series": 7})
    elif broken == "bands":
        before[1] = before[1].model_copy(update={"bands": 2, "themes": ()})
    elif broken == "short":
        del before[0]
    now = snapshot(
        Cell([("A1",)] * _count(bands[2]) + [()] * (16 - _count(bands[2])), 20),
        Window(window_name(FIRST + timedelta(weeks=8)), before, changes),
        Limits(),
        SENSITIVE,
    )
    assert (now.band("A1") or "") == bands[2]
    trend = next((theme.trend for theme in now.themes), "")
    assert trend == expected(bands, changes, broken=bool(broken))


def _window(number: int, band: str, starts: date | None = None) -> Snapshot:
    starts = starts or FIRST + timedelta(weeks=4 * number)
    themes = (Shown(code="A1", band=band),) if band else ()  # type: ignore[arg-type]
    return Snapshot(
        window=window_name(starts),
        starts=starts,
        ends=starts + timedelta(days=27),
        published=starts + timedelta(days=31),
        enough=True,
        people="12+",
        bands=3,
        themes=themes,
    )


def _count(band: str) -> int:
    """How many of sixteen name it."""
    return {"": 0, "some": 4, "half": 8, "most": 12}[band]


def test_no_window_before_has_an_arrow_and_no_theme_that_is_not_shown() -> None:
    def of(*counts: int) -> Snapshot:
        before: list[Snapshot] = []
        for count in counts:
            before.append(made(Cell([("A1",)] * count + [()] * (16 - count), 20), before=before, changes=(0, 0)))
        return before[-1]

    assert [theme.trend for theme in of(0, 12).themes] == [""]
    assert [theme.trend for theme in of(0, 4, 12).themes] == ["up"]
    assert [theme.trend for theme in of(12, 8, 4).themes] == ["down"]
    assert of(12, 8, 0).themes == ()


def _shown(people: Collection[Collection[str]], roster: int) -> set[str]:
    return {theme.code for theme in made(Cell(list(people), roster)).themes}


@pytest.mark.parametrize("roster", [6, 7, 8, 12, 20])
def test_everybody_and_nobody_name_it(roster: int) -> None:
    everybody, nobody = [("A1", "S1")] * roster, [()] * roster
    assert _shown(everybody, roster) == ({"A1"} if roster == 6 else {"A1", "S1"})
    assert _shown(nobody, roster) == set()
