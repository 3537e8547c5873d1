"""Where a session stands and how it moves. Law: the position follows from the answers; what depended on a changed
answer is dropped, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from bot.conversation import Answer, Memory, Session
from prompts.route import Known, Route, follow
from prompts.script import (
    DEFAULT_MINUTES,
    LAST,
    NONE,
    TIMES,
    WEEK,
    Choice,
    ChoiceStep,
    EndStep,
    MultiStep,
    PlainChoice,
    Script,
    Step,
    is_question,
)


def route(script: Script, session: Session, memory: Memory) -> Route:
    """The way so far. A person who went back stands at the step they went back to."""
    answers = {step: answer.values for step, answer in session.answers.items() if step != session.cursor}
    remembered = {step: value for step, value in memory.remembered.items() if step != session.cursor}
    return follow(script, answers, facts(session), remembered)


def facts(session: Session) -> Known:
    return {
        "@origin": (session.origin,),
        "@use": ("first" if session.first else "again",),
        "@back": ("yes" if session.back else "no",),
        WEEK: (session.week,),
        TIMES: (session.use,),
        **{f"{LAST}{name}": (value,) for name, value in session.last.items()},
    }


def prompt_id(session: Session) -> str:
    """On every button and box of a question; changes only when the position does."""
    return f"{session.id}.{session.visit}"


def without_earlier(session: Session) -> Session:
    """The session as if it were the first: nothing in it says what was written or chosen in another one. A question
    about it that was answered keeps its answer, and shows a gap."""
    asked = any(answer.text or answer.values for step, answer in session.answers.items() if step == LOOK_BACK)
    return session.model_copy(
        update={"back": GAP if session.back and asked else "", "last": dict.fromkeys(session.last, NONE)}
    )


#: The question about what comes back, as the block of that name has it, and what stands in it when the words are gone.
LOOK_BACK, GAP = "look-back", "…"
#: Before the prompt of a box whose question had gone on elsewhere: what is typed there waits for the next place.
OVERTAKEN = "@"


def moved(session: Session, at: datetime, **changes: object) -> Session:
    """A new position: old buttons are stale from here on, and what was typed into old boxes waits in the next one."""
    after = session.model_copy(update={"visit": session.visit + 1, "touched": at, "paused": False, **changes})
    late = [text for key, text in after.drafts.items() if key.startswith(OVERTAKEN)]
    if not late:
        return after
    drafts = {key: text for key, text in after.drafts.items() if not key.startswith(OVERTAKEN)}
    waits = "\n".join(filter(None, (drafts.get("", ""), *late)))
    return after.model_copy(update={"drafts": {**drafts, "": waits}})


def overtaken(session: Session, prompt: str, text: str, at: datetime) -> Session:
    """Keeps what stands now in the box of a question that has gone on; nothing where it is empty or an answer."""
    if any(text in answer.text for answer in session.answers.values()):
        text = ""
    drafts = {key: draft for key, draft in session.drafts.items() if key != f"{OVERTAKEN}{prompt}"}
    after = {**drafts, f"{OVERTAKEN}{prompt}": text} if text else drafts
    return session.model_copy(update={"drafts": after, "touched": at})


def answered(
    script: Script, session: Session, memory: Memory, step_id: str, answer: Answer, at: datetime
) -> tuple[Session, Route]:
    """The session with one answer given or changed, and everything dropped that only the old one led to; and the way
    that the answer led, which may have come round to a question again."""
    given = {**session.answers, step_id: answer}
    ticks = {step: values for step, values in session.ticks.items() if step != step_id or not answer.values}
    after = moved(session, at, answers=given, ticks=ticks, cursor=None, held="")
    way = route(script, after, memory)
    if len(way.asked) == len(given) and not way.looped:
        return after, way
    kept = _kept(script, given, way, facts(session))
    return after.model_copy(update={"answers": {step: given[step] for step in given if step in kept}}), way


def _kept(script: Script, given: Mapping[str, Answer], way: Route, known: Known) -> set[str]:
    asked = [step.id for step in way.asked]
    if way.looped:
        return set(asked[: asked.index(way.current.id)])
    on_the_way = {**known, **{step: given[step].values for step in asked}}
    return set(asked) | set(_ahead(script, way.current, on_the_way))


def _ahead(script: Script, start: Step, known: Known) -> Iterator[str]:
    """Steps that can still be reached from `start`: those whose condition an answer on the way has not refused."""
    seen: set[str] = set()
    waiting: list[str | None] = [start.id]
    while waiting:
        step_id = waiting.pop()
        if step_id is None or step_id in seen:
            continue
        seen.add(step_id)
        step = script.step(step_id)
        refused = any(key in known and not set(known[key]) & set(values) for key, values in step.when.items())
        if not refused:
            yield step_id
            waiting += [choice.next for choice in step.choices] if isinstance(step, ChoiceStep) else []
        waiting.append(step.next)


def gone_back(script: Script, session: Session, memory: Memory, at: datetime) -> Session | None:
    """The session at the question before this one, with what was written there back in the box; None at the first."""
    way = route(script, session, memory)
    if not way.asked:
        return None
    drafts = dict(session.drafts)
    if session.held:
        drafts[way.current.id] = session.held + drafts.get(way.current.id, "")
    return moved(session, at, cursor=way.asked[-1].id, drafts=drafts, held="", more=False)


def in_the_box(session: Session, step_id: str) -> str:
    """What the box of a question holds already: a draft, or the answer that is being changed, then what was put
    aside for the next box."""
    own = session.drafts.get(step_id) or session.answers.get(step_id, Answer()).text
    aside = session.drafts.get("", "")
    return f"{own}\n{aside}" if own and aside else own or aside


def unchanged(session: Session, step_id: str, text: str) -> bool:
    """Whether the box of a question holds what it was drawn with, the answer that stands: that is no draft."""
    return step_id not in session.drafts and text == session.answers.get(step_id, Answer()).text


def ticked(session: Session, step_id: str) -> tuple[str, ...]:
    """What is chosen at a question already: ticks that were not sent, or the answer that is being changed."""
    own = session.ticks.get(step_id, session.answers.get(step_id, Answer()).values)
    return tuple(str(value) for value in own)


def aside(session: Session, text: str, at: datetime, *, box: bool) -> Session:
    """Keeps words that came when no box was open for them: they wait in the next one.

    `box`: one stands open elsewhere, and now holds more than it shows. What is sent from there comes late.
    """
    before = session.drafts.get("", "")
    drafts = {**session.drafts, "": f"{before}\n{text}" if before else text}
    return moved(session, at, drafts=drafts) if box else session.model_copy(update={"drafts": drafts, "touched": at})


def emptied(session: Session, step_id: str, text: str, *, shown: bool, boxed: bool) -> Session:
    """The session when a question has been answered in words. `shown`: the box held what had been put aside; `boxed`:
    the words came out of its box at all. What neither holds goes on waiting, unless it is part of the text."""
    loose = [] if boxed else [session.drafts.get(step_id, "")]
    loose += [] if shown else [session.drafts.get("", "")]
    waits = "\n".join(words for words in loose if words not in text)
    drafts = {key: draft for key, draft in session.drafts.items() if key not in ("", step_id)}
    return session.model_copy(update={"drafts": {**drafts, "": waits} if waits else drafts})


def skipped(script: Script, session: Session, memory: Memory, at: datetime) -> Session:
    """Past this question without an answer; where the person had gone back to it, its answer stays as it was."""
    if session.cursor is not None and (session.cursor in session.answers or session.cursor in memory.remembered):
        return moved(session, at, cursor=None, held="")
    current = route(script, session, memory).current
    return answered(script, session, memory, current.id, Answer(), at)[0]


def choices_of(step: Step) -> tuple[Choice | PlainChoice, ...]:
    return step.choices if isinstance(step, ChoiceStep | MultiStep | EndStep) else ()


def codes(script: Script, session: Session, memory: Memory, *, private: bool = False) -> tuple[str, ...]:
    """What the taps on the way stand for, without unkept steps. `private`: with private ones, for the person alone."""
    way = route(script, session, memory)
    found: set[str] = set()
    for step in (*way.asked, *way.carried):
        if not step.keep or (step.private and not private):
            continue
        answer = session.answers.get(step.id)
        values = answer.values if answer else (memory.remembered.get(step.id, ""),)
        found |= {code for choice in choices_of(step) if choice.id in values for code in choice.codes}
    return in_order(found)


def in_order(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(codes, key=lambda code: (code[0], int(code[1:]))))


def unanswered(session: Session) -> bool:
    """A check-in that nobody has touched: it makes room for the next one, and for all that the person begins."""
    return session.origin == "check-in" and not session.visit and not session.drafts


def worth_keeping(session: Session) -> bool:
    """Whether anything was answered, or is written down and not yet sent."""
    answered = any(answer.values or answer.text for answer in session.answers.values())
    return answered or bool(session.held) or any(session.drafts.values()) or any(session.ticks.values())


def ahead(script: Script, session: Session, memory: Memory) -> tuple[int, float]:
    """Screens and minutes still to come, this one included, if nothing more branches off."""
    answers = {step: answer.values for step, answer in session.answers.items() if step != session.cursor}
    remembered = {step: value for step, value in memory.remembered.items() if step != session.cursor}
    waiting = {step.id: () for step in script.steps if is_question(step) and not _carries(step, remembered)}
    way = follow(script, {**waiting, **answers}, facts(session), remembered)
    screens = [*(step for step in way.asked if step.id not in answers), way.current]
    return len(screens), sum(step.minutes or DEFAULT_MINUTES[step.type] for step in screens)


def _carries(step: Step, remembered: Mapping[str, str]) -> bool:
    """Whether the question is passed with what was answered in an earlier reflection."""
    if not isinstance(step, ChoiceStep) or not step.remember:
        return False
    return remembered.get(step.id) in {choice.id for choice in step.choices}
