"""What has come due. Law: one message at most, whatever has come together; who does not answer is asked once more, and
then left in peace. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Literal

from bot import checkins, position, screens
from bot.anytime import MAX_WAITING, started
from bot.case import Case
from bot.checkins import MANNERS, fresh_id, local_day, next_due, not_in_quiet
from bot.conversation import CheckIn, Kind, Session
from bot.effects import Deliver, Effect, Plan, Turn
from bot.events import CheckInDue, Due
from bot.notices import leading
from bot.outcome import quiet

#: Which one is asked where several have come due.
FIRST: Final[tuple[Kind, ...]] = ("visit", "follow-up", "re-check", "supervision", "day-end", "weekly")
#: What comes so soon after an unanswered check-in makes no second message.
TOGETHER: Final = timedelta(hours=1)
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
    effects: tuple[Effect, ...] = field(default=())


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
        owed = Deliver(leading(case, "\n".join(lines), "consent" if ends else "checkins"))
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
    return missed(case) if found.missed else (case, None, ())


def _of_today(case: Case, check_in: CheckIn) -> CheckIn:
    """Where its script is there no more, the usual one stands in for it."""
    if check_in.script in case.library.scripts:
        return check_in
    return check_in.model_copy(update={"script": case.facts.program.default_script})


def asked(case: Case, asks: list[CheckIn]) -> Asked:
    """The first of them asks; the others wait behind it. A reflection that is open comes before all."""
    first, *others = asks
    open_ = case.conversation.session
    if open_ is not None and not position.unanswered(open_):
        return interrupted(case, open_, asks)
    if open_ is not None and case.at - open_.started < TOGETHER:
        return _behind(case, asks, open_.script), None, ()
    case, session = started(case.now(session=None), first.script)
    case, reminded = with_nudge(_behind(case, others, first.script), first, session)
    return case, Deliver(screens.asked(case), checkins.welcome_until(case, MANNERS[first.kind].late)), reminded


def interrupted(case: Case, session: Session, asks: list[CheckIn]) -> Asked:
    """One can go on, and the chat says so, once for what comes within an hour. What somebody asked for once waits
    behind it."""
    case = _behind(case, (one for one in asks if not MANNERS[one.kind].regular), session.script)
    if session.told is not None and case.at - session.told < TOGETHER:
        return case, None, ()
    after = case.now(session=session.model_copy(update={"told": case.at}))
    until = checkins.welcome_until(case, MANNERS["visit"].late)
    return after, Deliver(screens.neutral(case, "pause", "private").message, until), ()


def _behind(case: Case, others: Iterable[CheckIn], script: str) -> Case:
    """What else has come due waits, as if the person had begun it; each script once."""
    waiting = before = case.conversation.waiting
    for number, one in enumerate(others):
        if one.script not in (script, *(session.script for session in waiting)) and len(waiting) < MAX_WAITING:
            new = position.begin(
                case.library.scripts[one.script], fresh_id(case, f"waits-{number}"), case.at, first=False
            )
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
    if not (MANNERS[check_in.kind].regular and case.memory.nudges) or not_in_quiet(case, at) > at:
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
    """What could not come in its time is made up for by one line a day, however much it was."""
    today = local_day(case, case.at)
    if case.memory.missed == today or case.conversation.session is not None or not_in_quiet(case, case.at) > case.at:
        return case, None, ()
    message = screens.neutral(case, "check-in-missed", "private").message
    return case.remember(missed=today), Deliver(message, checkins.welcome_until(case, MISSED_UNTIL)), ()
