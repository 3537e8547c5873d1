"""What the shell needs from the outside. Law: nothing crosses a port but these types and these errors.

The store is synchronous and runs on threads of its own; everything else is asynchronous.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from bot.conversation import Conversation, Facts, Message, Reflection, Rotation
from bot.deidentify import Known, Span
from bot.effects import Effect, LinkPurpose
from bot.events import Due, NoticeName, Who
from bot.snapshot import Report
from prompts.script import Script

T = TypeVar("T")

#: A delivery that is committed is leased to the process that committed it for this long.
LEASE_SECONDS = 30


class Later(Exception):
    """Sending failed for now; try again after so many seconds."""

    def __init__(self, after: float = 0.0) -> None:
        super().__init__("later")
        self.after = after


class ConversationGone(Exception):
    """The person cannot be reached there any more: stop trying, stop their check-ins."""


class InstallationGone(Exception):
    """The whole workspace is gone: uninstalled, or its token was revoked."""


class OurBug(Exception):
    """The platform refuses what we made; trying again would not help."""


class Refusal(Exception):
    """Said to a person (or an operator) in one kind, clear sentence. `words` never hold what somebody wrote."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class LostRace(Exception):
    """Somebody else changed the conversation first: load and step again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message owed to a person's chat. Ordered by (conversation, revision, n)."""

    id: UUID
    conversation: UUID
    revision: int
    n: int
    who: Who
    locale: str
    message: Message
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """What has come due of one person and nobody else has claimed: check-ins, all at once, or one notice."""

    who: Who
    dues: tuple[Due, ...]
    notice: NoticeName | None = None  # something to be told instead of something to be asked
    person: str = ""  # whom the notice is about


@dataclass(frozen=True, slots=True)
class Loaded:
    """A person's conversation and circumstances. `scripts`: revisions that its sessions are pinned to; `left`: they
    were said to have left the workspace, or their chat is out of reach."""

    conversation: Conversation
    facts: Facts
    scripts: tuple[Script, ...] = ()
    left: bool = False


class Role(NamedTuple):
    """What somebody is in a team, which is in a circle."""

    role: str
    team: str
    since: date
    circle: str


class Counted(NamedTuple):
    """Themes of one reflection that wait for their window to be published. `window`: its first week."""

    circle: str
    window: str
    codes: tuple[str, ...]


class Owed(NamedTuple):
    """A line that has not been sent to somebody's chat yet."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Everything:
    """All that is stored of one person, opened. `records`: what they agreed to, and `whole`: none of it is missing or
    was changed; `planned`: when each check-in comes next; `looked`: circles whose page they opened, and when."""

    who: Who
    workspace: str
    loaded: Loaded
    joined: date
    left: date | None
    roles: tuple[Role, ...]
    records: tuple[dict[str, Any], ...] = field(repr=False)
    whole: bool
    planned: tuple[tuple[UUID, datetime], ...]
    counted: tuple[Counted, ...]
    owed: tuple[Owed, ...] = field(repr=False)
    looked: tuple[tuple[str, date], ...]
    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the app may act, and as whom. `tenant` is that of `Who`: a workspace, or a whole organization.

    `expires`: of the token, where tokens are rotated; `installer`: who may name the program's lead; `id`: given by the
    store, so that a token renewed with `replace` is not saved where the installation has gone meanwhile.
    """

    platform: str
    tenant: str
    bot_user: str
    token: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires: datetime | None = None
    organization: bool = False
    installer: str = ""
    id: UUID | None = field(default=None, repr=False, compare=False)


class Installations(Protocol):
    """Synchronous, like the store, and safe on its threads."""

    def find(self, platform: str, tenant: str) -> Installation | None: ...

    def save(self, installation: Installation, at: datetime) -> None:
        """New, renewed or come back; whoever installed it is told, once, what comes next."""

    def remove(self, platform: str, tenant: str, at: datetime) -> None:
        """Tokens go at once; nothing more is sent there; what people wrote goes after the grace, unless it is
        installed again."""

    def present(self, platform: str, tenant: str) -> None:
        """The app is there by a token that is not kept here: what people wrote stays."""

    def claim_renewal(self, platform: str, tenant: str, now: datetime) -> bool:
        """Whether this process is the one that renews the token now; for half a minute no other one does."""

    def issue_state(self, now: datetime) -> str:
        """A random value that proves where an installation was begun."""

    def use_state(self, state: str, now: datetime) -> bool:
        """Whether it was issued here in the last ten minutes, and never used."""


