"""What a person is told that others did. Law: fixed neutral words, the same for everybody; no talk is touched."""

from __future__ import annotations

from bot import screens
from bot.case import Case
from bot.conversation import Message
from bot.effects import Deliver, Turn
from bot.events import Notice
from bot.outcome import quiet


def told(case: Case, event: Notice) -> Turn:
    """One line for the chat, whatever the person has agreed to: it is about the workspace, not about them."""
    if event.notice == "supervisor-named":
        # The engine knows nobody's name: the adapter puts it where the text says {person}.
        words = case.word("notice-supervisor-named", person="{person}")
        message = Message(text=words, prompt="greeting", person=event.person)
        return Turn(case.conversation, quiet(case), (Deliver(message),))
    return Turn(case.conversation, quiet(case), (screens.neutral(case, f"notice-{event.notice}", "private"),))
