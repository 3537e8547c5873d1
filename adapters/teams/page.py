"""Pages as cards, on the private surface. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adapters.teams import elements, forms, ids, limits
from adapters.teams.elements import Json
from adapters.teams.pen import Pen
from adapters.teams.talk import LAST_ANSWER, exchange, fitting
from bot.conversation import Option, Page, Section

HOME: Final = "home"
#: What somebody has agreed to comes first there, then the notice.
CONSENT: Final = "consent"


def body(pen: Pen, page: Page, roster: tuple[Option, ...] = (), start: int = 0) -> list[Json]:
    """`start`: how many of what is kept come before what is shown: the button to more of it carries that number."""
    kept = [section for section in page.sections if is_kept(section)]
    others = [section for section in page.sections if not is_kept(section)]
    return [
        *elements.heading(page.title),
        *goes_on(pen, page),
        *elements.spoken(page.lines),
        *(around(pen, page, kept, start) if kept else []),
        *(part for section in others for part in one(pen, page, section, roster)),
        *leads_home(pen, page),
    ]


def is_kept(section: Section) -> bool:
    """A reflection, also one of which no answer is kept: it can be deleted."""
    return bool(section.exchanges) or any(forms.is_hidden(form) for form in section.forms)


def goes_on(pen: Pen, page: Page) -> list[Json]:
    """A page stands where the talk stood, and this leads back to it."""
    button = pen.button(pen.word("resume-button"), ids.do("command", "resume"), style="positive")
    return elements.row([button]) if page.resumes else []


def one(pen: Pen, page: Page, section: Section, roster: tuple[Option, ...]) -> list[Json]:
    notice = page.name == CONSENT
    said = [elements.led(line) for line in section.lines] if notice else elements.spoken(section.lines)
    drawn = [*elements.heading(section.title), *said, *begins(pen, section.scripts)]
    drawn += elements.row([pen.button(option.label, ids.do("open", option.id)) for option in section.pages])
    return [*drawn, *(part for form in section.forms for part in forms.form(pen, form, roster))]


def begins(pen: Pen, scripts: Sequence[Option]) -> list[Json]:
    return elements.answers([pen.button(option.label, ids.do("begin", option.id)) for option in scripts])


def leads_home(pen: Pen, page: Page) -> list[Json]:
    """The numbers to call are in reach on every page, and from every page there is a way on."""
    home = [pen.button(pen.word("home-button"), ids.do("open", HOME))] if page.name != HOME else []
    safety = pen.button(pen.word("safety-button"), ids.do("command", "safety"))
    return elements.apart(elements.row([*home, safety]))


# What is kept


def around(pen: Pen, page: Page, kept: Sequence[Section], start: int) -> list[Json]:
    """So much of what is kept as there is room for, newest first, and the ways to the rest of it."""
    start = start if 0 < start < len(kept) else 0
    shown, end = whole_ones(pen, kept, start)
    newer = [more(pen, pen.word("window-newest"), page, 0)] if start else []
    older = [more(pen, pen.word("window-older", count=len(kept) - end), page, end)] if end < len(kept) else []
    return [*elements.row(newer), *shown, *elements.row(older)]


def more(pen: Pen, label: str, page: Page, start: int) -> Json:
    return pen.button(label, ids.do("open", page.name), more={ids.START: start})


def whole_ones(pen: Pen, kept: Sequence[Section], start: int) -> tuple[list[Json], int]:
    """What fits, and where it ends. At least one is shown; where even that has no room, its end is missing and that is
    said."""
    room, found = limits.KEPT, list[Json]()
    for at, section in enumerate(kept[start:], start=start):
        drawn = reflection(pen, section, at)
        room -= limits.weight(drawn)
        if room < 0:
            return (found, at) if found else (beginning(pen, section, at), at + 1)
        found += drawn
    return found, len(kept)


def reflection(pen: Pen, section: Section, number: int) -> list[Json]:
    words = [part for one in section.exchanges for part in exchange(one)]
    return [*elements.heading(section.title), *elements.spoken(section.lines), *words, *end(pen, section, number)]


def end(pen: Pen, section: Section, number: int) -> list[Json]:
    return [part for form in section.forms for part in forms.form(pen, form, (), number=number, about=section.title)]


def beginning(pen: Pen, section: Section, number: int) -> list[Json]:
    room, found = limits.KEPT, [*elements.heading(section.title)]
    for one in section.exchanges:
        drawn = exchange(fitting(one, LAST_ANSWER))
        room -= limits.weight(drawn)
        if room < 0:
            break
        found += drawn
    return [*found, *elements.spoken([pen.word("window-too-much")]), *end(pen, section, number)]
