"""The keys that Microsoft signs with. Law: a key that is known is given at once; only an unknown one waits for a fetch.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import aiohttp
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.teams.service_urls import on_loopback
from adapters.teams.wire import plain_session, read
from bot import logs

log = logs.Log("teams-keys-away")

ALGORITHM = "RS256"
#: Seconds: for one fetch, both of its documents; between two; from an unknown key's fetch to the next such one.
TIMEOUT = 5.0
REFRESH = 12 * 3600.0
PAUSE = 300.0
#: And where there is no key at all: for the first further try, doubled up to PAUSE each time.
SOON = 10.0
PATIENT = aiohttp.ClientTimeout(total=TIMEOUT)
MAX_ANSWER = 512 * 1024
MAX_KID = 256
#: Bits. A smaller key is no proof; a larger one only takes time. The longest modulus has as many base64 digits.
KEY_SIZES = (2048, 8192)
MAX_MODULUS = 1366

_SECURE = re.compile(r"https://[!-\[\]-~]+")


class NoKeys(Exception):
    """None was ever loaded: nobody can be told from anybody."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`endorsements`: the channels that it may speak for; none where Microsoft names none."""

    key: PyJWK
    endorsements: frozenset[str]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, strict=True)


class _Metadata(_Read):
    jwks_uri: str


class _KeySet(_Read):
    keys: list[object]


class _PublicKey(_Read):
    """RFC 7517; `endorsements` is Microsoft's own. What is private in a key is not even read."""

    kid: str = Field(min_length=1, max_length=MAX_KID)
    kty: Literal["RSA"]
    use: Literal["sig"] | None = None
    alg: Literal["RS256"] | None = None
    n: str = Field(max_length=MAX_MODULUS)
    e: str = Field(max_length=8)
    endorsements: list[str] | None = None


class Keys:
    """Of one process. `clock` counts seconds from anywhere; the session is made at the first fetch, in the loop."""

    def __init__(
        self,
        openid_url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not admitted(openid_url, loopback=True):
            raise ValueError("The OpenID address has to begin with https://, or to be on this machine.")
        self._url = openid_url
        self._clock = clock
        self._sleep = sleep
        self._keys: dict[str, SigningKey] = {}
        self._failures = 0
        self._next = float("-inf")  # from then on a request may cause a fetch
        self._fetch: asyncio.Task[None] | None = None
        self._upkeep: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def start(self) -> None:
        """Begins to fetch, and goes on; waits for nothing, and does not fail."""
        if self._upkeep is None and not self._closed:
            self._upkeep = asyncio.create_task(self._stay_fresh())

    async def of(self, kid: str) -> SigningKey | None:
        """None where Microsoft does not publish it. Raises NoKeys. Waits for nothing where the key is known."""
        if kid not in self._keys:
            await self._look_again()
        if not self._keys:
            raise NoKeys
        return self._keys.get(kid)

    async def close(self) -> None:
        """From then on nothing is fetched; what is known stays so."""
        self._closed = True
        tasks = [task for task in (self._upkeep, self._fetch) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _look_again(self) -> None:
        """Waits for the fetch that is under way, or for a new one where there has been none for long enough.

        Anybody can send unknown keys, any number of them; more than this they do not move.
        """
        if self._closed:
            return
        if self._idle() and self._clock() >= self._next:
            self._next = self._clock() + (PAUSE if self._keys else SOON)
            self._begin()
        await self._over()

    def _idle(self) -> bool:
        return self._fetch is None or self._fetch.done()

    def _begin(self) -> None:
        """One fetch at a time; each is a task of its own, so that no request that goes away takes it along."""
        if self._idle():
            self._fetch = asyncio.create_task(self._refresh())

    async def _over(self) -> None:
        if self._fetch is not None and not self._fetch.done():
            await asyncio.wait({self._fetch})

    async def _stay_fresh(self) -> None:
        while True:
            self._begin()
            await self._over()
            await self._sleep(self._rest())

    def _rest(self) -> float:
        if self._failures == 0:
            return REFRESH
        return min(PAUSE, SOON * 2.0 ** min(self._failures - 1, 10))

    async def _refresh(self) -> None:
        """Raises nothing: whatever the other side does, the keys that there are stay."""
        try:
            async with asyncio.timeout(TIMEOUT):
                self._keys = await self._published()
            self._failures = 0
        except Exception as error:
            self._failures += 1
            log.warning("teams-keys-away", platform="teams", error=error)

    async def _published(self) -> dict[str, SigningKey]:
        """As they are now, and at least one of them."""
        metadata = _Metadata.model_validate_json(await self._get(self._url))
        if not admitted(metadata.jwks_uri, loopback=on_loopback(self._url)):
            raise ValueError("the keys are at an address that nobody can be sure of")
        keys = built(_KeySet.model_validate_json(await self._get(metadata.jwks_uri)).keys)
        if not keys:
            raise ValueError("there is no usable key")
        return keys

    async def _get(self, url: str) -> bytes:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        self._session = self._session or plain_session(PATIENT)
        async with self._session.get(url, headers=headers, allow_redirects=False) as response:
            if response.status != 200:
                raise ValueError("the answer is not a document")
            return await read(response, MAX_ANSWER)


def admitted(url: str, *, loopback: bool) -> bool:
    """Whether keys may come from there: over TLS, or from this machine."""
    return _SECURE.fullmatch(url) is not None or (loopback and on_loopback(url))


def built(published: list[object]) -> dict[str, SigningKey]:
    """By key id, the first of a name. One that is of another kind, or not whole, is left out, and spoils no other."""
    keys: dict[str, SigningKey] = {}
    for each in published:
        try:
            said = _PublicKey.model_validate(each)
            key = PyJWK({"kty": said.kty, "n": said.n, "e": said.e}, ALGORITHM)
        except (ValidationError, PyJWTError):
            continue
        if KEY_SIZES[0] <= key.key.key_size <= KEY_SIZES[1]:
            keys.setdefault(said.kid, SigningKey(key, frozenset(said.endorsements or ())))
    return keys
