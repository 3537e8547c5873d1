"""What makes a word doubtful, or plain: which lists know it, how it is written, where it stands. Nothing is decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bot.deidentify.cues import FAIR, STRONG, WEAK, is_named, strength
from bot.deidentify.vocabulary import Vocabulary, bare
from bot.deidentify.words import NOTHING, Word, derived, slip

#: What each signal says, in tenths of a natural logarithm of odds: fitted on development lines with half of the name
#: lists hidden, then rounded by hand. `-` is before the word, `+` behind it.
WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "given": 24, "surname": 14, "both": 7, "family": 4, "town": 8, "unlisted": 20, "rare": 4, "formed": -3,
        "odd": 2, "small": 4, "capital": 27, "upper": 4, "first": 9, "chance .4": 24, "chance .15": 15,
        "chance .06": 12, "chance .02": 7, "cue 3": 9, "cue 2": 9, "cue 1": 2, "-set": -6, "-person": 3, "-with": 3,
        "-placed": 13, "-the placed": 10, "-of": 4, "-met": 3, "-opens": 3, "-tells": -1, "-hidden": 2, "-small": 2,
        "+s": 11, "+acts": 8, "+is": 3, "+hidden": 3, "+ends": -1, "+head": 13, "+small": -1, "paired": 6, "two": 8,
        "tail": 22, "odd opening": 14, "named": 24, "fore": 14, "called": 8, "echo": 16, "twin": -16, "-me": -15,
    }
)  # fmt: skip

#: In front of a town or a center.
PLACED = frozenset("in at @ from near to en desde hasta off outside around over pa por a".split())
ARTICLES = frozenset({"el", "la", "los", "las"})
#: Kinds of words of which a name of a place may consist, beside the plain ones.
OF_PLACES = frozenset({"", "room", "town", "org", "kid"})
_NEVER = frozenset(
    "program weekday author hidden aged mark language greet pron title kin kid role edge time".split()
)  # fmt: skip
_PLAIN_WORDS = frozenset(
    "eso esto aquello ello algo nada mío mía tuyo tuya suyo suya own its such ever else her".split()
)
_SMALL = frozenset(
    "object det poss with of to in and but be have do modal not adverb number time spoke past present base saw lil"
    " named room mind feeling ing org town".split()
)
_ACTS = frozenset({"spoke", "past", "present"})
_BEING = frozenset("is was es era has had isnt wasnt isn't wasn't".split())
#: Kinds with which no sentence opens where "is" or "said" follows.
_OPENING = frozenset({"det", "poss", "base", "modal"})
_BEFORE_LANDS = PLACED | {"el", "the", "del", "de", "of"}
_JOINS = frozenset({"and", "&", "y", "/", "+", "n", "or", "e", ","})
#: How verbs end.
_DONE = ("ed", "ing", "s", "ó", "aba", "ía", "ando", "iendo")
#: Spanish: a verb follows.
_BEFORE_VERBS = frozenset("me te se le les nos".split())
_MEASURES = frozenset("min mins hr hrs lb lbs oz cm kg".split())
_ALONE_AFTER = frozenset({"edge", "mark", "and", "but", "greet", "kin", "title", "with"})
_ECHOED = frozenset({"", "month", "feeling", "mind", "room"})

_BEFORE_KIND: Mapping[str, str] = dict.fromkeys(["det", "poss"], "-set") | dict.fromkeys(
    ["kin", "kid", "role", "title", "lil"], "-person"
)
_BEFORE_WORD: Mapping[str, str] = {
    **dict.fromkeys(["de", "of", "for", "para", "del", "by"], "-of"),
    **dict.fromkeys(PLACED, "-placed"),
    **dict.fromkeys(["with", "w", "w/", "con", "and", "&", "y", "n", "/", "+"], "-with"),
    **dict.fromkeys(".!?,:;(\n-", "-opens"),
}
_BEFORE_OTHER: Mapping[str, str] = {
    "saw": "-met", "spoke": "-met", "edge": "-opens", "hidden": "-hidden",
    **dict.fromkeys(["adverb", "be", "feeling", "not", "modal"], "-tells"),
}  # fmt: skip
_BEHIND_KIND: Mapping[str, str] = {
    **dict.fromkeys(_ACTS, "+acts"),
    **dict.fromkeys(["be", "have", "do", "modal", "not"], "+is"),
    **dict.fromkeys(["kin", "kid", "room", "org", "town"], "+head"),
    **dict.fromkeys(["det", "poss", "pron", "object", "of", "to", "in", "but"], "+small"),
    "hidden": "+hidden",
    "edge": "+ends",
}


def signals(words: Sequence[Word], place: int, chance: float, vocabulary: Vocabulary) -> list[str]:
    """The signals of one word, as `WEIGHTS` names them; nothing for a word that is surely ordinary."""
    word = words[place]
    if (
        not word.letters
        or word.kind in _NEVER
        or word.low in _PLAIN_WORDS
        or _is_land(words, place)
        or _counts(words, place)
    ):
        return []
    listed = word.given or word.surname or word.doubtful or word.doubtful_surname
    if word.kind == "month" and not (word.capital and _subject(words, place)):
        return []
    standing = list(_standing(words, place))
    if word.kind in _SMALL and not (listed or word.shown or standing):
        return []
    told = listed or word.shown or chance >= 0.1 or word.kind in _SMALL
    if word.core and not (told or standing or _subject(words, place)):
        return []
    found = [*_known(word, vocabulary), *_written(word), *_likely(chance), *standing]
    return [*found, *_beside(words, place)] if found else []


def echoes(words: Sequence[Word]) -> Iterator[int]:
    """ "miracle said it would take a miracle": once as a word and once where nobody says the word."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        if word.letters and len(word.low) > 2 and word.kind in _ECHOED:
            places.setdefault(bare(word.low), []).append(place)
    for found in places.values():
        alone = [place for place in found if _stands_alone(words, place)] if len(found) > 1 else []
        if len(alone) < len(found):
            yield from alone


