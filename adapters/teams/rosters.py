"""Who is in the teams in which the bot is a guest: names, and how somebody can be reached who has never written. Law:
read when it is needed, kept in memory for an hour, stored nowhere."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.teams.outgoing import REFUSALS, Outgoing
from adapters.teams.reference import Reference, read
from adapters.teams.tenants import PLATFORM
from bot.conversation import Option
from bot.ports import Later, Rooms
from bot.turn import Shell

#: Seconds for which a roster is believed; for which it is believed of who is not in it, because they may have come
#: since; for which a form waits for names; and which a whole roster may take.
FRESH = 3600.0
JUST_NOW = 60.0
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


@dataclass(frozen=True, slots=True)
class Roster:
    """By user. `whole`: every team has answered."""

    people: Mapping[str, Known]
    whole: bool


@dataclass
class Rosters:
    shell: Shell
    rooms: Rooms
    outgoing: Outgoing
    clock: Callable[[], float] = time.monotonic
    _read: OrderedDict[str, tuple[float, Roster]] = field(default_factory=OrderedDict)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def find(self, tenant: str, user: str) -> Known | None:
        """Waits for a whole roster, where it has to be read. Raises Later where that cannot be had now."""
        for age in (FRESH, JUST_NOW):
            roster = await self._of(tenant, age)
            if user in roster.people:
                return roster.people[user]
            if not roster.whole:
                raise Later
        return None

    async def names(self, tenant: str) -> tuple[Option, ...]:
        """By name. Without those that cannot be had at once: a page does not wait for them."""
        known: Mapping[str, Known] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                known = (await self._of(tenant, FRESH)).people
        except TimeoutError:
            pass
        named = [Option(id=user, label=one.name) for user, one in known.items() if one.name]
        return tuple(sorted(named, key=lambda option: (option.label.casefold(), option.id)))

    def forget(self, tenant: str) -> None:
        """Somebody has come or gone, or a team has: the next who asks reads again."""
        self._read.pop(tenant, None)

    async def _of(self, tenant: str, age: float) -> Roster:
        """Not older than `age`; only a whole one is remembered."""
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            when, roster = self._read.get(tenant, (0.0, Roster({}, whole=False)))
            if roster.whole and self.clock() - when < age:
                return roster
            when, roster = self.clock(), await self._all(tenant)
            if roster.whole:
                self._remember(tenant, when, roster)
        return roster

    async def _all(self, tenant: str) -> Roster:
        rooms = await self.shell.on_store(lambda: self.rooms.all(PLATFORM, tenant))
        found: dict[str, Known] = {}
        whole = True
        for room in rooms:
            at = read(room.reference)
            if at is not None:
                whole = await self._members(at, found) and whole
        found.pop("", None)
        return Roster(found, whole)

    async def _members(self, room: Reference, found: dict[str, Known]) -> bool:
        """Puts in what can be had. Whether that is all: a team that does not answer now leaves the others."""
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
        except (Later, TimeoutError):
            return False
        except REFUSALS:
            pass  # nobody is found there any more, however often we ask
        return True

    def _remember(self, tenant: str, when: float, roster: Roster) -> None:
        self._read[tenant] = (when, roster)
        if len(self._read) > MOST:
            old, _ = self._read.popitem(last=False)
            self._locks.pop(old, None)
