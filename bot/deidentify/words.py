"""Each word of a text with what the lists and its letters say about it; the cue rules ask nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.deidentify.reading import HIDDEN
from bot.deidentify.spans import Span
from bot.deidentify.tokens import Token
from bot.deidentify.vocabulary import Vocabulary, bare, folded

_SHORTENED = frozenset(
    ["st", "mt", "ms", "mr", "mrs", "dr", "dra", "sr", "sra", "srta", "prof", "ft", "jr", "lic", "mtra", "mtro"]
)
_ENDS = frozenset('.!?:;…\n"“(•*-–—')


@dataclass(frozen=True, slots=True)
class Word:
    """A token. `kind`: its class in the lists, "" for others, "hidden" for what is hidden or found already.

    `given`, `surname`: in the lists of names and no ordinary word; `doubtful`: a name that is a word as well.
    `safe`: an ordinary word. `unknown`: none of all that. `capital`: written like a name; `opens`: a sentence
    begins here, so that a capital says nothing.
    """

    start: int
    end: int
    text: str
    low: str
    kind: str
    letters: bool
    capital: bool
    upper: bool
    opens: bool
    safe: bool
    given: bool
    surname: bool
    doubtful: bool
    doubtful_surname: bool
    place: bool

    @property
    def unknown(self) -> bool:
        return self.letters and not (self.safe or self.kind or self.place)

    @property
    def shown(self) -> bool:
        """A capital where none is due."""
        return self.capital and not self.opens


NOTHING = Word(0, 0, "", "", "edge", False, False, False, True, False, False, False, False, False, False)


def words_of(tokens: Sequence[Token], text: str, vocabulary: Vocabulary, fixed: Iterable[Span]) -> list[Word]:
    """The words of a text; those in spans that are `fixed` (sorted) already count as hidden."""
    taken = iter(fixed)
    span = next(taken, None)
    made: list[Word] = []
    opens = True
    loud = _loud(tokens)
    for token in tokens:
        while span and span.end <= token.start:
            span = next(taken, None)
        hidden = bool(span and span.start < token.end) or token.text == HIDDEN
        if made and "\n" in text[made[-1].end : token.start]:
            opens = True
        word = _word(token, hidden, opens, vocabulary, loud)
        made.append(word)
        short = token.text == "." and len(made) > 1 and (made[-2].low in _SHORTENED or len(made[-2].low) == 1)
        opens = (token.text[0] in _ENDS and not short) or (opens and not word.letters and not hidden)
    return made


def _loud(tokens: Sequence[Token]) -> bool:
    """Whether most of it is in capitals, so that they say nothing."""
    long = [token.text for token in tokens if len(token.text) > 2 and token.text[0].isalpha()]
    return len(long) > 3 and sum(word.isupper() or word.istitle() for word in long) > 0.7 * len(long)


@dataclass(frozen=True, slots=True)
class Listed:
    """What the lists say of a word, however it is written."""

    kind: str
    safe: bool
    given: bool
    surname: bool
    doubtful: bool
    doubtful_surname: bool
    place: bool


def _word(token: Token, hidden: bool, opens: bool, vocabulary: Vocabulary, loud: bool) -> Word:
    text = token.text
    if hidden or not text[0].isalpha():
        kind = "hidden" if hidden else "mark"
        return Word(token.start, token.end, text, text, kind, False, False, False, opens, True, *(False,) * 5)
    low = folded(text)
    listed = _LISTED.get(low) or _looked_up(low, vocabulary)
    capital = text[0].isupper() and not loud
    return Word(
        token.start, token.end, text, low, listed.kind, True, capital, len(text) > 1 and text.isupper(), opens, listed.safe,
        listed.given, listed.surname, listed.doubtful, listed.doubtful_surname, listed.place,
    )  # fmt: skip


#: Ordinary words as they were looked up. Never a name: what people write is kept nowhere.
_LISTED: dict[str, Listed] = {}


def _looked_up(low: str, vocabulary: Vocabulary) -> Listed:
    plain = bare(low)
    kind = vocabulary.classes.get(low) or vocabulary.classes.get(plain, "")
    safe = _safe(low, plain, vocabulary)
    doubtful = _in(low, plain, vocabulary.ambiguous)
    known = safe or bool(kind)
    found = Listed(
        kind,
        safe,
        low in vocabulary.given or (not known and plain in vocabulary.given),
        low in vocabulary.surnames or (not known and plain in vocabulary.surnames),
        doubtful,
        _in(low, plain, vocabulary.ambiguous_surnames),
        _in(low, plain, vocabulary.places),
    )
    if low in vocabulary.safe and not (found.given or doubtful):
        _LISTED[low] = found
    return found


def _in(low: str, plain: str, words: frozenset[str]) -> bool:
    return low in words or plain in words


_ENGLISH_ENDINGS = (
    ("'s", ""), ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("d", ""), ("ing", ""), ("ing", "e"), ("in", ""), ("in", "e"), ("ly", ""), ("er", ""),
    ("er", "e"), ("ers", ""), ("ness", ""), ("ies", "y"), ("y", ""), ("able", ""), ("less", ""), ("ful", ""), ("ment", ""), ("ments", ""), ("ish", ""),
)  # fmt: skip
#: Of verbs and their forms; a small word that ends so is hardly a name.
_SPANISH_ENDINGS = (
    "aron", "ieron", "aban", "aba", "ando", "iendo", "yendo", "arle", "arlo", "arla", "arles", "arme", "arse", "erle", "erlo", "erla", "irle", "irlo",
    "irme", "irse", "erse", "arnos", "amos", "emos", "imos", "ábamos", "íamos", "ía", "ían", "ió", "aste", "iste", "aría", "ería", "arían", "ándole",
    "ándolo", "ándola", "ándome", "iéndole", "ándose", "iéndose", "endo", "ación", "aciones", "mente", "adas", "ados", "idas", "idos", "aran", "iera", "ieran",
    "áramos", "iéramos", "ará", "aré", "arán", "aremos", "irá", "erá", "ólogo", "óloga", "ario", "arios", "ísimo", "ísima", "dor", "dora", "dores", "doras",
)  # fmt: skip


def _safe(low: str, plain: str, vocabulary: Vocabulary) -> bool:
    if _in(low, plain, vocabulary.safe):
        return True
    if "-" in low or "'" in low:
        parts = [part for part in low.replace("'", "-").split("-") if part]
        return bool(parts) and all(
            part in vocabulary.safe or len(part) < 3 or part in vocabulary.classes for part in parts
        )
    return False


def derived(word: Word, vocabulary: Vocabulary) -> bool:
    """Whether a word that is in no list is an ordinary one in another form: "placements", "asintió", "stoplight"."""
    low = word.low
    if len(low) > 5 and low.endswith(_SPANISH_ENDINGS):
        return True
    for ending, instead in _ENGLISH_ENDINGS:
        if low.endswith(ending) and len(low) - len(ending) > 2:
            stem = low[: len(low) - len(ending)] + instead
            if stem in vocabulary.safe or (stem[-1] == stem[-2] and stem[:-1] in vocabulary.safe):
                return True
    return any(low[:at] in vocabulary.safe and low[at:] in vocabulary.safe for at in range(4, len(low) - 3))


def slip(low: str, vocabulary: Vocabulary) -> bool:
    """Whether one slip of the finger makes an ordinary word of it: "somthing", "agian", "finaly"."""
    if len(low) < 5:
        return False
    safe = vocabulary.safe
    for at in range(1, len(low)):
        head, tail = low[:at], low[at:]
        if head + tail[1:] in safe or head + tail[1:2] + tail[:1] + tail[2:] in safe:
            return True
        if any(head + letter + tail in safe or head + letter + tail[1:] in safe for letter in "aeioustrnlcdmpghby"):
            return True
    return False
