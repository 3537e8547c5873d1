"""A conversation with the pure engine, for tests: events in, the last reply and all effects at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from finders import Finds

from bot.conversation import Conversation, Facts, Message, Reply
from bot.effects import Effect, Need, Turn
from bot.engine import step
from bot.events import CheckInDue, Choose, Due, Event, Found, Open, Rate, Say, Surface, Write
from bot.ports import Finder
from bot.scanning import scan
from bot.turn import scanned
from prompts.library import Library, build, read_sources
from prompts.source import read_script

AT = datetime(2026, 11, 2, 16, 40, tzinfo=UTC)
#: Scripts of the tests alone, beside the shipped ones.
OWN = ("everything", "look-again", "series", "gentle")
#: Scripts that differ in more than their words, to be talked through where all would take long: a long and a short one,
#: one that is let go at its end, one with every kind of step, one that comes back, and a series.
KINDS = ("quick-visit", "between-sites", "difficult-moment", "everything", "look-again", "series")


@cache
def library() -> Library:
    """The shipped prompts and the tests' own scripts beside them."""
    sources = read_sources()
    own = (Path(__file__).parent / "library" / "scripts" / f"{name}.toml" for name in OWN)
    scripts = {**sources.scripts, **{path.stem: read_script(path) for path in own}}
    return build(type(sources)(**{**vars(sources), "scripts": scripts}))


def fresh() -> tuple[UUID, ...]:
    return tuple(uuid4() for _ in range(4))


@dataclass
class Talk:
    """One person's conversation; every call is one event and gives the reply's message."""

    facts: Facts = field(default_factory=lambda: Facts(circle=True))
    conversation: Conversation = field(default_factory=lambda: Conversation(id=uuid4()))
    at: datetime = AT
    turn: Turn | None = None
    effects: list[Effect] = field(default_factory=list)
    finder: Finder = field(default_factory=Finds)
    scanned: list[str] = field(default_factory=list)

    def take(self, event: Event) -> Turn:
        facts = self.facts.model_copy(update={"fresh": fresh()})
        turn, found = step(library(), self.conversation, facts, event), list[Found]()
        while isinstance(turn, Need):
            found.append(self.look_through(turn.work.text))
            turn = step(library(), self.conversation, facts, scanned(event, tuple(found)))
        self.turn, self.conversation = turn, turn.conversation
        self.effects += turn.effects
        return turn

    def look_through(self, text: str) -> Found:
        self.scanned.append(text)
        return scan(self.finder, text, ())

    @property
    def reply(self) -> Reply:
        assert self.turn is not None
        return self.turn.reply

    @property
    def message(self) -> Message:
        assert self.reply.message is not None
        return self.reply.message

    def say(self, text: str) -> Message:
        self.take(Say(at=self.at, text=text))
        return self.message

    def write(self, text: str, prompt: str | None = None) -> Message:
        self.take(Write(at=self.at, text=text, prompt=prompt))
        return self.message

    def look(self) -> Message:
        self.take(Open(at=self.at, page="talk"))
        return self.message

    def draft(self, text: str) -> None:
        self.take(Write(at=self.at, text=text, done=False))

    def tap(self, *values: str, surface: Surface = "private", prompt: str | None = None) -> Message:
        self.take(Choose(at=self.at, values=values, surface=surface, prompt=prompt))
        return self.message

    def rate(self, value: int) -> Message:
        self.take(Rate(at=self.at, value=value))
        return self.message

    def agree(self, script: str = "everything", words: str = "keep") -> Message:
        """Begins a script in private and answers the consent question."""
        self.say(f"reflect {script}")
        self.tap("private")
        return self.tap(words)

    def through(self, answers: Sequence[str | int | tuple[str, ...]]) -> Message:
        """Answers one question after another: words or labels, numbers, several choices."""
        for answer in answers:
            if isinstance(answer, int):
                self.rate(answer)
            elif isinstance(answer, tuple):
                self.tap(*answer)
            else:
                self.write(answer)
        return self.message

    def later(self, **delta: float) -> None:
        self.at += timedelta(**delta)

    def effects_of(self, kind: type[Effect]) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kind)]


def came_due(at: datetime, script: str = "between-sites", check_in: UUID | None = None) -> CheckInDue:
    """A reminder that no rule names: it says itself what it asks."""
    return CheckInDue(at=at, dues=(Due(check_in=check_in or uuid4(), due=at, script=script),))
