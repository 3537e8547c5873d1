"""Quiet hours: from a first time of day to before a second, every day; they may cross midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from scheduler.recurrence.zones import zone_named

#: From "HH:MM" to before "HH:MM"; two that are equal mean that there are none.
Quiet = tuple[str, str]


def after_quiet(at: datetime, zone: str, quiet: Quiet | None) -> datetime:
    """`at`, or the end of the quiet hours that it falls into, in UTC. `quiet`: from the first "HH:MM" to before the
    second, every day on the wall clock of `zone`; they may cross midnight.

    An end that a clock change leaves out comes later by as much; of one that comes twice it is the first after `at`.
    """
    there = zone_named(zone)
    end = quiet_end(at.astimezone(there).replace(tzinfo=None), quiet)
    if end is None:
        return at
    ends = (end.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))
    # Where a clock change moves the end into the quiet of the next day, it is that one's end.
    return after_quiet(next(one for one in ends if one > at), zone, quiet)


def quiet_end(wall: datetime, quiet: Quiet | None) -> datetime | None:
    """When the quiet hours end that a clock on the wall shows, on that clock; None: it is not quiet then. Naive."""
    if quiet is None:
        return None
    start, end = span(quiet)
    clock = wall.time()
    if not (start <= clock < end if start <= end else clock >= start or clock < end):
        return None
    day = wall.date()
    return datetime.combine(day if clock < end else day + timedelta(days=1), end)


@lru_cache(maxsize=1024)
def span(quiet: Quiet) -> tuple[time, time]:
    """Raises ValueError where one is not "HH:MM"."""
    start, end = (time.fromisoformat(wall) for wall in quiet)
    return start, end
