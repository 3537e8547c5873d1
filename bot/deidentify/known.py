"""Entries that are always hidden: colleagues, and what a person never wants stored. Law: never in clear, only"
" hashes."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from bot.deidentify.tokens import Token

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’.-]?[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*")
_POSSESSIVE = regex.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Known:
    """Keyed hashes of entries (`known_hash`), `longest` the words of the longest.

    `certain`: hidden wherever they stand, as a person's own list. Otherwise (colleagues), an entry of one word that
    is also an ordinary word is asked about where it is written small, unless the sentence shows that it is a name.
    """

    key: bytes
    hashes: frozenset[bytes] = frozenset()
    longest: int = 1
    certain: bool = True


def plain(words: str) -> str:
    """An entry as it is hashed: NFC, case-folded, its words with one space between, no marks, no possessive s."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())
    found = [_POSSESSIVE.sub("", word).replace("’", "'") for word in _WORD.findall(folded)]
    return " ".join(found) or folded.strip()


def known_hash(key: bytes, words: str) -> bytes:
    """HMAC-SHA-256 over the entry; a name, a nickname, or several words."""
    return hmac.digest(key, plain(words).encode("utf-8", "surrogatepass"), "sha256")


@dataclass(frozen=True, slots=True)
class Met:
    """A known entry in a text: tokens `first` to `last`, and whether it is hidden without more ado."""

    first: int
    last: int
    certain: bool


def met(words: Sequence[Token], known: Sequence[Known]) -> Iterator[Met]:
    """Where known entries stand; a possessive s without its apostrophe is looked through."""
    if not known:
        return
    spoken = [place for place, word in enumerate(words) if word.text[0].isalnum()]
    for entries in known:
        seen: dict[str, bool] = {}

        def listed(text: str, entries: Known = entries, seen: dict[str, bool] = seen) -> bool:
            if text not in seen:
                digest = hmac.digest(entries.key, text.encode("utf-8", "surrogatepass"), "sha256")
                seen[text] = digest in entries.hashes
            return seen[text]

        folded = [plain(words[place].text) for place in spoken]
        for at in range(len(spoken)):
            for count in range(min(entries.longest, len(spoken) - at), 0, -1):
                last = spoken[at + count - 1]
                if last - spoken[at] > 2 * count:
                    continue
                text = " ".join(folded[at : at + count])
                if listed(text) or (text.endswith("s") and listed(text[:-1])):
                    yield Met(spoken[at], last, entries.certain)
                    break
