"""Reading plain words as times, in English and Spanish at once. Law: two readings that differ are none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.when.beginnings import each
from bot.when.english import ENGLISH
from bot.when.moments import moment
from bot.when.sought import Day, Sought, days, sought
from bot.when.spanish import SPANISH
from bot.when.wanted import When

LANGUAGES = (ENGLISH, SPANISH)


@dataclass(frozen=True, slots=True)
class Here:
    """`now` is aware, `local` the same on the person's wall clock, aware too."""

    now: datetime
    local: datetime

    @property
    def today(self) -> date:
        return self.local.date()

    def moment(self, what: Sought, day: date | None = None) -> When | None:
        return moment(what, self.now, self.local, day)


def times(words: str) -> Iterator[Sought]:
    for language in LANGUAGES:
        yield from sought(language, words)


def single_days(words: str) -> Iterator[Day]:
    """Days with no rule and no part of the day."""
    for language in LANGUAGES:
        for day in days(language, words):
            if day is not None and not day.rule and not day.parts:
                yield day


def of_times(words: str, also: frozenset[str]) -> bool:
    """Whether any of the words is mostly said of times."""
    return any(word in _OF_TIMES or word in also or word[0] in "0123456789" for word in words.split())


def _words_of_times() -> Iterator[str]:
    for language in LANGUAGES:
        for table in ("weekday", "month", "ahead", "named", "more"):
            yield from " ".join(language.tables[table]).split()
        yield from language.parts


_OF_TIMES = frozenset(_words_of_times()) - each("a after the day of one un una uno y")
