"""The talk line by line: for a pipe, a plain terminal or a screen reader. Law: nothing is drawn over, all is text."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from adapters.terminal.paper import Paper
from adapters.terminal.talk import TYPED, Talk, addresses, doings, joined, read, written
from bot.commands import pick, pick_several
from bot.conversation import FormField, Message, Option, Page, Reply
from bot.events import Command, Write

Read = Callable[[str], str]
Print = Callable[[str], None]

#: Of a longer draft only the beginning is shown; all of it is there.
DRAFT_LINES = 6
PROMPT = "> "
#: Typed instead of a value that is to be none.
EMPTY = "-"


@dataclass
class Lines:
    """A person at a terminal that is read and written a line at a time."""

    talk: Talk
    read: Read
    write: Print
    paper: Paper

    async def run(self, slug: str, locale: str) -> None:
        try:
            reply = await self.begin(slug, locale)
            while not reply.closed:
                self.show(reply)
                reply = await self.visit(reply.page) if reply.page else await self.answer(reply)
            self.show(reply)
            self.say(() if self.talk.back else self.paper.lines(self.talk.word("term-trial-over")))
        except (EOFError, KeyboardInterrupt):
            await self.leave()

    async def begin(self, slug: str, locale: str) -> Reply:
        place = await self.talk.arrive(locale)
        self.say(self.paper.all(place.message.preface if place.message else ()))
        trial = () if self.talk.back else (self.talk.word("term-trial"),)
        self.say(self.paper.all((self.talk.word("term-welcome"), *trial, "")))
        reply = await self.talk.begin(slug)
        self.say(self.paper.talk(reply.talk))
        return reply

    async def answer(self, reply: Reply) -> Reply:
        """What the person types at a question."""
        if reply.message is None:
            return await self.talk.look()
        event = self.typed(reply.message)
        after = await self.talk.take(event)
        if isinstance(event, Write) and len(after.talk) > len(reply.talk):
            self.confirm(event.text, after.talk[-1].answered)
        self.write("")
        return after

    def typed(self, message: Message) -> Write | Command:
        while True:
            text = self.read(PROMPT)
            if message.draft and not self.talk.is_command(text):
                text = joined(message.draft, text)
            if text.strip():
                return self.talk.typed(message, text)
            self.say(self.paper.lines(self.talk.word("term-empty" if message.input == "text" else how(message))))

    def confirm(self, typed: str, taken: str) -> None:
        """Says what a number or the beginning of a label was taken for."""
        if len(typed.strip()) < len(taken) and typed.strip().casefold() != taken.casefold():
            self.say(self.paper.lines(taken, "  = ", "    "))

    async def leave(self) -> None:
        self.write("")
        text = unsent()
        said, *command = await self.talk.leave(lambda message: joined(message.draft, text) if text else None)
        self.say((*self.paper.lines(said), *command))

    # Pages: what can be done there is numbered

    async def visit(self, page: Page) -> Reply:
        offered = doings(page)
        self.say(self.paper.numbered(label for label, _ in offered))
        self.say(self.paper.lines(self.talk.word("term-change")))
        options = tuple(Option(id=str(number), label=label) for number, (label, _) in enumerate(offered))
        while True:
            text = self.read(PROMPT)
            chosen = pick(options, text)
            if self.talk.is_command(text):
                return await self.talk.take(Write(at=self.talk.now(), text=text))
            if chosen is not None:
                event = await self.talk.doing(offered[int(chosen)][1], self)
                self.say(() if event else self.paper.lines(self.talk.word("term-unchanged")))
                return await self.talk.take(event) if event else await self.talk.look()
            if not text.strip():
                return await self.talk.look()
            self.say(self.paper.lines(self.talk.word("term-change")))

    async def fill(self, field: FormField) -> tuple[str, ...]:
        """A field's new value; an empty line leaves it as it is."""
        labels = [f"{option.label} ←" if option.id in field.value else option.label for option in field.options]
        can_be_empty = any(field.value) and (field.optional or field.kind == "multi")
        empties = self.talk.word("term-empties") if can_be_empty else ""
        self.say(self.paper.all(filter(None, (field.label, self.talk.hint(field), empties))))
        if field.kind in TYPED:
            return self.fill_typed(field, can_be_empty)
        while True:
            self.say(self.paper.numbered(labels))
            text = self.read(PROMPT).strip()
            if text in ("", EMPTY) and (can_be_empty or not text):
                return () if text else field.value
            several = pick_several(field.options, text) or ()
            if several and (field.kind == "multi" or len(several) == 1):
                return several

    def fill_typed(self, field: FormField, can_be_empty: bool) -> tuple[str, ...]:
        """One line; for several lines, until an empty one."""
        self.say(self.paper.lines(written(field), "  | ") if written(field) else ())
        typed = [self.read(PROMPT)]
        while field.kind == "lines" and typed[-1].strip():
            typed.append(self.read(PROMPT))
        text = "\n".join(typed).strip()
        if text == EMPTY and can_be_empty:
            return ()
        return read(field, text) if text else field.value

    async def sure(self) -> bool:
        """What cannot be undone is asked about once more."""
        options = self.talk.sure_options()
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
        minutes = self.talk.word("minutes-left", minutes=message.minutes_left) if message.minutes_left else ""
        if place := " · ".join(filter(None, (message.progress, minutes))):
            yield f"[{place}]"
        yield from self.paper.strong(message.text)
        yield from self.paper.all(filter(None, (message.hint,)))
        if message.input in ("choice", "multi"):
            yield from self.paper.numbered(option.label for option in message.choices)
        if message.low and message.high:
            yield from self.paper.lines(f"1 = {message.low}, 5 = {message.high}", "  ")
        if message.input in ("multi", "scale"):
            yield from self.paper.lines(self.talk.word(how(message)))
        if message.draft:
            yield from self.draft(message.draft)

    def draft(self, text: str) -> Iterator[str]:
        lines = list(self.paper.lines(text, "  | "))
        yield self.talk.word("term-written")
        yield from lines[:DRAFT_LINES] + (["  | …"] if len(lines) > DRAFT_LINES else [])
        yield from self.paper.lines(self.talk.word("term-add"))

    def page(self, page: Page) -> Iterator[str]:
        yield from self.paper.strong(page.title)
        for words in page.lines:
            yield from self.paper.all((words, ""))
        for section in page.sections:
            if section.title and (section.exchanges or section.lines):
                yield from self.paper.strong(section.title)
            yield from self.paper.all((*section.lines, *addresses(section)))
            yield from self.paper.talk(section.exchanges)

    def say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)


def how(message: Message) -> str:
    """The word that says how to answer."""
    return {"multi": "term-several", "scale": "scale-hint"}.get(message.input, "term-choose")


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
