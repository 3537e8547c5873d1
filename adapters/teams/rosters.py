"""Who is in the teams in which the bot is a guest: names, and how somebody can be reached who has never written. Law:
read when it is needed, kept in memory for an hour, and stored nowhere but as what is taken out of people's words: keyed
hashes of names that tell nobody's."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.teams.outgoing import REFUSALS, Outgoing
from adapters.teams.reference import Reference, read
from adapters.teams.tenants import PLATFORM
from bot import logs
from bot.conversation import Option
from bot.ports import Later, Refusal, Rooms
from bot.turn import Shell

log = logs.Log("teams-roster-failed", "teams-names-failed")

#: Seconds for which a roster is believed; for which it is believed of who is not in it, because they may have come
#: since; for which a form waits for names; and which a whole roster may take.
FRESH = 3600.0
JUST_NOW = 60.0
PATIENCE = 1.5
WHOLE = 20.0
#: Teams whose members are read at once.
AT_ONCE = 8
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


NOBODY: Final = Roster({}, whole=False)


@dataclass
class Rosters:
    shell: Shell
    rooms: Rooms
    outgoing: Outgoing
    clock: Callable[[], float] = time.monotonic
    _read: OrderedDict[str, tuple[float, Roster]] = field(default_factory=OrderedDict)
    _reading: dict[str, asyncio.Task[Roster]] = field(default_factory=dict)

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
        self._reading.pop(tenant, None)

    async def close(self) -> None:
        reading = tuple(self._reading.values())
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)

    async def _of(self, tenant: str, age: float) -> Roster:
        """Not older than `age`. Who waits no longer leaves the reading to go on for whoever asks next."""
        when, roster = self._read.get(tenant, (0.0, NOBODY))
        if roster.whole and self.clock() - when < age:
            return roster
        task = self._reading.get(tenant)
        if task is None:
            task = self._reading[tenant] = asyncio.create_task(self._all(tenant))
        return await asyncio.shield(task)

    async def _all(self, tenant: str) -> Roster:
        """Remembered where it is whole, and nobody has come or gone since it was begun."""
        when, roster = self.clock(), NOBODY
        try:
            roster = await self._everybody(tenant)
        except Exception as error:  # nobody is found for now
            log.warning("teams-roster-failed", error=error)
        finally:
            current = self._reading.get(tenant) is asyncio.current_task()
            if current:
                del self._reading[tenant]
        if current and roster.whole:
            self._remember(tenant, when, roster)
        await self._heard(tenant, roster)
        return roster

    async def _heard(self, tenant: str, roster: Roster) -> None:
        """A name that cannot be noted now is noted when the roster is read again."""
        try:
            await self.shell.heard(PLATFORM, tenant, [one.name for one in roster.people.values() if one.name])
        except Refusal as error:
            log.warning("teams-names-failed", error=error)

    async def _everybody(self, tenant: str) -> Roster:
        rooms = await self.shell.on_store(lambda: self.rooms.all(PLATFORM, tenant))
        some = asyncio.Semaphore(AT_ONCE)
        teams = await asyncio.gather(*(self._members(at, some) for room in rooms if (at := read(room.reference))))
        found = {user: one for each in teams for user, one in each.people.items()}
        return Roster(found, all(each.whole for each in teams))

    async def _members(self, room: Reference, some: asyncio.Semaphore) -> Roster:
        """What can be had of one team; one that does not answer now leaves the others."""
        found: dict[str, Known] = {}
        token = ""
        try:
            async with some, asyncio.timeout(WHOLE):
                for _ in range(PAGES):
                    members, token = await self.outgoing.members(room, token)
                    for member in members:
                        here = {"conversation": "", "user": member.user, "member": member.id}
                        found[member.user.lower()] = Known(member.name, room.model_copy(update=here))
                    if not token:
                        break
        except (Later, TimeoutError):
            return Roster(found, whole=False)
        except REFUSALS:
            pass  # nobody is found there any more, however often we ask
        return Roster(found, whole=True)

    def _remember(self, tenant: str, when: float, roster: Roster) -> None:
        self._read[tenant] = (when, roster)
        self._read.move_to_end(tenant)
        if len(self._read) > MOST:
            self._read.popitem(last=False)
