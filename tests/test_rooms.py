"""Rooms: one question a week, at nine on its first working day where people live, from one process; and a name that is
sealed."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any, get_args
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from conftest import Pair, rows, who
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st
from searching import found, stored
from shells import Live, living
from sqlalchemy import update
from stored import load
from talks import Talk, library

from bot.conversation import Option, Rotation
from bot.logs import AllowList
from bot.ports import (
    LEASE_SECONDS,
    ConversationGone,
    DueRoom,
    InstallationGone,
    Later,
    OurBug,
    Refusal,
    Room,
    RoomPost,
    Setup,
)
from bot.rooms import LATEST, PAUSE, ROTATIONS, WORKING, coming, moment, next_week, post, weekly
from scheduler.ticker import BATCH
from storage import tables as t
from storage.keyring import Keyring, from_text, new_key
from storage.prepared import Prepared
from storage.rotation import rotate
from storage.store import SqlStore

NEW_YORK, LISBON = "America/New_York", "Europe/Lisbon"
WEEK, DAY, HOUR, SECOND = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
#: A Thursday, and the Monday after it at nine where nobody is known.
AT = datetime(2026, 11, 5, 16, 40, tzinfo=UTC)
MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=LEASE_SECONDS)
WEEKS = len(ROTATIONS["principles"])
#: Zones, and whose holidays are kept there; in Russia and in Taiwan there are whole weeks of them.
PLACES = (
    (NEW_YORK, "US"), (NEW_YORK, "US-NC"), (LISBON, "PT"), ("Asia/Tokyo", "JP"), ("Europe/Moscow", "RU"),
    ("Asia/Taipei", "TW"), ("Pacific/Kiritimati", ""), ("Pacific/Pago_Pago", "AS"), ("UTC", ""),
)  # fmt: skip
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: AT + timedelta(minutes=minutes))

NAME, REFERENCE, EXTERNAL = "quillfeather-east", "https://quillfeather.example/", "19:quillfeather@thread"


def room(external: str = EXTERNAL, **fields: Any) -> Room:
    fields = {"platform": "local", "tenant": "north", "reference": REFERENCE, "name": NAME} | fields
    return Room(external=external, **fields)


def news() -> str:
    """What a platform says is something new each time."""
    return uuid4().hex


def due(store: SqlStore, now: datetime, limit: int = 20) -> tuple[DueRoom, ...]:
    return store.rooms.due("local", now, limit)


def the_one(store: SqlStore, now: datetime) -> DueRoom:
    (found_due,) = due(store, now)
    return found_due


def asked_at(store: SqlStore, now: datetime) -> DueRoom:
    one = the_one(store, now)
    store.rooms.asked(one, now)
    return one


def people_live_in(store: SqlStore, zone: str, *users: str, **settings: object) -> None:
    store.set_up(Setup("local", "north", f"Team {zone}", members=users, zone=zone, settings=settings), AT)


def changed(store: SqlStore, statement: Any) -> None:
    with store.database.transaction() as wire:
        wire.run(Prepared(statement))


# When ----------------------------------------------------------------------------------------------------------------


def test_a_room_is_asked_once_a_week(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    assert due(store, AT) == due(store, MONDAY - SECOND) == ()
    for week in range(WEEKS + 2):
        now = MONDAY + week * WEEK
        assert due(store, now - SECOND) == ()
        one = asked_at(store, now + 5 * SECOND)
        assert (one.room, one.week, one.due) == (room(), week, now)
        assert all(due(store, now + hours * HOUR) == () for hours in range(1, 168))


def test_the_room_of_another_platform_is_left_to_who_has_it(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.save(room(platform="slack"), AT, news())
    assert store.rooms.due("teams", MONDAY, 20) == ()
    assert [one.room.platform for one in store.rooms.due("slack", MONDAY, 20)] == ["slack"]
    assert [one.room.platform for one in due(store, MONDAY)] == ["local"]


def test_no_more_are_leased_than_were_asked_for(store: SqlStore) -> None:
    for number in range(5):
        store.rooms.save(room(f"room-{number}"), AT, news())
    taken = [one.room.external for limit in (2, 2, 2) for one in due(store, MONDAY, limit)]
    assert sorted(taken) == [f"room-{number}" for number in range(5)]
    assert due(store, MONDAY) == ()


def test_two_processes_never_ask_one_room_both(opened: Callable[[], SqlStore]) -> None:
    stores = [opened(), opened()]
    for number in range(12):
        stores[number % 2].rooms.save(room(f"room-{number}"), AT, news())
    together = threading.Barrier(2)

    def ask(store: SqlStore) -> list[str]:
        together.wait(5)
        mine = [one for _ in range(4) for one in due(store, MONDAY, 4)]
        for one in mine:
            store.rooms.asked(one, MONDAY)
        return [one.room.external for one in mine]

    with ThreadPoolExecutor(2) as pool:
        both = [external for mine in pool.map(ask, stores) for external in mine]
    assert sorted(both) == sorted(f"room-{number}" for number in range(12))
    assert [due(store, MONDAY + LEASE + SECOND) for store in stores] == [(), ()]


def test_two_processes_that_hear_of_a_room_at_once_make_one(opened: Callable[[], SqlStore]) -> None:
    stores = [opened(), opened()]
    together = threading.Barrier(2)

    def save(number: int) -> None:
        together.wait(5)
        stores[number].rooms.save(room(name=f"name-{number}"), AT, news())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(save, range(2)))
    assert len(rows(stores[0], t.rooms)) == 1
    assert len(due(stores[1], MONDAY)) == 1


def test_a_question_of_which_nothing_is_heard_is_asked_again_after_the_lease(opened: Callable[[], SqlStore]) -> None:
    died, other = opened(), opened()
    died.rooms.save(room(), AT, news())
    held = the_one(died, MONDAY)
    assert held.until == MONDAY + LEASE
    assert due(other, MONDAY + LEASE - SECOND) == ()
    again = the_one(other, MONDAY + LEASE)
    assert (again.id, again.week, again.due) == (held.id, held.week, held.due)


def test_two_who_asked_after_a_lapsed_lease_count_one_week(opened: Callable[[], SqlStore]) -> None:
    slow, other = opened(), opened()
    slow.rooms.save(room(), AT, news())
    first, second = the_one(slow, MONDAY), the_one(other, MONDAY + LEASE)
    slow.rooms.put_back(first, Later(), MONDAY + LEASE)
    assert due(slow, MONDAY + 2 * LEASE - SECOND) == (), "the other's lease stands"
    slow.rooms.asked(first, MONDAY + LEASE)
    other.rooms.asked(second, MONDAY + LEASE + SECOND)
    other.rooms.put_back(second, ConversationGone(), MONDAY + LEASE + SECOND)
    assert asked_at(other, MONDAY + WEEK).week == 1


def test_who_was_down_for_three_weeks_asks_once(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    back = MONDAY + 3 * WEEK + HOUR
    assert asked_at(store, back).week == 0
    assert due(store, back + LEASE) == ()
    assert asked_at(store, MONDAY + 4 * WEEK).week == 1


@pytest.mark.parametrize("late", [LATEST, 14 * HOUR, 3 * DAY, 6 * DAY + 23 * HOUR])
def test_what_missed_its_day_waits_for_the_next_week(store: SqlStore, late: timedelta) -> None:
    store.rooms.save(room(), AT, news())
    assert due(store, MONDAY + late) == ()
    assert asked_at(store, MONDAY + WEEK).week == 0


def test_until_five_in_the_afternoon_it_is_not_too_late(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    asked_at(store, MONDAY + LATEST - SECOND)
    asked_at(store, MONDAY + WEEK)


def test_a_clock_that_goes_back_asks_nobody_twice(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.asked(the_one(store, MONDAY), MONDAY - 2 * SECOND)
    assert due(store, MONDAY + SECOND) == ()
    assert asked_at(store, MONDAY + WEEK).week == 1


def test_people_who_move_while_they_are_asked_are_not_asked_again(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    one = the_one(store, MONDAY)
    people_live_in(store, NEW_YORK, "ada")
    store.rooms.asked(one, MONDAY + SECOND)
    assert due(store, MONDAY + 5 * HOUR) == ()
    assert asked_at(store, MONDAY + WEEK + 5 * HOUR).week == 1


# Where ---------------------------------------------------------------------------------------------------------------


def test_it_is_nine_where_most_people_live(store: SqlStore) -> None:
    people_live_in(store, "America/Chicago", "ada")
    people_live_in(store, NEW_YORK, "ben", "cleo")
    store.set_up(Setup("local", "north", "Nobody knows", members=("dan", "eve", "fay", "gus")), AT)
    store.rooms.save(room(), AT, news())
    store.rooms.save(room(tenant="south"), AT, news())
    assert asked_at(store, MONDAY).room.tenant == "south"
    assert due(store, MONDAY + 5 * HOUR - SECOND) == ()
    assert asked_at(store, MONDAY + 5 * HOUR).room.tenant == "north"


def test_who_left_is_not_asked_where_they_live(store: SqlStore) -> None:
    people_live_in(store, NEW_YORK, "ada", "ben")
    people_live_in(store, LISBON, "cleo")
    changed(store, update(t.participants).where(t.participants.c.zone == NEW_YORK).values(left_day=AT.date()))
    store.rooms.save(room(), AT, news())
    assert the_one(store, MONDAY).room == room()


def test_people_who_became_known_after_the_room_are_not_asked_at_night(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    people_live_in(store, NEW_YORK, "ada")
    assert due(store, MONDAY) == (), "four in the morning"
    assert due(store, MONDAY + 5 * HOUR - SECOND) == ()
    assert asked_at(store, MONDAY + 5 * HOUR).week == 0


@pytest.mark.parametrize("zones", [("Asia/Tokyo", NEW_YORK), (NEW_YORK, "Asia/Tokyo")])
def test_people_who_move_are_not_asked_twice_a_week(store: SqlStore, zones: tuple[str, str]) -> None:
    people_live_in(store, zones[0], "ada")
    store.rooms.save(room(), AT, news())
    asked: list[datetime] = []
    for hours in range(24 * 7 * 5):
        now = MONDAY - DAY + hours * HOUR
        if len(asked) == 1 and asked[0] == now - HOUR:
            people_live_in(store, zones[1], "ada")
        for one in due(store, now):
            store.rooms.asked(one, now)
            asked.append(now)
    assert all(after - before >= 6 * DAY for before, after in pairwise(asked))
    assert len({at.isocalendar()[:2] for at in asked}) == len(asked) >= 4


def test_nine_stays_nine_when_the_clocks_change(store: SqlStore) -> None:
    people_live_in(store, NEW_YORK, "ada")
    before = datetime(2027, 3, 8, 14, 0, tzinfo=UTC)  # nine by winter's clock; on the Sunday after it they go forward
    store.rooms.save(room(), before - DAY, news())
    asked_at(store, before)
    assert due(store, before + WEEK - HOUR - SECOND) == ()
    asked_at(store, before + WEEK - HOUR)


# Days that count -----------------------------------------------------------------------------------------------------

#: A Monday: Martin Luther King's day in the United States; nine in New York is fourteen in UTC.
HOLIDAY = datetime(2027, 1, 18, 14, 0, tzinfo=UTC)


def asked_in_hours(store: SqlStore, begin: datetime, days: int) -> list[datetime]:
    """By a clock that comes round every hour."""
    asked = []
    for hours in range(24 * days):
        now = begin + hours * HOUR
        for one in due(store, now):
            store.rooms.asked(one, now)
            asked.append(now)
    return asked


@pytest.mark.parametrize(
    ("settings", "on"), [({}, HOLIDAY + DAY), ({"holidays": ""}, HOLIDAY), ({"holidays": "PT"}, HOLIDAY)]
)
def test_a_question_comes_on_the_next_working_day_after_a_holiday(
    store: SqlStore, settings: dict[str, object], on: datetime
) -> None:
    people_live_in(store, NEW_YORK, "ada", **settings)
    store.rooms.save(room(), HOLIDAY - WEEK - DAY, news())
    asked = asked_in_hours(store, HOLIDAY - WEEK - DAY, 19)
    assert asked == [HOLIDAY - WEEK, on, HOLIDAY + WEEK]


def test_the_holidays_of_a_part_of_a_country_can_be_kept(store: SqlStore) -> None:
    after_christmas = datetime(2026, 12, 28, 14, 0, tzinfo=UTC)  # in North Carolina Saturday's holiday is kept here
    people_live_in(store, NEW_YORK, "ada")
    store.rooms.save(room(), after_christmas - DAY, news())
    people_live_in(store, NEW_YORK, "ben", holidays="US-NC")
    assert asked_in_hours(store, after_christmas - DAY, 9) == [after_christmas + DAY, after_christmas + WEEK]


def test_a_week_without_a_working_day_is_left_out(store: SqlStore) -> None:
    people_live_in(store, "Europe/Moscow", "ada")
    before = datetime(2026, 12, 28, 6, 0, tzinfo=UTC)  # nine in Moscow, and from Friday on ten days without work
    store.rooms.save(room(), before - DAY, news())
    assert asked_in_hours(store, before - DAY, 30) == [before, before + 2 * WEEK, before + 3 * WEEK, before + 4 * WEEK]


def test_holidays_that_nobody_knows_keep_no_question_back(store: SqlStore) -> None:
    people_live_in(store, NEW_YORK, "ada", holidays="US-NOWHERE")
    store.rooms.save(room(), HOLIDAY - DAY, news())
    assert asked_in_hours(store, HOLIDAY - DAY, 3) == [HOLIDAY]


def test_a_question_on_a_friday_is_followed_by_one_on_monday() -> None:
    friday = datetime(2026, 4, 17, 9, 0, tzinfo=ZoneInfo("Asia/Yangon")).astimezone(UTC)
    assert next_week(friday + LATEST, "Asia/Yangon") == friday + 3 * DAY


@given(st.sampled_from(PLACES), MOMENTS)
def test_every_week_that_has_a_working_day_has_one_moment_at_nine_on_its_first(
    place: tuple[str, str], at: datetime
) -> None:
    zone, holidays = place
    country, _, part = holidays.partition("-")
    off = country_holidays(country, subdiv=part or None) if country else {}

    def first_days(monday: Any) -> list[Any]:
        week = [monday + day * DAY for day in range(7)]
        return [day for day in week if day.weekday() in WORKING and day not in off][:1]

    last = at.astimezone(ZoneInfo(zone))
    monday = last.date() - last.weekday() * DAY
    wanted = [day for week in range(9) for day in first_days(monday + week * WEEK)]
    there = [datetime.combine(day, time(9), ZoneInfo(zone)).astimezone(UTC) for day in wanted]
    for expected in [nine for nine in there if nine > at][:4]:
        assert coming(at, zone, holidays) == expected
        at = expected


@given(
    st.sampled_from(PLACES),
    st.sampled_from(PLACES),
    MOMENTS,
    st.timedeltas(timedelta(0), LATEST),
)
def test_who_was_asked_is_asked_in_another_week_wherever_they_have_moved(
    here: tuple[str, str], there: tuple[str, str], at: datetime, late: timedelta
) -> None:
    asked = coming(at, *here)
    after = next_week(asked + late, *there)

    def week(at: datetime, zone: str) -> Any:
        return at.astimezone(ZoneInfo(zone)).isocalendar()[:2]

    assert week(after, there[0]) > week(asked, here[0])
    assert after - asked >= 2 * DAY
    assert moment(after, *there) == after


# Coming and going ----------------------------------------------------------------------------------------------------


def test_every_process_sees_the_rooms_of_a_workspace_by_name(opened: Callable[[], SqlStore]) -> None:
    store, other = opened(), opened()
    assert store.rooms.all("local", "north") == ()
    mine = [room("two", name="birch"), room("one", name="ash", locale="es"), room("three", name="birch")]
    for each in (*mine, room(tenant="south"), room(platform="slack")):
        store.rooms.save(each, AT, news())
    assert other.rooms.all("local", "north") == (mine[1], mine[2], mine[0])
    assert other.rooms.all("local", "south") == (room(tenant="south"),)
    assert other.rooms.all("local", "nowhere") == ()


def test_a_renamed_or_moved_room_keeps_its_day_and_its_question(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    asked_at(store, MONDAY)
    before = rows(store, t.rooms)[0]
    renamed = room(name="another", reference="elsewhere", locale="es")
    store.rooms.save(renamed, MONDAY + 2 * DAY, news())
    (after,) = rows(store, t.rooms)
    assert {name: value for name, value in after.items() if name != "body"} == {
        name: value for name, value in before.items() if name != "body"
    }
    one = the_one(store, MONDAY + WEEK)
    assert (one.room, one.week) == (renamed, 1)


def test_a_room_that_is_renamed_while_it_is_asked_keeps_its_new_name(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    one = the_one(store, MONDAY)
    store.rooms.save(room(name="another"), MONDAY, news())
    assert due(store, MONDAY + SECOND) == ()
    store.rooms.asked(one, MONDAY + SECOND)
    assert the_one(store, MONDAY + WEEK).room == room(name="another")


def test_a_room_that_is_as_it_was_is_not_written(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    before = rows(store, t.rooms)
    store.rooms.save(room(), MONDAY, news())
    assert rows(store, t.rooms) == before


def test_a_room_that_is_removed_is_asked_nothing(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.save(room("other"), AT, news())
    held = due(store, MONDAY)
    for _ in range(2):
        store.rooms.remove(room(), MONDAY, news())
    for one in held:
        store.rooms.asked(one, MONDAY)
    assert [one.room.external for one in due(store, MONDAY + WEEK)] == ["other"]
    assert store.rooms.all("local", "north") == (room("other"),)
    assert len(rows(store, t.rooms)) == 1


def test_news_that_are_told_again_late_change_nothing(store: SqlStore) -> None:
    store.rooms.save(room(), AT, "put there")
    store.rooms.remove(room(), AT + HOUR, "taken away")
    store.rooms.save(room(), AT + 2 * HOUR, "put there")
    assert store.rooms.all("local", "north") == ()
    store.rooms.save(room(), AT + 3 * HOUR, "put there anew")
    store.rooms.remove(room(), AT + 4 * HOUR, "taken away")
    assert store.rooms.all("local", "north") == (room(),)


def test_what_becomes_of_a_room_in_which_the_bot_never_was_is_not_noted(store: SqlStore) -> None:
    store.rooms.remove(room(), AT, news())
    assert rows(store, t.rooms) == rows(store, t.inbox) == rows(store, t.tenants) == []


def test_an_old_name_that_is_told_late_is_not_put_back(store: SqlStore) -> None:
    store.rooms.save(room(name="new", since=AT), AT, news())
    store.rooms.save(room(name="old", since=AT - HOUR), AT + HOUR, news())
    assert [one.name for one in store.rooms.all("local", "north")] == ["new"]


def test_a_guest_who_comes_back_on_the_same_day_does_not_ask_again(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    asked_at(store, MONDAY)
    store.rooms.remove(room(), MONDAY + HOUR, news())
    store.rooms.save(room(), MONDAY + 2 * HOUR, news())
    assert due(store, MONDAY + 3 * HOUR) == ()
    assert asked_at(store, MONDAY + WEEK).week == 0


def test_where_the_app_was_removed_no_room_is_asked(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.save(room(tenant="south"), AT, news())
    store.installations.remove("local", "north", AT)
    assert [one.room.tenant for one in due(store, MONDAY)] == ["south"]
    store.installations.present("local", "north")
    assert due(store, MONDAY + 2 * DAY) == (), "not at any hour at which it happens to come back"
    assert [one.room.tenant for one in due(store, MONDAY + WEEK) if one.room.tenant == "north"] == ["north"]


def test_rooms_go_with_their_workspace(store: SqlStore) -> None:
    load(store, AT)
    store.rooms.save(room(), AT, news())
    store.rooms.save(room(tenant="south"), AT, news())
    store.installations.remove("local", "north", AT)
    store.sweep(AT + 29 * DAY)
    assert len(rows(store, t.rooms)) == 2
    store.sweep(AT + 30 * DAY)
    assert rows(store, t.participants) == []
    assert [row["id"] for row in rows(store, t.tenants)] == [row["tenant_id"] for row in rows(store, t.rooms)]
    assert store.rooms.all("local", "south") == (room(tenant="south"),)


# When posting fails --------------------------------------------------------------------------------------------------


def test_what_cannot_be_posted_now_is_tried_again_and_less_and_less_often(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    now, waits = MONDAY, []
    for _ in range(12):
        store.rooms.put_back(the_one(store, now), Later(), now)
        (row,) = rows(store, t.rooms)
        waits.append((row["held_until"] - now).total_seconds())
        assert due(store, row["held_until"] - timedelta(milliseconds=1)) == ()
        now = row["held_until"]
    assert all(before < after for before, after in zip(waits[:8:2], waits[2:9:2], strict=True))
    assert waits[0] <= 2 < 400 < waits[-1] <= 900
    assert asked_at(store, now).week == 0
    assert rows(store, t.rooms)[0]["attempts"] == 0


def test_what_the_platform_asked_for_is_waited(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.put_back(the_one(store, MONDAY), Later(600.0), MONDAY)
    assert due(store, MONDAY + timedelta(seconds=599)) == ()
    asked_at(store, MONDAY + timedelta(seconds=720))


def test_what_fails_until_the_evening_waits_for_the_next_week(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.put_back(the_one(store, MONDAY), Later(9 * 3600.0), MONDAY)
    assert due(store, MONDAY + 9 * HOUR) == ()
    assert asked_at(store, MONDAY + WEEK).week == 0


def test_a_room_from_which_the_bot_was_removed_is_forgotten(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.put_back(the_one(store, MONDAY), ConversationGone(), MONDAY)
    assert rows(store, t.rooms) == []


@pytest.mark.parametrize("error", [InstallationGone(), OurBug()])
def test_what_trying_again_would_not_help_waits_for_the_next_week(store: SqlStore, error: Exception) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.put_back(the_one(store, MONDAY), error, MONDAY)
    assert due(store, MONDAY + HOUR) == ()
    assert asked_at(store, MONDAY + WEEK).week == 0


# What is kept --------------------------------------------------------------------------------------------------------


def test_nothing_of_a_room_stands_in_clear(store: SqlStore, pair: Pair, tmp_path: Any) -> None:
    store.rooms.save(room(locale="es"), AT, news())
    asked_at(store, MONDAY)
    places = stored(pair, tmp_path)
    store.rooms.save(room(name=f"{NAME}-again"), MONDAY, news())
    the_one(store, MONDAY + WEEK)
    store.rooms.remove(room(), MONDAY, news())
    places |= {f"{name}, after": held for name, held in stored(pair, tmp_path).items()}
    assert [found(word, places) for word in (NAME, REFERENCE, EXTERNAL, "quillfeather")] == [[], [], [], []]


def test_nothing_of_a_room_is_in_what_can_be_printed(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    printed = repr(post(library(), the_one(store, MONDAY))) + repr(room())
    assert "quillfeather" not in printed


def test_a_room_opens_only_in_its_own_row(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    store.rooms.save(room(tenant="south"), AT, news())
    north, south = rows(store, t.rooms)
    mine = {str(row["id"]): row["body"] for row in (north, south)}
    for stolen in (north["body"], b"\x01damaged", b""):
        changed(store, update(t.rooms).where(t.rooms.c.id == south["id"]).values(body=stolen))
        rooms = store.rooms.all("local", "north") + store.rooms.all("local", "south")
        assert len(rooms) == 1
    assert len(due(store, MONDAY)) == 1, "one that cannot be read keeps no other waiting"
    whole = update(t.rooms).where(t.rooms.c.id == south["id"]).values(body=mine[str(south["id"])])
    changed(store, whole)
    assert [one.week for one in due(store, MONDAY + WEEK)] == [0, 0]


def test_a_room_that_cannot_be_read_is_mended_when_it_is_heard_of(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    changed(store, update(t.rooms).values(body=b"\x01damaged"))
    assert due(store, MONDAY) == ()
    store.rooms.save(room(), MONDAY, news())
    assert asked_at(store, MONDAY + WEEK).room == room()


def test_rooms_open_after_the_ring_has_turned(pair: Pair) -> None:
    old, new = new_key(), new_key()
    store = pair.open(from_text(old))
    store.rooms.save(room(), AT, news())
    store.close()
    both = pair.open(from_text(f"{new}\n{old}"))
    assert rotate(both.keys) > 0
    both.close()
    store = pair.open(from_text(new))
    assert store.rooms.all("local", "north") == (room(),)
    store.rooms.remove(room(), AT, news())
    assert rows(store, t.rooms) == []
    store.close()


# The clock -----------------------------------------------------------------------------------------------------------


@dataclass
class Board:
    """A messenger for rooms that keeps what it posts. `fault` may raise instead."""

    posted: list[RoomPost] = field(default_factory=list)
    tried: list[RoomPost] = field(default_factory=list)
    fault: Callable[[RoomPost], None] = lambda post: None

    async def post(self, post: RoomPost) -> None:
        self.tried.append(post)
        self.fault(post)
        self.posted.append(post)


@pytest.fixture
def process(pair: Pair, ring: Keyring) -> Iterator[Callable[[], tuple[Live, Board]]]:
    """Starts one more process on the same databases, which can post in the rooms of its platform."""
    with ExitStack() as stack:

        def one_more() -> tuple[Live, Board]:
            live, board = stack.enter_context(living(pair, ring)), Board()
            live.shell.rooms["local"] = board
            return live, board

        yield one_more


Process = Callable[[], tuple[Live, Board]]


def test_the_clock_posts_the_question_of_the_week(process: Process) -> None:
    live, board = process()
    live.store.rooms.save(room(locale="es"), AT, news())
    live.tick(MONDAY - SECOND)
    assert board.posted == []
    for seconds in (0, 1, 60, 3600):
        live.tick(MONDAY + timedelta(seconds=seconds))
    (first,) = board.posted
    assert (first.room, first.locale) == (room(locale="es"), "es")
    assert first.message == weekly(library(), "es", 0)
    live.tick(MONDAY + WEEK)
    assert board.posted[1].message == weekly(library(), "es", 1)
    assert len({post.id for post in board.posted}) == 2


def test_a_room_follows_the_rotation_that_its_workspace_has_when_it_is_asked(process: Process) -> None:
    """The count of its questions goes on: another rotation begins at that count, too."""
    live, board = process()
    live.store.rooms.save(room(), AT, news())
    live.tick(MONDAY)
    people_live_in(live.store, "UTC", "ada", rotation="stance")
    live.tick(MONDAY + WEEK)
    live.tick(MONDAY + 2 * WEEK)
    people_live_in(live.store, "UTC", "ada", rotation="principles")
    live.tick(MONDAY + 3 * WEEK)
    asked = (("principles", 0), ("stance", 1), ("stance", 2), ("principles", 3))
    assert [post.message for post in board.posted] == [weekly(library(), "en", n, rotation) for rotation, n in asked]


def test_a_language_that_the_bot_does_not_speak_is_english(process: Process) -> None:
    live, board = process()
    live.store.rooms.save(room(locale="fr"), AT, news())
    live.tick(MONDAY)
    assert (board.posted[0].locale, board.posted[0].message) == ("en", weekly(library(), "en", 0))


def test_two_processes_post_a_question_once(process: Process) -> None:
    (one, its), (other, others) = process(), process()
    one.store.rooms.save(room(), AT, news())
    for number in range(3):
        for live in (one, other):
            live.tick(MONDAY + number * SECOND)
    assert len(its.posted) + len(others.posted) == 1


def test_a_process_that_cannot_post_there_leaves_it_to_another(pair: Pair, ring: Keyring, process: Process) -> None:
    with living(pair, ring) as without:
        without.store.rooms.save(room(), AT, news())
        without.tick(MONDAY)
        live, board = process()
        live.tick(MONDAY)
        assert len(board.posted) == 1


def test_one_room_that_fails_does_not_stop_the_others(process: Process) -> None:
    live, board = process()
    faults = {
        "later": Later(),
        "gone": ConversationGone(),
        "over": InstallationGone(),
        "bug": OurBug(),
        "odd": OSError(),
    }
    for name in (*faults, "fine", "good"):
        live.store.rooms.save(room(name), AT, news())

    def fault(post: RoomPost) -> None:
        if post.room.external in faults:
            raise faults[post.room.external]

    board.fault = fault
    live.tick(MONDAY)
    assert {post.room.external for post in board.posted} == {"fine", "good"}
    board.fault = lambda post: None
    live.tick(MONDAY + timedelta(seconds=3))
    assert {post.room.external for post in board.posted[2:]} == {"later", "odd"}
    live.tick(MONDAY + WEEK)
    assert {post.room.external for post in board.posted[4:]} == {*faults, "fine", "good"} - {"gone"}
    first = {post.room.external: post.id for post in board.tried[:7]}
    assert all(first[post.room.external] == post.id for post in board.posted[2:4]), "the same question is the same post"


def test_the_log_says_that_a_room_failed_and_not_which(process: Process) -> None:
    live, board = process()
    live.store.rooms.save(room(), AT, news())
    log, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(log)
    handler.setFormatter(AllowList())
    root.addHandler(handler)

    def fault(post: RoomPost) -> None:
        raise ValueError(post.room.external, post.room.reference)

    board.fault = fault
    try:
        live.tick(MONDAY)
    finally:
        root.removeHandler(handler)
    assert '"event": "room-failed"' in log.getvalue()
    assert "quillfeather" not in log.getvalue()


def test_where_the_store_cannot_note_it_the_question_comes_again_after_the_lease(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, board = process()
    live.store.rooms.save(room(), AT, news())

    def fail(*_: object) -> None:
        raise Refusal("database", "The database went away.")

    with monkeypatch.context() as broken:
        broken.setattr(live.store.rooms, "asked", fail)
        live.tick(MONDAY)
    live.tick(MONDAY + LEASE - SECOND)
    assert len(board.posted) == 1
    live.tick(MONDAY + LEASE)
    live.tick(MONDAY + LEASE + SECOND)
    assert [post.message for post in board.posted] == [weekly(library(), "en", 0)] * 2


def test_a_platform_that_hangs_keeps_neither_the_round_nor_the_room(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent is given up while its lease lasts; here that is a moment."""
    monkeypatch.setattr("scheduler.ticker.SENDING", 0.05)
    live, board = process()
    live.store.rooms.save(room(), AT, news())

    async def hang(post: RoomPost) -> None:
        board.tried.append(post)
        await asyncio.Event().wait()

    with monkeypatch.context() as hanging:
        hanging.setattr(board, "post", hang)
        live.tick(MONDAY)
    assert len(board.tried) == 1
    live.tick(MONDAY + timedelta(seconds=3))
    assert board.posted == [], "it may stand there"
    live.tick(MONDAY + WEEK)
    assert len(board.posted) == 1


