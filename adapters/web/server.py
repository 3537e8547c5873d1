"""The server behind which the platforms stand. Law: limits before anything else, and every error a plain sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from adapters.web import listening
from bot import logs
from bot.ports import Refusal

if TYPE_CHECKING:
    from bot.metrics import Counts

log = logs.Log("request-failed")

#: Seconds for a body to arrive, and for a database to answer.
READ_SECONDS = 10.0
#: Slack sends what stands in a modal twice, and a letter that is not English in up to nine bytes.
MAX_BODY = 2 * 1024 * 1024
READY_SECONDS = 3.0

HEADERS = listening.HEADERS | {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex",
}
PROMETHEUS = "text/plain; version=0.0.4"

WORDS = {
    400: "This could not be read.",
    403: "This is not allowed.",
    404: "There is nothing here.",
    405: "This address does not take that.",
    408: "This took too long to arrive.",
    413: "This is too large.",
    503: "Not ready; please try again soon.",
}
REFUSALS = {"busy": 503, "too-large": 413}


def build_server(
    routes: Iterable[web.AbstractRouteDef], ready: Callable[[], Awaitable[None]], counts: Counts | None = None
) -> web.Application:
    """The platforms' `routes` and what operators ask. `ready` raises a Refusal whose code says what is missing."""
    counted = [] if counts is None else [_counted(counts)]
    app = web.Application(middlewares=[*counted, _plainly, _whole], client_max_size=MAX_BODY)
    app.on_response_prepare.append(_add_headers)
    app.add_routes([web.get("/healthz", listening.healthy), web.get("/readyz", _readiness(ready))])
    if counts is not None:
        app.router.add_get("/metrics", _numbers(counts))
    app.add_routes(list(routes))
    return app


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    listening.dress(response, HEADERS)


def _readiness(ready: Callable[[], Awaitable[None]]) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await ready()
        except Refusal as refusal:
            return web.Response(status=503, text=f"{refusal.code}\n")
        except TimeoutError:
            return web.Response(status=503, text="slow\n")
        return web.Response(text="ready\n")

    return answer


def _numbers(counts: Counts) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=counts.text(), headers={"Content-Type": PROMETHEUS})

    return answer


def _counted(counts: Counts) -> Middleware:
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        status = 500
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            if resource := request.match_info.route.resource:
                counts.request(resource.canonical, status)
        return response

    return answer


@web.middleware
async def _plainly(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong becomes one plain sentence, and at most one line without details in the log."""
    with logs.request():
        return await _answered(request, handler)


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _sentence(error.status, allow=error.headers.get("Allow"))
    except Refusal as refusal:
        return _sentence(REFUSALS.get(refusal.code, 409), refusal.words)
    except web.RequestPayloadError:
        return _sentence(400)
    except Exception as error:
        log.error("request-failed", error=error)
        return _sentence(500)


def _sentence(status: int, words: str = "", allow: str | None = None) -> web.Response:
    headers = {} if allow is None else {"Allow": allow}
    return web.Response(status=status, text=f"{words or WORDS.get(status, WORDS[503])}\n", headers=headers)


@web.middleware
async def _whole(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The body is here, whole and not too large, before anybody looks at it."""
    if request.match_info.http_exception is None and request.can_read_body:
        if (request.content_length or 0) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY)
        try:
            async with asyncio.timeout(READ_SECONDS):
                await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
    return await handler(request)
