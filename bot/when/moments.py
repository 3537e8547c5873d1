"""From what was said to the moment or rule that it means, now and there. Law: what has passed, or is on no calendar, is
no moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from bot.when.sought import Day, Sought, Span
from bot.when.wanted import When

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=30)
#: Of whatever is no date of the year, the next one is within so many days: the 31st, a first Tuesday.
_NEAR = 70
#: 29 February 2096 is followed by the one of 2104.
_YEARS = 9


def moment(what: Sought, now: datetime, local: datetime, day: date | None = None) -> When | None:
    """`now` is aware, `local` the same on the person's wall clock; `day`: where the words name none."""
    if what.span is not None:
        return _after(what.span, now, local)
    if what.clock is None:
        return None
    wall, today = what.clock.time(what.day.parts if what.day else ()), local.replace(tzinfo=None)
    if wall is None:
        return None
    wanted = what.day or _unsaid(day)

    def ahead(one: date) -> bool:
        return datetime.combine(one, wall) > today

    found = first_day(wanted, today.date(), ahead)
    return None if found is None else When(start=datetime.combine(found, wall), rule=wanted.rule)


def _unsaid(day: date | None) -> Day:
    """Today, or tomorrow where that has passed."""
    return Day(weekdays=tuple(range(7))) if day is None else Day(day=day.day, month=day.month, year=day.year)


def _after(span: Span, now: datetime, local: datetime) -> When | None:
    length = SHORTEST * min(span.minutes, 10**6) + timedelta(days=min(span.days, 10**3))
    if not SHORTEST <= length <= LONGEST:
        return None
    if span.days:  # these keep the hour over a clock change
        return When(at=(local + length).astimezone(UTC))
    return When(at=now.astimezone(UTC) + length)


def first_day(day: Day, today: date, fits: Callable[[date], bool]) -> date | None:
    """The first day from today on that is meant and fits; None where none is, or where the words disagree.

    Today's date, when its time has passed, means nobody's next year.
    """
    found = next((one for one in _candidates(day, today) if _meant(day, one) and (_dated(day) or fits(one))), None)
    if found is None or (_dated(day) and not (fits(found) and _agrees(day, found))):
        return None
    return found if not day.upcoming or _in_a_later_week(found, today) else None


def _dated(day: Day) -> bool:
    return day.day is not None


def _agrees(day: Day, one: date) -> bool:
    return not day.weekdays or one.weekday() in day.weekdays


def _candidates(day: Day, today: date) -> Iterator[date]:
    if day.ahead is not None:
        return (today + timedelta(days=ahead) for ahead in {day.ahead} & set(range(LONGEST.days + 1)))
    if day.month is None:
        return (today + timedelta(days=ahead) for ahead in range(_NEAR))
    years = range(today.year, today.year + _YEARS) if day.year is None else (day.year,)
    dates = (_date(year, day.month, day.day or 0) for year in years)
    return (one for one in dates if one is not None and one >= today)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _meant(day: Day, one: date) -> bool:
    if _dated(day):
        return one.day == day.day
    if day.nth and day.nth != (-1 if day.nth < 0 and _is_last(one) else (one.day - 1) // 7 + 1):
        return False
    return _agrees(day, one)


def _is_last(one: date) -> bool:
    """Of its weekday in the month."""
    return (one + timedelta(days=7)).month != one.month


def _in_a_later_week(one: date, today: date) -> bool:
    """Whether a week begins on Monday or on Sunday: to some, "next Friday" is never the one of this week."""
    return all((one.toordinal() - start) // 7 > (today.toordinal() - start) // 7 for start in (0, 1))
