"""Pages as cards, on the private surface. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Final, NamedTuple

from adapters.teams import elements, forms, ids, limits
from adapters.teams.elements import Json
from adapters.teams.pen import Pen
from adapters.teams.talk import LAST_ANSWER, exchange, fitting
from bot.conversation import Option, Page, Section

HOME: Final = "home"
#: What somebody has agreed to comes first there, then the notice.
CONSENT: Final = "consent"


class Part(NamedTuple):
    """A section, and for each of its forms which of those of its id on the page it is."""

    section: Section
    numbers: tuple[int, ...]


class Whole(NamedTuple):
    """What is to be known of a page for each part of it. `wanted`: the key of the form that was sent last."""

    page: Page
    roster: tuple[Option, ...] = ()
    wanted: str = ""


def body(pen: Pen, page: Page, roster: tuple[Option, ...] = (), start: int = 0, wanted: str = "") -> list[Json]:
    """`start`: how many of its parts come before what is shown: the button to more of them carries that number."""
    names = {option.id: elements.named(option.label) for option in roster}
    page = page.named(lambda user: names.get(user.lower()) or pen.word("window-someone"))
    whole, parts = Whole(page, roster, wanted), counted(page.sections)
    kept = [part for part in parts if is_kept(part.section)]
    others = [part for part in parts if not is_kept(part.section)]
    return [
        *elements.heading(page.title),
        *goes_on(pen, page),
        *elements.spoken(page.lines),
        *(around(pen, page, kept, start) if kept else []),
        *in_parts(pen, whole, others, 0 if kept else start),
        *leads_home(pen, page),
    ]


def counted(sections: Sequence[Section]) -> list[Part]:
    seen: Counter[str] = Counter()
    found: list[Part] = []
    for section in sections:
        numbers: list[int] = []
        for form in section.forms:
            numbers.append(seen[form.id])
            seen[form.id] += 1
        found.append(Part(section, tuple(numbers)))
    return found


def is_kept(section: Section) -> bool:
    """A reflection, also one of which no answer is kept: it can be deleted, and there is nothing else to it."""
    only_goes = bool(section.forms) and all(form.deletes for form in section.forms)
    return bool(section.exchanges) or (only_goes and not (section.lines or section.scripts or section.pages))


def goes_on(pen: Pen, page: Page) -> list[Json]:
    """A page stands where the talk stood, and this leads back to it."""
    button = pen.button(pen.word("resume-button"), ids.do("command", "resume"), style="positive")
    return elements.row([button]) if page.resumes else []


def in_parts(pen: Pen, whole: Whole, parts: Sequence[Part], start: int) -> list[Json]:
    """So many sections as there is room for, the one with the wanted form among them, and the ways to the others. At
    least one is shown."""
    drawn = [one(pen, whole, part) for part in parts]
    sizes = [limits.weight(some) for some in drawn]
    if sum(sizes) <= limits.SECTIONS:
        return [*chain(*drawn)]
    start = start if 0 < start < len(drawn) else 0
    end = start + max(1, sum(size <= limits.SECTIONS for size in accumulate(sizes[start:])))
    keys = [[form.key for form in part.section.forms] for part in parts]
    if later := next((at for at in range(end, len(keys)) if not start and whole.wanted in keys[at]), 0):
        return in_parts(pen, whole, parts, later)
    before = [more(pen, pen.word("window-first"), whole.page, 0)] if start else []
    count = len(drawn) - end
    after = [more(pen, pen.word("window-others", count=count), whole.page, end)] if count else []
    return [*elements.row(before), *chain(*drawn[start:end]), *elements.row(after)]


def one(pen: Pen, whole: Whole, part: Part) -> list[Json]:
    section, page = part.section, whole.page
    notice = page.name == CONSENT
    said = [elements.led(line) for line in section.lines] if notice else elements.spoken(section.lines)
    drawn = [*elements.heading(section.title), *said, *begins(pen, section.scripts)]
    drawn += elements.row([elements.opens(option.label, option.id) for option in section.links])
    drawn += elements.row([pen.button(option.label, ids.do("open", option.id)) for option in section.pages])
    there = [
        (form, forms.Spot(number, page.title, section.title, page.shuts(form), whole.roster))
        for form, number in zip(section.forms, part.numbers, strict=True)
    ]
    return [*drawn, *forms.several(pen, there, whole.wanted)]


def begins(pen: Pen, scripts: Sequence[Option]) -> list[Json]:
    return elements.answers([pen.button(option.label, ids.do("begin", option.id)) for option in scripts])


def leads_home(pen: Pen, page: Page) -> list[Json]:
    """The numbers to call are in reach on every page, and from every page there is a way on."""
    home = [pen.button(pen.word("home-button"), ids.do("open", HOME))] if page.name != HOME else []
    safety = pen.button(pen.word("safety-button"), ids.do("command", "safety"))
    return elements.apart(elements.row([*home, safety]))


# What is kept


def around(pen: Pen, page: Page, kept: Sequence[Part], start: int) -> list[Json]:
    """So much of what is kept as there is room for, newest first, and the ways to the rest of it."""
    start = start if 0 < start < len(kept) else 0
    shown, end = whole_ones(pen, kept, start)
    newer = [more(pen, pen.word("window-newest"), page, 0)] if start else []
    older = [more(pen, pen.word("window-older", count=len(kept) - end), page, end)] if end < len(kept) else []
    return [*elements.row(newer), *shown, *elements.row(older)]


def more(pen: Pen, label: str, page: Page, start: int) -> Json:
    return pen.button(label, ids.do("open", page.name), more={ids.START: start})


def whole_ones(pen: Pen, kept: Sequence[Part], start: int) -> tuple[list[Json], int]:
    """What fits, and where it ends. At least one is shown; where even that has no room, its end is missing and that is
    said."""
    room, found = limits.KEPT, list[Json]()
    for at, part in enumerate(kept[start:], start=start):
        drawn = reflection(pen, part)
        room -= limits.weight(drawn)
        if room < 0:
            return (found, at) if found else (beginning(pen, part), at + 1)
        found += drawn
    return found, len(kept)


def reflection(pen: Pen, part: Part) -> list[Json]:
    section = part.section
    words = [block for one in section.exchanges for block in exchange(one)]
    return [*elements.heading(section.title), *elements.spoken(section.lines), *words, *end(pen, part)]


def end(pen: Pen, part: Part) -> list[Json]:
    spots = [forms.Spot(number, about=part.section.title) for number in part.numbers]
    return forms.several(pen, list(zip(part.section.forms, spots, strict=True)))


def beginning(pen: Pen, part: Part) -> list[Json]:
    section = part.section
    room, found = limits.KEPT, [*elements.heading(section.title)]
    for one in section.exchanges:
        drawn = exchange(fitting(one, LAST_ANSWER))
        room -= limits.weight(drawn)
        if room < 0:
            break
        found += drawn
    return [*found, *elements.spoken([pen.word("window-too-much")]), *end(pen, part)]
