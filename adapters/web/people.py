"""Who can be chosen in the local chat, and where each person's chat is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.events import Who


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be chosen. `about`: what there is to find, by language."""

    who: Who
    name: str
    team: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


#: Everybody who can be chosen; a function is called on the store's thread whenever the list is needed.
People = Sequence[Person] | Callable[[], Sequence[Person]]


def addresses(people: Sequence[Person]) -> dict[str, Person]:
    """Where each person's chat is: their user id, with the tenant before it where two share that."""
    found: dict[str, Person] = {}
    for person in people:
        taken = person.who.user in found
        found[f"{person.who.tenant}.{person.who.user}" if taken else person.who.user] = person
    return found
