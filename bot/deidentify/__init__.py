"""De-identification: finds what may identify somebody in a text and puts typed placeholders in its place. No"
" network."""

from bot.deidentify.known import Known, known_hash
from bot.deidentify.placeholders import redact
from bot.deidentify.spans import Label, Span, Tier

__all__ = ["Known", "Label", "Span", "Tier", "known_hash", "redact"]
