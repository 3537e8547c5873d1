"""What holds of everybody's check-ins, whatever they set, tap or type, and whatever the clocks do."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from lives import MONDAY, Life, settled
from talks import library

from bot.case import Case
from bot.checkins import next_due
from bot.conversation import Message
from bot.events import Replan
from scheduler.recurrence import zone_named

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONES = (
    "America/New_York", "America/Santiago", "Europe/Madrid", "Australia/Lord_Howe", "Africa/Casablanca",
    "Pacific/Apia", "Asia/Kathmandu", "America/Puerto_Rico",
)  # fmt: skip
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WALLS = st.times().map(lambda at: at.strftime("%H:%M"))
QUIETS = st.sampled_from(["none", "18:00-08:00", "20:00-07:00", "22:00-06:00"])
#: Any moment of two years, so that clocks change on the way.
STARTS = st.integers(0, 730).map(lambda days: MONDAY - 365 * DAY + days * DAY)

FORMS = st.one_of(
    st.tuples(st.just("check-in-visit"), st.fixed_dictionaries({
        "time": WALLS, "day": st.sampled_from(["next", "workdays", *DAYS]),
        "words": st.sampled_from(["", "in 20 minutes"]),
    })),
    st.tuples(st.just("check-in-day-end"), st.fixed_dictionaries({"time": WALLS})),
    st.tuples(st.just("check-in-weekly"), st.fixed_dictionaries({
        "time": WALLS, "day": st.sampled_from(DAYS), "script": st.sampled_from(["quick-visit", "between-sites"]),
    })),
    st.tuples(st.just("check-in-supervision"), st.fixed_dictionaries({
        "date": st.dates(MONDAY.date(), MONDAY.date() + 60 * DAY).map(str), "time": WALLS,
        "every": st.sampled_from(["once", "week", "two-weeks", "month"]),
    })),
    st.tuples(st.just("quiet"), st.fixed_dictionaries({"hours": QUIETS})),
    st.tuples(st.just("check-in-days"), st.fixed_dictionaries({
        "working": st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple),
        "holidays": st.sampled_from(["yes", "no"]), "nudges": st.sampled_from(["yes", "no"]),
    })),
    st.tuples(st.just("check-ins-pause"), st.just({})),
    st.tuples(st.just("check-ins-resume"), st.just({})),
)  # fmt: skip
TYPED = st.sampled_from([
    "visit at 3pm", "in 20 minutes", "visits every Tuesday at 9", "not today", "remind me tomorrow at 9", "hoy no",
    "away until Friday", "resume check-ins", "mañana", "reflect between sites", "stop", "at the end of my day",
])  # fmt: skip
TAPS = st.sampled_from(["yes", "half-hour", "day-end", "tomorrow", "not-today", "private"])
#: Minutes that go by; `down`: with nobody there to ask.
GOING_ON = st.tuples(st.sampled_from(["on", "down"]), st.integers(1, 5 * 24 * 60))
DOINGS = st.lists(
    st.one_of(
        st.tuples(st.just("form"), FORMS),
        st.tuples(st.just("say"), TYPED),
        st.tuples(st.just("tap"), TAPS),
        st.tuples(st.just("time"), GOING_ON),
        st.tuples(st.just("replan"), st.none()),
    ),
    max_size=14,
)


class Watched(Life):
    """A life that looks at every message when it comes."""

    def tick(self) -> None:
        before = len(self.chat)
        super().tick()
        new = self.chat[before:]
        assert len(new) <= 1, "what comes due together makes one message"
        for at, message in new:
            check(self, at, message)


def check(life: Life, at: datetime, message: Message) -> None:
    """Nothing comes in quiet hours, on leave, on a day that was to be left in peace, or while all is paused."""
    memory, local = life.conversation.memory, at.astimezone(zone_named(life.facts.zone))
    assert not memory.paused
    if memory.quiet is not None:
        start, end = (time.fromisoformat(one) for one in memory.quiet)
        quiet = start <= local.time() < end if start <= end else local.time() >= start or local.time() < end
        assert not quiet, (memory.quiet, local)
    if memory.away is not None:
        assert not memory.away[0] <= local.date() <= memory.away[1]


def begun(start: datetime, zone: str) -> Watched:
    life = settled(at=start, zone=zone)
    return Watched(facts=life.facts, at=life.at, conversation=life.conversation)


def does(life: Life, doing: tuple[str, object]) -> None:
    match doing:
        case ("form", (str(form), dict(values))):
            life.send(form, **values)
        case ("say", str(text)):
            life.say(text)
        case ("tap", str(choice)):
            life.tap(choice, surface="private" if choice == "private" else "message")
        case ("time", ("on", int(minutes))):
            life.until(life.at + minutes * MINUTE)
        case ("time", ("down", int(minutes))):
            life.down_until(life.at + minutes * MINUTE)
        case ("replan", _):
            life.take(Replan(at=life.at))


@settings(max_examples=150, deadline=None)
@given(STARTS, st.sampled_from(ZONES), DOINGS)
def test_whatever_is_done_nothing_comes_twice_is_lost_or_is_unwelcome(
    start: datetime, zone: str, doings: list[tuple[str, object]]
) -> None:
    """`Life` itself asserts that no occurrence is claimed twice; `Watched`, that nothing unwelcome comes."""
    life = begun(start, zone)
    for doing in doings:
        does(life, doing)
        assert all(when > life.at for when in life.waiting.values()) or doing[0] != "time", "what is due has come"
    memory = life.conversation.memory
    case = Case(library(), life.conversation, life.facts, Replan(at=life.at))
    coming = {one.id for one in memory.check_ins if one.rule and next_due(case, one, life.at)}
    if not memory.paused:
        assert coming <= set(life.waiting), "a rule that still names a day waits for it"
    assert set(life.waiting) <= {one.id for one in memory.check_ins}, "nothing waits that nobody set"


@settings(max_examples=60, deadline=None)
@given(STARTS, st.sampled_from(ZONES), DOINGS, st.integers(1, 20_000))
def test_planning_anew_at_any_moment_changes_nothing(
    start: datetime, zone: str, doings: list[tuple[str, object]], minutes: int
) -> None:
    """A restart, another process or a new version of the zone data works out the same moments."""
    life = begun(start, zone)
    for doing in doings:
        does(life, doing)
    life.until(life.at + minutes * MINUTE)
    moved = {one.id for one in life.conversation.memory.check_ins if one.rule}
    before = {one: when for one, when in life.waiting.items() if one in moved}
    life.take(Replan(at=life.at))
    assert {one: when for one, when in life.waiting.items() if one in moved} == before


@settings(max_examples=60, deadline=None)
@given(STARTS, st.sampled_from(ZONES), FORMS.filter(lambda form: form[0].startswith("check-in-")), QUIETS)
def test_a_clock_that_never_stops_and_one_that_ticks_now_and_then_ask_on_the_same_days(
    start: datetime, zone: str, form: tuple[str, dict[str, object]], quiet: str
) -> None:
    steady, slow = begun(start, zone), begun(start, zone)
    for life in (steady, slow):
        does(life, ("form", ("quiet", {"hours": quiet})))
        does(life, ("form", ("check-in-days", {"working": DAYS, "holidays": "yes", "nudges": "no"})))
        does(life, ("form", form))
    end = start + 20 * DAY
    steady.until(end)
    while slow.at < end:
        slow.down_until(min(slow.at + 30 * MINUTE, end))
    assert [at.date() for at, _ in slow.chat] == [at.date() for at, _ in steady.chat] or _across_midnight_or_into_quiet(
        steady
    )


def _across_midnight_or_into_quiet(life: Life) -> bool:
    """Half an hour late may be the next day, or in the person's quiet hours."""
    zone = zone_named(life.facts.zone)
    walls = [at.astimezone(zone) for at, _ in life.chat] + [at for at, _ in life.chat]
    return any(wall.hour == 23 and wall.minute > 29 for wall in walls) or any(
        (wall + 31 * MINUTE).strftime("%H:%M") > quiet > wall.strftime("%H:%M")
        for wall in walls
        for quiet in ([life.conversation.memory.quiet[0]] if life.conversation.memory.quiet else [])
    )
