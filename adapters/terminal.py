"""One conversation in the terminal. Law: what is typed is a `Write` in private, and leaving loses nothing."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from bot.commands import pick, pick_several, script_named, understand
from bot.conversation import Exchange, Form, FormField, Message, Option, Page, Reply
from bot.events import Command, Inbound, Open, Submit, Who, Write
from bot.ports import Refusal
from bot.turn import Shell

Read = Callable[[str], str]
Print = Callable[[str], None]
Event = Write | Command | Open | Submit

WIDEST = 78
#: Of a longer draft only the beginning is shown; all of it is there.
DRAFT_LINES = 6
PROMPT = "> "


async def converse(
    shell: Shell,
    who: Who,
    script: str = "",
    locale: str = "",
    *,
    back: str = "",
    read: Read | None = None,
    write: Print | None = None,
    width: int | None = None,
) -> None:
    """Talks with one person until the talk is over, or until they leave (Ctrl-D, Ctrl-C), which pauses it.

    `script`: its slug or title; "" goes on with what is open, or begins. `locale`: "" leaves the language as it is.
    `back`: the command that goes on from here later; "" where nothing outlives this process.
    `read` takes a prompt and gives a line; EOFError and KeyboardInterrupt from it mean leaving.
    Raises Refusal for a script or a language that is not there, before anything is said.
    """
    slug = known(shell, script, locale)
    paper = Paper(width or min(shutil.get_terminal_size().columns - 1, WIDEST), write is None and may_be_bold())
    talk = Talk(shell, who, read or read_lines, write or write_line, paper, back)
    try:
        reply = await talk.begin(slug, locale)
        while not reply.closed:
            talk.show(reply)
            reply = await talk.visit(reply.page) if reply.page else await talk.answer(reply)
        talk.show(reply)
    except (EOFError, KeyboardInterrupt):
        await talk.leave()


def known(shell: Shell, script: str, locale: str) -> str:
    """The slug of the script that was asked for. Raises Refusal."""
    library = shell.library
    if locale and locale not in library.locales:
        raise Refusal("language", f"I do not speak {locale!r}. The languages are: {', '.join(library.locales)}.")
    slug = script if script in library.scripts else script_named(library, script) if script else ""
    if script and not slug:
        raise Refusal("script", f"There is no script {script!r}. There are: {', '.join(library.scripts)}.")
    return slug


@dataclass
class Talk:
    """A person at a terminal. `locale` is that of the last reply."""

    shell: Shell
    who: Who
    read: Read
    write: Print
    paper: Paper
    back: str
    locale: str = "en"

    async def begin(self, slug: str, locale: str) -> Reply:
        place = await self.look()
        if locale not in ("", place.locale):
            place = await self.take(Command(at=self.now(), name="language", argument=locale))
            self.say(self.paper.all(place.message.preface if place.message else ()))
        trial = () if self.back else (self.word("term-trial"),)
        self.say(self.paper.all((self.word("term-welcome"), *trial, "")))
        name = "reflect" if slug else "resume"
        reply = await self.take(Command(at=self.now(), name=name, argument=slug))
        self.say(self.paper.talk(reply.talk))
        return reply

    async def answer(self, reply: Reply) -> Reply:
        """What the person types at a question."""
        if reply.message is None:
            return await self.look()
        event = self.typed(reply.message)
        after = await self.take(event)
        if isinstance(event, Write) and len(after.talk) > len(reply.talk):
            self.confirm(event.text, after.talk[-1].answered)
        self.write("")
        return after

    def typed(self, message: Message) -> Write | Command:
        while True:
            text = self.read(PROMPT)
            command = understand(self.shell.library, text) is not None
            if message.prompt == "start" and not command and (slug := pick(message.choices, text)):
                return Command(at=self.now(), name="reflect", argument=slug)
            if message.draft and not command:
                text = joined(message.draft, text)
            if text.strip():
                return Write(at=self.now(), text=text, prompt=message.prompt)
            self.say(self.paper.lines(self.word("term-empty" if message.input == "text" else how(message))))

    def confirm(self, typed: str, taken: str) -> None:
        """Says what a number or the beginning of a label was taken for."""
        if len(typed.strip()) < len(taken) and typed.strip().casefold() != taken.casefold():
            self.say(self.paper.lines(taken, "  = ", "    "))

    async def leave(self) -> None:
        """The person goes in the middle: what stands in the line is kept, and so is their place."""
        self.write("")
        message = (await self.look()).message
        if message is None or message.prompt == "start" or message.step == "counting" or not self.back:
            self.say(self.paper.lines(self.word("goodbye")))
            return
        if message.input == "text" and (text := unsent()):
            draft = joined(message.draft, text)
            await self.take(Write(at=self.now(), text=draft, done=False, prompt=message.prompt))
        await self.take(Command(at=self.now(), name="pause"))
        self.say((*self.paper.lines(self.word("term-kept")), f"  {self.back}"))

    # Pages: what can be done there is numbered

    async def visit(self, page: Page) -> Reply:
        doings: list[tuple[str, Option | Form]] = [
            *((option.label, option) for section in page.sections for option in section.scripts),
            *((name(section.title, form), form) for section in page.sections for form in section.forms),
        ]
        self.say(self.paper.numbered(label for label, _ in doings))
        self.say(self.paper.lines(self.word("term-change")))
        options = tuple(Option(id=str(number), label=label) for number, (label, _) in enumerate(doings))
        while True:
            text = self.read(PROMPT)
            chosen = pick(options, text)
            if understand(self.shell.library, text) is not None:
                return await self.take(Write(at=self.now(), text=text))
            if chosen is not None:
                return await self.do(doings[int(chosen)][1])
            if not text.strip():
                return await self.look()
            self.say(self.paper.lines(self.word("term-change")))

    async def do(self, doing: Option | Form) -> Reply:
        if isinstance(doing, Option):
            return await self.take(Command(at=self.now(), name="reflect", argument=doing.id))
        asked = [field for field in doing.fields if field.label]
        values = {field.id: field.value for field in doing.fields} | {field.id: self.fill(field) for field in asked}
        if not asked and not self.sure():
            self.say(self.paper.lines(self.word("term-unchanged")))
            return await self.look()
        return await self.take(Submit(at=self.now(), form=doing.id, values=values))

    def fill(self, field: FormField) -> tuple[str, ...]:
        """A field's new value; an empty line leaves it as it is."""
        labels = [f"{option.label} ←" if option.id in field.value else option.label for option in field.options]
        self.say(self.paper.lines(field.label))
        while True:
            self.say(self.paper.numbered(labels))
            text = self.read(PROMPT)
            if not text.strip():
                return field.value
            if field.kind == "text":
                return (text,)
            several = pick_several(field.options, text) or ()
            if several and (field.kind == "multi" or len(several) == 1):
                return several

    def sure(self) -> bool:
        """What cannot be undone is asked about once more."""
        options = tuple(Option(id=name, label=self.word(name)) for name in ("yes-delete", "no-delete"))
        self.say(self.paper.numbered(option.label for option in options))
        return pick(options, self.read(PROMPT)) == "yes-delete"

    # What is shown

    def show(self, reply: Reply) -> None:
        if reply.page is not None:
            self.say(self.page(reply.page))
        elif reply.message is not None:
            self.say(self.message(reply.message))

    def message(self, message: Message) -> Iterator[str]:
        for words in message.preface:
            yield from self.paper.all((words, ""))
        minutes = self.word("minutes-left", minutes=message.minutes_left) if message.minutes_left else ""
        if place := " · ".join(filter(None, (message.progress, minutes))):
            yield f"[{place}]"
        yield from self.paper.strong(message.text)
        yield from self.paper.all(filter(None, (message.hint,)))
        if message.input in ("choice", "multi"):
            yield from self.paper.numbered(option.label for option in message.choices)
        if message.low and message.high:
            yield from self.paper.lines(f"1 = {message.low}, 5 = {message.high}", "  ")
        if message.input in ("multi", "scale"):
            yield from self.paper.lines(self.word(how(message)))
        if message.draft:
            yield from self.draft(message.draft)

    def draft(self, text: str) -> Iterator[str]:
        lines = list(self.paper.lines(text, "  | "))
        yield self.word("term-written")
        yield from lines[:DRAFT_LINES] + (["  | …"] if len(lines) > DRAFT_LINES else [])
        yield from self.paper.lines(self.word("term-add"))

    def page(self, page: Page) -> Iterator[str]:
        yield from self.paper.strong(page.title)
        for words in page.lines:
            yield from self.paper.all((words, ""))
        for section in page.sections:
            if section.title and section.exchanges:
                yield from self.paper.strong(section.title)
            yield from self.paper.all(section.lines)
            yield from self.paper.talk(section.exchanges)

    def word(self, name: str, **values: object) -> str:
        return self.shell.library.word(self.locale, name, **values)

    def say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    # The bot

    def now(self) -> datetime:
        return self.shell.clock.now()

    async def look(self) -> Reply:
        return await self.take(Open(at=self.now(), page="talk"))

    async def take(self, event: Event) -> Reply:
        reply = await self.shell.handle(Inbound(key=f"terminal:{uuid4()}", who=self.who, event=event))
        await self.shell.drained()  # reading a line stops everything else in this process
        self.locale = reply.locale
        return reply


