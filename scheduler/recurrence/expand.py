"""The days that a rule names, from any day on. dateutil names those of one month or year at a time; which of them is
looked at, we choose, so that history costs nothing and no search is without end. Law: what a period holds depends on
nothing before it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from dateutil.rrule import MONTHLY, YEARLY, rrule, weekday  # type: ignore[import-untyped]

from scheduler.recurrence.rules import Frequency, Rule, read
from scheduler.recurrence.zones import HORIZON

#: An interval in months or years that leads beyond dateutil's calendar, so that it looks at one of them and stops. An
#: `until` would not stop it before it has found a day, and for 30 February it looks up to the year 9999.
ALONE = 120_000
#: Periods in a row without a day, after which a rule counts as over: as many as a century has.
EMPTY: dict[Frequency, int] = {"WEEKLY": 5_220, "MONTHLY": 1_200, "YEARLY": 100}
#: Years in which COUNT is counted, until the calendar repeats itself; one that needs more counts as endless.
COUNTED = 400
WHOLE_WEEK = tuple((0, day) for day in range(7))


@dataclass(frozen=True, slots=True)
class Plan:
    """A rule from a day on. `pattern`: its days all written out, without its beginning and end: many people share one.
    `every`: of these days, each that lies so many after the start, or twice as many ...; `last`: the last day of COUNT.
    """

    pattern: Rule
    start: date
    every: int
    last: date


def named_days(rule: str, start: date, first: date = date.min, last: date = date.max) -> Iterator[date]:
    """The days of a rule that begins on `start`, within `first` and `last`; of an empty rule: the start alone."""
    if rule:
        plan = _planned(rule, start)
        yield from _from(plan, max(first, start), min(last, plan.last))
    elif first <= start <= last:
        yield start


def checked_rule(rule: str, start: datetime) -> str:
    """The rule as it is stored: one way of writing each; "" stays: it comes once.

    Raises ValueError with one sentence: for what is no rule of ours, a start that is no day of it, an end before the
    start.
    """
    if not rule.strip():
        return ""
    found = read(rule)
    first = next(named_days(str(replace(found, count=None, until=None)), start.date()), None)
    if first is None:
        raise ValueError("The rule names no day at all from its start on; write another one.")
    if first != start.date():
        raise ValueError(f"The start, {_said(start.date())}, is no day of the rule; start on {_said(first)}.")
    if found.until and found.until.replace(tzinfo=None) < start - timedelta(hours=14):  # no zone is further east
        raise ValueError("The rule ends before its start; write a later UNTIL.")
    return str(found)


def _said(day: date) -> str:
    return f"{calendar.day_name[day.weekday()]} {day.isoformat()}"


@lru_cache(maxsize=8192)
def _planned(text: str, start: date) -> Plan:
    rule = read(text)
    plan = Plan(_pattern(rule, start), start, rule.interval if rule.freq == "DAILY" else 1, HORIZON)
    if rule.count is None:
        return plan
    reach = date(min(start.year + COUNTED, HORIZON.year), 1, 1)
    return replace(plan, last=next(islice(_from(plan, start, reach), rule.count - 1, None), HORIZON))


def _pattern(rule: Rule, start: date) -> Rule:
    """With the days that RFC 5545 (3.3.10) takes from the start where the rule names none; without an end. What comes
    by the day is read by the month.
    """
    rule = replace(rule, count=None, until=None)
    if rule.freq == "DAILY":
        return replace(rule, freq="MONTHLY", interval=1, byday=rule.byday or WHOLE_WEEK)
    if rule.byday or rule.bymonthday:
        return rule
    if rule.freq == "WEEKLY":
        return replace(rule, byday=((0, start.weekday()),))
    months = rule.bymonth or ((start.month,) if rule.freq == "YEARLY" else ())
    return replace(rule, bymonth=months, bymonthday=(start.day,))


def _from(plan: Plan, first: date, last: date) -> Iterator[date]:
    rule, empty = plan.pattern, 0
    begin = _period(rule, first)
    begin += (_period(rule, plan.start) - begin) % rule.interval
    for number in range(begin, _period(rule, min(last, HORIZON)) + 1, rule.interval):
        days = [day for day in _days_of(rule, number) if (day - plan.start).days % plan.every == 0]
        for day in days:
            if first <= day <= last:
                yield day
        empty = 0 if days else empty + 1
        if empty > EMPTY[rule.freq]:
            return


def _period(rule: Rule, day: date) -> int:
    """Weeks, months or years since the beginning of the calendar."""
    match rule.freq:
        case "WEEKLY":
            return (day.toordinal() - 1 - rule.wkst) // 7
        case "MONTHLY":
            return day.year * 12 + day.month - 1
        case _:
            return day.year


def _opening(rule: Rule, number: int) -> date:
    """The first day of a period."""
    match rule.freq:
        case "WEEKLY":
            return date.fromordinal(number * 7 + 1 + rule.wkst)
        case "MONTHLY":
            return date(number // 12, number % 12 + 1, 1)
        case _:
            return date(number, 1, 1)


@lru_cache(maxsize=2048)
def _days_of(rule: Rule, number: int) -> tuple[date, ...]:
    opening, closing = _opening(rule, number), _opening(rule, number + 1) - timedelta(days=1)
    asked = sorted({opening.replace(day=1), closing.replace(day=1)}) if rule.freq == "WEEKLY" else [opening]
    days = [day for one in asked for day in _named(rule, one) if opening <= day <= closing]
    places = rule.bysetpos
    if not places:
        return tuple(days)
    return tuple(day for place, day in enumerate(days) if place + 1 in places or place - len(days) in places)


@lru_cache(maxsize=1024)
def _named(rule: Rule, opening: date) -> tuple[date, ...]:
    """The days of a month, or of a year."""
    found = rrule(
        YEARLY if rule.freq == "YEARLY" else MONTHLY,
        datetime.combine(opening, time.min),
        ALONE,
        bymonth=rule.bymonth or None,
        bymonthday=rule.bymonthday or None,
        byweekday=_weekdays(rule) or None,
    )
    return tuple(at.date() for at in found)


def _weekdays(rule: Rule) -> list[weekday]:
    """Where some are counted, all are: of a list such as MO,1FR dateutil names nothing."""
    if not any(ordinal for ordinal, _ in rule.byday):
        return [weekday(day) for _, day in rule.byday]
    each = range(1, 6 if rule.freq == "MONTHLY" or rule.bymonth else 54)
    return [weekday(day, one) for ordinal, day in rule.byday for one in ([ordinal] if ordinal else each)]
