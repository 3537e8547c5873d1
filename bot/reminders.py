"""Being asked again, when the person wants it. Law: never in their quiet hours; what is promised happens."""

from __future__ import annotations

from datetime import datetime

from bot.case import Case
from bot.conversation import Session
from bot.effects import Effect, Remind
from prompts.script import Choice, EndStep, Question
from scheduler.recurrence import HALF_HOUR, LATE, after_quiet, day_end


def reminders(case: Case, session: Session, choice: Choice) -> tuple[Effect, ...]:
    wanted = _wanted(case, choice)
    return () if wanted is None else (Remind(not_in_quiet(case, wanted), session.script),)


def said_to(case: Case, session: Session, step: Question | EndStep, choice: Choice) -> str:
    """A choice's reply, or the truth where it speaks of a moment that quiet hours put off, or of a day that is over."""
    wanted = _wanted(case, choice)
    if wanted is not None and not_in_quiet(case, wanted) > wanted:
        return case.word("reminder-after-quiet")
    if choice.remind == "day-end" and wanted == case.at + LATE:
        return case.word("reminder-later")
    return case.say(session, f"{step.id}.{choice.id}.reply")


def not_in_quiet(case: Case, at: datetime) -> datetime:
    return after_quiet(at, case.facts.zone, case.memory.quiet)


def _wanted(case: Case, choice: Choice) -> datetime | None:
    """When the person asked to be asked again."""
    match choice.remind:
        case "half-hour":
            return case.at + HALF_HOUR
        case "day-end":
            return day_end(case.at, case.facts.zone, case.facts.program.day_end)
    return None
