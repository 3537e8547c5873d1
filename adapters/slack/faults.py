"""What Slack would refuse of a payload, told before it is sent. Law: what is not known here is a fault. Pure.

Only what we draw is known: a new kind of block is added here first. https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from adapters.slack import limits
from bot.shapes import Check, Fault, also, any_type, flag, kinds, length, many, number, one_of, shape, words

Kind = Literal["modal", "home", "message"]


def faults(payload: Any, kind: Kind) -> tuple[Fault, ...]:
    """Everything that is wrong with a view or a message; nothing is quoted of it."""
    found = list(_PAYLOADS[kind](payload, ""))
    if not found:
        found = [*_whole(payload, kind)]
    return tuple(found)


# Texts and options


def plain(most: int) -> Check:
    return shape({"type": one_of("plain_text"), "text": words(most)}, {"emoji": flag})


def text(most: int) -> Check:
    mrkdwn = shape({"type": any_type, "text": words(most)}, {"verbatim": flag})
    return kinds({"plain_text": plain(most), "mrkdwn": mrkdwn})


OPTION: Final = shape({"text": plain(limits.OPTION), "value": words(limits.OPTION_VALUE)})
CONFIRM: Final = shape(
    {
        "title": plain(limits.CONFIRM_TITLE),
        "text": plain(limits.CONFIRM_TEXT),
        "confirm": plain(limits.CONFIRM_BUTTON),
        "deny": plain(limits.CONFIRM_BUTTON),
    },
    {"style": one_of("primary", "danger")},
)


def _chosen_among_options(value: Mapping[str, Any], at: str) -> Iterator[Fault]:
    first = value.get("initial_option")
    for initial in [*value.get("initial_options", []), *([first] if first else [])]:
        if initial not in value["options"]:
            yield at, "has something chosen that is no option"
    values = [option["value"] for option in value["options"]]
    if len(set(values)) < len(values):
        yield f"{at}/options", "has two options with one value"


def _fits_its_box(value: Mapping[str, Any], at: str) -> Iterator[Fault]:
    if length(value.get("initial_value", "")) > value.get("max_length", limits.BOX):
        yield f"{at}/initial_value", "is longer than its box"


# Elements


def element(required: Mapping[str, Check], **optional: Check) -> Check:
    return shape({"type": any_type, "action_id": words(limits.ID), **required}, optional)


def options(most: int, **optional: Check) -> Check:
    return also(element({"options": many(OPTION, most)}, confirm=CONFIRM, **optional), _chosen_among_options)


PLACEHOLDER: Final = plain(limits.PLACEHOLDER)
PERSON: Final = words(limits.ID, r"[UW][A-Z0-9]{2,20}")
_BOX: Final = element(
    {},
    multiline=flag,
    max_length=number(limits.BOX),
    initial_value=words(limits.BOX, r"(?s).+"),
    placeholder=PLACEHOLDER,
    focus_on_load=flag,
    dispatch_action_config=shape(
        {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), most=2)}
    ),
)
_SELECT: Final = {"placeholder": PLACEHOLDER, "focus_on_load": flag}
ELEMENTS: Final[Mapping[str, Check]] = {
    "button": element(
        {"text": plain(limits.BUTTON)},
        style=one_of("primary", "danger"),
        value=words(limits.VALUE),
        accessibility_label=words(limits.BUTTON),
        confirm=CONFIRM,
    ),
    "overflow": options(limits.OVERFLOW),
    "checkboxes": options(limits.BOXES_TO_TICK, initial_options=many(OPTION, limits.BOXES_TO_TICK), focus_on_load=flag),
    "radio_buttons": options(limits.BOXES_TO_TICK, initial_option=OPTION, focus_on_load=flag),
    "static_select": options(limits.SELECT, initial_option=OPTION, **_SELECT),
    "multi_static_select": options(limits.SELECT, initial_options=many(OPTION, limits.SELECT), **_SELECT),
    "users_select": element({}, initial_user=PERSON, **_SELECT),
    "multi_users_select": element({}, initial_users=many(PERSON, limits.SELECT), **_SELECT),
    "timepicker": element({}, initial_time=words(5, r"([01]\d|2[0-3]):[0-5]\d"), **_SELECT),
    "datepicker": element({}, initial_date=words(10, r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), **_SELECT),
    "plain_text_input": also(_BOX, _fits_its_box),
}


def elements(*names: str) -> Check:
    return kinds({name: ELEMENTS[name] for name in names})


_MENUS: Final = ("overflow", "checkboxes", "radio_buttons", "static_select", "users_select", "timepicker")


# Blocks


def _distinct_actions(value: Mapping[str, Any], at: str) -> Iterator[Fault]:
    names = [one["action_id"] for one in value["elements"]]
    if len(set(names)) < len(names):
        yield f"{at}/elements", "has two elements with one action_id"


def block(required: Mapping[str, Check], **optional: Check) -> Check:
    return shape({"type": any_type, **required}, {"block_id": words(limits.ID), **optional})


_FIELDS: Final = ("plain_text_input", "checkboxes", "radio_buttons", "static_select", "multi_static_select")
_INPUT: Final = block(
    {
        "label": plain(limits.LABEL),
        "element": elements(*_FIELDS, "users_select", "multi_users_select", "timepicker", "datepicker"),
    },
    hint=plain(limits.LABEL),
    optional=flag,
    dispatch_action=flag,
)
BLOCKS: Final[Mapping[str, Check]] = {
    "section": block(
        {"text": text(limits.SECTION)},
        accessory=elements("button", "multi_static_select", "multi_users_select", *_MENUS),
    ),
    "context": block({"elements": many(text(limits.CONTEXT), limits.CONTEXT_ELEMENTS)}),
    "actions": also(block({"elements": many(elements("button", *_MENUS), limits.ACTIONS)}), _distinct_actions),
    "header": block({"text": plain(limits.HEADER)}),
    "divider": block({}),
}


# Payloads


_VIEW: Final = kinds({**BLOCKS, "input": _INPUT})
_TITLE: Final = plain(limits.VIEW_TITLE)
_PAYLOADS: Final[Mapping[Kind, Check]] = {
    "modal": shape(
        {"type": one_of("modal"), "title": _TITLE, "close": _TITLE, "blocks": many(_VIEW, limits.VIEW_BLOCKS)},
        {
            "submit": _TITLE,
            "callback_id": words(limits.ID),
            "private_metadata": words(limits.METADATA),
            "notify_on_close": flag,
        },
    ),
    "home": shape(
        {"type": one_of("home"), "blocks": many(_VIEW, limits.VIEW_BLOCKS)},
        {"private_metadata": words(limits.METADATA)},
    ),
    "message": shape(
        {"text": words(limits.NOTICE), "blocks": many(kinds(BLOCKS), limits.MESSAGE_BLOCKS)},
        {"parse": one_of("none"), "link_names": flag, "unfurl_links": flag, "unfurl_media": flag},
    ),
}


def _whole(payload: Mapping[str, Any], kind: Kind) -> Iterator[Fault]:
    """What can be told only of all blocks together."""
    named = [(index, one["block_id"]) for index, one in enumerate(payload["blocks"]) if "block_id" in one]
    first = {name: index for index, name in reversed(named)}
    yield from ((f"/blocks/{index}/block_id", "stands here twice") for index, name in named if first[name] != index)
    inputs = [one for one in payload["blocks"] if one["type"] == "input"]
    if kind == "modal" and inputs and "submit" not in payload:
        yield "/submit", "is missing where there is something to send"
    if sum(bool(one["element"].get("focus_on_load")) for one in inputs) > 1:
        yield "/blocks", "has two elements that want the focus"
    size = len(json.dumps(payload))
    if size > limits.VIEW_BYTES:
        yield "", f"has {size} bytes; {limits.VIEW_BYTES} are allowed"