def test_many_rooms_are_asked_a_batch_a_round(process: Process) -> None:
    live, board = process()
    for number in range(BATCH + 3):
        live.store.rooms.save(room(f"room-{number}"), AT, news())
    live.tick(MONDAY)
    assert len(board.posted) == BATCH
    live.tick(MONDAY + SECOND)
    assert len({post.room.external for post in board.posted}) == len(board.posted) == BATCH + 3


def test_what_a_room_is_asked_is_nobodys_conversation(process: Process) -> None:
    live, _ = process()
    noted = ("rooms", "inbox")  # and what was heard of them goes by itself after some days
    live.store.rooms.save(room(), AT, news())
    load(live.store, AT, who("ada"))
    before = {table.name: rows(live.store, table) for table in t.metadata.sorted_tables if table.name not in noted}
    live.tick(MONDAY)
    after = {table.name: rows(live.store, table) for table in t.metadata.sorted_tables if table.name not in noted}
    assert after == before
    assert live.post.sent == []


# The questions -------------------------------------------------------------------------------------------------------

LOCALES = pytest.mark.parametrize("locale", ["en", "es"])
BOTH = pytest.mark.parametrize("rotation", get_args(Rotation))


def test_there_are_seven_principles_ten_elements_and_each_time_a_pause() -> None:
    assert {name: len(weeks) for name, weeks in ROTATIONS.items()} == {"principles": 7 + 1, "stance": 10 + 1}
    assert [weeks[-1] for weeks in ROTATIONS.values()] == [PAUSE, PAUSE]
    assert tuple(ROTATIONS) == get_args(Rotation)


