"""What Bolt's install flow keeps, kept by our own port: it saves, and asks for nothing. Law: tokens pass through here
and stay nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from logging import Logger
from typing import Any

from slack_bolt.error import BoltError
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
