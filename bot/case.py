"""One event at one conversation, with what is needed to answer it. Pure; every change makes a new value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import position
from bot.conversation import Conversation, Facts, Memory, Session
from bot.events import Event, Found, Surface
from prompts.library import SMALL_THING, Library
from prompts.route import Route
from prompts.script import Question, Script, wording


@dataclass(frozen=True)
class Case:
    library: Library
    conversation: Conversation
    facts: Facts
    event: Event
    scans: tuple[Found, ...] = ()  # of the texts of this event
    #: Ways that were worked out already: one turn asks for the same way many times.
    _ways: list[tuple[Session, Route]] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def surface(self) -> Surface:
        return self.event.surface

    @property
    def locale(self) -> str:
        return self.conversation.locale

    @property
    def memory(self) -> Memory:
        return self.conversation.memory

    def word(self, name: str, **values: object) -> str:
        return self.library.word(self.locale, name, **values)

    def card(self, name: str) -> tuple[str, ...]:
        return self.library.card(self.locale, name, self.facts.program.resources)

    def script(self, session: Session) -> Script:
        return self.library.script(session.revision)

    def say(self, session: Session, key: str, *, back: bool = False) -> str:
        """`back`: what the person wanted to try stands in it, in their own words."""
        text = self.script(session).say(self.locale, key)
        if "{" not in text:
            return text
        own = {**self.facts.program.resources, SMALL_THING: session.back} if back else self.facts.program.resources
        return self.library.fill(self.locale, text, own)

    def asks(self, session: Session, step: Question, name: str = "text", *, back: bool = True) -> str:
        """A question, or its `hint`, in the wording whose turn it is."""
        return self.say(session, wording(step, session.use, name, self.script(session).weeks), back=back)

    def route(self, session: Session) -> Route:
        for known, way in self._ways:
            if known is session:
                return way
        way = position.route(self.script(session), session, self.memory)
        self._ways.append((session, way))
        return way

    def now(self, **changes: object) -> Case:
        """The case after the conversation has changed."""
        return replace(self, conversation=self.conversation.model_copy(update=changes))

    def moved(self, session: Session, way: Route) -> Case:
        """The case after the session has moved, along a way that has just been worked out."""
        case = self.now(session=session)
        case._ways.append((session, way))
        return case

    def each_session(self, change: Callable[[Session], Session]) -> Case:
        """The case with every session, open and waiting, as `change` makes it."""
        before = self.conversation
        session = change(before.session) if before.session else None
        waiting = tuple(map(change, before.waiting))
        return (
            self
            if (session, waiting) == (before.session, before.waiting)
            else self.now(session=session, waiting=waiting)
        )

    def at_event(self, event: Event) -> Case:
        """The same conversation at what an event turned out to be."""
        return replace(self, event=event)

    def remember(self, **changes: object) -> Case:
        return self.now(memory=self.memory.model_copy(update=changes))
