"""Pages as modals, and the App Home. Law: the App Home stays with Slack, so nobody's own words are ever drawn there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.slack import blocks, forms, ids, limits
from adapters.slack.blocks import Json
from adapters.slack.modal import Words, exchange
from bot.conversation import Form, Option, Page, Section

HOME: Final = "home"

#: Bytes of what is kept that one modal shows; the rest of the view is small.
KEPT_BYTES: Final = limits.VIEW_BYTES * 4 // 5


class OwnWords(Exception):
    """What somebody wrote was about to be drawn where Slack keeps it."""


def home(word: Words, page: Page) -> Json:
    """The App Home. A form to be filled in holds what people entered, so it opens elsewhere."""
    if any(section.exchanges for section in page.sections):
        raise OwnWords
    drawn = [*head(word, page, _room(page.sections)), *rest(word, page, page.sections, None)]
    return {"type": "home", "blocks": drawn[: limits.VIEW_BLOCKS] or blocks.nothing()}


def modal(word: Words, page: Page, start: int = 0) -> Json:
    """`start`: how many of what is kept come before what is shown: the button to more of it carries that number."""
    kept = [section for section in page.sections if section.exchanges]
    others = [section for section in page.sections if not section.exchanges]
    whole = next((form for section in others for form in section.forms if forms.is_whole(form)), None)
    title, named = page_title(word, page)
    top = [*named, *head(word, page, _room(others))]
    end = [*rest(word, page, others, whole), *back(word, page, whole)]
    shown = around(word, page, kept, start, limits.VIEW_BLOCKS - len(top) - len(end)) if kept else []
    drawn = [*top, *shown, *end] or blocks.nothing()
    return blocks.modal(
        title,
        drawn[: limits.VIEW_BLOCKS],
        f"{ids.FORM}{whole.id}" if whole else f"{ids.PAGE}:{page.name}",
        close=word("slack-close"),
        submit=forms.submit(word, whole) if whole else "",
        private_metadata=page.name,
    )


def page_title(word: Words, page: Page) -> tuple[str, list[Json]]:
    """A title too long for the bar stands under it."""
    if limits.length(page.title) <= limits.VIEW_TITLE:
        return page.title, []
    return word("name-of-app"), blocks.heading(page.title)


def back(word: Words, page: Page, whole: Form | None) -> list[Json]:
    """A page can stand where the talk stood: there has to be a way back to it."""
    leads_there = page.resumes or whole is not None
    return [] if leads_there else links("open", [Option(id="talk", label=word("slack-talk"))])


def _room(sections: Sequence[Section]) -> int:
    """Blocks for the lines of each section, so that the last one has some too."""
    return max(2, limits.VIEW_BLOCKS // (2 + len(sections)) // 2)


def head(word: Words, page: Page, room: int) -> list[Json]:
    goes_on = blocks.button(word("resume-button"), ids.action_id("command", "resume"), style="primary")
    return [*blocks.actions([goes_on] if page.resumes else []), *blocks.spoken(page.lines, room)]


def rest(word: Words, page: Page, sections: Sequence[Section], whole: Form | None) -> list[Json]:
    """Sections without kept words. `whole`: the form that is sent with the modal's own button."""
    return [part for section in sections for part in one(word, page, section, whole, _room(sections))]


def one(word: Words, page: Page, section: Section, whole: Form | None, room: int) -> Iterator[Json]:
    yield from blocks.heading(section.title)
    yield from blocks.spoken(section.lines, room)
    yield from links("begin", section.scripts)
    yield from links("open", section.pages)
    for form in section.forms:
        yield from inputs(word, page, form, whole)


def inputs(word: Words, page: Page, form: Form, whole: Form | None) -> list[Json]:
    if not forms.is_whole(form):
        return forms.at_once(word, form)
    if form is whole:
        return forms.filled_in(word, form)
    return blocks.actions([blocks.button(form.title or form.submit, ids.action_id("open", page.name))])


def links(verb: ids.Verb, options: Sequence[Option]) -> list[Json]:
    return blocks.actions([blocks.button(option.label, ids.action_id(verb, option.id)) for option in options])


# What is kept


def around(word: Words, page: Page, kept: Sequence[Section], start: int, room: int) -> list[Json]:
    """So much of what is kept as there is room for, newest first, and the ways to the rest of it."""
    start = start if 0 < start < len(kept) else 0
    shown, end = whole_ones(word, kept, start, room - 2)
    newer = _more(word("slack-newest"), page, 0) if start else []
    older = _more(word("slack-older", count=len(kept) - end), page, end) if end < len(kept) else []
    return [*newer, *shown, *older]


def whole_ones(word: Words, kept: Sequence[Section], start: int, room: int) -> tuple[list[Json], int]:
    """What fits, and where it ends. At least one is shown; where even that has no room, its end is missing and that is
    said."""
    found: list[Json] = []
    size = KEPT_BYTES
    for at, section in enumerate(kept[start:], start=start):
        drawn = reflection(word, section)
        if len(found) + len(drawn) > room or blocks.weight(drawn) > size:
            return (found, at) if found else (beginning(word, section, room, size), at + 1)
        found, size = [*found, *drawn], size - blocks.weight(drawn)
    return found, len(kept)


def reflection(word: Words, section: Section) -> list[Json]:
    words = [part for one in section.exchanges for part in exchange(one)]
    return [*blocks.heading(section.title), *blocks.spoken(section.lines), *words, *_end(word, section)]


def _end(word: Words, section: Section) -> list[Json]:
    return [*(part for form in section.forms for part in forms.at_once(word, form)), blocks.divider()]


def beginning(word: Words, section: Section, room: int, size: int) -> list[Json]:
    end = [*blocks.sections([word("slack-too-much")]), *_end(word, section)]
    found: list[Json] = []
    for part in reflection(word, section):
        size -= blocks.weight([part])
        if size < 0 or len(found) + len(end) >= room:
            break
        found.append(part)
    return [*found, *end]


def _more(label: str, page: Page, start: int) -> list[Json]:
    return blocks.actions([blocks.button(label, ids.action_id("open", page.name), value=str(start))])
