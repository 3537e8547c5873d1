"""As whom we act in each workspace. Law: a token is renewed by one process at a time, before it dies, and one that
could not be stored yet is used here, and stored first of all; in clear it stands in memory only.

Slack's own rotator (slack_sdk) is not used: it has a clock of its own, reads an answer that it does not understand as
"still good", and its errors hold the tokens. The exchange itself is one call.
https://docs.slack.dev/authentication/using-token-rotation
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext

from adapters.slack.grant import renewed
from adapters.slack.outgoing import REFUSALS, Outgoing
from bot import logs
from bot.ports import ConversationGone, Installation, InstallationGone, Installations, Later, LostRace, OurBug, Refusal
from bot.turn import Shell

log = logs.Log("slack-installation-unread", "slack-renewal-failed", "refused", "unsaved")

PLATFORM = "slack"
#: A token that ends within this time is renewed.
EARLY = timedelta(hours=1)
#: How long an installation is remembered, and how many of them.
FRESH = timedelta(seconds=60)
MOST = 1000
#: Seconds until a process asks again for a token that another one is renewing.
ELSEWHERE = 2.0
#: Seconds for which anybody waits for a renewal.
PATIENCE = 12.0
#: Seconds before each attempt to store a renewed token; with the exchange before them less than its claim lasts.
SAVING = (0.0, 0.5, 2.0, 5.0)
AT_ONCE = (0.0,)
#: Seconds for what is still to be stored when the process ends.
CLOSING = 3.0


@dataclass(frozen=True, slots=True)
class Unstored:
    """A renewed installation that is not stored yet. Once its token is used Slack ends the one before, so that without
    it the workspace is lost. `used`: the refresh token that stands in the store until then."""

    used: str = field(repr=False)
    new: Installation


class Tokens:
    """Of one process, for all workspaces."""

    def __init__(
        self,
        installations: Installations,
        shell: Shell,
        outgoing: Outgoing,
        client_id: str = "",
        client_secret: str = "",
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._installations = installations
        self._shell = shell
        self._outgoing = outgoing
        self._client = (client_id, client_secret)
        self._sleep = sleep
        self._known: OrderedDict[str, tuple[datetime, Installation]] = OrderedDict()
        self._forgotten = 0
        self._renewals: dict[str, asyncio.Task[Installation]] = {}
        self._refused: dict[str, str] = {}  # by tenant: the refresh token that Slack did not take
        self._unstored: dict[str, Unstored] = {}
        self.authorize = Authorize(self)
        outgoing.on_refused(self.instead_of)

    # Who we are there

    async def of(self, tenant: str) -> Installation:
        """For sending: with a token that is good for a while, renewed first where it must be.

        Raises InstallationGone where there is none, Later where there is none just now.
        """
        found = await self._stored(tenant)
        if found is None:
            raise InstallationGone
        return await self._renewed(found) if self._pressing(found) else found

    async def find(self, enterprise: str | None, team: str | None, whole: bool) -> Installation | None:
        """For what came in: whose it is, or None where the app is not installed. `whole`: the organization's.

        Nobody waits for a renewal here; it is begun. Raises Later while the store cannot be read.
        """
        for tenant, organization in places(enterprise or "", team or "", whole):
            found = await self._stored(tenant)
            if found is not None and found.organization == organization:
                if self._pressing(found):
                    self._renewal(found)
                return found
        return None

    async def instead_of(self, refused: Installation, expired: bool) -> Installation:
        """Another token, after Slack did not take this one. Raises InstallationGone where there is none, Later."""
        self.forget(refused.tenant)
        found = await self._stored(refused.tenant)
        if found is None:
            raise InstallationGone
        if found.token != refused.token:
            return found
        if not expired or not found.refresh:
            raise InstallationGone
        return await self._renewed(found)

    # Coming and going

    async def keep(self, installation: Installation) -> None:
        """A new installation, or one come back. Raises Refusal, LostRace."""
        now = self._shell.clock.now()
        await self._shell.on_store(lambda: self._installations.save(installation, now))
        self.forget(installation.tenant)

    async def remove(self, tenant: str) -> None:
        """At once: the tokens, what is owed and what is due there."""
        now = self._shell.clock.now()
        await self._shell.on_store(lambda: self._installations.remove(PLATFORM, tenant, now))
        self.forget(tenant)

    def forget(self, tenant: str) -> None:
        """The next one who asks gets what is stored."""
        self._forgotten += 1
        self._known.pop(tenant, None)

    async def alive(self, tenant: str) -> bool:
        """Whether Slack takes the token that we have now; False where it cannot be asked."""
        found = await self._read(tenant)
        try:
            return found is not None and bool(await self._outgoing.identify(found.token, urgent=True))
        except REFUSALS:
            return False

    async def issue_state(self) -> str:
        now = self._shell.clock.now()
        return await self._shell.on_store(lambda: self._installations.issue_state(now))

    async def use_state(self, state: str) -> bool:
        now = self._shell.clock.now()
        return await self._shell.on_store(lambda: self._installations.use_state(state, now))

    async def close(self) -> None:
        """Until what Slack has renewed is stored, if that can be."""
        for kept in tuple(self._unstored.values()):
            self._renewal(kept.new)
        running = set(self._renewals.values())
        if running:
            _, late = await asyncio.wait(running, timeout=CLOSING)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # What is stored

    async def _stored(self, tenant: str) -> Installation | None:
        known = self._known.get(tenant)
        if known is not None and timedelta() <= self._shell.clock.now() - known[0] < FRESH:
            return known[1]
        return await self._read(tenant)

    async def _read(self, tenant: str) -> Installation | None:
        before = self._forgotten
        try:
            found = await self._shell.on_store(lambda: self._installations.find(PLATFORM, tenant))
        except (Refusal, LostRace) as error:
            log.warning("slack-installation-unread", error=error)
            raise Later from None
        found = self._newest(tenant, found)
        if before == self._forgotten:
            self._remember(tenant, found)
        return found

    def _newest(self, tenant: str, found: Installation | None) -> Installation | None:
        """Ours that could not be stored; unless the app was removed, installed anew or renewed elsewhere since."""
        ours = self._unstored.get(tenant)
        if ours is None:
            return found
        if found is not None and found.refresh == ours.used:
            return ours.new
        del self._unstored[tenant]
        return found

    def _remember(self, tenant: str, found: Installation | None) -> None:
        self._known.pop(tenant, None)
        if found is not None:
            self._known[tenant] = (self._shell.clock.now(), found)
        if len(self._known) > MOST:
            self._known.popitem(last=False)

    # Renewing

    def _due(self, found: Installation) -> bool:
        return found.expires is not None and found.expires - self._shell.clock.now() <= EARLY

    def _pressing(self, found: Installation) -> bool:
        return self._due(found) or found.tenant in self._unstored

    async def _renewed(self, found: Installation) -> Installation:
        """Once for all who ask at the same time; whoever gives up waiting does not end it."""
        task = self._renewal(found)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if done else self._meanwhile(found, Later(ELSEWHERE))

    def _renewal(self, found: Installation) -> asyncio.Task[Installation]:
        running = self._renewals.get(found.tenant)
        if running is None:
            running = self._renewals[found.tenant] = asyncio.create_task(self._renew(found))
            running.add_done_callback(lambda task: self._over(found.tenant, task))
        return running

    def _over(self, tenant: str, task: asyncio.Task[Installation]) -> None:
        del self._renewals[tenant]
        if not task.cancelled():
            task.exception()  # whoever still waits gets it; nobody has to

    async def _renew(self, asked: Installation) -> Installation:
        tenant, now = asked.tenant, self._shell.clock.now()
        if tenant in self._unstored:
            asked = await self._caught_up(tenant)
            if not self._due(asked):
                return asked
        if self._refused.get(tenant) == asked.refresh:
            return self._meanwhile(asked, InstallationGone())
        claimed = await self._claimed(tenant, now)
        found = await self._read(tenant)  # after the claim: the process that held it before may have renewed it
        if found is None:
            raise InstallationGone
        if found.token != asked.token and not self._due(found):
            return found
        if not claimed:
            return self._meanwhile(found, Later(ELSEWHERE))
        return await self._exchanged(found)

    async def _caught_up(self, tenant: str) -> Installation:
        """What could not be stored is, if that can be now."""
        found = await self._read(tenant)
        if found is None:
            raise InstallationGone
        ours = self._unstored.get(tenant)
        return found if ours is None else await self._saved(ours, AT_ONCE)

    async def _claimed(self, tenant: str, now: datetime) -> bool:
        try:
            return await self._shell.on_store(lambda: self._installations.claim_renewal(PLATFORM, tenant, now))
        except (Refusal, LostRace):
            return False

    async def _exchanged(self, found: Installation) -> Installation:
        refused: Exception
        try:
            form = {"grant_type": "refresh_token", "refresh_token": found.refresh}
            grant = renewed(await self._outgoing.exchange(*self._client, **form))
        except Later as later:
            refused = Later(later.after)
        except (OurBug, InstallationGone, ConversationGone):
            self._note_refused(found)
            refused = InstallationGone()
        else:
            expires = grant.expires(self._shell.clock.now())
            new = replace(found, token=grant.access_token, refresh=grant.refresh_token, expires=expires)
            before = self._unstored.get(found.tenant)
            return await self._saved(Unstored(before.used if before else found.refresh, new), SAVING)
        return self._meanwhile(found, refused)

    def _note_refused(self, found: Installation) -> None:
        """It is not sent again: an installation that is made anew has another one."""
        if len(self._refused) >= MOST:
            self._refused.clear()
        self._refused[found.tenant] = found.refresh
        self._alarm("refused")

    def _meanwhile(self, found: Installation, otherwise: Exception) -> Installation:
        """The old token while it lives."""
        if found.expires is not None and found.expires > self._shell.clock.now():
            return found
        raise otherwise

    async def _saved(self, ours: Unstored, pauses: Iterable[float]) -> Installation:
        """What is stored now: nothing where the app was removed meanwhile, and this one where the store is away."""
        tenant, known = ours.new.tenant, ours.new.tenant in self._unstored
        self._unstored[tenant] = ours
        self.forget(tenant)
        for pause in pauses:
            await self._sleep(pause)
            if not await self._save(ours.new):
                continue
            self._unstored.pop(tenant, None)
            self.forget(tenant)
            stored = await self._read(tenant)
            if stored is None:
                raise InstallationGone
            return stored
        if not known:
            self._alarm("unsaved")
        return ours.new

    async def _save(self, new: Installation) -> bool:
        now = self._shell.clock.now()
        try:
            await self._shell.on_store(lambda: self._installations.save(new, now))
        except (Refusal, LostRace):
            return False
        return True

    def _alarm(self, outcome: str) -> None:
        log.error("slack-renewal-failed", platform=PLATFORM, outcome=outcome)


def places(enterprise: str, team: str, whole: bool) -> tuple[tuple[str, bool], ...]:
    """Where an installation may be, and whether it is an organization's: that first where the payload says so."""
    named = ((enterprise, True), (team, False)) if whole else ((team, False), (enterprise, True))
    return tuple((tenant, organization) for tenant, organization in named if tenant)


class Authorize(AsyncAuthorize):
    """What Bolt asks for every request; it takes functions, but not methods. No network.

    Nobody where the app is not installed: Bolt would say so itself, by a client of its own and on its own time.
    """

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        actor_enterprise_id: str | None = None,
        actor_team_id: str | None = None,
        actor_user_id: str | None = None,
    ) -> AuthorizeResult:
        found = await self._tokens.find(enterprise_id, team_id, bool(context.is_enterprise_install))
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.bot_user if found else None,
            bot_token=found.token if found else None,
            user_id=user_id,
        )
