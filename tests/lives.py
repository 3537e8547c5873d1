"""Somebody's days with the pure engine: a clock that goes on by itself, and the check-ins that come of it.

`Life` keeps what is planned as the store does: one waiting occurrence a check-in, and each exists once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from talks import Talk, library

from bot.conversation import Facts, Message, Page
from bot.effects import Deliver, Plan, Turn
from bot.events import CheckInDue, Due, Event, Open, Submit
from scheduler.recurrence import zone_named

NEW_YORK = "America/New_York"
#: A Monday, nine in the morning in New York.
MONDAY = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)


def facts(**changes: object) -> Facts:
    return Facts(circle=True, zone=NEW_YORK).model_copy(update=changes)


@dataclass
class Life(Talk):
    """`waiting`: when each check-in comes next; `claimed`: what has come, by check-in and moment; `chat`: what was sent
    there, and when."""

    facts: Facts = field(default_factory=facts)
    at: datetime = MONDAY
    waiting: dict[UUID, datetime] = field(default_factory=dict)
    claimed: set[tuple[UUID, datetime]] = field(default_factory=set)
    chat: list[tuple[datetime, Message]] = field(default_factory=list)

    def take(self, event: Event) -> Turn:
        turn = super().take(event)
        for effect in turn.effects:
            match effect:
                case Plan(check_in, due, _):
                    self._plan(check_in, due)
                case Deliver(message, until):
                    if until is None or until > event.at:
                        self.chat.append((event.at, message))
        return turn

    def _plan(self, check_in: UUID, due: datetime | None) -> None:
        before = self.waiting.get(check_in)
        if before is not None and before > self.at:
            del self.waiting[check_in]
        if due is not None and (check_in, due) not in self.claimed:
            self.waiting[check_in] = due

    # Time

    def tick(self) -> None:
        """What has come due by now, claimed and taken in one turn."""
        due = sorted((when, one) for one, when in self.waiting.items() if when <= self.at)
        if not due:
            return
        for when, one in due:
            del self.waiting[one]
            assert (one, when) not in self.claimed, "an occurrence exists once"
            self.claimed.add((one, when))
        self.take(CheckInDue(at=self.at, dues=tuple(Due(check_in=one, due=when) for when, one in due)))

    def until(self, moment: datetime) -> None:
        """Lets time go on, with a clock that ticks at every moment at which something is due."""
        while (following := min(self.waiting.values(), default=moment + timedelta(1))) <= moment:
            self.at = max(self.at, following)
            self.tick()
        self.at = moment

    def down_until(self, moment: datetime) -> None:
        """The same with a process that was down all the time, and is back."""
        self.at = moment
        self.tick()

    def on(self, wall: str) -> datetime:
        """A moment by the person's clock: "2026-11-03 15:00"."""
        return datetime.fromisoformat(wall).replace(tzinfo=zone_named(self.facts.zone)).astimezone(UTC)

    # What is seen

    def seen(self) -> list[tuple[str, str]]:
        """What came into the chat, by the person's clock."""
        return [(wall(self, at), message.text) for at, message in self.chat]

    def moments(self) -> list[str]:
        return [when for when, _ in self.seen()]

    def send(self, form: str, **values: str | tuple[str, ...]) -> Page:
        self.take(Submit(at=self.at, form=form, values=values))
        assert self.reply.page is not None
        return self.reply.page

    def page(self, name: str = "checkins") -> Page:
        self.take(Open(at=self.at, page=name))
        assert self.reply.page is not None
        return self.reply.page


def wall(life: Life, at: datetime) -> str:
    return at.astimezone(zone_named(life.facts.zone)).strftime("%a %d %H:%M")


def settled(at: datetime = MONDAY, **changes: object) -> Life:
    """Somebody who has agreed to keep their words, and has nothing open."""
    life = Life(at=at, facts=facts(**changes))
    life.agree("between-sites")
    life.write("stop")
    life.chat.clear()
    return life


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


def kinds(life: Life) -> Iterator[str]:
    return (one.kind for one in life.conversation.memory.check_ins)
