"""Whose public holidays count where somebody lives. Pure. Law: where they are not known there are none."""

from __future__ import annotations

from functools import lru_cache

from babel.core import get_global

from scheduler.recurrence import country_known


@lru_cache(maxsize=2048)
def holidays_of(zone: str, setting: str | None) -> str:
    """As the holidays package names them: a country ("US"), or a part of one ("US-NC"); empty: none are kept or known.

    `setting`: `Program.holidays`; None stands for the country that the zone lies in, by the CLDR.
    """
    named = _country(zone) if setting is None else setting
    return named if named and country_known(named) else ""


def _country(zone: str) -> str:
    """Older names of a zone, such as US/Eastern, are understood."""
    territories, aliases = get_global("zone_territories"), get_global("zone_aliases")
    return str(territories.get(aliases.get(zone, zone), ""))
