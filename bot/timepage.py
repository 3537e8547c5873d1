"""The page of when a person is asked: what is set, with its next dates, and forms for all of it. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from babel.dates import get_day_names

from bot import arranging, checkins, screens
from bot.arranging import Set, listed
from bot.case import Case
from bot.checkins import local_day, upcoming
from bot.conversation import CheckIn, Form, FormField, Kind, Option, Page, Section
from bot.effects import Effect, Live, Turn
from bot.forms import Values, a_date, a_time, not_understood, one, saved, several, shown, text
from bot.home import QUIET, quiet_form, with_quiet
from bot.places import zone_called
from bot.when import When, read_time
from scheduler.recurrence import zone_named

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
    away = case.memory.away
    on_leave = away is not None and local_day(case, case.at) <= away[1]
    lines = [case.word("check-ins-are-paused")] if case.memory.paused else []
    if away is not None and on_leave:
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
    scripts = screens.starts(case)
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
    away = case.memory.away
    values = [(day.isoformat(),) for day in away] if away and away[1] >= local_day(case, case.at) else [(), ()]
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
    away = case.memory.away
    if away is None or away[1] < local_day(case, case.at):
        return ()
    return (Form(id="check-in-back", title="", submit=case.word("away-end")),)


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


# Taking them


def _done(case: Case, done: Set) -> Turn:
    turn = shown(done.case, check_ins_page(done.case), done.words, effects=done.effects)
    return Turn(turn.conversation, turn.reply, turn.effects, done.why)


def _wrong(case: Case, why: str, **values: object) -> Turn:
    turn = shown(case, check_ins_page(case), case.word(why, **values))
    return Turn(turn.conversation, turn.reply, illegal=why)


def _now(case: Case) -> datetime:
    return case.at.astimezone(zone_named(case.facts.zone)).replace(tzinfo=None)


def next_at(case: Case, wall: str, days: str = "") -> datetime:
    """The next moment on the wall clock at which it is that time, on one of these days ("MO,TU") or any."""
    now, wanted = _now(case), {WEEKDAYS.index(day) for day in days.split(",") if day} or set(range(7))
    times = (datetime.combine(now.date() + timedelta(days=n), time.fromisoformat(wall)) for n in range(9))
    return next(moment for moment in times if moment > now and moment.weekday() in wanted)


def take_visit(case: Case, values: Values) -> Turn:
    words, wall, day = text(values, "words"), a_time(values, "time"), one(values, "day") or "next"
    if words:
        when = read_time(words, case.at, case.facts.zone)
        return _wrong(case, "time-unread-part", part=words) if when is None else _set(case, "visit", when)
    if not wall:
        return _wrong(case, "time-missing")
    if day == "next":
        return _set(case, "visit", When(start=next_at(case, wall)))
    return _weekly_on(case, "visit", ",".join(WEEKDAYS[:5]) if day == WORKDAYS else day, wall)


def _set(case: Case, kind: Kind, when: When, script: str = "") -> Turn:
    return _done(case, arranging.set_up(case, kind, when, script))


def _weekly_on(case: Case, kind: Kind, days: str, wall: str, script: str = "") -> Turn:
    if not set(days.split(",")) <= set(WEEKDAYS):
        return not_understood(case, check_ins_page(case))
    start = next_at(case, wall, days)
    return _set(case, kind, When(start=start, rule=f"FREQ=WEEKLY;BYDAY={days}"), script)


def take_day_end(case: Case, values: Values) -> Turn:
    wall = a_time(values, "time")
    if not wall:
        return _wrong(case, "time-missing")
    return _set(case, "day-end", When(start=next_at(case, wall), rule=arranging.EVERY_DAY))


def take_weekly(case: Case, values: Values) -> Turn:
    wall, script = a_time(values, "time"), one(values, "script")
    if not wall:
        return _wrong(case, "time-missing")
    if script not in case.library.scripts:
        return not_understood(case, check_ins_page(case))
    return _weekly_on(case, "weekly", one(values, "day"), wall, script)


def take_supervision(case: Case, values: Values) -> Turn:
    day, wall, every = a_date(values, "date"), a_time(values, "time"), one(values, "every")
    if day is None or not wall:
        return _wrong(case, "date-missing")
    if arranging.is_far(case, When(start=datetime.combine(day, time()))):
        return _wrong(case, "date-far")
    if every not in EVERY:
        return not_understood(case, check_ins_page(case))
    first = datetime.combine(day, time.fromisoformat(wall))
    return _set(case, "supervision", When(start=first, rule=_rule(day, every)))


def _rule(day: date, every: str) -> str:
    """Of meetings that begin on that day. Those of a month fall on the same weekday: its second, its last."""
    name = WEEKDAYS[day.weekday()]
    last = (day + timedelta(days=7)).month != day.month
    nth = -1 if last else (day.day + 6) // 7
    return {
        "once": "",
        "week": f"FREQ=WEEKLY;BYDAY={name}",
        "two-weeks": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={name}",
        "month": f"FREQ=MONTHLY;BYDAY={nth}{name}",
    }[every]


def take_away(case: Case, values: Values) -> Turn:
    first, last = a_date(values, "first"), a_date(values, "last")
    if last is None and (text(values, "last") or text(values, "first")):
        return _wrong(case, "date-missing")
    if last is None:
        return _not_away(case)
    return _done(case, arranging.away(case, first, last))


def take_back(case: Case, values: Values) -> Turn:
    return _not_away(case)


def _not_away(case: Case) -> Turn:
    after = case.remember(away=None)
    return _done(case, Set(after, case.word("away-none"), checkins.replanned(after)))


def take_pause(case: Case, values: Values) -> Turn:
    return _done(case, arranging.pause_all(case))


def take_resume(case: Case, values: Values) -> Turn:
    return _done(case, arranging.resume_all(case))


def take_days(case: Case, values: Values) -> Turn:
    working = tuple(sorted(WEEKDAYS.index(day) for day in several(values, "working") if day in WEEKDAYS))
    if not working:
        return _wrong(case, "working-none")
    asked_then, reminded = one(values, "holidays") == "yes", one(values, "nudges") != "no"
    after = case.remember(working=working, holidays=not asked_then, nudges=reminded)
    return saved(after, check_ins_page(after), *checkins.replanned(after))


def take_quiet(case: Case, values: Values) -> Turn:
    hours = one(values, "hours")
    if hours not in QUIET:
        return not_understood(case, check_ins_page(case))
    case = with_quiet(case, hours)
    return saved(case, check_ins_page(case), *checkins.replanned(case))


def take_zone(case: Case, values: Values) -> Turn:
    zone = zone_called(text(values, "zone"))
    if not zone:
        return _wrong(case, "zone-unread")
    facts = case.facts.model_copy(update={"zone": zone, "zone_gone": False})
    after = Case(case.library, case.conversation, facts, case.event).remember(own_zone=True)
    effects: tuple[Effect, ...] = (Live(zone), *checkins.replanned(after))
    return shown(after, check_ins_page(after), after.word("zone-set", place=arranging.place(after)), effects=effects)


def take_removal(case: Case, values: Values) -> Turn:
    try:
        wanted = UUID(one(values, "check-in"))
    except ValueError:
        return not_understood(case, check_ins_page(case))
    gone = tuple(check_in for check_in in case.memory.check_ins if check_in.id == wanted)
    if not gone:
        return not_understood(case, check_ins_page(case))
    after, effects = checkins.dropped(case, gone)
    return saved(after, check_ins_page(after), *effects, said="checkins-removed")


TAKERS = {
    "check-in-visit": take_visit,
    "check-in-day-end": take_day_end,
    "check-in-weekly": take_weekly,
    "check-in-supervision": take_supervision,
    "check-in-away": take_away,
    "check-in-back": take_back,
    "check-ins-pause": take_pause,
    "check-ins-resume": take_resume,
    "check-in-days": take_days,
    "check-in-quiet": take_quiet,
    "check-in-remove": take_removal,
    "zone": take_zone,
}
