"""Timed events in, the bot's messages out, a JSON line each. Law: the real shell and store, a virtual clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from bot.conversation import Message, Program, Reply
from bot.events import Choose, Event, Inbound, Moment, Open, Rate, Say, Submit, Surface, Who, Write
from bot.ports import Delivery, Refusal, Setup
from bot.turn import Shell

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Tick = Callable[[Shell, datetime], Any]

DOINGS = ("say", "write", "choose", "open", "submit", "tick", "admin")


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, populate_by_name=True)


class FormLine(_Line):
    form: Name
    values: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)


class AdminLine(_Line):
    team: Name
    members: tuple[Name, ...] = ()
    supervisors: tuple[Name, ...] = ()
    timezone: Name = "UTC"
    circle: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)


class Line(_Line):
    """One line of input. Exactly one of `DOINGS`; all but `tick` and `admin` say who did it."""

    at: Moment
    who: Annotated[Name | None, Field(alias="from")] = None
    team: Name | None = None
    id: Name | None = None
    prompt: str | None = None
    surface: Surface | None = None
    say: str | None = None
    write: str | None = None
    choose: str | int | tuple[str | int, ...] | None = None
    open: Name | None = None
    submit: FormLine | None = None
    tick: Literal[True] | None = None
    admin: AdminLine | None = None

    @model_validator(mode="after")
    def one_doing(self) -> Line:
        done = [name for name in DOINGS if getattr(self, name) is not None]
        if len(done) != 1:
            raise ValueError(f"a line does exactly one of {', '.join(DOINGS)}")
        if done[0] not in ("tick", "admin") and not self.who:
            raise ValueError('"from" is missing: who did this')
        return self


@dataclass
class VirtualClock:
    time: datetime = field(default_factory=lambda: datetime(2000, 1, 1, tzinfo=UTC))

    def now(self) -> datetime:
        return self.time


@dataclass
class Outbox:
    """The messenger of a replay: a delivery is sent by writing it down."""

    sent: list[Delivery] = field(default_factory=list)

    async def send(self, delivery: Delivery) -> None:
        self.sent.append(delivery)

    def taken(self) -> list[Delivery]:
        taken, self.sent = self.sent, []
        return taken


@dataclass
class Replay:
    """One run. `write` gets every output line and flushes it."""

    shell: Shell
    outbox: Outbox
    clock: VirtualClock
    tick: Tick
    write: Callable[[Mapping[str, Any]], None]
    run: str = field(default_factory=lambda: uuid4().hex[:12])
    shown: dict[Who, tuple[Surface, Message]] = field(default_factory=dict)

    async def lines(self, lines: Iterable[str]) -> None:
        for number, text in enumerate(lines, start=1):
            if text.strip():
                await self.line(number, text)
                self.write({"done": number})

    async def line(self, number: int, text: str) -> None:
        """Plays one line; one that is unknown or impossible says so and changes nothing."""
        try:
            line = read_line(number, text)
            self.clock.time = line.at
            await self._play(number, line)
        except Refusal as refusal:
            self.write({"error": refusal.words})

    async def _play(self, number: int, line: Line) -> None:
        at = line.at.astimezone(UTC)
        if line.admin is not None:
            setup = _setup(number, line.admin)
            await self.shell.on_store(lambda: self.shell.store.set_up(setup, at))
        elif line.tick:
            await self.tick(self.shell, at)
        else:
            who = _who(line.who or "", line.team or "")
            inbound = Inbound(key=line.id or f"replay:{self.run}:{number}", who=who, event=self._event(line, who))
            self._reply(at, who, await self.shell.handle(inbound))
        await self.shell.drained()
        for delivery in self.outbox.taken():
            self._message(at, delivery.who, "message", delivery.message)

    def _event(self, line: Line, who: Who) -> Event:
        at = line.at
        if line.say is not None:
            return Say(at=at, text=line.say)
        if line.write is not None:
            return Write(at=at, text=line.write, prompt=line.prompt)
        if line.open is not None:
            return Open(at=at, page=line.open)
        if line.submit is not None:
            return Submit(at=at, form=line.submit.form, values=line.submit.values)
        chosen = line.choose if isinstance(line.choose, tuple) else (line.choose,)
        surface = line.surface or self._where(who, str(chosen[0]) if chosen else "")
        if isinstance(line.choose, int):
            return Rate(at=at, value=line.choose, surface=surface, prompt=line.prompt)
        return Choose(at=at, values=tuple(map(str, chosen)), surface=surface, prompt=line.prompt)

    def _where(self, who: Who, choice: str) -> Surface:
        """A tap lands where its button is: in the chat if the last message there offers it, else in private."""
        if who not in self.shown:
            return "private"
        surface, message = self.shown[who]
        return surface if choice in {option.id for option in (*message.choices, *message.controls)} else "private"

    def _reply(self, at: datetime, who: Who, reply: Reply) -> None:
        if reply.page is not None:
            self.write({"at": stamp(at), "to": who.user, "page": reply.page.named(str).model_dump(mode="json")})
        if reply.message is not None:
            self._message(at, who, reply.surface, reply.message)

    def _message(self, at: datetime, who: Who, surface: Surface, message: Message) -> None:
        self.shown[who] = (surface, message)
        self.write(
            {
                "at": stamp(at),
                "to": who.user,
                "text": "\n".join(filter(None, (*message.preface, message.text, message.hint))),
                "input": message.input,
                "choices": [option.model_dump() for option in message.choices],
                "step": message.step,
                "script": message.script,
                "prompt": message.prompt,
                "surface": surface,
            }
        )


def read_line(number: int, text: str) -> Line:
    """Raises Refusal with the number of the line and what is wrong; never with what the line says."""
    try:
        return Line.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise Refusal("line", f"line {number} is not JSON ({error.msg} at character {error.colno}).") from None
    except ValueError as error:
        if isinstance(error, ValidationError):
            raise _unread(number, error) from None
        raise Refusal("line", f"line {number} is not JSON that can be read (a number is too long).") from None
    except RecursionError:
        raise Refusal("line", f"line {number} is not JSON that can be read (nested too deeply).") from None


def _unread(number: int, error: ValidationError) -> Refusal:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    known = "this key is not known" if first["type"] == "extra_forbidden" else first["msg"]
    return Refusal("line", f"line {number}: {f'{key}: ' if key else ''}{known}.")


def _who(user: str, team: str) -> Who:
    tenant, _, _ = team.rpartition("/")
    return Who(platform="local", tenant=tenant or "local", user=user)


def _setup(number: int, admin: AdminLine) -> Setup:
    tenant, _, team = admin.team.rpartition("/")
    unknown = set(admin.settings) - set(Program.model_fields)
    if unknown:
        known = ", ".join(Program.model_fields)
        raise Refusal("line", f"line {number}: settings has a key that is not known; the settings are {known}.")
    return Setup(
        platform="local",
        tenant=tenant or "local",
        team=team,
        members=admin.members,
        supervisors=admin.supervisors,
        zone=admin.timezone,
        circle=admin.circle,
        settings=admin.settings,
    )


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
