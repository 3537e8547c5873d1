"""Themes that somebody's own words may touch. Law: a cue only suggests, and nothing else is read out of a text.

A cue stands in `codebook.toml` as people would write it; what its signs mean stands at the top of that file. Comparing
is done on plain words: small letters, no accents, no contractions, a sentence at a time. No cue reaches over a comma.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from prompts.small_words import (
    HYPOTHETICALS,
    I_DO,
    MY,
    NEGATIONS,
    OTHERS,
    SPELLED,
    THEIRS,
    THEY,
    TO_ME,
    TOLD_APART,
)

if TYPE_CHECKING:
    from prompts.codebook import Codebook, Theme

#: Themes that come from taps alone: on what or whom the work was centered cannot be told from words.
FROM_TAPS = frozenset({"L1", "L2", "L3"})
#: Within so many words before a cue, a negation blocks it, and what says that it is only supposed.
REACH = 3
BLOCKING = NEGATIONS | HYPOTHETICALS
SOMEBODY = I_DO | TO_ME | MY | OTHERS
#: No clause is longer, whatever the commas say.
CLAUSE = 25
#: `..` stands for up to so many words, none of which says that it is not so.
GAP = 3
#: A cue is found by the beginnings of its first word, of so many letters.
KEY = 3

_CONTRACTED = (
    (re.compile(r"['’ʼ`´‘]"), "'"),
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'(?:s|d)?\b"), ""),
)
_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”|«[^»\n]*»')
_DOTS = re.compile(r"\.{2,}|…")
_SENTENCE = re.compile(r"[.!?;:\n\r¡¿]+")
_COMMA = re.compile(r"[,()\[\]{}–—\"“”«»/]| - ")
_WORD = re.compile(r"[^\W_]+|,")
_WRITTEN = re.compile(r"\[[^]]*\]|\S+")
_PART = re.compile(r"[^\W_]+(?: [^\W_]+)*\*?")


class Hit(NamedTuple):
    """One cue in one place: words `start` to `end` of a sentence."""

    code: str
    cue: str
    said: str
    weak: bool
    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cue:
    code: str
    written: str
    weak: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, eq=False)
class _Sentence:
    """`words`: plain ones, with a comma where a clause may end."""

    words: tuple[str, ...]

    @cached_property
    def clauses(self) -> tuple[tuple[int, int], ...]:
        """Where each begins and ends. What stands between commas and names nobody goes with what is before it."""
        parts = [0, *(at + 1 for at, word in enumerate(self.words) if word == ",")]
        ends = [*(begin - 1 for begin in parts[1:]), len(self.words)]
        begins = [
            begin for begin, end in zip(parts, ends, strict=True) if not begin or _names_somebody(self.words[begin:end])
        ]
        return tuple(zip(begins, [*(begin - 1 for begin in begins[1:]), len(self.words)], strict=True))


_Table = Mapping[str, tuple[_Cue, ...]]


def suggest(codebook: Codebook, text: str) -> tuple[str, ...]:
    """The codes that a text may touch, in the codebook's order."""
    return tuple(weighed(codebook, text))


def weighed(codebook: Codebook, text: str) -> dict[str, int]:
    """The same, with how many cues each has. One cue of a theme is enough for it, or two different weak ones.

    Section 8 of the domain brief: feelings need a first person in the same clause, and what is negated or only supposed
    within three words does not count.
    """
    enough: set[str] = set()
    earlier: dict[str, dict[str, Hit]] = defaultdict(dict)
    for hit in hits(codebook, text):
        if not hit.weak or any(_apart(hit, other) for other in earlier[hit.code].values()):
            enough.add(hit.code)
        earlier[hit.code].setdefault(hit.cue, hit)
    return {theme.code: len(earlier[theme.code]) for theme in codebook.themes if theme.code in enough}


def hits(codebook: Codebook, text: str) -> Iterator[Hit]:
    """Every cue that counts. What somebody else said, in quotation marks, tells nothing of what the writer feels."""
    yield from _found(_table(codebook.themes, own=False), text, own=False)
    yield from _found(_table(codebook.themes, own=True), _QUOTED.sub(" , ", text), own=True)


def _apart(one: Hit, two: Hit) -> bool:
    """Whether they are two cues, and not two readings of the same words."""
    overlap = one.sentence == two.sentence and one.start < two.end and two.start < one.end
    return one.cue != two.cue and one.said != two.said and not overlap


def _found(table: _Table, text: str, *, own: bool) -> Iterator[Hit]:
    for number, sentence in enumerate(_sentences(text)):
        line, at = " ".join(sentence.words) + " ", 0
        for start, word in enumerate(sentence.words):
            for cue in table.get(word[:KEY], ()):
                if met := cue.pattern.match(line, at):
                    end = start + met[0].count(" ")
                    if not _blocked(sentence, start) and (not own or _own(sentence, start, end)):
                        yield Hit(cue.code, cue.written, met[0], cue.weak, number, start, end)
            at += len(word) + 1


