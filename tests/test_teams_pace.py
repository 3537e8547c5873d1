"""How fast Teams is called, in numbers alone: no network, and time passes only where a test says so."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.teams.pace import BLOCK, BLOCKS, CONVERSATION, HOUR, MOMENT, TENANT, Pace
from bot.ports import Later

#: Sums of floats are a little off.
NEARLY = 1e-6


@dataclass
class Watch:
    time: float = 1000.0

    def __call__(self) -> float:
        return self.time


@dataclass
class Talk:
    """Somebody who waits out every turn before the next one, however long."""

    watch: Watch = field(default_factory=Watch)
    turns: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pace = Pace(self.watch)

    def turn(self, tenant: str = "T1", conversation: str = "a:1") -> float:
        while True:
            try:
                self.watch.time += self.pace.turn(tenant, conversation)
            except Later as later:
                self.watch.time += later.after
            else:
                self.turns.append(self.watch.time)
                return self.watch.time


def most_within(turns: list[float], seconds: float) -> int:
    """The fullest stretch of that length; its end does not belong to it."""
    return max(sum(first <= turn < first + seconds - NEARLY for turn in turns) for first in turns)


def test_microsofts_numbers() -> None:
    assert CONVERSATION == ((7, 1.0), (8, 2.0), (60, 30.0))
    assert TENANT == ((50, 1.0),)
    assert (BLOCK * BLOCKS, HOUR) == (1800, 3600.0)


def test_seven_messages_go_at_once_and_the_eighth_waits_a_second() -> None:
    watch = Watch()
    pace = Pace(watch)
    assert [pace.turn("T1", "a:1") for _ in range(8)] == [0.0] * 7 + [1.0]


def test_the_ninth_would_wait_for_two_seconds_so_it_is_put_back() -> None:
    pace = Pace(Watch())
    for _ in range(8):
        pace.turn("T1", "a:1")
    with pytest.raises(Later) as caught:
        pace.turn("T1", "a:1")
    assert caught.value.after == pytest.approx(2.0)


def test_a_turn_that_is_put_back_is_not_counted() -> None:
    watch = Watch()
    pace = Pace(watch)
    for _ in range(8):
        pace.turn("T1", "a:1")
    for _ in range(100):
        with pytest.raises(Later):
            pace.turn("T1", "a:1")
    watch.time += 2.0
    assert pace.turn("T1", "a:1") == 0.0


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=150))
def test_no_stretch_of_time_holds_more_turns_than_it_may(pauses: list[float]) -> None:
    talk = Talk()
    for pause in pauses:
        talk.watch.time += pause
        talk.turn()
    for most, seconds in CONVERSATION:
        assert most_within(talk.turns, seconds) <= most


def test_an_hour_holds_1800_messages_of_one_conversation() -> None:
    talk = Talk()
    for _ in range(1900):
        talk.turn()
    begun = talk.turns[0]
    assert sum(turn < begun + HOUR - NEARLY for turn in talk.turns) == 1800
    assert talk.turns[-1] >= begun + HOUR
    for start in range(0, 1900, 100):
        first = talk.turns[start]
        assert sum(first <= turn < first + HOUR - NEARLY for turn in talk.turns) <= 1800


def test_a_tenant_gets_fifty_calls_a_second_over_all_its_conversations() -> None:
    pace = Pace(Watch())
    waits = [pace.turn("T1", f"a:{each}") for each in range(100)]
    assert waits == [0.0] * 50 + [1.0] * 50
    with pytest.raises(Later) as caught:
        pace.turn("T1", "a:one-more")
    assert caught.value.after == pytest.approx(2.0)


@given(st.lists(st.tuples(st.floats(0.0, 0.05), st.integers(0, 20)), min_size=1, max_size=300))
def test_no_second_holds_more_of_one_tenant_than_it_may(calls: list[tuple[float, int]]) -> None:
    watch, turns = Watch(), []
    pace = Pace(watch)
    for pause, conversation in calls:
        watch.time += pause
        with suppress(Later):
            turns.append(watch.time + pace.turn("T1", str(conversation)))
    assert not turns or most_within(turns, 1.0) <= 50


def test_a_turn_that_somebody_waits_for_is_counted_when_it_comes() -> None:
    watch = Watch()
    pace = Pace(watch)
    assert [pace.turn("T1", "a:busy") for _ in range(8)] == [0.0] * 7 + [1.0]
    assert [pace.turn("T1", f"a:{each}") for each in range(42)] == [0.0] * 42
    watch.time += 1.0
    assert [pace.turn("T1", f"b:{each}") for each in range(49)] == [0.0] * 49
    assert pace.turn("T1", "b:the fiftieth beside it") == 1.0


def test_the_turns_of_one_conversation_keep_their_order() -> None:
    watch, turns = Watch(), []
    pace = Pace(watch)
    for each in range(60):  # the tenant is full, so the next turn is a second away
        pace.turn("T1", f"a:{each}")
    turns.append(watch.time + pace.turn("T1", "a:late"))
    watch.time += 0.5
    turns.append(watch.time + pace.turn("T1", "a:late"))
    assert turns == sorted(turns)


def test_one_conversation_or_tenant_holds_up_no_other() -> None:
    pace = Pace(Watch())
    for _ in range(8):
        pace.turn("T1", "a:1")
    assert pace.turn("T1", "a:2") == 0.0
    for each in range(41):
        pace.turn("T1", f"b:{each}")
    assert pace.turn("T1", "b:last") > 0.0
    assert pace.turn("T2", "a:1") == 0.0


def test_a_conversation_that_teams_closes_stays_closed_for_so_long() -> None:
    watch = Watch()
    pace = Pace(watch)
    pace.close(30.0, "T1", "a:1")
    with pytest.raises(Later) as caught:
        pace.turn("T1", "a:1")
    assert caught.value.after == pytest.approx(30.0)
    pace.close(1.0, "T1", "a:1")  # a shorter time does not open it sooner
    watch.time += 29.0
    assert pace.turn("T1", "a:1") == pytest.approx(1.0)


def test_the_whole_tenant_is_let_alone_for_a_moment_and_other_tenants_are_not() -> None:
    watch = Watch()
    pace = Pace(watch)
    pace.close(30.0, "T1", "a:1")
    assert pace.turn("T1", "a:2") == MOMENT
    assert pace.turn("T2", "a:3") == 0.0
    watch.time += MOMENT
    assert pace.turn("T1", "a:4") == 0.0


def test_whoever_waits_finds_out_that_the_way_was_closed_meanwhile() -> None:
    watch = Watch()
    pace = Pace(watch)
    for _ in range(8):
        pace.turn("T1", "a:1")
    pace.close(5.0, "T1", "a:1")
    watch.time += 1.0
    with pytest.raises(Later) as caught:
        pace.still_open("T1", "a:1")
    assert caught.value.after == pytest.approx(4.0)
    pace.still_open("T1", "a:2")
    pace.still_open("T2", "a:1")


def test_what_is_remembered_is_bounded() -> None:
    watch = Watch()
    pace = Pace(watch, most=10)
    for each in range(1000):
        watch.time += 3.0
        pace.turn(f"T{each}", f"a:{each}")
        pace.turn("T", "a:used all the time")
    assert len(pace._tenants) == len(pace._conversations) == 10
    assert len(pace._conversations["T", "a:used all the time"].turns) == 60  # it was never forgotten
    assert len(pace._tenants["T"].turns) == 50


def test_one_conversation_takes_little_memory_however_much_it_talks() -> None:
    talk = Talk()
    for _ in range(4000):
        talk.turn()
    place = talk.pace._conversations["T1", "a:1"]
    assert (len(place.turns), len(place.ends)) == (60, BLOCKS)
    assert len(talk.pace._tenants["T1"].turns) == 50
