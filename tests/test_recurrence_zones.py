"""Where zones come from, and the two traps of libraries: an hour that comes twice, and one that never comes."""

from __future__ import annotations

import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
import tzdata

from scheduler.recurrence import TZDATA, Days, Recurrence, country_known, next_after, occurrences, to_utc, zone_named

ROOT = Path(__file__).parent.parent
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def comes(start: str, zone: str, many: int, policy: str = "shift") -> list[str]:
    what = Recurrence(datetime.fromisoformat(start), zone, "FREQ=DAILY", policy=policy)  # type: ignore[arg-type]
    return [f"{at:%m-%d %H:%M}" for at in islice(occurrences(what, Days(), LONG_AGO), many)]


def said(code: str, env: dict[str, str]) -> str:
    """What a fresh process prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=env, check=True)
    return done.stdout.strip()


def test_zones_are_never_the_systems_whatever_the_environment_says() -> None:
    env = {**os.environ, "PYTHONTZPATH": "/usr/share/zoneinfo"}
    assert said("import scheduler.recurrence, zoneinfo; print(zoneinfo.TZPATH)", env) == "()"
    assert zoneinfo.TZPATH == ()
    assert TZDATA == tzdata.IANA_VERSION >= "2026f"


def test_a_rule_never_brings_in_the_zones_of_dateutil() -> None:
    """They are wrong about hours that never come; an UNTIL in a text that dateutil reads would import them."""
    code = """
import sys
from datetime import UTC, datetime
from scheduler.recurrence import Days, Recurrence, checked_rule, next_after
start = datetime(2026, 11, 2, 9)
rule = checked_rule("FREQ=WEEKLY;UNTIL=20271231T000000Z", start)
assert next_after(Recurrence(start, "America/New_York", rule), Days(), datetime(2026, 11, 3, tzinfo=UTC))
print("dateutil.rrule" in sys.modules, "dateutil.tz" in sys.modules)
"""
    assert said(code, dict(os.environ)) == "True False"


def test_a_change_of_2026_is_honoured() -> None:
    """Vancouver keeps its summer time: nine o'clock on 2 November is 16:00 UTC; with zones of 2025 it was 17:00."""
    what = Recurrence(datetime.fromisoformat("2026-10-19T09:00"), "America/Vancouver", "FREQ=WEEKLY;BYDAY=MO")
    noon = datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert next_after(what, Days(), noon) == datetime(2026, 11, 2, 16, tzinfo=UTC)


def test_an_hour_that_comes_twice_brings_it_once_the_first_time() -> None:
    assert comes("2026-10-31T01:30", "America/New_York", 3) == ["10-31 05:30", "11-01 05:30", "11-02 06:30"]
    assert comes("2026-10-31T01:30", "America/New_York", 3, "skip") == ["10-31 05:30", "11-01 05:30", "11-02 06:30"]


def test_an_hour_that_never_comes_brings_it_once_an_hour_later_or_not_at_all() -> None:
    assert comes("2026-03-07T02:30", "America/New_York", 3) == ["03-07 07:30", "03-08 07:30", "03-09 06:30"]
    assert comes("2026-03-07T02:30", "America/New_York", 3, "skip") == ["03-07 07:30", "03-09 06:30", "03-10 06:30"]


def test_a_midnight_that_never_comes_loses_no_day() -> None:
    assert comes("2026-04-23T00:00", "Africa/Cairo", 3) == ["04-22 22:00", "04-23 22:00", "04-24 21:00"]


def test_a_day_that_never_comes_brings_no_second_one() -> None:
    assert comes("2011-12-29T09:00", "Pacific/Apia", 3) == ["12-29 19:00", "12-30 19:00", "12-31 19:00"]


def test_a_time_on_the_wall_is_one_instant_or_none() -> None:
    zone = zone_named("America/New_York")
    gap = datetime.fromisoformat("2026-03-08T02:30")
    assert to_utc(gap, zone) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert to_utc(gap, zone, "skip") is None
    assert to_utc(datetime.fromisoformat("2026-11-01T01:30").replace(fold=1), zone) == datetime(
        2026, 11, 1, 5, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "America", "../zone.tab", "America/New_York\0", "x" * 5000])
def test_a_zone_that_is_none_or_is_no_more_is_refused_in_one_sentence(name: str) -> None:
    what = Recurrence(datetime.fromisoformat("2026-10-19T09:00"), name, "FREQ=DAILY")
    with pytest.raises(ValueError, match="is not a time zone; use a name such as America/New_York"):
        next_after(what, Days(), LONG_AGO)


def test_countries_and_their_parts_are_known_by_their_codes() -> None:
    assert all(map(country_known, ("US", "US-NC", "GB-SCT", "DE", "BR")))
    assert not any(map(country_known, ("", "us", "USA", "US-", "US-XX", "-NC", "North Carolina")))
