"""What the model sees of each word. Law: it sees words by their class and shape, and never by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bot.deidentify.tokens import Token
from bot.deidentify.vocabulary import Vocabulary, bare, folded

#: Kinds that may be names, and what before or behind one of them says so wherever else the word stands.
NAMELIKE = frozenset({"given", "given-s", "place-given", "surname", "unknown", "letter"})
_BEFORE = frozenset({"kin", "title", "named", "role"})
_ENDINGS = (
    ("ing", "-ing"), ("ed", "-ed"), ("ly", "-ly"), ("mente", "-ly"), ("ando", "-ing"), ("iendo", "-ing"),
    ("aba", "-ed"), ("ía", "-ed"), ("ness", "-ness"), ("tion", "-ness"), ("ción", "-ness"), ("ó", "-ed"), ("s", "-s"),
)  # fmt: skip
#: Endings of Spanish verbs and adverbs that no name has.
_VERBAL = ("ió", "ieron", "iendo", "mente", "ándose", "ándole", "iéndose", "iéndole")
_JOINTS = frozenset(("'s", "’s", ".", "&", "-", "'", "’"))
_CLOSES = frozenset(".!?\n")


class Seen(NamedTuple):
    """One word as the model sees it: its kind, its shape, itself if it is a cue, and whether it opens a sentence."""

    kind: str
    shape: str
    cue: str
    opens: bool


def may_join(text: str) -> bool:
    """Whether a mark may stand inside a span: St. Brigid's, A & B."""
    return text in _JOINTS


def may_be_named(text: str) -> bool:
    """Whether a token can open a span; numbers, marks, addresses and our placeholders never do."""
    return text.isalpha() or (
        text[0].isalpha() and "@" not in text and "://" not in text and not text.startswith("www.")
    )


def kind_of(word: str, vocabulary: Vocabulary) -> str:
    """The class of a case-folded word, or which lists know it; `safe` words also by their ending."""
    if not may_be_named(word):
        return _mark(word, vocabulary)
    if len(word) == 1 or word[1] == ".":
        return vocabulary.classes.get(word, "letter")
    listed = _listed(word, vocabulary) or _listed(bare(word).replace("'", ""), vocabulary)
    if listed:
        return listed
    if "-" in word:
        return _compound(word, vocabulary)
    if word[-1] == "s" and len(word) > 3 and (word[:-1] in vocabulary.given or word[:-1] in vocabulary.ambiguous):
        return "given-s"
    return "safe-ed" if word.endswith(_VERBAL) else "unknown"


def _listed(word: str, vocabulary: Vocabulary) -> str:
    known = vocabulary.classes.get(word, "")
    if word in vocabulary.ambiguous and word not in vocabulary.places:
        return f"ambiguous-{known}" if known else "ambiguous"
    if known:
        return known
    if word in vocabulary.places:
        return "place-given" if word in vocabulary.given or word in vocabulary.ambiguous else "place"
    if word in vocabulary.given:
        return "given"
    if word in vocabulary.towns:
        return "town-word" if word in vocabulary.safe else "town-name"
    if word in vocabulary.ambiguous_surnames:
        return "family-word"
    if word in vocabulary.safe:
        return next((f"safe{name}" for ending, name in _ENDINGS if word.endswith(ending)), "safe")
    if word in vocabulary.surnames:
        return "surname"
    return ""


def _compound(word: str, vocabulary: Vocabulary) -> str:
    parts = [part for part in word.split("-") if part]
    if len(parts) == 2 and parts[0] == parts[1]:
        return "unknown"
    if any(part in vocabulary.given or part in vocabulary.surnames for part in parts):
        return "given"
    return "safe" if all(vocabulary.is_safe(part) for part in parts) else "unknown"


def _mark(word: str, vocabulary: Vocabulary) -> str:
    if word[0].isnumeric():
        return "number"
    if word[0] == "[" and len(word) > 1:
        return "placeholder"
    return word if word in vocabulary.cues else "mark"


def _shape(word: str) -> str:
    if word.islower():
        return "lower"
    if len(word) == 1 or word[1] == ".":
        return "Letter"
    if word.isupper():
        return "UPPER"
    return "Title" if word[0].isupper() and word[1:].islower() else "Mixed"


def _manner(words: Sequence[Token], opens: Sequence[bool]) -> str:
    """How the whole text uses capitals: not at all, only where sentences open, also inside, or everywhere."""
    letters = [(word.text, first) for word, first in zip(words, opens, strict=True) if word.text[0].isalpha()]
    capital = [first for text, first in letters if text[0].isupper() and text not in ("I", "I'm", "I've")]
    if not capital:
        return "none"
    if len(letters) > 2 and all(text.isupper() for text, _ in letters):
        return "all"
    return "some" if not all(capital) else "first"


