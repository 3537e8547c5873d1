"""Single moments on the clock of a place: the end of a day, a time of the week."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from scheduler.recurrence.zones import zone_named

HALF_HOUR = timedelta(minutes=30)
LATE = timedelta(hours=2)


def day_end(at: datetime, zone: str, wall: str) -> datetime:
    """The next end of a working day ("HH:MM" on the wall clock of `zone`) after `at`, in UTC.

    For somebody whose day has already ended it is two hours from now rather than tomorrow.
    """
    local = at.astimezone(zone_named(zone))
    end = datetime.combine(local.date(), time.fromisoformat(wall), tzinfo=local.tzinfo).astimezone(UTC)
    return end if end > at + HALF_HOUR else at + LATE


def weekly_after(at: datetime, zone: str, weekday: int, wall: str) -> datetime:
    """The first moment after `at`, in UTC, that is `wall` ("HH:MM") on that day of the week (0: Monday) in `zone`.

    One that a clock change leaves out comes later by as much; of one that comes twice it is the first.
    """
    local = at.astimezone(zone_named(zone))
    last = local.date() - timedelta(days=(local.weekday() - weekday) % 7)
    days = (datetime.combine(last + timedelta(weeks=n), time.fromisoformat(wall), local.tzinfo) for n in (0, 1))
    return next(moment for moment in (day.astimezone(UTC) for day in days) if moment > at)
