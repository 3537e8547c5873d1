"""How the fake Slack reaches the app: signed HTTP, or an open socket; and the events that no person's hand makes.

Signatures: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final, Literal, NamedTuple, Protocol
from urllib.parse import urlencode

import aiohttp
from fake_slack_oauth import Installing
from fake_slack_payloads import VERIFICATION, changed_event, deleted_event, event_body, message_event, said
from fake_slack_state import Dm, Json, Message
from fake_slack_web import user_object

Kind = Literal["events_api", "slash_commands", "interactive"]
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"


class Answer(NamedTuple):
    """What the app answered. Status 0: nothing, in the time that Slack waits."""

    status: int
    body: str
    headers: Mapping[str, str]
    ms: float

    @property
    def ok(self) -> bool:
        return self.status == 200

    @property
    def json(self) -> Json:
        """Empty where the app just acknowledged."""
        found = json.loads(self.body) if self.body.strip() else {}
        return found if isinstance(found, dict) else {}


class Sent(NamedTuple):
    """Something that was sent, to send again."""

    kind: Kind
    payload: Json
    answer: Answer


class Socket(Protocol):
    async def deliver(self, kind: Kind, payload: Json, again: int, reason: str, patience: float) -> Answer: ...


def signature(secret: str, body: bytes, at: str) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()


def as_http(kind: Kind, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), JSON
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), FORM


@dataclass
class Sending(Installing):
    app_url: str = ""
    signing_secret: str = "fake-signing-secret"
    #: How long Slack waits for an answer, in real seconds.
    patience: float = 3.0
    transport: Literal["http", "socket"] = "http"
    socket: Socket | None = None
    sent: list[Sent] = field(default_factory=list)
    _client: aiohttp.ClientSession | None = None

    async def post(
        self,
        body: bytes,
        content_type: str = FORM,
        *,
        timestamp: str | None = None,
        sign: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Any body to the app, truly signed unless told otherwise. An empty `sign` or `timestamp` leaves it out."""
        at = str(int(time.time())) if timestamp is None else timestamp
        mark = signature(self.signing_secret, body, at) if sign is None else sign
        proof = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": mark}
        given = {"Content-Type": content_type, **{name: value for name, value in proof.items() if value}}
        began = time.perf_counter()
        try:
            return await self._posted(body, {**given, **(headers or {})}, began)
        except (aiohttp.ClientError, TimeoutError) as trouble:
            return Answer(0, type(trouble).__name__, {}, (time.perf_counter() - began) * 1000)

    async def _posted(self, body: bytes, headers: Mapping[str, str], began: float) -> Answer:
        assert self._client is not None, "the fake is not running"
        wait = aiohttp.ClientTimeout(total=self.patience)
        async with self._client.post(self.app_url, data=body, headers=headers, timeout=wait) as response:
            text = await response.text()
            took = (time.perf_counter() - began) * 1000
            return Answer(response.status, text, dict(response.headers), took)

    async def send(self, kind: Kind, payload: Json, *, again: int = 0, reason: str = "http_timeout") -> Answer:
        """`again`: which repetition this is."""
        if self.transport == "socket":
            assert self.socket is not None
            answer = await self.socket.deliver(kind, payload, again, reason, self.patience)
        else:
            body, content_type = as_http(kind, payload)
            repeated = {"X-Slack-Retry-Num": str(again), "X-Slack-Retry-Reason": reason} if again else {}
            answer = await self.post(body, content_type, headers=repeated)
        self.sent.append(Sent(kind, payload, answer))
        return answer

    async def repeat(self, sent: Sent | None = None, *, again: int = 1, reason: str = "http_timeout") -> Answer:
        """The same body once more, signed anew; the last one unless told which."""
        kind, payload, _ = sent or self.sent[-1]
        return await self.send(kind, payload, again=again, reason=reason)

    # Events that no person's hand makes.

    async def event(self, team: str, event: Json, *, shared: bool = False) -> Answer:
        return await self.send("events_api", event_body(self, team, event, shared=shared))

    async def verify_url(self, challenge: str = "fake-challenge") -> Answer:
        asked = {"token": VERIFICATION, "challenge": challenge, "type": "url_verification"}
        return await self.send("events_api", asked)

    async def check_ssl(self) -> Answer:
        return await self.post(urlencode({"ssl_check": "1", "token": VERIFICATION}).encode(), sign="", timestamp="")

    async def uninstalled(self, team: str) -> Answer:
        """The app was taken off a workspace: its tokens die, then the event comes."""
        place = self.workspaces[team]
        self.take_off(place.enterprise if place.org_wide else team)
        return await self.event(team, {"type": "app_uninstalled"})

    async def tokens_revoked(self, team: str, *, bots: tuple[str, ...] = (), users: tuple[str, ...] = ()) -> Answer:
        """`bots`: of the bot users' ids; without any, the workspace's own."""
        whose = {"oauth": list(users), "bot": list(bots or (() if users else (self.workspaces[team].bot_user,)))}
        return await self.event(team, {"type": "tokens_revoked", "tokens": whose})

    async def user_changed(self, team: str, user: str) -> Answer:
        """Says how the person now is: change them first, `deactivate` for instance."""
        place = self.workspaces[team]
        now = user_object(place.people[user], place.enterprise, locale=True)
        return await self.event(team, {"type": "user_change", "user": now, "cache_ts": int(self.clock.now)})

    async def team_access(self, change: Literal["granted", "revoked"], *teams: str) -> Answer:
        """Of an organization's installation. Comes without a workspace and without authorizations."""
        for team in teams:
            self.workspaces[team].granted = change == "granted"
        event = {"type": f"team_access_{change}", "team_ids": list(teams)}
        return await self.send("events_api", event_body(self, teams[0], event, authorized=False))

    async def message(self, team: str, user: str, text: str, **more: object) -> Answer:
        """Something in the DM that is not just a person's typing: a subtype, a bot_id, files, a thread."""
        dm = self.dm(team, user)
        made = said(self, dm, text, **more)
        dm.messages.append(Message(str(made.get("user", user)), [made]))
        return await self.event(team, message_event(dm, made))

    async def echo(self, team: str, user: str) -> Answer:
        """Slack tells the app of its own newest message in a DM too, and of a change to it."""
        dm = self.dm(team, user)
        message = next(each for each in reversed(dm.messages) if "bot_id" in each.now and not each.ephemeral)
        changed = len(message.versions) > 1
        return await self.event(team, changed_event(self, dm, message) if changed else message_event(dm, message.now))

    async def channel_message(self, team: str, user: str, text: str, name: str = "general", **more: object) -> Answer:
        """Something said in a channel: none of this app's business."""
        channel = self.channel(team, name)
        made = said(self, Dm(channel.id, team, user), text, **more)
        channel.messages.append(Message(user, [made]))
        return await self.event(team, {**made, "channel": channel.id, "channel_type": "channel"})

    async def changed(self, team: str, user: str, message: Message, text: str) -> Answer:
        """A person edits what they typed in the DM."""
        dm = self.dm(team, user)
        message.versions.append(
            {**message.now, "text": escape(text, quote=False), "edited": {"user": user, "ts": self.ts()}}
        )
        return await self.event(team, changed_event(self, dm, message))

    async def deleted(self, team: str, user: str, message: Message) -> Answer:
        dm = self.dm(team, user)
        message.deleted = True
        return await self.event(team, deleted_event(self, dm, message))