class References(Protocol):
    """Where a person's chat is on the platform, in the adapter's own words. Synchronous."""

    def find(self, who: Who) -> str:
        """An empty string where nothing is known."""

    def save(self, who: Who, reference: str) -> None:
        """Does nothing for a person who is not known."""


@dataclass(frozen=True, slots=True)
class Room:
    """A channel in which the bot is a guest. `external`: its id on the platform; `reference`: where it is, in the
    adapter's own words. Being a guest is the switch: once a week a question is posted there."""

    platform: str
    tenant: str
    external: str = field(repr=False)
    reference: str = field(repr=False)
    name: str = field(default="", repr=False)
    locale: str = "en"
    since: datetime | None = None  # of this news of it, by the platform's clock


@dataclass(frozen=True, slots=True)
class DueRoom:
    """A room whose weekly moment has come, leased to this process until `until`. `week`: how many questions it was
    asked before, whatever the rotation; `due`: which weekly moment this one is for."""

    id: UUID
    room: Room
    week: int
    due: datetime
    until: datetime
    rotation: Rotation = "principles"


@dataclass(frozen=True, slots=True)
class RoomPost:
    """A question as it goes to a room. `id` is the same however often it has to be tried."""

    id: UUID
    room: Room
    locale: str
    message: Message


class Rooms(Protocol):
    """Synchronous, like the store, and safe on its threads."""

    def save(self, room: Room, at: datetime, key: str) -> None:
        """New, renamed or moved. A new one is asked at the next weekly moment; any other keeps its own. `key`: what the
        platform calls the news; of the same it takes no notice again."""

    def remove(self, room: Room, at: datetime, key: str) -> None:
        """The bot is no guest there any more; does nothing where it was none."""

    def all(self, platform: str, tenant: str) -> tuple[Room, ...]:
        """By name."""

    def due(self, platform: str, now: datetime, limit: int) -> tuple[DueRoom, ...]:
        """Leases rooms whose weekly moment has come and that nobody holds. One that could not be asked on that day
        waits for the next week: nobody is asked at night, or twice to make up for a week without."""

    def asked(self, due: DueRoom, now: datetime) -> None:
        """It was posted: the next one is due in a week. Does nothing where that is noted already."""

    def put_back(self, due: DueRoom, error: Exception, now: datetime) -> None:
        """Later: tried again after a while, on the same day; ConversationGone: the bot is no guest there any more;
        the other errors: the same question next week."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sits at a browser that a one-time link has let in. `locale`: which they chose for their talks, if they did;
    `proof`: what each form of that browser's carries."""

    who: Who
    locale: str
    proof: str = field(repr=False)


class Sessions(Protocol):
    """Browsers that are let in, each for some hours. Synchronous, like the store, and safe on its threads."""

    def enter(self, token: str, now: datetime, before: str = "") -> str | None:
        """Uses a one-time link up for a new cookie, and ends the session that the browser had `before`; None for a link
        that is wrong, was used, is over, or is for something else."""

    def let_in(self, who: Who, now: datetime, before: str = "") -> str | None:
        """The same with no link; None for somebody who is not known."""

    def holder(self, cookie: str, now: datetime) -> Visitor | None:
        """None for a cookie that is wrong, was ended or is over, and for whoever has left."""

    def end(self, cookie: str, now: datetime) -> None: ...


class Reports(Protocol):
    """What supervisors may read, beside the conversation. Synchronous, like the store, and safe on its threads."""

    def of(self, who: Who, now: datetime) -> tuple[Report, ...]:
        """Of every circle that this person supervises at this moment, by name; nothing for anybody else."""

    def looked(self, who: Who, circle: str, now: datetime) -> bool:
        """Notes that they opened the page of that circle on this day; False where they do not supervise it now."""


