"""Pages and their forms: what a person can see and settle outside a reflection. Pure; adapters only draw them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from babel.dates import format_date

from bot import ending, screens
from bot.case import Case
from bot.consent import agree_to_counting, agree_to_words, full_notice
from bot.conversation import Exchange, Form, FormField, Option, Page, Reflection, Reply, Section
from bot.effects import Effect, EraseMe, LetGo, Turn
from bot.events import Submit
from bot.outcome import looked

RETENTION_DAYS = (0, 7, 30, 90, 180, 365)


def opened(case: Case, name: str) -> Turn:
    """A page by name, on a private surface only; `talk` is the place where the conversation stands."""
    if name == "talk":
        return looked(case)
    builders = {"home": home, "data": data, "consent": consent, "report": report, "packet": packet}
    if name not in builders:
        return illegal(case, "page-unknown")
    return Turn(case.conversation, Reply(surface="private", locale=case.locale, page=builders[name](case)))


def illegal(case: Case, why: str) -> Turn:
    return Turn(case.conversation, screens.show(case, case.word(why)), illegal=why)


def home(case: Case) -> Page:
    session = case.conversation.session
    stands = case.word("home-open" if session else "home-nothing-open")
    begin = Section(title=case.word("home-start"), scripts=screens.starts(case))
    return Page(
        name="home",
        title=case.word("home-title"),
        resumes=session is not None,
        lines=(case.word("home-intro"), stands, case.word("home-who-sees")),
        sections=(begin, Section(forms=(language_form(case),))),
    )


def language_form(case: Case) -> Form:
    options = tuple(Option(id=locale, label=case.word(f"language-{locale}")) for locale in case.library.locales)
    field = FormField(id="language", label=case.word("language-title"), options=options, value=(case.locale,))
    return Form(id="language", title=case.word("language-title"), fields=(field,), submit=case.word("save"))


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
    form = Form(id="delete-reflection", title="", fields=(_hidden(reflection),), submit=case.word("delete-one"))
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


def consent(case: Case) -> Page:
    consents = case.conversation.consents
    words = FormField(
        id="words",
        label=case.word("words-title"),
        options=(
            Option(id="keep", label=case.word("consent-keep")),
            Option(id="nothing", label=case.word("consent-nothing")),
        ),
        value=(consents.words,) if consents.words else (),
    )
    counting = FormField(
        id="counting",
        label=case.word("counting-title"),
        options=tuple(
            Option(id=choice, label=case.word(f"counting-{name}"))
            for choice, name in (("ask", "ask-label"), ("always", "always"), ("never", "never"))
        ),
        value=(consents.counting,) if consents.counting else (),
    )
    fields = (words, counting) if consents.words == "keep" else (words,)
    form = Form(id="consent", title=case.word("consent-page-title"), fields=fields, submit=case.word("save"))
    return Page(
        name="consent",
        title=case.word("consent-page-title"),
        lines=full_notice(case),
        sections=(Section(forms=(form,)),),
    )


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

Values = Mapping[str, str | tuple[str, ...]]


def submitted(case: Case, event: Submit) -> Turn:
    """A form, filled in. What cannot be understood changes nothing and shows the page again."""
    takers = {
        "consent": take_consent,
        "language": take_language,
        "retention": take_retention,
        "delete-reflection": take_deletion,
        "erase": take_erasure,
    }
    if event.form not in takers:
        return illegal(case, "form-unknown")
    return takers[event.form](case, event.values)


def _one(values: Values, field: str) -> str:
    value = values.get(field, "")
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 else ""
    return value


def _saved(case: Case, page: Page, *effects: Effect, said: str = "saved") -> Turn:
    page = page.model_copy(update={"lines": (case.word(said), *page.lines)})
    return Turn(case.conversation, Reply(surface="private", locale=case.locale, page=page), effects)


def _not_understood(case: Case, page: Page, why: str = "form-incomplete") -> Turn:
    page = page.model_copy(update={"lines": (case.word(why), *page.lines)})
    reply = Reply(surface="private", locale=case.locale, page=page)
    return Turn(case.conversation, reply, illegal=why)


def take_consent(case: Case, values: Values) -> Turn:
    words, counting = _one(values, "words"), _one(values, "counting")
    before = case.conversation.consents
    effects: list[Effect] = []
    if words not in ("", "keep", "nothing") or counting not in ("", "ask", "always", "never"):
        return _not_understood(case, consent(case))
    if words and words != before.words:
        case, record = agree_to_words(case, "keep" if words == "keep" else "nothing")
        effects.append(record)
    if words == "nothing":
        case = case.remember(uses={}, remembered={}, last_reflection=None, ask_counting=())
    if counting and counting != before.counting and case.conversation.consents.words == "keep":
        case, record = agree_to_counting(case, counting)  # type: ignore[arg-type]
        case = case.remember(ask_counting=())
        effects.append(record)
    return _saved(case, consent(case), *effects)


def take_language(case: Case, values: Values) -> Turn:
    locale = _one(values, "language")
    if locale not in case.library.locales:
        return _not_understood(case, home(case))
    case = case.now(locale=locale, chosen_locale=True)
    return _saved(case, home(case))


def take_retention(case: Case, values: Values) -> Turn:
    days = _one(values, "days")
    if not (days.isascii() and days.isdecimal()) or len(days) > 3 or int(days) > case.facts.program.retention_ceiling:
        return _not_understood(case, data(case))
    case = case.remember(retention_days=int(days))
    return _saved(case, data(case))


def take_deletion(case: Case, values: Values) -> Turn:
    try:
        wanted = UUID(_one(values, "reflection"))
    except ValueError:
        return _not_understood(case, data(case))
    left = tuple(one for one in case.facts.reflections if one.id != wanted)
    if len(left) == len(case.facts.reflections):
        return _not_understood(case, data(case))
    page = data(Case(case.library, case.conversation, case.facts.model_copy(update={"reflections": left}), case.event))
    return _saved(case, page, LetGo(wanted), said="deleted")


def take_erasure(case: Case, values: Values) -> Turn:
    """Only with the box ticked: everything of this person goes, their open reflections too."""
    if _one(values, "confirm") != "erase":
        return _not_understood(case, data(case), "erase-unticked")
    reply = screens.line(case, case.word("erased"), closed=True)
    while case.conversation.session is not None:
        case = ending.leave(case)
    return Turn(case.conversation, reply, (EraseMe(),))
