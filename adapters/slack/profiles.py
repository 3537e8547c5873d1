"""The language, zone and names of people's Slack profiles; the first two are theirs until they choose others. Read
seldom, kept in memory."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from adapters.slack.outgoing import REFUSALS, Outgoing
from adapters.slack.payload import Member
from bot.events import Event, Inbound, Who
from bot.ports import Clock, Installation

REMEMBERED = 20_000
#: Seconds. A profile is read again after a day, one that Slack did not give after a minute; nobody waits long for it.
OLD = 24 * 3600.0
AGAIN = 60.0
PATIENCE = 0.8


@dataclass(frozen=True, slots=True)
class Profile:
    locale: str = ""
    zone: str = ""
    names: tuple[str, ...] = field(default=(), repr=False)

    def inbound(self, key: str, who: Who, event: Event) -> Inbound:
        """Something that this person did, or that happened to them."""
        return Inbound(key=key, who=who, event=event, locale=self.locale, zone=self.zone, names=self.names)


def profile(locale: str | None, zone: str | None, names: tuple[str, ...] = ()) -> Profile:
    """Slack says "es-MX"; a language is enough."""
    return Profile((locale or "").partition("-")[0].lower(), zone or "", names)


class Profiles:
    def __init__(self, outgoing: Outgoing, clock: Clock) -> None:
        self._outgoing = outgoing
        self._clock = clock
        self._known: OrderedDict[Who, tuple[float, Profile]] = OrderedDict()

    async def of(self, who: Who, installation: Installation) -> Profile:
        """An empty profile where Slack does not say it at once: what is stored of the person then stays as it is."""
        now = self._clock.now().timestamp()
        known = self._known.get(who)
        if known is not None and now - known[0] < OLD:
            return known[1]
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._outgoing.call(installation, "users.info", user=who.user, include_locale=True)
            user = Member.model_validate(answer.get("user", {}))
        except (*REFUSALS, TimeoutError, ValueError):  # the talk does not wait for it
            found = Profile() if known is None else known[1]
            self._remember(who, found, now - OLD + AGAIN)
            return found
        found = profile(user.locale, user.tz, user.names)
        self._remember(who, found, now)
        return found

    def changed(self, who: Who, member: Member) -> None:
        """Slack tells of every change of everybody's profile; only people who are known here matter."""
        if who in self._known:
            before = self._known[who][1]
            names = member.names or before.names
            after = profile(member.locale or before.locale, member.tz or before.zone, names)
            self._remember(who, after, self._clock.now().timestamp())

    def _remember(self, who: Who, found: Profile, read_at: float) -> None:
        self._known[who] = (read_at, found)
        self._known.move_to_end(who)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
