"""Channels in which the bot is a guest. Law: what is heard is what becomes of the bot itself; it may be said twice,
late or in any order, and comes to the same.

Slack tells of everybody who comes into such a channel, and of every public channel that is archived, deleted or shared:
of these nothing is kept. No name is asked either.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from adapters.slack.payload import Happened, Payload
from adapters.slack.profiles import Profiles
from adapters.slack.tokens import PLATFORM
from bot.events import Who
from bot.ports import Installation, Room, Rooms
from bot.turn import Shell

JOINED: Final = "member_joined_channel"
#: Nobody can be asked there any more, or people of other organizations can. Whoever archives a channel takes all bots
#: out of it; when it is opened again they have to be invited again (https://github.com/elastic/connectors/issues/1972).
OVER: Final = frozenset({
    "channel_left", "channel_archive", "channel_deleted", "channel_shared",
    "group_left", "group_archive", "group_deleted",
})  # fmt: skip

_CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,20}")
#: Seconds and their fraction; the year 2286 has a digit more.
_MOMENT: Final = re.compile(r"\d{10}\.\d{1,9}", re.ASCII)


class Channels:
    def __init__(self, shell: Shell, rooms: Rooms, profiles: Profiles) -> None:
        self._shell = shell
        self._rooms = rooms
        self._profiles = profiles

    async def changed(self, payload: Payload, installation: Installation) -> bool:
        """Whether it was that. Raises Refusal, LostRace while the store is away: Slack then says it again."""
        happened = payload.event
        if happened is None or happened.type not in (JOINED, *OVER):
            return False
        ours = happened.type in OVER or happened.user in (installation.bot_user, *bots(payload))
        if ours and isinstance(happened.channel, str) and _CHANNEL.fullmatch(happened.channel):
            await self._note(payload, happened, happened.channel, installation)
        return True

    async def _note(self, payload: Payload, happened: Happened, channel: str, installation: Installation) -> None:
        """A question is for one team: where another organization reads along there is none."""
        now, key = self._shell.clock.now(), f"event:{payload.event_id}"
        room = Room(PLATFORM, installation.tenant, channel, channel, since=moment(happened.event_ts))
        if happened.type in OVER or payload.is_ext_shared_channel:
            await self._shell.on_store(lambda: self._rooms.remove(room, now, key))
            return
        spoken = replace(room, locale=await self._language(happened.inviter, installation))
        await self._shell.on_store(lambda: self._rooms.save(spoken, now, key))

    async def _language(self, inviter: object, installation: Installation) -> str:
        """That of whoever put the bot there, as far as it is spoken here."""
        if not isinstance(inviter, str):
            return ""
        who = Who(platform=PLATFORM, tenant=installation.tenant, user=inviter)
        locale = (await self._profiles.of(who, installation)).locale
        return locale if locale in self._shell.library.locales else ""


def bots(payload: Payload) -> tuple[str, ...]:
    """Our own, as Slack calls it there: an organization's installation may go by several."""
    return tuple(said.user_id for said in payload.authorizations or () if said.is_bot and said.user_id)


def moment(event_ts: object) -> datetime | None:
    """By Slack's clock; None where it does not say so in its own way."""
    if not (isinstance(event_ts, str) and _MOMENT.fullmatch(event_ts)):
        return None
    return datetime.fromtimestamp(float(event_ts), UTC)
