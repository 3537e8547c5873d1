"""Every theme has a question that a supervisor can ask a whole team about it, in both languages."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from talks import library

from prompts.codebook import line_of, read_codebook
from prompts.library import HOME
from prompts.source import ScriptError

BOOK = library().codebook
QUESTIONS = [(locale, theme.code) for locale, theme in product(library().locales, BOOK.themes)]


def test_there_are_forty_two_themes_of_eight_families() -> None:
    assert len(BOOK.themes) == 42
    assert {code[0] for code in BOOK.codes} == set(BOOK.families) == set("PSVALWNG")


@pytest.mark.parametrize(("locale", "code"), QUESTIONS)
def test_a_question_is_one_open_question_in_few_words(locale: str, code: str) -> None:
    text = library().question(locale, code)
    assert len(text.split()) < 25
    assert text.endswith("?")
    assert text.count("?") == 1
    assert text.startswith("¿") == (locale == "es")
    opens = {"en": "What|How|Where|When|Which|Who", "es": "¿Qué|¿Cómo|¿Dónde|¿Cuándo|¿Sobre qué|¿En qué"}[locale]
    assert re.match(f"(?:{opens})", text)


@pytest.mark.parametrize(("locale", "code"), QUESTIONS)
def test_a_question_asks_nobody_why_and_tells_nobody_what_to_do(locale: str, code: str) -> None:
    wrong = r"why|should|try to|must|you|your|por qué|debería|debe|usted|su|sus"
    assert not re.search(rf"\b(?:{wrong})\b", library().question(locale, code), re.IGNORECASE)


def test_no_question_stands_twice_or_is_left_in_english() -> None:
    assert len({library().question(locale, code) for locale, code in QUESTIONS}) == len(QUESTIONS)


def test_a_theme_without_a_question_is_a_fault_where_it_begins(tmp_path: Path) -> None:
    text = (HOME / "codebook.toml").read_text(encoding="utf-8")
    file = tmp_path / "codebook.toml"
    file.write_text(re.sub(r'^question = "What keeps hope.*\n', "", text, flags=re.MULTILINE))
    with pytest.raises(ScriptError) as refused:
        read_codebook(file)
    (fault,) = refused.value.faults
    assert fault.rule == "schema"
    assert fault.line == line_of(text, "S10") - 1
    assert fault.words.endswith("question: Field required.")


def test_an_unknown_theme_has_no_question() -> None:
    with pytest.raises(KeyError):
        library().question("en", "Z9")
