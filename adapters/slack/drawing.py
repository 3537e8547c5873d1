"""Everything that Slack shows of ours, as payloads. Law: pure; words of a reflection go into modals only."""

from __future__ import annotations

from functools import partial
from typing import Final

from adapters.slack import blocks, ids, message, modal, page
from adapters.slack.blocks import Json
from adapters.slack.modal import Words
from bot.conversation import Message, Page, Reply
from prompts.library import Library

#: Cards that a button shows, and its word.
CARDS: Final = {"safety": "safety-button", "breathing": "breathe-button"}


class Drawing:
    """Draws what is shown in the language that it is told."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def word(self, locale: str, name: str, **values: object) -> str:
        return self._library.word(locale, name, **values)

    def _words(self, locale: str) -> Words:
        return partial(self._library.word, locale)

    # Private: modals

    def modal(self, reply: Reply) -> Json:
        """The view of a reply: the talk, or the page that was asked for."""
        if reply.page is not None:
            return self.page(reply.page, reply.locale)
        return modal.talk(self._words(reply.locale), reply)

    def card(self, reply: Reply) -> Json:
        """What was said, to be put over the question; under the name of the button that shows it."""
        return modal.card(self._words(reply.locale), reply, self._name_of_card(reply))

    def _name_of_card(self, reply: Reply) -> str:
        titles = {self._library.card(reply.locale, card, {})[0]: word for card, word in CARDS.items()}
        return next((self.word(reply.locale, titles[line]) for line in reply.unsaid if line in titles), "")

    def so_far(self, reply: Reply) -> Json:
        """The whole talk so far, to be put over the question."""
        return modal.whole_talk(self._words(reply.locale), reply)

    def page(self, shown: Page, locale: str, start: int = 0, form: str = "") -> Json:
        """A page as a modal. `start`: the value of the button to more of it that was tapped; `form`: the key of the one
        that is filled in, where there are several."""
        return page.modal(self._words(locale), shown, start, form)

    def refusal(self, words: str, locale: str) -> Json:
        """One kind sentence."""
        word = self._words(locale)
        return blocks.modal(word("name-of-app"), blocks.spoken([words]), ids.PAGE, close=word("window-close"))

    # Kept by Slack

    def home(self, shown: Page, locale: str) -> Json:
        """The App Home. Raises `page.OwnWords` for a page with anybody's own words."""
        return page.home(self._words(locale), shown)

    def message(self, said: Message, locale: str, private: bool = False) -> Json:
        """The arguments of a message in the chat, without its channel. `private`: always with the way to the box."""
        return message.message(self._words(locale), said, private=private)

    def ephemeral(self, said: Message | str, locale: str, private: bool = False) -> Json:
        """For one person's eyes, as an answer to a command."""
        return message.ephemeral(self._words(locale), said, private=private)
