"""When a recurrence comes, in UTC. Law: what comes after a moment depends on that moment alone, not on what came
before, so that a sequence is the same wherever it is entered: it always ascends, and no instant is in it twice.

A rule names days on the wall clock. Each then passes: so many days before; leave, days off, quiet hours, until none of
them moves it any more; the zone. Where a clock change moved it, it passes again as the clock really stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from itertools import chain, islice
from typing import Literal
from zoneinfo import ZoneInfo

from scheduler.recurrence.days import DAY, Days, is_away, is_day_off, working_day
from scheduler.recurrence.expand import named_days
from scheduler.recurrence.quiet import quiet_end
from scheduler.recurrence.rules import read
from scheduler.recurrence.zones import EARLIEST, HORIZON, Policy, instant, to_utc, wall_of, zone_named

OnDayOff = Literal["keep", "skip", "next", "previous"]

#: So many days of the rule are tried for one that comes; a rule that needs more counts as over.
CANDIDATES = 400
#: How often one is looked at until nothing moves it any more: three times, but for changes of clocks.
MOVES = 8
#: Quiet hours last less than a day, and clocks jump by one at most (Samoa left out 30 December 2011); then quiet again.
FURTHEST = timedelta(days=3)
FIRST, LAST = (datetime.combine(day, time.min, UTC) for day in (EARLIEST, HORIZON))


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Raises ValueError for a start with an offset, or centuries away."""

    start: datetime  # naive, the wall clock of `zone`
    zone: str
    rule: str = ""  # RFC 5545 RRULE text without DTSTART; "": once
    days_before: int = 0  # each comes so many days before the day that the rule names (two days before supervision)
    on_day_off: OnDayOff = "keep"
    policy: Policy = "shift"

    def __post_init__(self) -> None:
        if self.start.tzinfo is not None:
            raise ValueError("A recurrence starts on the clock of its zone; give the start without an offset.")
        if not FIRST.year <= self.start.year < HORIZON.year:
            raise ValueError(
                f"Nothing can start in {self.start.year}; choose a year from {FIRST.year} to {LAST.year - 1}."
            )


@dataclass(frozen=True, slots=True)
class Gone:
    """Times on the wall from `since` to `now` are past for good: no clock was changed in between."""

    since: datetime
    now: datetime


def occurrences(what: Recurrence, days: Days, after: datetime) -> Iterator[datetime]:
    """All that come after a moment, in UTC, ascending."""
    while (at := next_after(what, days, after)) is not None:
        yield at
        after = at


@lru_cache(maxsize=4096)
def next_after(what: Recurrence, days: Days, after: datetime) -> datetime | None:
    """The first instant in UTC strictly after `after` (aware); None: no more, or none within 400 days of the rule.

    Raises ValueError for a rule, a zone or holidays that nobody knows.
    """
    zone = zone_named(what.zone)
    after = max(after, FIRST)
    if after >= LAST:
        return None
    gone = _gone(after, zone)
    tried = islice(_named(what, days, zone, _look_back(gone, what, days)), CANDIDATES)
    comes = (_comes(wall, what, days, zone, gone) for wall in tried)
    return next((at for at in comes if at and at > after), None)


def _gone(after: datetime, zone: ZoneInfo) -> Gone:
    there, before = after.astimezone(zone), (after - FURTHEST).astimezone(zone)
    wall = there.replace(tzinfo=None)
    return Gone(wall - FURTHEST if there.utcoffset() == before.utcoffset() else wall, wall)


def _look_back(gone: Gone, what: Recurrence, days: Days) -> date:
    """From where on a day may come after now: nothing moves further than this, but to the next day that counts.

    That may happen before quiet hours, after them, and after a clock change.
    """
    day = gone.now.date() - (DAY if gone.since < gone.now else FURTHEST)
    if what.on_day_off == "next":
        for _ in range(3):
            day = working_day(days, day - DAY, -1) or day - DAY
    return day


def _named(what: Recurrence, days: Days, zone: ZoneInfo, first: date) -> Iterator[datetime]:
    """The rule's days, as they come on the wall before anything moves them; `first` is the earliest such day."""
    clock, before = what.start.time().replace(fold=0), what.days_before * DAY
    until = read(what.rule).until if what.rule else None
    for day in _outside_leave(what, days, first, before):
        wall = datetime.combine(day, clock)
        if until and instant(wall, zone) > until:
            return
        yield wall - before


def _outside_leave(what: Recurrence, days: Days, first: date, before: timedelta) -> Iterator[date]:
    """A leave is stepped over as a whole: of its days none comes, or all come as the first of them does."""
    named = partial(named_days, what.rule, what.start.date())
    if days.away is None:
        return named(first + before)
    begins, ends = (day + before for day in days.away)
    during = named(max(first + before, begins), ends)
    return chain(
        named(first + before, begins - DAY),
        islice(during, 1 if what.on_day_off == "next" else 0),
        named(max(first + before, ends + DAY)),
    )


def _comes(wall: datetime, what: Recurrence, days: Days, zone: ZoneInfo, gone: Gone) -> datetime | None:
    """When the one of a day of the rule comes; None: it does not, or it has by now.

    What a later day of the rule brings is never earlier: all have one time of day, so that where two come upon the same
    day and time they go on alike.
    """
    for _ in range(MOVES):
        moved = _on_a_day(wall, what, days)
        if moved is None:
            return None
        settled = quiet_end(moved, days.quiet) or moved
        if settled == wall:
            at = None if gone.since <= wall <= gone.now else to_utc(wall, zone, what.policy)
            if at is None:
                return None
            settled = wall_of(at, zone)
            if settled == wall:
                return at
        wall = settled
    return None


def _on_a_day(wall: datetime, what: Recurrence, days: Days) -> datetime | None:
    """The same time of day on a day that counts; None: it does not come."""
    day = wall.date()
    if what.on_day_off == "keep" or (what.on_day_off == "skip" and not is_day_off(days, day)):
        return None if is_away(days, day) else wall
    if what.on_day_off == "skip":
        return None
    found = working_day(days, day, 1 if what.on_day_off == "next" else -1)
    if found is None or (days.away and found < days.away[0] <= day):  # nothing moves back over a leave
        return None
    return wall + (found - day)
