"""What a platform would refuse of a payload, told before it is sent: shapes that are put together. Law: what is not
known in a shape is a fault, and no fault quotes what stands there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: Where (a JSON pointer, RFC 6901) and what.
Fault = tuple[str, str]
Check = Callable[[Any, str], Iterator[Fault]]


def length(text: str) -> int:
    """In UTF-16 units, which is how clients count; never less than the number of characters."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def words(most: int, pattern: str = r"(?s).*\S.*") -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield at, "is not the text that belongs here, or an empty one"
        elif length(value) > most:
            yield at, f"has {length(value)} characters; {most} are allowed"

    return check


def flag(value: Any, at: str) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield at, "is neither true nor false"


def number(most: int) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            yield at, f"is no number from 1 to {most}"

    return check


def one_of(*values: object) -> Check:
    def check(value: Any, at: str) -> Iterator[Fault]:
        if value not in values:
            yield at, f"is none of {', '.join(map(str, values))}"

    return check


def many(check: Check, most: int, least: int = 1) -> Check:
    def each(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            yield at, f"is no list of {least} to {most}"
            return
        for index, item in enumerate(value):
            yield from check(item, f"{at}/{index}")

    return each


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield at, "is no object"
            return
        yield from ((f"{at}/{name}", "is missing") for name in required if name not in value)
        for name, part in value.items():
            if name in known:
                yield from known[name](part, f"{at}/{name}")
            else:
                yield f"{at}/{name}", "is not known"

    return check


def kinds(shapes: Mapping[str, Check]) -> Check:
    """Told by its `type`."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in shapes:
            yield at, f"is none of {', '.join(shapes)}"
        else:
            yield from shapes[kind](value, at)

    return check


def also(*checks: Check) -> Check:
    """The later ones look only at what has the right shape."""

    def check(value: Any, at: str) -> Iterator[Fault]:
        for one in checks:
            found = list(one(value, at))
            yield from found
            if found:
                return

    return check


def any_type(value: Any, at: str) -> Iterator[Fault]:
    """Already looked at."""
    yield from ()
