"""The local chat: one person's talk, and what others would see of it. Law: what comes in is an `Inbound`; nothing of
it stays here."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from adapters.web.chat_log import ChatLog
from adapters.web.drawing import Beside, Choosable, Drawing, Scene
from adapters.web.finding import Attack
from adapters.web.people import People, Person, addresses
from adapters.web.tour import Stop, Tour
from bot.conversation import Option, Reply
from bot.events import Choose, Command, Frozen, Inbound, Open, Rate, Submit, Write
from bot.finding import Finding
from bot.ports import Refusal
from bot.turn import Shell
from bot.typed import LIMIT_BYTES, size

#: Lets four weeks go by; there is none where the clock has to be the real one.
SkipWeeks = Callable[[], Awaitable[None]]


class Posted(Frozen):
    """What the page's script sends. `key` is the same when it tries again."""

    token: str
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    event: dict[str, Any]


class TourStep(Frozen):
    """A tap on the tour, which is no event of the conversation; `at`: the stop that was shown. "weeks": four go by."""

    kind: Literal["tour"]
    at: Stop
    go: Literal["forward", "weeks", "end", "begin", "find"]


Event = Write | Choose | Rate | Command | Open | Submit
_EVENT: TypeAdapter[Event] = TypeAdapter(
    Annotated[Event, Field(discriminator="kind")], config=ConfigDict(hide_input_in_errors=True)
)


