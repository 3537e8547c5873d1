"""How a session ends: finished, stopped, let go or put away. Law: what is kept is what the person chose to keep."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from bot import checkins, position, screens
from bot.case import Case
from bot.consent import counting
from bot.conversation import Answer, Memory, Reflection, Session, Uses
from bot.effects import Effect, Keep, LetGo
from bot.shared import contributed
from bot.suggested import added
from prompts.script import NONE, Choice, ChoiceStep, FreeStep, MultiStep, Question
from scheduler.recurrence import zone_named


def finish(
    case: Case, session: Session, *, count: bool, bring: bool = False
) -> tuple[Case, tuple[Effect, ...], Reflection | None]:
    """Keeps a finished reflection as consent and retention say, and counts its themes if that was chosen.

    `bring`: it is marked to be brought to supervision. Gives what is kept.
    """
    codes = screens.countable(case, session)
    kept = _kept(case, session, finished=True, codes=codes, bring=bring)
    if kept is None:
        after, not_again = checkins.answered(used(case, session), session)
        return leave(after), not_again, None
    effects: tuple[Effect, ...] = (_keep(case, session, kept),)
    after = case.now(memory=_remember(case, session, codes, kept))
    if count and codes:
        after, counted = contributed(after, codes, kept.id, kept.on, kept.title)
        effects += counted
    after, not_again = checkins.answered(after, session)
    return leave(after), (*effects, *not_again), kept


def stop(case: Case, session: Session) -> tuple[Case, tuple[Effect, ...]]:
    """Ends it here; what was written so far is kept like any other reflection, and nothing is counted."""
    return leave(case), kept_unfinished(case, session)


def put_away(case: Case, *, everything: bool = False) -> tuple[Case, tuple[Effect, ...]]:
    """Sessions left alone too long: their words are kept as unfinished reflections, and nobody is reminded.

    `everything`: the person has left, so none of them waits any longer.
    """
    idle = timedelta(days=0 if everything else case.facts.program.idle_days)
    old = [session for session in case.conversation.sessions if case.at - session.touched >= idle]
    effects: tuple[Effect, ...] = ()
    for number, session in enumerate(old):
        effects += kept_unfinished(case, session, number)
    if not old:
        return case, ()
    waiting = tuple(session for session in case.conversation.waiting if session not in old)
    kept = any(position.worth_keeping(session) and not screens.lets_go(case, session) for session in old)
    after = case.now(waiting=waiting).remember(put_away=case.memory.put_away or kept)
    return (leave(after) if case.conversation.session in old else after), effects


def kept_unfinished(case: Case, session: Session, number: int = 1) -> tuple[Effect, ...]:
    """`number`: which of the fresh ids it is kept under."""
    if screens.lets_go(case, session):
        return deleted(case, session)
    kept = _kept(case, session, finished=False, number=number)
    return () if kept is None else (_keep(case, session, kept),)


def deleted(case: Case, session: Session) -> tuple[Effect, ...]:
    """Of one that its person deletes while it is open, so that no backup brings it back. Where nothing is kept, its own
    key dies with it."""
    return (LetGo(session.id),) if case.conversation.consents.words == "keep" else ()


def leave(case: Case) -> Case:
    """Takes the active session off; the one that waited longest is the active one again."""
    waiting = case.conversation.waiting
    return case.now(session=waiting[-1] if waiting else None, waiting=waiting[:-1])


def _keep(case: Case, session: Session, kept: Reflection) -> Keep:
    return Keep(kept, kept.on + timedelta(days=screens.retention(case, case.script(session))))


def _kept(
    case: Case,
    session: Session,
    *,
    finished: bool,
    codes: tuple[str, ...] = (),
    number: int = 1,
    bring: bool = False,
) -> Reflection | None:
    """The session as a reflection; None where nothing is to be kept."""
    if not screens.keeps_words(case, session) or not position.worth_keeping(session):
        return None
    session = session.model_copy(update={"cursor": None})  # who went back has not taken anything back
    script, said = case.script(session), _said(case, session)
    return Reflection(
        id=case.facts.fresh[number],
        script=session.script,
        revision=session.revision,
        title=case.script(session).say(case.locale, "title"),
        at=case.at,
        on=case.at.astimezone(zone_named(case.facts.zone)).date(),
        finished=finished,
        answers=tuple((one.asked, one.answered) for one in said),
        codes=codes,
        themes=position.in_order({*position.codes(script, session, case.memory, private=True), *added(case, session)}),
        own=tuple(number for number, one in enumerate(said) if one.own),
        shareable=tuple(number for number, one in enumerate(said) if one.shareable),
        term=screens.LONGEST_DAYS if script.retention_days is None else script.retention_days,
        for_supervision=bring,
        returning=tuple(number for number, one in enumerate(said) if one.returns),
    )


class _Said(NamedTuple):
    """A question and its answer in words. `own`: the person's own; `shareable`: no step keeps them private; `returns`:
    the next reflection asks about it."""

    asked: str
    answered: str
    own: bool = False
    shareable: bool = False
    returns: bool = False


def _said(case: Case, session: Session) -> list[_Said]:
    way = case.route(session)
    found = []
    for step in (*way.asked, *way.carried):
        carried = Answer(values=(case.memory.remembered.get(step.id, ""),))
        answer = session.answers.get(step.id, carried if step in way.carried else Answer())
        if step.keep and not _about_time(step) and (words := screens.in_words(case, session, step, answer)):
            own = isinstance(step, FreeStep)
            # The words that came back stand in an earlier reflection, and go when that one goes.
            asked = case.asks(session, step, back=False)
            returns = isinstance(step, FreeStep) and step.returns
            found.append(_Said(asked, words, own, own and not step.private, returns))
    ticked = (
        screens.in_words(case, session, step, Answer(values=session.ticks[step.id]))
        for step in (*way.asked, way.current)
        if isinstance(step, MultiStep) and step.id in session.ticks
    )
    unsent = "\n".join(filter(None, (session.held, *session.drafts.values(), *ticked)))
    return [*found, _Said(case.word("unsent"), unsent, own=True)] if unsent else found


def _about_time(step: Question) -> bool:
    """A question about when to talk is not part of what was said."""
    return any(isinstance(choice, Choice) and choice.remind for choice in position.choices_of(step))


def used(case: Case, session: Session) -> Case:
    """That it was gone through once more, however it ended: what the next one says must not tell that."""
    if case.conversation.consents.words != "keep":
        return case
    uses = case.memory.uses.get(session.script, Uses())
    return case.remember(uses={**case.memory.uses, session.script: Uses(count=uses.count + 1, last=case.at.date())})


def _remember(case: Case, session: Session, codes: tuple[str, ...], kept: Reflection) -> Memory:
    memory = used(case, session).memory
    script = case.script(session)
    chosen = {
        step.id: str(answer.values[0])
        for step in script.steps
        if getattr(step, "remember", False) and (answer := session.answers.get(step.id)) and answer.values
    }
    ask = codes if counting(case) is None else ()
    return memory.model_copy(
        update={
            "remembered": {**memory.remembered, **chosen},
            "recalled": {**memory.recalled, **_recalled(case, session)},
            "returning": kept.id if kept.returning else None if _looked_back(case, session) else memory.returning,
            "last_reflection": case.facts.fresh[1],
            "ask_counting": ask,
        }
    )


def _looked_back(case: Case, session: Session) -> bool:
    return any("@back" in step.when for step in case.route(session).asked)


def _recalled(case: Case, session: Session) -> dict[str, str]:
    """What the next use of this script may ask for; what was skipped this time is forgotten."""
    named = [step for step in case.route(session).asked if isinstance(step, ChoiceStep) and step.recall]
    answers = {step.recall: session.answers[step.id].values for step in named if step.id in session.answers}
    return {f"{session.script}.{name}": str(values[0]) if values else NONE for name, values in answers.items()}
