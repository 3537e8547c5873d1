"""Who is in the teams in which the bot is a guest: names, and how somebody can be reached who has never written. Law:
read when it is needed, kept in memory for an hour, stored nowhere."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.teams.outgoing import REFUSALS, Outgoing
from adapters.teams.reference import Reference, read
from adapters.teams.tenants import PLATFORM
from bot.conversation import Option
from bot.ports import Rooms
from bot.turn import Shell

#: Seconds for which a roster is believed; for which a form waits for names; and which a whole roster may take.
FRESH = 3600.0
PATIENCE = 1.5
WHOLE = 20.0
#: Pages of one roster, and tenants remembered.
PAGES = 100
MOST = 200


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody in a team. `at`: where a chat with them can be made, by that team's address."""

    name: str
    at: Reference


@dataclass
class Rosters:
    shell: Shell
    rooms: Rooms
    outgoing: Outgoing
    clock: Callable[[], float] = time.monotonic
    _read: OrderedDict[str, tuple[float, dict[str, Known]]] = field(default_factory=OrderedDict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def find(self, tenant: str, user: str) -> Known | None:
        """Waits for a whole roster, where it has to be read."""
        return (await self._of(tenant)).get(user)

    async def names(self, tenant: str) -> tuple[Option, ...]:
        """By name. Without those that cannot be had at once: a page does not wait for them."""
        known: dict[str, Known] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                known = await self._of(tenant)
        except TimeoutError:
            pass
        named = [Option(id=user, label=one.name) for user, one in known.items() if one.name]
        return tuple(sorted(named, key=lambda option: (option.label.casefold(), option.id)))

    def forget(self, tenant: str) -> None:
        """Somebody has come or gone, or a team has: the next who asks reads again."""
        self._read.pop(tenant, None)

    async def _of(self, tenant: str) -> dict[str, Known]:
        read = self._read.get(tenant)
        if read is not None and self.clock() - read[0] < FRESH:
            return read[1]
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            read = self._read.get(tenant)
            if read is not None and self.clock() - read[0] < FRESH:
                return read[1]
            found = await self._all(tenant)
            self._remember(tenant, found)
        return found

    async def _all(self, tenant: str) -> dict[str, Known]:
        rooms = await self.shell.on_store(lambda: self.rooms.all(PLATFORM, tenant))
        found: dict[str, Known] = {}
        for room in rooms:
            at = read(room.reference)
            if at is not None:
                found |= await self._members(at)
        return found

    async def _members(self, room: Reference) -> dict[str, Known]:
        """What of a roster can be had; one team that does not answer leaves the others."""
        found: dict[str, Known] = {}
        token = ""
        try:
            async with asyncio.timeout(WHOLE):
                for _ in range(PAGES):
                    members, token = await self.outgoing.members(room, token)
                    for member in members:
                        here = {"conversation": "", "user": member.user, "member": member.id}
                        found[member.user.lower()] = Known(member.name, room.model_copy(update=here))
                    if not token:
                        break
        except (*REFUSALS, TimeoutError):
            pass
        found.pop("", None)
        return found

    def _remember(self, tenant: str, found: dict[str, Known]) -> None:
        self._read[tenant] = (self.clock(), found)
        if len(self._read) > MOST:
            old, _ = self._read.popitem(last=False)
            self._locks.pop(old, None)
