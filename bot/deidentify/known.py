"""Names that are known without being kept: only a keyed hash of each. Pure. Law: words go in and never come out."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Known:
    """`longest`: words that a name has at most. `certain`: the writer listed them, so they are always taken out;
    otherwise they are names of people at work, which may be words as well."""

    key: bytes = field(repr=False)
    hashes: frozenset[bytes] = field(repr=False)
    longest: int
    certain: bool


def known_hash(key: bytes, words: str) -> bytes:
    """The same for every way of writing capitals and composed letters, and for every space between the words."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", words).casefold())
    return hmac.digest(key, " ".join(folded.split()).encode(errors="surrogatepass"), "sha256")
