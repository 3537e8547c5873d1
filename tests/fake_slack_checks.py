"""How the fake Slack checks JSON: small checks put together, each giving (JSON pointer, words in Slack's manner)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Fault = tuple[str, str]
Check = Callable[[Any, str], Iterator[Fault]]


def string(most: int, least: int = 1) -> Check:
    """Counted in code points; how Slack counts emoji is [unverified]."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield at, "must provide a string"
        elif len(value) > most:
            yield at, f"must be less than {most + 1} characters"
        elif len(value) < least:
            yield at, f"must be more than {least - 1} characters"

    return check


def boolean(value: Any, at: str) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield at, "must be a boolean"


def whole(least: int, most: int) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield at, f"must be a whole number from {least} to {most}"

    return check


def one_of(*values: str) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if value not in values:
            yield at, f"must be one of: {', '.join(values)}"

    return check


def like(test: Callable[[str], object], what: str) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not test(value):
            yield at, f"must be {what}"

    return check


def array(of: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield at, "must be an array"
            return
        if len(value) > most:
            yield at, f"no more than {most} items allowed"
        if len(value) < least:
            yield at, f"no less than {least} items allowed"
        for index, item in enumerate(value):
            yield from of(item, f"{at}/{index}")

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An object with these fields and no others. `by_type` takes the type away, having looked at it."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield at, "must be an object"
            return
        yield from ((at, f"missing required field: {name}") for name in required if name not in value)
        for name, inner in value.items():
            known = required.get(name) or optional.get(name)
            if known is not None:
                yield from known(inner, f"{at}/{name}")
            else:
                yield at, f"invalid additional property: {name}"

    return check


def by_type(table: Mapping[str, Check]) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        kind = value.get("type") if isinstance(value, dict) else None
        if isinstance(kind, str) and kind in table:
            yield from table[kind]({name: inner for name, inner in value.items() if name != "type"}, at)
        else:
            yield at, f"unsupported type: {kind}"

    return check


def text_table(most: int) -> dict[str, Check]:
    """`emoji` belongs to plain_text alone and `verbatim` to mrkdwn alone."""
    return {
        "plain_text": fields({"text": string(most)}, {"emoji": boolean}),
        "mrkdwn": fields({"text": string(most)}, {"verbatim": boolean}),
    }


def text(most: int, *kinds: str) -> Check:
    """A text object: plain_text where no kinds are named."""
    return by_type({kind: text_table(most)[kind] for kind in kinds or ("plain_text",)})
