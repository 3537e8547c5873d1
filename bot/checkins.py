"""When a person is asked, as they arranged it. Law: every promise is kept as the person's days, zone and quiet hours
stand; what is planned follows from the arrangements, and from nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from uuid import UUID, uuid5

from bot.case import Case
from bot.conversation import CheckIn, Kind, Session
from bot.effects import Effect, Plan
from bot.territory import holidays_of
from scheduler.recurrence import Days, OnDayOff, Recurrence, after_quiet, is_day_off, next_after, zone_named

MORNING = time(9)
#: A clock that is further ahead than this was wrong.
FURTHEST_AHEAD = timedelta(days=7)
#: What nobody set, and is not shown among the others; the look at one's choices is shown.
OWN: frozenset[Kind] = frozenset({"missed", "nudge"})
#: So many check-ins a person may have.
MOST = 12
#: So many occurrences in quiet hours are passed over before a rule is given up.
_PASSED = 100


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of check-in behaves.

    `late`: how late it may still come. `early`: so long before it somebody who does it unasked has done it. `waits`:
    what falls into quiet hours comes at their end, otherwise it lapses. `regular`: "Not today" and leave are for it,
    and one gentle reminder follows it; anything else was asked for once, and waits.
    """

    late: timedelta
    early: timedelta = timedelta(0)
    on_day_off: OnDayOff = "keep"
    waits: bool = True
    regular: bool = True
    days_before: int = 0


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

MANNERS: Mapping[Kind, Manner] = {
    "visit": Manner(late=2 * _HOUR, early=_HOUR, on_day_off="skip"),
    "follow-up": Manner(late=_DAY, regular=False),
    "re-check": Manner(late=7 * _DAY, on_day_off="next", regular=False),
    "supervision": Manner(late=_DAY, early=2 * _DAY, on_day_off="previous", days_before=2),
    "day-end": Manner(late=3 * _HOUR, early=3 * _HOUR, on_day_off="skip", waits=False),
    "weekly": Manner(late=8 * _HOUR, early=_DAY, on_day_off="next"),
    "consent": Manner(late=14 * _DAY, on_day_off="next", regular=False),
    "missed": Manner(late=12 * _HOUR, on_day_off="next"),
    "nudge": Manner(late=_HOUR, waits=False),
}


def fresh_id(case: Case, name: str) -> UUID:
    """One more unused id, of this turn alone."""
    return uuid5(case.facts.fresh[3], name)


# When one comes next


def next_due(case: Case, check_in: CheckIn, after: datetime) -> datetime | None:
    """The first moment after `after` at which it comes, in UTC; None where there is none."""
    due = _next(case, check_in, max(after, _done(case, check_in, after)))
    while due is not None and _has_been(case, check_in, due):
        due = _next(case, check_in, due)
    return due


def _done(case: Case, check_in: CheckIn, after: datetime) -> datetime:
    """Until when a rule has had its turn: also by a clock that went ahead and was put back, or by somebody who answered
    early."""
    done = check_in.done
    return done if done is not None and done - after < FURTHEST_AHEAD else after


def _has_been(case: Case, check_in: CheckIn, due: datetime) -> bool:
    """Whether the day of `due` was to be left in peace, or has had its own already, in whatever zone that was."""
    if not MANNERS[check_in.kind].regular:
        return False
    day = local_day(case, due)
    once_a_day = check_in.kind != "visit" and check_in.done is not None and local_day(case, check_in.done) == day
    return day == case.memory.not_today or once_a_day


def _next(case: Case, check_in: CheckIn, after: datetime) -> datetime | None:
    manner = MANNERS[check_in.kind]
    if check_in.at is not None:
        return _moment(case, check_in.at, manner, after)
    assert check_in.start is not None
    if not check_in.rule and not manner.regular and manner.on_day_off == "keep":
        return _moment(case, check_in.start.replace(tzinfo=zone_named(case.facts.zone)), manner, after)
    # A single visit was arranged for that very day, so only leave can take it away.
    kept = check_in.kind == "visit" and not check_in.rule
    what = Recurrence(
        check_in.start,
        case.facts.zone,
        check_in.rule,
        days_before=manner.days_before,
        on_day_off="keep" if kept else manner.on_day_off,
    )
    days = days_of(case)
    if manner.waits:
        return next_after(what, days, after)
    loud = replace(days, quiet=None)
    return next((due for due in islice(_each(what, loud, after), _PASSED) if not_in_quiet(case, due) == due), None)


