"""A text on its way out of a person's hands. Law: nothing goes that its writer has not seen word for word.

It is looked through each time it changes, and what is found is asked about. Where nobody could look, or the language is
not known, nothing goes. Pure; the page alone holds the text until then.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.case import Case
from bot.conversation import Form, FormField, Option, Page, Section
from bot.effects import Turn
from bot.events import Found, Mark
from bot.forms import Values, lines, not_understood, one, several, shown
from bot.scanning import found, replaced
from bot.typed import part, seen

#: Bytes that the box is filled with; every platform's holds as much.
BOX = 2800
#: Characters of a word in question and on each side of it: a label holds no more.
WORD, BESIDE = 30, 18


@dataclass(frozen=True, slots=True)
class Way:
    """Where a text goes. `name`: of its page, of its forms and of the words that are its own; `about`: to what a
    preview is bound beside the text; `longest`: characters; `intro` and `told`: lines over the box and over the
    preview; `above`: sections over both; `asks`: what is asked before it goes."""

    name: str
    about: tuple[str, ...]
    carried: tuple[FormField, ...]
    longest: int
    intro: tuple[str, ...]
    told: tuple[str, ...]
    above: tuple[Section, ...] = ()
    asks: tuple[FormField, ...] = ()


# Its pages


def page(case: Case, way: Way, said: Sequence[str], *sections: Section) -> Page:
    return Page(
        name=way.name,
        title=case.word(f"{way.name}-title"),
        lines=tuple(said),
        sections=(*way.above, *sections),
    )


def begun(case: Case, way: Way, text: str, *said: str) -> Page:
    form = _form(case, way, way.name, box(case, way, text), submit="excerpt-look")
    return page(case, way, (*said, *way.intro), Section(forms=(form,)))


def box(case: Case, way: Way, text: str) -> FormField:
    return FormField(
        id="text",
        label=case.word(f"{way.name}-box"),
        kind="lines",
        hint=case.word("excerpt-box-hint", longest=way.longest),
        value=tuple(text.split("\n")),
    )


def _form(case: Case, way: Way, name: str, *fields: FormField, submit: str) -> Form:
    return Form(id=name, title="", fields=(*way.carried, *fields), submit=case.word(submit))


def _asked(case: Case, way: Way, text: str, marks: Sequence[Mark]) -> Page:
    """“Is any of these a person or a place?”: ticked already, so that what nobody answered is hidden."""
    options = tuple(Option(id=each, label=_around(text, mark)) for each, mark in _questions(text, marks).items())
    ticks = FormField(
        id="hide",
        label=case.word("excerpt-names"),
        kind="multi",
        hint=case.word("excerpt-names-hint"),
        options=options,
        value=tuple(option.id for option in options),
        optional=True,
    )
    shown_here = (_seen(case, way, text, "names"), ticks, box(case, way, text))
    form = _form(case, way, f"{way.name}-names", *shown_here, submit="excerpt-look")
    return page(case, way, (case.word("excerpt-asks"),), Section(forms=(form,)))


def preview(case: Case, way: Way, text: str, *said: str) -> Page:
    """The exact text, a box in which it can be changed, and what no program can answer."""
    shown_here = (_seen(case, way, text, "release"), *way.asks, box(case, way, text))
    form = _form(case, way, f"{way.name}-release", *shown_here, submit=f"{way.name}-release")
    exact = Section(title=case.word(f"{way.name}-preview"), lines=tuple(filter(str.strip, text.split("\n"))))
    return page(case, way, (*said, *way.told), exact, Section(forms=(form,)))


def unseen(field: str, value: object) -> FormField:
    """What goes along with a form."""
    return FormField(id=field, label="", value=(str(value),))


def _seen(case: Case, way: Way, text: str, stage: str) -> FormField:
    """What the page showed, in a form that nobody else can make: this text of this reflection, at this stage, on its
    way there."""
    return unseen("seen", mark(case, way, text, stage))


def mark(case: Case, way: Way, text: str, stage: str) -> str:
    shown_there = json.dumps([way.name, stage, *way.about, text]).encode()
    return hmac.new(case.facts.preview_key, shown_there, "sha256").hexdigest()


def _questions(text: str, marks: Sequence[Mark]) -> dict[str, Mark]:
    """The words in question, each once, by ids in which nothing of them stands."""
    first: dict[str, Mark] = {}
    for mark in marks:
        first.setdefault(_word(text, mark), mark)
    return {f"n{number}": mark for number, mark in enumerate(first.values())}


def _word(text: str, mark: Mark) -> str:
    return text[mark.start : mark.end].casefold()


_WORD_BEFORE = re.compile(r"(?:\S+\s+){0,2}\S*$")
_WORD_AFTER = re.compile(r"\S*(?:\s+\S+){0,2}")


def _around(text: str, mark: Mark) -> str:
    before = _WORD_BEFORE.search(text[max(0, mark.start - BESIDE) : mark.start])
    after = _WORD_AFTER.match(text[mark.end : mark.end + BESIDE])
    word = text[mark.start : min(mark.end, mark.start + WORD)]
    around = f"{before[0] if before else ''}«{word}»{after[0] if after else ''}"
    return " ".join(around.split())


# Its turns


def typed(values: Values) -> str:
    """Without what platforms do to spaces, for it has to be the same text when it comes back; and without signs that
    nobody sees, for what goes out is what was seen."""
    return "\n".join(filter(None, (" ".join(seen(line).split()) for line in lines(values, "text"))))


def look(case: Case, way: Way, text: str, *said: str) -> Turn:
    """Everything that is found for sure is taken out; what may be a name is asked about; then it is shown."""
    text = _safe(case, text)
    if why := _kept_here(case, way, text):
        return not_understood(case, begun(case, way, text), why)
    asked = _marks(found(case, text), "ask")
    if asked:
        return shown(case, _asked(case, way, text, asked), *said)
    return shown(case, preview(case, way, text), *said)


def not_as_shown(case: Case, way: Way, text: str, values: Values, stage: str) -> Turn | None:
    """What is to be done instead, where the text is not the one that the page showed, or cannot go."""
    as_shown = hmac.compare_digest(mark(case, way, text, stage).encode(), one(values, "seen").encode())
    if not as_shown or _safe(case, text) != text:
        return look(case, way, text, case.word("excerpt-changed"))
    why = _kept_here(case, way, text)
    return not_understood(case, begun(case, way, text), why) if why else None


def named(case: Case, way: Way, values: Values) -> Turn:
    """What is ticked is hidden, everywhere in the text; a text that was changed is looked through anew."""
    text = typed(values)
    if other := not_as_shown(case, way, text, values, "names"):
        return other
    asked, ticked = _marks(found(case, text), "ask"), several(values, "hide")
    words = {_word(text, mark) for each, mark in _questions(text, asked).items() if each in ticked}
    hidden = [mark for mark in asked if _word(text, mark) in words]
    return shown(case, preview(case, way, replaced(case, text, hidden)))


def _safe(case: Case, text: str) -> str:
    """Whatever a program does with the words that stay with their writer: these go out."""
    return replaced(case, text, _marks(found(case, text), "auto")) if text else text


def _marks(outcome: Found, tier: str) -> tuple[Mark, ...]:
    return tuple(mark for mark in outcome.marks if mark.tier == tier)


def _kept_here(case: Case, way: Way, text: str) -> str:
    """Why this text cannot go, or nothing."""
    if not text:
        return f"{way.name}-empty"
    if len(text) > way.longest:
        return f"{way.name}-too-long"
    outcome = found(case, text)
    if outcome.failed:
        return f"{way.name}-not-looked"
    return f"{way.name}-foreign" if outcome.foreign else ""


# What stands in the box at first


def in_a_box(texts: Iterable[str]) -> tuple[str, str]:
    """One text of several, and what does not fit any more."""
    return part("\n".join(joined(texts)), BOX)


def joined(texts: Iterable[str]) -> Iterator[str]:
    """Each text numbers its names for itself: side by side, two people must not become one."""
    before = 0
    for text in texts:
        numbers = [int(found[1]) for found in _NUMBERED.finditer(text)]
        yield _NUMBERED.sub(lambda found, before=before: f"[NAME-{int(found[1]) + before}]", text)  # type: ignore[misc]
        before += max(numbers, default=0)


_NUMBERED = re.compile(r"\[NAME-([0-9]{1,4})\]")
