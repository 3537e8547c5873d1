"""Pages and their forms: what a person can see and settle outside a reflection. Pure; adapters only draw them."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot import sharing
from bot.case import Case
from bot.consentpage import consent, take_again, take_consent, take_withdrawal
from bot.conversation import Page
from bot.copypage import copy, take_code, take_link
from bot.effects import NoteLook, Turn
from bot.events import Submit
from bot.forms import Values, illegal, shown
from bot.home import home, take_language, take_quiet
from bot.kept import (
    data,
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
from bot.packet import TAKERS as OF_PACKETS
from bot.packet import packet, packet_of
from bot.receipt import receipt
from bot.report import report
from bot.reportlink import take_report_link
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
    if page in ("setup", "data", "reflection", "words", "packet") and which:
        return shown(case, part_of(case, page, which))
    if page == "excerpt" and (passage := excerpt_of(case, which)):
        return shown(case, passage)
    if name not in builders:
        return illegal(case, "page-unknown")
    looks_at_others = name == "report" and case.facts.supervises
    return shown(case, builders[name](case), effects=(NoteLook(),) if looks_at_others else ())


def part_of(case: Case, page: str, which: str) -> Page:
    """A team to set up, older reflections, one of them, and one to be brought to supervision."""
    if page in ("setup", "packet"):
        return setup(case, which) if page == "setup" else packet_of(case, which)
    if page in ("reflection", "words"):
        return reflection(case, which) if page == "reflection" else own_words(case, which)
    return data(case, int(which)) if re.fullmatch(r"[0-9]{1,6}", which, re.ASCII) else data(case)


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
        **OF_PACKETS,
        **OF_NAMES,
    }
    if event.form not in takers:
        return illegal(case, "form-unknown")
    return takers[event.form](case, event.values)
