"""The conformance suite: a talk ends in the same conversation, contributions and words on whatever surface it is held.

A new platform gets all of it for one file and one line. The line is in `conformance_drivers.py`. The file has a
`Driver` (`conformance_slack.py` is the fullest example): a person at that surface, who sees, taps, types, leaves and
comes back as people do there, against the real adapter. It says

- `who`: the person, as the platform names people; `lacks`: what no person can do there (`Lack`); `leaves_out`: what
  cannot be read there (`What`); `instead`: words of the bot's that stand there in others, by their names in `app.toml`;
- `arrive`, `depart`: the program with the adapter begins on the world's databases and clock, and ends at once;
- `reads`: all that stands before the person's eyes after what they did last; `chat`: each line of the bot's that the
  chat holds, oldest first, as `line_of` writes it; None where the person sees no chat;
- a method for each thing that people do. It fails where the surface does not offer what is to be tapped or typed into.

The talks are `transcripts/*.txt` and `talks/*.txt`, read by `conformance_talks.py`. Each is held with the shell alone
first (`conformance_engine.py`), and that run is what all others are compared with.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from conftest import Pair
from finders import Finds
from shells import Wristwatch
from talks import library

from bot.conversation import Option
from bot.events import Who
from bot.ports import Messenger, Setup
from bot.turn import Shell
from scheduler.ticker import tick
from storage.keyring import Keyring
from storage.store import SqlStore, open_store

#: What a surface may not have: a chat that keeps what is typed there; a line to type in at a question that is answered
#: by tapping; a way to put other words in place of those in the box; a way to be told of words that were not sent.
Lack = Literal["chat", "line", "rewriting", "unsent"]
Doing = Literal[
    "say", "write", "rewrite", "add", "send", "line", "unsent", "choose", "rate", "do", "open", "later", "again"
]  # fmt: skip

#: What of a reply is to be read: its words, the title over a text, what the ends of a scale mean.
What = Literal["words", "title", "ends"]

ZONE = "America/New_York"


@dataclass(frozen=True)
class Step:
    """One line of a talk."""

    doing: Doing
    text: str = ""

    def __str__(self) -> str:
        return f"> {self.doing} {self.text}".strip()


@dataclass(frozen=True)
class Act:
    """A step with what the run of the shell alone knows of it: what is needed to do it anywhere, and what is said then.

    `typed`: the very words where they were typed at a question without a box; the step is then what they meant.
    `before`: what stands in the box. `in_chat`: the tap is on a line of the chat.
    """

    step: Step
    at: datetime
    options: tuple[Option, ...] = ()
    in_chat: bool = False
    typed: str = ""
    before: str = ""
    said: tuple[tuple[What, str], ...] = ()


@dataclass
class World:
    """One installation where nothing has happened yet. `chat`: whether the person types into a chat there."""

    pair: Pair
    ring: Keyring
    chat: bool = True
    clock: Wristwatch = field(default_factory=Wristwatch)

    def store(self) -> SqlStore:
        return open_store(self.pair.main, self.pair.keys, self.ring, scripts=library().scripts.values())

    def set_up(self, who: Who) -> None:
        """The person's team, which is large enough for their themes to be counted."""
        members = (who.user, *(f"{who.user}-colleague-{number}" for number in range(5)))
        store = self.store()
        store.set_up(Setup(who.platform, who.tenant, "First Steps", members, zone=ZONE, circle="All"), self.clock.now())
        store.close()


class Driver(ABC):
    """A person at one surface."""

    name: ClassVar[str]
    who: ClassVar[Who]
    lacks: ClassVar[frozenset[Lack]] = frozenset()
    leaves_out: ClassVar[frozenset[What]] = frozenset()
    instead: ClassVar[Mapping[str, str]] = {}

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    async def arrive(self) -> None: ...

    @abstractmethod
    async def depart(self) -> None: ...

    async def again(self) -> None:
        """The program has been started anew, and the person is at another device. What the platform keeps is kept."""
        await self.depart()
        await self.arrive()

    @abstractmethod
    async def later(self, now: datetime) -> None:
        """It is that time now, and the program's clock has gone by once."""

    @abstractmethod
    def reads(self) -> str | None:
        """None where what was asked for can be had, but not from there."""

    @abstractmethod
    def chat(self) -> Sequence[str] | None: ...

    async def say(self, text: str) -> None:
        """Types into the chat, where it is kept."""
        raise NotImplementedError

    @abstractmethod
    async def write(self, text: str) -> None:
        """Puts this into the box, in place of what stands there, and sends it."""

    @abstractmethod
    async def add(self, text: str, before: str) -> None:
        """Writes this on a line below what stands in the box (nothing more, where it is empty), and sends it all."""

    async def unsent(self, text: str) -> None:
        """Types into the box, and does not send it."""
        raise NotImplementedError

    async def line(self, text: str) -> None:
        """Types this at a question that is answered by tapping."""
        raise NotImplementedError

    @abstractmethod
    async def choose(self, options: Sequence[Option], in_chat: bool) -> None: ...

    @abstractmethod
    async def rate(self, number: int) -> None: ...

    @abstractmethod
    async def command(self, name: str, argument: str) -> None:
        """Any of what a person may do at any moment; "reflect" and "language" may have an argument."""

    @abstractmethod
    async def continue_privately(self) -> None:
        """From the chat, or from wherever they are, to the private place."""

    @abstractmethod
    async def open(self, page: str) -> None: ...


class Local(Driver):
    """A driver whose adapter runs in this process on a shell of its own."""

    shell: Shell

    @abstractmethod
    def messenger(self) -> Messenger: ...

    async def arrive(self) -> None:
        self.shell = Shell(library(), self.world.store(), self.messenger(), 1, self.world.clock, finder=Finds())

    async def depart(self) -> None:
        await self.shell.close()

    async def later(self, now: datetime) -> None:
        self.world.clock.time = now
        await tick(self.shell, now)
        await self.shell.drained()


# Doing


async def perform(driver: Driver, act: Act) -> None:
    text = act.step.text
    if act.typed and "line" not in driver.lacks:
        return await driver.line(act.typed)
    match act.step.doing:
        case "say":
            await driver.say(text)
        case "write" | "rewrite":
            await driver.write(text)
        case "add" | "send":
            await driver.add(text, act.before)
        case "unsent":
            await driver.unsent(text)
        case "line":
            await driver.line(text)
        case _:
            await _tap(driver, act, text)


async def _tap(driver: Driver, act: Act, text: str) -> None:
    match act.step.doing:
        case "choose" if text == "private":
            await driver.continue_privately()
        case "choose":
            await driver.choose(act.options, act.in_chat)
        case "rate":
            await driver.rate(int(text))
        case "do":
            await driver.command(*text.partition(" ")[::2])
        case "open":
            await driver.open(text)
        case "later":
            await driver.later(act.at)
        case "again":
            await driver.again()
