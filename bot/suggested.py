"""Themes that own words suggest, beside those of taps. Law: one counts only when its writer has added it, and private
words suggest none. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot import position
from bot.case import Case
from bot.conversation import Answer, Session
from prompts.cues import weighed
from prompts.script import FreeStep

#: So many are offered at once: those for which most was said.
MOST = 5


def shareable_words(case: Case, session: Session) -> Iterator[str]:
    """Own words, on the way that was taken, that are kept and that no step keeps private."""
    free = (step for step in case.route(session).asked if isinstance(step, FreeStep) and step.keep)
    texts = (session.answers.get(step.id, Answer()).text for step in free if not step.private)
    return (text for text in texts if text)


def suggested(case: Case, session: Session) -> tuple[str, ...]:
    """What no tap stands for already, and with what most was said first."""
    said: Counter[str] = Counter()
    for text in shareable_words(case, session):
        said.update(weighed(case.library.codebook, text))
    tapped = position.codes(case.script(session), session, case.memory, private=True)
    return tuple(sorted(position.in_order(set(said).difference(tapped)), key=lambda code: -said[code]))


def added(case: Case, session: Session) -> tuple[str, ...]:
    """Those that the writer added, as long as the words still stand there."""
    if not session.checked:
        return ()
    return tuple(code for code in suggested(case, session) if code in session.checked)


def offered(case: Case, session: Session) -> tuple[str, ...]:
    """Those that can be added."""
    return position.in_order(code for code in suggested(case, session)[:MOST] if code not in session.checked)
