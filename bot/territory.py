"""Whose public holidays are kept. Pure."""

from __future__ import annotations

from functools import lru_cache

from babel.core import get_global

from scheduler.recurrence import country_known


@lru_cache(maxsize=1024)
def holidays_of(zone: str, setting: str | None) -> str:
    """As the holidays package names them ("US", "US-NC"). `setting`: the program's own; None: of the country in which
    the zone lies; empty: none are kept. Empty, too, where nothing is known of the country."""
    if setting is not None:
        return setting
    country = get_global("zone_territories").get(zone, "")
    return country if country and country_known(country) else ""
