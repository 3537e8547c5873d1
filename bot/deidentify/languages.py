"""Whether a text is in a language that the rules do not know. Short texts are never called foreign."""

from __future__ import annotations

import regex

from bot.deidentify.placeholders import PLACEHOLDER
from bot.deidentify.vocabulary import Vocabulary, bare, folded

#: Fewer words say too little.
SHORT = 6
#: Of English and Spanish reflections, however they are typed, more than this share of the words is known.
KNOWN = 0.5
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}'’]*+")
_LATIN = regex.compile(r"\p{Script=Latin}")
_HIDDEN = regex.compile(PLACEHOLDER)
#: Scripts that put no space between words: their letters count for themselves.
_UNSPACED = 12


def foreign(text: str, vocabulary: Vocabulary) -> bool:
    words = _WORD.findall(_HIDDEN.sub(" ", text[:4000]))
    latin = [word for word in words if _LATIN.match(word)]
    other = sum(map(len, words)) - sum(map(len, latin))
    if other >= _UNSPACED and other > sum(map(len, latin)):
        return True
    if len(words) < SHORT:
        return False
    return sum(_is_known(folded(word), vocabulary) for word in words) < KNOWN * len(words)


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    for form in (word, bare(word)):
        if form in vocabulary.safe or form in vocabulary.classes or form in vocabulary.given:
            return True
    return False
