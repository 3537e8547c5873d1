"""How words are laid out in lines that stay where they were printed. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.conversation import Exchange


@dataclass(frozen=True, slots=True)
class Paper:
    """How words are laid out in lines. Pure."""

    width: int
    bold: bool = False

    def lines(self, text: str, first: str = "", then: str | None = None) -> Iterator[str]:
        """Wrapped, line breaks kept; `first` stands before the first line, `then` before the others."""
        then = first if then is None else then
        for number, part in enumerate(text.split("\n")):
            start = then if number else first
            wrapped = textwrap.wrap(
                part, max(self.width, 24), initial_indent=start, subsequent_indent=then, break_on_hyphens=False
            )
            yield from wrapped or [start.rstrip()]

    def all(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            yield from self.lines(text)

    def strong(self, text: str) -> Iterator[str]:
        for line in self.lines(text):
            yield f"\033[1m{line}\033[0m" if self.bold and line and "\n" not in text else line

    def numbered(self, labels: Iterable[str]) -> Iterator[str]:
        for number, label in enumerate(labels, start=1):
            yield from self.lines(label, f" {number:>2}  ", "     ")

    def talk(self, exchanges: Iterable[Exchange]) -> Iterator[str]:
        for one in exchanges:
            yield from self.lines(one.asked)
            yield from self.lines(one.answered, "  ")
            yield from self.all(filter(None, (one.reply,)))
            yield ""
