"""The parts of a time, as they were said. Law: every word belongs to a part, and every way to read them is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import time

from bot.when.language import Found, Language

#: A bare hour (no am, pm or part of the day) from 1 to 6 is the afternoon's, from 7 to 11 the morning's, 12 is noon.
BARE = range(7, 19)
_BY_DAY = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = (0, 1, 2, 3, 4)
#: Weeks.
LONGEST_INTERVAL = 12


@dataclass(frozen=True, slots=True)
class Clock:
    """`parts`: the hours that the parts of the day which were said can mean. `exact`: on the clock of 24 hours, by its
    leading zero. `marked`: so by its unit ("15 h"), which some also put after the clock of 12."""

    hour: int
    minute: int = 0
    parts: tuple[range, ...] = ()
    exact: bool = False
    marked: bool = False

    def time(self, parts: tuple[range, ...] = ()) -> time | None:
        """The one time that all agree on. `parts`: those that were said with the day."""
        parts = (*self.parts, *parts)
        if self.minute > 59 or (self.marked and not parts and not self.exact and self.hour in range(1, 7)):
            return None
        if not 1 <= self.hour <= 12 or (self.exact and not parts):
            hours = [self.hour]
        else:
            hours, parts = [self.hour % 12, self.hour % 12 + 12], parts or (BARE,)
        fitting = [hour for hour in hours if all(hour in part for part in (*parts, range(24)))]
        return time(fitting[0], self.minute) if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class Day:
    """One day, or with `rule` each of them. None: not said.

    `ahead`: days from today, which were `counted` ("in 3 days") or not ("tomorrow"); `nth`: of its weekday in the
    month, -1 the last; `upcoming`: "next Friday"; `listed`: a rule only where somebody speaks of several times.
    """

    ahead: int | None = None
    counted: bool = False
    weekdays: tuple[int, ...] = ()
    day: int | None = None
    month: int | None = None
    year: int | None = None
    nth: int = 0
    upcoming: bool = False
    rule: str = ""
    listed: bool = False
    parts: tuple[range, ...] = ()


NO_DAY = Day(ahead=-1)


@dataclass(frozen=True, slots=True)
class Span:
    """From now on: minutes that pass, and days of the calendar."""

    minutes: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Sought:
    """`bare`: a number that stands for a time only where somebody was asked for one ("9", "20 minutes")."""

    span: Span | None = None
    day: Day | None = None
    clock: Clock | None = None
    bare: bool = False


def sought(language: Language, words: str) -> Iterator[Sought]:
    """Each way to read all of these plain words as a time."""
    if not words or not language.knows(words):
        return
    for bare, patterns in ((False, language.moments), (True, language.spans)):
        for found in language.found(patterns, words):
            yield Sought(span=_span(found), bare=bare)
    for first, second in _halves(words.split()):
        yield from _together(list(days(language, first)), list(_clocks(language, second)))
        if first and second:
            yield from _together(list(days(language, second)), list(_clocks(language, first)))


def _halves(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(len(words) + 1))


def _together(some_days: Sequence[Day | None], clocks: Sequence[tuple[Clock | None, bool]]) -> Iterator[Sought]:
    for day in some_days:
        for clock, bare in clocks:
            # "Tuesday 3" may be a date.
            clear = day is not None and (day.rule != "" or day.ahead is not None or day.parts != ())
            yield Sought(day=day, clock=clock, bare=bare and not clear)


def _clocks(language: Language, words: str) -> Iterator[tuple[Clock | None, bool]]:
    if not words:
        yield None, False
    for bare, patterns in ((False, language.clocks), (True, language.bare)):
        for found in language.found(patterns, words):
            yield _clock(found), bare and not _in_words(found)


def _in_words(found: Found) -> bool:
    """ "Nine thirty", which is no date."""
    return "more" in found or not found.slots.get("minute", "0")[0].isdigit()


def _clock(found: Found) -> Clock:
    if "named" in found:
        return Clock(found.number("named"), parts=(range(12, 13),))
    said = found.slots["stamp"] if "stamp" in found else found.slots["hour"]
    if "stamp" in found:
        hour, minute = (int(part) for part in re.split("[:h]", said))
    else:
        hour, minute = found.number("hour"), sum(found.number(slot) for slot in ("minute", "more", "more2"))
    marked = "mark" in found or "h" in found.slots.get("stamp", "")
    clock = Clock(hour, minute, found.hours(), exact=said.startswith("0"), marked=marked)
    return _earlier(clock, found.number("less")) if "less" in found else clock


def _earlier(clock: Clock, minutes: int) -> Clock:
    """The time as digits would show it: "quarter to 1" is 12:45."""
    before = {1: 12, 0: 23}.get(clock.hour, clock.hour - 1)
    return replace(clock, hour=before, minute=60 - minutes)


def _span(found: Found) -> Span:
    if "length" in found:
        hours, _, rest = found.slots["length"].partition("h")
        return Span(int(hours) * 60 + int(rest))
    if "unit" in found or "oneday" in found:
        return Span(days=_days_ahead(found))
    minutes = found.number("count") * found.number("hours", found.number("short", 1))
    return Span(minutes + found.number("count2") + found.number("amount") + found.number("plus"))


def _days_ahead(found: Found) -> int:
    """Days from now; -1 for a number that is said and means another."""
    days = found.number("oneday") or found.number("count") * found.number("unit")
    return -1 if found.language.unclear_days & {days} and found.number("unit") == 1 else days


def days(language: Language, words: str) -> Iterator[Day | None]:
    """Each way to read all of these plain words as a day or a rule; None alone for no words."""
    if not words:
        yield None
    for found in language.found(language.days, words):
        yield _one_day(found)
    for listed, patterns in ((False, language.rules), (True, language.listed)):
        for found in language.found(patterns, words):
            yield replace(_many_days(found), listed=listed, parts=found.hours())


def _one_day(found: Found) -> Day:
    weekdays = (found.number("weekday"),) if "weekday" in found else ()
    if "iso" in found:
        numbers = [int(part) for part in found.slots["iso"].split("-")]
        return Day(year=numbers[0], month=numbers[1], day=numbers[2])
    if "day" in found:
        month, year = (found.number(slot) if slot in found else None for slot in ("month", "year"))
        return Day(day=found.number("day"), month=month, year=year, weekdays=weekdays)
    if weekdays:
        return Day(weekdays=weekdays, upcoming="next" in found, parts=found.hours())
    counted = "unit" in found or "oneday" in found
    ahead = _days_ahead(found) if counted else found.number("ahead")
    return Day(ahead=ahead, counted=counted, parts=found.hours())


def _many_days(found: Found) -> Day:
    if "daily" in found:
        return Day(weekdays=tuple(range(7)), rule="FREQ=DAILY")
    weekdays, every = _weekdays(found), _interval(found)
    if not weekdays or not 1 <= every <= LONGEST_INTERVAL:
        return NO_DAY
    if "nth" in found or "edge" in found:
        nth = found.number("nth") or found.number("edge")
        return Day(weekdays=weekdays, nth=nth, rule=f"FREQ=MONTHLY;BYDAY={nth}{_BY_DAY[weekdays[0]]}")
    return Day(weekdays=weekdays, rule=weekly(weekdays, every))


def _weekdays(found: Found) -> tuple[int, ...]:
    if "workdays" in found:
        return WORKDAYS
    for several in ("weekdays", "plurals"):
        if several in found:
            return found.numbers(several)
    first = found.number("weekday")
    following = (found.number("weekday2") - first) % 7 if "weekday2" in found else 0
    if "weekday2" in found and following == 0:
        return ()
    return tuple(sorted((first + more) % 7 for more in range(following + 1)))


def _interval(found: Found) -> int:
    said = (found.number(slot) for slot in ("interval", "other", "fortnight", "alternate") if slot in found)
    return next(said, 1)


def weekly(weekdays: Sequence[int], interval: int = 1) -> str:
    every = f";INTERVAL={interval}" if interval > 1 else ""
    return f"FREQ=WEEKLY{every};BYDAY={','.join(_BY_DAY[day] for day in weekdays)}"
