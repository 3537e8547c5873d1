"""The way from the page of themes to the same page in a browser. Pure.

Law: a link stands on a private surface alone, holds for five minutes, and lets one browser of a supervisor's in.
"""

from __future__ import annotations

from datetime import timedelta

from bot.case import Case
from bot.conversation import Form, Option, Page, Section
from bot.effects import Issue, Turn
from bot.forms import Values, shown

FORM = "report-link"
LIFETIME = timedelta(minutes=5)


def link_form(case: Case) -> Form | None:
    """One button, for who supervises, where browsers can reach us."""
    if not (case.facts.supervises and case.facts.address):
        return None
    return Form(id=FORM, title="", submit=case.word("report-link"))


def take_report_link(case: Case, _: Values) -> Turn:
    """An address that opens in a browser; the browser asks once more, and then the link is used up."""
    if not case.facts.supervises:
        return shown(case, _page(case, Section(lines=(case.word("report-not-yours"),))))
    if not (case.facts.address and case.facts.secret):
        return shown(case, _page(case, Section(lines=(case.word("report-link-not-now"),))))
    token = case.facts.secret
    link = Option(id=f"{case.facts.address}/link/{token}", label=case.word("report-link-open"))
    section = Section(title=case.word("report-link-title"), lines=(case.word("report-link-words"),), links=(link,))
    return shown(case, _page(case, section), effects=(Issue("themes", token, case.at + LIFETIME),))


def _page(case: Case, section: Section) -> Page:
    """The link alone, and the way back: what is published stands where one came from, and in the browser."""
    back = Section(pages=(Option(id="report", label=case.word("report-title")),))
    return Page(
        name="report",
        title=case.word("report-title"),
        resumes=case.conversation.session is not None,
        sections=(section, back),
    )
