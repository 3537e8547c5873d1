"""What comes of the forms of the check-ins' page. Law: what cannot be understood changes nothing, and what is missing
is said. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from bot import arranging, checkins
from bot.arranging import Set
from bot.case import Case
from bot.conversation import Kind
from bot.effects import Effect, Live, Turn
from bot.forms import Values, a_date, a_time, not_understood, one, saved, several, shown, text
from bot.home import QUIET, with_quiet
from bot.places import zone_called
from bot.timepage import EVERY, WEEKDAYS, WORKDAYS, check_ins_page
from bot.when import When, read_time
from scheduler.recurrence import zone_named


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
