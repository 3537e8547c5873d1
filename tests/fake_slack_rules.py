"""What Slack accepts as blocks and views. Law: written from Slack's published reference, not from this app's drawing.

https://docs.slack.dev/reference/block-kit : blocks, block elements, composition objects, views.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from fake_slack_checks import (
    Check,
    Fault,
    array,
    boolean,
    by_type,
    fields,
    like,
    one_of,
    string,
    text,
    text_table,
    whole,
)

Surface = Literal["message", "modal", "home"]

#: Of a whole view as JSON: Slack's view_too_large.
VIEW_BYTES: Final = 250_000

_ID: Final = string(255)
_URL: Final = like(lambda url: len(url) <= 3000 and re.match(r"https?://\S+$", url), "a valid url")
_ANY: Final = text(3000, "plain_text", "mrkdwn")
_CONFIRM: Final = fields(
    {
        "title": text(100),
        "text": text(300, "plain_text", "mrkdwn"),
        "confirm": text(30),
        "deny": text(30),
    },
    {"style": one_of("primary", "danger")},
)
_USER: Final = like(lambda user: re.fullmatch(r"[UW][A-Z0-9]+", user), "a user id")
_CONVERSATION: Final = like(lambda place: re.fullmatch(r"[CGDUW][A-Z0-9]+", place), "a conversation id")
_TIME: Final = like(lambda time: re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", time), "a time such as 16:40")
_DATE: Final = like(lambda date: re.fullmatch(r"\d{4}-\d\d-\d\d", date), "a date such as 2026-11-02")


def _option(*kinds: str, url: bool = False) -> Check:
    extra: dict[str, Check] = {"url": _URL} if url else {}
    return fields({"text": text(75, *kinds), "value": string(150)}, {"description": text(75, *kinds), **extra})


_PLAIN: Final = _option("plain_text")
_RICH: Final = _option("plain_text", "mrkdwn")
_GROUP: Final = fields({"label": text(75), "options": array(_PLAIN, 100)}, {})
_FOCUS: Final[Mapping[str, Check]] = {"action_id": _ID, "confirm": _CONFIRM, "focus_on_load": boolean}
_PICK: Final[Mapping[str, Check]] = {**_FOCUS, "placeholder": text(150)}
_MANY: Final[Mapping[str, Check]] = {**_PICK, "max_selected_items": whole(1, 100)}
_FROM: Final[Mapping[str, Check]] = {"options": array(_PLAIN, 100), "option_groups": array(_GROUP, 100)}
_TYPING: Final[Mapping[str, Check]] = {
    "action_id": _ID,
    "placeholder": text(150),
    "focus_on_load": boolean,
    "dispatch_action_config": fields(
        {}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)}
    ),
}

_BUTTON: Final = fields(
    {"text": text(75)},
    {
        "action_id": _ID,
        "url": _URL,
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": _CONFIRM,
        "accessibility_label": string(75),
    },
)
_IMAGE: Final = fields({"alt_text": string(2000)}, {"image_url": _URL, "slack_file": lambda value, at: iter(())})
_OVERFLOW: Final = fields(
    {"options": array(_option("plain_text", url=True), 5)}, {"action_id": _ID, "confirm": _CONFIRM}
)

#: What a person can set: allowed in actions, as a section's accessory and in an input block alike.
_SETTABLE: Final[Mapping[str, Check]] = {
    "checkboxes": fields({"options": array(_RICH, 10)}, {**_FOCUS, "initial_options": array(_RICH, 10)}),
    "radio_buttons": fields({"options": array(_RICH, 10)}, {**_FOCUS, "initial_option": _RICH}),
    "static_select": fields({}, {**_PICK, **_FROM, "initial_option": _PLAIN}),
    "users_select": fields({}, {**_PICK, "initial_user": _USER}),
    "conversations_select": fields({}, {**_PICK, "initial_conversation": _CONVERSATION}),
    "external_select": fields({}, {**_PICK, "initial_option": _PLAIN, "min_query_length": whole(0, 3000)}),
    "timepicker": fields({}, {**_PICK, "initial_time": _TIME, "timezone": string(100)}),
    "datepicker": fields({}, {**_PICK, "initial_date": _DATE}),
    # These are documented for sections and inputs, not for actions: see _MULTI.
    "multi_static_select": fields({}, {**_MANY, **_FROM, "initial_options": array(_PLAIN, 100)}),
    "multi_users_select": fields({}, {**_MANY, "initial_users": array(_USER, 100, least=0)}),
    "multi_external_select": fields({}, {**_MANY, "initial_options": array(_PLAIN, 100)}),
}
_MULTI: Final = ("multi_static_select", "multi_users_select", "multi_external_select")
_WRITTEN: Final[Mapping[str, Check]] = {
    "plain_text_input": fields(
        {},
        {
            **_TYPING,
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
    ),
    "email_text_input": fields({}, {**_TYPING, "initial_value": string(3000, least=0)}),
}
_TAPPED: Final[Mapping[str, Check]] = {"button": _BUTTON, "overflow": _OVERFLOW}
_IN_ACTIONS: Final = by_type({**_TAPPED, **{kind: check for kind, check in _SETTABLE.items() if kind not in _MULTI}})
_IN_SECTION: Final = by_type({**_TAPPED, **_SETTABLE, "image": _IMAGE})
_IN_INPUT: Final = by_type({**_SETTABLE, **_WRITTEN})
_TEXTS: Final = text_table(3000)
_IN_CONTEXT: Final = by_type({**_TEXTS, "image": _IMAGE})


def _block(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    return fields(required, {"block_id": _ID, **(optional or {})})


_EVERYWHERE: Final[Mapping[str, Check]] = {
    "section": _block(
        {},
        {
            "text": _ANY,
            "fields": array(text(2000, "plain_text", "mrkdwn"), 10),
            "accessory": _IN_SECTION,
            "expand": boolean,
        },
    ),
    "actions": _block({"elements": array(_IN_ACTIONS, 25)}),
    "context": _block({"elements": array(_IN_CONTEXT, 10)}),
    "divider": _block({}),
    "header": _block({"text": text(150)}),
    "image": _block({"alt_text": string(2000)}, {"image_url": _URL, "title": text(2000)}),
    "rich_text": _block({"elements": lambda value, at: iter(())}),
}
_INPUT: Final = _block(
    {"label": text(2000), "element": _IN_INPUT},
    {"dispatch_action": boolean, "hint": text(2000), "optional": boolean},
)
# Slack takes input blocks in messages too; here they are refused, for what is typed there would be sent from a message.
_BLOCKS: Final[Mapping[Surface, Mapping[str, Check]]] = {
    "message": {**_EVERYWHERE, "markdown": _block({"text": string(12_000)})},
    "modal": {**_EVERYWHERE, "input": _INPUT},
    "home": {**_EVERYWHERE, "input": _INPUT},
}
_MOST_BLOCKS: Final[Mapping[Surface, int]] = {"message": 50, "modal": 100, "home": 100}

_KEPT: Final[Mapping[str, Check]] = {
    "private_metadata": string(3000, least=0),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
}


def elements_of(block: Mapping[str, Any]) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The interactive elements of one block, each with its place in it."""
    found = [(f"/elements/{n}", each) for n, each in enumerate(_items(block.get("elements")))]
    found += [(f"/{name}", block[name]) for name in ("accessory", "element") if isinstance(block.get(name), dict)]
    if block.get("type") not in ("section", "actions", "input"):
        return ()
    return tuple((place, each) for place, each in found if each.get("type") not in ("image", "plain_text", "mrkdwn"))


