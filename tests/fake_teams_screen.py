"""What a person can read of a card, as plain lines; and where on it a finger can be put."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fake_teams_parts import actions_at, children, is_multi, known
from fake_teams_state import Json
from fake_teams_surface import Surface


class Target(NamedTuple):
    """Something that can be tapped. `cards`: the one that it is on, after those whose buttons opened it."""

    action: Json
    cards: tuple[Json, ...]

    @property
    def label(self) -> str:
        return str(self.action.get("title") or self.action.get("tooltip") or self.action["type"])

    @property
    def names(self) -> tuple[str, ...]:
        data = self.action.get("data")
        do = data.get("do") if isinstance(data, dict) else None
        return tuple(str(each) for each in (do, self.action.get("verb"), self.action.get("id")) if each)


def targets(surface: Surface) -> Iterator[Target]:
    """All that can be tapped now, from top to bottom."""
    yield from _targets(surface, surface.card, (surface.card,))


def _targets(surface: Surface, part: Json, cards: tuple[Json, ...]) -> Iterator[Target]:
    for each in children(part):
        if surface.is_shown(each):
            yield from _targets(surface, each, cards)
    for offered in actions_at(part):
        action = known(offered, surface.old)
        if action is None or action.get("isEnabled") is False:
            continue
        yield Target(action, cards)
        if id(action) in surface.opened:
            yield from _targets(surface, action["card"], (*cards, action["card"]))


def find(surface: Surface, wanted: str) -> Target | None:
    """By label first, then by what its data say to do, its verb or its id."""
    every = list(targets(surface))
    named = [each for each in every if each.label == wanted] + [each for each in every if wanted in each.names]
    return next(iter(named), None)


def shown_inputs(surface: Surface, part: Json | None = None) -> Iterator[Json]:
    """The inputs in sight."""
    part = surface.card if part is None else part
    for each in children(part):
        if surface.is_shown(each):
            yield from ([each] if str(each.get("type", "")).startswith("Input.") else ())
            yield from shown_inputs(surface, each)
    for action in actions_at(part):
        if id(action) in surface.opened:
            yield from shown_inputs(surface, action["card"])


# Lines.


def _input_lines(surface: Surface, element: Json) -> Iterator[str]:
    name, standing = element["id"], surface.values[element["id"]]
    if element.get("label"):
        yield str(element["label"])
    if element["type"] == "Input.Toggle":
        yield f"[{'x' if standing == element.get('valueOn', 'true') else ' '}] {element['title']}"
    elif element["type"] == "Input.ChoiceSet":
        yield from _choice_lines(element, standing)
    else:
        yield f"<{standing}>"
    if name in surface.errors:
        yield f"! {surface.errors[name]}"


def _choice_lines(element: Json, standing: str) -> Iterator[str]:
    chosen = standing.split(",") if is_multi(element) else [standing]
    choices = element.get("choices", [])
    if element.get("style") == "expanded":
        for each in choices:
            yield f"[{'x' if each['value'] in chosen else ' '}] {each['title']}"
    else:
        yield f"<{', '.join(each['title'] for each in choices if each['value'] in chosen)}>"


def _own_lines(surface: Surface, element: Json) -> Iterator[str]:
    match element.get("type"):
        case "TextBlock":
            yield str(element.get("text", ""))
        case "RichTextBlock":
            inlines = element.get("inlines", [])
            yield "".join(each if isinstance(each, str) else str(each.get("text", "")) for each in inlines)
        case "FactSet":
            yield from (f"{each['title']} {each['value']}" for each in element.get("facts", []))
        case "Image" | "Media":
            yield f"[{element.get('altText', '')}]"
        case str(kind) if kind.startswith("Input."):
            yield from _input_lines(surface, element)


def _lines(surface: Surface, part: Json) -> Iterator[str]:
    for each in children(part):
        if surface.is_shown(each):
            yield from _own_lines(surface, each)
            yield from _lines(surface, each)
    for offered in actions_at(part):
        action = known(offered, surface.old)
        if action is None:
            continue
        label = Target(action, ()).label
        yield f"(-{label}-)" if action.get("isEnabled") is False else f"({label})"
        if id(action) in surface.opened:
            yield from _lines(surface, action["card"])


def lines(surface: Surface) -> list[str]:
    return [line for line in _lines(surface, surface.card) if line]


def message_lines(message: Json, surfaces: list[Surface]) -> list[str]:
    """A message as somebody reads it: its words, then its cards."""
    words = [str(message["text"])] if message.get("text") else []
    return [*words, *(line for each in surfaces for line in lines(each))]
