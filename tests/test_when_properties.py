"""What always holds of times that were read: they are ahead, they match their rule, and nothing typed is an error."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from when_phrases import NOW, SAID, TIRED, ZONE

from bot.typed import clean
from bot.when import Unread, Wanted, When, read_time, read_wish

PHRASES = [phrase for _, phrases in (*SAID, *TIRED) for phrase in phrases.split("; ")]
WORDS = sorted(
    {word for phrase in PHRASES for word in phrase.split()} | {"0", "24:00", "31", "next", "last", "/", "29"}
)
#: Clocks that change by an hour or half of one, at night and at midnight; and a day that was left out.
ZONES = ("America/New_York", "Europe/Madrid", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia")

phrases = st.sampled_from(PHRASES)
zones = st.sampled_from(ZONES)
salads = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
moments = st.builds(
    lambda wall, zone: wall.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)),
    st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2036-12-31")),
    zones,
)


def holds(when: When, now: datetime, zone: str) -> None:
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert (when.at is None) != (when.start is None)
    if when.at is not None:
        assert when.at.tzinfo is UTC
        assert now < when.at <= now + timedelta(days=31)
        assert not when.rule
    if when.start is not None:
        assert when.start.tzinfo is None
        assert when.start > local
        if when.rule:
            assert rrulestr(f"RRULE:{when.rule}", dtstart=when.start)[0] == when.start


def all_hold(text: str, now: datetime, zone: str) -> None:
    time, wish = read_time(text, now, zone), read_wish(text, now, zone)
    if time is not None:
        holds(time, now, zone)
    if isinstance(wish, Unread):
        assert wish.part in clean(text)
    if isinstance(wish, Wanted):
        today = now.astimezone(ZoneInfo(zone)).date()
        assert wish.until is None or wish.until >= (wish.first or today)
        assert wish.first is None or wish.first >= today
        assert (wish.until is not None) == (wish.kind == "away")
        if wish.when is not None:
            holds(wish.when, now, zone)


@given(phrases, moments, zones)
@settings(deadline=None)
def test_what_is_read_is_ahead_and_matches_its_rule(text: str, now: datetime, zone: str) -> None:
    all_hold(text, now, zone)


@given(salads, moments, zones)
@settings(deadline=None)
def test_the_same_words_in_any_order_are_read_so_or_not_at_all(text: str, now: datetime, zone: str) -> None:
    all_hold(text, now, zone)


@given(phrases, phrases, moments)
@settings(deadline=None)
def test_two_phrases_in_one_message_are_ahead_too_or_not_read(one: str, other: str, now: datetime) -> None:
    all_hold(f"{one} {other}", now, ZONE)


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_text_is_an_error(text: str) -> None:
    all_hold(text, NOW, ZONE)


@given(phrases, st.text(max_size=8), st.integers(0, 60))
@settings(deadline=None)
def test_no_text_within_a_wish_is_an_error(phrase: str, text: str, place: int) -> None:
    all_hold(phrase[:place] + text + phrase[place:], NOW, ZONE)


@pytest.mark.parametrize(
    "text",
    [
        "visit at 3pm " * 10_000,
        "visit " + "9" * 110,
        "in " + "9" * 100 + " days",
        "in " + "9" * 100 + " days at 9",
        "visit on 99 december 9999 at 10",
        "visit on 0000-00-00 at 10",
        "visit on 9999-12-31 at 10",
        "visits every 99 weeks on monday at 10",
        "\ud800 visit at 3",
        "visit at ٣",
        "visit at 3" + "\u0301" * 60,
        "\u202evisit at 3pm",
    ],
)
def test_no_strange_number_or_character_is_an_error(text: str) -> None:
    read_wish(text, NOW, ZONE)
    read_time(text, NOW, ZONE)


@given(st.text(min_size=121, max_size=200))
@settings(deadline=None)
def test_a_long_text_is_no_wish(text: str) -> None:
    assert read_wish(text, NOW, ZONE) is None
    assert read_time(text, NOW, ZONE) is None


def without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def same(text: str) -> list[str]:
    ways = [text, text.lower(), text.upper(), text.title(), without_accents(text), unicodedata.normalize("NFD", text)]
    ends = ("", ".", "!", "…", " ", "\n", " please", ", por favor.", " 🙏")
    return [
        *chain.from_iterable((f"{way}{end}" for end in ends) for way in ways),
        f"  {text}",
        f"¡{text}!",
        f"*{text}*",
    ]


@given(phrases)
@settings(max_examples=40, deadline=None)
def test_case_accents_politeness_and_the_end_of_a_sentence_change_nothing(text: str) -> None:
    assert len({read_wish(way, NOW, ZONE) for way in same(text)}) == 1
    assert len({read_time(way, NOW, ZONE) for way in same(text)}) == 1


@given(st.integers(1, 43_200), moments, zones)
@settings(deadline=None)
def test_minutes_pass_as_they_are_said(minutes: int, now: datetime, zone: str) -> None:
    assert read_time(f"in {minutes} minutes", now, zone) == When(at=now.astimezone(UTC) + timedelta(minutes=minutes))
    assert read_time(f"en {minutes} minutos", now, zone) == When(at=now.astimezone(UTC) + timedelta(minutes=minutes))


@given(st.integers(0, 23), st.integers(0, 59))
@settings(deadline=None)
def test_a_time_on_the_clock_of_24_hours_is_what_it_says(hour: int, minute: int) -> None:
    read = read_time(f"tomorrow at {hour:02}:{minute:02}", NOW, ZONE)
    assert read is not None
    assert read.start is not None
    assert (read.start.hour, read.start.minute) == (hour, minute)


@given(st.integers(1, 12), st.integers(0, 59), st.sampled_from(["am", "pm", "a.m.", " P.M.", " p. m."]))
@settings(deadline=None)
def test_am_and_pm_are_what_they_say(hour: int, minute: int, half: str) -> None:
    read = read_time(f"mañana a las {hour}:{minute:02}{half}", NOW, ZONE)
    assert read is not None
    assert read.start is not None
    assert (read.start.hour, read.start.minute) == (hour % 12 + (12 if "p" in half.lower() else 0), minute)


@given(st.integers(1, 12))
@settings(deadline=None)
def test_a_bare_hour_is_between_seven_and_before_seven_in_the_evening(hour: int) -> None:
    read = read_time(f"tomorrow at {hour}", NOW, ZONE)
    assert read is not None
    assert read.start is not None
    assert read.start.hour % 12 == hour % 12
    assert 7 <= read.start.hour < 19
