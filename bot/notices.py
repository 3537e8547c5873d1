"""What a person is told that others did. Law: fixed neutral words, the same for everybody; no talk is touched."""

from __future__ import annotations

from bot import screens
from bot.case import Case
from bot.conversation import Message, Option
from bot.effects import Deliver, Turn
from bot.events import Notice
from bot.outcome import quiet

#: What a button under a line is called that leads to a page, before the page's name.
PAGE = "page:"
#: Where those who are told something go on from there; everybody else to the private box.
GOES_TO = {"installed": "lead", "lead": "setup", "supervisor": "report"}


def told(case: Case, event: Notice) -> Turn:
    """One line for the chat, whatever the person has agreed to: it is about the workspace, not about them."""
    if event.notice == "supervisor-named":
        # The engine knows nobody's name: the adapter puts it where the text says {person}.
        words = case.word("notice-supervisor-named", person="{person}")
        message = Message(text=words, prompt="greeting", person=event.person)
        return Turn(case.conversation, quiet(case), (Deliver(message),))
    page = GOES_TO.get(event.notice)
    if page is None:
        return Turn(case.conversation, quiet(case), (screens.neutral(case, f"notice-{event.notice}", "private"),))
    way = Option(id=f"{PAGE}{page}", label=case.word(f"{page}-title"))
    message = Message(text=case.word(f"notice-{event.notice}"), input="choice", choices=(way,), prompt="greeting")
    return Turn(case.conversation, quiet(case), (Deliver(message),))
