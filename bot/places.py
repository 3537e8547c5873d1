"""Time zones as people name them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from bot.typed import plain
from scheduler.recurrence import zone_named

#: Names that are no place where anybody lives.
_NOT_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")


def zone_called(words: str) -> str:
    """The IANA zone of that name ("America/New_York"), or of the one city of that name ("new york"); else empty."""
    wanted = plain(words.replace("_", " ")).replace("/", " ")
    return _by_name().get(wanted, "") if wanted else ""


@cache
def _by_name() -> Mapping[str, str]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(_NOT_PLACES))
    cities: dict[str, list[str]] = defaultdict(list)
    for name in names:
        cities[_said(name.rpartition("/")[2])].append(name)
    unique = {city: zones[0] for city, zones in cities.items() if len(zones) == 1}
    return unique | {_said(name): name for name in names}


def _said(name: str) -> str:
    return plain(name.replace("_", " ")).replace("/", " ")


def is_zone(name: str) -> bool:
    try:
        zone_named(name)
    except ValueError:
        return False
    return True
