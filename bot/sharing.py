"""What leaves a person's hands, and how it comes back. Law: nothing goes that its writer has not seen word for word.

A passage is looked through each time it changes, and what is found is asked about. Where nobody could look, or the
language is not known, nothing is released. Pure; the page alone holds the passage until then.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from babel.dates import format_date

from bot.case import Case
from bot.consent import agree_to_excerpts, excerpts
from bot.conversation import Form, FormField, Option, Page, Reflection, Section, Shared
from bot.effects import Release, Turn, Unshare
from bot.events import Found, Mark
from bot.forms import Values, illegal, lines, not_understood, one, saved, several, shown
from bot.questions import about_excerpts
from bot.scanning import found, replaced, text_hash
from bot.screens import may_release
from bot.shared import noted, still_shared, waiting_passage
from bot.typed import part, seen

#: Characters: a few sentences. What is longer tells too much of one visit.
LONGEST = 600
#: Bytes that the box is filled with; every platform's holds as much.
BOX = 2800
#: Characters of a word in question and on each side of it: a label holds no more.
WORD, BESIDE = 30, 18


# What was shared


def shared_page(case: Case) -> Page:
    there = still_shared(case)
    return Page(
        name="shared",
        title=case.word("shared-title"),
        resumes=case.conversation.session is not None,
        lines=(case.word("shared-intro" if there else "shared-none"),),
        sections=tuple(_receipt(case, one) for one in reversed(there)),
    )


def _receipt(case: Case, one: Shared) -> Section:
    what = "; ".join(case.library.theme(case.locale, code) for code in one.codes)
    words = case.word("shared-themes", themes=what) if one.kind == "themes" else case.word("shared-excerpt")
    last = case.word("shared-until", date=format_date(one.until, "long", locale=case.locale)) if one.until else ""
    form = Form(id="take-back", title="", fields=(_unseen("receipt", one.id),), submit=case.word("take-back"))
    title = " · ".join(filter(None, (format_date(one.on, "long", locale=case.locale), one.title)))
    passage = case.facts.passages.get(one.id, "")
    return Section(title=title, lines=tuple(filter(None, (words, passage, last))), forms=(form,))


def _unseen(field: str, value: object) -> FormField:
    return FormField(id=field, label="", value=(str(value),))


def take_back(case: Case, values: Values) -> Turn:
    """One tap. What was taken back before, or is published, is said to be gone from here."""
    wanted, there = one(values, "receipt"), still_shared(case)
    left = tuple(each for each in there if str(each.id) != wanted)
    effects = tuple(Unshare(each.id) for each in there if str(each.id) == wanted)
    case = case.remember(shared=left)
    return saved(case, shared_page(case), *effects, said="unshared" if effects else "unshared-before")


# A passage on its way


def excerpt_page(case: Case, reflection: Reflection) -> Page:
    """Where one begins: the question in general, once; then the words that may be shared, to be shortened."""
    if excerpts(case) is None:
        return _agreement(case, reflection)
    words = "\n".join(joined(reflection.answers[number][1] for number in reflection.shareable))
    if not words:
        return _page(case, (case.word("excerpt-no-words"),))
    return _passage(case, reflection, part(words, BOX)[0])


def _page(case: Case, lines: Sequence[str], *sections: Section) -> Page:
    return Page(
        name="excerpt",
        title=case.word("excerpt-title"),
        lines=tuple(lines),
        sections=sections,
    )


def _agreement(case: Case, reflection: Reflection, text: str = "") -> Page:
    """`text`: a passage that somebody was at already, so that it is not lost."""
    asked = about_excerpts(case)
    field = FormField(id="agree", label=asked.title, options=asked.choices)
    fields = (field, _box(case, text)) if text else (field,)
    return _page(
        case, (asked.text,), Section(forms=(_form(case, "excerpt-agree", reflection, *fields, submit="save"),))
    )


def _passage(case: Case, reflection: Reflection, text: str) -> Page:
    intro = case.word("excerpt-intro", people=case.facts.circle_size)
    form = _form(case, "excerpt", reflection, _box(case, text), submit="excerpt-look")
    return _page(case, (intro,), Section(forms=(form,)))


def _form(case: Case, name: str, reflection: Reflection, *fields: FormField, submit: str) -> Form:
    hidden = _unseen("reflection", reflection.id)
    return Form(id=name, title="", fields=(hidden, *fields), submit=case.word(submit))


def _box(case: Case, text: str) -> FormField:
    hint = case.word("excerpt-box-hint", longest=LONGEST)
    return FormField(id="text", label=case.word("excerpt-box"), kind="lines", hint=hint, value=tuple(text.split("\n")))


def _asked(case: Case, reflection: Reflection, text: str, marks: Sequence[Mark]) -> Page:
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
    form = _form(
        case,
        "excerpt-names",
        reflection,
        _seen(case, reflection, text, "names"),
        ticks,
        _box(case, text),
        submit="excerpt-look",
    )
    return _page(case, (case.word("excerpt-asks"),), Section(forms=(form,)))


def _seen(case: Case, reflection: Reflection, text: str, stage: str) -> FormField:
    """What the page showed, in a form that nobody else can make: this text of this reflection, at this stage, to be
    released into this circle and window."""
    return _unseen("seen", mark(case, reflection, text, stage))


def mark(case: Case, reflection: Reflection, text: str, stage: str) -> str:
    shown_there = f"{stage}/{reflection.id}/{text}".encode()
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


def _preview(case: Case, reflection: Reflection, text: str, *said: str) -> Page:
    """The exact text, a box in which it can be changed, and the question that no program can answer."""
    options = tuple(Option(id=each, label=case.word(f"recognise-{each}")) for each in ("no", "maybe"))
    question = FormField(
        id="recognise", label=case.word("recognise"), hint=case.word("recognise-hint"), options=options
    )
    seen = _seen(case, reflection, text, "release")
    form = _form(case, "excerpt-release", reflection, seen, question, _box(case, text), submit="excerpt-release")
    exact = Section(title=case.word("excerpt-preview"), lines=tuple(filter(str.strip, text.split("\n"))))
    return _page(case, (*said, _when(case)), exact, Section(forms=(form,)))


def _when(case: Case) -> str:
    last = case.facts.shared_until
    date = format_date(last, "long", locale=case.locale) if last else ""
    return case.word("excerpt-when", people=case.facts.circle_size, date=date)


# Its forms


def take_agreement(case: Case, values: Values) -> Turn:
    """Agreed to in general, or not; a no is over at once."""
    reflection, choice = _of(case, values), one(values, "agree")
    if reflection is None:
        return _nowhere(case)
    if choice not in ("ask", "never"):
        return not_understood(case, excerpt_page(case, reflection))
    after, effects = agree_to_excerpts(case, "ask" if choice == "ask" else "never", about_excerpts(case))
    if choice == "never":
        return shown(after, _page(after, (after.word("excerpts-never-then"),)), effects=effects)
    text = _text(values)
    return saved(after, _passage(after, reflection, text) if text else excerpt_page(after, reflection), *effects)


def take_excerpt(case: Case, values: Values) -> Turn:
    """A passage, to be looked through."""
    reflection = _of(case, values)
    if reflection is None:
        return _nowhere(case)
    if excerpts(case) != "ask":
        return shown(case, _agreement(case, reflection, _text(values)))
    return _look(case, reflection, _text(values))


def _nowhere(case: Case) -> Turn:
    """A passage that can go nowhere: one waits already, or what it needs has changed since the form was drawn."""
    if waiting_passage(case) is not None:
        return not_understood(case, shared_page(case), "excerpt-waits")
    return illegal(case, "form-unknown")


def _of(case: Case, values: Values) -> Reflection | None:
    """The reflection it comes from, where something of it may be released."""
    wanted = one(values, "reflection")
    return (
        next((each for each in case.facts.reflections if str(each.id) == wanted), None) if may_release(case) else None
    )


def _text(values: Values) -> str:
    """Without what platforms do to spaces, for it has to be the same text when it comes back; and without signs that
    nobody sees, for what goes out is what was seen."""
    return "\n".join(filter(None, (" ".join(seen(line).split()) for line in lines(values, "text"))))


def _look(case: Case, reflection: Reflection, text: str, *said: str) -> Turn:
    """Everything that is found for sure is taken out; what may be a name is asked about; then it is shown."""
    text = _safe(case, text)
    if why := _kept_here(case, text):
        page = _passage(case, reflection, text)
        return not_understood(case, page, why)
    asked = _marks(found(case, text), "ask")
    if asked:
        return shown(case, _asked(case, reflection, text, asked), *said)
    return shown(case, _preview(case, reflection, text), *said)


def _safe(case: Case, text: str) -> str:
    """Whatever a program does with the words that stay with their writer: these go out."""
    return replaced(case, text, _marks(found(case, text), "auto")) if text else text


def _marks(outcome: Found, tier: str) -> tuple[Mark, ...]:
    return tuple(mark for mark in outcome.marks if mark.tier == tier)


def _kept_here(case: Case, text: str) -> str:
    """Why this text cannot go, or nothing."""
    if not text:
        return "excerpt-empty"
    if len(text) > LONGEST:
        return "excerpt-too-long"
    outcome = found(case, text)
    if outcome.failed:
        return "excerpt-not-looked"
    return "excerpt-foreign" if outcome.foreign else ""


def _not_as_shown(case: Case, reflection: Reflection, text: str, values: Values, stage: str) -> Turn | None:
    """What is to be done instead, where the text is not the one that the page showed, or cannot go."""
    if excerpts(case) != "ask":
        return shown(case, _agreement(case, reflection, text))
    as_shown = hmac.compare_digest(mark(case, reflection, text, stage), one(values, "seen"))
    if not as_shown or _safe(case, text) != text:
        return _look(case, reflection, text, case.word("excerpt-changed"))
    why = _kept_here(case, text)
    return not_understood(case, _passage(case, reflection, text), why) if why else None


def take_names(case: Case, values: Values) -> Turn:
    """What is ticked is hidden, everywhere in the text; a text that was changed is looked through anew."""
    reflection, text = _of(case, values), _text(values)
    if reflection is None:
        return _nowhere(case)
    if other := _not_as_shown(case, reflection, text, values, "names"):
        return other
    asked, ticked = _marks(found(case, text), "ask"), several(values, "hide")
    words = {_word(text, mark) for each, mark in _questions(text, asked).items() if each in ticked}
    hidden = [mark for mark in asked if _word(text, mark) in words]
    return shown(case, _preview(case, reflection, replaced(case, text, hidden)))


def take_release(case: Case, values: Values) -> Turn:
    """Only the text that was shown, only where nobody would be recognised, and only once it was looked through."""
    reflection, text = _of(case, values), _text(values)
    if reflection is None:
        return _nowhere(case)
    if other := _not_as_shown(case, reflection, text, values, "release"):
        return other
    answer = one(values, "recognise")
    if answer != "no":
        said = "excerpt-kept" if answer == "maybe" else "excerpt-unanswered"
        return not_understood(case, _preview(case, reflection, text), said)
    return _released(case, reflection, text)


def _released(case: Case, reflection: Reflection, text: str) -> Turn:
    receipt = case.facts.fresh[2]
    what = Shared(
        id=receipt,
        kind="excerpt",
        until=case.facts.shared_until,
        reflection=reflection.id,
        title=reflection.title,
        on=reflection.on,
    )
    facts = case.facts.model_copy(update={"passages": {**case.facts.passages, receipt: text}})
    case = noted(replace(case, facts=facts), what)
    return saved(case, shared_page(case), Release(receipt, text, text_hash(text)), said="released")


def joined(texts: Iterable[str]) -> Iterator[str]:
    """Each text numbers its names for itself: side by side, two people must not become one."""
    before = 0
    for text in texts:
        numbers = [int(found[1]) for found in _NUMBERED.finditer(text)]
        yield _NUMBERED.sub(lambda found, before=before: f"[NAME-{int(found[1]) + before}]", text)  # type: ignore[misc]
        before += max(numbers, default=0)


_NUMBERED = re.compile(r"\[NAME-([0-9]{1,4})\]")


def excerpt_of(case: Case, name: str) -> Page | None:
    """The page for a kept reflection, by its id."""
    reflection = next((each for each in case.facts.reflections if str(each.id) == name), None)
    return excerpt_page(case, reflection) if reflection is not None and may_release(case) else None


def excerpt_way(case: Case, reflection: Reflection) -> Iterator[Option]:
    if may_release(case) and reflection.shareable:
        yield Option(id=f"excerpt:{reflection.id}", label=case.word("excerpt-way"))


TAKERS: Mapping[str, Callable[[Case, Values], Turn]] = {
    "excerpt": take_excerpt,
    "excerpt-agree": take_agreement,
    "excerpt-names": take_names,
    "excerpt-release": take_release,
    "take-back": take_back,
}
