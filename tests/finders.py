"""A finder that knows exactly the words it is given, for tests of what becomes of what is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.deidentify import Known, Span


@dataclass(frozen=True)
class Finds:
    """`certain` names are taken out, about `doubtful` words it asks; a text with a word of `strange` is foreign."""

    certain: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()

    def find(self, text: str, known: tuple[Known, ...] = ()) -> tuple[Span, ...]:
        return tuple(sorted(self._spans(text), key=lambda span: span.start))

    def _spans(self, text: str) -> Iterator[Span]:
        for word in self.certain:
            for found in re.finditer(rf"\b{re.escape(word)}\b", text):
                yield Span(found.start(), found.end(), "NAME", "auto")
        for word in self.doubtful:
            for found in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE):
                yield Span(found.start(), found.end(), "NAME", "ask")

    def foreign(self, text: str) -> bool:
        return any(word in text for word in self.strange)


class Fails(Finds):
    """What happens when the detector itself fails."""

    def find(self, text: str, known: tuple[Known, ...] = ()) -> tuple[Span, ...]:
        raise RuntimeError(text)
