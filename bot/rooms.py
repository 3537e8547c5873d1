"""Rooms: what is posted there, and when. Law: one question a week, the same for everybody, and nothing after it, ever.

Pure. What people answer in private is counted nowhere for a room, and what they answer in the thread is never read.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

from bot.conversation import Message, Option
from bot.ports import DueRoom, RoomPost
from prompts.library import Library
from prompts.script import SOURCE_LOCALE
from scheduler.recurrence import weekly_after

#: A principle a week, then a week in which to pause; then from the beginning.
WEEKS: Final = 8
MONDAY: Final = 0
MORNING: Final = "09:00"
#: How late a question may still come: until five in the afternoon. Who was down on that day asks in the next week.
LATEST: Final = timedelta(hours=8)
#: Into the week after a question: whatever the hour at which it came, and even if people have just moved, or a clock
#: went back, there is no other moment of the same week.
_NEXT_WEEK: Final = timedelta(days=3)


def moment(now: datetime, zone: str) -> datetime:
    """The weekly moment that counts at `now`, in UTC: one that has come and is not too late, else the next one."""
    return weekly_after(now - LATEST, zone, MONDAY, MORNING)


def coming(now: datetime, zone: str) -> datetime:
    """The next weekly moment after `now`, in UTC."""
    return weekly_after(now, zone, MONDAY, MORNING)


def next_week(asked: datetime, zone: str) -> datetime:
    """The weekly moment of the week after the one in which a question was asked, in UTC."""
    return coming(asked + _NEXT_WEEK, zone)


def post(library: Library, due: DueRoom) -> RoomPost:
    locale = due.room.locale if due.room.locale in library.locales else SOURCE_LOCALE
    question = uuid5(due.id, due.due.isoformat())
    return RoomPost(question, due.room, locale, weekly(library, locale, due.week))


def weekly(library: Library, locale: str, n: int) -> Message:
    """The question of a room that was asked `n` before: the principle, the question, and who can read a reply."""
    week = n % WEEKS + 1
    return Message(
        preface=(library.word(locale, f"room-{week}"),),
        text=library.word(locale, f"room-{week}-question"),
        hint=library.word(locale, "room-thread"),
        input="choice",
        choices=(Option(id="private", label=library.word(locale, "room-reflect")),),
        prompt="greeting",
    )
