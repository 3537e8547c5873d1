"""Installing the app at the fake Slack, and tokens that are renewed: oauth.v2.access, apps.uninstall.

https://docs.slack.dev/authentication/installing-with-oauth and .../using-token-rotation
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from fake_slack_state import APP_ID, SCOPES, Json, Slack, SlackError, Token
from fake_slack_web import authenticated

TOKEN_SECONDS: Final = 43_200
CODE_SECONDS: Final = 600
#: "Revoked after a short grace period", says Slack of a used refresh token; how short is [unverified].
GRACE_SECONDS: Final = 60.0
#: "We will enforce a limit of 2 active tokens. If more than 2 exist after the refresh, the oldest is revoked."
ACTIVE_TOKENS: Final = 2


@dataclass
class Code:
    """What an approval gives: good once, for ten minutes."""

    owner: str
    user: str
    scopes: frozenset[str]
    redirect: str
    issued: float
    used: bool = False


@dataclass
class Refresh:
    """`used`: when. `dead`: its successor was used, or it was revoked."""

    owner: str
    scopes: frozenset[str]
    user: str
    used: float | None = None
    dead: bool = False


@dataclass
class Installing(Slack):
    client_id: str = "1.fake"
    client_secret: str = "fake-client-secret"
    #: Whether the app has token rotation switched on: then tokens live twelve hours.
    rotation: bool = True
    #: A used refresh token lives on so long, unless its successor is used before; 0 puts an end to it at once.
    grace: float = GRACE_SECONDS
    codes: dict[str, Code] = field(default_factory=dict)
    refreshes: dict[str, Refresh] = field(default_factory=dict)

    def approve(self, authorize_url: str, owner: str, user: str) -> str:
        """Somebody installs the app from its page: where Slack sends their browser. `owner`: a team or enterprise."""
        asked = self._asked(authorize_url)
        scopes = frozenset(asked.get("scope", "").split(",")) - {""}
        code = self.code(owner, user, scopes=scopes, redirect=asked.get("redirect_uri", ""))
        return self._back(asked, code=code)

    def decline(self, authorize_url: str) -> str:
        return self._back(self._asked(authorize_url), error="access_denied")

    def code(
        self, owner: str, user: str, *, scopes: frozenset[str] = SCOPES - {"im:history"}, redirect: str = ""
    ) -> str:
        """An authorization code, as if somebody had approved."""
        made = f"{self.number()}.code.{owner}"
        self.codes[made] = Code(owner, user, scopes, redirect, self.clock.now)
        return made

    def _asked(self, authorize_url: str) -> dict[str, str]:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorize_url).query).items()}
        assert asked.get("client_id") == self.client_id, "another app's address"
        return asked

    def _back(self, asked: dict[str, str], **result: str) -> str:
        query = urlencode({**result, "state": asked.get("state", "")})
        return f"{asked['redirect_uri']}?{query}"

    # The Web API's side.

    def oauth_access(self, client: tuple[str, str], body: Json) -> Json:
        self._known_client(client)
        if body.get("grant_type") == "refresh_token":
            return self._renew(str(body.get("refresh_token", "")))
        return self._exchange(str(body.get("code", "")), str(body.get("redirect_uri", "")))

    def _known_client(self, client: tuple[str, str]) -> None:
        if client[0] != self.client_id:
            raise SlackError("invalid_client_id")
        if client[1] != self.client_secret:
            raise SlackError("bad_client_secret")

    def _exchange(self, value: str, redirect: str) -> Json:
        code = self.codes.get(value)
        if code is None or self.clock.now - code.issued > CODE_SECONDS:
            raise SlackError("invalid_code")
        if code.used:
            raise SlackError("code_already_used")
        if code.redirect and code.redirect != redirect:
            raise SlackError("bad_redirect_uri")
        code.used = True
        return self._granted(code.owner, code.scopes, code.user)

    def _renew(self, value: str) -> Json:
        old = self.refreshes.get(value)
        if old is None or old.dead or self._gone(old.owner):
            raise SlackError("invalid_refresh_token")
        if old.used is not None and self.clock.now - old.used >= self.grace:
            raise SlackError("invalid_refresh_token")
        old.used = self.clock.now if old.used is None else old.used
        self.used_refresh(value)
        return self._granted(old.owner, old.scopes, old.user, after=value)

    def used_refresh(self, value: str) -> None:
        """Using a token's successor puts an end to it."""
        for token in self.tokens.values():
            if token.refresh == value and token.after in self.refreshes:
                self.refreshes[token.after].dead = True

    def used_token(self, value: str) -> None:
        token = self.tokens.get(value)
        if token is not None and not token.dead and token.after in self.refreshes:
            self.refreshes[token.after].dead = True

    def _gone(self, owner: str) -> bool:
        places = [each for each in self.workspaces.values() if owner in (each.id, each.enterprise)]
        return not any(each.installed for each in places)

    def _granted(self, owner: str, scopes: frozenset[str], user: str, after: str = "") -> Json:
        places = [each for each in self.workspaces.values() if owner in (each.id, each.enterprise)]
        assert places, f"no workspace for {owner}: make it first"
        org = owner not in self.workspaces
        for each in places:
            each.installed, each.org_wide = True, org
        number = self.number()
        access = f"xoxe.xoxb-1-{number}" if self.rotation else f"xoxb-{number}"
        token = self.tokens[access] = Token(access, owner, scopes)
        renewal = self._with_refresh(token, user, after) if self.rotation else {}
        enterprise = {"id": places[0].enterprise, "name": places[0].enterprise.lower()}
        return {
            "app_id": APP_ID,
            "authed_user": {"id": user},
            "scope": ",".join(sorted(scopes)),
            "token_type": "bot",
            "access_token": access,
            "bot_user_id": places[0].bot_user,
            **renewal,
            "team": None if org else {"id": owner, "name": places[0].domain},
            "enterprise": enterprise if places[0].enterprise else None,
            "is_enterprise_install": org,
        }

    def _with_refresh(self, token: Token, user: str, after: str) -> Json:
        refresh = f"xoxe-1-{self.number()}"
        self.refreshes[refresh] = Refresh(token.owner, token.scopes, user)
        token.refresh, token.after, token.expires = refresh, after, self.clock.now + TOKEN_SECONDS
        active = [each for each in self.tokens.values() if each.owner == token.owner and each.expires and not each.dead]
        for oldest in [each for each in active if (each.expires or 0) > self.clock.now][:-ACTIVE_TOKENS]:
            oldest.dead = "token_revoked"
        return {"refresh_token": refresh, "expires_in": TOKEN_SECONDS}

    def uninstall_by_app(self, client: tuple[str, str], value: str) -> Json:
        """The app takes itself off. Slack then sends app_uninstalled: `uninstalled` does that."""
        self._known_client(client)
        self.take_off(authenticated(self, value).owner)
        return {}

    def take_off(self, owner: str) -> None:
        for place in self.workspaces.values():
            if owner in (place.id, place.enterprise):
                place.installed = False
        for token in self.tokens.values():
            if token.owner == owner:
                token.dead = token.dead or "account_inactive"
        for refresh in self.refreshes.values():
            refresh.dead = refresh.dead or refresh.owner == owner
