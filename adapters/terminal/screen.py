"""The talk on a whole screen that leaves nothing behind. Law: the box is kept before anything else is done."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from adapters.terminal.box import Box
from adapters.terminal.keys import BAR, ESCAPE, bindings
from adapters.terminal.scene import View, Words
from adapters.terminal.stage import Answer, Picked, Stage, Typed, Wanted
from adapters.terminal.talk import TYPED, Event, Talk, doings, joined, read, written
from bot.commands import pick, pick_several
from bot.conversation import FormField, Message, Option, Page, Reply
from bot.events import Choose, Command, Open, Write
from bot.ports import Refusal

PAGES = (("home", "term-home"), ("data", "data-title"), ("consent", "consent-page-title"))
STAYING = ("help", "safety", "breathe", "language")
HOW = {"text": "term-box", "multi": "term-tick", "scale": "term-rate"}


async def on_screen(
    talk: Talk, slug: str, locale: str, *, given: Input | None = None, output: Output | None = None
) -> tuple[str, ...]:
    """Talks until the talk is over or left; what to print when the screen is the person's own again."""
    await talk.arrive(locale)
    reply = await talk.begin(slug)
    return await Screen(talk, given, output).run(reply)


def stays(event: Event) -> bool:
    """Whether the same question comes again after it."""
    return isinstance(event, Open) or (isinstance(event, Command) and event.name in STAYING)


class _Unchanged(Exception):
    """The person went away from a form."""


