"""A fake of Slack for tests, over real HTTP. Law: it imports nothing of the app; it is a second opinion on the rules.

    async with fake_slack() as slack:
        slack.workspace("T1", bot_token="xoxb-1")
        slack.person("T1", "UADA", "ada")
        ...start the app with SLACK_API_URL = slack.api_url...
        slack.app_url = "http://127.0.0.1:PORT/slack/events"
        ada = Phone(slack, "T1", "UADA")
        await ada.command("/reflect")
        print(ada.screen())

The clock (`slack.clock`) stands still until a test moves it. What is said of Slack without its word for it is marked
[unverified].
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp import web
from fake_slack_channels import Channels
from fake_slack_faults import Faulty
from fake_slack_phone import Phone
from fake_slack_sending import Answer, Sent
from fake_slack_socket import SocketMode
from fake_slack_state import SCOPES, Call, Clock, Json, Message, Person, ResponseUrl, SlackError, Workspace
from fake_slack_web import call, change, content_of, post

__all__ = [
    "SCOPES",
    "Answer",
    "Call",
    "Clock",
    "FakeSlack",
    "Message",
    "Person",
    "Phone",
    "Sent",
    "SlackError",
    "Workspace",
    "fake_slack",
]

#: A response_url takes five posts, for half an hour.
RESPONSE_USES: Final = 5
RESPONSE_SECONDS: Final = 1800


@dataclass
class FakeSlack(Faulty, Channels):
    """Everything that a test holds: see fake_slack_state.Slack, and Faulty, Installing, Sending and Channels in their
    files."""

    def __post_init__(self) -> None:
        self.socket_mode = SocketMode(self)
        self.socket = self.socket_mode

    @property
    def api_url(self) -> str:
        return f"{self.base}/api/"


async def _body(request: web.Request) -> Json:
    """Form-encoded or JSON, as clients send them, with what stands in the query."""
    query = dict(request.query)
    if request.content_type == "application/json":
        try:
            given = json.loads(await request.text() or "{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(given, dict):
            raise SlackError("json_not_object")
        return {**query, **given}
    return {**query, **{name: value for name, value in (await request.post()).items() if isinstance(value, str)}}


def _token(request: web.Request, body: Json) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else str(body.get("token", ""))


def _client(request: web.Request, body: Json) -> tuple[str, str]:
    """The app's id and secret: HTTP Basic, or in the body."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        name, _, secret = b64decode(value).decode().partition(":")
        return name, secret
    return str(body.get("client_id", "")), str(body.get("client_secret", ""))


class Server:
    """The HTTP side of one fake."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack

    def application(self) -> web.Application:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self.api)
        app.router.add_get("/socket", self.slack.socket_mode.connect)
        app.router.add_post("/response/{team}/{number}", self.respond)
        return app

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            body = await _body(request)
            token = _token(request, body)
            self.slack.calls.append(Call(method, self.slack.clock.now, body, token))
            if (ordered := await self.slack.trouble(method, body)) is not None:
                return ordered
            answer = {"ok": True, **self._done(request, method, token, body)}
            if self.slack.loses(method, body) and request.transport is not None:
                request.transport.abort()
        except SlackError as error:
            answer = {"ok": False, "error": error.error, **error.more}
        return web.json_response(answer)

    def _done(self, request: web.Request, method: str, token: str, body: Json) -> Json:
        match method:
            case "oauth.v2.access":
                return self.slack.oauth_access(_client(request, body), body)
            case "apps.uninstall":
                return self.slack.uninstall_by_app(_client(request, body), token)
            case "apps.connections.open":
                return self.slack.socket_mode.ticket(token)
        self.slack.used_token(token)
        return call(self.slack, method, token, body)

    async def respond(self, request: web.Request) -> web.Response:
        url = f"{self.slack.base}{request.path}"
        body = await _body(request)
        self.slack.calls.append(Call("response_url", self.slack.clock.now, body, ""))
        if (ordered := await self.slack.trouble("response_url", body)) is not None:
            return ordered
        given = self.slack.response_urls.get(url)
        if given is None or self.slack.clock.now - given.issued > RESPONSE_SECONDS:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if given.uses >= RESPONSE_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        given.uses += 1
        try:
            self._respond(given, body)
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.error, **error.more}, status=400)
        return web.Response(text="ok")

    def _respond(self, given: ResponseUrl, body: Json) -> None:
        origin = next((each for each in given.place.messages if given.ts and each.ts == given.ts), None)
        if body.get("delete_original") and origin:
            origin.deleted = True
            return
        content = content_of(self.slack, "response_url", body)
        if body.get("replace_original") and origin:
            change(origin, content, self.slack.ts())
            return
        public = body.get("response_type") == "in_channel"
        shown_in = given.place if public else self.slack.dm(given.place.team, given.user)
        post(self.slack, shown_in, content, ephemeral=not public)


@asynccontextmanager
async def fake_slack() -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    runner = web.AppRunner(Server(slack).application(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    slack.base = f"http://{host}:{port}"
    try:
        async with aiohttp.ClientSession() as client:
            slack._client = client
            yield slack
    finally:
        await slack.socket_mode.drop()
        await runner.cleanup()
