"""Which days count where a person lives: working days, public holidays, leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from scheduler.recurrence.quiet import Quiet
from scheduler.recurrence.zones import EARLIEST, HORIZON

DAY = timedelta(days=1)
#: Nobody has so many days off in a row but on leave, and that is stepped over as a whole.
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Days:
    """Which days count where a person lives, and when there is peace."""

    working: frozenset[int] = frozenset(range(7))  # 0: Monday; all seven: every day counts
    holidays: str = ""  # "US" or "US-NC", as the holidays package names them; "": none are kept
    away: tuple[date, date] | None = None  # first and last day of leave, both included
    quiet: Quiet | None = None  # from "HH:MM" to before "HH:MM"; may cross midnight

    def __post_init__(self) -> None:
        if self.away and not EARLIEST <= self.away[0] <= self.away[1] <= HORIZON:
            raise ValueError("The leave ends before it begins; give its first day and its last.")


def is_day_off(days: Days, day: date) -> bool:
    """Not a working day, a public holiday, or on leave. Raises ValueError for holidays that nobody knows."""
    return day.weekday() not in days.working or _is_holiday(days, day) or is_away(days, day)


def is_away(days: Days, day: date) -> bool:
    return days.away is not None and days.away[0] <= day <= days.away[1]


def working_day(days: Days, day: date, step: int) -> date | None:
    """`day`, or the nearest one after it (`step` 1) or before it (-1) that counts; None: there is none near."""
    for _ in range(LONGEST):
        if not is_day_off(days, day):
            return day
        if days.away is not None and is_away(days, day):
            day = days.away[1 if step > 0 else 0]
        day += step * DAY
    return None


def country_known(name: str) -> bool:
    """Whether there are public holidays of "US" or "US-NC", as the holidays package names them."""
    country, dash, part = name.partition("-")
    parts = _parts(country)
    return parts is not None and (not dash or part in parts)


def _is_holiday(days: Days, day: date) -> bool:
    return bool(days.holidays) and day in holidays_of(days.holidays, day.year)


@lru_cache(maxsize=2048)
def holidays_of(name: str, year: int) -> frozenset[date]:
    """Raises ValueError for a name that nobody knows."""
    if not country_known(name):
        raise ValueError(f"There are no public holidays under '{name}'; use a country such as US, or a state: US-NC.")
    from holidays import country_holidays  # a tenth of a second, for those alone who keep any

    country, _, part = name.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year))


@cache
def _parts(country: str) -> frozenset[str] | None:
    """Its states or provinces; None for what is no country of the package. All of them together take a second."""
    import holidays
    from holidays.registry import COUNTRIES

    if country not in {codes[1] for codes in COUNTRIES.values()}:
        return None
    return frozenset(getattr(holidays, country).subdivisions)
