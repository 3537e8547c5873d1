"""Teams as one object: its routes, its messenger. Law: what people do goes through `Talking`, who comes and goes
through `Comings`; everything else is acknowledged and forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from adapters.teams.activity import Activity
from adapters.teams.comings import Comings
from adapters.teams.door import PATH, Door
from adapters.teams.drawing import Drawing
from adapters.teams.keys import Keys
from adapters.teams.login import UNREACHABLE, Login
from adapters.teams.messenger import TeamsMessenger
from adapters.teams.outgoing import Outgoing
from adapters.teams.rosters import Rosters
from adapters.teams.sdk import Answer, Sdk
from adapters.teams.service_urls import ServiceUrls
from adapters.teams.talking import Talking
from adapters.teams.tenants import Tenants
from adapters.teams.tokens import Tokens
from bot.config import Teams
from bot.ports import Installations, References, Refusal, Rooms
from bot.promptly import Promptly
from bot.soon import Sleep, Soon
from bot.turn import Shell

#: Seconds for what is still being sent when it ends.
SENDING = 2.0


class TeamsApp:
    """Of one process, for all its tenants."""

    def __init__(
        self,
        settings: Teams,
        shell: Shell,
        installations: Installations,
        references: References,
        rooms: Rooms,
        clock: Callable[[], float],
        sleep: Sleep,
        now: Callable[[], float],
    ) -> None:
        self._shell = shell
        urls = ServiceUrls(settings.service_urls, loopback=settings.anonymous)
        known, dialogs = not settings.anonymous, not settings.anonymous
        where = (settings.login_url, settings.tenant, settings.app_id, settings.password)
        self._login = Login(*where, clock=clock, sleep=sleep) if known else None
        self._keys = _keys(settings.openid_url, clock, sleep) if known else None
        token = self._login.token if self._login else str
        self._sdk = Sdk(settings.app_id, token, urls.admits, anonymous=settings.anonymous)
        self._outgoing = outgoing = Outgoing(self._sdk, self._login, clock=clock, sleep=sleep)
        self._soon = Soon("teams", clock=clock, sleep=sleep)
        drawing = Drawing(shell.library, dialogs=dialogs)
        self._rosters = rosters = Rosters(shell, rooms, outgoing, clock)
        self.messenger = TeamsMessenger(shell, drawing, outgoing, references, rosters)
        self._comings = Comings(shell, rooms, self.messenger, rosters)
        self._promptly = Promptly("teams")
        given = (shell, drawing, outgoing, self.messenger, rosters, self._soon, self._promptly, dialogs)
        self._talking = Talking(*given)
        tokens = Tokens(settings.app_id, self._keys, now=now) if self._keys else None
        tenants = Tenants(settings, shell, installations)
        self._door = Door(self._sdk, tokens, urls, tenants, self._take)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post(PATH, self._door.knock)]

    async def start(self) -> None:
        """Raises Refusal where Microsoft does not take the registration. A login that is away is waited for beside the
        traffic: what comes in is taken, and the other platforms are not held up."""
        self._shell.rooms["teams"] = self.messenger
        if self._login is not None:
            try:
                await self._login.start()
            except Refusal as refusal:
                if refusal.code != UNREACHABLE:
                    raise
        if self._keys is not None:
            await self._keys.start()

    async def close(self) -> None:
        """Nothing new is taken; what is being answered and sent is finished, in seconds, whatever Teams does."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SENDING):
                await self._shell.drained()
        await self._promptly.close()
        await self._soon.close()
        await self._rosters.close()
        if self._keys is not None:
            await self._keys.close()
        if self._login is not None:
            await self._login.close()
        await self._sdk.close()

    async def _take(self, activity: Activity) -> Answer | None:
        if await self._comings.took(activity):
            return None
        return await self._talking.take(activity)


def _keys(openid_url: str, clock: Callable[[], float], sleep: Sleep) -> Keys:
    try:
        return Keys(openid_url, clock=clock, sleep=sleep)
    except ValueError:
        raise Refusal("teams-settings", "BOTFRAMEWORK_OPENID_URL is no address that can be used.") from None


def connect(
    settings: Teams,
    shell: Shell,
    installations: Installations,
    references: References,
    rooms: Rooms,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep = asyncio.sleep,
    now: Callable[[], float] = time.time,
) -> TeamsApp:
    """Call it inside the running loop; `start` it when its messenger has been given to the shell.

    `clock` and `sleep`: by which calls are paced and answers wait, in seconds; `now`: by which tokens end.
    """
    return TeamsApp(settings, shell, installations, references, rooms, clock, sleep, now)
