"""The files that a page of themes takes from its server. Law: these and no others, from memory."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
KINDS: Final = {
    "chat.css": "text/css",
    "supervise.css": "text/css",
    "supervise.js": "text/javascript",
    "theme.js": "text/javascript",
    "mark.svg": "image/svg+xml",
}


def routes() -> list[web.AbstractRouteDef]:
    return [web.get("/static/{name}", _file)]


async def _file(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in KINDS:
        raise web.HTTPNotFound
    return web.Response(text=_read(name), content_type=KINDS[name])


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
