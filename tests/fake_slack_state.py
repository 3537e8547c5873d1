"""What the fake Slack knows: workspaces, people, direct messages, tokens, triggers, open views. No HTTP in here."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

TRIGGER_SECONDS: Final = 3.0
APP_ID: Final = "A0FAKE"
SCOPES: Final = frozenset({
    "commands", "chat:write", "im:write", "users:read", "im:history", "channels:read", "groups:read",
})  # fmt: skip

Json = dict[str, Any]


class SlackError(Exception):
    """An answer {"ok": false}; `more` goes into it beside the error."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


class Rejected(NamedTuple):
    """A payload that Slack's rules refused."""

    method: str
    faults: tuple[tuple[str, str], ...]
    payload: Any


class Call(NamedTuple):
    """A request to the Web API, as it came. `at`: by the fake's clock."""

    method: str
    at: float
    body: Json
    token: str


@dataclass
class Clock:
    """Stands still until it is moved: only the test says when time passes."""

    now: float = field(default_factory=lambda: float(int(time.time())))

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Person:
    id: str
    team: str
    name: str
    locale: str = "en-US"
    tz: str = "America/New_York"
    deleted: bool = False
    bot: bool = False
    admin: bool = False
    guest: bool = False
    #: Somebody of another company, met through a shared channel.
    stranger: bool = False


@dataclass
class Message:
    """A message. `versions`: every state that was ever stored, the newest last; `to`: for that person's eyes alone."""

    author: str
    versions: list[Json]
    ephemeral: bool = False
    deleted: bool = False
    to: str = ""

    @property
    def now(self) -> Json:
        return self.versions[-1]

    @property
    def ts(self) -> str:
        return str(self.now["ts"])


@dataclass
class Dm:
    id: str
    team: str
    user: str
    messages: list[Message] = field(default_factory=list)
    opened: bool = False
    messages_tab: bool = True


@dataclass
class Channel(Dm):
    """A public or private one with everybody of the workspace in it. `app`: the bot, too; `shared`: others as well."""

    name: str = "general"
    private: bool = False
    app: bool = False
    archived: bool = False
    deleted: bool = False
    shared: bool = False


@dataclass
class Workspace:
    id: str
    enterprise: str
    bot_user: str
    bot_id: str
    domain: str
    people: dict[str, Person] = field(default_factory=dict)
    #: Whether the app is installed for the whole enterprise rather than for this workspace.
    org_wide: bool = False
    installed: bool = True
    #: Whether an organization's installation may still act here.
    granted: bool = True


@dataclass
class Token:
    value: str
    #: A workspace, or an enterprise where the app is installed for all of it.
    owner: str
    scopes: frozenset[str] = SCOPES
    kind: str = "bot"
    expires: float | None = None
    #: The refresh token that came with it, and the one that it was got with.
    refresh: str = ""
    after: str = ""
    #: The error that Slack answers with once the token is no good.
    dead: str = ""


@dataclass
class ResponseUrl:
    """Five posts in half an hour. `ts`: the message that a tap came from, if any."""

    place: Dm
    user: str
    issued: float
    ts: str = ""
    uses: int = 0


@dataclass
class Trigger:
    id: str
    team: str
    user: str
    device: str
    issued: float
    #: The view that it was made in, if any.
    view: str = ""
    used: bool = False


Values = dict[tuple[str, str], Json]


@dataclass
class View:
    """A view as somebody sees it on one device. `values`: what stands in its inputs; `touched`: by the person."""

    id: str
    team: str
    user: str
    device: str
    spec: Json
    hash: str
    root: str
    previous: str | None = None
    values: Values = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)
    #: What the app said was wrong, by block id, as the person sees it.
    errors: dict[str, str] = field(default_factory=dict)
    redrawn: bool = False


