"""Which words name somebody: lists, letters, cues and the learned layer weighed word by word, then joined into"
" spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from bot.deidentify.cues import BINDING, NONE, STRONG, SURE, WEAK, is_named, strength
from bot.deidentify.spans import Label, Span, Tier
from bot.deidentify.vocabulary import Vocabulary
from bot.deidentify.words import NOTHING, Word, by_ear, derived, slip, written_by_ear, written_small

#: Of the learned layer: from here on certain for any word; for words that may be names; worth a question.
CERTAIN, FIRM, LIKELY, POSSIBLE = 0.95, 0.85, 0.6, 0.2
_PARTICLES = frozenset("de del la las los da do dos van von der den bin ibn al el y san mc st".split())
_LETTER_AFTER = frozenset(
    "classroom twin building wing shift slot group"
    " plan part vitamin type room level grade tier step group option hepatitis section line class box letter hep"
    " strep exhibit form item".split()
)
_INITIALS = regex.compile(r"(?:\p{Lu}\.){1,4}\p{Lu}?\.?")
_SHORT = frozenset(["us", "usa", "uk", "dc", "phd", "md", "rn", "am", "pm", "eu", "la", "ok", "ny"])
_SMALL_LETTERS = frozenset("cdfghjklmpqstvz")

#: How likely the learned layer holds a word to be of a name, by its place.
Chances = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a text is written: without its capitals, as it sounds."""

    small: bool
    by_ear: bool


def people(words: Sequence[Word], chances: Chances, vocabulary: Vocabulary) -> Iterator[Span]:
    manner = Manner(written_small(words), written_by_ear(words))
    tiers = {
        place: tier
        for place in range(len(words))
        if (tier := _weighed(words, place, chances.get(place, 0.0), vocabulary, manner))
    }
    _repeated(words, tiers)
    _beside(words, tiers)
    _places(words, tiers, vocabulary.towns)
    _things(words, tiers)
    yield from _joined(words, tiers)


def _things(words: Sequence[Word], tiers: dict[int, Tier]) -> None:
    """ "the Willow Room", "the Devereux assessment": who or what it is, its writer knows."""
    for place, word in enumerate(words):
        at = place if place in tiers else place - 1
        while word.low in _NAMED_THINGS and at in tiers:
            tiers[at] = "ask"
            at -= 1


#: What a capital before one of these names is no person: a room, an instrument.
_NAMED_THINGS = frozenset(
    "room rooms classroom comma scale index inventory assessment study model screener questionnaire test protocol"
    " curriculum method salón salon sala".split()
)


def _weighed(words: Sequence[Word], place: int, chance: float, vocabulary: Vocabulary, manner: Manner) -> Tier | None:
    word = words[place]
    if word.place:
        return None if chance < CERTAIN else "auto" if strength(words, place) >= STRONG else "ask"
    if not word.letters or _is_author(words, place):
        return None
    if len(word.low) == 1 and word.kind != "program":
        return _initial(words, place, chance)
    if word.kind in BINDING and not (word.doubtful or (word.given and word.shown)):
        return _out_of_place(words, place) if word.shown and word.kind in _SMALL_KINDS else None
    if word.safe and not (word.doubtful or word.given or word.shown or chance):
        return None
    if _INITIALS.fullmatch(word.text):
        return None if word.low.replace(".", "") in _SHORT else "auto"
    cue = strength(words, place)
    if word.unknown or ((word.given or word.surname) and not word.safe):
        placed = place > 0 and words[place - 1].low in _PLACED
        tier = _unlisted(word, max(cue, WEAK) if placed else cue, chance, vocabulary, manner)
        return "ask" if tier == "auto" and _owned(words, place, manner) and not is_named(words, place) else tier
    if word.doubtful or word.given:
        return _doubtful(word, cue, chance, manner.small, after=words[place - 1].kind if place else "")
    return _ordinary(words, place, cue, chance)


_OWNED = frozenset("the a an my our his her their your this that some mi mis su sus".split())


