"""Passages for supervisors to read unattributed, and how what was shared comes back. Law: none is released without a
live yes, and none in which somebody would recognise a family. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from babel.dates import format_date

from bot.case import Case
from bot.consent import agree_to_excerpts, excerpts
from bot.conversation import Form, FormField, Option, Page, Reflection, Section, Shared
from bot.effects import Release, Turn, Unshare
from bot.forms import Values, illegal, not_understood, one, saved, shown
from bot.passing import Way, begun, box, in_a_box, look, named, not_as_shown, preview, typed, unseen
from bot.questions import about_excerpts
from bot.scanning import text_hash
from bot.screens import may_release
from bot.shared import decided, noted, still_shared, until_when, waiting_passage, when_read

#: Characters: a few sentences. What is longer tells too much of one visit.
LONGEST = 600


# What was shared


def shared_page(case: Case) -> Page:
    there = still_shared(case)
    return Page(
        name="shared",
        title=case.word("shared-title"),
        resumes=case.conversation.session is not None,
        lines=(case.word("shared-intro" if there else "shared-none"),),
        sections=(
            *(_receipt(case, one) for one in reversed(there)),
            *(_decision(case, one) for one in reversed(decided(case))),
        ),
    )


def _receipt(case: Case, one: Shared) -> Section:
    what = "; ".join(case.library.theme(case.locale, code) for code in one.codes)
    words = case.word("shared-themes", themes=what) if one.kind == "themes" else case.word("shared-excerpt")
    last = until_when(case, one)
    form = Form(id="take-back", title="", fields=(unseen("receipt", one.id),), submit=case.word("take-back"))
    passage = case.facts.passages.get(one.id, "")
    return Section(title=_titled(case, one), lines=tuple(filter(None, (words, passage, last))), forms=(form,))


def _decision(case: Case, one: Shared) -> Section:
    """What became of a passage; its words are not here any more."""
    return Section(title=_titled(case, one), lines=(case.word(f"passage-{one.outcome}"),))


def _titled(case: Case, one: Shared) -> str:
    return " · ".join(filter(None, (format_date(one.on, "long", locale=case.locale), one.title)))


def take_back(case: Case, values: Values) -> Turn:
    """One tap. What was taken back before, or is published, is said to be gone from here."""
    wanted = one(values, "receipt")
    back = tuple(each for each in still_shared(case) if str(each.id) == wanted)
    effects = tuple(Unshare(each.id) for each in back)
    case = case.remember(shared=tuple(each for each in case.memory.shared if each not in back))
    return saved(case, shared_page(case), *effects, said="unshared" if effects else "unshared-before")


# A passage on its way


def excerpt_page(case: Case, reflection: Reflection) -> Page:
    """Where one begins: the question in general, once; then the words that may be shared, to be shortened."""
    if excerpts(case) is None:
        return _agreement(case, reflection)
    words, _ = in_a_box(reflection.answers[number][1] for number in reflection.shareable)
    if not words:
        return _page(case, (case.word("excerpt-no-words"),))
    return begun(case, its_way(case, reflection), words)


def its_way(case: Case, reflection: Reflection) -> Way:
    """`mark` binds it to the circle and window into which it is released, too."""
    options = tuple(Option(id=each, label=case.word(f"recognise-{each}")) for each in ("no", "maybe"))
    question = FormField(
        id="recognise", label=case.word("recognise"), hint=case.word("recognise-hint"), options=options
    )
    return Way(
        name="excerpt",
        about=(str(reflection.id),),
        carried=(unseen("reflection", reflection.id),),
        longest=LONGEST,
        intro=(case.word("excerpt-intro", people=case.facts.circle_size),),
        told=(when_read(case),),
        asks=(question,),
    )


def _page(case: Case, lines: Sequence[str], *sections: Section) -> Page:
    return Page(
        name="excerpt",
        title=case.word("excerpt-title"),
        lines=tuple(lines),
        sections=sections,
    )


def _agreement(case: Case, reflection: Reflection, text: str = "") -> Page:
    """`text`: a passage that somebody was at already, so that it is not lost."""
    asked, way = about_excerpts(case), its_way(case, reflection)
    field = FormField(id="agree", label=asked.title, options=asked.choices)
    fields = (*way.carried, field, *((box(case, way, text),) if text else ()))
    form = Form(id="excerpt-agree", title="", fields=fields, submit=case.word("save"))
    return _page(case, (asked.text,), Section(forms=(form,)))


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
    text = typed(values)
    there = begun(after, its_way(after, reflection), text) if text else excerpt_page(after, reflection)
    return saved(after, there, *effects)


def take_excerpt(case: Case, values: Values) -> Turn:
    """A passage, to be looked through."""
    reflection = _of(case, values)
    if reflection is None:
        return _nowhere(case)
    if excerpts(case) != "ask":
        return shown(case, _agreement(case, reflection, typed(values)))
    return look(case, its_way(case, reflection), typed(values))


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


def take_names(case: Case, values: Values) -> Turn:
    reflection = _of(case, values)
    if reflection is None:
        return _nowhere(case)
    if excerpts(case) != "ask":
        return shown(case, _agreement(case, reflection, typed(values)))
    return named(case, its_way(case, reflection), values)


def take_release(case: Case, values: Values) -> Turn:
    """Only the text that was shown, only where nobody would be recognised, and only once it was looked through."""
    reflection, text = _of(case, values), typed(values)
    if reflection is None:
        return _nowhere(case)
    if excerpts(case) != "ask":
        return shown(case, _agreement(case, reflection, text))
    way = its_way(case, reflection)
    if other := not_as_shown(case, way, text, values, "release"):
        return other
    answer = one(values, "recognise")
    if answer != "no":
        said = "excerpt-kept" if answer == "maybe" else "excerpt-unanswered"
        return not_understood(case, preview(case, way, text), said)
    return _released(case, reflection, text)


def _released(case: Case, reflection: Reflection, text: str) -> Turn:
    receipt = case.facts.fresh[2]
    what = Shared(
        id=receipt,
        kind="excerpt",
        until=case.facts.excerpt_until,
        reflection=reflection.id,
        title=reflection.title,
        on=reflection.on,
    )
    facts = case.facts.model_copy(update={"passages": {**case.facts.passages, receipt: text}})
    case = noted(replace(case, facts=facts), what)
    return saved(case, shared_page(case), Release(receipt, text, text_hash(text)), said="released")


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
