"""Turns that end by showing where the conversation stands."""

from __future__ import annotations

from bot import screens
from bot.case import Case
from bot.conversation import Reply
from bot.effects import Effect, Turn


def quiet(case: Case) -> Reply:
    return Reply(surface="none", locale=case.locale)


def settled(case: Case, *preface: str, effects: tuple[Effect, ...] = ()) -> Turn:
    """A turn that ends by showing where the conversation now stands."""
    shown = screens.show(case, *preface, *news(case))
    case = case.remember(put_away=False) if news(case) else case
    return Turn(case.conversation, shown, effects)


def looked(case: Case) -> Turn:
    """The same for somebody who only looks, which changes nothing."""
    return Turn(case.conversation, screens.show(case, *news(case)))


def news(case: Case) -> tuple[str, ...]:
    """What has happened since the person last did something."""
    return (case.word("idle-put-away"),) if case.memory.put_away and case.surface == "private" else ()


def illegal(case: Case, why: str) -> Turn:
    """A turn that changes nothing and says why."""
    return Turn(case.conversation, screens.show(case, case.word(why), again=True), illegal=why)


def refused(case: Case, why: str) -> Turn:
    """The same where the reason depends on the question that stands: it is not told where that is hidden (law 6)."""
    if screens.hidden(case):
        return Turn(case.conversation, screens.show(case, again=True), illegal=why)
    return illegal(case, why)


def again(case: Case, *preface: str) -> Turn:
    """A turn at a question that was shown before: something is said, and the question repeated without its notices."""
    return Turn(case.conversation, screens.show(case, *preface, again=True))


def stale(case: Case, prompt: str | None) -> bool:
    """Whether a button or box belongs to an earlier place; a surface that cannot tell gives None."""
    return prompt is not None and prompt != screens.prompt(case)
