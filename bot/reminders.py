"""Being asked again, when the person wants it or a script offers it. Law: never in their quiet hours; what is promised
happens, and the words say when."""

from __future__ import annotations

from bot import arranging, checkins
from bot.case import Case
from bot.checkins import MANNERS, fresh_id, moment, morning, next_due
from bot.conversation import CheckIn, Session
from bot.effects import Effect
from prompts.script import Choice, EndStep, Question
from scheduler.recurrence import HALF_HOUR, LATE, day_end

_DAYS = {"days": 1, "weeks": 7}


def asked_again(case: Case, session: Session, choice: Choice) -> tuple[Case, tuple[Effect, ...]]:
    """With what the choice asks for: one more check-in, or peace for today."""
    if choice.remind == "not-today":
        peace = arranging.not_today(case)
        return peace.case, peace.effects
    wanted = _wanted(case, session, choice)
    return (case, ()) if wanted is None or _hindered(case, wanted) else checkins.arranged(case, wanted)


def _hindered(case: Case, wanted: CheckIn) -> str:
    """Why nothing can be promised, by the name of the words for it; an empty string where it can."""
    if case.memory.paused:
        return "check-ins-are-paused"
    if case.facts.zone_gone:
        return "zone-gone"
    full = checkins.has_no_room(case, checkins.arranged(case, wanted)[0])
    return "check-ins-full" if full else ""


def said_to(case: Case, session: Session, step: Question | EndStep, choice: Choice) -> str:
    """A choice's reply, or the truth where it speaks of a moment that something put off, or of a day that is over."""
    wanted = _wanted(case, session, choice)
    if wanted is None:
        return case.say(session, f"{step.id}.{choice.id}.reply")
    if why := _hindered(case, wanted):
        return case.word(why, most=checkins.MOST)
    due = next_due(case, wanted, case.at)
    days_off = MANNERS[wanted.kind].on_day_off != "keep" and due != moment(case, wanted)
    if due is None or days_off or checkins.is_away(case, moment(case, wanted)):
        return arranging.words_for(case, wanted, () if due is None else (due,))
    if due > moment(case, wanted):
        return case.word("reminder-after-quiet")
    if choice.remind == "day-end" and wanted.at == case.at + LATE:
        return case.word("reminder-later")
    return case.say(session, f"{step.id}.{choice.id}.reply")


def _wanted(case: Case, session: Session, choice: Choice) -> CheckIn | None:
    """When the person asked to be asked again: a moment today, or the morning of a day to come."""
    again = CheckIn(id=fresh_id(case, "again"), kind="follow-up", script=session.script, session=session.id)
    match choice.remind:
        case None | "not-today":
            return None
        case "half-hour":
            return again.model_copy(update={"at": case.at + HALF_HOUR})
        case "day-end":
            return again.model_copy(update={"at": day_end(case.at, case.facts.zone, case.facts.program.day_end)})
        case "tomorrow":
            return again.model_copy(update={"start": morning(case, 1)})
        case "re-check":
            start = morning(case, 7 * case.facts.program.recheck_weeks)
            return again.model_copy(update={"kind": "re-check", "start": start})
    count, _, unit = choice.remind.partition("-")
    return again.model_copy(update={"kind": "re-check", "start": morning(case, int(count) * _DAYS[unit])})
