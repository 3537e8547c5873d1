"""The private chat of one person in the browser. Law: what comes in is an `Inbound`; nothing of it stays here."""

from __future__ import annotations

import hmac
import json
import secrets
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from aiohttp import web
from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from adapters.web.drawing import Drawing, Kept, Scene
from bot.commands import understand
from bot.conversation import Reply
from bot.events import Choose, Command, Frozen, Inbound, Open, Rate, Submit, Who, Write
from bot.ports import Delivery, Refusal
from bot.turn import Shell
from bot.typed import LIMIT_BYTES, size


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be chosen: who they are to the bot, and the names to show."""

    who: Who
    name: str
    team: str = ""


#: Everybody who can be chosen; a function is called on the store's thread whenever the list is needed.
People = Sequence[Person] | Callable[[], Sequence[Person]]

#: So many of the newest lines of a person's chat are remembered.
KEPT_LINES = 50


@dataclass
class ChatLog:
    """The messenger of the local chat: what a chat platform would have stored, in memory only."""

    _lines: dict[Who, deque[Kept]] = field(default_factory=dict)

    async def send(self, delivery: Delivery) -> None:
        message = delivery.message
        buttons = tuple(option.label for option in message.choices)
        lines = self._lines.setdefault(delivery.who, deque(maxlen=KEPT_LINES))
        lines.append(Kept(" ".join((*message.preface, message.text)), buttons))

    def lines(self, who: Who) -> tuple[Kept, ...]:
        return tuple(self._lines.get(who, ()))


class Posted(Frozen):
    """What the page's script sends. `key` is the same when it tries again."""

    token: str
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    event: dict[str, Any]


_EVENT: TypeAdapter[Write | Choose | Rate | Command | Open | Submit] = TypeAdapter(
    Annotated[Write | Choose | Rate | Command | Open | Submit, Field(discriminator="kind")]
)


@dataclass
class Chat:
    """`GET /chat`, `GET /chat/<user>` and `POST /chat/<user>/events`. `token` belongs to one run of the program."""

    shell: Shell
    people: People
    chat_log: ChatLog
    drawing: Drawing
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/chat", self.choose),
            web.get("/chat/{user}", self.open),
            web.post("/chat/{user}/events", self.take),
        ]

    async def choose(self, request: web.Request) -> web.Response:
        locale = self.drawing.locale(request.headers.get("Accept-Language", ""))
        people = tuple((address, person.name, person.team) for address, person in (await self._people()).items())
        return _html(self.drawing.people(locale, people))

    async def open(self, request: web.Request) -> web.Response:
        address, person = await self._person(request)
        locale = _language(request, self.drawing)
        reply = await self._handle(person, Open(at=self.shell.clock.now(), page="talk"), secrets.token_hex(12), locale)
        return _html(self.drawing.chat(await self._scene(address, person, reply, locale), self.token))

    async def take(self, request: web.Request) -> web.Response:
        """One event; answers with the scene as it is now, or with nothing for a draft."""
        address, person = await self._person(request)
        posted = read(await request.read(), self.token)
        event, locale = self._event(posted), _language(request, self.drawing)
        if isinstance(event, Write) and size(event.text) > LIMIT_BYTES:
            raise Refusal("too-large", self.drawing.word(locale, "too-large"))
        if isinstance(event, Write) and not event.done:
            await self._handle(person, event, posted.key, locale)
            return web.Response(status=204)
        if isinstance(event, Write) and understand(self.shell.library, event.text):
            # The box held a command and no answer: it must not come back as a draft.
            emptied = event.model_copy(update={"text": "", "done": False})
            await self._handle(person, emptied, f"{posted.key}.box", locale)
        reply = await self._handle(person, event, posted.key, locale)
        return _html(self.drawing.scene(await self._scene(address, person, reply, locale)))

    def _event(self, posted: Posted) -> Write | Choose | Rate | Command | Open | Submit:
        try:
            return _EVENT.validate_python({**posted.event, "at": self.shell.clock.now(), "surface": "private"})
        except ValidationError:
            raise web.HTTPBadRequest from None

    async def _handle(
        self, person: Person, event: Write | Choose | Rate | Command | Open | Submit, key: str, locale: str
    ) -> Reply:
        reply = await self.shell.handle(Inbound(key=f"web:{key}", who=person.who, event=event, locale=locale))
        await self.shell.drained()  # so that the chat's lines are there to be shown
        return reply

    async def _scene(self, address: str, person: Person, reply: Reply, locale: str) -> Scene:
        waits = False
        if reply.closed:
            here = Open(at=self.shell.clock.now(), page="talk")
            place = await self._handle(person, here, secrets.token_hex(12), locale)
            waits = place.message is not None and place.message.prompt != "start"
        return Scene(address, person.name, reply, self.chat_log.lines(person.who), waits)

    async def _person(self, request: web.Request) -> tuple[str, Person]:
        address = request.match_info["user"]
        person = (await self._people()).get(address)
        if person is None:
            raise web.HTTPNotFound
        return quote(address, safe=""), person

    async def _people(self) -> dict[str, Person]:
        people = self.people
        return addresses(await self.shell.on_store(people) if callable(people) else people)


def addresses(people: Sequence[Person]) -> dict[str, Person]:
    """Where each person's chat is: their user id, with the tenant before it where two share that."""
    found: dict[str, Person] = {}
    for person in people:
        taken = person.who.user in found
        found[f"{person.who.tenant}.{person.who.user}" if taken else person.who.user] = person
    return found


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


def _language(request: web.Request, drawing: Drawing) -> str:
    return drawing.locale(request.headers.get("Accept-Language", ""))


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")
