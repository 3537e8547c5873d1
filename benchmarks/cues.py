"""What cue words suggest against what a coder gave: precision and recall by family, and the time it takes.

The sample reflections are what the cues were tuned on; nothing was tuned on our own lines.

Example: python benchmarks/cues.py
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prompts.codebook import read_codebook
from prompts.cues import suggest
from prompts.library import HOME

if TYPE_CHECKING:
    from cue_scoring import Line, Score

TESTS = Path(__file__).parent.parent / "tests"
MATERIAL = [TESTS / "cues" / "sample_reflections.jsonl", TESTS / "cues" / "own.jsonl"]
FAMILIES = ("P", "S", "V", "A", "L", "W", "N", "G", "all")
WORDS = 60
ROUNDS, QUICK = 50, 5


def table(scores: Mapping[str, Score]) -> None:
    """A line a family; of L only what words may suggest."""
    print("  family  precision  recall  right  wrong  missed")
    for family, one in ((name, scores[name]) for name in FAMILIES if name in scores):
        print(f"  {family:6}  {one.precision:9.2f}  {one.recall:6.2f}  {one.right:5}  {one.wrong:5}  {one.missed:6}")


def milliseconds(suggested: Callable[[str], tuple[str, ...]], material: Sequence[Line], rounds: int) -> float:
    """CPU for sixty words."""
    words = sum(len(line.text.split()) for line in material)
    took = []
    for _ in range(rounds):
        began = time.process_time()
        for line in material:
            suggested(line.text)
        took.append((time.process_time() - began) / words * WORDS * 1000)
    return statistics.median(took)


def main() -> None:
    sys.path.insert(0, str(TESTS))
    from cue_scoring import lines, score

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("files", nargs="*", type=Path, help="reflections with their codes (JSON lines)")
    chosen = parser.parse_args()
    book = read_codebook(HOME / "codebook.toml")

    def suggested(text: str) -> tuple[str, ...]:
        return suggest(book, text)

    for file in chosen.files or MATERIAL:
        material = list(lines(file))
        print(f"{file.name}: {len(material)} reflections")
        table(score(suggested, material))
        print(f"  {milliseconds(suggested, material, QUICK if chosen.quick else ROUNDS):.2f} ms for {WORDS} words\n")


if __name__ == "__main__":
    main()
