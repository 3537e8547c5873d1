"""How a run of a script begins. Law: what it shows of earlier ones is settled here, and stays so until it ends."""

from __future__ import annotations

from uuid import UUID

from bot.case import Case
from bot.conversation import Origin, Session
from prompts.script import NONE, ChoiceStep, Script

#: Characters of what comes back: enough to know it again, and no more than a question can hold.
LONGEST = 160
DAYS = 7


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
        back="" if first else shortened(case.facts.back),
    )


def uses(case: Case, script: Script) -> int:
    known = case.memory.uses.get(script.slug)
    return known.count if known else 0


def week(case: Case, script: Script, use: int) -> int:
    """Of a series: each finished one is followed by the next. Of who keeps nothing it is not known how many they
    finished, so the calendar's weeks go on instead."""
    if script.weeks is None:
        return 1
    keeps_nothing = case.conversation.consents.words == "nothing"
    weeks = case.at.date().toordinal() // DAYS if keeps_nothing else use - 1
    return weeks % script.weeks + 1


def last_time(case: Case, script: Script) -> dict[str, str]:
    """What was chosen at the last use, under the names by which this script asks for it."""
    names = {step.recall for step in script.steps if isinstance(step, ChoiceStep) and step.recall}
    return {name: case.memory.recalled.get(f"{script.slug}.{name}", NONE) for name in sorted(names)}


def shortened(words: str) -> str:
    """On one line, cut where a word ends."""
    line = " ".join(words.split())
    if len(line) <= LONGEST:
        return line
    return f"{line[:LONGEST].rsplit(' ', 1)[0]}…"
