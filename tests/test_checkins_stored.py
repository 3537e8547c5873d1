"""Check-ins through the real shell, store and clock: sealed, once each, and going on whatever happens in between."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from conftest import AT, Pair, rows, who
from searching import found, stored
from shells import Live, inbound, living
from sqlalchemy import insert

from bot.effects import Turn
from bot.events import CheckInDue, Choose, Command, Event, Joined, Left, Open, Replan, Say, Submit, Who
from bot.ports import ConversationGone, Delivery, Later, Loaded
from bot.turn import Shell
from storage import tables as t
from storage.keyring import from_file, new_key
from storage.notices import waiting
from storage.place import look, person_key
from storage.prepared import Prepared

ADA, BEN = who("ada"), who("ben")
NEW_YORK = "America/New_York"
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
PARKED = "Are you parked and settled?"


@pytest.fixture
def start(pair: Pair, tmp_path: Path) -> Iterator[Callable[[], Live]]:
    """Starts one more process on the same databases; its key file stands beside them."""
    path = tmp_path / "afterword.key"
    path.touch(mode=0o600)
    path.write_text(new_key() + "\n")
    with ExitStack() as stack:
        yield lambda: stack.enter_context(living(pair, from_file(path)))


@pytest.fixture
def live(start: Callable[..., Live]) -> Live:
    """Ada and Ben live in New York, have agreed to keep their words, and have nothing open."""
    living = start()
    for person in (ADA, BEN):
        settled(living, person)
    return living


def settled(living: Live, person: Who) -> None:
    for event in (Command(at=AT, name="reflect"), Choose(at=AT, values=("keep",)), Command(at=AT, name="stop")):
        does(living, person, event)
    living.post.sent.clear()


def does(living: Live, person: Who, event: Event, zone: str = NEW_YORK, key: str = "") -> str:
    """What is answered, as text."""
    (reply,) = living.take(inbound(person, event, key).model_copy(update={"zone": zone}))
    return repr(reply)


def says(living: Live, person: Who, text: str, at: datetime = AT) -> str:
    return does(living, person, Say(at=at, text=text))


def sent(living: Live, person: Who = ADA) -> list[str]:
    return [delivery.message.text for delivery in living.post.sent if delivery.who == person]


def occurrences(living: Live, state: str) -> list[datetime]:
    return sorted(row["due_at"] for row in rows(living.store, t.check_ins) if row["state"] == state)


def test_what_somebody_arranged_is_sealed_and_only_the_next_moment_is_clear(
    live: Live, pair: Pair, tmp_path: Path
) -> None:
    says(live, ADA, "supervision every other Tuesday at 10")
    does(
        live,
        ADA,
        Submit(at=AT, form="check-in-weekly", values={"day": "FR", "time": "10:00", "script": "between-sites"}),
    )
    does(live, ADA, Submit(at=AT, form="check-in-away", values={"first": "2027-03-01", "last": "2027-03-05"}))
    places = stored(pair, tmp_path)
    for secret in ("FREQ=WEEKLY", "INTERVAL=2", "supervision", "2027-03-05"):
        assert found(secret, places) == []
    assert [name for name in found("between-sites", places) if "script_revisions" not in name] in ([], ["main.db"])
    clear = {
        name for row in rows(live.store, t.check_ins) for name, value in row.items() if not isinstance(value, bytes)
    }
    assert clear == {"id", "due_at", "participant_id", "state", "zones"}


def test_a_rule_is_asked_once_a_week_for_weeks(live: Live) -> None:
    says(live, ADA, "every Friday at 10")
    asked: list[str] = []
    for hour in range(4 * 7 * 24):
        before = len(sent(live))
        live.tick(AT + hour * HOUR)
        asked += [f"{live.clock.time:%a %d %H}"] * (len(sent(live)) - before)
    weeks = [f"Fri {day} {hour}" for day in ("06", "13", "20") for hour in (15, 17)]
    assert asked == [*weeks, "Fri 27 15"], "and no reminder after three that were not answered"
    assert sent(live, BEN) == []
    assert occurrences(live, "waiting") == [datetime(2026, 12, 4, 15, 0, tzinfo=UTC)]


def test_two_rounds_of_the_clock_at_the_same_moment_ask_once(start: Callable[..., Live], live: Live) -> None:
    says(live, ADA, "visit at 3pm")
    other = start()
    due = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
    for process in (live, other, live, other):
        process.tick(due)
    assert sent(live) + sent(other) == [PARKED]


def test_the_same_words_that_come_twice_set_one_check_in(live: Live) -> None:
    for _ in range(2):
        does(live, ADA, Say(at=AT, text="visit at 3pm"), key="the-same")
    assert len(occurrences(live, "waiting")) == 1


def test_who_moves_is_followed_with_the_first_thing_they_do(live: Live) -> None:
    says(live, ADA, "every Friday at 10")
    assert occurrences(live, "waiting") == [datetime(2026, 11, 6, 15, 0, tzinfo=UTC)]
    does(live, ADA, Open(at=AT, page="home"), zone="America/Los_Angeles")
    assert occurrences(live, "waiting") == [datetime(2026, 11, 6, 18, 0, tzinfo=UTC)]
    assert ["time zone" in text for text in sent(live)] == [True]
    does(live, ADA, Open(at=AT, page="home"), zone="America/Los_Angeles")
    assert len(sent(live)) == 1, "and told once"


def test_who_said_where_they_are_is_not_moved_by_their_profile(live: Live) -> None:
    does(live, ADA, Submit(at=AT, form="zone", values={"zone": "Madrid"}))
    says(live, ADA, "every Friday at 10")
    does(live, ADA, Open(at=AT, page="home"), zone="America/Los_Angeles")
    assert occurrences(live, "waiting") == [datetime(2026, 11, 6, 9, 0, tzinfo=UTC)]


def test_who_leaves_is_asked_nothing_and_goes_on_as_set_when_they_are_back(live: Live) -> None:
    says(live, ADA, "every Friday at 10")
    does(live, ADA, Left(at=AT + HOUR))
    live.tick(AT + WEEK)
    assert PARKED not in sent(live)
    does(live, ADA, Joined(at=AT + WEEK))
    live.tick(AT + WEEK + 2 * HOUR)
    assert occurrences(live, "waiting") == [datetime(2026, 11, 13, 15, 0, tzinfo=UTC)]
    live.tick(datetime(2026, 11, 13, 15, 0, tzinfo=UTC))
    assert sent(live)[-1] == PARKED


def test_a_workspace_that_comes_back_finds_its_check_ins_as_they_were_set(live: Live) -> None:
    says(live, ADA, "every Friday at 10")
    live.store.installations.remove(ADA.platform, ADA.tenant, AT + HOUR)
    live.tick(AT + 5 * DAY)
    assert PARKED not in sent(live)
    live.store.installations.present(ADA.platform, ADA.tenant)
    live.tick(AT + 8 * DAY)
    assert occurrences(live, "waiting") == [datetime(2026, 11, 13, 15, 0, tzinfo=UTC)]


def test_who_cannot_be_reached_is_not_tried_again_until_they_do_something(live: Live) -> None:
    says(live, ADA, "every Friday at 10")

    def gone(delivery: Delivery) -> None:
        raise ConversationGone

    before, live.post.fault = live.post.fault, gone
    live.tick(datetime(2026, 11, 6, 15, 0, tzinfo=UTC))
    assert occurrences(live, "waiting") == []
    live.post.fault = before
    for week in (1, 2):
        live.tick(datetime(2026, 11, 6, 15, 0, tzinfo=UTC) + week * WEEK)
    assert sent(live) == []
    later = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    does(live, ADA, Open(at=later, page="home"))
    live.tick(later + 2 * HOUR)
    assert occurrences(live, "waiting")[-1] >= later


def test_who_is_back_before_the_next_moment_is_asked_at_that_moment(live: Live) -> None:
    """Gone for an hour: the person, the whole workspace, or their chat."""
    friday = datetime(2026, 11, 6, 15, 0, tzinfo=UTC)
    says(live, ADA, "every Friday at 10")
    does(live, ADA, Left(at=AT + HOUR))
    does(live, ADA, Joined(at=AT + 2 * HOUR))
    live.tick(AT + 3 * HOUR)
    assert occurrences(live, "waiting") == [friday]
    live.store.installations.remove(ADA.platform, ADA.tenant, AT + 4 * HOUR)
    live.store.installations.present(ADA.platform, ADA.tenant)
    live.tick(AT + 5 * HOUR)
    assert occurrences(live, "waiting") == [friday]
    live.tick(friday)
    assert sent(live)[-1] == PARKED


def test_an_outage_of_the_platform_for_hours_loses_no_reminder(live: Live) -> None:
    says(live, ADA, "remind me at 3pm")
    before, live.post.fault = live.post.fault, later
    for minute in range(0, 5 * 60, 5):
        live.tick(datetime(2026, 11, 2, 20, 0, tzinfo=UTC) + minute * MINUTE)
    live.post.fault = before
    for minute in range(0, 60, 5):
        live.tick(datetime(2026, 11, 3, 1, 0, tzinfo=UTC) + minute * MINUTE)
    assert sent(live) == [PARKED]


def later(delivery: Delivery) -> None:
    raise Later


@pytest.mark.parametrize("what", ["pause check-ins", "not today", "away until Friday", "yes", "nothing"])
def test_what_is_still_on_its_way_is_not_sent_once_it_is_not_welcome(live: Live, what: str) -> None:
    says(live, ADA, "visit at 3pm")
    due = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
    before, live.post.fault = live.post.fault, later
    live.tick(due)
    live.post.fault = before
    match what:
        case "yes":
            does(live, ADA, Choose(at=due + MINUTE, values=("yes",)))
        case "nothing":
            does(live, ADA, Submit(at=due + MINUTE, form="consent", values={"words": "nothing"}))
        case _:
            says(live, ADA, what, due + MINUTE)
    for minute in range(2, 90, 5):
        live.tick(due + minute * MINUTE)
    assert PARKED not in sent(live)
    assert live.store.failures() == {}


def test_what_fails_again_and_again_is_tried_again_and_again(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    says(live, ADA, "every Friday at 10")
    says(live, BEN, "every Friday at 10")
    friday = datetime(2026, 11, 6, 15, 0, tzinfo=UTC)
    step = Shell._step

    def fails_for_ada(self: Shell, loaded: Loaded, event: Event) -> Turn:
        if isinstance(event, CheckInDue | Replan) and loaded.conversation.id == adas:
            raise RuntimeError
        return step(self, loaded, event)

    with live.store.transaction() as turn:
        adas = turn.load(ADA, AT).conversation.id
    monkeypatch.setattr(Shell, "_step", fails_for_ada)
    for hour in range(4):
        live.tick(friday + hour * HOUR)
    assert (sent(live), sent(live, BEN)[:1]) == ([], [PARKED])
    monkeypatch.setattr(Shell, "_step", step)
    live.tick(friday + 5 * HOUR)
    assert datetime(2026, 11, 13, 15, 0, tzinfo=UTC) in occurrences(live, "waiting")
    live.tick(friday + WEEK)
    assert PARKED in sent(live)


def test_a_reminder_that_an_earlier_version_left_is_asked(live: Live) -> None:
    """Its body names the script, and no version of the zone data stands beside it (0004_check_ins.py)."""
    due, row = AT + HOUR, uuid4()
    with live.store.database.transaction() as wire:
        found = look(wire, live.store.keys, ADA)
        assert found is not None
        body = person_key(live.store.keys, found).seal(b"between-sites", found.where("check_ins", row, "body"))
        wire.run(Prepared(insert(t.check_ins)), **{**waiting(row, found.person, due, body), "zones": ""})
    live.tick(due)
    assert sent(live) == [PARKED]


def test_a_notice_that_could_not_be_told_is_told_when_that_works_again(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.store.set_lead(ADA, AT)
    step = Shell._step
    monkeypatch.setattr(Shell, "_step", fails)
    live.tick(AT + MINUTE)
    assert sent(live) == []
    monkeypatch.setattr(Shell, "_step", step)
    live.tick(AT + 2 * HOUR)
    assert len(sent(live)) == 1
    live.tick(AT + 4 * HOUR)
    assert len(sent(live)) == 1


def fails(*_: object) -> Turn:
    raise RuntimeError


def test_everybody_who_has_two_due_is_asked_in_one_tick(live: Live) -> None:
    people = [replace_user(ADA, f"p{number}") for number in range(12)]
    for person in people:
        settled(live, person)
        says(live, person, "visit at 3pm")
        says(live, person, "remind me at 14:59")
    live.tick(datetime(2026, 11, 2, 20, 0, tzinfo=UTC))
    assert Counter(delivery.who.user for delivery in live.post.sent) == {person.user: 1 for person in people}


def test_erasing_takes_the_check_ins_along(live: Live) -> None:
    says(live, ADA, "every Friday at 10")
    says(live, BEN, "every Friday at 10")
    does(live, ADA, Submit(at=AT, form="erase", values={"confirm": "erase"}))
    assert len(occurrences(live, "waiting")) == 1
    live.tick(datetime(2026, 11, 6, 15, 0, tzinfo=UTC))
    assert (sent(live)[1:], sent(live, BEN)) == ([], [PARKED])


def test_everybody_is_asked_at_nine_by_their_own_clock(live: Live) -> None:
    zones = ("Asia/Kathmandu", "Europe/Madrid", NEW_YORK, "America/Los_Angeles", "Pacific/Honolulu")
    for zone in zones:
        person = replace_user(ADA, zone)
        for event in (Command(at=AT, name="reflect"), Choose(at=AT, values=("keep",)), Command(at=AT, name="stop"),
                      Say(at=AT, text="every Friday at 9")):  # fmt: skip
            does(live, person, event, zone=zone)
    live.post.sent.clear()
    hours = {}
    for hour in range(26):
        moment = datetime(2026, 11, 6, 2, 30, tzinfo=UTC) + hour * HOUR
        live.tick(moment)
        for delivery in live.post.sent:
            hours.setdefault(delivery.who.user, moment)
    assert list(hours) == list(zones), "in the order in which the morning comes"


def replace_user(person: Who, user: str) -> Who:
    return person.model_copy(update={"user": user})


def test_a_year_of_somebodys_check_ins_is_played_in_one_go(tmp_path: Path) -> None:
    """`afterword replay` with a tick an hour: every working day at half past four, but for leave and holidays."""
    lines = [
        line("2026-01-02T14:00:00Z", admin={"team": "north", "members": ["ada"], "timezone": NEW_YORK}),
        line("2026-01-02T14:00:00Z", say="reflect"),
        line("2026-01-02T14:00:01Z", choose="private"),
        line("2026-01-02T14:00:02Z", choose="keep"),
        line("2026-01-02T14:00:03Z", say="stop"),
        line("2026-01-02T14:00:04Z", submit={"form": "check-in-days", "values": {
            "working": ["MO", "TU", "WE", "TH", "FR"], "holidays": "no", "nudges": "no"}}),
        line("2026-01-02T14:00:05Z", say="end of day at 4:30pm"),
        line("2026-01-02T14:00:06Z", say="away from 3 August to 14 August"),
    ]  # fmt: skip
    first = datetime(2026, 1, 2, 14, 35, tzinfo=UTC)
    ticks = [line((first + n * HOUR).isoformat(), tick=True) for n in range(365 * 24)]
    file = tmp_path / "year.jsonl"
    file.write_text("\n".join([*lines, *ticks]) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "replay", str(file)], capture_output=True, text=True, timeout=110, check=True
    )
    out = [json.loads(one) for one in done.stdout.splitlines()]
    assert not [one for one in out if "error" in one]
    asked = [one["at"] for one in out if one.get("text") == PARKED]
    days = {moment[:10] for moment in asked}
    assert len(asked) == len(days) == 260 - 10 - 10, "working days of the year from then on, without leave and holidays"
    assert not days & {"2026-07-03", "2026-11-26", "2026-12-25", "2026-08-05"}
    assert {moment[11:16] for moment in asked} == {"20:35", "21:35"}, "the clocks change, half past four stays"


def line(at: str, **doing: object) -> str:
    who_ = {} if "tick" in doing or "admin" in doing else {"from": "ada", "team": "north"}
    return json.dumps({"at": at, **who_, **doing})
