"""When rules come, found the slow way: every minute is looked up in the C library's local time, and every day is held
against the rule by itself. Law: nothing here comes from the project, from datetime, zoneinfo or dateutil.

As a script it reads one job a line (JSON: zone, since, until, days or all, cases) and writes one answer a line:
windows, each a pair of minutes, and what each case brings in each window. Minutes and days count from 1970 UTC. A case:
rule, start (day, minute of the day), policy, working, quiet (two minutes of the day, or null).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

DAY = 1440
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


# Days of a rule


@cache
def parts(rule: str) -> dict[str, str]:
    return dict(part.split("=") for part in rule.split(";"))


@cache
def fields(day: int) -> tuple[int, int, int, int]:
    """Year, month, day of the month, weekday (0: Monday)."""
    there = time.gmtime(day * 86400)
    return there.tm_year, there.tm_mon, there.tm_mday, there.tm_wday


def numbers(rule: str, part: str) -> list[int]:
    return [int(one) for one in parts(rule)[part].split(",")] if part in parts(rule) else []


@cache
def stretch(day: int, same: int) -> list[int]:
    """The days around one that agree with it in so many fields: 1, its year; 2, its month."""
    first = last = day
    while fields(first - 1)[:same] == fields(day)[:same]:
        first -= 1
    while fields(last + 1)[:same] == fields(day)[:same]:
        last += 1
    return list(range(first, last + 1))


def is_day(rule: str, start: int, day: int) -> bool:
    """Whether a rule that begins on `start` names this day, but for its end."""
    given = parts(rule)
    if day < start or periods(rule, start, day) % int(given.get("INTERVAL", 1)):
        return False
    if not fits(rule, start, day):
        return False
    if "BYSETPOS" not in given:
        return True
    among = [one for one in around(rule, day) if fits(rule, start, one)]
    return any(day == among[place - (place > 0)] for place in numbers(rule, "BYSETPOS") if abs(place) <= len(among))


def around(rule: str, day: int) -> list[int]:
    """The week, the month or the year of a day."""
    if parts(rule)["FREQ"] == "WEEKLY":
        first = day - (day + 3 - NAMES.index(parts(rule).get("WKST", "MO"))) % 7
        return list(range(first, first + 7))
    return stretch(day, {"MONTHLY": 2, "YEARLY": 1}[parts(rule)["FREQ"]])


def periods(rule: str, start: int, day: int) -> int:
    begins = NAMES.index(parts(rule).get("WKST", "MO"))
    (year, month, *_), (first_year, first_month, *_) = fields(day), fields(start)
    weeks = (day + 3 - begins) // 7 - (start + 3 - begins) // 7  # 1 January 1970 was a Thursday
    months = (year - first_year) * 12 + month - first_month
    return {"DAILY": day - start, "WEEKLY": weeks, "MONTHLY": months, "YEARLY": year - first_year}[parts(rule)["FREQ"]]


@cache
def fits(rule: str, start: int, day: int) -> bool:
    given, (_, month, number, weekday), begun = parts(rule), fields(day), fields(start)
    if "BYMONTH" in given and month not in numbers(rule, "BYMONTH"):
        return False
    if "BYMONTHDAY" in given:
        from_end = number - len(stretch(day, 2)) - 1
        if number not in numbers(rule, "BYMONTHDAY") and from_end not in numbers(rule, "BYMONTHDAY"):
            return False
    if "BYDAY" in given:
        return any(is_such(rule, one, day) for one in given["BYDAY"].split(","))
    if "BYMONTHDAY" in given or given["FREQ"] == "DAILY":
        return True
    if given["FREQ"] == "WEEKLY":
        return weekday == begun[3]
    return number == begun[2] and (given["FREQ"] == "MONTHLY" or "BYMONTH" in given or month == begun[1])


def is_such(rule: str, such: str, day: int) -> bool:
    """Whether a day is MO, or 2MO, or -1MO."""
    if fields(day)[3] != NAMES.index(such[-2:]):
        return False
    if such in NAMES:
        return True
    of_year = parts(rule)["FREQ"] == "YEARLY" and "BYMONTH" not in parts(rule)
    alike = [one for one in stretch(day, 1 if of_year else 2) if fields(one)[3] == fields(day)[3]]
    place = int(such[:-2])
    return abs(place) <= len(alike) and alike[place - (place > 0)] == day


def days_of(rule: str, start: int, since: int, until: int) -> Iterator[int]:
    """The days of a rule within two days, both included; COUNT is counted from its start."""
    left = int(parts(rule).get("COUNT", 10**9))
    for day in range(start if "COUNT" in parts(rule) else max(start, since), until + 1):
        if left and is_day(rule, start, day):
            left -= 1
            if day >= since:
                yield day


# Minutes of a place


def shown(minute: int) -> int:
    """What the clocks show then, in minutes as if they were UTC."""
    return minute + time.localtime(minute * 60).tm_gmtoff // 60


def walk(since: int, until: int) -> tuple[dict[int, int], set[int]]:
    """The minute at which each time on the clock comes first, or later by as much where it was left out; and those."""
    comes: dict[int, int] = {}
    left_out: set[int] = set()
    high = shown(since) - 1
    for minute in range(since, until):
        wall = shown(minute)
        for missing in range(high + 1, wall):
            comes[missing] = minute + missing - high - 1
            left_out.add(missing)
        if wall > high:
            comes[wall] = minute
            high = wall
    return comes, left_out


def settled(case: dict[str, Any], wall: int) -> int | None:
    """After quiet hours; None where that is no working day."""
    while True:
        if (wall // DAY + 3) % 7 not in case["working"]:
            return None
        start, end = case["quiet"] or (0, 0)
        clock = wall % DAY
        if not (start <= clock < end if start <= end else clock >= start or clock < end):
            return wall
        wall += (end - clock) % DAY


def found(case: dict[str, Any], since: int, until: int, comes: dict[int, int], left_out: set[int]) -> list[int]:
    """The minutes at which a case comes within a window."""
    start, clock = case["start"]
    minutes = set()
    for day in days_of(case["rule"], start, since // DAY - 2, until // DAY + 1):
        wall = settled(case, day * DAY + clock)
        if wall is None or (case["policy"] == "skip" and wall in left_out):
            continue
        minute = comes.get(wall)
        if wall in left_out and minute is not None:
            wall = settled(case, shown(minute))
            minute = None if wall is None else comes.get(wall)
        if minute is not None and since <= minute < until:
            minutes.add(minute)
    return sorted(minutes)


def windows(job: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Three days around each change of clocks and each of the days asked for; or everything, four weeks at a time."""
    since, until = job["since"], job["until"]
    if job.get("all"):
        yield from ((day * DAY, (day + 28) * DAY) for day in range(since, until, 28))
        return
    changes = [day for day in range(since, until) if offset(day) != offset(day + 1)]
    yield from (((day - 1) * DAY, (day + 2) * DAY) for day in (*changes, *job["days"]))


def offset(day: int) -> int:
    return shown(day * DAY) - day * DAY


def answer(job: dict[str, Any]) -> dict[str, Any]:
    os.environ["TZ"] = job["zone"]
    time.tzset()
    asked = list(windows(job))
    brought = []
    for since, until in asked:
        comes, left_out = walk(since - 2 * DAY, until + 1)
        brought.append([found(case, since, until, comes, left_out) for case in job["cases"]])
    return {"zone": job["zone"], "windows": asked, "found": brought}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
