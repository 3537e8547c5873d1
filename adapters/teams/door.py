"""`POST /api/messages`. Law: nothing of an activity is used before its token, its service address and its tenant are
right, and whatever comes, the answer is a status of ours and never a traceback."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from adapters.teams.activity import Activity, read
from adapters.teams.keys import NoKeys
from adapters.teams.sdk import Answer, Sdk
from adapters.teams.service_urls import ServiceUrls
from adapters.teams.tenants import Tenants
from adapters.teams.tokens import CHANNEL, Denied, Tokens
from bot import logs
from bot.config import is_loopback

log = logs.Log(
    "teams-failed", "teams-refused", "algorithm", "audience", "channel", "endorsement", "expired", "host", "issuer",
    "kid", "malformed", "missing-claim", "no-header", "no-keys", "not-yet", "scheme", "service-url", "signature",
    "tenant", "time", "too-long", "unknown-key",
)  # fmt: skip

PATH = "/api/messages"
MAX_BODY = 256 * 1024

Take = Callable[[Activity], Awaitable[Answer | None]]


class Door:
    """`tokens`: None where nobody is asked who they are, which is on loopback only."""

    def __init__(self, sdk: Sdk, tokens: Tokens | None, urls: ServiceUrls, tenants: Tenants, take: Take) -> None:
        self._sdk = sdk
        self._tokens = tokens
        self._urls = urls
        self._tenants = tenants
        self._take = take

    async def knock(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            return web.Response(status=415)
        if self._tokens is None and not is_loopback(request.url.host or ""):
            return _refused(403, "host")  # a page elsewhere may have been given this computer's address
        raw = await request.read()
        if len(raw) > MAX_BODY:
            return web.Response(status=413)
        data = parsed(raw)
        if data is None:
            return web.Response(status=400)
        try:
            return await self._answered(data, request.headers.get("Authorization", ""))
        except Exception as error:  # Teams hears of it, and says it again
            log.error("teams-failed", platform="teams", error=error)
            return web.Response(status=500)

    async def _answered(self, data: dict[str, Any], authorization: str) -> web.Response:
        try:
            await self._verified(data, authorization)
            activity = read(data)
        except Denied as denied:
            return _refused(401, denied.rule)
        except NoKeys:
            return _refused(503, "no-keys")
        except ValidationError:
            return web.Response(status=400)
        if not self._urls.admits(activity.service_url):
            return _refused(403, "service-url")
        if not await self._tenants.admits(activity):
            return web.Response() if self._tenants.awaits(activity) else _refused(403, "tenant")
        answer = await self._sdk.turn(data, lambda: self._take(activity))
        return web.Response() if answer is None else _invoked(answer)

    async def _verified(self, data: dict[str, Any], authorization: str) -> None:
        if self._tokens is not None:
            await self._tokens.verify(authorization, data)
        elif data.get("channelId") != CHANNEL:
            raise Denied("channel")


def parsed(raw: bytes) -> dict[str, Any] | None:
    """An activity as it came; None for anything else."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and isinstance(data.get("type"), str) else None


def _invoked(answer: Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status)
    return web.json_response(answer.body, status=answer.status, dumps=partial(json.dumps, ensure_ascii=False))


def _refused(status: int, rule: str) -> web.Response:
    """Nothing is said of why; the log has the rule, and nothing of the token."""
    log.warning("teams-refused", platform="teams", rule=rule, status=status)
    return web.Response(status=status)
