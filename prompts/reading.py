"""How hard a text is to read, as a grade of school. Law: measured on a message as a whole, never on one short line.

English by Flesch-Kincaid; Spanish by Crawford (1985), which was made for the primary grades and gives a grade outright,
where Szigriszt-Pazos and Fernández Huerta give an ease that needs a table. Syllables come from hyphenation, which
leaves some out ("i-dea"), so both are a little kind. `textstat` is imported on first use: only the linter pays for it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

_LANGUAGES: Mapping[str, tuple[str, str]] = {"en": ("en_US", "flesch_kincaid_grade"), "es": ("es", "crawford")}
_ADDRESS = re.compile(r"https?://\S+")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
#: Flesch (1948) counts what stands before a colon, a semicolon or a dash as a sentence of its own.
_CLAUSE = re.compile(r"\s*[:;—–]\s*|\s+-\s+")
_WORD = re.compile(r"[^\W\d_]+")


def grade(text: str, language: str, least: int) -> float | None:
    """The grade of school in which the text can be read; None for fewer than `least` words, or another language."""
    plain = _CLAUSE.sub(". ", _PLACEHOLDER.sub("it", _ADDRESS.sub("", text)))
    if language not in _LANGUAGES or len(_WORD.findall(plain)) < least:
        return None
    return _formula(language)(plain)


@cache
def _formula(language: str) -> Callable[[str], float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it still asks pkg_resources for its word list
        from textstat.textstat import textstatistics
    tongue, name = _LANGUAGES[language]
    measured: Any = textstatistics()
    measured.set_lang(tongue)
    formula: Callable[[str], float] = getattr(measured, name)
    return formula
