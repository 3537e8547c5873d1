"""The supervisor's page in a browser. Law: who somebody is and what they supervise is found out anew at each request,
and a look is noted before anything is shown."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from aiohttp import web

from adapters.web import entrance, listening
from adapters.web.drawing import Drawing
from adapters.web.themes import Themes, Viewer, json_of, up_to
from bot.ports import Visitor
from bot.snapshot import Report
from bot.turn import Shell

#: Why nothing is shown, by its word: the same bytes whatever was asked for.
Shut = Literal["out", "not-yours", "nothing", "not-so", "not-from-here"]
STATUS: Final[dict[Shut, int]] = {"out": 401, "not-yours": 403, "nothing": 404, "not-so": 400, "not-from-here": 403}

HOME: Final = "/supervise"


class Closed(Exception):
    """Nothing is shown. `visitor`: where it is known who asks."""

    def __init__(self, why: Shut, visitor: Visitor | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.visitor = visitor


@dataclass(frozen=True, slots=True)
class Visit:
    """A supervisor and the circle that they look at; `circles`: of all that they supervise, by name."""

    visitor: Visitor
    report: Report
    circles: tuple[str, ...]


class SupervisePages:
    """`demo`: whose page can be opened with one click, which only the local demo has."""

    def __init__(self, shell: Shell, drawing: Drawing, demo: str = "") -> None:
        self._shell = shell
        self._drawing = drawing
        self._themes = Themes(shell.library)
        self._demo = demo
        self._headers = listening.HEADERS | {
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; img-src 'self'; "
            f"style-src 'self' {drawing.style_source}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "X-Robots-Tag": "noindex, nofollow",
        }

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/supervise", self.page),
            web.post("/supervise/sign-out", self.sign_out),
            web.get("/supervise/{circle:[^/]+}", self.page),
            web.get("/supervise/{circle:[^/]+}/snapshots.json", self.json),
            web.get("/supervise/{circle:[^/]+}/snapshots.csv", self.csv),
            web.get("/supervise/{circle:[^/]+}/{window}.svg", self.svg),
        ]

    async def page(self, request: web.Request) -> web.Response:
        return await self._see(request, self._page)

    async def json(self, request: web.Request) -> web.Response:
        return await self._see(request, self._json)

    async def csv(self, request: web.Request) -> web.Response:
        return await self._see(request, self._csv)

    async def svg(self, request: web.Request) -> web.Response:
        return await self._see(request, self._svg)

    async def sign_out(self, request: web.Request) -> web.Response:
        try:
            visitor = await self._proven(request)
        except Closed as closed:
            return self._shut(request, closed)
        cookie = entrance.cookie(request, self._shell.address)
        await self._shell.on_store(lambda: self._shell.store.sessions.end(cookie, self._shell.clock.now()))
        answer = self._said(request, visitor, "gone", 200)
        entrance.take(answer, request, self._shell.address)
        return answer

    async def _proven(self, request: web.Request) -> Visitor:
        """Whose form this is: a page of ours sent it, and it carries what only that browser's pages have. Raises
        Closed."""
        self._plain(request)
        if not entrance.is_from_here(request, self._shell.address):
            raise Closed("not-from-here")
        visitor = await self._shell.on_store(partial(self._visitor, self._cookie(request)))
        if not hmac.compare_digest(await _proof(request), visitor.proof.encode()):
            raise Closed("not-from-here", visitor)
        return visitor

    # Looking

    async def _see(self, request: web.Request, draw: Callable[[web.Request, Visit], web.Response]) -> web.Response:
        """One way for whatever there is to see: much, little, or nothing yet."""
        try:
            self._plain(request)
            asked = (request.match_info.get("circle"), request.match_info.get("window"))
            work = partial(self._visit, self._cookie(request), *asked)
            return draw(request, await self._shell.on_store(work))
        except Closed as closed:
            return self._shut(request, closed)

    def _plain(self, request: web.Request) -> None:
        """An address is all that can be asked for: a filter would tell two views apart."""
        if "?" in request.raw_path:
            raise Closed("not-so")

    def _cookie(self, request: web.Request) -> str:
        return entrance.cookie(request, self._shell.address)

    def _visitor(self, cookie: str) -> Visitor:
        visitor = self._shell.store.sessions.holder(cookie, self._shell.clock.now()) if cookie else None
        if visitor is None:
            raise Closed("out")
        return visitor

    def _visit(self, cookie: str, circle: str | None, window: str | None) -> Visit:
        """On the store's thread. Without a circle: the first of theirs. Raises Closed."""
        visitor, now, reports = self._visitor(cookie), self._shell.clock.now(), self._shell.store.reports
        theirs = reports.of(visitor.who, now)
        if not theirs:
            raise Closed("not-yours", visitor)
        report = next((one for one in theirs if circle in (None, one.circle)), None)
        if report is not None and window is not None:
            report = up_to(report, window)
        if report is None:
            raise Closed("nothing", visitor)
        if not reports.looked(visitor.who, report.circle, now):
            raise Closed("nothing", visitor)
        return Visit(visitor, report, tuple(one.circle for one in theirs))

    # Answering

    def _page(self, request: web.Request, visit: Visit) -> web.Response:
        address = self._shell.address
        places = {"home": entrance.under(address, HOME), "static": entrance.under(address, "/static")}
        viewer = Viewer(visit.circles, visit.visitor.proof, **places)
        return self._answer(self._themes.page(visit.report, self._locale(request, visit.visitor), viewer), "text/html")

    def _json(self, request: web.Request, visit: Visit) -> web.Response:
        return self._answer(json_of(visit.report), "application/json")

    def _csv(self, request: web.Request, visit: Visit) -> web.Response:
        text = self._themes.csv(visit.report, self._locale(request, visit.visitor))
        return self._answer(text, "text/csv", "themes.csv")

    def _svg(self, request: web.Request, visit: Visit) -> web.Response:
        text = self._themes.svg(visit.report, self._locale(request, visit.visitor))
        return self._answer(text, "image/svg+xml")

    def _answer(self, text: str, content_type: str, named: str = "") -> web.Response:
        """`named`: to be saved under that name."""
        saved = {"Content-Disposition": f'attachment; filename="{named}"'} if named else {}
        return web.Response(text=text, content_type=content_type, headers=self._headers | saved)

    def _shut(self, request: web.Request, closed: Closed) -> web.Response:
        return self._said(request, closed.visitor, closed.why, STATUS[closed.why])

    def _said(self, request: web.Request, visitor: Visitor | None, what: str, status: int) -> web.Response:
        demo = self._demo if what in ("out", "gone") else ""
        proof = visitor.proof if visitor and what != "gone" else ""
        home = entrance.under(self._shell.address, HOME)
        drawn = self._drawing.shut(self._locale(request, visitor), what, home, proof=proof, demo=demo)
        return web.Response(text=drawn, status=status, content_type="text/html", headers=self._headers)

    def _locale(self, request: web.Request, visitor: Visitor | None) -> str:
        """The one that they chose for their talks, else their browser's."""
        chosen = visitor.locale if visitor else ""
        return chosen or self._drawing.locale(request.headers.get("Accept-Language", ""))


async def _proof(request: web.Request) -> bytes:
    """What the form carries; nothing where it cannot be read."""
    try:
        sent = (await request.post()).get("proof")
    except Exception:  # a broken form fails in many ways
        return b""
    return sent.encode("utf-8", "replace") if isinstance(sent, str) else b""
