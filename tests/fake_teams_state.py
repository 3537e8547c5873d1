"""What the fake Teams knows: tenants, people, teams, conversations and what stands in them. No HTTP in here."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]
Kind = Literal["personal", "channel", "groupChat"]
CARD: Final = "application/vnd.microsoft.card.adaptive"


class TeamsError(Exception):
    """An answer of the connector that is no success. `body`: where Teams does not use its usual envelope."""

    def __init__(self, status: int, code: str, message: str = "", body: Json | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.body = body or {"error": {"code": code, "message": message or code}}


class Rejected(NamedTuple):
    """Something that Teams would not take: an activity, or the answer to an invoke."""

    where: str
    faults: tuple[str, ...]
    payload: Any


class Call(NamedTuple):
    """A request of the bot's, as it came. `at`: by the fake's clock; `conversation`: where the path names one."""

    method: str
    at: float
    conversation: str
    body: Any
    token: str


@dataclass
class Clock:
    """Stands still until it is moved, or told to run."""

    start: float = field(default_factory=lambda: float(int(time.time())))
    _running_since: float | None = None

    @property
    def now(self) -> float:
        return self.start + (0.0 if self._running_since is None else time.monotonic() - self._running_since)

    def advance(self, seconds: float) -> None:
        self.start += seconds

    def run(self) -> None:
        self._running_since = time.monotonic()


@dataclass
class Person:
    """`aad`: empty for somebody who came in without an account. `member_id`: how this bot knows them."""

    handle: str
    tenant: str
    name: str
    aad: str
    member_id: str
    locale: str = "en-US"
    zone: str = "America/New_York"
    guest: bool = False
    #: Whether the app is installed in the personal scope.
    installed: bool = False
    blocked: bool = False


@dataclass
class Post:
    """A message of a conversation. `versions`: every state that was ever stored, the newest last."""

    id: str
    author: str
    versions: list[Json]
    #: The message that a thread of a channel began with.
    root: str = ""
    deleted: bool = False

    @property
    def now(self) -> Json:
        return self.versions[-1]

    @property
    def by_bot(self) -> bool:
        return self.author.startswith("28:")

    @property
    def cards(self) -> list[Json]:
        return [each["content"] for each in self.now.get("attachments") or []]


@dataclass
class Conversation:
    """`whose`: the handles of those who are in a personal or group chat; a channel has a team."""

    id: str
    tenant: str
    kind: Kind
    whose: tuple[str, ...] = ()
    team: MsTeam | None = None
    posts: list[Post] = field(default_factory=list)

    def post(self, activity_id: str) -> Post:
        found = next((each for each in self.posts if each.id == activity_id and not each.deleted), None)
        if found is None:
            raise TeamsError(404, "ActivityNotFoundInConversation", "The activity was not found.")
        return found


@dataclass
class MsTeam:
    """A team with its General channel, whose id is the team's own."""

    id: str
    tenant: str
    name: str
    group: str
    channel: Conversation = field(repr=False)
    members: list[str] = field(default_factory=list)
    #: Whether the app is in it.
    installed: bool = False


@dataclass
class Tenant:
    id: str
    people: dict[str, Person] = field(default_factory=dict)
    teams: list[MsTeam] = field(default_factory=list)


Where: TypeAlias = str | Tenant


def guid(*parts: str) -> str:
    """The same one for the same parts, so that a test reads the same each time."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


@dataclass
class Teams:
    """The whole of it. `rejected` should be empty at the end of a test."""

    clock: Clock = field(default_factory=Clock)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    #: Where the fake listens: http://127.0.0.1:PORT
    base: str = ""
    #: The registration.
    app_id: str = field(default_factory=lambda: guid("the bot"))
    app_name: str = "Afterword"
    #: Addresses that images may come from; data: addresses always may.
    own_urls: tuple[str, ...] = ()
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def service_url(self) -> str:
        return f"{self.base}/teams/"

    @property
    def bot_id(self) -> str:
        return f"28:{self.app_id}"

    # Making people and places.

    def tenant(self, tenant: str) -> Tenant:
        return self.tenants.setdefault(tenant, Tenant(tenant))

    def place(self, tenant: Where) -> Tenant:
        return tenant if isinstance(tenant, Tenant) else self.tenants[tenant]

    def person(
        self,
        tenant: Where,
        handle: str,
        *,
        name: str = "",
        locale: str = "en-US",
        zone: str = "America/New_York",
        aad: str | None = None,
        member_id: str = "",
        guest: bool = False,
    ) -> Person:
        """`aad`: an empty one is of somebody without an account."""
        place = self.place(tenant)
        aad = guid(place.id, handle) if aad is None else aad
        member_id = member_id or f"29:1{guid(place.id, handle, self.app_id).replace('-', '')}_A-z"
        made = Person(handle, place.id, name or handle.title(), aad, member_id, locale, zone, guest)
        place.people[handle] = made
        return made

    def team(self, tenant: Where, name: str, members: tuple[str, ...] = ()) -> MsTeam:
        place = self.place(tenant)
        number = self.number()
        channel = Conversation(f"19:{guid(place.id, str(number)).replace('-', '')}@thread.tacv2", place.id, "channel")
        made = MsTeam(channel.id, place.id, name, guid(place.id, name, str(number)), channel, list(members))
        channel.team = made
        self.conversations[channel.id] = channel
        place.teams.append(made)
        return made

    # Finding them again.

    def who(self, tenant: Where, handle: str) -> Person:
        return self.place(tenant).people[handle]

    def by_id(self, tenant: Where, name: str) -> Person | None:
        """Somebody by what a bot calls them: the id it knows them by, or that of the directory."""
        people = self.place(tenant).people.values()
        return next((each for each in people if name and name in (each.member_id, each.aad)), None)

    def personal(self, person: Person) -> Conversation:
        """The chat of somebody with the bot; there is only ever one."""
        name = f"a:1{guid(person.tenant, person.handle, 'chat').replace('-', '')}_-q"
        made = Conversation(name, person.tenant, "personal", (person.handle,))
        return self.conversations.setdefault(name, made)

    def group_chat(self, tenant: Where, *handles: str) -> Conversation:
        place = self.place(tenant)
        name = f"19:{guid(place.id, *handles).replace('-', '')}@thread.v2"
        return self.conversations.setdefault(name, Conversation(name, place.id, "groupChat", handles))

    def reachable(self, person: Person) -> bool:
        """Whether a bot may write to somebody: it is installed for them, or in a team of theirs."""
        theirs = (each for each in self.place(person.tenant).teams if person.handle in each.members)
        return person.installed or any(each.installed for each in theirs)

    def members(self, conversation: Conversation) -> list[Person]:
        handles = conversation.team.members if conversation.team else conversation.whose
        return [self.who(conversation.tenant, each) for each in handles]

    # Numbers and times.

    def number(self) -> int:
        return next(self._numbers)

    def message_id(self) -> str:
        """Milliseconds, as Teams has them, and never the same twice."""
        return str(int(self.clock.now * 1000) + self.number())

    # What a test asks for.

    def everything_stored(self, tenant: Where) -> list[Json]:
        """Every version of every message of every conversation, deleted ones too, and what people typed; no answers
        to invokes, and nothing of what was filled in."""
        kept = (each for each in self.conversations.values() if each.tenant == self.place(tenant).id)
        return [deepcopy(version) for each in kept for post in each.posts for version in post.versions]

    def called(self, *methods: str) -> list[Call]:
        return [call for call in self.calls if call.method in methods]
