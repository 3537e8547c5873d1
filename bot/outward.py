"""What of a message goes out into a chat, where the platform keeps it. Law: nothing else of it can be drawn there: no
draft, no tick, no exchange, not even how far somebody is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.conversation import PLACE as PLACE
from bot.conversation import Input, Message, Option

#: The way to the private box; it answers nothing itself, and is never a box to tick.
PRIVATE: Final = "private"


def leads_in(choice: str) -> bool:
    """Whether a button leads to the private box: there, or to a script of its own there ("private:script:week")."""
    return choice.partition(":")[0] == PRIVATE


@dataclass(frozen=True, slots=True)
class Said:
    preface: tuple[str, ...]
    title: str
    text: str
    hint: str
    input: Input
    choices: tuple[Option, ...]
    low: str
    high: str
    prompt: str
    person: str

    @classmethod
    def of(cls, message: Message) -> Said:
        return cls(*(getattr(message, name) for name in cls.__slots__))

    def question(self, choices: Sequence[Option]) -> Message:
        """What the private talk's own parts draw of it."""
        return Message(
            text=self.text, input=self.input, choices=tuple(choices), low=self.low, high=self.high, prompt=self.prompt
        )
