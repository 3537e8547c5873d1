"""A script while it is being written: the talk as it would be, and what the linter says beside it.

Law: it answers this computer only, to one invented person; what is saved is read anew, and what cannot be put together
leaves the last version that could be in its place.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from adapters.web.app import STATIC, add_headers, kindly, local_only
from adapters.web.chat import Chat
from adapters.web.chat_log import ChatLog
from adapters.web.drawing import Drawing, Scene
from adapters.web.listening import MAX_BODY, healthy
from adapters.web.people import Person
from bot import logs
from bot.conversation import Reply
from bot.events import Who
from bot.rehearsal import MOST_USES, Guest
from bot.turn import Shell
from prompts.library import Library
from prompts.script import EndStep
from prompts.source import Fault
from prompts.trying import Tried

log = logs.Log("preview-failed")

#: Where the talk of the page is, whoever is having it just now.
HERE = "you"
NAME = "Ada"
#: The worst first.
SEVERITIES = ("error", "warning", "hint")
#: Answers that are given again after a file was saved; what else was tapped is not.
GIVEN = frozenset({"write", "choose", "rate"})


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody is writing. `stamp` is cheap and another one after each saving; `look` takes a while."""

    stamp: Callable[[], object]
    look: Callable[[], Tried]


@dataclass(frozen=True, slots=True)
class Found:
    """What stands beside the talk. `looks`: how often files were read; `version`: which talk is the one of now;
    `plays`: whether what is written now can be put together; `runs`: whether any version could."""

    looks: int = 0
    version: int = 0
    faults: tuple[Fault, ...] = ()
    plays: bool = False
    runs: bool = False
    scripts: tuple[tuple[str, str], ...] = ()  # slug and title
    script: str = ""
    use: int = 1

    @property
    def worst_first(self) -> list[Fault]:
        return sorted(self.faults, key=lambda fault: SEVERITIES.index(fault.severity))

    def count(self, severity: str) -> int:
        return sum(fault.severity == severity for fault in self.faults)


class PreviewDrawing(Drawing):
    """The chat's own parts in another page."""

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.found = Found()
        self.token = ""

    def speak(self, library: Library) -> None:
        self._library = library

    def chat(self, scene: Scene, token: str) -> str:
        return self._draw("preview.html", scene.reply.locale, **self._parts(scene), **self._beside())

    def scene(self, scene: Scene) -> str:
        return self._draw("preview_scene.html", scene.reply.locale, **self._parts(scene), **self._beside())

    def findings(self, locale: str) -> str:
        return self._draw("findings.html", locale, **self._beside())

    def _beside(self) -> dict[str, object]:
        return {"found": self.found, "most": MOST_USES, "token": self.token}


