"""A bot of sixty lines, to try the fake of Teams with: it is no part of the app, and knows no SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
import pytest
from aiohttp import web
from fake_teams import CARD, Client, FakeTeams, MsTeam, fake_teams

Json = dict[str, Any]
TENANT = "11111111-2222-4333-8444-555555555555"


def text(words: str, **more: Any) -> Json:
    return {"type": "TextBlock", "text": words, "wrap": True, **more}


def entry(name: str = "write", label: str = "Your words", **more: Any) -> Json:
    return {"type": "Input.Text", "id": name, "label": label, "isMultiline": True, **more}


def boxes(*labels: str, **more: Any) -> Json:
    choices = [{"title": each, "value": each.lower()} for each in labels]
    named = {"id": "ticks", "label": "What was there", "style": "expanded", "isMultiSelect": True}
    return {"type": "Input.ChoiceSet", **named, "choices": choices, **more}


def submit(title: str, do: str = "", **more: Any) -> Json:
    return {"type": "Action.Submit", "title": title, "data": {"do": do or title.lower(), **more}}


def execute(title: str, do: str = "") -> Json:
    made = {**submit(title, do), "type": "Action.Execute", "verb": "answer"}
    return {**made, "fallback": submit(title, do)}


def fetch(title: str = "Continue privately") -> Json:
    return submit(title, "open", msteams={"type": "task/fetch"})


def card(*body: Json, actions: tuple[Json, ...] = (), **more: Any) -> Json:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body), "actions": list(actions), **more}


def message(content: Json, **more: Any) -> Json:
    return {"type": "message", "attachments": [{"contentType": CARD, "content": content}], **more}


def going_on(content: Json, title: str = "A talk") -> Json:
    value = {"title": title, "height": "medium", "width": "medium", "card": {"contentType": CARD, "content": content}}
    return {"task": {"type": "continue", "value": value}}


def view(content: Json) -> Json:
    return {"statusCode": 200, "type": CARD, "value": content}


def awaited(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*given: Any, **named: Any) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(30):
                await test(*given, **named)

        asyncio.run(bounded())

    return run


Handler = Callable[["Bot", Json], Awaitable[Any]]


async def nothing(bot: Bot, activity: Json) -> None:
    return None


class Refused(Exception):
    """The connector's answer was no success."""

    def __init__(self, status: int, body: Any, headers: Any) -> None:
        super().__init__(status, body)
        self.status, self.body, self.headers = status, body, headers


@dataclass
class Bot:
    """A small bot of its own: it checks tokens, notes what comes and answers as told."""

    teams: FakeTeams
    http: aiohttp.ClientSession
    handler: Handler = nothing
    got: list[Json] = field(default_factory=list)
    token: str = ""

    async def receive(self, request: web.Request) -> web.Response:
        activity = await request.json()
        if not await self.trusts(request.headers.get("Authorization", ""), activity):
            return web.Response(status=401)
        self.got.append(activity)
        answer = await self.handler(self, activity)
        if isinstance(answer, web.Response):
            return answer
        return web.json_response(answer) if answer is not None else web.Response()

    async def trusts(self, header: str, activity: Json) -> bool:
        if self.teams.anonymous:
            return not header
        async with self.http.get(self.teams.openid_url) as found:
            metadata = await found.json()
        async with self.http.get(metadata["jwks_uri"]) as found:
            keys = jwt.PyJWKSet.from_dict(await found.json())
        token = header.removeprefix("Bearer ")
        try:
            key = keys[jwt.get_unverified_header(token)["kid"]]
            wanted = {"audience": self.teams.app_id, "issuer": metadata["issuer"]}
            claims = jwt.decode(token, key, ["RS256"], **wanted, options={"require": ["exp", "serviceurl"]})
        except (jwt.PyJWTError, KeyError):
            return False
        return bool(claims["serviceurl"] == activity["serviceUrl"])

    async def login(self, tenant: str = "", **form: str) -> tuple[int, Json]:
        usual = {"client_id": self.teams.app_id, "client_secret": self.teams.password}
        scope = {"grant_type": "client_credentials", "scope": "https://api.botframework.com/.default"}
        url = f"{self.teams.login_url}/{tenant or self.teams.bot_tenant}/oauth2/v2.0/token"
        async with self.http.post(url, data={**usual, **scope, **form}) as answer:
            return answer.status, await answer.json()

    async def call(self, method: str, path: str, body: Any = None, query: str = "") -> Json:
        """Of the connector. `path`: below /v3/conversations."""
        if not self.token and not self.teams.anonymous:
            self.token = (await self.login())[1]["access_token"]
        url = f"{self.teams.service_url}v3/conversations{quote(path)}{query}"
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.http.request(method, url, json=body, headers=sent) as answer:
            found = await answer.json()
            if answer.status >= 300:
                raise Refused(answer.status, found, answer.headers)
            return dict(found)

    async def open(self, who: str, tenant: str = TENANT) -> str:
        given = {"bot": {"id": self.teams.bot_id}, "members": [{"id": who}], "tenantId": tenant, "isGroup": False}
        return str((await self.call("POST", "", given))["id"])

    async def say(self, place: str, activity: Json) -> str:
        return str((await self.call("POST", f"/{place}/activities", activity))["id"])

    async def change(self, place: str, which: str, activity: Json) -> None:
        await self.call("PUT", f"/{place}/activities/{which}", activity)


@asynccontextmanager
async def running(handler: Handler = nothing) -> AsyncIterator[tuple[Bot, Client]]:
    async with fake_teams() as teams, aiohttp.ClientSession() as http:
        teams.tenant(TENANT)
        teams.person(TENANT, "ada", name="Ada Lopez", locale="es-MX", zone="America/Chicago")
        teams.person(TENANT, "ben", name="Ben Okoro")
        bot = Bot(teams, http, handler)
        routes = web.Application()
        routes.router.add_post("/api/messages", bot.receive)
        runner = web.AppRunner(routes, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        teams.bot_url = "http://{}:{}/api/messages".format(*runner.addresses[0][:2])
        try:
            yield bot, teams.client(TENANT, "ada", device="phone")
        finally:
            await runner.cleanup()


async def refused(asked: Awaitable[Any]) -> Refused:
    with pytest.raises(Refused) as trouble:
        await asked
    return trouble.value


def offering(content: Json, **more: Any) -> Handler:
    """Sends this card whenever somebody says something."""

    async def handler(bot: Bot, activity: Json) -> None:
        if activity["type"] == "message" and "text" in activity:
            await bot.say(activity["conversation"]["id"], message(content, **more))

    return handler


def answering(content: Json, *answers: Any) -> Handler:
    """Sends the card, and answers invokes with these one after the other."""
    left, offer = list(answers), offering(content)

    async def handler(bot: Bot, activity: Json) -> Any:
        return left.pop(0) if activity["type"] == "invoke" else await offer(bot, activity)

    return handler


async def welcomed(bot: Bot) -> MsTeam:
    team = bot.teams.team(TENANT, "Home visitors", members=("ada", "ben"))
    await bot.teams.add_to_team(team, by="ada")
    return team
