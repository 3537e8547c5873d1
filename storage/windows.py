"""The tenant's one grid of windows: four ISO weeks each, counted from the Monday after set-up. Pure; days are UTC."""

from __future__ import annotations

from datetime import date, timedelta

WEEKS = 4
GRACE_DAYS = 3
_DAYS = 7 * WEEKS


def monday_after(day: date) -> date:
    """The first Monday that is later than this day."""
    return day + timedelta(days=7 - day.weekday())


def window_start(grid: date, day: date) -> date:
    """The Monday on which the window of a day begins. What comes before the first window is counted with it."""
    return grid + timedelta(days=max(0, (day - grid).days // _DAYS) * _DAYS)


def next_start(grid: date, day: date) -> date:
    """The first window that begins after this day."""
    start = window_start(grid, day)
    return start if start > day else start + timedelta(days=_DAYS)


def window_name(start: date) -> str:
    """A window is named by its first week: 2026-W45."""
    year, week, _ = start.isocalendar()
    return f"{year}-W{week:02d}"


def window_first_day(name: str) -> date:
    """The Monday of a window's name. Raises ValueError for what is no name of a week."""
    year, _, week = name.partition("-W")
    return date.fromisocalendar(int(year), int(week), 1)


def window_after(start: date) -> date:
    return start + timedelta(days=_DAYS)


def published_from(start: date) -> date:
    """The earliest day on which a window's themes can appear: after its end and the days of grace."""
    return start + timedelta(days=_DAYS + GRACE_DAYS)


def earliest_themes(grid: date, joined: date | None, named: date | None) -> date | None:
    """`joined`: a member of a team since; `named`: a supervisor since, who sees no window that was open before."""
    starts = [] if joined is None else [window_start(grid, joined)]
    if named is not None:
        starts.append(next_start(grid, named))
    return published_from(min(starts)) if starts else None


def shared_until(grid: date, day: date) -> date:
    """The last day on which what is shared on this day has surely not been published."""
    return published_from(window_start(grid, day)) - timedelta(days=1)


def excerpt_until(grid: date, day: date) -> date:
    """The same of a passage, which waits for the window after its own (`releasing.py`)."""
    return shared_until(grid, day) + timedelta(days=_DAYS)
