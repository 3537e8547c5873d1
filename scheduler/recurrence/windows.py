"""The grid of windows, as far as a page knows it: from when on themes can appear."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

#: Themes are published by windows of four weeks, each after three days of grace.
WINDOW = timedelta(weeks=4)
PUBLISHED_AFTER = WINDOW + timedelta(days=3)


def first_themes(day: date, known: Collection[date]) -> date:
    """The earliest day on which themes can appear of a team that is complete on `day`: those of the window it lies in.

    `known`: such days of other teams, which share the grid; where there is none, the grid begins on the next Monday.
    """
    if not known:
        return day + timedelta(days=7 - day.weekday()) + PUBLISHED_AFTER
    first = min(known)
    begins = first - PUBLISHED_AFTER
    return first + max(0, (day - begins) // WINDOW) * WINDOW