@BOTH
@LOCALES
def test_each_week_has_its_own_subject_and_question_and_then_they_begin_again(locale: str, rotation: Rotation) -> None:
    count = len(ROTATIONS[rotation])
    weeks = [weekly(library(), locale, n, rotation) for n in range(2 * count)]
    assert weeks[:count] == weeks[count:]
    assert len({message.preface for message in weeks}) == len({message.text for message in weeks}) == count
    for message in weeks:
        assert len(message.preface) == 1
        same = {name: getattr(weeks[0], name) for name in ("preface", "text", "choices")}
        assert message.model_copy(update=same) == weeks[0], "all the rest is the same every week"
        assert [option.label for option in message.choices] == [option.label for option in weeks[0].choices]


@BOTH
@LOCALES
def test_a_question_for_a_room_is_one_open_question_under_25_words(locale: str, rotation: Rotation) -> None:
    for n in range(len(ROTATIONS[rotation])):
        text = weekly(library(), locale, n, rotation).text
        assert text.count("?") == 1
        assert text.endswith("?")
        assert len(text.split()) < 25
        assert not re.search(r"\bwhy\b|\bpor qué\b|\bshould\b|\bdeber", text, re.IGNORECASE)


@LOCALES
def test_under_each_question_stands_who_can_read_a_reply_and_the_way_to_the_private_box(locale: str) -> None:
    said = {"en": ("Everybody in this channel", "families"), "es": ("Todo el canal", "familias")}[locale]
    message = weekly(library(), locale, 3)
    assert all(words in message.hint for words in said)
    label = {"en": "Reflect privately", "es": "Reflexionar en privado"}[locale]
    assert message.choices == (Option(id="private:team-principles:4", label=label),)
    assert (message.input, message.prompt) == ("choice", "greeting")
    assert (message.person, message.script, message.step) == ("", "", "")