@dataclass
class Chat:
    """The pages of the local chat. `token` belongs to one run of the program."""

    shell: Shell
    people: People
    chat_log: ChatLog
    drawing: Drawing
    supervisor: Person | None = None
    skip: SkipWeeks | None = None
    attack: Attack | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    tour: Tour = field(init=False)
    _toured: deque[str] = field(init=False, default_factory=lambda: deque(maxlen=50))
    _touring: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.tour = Tour(weeks=self.skip is not None)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/chat", self.first),
            web.get("/chat/{user}", self.open),
            web.post("/chat/{user}/events", self.take),
            web.get("/chat/{user}/beside", self.beside),
        ]

    async def first(self, request: web.Request) -> web.StreamResponse:
        """The chat of the first person."""
        for address in await self._people():
            raise web.HTTPFound(f"/chat/{quote(address, safe='')}")
        locale = _language(request, self.drawing)
        return _html(self.drawing.sentence(locale, self.drawing.word(locale, "web-nobody")))

    async def open(self, request: web.Request) -> web.Response:
        address, person = await self._person(request)
        reply = await self._look(person, _language(request, self.drawing))
        return _html(self.drawing.chat(await self._scene(address, person, reply), self.token))

    async def take(self, request: web.Request) -> web.Response:
        """One event; answers with all panes as they are now, or with nothing for a draft."""
        address, person = await self._person(request)
        posted, locale = read(await request.read(), self.token), _language(request, self.drawing)
        if posted.event.get("kind") == "tour":
            await self._go(posted)
            reply = await self._look(person, locale)
        else:
            answered = await self._answer(person, posted, locale)
            if answered is None:
                return web.Response(status=204)
            reply = answered
        scene = await self._scene(address, person, reply)
        self.tour.saw(reply, scene.waits)
        return _html(self.drawing.scene(scene))

    async def beside(self, request: web.Request) -> web.Response:
        """The panes beside the talk; nothing where `seen` says that the page has all lines of the chat."""
        _, person = await self._person(request)
        if request.query.get("seen") == str(self.chat_log.sent(person.who)):
            return web.Response(status=204)
        locale = _language(request, self.drawing)
        return _html(self.drawing.beside(await self._beside(person, locale), locale))

    # Events

    async def _answer(self, person: Person, posted: Posted, locale: str) -> Reply | None:
        event = self._event(posted)
        done = not isinstance(event, Write | Choose) or event.done
        if isinstance(event, Write) and size(event.text) > LIMIT_BYTES:
            raise Refusal("too-large", self.drawing.word(locale, "too-large"))
        reply = await self._handle(person, event, posted.key, locale)
        if not done and reply.message is not None:
            raise web.HTTPConflict  # the talk has gone on elsewhere: the page sends such words as late ones
        return reply if done else None

    def _event(self, posted: Posted) -> Event:
        try:
            return _EVENT.validate_python({**posted.event, "at": self.shell.clock.now(), "surface": "private"})
        except ValidationError:
            raise web.HTTPBadRequest from None

    async def _go(self, posted: Posted) -> None:
        """One tap on the tour, once, however often it is sent; nothing where the tour has gone on elsewhere."""
        try:
            step = TourStep.model_validate(posted.event)
        except ValidationError:
            raise web.HTTPBadRequest from None
        async with self._touring:
            if posted.key in self._toured or step.at != self.tour.stop:
                return
            if step.go == "weeks":
                await self._skip_weeks()
            else:
                self.tour.go(step.go)
            self._toured.append(posted.key)

    async def _skip_weeks(self) -> None:
        if self.skip is None:
            raise web.HTTPBadRequest
        await self.skip()
        self.tour.sought = False
        if self.tour.stop == "weeks":
            self.tour.go("forward")

    async def _look(self, person: Person, locale: str) -> Reply:
        here = Open(at=self.shell.clock.now(), page="talk")
        return await self._handle(person, here, secrets.token_hex(12), locale)

    async def _handle(self, person: Person, event: Event, key: str, locale: str) -> Reply:
        reply = await self.shell.handle(Inbound(key=f"web:{key}", who=person.who, event=event, locale=locale))
        await self.shell.drained()  # so that the chat's lines are there to be shown
        return reply

    # What is shown

    async def _scene(self, address: str, person: Person, reply: Reply) -> Scene:
        waits = False
        if reply.closed:
            place = await self._look(person, reply.locale)
            waits = place.message is not None and place.message.prompt != "start"
        known = await self._people()
        people = tuple(
            Choosable(quote(where, safe=""), one.name, one.about.get(reply.locale, one.team), one == person)
            for where, one in known.items()
        )
        roster = tuple(Option(id=user, label=name) for user, name in _names(known.values(), person).items())
        beside = await self._beside(person, reply.locale)
        return Scene(address, person.name, reply, beside, self.tour, people, waits, roster)

    async def _beside(self, person: Person, locale: str) -> Beside:
        """What stands beside the talk. The supervisor's page is their own, asked for as they would ask for it."""
        who, page, spoken, name = person.who, None, "", ""
        names = _names((await self._people()).values(), person)
        if self.supervisor is not None:
            asked = Open(at=self.shell.clock.now(), page="report")
            reply = await self._handle(self.supervisor, asked, secrets.token_hex(12), locale)
            page, spoken, name = reply.page, reply.locale, self.supervisor.name
        found = await self._found(person)
        return Beside(
            finding=found,
            finds=self.attack is not None and person != self.supervisor,
            sought=self.tour.sought,
            toured=self.tour.stop == "over",
            now=self.shell.clock.now(),
            name=person.name,
            kept=tuple(line.naming(names) for line in self.chat_log.lines(who)),
            seen=self.chat_log.sent(who),
            report=page,
            report_locale=spoken,
            supervisor=name,
            skips=self.skip is not None and self.tour.stop == "over",  # until then the tour has that button
        )

    async def _found(self, person: Person) -> Finding | None:
        """What came of looking for the person on the phone, where somebody asked for it."""
        attack, supervisor = self.attack, self.supervisor
        if attack is None or supervisor is None or not self.tour.sought:
            return None
        now, names = self.shell.clock.now(), _names((await self._people()).values(), person)
        found = await self.shell.on_store(lambda: attack(supervisor.who, person.who, now))
        return None if found is None else found.called(names)

    async def _person(self, request: web.Request) -> tuple[str, Person]:
        address = request.match_info["user"]
        person = (await self._people()).get(address)
        if person is None:
            raise web.HTTPNotFound
        return quote(address, safe=""), person

    async def _people(self) -> dict[str, Person]:
        people = self.people
        return addresses(await self.shell.on_store(people) if callable(people) else people)


def read(body: bytes, token: str) -> Posted:
    """The posted event, if this run's own page sent it. Raises an HTTP error that quotes nothing."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest from None
    sent = data.get("token") if isinstance(data, dict) else None
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode("utf-8", "replace"), token.encode()):
        raise web.HTTPForbidden
    try:
        return Posted.model_validate(data)
    except ValidationError:
        raise web.HTTPBadRequest from None


def _names(people: Iterable[Person], beside: Person) -> dict[str, str]:
    """What people of somebody's workspace are called, by their ids."""
    here = (beside.who.platform, beside.who.tenant)
    return {one.who.user: one.name for one in people if (one.who.platform, one.who.tenant) == here}


def _language(request: web.Request, drawing: Drawing) -> str:
    return drawing.locale(request.headers.get("Accept-Language", ""))


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")
