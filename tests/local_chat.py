"""A real shell over a real store with four people in it, for the tests of the web chat and of the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

from finders import Finds

from adapters.web.chat_log import ChatLog
from adapters.web.people import Person
from bot.events import Who
from bot.ports import Setup
from bot.turn import Shell
from prompts.library import Library, build, read_sources
from storage.store import temporary_store

TEAM = "First Steps"


def who(user: str) -> Who:
    return Who(platform="local", tenant="north", user=user)


#: Ada takes part, Ben and four more are in her team, Sam is their supervisor, Zoe is elsewhere.
PEOPLE = (
    Person(who("ada"), "Ada", TEAM),
    Person(who("ben"), "Ben", TEAM),
    Person(who("sam"), "Sam", TEAM),
    Person(who("zoe"), "Zoe"),
)


@cache
def library() -> Library:
    return build(read_sources())


@contextmanager
def open_shell() -> Iterator[tuple[Shell, ChatLog]]:
    with temporary_store(scripts=library().scripts.values()) as store:
        members = ("ada", "ben", "carmen", "dee", "eli", "fatima")
        team = Setup("local", "north", TEAM, members, ("sam",), zone="America/New_York", circle="All")
        store.set_up(team, datetime(2026, 11, 2, tzinfo=UTC))
        chat_log = ChatLog()
        yield Shell(library(), store, chat_log, finder=Finds()), chat_log
