"""`afterword occurrences`: what it prints, what its options do, and how it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main

ROOT = Path(__file__).parent.parent
DAILY = ("--rule", "FREQ=DAILY", "--start", "2026-03-06T02:30", "--tz", "America/New_York")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["occurrences", *words])


def printed(*words: str) -> list[str]:
    done = run(*words)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_it_prints_ten_instants_in_utc_of_which_the_first_may_be_the_start() -> None:
    lines = printed(*DAILY)
    assert len(lines) == 10
    assert lines[:4] == [
        "2026-03-06T07:30:00Z", "2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"
    ]  # fmt: skip


def test_count_and_until_end_it_whichever_is_first() -> None:
    assert len(printed(*DAILY, "--count", "3")) == 3
    assert len(printed(*DAILY, "--until", "2026-03-08T07:30:00Z")) == 3
    assert len(printed(*DAILY, "--until", "2026-03-08T07:29:59")) == 2
    assert len(printed(*DAILY, "--until", "2026-03-08T09:30:00+02:00")) == 3
    assert len(printed(*DAILY, "--until", "2026-03-31T00:00:00Z", "--count", "4")) == 4
    assert len(printed(*DAILY, "--until", "2026-03-31T00:00:00Z")) == 25
    assert printed(*DAILY, "--until", "2026-03-01T00:00:00Z") == []
    assert printed(*DAILY, "--until", "0001-01-01T00:00:00+14:00") == []


def test_a_rule_that_ends_prints_what_there_is() -> None:
    assert len(printed("--rule", "FREQ=DAILY;COUNT=2", *DAILY[2:])) == 2


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ((), "06 07 08 09"),
        (("--policy", "skip"), "06 07 09 10"),
        (("--working-days", "MO,tu, WE,TH,FR"), "06 09 10 11"),
        (("--working-days", "MO,TU,WE,TH,FR", "--on-day-off", "keep"), "06 07 08 09"),
        (("--working-days", "MO,SA", "--on-day-off", "next"), "07 09 14 16"),
        (("--days-before", "2"), "04 05 06 07"),
        (("--quiet", "23:00-02:00"), "06 07 08 09"),
        (("--holidays", "US-NC"), "06 07 08 09"),
    ],
)
def test_options_choose_the_days(words: tuple[str, ...], days: str) -> None:
    assert [line[8:10] for line in printed(*DAILY, *words, "--count", "4")] == days.split()


def test_quiet_hours_move_it_to_their_end() -> None:
    assert printed(*DAILY, "--quiet", "18:00-08:00", "--count", "1") == ["2026-03-06T13:00:00Z"]


def test_public_holidays_do_not_count() -> None:
    words = ("--rule", "FREQ=DAILY", "--start", "2026-12-24T10:00", "--tz", "UTC", "--holidays", "US", "--count", "2")
    assert printed(*words) == ["2026-12-24T10:00:00Z", "2026-12-26T10:00:00Z"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--rule", "every Monday"),
        ("--rule", ""),
        ("--rule", "FREQ=HOURLY"),
        ("--rule", "FREQ=WEEKLY;BYDAY=MO"),
        ("--start", "tomorrow"),
        ("--start", "2026-03-06"),
        ("--start", "2026-02-30T10:00"),
        ("--start", "2026-03-06T02:30Z"),
        ("--start", "2026-03-06T02:30:00.5"),
        ("--start", "0926-03-06T02:30"),
        ("--tz", "Mars/Olympus"),
        ("--tz", ""),
        ("--tz", "two\nlines"),
        ("--until", "2026"),
        ("--until", ""),
        ("--working-days", "MO,FUN"),
        ("--working-days", ","),
        ("--holidays", "XX"),
        ("--quiet", "18-8"),
        ("--quiet", "25:00-08:00"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_one_line(option: str, value: str) -> None:
    done = run(*DAILY, option, value)
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert done.output.startswith("afterword: ")
    assert done.output.endswith(".\n")


@pytest.mark.parametrize("words", [("--count", "0"), ("--policy", "perhaps"), ("--days-before", "-1")])
def test_a_choice_that_is_none_is_refused(words: tuple[str, ...]) -> None:
    done = run(*DAILY, *words)
    assert done.exit_code == 2
    assert "Error: Invalid value" in done.output


def test_its_help_has_an_example_that_works() -> None:
    example = " ".join(run("--help").output.split("Example: ")[1].split("Options:")[0].split())
    done = subprocess.run(
        ["/bin/sh", "-c", example.replace("afterword", f"{sys.executable} -m bot")],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["2026-03-06T15:40:00Z", "2026-03-13T15:40:00Z", "2026-03-20T15:40:00Z"]
