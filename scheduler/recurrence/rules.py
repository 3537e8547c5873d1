"""Rules of recurrence as text (RFC 5545, 3.3.10): reading, checking, and one way of writing each.

The subset: one occurrence a day at most, at the start's time of day. Whatever else the RFC has is refused with a
sentence that says what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, cast

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST_TEXT, LONGEST_INTERVAL, HIGHEST_COUNT = 200, 400, 1000

#: What the RFC has and we have not, and what to do instead.
REFUSED = {
    "BYHOUR": "the time of day is that of the start",
    "BYMINUTE": "the time of day is that of the start",
    "BYSECOND": "the time of day is that of the start",
    "BYWEEKNO": "write BYMONTH with BYDAY",
    "BYYEARDAY": "write BYMONTH with BYMONTHDAY",
    "BYEASTER": "write BYMONTH with BYDAY",
    "DTSTART": "the start is given apart from the rule",
    "EXDATE": "days that do not count are given apart from the rule",
    "RDATE": "write a rule of its own for each",
}
UTC_TEXT = re.compile(r"[0-9]{8}T[0-9]{6}Z")
DAY_TEXT = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a text says. `byday`: (ordinal, weekday from 0: Monday), where the ordinal 0 means every one."""

    freq: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None  # inclusive
    bymonth: tuple[int, ...] = ()
    bymonthday: tuple[int, ...] = ()
    byday: tuple[tuple[int, int], ...] = ()
    bysetpos: tuple[int, ...] = ()
    wkst: int = 0

    def __str__(self) -> str:
        return ";".join(f"{name}={value}" for name, value in _written(self) if value)


def _written(rule: Rule) -> tuple[tuple[str, str], ...]:
    def numbers(given: tuple[int, ...]) -> str:
        return ",".join(map(str, given))

    return (
        ("FREQ", rule.freq),
        ("INTERVAL", str(rule.interval) if rule.interval > 1 else ""),
        ("BYMONTH", numbers(rule.bymonth)),
        ("BYMONTHDAY", numbers(rule.bymonthday)),
        ("BYDAY", ",".join(f"{ordinal or ''}{WEEKDAYS[day]}" for ordinal, day in rule.byday)),
        ("BYSETPOS", numbers(rule.bysetpos)),
        ("WKST", WEEKDAYS[rule.wkst] if rule.wkst else ""),
        ("COUNT", str(rule.count or "")),
        ("UNTIL", f"{rule.until:%Y%m%dT%H%M%SZ}" if rule.until else ""),
    )


@lru_cache(maxsize=4096)
def read(text: str) -> Rule:
    """Raises ValueError with one sentence for what is no rule, or none of ours."""
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"The rule has {len(text)} characters; the most is {LONGEST_TEXT}.")
    parts = _parts(text)
    freq = _frequency(parts.pop("FREQ", ""))
    values = {name.lower(): _value(name, value) for name, value in parts.items()}
    rule = Rule(freq=freq, **values)
    _refuse_what_does_not_fit(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise ValueError(f"'{_shown(part)}' is no part of a rule; write it like FREQ=WEEKLY;BYDAY=MO,TH.")
        if name in parts:
            raise ValueError(f"{name} stands twice in the rule; write it once.")
        parts[name] = value
    return parts


def _shown(given: str) -> str:
    return "".join(one if one.isprintable() else " " for one in given[:40])


def _frequency(value: str) -> Frequency:
    if value in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise ValueError(f"FREQ={value} would come more than once a day; write FREQ=DAILY or less often.")
    if value not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise ValueError("The rule does not say how often; begin with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    return cast(Frequency, value)


def _value(name: str, value: str) -> Any:
    if name in REFUSED:
        raise ValueError(f"{name} cannot be part of the rule: {REFUSED[name]}.")
    if name not in READERS:
        raise ValueError(f"'{_shown(name)}' is no part of a rule; it takes {', '.join(READERS)}.")
    try:
        return READERS[name](value)
    except ValueError as error:
        raise ValueError(f"{name}={_shown(value)} cannot be read; {error}.") from None


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(value)

    return read


def _numbers(high: int, *, signed: bool = True) -> Callable[[str], tuple[int, ...]]:
    sign = "[+-]?" if signed else ""

    def read(value: str) -> tuple[int, ...]:
        found = value.split(",")
        if not all(re.fullmatch(sign + r"[0-9]{1,3}", one) and 1 <= abs(int(one)) <= high for one in found):
            raise ValueError(f"write numbers from 1 to {high}{', or -1 for the last' if signed else ''}")
        return tuple(sorted({int(one) for one in found}))

    return read


def _days(value: str) -> tuple[tuple[int, int], ...]:
    found = [DAY_TEXT.fullmatch(one) for one in value.split(",")]
    return tuple(sorted({_day(one) for one in found}, key=lambda day: (day[1], day[0])))


def _day(found: re.Match[str] | None) -> tuple[int, int]:
    if found is None or (found[1] and not 1 <= abs(int(found[1])) <= 53):
        raise ValueError("write days such as MO,TH, or with a number such as 1MO or -1FR")
    return int(found[1] or 0), WEEKDAYS.index(found[2])


def _weekday(value: str) -> int:
    if value not in WEEKDAYS:
        raise ValueError("write the day that a week begins with, such as MO")
    return WEEKDAYS.index(value)


def _until(value: str) -> datetime:
    try:
        if UTC_TEXT.fullmatch(value):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise ValueError("write an instant in UTC such as 20261231T235959Z")


READERS: dict[str, Callable[[str], Any]] = {
    "FREQ": str,
    "INTERVAL": _number(1, LONGEST_INTERVAL),
    "COUNT": _number(1, HIGHEST_COUNT),
    "UNTIL": _until,
    "BYMONTH": _numbers(12, signed=False),
    "BYMONTHDAY": _numbers(31),
    "BYDAY": _days,
    "BYSETPOS": _numbers(366),
    "WKST": _weekday,
}


def _refuse_what_does_not_fit(rule: Rule) -> None:
    """RFC 5545, 3.3.10: what may not stand together."""
    ordinals = [abs(ordinal) for ordinal, _ in rule.byday if ordinal]
    if rule.count is not None and rule.until is not None:
        raise ValueError("COUNT and UNTIL cannot both end the rule; write one of them.")
    if ordinals and rule.freq in ("DAILY", "WEEKLY"):
        raise ValueError(f"BYDAY cannot count days in FREQ={rule.freq}; write days such as MO,TH, or FREQ=MONTHLY.")
    if max(ordinals, default=0) > 5 and (rule.freq == "MONTHLY" or rule.bymonth):
        raise ValueError("BYDAY counts to 5 within a month; write a number such as 1MO or -1FR.")
    if rule.bymonthday and rule.freq == "WEEKLY":
        raise ValueError("BYMONTHDAY cannot stand in FREQ=WEEKLY; write FREQ=MONTHLY, or BYDAY.")
    if rule.bysetpos and rule.freq == "DAILY":
        raise ValueError("BYSETPOS cannot stand in FREQ=DAILY, which has one day; leave it out.")
    if rule.bysetpos and not (rule.byday or rule.bymonthday or rule.bymonth):
        raise ValueError("BYSETPOS picks from days that the rule names; write some in BYDAY.")
