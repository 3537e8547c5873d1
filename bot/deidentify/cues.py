"""What the words around a word say about it: how strongly it stands where a person's name stands. English and"
" Spanish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.deidentify.words import NOTHING, Word

SURE: Final = 4
STRONG: Final = 3
FAIR: Final = 2
WEAK: Final = 1
NONE: Final = 0

#: Words of these kinds hold a sentence together; they are no names, whatever stands around them.
BINDING = frozenset(
    "pron object det poss with of to in and but be have do modal not adverb number greet time weekday program"
    " author kin kid"
    " title role named mark hidden aged edge".split()
)
_VERBS = frozenset(["spoke", "past", "present", "saw", "be", "have", "do", "modal", "ing", "base"])
_ACTS = frozenset(["spoke", "past", "present"])
_PERSON = frozenset(["kin", "kid", "role", "lil", "title"])
#: Titles after which a name always comes; after the others ("coach", "sister") another word may.
_SURE_TITLES = frozenset(
    [
        "ms",
        "mr",
        "mrs",
        "mx",
        "dr",
        "dra",
        "doña",
        "dona",
        "sra",
        "sr",
        "srta",
        "señora",
        "señorita",
        "senora",
        "senorita",
        "profe",
        "tita",
        "kuya",
        "ate",
        "rev",
    ]
)
_NAMING = frozenset(
    [
        "named",
        "called",
        "nicknamed",
        "aka",
        "llamado",
        "llamada",
        "llamado",
        "apodado",
        "apodada",
        "se-llama",
        "llama",
        "llaman",
        "llamaba",
    ]
)
_NAME_IS = frozenset(["is", "was", "es", "era", "s", "'s"])
_NAME = frozenset(["name", "nombre", "names", "nickname", "apodo"])
#: Before a name far more often than before anything else, but not always.
_MEETING = frozenset(
    """with w con to from for and saw met visited told asked tell ask text texted call called email emailed remind
    hugged held
    see hi hey hello dear thanks hola gracias querida querido estimada love about than like & y a de para vi llama
    llamé dile
    preguntarle visité abracé meet thank bless poor sweet""".split()
)
_CONTACT = frozenset(
    """call text email called texted emailed told tell ask asked remind met hugged thank thanks dear hola querida
    querido estimada llama llamé
    llame dile dígale preguntarle pregúntale preguntale escríbele escribele llamar""".split()
)
_BARE_VERBS = frozenset(
    "text share write suggest admit repeat start want need quit hit sit eat get let put cut wait visit".split()
)
_MODAL_NAMES = frozenset(["will", "may"])
_RELATIVES = frozenset("the his her my their a an our your su la el mi una un who whose que".split())


_WHOM = frozenset(["him", "her", "them", "it", "me"])
_CALLING = frozenset(["call", "calls", "called", "calling", "named", "name", "nicknamed", "nickname"])


class Around:
    """A word's neighbours; what lies outside the text is `NOTHING`."""

    __slots__ = ("place", "words")

    def __init__(self, words: Sequence[Word], place: int) -> None:
        self.words, self.place = words, place

    def __getitem__(self, by: int) -> Word:
        at = self.place + by
        return self.words[at] if 0 <= at < len(self.words) else NOTHING


def is_named(words: Sequence[Word], place: int) -> bool:
    """Right after "her name is", "called", "se llama"."""
    around = Around(words, place)
    last, but_one = around[-1], around[-2]
    return last.low in _NAMING - {"call"} or (last.low in _NAME_IS and but_one.low in _NAME)


def strength(words: Sequence[Word], place: int) -> int:
    """How strongly the neighbours of a word say that it is a person's name."""
    around = Around(words, place)
    if around[0].kind in BINDING and not around[0].doubtful and not around[0].given:
        return NONE
    return max(_before(around), _after(around))


def _before(around: Around) -> int:
    word, last, but_one = around[0], around[-1], around[-2]
    if last.low in {".", "(", ",", '"', ":"} and but_one.letters:
        return _across(around, word, last, but_one)
    if last.kind == "title":
        return _titled(around, word, last)
    if is_named(around.words, around.place) or (last.low == "by" and but_one.low in {"goes", "went"}):
        return _naming(word, last, but_one)
    if last.kind in _PERSON:
        return _related(around, word)
    if (last.low in _WHOM and but_one.low in _CALLING) or (
        last.low in {"la", "el"} and but_one.low in {"dicen", "dice", "decimos"}
    ):
        return STRONG if not word.safe or word.shown or word.doubtful else WEAK
    if last.low in {"de", "of", "for", "a"} and but_one.kind in _PERSON:
        return STRONG if not word.safe or word.capital or word.doubtful else NONE
    if last.kind == "spoke" and word.doubtful and last.low not in {"said", "say", "says"}:
        return FAIR
    called = last.low in {"dicen", "decimos", "dice"} and but_one.low in {"le", "les", "la", "lo"}
    if called or last.low in _CONTACT or (last.low == "back" and but_one.low in _CONTACT):
        return FAIR
    return WEAK if last.low in _MEETING else NONE


