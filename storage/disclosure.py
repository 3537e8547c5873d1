"""From what a circle's people contributed to what is published. Law: pure, and nothing comes out that settles one bit.

Policy: privacy.md, section 2, and `docs/decisions/0006`. Whatever is left out is left out by what everybody knows: how
many could be counted, and what is shown. So that it is left out tells nothing either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from bot.snapshot import SCHEMES, Band, Limits, Shown, Snapshot, Trend
from storage.windows import WEEKS, published_from, window_after, window_first_day, window_name

#: Contributors from which on more is told of their number; the first is the circle's own limit.
FLOORS = (5, 8, 12, 16)
#: At most so many of the contributors put together what they know; of fewer than eight it is one.
COLLUDERS = 2
#: Above this their number is told apart by nothing but the number of bands.
MOST_TOLD = 12
#: From how many contributors on there are two bands, and three.
TWO_BANDS, THREE_BANDS = 8, 16
#: Windows that a trend needs, and how many steps it looks back.
TREND_WINDOWS = 3
#: Neighbouring windows whose people differ by so few tell of those few (P7).
FEW = (1, 2)
RULE = 1


#: People who can be counted in a circle of several teams, to publish at all (DESIGN, section 8).
CIRCLE_ROSTER = 10


class Cell(NamedTuple):
    """One circle's window. `people`: the codes of each contributor; `roster`: how many could be counted there; `teams`:
    how many the circle has."""

    people: Sequence[Collection[str]]
    roster: int
    teams: int = 1


def least_roster(limits: Limits, teams: int) -> int:
    """How many people it takes who can be counted. That six suffice where five must contribute is DESIGN's choice; a
    limit that was raised leaves the room that every further step leaves, or who took no part would know who did."""
    room = 1 if limits.contributors == FLOORS[0] else 1 + COLLUDERS
    return max(limits.contributors + room, CIRCLE_ROSTER if teams > 1 else 0)


class Told(NamedTuple):
    """What may be known of how many contributors there were: from `least` to `most`. `roster`: as in `Cell`."""

    least: int
    most: int
    roster: int

    @property
    def colluders(self) -> int:
        """How many of them may put together what they know, and still settle nothing of another."""
        return COLLUDERS if self.most >= TWO_BANDS else 1

    @property
    def bands(self) -> int:
        if self.least < TWO_BANDS:
            return 1
        return 2 if self.least < THREE_BANDS else 3

    def persons(self, limits: Limits, *, sensitive: bool) -> int:
        """From how many on a theme is shown. Colluders who all named one that is not shown must not learn that nobody
        else did: so it is always two more than there may be of them."""
        return max(limits.sensitive if sensitive else limits.persons, self.colluders + 2)


def steps(limits: Limits, roster: int) -> tuple[Told, ...]:
    """All that may be told in a circle of so many, the fewest first: never a number that would say who takes part, even
    to colluders who take no part themselves. Empty where nothing can be published (P2)."""
    least = limits.contributors
    if roster < least_roster(limits, teams=1):
        return ()
    floors = (least, *(floor for floor in FLOORS if floor > least and floor <= roster - 1 - COLLUDERS))
    tops = (*(floor - 1 for floor in floors[1:]), roster)
    return tuple(Told(floor, top, roster) for floor, top in zip(floors, tops, strict=True))


def told_of(count: int, limits: Limits, roster: int) -> Told | None:
    """None: not enough to show."""
    return next((one for one in reversed(steps(limits, roster)) if one.least <= count), None)


def written(told: Told, limits: Limits) -> str:
    """5-7, or 8+ where nothing above is told apart; twelve and more are told apart by the number of bands alone."""
    known = [one.least for one in steps(limits, told.roster) if one.least <= max(MOST_TOLD, limits.contributors)]
    least = max(floor for floor in known if floor <= told.least)
    above = [floor for floor in known if floor > least]
    return f"{least}-{above[0] - 1}" if above else f"{least}+"


def edges(count: int, least: int, scheme: int) -> tuple[range, ...]:
    """The numbers of persons that each band covers, of so many contributors. No visible band covers one number alone
    where there are several bands."""
    if scheme == 1:
        return (range(least, count + 1),)
    if scheme == 2:
        some = max(count // 2, least + 1)
        return range(least, some + 1), range(some + 1, count + 1)
    some = max((2 * count - 1) // 5, least + 2)
    half = max(3 * count // 5, some + 3)
    return range(least, some + 1), range(some + 1, half + 1), range(half + 1, count + 1)


def band_of(persons: int, count: int, least: int, scheme: int) -> Band | None:
    for band, covered in zip(SCHEMES[scheme], edges(count, least, scheme), strict=True):
        if persons in covered:
            return band
    return None


def settles(band: Band, told: Told, limits: Limits, *, sensitive: bool) -> bool:
    """The audit, in closed form (a test holds it against an exact solver): whether somebody's yes would be certain to
    colluders who did not say yes themselves. So it is where everybody else is needed for the fewest persons that the
    band can mean. And where it can only mean that all who took part said it, whoever they are, as raised limits do."""
    at, least = SCHEMES[told.bands].index(band), told.persons(limits, sensitive=sensitive)
    counts = range(told.least, told.most + 1)
    starts = ((count, edges(count, least, told.bands)[at].start) for count in counts)
    fewest = next(((count, start) for count, start in starts if start <= count), None)  # it only grows with the count
    if fewest is None:
        return True
    everybody_else = fewest[1] > told.roster - 1 - told.colluders
    return everybody_else or (fewest[0] == fewest[1] and all(start == count for count, start in starts))


class Window(NamedTuple):
    """Which window this is, and what came before it in the circle. `changes`: by how many people who can be
    counted differs from the window before, and that from the one before; None where nobody knows. Everybody can see
    it: so that there is no arrow tells nothing."""

    name: str
    before: Sequence[Snapshot] = ()  # the oldest first
    changes: tuple[int | None, int | None] = (None, None)
    passages: tuple[str, ...] = ()


def snapshot(cell: Cell, window: Window, limits: Limits, sensitive: Collection[str]) -> Snapshot:
    """What is published. Limits that were in force before stay so; other ones begin a new series."""
    last = window.before[-1] if window.before else None
    limits = limits.raised(last.limits) if last else limits
    series = 1 if last is None else last.series + (last.limits != limits or last.rule != RULE)
    large = cell.roster >= least_roster(limits, cell.teams)
    told = told_of(len(cell.people), limits, cell.roster) if large else None
    bare = _bare(window.name, limits, series)
    if told is None:
        return bare
    order = {band: number for number, band in enumerate(reversed(SCHEMES[told.bands]))}
    themes = sorted(_shown(cell, told, limits, sensitive), key=lambda theme: (order[theme.band], theme.code))
    found = {"people": written(told, limits), "bands": told.bands, "themes": tuple(themes)}
    enough = bare.model_copy(update={"enough": True, "passages": window.passages, **found})
    return _with_trends(enough, window)


def _bare(name: str, limits: Limits, series: int) -> Snapshot:
    starts = window_first_day(name)
    assert window_name(starts) == name
    return Snapshot(
        window=name,
        starts=starts,
        ends=starts + timedelta(weeks=WEEKS, days=-1),
        published=published_from(starts),
        enough=False,
        limits=limits,
        series=series,
        rule=RULE,
    )


def _shown(cell: Cell, told: Told, limits: Limits, sensitive: Collection[str]) -> Iterator[Shown]:
    counts = Counter(code for codes in cell.people for code in set(codes))
    for code, persons in counts.items():
        careful = code in sensitive
        band = band_of(persons, len(cell.people), told.persons(limits, sensitive=careful), told.bands)
        if band is not None and not settles(band, told, limits, sensitive=careful):
            yield Shown(code=code, band=band)


def _with_trends(now: Snapshot, window: Window) -> Snapshot:
    """P7: three windows in a row, of one series and with as many bands; two steps one way, or one by two bands; and
    nothing where those who can be counted differ by one or two."""
    row = (*window.before[-(TREND_WINDOWS - 1) :], now)
    if (
        len(row) < TREND_WINDOWS
        or not _comparable(row)
        or any(change is None or change in FEW for change in window.changes)
    ):
        return now
    themes = tuple(theme.model_copy(update={"trend": _trend(row, theme.code)}) for theme in now.themes)
    return now.model_copy(update={"themes": themes})


def _comparable(row: Sequence[Snapshot]) -> bool:
    following = all(later.starts == window_after(earlier.starts) for earlier, later in pairwise(row))
    alike = {(one.enough, one.series, one.bands) for one in row} == {(True, row[-1].series, row[-1].bands)}
    return following and alike


def _trend(row: Sequence[Snapshot], code: str) -> Trend:
    first, second, third = (_rank(one, code) for one in row)
    if first < second < third or third - second >= 2:
        return "up"
    if first > second > third or second - third >= 2:
        return "down"
    return ""


def _rank(one: Snapshot, code: str) -> int:
    """0: not shown."""
    band = one.band(code)
    return 0 if band is None else SCHEMES[one.bands].index(band) + 1
