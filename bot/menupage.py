"""The page of all reflections, and finding one there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.case import Case
from bot.conversation import Form, FormField, Page, Section
from bot.effects import Turn
from bot.forms import Values, not_understood, one, shown
from bot.menu import ALL, at, called, searched
from bot.typed import clean, plain
from prompts.script import MOMENTS, Script


def scripts_page(case: Case, found: Sequence[Script] | None = None, words: str = "") -> Page:
    """`found`: what a search for `words` has found, in the order in which it is shown."""
    field = FormField(
        id="words",
        label=case.word("scripts-words"),
        kind="text",
        hint=case.word("scripts-hint"),
        value=(words,) if words else (),
    )
    form = Form(id="find-script", title="", fields=(field,), submit=case.word("search-submit"))
    results = (_section(case, case.word("scripts-found"), found),) if found else ()
    return Page(
        name=ALL,
        title=case.word("scripts-title"),
        resumes=case.conversation.session is not None,
        lines=(case.word("scripts-none", words=words),) if found == () else (),
        sections=(*results, Section(forms=(form,)), *_by_moment(case)),
    )


def _by_moment(case: Case) -> Iterable[Section]:
    """Each script once, under the moment that it is mostly for; those without one last."""
    for moment in MOMENTS:
        if moment == "supervising" and not case.facts.supervises:
            continue
        mostly = [script for script in at(case, moment) if script.moments[0] == moment]
        if mostly:
            yield _section(case, case.word(f"moment-{moment}"), mostly)
    others = [script for script in case.library.scripts.values() if not script.moments]
    if others:
        yield _section(case, case.word("scripts-others"), others)


def _section(case: Case, title: str, scripts: Iterable[Script]) -> Section:
    return Section(title=title, scripts=tuple(called(case, script) for script in scripts))


def take_search(case: Case, values: Values) -> Turn:
    words = clean(one(values, "words"))
    if not plain(words):
        return not_understood(case, scripts_page(case))
    return shown(case, scripts_page(case, searched(case.library, words), words))
