"""When something is due, on the clock of the place where a person lives. Pure; zones come from the tzdata package."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, time, timedelta

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
    hour, minute = (int(part) for part in wall.split(":"))
    end = datetime.combine(local.date(), time(hour, minute), tzinfo=local.tzinfo).astimezone(UTC)
    return end if end > at + HALF_HOUR else at + LATE
