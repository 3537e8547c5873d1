"""Pages as modals, and the App Home. Law: the App Home stays with Slack, so nobody's own words are ever drawn there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

from adapters.slack import blocks, forms, ids, limits
from adapters.slack.blocks import Json
from adapters.slack.modal import Words, exchange
from bot.conversation import Form, Option, Page, Section

HOME: Final = "home"
#: What somebody has agreed to comes first there, then the notice.
CONSENT: Final = "consent"

#: Bytes of what is kept that one modal shows; the rest of the view is small.
KEPT_BYTES: Final = limits.VIEW_BYTES * 4 // 5


class OwnWords(Exception):
    """What somebody wrote was about to be drawn where Slack keeps it."""


def home(word: Words, page: Page) -> Json:
    """The App Home. A form to be filled in holds what people entered, so it opens elsewhere."""
    if any(section.exchanges for section in page.sections):
        raise OwnWords
    last = word("home-who-sees")
    said = tuple(line for line in page.lines if line != last)
    drawn = [*blocks.spoken(said, _room(page.sections)), *blocks.actions(goes_on(word, page))]
    for section in page.sections:
        drawn += begins(word, page, section)
    drawn += leads_on(word, page)
    below = blocks.context(last) if last in page.lines else []
    return {"type": "home", "blocks": [*drawn[: limits.VIEW_BLOCKS - len(below)], *below] or blocks.nothing()}


def begins(word: Words, page: Page, section: Section) -> list[Json]:
    """The scripts to begin; the usual one stands out where nothing is open."""
    if not section.scripts and not section.lines:
        return []
    buttons = links("begin", section.scripts, usual=not page.resumes)
    return [*blocks.heading(section.title), *blocks.spoken(section.lines, _room(page.sections)), *buttons]


def leads_on(word: Words, page: Page) -> list[Json]:
    """One row of what opens elsewhere: the pages, what can be set, the numbers to call."""
    if not page.sections:
        return []
    pages = {option.id: option for section in page.sections for option in section.pages}
    if any(section.forms for section in page.sections):
        pages[page.name] = Option(id=page.name, label=word("home-settings"))
    buttons = [_button("open", option) for option in pages.values()]
    safety = blocks.button(word("safety-button"), ids.action_id("command", "safety"))
    return [blocks.divider(), *blocks.actions([*buttons, safety])]


def modal(word: Words, page: Page, start: int = 0) -> Json:
    """`start`: how many of what is kept come before what is shown: the button to more of it carries that number."""
    page = settings(word, page) if page.name == HOME else page
    kept = [section for section in page.sections if section.exchanges]
    others = [section for section in page.sections if not section.exchanges]
    whole = next((form for section in others for form in section.forms if forms.is_whole(form)), None)
    title, named = page_title(word, page)
    top = [*named, *head(word, page, _room(others))]
    end = rest(word, page, others, whole)
    shown = around(word, page, kept, start, limits.VIEW_BLOCKS - len(top) - len(end)) if kept else []
    drawn = [*top, *shown, *end] or blocks.nothing()
    return blocks.modal(
        title,
        drawn[: limits.VIEW_BLOCKS],
        f"{ids.FORM}{whole.id}" if whole else f"{ids.PAGE}:{page.name}",
        close=word("window-close"),
        submit=forms.submit(word, whole) if whole else "",
        private_metadata=page.name,
    )


def page_title(word: Words, page: Page) -> tuple[str, list[Json]]:
    """A title too long for the bar stands under it."""
    if limits.length(page.title) <= limits.VIEW_TITLE:
        return page.title, []
    return word("name-of-app"), blocks.heading(page.title)


def settings(word: Words, page: Page) -> Page:
    """What of the home opens over it: its forms, and what is said of one that was just sent."""
    said = tuple(takewhile(lambda line: line != word("home-intro"), page.lines))
    sections = tuple(Section(forms=section.forms) for section in page.sections if section.forms)
    changes = {"title": word("home-settings"), "lines": said, "sections": sections, "resumes": False}
    return page.model_copy(update=changes)


def _room(sections: Sequence[Section]) -> int:
    """Blocks for the lines of each section, so that the last one has some too."""
    return max(2, limits.VIEW_BLOCKS // (2 + len(sections)) // 2)


def head(word: Words, page: Page, room: int) -> list[Json]:
    return [*blocks.actions(goes_on(word, page)), *blocks.spoken(page.lines, room)]


def goes_on(word: Words, page: Page) -> list[Json]:
    """A page can stand where the talk stood, and this leads back to it. Where nothing is open, closing does."""
    button = blocks.button(word("resume-button"), ids.action_id("command", "resume"), style="primary")
    return [button] if page.resumes else []


def rest(word: Words, page: Page, sections: Sequence[Section], whole: Form | None) -> list[Json]:
    """Sections without kept words. `whole`: the form that is sent with the modal's own button."""
    return [part for section in sections for part in one(word, page, section, whole, _room(sections))]


def one(word: Words, page: Page, section: Section, whole: Form | None, room: int) -> Iterator[Json]:
    yield from blocks.heading(section.title)
    yield from notice(section.lines) if page.name == CONSENT else blocks.spoken(section.lines, room)
    yield from links("begin", section.scripts)
    yield from links("open", section.pages)
    for form in section.forms:
        yield from inputs(word, page, form, whole)


def notice(lines: Sequence[str]) -> list[Json]:
    """Below what is set. The first sentence of each paragraph is its heading."""
    return [blocks.divider(), *(part for line in lines for part in blocks.led(line))] if lines else []


def inputs(word: Words, page: Page, form: Form, whole: Form | None) -> list[Json]:
    if not forms.is_whole(form):
        return forms.at_once(word, form)
    if form is whole:
        return forms.filled_in(word, form)
    return blocks.actions([blocks.button(form.title or form.submit, ids.action_id("open", page.name))])


def links(verb: ids.Verb, options: Sequence[Option], *, usual: bool = False) -> list[Json]:
    """`usual`: the first one stands out."""
    styles = ["primary" if usual and number == 0 else "" for number in range(len(options))]
    return blocks.actions([_button(verb, option, style) for option, style in zip(options, styles, strict=True)])


def _button(verb: ids.Verb, option: Option, style: str = "") -> Json:
    return blocks.button(option.label, ids.action_id(verb, option.id), style=style)


# What is kept


def around(word: Words, page: Page, kept: Sequence[Section], start: int, room: int) -> list[Json]:
    """So much of what is kept as there is room for, newest first, and the ways to the rest of it."""
    start = start if 0 < start < len(kept) else 0
    shown, end = whole_ones(word, kept, start, room - 2)
    newer = _more(word("window-newest"), page, 0) if start else []
    older = _more(word("window-older", count=len(kept) - end), page, end) if end < len(kept) else []
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
    drawn = [part for form in section.forms for part in forms.at_once(word, form, section.title)]
    return [*drawn, blocks.divider()]


def beginning(word: Words, section: Section, room: int, size: int) -> list[Json]:
    end = [*blocks.sections([word("window-too-much")]), *_end(word, section)]
    found: list[Json] = []
    for part in reflection(word, section):
        size -= blocks.weight([part])
        if size < 0 or len(found) + len(end) >= room:
            break
        found.append(part)
    return [*found, *end]


def _more(label: str, page: Page, start: int) -> list[Json]:
    return blocks.actions([blocks.button(label, ids.action_id("open", page.name), value=str(start))])
