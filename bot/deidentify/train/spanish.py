"""Spanish forms from dictionary words: the word list holds infinitives and singulars, people write the rest."""

from __future__ import annotations

from collections.abc import Iterator

from bot.deidentify.train.origins import BESIDE
from bot.deidentify.vocabulary import bare

_FORMS: dict[str, list[str]] = {}
for _line in (BESIDE / "spanish_forms.txt").read_text(encoding="utf-8").replace("\n ", " ").splitlines():
    if _line[0] != "#":
        _FORMS[_line.partition(":")[0]] = _line.partition(":")[2].split()


def conjugated(verb: str) -> Iterator[str]:
    """The accentless forms of a regular verb, its spelling and vowel changes minded."""
    verb = bare(verb)
    stem, ending = verb[:-2], verb[-2:]
    yield verb
    yield from (verb + more for more in _FORMS["infinitive"])
    for root in _roots(verb, stem):
        if ending == "ar":
            yield from (root + end for end in _FORMS["ar"])
            yield from (_front(root) + end for end in _FORMS["ar-front"])
        else:
            yield from (root + end for end in _FORMS["er"])
            yield from (_back(root, ending) + end for end in _FORMS["er-back"])
            yield root + ("emos" if ending == "er" else "imos")


def _roots(verb: str, stem: str) -> Iterator[str]:
    yield stem
    for verbs, old, new in ((_FORMS["e-ie"], "e", "ie"), (_FORMS["o-ue"], "o", "ue"), (_FORMS["e-i"], "e", "i")):
        if verb in verbs and old in stem:
            head, _, tail = stem.rpartition(old)
            yield head + new + tail
    if verb in ("dormir", "morir"):
        yield stem.replace("o", "u")
    if verb == "jugar":
        yield "jueg"


def _front(root: str) -> str:
    for last, new in (("c", "qu"), ("g", "gu"), ("z", "c")):
        if root.endswith(last):
            return root[: -len(last)] + new
    return root


def _back(root: str, ending: str) -> str:
    if root.endswith("c"):
        return root[:-1] + "zc"
    if root.endswith("gu"):
        return root[:-1]
    return root[:-1] + "j" if root.endswith("g") and ending in ("er", "ir") else root


def declined(word: str) -> Iterator[str]:
    """The accentless singular, plural, feminine and diminutive of a noun or an adjective."""
    word = bare(word)
    yield word
    if word[-1] in "aeiou":
        yield word + "s"
    elif word[-1] != "s":
        yield (word[:-1] + "c" if word[-1] == "z" else word) + "es"
    if word[-1] == "o":
        yield from (word[:-1] + end for end in ("a", "as", "ito", "ita", "itos", "itas", "amente"))
    elif word[-1] == "a":
        yield from (word[:-1] + end for end in ("ita", "itas"))
    elif word.endswith(("or", "on", "es")):
        yield from (word + "a", word + "as")


def spread(words: dict[str, int], verbs_from: int, nouns_from: int, all_from: int) -> set[str]:
    """Accentless forms of the dictionary's words; the three figures are the frequencies from which forms are made."""
    forms = set(_FORMS["irregular"])
    for word, count in words.items():
        if count >= verbs_from and word[-2:] in ("ar", "er", "ir", "ír") and len(word) > 3:
            forms.update(conjugated(word))
        elif count >= nouns_from and len(word) > 2:
            forms.update(declined(word))
        elif count >= all_from:
            forms.add(bare(word))
    return forms
