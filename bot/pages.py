"""Pages and their forms: what a person can see and settle outside a reflection. Pure; adapters only draw them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from babel.dates import format_date

from bot import sharing
from bot.case import Case
from bot.consentpage import consent, take_again, take_consent, take_withdrawal
from bot.conversation import Form, Page, Reflection, Section
from bot.copypage import copy, take_code, take_link
from bot.effects import NoteLook, Rewrite, Turn
from bot.events import Submit
from bot.forms import Values, illegal, not_understood, one, saved, shown
from bot.home import home, take_language, take_quiet
from bot.kept import (
    called,
    data,
    exchanges,
    hidden,
    looks,
    own_words,
    reflection,
    search,
    show_reflection,
    take_deletion,
    take_erasure,
    take_look_back,
    take_retention,
    take_search,
    take_themes,
    take_words,
    themes,
)
from bot.menupage import scripts_page
from bot.menupage import take_search as find_script
from bot.namespage import TAKERS as OF_NAMES
from bot.namespage import names_page
from bot.outcome import looked
from bot.receipt import receipt
from bot.reportlink import link_form, take_report_link
from bot.setup import lead, setup, take_lead, take_team
from bot.sharing import excerpt_of, shared_page
from bot.timeforms import TAKERS
from bot.timepage import check_ins_page


def opened(case: Case, name: str) -> Turn:
    """A page by name, on a private surface only; `talk` is the place where the conversation stands."""
    if name == "talk":
        return looked(case)
    builders = {
        "home": home, "data": data, "consent": consent, "report": report, "packet": packet,
        "setup": setup, "lead": lead, "checkins": check_ins_page, "search": search, "themes": themes, "looks": looks,
        "copy": copy, "shared": shared_page, "names": names_page, "receipt": receipt, "scripts": scripts_page,
    }  # fmt: skip
    page, _, which = name.partition(":")
    if page in ("setup", "data", "reflection", "words") and which:
        return shown(case, part_of(case, page, which))
    if page == "excerpt" and (passage := excerpt_of(case, which)):
        return shown(case, passage)
    if name not in builders:
        return illegal(case, "page-unknown")
    looks_at_others = name == "report" and case.facts.supervises
    return shown(case, builders[name](case), effects=(NoteLook(),) if looks_at_others else ())


def part_of(case: Case, page: str, which: str) -> Page:
    """A team to set up, older reflections, one of them."""
    if page == "setup":
        return setup(case, which)
    if page in ("reflection", "words"):
        return reflection(case, which) if page == "reflection" else own_words(case, which)
    return data(case, int(which)) if re.fullmatch(r"[0-9]{1,6}", which, re.ASCII) else data(case)


def report(case: Case) -> Page:
    """What a supervisor sees before any window has been published: when there can be something, what, and what never.

    Once the earliest day has come, it says the same whoever has agreed, counted or written.
    """
    lines: tuple[str, ...] = (case.word("report-first-line"),)
    sections: tuple[Section, ...] = ()
    earliest = case.facts.earliest_themes
    if not case.facts.supervises:
        lines += (case.word("report-not-yours"),)
    elif earliest is None:
        lines += (case.word("report-no-date"),)
    elif case.at.date() < earliest:
        lines += (case.word("report-none", date=format_date(earliest, "long", locale=case.locale)),)
    else:
        lines += (case.word("report-waits"),)
    if case.facts.supervises:
        way = link_form(case)
        sections = ((Section(forms=(way,)),) if way else ()) + tuple(
            _said_of_report(case, part) for part in ("see", "never")
        )
        lines += (case.word("report-looked"),)
    return Page(name="report", title=case.word("report-title"), lines=lines, sections=sections)


def _said_of_report(case: Case, part: str) -> Section:
    lines = tuple(case.word(f"report-{part}-{number}") for number in (1, 2))
    return Section(title=case.word(f"report-{part}"), lines=lines)


def packet(case: Case) -> Page:
    """What a person marked to bring to supervision, for them alone."""
    marked = tuple(_marked(case, one) for one in case.facts.reflections if one.for_supervision)
    line = "packet-own" if marked else "packet-none" if case.facts.supervises else "packet-own-none"
    return Page(name="packet", title=case.word("packet-title"), lines=(case.word(line),), sections=marked)


def _marked(case: Case, reflection: Reflection) -> Section:
    form = Form(id="brought", title="", fields=(hidden(reflection),), submit=case.word("packet-done"))
    return Section(title=called(case, reflection), exchanges=exchanges(reflection), forms=(form,))


def take_brought(case: Case, values: Values) -> Turn:
    """Off the list; the reflection stays."""
    wanted = one(values, "reflection")
    kept = next((each for each in case.facts.reflections if str(each.id) == wanted), None)
    if kept is None:
        return not_understood(case, packet(case))
    off = kept.model_copy(update={"for_supervision": False})
    left = tuple(off if each is kept else each for each in case.facts.reflections)
    page = packet(replace(case, facts=case.facts.model_copy(update={"reflections": left})))
    return saved(case, page, Rewrite(off))


# Forms


def submitted(case: Case, event: Submit) -> Turn:
    """A form, filled in. What cannot be understood changes nothing and shows the page again."""
    takers: dict[str, Callable[[Case, Values], Turn]] = {
        "agree-again": take_again,
        "consent": take_consent,
        "language": take_language,
        "lead": take_lead,
        "quiet": take_quiet,
        "retention": take_retention,
        "reflection": show_reflection,
        "own-words": take_words,
        "delete-reflection": take_deletion,
        "brought": take_brought,
        "search": take_search,
        "themes": take_themes,
        "look-back": take_look_back,
        "copy-link": take_link,
        "copy-code": take_code,
        "report-link": take_report_link,
        "erase": take_erasure,
        "find-script": find_script,
        "team": take_team,
        "withdraw": take_withdrawal,
        **TAKERS,
        **sharing.TAKERS,
        **OF_NAMES,
    }
    if event.form not in takers:
        return illegal(case, "form-unknown")
    return takers[event.form](case, event.values)
