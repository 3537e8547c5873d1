"""Law: a number that no rule knows and nothing explains may be an age, a house, a record; it is only asked about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import regex

from bot.deidentify.doubt import PLAIN, Doubt
from bot.deidentify.numbers import VALUES
from bot.deidentify.reading import Reading
from bot.deidentify.words import NOTHING, Word

_PERSONS = frozenset({"kin", "kid", "hidden", "pron", "aged"})
#: Before an age.
_AGES = frozenset(
    """is was are turn turns turned turning age aged ages hes shes he's she's im i'm who's be almost only now barely
    already nearly about maybe says es era tiene tienen tenía tenia cumplió cumplio cumple cumplir ya casi apenas
    solo going not has have got had tengo""".split()
)
_TIMES = frozenset(
    """month months mo mos year years yr yrs week weeks wk wks day days m y mes meses año años ano anos semana semanas
    día días dia dias añitos mesecitos""".split()
)
#: In which young children's ages are told rather than how long something takes.
_YOUNG = frozenset("m mo mos y yr yrs mesecitos añitos meses months".split())
_LASTS = frozenset(
    """for in after within over past next every each those first another than took takes last hace durante por cada
    últimas ultimas últimos ultimos próximos dos desde dentro until hasta since before about""".split()
)
_LATER = frozenset("ago later since before after antes después despues atrás atras of into without straight".split())
_CLOCK = frozenset("at by until til till around las la los".split())
_ROADS = frozenset("at on near in off by en por apt unit room # no al a over past behind".split())
_UNITS = frozenset(
    """building bldg piso of oficina edificio floor box casa unidad space unit room rm suite apt apto lote lot
    tower""".split()
)
_ENDS = frozenset({"and", "&", "y", "but", "so", "or", "pero", "who", "with", "con", "now", "today", "ya", "this"})
_END_KINDS = frozenset({"pron", "kin", "kid", "poss", "in", "adverb", "be", "hidden"})
_MARKS = frozenset(".,;:!?)/")
_NO_AGE = frozenset("a an un una one uno first second third".split())
_FIGURE = regex.compile(r"\d")
_YEAR = regex.compile(r"(?:19|20)\d\d")
_NEXT = r"(?![\p{L}\p{N}])"
_CODE = regex.compile(
    # Letters and figures in one, and what goes on after a space: "4B", "MCD77 1093 4".
    rf"(?<![\p{{L}}\p{{N}}$€£%.,])(?=[\p{{L}}\p{{N}}-]{{0,20}}\d)(?=[\p{{N}}-]{{0,20}}\p{{L}})"
    rf"[\p{{L}}\p{{N}}][\p{{L}}\p{{N}}-]{{1,20}}{_NEXT}(?:[ -](?=\p{{Lu}}?\d)[\p{{Lu}}\d.]{{1,7}}{_NEXT}){{0,2}}"
    # "HC 20.883", "412,886".
    r"|(?<![\p{L}\p{N}])\p{Lu}{2,5} \d[\d.,-]{2,9}\d(?![\p{L}\p{N}%])"
    r"|(?<![\p{L}\p{N}$€£.,])\d{1,3}(?:,\d{3}){1,4}(?![\p{N}%])"
)
_USUAL = regex.compile(
    r"(?i)\d{1,4}(?:am|pm|a|p|min|mins|hrs?|h|k|lbs?|oz|cm|mm|kg|ml|mg|st|nd|rd|th|s|x|ish|mo|yo|y|m|wks?)"
    r"|(?:covid|asq|dc|phq|gad|epds|deca|b|k|t|f|p|h)-?\d{1,2}|\d{1,2}-\p{L}+.*|\d-\d+\p{L}*|\p{L}{4,}\d?|x\d"
)
#: What has no more letters and figures may be anything.
SHORT_CODE: Final = 4
#: A day that nothing says is one.
_DAY = regex.compile(
    r"(?<![\p{L}\p{N}.,/$-])(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])(?![\p{L}\p{N}/%-]|[.,]\d| \p{L}{2,12}s\b)"
)
#: So many said one by one are a number.
SAID: Final = 4
_LETTERS_SAID = frozenset("oh o dash guion ele erre ese te equis zeta jota ka eme ene pe cu efe ge hache be ce".split())


def figures(reading: Reading, words: Sequence[Word]) -> Iterator[Doubt]:
    for place, word in enumerate(words):
        number = word.text[0].isdecimal() or word.low in VALUES
        if number and word.kind in {"mark", "number", ""} and not _glued(words, place):
            yield from _rest(words, place)
            yield from _age(words, place)
            yield from _house(words, place)
    if _FIGURE.search(reading.text):
        yield from _codes(reading, words)
    yield from _said(words)


def _at(words: Sequence[Word], place: int) -> Word:
    return words[place] if 0 <= place < len(words) else NOTHING


def _glued(words: Sequence[Word], place: int) -> bool:
    """Whether it is part of something longer: "5%", "10:30", "3x"."""
    word, last, after = words[place], _at(words, place - 1), _at(words, place + 1)
    before = last.end == word.start and last.text not in ("", "(", "/", ",", ".", "-", "~", "&", "+")
    return before or (after.start == word.end and after.text[:1] in {"%", ":", "$", "x", "-"})


def _rest(words: Sequence[Word], place: int) -> Iterator[Doubt]:
    """Figures right behind something hidden: the rest of a number."""
    word, last, far = words[place], _at(words, place - 1), _at(words, place - 2)
    behind = last.kind == "hidden" and last.end + 1 == word.start
    within = last.text == "," and far.kind == "hidden" and far.end + 1 == last.end == word.start
    if not (word.text[0].isdecimal() and (behind or within)):
        return
    while (after := _at(words, place + 1)).text.isdecimal() and after.start == words[place].end + 1:
        place += 1
    yield Doubt(word.start, words[place].end, "ID", PLAIN + 35)


def _age(words: Sequence[Word], place: int) -> Iterator[Doubt]:
    word, last, after = words[place], _at(words, place - 1), _at(words, place + 1)
    if word.low in _NO_AGE or last.low in _CLOCK:
        return
    if word.text[0].isdecimal() and not (word.text.isdecimal() and len(word.text) < 4 and int(word.text) < 110):
        return
    timed = after.low in _TIMES
    beyond = _at(words, place + 2) if timed else after
    if timed and (last.low in _LASTS or beyond.low in _LATER):
        return
    if not timed and beyond.letters and beyond.low not in _ENDS and beyond.kind not in _END_KINDS:
        return
    weight = PLAIN + _told(words, place, last, beyond) + (6 if after.low in _YOUNG else 0)
    if weight > PLAIN:
        yield Doubt(word.start, after.end if timed else word.end, "AGE", weight)


def _told(words: Sequence[Word], place: int, last: Word, beyond: Word) -> int:
    """How much the words around a number say that it is an age."""
    near = words[max(0, place - 5) : place]
    weight = 14 if last.low in _AGES else 4 if last.text in {",", "(", "/"} or last.kind in _PERSONS else 0
    weight += 10 if any(one.kind in _PERSONS for one in near) else 0
    weight += 20 if any(one.kind == "aged" for one in [*near, *words[place + 1 : place + 4]]) else 0
    return weight + (8 if beyond is NOTHING or beyond.text in _MARKS or beyond.low in _ENDS else 0)


def _house(words: Sequence[Word], place: int) -> Iterator[Doubt]:
    """ "1120 foxglove", "building 14B": a number beside a place."""
    word, last, after = words[place], _at(words, place - 1), _at(words, place + 1)
    if not word.text.isdecimal() or len(word.text) > 7 or (_YEAR.fullmatch(word.text) and not after.unknown):
        return
    named = after.letters and not after.core and (after.capital or not after.low.endswith("s"))
    if len(word.text) >= 2 and named:
        yield Doubt(word.start, after.end, "ADDRESS", PLAIN + (32 if len(word.text) > 2 else 22))
    elif last.low in _UNITS or (last.text == "." and _at(words, place - 2).low in _UNITS):
        first = last if last.letters else _at(words, place - 2)
        letter = after.start == word.end and len(after.low) == 1 and after.letters
        yield Doubt(first.start, after.end if letter else word.end, "ADDRESS", PLAIN + 30)
    elif len(word.text) >= 3:
        weight = PLAIN + (24 if len(word.text) > 3 else 14)
        placed = last.low in _ROADS
        yield Doubt(word.start, word.end, "ADDRESS" if placed else "ID", weight + (8 if placed else 0))


def _codes(reading: Reading, words: Sequence[Word]) -> Iterator[Doubt]:
    """Letters and figures in one; days that nothing says are days."""
    known = {word.start for word in words if word.kind in {"hidden", "aged", "program"}}
    for found in _CODE.finditer(reading.text):
        if found.start() in known or _USUAL.fullmatch(found[0]):
            continue
        long = sum(letter.isalnum() for letter in found[0]) > SHORT_CODE
        yield Doubt(found.start(), found.end(), "ID", PLAIN + (44 if long else 24))
    for found in _DAY.finditer(reading.text):
        yield Doubt(found.start(), found.end(), "DATE", PLAIN + 34)


def _said(words: Sequence[Word]) -> Iterator[Doubt]:
    """Digits and letters that are said one by one."""
    first = 0
    while first < len(words):
        last = first
        while last < len(words) and _is_said(words[last]):
            last += 1
        if last - first >= SAID:
            yield Doubt(words[first].start, words[last - 1].end, "PHONE", PLAIN + 45)
        first = last + 1


def _is_said(word: Word) -> bool:
    if word.kind in {"aged", "hidden"}:
        return False
    letter = word.letters and len(word.low) == 1 and word.kind not in {"pron", "and"}
    return letter or word.low in VALUES or word.low in _LETTERS_SAID
