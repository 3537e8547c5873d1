"""Who comes and who goes: the app in somebody's chat, the bot in a team, people in that team. Law: everything of it may
be said twice, late or in any order, and comes to the same."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.teams.activity import Activity
from adapters.teams.messenger import TeamsMessenger
from adapters.teams.reference import Reference
from adapters.teams.rosters import Rosters
from adapters.teams.tenants import ADDED, PLATFORM
from bot.events import Event, Inbound, Joined, Left, Who
from bot.ports import Room, Rooms
from bot.turn import Shell

#: That a team is there no more, whatever Teams calls it.
ENDED = frozenset({"teamDeleted", "teamHardDeleted"})
#: That it is there again, or is called otherwise.
THERE = frozenset({"teamRestored", "teamUnarchived", "teamRenamed"})


@dataclass
class Comings:
    shell: Shell
    rooms: Rooms
    messenger: TeamsMessenger
    rosters: Rosters

    async def took(self, activity: Activity) -> bool:
        """Whether it was one of these. Raises Refusal, LostRace while the store is away: Teams then says it again."""
        if activity.type not in ("installationUpdate", "conversationUpdate"):
            return False
        if activity.channel_data.team is not None:
            await self._of_team(activity)
        elif activity.type == "installationUpdate" and activity.personal and activity.person:
            await self._of_person(activity)
        return True

    # Somebody's own chat with the bot

    async def _of_person(self, activity: Activity) -> None:
        """By installationUpdate alone: conversationUpdate says the same before it or after it, but not in which
        language the person reads."""
        who, at, now = who_of(activity), reference(activity), self.shell.clock.now()
        if activity.action == "add":
            self.messenger.heard(who, at)
            await self._handle(activity, Joined(at=now, happened=activity.happened))
        if activity.action in ADDED:
            await self.messenger.met(who, at)
        elif activity.action == "remove":
            self.messenger.forget(who)
            if await self.shell.on_store(lambda: self.shell.store.known(who)):
                await self._handle(activity, Left(at=now, happened=activity.happened))

    async def _handle(self, activity: Activity, event: Event) -> None:
        await self.shell.handle(
            Inbound(
                key=f"activity:{activity.id}",
                who=who_of(activity),
                event=event,
                locale=activity.language,
                zone=activity.zone,
                names=activity.names,
            )
        )

    # A team in which the bot is a guest

    async def _of_team(self, activity: Activity) -> None:
        team, now, key = activity.channel_data.team, self.shell.clock.now(), f"activity:{activity.id}"
        assert team is not None
        self.rosters.forget(activity.tenant)
        room = Room(
            platform=PLATFORM,
            tenant=activity.tenant,
            external=team.id,
            reference=channel(activity, team.id).written(),
            name=team.name or "",
            locale=activity.language if activity.language in self.shell.library.locales else "",
            since=activity.happened,
        )
        if _removed(activity) or activity.channel_data.event_type in ENDED:
            await self.shell.on_store(lambda: self.rooms.remove(room, now, key))
        elif team.id and (_added(activity) or activity.channel_data.event_type in THERE):
            await self.shell.on_store(lambda: self.rooms.save(room, now, key))


def who_of(activity: Activity) -> Who:
    return Who(platform=PLATFORM, tenant=activity.tenant, user=activity.person)


def reference(activity: Activity) -> Reference:
    """Where the chat of this activity is."""
    return Reference(
        service_url=activity.service_url,
        tenant=activity.tenant,
        bot=activity.recipient.id,
        conversation=activity.conversation.id,
        user=activity.person,
        member=activity.from_.id,
    )


def channel(activity: Activity, team: str) -> Reference:
    """The first channel of a team, which has the team's id."""
    return Reference(
        service_url=activity.service_url, tenant=activity.tenant, bot=activity.recipient.id, conversation=team
    )


def _added(activity: Activity) -> bool:
    """The bot was put there. People who are added to a team are told nothing: nobody asked them in."""
    if activity.type == "installationUpdate":
        return activity.action in ADDED
    return any(member.id == activity.recipient.id for member in activity.members_added)


def _removed(activity: Activity) -> bool:
    if activity.type == "installationUpdate":
        return activity.action == "remove"
    return any(member.id == activity.recipient.id for member in activity.members_removed)