def options_of(element: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    grouped = (each for group in _items(element.get("option_groups")) for each in _items(group.get("options")))
    return (*_items(element.get("options")), *grouped)


def _items(value: Any) -> tuple[dict[str, Any], ...]:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _repeated(ids: list[Any]) -> set[Any]:
    return {each for each, times in Counter(each for each in ids if isinstance(each, str)).items() if times > 1}


def _ids(blocks: tuple[dict[str, Any], ...], at: str) -> Iterator[Fault]:
    for double in sorted(_repeated([block.get("block_id") for block in blocks])):
        yield at, f"block_id already exists: {double}"
    for index, block in enumerate(blocks):
        actions = [element.get("action_id") for _, element in elements_of(block)]
        for double in sorted(_repeated(actions)):
            yield f"{at}/{index}", f"action_id already exists: {double}"


def _content(block: dict[str, Any], at: str) -> Iterator[Fault]:
    kind = block.get("type")
    if kind == "section" and "text" not in block and "fields" not in block:
        yield at, "missing required field: text"
    images = [(at, block)] if kind == "image" else []
    images += [(f"{at}/elements/{n}", each) for n, each in enumerate(_items(block.get("elements")))]
    if isinstance(block.get("accessory"), dict):
        images.append((f"{at}/accessory", block["accessory"]))
    for place, image in images:
        if image.get("type") == "image" and not ("image_url" in image or "slack_file" in image):
            yield place, "missing required field: image_url"


def _chosen_before(element: dict[str, Any], at: str) -> Iterator[Fault]:
    first = element.get("initial_options", [])
    initial = [*_items(first), *_items([element.get("initial_option")])]
    if "external" in str(element.get("type")):
        return
    options = options_of(element)
    for each in initial:
        if each not in options:
            yield at, "initial options must be exactly among the options"
    if isinstance(most := element.get("max_selected_items"), int) and len(initial) > most:
        yield at, "more initial options than max_selected_items"


def _select(element: dict[str, Any], at: str) -> Iterator[Fault]:
    if str(element.get("type")).endswith("static_select") and ("options" in element) == ("option_groups" in element):
        yield at, "must have either options or option_groups"
    if element.get("type") == "plain_text_input":
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if isinstance(least, int) and isinstance(most, int):
            value = element.get("initial_value", "")
            if least > most:
                yield at, "min_length must be at most max_length"
            if isinstance(value, str) and len(value) > most:
                yield f"{at}/initial_value", "must be at most max_length"
    yield from _chosen_before(element, at)


def _focus(blocks: tuple[dict[str, Any], ...], at: str) -> Iterator[Fault]:
    every = [element for block in blocks for _, element in elements_of(block)]
    if sum(element.get("focus_on_load") is True for element in every) > 1:
        yield at, "only one element can have focus_on_load"


def block_faults(blocks: Any, surface: Surface, at: str = "/blocks") -> list[Fault]:
    shape = array(by_type(_BLOCKS[surface]), _MOST_BLOCKS[surface], least=0)
    faults = list(shape(blocks, at))
    each = _items(blocks)
    faults += [*_ids(each, at), *_focus(each, at)]
    for index, block in enumerate(each):
        faults += _content(block, f"{at}/{index}")
        for place, element in elements_of(block):
            faults += _select(element, f"{at}/{index}{place}")
    return faults


def _frame(view: dict[str, Any]) -> Check:
    blocks: dict[str, Check] = {"blocks": lambda value, at: iter(block_faults(value, view["type"], at))}
    if view["type"] == "home":
        return fields(blocks, _KEPT)
    flags = dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), boolean)
    return fields({"title": text(24), **blocks}, {"submit": text(24), "close": text(24), **flags, **_KEPT})