@dataclass
class Preview(Chat):
    """Chat with whoever is invented for the version of now (`number`, of all that were `made`). `answers`: what was
    answered, by step."""

    watched: Watched = field(kw_only=True)
    sheet: PreviewDrawing = field(kw_only=True)
    locale: str = field(kw_only=True, default="en")
    use: int = field(kw_only=True, default=1)
    script: str = field(init=False, default="")
    at: str = field(init=False, default="")
    answers: dict[str, dict[str, Any]] = field(init=False, default_factory=dict)
    number: int = field(init=False, default=0)
    made: int = field(init=False, default=0)
    looks: int = field(init=False, default=0)
    tried: Tried = field(init=False, default_factory=lambda: Tried(None, (), ()))
    runs: bool = field(init=False, default=False)
    stamped: object = field(init=False, default=None)
    _renewing: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.sheet.token = self.token

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.page),
            web.post("/begin", self.begin_anew),
            web.post(f"/chat/{HERE}/events", self.take),
            web.get(f"/chat/{HERE}/beside", self.beside),
            web.get("/chat", self.to_page),
            web.get("/chat/{user}", self.to_page),
        ]

    async def to_page(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"/?{urlencode(request.query)}" if request.query else "/")

    async def page(self, request: web.Request) -> web.Response:
        """The page as it is; with ?use=4, ?script=… or ?lang=es from the first question on."""
        await self.renew()
        ours = request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin")  # not some other page's picture
        if ours and {"use", "script", "lang"} & set(request.query):
            await self._begun_anew(dict(request.query))
        reply = await self._now()
        return _html(self.sheet.chat(await self._scene(HERE, self.person, reply), self.token))

    async def begin_anew(self, request: web.Request) -> web.StreamResponse:
        given = {name: str(value) for name, value in (await request.post()).items()}
        if not hmac.compare_digest(given.get("token", "").encode("utf-8", "replace"), self.token.encode()):
            raise web.HTTPForbidden
        await self.renew()
        await self._begun_anew(given)
        raise web.HTTPSeeOther("/")

    async def beside(self, request: web.Request) -> web.Response:
        """What the linter says; nothing where `seen` says that the page has it."""
        await self.renew()
        if request.query.get("seen") == str(self.looks):
            return web.Response(status=204)
        return _html(self.sheet.findings(self.locale))

    # The version of now

    @property
    def person(self) -> Person:
        return Person(_who(self.number), NAME)

    async def renew(self) -> None:
        """Reads what was saved since, if anything was, and goes on with it from where the talk is."""
        async with self._renewing:
            stamp = self.watched.stamp()
            if stamp == self.stamped:
                return
            self.tried = await asyncio.to_thread(self.watched.look)
            self.stamped, self.looks = stamp, self.looks + 1
            if self.tried.library is not None and self.tried.scripts:
                await self._take_on(self.tried.library)
            self._show()

    async def _take_on(self, library: Library) -> None:
        """Goes on with another version. One in which no talk can be had is as good as none."""
        before = self.shell.library
        try:
            self._speak(library)
            await self._begin(keep=True)
        except Exception as error:
            log.error("preview-failed", error=error)
            self._speak(before)
            self.tried = replace(self.tried, library=None)

    def _speak(self, library: Library) -> None:
        self.shell.library = library
        self.sheet.speak(library)

    async def _begun_anew(self, given: dict[str, str]) -> None:
        async with self._renewing:
            self.use = _use(given.get("use", ""), self.use)
            script, locale = given.get("script") or self.script, given.get("lang") or self.locale
            if (self.runs and script not in self.tried.scripts) or locale not in self.shell.library.locales:
                raise web.HTTPBadRequest
            self.script, self.locale = script, locale
            if self.runs:
                await self._begin(keep=False)
            self._show()

    async def _begin(self, *, keep: bool) -> None:
        scripts = [slug for slug in self.tried.scripts if slug in self.shell.library.scripts]
        if self.script not in scripts:
            self.script, keep = scripts[0], False
        self.answers = self.answers if keep else {}
        self.made += 1
        guest = Guest(self.shell, _who(self.made), self.locale, self.sheet.word(self.locale, "preview-small"))
        reply = await guest.again(await guest.begin(self.script, self.use), self.answers)
        self.number, self.runs = self.made, True
        self._saw(reply)

    def _show(self) -> None:
        known = self.shell.library.scripts if self.runs else {}
        titles = tuple((slug, known[slug].say(self.locale, "title")) for slug in self.tried.scripts if slug in known)
        plays = self.tried.library is not None and bool(self.tried.scripts)
        self.sheet.found = Found(
            self.looks, self.number, self.tried.faults, plays, self.runs, titles, self.script, self.use
        )

    # The talk

    async def _person(self, request: web.Request) -> tuple[str, Person]:
        return HERE, self.person

    async def _people(self) -> dict[str, Person]:
        return {HERE: self.person}

    async def _now(self) -> Reply:
        if not self.runs:
            return Reply(surface="private", locale=self.locale)
        return self._saw(await self._look(self.person, self.locale))

    async def _answer(self, person: Person, posted: Any, locale: str) -> Reply | None:
        if not self.runs:
            return await self._now()
        step, given = self.at, posted.event
        reply = await super()._answer(person, posted, locale)
        if given.get("kind") in GIVEN or given.get("name") == "skip":
            self.answers[step] = given
        if reply is not None:
            self._saw(reply)
            self._forget(given)
        return reply

    def _forget(self, given: Mapping[str, Any]) -> None:
        """Whoever went back, or began anew, has yet to answer."""
        if given.get("name") == "back":
            self.answers.pop(self.at, None)
        elif given.get("name") == "reflect" or "yes-restart" in given.get("values", ()):
            self.answers.clear()

    def _saw(self, reply: Reply) -> Reply:
        """Where the talk is now. The last screen is not gone past again."""
        self.locale = reply.locale
        message = reply.message
        if message is not None and reply.page is None:
            script = self.shell.library.scripts.get(message.script)
            ends = {step.id for step in script.steps if isinstance(step, EndStep)} if script else set()
            self.at = "" if message.step in ends or reply.closed else message.step
            self.answers.pop("", None)
        return reply


def build_preview(
    shell: Shell, chat_log: ChatLog, watched: Watched, *, locale: str = "en", use: int = 1
) -> web.Application:
    """The page of what is `watched`; `shell` says what is ours until something of it can be put together."""
    drawing = PreviewDrawing(shell.library)
    app = web.Application(middlewares=[kindly(drawing), local_only], client_max_size=MAX_BODY)
    app.on_response_prepare.append(add_headers)
    preview = Preview(shell, (), chat_log, drawing, watched=watched, sheet=drawing, locale=locale, use=use)
    app.add_routes([web.get("/healthz", healthy), web.static("/static", STATIC), *preview.routes()])

    async def read(_: web.Application) -> None:
        await preview.renew()

    app.on_startup.append(read)
    return app


def _who(number: int) -> Who:
    return Who(platform="local", tenant="preview", user=f"{HERE}-{number}")


def _use(given: str, before: int) -> int:
    if not given:
        return before
    if not (given.isascii() and given.isdigit()):
        raise web.HTTPBadRequest
    return min(max(int(given[:4]), 1), MOST_USES)


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")
