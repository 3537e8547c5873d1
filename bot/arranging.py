"""Setting a check-in, taking it back, days off. Law: the answer says the days on which it will truly come. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location

from bot import checkins
from bot.case import Case
from bot.checkins import MANNERS, MOST, fresh_id, local_day, upcoming
from bot.conversation import CheckIn, Kind
from bot.effects import Effect
from bot.places import UNKNOWN_ZONE
from bot.when import When
from scheduler.recurrence import zone_named

LONGEST_LEAVE = timedelta(days=200)
FURTHEST = timedelta(days=731)
#: Of the end of a day: which days are working days can change (`Manner.on_day_off`).
EVERY_DAY = "FREQ=DAILY"
#: Dates that are named when something is set.
SHOWN = 3
#: What a kind of check-in asks, where the library has it; else the program's usual script.
ASKS: dict[Kind, str] = {"day-end": "between-sites", "supervision": "supervision-prep"}


@dataclass(frozen=True, slots=True)
class Set:
    """What became of a wish: the case after it, what is to be done, and the words to say. `why`: it was refused."""

    case: Case
    words: str
    effects: tuple[Effect, ...] = ()
    why: str = ""


def set_up(case: Case, kind: Kind, when: When, script: str = "") -> Set:
    """With one more check-in; refused where there are too many, or it would never come."""
    if case.conversation.consents.words is None:
        return _refused(case, "check-ins-first")
    if case.facts.zone_gone:
        return _refused(case, "zone-gone")
    if case.memory.paused:
        return _refused(case, "paused-first")
    if is_far(case, when):
        return _refused(case, "date-far")
    script = script or script_of(case, kind)
    new = CheckIn(id=fresh_id(case, "new"), kind=kind, script=script, rule=when.rule, start=when.start, at=when.at)
    moments = upcoming(case.remember(not_today=None), new, SHOWN)
    if not moments:
        return _refused(case, "check-in-too-soon" if kind == "supervision" else "check-in-never")
    today = local_day(case, case.at)
    peace = None if local_day(case, moments[0]) == today else case.memory.not_today
    after, effects = checkins.arranged(case.remember(not_today=peace), new)
    if checkins.has_no_room(case, after):
        return _refused(case, "check-ins-full", most=MOST)
    return Set(after, words_for(after, new, moments), effects)


def _refused(case: Case, why: str, **values: object) -> Set:
    return Set(case, case.word(why, **values), why=why)


def is_far(case: Case, when: When) -> bool:
    """Whether it begins so far ahead that it can only be a slip of the finger."""
    return when.start is not None and abs(when.start.date() - local_day(case, case.at)) > FURTHEST


def script_of(case: Case, kind: Kind) -> str:
    wanted = ASKS.get(kind, "")
    return wanted if wanted in case.library.scripts else case.facts.program.default_script


def words_for(case: Case, new: CheckIn, moments: tuple[datetime, ...]) -> str:
    """When it comes; why that is not when it was wanted; and by whose clock, where that is not known."""
    if not moments:
        return case.word("check-in-never")
    name = "check-in-set-more" if new.rule and len(moments) > 1 else "check-in-set"
    said = [case.word(name, moments=listed(case, moments))]
    if not new.rule and not MANNERS[new.kind].days_before and moments[0] > checkins.moment(case, new):
        said.append(case.word("check-in-put-off"))
    if new.kind == "supervision" and new.start is not None and new.rule:
        said.append(case.word("supervision-first", day=of_day(case, new.start.date())))
    if case.facts.zone == UNKNOWN_ZONE and not case.memory.own_zone:
        said.append(case.word("zone-unknown"))
    return " ".join(said)


def listed(case: Case, moments: tuple[datetime, ...]) -> str:
    return " · ".join(on(case, moment) for moment in moments)


def on(case: Case, moment: datetime) -> str:
    """Day and time where the person lives, short, in their language."""
    local = moment.astimezone(zone_named(case.facts.zone))
    near = {0: "day-today", 1: "day-tomorrow"}.get((local.date() - local_day(case, case.at)).days)
    far = abs((local.date() - local_day(case, case.at)).days) > 300
    day = case.word(near) if near else format_skeleton("yMMMEd" if far else "MMMEd", local.date(), locale=case.locale)
    return f"{day}, {clock(case, local)}"


def clock(case: Case, local: datetime) -> str:
    return format_time(local.time(), "short", locale=case.locale).replace("\u202f", " ")


def of_day(case: Case, day: date) -> str:
    return format_date(day, "full", locale=case.locale)


def place(case: Case) -> str:
    return get_timezone_location(case.facts.zone, case.locale, return_city=True)


# All at once


def pause_all(case: Case) -> Set:
    after = case.remember(paused=True)
    return Set(after, case.word("check-ins-paused"), checkins.replanned(after))


def resume_all(case: Case) -> Set:
    """Also before a leave is over; one that is still to come stays."""
    away = None if checkins.is_away(case, case.at) else case.memory.away
    after = case.remember(paused=False, away=away, not_today=None)
    after, gone = checkins.dropped(after, (one for one in after.memory.check_ins if checkins.is_over(after, one)))
    return Set(after, case.word("check-ins-go-on"), (*gone, *checkins.replanned(after)))


def away(case: Case, first: date | None, last: date) -> Set:
    """On leave from the first day (today, where none is named) to the last. There is one leave at a time."""
    today, before = local_day(case, case.at), checkins.leave(case)
    begins = max(first or today, today)
    if first is not None and last < first:
        return _refused(case, "away-order")
    if last < begins:
        return _refused(case, "away-over")
    if last - begins > LONGEST_LEAVE:
        return _refused(case, "away-long")
    if begins - today > FURTHEST:
        return _refused(case, "date-far")
    after = case.remember(away=(begins, last))
    words = case.word("away-set", first=of_day(case, begins), last=of_day(case, last))
    if before is not None and before != (begins, last):
        words = f"{words} {case.word('away-instead', first=of_day(case, before[0]), last=of_day(case, before[1]))}"
    lost = tuple(one for one in after.memory.check_ins if _falls_into(after, one))
    if lost:
        words = f"{words} {case.word('away-visits')}"
    after, gone = checkins.dropped(after, lost)
    return Set(after, words, (*gone, *checkins.replanned(after)))


def _falls_into(case: Case, one: CheckIn) -> bool:
    """Whether a single visit lies in the leave: there is none of it then."""
    return one.kind == "visit" and not one.rule and checkins.is_away(case, checkins.moment(case, one))


def not_today(case: Case) -> Set:
    after = case.remember(not_today=local_day(case, case.at))
    return Set(after, case.word("check-in-not-today"), checkins.replanned(after))
