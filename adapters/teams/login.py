"""The access token for what we send to Teams. Law: no secret, no token and no answer stands in an error or a log.

One POST, over aiohttp: the SDK asks for a token in every turn, in the event loop, and its library takes no address that
is not https, so no test could stand behind it.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from yarl import URL

from adapters.teams.wire import plain_session, read
from bot import logs
from bot.ports import Later, Refusal
from bot.soon import Sleep

#: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
SCOPE: Final = "https://api.botframework.com/.default"
PATIENT = aiohttp.ClientTimeout(total=10.0)
MAX_ANSWER = 64 * 1024

#: Seconds: a token is renewed so long before its end, and not used any more just before it.
EARLY = 300.0
BRINK = 10.0
#: Seconds between two requests for another token, and the longest pause of the task that renews it.
APART = 5.0
LONGEST_PAUSE = 300.0
#: The longest life that is believed, and the one of a token that does not say.
LONGEST_LIFE = 86_400.0
UNSAID_LIFE = 600.0

REFUSED: Final = (
    "Microsoft's login does not take these credentials: MICROSOFT_APP_ID, MICROSOFT_APP_PASSWORD (the secret's value, "
    "not its id; it may have run out) and MICROSOFT_APP_TENANT_ID must be those of one app registration."
)
UNREACHABLE: Final = "teams-unreached"
UNREACHED: Final = (
    "Microsoft's login cannot be reached just now. Check the network and MICROSOFT_LOGIN_URL, then start again."
)

_TOKEN = re.compile(r"[!-~]{1,16384}")
#: The word of a refusal (https://www.rfc-editor.org/rfc/rfc6749#section-5.2), as far as a log may name it.
_NAMED = frozenset({
    "access_denied", "invalid_client", "invalid_grant", "invalid_request", "invalid_scope", "unauthorized_client",
    "unsupported_grant_type",
})  # fmt: skip
log = logs.Log("teams-login-failed", "unknown", "unreached", *_NAMED)

#: Words for what may pass.
_PASSING = frozenset({"server_error", "temporarily_unavailable", "slow_down"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A token and the seconds that it lasts; or why there is none, an empty string where the login did not say."""

    token: str = field(default="", repr=False)
    life: float = 0.0
    refused: str = ""


class Login:
    """Of one process. `start` it inside the running loop."""

    def __init__(
        self,
        login_url: str,
        tenant: str,
        app_id: str,
        password: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._url = URL(login_url.rstrip("/")) / tenant / "oauth2" / "v2.0" / "token"
        self._app_id = app_id
        self._password = password
        self._clock = clock
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._renewing: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._token = ""
        self._due = self._ends = 0.0  # when it is to be renewed, and when it is over
        self._not_before = 0.0  # when another one may be asked for

    async def start(self) -> None:
        """Gets the first token and keeps it fresh from then on. Raises Refusal, for whoever runs this; where nobody
        answered (`UNREACHABLE`) it goes on trying all the same."""
        answer = await self._asked()
        if answer.refused:
            raise Refusal("teams-login", REFUSED)
        self._renewing = asyncio.create_task(self._renew())
        if not answer.token:
            raise Refusal(UNREACHABLE, UNREACHED)

    def token(self) -> str:
        """What is in memory; an empty string where that is nothing."""
        return self._token

    async def fresh(self) -> str:
        """A token that lasts a while yet. Raises Later."""
        return self._token if self._good() else await self.renewed(self._token)

    async def renewed(self, refused: str) -> str:
        """Another token than this one. Asks at most once in some seconds, for everybody who wants one. Raises Later."""
        async with self._one_at_a_time:
            if self._good() and self._token != refused:
                return self._token
            if self._closed:
                raise Later(APART)
            wait = self._not_before - self._clock()
            if wait > 0:
                raise Later(wait)
            self._not_before = self._clock() + APART
            if not (await self._asked_beside()).token:
                raise Later(APART)
            return self._token

    async def close(self) -> None:
        """From then on there is no token."""
        self._closed, self._token = True, ""
        if self._renewing is not None:
            self._renewing.cancel()
            with suppress(asyncio.CancelledError):
                await self._renewing
        if self._session is not None:
            await self._session.close()

    def _good(self) -> bool:
        return bool(self._token) and self._clock() < self._ends - BRINK

    async def _renew(self) -> None:
        """Some minutes before each end; where that fails, again and again, at growing distances."""
        failed = 0
        while True:
            pause = min(APART * 2**failed, LONGEST_PAUSE)
            await self._sleep(pause if failed else max(self._due - self._clock(), APART))
            if self._clock() < self._due:
                continue  # somebody else had it renewed meanwhile
            async with self._one_at_a_time:
                failed = 0 if (await self._asked_beside()).token else min(failed + 1, 10)

    async def _asked(self) -> Answer:
        """Asks for a token, and remembers it where one was given."""
        answer = understood(*await self._post())
        if self._closed:
            return Answer()
        if answer.token:
            now = self._clock()
            self._token, self._ends = answer.token, now + answer.life
            self._due = self._ends - min(EARLY, answer.life / 2)
        return answer

    async def _asked_beside(self) -> Answer:
        """The same, when nobody is there who is told."""
        answer = await self._asked()
        if answer.token or self._closed:
            return answer
        outcome = answer.refused if answer.refused in _NAMED else "unknown" if answer.refused else "unreached"
        tell = log.error if answer.refused else log.warning
        tell("teams-login-failed", platform="teams", outcome=outcome)
        return answer

    async def _post(self) -> tuple[int, bytes]:
        """The status and the body; status 0 where nothing came back. aiohttp's own errors carry the request."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._app_id,
            "client_secret": self._password,
            "scope": SCOPE,
        }
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self._closed:
            return 0, b""
        try:
            self._session = self._session or plain_session(PATIENT)
            async with self._session.post(self._url, data=form, headers=headers, allow_redirects=False) as response:
                return response.status, await read(response, MAX_ANSWER)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 0, b""


def understood(status: int, body: bytes) -> Answer:
    """What Microsoft's login said, if it was the login that said it."""
    said = _values(body)
    match said:
        case {"access_token": str(token)} if status == 200 and _TOKEN.fullmatch(token):
            return Answer(token, _life(said.get("expires_in")))
        case {"error": str(error)} if status in (400, 401, 403) and error not in _PASSING:
            return Answer(refused=error or "unknown")
    return Answer()


def _values(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _life(seconds: object) -> float:
    """Some logins write the number in quotes."""
    text = str(seconds)
    if isinstance(seconds, bool) or not re.fullmatch(r"[0-9]{1,9}", text):
        return UNSAID_LIFE
    return min(float(text), LONGEST_LIFE)
