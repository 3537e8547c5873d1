"""How well spans were found: recall by label, set, language, case; precision; clean lines hit; questions asked."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.deidentify import Span

Find = Callable[[str], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Line:
    """A text and what in it identifies somebody; `traits` are the subsets it is counted in."""

    id: str
    text: str
    gold: tuple[tuple[int, int, str], ...]
    traits: tuple[str, ...]


@dataclass
class Score:
    """Counted over lines. A gold span is found when all its letters and digits are covered by spans."""

    marked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    auto: int = 0
    right: int = 0
    clean: int = 0
    hit: int = 0
    words: Counter[str] = field(default_factory=Counter)
    questions: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    false: list[tuple[str, str, str]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def recall(self, what: str = "all") -> float:
        return self.found[what] / self.marked[what] if self.marked[what] else 1.0

    @property
    def precision(self) -> float:
        """Of the spans hidden without asking, those that overlap a gold span."""
        return self.right / self.auto if self.auto else 1.0

    @property
    def clean_hit(self) -> float:
        return self.hit / self.clean if self.clean else 0.0

    def burden(self, what: str = "all") -> float:
        """Questions in 60 words; the same words in a text are one question."""
        return 60 * self.questions[what] / self.words[what] if self.words[what] else 0.0

    def table(self) -> Iterator[str]:
        for what in sorted(self.marked, key=lambda what: (what != "all", what)):
            found, marked = self.found[what], self.marked[what]
            yield (
                f"{what:24} recall {self.recall(what):.3f} ({found}/{marked})  hidden"
                f" {self.found[f'{what}/auto'] / marked:.3f}"
            )
        yield (
            f"precision of what is hidden {self.precision:.3f} ({self.right}/{self.auto}); clean lines hit"
            f" {self.hit}/{self.clean}"
        )
        yield "questions in 60 words: " + ", ".join(f"{what} {self.burden(what):.2f}" for what in sorted(self.words))


def lines(path: Path) -> list[Line]:
    return [_line(json.loads(row)) for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]


def _line(row: dict[str, Any]) -> Line:
    gold = tuple((span["start"], span["end"], span["label"]) for span in row["spans"])
    traits = [
        f"{key}:{row[key]}" for key in ("lang", "style", "set", "origin", "name_origin", "case", "kind") if row.get(key)
    ]
    if row["text"] == row["text"].lower():
        traits.append("lower case")
    if row.get("dictated"):
        traits.append("dictated")
    return Line(row["id"], row["text"], gold, tuple(traits))


def covered(text: str, start: int, end: int, spans: Iterable[Span]) -> bool:
    hidden = {at for span in spans for at in range(max(start, span.start), min(end, span.end))}
    return all(at in hidden for at in range(start, end) if text[at].isalnum())


def score(material: Iterable[Line], find: Find) -> Score:
    total = Score()
    for line in material:
        spans = find(line.text)
        _count_found(total, line, spans)
        _count_hidden(total, line, [span for span in spans if span.tier == "auto"])
        _count_asked(total, line, [span for span in spans if span.tier == "ask"])
    return total


def _count_found(total: Score, line: Line, spans: Sequence[Span]) -> None:
    auto = [span for span in spans if span.tier == "auto"]
    for start, end, label in line.gold:
        counted = ("all", label, *line.traits)
        total.marked.update(counted)
        if covered(line.text, start, end, spans):
            total.found.update(counted)
        else:
            total.missed.append(
                (
                    line.id,
                    label,
                    line.text[max(0, start - 30) : start]
                    + "⟦"
                    + line.text[start:end]
                    + "⟧"
                    + line.text[end : end + 30],
                )
            )
        if covered(line.text, start, end, auto):
            total.found.update(f"{what}/auto" for what in counted)


def _count_hidden(total: Score, line: Line, auto: Sequence[Span]) -> None:
    total.auto += len(auto)
    for span in auto:
        if any(start < span.end and span.start < end for start, end, _ in line.gold):
            total.right += 1
        else:
            total.false.append(
                (
                    line.id,
                    span.label,
                    line.text[max(0, span.start - 30) : span.start]
                    + "⟦"
                    + line.text[span.start : span.end]
                    + "⟧"
                    + line.text[span.end : span.end + 30],
                )
            )
    if not line.gold:
        total.clean += 1
        total.hit += bool(auto)


def _count_asked(total: Score, line: Line, asked: Sequence[Span]) -> None:
    once: dict[str, Span] = defaultdict()
    for span in asked:
        once.setdefault(line.text[span.start : span.end].casefold(), span)
    for what in ("all", *line.traits):
        total.words[what] += len(line.text.split())
        total.questions[what] += len(once)
    for span in once.values():
        right = any(start < span.end and span.start < end for start, end, _ in line.gold)
        total.asked.append(
            (
                line.id,
                "+" if right else "-",
                line.text[max(0, span.start - 30) : span.start]
                + "⟦"
                + line.text[span.start : span.end]
                + "⟧"
                + line.text[span.end : span.end + 30],
            )
        )
