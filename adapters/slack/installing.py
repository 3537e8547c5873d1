"""Installing over OAuth, for workspaces and whole organizations. Law: what did not begin here, in the same browser, in
the last ten minutes, stores nothing.

https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from aiohttp import web
from multidict import CIMultiDict
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as Installed
from yarl import URL

from adapters.slack import install_page
from adapters.slack.bolt_store import Kept, States
from adapters.slack.door import quiet_logger
from adapters.slack.grant import installed
from adapters.slack.install_page import Page
from adapters.slack.manifest import REDIRECT_PATH
from adapters.slack.outgoing import REFUSALS, Outgoing
from adapters.slack.tokens import Tokens
from bot import logs
from bot.config import Slack
from bot.turn import Shell

log = logs.Log("slack-install-failed")

INSTALL_PATH = "/slack/install"
COOKIE = "afterword-install"
#: Seconds that an installation may take; as long as the store takes its state.
WITHIN = 600

_PLACE = re.compile(r"[TE][A-Z0-9]{1,20}")
_APP = re.compile(r"A[A-Z0-9]{1,20}")


class Installing:
    """Two addresses: one leads to Slack, the other is where Slack leads back to."""

    def __init__(
        self,
        settings: Slack,
        public_url: str,
        tokens: Tokens,
        shell: Shell,
        outgoing: Outgoing,
        asked: Sequence[str],
    ) -> None:
        self._library = shell.library
        self._slack = URL(settings.api_url).origin()
        self._begin_at = f"{public_url}{INSTALL_PATH}"
        self._flow = _Flow(
            outgoing,
            shell,
            AsyncOAuthSettings(
                client_id=settings.client_id,
                client_secret=settings.client_secret,
                scopes=list(asked),
                user_scopes=[],
                redirect_uri=f"{public_url}{REDIRECT_PATH}",
                install_path=INSTALL_PATH,
                install_page_rendering_enabled=False,
                redirect_uri_path=REDIRECT_PATH,
                callback_options=AsyncCallbackOptions(self._installed, self._not_installed),
                authorization_url=str(self._slack / "oauth/v2/authorize"),
                installation_store=Kept(tokens),
                state_store=States(tokens),
                # With this prefix no neighbouring host can set it; browsers want https for that.
                state_cookie_name=f"__Host-{COOKIE}" if public_url.startswith("https:") else COOKIE,
                state_expiration_seconds=WITHIN,
                logger=quiet_logger(),
            ),
        )

    def routes(self) -> list[web.AbstractRouteDef]:
        """GET only: a HEAD would use up what it asks for."""
        return [
            web.get(INSTALL_PATH, self._begin, allow_head=False),
            web.get(REDIRECT_PATH, self._back, allow_head=False),
        ]

    async def _begin(self, request: web.Request) -> web.Response:
        return _answer(await self._flow.handle_installation(_asked(request)))

    async def _back(self, request: web.Request) -> web.Response:
        asked = _asked(request)
        try:
            return _answer(await self._flow.handle_callback(asked))
        except Exception as error:
            log.error("slack-install-failed", error=error)
        return _answer(self._page(asked, install_page.failed("", self._begin_at), 500))

    async def _installed(self, args: AsyncSuccessArgs) -> BoltResponse:
        place = args.installation
        link = self._slack / "app_redirect"
        if _APP.fullmatch(place.app_id or ""):
            link = link.update_query(app=place.app_id or "")
        if _PLACE.fullmatch(place.team_id or ""):
            link = link.update_query(team=place.team_id or "")
        page = install_page.done(str(link), bool(place.is_enterprise_install))
        return self._page(args.request, page, 200, over=True)

    async def _not_installed(self, args: AsyncFailureArgs) -> BoltResponse:
        """Bolt says 200 where somebody cancelled, or Slack brings an error; nothing was installed then."""
        status = args.suggested_status_code if args.suggested_status_code >= 400 else 400
        page = install_page.failed(args.reason, self._begin_at)
        return self._page(args.request, page, status, over=args.reason == "access_denied")

    def _page(self, request: AsyncBoltRequest, page: Page, status: int, *, over: bool = False) -> BoltResponse:
        locale = install_page.language(self._library, ",".join(request.headers.get("accept-language", ())))
        cookie = {"Set-Cookie": self._flow.settings.state_utils.build_set_cookie_for_deletion()} if over else {}
        headers: dict[str, str | Sequence[str]] = {**install_page.HEADERS, **cookie}
        return BoltResponse(status=status, body=page.html(self._library, locale), headers=headers)


class _Flow(AsyncOAuthFlow):
    """Bolt's flow with our own way to Slack: Bolt's writes the code into its log, and asks auth.test for nothing."""

    def __init__(self, outgoing: Outgoing, shell: Shell, settings: AsyncOAuthSettings) -> None:
        super().__init__(settings=settings, logger=quiet_logger())
        self._outgoing = outgoing
        self._clock = shell.clock

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """Bolt puts what came in into the address as it is."""
        team = (request.query.get("team") or [""])[0]
        query = {
            "client_id": self.settings.client_id,
            "scope": ",".join(self.settings.scopes or ()),
            "user_scope": "",
            "redirect_uri": self.settings.redirect_uri or "",
            "state": state,
            **({"team": team} if _PLACE.fullmatch(team) else {}),
        }
        return f"{self.settings.authorization_url}?{urlencode(query)}"

    async def run_installation(self, code: str) -> Installed | None:
        client_id, secret = self.settings.client_id, self.settings.client_secret
        try:
            answer = await self._outgoing.exchange(
                client_id, secret, code=code, redirect_uri=self.settings.redirect_uri
            )
            return installed(answer).sdk(self._clock.now())
        except REFUSALS:
            return None


def _asked(request: web.Request) -> AsyncBoltRequest:
    """Not Bolt's own reading, which takes the query apart a second time."""
    headers: dict[str, str | Sequence[str]] = {
        name: request.headers.getall(name, []) for name in ("Cookie", "Accept-Language")
    }
    return AsyncBoltRequest(body="", query=request.rel_url.raw_query_string, headers=headers)


def _answer(response: BoltResponse) -> web.Response:
    headers = CIMultiDict[str]()
    for name, values in response.headers.items():
        for value in values:
            headers.add(name, f"{value}; SameSite=Lax" if name == "set-cookie" else value)
    return web.Response(status=response.status, body=response.body.encode(), headers=headers)
