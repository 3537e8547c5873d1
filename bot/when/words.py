"""What was typed, as plain words that know where they stood. Law: nothing that carries meaning is dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.typed import clean

#: Nobody asks for a time at greater length: characters, and words.
LONGEST = 120
MOST = 24

_WORD = re.compile(
    r"""
      [0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])                   # 2026-12-12
    | (?P<clock>[0-9]{1,2}[:.h][0-9]{2})(?![0-9])           # 15:30, 15.30, 15h30
    | (?P<run>[0-9]{3,4})(?=[ ]?[ap]\.?[ ]?m(?![^\W\d_]))   # 330pm
    | [0-9]+(?:st|nd|rd|th|ro|ero|o)(?!['’]|[^\W\d_])       # 12th, 1º
    | [0-9]+
    | (?P<half>[ap])\.?[ ]?m(?![^\W\d_])\.?                # p.m., p. m.
    | [^\W\d_]+
    | \S
    """,
    re.VERBOSE,
)
#: Without meaning, except between two numbers: 3/4, 9-10.
_SOFT = frozenset(".,;:!?'\"()-–—¿¡‘’“”*_~")
_SIGNS = {"@": "at", "&": "and"}
_POLITE = (
    ("thank", "you"), ("por", "favor"), ("please",), ("pls",), ("plz",), ("thanks",), ("thx",), ("porfa",),
    ("porfavor",), ("gracias",),
)  # fmt: skip
_POLITE_FIRST = (("please",), ("pls",), ("por", "favor"), ("porfa",))


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words (no case, accents or punctuation), and for each where it begins and ends in `text`."""

    text: str
    words: tuple[str, ...] = ()
    places: tuple[tuple[int, int], ...] = ()

    @property
    def plain(self) -> str:
        return " ".join(self.words)

    def typed_from(self, count: int) -> str:
        """What was typed after so many words, without punctuation or politeness at its end."""
        if count >= len(self.words):
            return ""
        return self.text[self.places[count][0] : self.places[-1][1]]

    def part(self, first: int, last: int) -> Words:
        return Words(self.text, self.words[first:last], self.places[first:last])


def words_of(text: str) -> Words:
    """Without politeness at either end; no words for a text that is too long for a wish."""
    if len(text) > LONGEST:
        return Words("")
    text = clean(text)
    letters, origins = _folded(text)
    found = [match for match in _WORD.finditer(letters) if not _means_nothing(letters, match)]
    while found and not (found[-1].group()[0].isalnum()):
        found.pop()
    if len(found) > MOST:
        return Words("")
    places = tuple((origins[match.start()], origins[match.end() - 1] + 1) for match in found)
    return _without_politeness(Words(text, tuple(map(_plain, found)), places))


def _folded(text: str) -> tuple[str, Sequence[int]]:
    pairs = [
        (letter, place)
        for place, char in enumerate(text)
        for letter in unicodedata.normalize("NFKD", char.casefold())
        if not unicodedata.combining(letter)
    ]
    return "".join(letter for letter, _ in pairs), [place for _, place in pairs]


def _means_nothing(letters: str, match: re.Match[str]) -> bool:
    if match.group() not in _SOFT:
        return False
    before, after = letters[: match.start()].rstrip()[-1:], letters[match.end() :].lstrip()[:1]
    return not (before.isdigit() and after.isdigit())


def _plain(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "clock":
            return match.group().replace(".", ":")
        case "run":
            return f"{match.group()[:-2]}:{match.group()[-2:]}"
        case "half":
            return f"{match.group('half')}m"
    return _SIGNS.get(match.group(), match.group())


def _without_politeness(words: Words) -> Words:
    while ending := next((p for p in _POLITE if words.words[-len(p) :] == p), ()):
        words = words.part(0, len(words.words) - len(ending))
    beginning = next((p for p in _POLITE_FIRST if words.words[: len(p)] == p), ())
    return words.part(len(beginning), len(words.words))
