"""What Teams would refuse of a card, told before it is sent. Law: what is not known here is a fault. Pure.

Only what we draw is known: a new kind of element is added here first. https://adaptivecards.io/explorer (version 1.5)
https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.teams import elements, limits
from bot.shapes import Check, Fault, also, any_type, flag, kinds, many, one_of, shape, words

MOST: Final = 1000  # of elements in one place: so many have no room in a card


def faults(card: Any) -> tuple[Fault, ...]:
    """Everything that is wrong with a card; nothing is quoted of it."""
    found = list(_CARD(card, ""))
    return tuple(found or _whole(card))


# Parts of everything


TEXT: Final = words(limits.CARD)
NAME: Final = words(255, r"[\w./:+-]+")
_SPACING: Final = one_of("None", "Small", "Medium")
_PLACE: Final[Mapping[str, Check]] = {"spacing": _SPACING, "separator": flag, "id": NAME, "isVisible": flag}
_STYLE: Final[Mapping[str, Check]] = {
    "weight": one_of("Bolder"),
    "size": one_of("Small", "Medium", "Large"),
    "isSubtle": flag,
    "color": one_of("Accent"),
}


def element(required: Mapping[str, Check], **optional: Check) -> Check:
    return shape({"type": any_type, **required}, {**_PLACE, **optional})


# Buttons


_LOOK: Final = one_of("positive", "destructive")
_TITLE: Final = words(limits.CARD)
_SUBMIT: Final = shape({"type": any_type, "title": _TITLE, "data": shape({"do": TEXT}, {
    "prompt": TEXT, "stamp": NAME, "view": one_of("card"), "start": any_type, "values": any_type,
    "number": any_type,
    "msteams": shape({"type": one_of("task/fetch")}),
})}, {"style": _LOOK, "tooltip": TEXT})  # fmt: skip
_ACTIONS: Final[Mapping[str, Check]] = {
    "Action.Submit": _SUBMIT,
    "Action.Execute": shape(
        {
            "type": any_type,
            "title": _TITLE,
            "verb": NAME,
            "data": any_type,
            "fallback": kinds({"Action.Submit": _SUBMIT}),
        },
        {"style": _LOOK, "tooltip": TEXT},
    ),
    "Action.OpenUrl": shape({"type": any_type, "title": _TITLE, "url": words(2000, r"https?://[^\s]+")}),
    "Action.ToggleVisibility": shape({"type": any_type, "title": _TITLE, "targetElements": many(NAME, most=MOST)}),
}


# Inputs


_OPTION: Final = shape({"title": TEXT, "value": words(1000, r"[^,]+")})


def _chosen_among_choices(value: Mapping[str, Any], at: str) -> Iterator[Fault]:
    known = {choice["value"] for choice in value["choices"]}
    chosen = value.get("value", "").split(",") if value["isMultiSelect"] else [value.get("value", "")]
    if set(filter(None, chosen)) - known:
        yield f"{at}/value", "has something chosen that is no choice"
    if len(known) < len(value["choices"]):
        yield f"{at}/choices", "has two choices with one value"


def entry(required: Mapping[str, Check], **optional: Check) -> Check:
    return shape({"type": any_type, "id": NAME, "label": TEXT, **required}, {"value": TEXT, **optional})


_PICKED: Final = shape({"type": one_of("Data.Query"), "dataset": one_of("graph.microsoft.com/users")})
_CHOICES: Final = entry(
    {
        "isMultiSelect": flag,
        "style": one_of("compact", "expanded"),
        "wrap": flag,
        "choices": many(_OPTION, most=MOST, least=0),
    },
    **{"choices.data": _PICKED},
)


# Elements


def _elements(value: Any, at: str) -> Iterator[Fault]:
    yield from many(kinds(ELEMENTS), most=MOST)(value, at)


ELEMENTS: Final[Mapping[str, Check]] = {
    "TextBlock": element({"text": TEXT, "wrap": flag}, style=one_of("heading"), **_STYLE),
    "RichTextBlock": element(
        {"inlines": many(kinds({"TextRun": shape({"type": any_type, "text": TEXT}, _STYLE)}), most=MOST)}
    ),
    "Container": element({"items": _elements}, style=one_of("emphasis"), selectAction=kinds(_ACTIONS)),
    "ActionSet": element({"actions": many(kinds(_ACTIONS), most=limits.ROW)}),
    "Input.Text": entry({"isMultiline": flag}, placeholder=TEXT),
    "Input.ChoiceSet": also(_CHOICES, _chosen_among_choices),
    "Input.Time": entry({}),
    "Input.Date": entry({}),
}
_CARD: Final = shape(
    {
        "$schema": any_type,
        "type": one_of("AdaptiveCard"),
        "version": one_of(elements.VERSION),
        "body": many(kinds(ELEMENTS), most=MOST),
    }
)


def _whole(card: Mapping[str, Any]) -> Iterator[Fault]:
    """What can be told only of all of it together."""
    parts = list(elements.every(card["body"]))
    named = Counter(part["id"] for part in parts if "id" in part)
    yield from (("/body", "has two elements with one id") for times in named.values() if times > 1)
    targets = {name for part in parts for name in part.get("targetElements", ())}
    if targets - named.keys():
        yield "/body", "has a button that shows what is not there"
    size = limits.weight(card)
    if size > limits.CARD:
        yield "", f"has {size} bytes; {limits.CARD} are allowed"
