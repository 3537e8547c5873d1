"""The one way to Slack's Web API. Law: a token goes to this address and nowhere else, and stands in no error.

Direct over aiohttp rather than through slack_sdk's client, which takes half as much CPU again (0.30 ms a call against
0.20) and cannot refuse a redirection, limit an answer's size or give one call less time; it reads proxies from the
environment, and its errors hold the answer and the request with the token.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from adapters.slack.outcomes import (
    NAMED,
    Answer,
    HashConflict,
    Limited,
    SlackError,
    TokenExpired,
    TriggerExpired,
    Unsure,
    ViewGone,
    fault,
    understood,
)
from adapters.slack.pace import Pace
from bot import logs
from bot.ports import ConversationGone, Installation, InstallationGone, Later, OurBug
from bot.soon import Sleep, Soon, Work

#: Methods of theirs that we call.
METHODS = (
    "apps.connections.open", "auth.test", "chat.postEphemeral", "chat.postMessage", "chat.update", "conversations.open",
    "oauth.v2.access", "users.info", "views.open", "views.publish", "views.push", "views.update",
)  # fmt: skip

log = logs.Log("slack-refused", "unknown", *METHODS, *NAMED)

SLACK = "https://slack.com/api/"
#: Seconds: for a request, and for an urgent call with all its waiting, since Slack waits three for our own answer.
PATIENT = aiohttp.ClientTimeout(total=10.0)
URGENT = 2.5
MAX_ANSWER = 1024 * 1024

#: Methods that read no JSON, and answer as if they had been told nothing (https://docs.slack.dev/apis/web-api/).
FORMS = frozenset({"users.info", "oauth.v2.access", "apps.connections.open"})
JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"

Renew = Callable[[Installation, bool], Awaitable[Installation]]  # the one that was refused; whether it had expired

#: Everything that `Outgoing.call` raises.
REFUSALS = (Later, ConversationGone, InstallationGone, OurBug, SlackError)

__all__ = [
    "REFUSALS",
    "HashConflict",
    "Limited",
    "Outgoing",
    "Pace",
    "SlackError",
    "TokenExpired",
    "TriggerExpired",
    "Unsure",
    "ViewGone",
]


class Outgoing:
    """Of one process, for all workspaces. The session is made at the first call, inside the running loop."""

    def __init__(
        self, api_url: str = SLACK, *, clock: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._base = URL(api_url.rstrip("/") + "/")
        self._urls: dict[str, URL] = {}
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._renew: Renew | None = None
        self._sleep = sleep
        self._soon = Soon("slack", clock, sleep)
        self.pace = Pace(clock)

    async def call(
        self, installation: Installation, method: str, *, urgent: bool = False, **body: object
    ) -> dict[str, Any]:
        """What Slack answers. Arguments that are None are left out. `urgent`: somebody waits for it.

        Raises Later (Limited, TokenExpired and Unsure are Later too), ConversationGone, InstallationGone, OurBug; and
        TriggerExpired, HashConflict, ViewGone, each a SlackError.
        """
        if not urgent:
            return await self._called(installation, method, body)
        try:
            async with asyncio.timeout(URGENT):
                return await self._called(installation, method, body)
        except TimeoutError:
            pass
        raise Later

    def on_refused(self, renew: Renew) -> None:
        """What gives another token where Slack did not take one; the call is then made once more."""
        self._renew = renew

    async def identify(self, token: str, *, urgent: bool = False) -> dict[str, Any]:
        """auth.test: whose token this is. Raises as `call` does."""
        try:
            async with asyncio.timeout(URGENT if urgent else None):
                answer = await self.ask("auth.test", token)
        except TimeoutError:
            answer = Answer()
        return self._told("auth.test", answer)

    async def socket(self, app_token: str) -> str:
        """apps.connections.open: an address that is good for one connection. Raises as `call` does."""
        method = "apps.connections.open"
        address = self._told(method, await self.ask(method, app_token)).get("url")
        if not isinstance(address, str):
            raise Later
        return address

    async def ask(self, method: str, token: str) -> Answer:
        """A method without arguments, and the answer as it came. Raises nothing."""
        return await self._post(method, f"Bearer {token}", {})

    async def exchange(self, client_id: str, client_secret: str, **form: object) -> dict[str, Any]:
        """oauth.v2.access: tokens for a code or a refresh token. Raises Later; anything else is a refusal."""
        basic = aiohttp.encode_basic_auth(client_id, client_secret)
        return self._told("oauth.v2.access", await self._post("oauth.v2.access", basic, form))

    async def answer(self, key: Hashable, work: Work) -> bool:
        """An immediate answer, now or, where `work` raises Later, in a while (False). Newer ones replace it."""
        return await self._soon.now(key, work)

    async def close(self) -> None:
        """From then on Slack is not there."""
        self._closed = True
        await self._soon.close()
        if self._session is not None:
            await self._session.close()

    async def _called(self, installation: Installation, method: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Once more with another token: this one expired, or it was replaced by another process meanwhile."""
        try:
            return await self._paced(installation, method, body)
        except (TokenExpired, InstallationGone) as error:
            if self._renew is None:
                raise
            expired = isinstance(error, TokenExpired)
        return await self._paced(await self._renew(installation, expired), method, body)

    async def _paced(self, installation: Installation, method: str, body: Mapping[str, object]) -> dict[str, Any]:
        tenant, channel = installation.tenant, str(body.get("channel") or "")
        wait = self.pace.turn(tenant, method, channel)
        if wait > 0:
            await self._sleep(wait)
            self.pace.still_open(tenant, method, channel)
        answer = await self._post(method, f"Bearer {installation.token}", body)
        try:
            return self._told(method, answer, organization=installation.organization)
        except Limited as limited:
            self.pace.close(limited.after, tenant, method, channel)
            raise

    def _told(self, method: str, answer: Answer, *, organization: bool = False) -> dict[str, Any]:
        said = understood(answer)
        error = fault(said, answer, organization=organization)
        if error is None:
            return said.values
        if isinstance(error, OurBug):
            refusal = said.error if said.error in NAMED else "unknown"
            log.warning("slack-refused", platform="slack", rule=method, outcome=refusal)
        raise error

    async def _post(self, method: str, authorization: str, body: Mapping[str, object]) -> Answer:
        """Every failure on the way is an answer too: aiohttp's own errors carry the request and its headers."""
        kind, data = written(method, body)
        headers = {"Authorization": authorization, "Content-Type": kind, "Accept-Encoding": "identity"}
        if self._closed:
            return Answer(sent=False)
        try:
            async with self._opened().post(
                self._url(method), data=data, headers=headers, allow_redirects=False
            ) as response:
                after, scopes = response.headers.get("Retry-After", ""), response.headers.get("X-OAuth-Scopes")
                return Answer(response.status, after, await _read(response), scopes)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Answer(sent=False)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Answer()

    def _url(self, method: str) -> URL:
        if method not in self._urls:
            self._urls[method] = self._base / method
        return self._urls[method]

    def _opened(self) -> aiohttp.ClientSession:
        """No cookies, no proxies of the environment, and nothing is unpacked: a small body may hold a huge one."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False, timeout=PATIENT
            )
        return self._session


def written(method: str, body: Mapping[str, object]) -> tuple[str, bytes]:
    """Content type and bytes of a call's arguments."""
    given = {name: value for name, value in body.items() if value is not None}
    if method not in FORMS:
        return JSON, json.dumps(given).encode()
    return FORM, urlencode({name: _in_a_form(value) for name, value in given.items()}).encode()


def _in_a_form(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """At most MAX_ANSWER bytes; nothing where there are more."""
    read = bytearray()
    async for part in response.content.iter_any():
        read += part
        if len(read) > MAX_ANSWER:
            return b""
    return bytes(read)
