"""Agreements that ended by themselves: after a year, or because the terms changed. Law: recorded once and told once, to
the person alone, when they are next here. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from bot.case import Case
from bot.consent import SHARING, UNTIL, Sharing, given, lapse, looking_again, recorded, until
from bot.conversation import Conversation, Lapse, Page, Purpose
from bot.effects import Effect, Turn
from bot.questions import UNASKED


def noticed(case: Case) -> tuple[Case, tuple[Effect, ...]]:
    """The person is here: what has ended is written down. Keeping one's words goes on; it is only to be looked at."""
    effects: tuple[Effect, ...] = ()
    for purpose in SHARING:
        why = lapse(case, purpose)
        if why is not None:
            case, record = _ended(case, purpose, why)
            effects += record
    why = lapse(case, "words")
    if why is not None and "words" not in case.conversation.consents.lapsed:
        case = _lapsed(case, "words", why)
    return case, effects


def _ended(case: Case, purpose: Sharing, why: Lapse) -> tuple[Case, tuple[Effect, ...]]:
    consents = case.conversation.consents
    record = recorded(case, purpose, why, str(getattr(consents, purpose)), UNASKED)
    agreed = {name: one for name, one in consents.agreed.items() if name != purpose}
    changes = {purpose: None, UNTIL[purpose]: None, "agreed": agreed}
    case = _lapsed(case.now(consents=consents.model_copy(update=changes)), purpose, why)
    if all(until(case.conversation.consents, other) is None for other in SHARING):
        return case, (record,)
    case, looks = looking_again(case)
    return case, (record, *looks)


def _lapsed(case: Case, purpose: str, why: Lapse) -> Case:
    consents = case.conversation.consents
    return case.now(consents=consents.model_copy(update={"lapsed": {**consents.lapsed, purpose: why}, "untold": True}))


def restored(before: Conversation) -> Conversation:
    """After a backup was put back that lacks what they chose later: nothing is kept or shared until they choose again.
    Nobody knows what it was, so nothing is recorded of it."""
    consents = before.consents
    purposes = tuple(purpose for purpose in get_args(Purpose) if given(consents, purpose))
    changes: dict[str, object] = dict.fromkeys((*purposes, *(UNTIL[one] for one in SHARING if one in purposes)))
    agreed = {name: one for name, one in consents.agreed.items() if name not in purposes}
    lapsed = {**consents.lapsed, **dict.fromkeys(purposes, "restored")}
    changes |= {"agreed": agreed, "lapsed": lapsed, "untold": consents.untold or bool(purposes)}
    memory = before.memory.model_copy(update={"shared": ()})
    return before.model_copy(update={"consents": consents.model_copy(update=changes), "memory": memory})


def lines(case: Case) -> tuple[str, ...]:
    """What has ended and was not chosen anew since."""
    lapsed = case.conversation.consents.lapsed
    return tuple(case.word(f"lapsed-{purpose}-{why}") for purpose, why in sorted(lapsed.items()))


def told(case: Case, turn: Turn) -> Turn:
    """The same turn, with what ended said first where only this person sees it, and where it stays to be read."""
    after = replace(case, conversation=turn.conversation)
    reply, consents = turn.reply, turn.conversation.consents
    if not consents.untold or reply.surface != "private" or reply.closed:
        return turn
    said = (*lines(after), after.word("lapsed-way"))
    if reply.page is not None:
        reply = reply.model_copy(update={"page": _led(reply.page, said)})
    elif reply.message is not None:
        preface = (*said, *reply.message.preface)
        reply = reply.model_copy(update={"message": reply.message.model_copy(update={"preface": preface})})
    else:
        return turn
    heard = after.now(consents=consents.model_copy(update={"untold": False}))
    return replace(turn, conversation=heard.conversation, reply=reply)


def _led(page: Page, said: tuple[str, ...]) -> Page:
    """The page of consent says it by itself, and is the way."""
    return page if page.name == "consent" else page.model_copy(update={"lines": (*said, *page.lines)})
