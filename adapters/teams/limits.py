"""What Teams takes of what we draw. Law: nothing is sent that breaks a limit; every limit is a constant with a test.

https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference and
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
"""

from __future__ import annotations

import json
from typing import Any, Final

from bot.shapes import length

#: Bytes of a whole activity, every letter counted as UTF-16 does.
ACTIVITY: Final = 100 * 1024
#: Bytes of one card, counted so: what stands around it in an activity or in a dialog's answer is small.
CARD: Final = 92 * 1024
#: Bytes of what is kept (a talk so far, reflections) in one card; the rest of it is small.
KEPT: Final = 60 * 1024
#: Bytes of the sections of a page with nothing kept; what stands over and under them is small.
SECTIONS: Final = 76 * 1024
#: Buttons in one row; further ones are put into a menu by some clients, and left out by others.
ROW: Final = 6
#: Of a label that is tapped; what is longer is no label.
TITLE: Final = 75
#: Pixels that a phone has for a row of buttons, and that a button takes beside its letters and by each of them.
PHONE: Final = 312
AROUND: Final = 34
LETTER: Final = 8
#: Letters of a button's title that a phone shows; a longer one is cut, without a sign that it is.
SHOWN: Final = 28
#: Of the bar over a dialog.
BAR: Final = 64


def width(title: str) -> int:
    """Pixels that a button takes in a row, about."""
    return AROUND + LETTER * len(title)


def weight(drawn: Any) -> int:
    """Bytes on the wire as Teams counts them."""
    return 2 * length(json.dumps(drawn, ensure_ascii=False, separators=(",", ":")))
