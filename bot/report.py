"""The page of themes, for who supervises. Law: only what was published, in the words of every other format. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from babel.dates import format_date

from bot.agenda import agenda, dates, digest, earliest, not_enough, ordered
from bot.case import Case
from bot.conversation import Option, Page, Section
from bot.reportlink import link_form
from bot.snapshot import Report, Snapshot

#: Windows before the newest that stand on the page; a browser shows all.
EARLIER = 6
#: Themes of each of those.
OF_EARLIER = 3


def report(case: Case) -> Page:
    """The first line is the same whatever was published, and whoever looks."""
    lines: tuple[str, ...] = (case.word("report-first-line"),)
    sections: tuple[Section, ...] = ()
    if not case.facts.supervises:
        lines += (case.word("report-not-yours"),)
        ways = (("themes", "themes-title"), ("looks", "looks-title"))
        sections = (Section(pages=tuple(Option(id=page, label=case.word(title)) for page, title in ways)),)
    else:
        published = any(one.snapshots for one in case.facts.reports)
        lines += (*(() if published else (_when(case),)), case.word("report-looked"))
        shown = tuple(part for one in case.facts.reports for part in _circle(case, one)) if published else ()
        way = link_form(case)
        sections = (
            *((Section(forms=(way,)),) if way else ()),
            *(shown or (_opener(case),)),
            *(_said(case, part) for part in ("see", "never")),
        )
    return Page(name="report", title=case.word("report-title"), lines=lines, sections=sections)


def _when(case: Case) -> str:
    """Once the earliest day has come, it says the same whoever has agreed, counted or written."""
    day = case.facts.earliest_themes
    if day is None:
        return case.word("report-no-date")
    if case.at.date() < day:
        return case.word("report-none", date=format_date(day, "long", locale=case.locale))
    return case.word("report-waits")


def _opener(case: Case) -> Section:
    """From the first day on there is something for a meeting: what the stance asks this week."""
    first = agenda(case.library, None, case.locale, case.at.date())[0]
    return Section(title=first.label, lines=(first.question,))


def _circle(case: Case, found: Report) -> Iterator[Section]:
    """The newest window, what a meeting can begin with, and the windows before it."""
    if not found.snapshots:
        title, *_ = digest(case.library, found, found.circle, case.locale)
        yield Section(title=title, lines=(earliest(case.library, found, case.locale),))
        return
    newest, *before = found.snapshots
    title, *lines = digest(case.library, newest, found.circle, case.locale)
    yield Section(title=title, lines=tuple(lines))
    asked = tuple(f"{one.label}: {one.question}" for one in agenda(case.library, newest, case.locale))
    yield Section(title=case.word("agenda-title"), lines=(case.word("agenda-hint"), *asked))
    if before:
        earlier = tuple(_in_short(case, one) for one in before[:EARLIER])
        yield Section(title=case.word("report-earlier"), lines=earlier)


def _in_short(case: Case, snapshot: Snapshot) -> str:
    """One line; of its themes those that the most people named."""
    if not snapshot.enough:
        return f"{dates(snapshot, case.locale)}: {not_enough(case.library, case.locale)}"
    some = ordered(case.library, snapshot, case.locale)[:OF_EARLIER]
    _, when, *lines = digest(case.library, snapshot.model_copy(update={"themes": some}), "", case.locale)
    return " · ".join((when, *lines))


def _said(case: Case, part: str) -> Section:
    lines = tuple(case.word(f"report-{part}-{number}") for number in (1, 2))
    return Section(title=case.word(f"report-{part}"), lines=lines)
