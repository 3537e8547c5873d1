"""What supervisors get to see of what people said, when nothing may be settled about anybody, in simulated teams.

Eight themes, named in an answer with a chance from .55 to .05; over a year what was common becomes rare, and the other
way round. Whoever takes part in a window gives one to four answers in it. "Of named": of the themes that as many people
named as the policy asks of a small group (three), the share that is shown.

Example: python benchmarks/utility.py
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from bot.snapshot import Limits, Snapshot
from storage.disclosure import Cell, Window, snapshot
from storage.windows import GRACE_DAYS, WEEKS, window_name

THEMES = tuple("ABCDEFGH")
RATES = tuple(0.55 - number * 0.5 / 7 for number in range(8))
WINDOWS = 13  # a year
FIRST = date(2026, 11, 9)
LIMITS = Limits()
YEARS, QUICK = 100, 15


class Group(NamedTuple):
    name: str
    roster: int
    teams: int = 1


GROUPS = (
    Group("team of 5 alone", 5),
    Group("team of 6", 6),
    Group("team of 8", 8),
    Group("team of 12", 12),
    Group("team of 20", 20),
    Group("2 teams of 5, a circle", 10, 2),
    Group("3 teams of 5, a circle", 15, 3),
)
PARTICIPATION = (0.5, 0.75, 0.9, 1.0)


class Year(NamedTuple):
    """Of one group: what was published, and in each window how many themes enough people named."""

    published: Sequence[Snapshot]
    named: Sequence[int]


def year(chance: Random, group: Group, participation: float) -> Year:
    published: list[Snapshot] = []
    named = []
    for number in range(WINDOWS):
        people = [codes for _ in range(group.roster) if (codes := person(chance, number, participation)) is not None]
        counts = [sum(theme in codes for codes in people) for theme in THEMES]
        named.append(sum(count >= LIMITS.persons for count in counts))
        name = window_name(FIRST + timedelta(weeks=WEEKS * number))
        window = Window(name, tuple(published), (0, 0))
        published.append(snapshot(Cell(people, group.roster, group.teams), window, LIMITS, ()))
    return Year(published, named)


def person(chance: Random, window: int, participation: float) -> set[str] | None:
    """What somebody gave in a window; None where they took no part."""
    if chance.random() >= participation:
        return None
    drift, answers = window / (WINDOWS - 1), chance.randint(1, WEEKS)
    rates = [(1 - drift) * rate + drift * late for rate, late in zip(RATES, reversed(RATES), strict=True)]
    return {
        theme for theme, rate in zip(THEMES, rates, strict=True) if any(chance.random() < rate for _ in range(answers))
    }


class Row(NamedTuple):
    group: str
    participation: float
    windows: float  # the share of them that has enough to show
    themes: float  # of eight, in a window that has
    of_named: float  # of the themes that enough people named, over all windows
    weeks: float  # to the first theme; infinite where half of the groups never see one
    arrows: float  # in a year


def row(group: Group, participation: float, years: Sequence[Year]) -> Row:
    windows = [one for each in years for one in each.published]
    shown = [len(one.themes) for one in windows if one.enough]
    named = sum(sum(each.named) for each in years)
    return Row(
        group.name,
        participation,
        len(shown) / len(windows),
        statistics.mean(shown) if shown else 0,
        sum(shown) / named if named else 0,
        statistics.median(_first(each) for each in years),
        sum(bool(theme.trend) for one in windows for theme in one.themes) / len(years),
    )


def _first(each: Year) -> float:
    """Weeks from the first day on to the first theme that can be read."""
    seen = (number for number, one in enumerate(each.published, 1) if one.themes)
    return next((WEEKS * number + GRACE_DAYS / 7 for number in seen), float("inf"))


def rows(years: int) -> Iterator[Row]:
    for group in GROUPS:
        for participation in PARTICIPATION:
            chance = Random(f"{group.name} {participation}")
            yield row(group, participation, [year(chance, group, participation) for _ in range(years)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer years")
    years = QUICK if parser.parse_args().quick else YEARS
    print(f"{'':24}{'take part':>10}{'windows':>9}{'themes of 8':>13}{'of named':>10}{'weeks to':>10}{'arrows':>8}")
    for one in rows(years):
        weeks = "never" if one.weeks == float("inf") else f"{one.weeks:.1f}"
        print(
            f"{one.group:24}{one.participation:10.0%}{one.windows:9.0%}{one.themes:13.1f}{one.of_named:10.0%}"
            f"{weeks:>10}{one.arrows:8.1f}"
        )


if __name__ == "__main__":
    main()
