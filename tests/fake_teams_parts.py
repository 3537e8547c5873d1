"""The parts of an Adaptive Card: what is in what, and which inputs an action takes with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fake_teams_state import Json

#: Where elements have elements.
INSIDE: Final = ("body", "items", "columns", "rows", "cells")


def children(part: Json) -> Iterator[Json]:
    """The elements right inside of a card or an element; no actions."""
    for name in INSIDE:
        yield from (each for each in part.get(name) or [] if isinstance(each, dict))


def elements(part: Json) -> Iterator[Json]:
    """All elements of a card, at any depth; not those of the cards that its buttons open."""
    for each in children(part):
        yield each
        yield from elements(each)


def actions_at(part: Json) -> list[Json]:
    """The actions that hang on one element, or on the card itself."""
    single = [part[name] for name in ("inlineAction", "selectAction") if name in part]
    return [*single, *(part.get("actions") or [])]


def inputs_of(card: Json) -> list[Json]:
    return [each for each in elements(card) if str(each.get("type", "")).startswith("Input.")]


def every_card(card: Json) -> Iterator[Json]:
    """The card, and those that its buttons open."""
    yield card
    for part in (card, *elements(card)):
        for action in actions_at(part):
            if action.get("type") == "Action.ShowCard":
                yield from every_card(action["card"])


def every_input(card: Json) -> list[Json]:
    return [each for one in every_card(card) for each in inputs_of(one)]


def known(action: Json, old: bool) -> Json | None:
    """What a client makes of an action: an old one knows no Action.Execute, and takes what stands in its place."""
    if not old or action.get("type") != "Action.Execute":
        return action
    instead = action.get("fallback")
    return known(instead, old) if isinstance(instead, dict) else None


def is_multi(element: Json) -> bool:
    return element["type"] == "Input.ChoiceSet" and bool(element.get("isMultiSelect"))


def first_value(element: Json) -> str:
    """What stands in an input before anybody touches it."""
    if element["type"] == "Input.Toggle":
        return str(element.get("value", element.get("valueOff", "false")))
    return str(element.get("value") or "")
