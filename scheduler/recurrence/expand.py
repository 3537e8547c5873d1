"""The days that a rule names, from any day on: each period (a day, a week, a month, a year) is looked at by itself, so
that history costs nothing. Law: what a period holds depends on nothing before it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

from scheduler.recurrence.rules import Frequency, Rule, read
from scheduler.recurrence.zones import HORIZON

#: Periods in a row without a day, after which a rule counts as over: as many as a century has.
EMPTY: dict[Frequency, int] = {"DAILY": 36_600, "WEEKLY": 5_220, "MONTHLY": 1_200, "YEARLY": 100}
#: Periods in which COUNT is counted; one that needs more counts as endless: a hundred years of days, all of months.
COUNTED = 60_000


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A rule whose days are all written out, without its beginning and end: many people share one."""

    rule: Rule
    weekdays: frozenset[int]
    ordinals: frozenset[tuple[int, int]]
    every: bool  # each day of each period


@dataclass(frozen=True, slots=True)
class Plan:
    """A pattern from a day on. `phase`: periods modulo the interval; `last`: the last day of COUNT."""

    pattern: Pattern
    start: date
    phase: int
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
    pattern = _pattern(str(_written_out(rule, start)))
    plan = Plan(pattern, start, _period(pattern.rule, start) % rule.interval, HORIZON)
    if rule.count is None:
        return plan
    reach = min(_period(rule, start) + COUNTED * rule.interval, _period(rule, HORIZON))
    counted = islice(_from(plan, start, _opening(rule, reach)), rule.count - 1, None)
    return replace(plan, last=next(counted, HORIZON))


def _written_out(rule: Rule, start: date) -> Rule:
    """With the days that RFC 5545 (3.3.10) takes from the start where the rule names none; without an end."""
    rule = replace(rule, count=None, until=None)
    if rule.byday or rule.bymonthday or rule.freq == "DAILY":
        return rule
    if rule.freq == "WEEKLY":
        return replace(rule, byday=((0, start.weekday()),))
    months = rule.bymonth or ((start.month,) if rule.freq == "YEARLY" else ())
    return replace(rule, bymonth=months, bymonthday=(start.day,))


@lru_cache(maxsize=1024)
def _pattern(text: str) -> Pattern:
    rule = read(text)
    return Pattern(
        rule,
        frozenset(day for ordinal, day in rule.byday if not ordinal),
        frozenset(one for one in rule.byday if one[0]),
        not (rule.bymonth or rule.bymonthday or rule.byday or rule.bysetpos),
    )


def _from(plan: Plan, first: date, last: date) -> Iterator[date]:
    rule, empty = plan.pattern.rule, 0
    begin = _period(rule, first)
    begin += (plan.phase - begin) % rule.interval
    for number in range(begin, _period(rule, min(last, HORIZON)) + 1, rule.interval):
        days = _days_of(plan.pattern, number)
        for day in days:
            if first <= day <= last:
                yield day
        empty = 0 if days else empty + 1
        if empty > EMPTY[rule.freq]:
            return


def _period(rule: Rule, day: date) -> int:
    """Days, weeks, months or years since the beginning of the calendar."""
    match rule.freq:
        case "DAILY":
            return day.toordinal()
        case "WEEKLY":
            return (day.toordinal() - 1 - rule.wkst) // 7
        case "MONTHLY":
            return day.year * 12 + day.month - 1
        case "YEARLY":
            return day.year


def _opening(rule: Rule, number: int) -> date:
    """The first day of a period."""
    match rule.freq:
        case "DAILY":
            return date.fromordinal(number)
        case "WEEKLY":
            return date.fromordinal(number * 7 + 1 + rule.wkst)
        case "MONTHLY":
            return date(number // 12, number % 12 + 1, 1)
        case "YEARLY":
            return date(number, 1, 1)


def _days_of(pattern: Pattern, number: int) -> tuple[date, ...]:
    if pattern.rule.freq != "DAILY":
        return _picked(pattern, number)
    day = date.fromordinal(number)
    return (day,) if pattern.every or _is_named(pattern, day) else ()


@lru_cache(maxsize=2048)
def _picked(pattern: Pattern, number: int) -> tuple[date, ...]:
    opening, closing = (_opening(pattern.rule, one).toordinal() for one in (number, number + 1))
    days = [day for day in map(date.fromordinal, range(opening, closing)) if _is_named(pattern, day)]
    places = pattern.rule.bysetpos
    if not places:
        return tuple(days)
    return tuple(day for place, day in enumerate(days) if place + 1 in places or place - len(days) in places)


def _is_named(pattern: Pattern, day: date) -> bool:
    rule = pattern.rule
    if rule.bymonth and day.month not in rule.bymonth:
        return False
    if rule.bymonthday and day.day not in rule.bymonthday and day.day - _length(day) - 1 not in rule.bymonthday:
        return False
    return not rule.byday or day.weekday() in pattern.weekdays or _is_counted(pattern, day)


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _is_counted(pattern: Pattern, day: date) -> bool:
    """Such as the second Monday or the last Friday: of the year where no month is named, else of its month."""
    if not pattern.ordinals:
        return False
    of_year = pattern.rule.freq == "YEARLY" and not pattern.rule.bymonth
    before = (day - date(day.year, 1, 1)).days if of_year else day.day - 1
    after = (365 + calendar.isleap(day.year) if of_year else _length(day)) - before - 1
    places = (before // 7 + 1, -(after // 7 + 1))
    return any((place, day.weekday()) in pattern.ordinals for place in places)