def _owned(words: Sequence[Word], place: int, manner: Manner) -> bool:
    """ "her lola", "a harley": small, and a word before that no name has; "la keydi" is said of a person."""
    if place == 0 or words[place].capital:
        return False
    last = words[place - 1]
    return last.low in _OWNED or (last.kind in {"det", "object"} and not manner.small)


#: Small words that hold a sentence together; with a capital inside it, one of them is a name (My, An, Han).
_SMALL_KINDS = frozenset("object det poss with of to in and but be have do modal not adverb kid".split())


def _out_of_place(words: Sequence[Word], place: int) -> Tier | None:
    after = words[place + 1] if place + 1 < len(words) else NOTHING
    if is_named(words, place) or words[place - 1].kind == "title":
        return "auto"
    return "ask" if not (words[place - 1].capital or after.capital or words[place].upper) else None


def _initial(words: Sequence[Word], place: int, chance: float) -> Tier | None:
    """ "baby J", "K's mom", "terrell + Q"; not "plan B", "I", "w"."""
    word, last = words[place], words[place - 1] if place else NOTHING
    after = words[place + 1] if place + 1 < len(words) else NOTHING
    person = last.kind in {"kid", "lil", "kin", "title", "named", "role"}
    if last.end == word.start and last.text[:1].isdigit():
        return None
    if not word.capital:
        return "auto" if word.low in _SMALL_LETTERS and last.kind in {"kid", "lil", "title"} else None
    beyond = words[place + 2] if place + 2 < len(words) else NOTHING
    surname = after.low == "." and ((beyond.shown and not word.opens) or beyond.kind == "hidden")
    if after.low == "." and _of_initials(words, place):
        return "auto"
    if word.text in "IO" or (word.opens and word.text in "YAE") or last.low in _LETTER_AFTER:
        return None
    if word.text == "A" and not (person or surname):
        return None
    if person or surname or after.low == "'s" or chance >= LIKELY:
        return "auto"
    return None if after.low == ")" else "ask"


def _of_initials(words: Sequence[Word], place: int) -> bool:
    """ "A. G. L.", "Liam O."."""
    near = [words[at] for at in (place - 2, place + 2) if 0 <= at < len(words)]
    if any(len(word.text) == 1 and word.capital and word.letters for word in near):
        return True
    return place > 0 and (words[place - 1].given or words[place - 1].kind == "hidden") and words[place - 1].capital


def _unlisted(word: Word, cue: int, chance: float, vocabulary: Vocabulary, manner: Manner) -> Tier | None:
    """A word that is no ordinary word."""
    if word.upper and len(word.text) == 2 and cue < STRONG:
        return "ask" if not word.opens or chance >= POSSIBLE else None
    if word.upper and len(word.text) > 2:
        sure = word.given or (cue >= STRONG and chance >= POSSIBLE)
        return "auto" if sure else "ask" if word.surname else None
    if (
        not word.capital
        and cue < SURE
        and (derived(word, vocabulary) or (manner.by_ear and by_ear(word.low, vocabulary)))
    ):
        return "ask" if (word.given and chance >= POSSIBLE) or (cue >= STRONG and chance >= LIKELY) else None
    if not word.capital and not manner.small and not word.given and cue < SURE:
        # Among words with their capitals a small letter says that it is a word, if an odd one.
        return "ask" if cue or chance >= POSSIBLE or not derived(word, vocabulary) else None
    if word.shown or cue >= STRONG or not _LATIN.match(word.low):
        return "auto"
    if word.given or (word.surname and word.capital):
        return "auto" if word.capital or chance >= POSSIBLE or cue else "ask"
    if derived(word, vocabulary):
        return None
    slipped = _chatted(word.low) or slip(word.low, vocabulary)
    if word.capital:
        return "auto" if word.surname or chance >= FIRM else "ask"
    if chance >= FIRM and not slipped:
        return "auto"
    return "ask" if not slipped or cue or chance >= CERTAIN else None


_LATIN = regex.compile(r"\p{Script=Latin}")


def _chatted(low: str) -> bool:
    """Chat spelling rather than a name: too short, no vowels, one letter again and again."""
    return (
        len(low) < 3
        or not set(low) & set("aeiouyáéíóú")
        or any(low[at] == low[at + 1] == low[at + 2] for at in range(len(low) - 2))
    )