def _stands_alone(words: Sequence[Word], place: int) -> bool:
    """Without an article and the like, at the beginning of what is said."""
    last = words[place - 1] if place else NOTHING
    if last.low in ARTICLES and place > 1:
        last = words[place - 2]
    return last.kind in _ALONE_AFTER


def _is_land(words: Sequence[Word], place: int) -> bool:
    """A state or a country, where none is called like it."""
    word = words[place]
    if not word.place:
        return False
    return not (word.given or word.doubtful) or (place > 0 and words[place - 1].low in _BEFORE_LANDS)


def _counts(words: Sequence[Word], place: int) -> bool:
    """ "15 min"."""
    return place > 0 and words[place].low in _MEASURES and words[place - 1].text[0].isdigit()


def _odd_opening(words: Sequence[Word], place: int) -> bool:
    """ "My is her name", "An was swinging": no sentence opens so."""
    after = words[place + 1] if place + 1 < len(words) else NOTHING
    return words[place].kind in _OPENING and (after.low in _BEING or (after.kind in _ACTS and after.core))


def _subject(words: Sequence[Word], place: int) -> bool:
    """ "miracle said": a word alone, where whoever does something stands."""
    after = words[place + 1] if place + 1 < len(words) else NOTHING
    return (after.kind in _ACTS or after.low in _BEING) and strength(words, place) >= FAIR


def _standing(words: Sequence[Word], place: int) -> Iterator[str]:
    """Where a word stands so that, whatever word it is, it may be of a name."""
    word, last = words[place], words[place - 1] if place else NOTHING
    after = words[place + 1] if place + 1 < len(words) else NOTHING
    if last.low in PLACED and word.kind in OF_PLACES and _both_small(word, after):
        yield "two"
    if word.opens and _odd_opening(words, place):
        yield "odd opening"
    beside = last.kind == "hidden" and last.end + 1 == word.start
    if beside and word.kind == "town":
        yield "tail"
    if last.low in ARTICLES and place > 1 and is_named(words, place - 1):
        yield "named"
    if word.kind:
        return
    if beside and (not word.core or len(word.low) < 4):
        yield "tail"
    if word.opens and word.capital and after.kind == "hidden" and word.end + 1 == after.start:
        yield "fore"
    if last.kind in ("kin", "title") and word.core and not word.low.endswith(_DONE):
        yield "called"


def _both_small(word: Word, after: Word) -> bool:
    """ "at copper skillet": two bare words where a place is due."""
    return all(one.letters and not one.capital and one.kind in OF_PLACES for one in (word, after))


def _known(word: Word, vocabulary: Vocabulary) -> Iterator[str]:
    """Which lists know it."""
    if word.given:
        yield "given"
    if word.surname and not word.safe:
        yield "surname"
    if word.doubtful:
        yield "both"
    if word.doubtful_surname:
        yield "family"
    if word.low in vocabulary.towns:
        yield "town"
    if word.core:
        yield from ("small",) if word.kind in _SMALL else ()
    elif word.safe:
        yield "rare" if word.shown or not derived(word, vocabulary) else "formed"
    elif not (word.given or word.surname):
        odd = len(word.low) < 3 or derived(word, vocabulary) or slip(word.low, vocabulary)
        yield "odd" if odd else "unlisted"


def _written(word: Word) -> Iterator[str]:
    if word.capital or word.upper:
        yield "upper" if word.upper else "capital" if word.shown else "first"


def _likely(chance: float) -> Iterator[str]:
    """How likely the learned layer holds it."""
    for least, signal in ((0.4, "chance .4"), (0.15, "chance .15"), (0.06, "chance .06"), (0.02, "chance .02")):
        if chance >= least:
            yield signal
            return


def _beside(words: Sequence[Word], place: int) -> Iterator[str]:
    """Which words are before it and behind it."""
    last = words[place - 1] if place else NOTHING
    after = words[place + 1] if place + 1 < len(words) else NOTHING
    before_last = words[place - 2] if place > 1 else NOTHING
    cue = strength(words, place)
    if cue >= WEAK:
        yield "cue 3" if cue >= STRONG else "cue 2" if cue == FAIR else "cue 1"
    before = _BEFORE_KIND.get(last.kind) or _BEFORE_WORD.get(last.low) or _BEFORE_OTHER.get(last.kind)
    if before or last.kind:
        yield before or "-small"
    if behind := "+s" if after.low == "'s" else _BEHIND_KIND.get(after.kind) or _ends(after):
        yield behind
    if last.low in _BEFORE_VERBS and not words[place].capital:
        yield "-me"
    if last.low in ARTICLES and before_last.low in PLACED | {"colonia", "barrio"}:
        yield "-the placed"
    if last.low in _JOINS and before_last.kind == "hidden":
        yield "paired"


def _ends(after: Word) -> str:
    return "+ends" if after.low in ".!?,:;)\n-" else ""
