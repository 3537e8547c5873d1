"""How a talk ends: what is stored of it, what the chat holds, what could not be read; and how two endings differ."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conformance import Act, Driver, Step, What, World, perform
from conftest import rows
from talks import library

from bot.conversation import Message, Page, Reply
from bot.events import Who
from storage import tables
from storage.store import SqlStore

# What is read


def said(reply: Reply | None) -> tuple[tuple[What, str], ...]:
    """All that a person is to read of a private reply. The place where nothing is open looks different everywhere."""
    if reply is not None and reply.page is not None:
        return tuple(("words", words) for words in _on(reply.page) if words)
    message = reply.message if reply else None
    if reply is None or reply.surface != "private" or message is None or message.prompt == "start":
        return ()
    labels = [option.label for option in message.choices if message.input != "scale"]
    words = (*message.preface, message.text, message.hint, *labels)
    more = (("title", message.title), ("ends", message.low), ("ends", message.high))
    return tuple(one for one in (*(("words", each) for each in words), *more) if one[1])  # type: ignore[misc]


def _on(page: Page) -> Iterator[str]:
    yield page.title
    yield from page.lines
    for section in page.sections:
        yield from (section.title, *section.lines)
        for one in section.exchanges:
            yield from (one.asked, one.answered, one.reply)


def line_of(message: Message) -> str:
    """A line of the chat: its words, and its buttons in brackets."""
    labels = (f"({option.label})" for option in message.choices)
    return " ".join(" ".join((*message.preface, message.title, message.text, message.hint, *labels)).split())


def unread_of(driver: Driver, act: Act) -> list[str]:
    """What was said and does not stand before the person's eyes. Where lines are broken is the surface's own affair."""
    if act.step == Step("do", "pause"):
        return []  # one way to do it is to close the window
    reads = driver.reads()
    if reads is None:
        return []
    wanted = [words for what, words in act.said if what not in driver.leaves_out]
    seen, other = _squeezed(reads), _in_other_words(driver)
    return [words for words in wanted if _squeezed(other.get(words, words)) not in seen]


def _in_other_words(driver: Driver) -> dict[str, str]:
    word, locales = library().word, library().locales
    return {word(one, name): word(one, other) for one in locales for name, other in driver.instead.items()}


def _squeezed(text: str) -> str:
    return "".join(text.split())


# What is stored


@dataclass(frozen=True)
class Ending:
    """`stored`: all of the person's; `chat`: what the chat holds; `unread`: what was said and could not be read."""

    stored: str
    chat: tuple[str, ...] | None = None
    unread: tuple[str, ...] = ()

    def lines(self, chat: bool = True) -> list[str]:
        lines = self.chat or () if chat else ()
        return [*self.stored.splitlines(), "in the chat:", *lines, "not read:", *self.unread]


#: How often it was saved; and whether the person put an app there, and when.
PLATFORMS_OWN: Any = {"revision": True, "memory": {"welcomed", "moved"}}


def stored(world: World, who: Who) -> str:
    """Everything of the person's as it is kept, without what is chance or the clock's, and how often it was saved."""
    store = world.store()
    try:
        return _comparable(json.dumps(_of(store, who, world.clock.now()), ensure_ascii=False, indent=1))
    finally:
        store.close()


def _of(store: SqlStore, who: Who, now: datetime) -> dict[str, Any]:
    with store.transaction() as turn:
        loaded = turn.load(who, now, page=True)
    waiting = sorted(one["due_at"] for one in rows(store, tables.check_ins) if one["state"] == "waiting")
    counted = rows(store, tables.contributions)
    return {
        "conversation": loaded.conversation.model_dump(mode="json", exclude=PLATFORMS_OWN),
        "reflections": [one.model_dump(mode="json") for one in store.reflections(who)],
        "contributions": sorted((json.loads(one["codes"]), one["window"]) for one in counted),
        "consents": [_without_chance(one) for one in store.consents(who)],
        "chain of consents whole": store.verify_consents(who),
        "asked next": [f"{moment:%Y-%m-%d %H:%M}" for moment in waiting],
        "still owed": sum(one["state"] == "pending" for one in rows(store, tables.deliveries)),
    }


def _without_chance(record: dict[str, Any]) -> dict[str, Any]:
    """A consent record without what is random, or the platform's name."""
    event = {name: record["event"][name] for name in ("type", "expires", "actor", "surface")}
    return {**record["processing"], "party": record["party"], "event": event}


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ROW = re.compile(r"\[\n +([^][{}]*?)\n +\]")
_INDENT = re.compile(r"\n +")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)")


def _comparable(text: str) -> str:
    """Ids in the order in which they come, so that the same id is still the same; short lists in one row."""
    seen: dict[str, str] = {}
    text = _ROW.sub(lambda found: f"[{_INDENT.sub(' ', found[1])}]", text)
    return _TIME.sub("(a time)", _ID.sub(lambda found: seen.setdefault(found[0], f"(id {len(seen)})"), text))


def difference(expected: Ending, found: Ending, name: str) -> str:
    """Line by line, "" where there is none. The chat is compared where the person sees one."""
    both = expected.chat is not None and found.chat is not None
    before, after = expected.lines(both), found.lines(both)
    return "\n".join(difflib.unified_diff(before, after, "the shell alone", name, n=4, lineterm=""))


async def held(driver: Driver, acts: Sequence[Act]) -> Ending:
    """The whole talk at one surface, and how it ends there."""
    driver.world.set_up(driver.who)
    unread: list[str] = []
    await driver.arrive()
    try:
        for act in acts:
            driver.world.clock.time = act.at
            await perform(driver, act)
            unread += (f"{act.step}: {words!r}" for words in unread_of(driver, act))
        chat = driver.chat()
    finally:
        await driver.depart()
    return Ending(stored(driver.world, driver.who), None if chat is None else tuple(chat), tuple(unread))
