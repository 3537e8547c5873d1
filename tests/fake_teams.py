"""A fake of Teams for tests, over real HTTP. Law: it imports nothing of the app; it is a second opinion on the rules.

    async with fake_teams() as teams:
        tenant = teams.tenant("T-ONE-GUID")
        teams.person(tenant, "ada", name="Ada Lopez", zone="America/Chicago")
        team = teams.team(tenant, "Home visitors", members=("ada",))
        ...start the bot with teams.app_id, .password, .bot_tenant, .login_url, .openid_url and .service_url...
        teams.bot_url = "http://127.0.0.1:PORT/api/messages"
        ada = teams.client(tenant, "ada", device="phone")
        await ada.install()
        print(ada.screen())

The clock (`teams.clock`) stands still until a test moves it, or lets it run; only the tokens that Teams signs are of
real time. What is said of Teams without Microsoft's word for it is marked [unverified].
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from fake_teams_client import Client
from fake_teams_connector import create, delete, member, page, send, split, update
from fake_teams_faults import break_off
from fake_teams_keys import stranger
from fake_teams_rules import card_faults
from fake_teams_sending import Answer, Sending, Sent
from fake_teams_state import CARD, Call, Clock, Json, MsTeam, Person, Post, Rejected, TeamsError, Tenant, Where

__all__ = [
    "CARD",
    "Answer",
    "Call",
    "Client",
    "Clock",
    "FakeTeams",
    "MsTeam",
    "Person",
    "Post",
    "Rejected",
    "Sent",
    "TeamsError",
    "Tenant",
    "fake_teams",
    "stranger",
]


@dataclass
class FakeTeams(Sending):
    """Everything that a test holds: see fake_teams_state.Teams, and Faulty, Keyed and Sending in their files."""

    #: How many members a page has at the most: few, so that bots have to turn pages.
    page_most: int = 3

    def client(
        self,
        tenant: Where,
        handle: str,
        device: str = "desktop",
        *,
        old_client: bool = False,
        no_dialogs: bool = False,
        sends_empty: bool = False,
    ) -> Client:
        """`device`: phone, tablet, desktop or web; each client is a device of its own."""
        person = self.who(tenant, handle)
        return Client(self, person, device, old_client, no_dialogs, sends_empty)

    def card_faults(self, card: Any, dialog: bool = False) -> list[str]:
        return card_faults(card, dialog=dialog, own_urls=self.own_urls)


class Server:
    """The HTTP side of one fake."""

    def __init__(self, teams: FakeTeams) -> None:
        self.teams = teams

    def application(self) -> web.Application:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        chat = "/teams/v3/conversations/{conversation}"
        app.router.add_post("/teams/v3/conversations", self.create)
        app.router.add_post(chat + "/activities", self.send)
        app.router.add_post(chat + "/activities/{activity}", self.reply)
        app.router.add_put(chat + "/activities/{activity}", self.update)
        app.router.add_delete(chat + "/activities/{activity}", self.delete)
        app.router.add_get(chat + "/pagedmembers", self.members)
        app.router.add_get(chat + "/members/{member}", self.member)
        app.router.add_post("/login/{tenant}/oauth2/v2.0/token", self.token)
        app.router.add_get("/openid/.well-known/openidconfiguration", self.openid)
        app.router.add_get("/openid/keys", self.keys)
        return app

    # The connector.

    async def create(self, request: web.Request) -> web.StreamResponse:
        return await self._called(request, "create", lambda body, name: create(self.teams, body))

    async def send(self, request: web.Request) -> web.StreamResponse:
        return await self._called(request, "send", lambda body, name: send(self.teams, name, body))

    async def reply(self, request: web.Request) -> web.StreamResponse:
        to = request.match_info["activity"]
        return await self._called(request, "reply", lambda body, name: send(self.teams, name, body, to))

    async def update(self, request: web.Request) -> web.StreamResponse:
        which = request.match_info["activity"]
        return await self._called(request, "update", lambda body, name: update(self.teams, name, which, body))

    async def delete(self, request: web.Request) -> web.StreamResponse:
        which = request.match_info["activity"]
        return await self._called(request, "delete", lambda body, name: delete(self.teams, name, which))

    async def members(self, request: web.Request) -> web.StreamResponse:
        size, token = request.query.get("pageSize", "200"), request.query.get("continuationToken", "")
        wanted = int(size) if size.isdigit() else 200
        most = self.teams.page_most
        return await self._called(request, "members", lambda body, name: page(self.teams, name, wanted, token, most))

    async def member(self, request: web.Request) -> web.StreamResponse:
        who = request.match_info["member"]
        return await self._called(request, "member", lambda body, name: member(self.teams, name, who))

    async def _called(self, request: web.Request, method: str, do: Any) -> web.StreamResponse:
        """The token first, then what was ordered to go wrong, then what was asked."""
        name, body = request.match_info.get("conversation", ""), await _body(request)
        token = _bearer(request)
        self.teams.calls.append(Call(method, self.teams.clock.now, name, body, token))
        try:
            self.teams.check_token(token)
            where = split(name)[0] or _member_of(body)
            tenant = self._tenant(name, body)
            if (ordered := await self.teams.trouble(request, method, where, tenant)) is not None:
                return ordered
            if body is None and method in ("create", "send", "reply", "update"):
                raise TeamsError(400, "BadSyntax", "The body is not JSON.")
            status, answer = do(body, name)
            if self.teams.loses(method, where, tenant):
                break_off(request)
        except TeamsError as error:
            status, answer = error.status, error.body
        return web.json_response(answer, status=status)

    def _tenant(self, name: str, body: Any) -> str:
        place = self.teams.conversations.get(split(name)[0])
        if place:
            return place.tenant
        return str(body.get("tenantId", "")) if isinstance(body, dict) else ""

    # The login and the keys.

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        tenant = request.match_info["tenant"]
        return await self._open(request, "token", lambda: self.teams.give_token(tenant, form))

    async def openid(self, request: web.Request) -> web.StreamResponse:
        return await self._open(request, "openid", self.teams.metadata)

    async def keys(self, request: web.Request) -> web.StreamResponse:
        return await self._open(request, "keys", self.teams.key_set)

    async def _open(self, request: web.Request, method: str, do: Any) -> web.StreamResponse:
        self.teams.calls.append(Call(method, self.teams.clock.now, "", None, ""))
        if (ordered := await self.teams.trouble(request, method, "", "")) is not None:
            return ordered
        try:
            return web.json_response(do())
        except TeamsError as error:
            return web.json_response(error.body, status=error.status)


async def _body(request: web.Request) -> Any:
    try:
        return json.loads(await request.text() or "null")
    except ValueError:
        return None


def _bearer(request: web.Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def _member_of(body: Any) -> str:
    """Who a chat is to be opened with: what limits on opening are counted by."""
    members: list[Json] = body.get("members") or [] if isinstance(body, dict) else []
    return str(members[0].get("id", "")) if members else ""


@asynccontextmanager
async def fake_teams() -> AsyncIterator[FakeTeams]:
    teams = FakeTeams()
    runner = web.AppRunner(Server(teams).application(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    teams.base = f"http://{host}:{port}"
    try:
        async with aiohttp.ClientSession() as client:
            teams._client = client
            yield teams
    finally:
        await runner.cleanup()
