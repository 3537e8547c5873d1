"""Time zones as people name them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from bot.typed import plain
from scheduler.recurrence import zone_named

#: Of a person whose zone is not known.
UNKNOWN_ZONE = "UTC"
#: Names that are no place where anybody lives.
_NOT_PLACES = ("Etc/", "SystemV/", "US/", "Canada/", "Mexico/", "Brazil/", "Chile/", "posix/", "right/")
#: What people call the clocks that they live by, and places that share the one of another.
_CALLED = {
    "America/New_York": "eastern, eastern time, est, edt, nueva york, boston, washington, washington dc, philadelphia, "
    "filadelfia, atlanta, miami, orlando, raleigh, charlotte, baltimore, cleveland, pittsburgh",
    "America/Chicago": "central, central time, cst, cdt, houston, dallas, austin, san antonio, minneapolis, st louis, "
    "nashville, memphis, new orleans, milwaukee, kansas city",
    "America/Denver": "mountain, mountain time, mst, mdt, salt lake city, albuquerque, colorado springs",
    "America/Los_Angeles": "pacific, pacific time, pst, pdt, seattle, portland, san francisco, san diego, sacramento, "
    "oakland, las vegas",
    "America/Anchorage": "alaska, alaska time",
    "Pacific/Honolulu": "hawaii, hawaii time",
    "America/Phoenix": "arizona, tucson",
    "America/Puerto_Rico": "san juan, atlantic time",
    "America/Mexico_City": "ciudad de mexico, cdmx",
    "America/Argentina/San_Juan": "san juan argentina",
}


def zone_called(words: str) -> str:
    """The IANA zone of that name ("America/New_York"), or of the one city of that name ("new york"); else empty."""
    wanted = _said(words)
    return _by_name().get(wanted, "") if wanted else ""


@cache
def _by_name() -> Mapping[str, str]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(_NOT_PLACES))
    cities: dict[str, list[str]] = defaultdict(list)
    for name in names:
        cities[_said(name.rpartition("/")[2])].append(name)
    unique = {city: zones[0] for city, zones in cities.items() if len(zones) == 1}
    called = {word: zone for zone, words in _CALLED.items() for word in words.split(", ")}
    return unique | called | {_said(name): name for name in names}


def _said(name: str) -> str:
    return plain(name.replace("_", " ")).replace("/", " ")


def is_zone(name: str) -> bool:
    try:
        zone_named(name)
    except ValueError:
        return False
    return True
