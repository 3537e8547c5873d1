"""How well cues suggest what a person would have coded: right, wrong and missed, by family."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prompts.cues import FROM_TAPS

FOLDER = Path(__file__).parent / "cues"
ALL = "all"


@dataclass(frozen=True)
class Line:
    """A reflection and the codes that its coder gave it, without those that come from taps alone."""

    id: str
    text: str
    codes: frozenset[str]


@dataclass
class Score:
    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def lines(file: Path) -> Iterator[Line]:
    for written in file.read_text(encoding="utf-8").splitlines():
        one = json.loads(written)
        yield Line(one["id"], one["text"], frozenset(one["codes"]) - FROM_TAPS)


def score(suggested: Callable[[str], Iterable[str]], material: Iterable[Line]) -> dict[str, Score]:
    """By the first letter of a code, and of all together."""
    scores: dict[str, Score] = defaultdict(Score)
    for line in material:
        found = frozenset(suggested(line.text))
        for code in found | line.codes:
            for one in (scores[code[0]], scores[ALL]):
                one.right += code in found & line.codes
                one.wrong += code in found - line.codes
                one.missed += code in line.codes - found
    return dict(scores)
