"""A person's talk with the bot, however it is shown. Law: what is done is one event, and leaving loses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from bot.answering import WORTH_KEEPING
from bot.commands import pick, pick_several, script_named, understand
from bot.conversation import Form, FormField, Message, Option, Page, Reply, Section
from bot.events import Choose, Command, Inbound, Open, Rate, Submit, Who, Write
from bot.ports import Refusal
from bot.turn import Shell
from bot.when import read_wish

Event = Write | Choose | Rate | Command | Open | Submit


@dataclass(frozen=True)
class Elsewhere:
    """Another page."""

    page: str


Doing = Option | Elsewhere | Form

#: Fields whose value is typed: nobody can be picked here.
TYPED = ("text", "lines", "time", "date", "person", "people")
#: The word that says how a value is typed, by kind.
AS_TYPED = {"time": "term-time", "date": "term-date"}


class Asks(Protocol):
    """What a way of showing can ask while a form is filled in."""

    async def fill(self, field: FormField) -> tuple[str, ...]: ...

    async def sure(self) -> bool: ...


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
    """`back`: the command that goes on from here later; "" where nothing outlives this process. `locale` is that of
    the last reply."""

    shell: Shell
    who: Who
    back: str
    locale: str = "en"

    async def arrive(self, locale: str) -> Reply:
        """Where the person stands, in the language that was asked for."""
        place = await self.look()
        if locale in ("", place.locale):
            return place.model_copy(update={"message": None})
        return await self.take(Command(at=self.now(), name="language", argument=locale))

    async def begin(self, slug: str) -> Reply:
        return await self.take(Command(at=self.now(), name="reflect" if slug else "resume", argument=slug))

    async def look(self) -> Reply:
        return await self.take(Open(at=self.now(), page="talk"))

    async def take(self, event: Event) -> Reply:
        reply = await self.shell.handle(Inbound(key=f"terminal:{uuid4()}", who=self.who, event=event))
        await self.shell.drained()  # reading a line stops everything else in this process
        self.locale = reply.locale if reply.surface != "none" else self.locale
        return reply.model_copy(update={"page": reply.page.named(str)}) if reply.page else reply

    async def leave(self, unsent: Callable[[Message], str | None]) -> tuple[str, ...]:
        """The person goes in the middle: what stands in the box is kept, and so is their place. What to say then."""
        message = (await self.look()).message
        if message is None or message.prompt == "start" or message.step == "counting" or not self.back:
            return (self.word("goodbye"),)
        draft = unsent(message)
        if draft is not None and (message.input == "text" or self.are_words(message, draft)):
            await self.take(Write(at=self.now(), text=draft, done=False, prompt=message.prompt))
        await self.take(Command(at=self.now(), name="pause"))
        return self.word("term-kept"), f"  {self.back}"

    # What a person does, as an event

    def is_command(self, text: str) -> bool:
        return understand(self.shell.library, text) is not None or read_wish(text, self.now(), "UTC") is not None

    def are_words(self, message: Message, text: str) -> bool:
        """Whether what was typed at a choice is neither an answer nor a command nor a slip, but somebody’s words."""
        answer = self.is_command(text) or pick(message.choices, text) or pick_several(message.choices, text)
        return not answer and len(text.split()) >= WORTH_KEEPING

    async def put_aside(self, text: str) -> bool:
        """Whether words typed at a choice and not sent now wait in the next box; where nothing is open they cannot."""
        return (await self.take(Write(at=self.now(), text=text, done=False))).surface == "none"

    def typed(self, message: Message, text: str) -> Write | Command:
        if message.prompt == "start" and not self.is_command(text) and (slug := pick(message.choices, text)):
            return Command(at=self.now(), name="reflect", argument=slug)
        return Write(at=self.now(), text=text, prompt=message.prompt)

    def picked(self, message: Message, values: tuple[str, ...]) -> Choose | Rate | Command:
        if message.prompt == "start":
            return Command(at=self.now(), name="reflect", argument=values[0])
        if message.input == "scale":
            return Rate(at=self.now(), value=int(values[0]), prompt=message.prompt)
        return Choose(at=self.now(), values=values, prompt=message.prompt)

    async def doing(self, doing: Doing, asks: Asks) -> Command | Open | Submit | None:
        """A script to begin, a page to open, or a form with what was asked for it; None where the person was not sure
        after all."""
        if isinstance(doing, Elsewhere):
            return Open(at=self.now(), page=doing.page)
        if isinstance(doing, Option):
            return Command(at=self.now(), name="reflect", argument=doing.id)
        values = {field.id: field.value for field in doing.fields}
        for field in doing.asked:
            values[field.id] = await asks.fill(field)
        if doing.deletes and not await asks.sure():
            return None
        return Submit(at=self.now(), form=doing.id, values=values)

    def sure_options(self) -> tuple[Option, ...]:
        return tuple(Option(id=name, label=self.word(name)) for name in ("yes-delete", "no-delete"))

    def hint(self, field: FormField) -> str:
        """What helps to fill it in: how its value is typed, too, where other surfaces have something to pick from."""
        typed = self.word(AS_TYPED[field.kind]) if field.kind in AS_TYPED else ""
        return " ".join(filter(None, (field.hint, typed)))

    def word(self, name: str, **values: object) -> str:
        return self.shell.library.word(self.locale, name, **values)

    def now(self) -> datetime:
        return self.shell.clock.now()


def joined(draft: str, text: str) -> str:
    return "\n".join(filter(None, (draft, text)))


def doings(page: Page) -> tuple[tuple[str, Doing], ...]:
    """What can be done on a page, with what each is called, in the order of its sections."""
    names = Counter(named(section, form) for section in page.sections for form in section.forms)
    found: list[tuple[str, Doing]] = []
    for section in page.sections:
        found += [(option.label, option) for option in section.scripts]
        found += [(option.label, Elsewhere(option.id)) for option in section.pages]
        found += [(named(section, form, alone=names[named(section, form)] == 1), form) for form in section.forms]
    return tuple(found)


def addresses(section: Section) -> tuple[str, ...]:
    """To be opened in a browser."""
    return tuple(f"{link.label}: {link.id}" for link in section.links)


def written(field: FormField) -> str:
    """What stands in a field whose value is typed."""
    return (", " if field.kind == "people" else "\n").join(field.value)


def read(field: FormField, text: str) -> tuple[str, ...]:
    """The value that was typed; it is looked at where the form is taken."""
    if field.kind == "people":
        return tuple(text.replace(",", " ").split())
    return tuple(text.splitlines()) if field.kind == "lines" else (text,)


def named(section: Section, form: Form, *, alone: bool = True) -> str:
    """What a form is called in the list: with what is set there now, or what it is about; with all that is known of
    that where it is not `alone` to be called so."""
    about = section.title if form.carried and not form.title else settings(form)
    told = dict.fromkeys((about, *(() if alone else (section.title, *section.lines[:1]))))
    return ": ".join(filter(None, (form.title or form.submit, *told)))


def settings(form: Form) -> str:
    """What is set in a form of one choice or two."""
    if len(form.asked) > 2 or not all(field.options for field in form.asked):
        return ""
    return "; ".join(option.label for field in form.asked for option in field.options if option.id in field.value)