def _submit(view: Any, at: str) -> Iterator[Fault]:
    inputs = any(block.get("type") == "input" for block in _items(view.get("blocks")))
    if view["type"] == "modal" and inputs and "submit" not in view:
        yield at, "a modal with input blocks must have submit"


def view_faults(view: Any, allowed: Surface, at: str = "/view") -> list[Fault]:
    """Everything Slack would refuse in a view; the size of the whole is asked for apart."""
    if not isinstance(view, dict) or view.get("type") != allowed:
        return [(at, f"must be a view of type {allowed}")]
    whole_view = by_type({allowed: _frame(view)})
    return [*whole_view(view, at), *_submit(view, at)]


def marks_in(value: Any) -> Iterator[str]:
    """Mentions, channels and links that a text would make, wherever Slack reads for them."""
    if isinstance(value, list):
        for item in value:
            yield from marks_in(item)
    elif isinstance(value, dict):
        words = value.get("text")
        if isinstance(words, str) and value.get("type") != "plain_text":
            yield from re.findall(r"<(?:[@#!]|https?:|mailto:)[^>]*>", words)
        yield from (mark for inner in value.values() for mark in marks_in(inner))


def too_large(view: Any) -> bool:
    return len(json.dumps(view).encode()) > VIEW_BYTES


def messages_of(faults: list[Fault]) -> list[str]:
    """As Slack writes them into response_metadata."""
    return [f"[ERROR] {words} [json-pointer:{at}]" for at, words in faults]
