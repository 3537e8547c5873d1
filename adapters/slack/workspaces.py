"""What becomes of a workspace and its people: the app is taken away, somebody looks at the home, changes their profile,
leaves. Law: each of these can come twice, late, or for somebody who is not known here, and then does nothing."""

from __future__ import annotations

from adapters.slack.homes import Homes
from adapters.slack.leaving import left
from adapters.slack.payload import Member, Payload
from adapters.slack.profiles import Profiles
from adapters.slack.tokens import Tokens
from bot.events import Inbound, Left, Who
from bot.ports import Installation
from bot.promptly import Promptly, deadline
from bot.turn import Shell


class Workspaces:
    def __init__(self, shell: Shell, tokens: Tokens, homes: Homes, profiles: Profiles, promptly: Promptly) -> None:
        self._shell = shell
        self._tokens = tokens
        self._homes = homes
        self._profiles = profiles
        self._promptly = promptly

    async def changed(self, payload: Payload, installation: Installation | None) -> bool:
        """Whether it was that."""
        happened = payload.event
        if happened is None:
            return False
        if await left(self._tokens, payload):
            return True
        match happened.type, happened.user:
            case "app_home_opened", str(user) if installation and happened.tab == "home":
                who = Who(platform="slack", tenant=installation.tenant, user=user)
                await self._promptly.show(deadline(), self._homes.show(who, installation))
            case "user_change", Member() as member if installation:
                await self._profile(payload, member, installation)
            case _:
                return False
        return True

    async def _profile(self, payload: Payload, member: Member, installation: Installation) -> None:
        who = Who(platform="slack", tenant=installation.tenant, user=member.id)
        if not member.deleted:
            return self._profiles.changed(who, member)
        if await self._shell.on_store(lambda: self._shell.store.known(who)):
            gone = Left(at=self._shell.clock.now())
            await self._shell.handle(Inbound(key=f"event:{payload.event_id}", who=who, event=gone))
