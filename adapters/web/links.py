"""One-time links in the browser. Law: looking uses nothing up, and whatever is wrong with a link is answered alike."""

from __future__ import annotations

import base64
import hashlib
from typing import Final, Protocol

from aiohttp import web

from adapters.web import listening
from adapters.web.drawing import JSON_NAME, Drawing
from bot.links import Made

#: Longer is no token of ours.
LONGEST: Final = 100


class Good(Protocol):
    """What a link is good for."""

    async def waits(self, token: str) -> bool: ...

    async def copy(self, token: str) -> Made | None: ...


class LinkPages:
    def __init__(self, good: Good, drawing: Drawing) -> None:
        self._good = good
        self._drawing = drawing
        style = base64.b64encode(hashlib.sha256(drawing.style.encode()).digest()).decode()
        self._headers = listening.HEADERS | {
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'",
            "X-Robots-Tag": "noindex, nofollow",
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/link/{token}", self.look), web.post("/link/{token}", self.use)]

    async def look(self, request: web.Request) -> web.Response:
        """A button: whoever previews a link does not press it."""
        locale = self._locale(request)
        if not await self._good.waits(token(request)):
            return self._gone(locale)
        return self._html(self._drawing.link(locale))

    async def use(self, request: web.Request) -> web.Response:
        """What was asked for is read first: a form that cannot be read uses no link up."""
        try:
            wanted = (await request.post()).get("as")
        except Exception:  # a broken form fails in many ways
            return await self._unread(request)
        made = await self._good.copy(token(request))
        if made is None:
            return self._gone(self._locale(request))
        if wanted == "json":
            named = {"Content-Disposition": f'attachment; filename="{JSON_NAME}"'}
            return web.Response(text=made.json, content_type="application/json", headers=self._headers | named)
        return self._html(self._drawing.copy(made.page, made.locale, made.json))

    async def _unread(self, request: web.Request) -> web.Response:
        """The button once more, where the link is still good."""
        locale = self._locale(request)
        if not await self._good.waits(token(request)):
            return self._gone(locale)
        return self._html(self._drawing.link(locale), status=400)

    def _gone(self, locale: str) -> web.Response:
        return self._html(self._drawing.no_link(locale), status=404)

    def _html(self, text: str, status: int = 200) -> web.Response:
        return web.Response(text=text, status=status, content_type="text/html", headers=self._headers)

    def _locale(self, request: web.Request) -> str:
        return self._drawing.locale(request.headers.get("Accept-Language", ""))


def token(request: web.Request) -> str:
    return request.match_info["token"][:LONGEST]
