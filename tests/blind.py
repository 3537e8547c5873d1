"""Scripts by somebody who had not seen the linter: what was planted in them, and what it finds there.

`planted.json` of each set names each fault by its kind, step and language; a kind is found where one of its rules is
reported for that step, or for the head or another step of the same script where the fault lies in no step alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prompts.lint import lint_paths
from prompts.source import Fault

HERE = Path(__file__).parent / "review" / "blind"
SETS = tuple(sorted(HERE.iterdir()))
#: The rules that stand for what a reviewer would call each kind.
KINDS: Mapping[str, tuple[str, ...]] = {
    "two-questions": ("two-questions", "double-barrelled"),
    "double-barrelled": ("double-barrelled", "two-questions"),
    "too-long": ("long-question",),
    "why": ("asks-why",),
    "advice": ("advice",),
    "praise": ("praise",),
    "leading": ("leading",),
    "interpretation": ("interpretation",),
    "long-reply": ("long-reply",),
    "hard-language": ("hard-to-read", "clinical-words"),
    "no-not-sure": ("missing-not-sure",),
    "must-answer": ("must-answer",),
    "promise-to-share": ("share-without-preview",),
    "no-gate": ("missing-gate",),
    "not-sensitive": ("missing-sensitive", "betrayed-answer"),
    "over-budget": ("over-budget",),
    "gendered": ("gendered",),
    "translation": ("missing-translation", "untranslated", "stale-translation", "orphan-translation"),
    "identifying": ("asks-identity",),
}
#: Kinds that are a whole script's.
OF_SCRIPT = frozenset({"no-gate", "over-budget", "translation"})


@dataclass(frozen=True)
class Planted:
    script: str
    kind: str
    step: str
    where: str
    also: tuple[str, ...]
    found: bool


@dataclass(frozen=True)
class Blind:
    """`planted` with whether each was found; `beside`: findings that answer to none; `loud`: those on good scripts."""

    planted: tuple[Planted, ...]
    beside: tuple[tuple[str, Fault], ...]
    loud: tuple[tuple[str, Fault], ...]


def measured(folder: Path) -> Blind:
    plan: dict[str, Any] = json.loads((folder / "planted.json").read_text(encoding="utf-8"))
    planted: list[Planted] = []
    beside: list[tuple[str, Fault]] = []
    for name, faults in plan["faulty"].items():
        told = lint_paths([path_of(folder / "faulty", name)])
        answered: set[Fault] = set()
        for one in faults:
            there = {fault for fault in told if _answers(fault, one)}
            answered |= there
            also = tuple(one.get("also", ()))
            planted.append(Planted(name, one["kind"], one["step"], one["where"], also, bool(there)))
        beside += [(name, fault) for fault in told if fault not in answered]
    good = [(name, fault) for name in plan["good"] for fault in lint_paths([path_of(folder / "good", name)])]
    return Blind(tuple(planted), tuple(beside), tuple(good))


def path_of(folder: Path, name: str) -> Path:
    return folder / name if (folder / name).is_dir() else folder / f"{name}.toml"


def _answers(fault: Fault, planted: Mapping[str, Any]) -> bool:
    rules = {rule for kind in (planted["kind"], *planted.get("also", ())) for rule in KINDS.get(kind, ())}
    same_place = planted["kind"] in OF_SCRIPT or planted["step"] in ("head", "") or fault.step == planted["step"]
    same_language = planted["kind"] in OF_SCRIPT or (planted["where"] == "es") == fault.file.endswith(".po")
    return fault.rule in rules and same_place and (same_language or planted["where"] not in ("en", "es"))


def told(folder: Path) -> None:
    blind = measured(folder)
    for kind in KINDS:
        of_kind = [one for one in blind.planted if one.kind == kind]
        print(f"  {kind:18} {sum(one.found for one in of_kind)} of {len(of_kind)}")
    print(f"found {sum(one.found for one in blind.planted)} of {len(blind.planted)} planted faults")
    warned = [fault for _, fault in blind.loud if fault.severity != "hint"]
    print(f"on good scripts: {len(warned)} errors and warnings, {len(blind.loud) - len(warned)} hints")
    print(f"other findings on faulty scripts: {len(blind.beside)}")


if __name__ == "__main__":
    for folder in SETS:
        print(folder.name)
        told(folder)
