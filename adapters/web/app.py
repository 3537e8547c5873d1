"""The local web application. Law: it answers this computer only, and never shows or logs what somebody wrote."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from adapters.web import listening
from adapters.web.chat import Chat, SkipWeeks
from adapters.web.chat_log import ChatLog
from adapters.web.demo_door import DemoDoor
from adapters.web.drawing import Drawing
from adapters.web.finding import Attack
from adapters.web.links import LinkPages
from adapters.web.people import People, Person
from adapters.web.supervise import SupervisePages
from bot import logs
from bot.config import is_loopback
from bot.links import Links
from bot.ports import Refusal
from bot.turn import Shell

log = logs.Log("request-failed")

STATIC = Path(__file__).parent / "static"

HEADERS = listening.HEADERS | {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}

#: What went wrong, as a line of the bot's own; the rest is `busy`.
WORDS = {403: "web-not-from-here", 404: "web-not-found", 400: "web-unreadable", 405: "web-unreadable", 413: "too-large"}
REFUSALS = {"busy": 503, "too-large": 413}


def build_app(
    shell: Shell,
    people: People,
    chat_log: ChatLog,
    routes: Iterable[web.AbstractRouteDef] = (),
    *,
    supervisor: Person | None = None,
    skip: SkipWeeks | None = None,
    attack: Attack | None = None,
) -> web.Application:
    """The chat of each of `people`, and `routes` beside it. `chat_log` is the shell's messenger; `supervisor`: whose
    page stands beside every talk; `skip` lets four weeks go by; `attack` looks for a person there."""
    drawing = Drawing(shell.library)
    app = web.Application(middlewares=[kindly(drawing), local_only], client_max_size=listening.MAX_BODY)
    app.on_response_prepare.append(add_headers)
    app.add_routes([web.get("/", _to_chat), web.get("/healthz", listening.healthy), web.static("/static", STATIC)])
    app.add_routes(Chat(shell, people, chat_log, drawing, supervisor, skip, attack).routes())
    app.add_routes(LinkPages(Links(shell), drawing).routes())
    if supervisor is not None:
        app.add_routes(DemoDoor(shell, supervisor).routes())
    app.add_routes(SupervisePages(shell, drawing, demo=supervisor.name if supervisor else "").routes())
    app.add_routes(list(routes))
    return app


async def serve(app: web.Application, host: str = "127.0.0.1", port: int = 8080) -> web.AppRunner:
    """Starts answering; `runner.addresses` says where, `await runner.cleanup()` ends it.

    Raises Refusal for a port in use and for an address that other computers could reach.
    """
    if not is_loopback(host):
        raise Refusal("host", f"The local chat answers this computer only, so not at {host}. Use 127.0.0.1.")
    return await listening.listen(app, host, port, patience=2.0)


async def _to_chat(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/chat")


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    listening.dress(response, HEADERS)


@web.middleware
async def local_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Against pages elsewhere that point a name at this computer (DNS rebinding) or post to it (CSRF)."""
    host = request.headers.get("Host", "").lower()
    if host not in _own_hosts(request):
        raise web.HTTPForbidden
    if request.method not in ("GET", "HEAD"):
        own = f"http://{host}"
        origin, site = request.headers.get("Origin", own).lower(), request.headers.get("Sec-Fetch-Site", "").lower()
        # A form of a page that sends no referrer has no origin either; the browser says all the same whose it is.
        if (origin != own and (origin, site) != ("null", "same-origin")) or site not in ("", "same-origin"):
            raise web.HTTPForbidden
    return await handler(request)


def _own_hosts(request: web.Request) -> set[str]:
    if request.transport is None:
        return set()
    port = request.transport.get_extra_info("sockname")[1]
    names = ("127.0.0.1", "localhost", "[::1]")
    return {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())


def kindly(drawing: Drawing) -> Middleware:
    """Whatever goes wrong becomes one kind sentence: a page, or plain text for what the script asked."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        locale = drawing.locale(request.headers.get("Accept-Language", ""))
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return _sentence(request, drawing, locale, error.status)
        except Refusal as refusal:
            return _sentence(request, drawing, locale, REFUSALS.get(refusal.code, 409), refusal.words)
        except Exception as error:
            log.error("request-failed", error=error)
            return _sentence(request, drawing, locale, 500)

    return answer


def _sentence(request: web.Request, drawing: Drawing, locale: str, status: int, words: str = "") -> web.Response:
    words = words or drawing.word(locale, WORDS.get(status, "busy"))
    if request.method == "POST":
        return web.Response(status=status, text=words)
    return web.Response(status=status, text=drawing.sentence(locale, words), content_type="text/html")
