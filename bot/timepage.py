"""The page of when a person is asked: what is set, with its next dates, and forms for all of it. Pure."""

from __future__ import annotations

from babel.dates import get_day_names

from bot import arranging, checkins, menu
from bot.arranging import listed
from bot.case import Case
from bot.checkins import upcoming
from bot.conversation import CheckIn, Form, FormField, Option, Page, Section
from bot.home import quiet_form

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = "workdays"
#: How often supervision is, by the words for it.
EVERY = ("once", "week", "two-weeks", "month")


def check_ins_page(case: Case) -> Page:
    own = tuple(_one(case, check_in) for check_in in case.memory.check_ins if check_in.kind not in checkins.OWN)
    return Page(
        name="checkins",
        title=case.word("checkins-title"),
        resumes=case.conversation.session is not None,
        lines=(case.word("checkins-intro"), *_standing(case)),
        sections=(
            *own,
            Section(title=case.word("checkins-new"), forms=(visit_form(case), day_end_form(case), weekly_form(case))),
            Section(forms=(supervision_form(case),)),
            Section(
                title=case.word("checkins-peace"),
                forms=(
                    away_form(case),
                    *back_form(case),
                    pause_form(case),
                    quiet_form(case, "check-in-quiet"),
                    days_form(case),
                ),
            ),
            Section(forms=(zone_form(case),)),
        ),
    )


def _standing(case: Case) -> tuple[str, ...]:
    """What holds for all of them now."""
    away = checkins.leave(case)
    lines = [case.word("check-ins-are-paused")] if case.memory.paused else []
    if away is not None:
        first, last = (arranging.of_day(case, day) for day in away)
        lines.append(case.word("away-is", first=first, last=last))
    return (*lines, case.word("checkins-nobody"))


def _why_not(case: Case) -> tuple[str, ...]:
    return () if case.memory.paused else (case.word("checkins-none"),)


def _one(case: Case, check_in: CheckIn) -> Section:
    moments = upcoming(case, check_in, arranging.SHOWN)
    lines = (case.word("checkins-next", moments=listed(case, moments)),) if moments else _why_not(case)
    name = str(check_in.id)
    field = FormField(id="check-in", label="", options=(Option(id=name, label=""),), value=(name,))
    remove = Form(id="check-in-remove", title="", fields=(field,), submit=case.word("checkins-remove"))
    return Section(title=case.word(f"check-in-{check_in.kind}"), lines=lines, forms=(remove,))


# Forms


def _form(case: Case, name: str, *fields: FormField) -> Form:
    return Form(id=name, title=case.word(f"{name}-title"), fields=fields, submit=case.word("save"))


def _time(case: Case, value: str) -> FormField:
    return FormField(id="time", label=case.word("checkins-time"), kind="time", value=(value,))


def _weekdays(case: Case) -> tuple[Option, ...]:
    return tuple(Option(id=day, label=name.capitalize()) for day, name in _names(case))


def _names(case: Case) -> tuple[tuple[str, str], ...]:
    names = get_day_names("wide", locale=case.locale)
    return tuple((day, names[number]) for number, day in enumerate(WEEKDAYS))


def visit_form(case: Case) -> Form:
    days = (
        Option(id="next", label=case.word("checkins-next-time")),
        Option(id=WORKDAYS, label=case.word("checkins-workdays")),
        *(Option(id=day, label=case.word("checkins-every", day=name)) for day, name in _names(case)),
    )
    words = FormField(
        id="words",
        label=case.word("checkins-words"),
        kind="text",
        hint=case.word("checkins-words-hint"),
        optional=True,
    )
    day = FormField(id="day", label=case.word("checkins-day"), options=days, value=("next",))
    ends = FormField(id="time", label=case.word("checkins-visit-ends"), kind="time", optional=True)
    return _form(case, "check-in-visit", ends, day, words)


def day_end_form(case: Case) -> Form:
    return _form(case, "check-in-day-end", _time(case, case.facts.program.day_end))


def weekly_form(case: Case) -> Form:
    scripts = menu.everything(case)
    day = FormField(id="day", label=case.word("checkins-day"), options=_weekdays(case), value=("FR",))
    what = FormField(id="script", label=case.word("checkins-script"), options=scripts, value=(scripts[0].id,))
    return _form(case, "check-in-weekly", day, _time(case, "09:00"), what)


def supervision_form(case: Case) -> Form:
    every = tuple(Option(id=name, label=case.word(f"checkins-{name}")) for name in EVERY)
    return _form(
        case,
        "check-in-supervision",
        FormField(id="date", label=case.word("checkins-meeting"), kind="date"),
        _time(case, "10:00"),
        FormField(id="every", label=case.word("checkins-how-often"), options=every, value=("two-weeks",)),
    )


def away_form(case: Case) -> Form:
    away = checkins.leave(case)
    values = [(day.isoformat(),) for day in away] if away is not None else [(), ()]
    return _form(
        case,
        "check-in-away",
        FormField(id="first", label=case.word("away-first"), kind="date", value=values[0], optional=True),
        FormField(
            id="last",
            label=case.word("away-last"),
            kind="date",
            hint=case.word("away-hint"),
            value=values[1],
            optional=True,
        ),
    )


def back_form(case: Case) -> tuple[Form, ...]:
    """Some clients have no way to empty a day that was picked."""
    return (Form(id="check-in-back", title="", submit=case.word("away-end")),) if checkins.leave(case) else ()


def pause_form(case: Case) -> Form:
    name = "check-ins-resume" if case.memory.paused else "check-ins-pause"
    return Form(id=name, title="", submit=case.word(name))


def days_form(case: Case) -> Form:
    memory = case.memory
    working = tuple(WEEKDAYS[number] for number in memory.working)
    days = FormField(
        id="working", label=case.word("working-days"), kind="multi", options=_weekdays(case), value=working
    )
    yes_no = tuple(Option(id=name, label=case.word(name)) for name in ("yes", "no"))
    public = FormField(
        id="holidays", label=case.word("on-holidays"), options=yes_no, value=("no" if memory.holidays else "yes",)
    )
    nudge = FormField(
        id="nudges", label=case.word("one-reminder"), options=yes_no, value=("yes" if memory.nudges else "no",)
    )
    return _form(case, "check-in-days", days, public, nudge)


def zone_form(case: Case) -> Form:
    hint = case.word("zone-hint", place=arranging.place(case))
    field = FormField(id="zone", label=case.word("zone-label"), kind="text", hint=hint, value=(case.facts.zone,))
    return _form(case, "zone", field)
