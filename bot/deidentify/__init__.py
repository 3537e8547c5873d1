"""De-identification: finds what may identify somebody in a text and puts typed placeholders there. No network.

The detector itself is in `detector`: importing it is slow, and most of the program never looks for names.
"""

from bot.deidentify.known import Known, known_hash
from bot.deidentify.placeholders import redact
from bot.deidentify.spans import Label, Span, Tier

__all__ = ["Known", "Label", "Span", "Tier", "known_hash", "redact"]