def how(message: Message) -> str:
    """The word that says how to answer."""
    return {"multi": "term-several", "scale": "scale-hint"}.get(message.input, "term-choose")


def name(section: str, form: Form) -> str:
    """What a form is called in the list, with what is set there now."""
    labelled = [option for field in form.fields if field.label for option in field.options if option.id in field.value]
    now = "; ".join(option.label for option in labelled) if form.title else section
    return ": ".join(filter(None, (form.title or form.submit, now)))


def joined(draft: str, text: str) -> str:
    return "\n".join(filter(None, (draft, text)))


@dataclass(frozen=True, slots=True)
class Paper:
    """How words are laid out in lines. Pure."""

    width: int
    bold: bool = False

    def lines(self, text: str, first: str = "", then: str | None = None) -> Iterator[str]:
        """Wrapped, line breaks kept; `first` stands before the first line, `then` before the others."""
        then = first if then is None else then
        for number, part in enumerate(text.split("\n")):
            start = then if number else first
            wrapped = textwrap.wrap(
                part, max(self.width, 24), initial_indent=start, subsequent_indent=then, break_on_hyphens=False
            )
            yield from wrapped or [start.rstrip()]

    def all(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            yield from self.lines(text)

    def strong(self, text: str) -> Iterator[str]:
        for line in self.lines(text):
            yield f"\033[1m{line}\033[0m" if self.bold and line and "\n" not in text else line

    def numbered(self, labels: Iterable[str]) -> Iterator[str]:
        for number, label in enumerate(labels, start=1):
            yield from self.lines(label, f" {number:>2}  ", "     ")

    def talk(self, exchanges: Iterable[Exchange]) -> Iterator[str]:
        for one in exchanges:
            yield from self.lines(one.asked)
            yield from self.lines(one.answered, "  ")
            yield from self.all(filter(None, (one.reply,)))
            yield ""


# The terminal itself


def may_be_bold() -> bool:
    """https://no-color.org"""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb"


def write_line(line: str) -> None:
    try:
        print(line, flush=True)
    except UnicodeEncodeError:
        encoding = sys.stdout.encoding or "ascii"
        print(line.encode(encoding, "replace").decode(encoding), flush=True)


def read_lines(prompt: str) -> str:
    """One line, or all lines of what was pasted at once. Raises EOFError and KeyboardInterrupt."""
    if not sys.stdin.isatty():
        return input(prompt)
    with suppress(ImportError):
        import readline  # noqa: F401  editing, lines beyond the 4095 bytes of a bare terminal, whole pastes
    # asyncio's own handler would only note the Ctrl-C and go on waiting for the line.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        lines = [input(prompt)]
        while select.select([sys.stdin], [], [], 0.05)[0]:
            lines.append(input())
    finally:
        signal.signal(signal.SIGINT, before)
    return "\n".join(lines)


def unsent() -> str:
    """What was typed in a line that was left before Enter."""
    readline = sys.modules.get("readline")
    return str(readline.get_line_buffer()) if readline is not None else ""
