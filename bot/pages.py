"""Pages and their forms: what a person can see and settle outside a reflection. Pure; adapters only draw them."""

from __future__ import annotations

from uuid import UUID

from babel.dates import format_date

from bot import ending, screens
from bot.case import Case
from bot.consentpage import consent, take_again, take_consent, take_withdrawal
from bot.conversation import Exchange, Form, FormField, Option, Page, Reflection, Section
from bot.effects import EraseMe, LetGo, Turn
from bot.events import Submit
from bot.forms import Values, illegal, not_understood, one, saved, shown
from bot.home import home, take_language, take_quiet
from bot.outcome import looked
from bot.receipt import receipt
from bot.setup import lead, setup, take_lead, take_team
from bot.timeforms import TAKERS
from bot.timepage import check_ins_page

RETENTION_DAYS = (0, 7, 30, 90, 180, 365)


def opened(case: Case, name: str) -> Turn:
    """A page by name, on a private surface only; `talk` is the place where the conversation stands."""
    if name == "talk":
        return looked(case)
    builders = {
        "home": home, "data": data, "consent": consent, "report": report, "packet": packet,
        "setup": setup, "lead": lead, "checkins": check_ins_page, "receipt": receipt,
    }  # fmt: skip
    page, _, team = name.partition(":")
    if page == "setup" and team:
        return shown(case, setup(case, team))
    if name not in builders:
        return illegal(case, "page-unknown")
    return shown(case, builders[name](case))


def data(case: Case) -> Page:
    """Everything that is kept of a person's own words, theirs to read and to delete."""
    kept = tuple(_kept(case, reflection) for reflection in case.facts.reflections)
    opened = case.conversation.session is not None
    holds = [name for name, there in (("data-intro", bool(kept)), ("data-open", opened)) if there] or ["data-empty"]
    retention = (retention_form(case),) if case.conversation.consents.words != "nothing" else ()
    return Page(
        name="data",
        title=case.word("data-title"),
        resumes=opened,
        lines=tuple(case.word(name) for name in holds),
        sections=(*kept, Section(forms=(*retention, erase_form(case)))),
    )


def _kept(case: Case, reflection: Reflection) -> Section:
    hidden, label = (_hidden(reflection),), case.word("delete-one")
    form = Form(id="delete-reflection", title="", fields=hidden, submit=label, deletes=True)
    return Section(
        title=f"{format_date(reflection.on, 'long', locale=case.locale)} · {reflection.title}",
        exchanges=tuple(Exchange(asked=asked, answered=answered) for asked, answered in reflection.answers),
        forms=(form,),
    )


def _hidden(reflection: Reflection) -> FormField:
    name = str(reflection.id)
    return FormField(id="reflection", label="", options=(Option(id=name, label=""),), value=(name,))


def retention_form(case: Case) -> Form:
    ceiling = case.facts.program.retention_ceiling
    days = [days for days in RETENTION_DAYS if days <= ceiling]
    options = tuple(
        Option(id=str(one), label=case.word("retention-days", days=one) if one else case.word("retention-none"))
        for one in days
    )
    current = min(screens.DEFAULT_DAYS if case.memory.retention_days is None else case.memory.retention_days, ceiling)
    field = FormField(id="days", label=case.word("retention-title"), options=options, value=(str(current),))
    return Form(id="retention", title=case.word("retention-title"), fields=(field,), submit=case.word("save"))


def erase_form(case: Case) -> Form:
    option = Option(id="erase", label=case.word("erase-confirm"))
    field = FormField(id="confirm", label=case.word("erase-words"), kind="multi", options=(option,))
    return Form(id="erase", title=case.word("erase-title"), fields=(field,), submit=case.word("erase-title"))


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
        sections = tuple(_said_of_report(case, part) for part in ("see", "never"))
    return Page(name="report", title=case.word("report-title"), lines=lines, sections=sections)


def _said_of_report(case: Case, part: str) -> Section:
    lines = tuple(case.word(f"report-{part}-{number}") for number in (1, 2))
    return Section(title=case.word(f"report-{part}"), lines=lines)


def packet(case: Case) -> Page:
    return Page(name="packet", title=case.word("packet-title"), lines=(case.word("packet-none"),))


# Forms


def submitted(case: Case, event: Submit) -> Turn:
    """A form, filled in. What cannot be understood changes nothing and shows the page again."""
    takers = {
        "agree-again": take_again,
        "consent": take_consent,
        "language": take_language,
        "lead": take_lead,
        "quiet": take_quiet,
        "retention": take_retention,
        "delete-reflection": take_deletion,
        "erase": take_erasure,
        "team": take_team,
        "withdraw": take_withdrawal,
        **TAKERS,
    }
    if event.form not in takers:
        return illegal(case, "form-unknown")
    return takers[event.form](case, event.values)


def take_retention(case: Case, values: Values) -> Turn:
    days = one(values, "days")
    if not (days.isascii() and days.isdecimal()) or len(days) > 3 or int(days) > case.facts.program.retention_ceiling:
        return not_understood(case, data(case))
    case = case.remember(retention_days=int(days))
    return saved(case, data(case))


def take_deletion(case: Case, values: Values) -> Turn:
    try:
        wanted = UUID(one(values, "reflection"))
    except ValueError:
        return not_understood(case, data(case))
    left = tuple(one for one in case.facts.reflections if one.id != wanted)
    if len(left) == len(case.facts.reflections):
        return not_understood(case, data(case))
    page = data(Case(case.library, case.conversation, case.facts.model_copy(update={"reflections": left}), case.event))
    return saved(case, page, LetGo(wanted), said="deleted")


def take_erasure(case: Case, values: Values) -> Turn:
    """Only with the box ticked: everything of this person goes, their open reflections too."""
    if one(values, "confirm") != "erase":
        return not_understood(case, data(case), "erase-unticked")
    reply = screens.line(case, case.word("erased"), closed=True)
    while case.conversation.session is not None:
        case = ending.leave(case)
    return Turn(case.conversation, reply, (EraseMe(),))
