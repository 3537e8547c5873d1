"""The page of the names that are never kept: what is listed there is not shown again, to nobody. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot import names
from bot.case import Case
from bot.conversation import Form, FormField, Page, Section
from bot.effects import ForgetNames, NameNever, Turn
from bot.forms import Values, saved, shown


def names_page(case: Case, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> Page:
    """`add`, `remove`: what stands in the boxes, where it could not be taken."""
    count = len(case.facts.names.entries)
    listed = case.word("names-count", count=count) if count else case.word("names-none")
    others = (forget_form(case, remove), clear_form(case)) if count else ()
    return Page(
        name="names",
        title=case.word("names-title"),
        resumes=case.conversation.session is not None,
        lines=(case.word("names-intro"), case.word("names-mark"), listed),
        sections=(Section(forms=(add_form(case, add), *others)),),
    )


def add_form(case: Case, typed: tuple[str, ...]) -> Form:
    return Form(
        id="names-add",
        title=case.word("names-add-title"),
        fields=(
            _emptied(case),
            FormField(
                id="names", label=case.word("names-field"), kind="lines", hint=case.word("names-hint"), value=typed
            ),
        ),
        submit=case.word("names-add"),
    )


def forget_form(case: Case, typed: tuple[str, ...]) -> Form:
    field = FormField(
        id="names", label=case.word("names-again"), kind="text", hint=case.word("names-again-hint"), value=typed
    )
    return Form(
        id="names-forget",
        title=case.word("names-forget-title"),
        fields=(_emptied(case), field),
        submit=case.word("names-forget"),
    )


def clear_form(case: Case) -> Form:
    return Form(id="names-clear", title="", submit=case.word("names-clear"), deletes=True)


def _emptied(case: Case) -> FormField:
    """A surface keeps what stands in a box until the form is another one: after a name was taken it is."""
    return FormField(id="listed", label="", value=(str(len(case.facts.names.entries)),))


# What comes with the forms


def take_names(case: Case, values: Values) -> Turn:
    """All of them, or none: what cannot be taken stays in the box."""
    typed = names.entries(values, "names")
    listed = case.facts.names.with_names(typed)
    why = "" if typed else "names-nothing"
    if any(names.letters(name) < names.SHORTEST for name in typed):
        why = "names-short"
    elif any(len(name.split()) > names.LONGEST or len(name) > names.SIGNS for name in typed):
        why = "names-long"
    elif len(listed.entries) > names.MOST:
        why = "names-full"
    if why:
        counts = {"most": names.MOST, "count": len(case.facts.names.entries)}
        said = case.word(why, words=names.LONGEST, signs=names.SIGNS, **counts)
        return replace(shown(case, names_page(case, add=typed), said), illegal=why)
    case = _with(case, listed)
    return saved(case, names_page(case), NameNever(typed), said="names-added")


def take_forgotten(case: Case, values: Values) -> Turn:
    typed = names.entries(values, "names")
    why = "" if typed else "names-nothing"
    if not all(case.facts.names.has(name) for name in typed):
        why = "names-not-listed"
    if why:
        return replace(shown(case, names_page(case, remove=(", ".join(typed),)), case.word(why)), illegal=why)
    case = _with(case, case.facts.names.without(typed))
    return saved(case, names_page(case), ForgetNames(typed), said="names-forgotten")


def take_clearing(case: Case, values: Values) -> Turn:
    case = _with(case, case.facts.names.model_copy(update={"entries": frozenset()}))
    return saved(case, names_page(case), ForgetNames(), said="names-cleared")


def _with(case: Case, listed: names.Listed) -> Case:
    return replace(case, facts=case.facts.model_copy(update={"names": listed}))


TAKERS = {"names-add": take_names, "names-forget": take_forgotten, "names-clear": take_clearing}
