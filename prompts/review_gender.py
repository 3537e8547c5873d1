"""Words that say the gender of their reader or of everybody, where there are neutral ones. Law: the words are data.

The lists are in `review.toml`: nouns for people in pairs, adjectives in the masculine, and what makes either harmless.
Both words of a pair in one line leave nobody out; after "persona" an adjective agrees with that word and tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

Lists = Mapping[str, tuple[str, ...]]

#: "cansada/o", "consultor/a", "niña/niño", "el/la", "niño(a)", "niñ@s", "niñxs": nobody can say them aloud.
_UNSAYABLE = re.compile(
    r"\b\w{3,}/(?:a|o|as|os|e|es|ra|oras?|nas?|tas?)\b|\b(?P<stem>\w{2,})[oa]s?/(?P=stem)[oa]s?\b"
    r"|\b(?:el|las?|los?|un|unas?|unos|del|al|est[ea]|él|ell[ao]s?)/(?:el|las?|los|un|unas?|él|ellas?|esta|este|a|o)\b"
    r"|\b\w{2,}\((?:a|o|as|os|es|ra|oras?)\)|\b\w{2,}@s?\b|\b\w+[bcdfgjklmnñpqrstvz]xs?\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[.?!¿¡;:]")


@dataclass(frozen=True)
class Gender:
    lists: Lists

    def found(self, text: str, *, bare: bool, about: str = "") -> str:
        """What leaves somebody out in a line; "" where nothing does. `bare`: an answer or a reply, which may be an
        adjective alone; `about`: the question that it answers."""
        if unsayable := _UNSAYABLE.search(text):
            return str(unsayable[0])
        lower = text.casefold()
        return self._one_of_a_pair(lower) or self._of_the_person(lower) or (self._alone(lower, about) if bare else "")

    def _one_of_a_pair(self, text: str) -> str:
        words = _WORD.findall(text)
        for index, word in enumerate(words):
            other = self._others.get(word)
            if other and not other & set(words) and not set(words[max(0, index - 2) : index]) & self._words("neutral"):
                return str(word)
        return ""

    def _of_the_person(self, text: str) -> str:
        """Not where the sentence has something else that an adjective may agree with."""
        for found in self._predicate.finditer(text):
            before, after = _SENTENCE.split(text[: found.start()])[-1], text[found.end() :]
            if not {*_WORD.findall(before), *_WORD.findall(after)[:3]} & self._agreeing:
                return str(found["adjective"])
        return ""

    def _alone(self, text: str, about: str) -> str:
        beside = self._words("fillers") | {"entonces"}
        words = [word for word in _WORD.findall(text) if word not in beside]
        alone = bool(words) and words[-1] in self._adjectives and set(words[:-1]) <= self._words("degrees")
        return words[-1] if alone and not set(_WORD.findall(about.casefold())) & self._agreeing else ""

    def _words(self, name: str) -> frozenset[str]:
        return frozenset(self.lists.get(name, ()))

    # --- made ready once

    @cached_property
    def _others(self) -> Mapping[str, frozenset[str]]:
        """From each form of a noun to the forms that must stand beside it."""
        table: dict[str, frozenset[str]] = {}
        for pair in self.lists.get("pairs", ()):
            masculine, feminine = (frozenset(_forms(word)) for word in pair.split())
            table |= dict.fromkeys(masculine, feminine) | dict.fromkeys(feminine, masculine)
        for pair in self.lists.get("generic", ()):
            generic, *beside = pair.split()
            table[generic] = frozenset(beside)
        return table

    @cached_property
    def _adjectives(self) -> frozenset[str]:
        stems = [word.removesuffix("o") for word in self.lists.get("adjectives", ())]
        return frozenset(f"{stem}{ending}" for stem in stems for ending in ("o", "a", "os", "as"))

    @cached_property
    def _predicate(self) -> re.Pattern[str]:
        """An adjective after a verb of being or feeling, after "qué tan", and as a question of one word ("¿Lista?")."""
        verbs, degrees = _one_of(self.lists.get("being", ())), _one_of(self.lists.get("degrees", ()))
        after_a_verb = rf"\b{verbs}(?:\s+usted)?(?:\s+{degrees})*\s+"
        how_much = rf"\bqué tan\s+(?=\w+\s+(?:se\s+|me\s+)?{verbs}\b)"
        alone = r"¿\s*(?=\w+\s*\?)"
        return re.compile(rf"(?:{after_a_verb}|{how_much}|{alone})(?P<adjective>{_one_of(self._adjectives)})\b")

    @cached_property
    def _agreeing(self) -> frozenset[str]:
        return self._words("agreeing") | self._words("somebody")


def _one_of(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


def _forms(word: str) -> tuple[str, str]:
    return word, f"{word}s" if word[-1] in "aeo" else f"{word}es"