# --- what blocks a cue, and whose feeling it is


def _blocked(sentence: _Sentence, start: int) -> bool:
    before = [word for word in sentence.words[max(0, start - 4 * REACH) : start] if word != ","]
    return not BLOCKING.isdisjoint(before[-REACH:])


def _own(sentence: _Sentence, start: int, end: int) -> bool:
    """Whether the writer feels it: a first person in the same clause, and nobody else in between."""
    words = sentence.words
    if not THEIRS.isdisjoint(words[max(0, start - 1) : start]) or not THEY.isdisjoint(words[end : end + 1]):
        return False
    clause = next(clause for clause in reversed(sentence.clauses) if clause[0] <= start)
    first, last = max(clause[0], start - CLAUSE), min(clause[1], end + CLAUSE)
    before = next((at for at in range(end - 1, first - 1, -1) if _first_person(words, at, start)), None)
    if before is not None:
        return OTHERS.isdisjoint(words[before + 1 : start])
    after = next((at for at in range(end, last) if words[at] in TO_ME), None)
    return after is not None and OTHERS.isdisjoint((*words[first:start], *words[end:after]))


def _first_person(words: tuple[str, ...], at: int, start: int) -> bool:
    """A word such as "my" is one, unless it says whose mother or supervisor somebody is."""
    if words[at] in MY:
        return start - at <= REACH and OTHERS.isdisjoint(words[at + 1 : max(start, at + 3)])
    return words[at] in I_DO or words[at] in TO_ME


def _names_somebody(words: Iterable[str]) -> bool:
    return not SOMEBODY.isdisjoint(words)


# --- plain words


def _sentences(text: str) -> Iterator[_Sentence]:
    plain = _COMMA.sub(" , ", _DOTS.sub(" ", _plain(text)))
    for sentence in _SENTENCE.split(plain):
        words = " ".join(SPELLED.get(word, word) for word in _WORD.findall(sentence)).split()
        if words:
            yield _Sentence(tuple(words))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).casefold()
    for contracted, whole in _CONTRACTED:
        text = contracted.sub(whole, text)
    text = re.sub(r"\w+", lambda word: TOLD_APART.get(word[0], word[0]), text)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


# --- cues as they are written


def unreadable(cue: str) -> str:
    """What is wrong with a cue as it is written, and what to do; an empty string where nothing is."""
    parts = _parts(cue)
    if not parts or ".." in (parts[0], parts[-1]) or all(part.startswith("[") for part in parts):
        return f"'{cue}' has to begin and end with words; take out what is around them"
    for part in parts:
        if part != ".." and not all(_PART.fullmatch(word) for word in _alternatives(part)):
            return f"'{part}' in '{cue}' cannot be compared; use words, and * | [ ] .. as the head of the file says"
    if parts[0].startswith("[") or any(len(word) <= KEY for word in _alternatives(parts[0]) if word.endswith("*")):
        return f"'{cue}' begins with what is too open; begin with a word, or with a longer stem"
    return ""


def _parts(cue: str) -> list[str]:
    return _WRITTEN.findall(cue.removesuffix("?"))


def _alternatives(part: str) -> tuple[str, ...]:
    """Plain words, each of which can stand in the place of one part; some of them are two ("can't")."""
    bare = part[1:-1] if part.startswith("[") and part.endswith("]") else part
    plain = (_plain(word).replace("-", " ") for word in bare.split("|"))
    return tuple(" ".join(SPELLED.get(word, word) for word in words.split()) for words in plain)


@lru_cache(maxsize=8)
def _table(themes: tuple[Theme, ...], *, own: bool) -> _Table:
    """The cues of both languages, by the beginnings of their first words. `own`: those of what the writer feels."""
    table: dict[str, list[_Cue]] = defaultdict(list)
    for theme in themes:
        if theme.code in FROM_TAPS or theme.own != own:
            continue
        for written in (*theme.cues.en, *theme.cues.es):
            parts = _parts(written)
            pattern = re.compile("".join(map(_element, parts)))
            for key in {word.rstrip("*").split()[0][:KEY] for word in _alternatives(parts[0])}:
                table[key].append(_Cue(theme.code, written, written.endswith("?"), pattern))
    return {key: tuple(cues) for key, cues in table.items()}


def _element(part: str) -> str:
    if part == "..":
        return rf"(?:(?!(?:{'|'.join(sorted(NEGATIONS))}) )\w+ ){{0,{GAP}}}?"
    words = "|".join(word.replace("*", r"\w*") for word in _alternatives(part))
    return f"(?:(?:{words}) )?" if part.startswith("[") else f"(?:{words}) "
