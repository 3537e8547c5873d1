"""One workspace, by a bot token from the settings. Law: that token is never stored."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from adapters.slack.outcomes import TokenExpired
from adapters.slack.outgoing import REFUSALS, Outgoing
from bot.ports import Installation, Installations, Later, Refusal

UNREACHED = "Slack cannot be reached just now. Check the network and SLACK_API_URL, then start again."
REFUSED = (
    "Slack does not take SLACK_BOT_TOKEN. Copy it again from the app's page: OAuth & Permissions, Bot User OAuth Token."
)


class OneWorkspace:
    """`Installations` with one installation, known once `identify` has asked Slack whose token it is. After `remove`
    there is none until the next start. `kept`: the store's, which hears of both."""

    def __init__(self, kept: Installations, outgoing: Outgoing, token: str) -> None:
        self._kept = kept
        self._outgoing = outgoing
        self._token = token
        self._here: Installation | None = None

    async def identify(self) -> Installation:
        """Raises Refusal, for whoever runs this."""
        self._here = here = self._read(await self._asked())
        await asyncio.to_thread(lambda: self._kept.present(here.platform, here.tenant))
        return here

    async def _asked(self) -> dict[str, Any]:
        try:
            return await self._outgoing.identify(self._token)
        except REFUSALS as error:
            away = isinstance(error, Later) and not isinstance(error, TokenExpired)
            refusal = Refusal("slack-unreached", UNREACHED) if away else Refusal("slack-token", REFUSED)
        raise refusal

    def _read(self, answer: dict[str, Any]) -> Installation:
        """https://docs.slack.dev/reference/methods/auth.test"""
        whole = answer.get("is_enterprise_install") is True
        tenant, bot_user = answer.get("enterprise_id" if whole else "team_id"), answer.get("user_id")
        if not (isinstance(tenant, str) and tenant and isinstance(bot_user, str)):
            raise Refusal("slack-token", REFUSED)
        return Installation("slack", tenant, bot_user, self._token, organization=whole)

    def find(self, platform: str, tenant: str) -> Installation | None:
        here = self._here
        return here if here is not None and (here.platform, here.tenant) == (platform, tenant) else None

    def save(self, installation: Installation, at: datetime) -> None:
        self._here = installation

    def remove(self, platform: str, tenant: str, at: datetime) -> None:
        if self.find(platform, tenant) is not None:
            self._here = None
        self._kept.remove(platform, tenant, at)

    def present(self, platform: str, tenant: str) -> None:
        self._kept.present(platform, tenant)

    def claim_renewal(self, platform: str, tenant: str, now: datetime) -> bool:
        return False  # a token that stands in the settings cannot be renewed there

    def issue_state(self, now: datetime) -> str:
        return self._kept.issue_state(now)

    def use_state(self, state: str, now: datetime) -> bool:
        return self._kept.use_state(state, now)
