"""Finding what identifies somebody, against Presidio's patterns alone: time, load, memory, and what each finds.

Presidio runs as it does without a model: its pattern recognizers, tokens from a blank pipeline, no network.

Example: python benchmarks/deidentify.py --quick
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
LINES = ROOT / "tests" / "deidentify" / "dev.jsonl"
ROUNDS, QUICK = 15, 5
WORDS = 60
AIM_MILLISECONDS, AIM_LOAD, AIM_MEGABYTES = 3.0, 0.5, 60.0
#: What Presidio calls what we have a label for; anything else that it finds counts for it as well.
LABELS = {"PERSON": "NAME", "LOCATION": "CITY", "PHONE_NUMBER": "PHONE", "EMAIL_ADDRESS": "EMAIL", "DATE_TIME": "DATE"}

Find = Callable[[str], Any]

#: One process for each way, so that what it loads and holds is its own.
MEASURED = """
import json, re, sys, time
sys.path[:0] = {paths!r}
def held():
    return int(re.search(r"VmRSS:\\s+([0-9]+)", open("/proc/self/status").read())[1]) / 1024
import benchmarks.deidentify as here
before, began = held(), time.process_time()
find = here.{way}()
took = time.process_time() - began
find("Maria is 3.")
print(json.dumps([took, held() - before]))
"""


def ours() -> Find:
    from bot.deidentify.detector import Detector

    return Detector.load().find


def presidio() -> Find:
    """Its recognizers that need no model. Nothing is fetched: the list of domains is the one in the package."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers.generic import email_recognizer

    class Blank(SpacyNlpEngine):  # type: ignore[misc]
        """Tokens, and no entities."""

        def __init__(self) -> None:
            import spacy

            super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
            self.nlp = {"en": spacy.blank("en")}

        def load(self) -> None:
            pass

    email_recognizer.tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    analyzer = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])

    def find(text: str) -> Any:
        from bot.deidentify import Span

        found = analyzer.analyze(text, language="en", score_threshold=0.4)
        return sorted(
            (Span(one.start, one.end, LABELS.get(one.entity_type, "ID"), "auto") for one in found),  # type: ignore[arg-type]
            key=lambda span: span.start,
        )

    return find


def ways() -> dict[str, Callable[[], Find]]:
    if find_spec("presidio_analyzer") is None:
        print("presidio-analyzer is not installed (pip install -e '.[bench]'): ours alone")
        return {"ours": ours}
    return {"ours": ours, "presidio": presidio}


def loaded(way: str) -> tuple[float, float]:
    """CPU seconds until it can find, and the megabytes that it holds then, in a process of its own."""
    code = MEASURED.format(paths=[str(ROOT), str(ROOT / "tests")], way=way)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    took, held = json.loads(done.stdout.splitlines()[-1])
    return took, held


def milliseconds(find: Find, texts: list[str]) -> float:
    """CPU for sixty words, over all the texts."""
    words = sum(len(text.split()) for text in texts)
    began = time.process_time()
    for text in texts:
        find(text)
    return (time.process_time() - began) / words * WORDS * 1000


def main() -> None:
    from deid_scoring import lines, score

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("files", nargs="*", type=Path, default=[LINES], help="marked lines (JSON lines)")
    chosen = parser.parse_args()
    rounds = QUICK if chosen.quick else ROUNDS
    finds = {name: way() for name, way in ways().items()}
    material = [line for file in chosen.files for line in lines(file)]
    texts = [line.text for line in material]
    times: dict[str, list[float]] = {name: [] for name in finds}
    for number in range(rounds + 1):
        for name, find in finds.items():
            took = milliseconds(find, texts)
            if number:
                times[name].append(took)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        loads = [loaded(name) for _ in range(3)]
        load, held = (statistics.median(values) for values in zip(*loads, strict=True))
        found = score(material, finds[name])
        print(f"\n{name}")
        print(f"  {median:8.2f} ms CPU for {WORDS} words   aim {AIM_MILLISECONDS:.0f}")
        print(f"  {medians['ours'] / median:8.2f} ours to it")
        print(f"  {load:8.2f} s CPU until it can find   aim {AIM_LOAD}")
        print(f"  {held:8.1f} MB held                   aim {AIM_MEGABYTES:.0f}")
        print(f"  recall {found.recall():.3f}, names {found.recall('NAME'):.3f}; precision {found.precision:.3f}; "
              f"clean lines hit {found.hit}/{found.clean}; {found.burden():.2f} questions")  # fmt: skip


if __name__ == "__main__":
    main()
