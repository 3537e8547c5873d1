"""The word lists beside this file: ordinary words, names, and the small classes of words that tell names apart."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import regex

_ACCENTS = regex.compile(r"\p{M}+")


def folded(word: str) -> str:
    """How a word stands in every list: case-folded, NFC, the straight apostrophe."""
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", word.casefold()).replace("’", "'")


@lru_cache(maxsize=4096)
def _bare_letters(letter: str) -> str:
    return str(_ACCENTS.sub("", unicodedata.normalize("NFD", letter))).replace("đ", "d").replace("ł", "l")


def bare(word: str) -> str:
    """The word without its accents: telephones drop them."""
    return word if word.isascii() else "".join(map(_bare_letters, unicodedata.normalize("NFC", word)))


def _text(name: str) -> str:
    return (resources.files("bot.deidentify") / "data" / name).read_text(encoding="utf-8")


def listed(name: str) -> frozenset[str]:
    """The entries of one list, a line each; a line that opens with # is a remark."""
    return frozenset(line for line in _text(name).split("\n") if line and line[0] != "#")


def entries(name: str) -> dict[str, str]:
    """The lines `name: what stands there` of one list."""
    lines = (line.partition(":") for line in _text(name).splitlines() if not line.startswith("#"))
    return {key.strip(): value.strip() for key, colon, value in lines if colon}


def _classes() -> dict[str, str]:
    """Word to class, from lines of `class: word word …`; the first class that names a word keeps it."""
    classes: dict[str, str] = {}
    for line in _text("classes.txt").splitlines():
        name, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            for word in words.split():
                classes.setdefault(folded(word), name.strip())
                classes.setdefault(bare(folded(word)), name.strip())
    return classes


@dataclass(frozen=True, slots=True, repr=False)
class Vocabulary:
    """Everything known about single words, looked up case-folded, with or without accents.

    `safe`: words that may stand in a reflection without being a name, the ambiguous ones among them.
    `core`: those of them that are said every day.
    `given` and `surnames` hold no ordinary words; names that are also ordinary words are in `ambiguous`
    (given names: hope, will, rose, dulce) and `ambiguous_surnames` (brown, young, flores).
    `places`: states and countries, which are no identifiers. `classes`: kinship, titles, verbs and the like.
    `cues`: words that the model knows by themselves.
    """

    safe: frozenset[str]
    core: frozenset[str]
    given: frozenset[str]
    surnames: frozenset[str]
    ambiguous: frozenset[str]
    ambiguous_surnames: frozenset[str]
    places: frozenset[str]
    towns: frozenset[str]
    classes: dict[str, str]
    cues: frozenset[str]
    #: How the model sees everyday words, as far as they were met. Never a name: what people write is kept nowhere.
    met: dict[tuple[str, bool, str], Any] = field(default_factory=dict, compare=False)

    @classmethod
    def load(cls) -> Vocabulary:
        ours = listed("safe_ours.txt")
        return cls(
            safe=listed("safe_english.txt") | listed("safe_spanish.txt") | ours,
            core=listed("core.txt") | ours,
            given=listed("given.txt"),
            surnames=listed("surnames.txt"),
            ambiguous=listed("ambiguous.txt"),
            ambiguous_surnames=listed("ambiguous_surnames.txt"),
            places=listed("places.txt"),
            towns=listed("towns.txt"),
            classes=_classes(),
            cues=listed("cues.txt"),
        )

    def is_safe(self, word: str) -> bool:
        """Whether the word may stand in a reflection without being a name."""
        word = folded(word)
        if word in self.safe:
            return True
        return word not in self.given and word not in self.surnames and bare(word) in self.safe