def test_the_moment_is_the_one_that_has_come_or_the_next() -> None:
    for zone, nine in (("UTC", MONDAY), (NEW_YORK, MONDAY + 5 * HOUR)):
        assert moment(nine, zone) == moment(nine + LATEST - SECOND, zone) == nine
        assert moment(nine - SECOND, zone) == coming(nine - SECOND, zone) == nine
        assert moment(nine + LATEST, zone) == coming(nine, zone) == nine + WEEK
        assert next_week(nine, zone) == next_week(nine + LATEST, zone) == nine + WEEK


def test_a_question_is_the_same_post_however_often_it_is_tried(store: SqlStore) -> None:
    store.rooms.save(room(), AT, news())
    first = the_one(store, MONDAY)
    again = replace(first, until=first.until + LEASE)
    assert post(library(), first) == post(library(), again)
    assert post(library(), first).id != post(library(), replace(first, due=MONDAY + WEEK)).id


# The script that goes with the question


@pytest.mark.parametrize(
    ("rotation", "asked", "script", "week"),
    [
        ("principles", 0, "team-principles", 1),
        ("principles", 6, "team-principles", 7),
        ("principles", 7, "team-principles", 8),
        ("stance", 9, "stance-rotation", 10),
        ("stance", 10, "team-principles", 8),
    ],
)
def test_the_button_opens_the_script_in_the_week_of_the_question(
    rotation: Rotation, asked: int, script: str, week: int
) -> None:
    (way,) = weekly(library(), "en", asked, rotation).choices
    talk = Talk()
    talk.agree("quick-visit")
    talk.say("stop")
    talk.tap(way.id)
    session = talk.conversation.session
    assert session is not None
    assert (session.script, session.week) == (script, week)


@pytest.mark.parametrize("way", ["private:nothing-like-it:3", "private:", "private::", "private:team-principles:x"])
def test_a_button_that_leads_to_no_script_leads_to_the_private_box(way: str) -> None:
    talk = Talk()
    talk.agree("quick-visit")
    assert talk.tap(way).input != "none"
    assert talk.turn is not None
    assert not talk.turn.illegal
