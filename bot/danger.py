"""Words that may stand for danger. Law: the card is shown to their writer alone, in private, and nothing of it is kept.

Whether it was shown before is not remembered: it is worked out again from the words that a session holds anyway.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.case import Case
from bot.conversation import Session
from bot.effects import Turn
from bot.events import Write
from bot.typed import LIMIT_BYTES, size
from prompts.phrases import Phrases, together


def noticed(case: Case, event: Write, turn: Turn) -> Turn:
    """The same turn, with the card before its question, at the first such words of a session. `case`: before it."""
    if event.surface != "private" or not event.done or size(event.text) > LIMIT_BYTES:
        return turn
    list_of_words = phrases(case)
    shown = list_of_words.stands_in(event.text) and not _any(list_of_words, _answered(case.conversation.session))
    return with_card(case, turn) if shown else turn


def waiting(case: Case, turn: Turn) -> Turn:
    """The same for who comes back in private to words that wait there, such as those typed into the chat, which got a
    neutral answer."""
    session = case.conversation.session
    if session is None or case.surface != "private":
        return turn
    list_of_words = phrases(case)
    waits = (*session.drafts.values(), session.held, *(_texts(session) if _in_chat(session) else ()))
    shown = _any(list_of_words, waits) and not _any(list_of_words, _answered(session))
    return with_card(case, turn) if shown else turn


def with_card(case: Case, turn: Turn) -> Turn:
    """Before the question, after what is said on the way to it. A card that stands there already is not put twice."""
    message, card = turn.reply.message, case.card("safety")
    if message is None or card[0] in message.preface:
        return turn
    preface = (*message.preface, case.word("safety-noticed"), *card)
    message = message.model_copy(update={"preface": preface})
    return Turn(turn.conversation, turn.reply.model_copy(update={"message": message}), turn.effects, turn.illegal)


def phrases(case: Case) -> Phrases:
    return together(case.library.phrases, case.facts.program.phrases)


def _any(list_of_words: Phrases, texts: Iterable[str]) -> bool:
    return any(list_of_words.stands_in(text) for text in texts)


def _answered(session: Session | None) -> tuple[str, ...]:
    """What was sent in private before, and so has had its card. Of answers given in the chat that is not known."""
    return () if session is None or _in_chat(session) else (*_texts(session), session.held)


def _texts(session: Session) -> tuple[str, ...]:
    return tuple(answer.text for answer in session.answers.values() if answer.text)


def _in_chat(session: Session) -> bool:
    return session.here or session.origin == "check-in"
