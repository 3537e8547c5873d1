"""What was published of a circle's window. Law: made once, from a whole group, and the same bytes for every viewer.

Shapes only; `storage/disclosure.py` decides what goes in.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final, Literal

from pydantic import Field

from bot.events import Frozen

Band = Literal["came-up", "some", "half", "many", "most"]
Trend = Literal["", "up", "down"]

#: By how many bands there are, from the fewest people to the most.
SCHEMES: Final[dict[int, tuple[Band, ...]]] = {
    1: ("came-up",),
    2: ("some", "many"),
    3: ("some", "half", "most"),
}


class Limits(Frozen):
    """From how many people on something is shown. They can be raised, and never lowered (privacy.md, section 2)."""

    contributors: int = Field(default=5, ge=5, le=100)
    persons: int = Field(default=3, ge=3, le=100)
    sensitive: int = Field(default=5, ge=5, le=100)

    def raised(self, other: Limits) -> Limits:
        """The higher one of each."""
        return Limits(
            contributors=max(self.contributors, other.contributors),
            persons=max(self.persons, other.persons),
            sensitive=max(self.sensitive, other.sensitive),
        )


class Shown(Frozen):
    """One theme. `trend` is empty wherever nothing can be said of it."""

    code: str
    band: Band
    trend: Trend = ""


class Snapshot(Frozen):
    """`window`: its first week; `starts` and `ends`: its first and last day; `published`: the weekday on which it was
    due, whenever that was done. `people`: "5-7", or "8+" where an upper edge would say who takes part; empty where
    `enough` is false, which says the same of nobody and of one too few. `bands`: how many there are. `themes`: from the
    highest band on, by code within one. `passages`: released ones, shuffled."""

    window: str
    starts: date
    ends: date
    published: date
    enough: bool
    people: str = ""
    bands: int = 0
    themes: tuple[Shown, ...] = ()
    passages: tuple[str, ...] = Field(default=(), repr=False)
    limits: Limits = Limits()
    series: int = 1
    rule: int = 1

    def written(self) -> str:
        """Canonical JSON: the same snapshot is the same bytes."""
        return self.model_dump_json()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.written().encode()).hexdigest()

    def band(self, code: str) -> Band | None:
        return next((theme.band for theme in self.themes if theme.code == code), None)


class Report(Frozen):
    """What a supervisor of a circle can look at, the newest window first. `since`: the first window that they may see;
    `next`: the day on which the running one is due."""

    circle: str
    teams: tuple[str, ...] = ()
    since: str
    next: date
    snapshots: tuple[Snapshot, ...] = ()
