"""What people type about times, in English and Spanish. Law: the whole message is understood, in one way, or nothing.

What two people could read differently is not read. Both languages are tried on every text.
"""

from __future__ import annotations

from datetime import date, datetime

from bot.when.readings import Here, times
from bot.when.wanted import Asked, Unread, Wanted, When
from bot.when.wishes import wish
from bot.when.words import words_of
from scheduler.recurrence import zone_named

__all__ = ["Asked", "Unread", "Wanted", "When", "read_time", "read_wish"]


def read_time(text: str, now: datetime, zone: str, default_day: date | None = None) -> When | None:
    """A time alone, such as "3pm", "tomorrow at 9", "in 20 minutes", "cada martes a las 15", or just "9".

    `now` is aware. `default_day`: where no day is said; without one it is today, or tomorrow where that has passed.
    None for what cannot be read, or has passed. ValueError for a `zone` that is no IANA zone.
    """
    here = Here(now, now.astimezone(zone_named(zone)))
    found = {
        when
        for what in times(words_of(text).plain)
        if not (what.bare and what.day is not None) and not (what.day is not None and what.day.listed)
        if (when := here.moment(what, default_day)) is not None
    }
    return found.pop() if len(found) == 1 else None


def read_wish(text: str, now: datetime, zone: str) -> Wanted | Unread | None:
    """What a whole message asks for; Unread where it begins so and its time cannot be read; None for anything else.

    `now` is aware. ValueError for a `zone` that is no IANA zone, and for no text.
    """
    return wish(words_of(text), Here(now, now.astimezone(zone_named(zone))))