def _doubtful(word: Word, cue: int, chance: float, small: bool, after: str) -> Tier | None:
    """A name that is a word as well. Among words with their capitals, a small letter says that it is the word."""
    if word.kind == "weekday" and cue < STRONG:
        return None
    if word.shown and not word.upper:
        return "auto"
    if not word.capital and (not small or (after == "det" and cue < STRONG)):
        return "ask" if cue >= STRONG or chance >= CERTAIN else None
    if cue >= STRONG or (chance >= CERTAIN and cue != NONE):
        return "auto"
    return "ask" if cue != NONE or chance > 0 else None


def _is_author(words: Sequence[Word], place: int) -> bool:
    """Next to the family name of somebody who is read, not met."""
    after = words[place + 1] if place + 1 < len(words) else NOTHING
    return words[place].kind == "author" or (words[place].capital and after.kind == "author")


_HYPHENED = regex.compile(r"\p{Lu}\p{Ll}{3,20}-\p{Lu}\p{Ll}{3,20}")


def _ordinary(words: Sequence[Word], place: int, cue: int, chance: float) -> Tier | None:
    word = words[place]
    if cue == SURE or (cue == STRONG and word.shown):
        return "auto"
    if word.doubtful_surname and word.shown:
        initial = place > 1 and words[place - 1].low == "." and len(words[place - 2].low) == 1
        return "auto" if cue != NONE or initial or chance >= POSSIBLE else "ask"
    placed = place > 0 and words[place - 1].low in _PLACED
    if word.shown and (chance >= POSSIBLE or (placed and not word.kind) or _HYPHENED.fullmatch(word.text)):
        return "auto" if chance >= CERTAIN or (placed and "-" in word.text) else "ask"
    return "ask" if chance >= CERTAIN or (cue == STRONG and chance >= POSSIBLE) else None


def _repeated(words: Sequence[Word], tiers: dict[int, Tier]) -> None:
    """What is certainly a name once is one wherever it stands in the same letters and is no ordinary small word."""
    certain = {words[place].text for place, tier in tiers.items() if tier == "auto" and len(words[place].text) > 1}
    for place, word in enumerate(words):
        if place and words[place - 1].kind in {"det", "poss"} and not word.capital:
            continue
        if word.text in certain and (word.shown or not (word.safe or word.doubtful or word.kind in BINDING)):
            tiers[place] = "auto"


def _beside(words: Sequence[Word], tiers: dict[int, Tier]) -> None:
    """A capital, or another name, next to a name belongs to it: "Maria Elena Gutiérrez", "denise brown", "A and"
    " B"."""
    for place in range(len(words)):
        if tiers.get(place) != "auto":
            continue
        if len(words[place].low) == 1 and place + 2 < len(words) and words[place + 1].low == "." and place + 2 in tiers:
            tiers[place + 1] = "auto"
        _onward(words, place, tiers)
        _backward(words, place, tiers)
        _coupled(words, place, tiers)


def _onward(words: Sequence[Word], place: int, tiers: dict[int, Tier]) -> None:
    at = place + 1
    while at < len(words) and words[at].low in _PARTICLES and words[at].low not in {"y", "do"} and at - place < 3:
        at += 1
    if at >= len(words) or not words[at].letters:
        return
    word = words[at]
    if word.kind in BINDING and not (word.kind == "number" and word.shown):
        return
    if tiers.get(at) == "auto":
        tiers.update((between, "auto") for between in range(place + 1, at) if word.capital)
        return
    if word.shown or (
        at == place + 1
        and not word.capital
        and (word.surname or word.given or (word.doubtful_surname and words[place].given))
    ):
        for between in range(place + 1, at + 1):
            tiers[between] = "auto" if word.shown or not word.safe else tiers.get(between, "ask")


_NO_FIRST = frozenset("title kin kid role weekday month program author pron greet number".split())


