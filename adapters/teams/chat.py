"""What may stand in a chat, where Teams keeps it. Law: nothing of a reflection is read here: no draft, no tick, no
exchange, not even how far somebody is; and what a locked phone shows is one line, always the same."""

from __future__ import annotations

from adapters.teams import elements, ids, talk
from adapters.teams.elements import Json
from adapters.teams.pen import Pen
from bot.conversation import Message, Option
from bot.notices import PAGE
from bot.outward import PLACE, Said, leads_in


def body(pen: Pen, message: Message, name: str = "") -> list[Json]:
    """`name`: of the person whom the message is about, where it is known."""
    said = Said.of(message)
    person = elements.named(name) or pen.word("window-someone")
    words = [line.replace(PLACE, person) for line in (*said.preface, said.text)]
    text = elements.question(words[-1]) if asks(said) else elements.spoken(words[-1:])
    before = [*elements.spoken(words[:-1]), *elements.heading(said.title)]
    return [*before, *text, *elements.subtle(said.hint), *answer(pen, said)]


def asks(said: Said) -> bool:
    """A question stands out from the lines before it; a greeting with its buttons does not."""
    if said.input == "choice":
        return not all(map(leads_away, said.choices))
    return said.input != "none"


def leads_away(option: Option) -> bool:
    """To the private surface, or to another way of going on, rather than to an answer."""
    return leads_in(option.id) or option.id == "here" or option.id.startswith(PAGE)


def answer(pen: Pen, said: Said) -> list[Json]:
    """What can be answered here, then the way to the private surface."""
    away = [option for option in said.choices if leads_in(option.id) or option.id.startswith(PAGE)]
    rest = [option for option in said.choices if option not in away]
    asked = talk.answer(pen, said.question(rest)) if rest or said.input == "text" else []
    ways = elements.answers([opener(pen, option) for option in away])
    return [*ways, *asked] if said.input == "choice" and all(map(leads_away, rest)) else [*asked, *ways]


def opener(pen: Pen, option: Option) -> Json:
    return pen.opener(option.label, ids.do("choose", option.id), style="positive" if leads_in(option.id) else "")