def _each(what: Recurrence, days: Days, after: datetime) -> Iterator[datetime]:
    while (due := next_after(what, days, after)) is not None:
        yield due
        after = due


def _moment(case: Case, at: datetime, manner: Manner, after: datetime) -> datetime | None:
    due = welcome(case, at, manner)
    return due if due is not None and due > after else None


def welcome(case: Case, at: datetime, manner: Manner) -> datetime | None:
    """A moment keeps its place in time wherever the person goes; in quiet hours it waits for their end, on leave for
    the first morning after. None: it lapses."""
    at = at.astimezone(UTC)
    for _ in range(4):
        loud = not_in_quiet(case, at)
        if loud > at and not manner.waits:
            return None
        if not is_away(case, loud):
            return loud
        if manner.regular or case.memory.away is None:
            return None
        back = datetime.combine(case.memory.away[1] + _DAY, MORNING)
        after = next_after(Recurrence(back, case.facts.zone, on_day_off="next"), days_of(case), at)
        if after is None:
            return None
        at = after
    return None


def is_away(case: Case, at: datetime) -> bool:
    away = case.memory.away
    return away is not None and away[0] <= local_day(case, at) <= away[1]


def leave(case: Case) -> tuple[date, date] | None:
    """Its first and last day, while it is on or still to come."""
    away = case.memory.away
    return None if away is None or away[1] < local_day(case, case.at) else away


def put_off(case: Case, check_in: CheckIn) -> CheckIn | None:
    """What came due in quiet hours or on leave, for when they are over; None: that is a day off, and it lapses."""
    manner = MANNERS[check_in.kind]
    when = welcome(case, case.at, manner)
    if when is None or (manner.regular and is_day_off(days_of(case), local_day(case, when))):
        return None
    changes = {"id": fresh_id(case, f"off-{check_in.id}"), "at": when, "start": None, "rule": "", "done": None}
    return check_in.model_copy(update=changes)


def days_of(case: Case) -> Days:
    memory = case.memory
    public = holidays_of(case.facts.zone, case.facts.program.holidays) if memory.holidays else ""
    return Days(frozenset(memory.working), public, memory.away, memory.quiet)


def not_in_quiet(case: Case, at: datetime) -> datetime:
    return after_quiet(at, case.facts.zone, case.memory.quiet)


def local_day(case: Case, at: datetime) -> date:
    return at.astimezone(zone_named(case.facts.zone)).date()


def morning(case: Case, days: int) -> datetime:
    """So many days from today, on the wall clock where the person lives."""
    return datetime.combine(local_day(case, case.at) + timedelta(days=days), MORNING)


def upcoming(case: Case, check_in: CheckIn, most: int) -> tuple[datetime, ...]:
    """The next moments at which it comes, as the person's days stand now; none while all are paused."""
    moments: list[datetime] = []
    after = case.at
    while not case.memory.paused and len(moments) < most and (due := next_due(case, check_in, after)) is not None:
        moments.append(due)
        after = due
        if not check_in.rule:
            break
    return tuple(moments)


def next_check_in(case: Case) -> datetime | None:
    """When the person is asked next."""
    shown = (one for one in case.memory.check_ins if one.kind not in OWN)
    moments = (moment for one in shown for moment in upcoming(case, one, 1))
    return min(moments, default=None)


# Arranging


def planned(case: Case, check_ins: Iterable[CheckIn]) -> tuple[Plan, ...]:
    if case.memory.paused or case.facts.zone_gone:
        return tuple(Plan(one.id, None) for one in check_ins)
    return tuple(Plan(one.id, next_due(case, one, case.at)) for one in check_ins)


