"""Days on which somebody is away. Law: the last day away is what is kept, and "back on Monday" ends it on Sunday."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from bot.when.beginnings import WISHES, Wishes
from bot.when.moments import first_day
from bot.when.readings import Here, of_times, single_days
from bot.when.sought import Day
from bot.when.wanted import Unread, Wanted
from bot.when.words import Words

ONE_DAY = timedelta(days=1)
#: From the first to the last day, where no year is said: more is more likely a slip.
LONGEST = timedelta(days=183)


def away(plain: str, here: Here) -> Iterator[Wanted]:
    for _, match in _matches(plain):
        match match.groupdict():
            case {"first": first, "until": until}:
                yield from _between(first, until, here.today)
            case {"until": until}:
                yield from (Wanted("away", until=day) for day in _dates(until, here.today))
            case {"back": back}:
                days = _dates(back, here.today)
                yield from (Wanted("away", until=day - ONE_DAY) for day in days if day > here.today)
            case {"on": on}:
                yield from (Wanted("away", until=day, first=day) for day in _dates(on, here.today))


def away_unread(words: Words) -> Unread | None:
    """Its last day cannot be read, or it names a day that is none."""
    for wishes, match in _matches(words.plain):
        name, said = next(iter(match.groupdict().items()))
        if not wishes.telling & set(said.split()) and _is_for_days(wishes, match.groupdict(), said):
            return Unread("away", words.typed_from(words.plain[: match.start(name)].count(" ")))
    return None


def _is_for_days(wishes: Wishes, parts: Mapping[str, str], said: str) -> bool:
    if "unclear" in parts:
        return of_times(said, wishes.timely)
    return "until" in parts or any(single_days(said))


def _matches(plain: str) -> Iterator[tuple[Wishes, re.Match[str]]]:
    for wishes in WISHES:
        for pattern in wishes.away:
            if match := re.fullmatch(pattern, plain):
                yield wishes, match


def _dates(words: str, today: date) -> Iterator[date]:
    for day in single_days(words):
        if (found := _resolved(day, today)) is not None:
            yield found


def _resolved(day: Day, today: date) -> date | None:
    """A day of the week is never today; a date may be."""
    return first_day(day, today, lambda one: one > today or not _is_of_the_week(day))


def _is_of_the_week(day: Day) -> bool:
    return day.day is None and day.ahead is None


def _between(first: str, until: str, today: date) -> Iterator[Wanted]:
    for one in single_days(_day_of_month(first)):
        for other in single_days(_day_of_month(until)):
            if one.day is not None and one.month is None:  # from the 20th to the 27th of December
                one = replace(one, month=other.month, year=other.year)
            if (wanted := _period(one, other, today)) is not None:
                yield wanted


def _day_of_month(words: str) -> str:
    return f"el {words}" if words.isdecimal() else words


def _period(one: Day, other: Day, today: date) -> Wanted | None:
    begins, ends = _resolved(one, today), _resolved(other, today)
    until = None if begins is None else _first_from(begins, other, today)
    if begins is None or until is None or (until - begins > LONGEST and other.year is None):
        return None
    if ends is not None and ends < begins and _alike(one, other):
        return Wanted("away", until=ends)  # such days have begun
    return Wanted("away", until=until, first=begins)


def _first_from(begins: date, other: Day, today: date) -> date | None:
    """None also for "tomorrow until Friday" on a Thursday: nobody can tell which Friday."""
    found = first_day(other, today if other.ahead is not None else begins, lambda day: day >= begins)
    return None if other.upcoming or (_is_of_the_week(other) and found == begins) else found


def _alike(one: Day, other: Day) -> bool:
    """Both are dates without a year, or both days of a month that is not said."""
    said = ((day.day is not None, day.month is not None, day.year is None) for day in (one, other))
    return set(said) in ({(True, True, True)}, {(True, False, True)})
