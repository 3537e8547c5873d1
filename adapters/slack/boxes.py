"""Own words in boxes of Slack's size. Law: everything that a draft holds stands in some box, and comes back whole.

A box holds 3000 characters, and a draft can hold more: words typed elsewhere wait in it. What is sent or handed over
replaces the whole draft, so a box that showed only a part would lose the rest. A long draft gets several boxes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from adapters.slack import limits
from adapters.slack.blocks import pieces
from bot.typed import LIMIT_BYTES, size

#: The part of a block id that a box has.
WRITE: Final = "write"
#: The end of that part where the box goes on with the very sign after the last one of the box before it.
DIRECTLY: Final = "+"


def boxes(draft: str) -> tuple[tuple[str, str], ...] | None:
    """The part of the block id and the words for each box; None where there is more than can be taken at once.

    The names tell how many boxes there are: Slack keeps what was typed into a box of the same name, and words must not
    stand in one box while another one shows them again.
    """
    if size(draft) > LIMIT_BYTES:
        return None
    parts = pieces(draft, limits.BOX) or ("",)
    if len(parts) == 1:
        return ((WRITE, draft),)
    before = (" ", *parts)
    return tuple(
        (f"{WRITE}-{number:02}-of-{len(parts):02}{_seam(last, part)}", part)
        for number, (last, part) in enumerate(zip(before, parts, strict=False), start=1)
    )


def _seam(last: str, part: str) -> str:
    """A script without spaces, a long address: nothing is to be put between."""
    return "" if last[-1].isspace() or part[0].isspace() else DIRECTLY


def together(found: Iterable[tuple[str, str]]) -> str:
    """The words of all boxes, by their block ids. Where one ended with a space that is gone since, its last word gets
    one again."""
    text = ""
    for block, words in sorted(found):
        close = block.endswith(DIRECTLY) or not text or not words
        text += words if close or text[-1].isspace() or words[0].isspace() else f" {words}"
    return text
