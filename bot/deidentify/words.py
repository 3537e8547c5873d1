"""Each word of a text with what the lists and its letters say about it; the cue rules ask nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import regex

from bot.deidentify.reading import HIDDEN
from bot.deidentify.spans import Span
from bot.deidentify.tokens import Token
from bot.deidentify.vocabulary import Vocabulary, bare, folded, listed

_SHORTENED = frozenset(
    ["st", "mt", "ms", "mr", "mrs", "dr", "dra", "sr", "sra", "srta", "prof", "ft", "jr", "lic", "mtra", "mtro"]
)
_ENDS = frozenset('.!?:;…\n"“(•*-–—')


class Word(NamedTuple):
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
    core: bool

    @property
    def unknown(self) -> bool:
        return self.letters and not (self.safe or self.kind or self.place)

    @property
    def shown(self) -> bool:
        """A capital where none is due."""
        return self.capital and not self.opens


NOTHING = Word(0, 0, "", "", "edge", False, False, False, True, *(False,) * 6, True)


def _is_short(word: Word) -> bool:
    """What a full stop shortens rather than ends: "St.", "N."."""
    return word.letters and (word.low in _SHORTENED or len(word.low) == 1)


def written_small(words: Sequence[Word]) -> bool:
    """Whether capitals are left out, as on a phone or in dictation, so that a small letter says nothing."""
    opening = [word for word in words if word.opens and word.letters]
    return 2 * sum(word.capital for word in opening) < len(opening) or any(word.text == "i" for word in words)


#: Where one of these stands, Spanish is written as it sounds.
_SOUNDED = frozenset("ke kon komo kiere kuando aki kasa eya ase aser dise".split())


def written_by_ear(words: Sequence[Word]) -> bool:
    return any(word.low in _SOUNDED for word in words)


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
        hidden = "hidden" if token.text == HIDDEN else ""
        if span and span.start < token.end:
            hidden = "aged" if span.label == "AGE" else "hidden"
        if made and "\n" in text[made[-1].end : token.start]:
            opens = True
        word = _word(token, hidden, opens, vocabulary, loud)
        made.append(word)
        short = token.text == "." and len(made) > 1 and _is_short(made[-2])
        opens = (token.text[0] in _ENDS and not short) or (opens and not word.letters and not hidden)
    return _phrases(made)


_KNOWN_WIDELY = listed("widely.txt")
_FIRST_WORDS = frozenset(phrase.partition(" ")[0] for phrase in _KNOWN_WIDELY)


def _phrases(words: list[Word]) -> list[Word]:
    """States, countries, programs of several words count as one known thing."""
    lows = [word.low for word in words]
    at = 0
    while at < len(words):
        for count in (4, 3, 2, 1) if lows[at] in _FIRST_WORDS and words[at].letters else ():
            said = " ".join(lows[at : at + count])
            if said in _KNOWN_WIDELY:
                for place in range(at, at + said.count(" ") + 1):
                    words[place] = words[place]._replace(
                        kind="program", doubtful=False, given=False, surname=False, safe=True
                    )
                at += count - 1
                break
        at += 1
    return words


def _loud(tokens: Sequence[Token]) -> bool:
    """Whether most of it is in capitals, so that they say nothing."""
    long = [token.text for token in tokens if len(token.text) > 2 and token.text[0].isalpha()]
    return len(long) > 3 and sum(word.isupper() or word.istitle() for word in long) > 0.7 * len(long)


class Listed(NamedTuple):
    """What the lists say of a word, however it is written."""

    kind: str
    safe: bool
    given: bool
    surname: bool
    doubtful: bool
    doubtful_surname: bool
    place: bool
    core: bool


def _word(token: Token, hidden: str, opens: bool, vocabulary: Vocabulary, loud: bool) -> Word:
    text = token.text
    if hidden or not text[0].isalpha():
        kind = hidden or "mark"
        capital = text[0].isupper() and not loud
        return Word(
            token.start, token.end, text, text.lower(), kind, False, capital, False, opens, True, *(False,) * 5, True
        )
    low = folded(text)
    listed = _LISTED.get(low) or _looked_up(low, vocabulary)
    capital = text[0].isupper() and not loud
    return Word(
        token.start, token.end, text, low, listed.kind, True, capital, len(text) > 1 and text.isupper(), opens,
        listed.safe,
        listed.given, listed.surname, listed.doubtful, listed.doubtful_surname, listed.place, listed.core,
    )  # fmt: skip


_MAY_BE_SEVERAL = frozenset({"weekday", "kin", "kid", "role"})
#: Ordinary words as they were looked up. Never a name: what people write is kept nowhere.
_LISTED: dict[str, Listed] = {}


def _looked_up(low: str, vocabulary: Vocabulary) -> Listed:
    plain = bare(low)
    kind = vocabulary.classes.get(low) or vocabulary.classes.get(plain, "")
    if not kind and low.endswith("s"):
        kind = several if (several := vocabulary.classes.get(low[:-1], "")) in _MAY_BE_SEVERAL else ""
    safe = _safe(low, plain, vocabulary)
    doubtful = _in(low, plain, vocabulary.ambiguous)
    known = safe or bool(kind)
    found = Listed(
        kind,
        safe,
        low in vocabulary.given
        or (not known and low.endswith("s") and low[:-1] in vocabulary.given)
        or (not known and plain in vocabulary.given and low[-1] not in "íó"),
        low in vocabulary.surnames or (not known and plain in vocabulary.surnames),
        doubtful,
        _in(low, plain, vocabulary.ambiguous_surnames),
        _in(low, plain, vocabulary.places),
        bool(kind) or _everyday(low, plain, vocabulary),
    )
    if low in vocabulary.safe and not (found.given or doubtful):
        _LISTED[low] = found
    return found


def _everyday(low: str, plain: str, vocabulary: Vocabulary) -> bool:
    """Said every day, or of such words: "two-hour", "teacher's"."""
    if _in(low, plain, vocabulary.core):
        return True
    parts = low.replace("'", "-").split("-")
    return len(parts) > 1 and all(
        part in vocabulary.core or part in vocabulary.classes or len(part) < 3 for part in parts
    )


def _in(low: str, plain: str, words: frozenset[str]) -> bool:
    return low in words or plain in words


_ENGLISH_ENDINGS = (
    ("'s", ""), ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("in", ""), ("in", "e"), (
        "ly", ""), ("er", ""),
    ("er", "e"), ("ers", ""), ("ness", ""), ("ies", "y"), ("able", ""), ("less", ""), ("ful", ""), ("ment", ""), (
        "ments", ""), ("ish", ""),
)  # fmt: skip
#: Of verbs and their forms; a small word that ends so is hardly a name.
_SPANISH_ENDINGS = (
    "aron", "ieron", "aban", "aba", "ando", "iendo", "yendo", "arle", "arlo", "arla", "arles", "arme", "arse", "erle",
        "erlo", "erla", "irle", "irlo",
    "irme", "irse", "erse", "arnos", "amos", "emos", "imos", "ábamos", "íamos", "ía", "ían", "ió", "aste", "iste",
        "aría", "ería", "arían", "ándole",
    "ándolo", "ándola", "ándome", "iéndole", "ándose", "iéndose", "endo", "ación", "aciones", "mente", "adas", "ados",
        "idas", "idos", "aran", "iera", "ieran",
    "áramos", "iéramos", "ará", "aré", "arán", "aremos", "irá", "erá", "ólogo", "óloga", "ario", "arios", "ísimo",
        "ísima", "ado", "ada", "iere", "ieren", "dor", "dora", "dores", "doras",
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


_CLITIC = regex.compile(r"[áéíóú]\p{L}{1,4}(?:[smlt]e|l[oa]s?|les|nos)$")
_DIMINUTIVE = regex.compile(r"e?c?(?:it|ot|ill)[oa]s?$")


#: Longer ones are no words, and not worth the time to take them apart.
_LONGEST = 28


def derived(word: Word, vocabulary: Vocabulary) -> bool:
    """Whether a word that is in no list is an ordinary one in another form: "placements", "asintió", "stoplight"."""
    low = word.low
    if len(low) > _LONGEST:
        return False
    if (len(low) > 5 and low.endswith(_SPANISH_ENDINGS)) or (len(low) > 3 and low[-1] in "íéó") or _CLITIC.search(low):
        return True
    if len(low) > 6 and (small := _DIMINUTIVE.search(low)):
        stem = low[: small.start()]
        return any(stem + ending in vocabulary.safe for ending in ("", "o", "a", "e", "os", "as"))
    for ending, instead in _ENGLISH_ENDINGS:
        if low.endswith(ending) and len(low) - len(ending) > 2:
            stem = low[: len(low) - len(ending)] + instead
            if stem in vocabulary.safe or (stem[-1] == stem[-2] and stem[:-1] in vocabulary.safe):
                return True
    return any(low[:at] in vocabulary.safe and low[at:] in vocabulary.safe for at in range(4, len(low) - 3))


def slip(low: str, vocabulary: Vocabulary) -> bool:
    """Whether one letter too many, one missing or two changed over make an ordinary word of it: "somthing", "agian"."""
    if not 6 <= len(low) <= _LONGEST:
        return False
    safe = vocabulary.safe
    for at in range(1, len(low)):
        head, tail = low[:at], low[at:]
        if head + tail[1:] in safe or head + tail[1:2] + tail[:1] + tail[2:] in safe:
            return True
        if any(head + letter + tail in safe for letter in "aeioustrnlcdmpghby"):
            return True
    return False


_BY_EAR = (
    ("y", "ll"),
    ("b", "v"),
    ("v", "b"),
    ("s", "z"),
    ("s", "c"),
    ("z", "s"),
    ("j", "g"),
    ("ll", "y"),
    ("i", "y"),
    ("g", "j"),
)
_HARD = regex.compile(r"k(?=[eiéí])")


def by_ear(low: str, vocabulary: Vocabulary) -> bool:
    """Spanish written as it sounds: "kon", "aki", "eya", "dise", "ai" for hay."""
    if len(low) > _LONGEST:
        return False
    plain = _HARD.sub("qu", low).replace("k", "c")
    forms = {plain, f"h{plain}"}
    for _ in range(2):
        forms |= {form.replace(heard, written) for form in forms for heard, written in _BY_EAR if heard in form}
        if not vocabulary.safe.isdisjoint(forms):
            return True
    return False
