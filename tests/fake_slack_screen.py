"""What a person can read of blocks and views, as plain lines; and where on them something can be tapped."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from fake_slack_rules import elements_of, options_of
from fake_slack_state import Json, Values
from fake_slack_views import field_of


class Target(NamedTuple):
    """Something that can be tapped: an element, and its option where it has several."""

    block_id: str
    element: Json
    option: Json | None
    label: str


def text_of(value: object) -> str:
    """Of a text object, or nothing. Entities are read in mrkdwn; whether in plain_text as well is [unverified]."""
    if not isinstance(value, dict) or "text" not in value:
        return ""
    return unescape(str(value["text"])) if value.get("type") == "mrkdwn" else str(value["text"])


def spoken(message: Json) -> str:
    """A message's plain text, as it is read."""
    return unescape(str(message.get("text", "")))


def targets(blocks: list[Json]) -> Iterator[Target]:
    for block in blocks:
        for _, element in elements_of(block):
            if element["type"] == "button":
                yield Target(block["block_id"], element, None, text_of(element["text"]))
            for option in options_of(element):
                yield Target(block["block_id"], element, option, text_of(option["text"]))


def find(blocks: list[Json], wanted: str) -> Target | None:
    """By label first, then by action id, then by value."""
    every = list(targets(blocks))
    by_label = [each for each in every if each.label == wanted]
    by_id = [each for each in every if each.element["action_id"] == wanted and each.option is None]
    by_value = [each for each in every if (each.option or each.element).get("value") == wanted]
    return next(iter([*by_label, *by_id, *by_value]), None)


def _shown(element: Json, value: Json | None) -> str:
    name = field_of(element["type"])
    standing = (value or {}).get(name)
    if element["type"] in ("checkboxes", "radio_buttons"):
        chosen = standing if isinstance(standing, list) else [standing] if standing else []
        marks = {each["value"] for each in chosen}
        return "\n".join(f"[{'x' if o['value'] in marks else ' '}] {text_of(o['text'])}" for o in options_of(element))
    if isinstance(standing, list):
        return f"<{', '.join(text_of(each['text']) if isinstance(each, dict) else str(each) for each in standing)}>"
    if isinstance(standing, dict):
        return f"<{text_of(standing['text'])}>"
    return f"<{standing or ''}>"


def _element_lines(block_id: str, element: Json, values: Values) -> Iterator[str]:
    if element["type"] == "button":
        yield f"({text_of(element['text'])})"
    elif element["type"] == "overflow":
        yield "(...: " + ", ".join(text_of(option["text"]) for option in options_of(element)) + ")"
    else:
        yield _shown(element, values.get((block_id, element["action_id"])))


def _block_lines(block: Json, values: Values) -> Iterator[str]:
    yield text_of(block.get("label")) or text_of(block.get("text")) or str(block.get("text") or "")
    yield from (text_of(each) for each in block.get("fields", []))
    if block["type"] == "context":
        yield from (text_of(each) or f"[{each.get('alt_text')}]" for each in block["elements"])
    for _, element in elements_of(block):
        yield from _element_lines(block["block_id"], element, values)
    yield text_of(block.get("hint"))


def lines(blocks: list[Json], values: Values, errors: dict[str, str]) -> Iterator[str]:
    for block in blocks:
        yield from (line for line in _block_lines(block, values) if line)
        if block["block_id"] in errors:
            yield f"! {errors[block['block_id']]}"


def screen(spec: Json, values: Values, errors: dict[str, str] | None = None) -> str:
    """A modal, a home or a message as somebody reads it. Title first, the modal's own buttons last."""
    title = [f"# {text_of(spec['title'])}"] if "title" in spec else []
    ends = [f"({text_of(spec[name])})" for name in ("close", "submit") if spec.get(name)]
    drawn = list(lines(spec.get("blocks", []), values, errors or {}))
    plain = [] if spec.get("blocks") else [text for text in [spoken(spec)] if text]
    return "\n".join([*title, *plain, *drawn, *ends])
