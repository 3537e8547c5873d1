"""The page that everything else is reached from: where a person stands, and what they have set. Pure."""

from __future__ import annotations

from datetime import datetime

from babel.dates import get_timezone_location

from bot import menu
from bot.arranging import clock, of_day
from bot.asktime import ask_sections
from bot.case import Case
from bot.checkins import next_check_in, replanned
from bot.conversation import Form, FormField, Option, Page, Section
from bot.effects import Turn
from bot.forms import Values, not_understood, one, saved
from bot.shared import decided, still_shared
from scheduler.recurrence import zone_named

#: Hours in which a person can have peace, by their words; as they are stored, with a line between.
QUIET = {"none": "any-time", "18:00-08:00": "evening", "20:00-07:00": "late", "22:00-06:00": "night"}


def home(case: Case) -> Page:
    session = case.conversation.session
    stands = (case.word("home-open"),) if session else ()
    news = (case.word("home-news"),) if decided(case) else ()
    all_of_them = Option(id=menu.ALL, label=case.word("scripts-button"))
    begin = Section(title=case.word("home-start"), scripts=menu.few(case), pages=(all_of_them,))
    return Page(
        name="home",
        title=case.word("home-title"),
        resumes=session is not None,
        lines=(case.word("home-intro"), *stands, *news, *next_one(case), case.word("home-who-sees")),
        sections=(
            begin,
            *ask_sections(case, "home"),
            Section(title=case.word("home-pages"), pages=ways(case)),
            Section(title=case.word("home-settings"), forms=(quiet_form(case), language_form(case))),
        ),
    )


def next_one(case: Case) -> tuple[str, ...]:
    """When the person is asked next, as their days and quiet hours stand now."""
    due = next_check_in(case)
    if due is None:
        return ()
    day, time = moment(case, due)
    return (case.word("home-next", day=day, time=time),)


def moment(case: Case, at: datetime) -> tuple[str, str]:
    """Day and time where the person lives, in their language."""
    local = at.astimezone(zone_named(case.facts.zone))
    return of_day(case, local.date()), clock(case, local)


def ways(case: Case) -> tuple[Option, ...]:
    """The pages that are this person's."""
    facts = case.facts
    there = (
        ("checkins", "checkins-title", True),
        ("data", "data-title", True),
        ("shared", "shared-title", bool(still_shared(case) or decided(case))),
        ("consent", "consent-page-title", True),
        ("names", "names-title", True),
        ("report", "report-title", facts.supervises),
        ("packet", "packet-title", _has_supervision(case)),
        ("setup", "setup-title", facts.leads),
        ("lead", "lead-title", facts.names_lead),
    )
    return tuple(Option(id=page, label=case.word(word)) for page, word, theirs in there if theirs)


def _has_supervision(case: Case) -> bool:
    facts = case.facts
    return case.conversation.consents.words == "keep" or facts.supervises or bool(facts.supervisors or facts.sent)


# What can be set here


def language_form(case: Case) -> Form:
    options = tuple(Option(id=locale, label=case.word(f"language-{locale}")) for locale in case.library.locales)
    field = FormField(id="language", label=case.word("language-title"), options=options, value=(case.locale,))
    return Form(id="language", title=case.word("language-title"), fields=(field,), submit=case.word("save"))


def quiet_form(case: Case, name: str = "quiet") -> Form:
    options = tuple(Option(id=hours, label=case.word(f"quiet-{name}")) for hours, name in QUIET.items())
    now = "-".join(case.memory.quiet) if case.memory.quiet else "none"
    hint = case.word("quiet-hint", place=get_timezone_location(case.facts.zone, case.locale, return_city=True))
    field = FormField(id="hours", label=case.word("quiet-title"), hint=hint, options=options, value=(now,))
    return Form(id=name, title=case.word("quiet-title"), fields=(field,), submit=case.word("save"))


def take_language(case: Case, values: Values) -> Turn:
    locale = one(values, "language")
    if locale not in case.library.locales:
        return not_understood(case, home(case))
    case = case.now(locale=locale, chosen_locale=True)
    return saved(case, home(case))


def take_quiet(case: Case, values: Values) -> Turn:
    hours = one(values, "hours")
    if hours not in QUIET:
        return not_understood(case, home(case))
    case = with_quiet(case, hours)
    return saved(case, home(case), *replanned(case))


def with_quiet(case: Case, hours: str) -> Case:
    """`hours`: a key of QUIET."""
    start, _, end = hours.partition("-")
    return case.remember(quiet=(start, end) if end else None)
