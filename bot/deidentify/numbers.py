"""Numbers as they are said: "twenty months", "treinta y dos", "five five five oh one oh oh"."""

from __future__ import annotations

import regex

_ENGLISH = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SPANISH = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_SPANISH_TENS = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]

VALUES: dict[str, int] = {
    **{word: value for value, word in enumerate(_ENGLISH)},
    **{word: 10 * value for value, word in enumerate(_ENGLISH_TENS, 2)},
    **{word: value for value, word in enumerate(_SPANISH)},
    **{word: 10 * value for value, word in enumerate(_SPANISH_TENS, 3)},
    "un": 1, "una": 1, "dieciseis": 16, "veintidos": 22, "veintitres": 23, "veintiseis": 26, "veintiun": 21,
    "veintiún": 21, "a": 1, "an": 1, "fourty": 40,
}  # fmt: skip
ORDINALS: dict[str, int] = {**{word: value for value, word in enumerate(_ORDINALS, 1)}, "thirtieth": 30, "primero": 1}


def _any(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_UNITS = _any(_ENGLISH[1:10])
_SMALL_SPANISH = _any(_SPANISH[1:10])
#: A whole number said or written, up to 999 in figures and 99 in words.
WORDS = (
    rf"(?:(?:{_any(_ENGLISH_TENS)}|fourty)(?:[ -](?:{_UNITS}))?|(?:{_any(_SPANISH_TENS)})(?: y (?:{_SMALL_SPANISH}))?"
    rf"|{_any([*_ENGLISH, *_SPANISH, 'dieciseis', 'veintidos', 'veintitres', 'veintiseis', 'veintiun', 'veintiún'])})"
)
NUMBER = rf"(?:\d{{1,3}}(?:[.,]\d|½)?|{WORDS})"
#: One digit as it is dictated.
DIGIT = rf"(?:\d|oh|o|{_any(_ENGLISH[:10])}|{_any(_SPANISH[:10])})"
ORDINAL = rf"(?:(?:twenty|thirty)[ -](?:{_any(_ORDINALS[:9])})|thirtieth|{_any(_ORDINALS)})"

_SPLIT = regex.compile(r"[ -]+(?:y )?")
_FIGURES = regex.compile(r"\d+")


def value(said: str) -> int | None:
    """What a `NUMBER` or `ORDINAL` is worth; its fraction is dropped."""
    said = said.lower().strip()
    if figures := _FIGURES.match(said):
        return int(figures[0])
    words = [word for word in _SPLIT.split(said) if word]
    worth = [VALUES.get(word, ORDINALS.get(word)) for word in words]
    known = [one for one in worth if one is not None]
    return sum(known) if known and len(known) == len(words) else None
