"""Diagnoses, reflexes and scores: many carry a person's name, and none of them names anybody who was met."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import regex

from bot.deidentify.doubt import Doubt
from bot.deidentify.spans import Span
from bot.deidentify.vocabulary import entries


@cache
def _pattern() -> regex.Pattern[str]:
    words, eponyms, heads, spanish = (
        entries("clinical.txt")[name] for name in ("words", "eponyms", "heads", "heads-es")
    )
    name = rf"(?:{eponyms})(?:'?s)?(?:[ -](?:{eponyms})(?:'?s)?)?"
    return regex.compile(
        rf"\b(?:{words})\b|\b{name}[ -](?:{heads})\b|\b(?:{spanish})(?: de| del)? {name}(?![\p{{L}}\p{{N}}])"
    )


Places = Sequence[tuple[int, int]]


def clinical(low: str) -> Places:
    """Where they stand in a text in small letters."""
    return [found.span() for found in _pattern().finditer(low)]


def spares(places: Places, span: Span | Doubt) -> bool:
    """Whether all of a span is of such words."""
    return any(start <= span.start and span.end <= end for start, end in places)
