"""Rules as text: what is taken and how it is written, what is refused and what it says; and the days that they name."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice

import minute_walk
import pytest
from dateutil.rrule import rrulestr
from drawn_rules import begun, midnight
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.recurrence import checked_rule
from scheduler.recurrence.expand import named_days

MONDAY = datetime.fromisoformat("2026-11-02T09:00")
EPOCH = date(1970, 1, 1)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("FREQ=WEEKLY", "FREQ=WEEKLY"),
        ("rrule:byday=th,mo; freq=weekly", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("FREQ=WEEKLY;INTERVAL=1;WKST=MO;BYDAY=MO,MO", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=WEEKLY;WKST=SU;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;WKST=SU"),
        ("FREQ=MONTHLY;BYDAY=-1FR,+1MO", "FREQ=MONTHLY;BYDAY=1MO,-1FR"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1"),
        ("FREQ=MONTHLY;BYMONTHDAY=31,2,-1", "FREQ=MONTHLY;BYMONTHDAY=-1,2,31"),
        ("COUNT=3;FREQ=DAILY;BYMONTH=12,11", "FREQ=DAILY;BYMONTH=11,12;COUNT=3"),
        ("FREQ=DAILY;UNTIL=20261231T235959Z", "FREQ=DAILY;UNTIL=20261231T235959Z"),
        ("FREQ=YEARLY", "FREQ=YEARLY"),
        ("", ""),
    ],
)
def test_a_rule_is_written_in_one_way(given: str, written: str) -> None:
    assert checked_rule(given, MONDAY) == written
    assert checked_rule(written, MONDAY) == written


STARTS = "The start, Monday 2026-11-02, is no day of the rule; start on "
PARTS = "FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST"
CLOCK = "cannot be part of the rule: the time of day is that of the start."
OFTEN = "The rule does not say how often; begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."
UNTIL = "cannot be read; write an instant in UTC such as 20261231T235959Z."
DAYS = "cannot be read; write days such as MO,TH, or with a number such as 1MO or -1FR."


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("every Monday", "'EVERY MONDAY' is no part of a rule; write it like FREQ=WEEKLY;BYDAY=MO,TH."),
        ("BYDAY=MO", OFTEN),
        ("FREQ=SOMETIMES", OFTEN),
        ("FREQ=HOURLY", "FREQ=HOURLY would come more than once a day; write FREQ=DAILY or less often."),
        ("FREQ=DAILY;BYHOUR=9,15", f"BYHOUR {CLOCK}"),
        ("FREQ=DAILY;BYMINUTE=0", f"BYMINUTE {CLOCK}"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO cannot be part of the rule: write BYMONTH with BYDAY."),
        ("FREQ=YEARLY;BYYEARDAY=1", "BYYEARDAY cannot be part of the rule: write BYMONTH with BYMONTHDAY."),
        ("FREQ=DAILY;DTSTART=20260101", "DTSTART cannot be part of the rule: the start is given apart from the rule."),
        ("FREQ=DAILY;X=1", f"'X' is no part of a rule; it takes {PARTS}."),
        ("FREQ=DAILY;FREQ=WEEKLY", "FREQ stands twice in the rule; write it once."),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 cannot be read; write a whole number from 1 to 400."),
        ("FREQ=DAILY;INTERVAL=401", "INTERVAL=401 cannot be read; write a whole number from 1 to 400."),
        ("FREQ=DAILY;INTERVAL=²", "INTERVAL=² cannot be read; write a whole number from 1 to 400."),
        ("FREQ=DAILY;COUNT=1001", "COUNT=1001 cannot be read; write a whole number from 1 to 1000."),
        ("FREQ=DAILY;UNTIL=20261231", f"UNTIL=20261231 {UNTIL}"),
        ("FREQ=DAILY;UNTIL=20261331T000000Z", f"UNTIL=20261331T000000Z {UNTIL}"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20271231T000000Z", "COUNT and UNTIL cannot both end the rule; write one of them."),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH=13 cannot be read; write numbers from 1 to 12."),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0 cannot be read; write numbers from 1 to 31, or -1 for the last."),
        ("FREQ=WEEKLY;BYDAY=MONDAY", f"BYDAY=MONDAY {DAYS}"),
        ("FREQ=MONTHLY;BYDAY=0MO", f"BYDAY=0MO {DAYS}"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY counts to 5 within a month; write a number such as 1MO or -1FR."),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY cannot count days in FREQ=WEEKLY; write days such as MO,TH, or FREQ=MONTHLY."),
        ("FREQ=WEEKLY;BYMONTHDAY=2", "BYMONTHDAY cannot stand in FREQ=WEEKLY; write FREQ=MONTHLY, or BYDAY."),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS picks from days that the rule names; write some in BYDAY."),
        (
            "FREQ=DAILY;BYDAY=MO;BYSETPOS=1",
            "BYSETPOS cannot stand in FREQ=DAILY, which has one day; leave it out.",
        ),
        ("FREQ=DAILY;WKST=1", "WKST=1 cannot be read; write the day that a week begins with, such as MO."),
        ("FREQ=WEEKLY;BYDAY=TU", f"{STARTS}Tuesday 2026-11-03."),
        ("FREQ=MONTHLY;BYMONTHDAY=31", f"{STARTS}Thursday 2026-12-31."),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "The rule names no day at all from its start on; write another one."),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "The rule names no day at all from its start on; write another one."),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3", "The rule names no day at all from its start on; write another one."),
        ("FREQ=DAILY;UNTIL=20261031T000000Z", "The rule ends before its start; write a later UNTIL."),
        ("FREQ=DAILY;BYMONTH=" + "1," * 100 + "1", "The rule has 220 characters; the most is 200."),
    ],
)
def test_what_is_no_rule_of_ours_is_refused_in_one_sentence(given: str, says: str) -> None:
    with pytest.raises(ValueError) as refused:
        checked_rule(given, MONDAY)
    assert str(refused.value) == says


PIECES = ("FREQ=", "DAILY", "WEEKLY", ";", "BYDAY=", "MO", "-1", ",", "COUNT=", "9", "0", "Z", "=")


@settings(deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES)).map("".join))
def test_whatever_is_given_is_a_rule_or_one_sentence(text: str) -> None:
    with suppress(ValueError):
        written = checked_rule(text, MONDAY)
        assert checked_rule(written, MONDAY) == written
        return
    with pytest.raises(ValueError, match=r"^[^\n]+\.$"):
        checked_rule(text, MONDAY)


@settings(max_examples=150, deadline=None)
@given(begun(), st.integers(0, 3000))
def test_a_rule_names_the_days_that_each_day_held_against_it_by_itself_gives(
    drawn: tuple[str, datetime], later: int
) -> None:
    """The other matcher shares no code with ours; it looks at each day alone."""
    rule, start = drawn
    since = start.date() + timedelta(days=later)
    until = since + timedelta(days=800)
    first, last, zero = ((day - EPOCH).days for day in (since, until, start.date()))
    days = [EPOCH + timedelta(days=day) for day in minute_walk.days_of(rule, zero, first, last)]
    assert list(named_days(checked_rule(rule, start), start.date(), since, until)) == days


@settings(max_examples=150, deadline=None)
@given(begun(picks=False))
def test_a_rule_names_the_days_that_dateutil_gives(drawn: tuple[str, datetime]) -> None:
    rule, start = drawn
    days = list(islice(named_days(rule, start.date(), last=start.date() + timedelta(days=3650)), 20))
    plain = rrulestr(f"RRULE:{rule}", dtstart=midnight(start.date()))
    assert [day.date() for day in islice(plain, len(days))] == days


@settings(max_examples=150, deadline=None)
@given(begun(ends=False), st.integers(0, 3000))
def test_history_costs_nothing_and_changes_nothing(drawn: tuple[str, datetime], later: int) -> None:
    """Entered anywhere, a rule names the days that it names when it is walked from its start."""
    rule, start = drawn
    since = start.date() + timedelta(days=later)
    until = since + timedelta(days=400)
    walked = [day for day in named_days(rule, start.date(), last=until) if day >= since]
    assert list(named_days(rule, start.date(), since, until)) == walked


def test_count_counts_from_the_start_wherever_it_is_entered() -> None:
    rule, start = "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5", MONDAY.date()
    every = [date(2026, 11, day) for day in (2, 5, 9, 12, 16)]
    assert list(named_days(rule, start)) == every
    assert list(named_days(rule, start, date(2026, 11, 10))) == every[3:]
    assert not list(named_days(rule, start, date(2026, 11, 17)))


def test_a_place_in_a_week_is_a_place_in_the_whole_week_also_in_the_first() -> None:
    """dateutil looks at what is left of it. RFC 5545: BYSETPOS is a place in the set of one interval."""
    start = date(2026, 11, 4)  # a Wednesday
    days = list(islice(named_days("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2", start), 2))
    assert days == [date(2026, 11, 4), date(2026, 11, 11)]


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("FREQ=MONTHLY;BYDAY=TU,1FR", ["11-03", "11-06", "11-10", "11-17", "11-24", "12-01", "12-04"]),
        ("FREQ=MONTHLY;BYDAY=TU,1FR;BYSETPOS=-1,2", ["11-06", "11-24", "12-04", "12-29"]),
        ("FREQ=YEARLY;BYDAY=TU,-1FR", ["11-03", "11-10", "11-17", "11-24", "12-01", "12-08", "12-15"]),
    ],
)
def test_days_that_are_counted_and_days_that_are_not_may_stand_together(rule: str, names: list[str]) -> None:
    """Plain dateutil names none of such a list."""
    found = islice(named_days(rule, date(2026, 11, 3)), len(names))
    assert [f"{day:%m-%d}" for day in found] == names


def test_days_that_a_month_has_not_simply_do_not_come() -> None:
    days = list(islice(named_days("FREQ=MONTHLY", date(2026, 1, 31)), 4))
    assert days == [date(2026, 1, 31), date(2026, 3, 31), date(2026, 5, 31), date(2026, 7, 31)]
    assert list(islice(named_days("FREQ=YEARLY", date(2096, 2, 29)), 2)) == [date(2096, 2, 29), date(2104, 2, 29)]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=399;BYMONTH=2;BYMONTHDAY=29;BYDAY=TH",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TH;COUNT=1000",
        "FREQ=YEARLY;INTERVAL=400",
        "FREQ=YEARLY;INTERVAL=397;BYMONTH=2;BYMONTHDAY=29",
    ],
)
def test_a_rule_that_hardly_ever_comes_is_over_soon(rule: str) -> None:
    """Or comes in a thousand years; either way nobody waits for it."""
    start = date(2024, 2, 29)
    assert next(named_days(rule, start)) == start
    assert next(named_days(rule, start, start + timedelta(days=1)), date.max) >= date(2052, 2, 29)
