"""What Slack grants for a code or a refresh token. Pure. Law: what is not whole is refused, and no error quotes it.

https://docs.slack.dev/reference/methods/oauth.v2.access
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_sdk.oauth.installation_store import Installation as Installed

from bot.ports import OurBug


class _Loose(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, strict=True)


class Named(_Loose):
    id: str = ""


class Grant(_Loose):
    """Tokens, and where and for whom they are."""

    access_token: str = Field(min_length=1, repr=False)
    refresh_token: str = Field(default="", repr=False)
    expires_in: int = Field(default=0, ge=0, le=10**9)
    token_type: str = "bot"
    bot_user_id: str = ""
    is_enterprise_install: bool = False
    app_id: str = ""
    team: Named | None = None
    enterprise: Named | None = None
    authed_user: Named | None = None

    @property
    def tenant(self) -> str:
        """The workspace, or the whole organization; empty where Slack names none."""
        place = self.enterprise if self.is_enterprise_install else self.team
        return place.id if place else ""

    def expires(self, now: datetime) -> datetime | None:
        """None for a token that lasts."""
        return now + timedelta(seconds=self.expires_in) if self.expires_in else None

    def sdk(self, now: datetime) -> Installed:
        """As Bolt's install flow hands it on."""
        expires = self.expires(now)
        return Installed(
            app_id=self.app_id,
            enterprise_id=self.enterprise.id if self.enterprise else None,
            team_id=self.team.id if self.team else None,
            bot_token=self.access_token,
            bot_user_id=self.bot_user_id,
            bot_refresh_token=self.refresh_token or None,
            bot_token_expires_at=int(expires.timestamp()) if expires else None,
            user_id=self.authed_user.id if self.authed_user else "",
            is_enterprise_install=self.is_enterprise_install,
        )


def installed(answer: Mapping[str, Any]) -> Grant:
    """For a code. Raises OurBug where it is no bot's token, or nobody can tell where it is good."""
    grant = _granted(answer)
    if not grant.tenant or not grant.bot_user_id:
        raise OurBug
    return grant


def renewed(answer: Mapping[str, Any]) -> Grant:
    """For a refresh token. Raises OurBug where it could not be renewed again."""
    grant = _granted(answer)
    if not grant.refresh_token or not grant.expires_in:
        raise OurBug
    return grant


def _granted(answer: Mapping[str, Any]) -> Grant:
    try:
        grant = Grant.model_validate({name: value for name, value in answer.items() if value is not None})
    except ValidationError:
        grant = None
    if grant is None or grant.token_type != "bot":
        raise OurBug
    return grant