def replanned(case: Case) -> tuple[Plan, ...]:
    """All of them, after the person's days, zone or quiet hours have changed."""
    return planned(case, case.memory.check_ins)


def planned_anew(case: Case) -> tuple[Plan, ...]:
    """All of them, by the clocks as they are now; what should have come meanwhile, and comes but once, is due now."""
    plans = zip(case.memory.check_ins, replanned(case), strict=True)
    return tuple(Plan(one.id, case.at) if _overdue(case, one, plan) else plan for one, plan in plans)


def _overdue(case: Case, one: CheckIn, plan: Plan) -> bool:
    """Whether its own moment went by while nobody could ask, not so long ago."""
    if plan.due is not None or one.rule or case.memory.paused or case.facts.zone_gone:
        return False
    was = next_due(case, one, case.at - MANNERS[one.kind].late)
    return was is not None and was <= case.at


def moment(case: Case, one: CheckIn) -> datetime:
    """The one of its own, of what comes once."""
    if one.at is not None:
        return one.at
    assert one.start is not None
    return one.start.replace(tzinfo=zone_named(case.facts.zone)).astimezone(UTC)


def arranged(case: Case, new: CheckIn) -> tuple[Case, tuple[Effect, ...]]:
    """With one more. One of each regular kind is enough; only visits can be several, each at its own time."""
    old = tuple(one for one in case.memory.check_ins if _gives_way(one, new) or is_over(case, one))
    after = case.remember(check_ins=(*(one for one in case.memory.check_ins if one not in old), new))
    return after, (*(Plan(one.id, None) for one in old), *planned(after, [new]))


def set_by_them(case: Case) -> int:
    """How many the person set."""
    return sum(one.kind not in (*OWN, "consent") for one in case.memory.check_ins)


def has_no_room(before: Case, after: Case) -> bool:
    """Whether one was added where there was no room for it; what took another's place needs none."""
    return MOST < set_by_them(after) > set_by_them(before)


def is_over(case: Case, one: CheckIn) -> bool:
    """Whether it was for once, and cannot come any more: its day fell into a leave or a pause."""
    return not one.rule and moment(case, one) + _DAY < case.at and next_due(case, one, case.at) is None


def _gives_way(old: CheckIn, new: CheckIn) -> bool:
    by_choice = new.session is not None and old.session == new.session
    if by_choice or old.kind != new.kind:
        return by_choice  # somebody went back and chose another day
    if new.kind in ("visit", "follow-up", "re-check"):
        return (old.script, old.rule, old.start, old.at) == (new.script, new.rule, new.start, new.at)
    return True


def dropped(case: Case, check_ins: Iterable[CheckIn]) -> tuple[Case, tuple[Effect, ...]]:
    gone = tuple(check_ins)
    left = tuple(one for one in case.memory.check_ins if one not in gone)
    return case.remember(check_ins=left), tuple(Plan(one.id, None) for one in gone)


def answered(case: Case, session: Session) -> tuple[Case, tuple[Effect, ...]]:
    """What would soon have asked for a script that was just finished unasked does not come this time."""
    after = []
    for one in case.memory.check_ins:
        due = next_due(case, one, case.at) if one.script == session.script and one.rule else None
        early = due is not None and due - case.at <= MANNERS[one.kind].early
        after.append(one.model_copy(update={"done": due}) if early else one)
    if tuple(after) == case.memory.check_ins:
        return case, ()
    case = case.remember(check_ins=tuple(after))
    return case, replanned(case)


def welcome_until(case: Case, late: timedelta) -> datetime:
    """Until when a message that is due now may still be sent: not into quiet hours, and not too late."""
    latest = case.at + late
    if case.memory.quiet is None:
        return latest
    local = case.at.astimezone(zone_named(case.facts.zone))
    begins = datetime.combine(local.date(), time.fromisoformat(case.memory.quiet[0]), local.tzinfo)
    begins = begins if begins > local else begins + _DAY
    return min(latest, begins.astimezone(UTC))
