"""Words in rows of a terminal. Law: every letter keeps its place, so that a cursor can be found again. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

#: Where a row of a text begins and ends; a break between lines lies between two rows.
Row = tuple[int, int]

_UNSEEN = ("Mn", "Me", "Cf")

#: https://www.unicode.org/reports/tr9/#Explicit_Directional_Formatting_Characters
_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def cells(text: str) -> int:
    """How many columns a text takes up."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.category(char) in _UNSEEN:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def rows(text: str, width: int) -> tuple[Row, ...]:
    """Words stay whole where they fit; the space at the end of a row may stand out over the edge."""
    found: list[Row] = []
    start = 0
    for line in text.split("\n"):
        found += _wrapped(text, start, start + len(line), max(width, 4))
        start += len(line) + 1
    return tuple(found)


def _wrapped(text: str, start: int, end: int, width: int) -> Iterator[Row]:
    at, used, gap = start, 0, start
    for index in range(start, end):
        char = text[index]
        size = cells(char)
        while char != " " and used + size > width:
            cut = gap if gap > at else index
            yield at, cut
            at, used = cut, cells(text[cut:index])
        used += size
        gap = index + 1 if char == " " else gap
    yield at, end


def lines(text: str, width: int) -> tuple[str, ...]:
    text = printable(text)
    return tuple(text[start:end].rstrip() for start, end in rows(text, width))


def printable(text: str) -> str:
    """The same text, letter for letter, with a space for what a terminal would take for an order."""
    if text.isprintable():
        return text
    return "".join(" " if _orders(char) else char for char in text)


def _orders(char: str) -> bool:
    """What moves the cursor or breaks the line, and what turns the direction of all that stands behind it."""
    turns = unicodedata.bidirectional(char) in _TURNS
    return char != "\n" and (turns or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"))


def fitting(text: str, width: int) -> str:
    """The beginning that fits."""
    while cells(text) > width:
        text = text[:-1]
    return text


def row_of(found: tuple[Row, ...], cursor: int) -> int:
    return max((number for number, (start, _) in enumerate(found) if start <= cursor), default=0)


def stepped(text: str, width: int, cursor: int, by: int) -> int | None:
    """Where the cursor comes to by going so many rows down; None beyond the first or the last."""
    found = rows(text, width)
    here = row_of(found, cursor)
    if not 0 <= here + by < len(found):
        return None
    start, end = found[here + by]
    last = here + by == len(found) - 1 or found[here + by + 1][0] > end
    return start + min(cursor - found[here][0], end - start if last else end - start - 1)
