"""The one way to Teams' connector: in its pace, with a token that is taken, and with the port's errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from weakref import WeakValueDictionary

from adapters.teams.login import Login
from adapters.teams.outcomes import NAMED, Limited, MessageGone, TokenRefused, Unsure, fault
from adapters.teams.pace import Pace
from adapters.teams.reference import Reference
from adapters.teams.sdk import Json, Member, NotAdmitted, Refused, Sdk
from bot import logs
from bot.ports import LEASE_SECONDS, ConversationGone, InstallationGone, Later, OurBug
from bot.soon import Sleep

log = logs.Log(
    "teams-refused", "teams-token-refused", "send", "update", "create", "members", "service-url", "unknown", *NAMED
)

T = TypeVar("T")

#: Calls at once to one service address.
AT_ONCE = 64
#: Seconds for a call with all its waiting, a second one with another token included: a delivery is leased no longer.
PATIENCE = LEASE_SECONDS - 5.0

#: Everything that `Outgoing` raises. Only MessageGone is none of the port's.
REFUSALS = (Later, ConversationGone, InstallationGone, OurBug, MessageGone)


class Outgoing:
    """Of one process, for all tenants. `login`: None where no token is sent.

    Raises Later (Limited, TokenRefused and Unsure are Later too), ConversationGone (NotThere is one: the conversation
    may be made anew) and OurBug. Where a message is named, also MessageGone: it is that message that is not there.
    """

    def __init__(
        self,
        sdk: Sdk,
        login: Login | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._sdk = sdk
        self._login = login
        self._sleep = sleep
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self.pace = Pace(clock)

    async def send(self, at: Reference, activity: Json) -> str:
        """Gives the id of the new message; an empty string where Teams took it and did not say."""
        return await self._paced("send", at, lambda: self._sdk.send(at, activity))

    async def update(self, at: Reference, activity_id: str, activity: Json) -> None:
        await self._paced("update", at, lambda: self._sdk.update(at, activity_id, activity))

    async def create_personal(self, at: Reference) -> str:
        """The id of this person's chat with the bot."""
        return await self._paced("create", at, lambda: self._sdk.create_personal(at))

    async def members(self, at: Reference, token: str = "", size: int = 200) -> tuple[tuple[Member, ...], str]:
        """One page of whoever is in a conversation, and the token of the next one; an empty one after the last."""
        return await self._paced("members", at, lambda: self._sdk.members(at, token, size))

    async def _paced(self, what: str, at: Reference, work: Callable[[], Awaitable[T]]) -> T:
        place = _place(what, at)
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._in_turn(what, place, at, work)
        except TimeoutError:
            pass
        except Limited as limited:
            self.pace.close(limited.after, at.tenant, place)
            raise
        raise Unsure

    async def _in_turn(self, what: str, place: str, at: Reference, work: Callable[[], Awaitable[T]]) -> T:
        wait = self.pace.turn(at.tenant, place)
        if wait > 0:
            await self._sleep(wait)
            self.pace.still_open(at.tenant, place)
        return await self._allowed(what, at, work)

    async def _allowed(self, what: str, at: Reference, work: Callable[[], Awaitable[T]]) -> T:
        """Once more with another token, where this one was not taken."""
        if self._login is None:
            return await self._tried(what, at, work)
        token = await self._login.fresh()
        try:
            return await self._tried(what, at, work)
        except TokenRefused:
            pass
        await self._login.renewed(token)
        try:
            return await self._tried(what, at, work)
        except TokenRefused:
            log.error("teams-token-refused", platform="teams", rule=what, status=401)
            raise

    async def _tried(self, what: str, at: Reference, work: Callable[[], Awaitable[T]]) -> T:
        error: Exception
        async with self._lane(at.service_url):
            try:
                return await work()
            except NotAdmitted:
                _note(what, "service-url")
                error = OurBug()
            except Refused as refused:
                error = _meaning(what, refused)
        raise error

    def _lane(self, service_url: str) -> asyncio.Semaphore:
        """A dead service address holds up its own calls, and no others. One that nobody uses is forgotten."""
        lane = self._lanes.get(service_url)
        if lane is None:
            lane = self._lanes[service_url] = asyncio.Semaphore(AT_ONCE)
        return lane


def _place(what: str, at: Reference) -> str:
    """What is counted together: of one conversation its messages, and apart from them its pages of members."""
    match what:
        case "create":
            return f"create {at.member or at.user}"
        case "members":
            return f"members {at.conversation}"
    return at.conversation


def _meaning(what: str, refused: Refused) -> Exception:
    error = fault(refused.status, refused.retry_after, refused.code, datetime.now(UTC))
    if isinstance(error, OurBug):
        _note(what, refused.code if refused.code in NAMED else "unknown", refused.status)
    return error


def _note(what: str, outcome: str, status: int = 0) -> None:
    log.warning("teams-refused", platform="teams", rule=what, outcome=outcome, status=status)