@dataclass
class Slack:
    """The whole of it. `rejected` should be empty at the end of a test; `warned` are arguments Slack would ignore."""

    clock: Clock = field(default_factory=Clock)
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    dms: dict[str, Dm] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    #: Where the fake listens: http://127.0.0.1:PORT
    base: str = ""
    #: Open modals by device, the one on top last.
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[tuple[str, str], View] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    warned: list[tuple[str, str]] = field(default_factory=list)
    #: Mentions and links that the app's texts made, by method: <@U1>, <!channel>, <https://…|…>.
    marks: list[tuple[str, str]] = field(default_factory=list)
    #: Whether `app_installed_team_id` of an org-wide installation names the enterprise: both were seen [unverified].
    org_in_views: bool = False
    #: Slack was seen to leave values out of `state` that came with an update and that nobody touched since
    #: (https://github.com/slackapi/bolt-js/issues/1258): switched on, it does so here.
    forgets_initial: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # Making people and places.

    def workspace(
        self,
        team: str,
        *,
        enterprise: str = "",
        bot_token: str = "",
        bot_user: str = "",
        bot_id: str = "",
        scopes: frozenset[str] = SCOPES,
    ) -> Workspace:
        """A workspace where the app is installed, with a token of its own unless an organization has it."""
        bot_user, bot_id = bot_user or f"U{team}BOT", bot_id or f"B{team}BOT"
        made = Workspace(team, enterprise, bot_user, bot_id, domain=f"{team.lower()}-domain")
        made.people[bot_user] = Person(bot_user, team, "afterword", bot=True)
        self.workspaces[team] = made
        if bot_token:
            self.tokens[bot_token] = Token(bot_token, team, scopes)
        return made

    def organization(self, enterprise: str, *teams: str, bot_token: str, bot_user: str = "") -> None:
        """The app is installed for the whole of an enterprise, whose workspaces need no tokens of their own."""
        for team in teams:
            self.workspace(team, enterprise=enterprise, bot_user=bot_user or f"U{enterprise}BOT").org_wide = True
        self.tokens[bot_token] = Token(bot_token, enterprise)

    def person(
        self,
        team: str,
        user: str,
        name: str = "",
        *,
        locale: str = "en-US",
        tz: str = "America/New_York",
        admin: bool = False,
        guest: bool = False,
        stranger: bool = False,
    ) -> Person:
        made = Person(user, team, name or user.lower(), locale, tz, admin=admin, guest=guest, stranger=stranger)
        self.workspaces[team].people[user] = made
        return made

    def deactivate(self, team: str, user: str) -> None:
        self.workspaces[team].people[user].deleted = True

    def app_token(self, value: str) -> None:
        """For Socket Mode."""
        self.tokens[value] = Token(value, "", frozenset({"connections:write"}), kind="app")

    def revoke(self, token: str, error: str = "token_revoked") -> None:
        """`error` may also be account_inactive, invalid_auth or token_expired."""
        self.tokens[token].dead = error

    # Looking things up.

    def number(self) -> int:
        return next(self._numbers)

    def ts(self) -> str:
        return f"{int(self.clock.now)}.{self.number():06d}"

    def dm(self, team: str, user: str) -> Dm:
        """The direct conversation of the app with somebody, made on first use."""
        for each in self.dms.values():
            if (each.team, each.user) == (team, user):
                return each
        made = Dm(f"D{team}{user}", team, user)
        self.dms[made.id] = made
        return made

    def channel(self, team: str, name: str = "general", *, private: bool = False) -> Channel:
        """Made on first use, without the bot. Private ones have ids of the same kind since 2021."""
        channel_id = f"C{team}{name.upper()}"
        found = self.dms.setdefault(channel_id, Channel(channel_id, team, "", name=name, private=private))
        assert isinstance(found, Channel)
        return found

    def teams_of(self, token: Token) -> tuple[Workspace, ...]:
        return tuple(each for each in self.workspaces.values() if token.owner in (each.id, each.enterprise or None))

    def known(self, token: Token, user: str) -> Person | None:
        """A person whom this token may see."""
        place = next((each for each in self.teams_of(token) if user in each.people), None)
        if place is not None and not place.granted:
            raise SlackError("team_access_not_granted")
        return place.people[user] if place else None

    def stored(self, channel: str, ts: str) -> Message | None:
        kept = self.dms[channel].messages if channel in self.dms else []
        return next((each for each in kept if each.ts == ts and not each.ephemeral and not each.deleted), None)

    def every_view(self) -> Iterator[View]:
        yield from itertools.chain(*self.stacks.values(), self.homes.values())

    def view(self, view_id: str) -> View | None:
        return next((each for each in self.every_view() if each.id == view_id), None)

    # Triggers.

    def trigger(self, team: str, user: str, device: str, view: str = "") -> Trigger:
        made = Trigger(f"{self.number()}.{team}.{user}", team, user, device, self.clock.now, view)
        self.triggers[made.id] = made
        return made

    def use_trigger(self, trigger_id: str) -> Trigger:
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock.now - trigger.issued > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, place: Dm, user: str, ts: str = "") -> str:
        url = f"{self.base}/response/{place.team}/{self.number()}"
        self.response_urls[url] = ResponseUrl(place, user, self.clock.now, ts)
        return url

    # What a test asks for.

    def history(self, team: str, user: str) -> list[Json]:
        """The messages of a DM as they now stand."""
        kept = self.dm(team, user).messages
        return [deepcopy(each.now) for each in kept if not each.deleted and not each.ephemeral]

    def everything_stored(self, team: str) -> list[Json]:
        """Every version of every message that Slack's history of a workspace ever held; no views, no ephemerals."""
        kept = (each for dm in self.dms.values() if dm.team == team for each in dm.messages)
        return [deepcopy(version) for each in kept if not each.ephemeral for version in each.versions]

    def ephemeral(self, user: str, team: str = "") -> list[Json]:
        """What was shown to somebody and is in no history."""
        kept = ((each.to or dm.user, each) for dm in self.dms.values() if team in ("", dm.team) for each in dm.messages)
        return [deepcopy(each.now) for to, each in kept if to == user and each.ephemeral and not each.deleted]

    def open_views(self, user: str, device: str | None = None) -> list[Json]:
        """The modals that somebody has open, on all devices or on one, the one on top last."""
        kept = itertools.chain(*self.stacks.values())
        return [deepcopy(each.spec) for each in kept if each.user == user and device in (None, each.device)]

    def home(self, user: str, team: str = "") -> Json | None:
        kept = (view for (place, who), view in self.homes.items() if who == user and team in ("", place))
        return next((deepcopy(view.spec) for view in kept), None)

    def called(self, *methods: str) -> list[Call]:
        return [call for call in self.calls if call.method in methods]

    def token_of(self, team: str) -> str:
        """A living bot token for a workspace."""
        owners = (team, self.workspaces[team].enterprise)
        return next(each.value for each in self.tokens.values() if each.owner in owners and not each.dead)
