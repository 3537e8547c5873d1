"""What was published, in words: dates, bands, and what a meeting can begin with. Law: the same for everybody. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from babel.dates import format_date, format_interval

from bot.rooms import PAUSE, ROTATIONS
from bot.snapshot import SCHEMES, Band, Report, Shown, Snapshot
from prompts.library import Library

#: Questions for a meeting.
FEWEST, MOST = 3, 5
#: What opens a meeting, a week each, from the first of all Mondays that the rooms count from.
OPENERS: Final = tuple(week for week in ROTATIONS["stance"] if week != PAUSE)
_FIRST_MONDAY: Final = date(2001, 1, 1)


class Asked(NamedTuple):
    """One question of a meeting, and what it is about."""

    label: str
    question: str


def agenda(library: Library, snapshot: Snapshot | None, locale: str, day: date = _FIRST_MONDAY) -> tuple[Asked, ...]:
    """Three to five questions: of what the most people named, then by label; where there are fewer, others from the
    stance open and close it. `day`: which week's, where nothing is published yet (`Report.next`)."""
    themes = ordered(library, snapshot, locale)[:MOST] if snapshot else ()
    asked = tuple(Asked(library.theme(locale, one.code), _question(library, locale, one.code)) for one in themes)
    lacking = max(0, FEWEST - len(asked))
    week = ((snapshot.starts if snapshot else day) - _FIRST_MONDAY).days // 7
    stance = [library.word(locale, f"{OPENERS[(week + more) % len(OPENERS)]}-question") for more in range(lacking)]
    opening = tuple(Asked(library.word(locale, "agenda-open"), question) for question in stance[:1])
    closing = tuple(Asked(library.word(locale, "agenda-together"), question) for question in stance[1:])
    return (*opening, *asked, *closing)


def digest(library: Library, found: Report | Snapshot, circle: str, locale: str) -> tuple[str, ...]:
    """A few lines: whose, when, how many, and a line for each band. Of a report its newest window, or from when on."""
    title = library.word(locale, "report-of", circle=circle)
    if isinstance(found, Report):
        if not found.snapshots:
            return title, waits(library, locale), earliest(library, found, locale)
        found = found.snapshots[0]
    if not found.enough:
        return title, dates(found, locale), not_enough(library, locale)
    lines = tuple(
        library.word(locale, "report-line", band=band_word(library, locale, band), themes="; ".join(labels))
        for band, themes in banded(library, found, locale)
        for labels in [[_told(library, locale, one) for one in themes]]
    )
    when = f"{dates(found, locale)} · {people(library, found, locale)}"
    return title, when, *(lines or (no_theme(library, locale),))


# Parts, for pages that put them in other places


def dates(snapshot: Snapshot, locale: str) -> str:
    """First and last day, as the language writes an interval; with plain spaces, for terminals."""
    return _interval(snapshot.starts, snapshot.ends, locale)


@lru_cache(maxsize=1024)
def _interval(starts: date, ends: date, locale: str) -> str:
    """The same few stand several times on a page, and finding out how they are written is slow."""
    return str(format_interval(starts, ends, "yMMMd", locale=locale)).replace("\u2009", " ")


def earliest(library: Library, report: Report, locale: str) -> str:
    return library.word(locale, "report-next", date=format_date(report.next, "long", locale=locale))


def waits(library: Library, locale: str) -> str:
    return library.word(locale, "report-waits")


def not_enough(library: Library, locale: str) -> str:
    """The same words for nobody and for one too few."""
    return library.word(locale, "report-not-enough")


def no_theme(library: Library, locale: str) -> str:
    return library.word(locale, "report-no-theme")


def people(library: Library, snapshot: Snapshot, locale: str) -> str:
    """How many were counted, as roughly as it was published; empty where nothing was."""
    least, _, most = snapshot.people.partition("-")
    if most:
        return library.word(locale, "report-people-between", least=least, most=most)
    return library.word(locale, "report-people-from", least=least.removesuffix("+")) if least else ""


def band_word(library: Library, locale: str, band: Band) -> str:
    return library.word(locale, f"band-{band}")


def trend_word(library: Library, locale: str, shown: Shown) -> str:
    return library.word(locale, f"trend-{shown.trend}") if shown.trend else ""


def rank(snapshot: Snapshot, code: str) -> int:
    """1 for the band of the fewest people; 0: not shown."""
    band = snapshot.band(code)
    return 0 if band is None else SCHEMES[snapshot.bands].index(band) + 1


def ordered(library: Library, snapshot: Snapshot, locale: str) -> tuple[Shown, ...]:
    """From the highest band on; within one by label, for any other order would tell more."""
    found = ((-rank(snapshot, one.code), alphabetical(library.theme(locale, one.code)), one) for one in snapshot.themes)
    return tuple(one for *_, one in sorted(found, key=lambda sought: (*sought[:2], sought[2].code)))


def banded(library: Library, snapshot: Snapshot, locale: str) -> Sequence[tuple[Band, tuple[Shown, ...]]]:
    themes = ordered(library, snapshot, locale)
    return [(band, tuple(group)) for band, group in groupby(themes, key=lambda one: one.band)]


def alphabetical(label: str) -> str:
    """A key to sort by: accents and capitals count for nothing."""
    letters = unicodedata.normalize("NFD", label.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _told(library: Library, locale: str, shown: Shown) -> str:
    label, trend = library.theme(locale, shown.code), trend_word(library, locale, shown)
    return f"{label} ({trend})" if trend else label


def _question(library: Library, locale: str, code: str) -> str:
    """Of a theme that the codebook has no more: the question that opens any meeting."""
    known = code in library.codebook.codes
    return library.question(locale, code) if known else library.word(locale, f"{OPENERS[0]}-question")
