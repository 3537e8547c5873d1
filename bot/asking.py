"""The two questions the bot asks for itself: what may be kept, and what may be counted. Law: nothing is read before."""

from __future__ import annotations

from bot import screens
from bot.case import Case
from bot.checkins import local_day
from bot.commands import pick
from bot.consent import agree_to_counting, agree_to_words
from bot.effects import Turn
from bot.shared import contributed, counted_until

#: So many words typed instead of a choice are somebody's words, and they are told what became of them.
FEWEST_WORDS = 4


def typed(case: Case, text: str) -> Turn:
    message = screens.show(case).message
    choice = pick(message.choices if message else (), text)
    if choice is None and len(text.split()) >= FEWEST_WORDS:
        return Turn(case.conversation, screens.show(case, case.word("typed-too-soon")), illegal="typed-too-soon")
    return chose(case, choice or "")


def chose(case: Case, choice: str) -> Turn:
    if case.conversation.session is not None and case.surface == "private":
        return words(case, choice)
    if case.memory.ask_counting and case.surface == "private":
        return counting(case, choice)
    known = choice in case.library.scripts
    return Turn(case.conversation, screens.show(case), illegal="" if known else "nothing-open")


def words(case: Case, choice: str) -> Turn:
    session = case.conversation.session
    if choice == "read" and session is not None:
        case = case.now(session=session.model_copy(update={"read": True}))
        return Turn(case.conversation, screens.show(case))
    if choice not in ("keep", "nothing"):
        return Turn(case.conversation, screens.show(case, case.word("reask-choice")), illegal="reask-choice")
    after, record = agree_to_words(case, "keep" if choice == "keep" else "nothing")
    return Turn(after.conversation, screens.show(after, case.word(f"consent-thanks-{choice}")), (record,))


def counting(case: Case, choice: str) -> Turn:
    """Asked once, after the first finished reflection, with the themes that it would count."""
    codes, reflection = case.memory.ask_counting, case.memory.last_reflection
    agreed = {"once": "ask", "each": "ask", "always": "always", "never": "never"}.get(choice)
    if agreed is None or reflection is None:
        return Turn(case.conversation, screens.show(case, case.word("reask-choice")), illegal="reask-choice")
    after, effects = agree_to_counting(case, agreed)  # type: ignore[arg-type]
    thanks = [case.word("counting-thanks")]
    if choice in ("once", "always") and case.facts.circle:
        after, counted = contributed(after, codes, reflection, local_day(case, case.at))
        effects += counted
        thanks += counted_until(after, reflection)
    after = after.remember(ask_counting=())
    return Turn(after.conversation, screens.line(after, " ".join(thanks), closed=True), effects)