class Transaction(Protocol):
    """One transaction on the main database. Leaving the block commits; an exception undoes everything."""

    def seen(self, who: Who, key: str, at: datetime) -> bool:
        """Notes a dedupe key; True where it was there already."""

    def load(self, who: Who, at: datetime, *, page: bool = False) -> Loaded:
        """The person's conversation, made on first contact. `page`: with all facts that a page shows."""

    def save(
        self, before: Conversation, after: Conversation, effects: Sequence[Effect], at: datetime, who: Who
    ) -> tuple[Delivery, ...]:
        """Writes the next revision and all effects; gives the deliveries, leased to this process.

        Raises LostRace where `before` is no longer what is stored.
        """

    def heard(self, platform: str, tenant: str, names: Sequence[str]) -> None:
        """Names of people of a workspace, as their accounts have them: keyed hashes of those that are new are kept,
        and nothing that tells whose they are. Does nothing for a workspace that is not known."""

    def names(self, who: Who) -> tuple[Known, ...]:
        """What a scan of this person's words takes for a name: their own list, and the people of their workspace."""

    def keep_script(self, script: Script) -> None:
        """Stores a revision that a session is beginning to use."""

    def claim_due(self, now: datetime, limit: int) -> tuple[Claimed, ...]:
        """Claims due check-ins of up to so many people: each is given once, to one process."""

    def replanned(self, who: Who) -> None:
        """Notes that somebody's check-ins were planned anew."""

    def idle(self, today: date, limit: int) -> tuple[Who, ...]:
        """People whose reflection has been left alone until today, or whose throwaway key has died."""

    def savepoint(self) -> AbstractContextManager[None]:
        """One person's part of a batch: undone alone when it fails."""

    def fail_check_in(self, claimed: Claimed) -> None:
        """Marks what was claimed as failed."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A team as an administrator sets it up. Users are platform ids."""

    platform: str
    tenant: str
    team: str
    members: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    zone: str = "UTC"
    circle: str = ""
    settings: dict[str, object] = field(default_factory=dict)


class Store(Protocol):
    @property
    def installations(self) -> Installations: ...

    @property
    def references(self) -> References: ...

    @property
    def rooms(self) -> Rooms: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def reports(self) -> Reports: ...

    def ready(self) -> None:
        """Raises Refusal while a database cannot be reached."""

    def transaction(self) -> AbstractContextManager[Transaction]: ...

    def after_commit(self) -> None:
        """Destroys keys whose rows the last transactions of this thread gave up (key store after main store)."""

    def to_replan(self, now: datetime, limit: int) -> tuple[Who, ...]:
        """People whose check-ins were planned by an older version of the zone data, failed, or stopped while they were
        out of reach."""

    def owed(self, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Leases deliveries that are due and that nobody holds, in order, at most one a conversation."""

    def sent(self, delivery: UUID) -> None: ...

    def failed(self, delivery: UUID, error: Exception, now: datetime) -> None:
        """Puts a delivery back (Later, with backoff) or declares it dead (the other errors)."""

    def set_up(self, setup: Setup, at: datetime) -> None: ...

    def set_lead(self, who: Who, at: datetime) -> None:
        """Names who leads the program, for whoever runs the installation; they are told so."""

    def erase(self, who: Who, at: datetime, *, stays: bool = False) -> bool:
        """Everything of a person goes; False where nobody of that name is known.

        `stays`: they are in their teams as before, as somebody who has never said a word: whoever sees the team's list
        must not see who erased.
        """

    def reflections(self, who: Who) -> tuple[Reflection, ...]: ...

    def holder(self, purpose: LinkPurpose, token: str, now: datetime) -> Who | None:
        """Whose one-time link or code that is; None for one that is wrong, was used or is over."""

    def used(
        self, purpose: LinkPurpose, token: str, who: Who, now: datetime, make: Callable[[Everything], T]
    ) -> T | None:
        """Uses up a link or code of this person's for what is made of all that is stored of them; None where it is not
        good. Where making it fails, it is as good as before."""

    def publish(self, now: datetime, sensitive: Collection[str]) -> None:
        """Closes and publishes windows of circles that are over. `sensitive`: codes that need more people."""

    def sweep(self, now: datetime) -> None:
        """What time takes away: retention, old dedupe keys, throwaway keys, sent deliveries. Reports this process."""

    def known(self, who: Who) -> bool:
        """Whether anything is stored of them."""

    def people(self) -> tuple[tuple[Who, str], ...]:
        """Everybody known, with the team's name; for the local chat and the command line."""

    def close(self) -> None: ...


class Messenger(Protocol):
    async def send(self, delivery: Delivery) -> None:
        """Sends one message. Raises Later, ConversationGone, InstallationGone or OurBug, nothing else."""


class RoomMessenger(Protocol):
    async def post(self, post: RoomPost) -> None:
        """Posts one question in a room. Raises as `Messenger.send` does. It may be cancelled while it waits."""


class Finder(Protocol):
    """Looks for what tells who a text is about (`bot.deidentify.Detector`)."""

    def find(self, text: str, known: tuple[Known, ...] = ()) -> tuple[Span, ...]: ...

    def foreign(self, text: str) -> bool:
        """Whether it is in a language whose names it does not know."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""
