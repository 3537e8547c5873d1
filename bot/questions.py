"""What is asked about each purpose, word for word. Law: what is recorded as shown is made of the words that are drawn.
Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.case import Case
from bot.conversation import Form, FormField, Option, Purpose

#: The whole notice is so many paragraphs, `consent-full-1` and on.
PARAGRAPHS = 11


@dataclass(frozen=True, slots=True)
class Question:
    """A title, a text and what can be chosen, in the person's language and with every value filled in."""

    title: str = ""
    text: str = ""
    choices: tuple[Option, ...] = ()

    @property
    def words(self) -> str:
        return "\n".join(filter(None, (self.title, self.text, *(option.label for option in self.choices))))


#: Nothing was shown: a person said it unasked, or it ended by itself.
UNASKED = Question()


def fingerprint(words: str) -> str:
    """SHA-256 of exactly these words in UTF-8, in hexadecimal; empty where there are none."""
    return hashlib.sha256(words.encode()).hexdigest() if words else ""


#: The words of the notice of each purpose.
_NOTICE: Final[Mapping[Purpose, tuple[str, ...]]] = {
    "words": ("consent", *(f"consent-full-{number}" for number in range(1, PARAGRAPHS + 1))),
    "counting": ("counting-ask", "counting-hint"),
    "excerpts": ("excerpts-question", "excerpts-hint"),
}


def wording(case: Case, purpose: Purpose) -> str:
    """Other words, another hash: it tells that a notice was reworded since somebody read it in the same language."""
    return fingerprint("\n".join(map(case.word, _NOTICE[purpose])))[:16]


def full_notice(case: Case) -> tuple[str, ...]:
    return tuple(
        case.library.fill(case.locale, case.word(f"consent-full-{number}"), case.facts.program.resources)
        for number in range(1, PARAGRAPHS + 1)
    )


def themes(case: Case, codes: tuple[str, ...]) -> str:
    return "; ".join(case.library.theme(case.locale, code) for code in codes)


def about_words(case: Case) -> Question:
    """The first screen; the whole notice in its place for somebody who wanted to read everything."""
    session = case.conversation.session
    reads = session is not None and session.read
    text = "\n\n".join(full_notice(case)) if reads else case.word("consent")
    names = ("keep", "nothing") if reads else ("keep", "nothing", "read")
    return Question(case.word("consent-title"), text, _options(case, "consent", names))


def about_counting(case: Case) -> Question:
    """Asked after a finished reflection, with the themes that it would count."""
    text = case.word("counting-ask", themes=themes(case, case.memory.ask_counting))
    names = ("once", "always", "each", "never")
    return Question(case.word("counting-title"), text, _options(case, "counting", names))


def about_excerpts(case: Case) -> Question:
    """Asked in general when a passage is first about to be released; each passage is asked about by itself after it."""
    return Question(
        case.word("excerpts-title"), case.word("excerpts-question"), _options(case, "excerpts", ("ask", "never"))
    )


def _options(case: Case, of: str, names: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(id=name, label=case.word(f"{of}-{name}")) for name in names)


def in_form(form: Form, field: FormField) -> Question:
    """A field of a form as it stood there. A form with no question is one button."""
    text = "\n".join(filter(None, (field.label, field.hint)))
    return Question(form.title, text, field.options if field.label else (Option(id="", label=form.submit),))
