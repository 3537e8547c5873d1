"""One-time links in the browser. Law: looking uses nothing up, and whatever is wrong with a link is answered alike."""

from __future__ import annotations

from typing import Final, Protocol

from aiohttp import web

from adapters.web import entrance, listening
from adapters.web.drawing import JSON_NAME, Drawing
from adapters.web.supervise import HOME
from bot.effects import LinkPurpose
from bot.links import Made

#: Longer is no token of ours.
LONGEST: Final = 100


class Good(Protocol):
    """What a link is good for."""

    @property
    def address(self) -> str: ...

    async def waits(self, token: str) -> LinkPurpose | None: ...

    async def copy(self, token: str) -> Made | None: ...

    async def enter(self, token: str, before: str) -> str | None: ...


class LinkPages:
    def __init__(self, good: Good, drawing: Drawing) -> None:
        self._good = good
        self._drawing = drawing
        self._headers = listening.HEADERS | {
            "Content-Security-Policy": f"default-src 'none'; style-src {drawing.style_source}; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'",
            "X-Robots-Tag": "noindex, nofollow",
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/link/{token}", self.look), web.post("/link/{token}", self.use)]

    async def look(self, request: web.Request) -> web.Response:
        """A button: whoever previews a link does not press it."""
        return await self._button(request)

    async def use(self, request: web.Request) -> web.Response:
        """What was asked for is read first: a form that cannot be read uses no link up."""
        try:
            wanted = (await request.post()).get("as")
        except Exception:  # a broken form fails in many ways
            return await self._button(request, status=400)
        if await self._good.waits(token(request)) == "themes":
            return await self._enter(request)
        made = await self._good.copy(token(request))
        if made is None:
            return self._gone(self._locale(request))
        if wanted == "json":
            named = {"Content-Disposition": f'attachment; filename="{JSON_NAME}"'}
            return web.Response(text=made.json, content_type="application/json", headers=self._headers | named)
        return self._html(self._drawing.copy(made.page, made.locale, made.json))

    async def _enter(self, request: web.Request) -> web.Response:
        """Whoever is led here by another page is not let in as somebody else."""
        address = self._good.address
        if not entrance.is_from_here(request, address):
            return await self._button(request, status=403)
        cookie = await self._good.enter(token(request), entrance.cookie(request, address))
        if cookie is None:
            return self._gone(self._locale(request))
        led = web.Response(status=303, headers=self._headers | {"Location": entrance.under(address, HOME)})
        entrance.give(led, request, address, cookie)
        return led

    async def _button(self, request: web.Request, status: int = 200) -> web.Response:
        """For what the link is good for, where it is still good."""
        locale = self._locale(request)
        purpose = await self._good.waits(token(request))
        if purpose is None:
            return self._gone(locale)
        drawn = self._drawing.entrance(locale) if purpose == "themes" else self._drawing.link(locale)
        return self._html(drawn, status=status)

    def _gone(self, locale: str) -> web.Response:
        return self._html(self._drawing.no_link(locale), status=404)

    def _html(self, text: str, status: int = 200) -> web.Response:
        return web.Response(text=text, status=status, content_type="text/html", headers=self._headers)

    def _locale(self, request: web.Request) -> str:
        return self._drawing.locale(request.headers.get("Accept-Language", ""))


def token(request: web.Request) -> str:
    return request.match_info["token"][:LONGEST]
