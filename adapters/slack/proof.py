"""Slack's limits as a check for the linter. Law: whatever a script can show is drawn here first, in every language and
with long answers; and no label is left to be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from adapters.slack import limits
from adapters.slack.blocks import Json
from adapters.slack.drawing import Drawing
from adapters.slack.faults import Kind, faults
from bot import gallery
from bot.conversation import Option, Page
from prompts.library import Library
from prompts.lint import Check
from prompts.script import Script, Step

RULE: Final = "slack-limit"
#: Words of the bar over and under a modal, which holds little.
IN_THE_BAR: Final = (
    "name-of-app",
    "last-screen",
    "pause-button",
    "next",
    "save",
    "back-button",
    "window-close",
    "window-so-far",
    "home-settings",
    "safety-button",
    "breathe-button",
)
_PEOPLE: Final = ("U2AAAAAAA", "U3AAAAAAA")


def within_limits(read: Callable[[], Library], *, bot: bool = True) -> Check:
    """`read`: gives what the bot itself says. `bot`: that is drawn, too."""
    return gallery.check(RULE, read, of_step, of_the_bot if bot else None)


def of_step(library: Library, script: Script, step: Step, locale: str) -> Iterator[str]:
    drawing = Drawing(library)
    for reply in gallery.of_step(library, script, step, locale):
        yield from drawn(drawing.modal(reply), "modal")
        yield from labels(gallery.options(reply))
    message = gallery.in_chat(library, script, step, locale)
    if message is not None:
        yield from drawn(drawing.message(message, locale), "message")
    yield from labels(gallery.behind_more(library, script, step, locale))


def of_the_bot(library: Library, locale: str) -> Iterator[str]:
    """Consent, counting, pages and the small words, beside all scripts."""
    drawing = Drawing(library)
    for name in IN_THE_BAR:
        yield from too_long(f"the word '{name}'", library.word(locale, name), limits.VIEW_TITLE)
    for reply in gallery.of_the_bot(library, locale, _PEOPLE):
        yield from drawn(drawing.modal(reply), "modal")
        yield from drawn(drawing.so_far(reply), "modal")
        yield from drawn(drawing.card(reply), "modal")
        yield from labels(gallery.options(reply))
        if reply.page is not None:
            yield from of_page(drawing, reply.page, locale)
    for line in gallery.lines(library, locale):
        yield from drawn(drawing.message(line, locale, private=True), "message")
        yield from drawn(drawing.refusal(line.text, locale), "modal")


def of_page(drawing: Drawing, page: Page, locale: str) -> Iterator[str]:
    """Each part of it, and each of its forms to fill in."""
    if page.name == "home":
        yield from drawn(drawing.home(page, locale), "home")
    for start, section in enumerate(page.sections):
        yield from drawn(drawing.page(page, locale, start), "modal")
        for form in section.forms:
            yield from drawn(drawing.page(page, locale, form=form.key), "modal")


# What is wrong


def drawn(payload: Json, kind: Kind) -> Iterator[str]:
    for where, what in faults(payload, kind):
        yield f"Slack would refuse the {kind}: {where or 'it'} {what}"


def labels(options: Iterator[Option]) -> Iterator[str]:
    for option in options:
        yield from too_long(f"the label “{option.label}”", option.label, limits.BUTTON)


def too_long(what: str, text: str, limit: int) -> Iterator[str]:
    if limits.length(text) > limit:
        yield f"{what} has {limits.length(text)} characters, and Slack shows {limit} of them"
