"""The shell alone: the run that all others are compared with, and what it knows of each step of a talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from conformance import Act, Local, Step, World, perform
from conformance_ending import Ending, line_of, said, stored
from conformance_talks import Talk
from conftest import who
from shells import Post, inbound
from talks import library

from bot.commands import pick, pick_several, rating, understand
from bot.conversation import Message, Option, Reply
from bot.events import Choose, Command, Event, Open, Rate, Say, Surface, Write
from bot.ports import Delivery, Messenger

#: Between two things that a person does.
PACE = timedelta(seconds=10)


class Engine(Local):
    """Events straight to the shell. `message` is what was asked in private last, `shown` what was shown last."""

    name = "the shell alone"
    who = who("ada")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.message = Message(text="")
        self.shown: tuple[Surface, Message] = ("private", self.message)
        self.reply: Reply | None = None
        self.lines: list[str] = []
        self.post = Post()

    def messenger(self) -> Messenger:
        return self.post

    def reads(self) -> str:
        return "\n".join(words for _, words in said(self.reply))

    def chat(self) -> Sequence[str] | None:
        return self.lines

    def where(self, choice: str) -> Surface:
        """A tap lands in the chat where the last line there offers it."""
        surface, message = self.shown
        offered = surface == "message" and choice in {option.id for option in message.choices}
        return "message" if offered and self.world.chat else "private"

    async def later(self, now: datetime) -> None:
        await super().later(now)
        self.sent()
        if not self.world.chat:
            await self.take(Open(at=now, page="talk"))  # whoever has no chat looks what has come of it
        self.reply = None

    async def again(self) -> None:
        await super().again()
        self.reply = None

    # What people do

    async def say(self, text: str) -> None:
        await self.take(Say(at=self.world.clock.now(), text=text))

    async def write(self, text: str) -> None:
        await self.take(Write(at=self.world.clock.now(), text=text, prompt=self.message.prompt))

    async def line(self, text: str) -> None:
        await self.write(text)

    async def add(self, text: str, before: str) -> None:
        await self.write("\n".join(filter(None, (before, text))))

    async def unsent(self, text: str) -> None:
        await self.take(Write(at=self.world.clock.now(), text=text, prompt=self.message.prompt, done=False))

    async def choose(self, options: Sequence[Option], in_chat: bool) -> None:
        values = tuple(option.id for option in options)
        surface: Surface = "message" if in_chat else "private"
        await self.take(Choose(at=self.world.clock.now(), values=values, surface=surface))

    async def rate(self, number: int) -> None:
        await self.take(Rate(at=self.world.clock.now(), value=number))

    async def command(self, name: str, argument: str) -> None:
        await self.take(Command(at=self.world.clock.now(), name=name, argument=argument))

    async def continue_privately(self) -> None:
        await self.take(Command(at=self.world.clock.now(), name="resume"))

    async def open(self, page: str) -> None:
        await self.take(Open(at=self.world.clock.now(), page=page))

    # What comes back

    async def take(self, event: Event) -> None:
        self.reply = await self.shell.handle(inbound(self.who, event))
        await self.shell.drained()
        message = self.reply.message
        if message is not None:
            self.shown = (self.reply.surface, message)
            if self.reply.surface == "private":
                self.message = message
            else:
                self.lines.append(line_of(message))
        self.sent()

    def sent(self) -> None:
        delivered: list[Delivery] = self.post.sent[:]
        self.post.sent.clear()
        for delivery in delivered:
            self.shown = ("message", delivery.message)
            self.lines.append(line_of(delivery.message))


# What a step means


def meant(step: Step, engine: Engine) -> Act:
    """The step as it can be done anywhere, from where the person stands."""
    message, now = engine.message, engine.world.clock.now() + PACE
    match step.doing:
        case "write" if message.input != "text":
            step, typed = tapped(step.text, message), step.text
        case _:
            typed = ""
    if step.doing == "later":
        amount, unit = step.text.split()
        return Act(step, now + timedelta(**{unit: int(amount)}))
    ids = [one.strip() for one in step.text.split(",")] if step.doing == "choose" else []
    surface = engine.where(ids[0]) if ids else "private"
    offered = {option.id: option for option in (engine.shown[1] if surface == "message" else message).choices}
    assert ids == ["private"] or set(ids) <= set(offered), f"{step}: there is only {[*offered]}"
    options = tuple(offered[one] for one in ids if one in offered)
    return Act(step, now, options, surface == "message", typed, message.draft)


def tapped(text: str, message: Message) -> Step:
    """What words typed at a question without a box come to, for whom there is something to tap."""
    command = understand(library(), text)
    if command is not None:
        return Step("open", command.page) if command.page else Step("do", f"{command.name} {command.argument}".strip())
    if message.input == "scale" and (number := rating(text)):
        return Step("rate", str(number))
    several = pick_several(message.choices, text) if message.input == "multi" else None
    one = pick(message.choices, text)
    chosen = several or ((one,) if one else ())
    assert chosen, f"{text!r} is no answer to {message.text!r}: write it as `> line {text}`"
    return Step("choose", ", ".join(chosen))


async def alone(talk: Talk, world: World) -> tuple[tuple[Act, ...], Ending]:
    """The talk with the shell alone: its steps with all that is known of them, and how it ends."""
    engine, acts = Engine(world), []
    world.set_up(engine.who)
    await engine.arrive()
    for step in talk.steps:
        act = meant(step, engine)
        world.clock.time = act.at
        await perform(engine, act)
        acts.append(replace(act, said=said(engine.reply)))
    await engine.depart()
    return tuple(acts), Ending(stored(world, engine.who), tuple(engine.lines))
