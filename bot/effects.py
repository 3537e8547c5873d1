"""What a turn wants done beside changing the conversation. Law: the store does all of it, or none (law 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from bot.conversation import ConsentEvent, Conversation, Message, Purpose, Reflection, Reply


@dataclass(frozen=True, slots=True)
class Keep:
    """Private writing: sealed under the person's own key, gone after `until`."""

    reflection: Reflection
    until: date


@dataclass(frozen=True, slots=True)
class LetGo:
    """Deletes one reflection, and what it contributed while that can still be taken back.

    It may have been open until now: then it is gone from the conversation, and no backup brings it back.
    """

    reflection: UUID


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A kept reflection with other words of its person's in it, sealed in the place of what was."""

    reflection: Reflection


@dataclass(frozen=True, slots=True)
class KeepUntil:
    """The last day of each of these reflections is now another."""

    days: tuple[tuple[UUID, date], ...]


#: What a one-time link or code is for: a copy of everything of a person's, in a browser or by whoever runs it; or
#: entering the page of themes, for who supervises.
LinkPurpose = Literal["copy", "copy-code", "themes"]


@dataclass(frozen=True, slots=True)
class Issue:
    """A one-time link or code is valid from now on, until then or until it is used; only a hash of it is stored."""

    purpose: LinkPurpose
    token: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class NoteLook:
    """The person, who supervises, looked at the page of their groups today, which those who are in them can see."""


@dataclass(frozen=True, slots=True)
class Contribute:
    """Theme codes for the team's count, under a random id of their own.

    The store writes that id (`receipt`) into the sealed `reflection` that they came from, and nothing the other way.
    """

    receipt: UUID
    codes: tuple[str, ...]
    reflection: UUID


@dataclass(frozen=True, slots=True)
class Release:
    """A passage for the circle to read, under a random id of its own.

    `text_hash`: of the text that its writer saw last; the store refuses any other (DESIGN 4).
    """

    receipt: UUID
    text: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Unshare:
    """Takes back what was shared under this id, as long as it is not published."""

    receipt: UUID


@dataclass(frozen=True, slots=True)
class SendPacket:
    """What the person brings to supervision, for that supervisor (an id on the platform) alone, who is told.

    `text_hash`: of the text that its writer saw last; the store refuses any other (DESIGN 4). `until`: its last day.
    """

    packet: UUID
    to: str
    title: str = field(repr=False)
    on: date
    until: date
    text: str = field(repr=False)
    text_hash: str
    reflection: UUID


@dataclass(frozen=True, slots=True)
class WithdrawPacket:
    """Takes back what the person brought: it is deleted."""

    packet: UUID


@dataclass(frozen=True, slots=True)
class AskForTime:
    """That supervisor (an id on the platform) is told that the person asks for ten minutes; nothing else is kept."""

    to: str


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """One more link of the person's consent chain.

    `shown`: the very words that stood on the screen, and `notice_sha256` their hash; both are empty where nothing was
    shown. `since`: from when on what it says has held without a gap; `until`: the first day on which it holds no more.
    `wording`: a hash of the notice, without what was filled in. `processing`, `data`, `recipients`, `retention`: stable
    codes; `days`: the longest that words may be kept.
    """

    purpose: Purpose
    event: ConsentEvent
    choice: str
    notice_version: int
    notice_sha256: str
    locale: str
    surface: str
    shown: str = ""
    wording: str = ""
    since: datetime | None = None
    until: date | None = None
    processing: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    retention: tuple[str, ...] = ()
    days: int | None = None
    actor: Literal["person", "program"] = "person"


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Whatever of this person's was shared for this purpose, and is not published yet, is shared no more."""

    purpose: Literal["counting", "excerpts"]


@dataclass(frozen=True, slots=True)
class Plan:
    """When a check-in comes next, in the place of what was planned of it before; None: not until it is planned again.

    One that has come due already and waits for the clock is left alone. `first`: nothing is planned of it, for it is
    new, or has just come.
    """

    check_in: UUID
    due: datetime | None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message that is owed to the person's chat: neutral words, the same for every script. `until`: from then on it
    is not welcome any more, should it not have been sent."""

    message: Message
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """What a clock asked and has not been sent yet is not sent any more: it was answered, or is not welcome now."""


@dataclass(frozen=True, slots=True)
class SetTeam:
    """The team of this name is now these people: who is not named any more is taken out, and who is new is told."""

    team: str
    members: tuple[str, ...]
    supervisors: tuple[str, ...]
    settings: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class NameNever:
    """Names that are always taken out of what this person writes. The store keeps keyed hashes of them, and no word."""

    words: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ForgetNames:
    """Takes these off that list; None: all of them."""

    words: tuple[str, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NameLead:
    """This person (an id on the platform) leads the program from now on, and is told so."""

    user: str


@dataclass(frozen=True, slots=True)
class Live:
    """Where the person lives: an IANA zone."""

    zone: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The person has left the workspace: nothing is sent to them, and everything of theirs goes after the grace."""


@dataclass(frozen=True, slots=True)
class Return:
    """A person who had left is back."""


@dataclass(frozen=True, slots=True)
class EraseMe:
    """Everything of this person goes: key, rows, contributions that can still be taken back."""


Effect = (
    Keep
    | LetGo
    | Rewrite
    | KeepUntil
    | Issue
    | NoteLook
    | Contribute
    | Release
    | Unshare
    | SendPacket
    | WithdrawPacket
    | AskForTime
    | RecordConsent
    | TakeBack
    | Plan
    | Deliver
    | Recall
    | SetTeam
    | NameNever
    | ForgetNames
    | NameLead
    | Live
    | Leave
    | Return
    | EraseMe
)


@dataclass(frozen=True, slots=True)
class Scan:
    """Work the engine cannot do itself: look for what identifies people in a text."""

    text: str


@dataclass(frozen=True, slots=True)
class Need:
    """The step cannot be finished without this; the shell does it outside any transaction and steps again."""

    work: Scan


@dataclass(frozen=True, slots=True)
class Turn:
    """The outcome of a step. `illegal` names why an event changed nothing; the reply says it to the person."""

    conversation: Conversation
    reply: Reply
    effects: tuple[Effect, ...] = ()
    illegal: str = ""