def _backward(words: Sequence[Word], place: int, tiers: dict[int, Tier]) -> None:
    """A capital before a name belongs to it: "Ti Jo", "Yusimí Rodríguez", "de la Cruz"."""
    first = place - 1
    if first < 0 or tiers.get(first) == "auto" or not words[first].letters or not words[place].capital:
        return
    word = words[first]
    if word.place or word.kind in _NO_FIRST or len(word.low) == 1:
        return
    if (word.shown and not word.upper) or (word.capital and word.unknown):
        tiers[first] = "auto"
    elif word.low in {"la", "las", "los"} and first > 0 and words[first - 1].low == "de" and words[place].shown:
        tiers[first] = tiers[first - 1] = "auto"


def _coupled(words: Sequence[Word], place: int, tiers: dict[int, Tier]) -> None:
    """Beside a name over "and", "&", "y", "/", "+": another name rather than a word."""
    for step in (1, -1):
        mark, other = place + step, place + 2 * step
        if 0 <= other < len(words) and words[mark].low in {"and", "&", "y", "/", "+", "n", "or", "e"}:
            word = words[other]
            if word.letters and word.kind not in BINDING and (word.shown or not word.safe or word.doubtful):
                sure = word.capital or word.given or (word.surname and not word.safe)
                tiers[other] = "auto" if sure else tiers.get(other) or "ask"


_PLACED = frozenset("in at @ from near to en a hasta desde outside around of pa pal".split())
#: Of names of towns and the like; never a name by themselves.
_TAILS = frozenset(
    """flats falls springs fork forks creek river lake valley grove hills heights park beach bay city point ridge
    junction crossing
    landing bend bluff hollow mills pines oaks gardens meadows village county ranch mesa rock island harbor
    canyon""".split()
)


def _places(words: Sequence[Word], tiers: dict[int, Tier], towns: frozenset[str]) -> None:
    """Capitals that follow each other and stand for no known thing ("Tall Pines"); a town's second word ("flats")."""
    for place in range(1, len(words)):
        word, last = words[place], words[place - 1]
        if place - 1 in tiers and place not in tiers and word.low in _TAILS:
            tiers[place] = tiers[place - 1]
        elif last.low in _PLACED and place not in tiers and word.low in towns:
            tiers[place] = "ask" if word.safe else "auto"
        elif (
            word.low in _SURE_TAILS
            and place not in tiers
            and last.letters
            and place > 1
            and words[place - 2].kind in {"to", "in", "object", "det"}
        ):
            tiers[place] = "ask"
            tiers.setdefault(place - 1, "ask")
        elif last.low in {"san", "santa"} and word.letters and word.kind not in BINDING:
            tiers.setdefault(place - 1, "ask")
            tiers.setdefault(place, "ask")
        elif _capital_pair(last, word) and (place not in tiers or place - 1 not in tiers):
            before = words[place - 2].low if place > 1 else ""
            tier: Tier = "auto" if before in _PLACED else "ask"
            for one in (place - 1, place):
                tiers.setdefault(one, tier)


def _capital_pair(first: Word, second: Word) -> bool:
    if not (first.capital and second.shown) or first.upper or second.upper or first.place or second.place:
        return False
    return first.kind in _NAMING_KINDS and (second.doubtful or second.kind in _NAMING_KINDS)


_SURE_TAILS = frozenset("springs falls oaks creek heights pines meadows ridge grove mills lakes hills".split())
_NAMING_KINDS = frozenset({"", "town", "lil", "feeling", "mind", "room"})


def _joined(words: Sequence[Word], tiers: Mapping[int, Tier]) -> Iterator[Span]:
    places = sorted(tiers)
    at = 0
    while at < len(places):
        first = last = places[at]
        while at + 1 < len(places) and places[at + 1] == last + 1 and tiers[last + 1] == tiers[first]:
            at += 1
            last += 1
        yield Span(words[first].start, words[last].end, _label(words, first), tiers[first])
        at += 1


_OF_PLACES: Mapping[str, Label] = {"in": "CITY", "near": "CITY", "from": "CITY", "en": "CITY", "at": "ORG", "@": "ORG"}


def _label(words: Sequence[Word], first: int) -> Label:
    word = words[first]
    if word.given or word.doubtful or first == 0:
        return "NAME"
    return _OF_PLACES.get(words[first - 1].low, "NAME")
