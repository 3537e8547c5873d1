"""What Slack takes of what we draw. Law: nothing is sent that breaks a limit; every limit is a constant with a test.

https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

from typing import Final

from bot.shapes import length as length  # Slack's clients count so too

MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
VIEW_BYTES: Final = 250_000
VIEW_TITLE: Final = 24  # also of submit and close
METADATA: Final = 3000
ID: Final = 255  # of a block, an action and a callback

SECTION: Final = 3000
HEADER: Final = 150
CONTEXT: Final = 2000  # of one element
CONTEXT_ELEMENTS: Final = 10
ACTIONS: Final = 25
LABEL: Final = 2000  # of an input; also its hint

BUTTON: Final = 75  # also what a screen reader says for it
VALUE: Final = 2000
OPTION: Final = 75
OPTION_VALUE: Final = 150
PLACEHOLDER: Final = 150
SELECT: Final = 100
BOXES_TO_TICK: Final = 10  # also radio buttons
OVERFLOW: Final = 5
BOX: Final = 3000  # what one box for text holds

CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30

#: Of a message's top-level text. Slack takes more and cuts it; ours is one line.
NOTICE: Final = 4000


def fitting(text: str, limit: int) -> str:
    """The longest beginning of that length."""
    if length(text) <= limit:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * limit].decode("utf-16-le", "ignore")
