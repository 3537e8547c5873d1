"""What can happen to a conversation. Law: an event is a fact that carries its own time; it can do nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.deidentify import Label, Tier

#: Where a person acted, and where the answer is shown. `none`: nobody acted (a clock did).
Surface = Literal["private", "message", "none"]
Value = str | int


class Frozen(BaseModel):
    """Immutable, no unknown keys, and never quoting its input in an error: that input may be a reflection."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


#: Clocks beyond these are wrong, and calendars end not far beyond.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

Moment = Annotated[AwareDatetime, Field(ge=EARLIEST, lt=LATEST)]


class _Event(Frozen):
    at: Moment


class _Acted(_Event):
    surface: Surface = "private"
    #: The prompt that the button or box belonged to (`Message.prompt`); None where the surface cannot tell.
    prompt: str | None = None


class Say(_Event):
    """Typed in the chat, where the platform keeps it. `files`: a recording, a picture or another file came with it, or
    alone; nobody fetches it."""

    kind: Literal["say"] = "say"
    text: str
    files: bool = False
    surface: Literal["message"] = "message"


#: A prompt that no question has, of what is typed beside every box (behind a slash command): it is put aside instead of
#: being taken for an answer.
BESIDE = "command"


class Write(_Acted):
    """Typed on a private surface. `done=False`: a draft, handed over while the person was still typing or left."""

    kind: Literal["write"] = "write"
    text: str
    done: bool = True


class Choose(_Acted):
    """One or several choices tapped, by id. `done=False`: ticks handed over before the person went on, as a draft."""

    kind: Literal["choose"] = "choose"
    values: tuple[str, ...]
    done: bool = True


class Rate(_Acted):
    kind: Literal["rate"] = "rate"
    value: int


CommandName = Literal[
    "reflect", "help", "back", "skip", "pause", "resume", "stop", "restart", "language", "delete", "safety", "breathe",
]  # fmt: skip


class Command(_Acted):
    """Something a person may say at any moment. `argument`: a script's slug or a language."""

    kind: Literal["command"] = "command"
    name: CommandName
    argument: str = ""


class Open(_Event):
    """Asks for a page."""

    kind: Literal["open"] = "open"
    page: str
    surface: Literal["private"] = "private"


class Submit(_Event):
    """A form of a page, filled in. `values`: field id to text, or to several."""

    kind: Literal["submit"] = "submit"
    form: str
    values: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    surface: Literal["private"] = "private"


class Due(Frozen):
    """One occurrence of a check-in. `script`: only of a reminder that a version before left, which no rule names."""

    check_in: UUID
    due: AwareDatetime
    script: str = ""


class CheckInDue(_Event):
    """Everything of one person that has come due by now, the oldest first."""

    kind: Literal["check-in-due"] = "check-in-due"
    dues: tuple[Due, ...]
    surface: Literal["none"] = "none"


class Replan(_Event):
    """Clocks of the world have changed, or a check-in failed: when each comes next is worked out anew."""

    kind: Literal["replan"] = "replan"
    surface: Literal["none"] = "none"


class Idled(_Event):
    """A reflection has been left alone for so long that it is put away (or its throwaway key has died)."""

    kind: Literal["idled"] = "idled"
    surface: Literal["none"] = "none"


#: What others did that a person is told of: the app was installed by them, they are asked in, they lead the program,
#: they supervise a group, somebody was named supervisor of theirs, brings them something or asks for time. `digest`:
#: what nobody did: a window was published.
NoticeName = Literal[
    "installed", "invited", "lead", "supervisor", "supervisor-named", "digest", "brought", "ten-minutes",
]  # fmt: skip


class Notice(_Event):
    """Others did something that this person is told of, in fixed neutral words.

    `person`: whom it is about, by their id on the platform; of a digest, the circle and its window, a slash between.
    """

    kind: Literal["notice"] = "notice"
    notice: NoticeName
    person: str = ""
    surface: Literal["none"] = "none"


class Met(_Event):
    """The profile of a person was read before they have said a word: they are spoken to as it says."""

    kind: Literal["met"] = "met"
    surface: Literal["none"] = "none"


class Joined(_Event):
    """The person installed the app or was added to a team."""

    kind: Literal["joined"] = "joined"
    surface: Literal["none"] = "none"
    happened: AwareDatetime | None = None  # by the platform's clock: what comes late may be overtaken


class Left(_Event):
    """The person left the workspace or removed the app."""

    kind: Literal["left"] = "left"
    surface: Literal["none"] = "none"
    happened: AwareDatetime | None = None


class Mark(Frozen):
    """Something in a text that may tell who it is about: code points, end exclusive. `auto`: replaced without asking;
    `ask`: the writer decides, before the text leaves their hands."""

    start: int
    end: int
    label: Label
    tier: Tier


class Found(Frozen):
    """What was found in one text. `foreign`: it is in a language whose names are not known here; `failed`: nobody could
    look, so it can be kept and not shared."""

    text_hash: str
    marks: tuple[Mark, ...] = ()
    foreign: bool = False
    failed: bool = False


class Scanned(_Event):
    """An event once more, with the outcome of every `Scan` that the engine asked for on its way."""

    kind: Literal["scanned"] = "scanned"
    of: Say | Write | Choose | Rate | Command | Open | Submit | Idled | Left
    found: tuple[Found, ...]
    surface: Surface = "private"


Event = Annotated[
    Say
    | Write
    | Choose
    | Rate
    | Command
    | Open
    | Submit
    | CheckInDue
    | Replan
    | Idled
    | Notice
    | Scanned
    | Met
    | Joined
    | Left,
    Field(discriminator="kind"),
]


class Who(Frozen):
    """A person as the platform names them. The same human on two platforms is two participants."""

    platform: str
    tenant: str
    user: str


class Inbound(Frozen):
    """One thing that came in, whatever the platform. `key` is the same when the platform sends it again."""

    key: str
    who: Who
    event: Event
    locale: str = ""  # of the person's profile; theirs until they choose another
    zone: str = ""  # of the person's profile: an IANA name, such as America/New_York
    names: tuple[str, ...] = Field(default=(), repr=False)  # of the person's profile: colleagues' names are taken out
    surface_ref: str = ""  # opaque to all but the adapter: a view id, a card's activity id
