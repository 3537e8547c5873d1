"""Whose public holidays count where somebody lives, and what a program may say of it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import program
from bot.ports import Refusal
from bot.territory import holidays_of
from scheduler.recurrence import country_known

SET = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["US", "US-NC", "MX", "DE-BY"]))


@pytest.mark.parametrize(
    ("zone", "setting", "kept"),
    [
        ("America/New_York", None, "US"), ("US/Eastern", None, "US"), ("America/Chicago", None, "US"),
        ("America/Puerto_Rico", None, "PR"), ("Europe/Lisbon", None, "PT"), ("Asia/Calcutta", None, "IN"),
        ("Europe/Kiev", None, "UA"), ("UTC", None, ""), ("Etc/GMT+5", None, ""), ("Nowhere/At_All", None, ""),
        ("America/New_York", "", ""), ("America/New_York", "US-NC", "US-NC"), ("UTC", "MX", "MX"),
        ("America/New_York", "US-XX", ""), ("America/New_York", "XX", ""), ("America/New_York", "US-", ""),
        ("America/New_York", "us", ""),
    ],
)  # fmt: skip
def test_holidays_are_those_of_the_country_of_a_zone_unless_a_program_says_otherwise(
    zone: str, setting: str | None, kept: str
) -> None:
    assert holidays_of(zone, setting) == kept


@given(st.one_of(st.sampled_from(sorted(available_timezones())), st.text(max_size=8)), SET)
def test_only_holidays_that_are_known_are_ever_named(zone: str, setting: str | None) -> None:
    found = holidays_of(zone, setting)
    assert found == "" or country_known(found)


@pytest.mark.parametrize("place", ["", "US", "US-NC"])
def test_a_program_may_say_whose_holidays_it_keeps(tmp_path: Path, place: str) -> None:
    file = tmp_path / "afterword.toml"
    file.write_text(f'holidays = "{place}"\nrotation = "stance"\n', encoding="utf-8")
    assert (program(str(file)).holidays, program(str(file)).rotation) == (place, "stance")


@pytest.mark.parametrize(
    ("line", "said"),
    [('holidays = "US-Carolina"', "no public holidays are known"), ('rotation = "weekly"', "rotation")],
)
def test_a_place_or_a_rotation_that_nobody_knows_stops_the_start(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "afterword.toml"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(Refusal, match=said):
        program(str(file))
