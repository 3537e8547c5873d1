"""How what is drawn can be answered: in a dialog, in somebody's view of a card, on a card that the chat keeps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from adapters.teams import elements, ids
from adapters.teams.elements import Json

Place = Literal["dialog", "view", "chat"]


class Words(Protocol):
    """The bot's own words in one language."""

    def __call__(self, name: str, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Pen:
    """Of one drawing. `prompt`: the question that is answered; `stamp`: of this drawing, where nobody keeps it.

    `dialogs`: this client can open them.
    """

    word: Words
    place: Place
    prompt: str = ""
    stamp: str = ""
    dialogs: bool = True

    def button(self, title: str, do: str, *, style: str = "", more: Json | None = None) -> Json:
        """A button that is answered where it stands. `more`: what it hands back beside what it does."""
        return self._answered(title, self._data(do, more or {}), style)

    def opener(self, title: str, do: str, *, style: str = "") -> Json:
        """A button that leads to the private surface: opens a dialog, or turns this person's view of the card."""
        data = self._data(do, {})
        if self.place == "dialog" or not self.dialogs:
            return self._answered(title, data, style)
        return elements.submit(title, {**data, **ids.FETCH}, style)

    def _answered(self, title: str, data: Json, style: str) -> Json:
        draw = elements.submit if self.place == "dialog" else elements.execute
        return draw(title, data, style)

    def _data(self, do: str, more: Json) -> Json:
        prompt = {ids.PROMPT: self.prompt} if self.prompt else {}
        stamped = self.place != "chat" or do == "write"  # a card in the chat may be come back to
        stamp = {ids.STAMP: self.stamp} if self.stamp and stamped else {}
        view = {ids.VIEW: ids.CARD_VIEW} if self.place == "view" else {}
        return {ids.DO: do, **prompt, **stamp, **view, **more}