def _look(words: Sequence[Token], vocabulary: Vocabulary, shown: Mapping[str, str]) -> list[Seen]:
    opens = [place == 0 or words[place - 1].text[0] in _CLOSES for place in range(len(words))]
    manner = _manner(words, opens)
    met = vocabulary.met
    seen: list[Seen] = []
    for word, first in zip(words, opens, strict=True):
        text = word.text
        key = (text, first, manner)
        found = met.get(key) if not shown else None
        if found is None:
            low = folded(text)
            kind = shown.get(low) or kind_of(low, vocabulary)
            shape = _shape(text) if text[0].isalpha() else "mark"
            found = Seen(kind, f"{shape}/{manner}", low if low in vocabulary.cues else "", first)
            if low in vocabulary.core and low not in vocabulary.ambiguous and not shown:
                met[key] = found
        seen.append(found)
    return seen


#: So many places of one word are looked at, so that no text takes more than linear time.
MOST = 12


def _elsewhere(words: Sequence[Token], seen: Sequence[Seen]) -> list[str]:
    """For each word that stands more than once: what its other places say about it."""
    low = [folded(word.text) for word in words]
    often = {word for word, times in Counter(low).items() if times > 1}
    places: dict[str, list[int]] = {}
    for place, word in enumerate(low):
        if word in often and (seen[place].kind in NAMELIKE or seen[place].kind.startswith("ambiguous")):
            places.setdefault(word, []).append(place)
    said = [""] * len(words)
    for found in places.values():
        for place in found:
            others = [other for other in found[:MOST] if other != place]
            said[place] = "+".join(sorted({_hint(other, place, words, seen) for other in others}))
    return said


def _hint(other: int, place: int, words: Sequence[Token], seen: Sequence[Seen]) -> str:
    if other and seen[other - 1].kind in _BEFORE:
        return "cued"
    if other + 1 < len(words) and seen[other + 1].cue in ("'s", "’s"):
        return "owns"
    mine, theirs = words[place].text[0].isupper(), words[other].text[0].isupper()
    return "same" if mine == theirs else ("elsewhere-capital" if theirs else "elsewhere-small")


_NOTHING: Mapping[str, str] = MappingProxyType({})
_OUTSIDE = Seen("edge", "edge", "edge", False)


def features(words: Sequence[Token], vocabulary: Vocabulary, shown: Mapping[str, str] = _NOTHING) -> list[list[str]]:
    """Each word's features. `shown` overrides kinds, by case-folded word: training hides what lists know."""
    seen = [_OUTSIDE, _OUTSIDE, *_look(words, vocabulary, shown), _OUTSIDE, _OUTSIDE]
    elsewhere = _elsewhere(words, seen[2:-2])
    return [
        [*_around(*seen[place : place + 5]), *_alone(word.text, seen[place + 2].kind, elsewhere[place])]
        for place, word in enumerate(words)
    ]


def _around(before2: Seen, before: Seen, here: Seen, after: Seen, after2: Seen) -> list[str]:
    kind, left, right, far, beyond = here.kind, before.kind, after.kind, before2.kind, after2.kind
    found = [
        f"k{kind}",
        f"k-{left}",
        f"k+{right}",
        f"k={far}",
        f"k#{beyond}",
        f"l{left}|{kind}",
        f"r{kind}|{right}",
        f"b{left}|{right}",
        f"t{left}|{kind}|{right}",
        f"f{far}|{left}|{kind}",
        f"g{kind}|{right}|{beyond}",
        f"s{here.shape}",
        f"S{here.shape}|{here.opens}|{kind}",
        f"s+{after.shape}|{here.shape}",
        f"s-{before.shape}|{here.shape}",
        f"L{here.shape}|{left}",
        f"R{here.shape}|{right}",
        f"o{here.opens}|{kind}|{right}",
    ]
    if before.cue:
        found.append(f"c-{before.cue}|{kind}")
    if after.cue:
        found.append(f"c+{after.cue}|{kind}")
    if before.cue and before2.cue:
        found.append(f"c={before2.cue}|{before.cue}|{kind}")
    if here.cue:
        found.append(f"c{here.cue}")
        found.append(f"C{before.kind}|{here.cue}|{after.kind}")
    return found


def _alone(text: str, kind: str, elsewhere: str) -> list[str]:
    found = [f"e{elsewhere}|{kind}"] if elsewhere else []
    if len(text) > 4 and kind in ("unknown", "given", "surname", "given-s"):
        low = folded(text)
        found += [f"z{low[-2:]}", f"z{low[-3:]}", f"a{low[:2]}"]
    return found
