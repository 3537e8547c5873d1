"""What becomes of a workspace and its people: somebody looks at the home, changes their profile, leaves; the app is
removed. Law: each of these can come twice, late, or for somebody who is not known here, and then does nothing."""

from __future__ import annotations

from adapters.slack.homes import Homes
from adapters.slack.installing import Installing
from adapters.slack.payload import Happened, Member, Payload
from adapters.slack.profiles import Profiles
from adapters.slack.tokens import Tokens
from bot.events import Inbound, Left, Who
from bot.ports import Installation
from bot.turn import Shell


class Workspaces:
    def __init__(
        self, shell: Shell, tokens: Tokens, installing: Installing, homes: Homes, profiles: Profiles
    ) -> None:
        self._shell = shell
        self._tokens = tokens
        self._installing = installing
        self._homes = homes
        self._profiles = profiles

    async def changed(self, payload: Payload, installation: Installation | None) -> bool:
        """Whether it was that."""
        happened = payload.event
        if happened is None:
            return False
        match happened.type:
            case "app_uninstalled":
                await self._gone(payload)
            case "tokens_revoked" if happened.tokens and happened.tokens.bot:
                await self._gone(payload)
            case "team_access_revoked":
                await self._closed_to_us(happened, installation)
            case "app_home_opened" if installation and happened.tab == "home" and isinstance(happened.user, str):
                who = Who(platform="slack", tenant=installation.tenant, user=happened.user)
                await self._homes.show(who, installation)
            case "user_change" if installation and isinstance(happened.user, Member):
                await self._profile(payload, happened.user, installation)
            case _:
                return False
        return True

    async def _gone(self, payload: Payload) -> None:
        """The app was removed, or its token revoked: here and now, whatever is stored of it."""

    async def _closed_to_us(self, happened: Happened, installation: Installation | None) -> None:
        pass

    async def _profile(self, payload: Payload, member: Member, installation: Installation) -> None:
        who = Who(platform="slack", tenant=installation.tenant, user=member.id)
        if not member.deleted:
            return self._profiles.changed(who, member)
        if await self._shell.on_store(lambda: self._shell.store.known(who)):
            left = Left(at=self._shell.clock.now())
            await self._shell.handle(Inbound(key=f"event:{payload.event_id}", who=who, event=left))
