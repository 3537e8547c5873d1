"""Rooms: what is posted there, and when. Law: one question a week, the same for everybody, and nothing after it, ever.

Pure. What people answer in private is counted nowhere for a room, and what they answer in the thread is never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import uuid5

from bot.conversation import Message, Option, Rotation
from bot.outward import PRIVATE
from bot.ports import DueRoom, RoomPost
from prompts.library import Library
from prompts.script import SOURCE_LOCALE
from scheduler.recurrence import Days, Recurrence, next_after, zone_named

#: A week for each principle, or for each element of the stance, by the names of its words; then a week in which to
#: pause; then from the beginning.
PAUSE: Final = "room-8"
ROTATIONS: Final[Mapping[Rotation, tuple[str, ...]]] = {
    "principles": (*(f"room-{week}" for week in range(1, 8)), PAUSE),
    "stance": (*(f"stance-{week}" for week in range(1, 11)), PAUSE),
}
#: The script that goes with each of these words; its weeks are theirs.
SCRIPTS: Final[Mapping[str, str]] = {"room": "team-principles", "stance": "stance-rotation"}
#: The first of all Mondays at nine. Where that is no working day the question comes on the next one.
_START: Final = datetime.fromisoformat("2001-01-01T09:00")
_WEEKLY: Final = "FREQ=WEEKLY;BYDAY=MO"
WORKING: Final = frozenset({0, 1, 2, 3, 4})
#: How late a question may still come: until five in the afternoon. Who was down on that day asks in the next week.
LATEST: Final = timedelta(hours=8)
#: Whatever the hour at which a question came, from Monday morning to Friday evening, and even if people have just
#: moved, or a clock went back: a day later it is still the same week.
_SAME_WEEK: Final = timedelta(days=1)


def moment(now: datetime, zone: str, holidays: str = "") -> datetime:
    """The weekly moment that counts at `now`, in UTC: one that has come and is not too late, else the next one."""
    return coming(now - LATEST, zone, holidays)


def coming(now: datetime, zone: str, holidays: str = "") -> datetime:
    """The next weekly moment after `now`, in UTC. `holidays`: of which place, as `bot.territory` names it.

    A week without a working day has none: its moment falls on that of the week after it.
    """
    found = next_after(Recurrence(_START, zone, _WEEKLY, on_day_off="next"), Days(WORKING, holidays), now)
    assert found is not None, "the rule has no end"
    return found


def next_week(asked: datetime, zone: str, holidays: str = "") -> datetime:
    """The weekly moment of the week after the one in which a question was asked, in UTC."""
    local = (asked + _SAME_WEEK).astimezone(zone_named(zone))
    monday = local.date() + timedelta(days=7 - local.weekday())
    return coming(datetime.combine(monday, time(), local.tzinfo).astimezone(UTC), zone, holidays)


def post(library: Library, due: DueRoom) -> RoomPost:
    locale = due.room.locale if due.room.locale in library.locales else SOURCE_LOCALE
    question = uuid5(due.id, due.due.isoformat())
    return RoomPost(question, due.room, locale, weekly(library, locale, due.week, due.rotation))


def private_way(week: str) -> str:
    """The button under a week's question: it opens the private box, on the script that goes with it in that week."""
    kind, _, number = week.partition("-")
    script = SCRIPTS[kind]
    return f"{PRIVATE}:{script}:{number}"


def weekly(library: Library, locale: str, n: int, rotation: Rotation = "principles") -> Message:
    """The question of a room that was asked `n` before: what it is about, the question, and who can read a reply.

    Another rotation begins at that count, too.
    """
    weeks = ROTATIONS[rotation]
    week = weeks[n % len(weeks)]
    return Message(
        preface=(library.word(locale, week),),
        text=library.word(locale, f"{week}-question"),
        hint=library.word(locale, "room-thread"),
        input="choice",
        choices=(Option(id=private_way(week), label=library.word(locale, "room-reflect")),),
        prompt="greeting",
    )
