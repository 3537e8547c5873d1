"""A visitor's tour of the demo. Law: it follows what really happened, and plays nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.conversation import Reply

Stop = Literal["reflect", "kept", "weeks", "find", "over"]

#: In this order. "reflect": a minute of one's own; "kept": what became of it; "weeks": time goes by; "find": looking
#: for a person in what a supervisor sees.
STOPS: tuple[Stop, ...] = ("reflect", "kept", "weeks", "find")

#: The script of the first stop.
SCRIPT = "between-sites"


@dataclass(slots=True)
class Tour:
    """Where the visitor of this run is. `weeks`: whether time can be made to go by; `sought`: what came of looking for
    the person is shown."""

    weeks: bool
    stop: Stop = "reflect"
    sought: bool = False

    @property
    def stops(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in STOPS if self.weeks or stop != "weeks")

    @property
    def number(self) -> int:
        return self.stops.index(self.stop) + 1

    def saw(self, reply: Reply, waits: bool) -> None:
        """The first stop is over when a reflection is; one that `waits` goes on later."""
        if self.stop == "reflect" and reply.closed and not waits:
            self.stop = "kept"

    def go(self, way: Literal["forward", "end", "begin", "find"]) -> None:
        self.sought = way == "find"
        following = (*self.stops, "over", "over")
        match way:
            case "forward":
                self.stop = following[following.index(self.stop) + 1]
            case "end":
                self.stop = "over"
            case "begin":
                self.stop = "reflect"


def words_for(stop: Stop, reply: Reply) -> str:
    """The name of what the tour says: at the first stop it goes along with the talk."""
    message = reply.message
    if stop != "reflect":
        return stop
    if message is not None and message.prompt == "start":
        return "begin"
    writes = message is not None and message.script == SCRIPT and message.input == "text" and not message.draft
    return "write" if writes else "answer"
