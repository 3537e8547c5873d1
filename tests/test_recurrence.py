"""Quiet hours on the clock of a place, across its clock changes; and the grid of windows as far as a page knows it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.recurrence import after_quiet, first_themes, weekly_after, zone_named
from storage.windows import earliest_themes, monday_after

#: Clock changes at night, at midnight, by half an hour, a day that was left out, and places with none.
ZONES = (
    "America/New_York", "America/Havana", "America/Santiago", "America/Puerto_Rico", "Europe/Lisbon",
    "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "UTC",
)  # fmt: skip
NEW_YORK = "America/New_York"
EVENING = ("18:00", "08:00")

WALLS = st.times().map(lambda at: at.strftime("%H:%M"))
MOMENTS = st.integers(1_293_840_000, 1_893_456_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def local(zone: str, wall: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=zone_named(zone), fold=fold).astimezone(UTC)


def is_quiet(at: datetime, zone: str, quiet: tuple[str, str]) -> bool:
    start, end = (time.fromisoformat(wall) for wall in quiet)
    wall = at.astimezone(zone_named(zone)).time()
    return start <= wall < end if start <= end else wall >= start or wall < end


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-11-02T17:59", "2026-11-02T17:59"),
        ("2026-11-02T18:00", "2026-11-03T08:00"),
        ("2026-11-02T23:59", "2026-11-03T08:00"),
        ("2026-11-03T07:59", "2026-11-03T08:00"),
        ("2026-11-03T08:00", "2026-11-03T08:00"),
        ("2026-10-31T22:00", "2026-11-01T08:00"),  # thirteen hours: the clocks go back
        ("2026-03-07T22:00", "2026-03-08T08:00"),  # nine hours: they go forward
        ("2026-12-31T22:00", "2027-01-01T08:00"),
    ],
)
def test_what_falls_into_quiet_hours_waits_for_their_end(at: str, ends: str) -> None:
    assert after_quiet(local(NEW_YORK, at), NEW_YORK, EVENING) == local(NEW_YORK, ends)


def test_without_quiet_hours_nothing_waits() -> None:
    at = local(NEW_YORK, "2026-11-02T23:00")
    assert after_quiet(at, NEW_YORK, None) == at
    assert after_quiet(at, NEW_YORK, ("08:00", "08:00")) == at


def test_quiet_hours_may_lie_within_a_day() -> None:
    at = local(NEW_YORK, "2026-11-02T12:30")
    assert after_quiet(at, NEW_YORK, ("12:00", "13:00")) == local(NEW_YORK, "2026-11-02T13:00")


def test_an_end_that_the_clocks_leave_out_comes_later_by_as_much() -> None:
    at = local(NEW_YORK, "2026-03-08T01:00")
    assert after_quiet(at, NEW_YORK, ("22:00", "02:30")) == local(NEW_YORK, "2026-03-08T03:30")


def test_an_end_that_comes_twice_is_the_first_that_is_still_to_come() -> None:
    quiet = ("22:00", "01:30")
    first, second = (local(NEW_YORK, "2026-11-01T01:30", fold) for fold in (0, 1))
    assert after_quiet(local(NEW_YORK, "2026-11-01T01:10"), NEW_YORK, quiet) == first
    assert after_quiet(local(NEW_YORK, "2026-11-01T01:10", 1), NEW_YORK, quiet) == second


def test_a_day_that_was_left_out_is_not_waited_for() -> None:
    at = local("Pacific/Apia", "2011-12-29T20:00")
    assert after_quiet(at, "Pacific/Apia", EVENING) == local("Pacific/Apia", "2011-12-31T08:00")


@settings(max_examples=500, deadline=None)
@given(MOMENTS, st.sampled_from(ZONES), WALLS, WALLS)
def test_it_is_never_quiet_then_and_nothing_waits_longer_than_it_must(
    at: datetime, zone: str, start: str, end: str
) -> None:
    quiet = (start, end)
    ends = after_quiet(at, zone, quiet)
    if not is_quiet(at, zone, quiet):
        assert ends == at
        return
    assert ends > at
    assert not is_quiet(ends, zone, quiet)
    assert after_quiet(ends, zone, quiet) == ends
    # Up to a clock change that left the end out, it is the very first moment at which it is not quiet any more.
    between = [at + number * (ends - at) / 97 for number in range(97)]
    changed = any(
        one.astimezone(zone_named(zone)).utcoffset() != other.astimezone(zone_named(zone)).utcoffset()
        for one, other in pairwise((*between, ends))
    )
    assert changed or all(is_quiet(one, zone, quiet) for one in between)
    assert ends - at <= timedelta(hours=24) or changed


@given(MOMENTS, st.sampled_from(ZONES), WALLS, WALLS)
def test_what_comes_later_waits_at_least_as_long(at: datetime, zone: str, start: str, end: str) -> None:
    later = at + timedelta(minutes=20)
    assert after_quiet(at, zone, (start, end)) <= max(after_quiet(later, zone, (start, end)), later)


@pytest.mark.parametrize(
    ("at", "comes"),
    [
        ("2026-11-05T16:40", "2026-11-09T09:00"),
        ("2026-11-09T08:59", "2026-11-09T09:00"),
        ("2026-11-09T09:00", "2026-11-16T09:00"),
        ("2026-11-08T23:59", "2026-11-09T09:00"),
        ("2026-10-26T09:00", "2026-11-02T09:00"),  # a week and an hour: the clocks go back
        ("2027-03-08T09:00", "2027-03-15T09:00"),  # a week less an hour: they go forward
        ("2026-12-31T12:00", "2027-01-04T09:00"),
    ],
)
def test_a_week_later_the_clock_on_the_wall_says_the_same(at: str, comes: str) -> None:
    assert weekly_after(local(NEW_YORK, at), NEW_YORK, 0, "09:00") == local(NEW_YORK, comes)


def test_a_weekly_moment_that_the_clocks_leave_out_comes_later_by_as_much() -> None:
    saturday = local(NEW_YORK, "2027-03-13T12:00")
    assert weekly_after(saturday, NEW_YORK, 6, "02:30") == local(NEW_YORK, "2027-03-14T03:30")
    left_out = weekly_after(local("Pacific/Apia", "2011-12-31T08:00"), "Pacific/Apia", 4, "09:00")
    assert left_out == local("Pacific/Apia", "2011-12-31T09:00"), "there was no Friday"


def test_a_weekly_moment_that_comes_twice_is_the_first() -> None:
    first, second = (local(NEW_YORK, "2026-11-01T01:30", fold) for fold in (0, 1))
    assert weekly_after(local(NEW_YORK, "2026-10-31T12:00"), NEW_YORK, 6, "01:30") == first
    assert weekly_after(first, NEW_YORK, 6, "01:30") == local(NEW_YORK, "2026-11-08T01:30")
    assert weekly_after(second, NEW_YORK, 6, "01:30") == local(NEW_YORK, "2026-11-08T01:30")


@settings(max_examples=500, deadline=None)
@given(MOMENTS, st.sampled_from(ZONES), st.integers(0, 6), WALLS)
def test_a_weekly_moment_comes_every_week_and_never_twice_in_one(
    at: datetime, zone: str, weekday: int, wall: str
) -> None:
    first = weekly_after(at, zone, weekday, wall)
    second = weekly_after(first, zone, weekday, wall)
    assert at < first <= at + timedelta(days=8, hours=1)
    assert timedelta(days=6) <= second - first <= timedelta(days=8, hours=1)
    assert weekly_after(first - timedelta(minutes=1), zone, weekday, wall) <= first
    there = first.astimezone(zone_named(zone))
    left_out = there.strftime("%H:%M") != wall or there.weekday() != weekday
    # Two days before, for where a whole day was left out the day before is that one.
    before = local(zone, (there - timedelta(days=2)).replace(tzinfo=None).isoformat())
    assert not left_out or before.astimezone(zone_named(zone)).utcoffset() != there.utcoffset()


DAYS = st.dates(date(2026, 1, 1), date(2028, 1, 1))


@given(DAYS, st.integers(0, 400), st.lists(st.integers(0, 400), max_size=4))
def test_the_first_day_for_themes_is_the_one_that_the_store_will_say(
    begun: date, after: int, others: list[int]
) -> None:
    """Other teams were complete by then; where there is none, this one begins the grid."""
    grid, day = monday_after(begun), begun + timedelta(days=after if others else 0)
    days = [begun + timedelta(days=min(other, after)) for other in others]
    known = [themes for one in days if (themes := earliest_themes(grid, one, None))]
    assert first_themes(day, known) == earliest_themes(grid, day, None)
