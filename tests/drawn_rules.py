"""Rules as hypothesis draws them, each with a day that it can start on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import assume
from hypothesis import strategies as st

from scheduler.recurrence.expand import named_days

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
BEGINNINGS = st.dates(date(2016, 1, 1), date(2024, 1, 1))


def some(values: st.SearchStrategy[object], most: int) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=most, unique=True).map(lambda found: ",".join(map(str, found)))


def counted(most: int) -> st.SearchStrategy[str]:
    """Days such as 2MO or -1FR."""
    places = st.sampled_from((1, 2, 3, most, -1, -2, -most))
    return st.tuples(places, st.sampled_from(WEEKDAYS)).map(lambda found: f"{found[0]}{found[1]}")


@st.composite
def rules(draw: st.DrawFn, *, ends: bool = True, picks: bool = True) -> str:
    """`ends`: with COUNT; `picks`: with BYSETPOS, and lists such as MO,1FR, of which plain dateutil names nothing."""
    freq = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = [f"FREQ={freq}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 6 if freq == 'YEARLY' else 30))}")
    months = draw(st.none() | some(st.integers(1, 12), 4))
    days = draw(st.none() | some(st.sampled_from((1, 2, 15, 28, 29, 30, 31, -1, -2, -29, -31)), 3))
    plain, ordinals = some(st.sampled_from(WEEKDAYS), 4), some(counted(5 if freq == "MONTHLY" or months else 53), 3)
    mixed = st.tuples(plain, ordinals).map(",".join)
    counts = ordinals | mixed if picks else ordinals
    weekdays = draw(st.none() | (plain | counts if freq in ("MONTHLY", "YEARLY") else plain))
    parts += [f"BYMONTH={months}"] if months else []
    parts += [f"BYMONTHDAY={days}"] if days and freq != "WEEKLY" else []
    parts += [f"BYDAY={weekdays}"] if weekdays else []
    if picks and freq != "DAILY" and weekdays and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(some(st.sampled_from((1, 2, -1, -2)), 2))}")
    parts += [f"WKST={draw(st.sampled_from(WEEKDAYS))}"] if draw(st.booleans()) else []
    parts += [f"COUNT={draw(st.integers(1, 30))}"] if ends and draw(st.booleans()) else []
    return ";".join(parts)


@st.composite
def begun(draw: st.DrawFn, *, ends: bool = True, picks: bool = True) -> tuple[str, datetime]:
    """A rule and a start that is one of its days, within ten years of a day drawn."""
    rule, day = draw(rules(ends=ends, picks=picks)), draw(BEGINNINGS)
    endless = rule.partition(";COUNT")[0]
    first = next(named_days(endless, day, last=day + timedelta(days=3650)), None)
    assume(first is not None)
    return rule, datetime.combine(first or day, draw(CLOCKS))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
