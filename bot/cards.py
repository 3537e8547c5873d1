"""Lines said before a question, and the card among them. Law: a card is told by its title, which ends as no sentence
does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

#: What a sentence ends with, whatever stands around it.
_ENDS = (".", "?", "!", "…", "”", ":", ")")

#: A title is short.
LONGEST_TITLE = 60

#: Telephone numbers as our lines write them, the short ones for emergencies too; no part of a longer number or word.
#: A surface makes links of them, so that a phone calls with one tap.
NUMBER: Final = re.compile(r"(?<![\w-])(?:1-)?\d{3}-\d{3}-\d{4}(?![\w-])|(?<![\w-])(?:911|988)(?![\w-])")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines said before a question. With a title it is a card, to be read in peace."""

    lines: tuple[str, ...]
    title: str = ""


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Plain lines, then a card, then perhaps another with the line that says why."""
    starts = [at for at, line in enumerate(lines[:-1]) if is_title(line)]
    first = starts[0] if starts else len(lines)
    if lines[:first]:
        yield Block(tuple(lines[:first]))
    for start, end in zip(starts, (*starts[1:], len(lines)), strict=False):
        yield Block(tuple(lines[start + 1 : end]), lines[start])


def is_title(line: str) -> bool:
    return len(line) <= LONGEST_TITLE and not line.rstrip().endswith(_ENDS)
