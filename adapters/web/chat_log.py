"""What a chat platform would have stored. Law: only what was delivered to a chat gets here, and it stays in memory."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.conversation import Option
from bot.events import Who
from bot.ports import Clock, Delivery
from bot.turn import SystemClock

#: So many of the newest lines of a person's chat are remembered.
KEPT_LINES = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of the chat as its platform would have stored it, and the buttons under it. `person`: the id of somebody
    whose name the line says."""

    at: datetime
    text: str
    buttons: tuple[Option, ...] = ()
    person: str = ""

    def naming(self, names: Mapping[str, str]) -> Kept:
        """The line with the name in its place."""
        name = names.get(self.person, self.person)
        return replace(self, text=self.text.replace("{person}", name)) if self.person else self


@dataclass
class ChatLog:
    """The messenger of the local chat."""

    clock: Clock = field(default_factory=SystemClock)
    _lines: dict[Who, deque[Kept]] = field(default_factory=dict)
    _sent: Counter[Who] = field(default_factory=Counter)

    async def send(self, delivery: Delivery) -> None:
        message = delivery.message
        line = Kept(self.clock.now(), " ".join((*message.preface, message.text)), message.choices, message.person)
        self._lines.setdefault(delivery.who, deque(maxlen=KEPT_LINES)).append(line)
        self._sent[delivery.who] += 1

    def lines(self, who: Who) -> tuple[Kept, ...]:
        return tuple(self._lines.get(who, ()))

    def sent(self, who: Who) -> int:
        """How many lines there have ever been; whether there are new ones."""
        return self._sent[who]
