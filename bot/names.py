"""The ways in which a name can be said, and the list of those that are never kept. Pure; a list here holds no words."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final

from pydantic import Field

from bot.events import Frozen
from bot.typed import clean

#: Entries of one person's list; words and signs of an entry. A name of the workspace may have as many words.
MOST: Final = 60
LONGEST: Final = 5
SIGNS: Final = 60
#: Letters of a part that is a name by itself, and of the shortest entry: one letter would be found in every sentence.
PART: Final = 3
SHORTEST: Final = 2
#: Bytes of an entry's own hash by which the ways of saying it are known to be its own.
TAG: Final = 8

_PARTICLES: Final = "da das de del den der di dos du la las los van von ter ten bin ibn bint al el y e"
_TITLES: Final = """
mr mrs ms miss mx dr dra prof sir madam sr sra srta senor senora senorita don dona san santa saint jr phd msw lcsw
lmft the and his her she they them ella mom mum mama mother dad papa father baby bebe nena nene aunt auntie uncle
tia tio grandma grandpa abuela abuelo sister brother hermana hermano
"""
_BESIDE_A_NAME: Final = "admin bot guest test user ext external contractor team staff"

#: Words in a name that are no name by themselves, without accents: particles; titles and what relatives are called.
PARTICLES: Final = frozenset(_PARTICLES.split())
NO_NAME: Final = PARTICLES | frozenset(_TITLES.split())
#: The same, with what stands in the name of an account beside the name.
OF_AN_ACCOUNT: Final = NO_NAME | frozenset(_BESIDE_A_NAME.split())

_APART: Final = re.compile(r"[,;\n、，；]")
_HINGE: Final = re.compile(r"[-‐‑'’]")
_QUOTE: Final = re.compile("['’]")
#: Where the rest of an account's name is no name: pronouns in brackets, a place, a task.
_BESIDE: Final = re.compile(r"[(\[{|/@<•·:]| [-–—] ")
_JOINED: Final = re.compile(r"[\s._,]+")
#: Letters that are no letter with a mark, as people write them who do not have them on the keyboard.
_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
#: Signs of an account's name that are looked at, and its words.
_LONG: Final = 200


class Listed(Frozen):
    """A person's list, to be asked whether a name is on it: a keyed hash of each entry."""

    key: bytes = Field(default=b"", repr=False)
    entries: frozenset[bytes] = Field(default=frozenset(), repr=False)

    def has(self, name: str) -> bool:
        return tag(self.key, name) in self.entries

    def with_names(self, names: Iterable[str]) -> Listed:
        return self.model_copy(update={"entries": self.entries | {tag(self.key, name) for name in names}})

    def without(self, names: Iterable[str]) -> Listed:
        return self.model_copy(update={"entries": self.entries - {tag(self.key, name) for name in names}})


def entries(values: Mapping[str, str | tuple[str, ...]], field: str) -> tuple[str, ...]:
    """The names that were typed, one a line or with commas between, each once."""
    value = values.get(field, "")
    typed = clean("\n".join(value) if isinstance(value, tuple) else value)
    return tuple(dict.fromkeys(filter(None, (" ".join(words_of(part)) for part in _APART.split(typed)))))


def words_of(name: str) -> list[str]:
    """Without what stands around them: quotation marks, the full stop of an initial."""
    return [word for each in name.split() if (word := _stripped(each))]


def _stripped(word: str) -> str:
    start, end = 0, len(word)
    while start < end and not _is_sign_of_a_word(word[start]):
        start += 1
    while end > start and not _is_sign_of_a_word(word[end - 1]):
        end -= 1
    return word[start:end]


def _is_sign_of_a_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def letters(name: str) -> int:
    return sum(char.isalpha() for char in name)


def folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def unaccented(word: str) -> str:
    """As it is typed without accents, folded."""
    parts = unicodedata.normalize("NFKD", folded(word).translate(_PLAIN))
    return "".join(char for char in parts if not unicodedata.combining(char)).casefold()


def tag(key: bytes, name: str) -> bytes:
    """What an entry is known by, however it is typed."""
    typed = _QUOTE.sub("'", unaccented(" ".join(words_of(name))))
    return hmac.digest(key, unicodedata.normalize("NFC", typed).encode(errors="surrogatepass"), "sha256")[:TAG]


# The ways of saying it


def forms(name: str) -> frozenset[str]:
    """An entry as a whole, with and without accents on each of its words, and its parts that are names themselves."""
    words = [folded(word) for word in words_of(name)]
    return frozenset(_quoted({*_wholes(words), *_parts(words, NO_NAME)}))


def forms_of_account(name: str) -> frozenset[str]:
    """The same of the name of somebody's account, without what people write beside it ("Ada Pérez (she/her), LCSW")."""
    name = _BESIDE.split(clean(name)[:_LONG])[0]
    words = [word for each in _JOINED.split(name) if letters(word := _stripped(folded(each)))]
    words = [word for word in words if unaccented(word) not in OF_AN_ACCOUNT or unaccented(word) in PARTICLES]
    whole = words if 1 < len(words) <= LONGEST and letters(name) >= PART else []
    return frozenset(_quoted({*_wholes(whole), *_parts(words, OF_AN_ACCOUNT)}))


def _wholes(words: list[str]) -> Iterator[str]:
    if words:
        yield from (" ".join(each) for each in product(*map(_written, words)))


def _parts(words: Iterable[str], none: frozenset[str]) -> Iterator[str]:
    """Each word, and what is joined in it with a hyphen or an apostrophe."""
    for word in words:
        for part in dict.fromkeys((word, *_HINGE.split(word))):
            if letters(part) >= PART and unaccented(part) not in none:
                yield from _written(part)


def _written(word: str) -> Iterable[str]:
    """With its accents, in capitals (there an "ı" is an "i"), and without accents: mostly that is one or two ways."""
    return dict.fromkeys(filter(None, (word, folded(word.upper()), unaccented(word))))


def _quoted(names: Iterable[str]) -> Iterator[str]:
    """With the apostrophe of the keyboard and with that of print."""
    for name in names:
        yield from (_QUOTE.sub("'", name), _QUOTE.sub("’", name))
