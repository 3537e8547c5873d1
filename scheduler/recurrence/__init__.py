"""When something is due, on the clock of the place where a person lives. Pure; zones come from the tzdata package."""

from __future__ import annotations

from scheduler.recurrence.zones import TZDATA, Policy, to_utc, zone_named  # isort: skip  (first: it sets where zones come from)
from scheduler.recurrence.days import Days, country_known, is_day_off
from scheduler.recurrence.expand import checked_rule
from scheduler.recurrence.quiet import after_quiet
from scheduler.recurrence.resolve import OnDayOff, Recurrence, next_after, occurrences
from scheduler.recurrence.wall import HALF_HOUR, LATE, day_end, weekly_after
from scheduler.recurrence.windows import PUBLISHED_AFTER, WINDOW, first_themes

__all__ = (
    "HALF_HOUR", "LATE", "PUBLISHED_AFTER", "TZDATA", "WINDOW", "Days", "OnDayOff", "Policy", "Recurrence",
    "after_quiet", "checked_rule", "country_known", "day_end", "first_themes", "is_day_off", "next_after",
    "occurrences", "to_utc", "weekly_after", "zone_named",
)  # fmt: skip
