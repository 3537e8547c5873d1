"""When something is due, on the clock of the place where a person lives. Pure; zones come from the tzdata package."""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

zoneinfo.reset_tzpath(to=[])  # never the system's files: they are out of date on many machines

HALF_HOUR = timedelta(minutes=30)
LATE = timedelta(hours=2)


def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """Raises ValueError for a name that is no IANA zone."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{name}' is not a time zone; use a name such as America/New_York.") from None


def day_end(at: datetime, zone: str, wall: str) -> datetime:
    """The next end of a working day ("HH:MM" on the wall clock of `zone`) after `at`, in UTC.

    For somebody whose day has already ended it is two hours from now rather than tomorrow.
    """
    local = at.astimezone(zone_named(zone))
    end = datetime.combine(local.date(), time.fromisoformat(wall), tzinfo=local.tzinfo).astimezone(UTC)
    return end if end > at + HALF_HOUR else at + LATE


def after_quiet(at: datetime, zone: str, quiet: tuple[str, str] | None) -> datetime:
    """`at`, or the end of the quiet hours that it falls into, in UTC. `quiet`: from the first "HH:MM" to before the
    second, every day on the wall clock of `zone`; they may cross midnight.

    An end that a clock change leaves out comes later by as much; of one that comes twice it is the first after `at`.
    """
    if quiet is None or quiet[0] == quiet[1]:
        return at
    start, end = (time.fromisoformat(wall) for wall in quiet)
    local = at.astimezone(zone_named(zone))
    wall = local.time()
    if not (start <= wall < end if start < end else wall >= start or wall < end):
        return at
    day = local.date() if wall < end else local.date() + timedelta(days=1)
    ends = (datetime.combine(day, end.replace(fold=fold), tzinfo=local.tzinfo).astimezone(UTC) for fold in (0, 1))
    # Where a clock change moves the end into the quiet of the next day, it is that one's end.
    return after_quiet(next(one for one in ends if one > at), zone, quiet)


def weekly_after(at: datetime, zone: str, weekday: int, wall: str) -> datetime:
    """The first moment after `at`, in UTC, that is `wall` ("HH:MM") on that day of the week (0: Monday) in `zone`.

    One that a clock change leaves out comes later by as much; of one that comes twice it is the first.
    """
    local = at.astimezone(zone_named(zone))
    last = local.date() - timedelta(days=(local.weekday() - weekday) % 7)
    days = (datetime.combine(last + timedelta(weeks=n), time.fromisoformat(wall), local.tzinfo) for n in (0, 1))
    return next(moment for moment in (day.astimezone(UTC) for day in days) if moment > at)


#: Themes are published by windows of four weeks, each after three days of grace.
WINDOW = timedelta(weeks=4)
PUBLISHED_AFTER = WINDOW + timedelta(days=3)


def first_themes(day: date, known: Collection[date]) -> date:
    """The earliest day on which themes can appear of a team that is complete on `day`: those of the window it lies in.

    `known`: such days of other teams, which share the grid; where there is none, the grid begins on the next Monday.
    """
    if not known:
        return day + timedelta(days=7 - day.weekday()) + PUBLISHED_AFTER
    first = min(known)
    begins = first - PUBLISHED_AFTER
    return first + max(0, (day - begins) // WINDOW) * WINDOW
