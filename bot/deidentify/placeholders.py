"""What stands in a redacted text where something was hidden: typed words, the same number for the same name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import regex

from bot.deidentify.coarser import band, nearness
from bot.deidentify.known import plain
from bot.deidentify.spans import Label, Span

#: Every form that `redact` writes, and no other; what matches is never looked into again.
PLACEHOLDER = (
    r"\[(?:NAME-[0-9]{1,6}|PLACE|ORG|PHONE|EMAIL|LINK|ID|USERNAME|DATE|this\ week|earlier|later"
    r"|AGE(?::\ (?:0-5\ months|6-11\ months|1\ year|2\ years|3-5\ years|child|adult|gestation))?)\]"
)
#: Numbers beyond these are nobody's: the next one still has to fit into `PLACEHOLDER`.
_NUMBERED = regex.compile(r"\[NAME-([0-9]{1,5})\]")
_WORDS: dict[Label, str] = {
    "ADDRESS": "[PLACE]",
    "CITY": "[PLACE]",
    "ORG": "[ORG]",
    "ID": "[ID]",
    "URL": "[LINK]",
    "EMAIL": "[EMAIL]",
    "PHONE": "[PHONE]",
    "USERNAME": "[USERNAME]",
}


def redact(text: str, spans: Iterable[Span], today: date | None = None) -> str:
    """`text` with exactly these spans replaced. With `today`, a date becomes "this week", "earlier" or "later",
    and "earlier" where nobody can tell; without it, `[DATE]`. Numbers go on after those that stand in the text."""
    parts: list[str] = []
    numbers: dict[str, int] = {}
    last = max((int(found[1]) for found in _NUMBERED.finditer(text)), default=0)
    at = 0
    for span in sorted(spans, key=lambda span: span.start):
        if span.start < at:
            continue
        words = text[span.start : span.end]
        if span.label == "NAME":
            number = numbers.setdefault(name_key(words), last + len(numbers) + 1)
            instead = f"[NAME-{number}]"
        else:
            beside = text[max(0, span.start - 24) : span.start], text[span.end : span.end + 24]
            instead = _instead(span, words, *beside, today)
        parts += [text[at : span.start], instead]
        at = span.end
    return "".join([*parts, text[at:]])


def _instead(span: Span, words: str, before: str, after: str, today: date | None) -> str:
    if span.label == "AGE":
        return band(words, before, after)
    if span.label == "DATE":
        return "[DATE]" if today is None else nearness(words, today)
    return _WORDS[span.label]


def name_key(words: str) -> str:
    """What makes two names the same: letters and figures, case-folded, without a possessive s or marks around."""
    return plain(words)
