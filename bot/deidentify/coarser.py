"""An age as a band, a date as near or far: what may stand where the exact one stood."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import regex

from bot.deidentify.numbers import NUMBER, ORDINAL, compiled, value

_AGE = compiled(rf"(?P<number>{NUMBER}|\ba\b|\bun\b)[ -]{{0,2}}(?P<unit>y|a[nñ]|mo|mes|m\b|w|sem|d)?")
_EARLY = regex.compile(r"gesta|pregnan|weeker|embaraz|\d\s?\+\s?\d|prem")
_BORN = regex.compile(r"(?:\bborn\b|\bcame\b|\bdelivered\b|\bnaci\w+).{0,12}\b(?:at|a las|a|de|con)\s?$")
_EXPECTING = regex.compile(r"\b(?:pregnan\w*|embarazad\w*|expecting|gestaci\w*)\b.{0,8}$")
_CARRIED = regex.compile(r".{0,12}\b(?:pregnan|embaraz|along\b|gestation|de gestaci)")
#: Weeks and days are counted before birth.
_DAYS = regex.compile(r"\d ?w(?:ks?|eeks?)? ?(?:and )?\d ?d")
_MONTHS_A_UNIT = {"y": 12.0, "a": 12.0, "m": 1.0, "w": 0.23, "s": 0.23, "d": 0.033}


def band(words: str, before: str, after: str = "") -> str:
    """The band of an age. `before` and `after`: what stood beside it, where "born at" and "pregnant" make weeks
    gestational."""
    words = words.casefold()
    found = _AGE.search(words)
    number = value(found["number"]) if found else None
    weeks = found is not None and (found["unit"] or "")[:1] in {"w", "s"}
    expected = (
        _BORN.search(before.casefold()) or _EXPECTING.search(before.casefold()) or _CARRIED.match(after.casefold())
    )
    if _EARLY.search(words) or (weeks and (expected or _DAYS.search(words))):
        return "[AGE: gestation]"
    if found is None or number is None:
        return "[AGE]"
    return _band(number * _MONTHS_A_UNIT[(found["unit"] or "y")[0]])


def _band(months: float) -> str:
    for below, words in ((6, "0-5 months"), (12, "6-11 months"), (24, "1 year"), (36, "2 years"), (72, "3-5 years")):
        if months < below:
            return f"[AGE: {words}]"
    return "[AGE: child]" if months < 18 * 12 else "[AGE: adult]"


MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january ene enero", "feb february febrero", "mar march marzo", "apr april abr abril", "may mayo",
         "jun june junio", "jul july julio", "aug august ago agosto", "sep sept september septiembre setiembre",
         "oct october octubre", "nov november noviembre", "dec december dic diciembre"), 1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = regex.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMERIC = compiled(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?")
_NAMED = regex.compile(rf"\b(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b")
_DAY = compiled(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\b|\b({ORDINAL})\b")
_YEAR = regex.compile(r"\b(?:19|20)\d\d\b")


def nearness(words: str, today: date) -> str:
    """In the week of `today`, before it, or after it; "earlier" where that cannot be told."""
    found = _day(words.casefold(), today)
    if found is None or found < today - timedelta(days=today.weekday()):
        return "[earlier]"
    return "[this week]" if found.isocalendar()[:2] == today.isocalendar()[:2] else "[later]"


def _day(words: str, today: date) -> date | None:
    """The day that is meant: without a year, the one nearest to today."""
    if found := _ISO.search(words):
        return _dated(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMERIC.search(words):
        year = int(found[3]) if found[3] else None
        return _nearest(int(found[1]), int(found[2]), year + 2000 if year is not None and year < 100 else year, today)
    month, day, year_said = _NAMED.search(words), _DAY.search(words), _YEAR.search(words)
    number = value(day[1] or day[2]) if day else None
    if month is None or number is None:
        return None
    return _nearest(MONTHS[month[0]], number, int(year_said[0]) if year_said else None, today)


def _nearest(month: int, day: int, year: int | None, today: date) -> date | None:
    if year is not None:
        return _dated(year, month, day)
    days = [found for near in (-1, 0, 1) if (found := _dated(today.year + near, month, day))]
    return min(days, key=lambda found: abs(found - today), default=None)


def _dated(year: int, month: int, day: int) -> date | None:
    with contextlib.suppress(ValueError):
        return date(year, month, day)
    return None
