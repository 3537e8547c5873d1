"""Pages as modals, and the App Home. Law: the App Home stays with Slack, so nobody's own words are ever drawn there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, takewhile
from typing import Final

from adapters.slack import blocks, forms, ids, limits
from adapters.slack.blocks import Json
from adapters.slack.message import naming
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


def modal(word: Words, page: Page, start: int = 0, wanted: str = "") -> Json:
    """`start`: how many of its parts come before what is shown: the button to more of them carries that number.
    `wanted`: the key of the form to be filled in, where there are several: a modal sends one."""
    page = settings(word, page) if page.name == HOME else page
    fillable = [form for section in page.sections if not section.exchanges for form in section.forms]
    fillable = [form for form in fillable if forms.is_whole(form)]
    open_one = fillable if len(fillable) < 2 else [form for form in fillable if form.key == wanted]
    whole = open_one[0] if open_one else None
    page, back = (alone(page, whole), way_back(word, page)) if whole and len(fillable) > 1 else (page, [])
    title, named = page_title(word, page)
    top = [*named, *head(word, page, _room(page.sections), back)]
    shown = [*top, *body(word, page, whole, start, limits.VIEW_BLOCKS - len(top))] or blocks.nothing()
    return framed(word, page, title, shown[: limits.VIEW_BLOCKS], whole)


def framed(word: Words, page: Page, title: str, shown: Sequence[Json], whole: Form | None) -> Json:
    """With a button that sends, where there is something to send."""
    if whole is None or not any(block["type"] == "input" for block in shown):
        callback = f"{ids.PAGE}:{page.name}"
        return blocks.modal(title, shown, callback, close=word("window-close"), private_metadata=page.name)
    return blocks.modal(
        title,
        shown,
        f"{ids.FORM}{whole.id}",
        close=word("window-close"),
        submit=forms.submit(word, whole),
        private_metadata=forms.metadata(whole),
    )


def alone(page: Page, whole: Form) -> Page:
    """The part of a page that has this form, with no other."""
    section = next(section for section in page.sections if whole in section.forms)
    return page.model_copy(update={"sections": (section.model_copy(update={"forms": (whole,)}),)})


def way_back(word: Words, page: Page) -> list[Json]:
    return [blocks.button(word("back-button"), ids.action_id("open", page.name))]


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


def head(word: Words, page: Page, room: int, back: Sequence[Json]) -> list[Json]:
    return [*blocks.actions([*back, *goes_on(word, page)]), *blocks.spoken(page.lines, room)]


def goes_on(word: Words, page: Page) -> list[Json]:
    """A page can stand where the talk stood, and this leads back to it. Where nothing is open, closing does."""
    button = blocks.button(word("resume-button"), ids.action_id("command", "resume"), style="primary")
    return [button] if page.resumes else []


def body(word: Words, page: Page, whole: Form | None, start: int, room: int) -> list[Json]:
    """What is kept comes first, a part of it at a time. `whole`: the form that is sent with the modal's own button."""
    kept = [section for section in page.sections if section.exchanges]
    others = [section for section in page.sections if not section.exchanges]
    drawn = [list(one(word, page, section, whole, _room(others))) for section in others]
    if not kept:
        return in_parts(word, page, drawn, start, room)
    rest = [*chain(*drawn)]
    return [*around(word, page, kept, start, room - len(rest)), *rest]


def in_parts(word: Words, page: Page, drawn: Sequence[list[Json]], start: int, room: int) -> list[Json]:
    """So many sections as there is room for, and the ways to the others. At least one is shown."""
    if sum(map(len, drawn)) <= room:
        return [*chain(*drawn)]
    start = start if 0 < start < len(drawn) else 0
    sizes = accumulate(map(len, drawn[start:]))
    end = start + max(1, sum(size <= room - 2 for size in sizes))
    before = _more(word("window-first"), page, 0) if start else []
    after = _more(word("window-others", count=len(drawn) - end), page, end) if end < len(drawn) else []
    return [*before, *[*chain(*drawn[start:end])][: room - 2], *after]


def one(word: Words, page: Page, section: Section, whole: Form | None, room: int) -> Iterator[Json]:
    yield from blocks.heading(section.title)
    yield from notice(section.lines) if page.name == CONSENT else spoken(word, section, room)
    yield from (blocks.section(blocks.linked(option.label, option.id)) for option in section.links)
    yield from links("begin", section.scripts)
    yield from links("open", section.pages)
    drawn = (part for form in section.forms for part in inputs(word, page, form, whole, section.title))
    yield from blocks.side_by_side(drawn)


def spoken(word: Words, section: Section, room: int) -> list[Json]:
    """Lines with people's names stand close together: they are a list, and a long one."""
    if not section.people:
        return blocks.spoken(section.lines, room)
    named = [naming(word, line, person) for line, person in zip(section.lines, section.people, strict=True)]
    return [blocks.section(blocks.formatted(text)) for text in blocks.gathered(named)]


def notice(lines: Sequence[str]) -> list[Json]:
    """Below what is set. The first sentence of each paragraph is its heading."""
    return [blocks.divider(), *(part for line in lines for part in blocks.led(line))] if lines else []


def inputs(word: Words, page: Page, form: Form, whole: Form | None, about: str) -> list[Json]:
    if not forms.is_whole(form):
        return forms.at_once(word, form, about)
    if form == whole:
        return [*(blocks.heading(form.title) if about not in ("", form.title) else []), *forms.filled_in(word, form)]
    label = form.title or form.submit
    said, value = f"{label}: {about}" if about else "", f"{ids.FORM}{form.key}"
    return blocks.actions([blocks.button(label, ids.action_id("open", page.name), value=value, said=said)])


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
