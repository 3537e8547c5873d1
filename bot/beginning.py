"""How a run of a script begins. Law: what it shows of earlier ones is settled here, and stays so until it ends."""

from __future__ import annotations

from uuid import UUID

from bot.case import Case
from bot.conversation import Answer, Origin, Session, Uses
from bot.position import GAP, LOOK_BACK
from prompts.script import NONE, ChoiceStep, Script

#: Characters of what comes back: enough to know it again, and no more than a question can hold.
LONGEST = 160
DAYS = 7
LONGEST_DAYS = 90


def begun(case: Case, script: Script, session_id: UUID, *, first: bool = False, origin: Origin = "person") -> Session:
    use = 1 if first else uses(case, script) + 1
    return Session(
        id=session_id,
        script=script.slug,
        revision=script.revision,
        origin=origin,
        first=first,
        started=case.at,
        touched=case.at,
        use=use,
        week=week(case, script, use),
        last=last_time(case, script),
        back=shortened(case.facts.back) if keeps(case) and not first else "",
    )


def uses(case: Case, script: Script) -> int:
    known = case.memory.uses.get(script.slug)
    return known.count if known else 0


def week(case: Case, script: Script, use: int) -> int:
    """Of a series: each finished one is followed by the next. Of who keeps nothing it is not known how many they
    finished, so the calendar's weeks go on instead."""
    if script.weeks is None:
        return 1
    weeks = case.at.date().toordinal() // DAYS if case.conversation.consents.words == "nothing" else use - 1
    return weeks % script.weeks + 1


def last_time(case: Case, script: Script) -> dict[str, str]:
    """What was chosen at the last use, under the names by which this script asks for it; nothing that it offers no
    more, nor what is longer ago than reflections are kept."""
    offered: dict[str, set[str]] = {}
    for step in script.steps:
        if isinstance(step, ChoiceStep) and step.recall:
            offered.setdefault(step.recall, set()).update(choice.id for choice in step.choices)
    fresh = keeps(case) and _in_its_time(case, script)
    known = {name: case.memory.recalled.get(f"{script.slug}.{name}", NONE) for name in sorted(offered)}
    return {name: value if fresh and value in offered[name] else NONE for name, value in known.items()}


def keeps(case: Case) -> bool:
    return case.conversation.consents.words == "keep"


def _in_its_time(case: Case, script: Script) -> bool:
    last = case.memory.uses.get(script.slug, Uses()).last
    days = LONGEST_DAYS if case.memory.retention_days is None else case.memory.retention_days
    terms = [days, case.facts.program.retention_ceiling, script.retention_days or days]
    return last is not None and (case.at.date() - last).days <= min(terms)


def refreshed(case: Case) -> Case:
    """What comes back, as it stands in its reflection now: changed words are changed here too, and gone ones gone."""
    now = shortened(case.facts.back) if keeps(case) else ""

    def fresh(session: Session) -> Session:
        if not session.back or session.back == now:
            return session
        answered = session.answers.get(LOOK_BACK, Answer())
        left = GAP if answered.text or answered.values else ""
        return session.model_copy(update={"back": now or left})

    return case.each_session(fresh)


def shortened(words: str) -> str:
    """On one line, cut where a word ends."""
    line = " ".join(words.split())
    if len(line) <= LONGEST:
        return line
    return f"{line[:LONGEST].rsplit(' ', 1)[0]}…"
