"""Zones of the tzdata package alone, and how a clock on the wall becomes an instant. Pure, as its package is."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

zoneinfo.reset_tzpath(to=[])  # never the system's files: they are out of date on many machines

import tzdata  # type: ignore[import-untyped]  # noqa: E402  (no zone may be asked for before the line above)

#: The version of the zones in use, such as "2026f". What was computed with another one must be computed again.
TZDATA: str = tzdata.IANA_VERSION

#: What becomes of a time that the clocks leave out: it comes later by as much (RFC 5545, 3.3.5), or not (3.3.10).
Policy = Literal["shift", "skip"]

#: Recurrences begin within these days, and none looks further: some rules name no day ever again.
EARLIEST, HORIZON = date(1900, 1, 1), date(9990, 1, 1)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """Raises ValueError for a name that is no IANA zone."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{name}' is not a time zone; use a name such as America/New_York.") from None


def to_utc(wall: datetime, zone: zoneinfo.ZoneInfo, policy: Policy = "shift") -> datetime | None:
    """The instant of a naive clock on the wall: the first where it comes twice; see Policy where it does not come."""
    at = instant(wall, zone)
    return None if policy == "skip" and wall_of(at, zone) != wall else at


def instant(wall: datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    """The same, where what the clocks leave out comes later."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall_of(at: datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    """What the clocks there show, naive."""
    return at.astimezone(zone).replace(tzinfo=None)
