"""The resolver against a walk through every minute around every clock change (minute_walk.py), which shares no code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from pathlib import Path
from random import Random
from typing import Any

import pytest
import tzdata

from scheduler.recurrence import Days, Recurrence, checked_rule, occurrences
from scheduler.recurrence.expand import named_days

WALKER = Path(__file__).parent / "minute_walk.py"
ZONE_FILES = Path(tzdata.__file__).parent / "zoneinfo"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

#: Half-hour gaps, midnight gaps, Ramadan, rules of 2026, offsets of quarters of an hour, both ends of the date line.
ODD = (
    "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "America/Asuncion", "America/Havana", "America/New_York",
    "America/Santiago", "America/St_Johns", "America/Vancouver", "America/Winnipeg", "Antarctica/Troll", "Asia/Beirut",
    "Asia/Gaza", "Asia/Jerusalem", "Asia/Kathmandu", "Asia/Tehran", "Atlantic/Azores", "Australia/Lord_Howe",
    "Europe/Chisinau", "Europe/London", "Pacific/Apia", "Pacific/Chatham", "Pacific/Easter", "Pacific/Kiritimati",
)  # fmt: skip
ZONES = sorted({*ODD, *sorted(zoneinfo.available_timezones() - {"localtime"})[::8]})
SLICES = 4
SINCE, UNTIL = date(2026, 1, 1), date(2029, 1, 1)
SOAK = date(2020, 1, 1), date(2030, 1, 1)

RULES = (
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SA,SU,MO", "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=WEEKLY;INTERVAL=3;BYDAY=FR,SU;WKST=SU", "FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=-1FR,1SU,-1SU,2SU,-1SA",
    "FREQ=MONTHLY;BYMONTHDAY=1,8,-1", "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,-1", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU,2SU",
    "FREQ=YEARLY;BYMONTH=10,11", "FREQ=DAILY;BYMONTH=3,4,10,11;COUNT=40",
)  # fmt: skip


def minutes(at: datetime) -> int:
    return int((at - EPOCH).total_seconds()) // 60


def day_number(day: date) -> int:
    return (day - EPOCH.date()).days


def cases(zone: str) -> list[dict[str, Any]]:
    """A daily rule for each half hour of the day, which meets every gap and every overlap; and others, at random."""
    random = Random(zone)
    halves = [datetime.combine(SOAK[0], time(half // 2, half % 2 * 30)) for half in range(48)]
    shifted = [case("FREQ=DAILY", start, "shift") for start in halves]
    skipped = [case("FREQ=DAILY", start, "skip") for start in halves if start.hour < 4]
    return shifted + skipped + [drawn(random) for _ in range(24)]


def drawn(random: Random) -> dict[str, Any]:
    rule = random.choice(RULES)
    begun = date(2018, 1, 1) + timedelta(days=random.randrange(2000))
    clock = time(random.choice((*range(5), *range(24))), random.choice((0, 15, 30, 45)))
    start = datetime.combine(next(named_days(rule, begun)), clock)
    working = sorted(random.sample(range(7), random.choice((5, 7, 7))))
    quiet = random.choice(
        (None, (0, 150), (90, 150), (1080, 480), (1350, 15), (185, 180), (random.randrange(1440), 45))
    )
    return case(rule, start, random.choice(("shift", "skip")), working, quiet)


def case(rule: str, start: datetime, policy: str, working: Any = range(7), quiet: Any = None) -> dict[str, Any]:
    checked_rule(rule, start)
    begins = day_number(start.date()), start.hour * 60 + start.minute
    return {"rule": rule, "start": begins, "policy": policy, "working": list(working), "quiet": quiet}


def resolved(zone: str, case: dict[str, Any], since: int, until: int) -> list[int]:
    day, clock = case["start"]
    start = (EPOCH + timedelta(days=day, minutes=clock)).replace(tzinfo=None)
    quiet = tuple(f"{at // 60:02}:{at % 60:02}" for at in case["quiet"]) if case["quiet"] else None
    what = Recurrence(start, zone, case["rule"], on_day_off="skip", policy=case["policy"])
    days = Days(frozenset(case["working"]), quiet=quiet)  # type: ignore[arg-type]
    every = map(minutes, occurrences(what, days, EPOCH + timedelta(minutes=since - 1)))
    return list(takewhile(lambda minute: minute < until, every))


def walked(jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    given = "\n".join(map(json.dumps, jobs))
    env = {**os.environ, "TZDIR": str(ZONE_FILES)}
    command = [sys.executable, str(WALKER)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, env=env, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def job(zone: str, since: date, until: date, **more: Any) -> dict[str, Any]:
    return {"zone": zone, "since": day_number(since), "until": day_number(until), "cases": cases(zone), **more}


def compare(job: dict[str, Any], answer: dict[str, Any]) -> int:
    """How many instants agree."""
    agreed = 0
    for (since, until), brought in zip(answer["windows"], answer["found"], strict=True):
        for case, found in zip(job["cases"], brought, strict=True):
            ours = resolved(job["zone"], case, since, until)
            assert ours == found, (job["zone"], case, EPOCH + timedelta(minutes=since))
            agreed += len(found)
    return agreed


@pytest.fixture(scope="module", autouse=True)
def library_reads_the_same_zones() -> None:
    """Not every C library looks where it is told to: Vancouver's clocks stay as they are in November 2026."""
    (answer,) = walked([job("America/Vancouver", date(2026, 10, 1), date(2026, 12, 1), days=[])])
    if answer["windows"]:
        pytest.skip("the C library does not read the zones of the tzdata package (TZDIR)")


@pytest.mark.parametrize("part", range(SLICES))
def test_each_minute_around_the_clock_changes_of_three_years_agrees(part: int) -> None:
    zones = ZONES[part::SLICES]
    jobs = [job(zone, SINCE, UNTIL, days=[day_number(SINCE) + Random(zone).randrange(1000)]) for zone in zones]
    agreed = [compare(job, answer) for job, answer in zip(jobs, walked(jobs), strict=True)]
    assert min(agreed) > 100


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "soaked" in metafunc.fixturenames:
        metafunc.parametrize("soaked", ZONES if metafunc.config.getoption("soak") else [])


@pytest.mark.timeout(600)
def test_each_minute_of_ten_years_agrees(soaked: str) -> None:
    job_of_zone = job(soaked, *SOAK, all=True)
    (answer,) = walked([job_of_zone])
    assert compare(job_of_zone, answer) > 10_000
