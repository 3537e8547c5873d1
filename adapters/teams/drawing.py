"""Everything that Teams shows of ours. Law: pure; words of a reflection go onto the private surface only."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from adapters.teams import chat, elements, ids, limits, page, talk
from adapters.teams.elements import Json
from adapters.teams.pen import Pen, Place, Words
from bot.conversation import Message, Option, Reply
from prompts.library import Library

#: Of a dialog on a desk; on a phone it takes the whole screen.
SIZE: Final = {"height": "large", "width": "medium"}


class Drawing:
    """Draws what is shown in the language that it is told. `dialogs`: this installation's clients can open them."""

    def __init__(self, library: Library, *, dialogs: bool = True) -> None:
        self._library = library
        self._dialogs = dialogs

    def word(self, locale: str, name: str, **values: object) -> str:
        return self._library.word(locale, name, **values)

    def _pen(self, locale: str, place: Place, prompt: str = "", stamp: str = "") -> Pen:
        words: Words = partial(self._library.word, locale)
        return Pen(words, place, prompt, stamp, self._dialogs)

    # Private

    def private(
        self,
        reply: Reply,
        place: Place,
        stamp: str = "",
        *,
        roster: tuple[Option, ...] = (),
        start: int = 0,
        form: str = "",
    ) -> Json:
        """The card of a reply: the talk, or the page that was asked for. `form`: the key of the one that was sent."""
        prompt = reply.message.prompt if reply.message else ""
        pen = self._pen(reply.locale, place, prompt, stamp)
        shown = reply.page
        return elements.card(talk.talk(pen, reply) if shown is None else page.body(pen, shown, roster, start, form))

    def refusal(self, words: str, locale: str, place: Place) -> Json:
        """One kind sentence, and the way back to the talk."""
        pen = self._pen(locale, place)
        back = pen.button(pen.word("resume-button"), ids.do("open", "talk"))
        return elements.card([*elements.spoken([words]), *elements.row([back])])

    def title(self, reply: Reply) -> str:
        """Of the bar over a dialog: how far one is, or whose it is."""
        progress = reply.message.progress if reply.message else ""
        title = progress or (reply.page.title if reply.page else "") or self.word(reply.locale, "name-of-app")
        return elements.cut(title, limits.BAR)

    # Kept by Teams

    def chat(self, message: Message, locale: str, name: str = "", stamp: str = "") -> Json:
        """The card of a message in the chat. `name`: of the person it is about."""
        return elements.card(chat.body(self._pen(locale, "chat", message.prompt, stamp), message, name))

    def activity(self, message: Message, locale: str, name: str = "", stamp: str = "") -> Json:
        """A message with its card; a locked phone shows its summary."""
        return activity(self.chat(message, locale, name, stamp), self.word(locale, "chat-notice"))


def activity(card: Json, summary: str) -> dict[str, Any]:
    attachment = {"contentType": elements.CONTENT_TYPE, "content": card}
    return {"type": "message", "summary": summary, "attachments": [attachment]}


def dialog(card: Json, title: str) -> dict[str, Any]:
    """The answer that shows a card in a dialog, in place of the one before."""
    shown = {"contentType": elements.CONTENT_TYPE, "content": card}
    return {"task": {"type": "continue", "value": {"title": title, **SIZE, "card": shown}}}


def turned(card: Json) -> dict[str, Any]:
    """The answer that puts a card in the place of the one that was tapped, for whoever tapped it."""
    return {"statusCode": 200, "type": elements.CONTENT_TYPE, "value": card}


def told(words: str) -> dict[str, Any]:
    """The answer that leaves a card as it is, and says one sentence beside it."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": words}
