"""Our own lists of names, by where they come from."""

from __future__ import annotations

from pathlib import Path

from bot.deidentify.vocabulary import folded

BESIDE = Path(__file__).parent


def plain_words(path: Path) -> set[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {folded(word) for line in lines if not line.startswith("#") for word in line.split()}


def by_origin() -> dict[str, dict[str, list[str]]]:
    """Origin, then `given` or `family`, then names as people write them, without repetition."""
    origins: dict[str, dict[str, list[str]]] = {}
    for line in (BESIDE / "origins.txt").read_text(encoding="utf-8").splitlines():
        head, colon, names = line.partition(":")
        if colon and not line.startswith("#"):
            origin, kind = head.split()
            origins.setdefault(origin, {"given": [], "family": []})[kind] = list(dict.fromkeys(names.split()))
    return origins


def ours(kind: str) -> set[str]:
    return {folded(name) for names in by_origin().values() for name in names[kind]}
