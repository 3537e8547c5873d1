"""Somebody who answers whatever is asked, in private, with words that can be found again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from bot.conversation import Message
from bot.events import Choose, Command, Event, Rate, Who, Write

#: Ways out of a question; nobody here takes them.
ASIDE = ("half-hour", "day-end", "tomorrow", "not-today")
#: What is taken wherever it is offered.
WANTED = ("keep", "never")


@dataclass
class Person:
    """`told`: the markers of every finished reflection; `telling`: those of the one that is open."""

    who: Who
    script: str
    chance: Random
    message: Message | None = None
    told: list[tuple[str, ...]] = field(default_factory=list)
    telling: list[str] = field(default_factory=list)
    words: int = 0

    @property
    def idle(self) -> bool:
        """No question is waiting for this person."""
        return self.message is None or self.message.input == "none" or self.message.prompt == "start"

    def next(self, at: datetime) -> Event:
        """What they do about the last message. It is counted as done: whoever sends it must see to that."""
        message = self.message
        if message is None or self.idle:
            return Command(at=at, name="reflect", argument=self.script)
        match message.input:
            case "text":
                return Write(at=at, text=f"{message.draft} {self.marker()}", prompt=message.prompt)
            case "scale":
                return Rate(at=at, value=self.chance.randint(1, 5), prompt=message.prompt)
        offered = [option.id for option in message.choices]
        if message.input == "multi":
            return Choose(at=at, values=tuple(self.chance.sample(offered, 2)), prompt=message.prompt)
        return Choose(at=at, values=(self.choice(offered),), prompt=message.prompt)

    def choice(self, offered: list[str]) -> str:
        for one in WANTED:
            if one in offered:
                return one
        if "done" in offered:
            self.told.append(tuple(self.telling))
            self.telling.clear()
            return "keep-mine" if "keep-mine" in offered else "done"
        return self.chance.choice([one for one in offered if one not in ASIDE and ":" not in one])

    def marker(self) -> str:
        self.words += 1
        self.telling.append(f"<{self.who.user} {self.words}>")
        return f"What stayed with me was {self.telling[-1]}, and then it was quiet."
