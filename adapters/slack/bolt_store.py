"""What Bolt's install flow keeps, kept by our own port. Law: tokens pass through here and stay nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from logging import Logger
from typing import Any

from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store import Installation as Installed
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.slack.door import quiet_logger
from adapters.slack.tokens import PLATFORM, Tokens
from bot.ports import Installation, LostRace, Refusal


class States(AsyncOAuthStateStore):
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @property
    def logger(self) -> Logger:
        return quiet_logger()

    async def async_issue(self, *_: Any, **__: Any) -> str:
        return await self._tokens.issue_state()

    async def async_consume(self, state: str) -> bool:
        return await self._tokens.use_state(state)


class Kept(AsyncInstallationStore):
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @property
    def logger(self) -> Logger:
        return quiet_logger()

    async def async_save(self, installation: Installed) -> None:
        """Raises BoltError, as the flow expects."""
        try:
            await self._tokens.keep(ours(installation))
        except (Refusal, LostRace):
            raise BoltError("not stored") from None

    async def async_save_bot(self, bot: Bot) -> None:
        raise BoltError("a bot's token is only stored with who installed it")

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installed | None:
        found = await self._tokens.find(enterprise_id, team_id, bool(is_enterprise_install))
        return None if found is None else theirs(found, enterprise_id, team_id)

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        found = await self._tokens.find(enterprise_id, team_id, bool(is_enterprise_install))
        return None if found is None else theirs(found, enterprise_id, team_id).to_bot()

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        tenant = team_id or enterprise_id
        if tenant:
            await self._tokens.remove(tenant)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """One person's tokens: there are none."""

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)


def ours(installed: Installed) -> Installation:
    whole = bool(installed.is_enterprise_install)
    expires = installed.bot_token_expires_at
    return Installation(
        platform=PLATFORM,
        tenant=(installed.enterprise_id if whole else installed.team_id) or "",
        bot_user=installed.bot_user_id or "",
        token=installed.bot_token or "",
        refresh=installed.bot_refresh_token or "",
        expires=datetime.fromtimestamp(expires, UTC) if expires else None,
        organization=whole,
        installer=installed.user_id or "",
    )


def theirs(found: Installation, enterprise_id: str | None, team_id: str | None) -> Installed:
    return Installed(
        enterprise_id=found.tenant if found.organization else enterprise_id,
        team_id=team_id if found.organization else found.tenant,
        bot_token=found.token,
        bot_user_id=found.bot_user,
        bot_refresh_token=found.refresh or None,
        bot_token_expires_at=int(found.expires.timestamp()) if found.expires else None,
        user_id=found.installer,
        is_enterprise_install=found.organization,
    )
