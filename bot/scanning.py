"""What identifies people is taken out of their words before these are sealed. Pure."""

from __future__ import annotations

from bot.case import Case
from bot.effects import Need


def taken_out(case: Case, text: str) -> str | Need:
    """The text as it may be kept; Need where somebody has to look through it first."""
    return text
