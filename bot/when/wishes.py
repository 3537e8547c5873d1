"""What somebody asks for, with its time. Law: the whole message is the wish, in one way only, or there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.when.away import away, away_unread
from bot.when.beginnings import WISHES, Beginning, Wishes, follows
from bot.when.readings import Here, of_times, times
from bot.when.sought import WORKDAYS, Day, Sought, weekly
from bot.when.wanted import Asked, Unread, Wanted, When
from bot.when.words import Words

#: "Tomorrow", where no hour is said.
MORNING = time(9)
#: A longer text that cannot be read is no wish, but somebody's words.
MOST_WORDS = 8


def wish(words: Words, here: Here) -> Wanted | Unread | None:
    if not words.words:
        return None
    found = {*_whole(words.plain), *_begun(words.plain, here), *_bare(words.plain, here), *away(words.plain, here)}
    return found.pop() if len(found) == 1 else _unread(words)


def _whole(plain: str) -> Iterator[Wanted]:
    for wishes in WISHES:
        for kind, pattern in wishes.whole.items():
            if re.fullmatch(pattern, plain):
                yield Wanted(kind)


def _begun(plain: str, here: Here) -> Iterator[Wanted]:
    for _, beginning, rest in _beginnings(plain):
        for what in times(rest):
            wanted = _meant(beginning, what)
            when = here.moment(wanted) if wanted else None
            if when is not None:
                yield Wanted(beginning.kind, when)
            elif beginning.kind in ("remind", "snooze") and _is_tomorrow(what):
                yield Wanted("snooze", _tomorrow(here))


def _beginnings(plain: str) -> Iterator[tuple[Wishes, Beginning, str]]:
    for wishes in WISHES:
        for beginning in wishes.beginnings:
            rest = follows(beginning.words, plain)
            if rest is not None:
                yield wishes, beginning, rest


def _meant(beginning: Beginning, what: Sought) -> Sought | None:
    """The time as it belongs to such a wish; None where it does not."""
    day, listed = what.day, what.day is not None and what.day.listed
    match beginning.kind:
        case "day-end" if day is None and what.clock is not None and not what.bare:
            return replace(what, day=Day(weekdays=WORKDAYS, rule=weekly(WORKDAYS)))
        case "day-end":
            fits = day is not None and day.rule.startswith(("FREQ=WEEKLY", "FREQ=DAILY"))
        case "weekly":
            fits = day is not None and day.rule.startswith("FREQ=WEEKLY")
        case "snooze":
            fits = what.span is not None or (not what.bare and (day is None or not day.rule))
        case _ if beginning.several:
            fits = day is not None and day.rule != "" and not (listed and len(day.weekdays) < 2)
        case _:
            fits = not what.bare and not listed
    return what if fits else None


def _is_tomorrow(what: Sought) -> bool:
    day = what.day
    if day is None or day.ahead != 1 or day.counted or what.clock is not None:
        return False
    return all(MORNING.hour in part for part in day.parts)


def _tomorrow(here: Here) -> When:
    return When(start=datetime.combine(here.today + timedelta(days=1), MORNING))


def _bare(plain: str, here: Here) -> Iterator[Wanted]:
    """A time alone, where it can only mean one thing."""
    for what in times(plain):
        kind, when = _kind_alone(what), here.moment(what)
        if _is_tomorrow(what):
            yield Wanted("snooze", _tomorrow(here))
        elif kind is not None and when is not None:
            yield Wanted(kind, when)


def _kind_alone(what: Sought) -> Asked | None:
    if what.span is not None:
        return "snooze" if not (what.bare and what.span.days) else None
    if what.day is None or what.bare or what.day.listed:
        return None
    if what.day.rule in (weekly(WORKDAYS), "FREQ=DAILY"):
        return "day-end"
    if what.day.ahead == 1:
        return "snooze"
    return "weekly" if what.day.rule == weekly(what.day.weekdays) and len(what.day.weekdays) == 1 else None


def _unread(words: Words) -> Unread | None:
    if len(words.text.split()) > MOST_WORDS:
        return None
    for wishes, beginning, rest in sorted(_beginnings(words.plain), key=lambda begun: len(begun[2])):
        if _is_for_a_time(wishes, beginning, rest):
            return Unread(beginning.kind, words.typed_from(len(words.words) - len(_time_itself(wishes, rest))))
    if any(what.span is not None and not what.bare for what in times(words.plain)):
        return Unread("snooze", words.typed_from(1))
    return away_unread(words)


def _is_for_a_time(wishes: Wishes, beginning: Beginning, rest: str) -> bool:
    if any(times(rest)):
        return True
    after = follows(beginning.unread, rest)
    if after is None or wishes.telling & set(rest.split()):
        return False
    return not beginning.loose or not after or of_times(after, wishes.timely)


def _time_itself(wishes: Wishes, rest: str) -> list[str]:
    after = follows(wishes.before, rest)
    return (rest if after is None else after).split()
