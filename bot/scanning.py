"""What tells who it is about, taken out of a text. Law: pure; the engine asks for a look, and the shell looks.

What is found for sure is replaced before anything is sealed, and the original is kept nowhere (DESIGN 7).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from bot.case import Case
from bot.checkins import local_day
from bot.deidentify import Known, Span, redact
from bot.events import Found, Mark
from bot.ports import Finder


class NotScanned(Exception):
    """Nobody has looked through this text yet. It never leaves the engine."""

    def __init__(self, text: str) -> None:
        super().__init__("not scanned")
        self.text = text


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def scan(finder: Finder, text: str, known: tuple[Known, ...]) -> Found:
    """The shell's half: everything that is found in a text."""
    marks = tuple(
        Mark(start=span.start, end=span.end, label=span.label, tier=span.tier) for span in finder.find(text, known)
    )
    return Found(text_hash=text_hash(text), marks=marks, foreign=finder.foreign(text))


def found(case: Case, text: str) -> Found:
    """What was found in a text. Raises NotScanned where that is still to be looked for."""
    wanted = text_hash(text)
    for one in case.scans:
        if one.text_hash == wanted:
            return one
    raise NotScanned(text)


def taken_out(case: Case, text: str) -> str:
    """The text as it may be sealed. Where nobody could look it is kept as it is: only sharing has to wait."""
    if not text or not case.facts.program.deidentify:
        return text
    return replaced(case, text, (mark for mark in found(case, text).marks if mark.tier == "auto"))


def replaced(case: Case, text: str, marks: Iterable[Mark]) -> str:
    spans = (Span(mark.start, mark.end, mark.label, mark.tier) for mark in marks)
    return redact(text, spans, today=local_day(case, case.at))


#: What a placeholder begins with, whatever it stands for.
_PLACEHOLDER = re.compile(r"\[[A-Z]{2,}[^\[\]\n]{0,20}\]")


def has_placeholder(text: str) -> bool:
    return bool(_PLACEHOLDER.search(text))
