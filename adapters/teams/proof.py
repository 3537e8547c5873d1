"""Teams' limits as a check for the linter. Law: whatever a script can show is drawn here first, in every language and
with long answers; and no label is left to be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from adapters.teams import limits
from adapters.teams.drawing import Drawing
from adapters.teams.elements import Json
from adapters.teams.faults import faults
from adapters.teams.pen import Place
from bot import gallery
from bot.conversation import Reply
from prompts.library import Library
from prompts.lint import Check
from prompts.script import Script, Step

RULE: Final = "teams-limit"
#: People as Teams names them.
PEOPLE: Final = ("11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000")
PLACES: Final[tuple[Place, ...]] = ("dialog", "view")


def within_limits(read: Callable[[], Library], *, bot: bool = True) -> Check:
    """`read`: gives what the bot itself says; where that cannot be read, the linter says so elsewhere. `bot`: that is
    drawn, too."""
    return gallery.check(RULE, read, of_step, of_the_bot if bot else None)


def of_step(library: Library, script: Script, step: Step, locale: str) -> Iterator[str]:
    for reply in gallery.of_step(library, script, step, locale):
        yield from of_reply(library, reply)
    message = gallery.in_chat(library, script, step, locale)
    if message is not None:
        yield from refused(Drawing(library).chat(message, locale), "the card in the chat")
    for option in gallery.behind_more(library, script, step, locale):
        yield from label(option.label)


def of_the_bot(library: Library, locale: str) -> Iterator[str]:
    for reply in gallery.of_the_bot(library, locale, PEOPLE):
        yield from of_reply(library, reply)
    for message in gallery.lines(library, locale):
        yield from refused(Drawing(library).chat(message, locale), "the card in the chat")


def of_reply(library: Library, reply: Reply) -> Iterator[str]:
    for place in PLACES:
        drawing = Drawing(library, dialogs=place == "dialog")
        for start in range(len(reply.page.sections) or 1 if reply.page else 1):
            yield from refused(drawing.private(reply, place, "0" * 12, start=start), "the card")
    for option in gallery.options(reply):
        yield from label(option.label)


def refused(card: Json, what: str) -> Iterator[str]:
    for where, why in faults(card):
        yield f"Teams would refuse {what}: {where or 'it'} {why}"


def label(text: str) -> Iterator[str]:
    if len(text) > limits.TITLE:
        yield f"the label “{text}” has {len(text)} characters, and a phone shows {limits.TITLE} of them"
