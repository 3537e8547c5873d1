"""What has come due. Law: one message at most, whatever has come together; who does not answer is asked once more, and
then left in peace. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Final, Literal

from bot import checkins, ending, position, screens
from bot.anytime import MAX_WAITING, started
from bot.beginning import begun
from bot.case import Case
from bot.checkins import MANNERS, fresh_id, local_day, next_due, not_in_quiet
from bot.conversation import CheckIn, Kind, Session
from bot.effects import Deliver, Effect, Plan, Turn
from bot.events import CheckInDue, Due
from bot.notices import leading
from bot.outcome import quiet
from scheduler.recurrence import is_day_off, zone_named

#: Which one is asked where several have come due.
FIRST: Final[tuple[Kind, ...]] = ("visit", "follow-up", "re-check", "supervision", "day-end", "weekly")
#: What comes so soon after an unanswered check-in makes no second message.
TOGETHER: Final = timedelta(minutes=15)
#: Whoever did something in a reflection so lately is in the middle of it; one that was left for longer waits.
AT_IT: Final = timedelta(hours=1)
#: After so many check-ins in a row that nobody answered, none is followed by a reminder.
TIRED: Final = 3
#: Hours of the day in which a line comes that nobody asked for.
DAYTIME: Final = (time(7), time(21))
#: When somebody is reminded who did not answer.
NUDGE_AFTER: Final = timedelta(hours=2)

#: For so long the line may still be sent that something could not come.
MISSED_UNTIL: Final = timedelta(hours=8)

Verdict = Literal["asks", "waits", "lapses", "missed"]


@dataclass(frozen=True, slots=True)
class Sorted:
    """What came due, by what becomes of it. `effects`: what is planned instead, or next."""

    case: Case
    asks: tuple[CheckIn, ...] = ()
    missed: bool = False
    ended: bool = False  # a rule has no further date, though it named no end
    effects: tuple[Effect, ...] = ()


def due(case: Case, event: CheckInDue) -> Turn:
    if case.conversation.consents.words is None or case.facts.zone_gone:
        return Turn(case.conversation, quiet(case))
    found = Sorted(case)
    for one in event.dues:
        found = sort(found, one)
    turn = said(found)
    return replace(turn, effects=(*found.effects, *turn.effects))


# Sorting


def sort(found: Sorted, due: Due) -> Sorted:
    """Takes one occurrence: it is spent, its rule is planned on, and what waits has a moment of its own."""
    check_in = _arranged(found.case, due)
    if check_in is None:
        return found
    verdict = judged(found.case, check_in, due)
    found = _on(found, check_in)
    if verdict == "waits":
        return _waits(found, check_in)
    asks = (*found.asks, check_in) if verdict == "asks" else found.asks
    return replace(found, asks=asks, missed=found.missed or verdict == "missed")


def _arranged(case: Case, due: Due) -> CheckIn | None:
    """None for what was taken back meanwhile."""
    known = next((one for one in case.memory.check_ins if one.id == due.check_in), None)
    if known is None and due.script:
        return CheckIn(id=due.check_in, kind="follow-up", script=due.script, at=due.due)
    return known


def judged(case: Case, check_in: CheckIn, due: Due) -> Verdict:
    manner, memory = MANNERS[check_in.kind], case.memory
    on_leave = checkins.is_away(case, case.at)
    if memory.paused or (check_in.kind == "nudge" and not memory.nudges):
        return "lapses"
    if manner.regular and (on_leave or memory.not_today == local_day(case, case.at)):
        return "lapses"
    if _is_late(case, check_in, due):
        return "lapses" if check_in.kind == "nudge" else "missed"
    if on_leave or not_in_quiet(case, case.at) > case.at:
        return "waits" if manner.waits else "lapses"
    return "asks"


def _is_late(case: Case, check_in: CheckIn, due: Due) -> bool:
    """After an outage the last occurrence of a rule counts; the end of a day is none on the next."""
    manner, since = MANNERS[check_in.kind], min(due.due, check_in.at or due.due)
    if check_in.rule:
        fresh = check_in.model_copy(update={"done": None})
        last = next_due(case, fresh, max(since - timedelta(seconds=1), case.at - manner.late))
        since = last if last is not None and since < last <= case.at else since
    another_day = check_in.kind == "day-end" and local_day(case, since) != local_day(case, case.at)
    return another_day or case.at - since > manner.late


def _waits(found: Sorted, check_in: CheckIn) -> Sorted:
    """For the end of quiet hours, or of a leave: as something of its own, so that its rule goes on beside it."""
    later = checkins.put_off(found.case, check_in)
    if later is None:
        return found
    case = found.case.remember(check_ins=(*found.case.memory.check_ins, later))
    return replace(found, case=case, effects=(*found.effects, Plan(later.id, later.at, first=True)))


def _on(found: Sorted, check_in: CheckIn) -> Sorted:
    """The next one of a rule; what comes once is over."""
    case = found.case
    spent = check_in.model_copy(update={"done": case.at})
    following = next_due(case, spent, case.at) if check_in.rule else None
    if case.memory.paused:  # it is planned again when all goes on
        return found
    others = case.memory.check_ins
    if following is not None:
        case = case.remember(check_ins=tuple(spent if one.id == check_in.id else one for one in others))
        return replace(found, case=case, effects=(*found.effects, Plan(check_in.id, following, first=True)))
    left = tuple(one for one in others if one.id != check_in.id)
    endless = bool(check_in.rule) and not {"COUNT", "UNTIL"} & {part[:5] for part in check_in.rule.split(";")}
    return replace(found, case=case.remember(check_ins=left), ended=found.ended or endless)


# Saying


def said(found: Sorted) -> Turn:
    """The one message: the question, or what else there is to say, or nothing."""
    case = found.case
    kinds = {one.kind for one in found.asks}
    ends = "consent" in kinds
    lines = tuple(case.word(name) for name, so in (("consent-ends", ends), ("check-in-ended", found.ended)) if so)
    case, owed, effects = _question(case, found)
    if owed is None and lines:
        message = leading(case, "\n".join(lines), "consent" if ends else "checkins")
        owed = Deliver(message, checkins.welcome_until(case, MISSED_UNTIL))
    elif owed is not None and lines:
        owed = replace(owed, message=owed.message.model_copy(update={"preface": (*lines, *owed.message.preface)}))
    return Turn(case.conversation, quiet(case), effects if owed is None else (owed, *effects))


#: The case afterwards, the message that is owed, and what is planned.
Asked = tuple[Case, Deliver | None, tuple[Effect, ...]]


def _question(case: Case, found: Sorted) -> Asked:
    asks = sorted((one for one in found.asks if one.kind in FIRST), key=lambda one: FIRST.index(one.kind))
    if asks:
        return asked(case, [_of_today(case, one) for one in asks])
    nudge = next((one for one in found.asks if one.kind == "nudge"), None)
    if nudge is not None:
        return case, nudged(case, nudge), ()
    late = found.missed or any(one.kind == "missed" for one in found.asks)
    return missed(case) if late else (case, None, ())


def _of_today(case: Case, check_in: CheckIn) -> CheckIn:
    """Where its script is there no more, the usual one stands in for it."""
    if check_in.script in case.library.scripts:
        return check_in
    return check_in.model_copy(update={"script": case.facts.program.default_script})


def asked(case: Case, asks: list[CheckIn]) -> Asked:
    """The first of them asks. What somebody asked for once waits behind it; a rule comes again by itself."""
    first, *others = asks
    kept: tuple[Effect, ...] = ()
    others = [one for one in others if not one.rule]
    open_ = case.conversation.session
    if open_ is not None and not position.unanswered(open_):
        if case.at - open_.touched < AT_IT:
            return at_it(case, open_, asks)
        case, kept = _put_down(case, open_)
    elif open_ is not None and case.at - open_.started < TOGETHER:
        once = [one for one in asks if not one.rule]
        return _behind(case, once, open_.script), None, ()
    silent = case.memory.silent + 1 if open_ is not None and position.unanswered(open_) else 0
    again = next((one for one in case.conversation.waiting if one.script == first.script), None)
    if again is not None and not first.rule:
        case, owed, _ = gone_on_with(_behind(case, others, first.script), again)
        return case, owed, kept
    case, session = started(case.now(session=None), first.script)
    case = _behind(case, others, first.script)
    case = case if silent == case.memory.silent else case.remember(silent=silent)
    case, reminded = with_nudge(case, first, session)
    until = checkins.welcome_until(case, MANNERS[first.kind].late)
    return case, Deliver(screens.asked(case), until), (*kept, *reminded)


def _put_down(case: Case, session: Session) -> tuple[Case, tuple[Effect, ...]]:
    """It waits behind; where there is no room for one more, the oldest is put with the finished ones."""
    behind = (*case.conversation.waiting, session)
    kept: tuple[Effect, ...] = ()
    if len(behind) > MAX_WAITING:
        kept = ending.kept_unfinished(case, behind[0], 3)
        behind = behind[1:]
    return case.now(session=None, waiting=behind), kept


def gone_on_with(case: Case, session: Session) -> Asked:
    """What somebody asked to come back to is where they left it."""
    waiting = tuple(one for one in case.conversation.waiting if one is not session)
    after = case.now(session=session.model_copy(update={"told": case.at}), waiting=waiting)
    until = checkins.welcome_until(case, MANNERS["follow-up"].late)
    return after, Deliver(screens.neutral(case, "check-in-open", "private").message, until), ()


def at_it(case: Case, session: Session, asks: list[CheckIn]) -> Asked:
    """Who is in the middle of a reflection is not disturbed by a rule; what they asked for once is a line in the chat,
    at most one an hour, or waits behind."""
    wished = [one for one in asks if not one.rule]
    case = _behind(case, wished, session.script)
    if not wished or (session.told is not None and case.at - session.told < AT_IT):
        return case, None, ()
    after = case.now(session=session.model_copy(update={"told": case.at}))
    until = checkins.welcome_until(case, MANNERS["visit"].late)
    return after, Deliver(screens.neutral(case, "check-in-open", "private").message, until), ()


def _behind(case: Case, others: Iterable[CheckIn], script: str) -> Case:
    """What else has come due waits, as if the person had begun it; each script once."""
    waiting = before = case.conversation.waiting
    for number, one in enumerate(others):
        if one.script not in (script, *(session.script for session in waiting)) and len(waiting) < MAX_WAITING:
            new = begun(case, case.library.scripts[one.script], fresh_id(case, f"waits-{number}"))
            waiting = (new, *waiting)
    return case if waiting is before else case.now(waiting=waiting)


def with_nudge(case: Case, check_in: CheckIn, session: Session) -> tuple[Case, tuple[Effect, ...]]:
    """One gentle reminder, on the same day and not in quiet hours; none of what was itself asked for again."""
    before = case.memory.check_ins
    old = tuple(one for one in before if one.kind == "nudge")
    effects: tuple[Effect, ...] = tuple(Plan(one.id, None) for one in old)
    nudge = _nudge(case, check_in, session)
    if not old and nudge is None:
        return case, ()
    left = tuple(one for one in before if one not in old)
    if nudge is None:
        return case.remember(check_ins=left), effects
    return case.remember(check_ins=(*left, nudge)), (*effects, Plan(nudge.id, nudge.at, first=True))


def _nudge(case: Case, check_in: CheckIn, session: Session) -> CheckIn | None:
    at = case.at + NUDGE_AFTER
    wanted = MANNERS[check_in.kind].regular and case.memory.nudges and case.memory.silent < TIRED
    if not wanted or not_in_quiet(case, at) > at:
        return None
    if local_day(case, at) != local_day(case, case.at):
        return None
    return CheckIn(id=fresh_id(case, "nudge"), kind="nudge", at=at, session=session.id)


def nudged(case: Case, nudge: CheckIn) -> Deliver | None:
    session = case.conversation.session
    if session is None or session.id != nudge.session or not position.unanswered(session):
        return None
    message = screens.asked(case)
    message = message.model_copy(update={"preface": (case.word("check-in-nudge"), *message.preface)})
    return Deliver(message, checkins.welcome_until(case, MANNERS["nudge"].late))


def missed(case: Case) -> Asked:
    """What could not come in its time is made up for by one line, however much it was; by day, on a working day."""
    today, open_ = local_day(case, case.at), case.conversation.session
    if case.memory.missed == today or (open_ is not None and not position.unanswered(open_)):
        return case, None, ()
    if not _by_day(case):
        return _missed_later(case)
    message = screens.neutral(case, "check-in-missed", "private").message
    return case.remember(missed=today), Deliver(message, checkins.welcome_until(case, MISSED_UNTIL)), ()


def _by_day(case: Case) -> bool:
    wall = case.at.astimezone(zone_named(case.facts.zone)).time()
    day_off = is_day_off(checkins.days_of(case), local_day(case, case.at))
    return DAYTIME[0] <= wall < DAYTIME[1] and not day_off and not_in_quiet(case, case.at) == case.at


def _missed_later(case: Case) -> Asked:
    """The line waits for the next morning of a working day."""
    if any(one.kind == "missed" for one in case.memory.check_ins):
        return case, None, ()
    start = checkins.morning(case, 0)
    later = CheckIn(id=fresh_id(case, "missed"), kind="missed", start=start)
    following = next_due(case, later, case.at)
    if following is None:
        later = later.model_copy(update={"start": checkins.morning(case, 1)})
        following = next_due(case, later, case.at)
    case = case.remember(check_ins=(*case.memory.check_ins, later))
    return case, None, (Plan(later.id, following, first=True),)
