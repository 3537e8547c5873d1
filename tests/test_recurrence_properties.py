"""What always holds of a recurrence: it ascends, keeps the peace, and is the same wherever it is entered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise

import pytest
from dateutil.rrule import rrulestr
from drawn_rules import CLOCKS, begun
from holidays import country_holidays
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from scheduler.recurrence import Days, OnDayOff, Recurrence, is_day_off, next_after, occurrences, zone_named
from scheduler.recurrence.expand import named_days

LONG_AGO = datetime.min.replace(tzinfo=UTC)
DAY = timedelta(days=1)
WAYS: tuple[OnDayOff, ...] = ("keep", "skip", "next", "previous")
ZONES = (
    "America/New_York", "America/Havana", "America/Santiago", "America/Sao_Paulo", "Europe/Lisbon", "Asia/Tehran",
    "Australia/Lord_Howe", "Africa/Casablanca", "Africa/Cairo", "Pacific/Apia", "Asia/Kathmandu", "Antarctica/Troll",
)  # fmt: skip
HOLIDAYS = ("", "US", "US-NC", "BR", "IL")

clocks = st.integers(0, 11).map(lambda half: time(half // 2, half % 2 * 30)) | CLOCKS  # most clocks change at night
walls = clocks.map(lambda at: at.strftime("%H:%M"))
spans = st.none() | st.tuples(walls, walls)
working = st.frozensets(st.integers(0, 6), min_size=1)


def changes(zone: str) -> Iterator[date]:
    """The days on which the clocks of a place are changed."""
    noons = [datetime(2010, 1, 1, 12, tzinfo=zone_named(zone)) + day * DAY for day in range(7000)]
    return (later.date() for earlier, later in pairwise(noons) if earlier.utcoffset() != later.utcoffset())


CHANGES = {zone: tuple(changes(zone)) or (date(2026, 3, 1),) for zone in ZONES}


@st.composite
def leaves(draw: st.DrawFn, around: date) -> tuple[date, date] | None:
    if not draw(st.booleans()):
        return None
    first = around + DAY * draw(st.integers(-20, 60))
    return first, first + DAY * draw(st.integers(0, 40))


@st.composite
def arranged(draw: st.DrawFn) -> tuple[Recurrence, Days]:
    """A recurrence that lives through a change of clocks, where some days do not count and some hours are quiet."""
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(CHANGES[zone])) - DAY * draw(st.integers(0, 9))
    rule = draw(st.sampled_from(("FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SU,MO,SA")))
    start = datetime.combine(next(named_days(rule, day)), draw(clocks))
    days = Days(draw(working), draw(st.sampled_from(HOLIDAYS)), draw(leaves(day)), draw(spans))
    what = Recurrence(
        start,
        zone,
        rule,
        draw(st.integers(0, 3)),
        draw(st.sampled_from(WAYS)),
        draw(st.sampled_from(("shift", "skip"))),
    )
    return what, days


def local(at: datetime, what: Recurrence) -> datetime:
    return at.astimezone(zone_named(what.zone)).replace(tzinfo=None)


def is_quiet(wall: datetime, days: Days) -> bool:
    if days.quiet is None:
        return False
    start, end = (time.fromisoformat(one) for one in days.quiet)
    clock = wall.time()
    return start <= clock < end if start <= end else clock >= start or clock < end


LOST_DAY = Recurrence(datetime.fromisoformat("2011-12-28T09:00"), "Pacific/Apia", "FREQ=DAILY")
#: What waits from the 29th for the morning of a day that never comes, comes on the 31st.
EVENINGS = Recurrence(datetime.fromisoformat("2011-12-27T21:00"), "Pacific/Apia", "FREQ=DAILY;INTERVAL=2")
#: Three o'clock is quiet, half past two is not; where the clocks leave it out, it is half past three.
INTO_QUIET = Recurrence(datetime.fromisoformat("2026-03-06T02:30"), "America/New_York", "FREQ=DAILY")


@settings(max_examples=300, deadline=None)
@given(arranged())
@example((LOST_DAY, Days(quiet=("18:00", "09:30"))))
@example((INTO_QUIET, Days(quiet=("03:00", "02:45"))))
def test_it_ascends_in_utc_and_keeps_the_peace(drawn: tuple[Recurrence, Days]) -> None:
    what, days = drawn
    instants = list(islice(occurrences(what, days, LONG_AGO), 20))
    assert all(earlier < later for earlier, later in pairwise(instants))
    for at in instants:
        wall = local(at, what)
        assert at.tzinfo is UTC
        assert not is_quiet(wall, days)
        assert not (days.away and days.away[0] <= wall.date() <= days.away[1])
        assert what.on_day_off == "keep" or not is_day_off(days, wall.date())


@settings(max_examples=300, deadline=None)
@given(arranged(), st.integers(0, 14), st.integers(1, 200_000))
@example((LOST_DAY, Days()), 2, 1)
@example((EVENINGS, Days(quiet=("20:00", "08:00"))), 1, 3600)
@example((INTO_QUIET, Days(quiet=("03:00", "02:45"))), 2, 60)
def test_it_is_the_same_wherever_it_is_entered(drawn: tuple[Recurrence, Days], place: int, seconds: int) -> None:
    what, days = drawn
    instants = list(islice(occurrences(what, days, LONG_AGO), 20))
    assume(place < len(instants))
    after = instants[place] - timedelta(seconds=seconds)
    rest = [at for at in instants if at > after]
    assert list(islice(occurrences(what, days, after), len(rest))) == rest
    assert next_after(what, days, instants[place] - timedelta(microseconds=1)) == instants[place]


# Against the same, done slowly: every day of the rule is moved, then all are put in order


def is_off(days: Days, day: date) -> bool:
    holidays = country_holidays(days.holidays, years=day.year) if days.holidays else {}
    return day.weekday() not in days.working or day in holidays or is_leave(days, day)


def is_leave(days: Days, day: date) -> bool:
    return days.away is not None and days.away[0] <= day <= days.away[1]


def slowly(what: Recurrence, days: Days, wall: datetime) -> datetime | None:
    """In a zone whose clocks are never changed: when the one of a day comes."""
    while True:
        while is_off(days, wall.date()):
            dropped = what.on_day_off == "skip" or (what.on_day_off != "next" and is_leave(days, wall.date()))
            if dropped or what.on_day_off == "keep":
                break
            wall += DAY if what.on_day_off == "next" else -DAY
        if is_leave(days, wall.date()) or (what.on_day_off != "keep" and is_off(days, wall.date())):
            return None
        if not is_quiet(wall, days):
            return wall.replace(tzinfo=UTC)
        while is_quiet(wall, days):
            wall += timedelta(minutes=1)


@settings(max_examples=100, deadline=None)
@given(begun(), working, st.sampled_from(("", "US")), st.sampled_from(WAYS), spans, st.integers(0, 9), st.data())
def test_moved_days_are_those_that_moving_each_alone_gives(
    drawn: tuple[str, datetime],
    working: frozenset[int],
    holidays: str,
    way: OnDayOff,
    quiet: tuple[str, str] | None,
    before: int,
    data: st.DataObject,
) -> None:
    rule, start = drawn
    days = Days(working, holidays, data.draw(leaves(start.date())), quiet)
    what = Recurrence(start, "UTC", rule, before, way)
    horizon = start.date() + timedelta(days=300)
    named = list(named_days(rule, start.date(), last=horizon + 90 * DAY))
    moved = {slowly(what, days, datetime.combine(day, start.time()) - before * DAY) for day in named}
    expected = sorted(at for at in moved if at and at.date() <= horizon)
    after = datetime.combine(start.date(), time.min, UTC) + DAY * data.draw(st.integers(-20, 200))
    rest = [at for at in expected if at > after]
    assert list(islice(occurrences(what, days, after), len(rest))) == rest


@settings(max_examples=100, deadline=None)
@given(begun(picks=False), st.sampled_from(("UTC", "Asia/Kathmandu", "Asia/Kolkata")), st.integers(0, 2000))
def test_it_comes_when_the_plain_rule_comes(drawn: tuple[str, datetime], zone: str, later: int) -> None:
    """However far from its start it is entered; dateutil walks from the start."""
    rule, start = drawn
    there = zone_named(zone)
    after = (start + timedelta(days=later, minutes=1)).replace(tzinfo=there)
    comes = next_after(Recurrence(start, zone, rule), Days(), after.astimezone(UTC))
    assume(comes is None or comes < after + timedelta(days=3650))
    if comes is not None or "COUNT" in rule:
        plain = rrulestr(f"RRULE:{rule}", dtstart=start).after(after.replace(tzinfo=None))
        assert (plain and plain.replace(tzinfo=there)) == comes


# One by one


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def first_of(what: Recurrence, days: Days, many: int = 3) -> list[str]:
    return [f"{found:%m-%d %H:%M}" for found in islice(occurrences(what, days, LONG_AGO), many)]


def daily(clock: str = "21:00", **more: object) -> Recurrence:
    """From Thursday 5 November 2026 on."""
    return Recurrence(datetime.fromisoformat(f"2026-11-05T{clock}"), "UTC", "FREQ=DAILY", **more)  # type: ignore[arg-type]


OFFICE = frozenset(range(5))
EVENING = ("18:00", "08:00")


@pytest.mark.parametrize(
    ("way", "comes"),
    [
        ("keep", ["11-06 08:00", "11-07 08:00", "11-08 08:00"]),
        ("skip", ["11-06 08:00", "11-10 08:00", "11-11 08:00"]),  # Friday's falls on Saturday, Monday's on Tuesday
        ("next", ["11-06 08:00", "11-09 08:00", "11-10 08:00"]),
        ("previous", ["11-06 08:00", "11-10 08:00", "11-11 08:00"]),  # Friday's moves back to where Thursday's is
    ],
)
def test_quiet_hours_and_days_off_push_each_other(way: OnDayOff, comes: list[str]) -> None:
    assert first_of(daily(on_day_off=way), Days(OFFICE, quiet=EVENING)) == comes


def test_a_holiday_is_a_day_off_where_holidays_are_kept() -> None:
    christmas = Recurrence(
        datetime.fromisoformat("2026-12-24T10:00"), "America/New_York", "FREQ=DAILY", on_day_off="skip"
    )
    assert first_of(christmas, Days(OFFICE, "US"), 2) == ["12-24 15:00", "12-28 15:00"]
    assert first_of(christmas, Days(OFFICE), 2) == ["12-24 15:00", "12-25 15:00"]


def test_a_state_keeps_its_own_holidays() -> None:
    good_friday = date(2026, 4, 3)
    assert is_day_off(Days(holidays="US-NC"), good_friday)
    assert not is_day_off(Days(holidays="US"), good_friday)
    with pytest.raises(ValueError, match="'XX'"):
        is_day_off(Days(holidays="XX"), good_friday)


@pytest.mark.parametrize("way", WAYS)
def test_a_long_leave_is_stepped_over_and_not_the_end(way: OnDayOff) -> None:
    leave = date(2026, 11, 6), date(2029, 12, 31)
    instants = list(islice(occurrences(daily("10:00", on_day_off=way), Days(away=leave), LONG_AGO), 3))
    assert instants == [at("2026-11-05T10:00"), at("2030-01-01T10:00"), at("2030-01-02T10:00")]


def test_what_falls_into_a_long_leave_comes_on_the_day_after_it_where_all_move_on() -> None:
    leave = Days(away=(date(2026, 11, 6), date(2029, 12, 31)))
    weekly = Recurrence(datetime.fromisoformat("2026-11-05T10:00"), "UTC", "FREQ=WEEKLY", on_day_off="next")
    instants = [at(f"{day}T10:00") for day in ("2026-11-05", "2030-01-01", "2030-01-03")]
    assert list(islice(occurrences(weekly, leave, LONG_AGO), 3)) == instants
    assert next_after(weekly, leave, at("2028-02-29T12:00")) == instants[1]


def test_nothing_moves_back_over_a_leave_and_what_falls_into_it_moves_on_only_where_all_do() -> None:
    sunday = Recurrence(datetime.fromisoformat("2026-11-08T10:00"), "UTC", "FREQ=WEEKLY;COUNT=1")
    for leave in ((date(2026, 11, 6), date(2026, 11, 7)), (date(2026, 11, 7), date(2026, 11, 9))):
        days = Days(OFFICE, away=leave)
        moved = {way: first_of(Recurrence(sunday.start, "UTC", sunday.rule, 0, way), days) for way in WAYS}
        later = f"{max(leave[1] + DAY, date(2026, 11, 9)):%m-%d} 10:00"
        kept = [] if leave[1] > date(2026, 11, 8) else ["11-08 10:00"]
        assert moved == {"keep": kept, "skip": [], "next": [later], "previous": []}


def test_one_that_comes_once_comes_once_or_moves_or_not_at_all() -> None:
    saturday = datetime.fromisoformat("2026-11-07T10:00")
    comes = {way: first_of(Recurrence(saturday, "UTC", on_day_off=way), Days(OFFICE)) for way in WAYS}
    assert comes == {"keep": ["11-07 10:00"], "skip": [], "next": ["11-09 10:00"], "previous": ["11-06 10:00"]}


def test_days_before_are_counted_from_the_day_of_the_rule() -> None:
    supervision = Recurrence(datetime.fromisoformat("2026-11-10T09:00"), "UTC", "FREQ=MONTHLY;BYDAY=2TU", days_before=2)
    assert first_of(supervision, Days()) == ["11-08 09:00", "12-06 09:00", "01-10 09:00"]
    moved = Recurrence(supervision.start, "UTC", supervision.rule, 2, "previous")
    assert first_of(moved, Days(OFFICE)) == ["11-06 09:00", "12-04 09:00", "01-08 09:00"]


def test_until_is_an_instant_and_included() -> None:
    for until, many in (("20261108T020000Z", 3), ("20261108T015959Z", 2)):
        what = Recurrence(datetime.fromisoformat("2026-11-05T21:00"), "America/New_York", f"FREQ=DAILY;UNTIL={until}")
        assert len(list(occurrences(what, Days(), LONG_AGO))) == many


def test_where_no_day_counts_it_gives_up() -> None:
    for way in ("skip", "next", "previous"):
        assert next_after(daily(on_day_off=way), Days(frozenset()), LONG_AGO) is None


def test_it_does_not_begin_on_a_clock_with_an_offset_nor_in_the_dark_ages() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        Recurrence(at("2026-11-05T21:00"), "UTC")
    with pytest.raises(ValueError, match="1066"):
        Recurrence(datetime.fromisoformat("1066-10-14T09:00"), "UTC")


def test_a_leave_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="The leave ends before it begins"):
        Days(away=(date(2026, 11, 6), date(2026, 11, 5)))