class Screen:
    """`asked`: the question that stands, or waits behind a panel; `words`: what was typed at it where no box is, and
    not sent."""

    def __init__(self, talk: Talk, given: Input | None, output: Output | None) -> None:
        self.talk = talk
        self.stage = Stage(bindings, lambda: self.box.later(), given, output)
        self.box = Box(talk, self.stage)
        self.trouble = self.words = ""
        self.asked = Message(text="")
        self.safety: tuple[Option, ...] = ()

    async def run(self, reply: Reply) -> tuple[str, ...]:
        if not self.talk.back and reply.message is not None:
            trial = (self.talk.word("term-trial"), *reply.message.preface)
            reply = reply.model_copy(update={"message": reply.message.model_copy(update={"preface": trial})})
        flow = asyncio.create_task(self.through(reply))
        flow.add_done_callback(lambda _: self.stage.app.exit() if self.stage.app.is_running else None)
        with self.signals():
            try:
                await asyncio.sleep(0)  # so that there is something to be drawn first
                await self.stage.app.run_async(handle_sigint=False, set_exception_handler=False)
            except (EOFError, OSError):  # the terminal is gone; what is in the box is not
                pass
            finally:
                self.stage.leave()
                said = await flow
        return said

    @contextmanager
    def signals(self) -> Iterator[None]:
        loop, leaving = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
        for one in leaving:
            loop.add_signal_handler(one, self.stage.leave)
        loop.add_signal_handler(signal.SIGTSTP, self.stage.stop)
        try:
            yield
        finally:
            for one in (*leaving, signal.SIGTSTP):
                loop.remove_signal_handler(one)

    async def through(self, reply: Reply) -> tuple[str, ...]:
        with suppress(EOFError):
            while True:
                try:
                    reply = await self.next(reply)
                except Refusal as refusal:
                    self.trouble = refusal.words
        await self.box.settled()
        with suppress(Refusal):
            await self.box.save()
            await self.keep_ticks(self.asked)
        return await self.talk.leave(self.unsent)

    async def next(self, reply: Reply) -> Reply:
        if reply.page is not None:
            return await self.visit(reply.page)
        if reply.message is None:
            return await self.talk.look()
        if reply.closed or reply.message.input == "none":
            return await self.goodbye(reply.message)
        return await self.question(reply, reply.message)

    # A question

    async def question(self, reply: Reply, message: Message) -> Reply:
        self.box.open(message)
        self.safety = tuple(option for option in message.controls if option.id == "safety")
        pointer = 0 if message.input == "multi" or message.prompt == "start" else None
        shown = message.model_copy(update={"preface": reply.unsaid})
        view = View(
            shown, message.title, reply.talk, ways=self.ways(message), place=self.place(message), pointer=pointer,
            ticked=frozenset(message.chosen) if message.input == "multi" else frozenset(),
        )  # fmt: skip
        line, self.words = self.words if message.prompt == self.asked.prompt else "", ""
        self.asked = message
        answer = await self.ask(view, line)
        self.words = self.stage.line.text
        if not isinstance(answer, Picked):
            reply = reply.model_copy(update={"message": await self.keep_ticks(message)})
        if answer == Wanted("more"):
            return await self.more(reply, message)
        return await self.take(self.event(message, answer))

    def event(self, message: Message, answer: Answer) -> Event:
        match answer:
            case Picked(values):
                return self.talk.picked(message, values)
            case Wanted(name):
                return Command(at=self.talk.now(), name=name, prompt=message.prompt or None)
            case Typed(text):
                ticked, several = self.stage.view.ticked, pick_several(message.choices, text)
                if message.input == "multi" and several and ticked:
                    both = {*ticked, *several}
                    return self.talk.picked(message, tuple(one.id for one in message.choices if one.id in both))
                return self.talk.typed(message, text)

    async def take(self, event: Event) -> Reply:
        """An event goes to the bot when the box is kept; a command that was typed into the box is no draft."""
        boxed = isinstance(event, Write) and self.stage.view.message.input == "text"
        if boxed and self.talk.is_command(self.stage.box.text):
            self.box.close()
        await self.box.save()
        sent = isinstance(event, Write) and event.text == self.words
        loose = not sent and not stays(event) and self.talk.are_words(self.asked, self.words)
        if loose and await self.talk.put_aside(self.words):
            self.trouble, self.words = self.talk.word("term-aside"), ""
        reply = await self.talk.take(event)
        self.words = "" if sent else self.words
        return reply

    async def more(self, reply: Reply, message: Message) -> Reply:
        """What is not in the bar: other commands, the pages, and the way home."""
        near = {name for _, name in BAR}
        far = tuple(option for option in message.controls if option.id not in near)
        pages = tuple(Option(id=name, label=self.talk.word(word)) for name, word in PAGES)
        leave = Option(id="leave", label=self.talk.word("term-leave"))
        hint = self.talk.word("term-more-hint")
        panel = Message(text=self.talk.word("term-more"), hint=hint, input="choice", choices=(*far, *pages, leave))
        answer = await self.panel(View(panel, ways=self.closing(), place=self.place(message), pointer=0))
        match answer:
            case Picked(("leave",)):
                raise EOFError
            case Picked((name,)) if name in dict(PAGES):
                return await self.take(Open(at=self.talk.now(), page=name))
            case Picked((name,)) | Wanted(name) if name not in ("close", "more"):
                return await self.take(self.event(message, Wanted(name)))
            case Typed(text):
                return await self.take(Write(at=self.talk.now(), text=text))
        return reply

    async def goodbye(self, message: Message) -> Reply:
        """The last word. The talk is dropped; whoever stays can go on with what is open, or from the start."""
        place = (await self.talk.look()).message
        waits = place is not None and place.prompt != "start"
        on = self.talk.word("resume-button" if waits else "term-start-again")
        choices = (Option(id="close", label=self.talk.word("term-close")), Option(id="on", label=on))
        hint = self.talk.word("term-trial-over") if not (self.talk.back or waits) else message.hint
        self.box.close()
        panel = message.model_copy(update={"input": "choice", "choices": choices, "hint": hint})
        answer = await self.panel(View(panel, pointer=0))
        if answer == Picked(("close",)):
            raise EOFError
        return (
            await self.take(Write(at=self.talk.now(), text=answer.text))
            if isinstance(answer, Typed)
            else (await self.talk.look())
        )

    # Pages

    async def visit(self, page: Page) -> Reply:
        offered = doings(page)
        options = tuple(Option(id=str(number), label=label) for number, (label, _) in enumerate(offered))
        options += (Option(id="close", label=self.talk.word("resume-button" if page.resumes else "term-talk")),)
        panel = Message(text="", input="choice", choices=options)
        answer = await self.panel(View(panel, page=page, ways=self.closing()))
        match answer:
            case Typed(text):
                return await self.take(Write(at=self.talk.now(), text=text))
            case Wanted(name) if name != "close":
                return await self.take(Command(at=self.talk.now(), name=name))
            case Picked((chosen,)) if chosen != "close":
                return await self.done(page, offered[int(chosen)][1])
        return await self.talk.look()

    async def done(self, page: Page, doing: Option | object) -> Reply:
        try:
            event = await self.talk.doing(doing, self)  # type: ignore[arg-type]
        except _Unchanged:
            event = None
        if event is not None:
            return await self.take(event)
        self.trouble = self.talk.word("term-unchanged")
        return await self.take(Open(at=self.talk.now(), page=page.name))

    async def fill(self, field: FormField) -> tuple[str, ...]:
        """A field's new value. Raises _Unchanged."""
        if field.kind in TYPED:
            self.box.close()
            self.stage.fill(written(field))
            asked = Message(text=field.label, hint=self.talk.hint(field), input="text")
            answer = await self.ask(View(asked, ways=self.closing("back-button")))
            if isinstance(answer, Typed):
                return read(field, answer.text)
            raise _Unchanged
        one = field.kind != "multi"
        message = Message(text=field.label, hint=field.hint, input="choice" if one else "multi", choices=field.options)
        now = next((number for number, option in enumerate(field.options) if option.id in field.value), 0)
        answer = await self.panel(
            View(message, ways=self.closing("back-button"), pointer=now, ticked=frozenset(field.value))
        )
        if isinstance(answer, Picked):
            return answer.values
        raise _Unchanged

    async def sure(self) -> bool:
        """The safe answer is the one pointed at."""
        options = self.talk.sure_options()
        message = Message(text=self.talk.word("term-sure"), input="choice", choices=options)
        return await self.panel(View(message, ways=self.closing("back-button"), pointer=1)) == Picked(("yes-delete",))

    # What is asked on the screen

    async def panel(self, view: View) -> Answer:
        """Choices that are no question of the bot's: what is typed is one of them, or a command."""
        line = ""
        while True:
            answer = await self.ask(view, line)
            if not isinstance(answer, Typed) and self.talk.are_words(view.message, self.stage.line.text):
                self.words = joined(self.words, self.stage.line.text)
            if not isinstance(answer, Typed) or self.talk.is_command(answer.text):
                return answer
            chosen = pick(view.message.choices, answer.text)
            if chosen is not None:
                return Picked((chosen,))
            line, self.trouble = answer.text, self.talk.word("term-pick")

    async def ask(self, view: View, line: str = "") -> Answer:
        word = self.talk.word
        how = word(HOW.get(view.message.input, "term-pick"))
        words = Words(
            how, word("term-line"), word("term-above"), word("term-below"), word("term-bar"), word("term-wait")
        )
        notice, self.trouble = self.trouble, ""
        return await self.stage.ask(replace(view, words=words, notice=notice), line)

    def ways(self, message: Message) -> tuple[tuple[str, Option], ...]:
        found = {option.id: option for option in message.controls}
        found["more"] = Option(id="more", label=self.talk.word("term-more"))
        return tuple((key, found[name]) for key, name in BAR if name in found)

    def closing(self, back_to: str = "term-talk") -> tuple[tuple[str, Option], ...]:
        """The bar where Esc leads back."""
        back = (ESCAPE[0], Option(id=ESCAPE[1], label=self.talk.word(back_to)))
        return (back, *((key, option) for key, name in BAR for option in self.safety if name == option.id))

    def place(self, message: Message) -> tuple[str, ...]:
        left = message.minutes_left
        minutes = self.talk.word("minutes-left", minutes=left) if left else ""
        return tuple(filter(None, (message.progress, minutes)))

    # What is not sent

    async def keep_ticks(self, message: Message) -> Message:
        """The question with what is ticked now, which is a draft as words are."""
        view = self.stage.view
        if message.input != "multi" or view.message.prompt != message.prompt:
            return message
        ticked = tuple(option.id for option in message.choices if option.id in view.ticked)
        if ticked != message.chosen:
            await self.talk.take(Choose(at=self.talk.now(), values=ticked, done=False, prompt=message.prompt))
        return message.model_copy(update={"chosen": ticked})

    def unsent(self, message: Message) -> str | None:
        """What stands in the box, and what was typed where there was none."""
        loose = "\n".join(filter(None, (self.words, self.stage.line.text, self.stage.ahead)))
        if message.prompt == self.box.prompt:
            return joined(self.stage.box.text, loose)
        return joined(message.draft, loose) if loose else None
