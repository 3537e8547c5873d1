"""A text as the rules read it: composed letters, plain quotes, our placeholders as one mark each. It knows the"
" way back."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import regex

from bot.deidentify.placeholders import PLACEHOLDER
from bot.deidentify.tokens import Token, tokens

#: Stands for something that is hidden already: no letter, no digit, no space, and in none of our patterns.
HIDDEN = "\ufffc"
_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "＠": "@",
     "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "．": ".", "\t": " ", "\r": "\n"}
)  # fmt: skip
#: Letters with marks to be composed, characters without width, digits of other scripts. Bounded: a normal form of
#: a thousand marks on one letter would take quadratic time.
_ODD = regex.compile(
    rf"(?P<hidden>{PLACEHOLDER})|(?P<marked>\P{{M}}\p{{M}}{{1,8}})|(?P<none>\p{{Cf}})|(?P<digit>[\p{{Nd}}--0-9])",
    regex.V1,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` and its lower-case twin `low` have the same length; `starts[i]` is where character i stood before."""

    text: str
    low: str
    tokens: list[Token] = field(repr=False)
    heads: list[tuple[int, str]] = field(repr=False)
    starts: list[int] | None = field(repr=False, default=None)

    def place(self, at: int) -> int:
        """Where an offset of `text` is in the text as it was given."""
        return at if self.starts is None else self.starts[at]


def read(given: str, hidden: Iterable[tuple[int, int]] = ()) -> Reading:
    """Reads `given`, with what lies in `hidden` (sorted, disjoint) as if its placeholder stood there."""
    pieces: list[tuple[int, int, str]] = [(start, end, HIDDEN) for start, end in hidden]
    if not given.isascii() or "[" in given or pieces:
        pieces += [(found.start(), found.end(), _simpler(found)) for found in _ODD.finditer(given)]
    pieces = [piece for piece in pieces if given[piece[0] : piece[1]] != piece[2]]
    if not pieces:
        text = given.translate(_PLAIN)
        return _reading(text)
    return _assembled(given, sorted(pieces, key=lambda piece: (piece[0], -piece[1])))


def _reading(text: str, starts: list[int] | None = None) -> Reading:
    low, words = lowered(text), tokens(text)
    return Reading(text, low, words, heads_of(low, words), starts)


def _simpler(found: regex.Match[str]) -> str:
    match found.lastgroup:
        case "hidden":
            return HIDDEN
        case "marked":
            return unicodedata.normalize("NFC", found[0])
        case "digit":
            return str(unicodedata.decimal(found[0], 0))
    return ""


def _assembled(given: str, pieces: list[tuple[int, int, str]]) -> Reading:
    parts: list[str] = []
    starts: list[int] = []
    at = 0
    for start, end, instead in pieces:
        if start < at:
            continue
        parts += [given[at:start], instead]
        starts += range(at, start)
        starts += [start] * len(instead)
        at = end
    parts.append(given[at:])
    starts += range(at, len(given) + 1)
    text = "".join(parts).translate(_PLAIN)
    return _reading(text, starts)


def lowered(text: str) -> str:
    """Lower case, letter by letter where the whole would change its length."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in text)


#: Stands for any number among the words with which a pattern may begin.
FIGURE = "0"


def heads_of(low: str, words: Iterable[Token]) -> list[tuple[int, str]]:
    """Where each word or number starts, with its first part (of "twenty-two", twenty) or `FIGURE`."""
    heads: list[tuple[int, str]] = []
    for token in words:
        letter = low[token.start]
        if letter.isalpha():
            heads.append((token.start, low[token.start : token.end].partition("-")[0]))
        elif letter.isdigit() or letter == "#":
            heads.append((token.start, FIGURE))
    return heads


@dataclass(frozen=True, slots=True)
class Begins:
    """The words with which a pattern may begin: it is tried there and nowhere else, which is most of our speed."""

    words: frozenset[str]

    def found(self, pattern: regex.Pattern[str], reading: Reading) -> Iterator[regex.Match[str]]:
        low, words, end = reading.low, self.words, 0
        for start in [start for start, head in reading.heads if head in words]:
            if start >= end and (match := pattern.match(low, start)):
                end = match.end()
                yield match