def _naming(word: Word, last: Word, but_one: Word) -> int:
    """ "a boy called bean" is one; "both are called light" may be."""
    if word.kind in _VERBS or word.low in {"back", "ahead", "upon"}:
        return NONE
    plain = word.core and not (word.capital or word.doubtful or word.given)
    return FAIR if plain and last.low in {"called", "llaman"} and but_one.kind not in _PERSON else SURE


def _across(around: Around, word: Word, mark: Word, before: Word) -> int:
    """Over a mark: "Ms. Denise", "mom (Keke)", "his mother, Lan,"."""
    if mark.low == "." and before.kind == "title":
        return SURE if word.capital or not word.safe or word.doubtful else NONE
    if (
        mark.low in "(,:"
        and before.kind in _PERSON
        and (around[1].low in {")", ",", "'s", "and", "y", "."} or not word.safe)
    ):
        return STRONG if not word.safe or word.doubtful or word.shown else NONE
    return NONE


def _titled(around: Around, word: Word, title: Word) -> int:
    if title.low == "ate" and not title.capital and word.safe and not word.shown:
        return NONE
    if title.low in _SURE_TITLES:
        return SURE if word.kind not in _VERBS or word.capital or word.doubtful else NONE
    if title.low == "don" and word.low == "t":
        return NONE
    if not word.safe or word.shown or word.doubtful_surname or (word.doubtful and word.low not in _MODAL_NAMES):
        return STRONG
    return _related(around, word)


def _related(around: Around, word: Word) -> int:
    """After "aunt", "baby", "teacher": what is no ordinary word is a name; what is both depends on what follows."""
    if not word.safe or word.given:
        return STRONG
    if not word.doubtful:
        return WEAK if word.shown else NONE
    if word.shown:
        return STRONG
    after = around[1]
    if word.low in _MODAL_NAMES:
        return (
            STRONG
            if after.kind in {"spoke", "past", "present", "be", "have"} and after.low not in {"be", "have"}
            else NONE
        )
    return (
        STRONG if after.kind in _VERBS or after.low in {",", ".", ")", "'s", "and", "y"} or after is NOTHING else WEAK
    )


def _after(around: Around) -> int:
    word, after, then = around[0], around[1], around[2]
    if after.low == "'s":
        return STRONG if then.kind in _PERSON or word.capital or then.kind in {"room", "mind"} else WEAK
    if word.low.endswith("s") and after.kind in {"kin", "role"} and len(word.low) > 3:
        return WEAK
    if after.low in {",", "("} and _apposed(around, after, then):
        return STRONG
    if (
        after.kind in _ACTS
        and (after.kind == "past" or after.low[-1] in "sdtóaeí")
        and after.low not in _BARE_VERBS
        and _begins_clause(around)
    ):
        return STRONG
    if word.low in _MODAL_NAMES and after.kind in {"be", "have", "modal"} and after.low not in {"be", "have", "been"}:
        return STRONG
    if word.low == after.low:
        return STRONG if _begins_clause(around) else WEAK
    if after.kind in {"kin", "role"} and word.low.endswith("s"):
        return FAIR
    if after.low.endswith(("ed", "ó")) and _begins_clause(around):
        return FAIR
    return FAIR if after.kind in {"be", "have", "do", "not", "modal"} and _begins_clause(around) else NONE


def _apposed(around: Around, mark: Word, then: Word) -> bool:
    """ "Hope, the aunt", "hope (mom", "Hope, who", "Hope, 26 months"."""
    if then.kind in _PERSON or (mark.low == "(" and then.kind == "aged"):
        return True
    if then.low in _RELATIVES:
        return around[3].kind in _PERSON or then.low == "who"
    return mark.low == "," and then.kind == "aged" and around[3].low in {",", "."}


_FILLERS = frozenset("um uh like well so okay ok pues este bueno entonces oye mira fíjate fijate".split())


def _begins_clause(around: Around) -> bool:
    last = around[-1]
    if last.low in _FILLERS:
        return True
    return last.kind in {"edge", "mark", "but", "and", "greet", "time", "adverb", "weekday"} or last.low in {
        "that",
        "que",
        "today",
        "hoy",
        "how",
        "way",
    }
