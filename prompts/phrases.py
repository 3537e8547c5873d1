"""Phrases at which the safety card is shown to their writer. Law: compares words; knows nobody and keeps nothing.

What a phrase can say stands at the top of `phrases.toml`. Comparing is done on plain words: small letters, no accents,
no apostrophes, common spellings of a phone written out, a sentence at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator

from prompts.script import Frozen
from prompts.source import Fault, ScriptError, read_toml

HOME = Path(__file__).parent

#: The kinds of danger that a phrase may stand for.
Category = Literal["self-harm", "harm-to-child", "violence", "disclosure", "unsafe-now"]

#: `..` stands for up to so many words.
GAP = 3
#: A phrase is found by the beginnings of its first word, of so many letters.
KEY = 3

_SENTENCE = re.compile(r"[.!?;\n\r…¡¿]+")
_DOTS = re.compile(r"\.{2,}|…")
_WORD = re.compile(r"[a-z0-9]+\*?")
_LIST = re.compile(r"\{([a-z][a-z-]*)\}")

Written = Annotated[str, Field(min_length=1, max_length=400)]


class Entry(Frozen):
    """Phrases that belong together: `any` of them counts, `unless` makes each of them harmless."""

    category: Category
    any: Annotated[tuple[Written, ...], Field(min_length=1)]
    unless: tuple[Written, ...] = ()

    @field_validator("any", "unless")
    @classmethod
    def _readable(cls, phrases: tuple[str, ...]) -> tuple[str, ...]:
        for phrase in phrases:
            if fault := unreadable(phrase):
                raise ValueError(fault)
        return phrases


class Sheet(Frozen):
    """`phrases.toml` as it is written."""

    spelled: Mapping[str, str] = Field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    phrases: tuple[Entry, ...] = ()


def unreadable(phrase: str) -> str:
    """What is wrong with a phrase as it is written, and what to do; an empty string where nothing is."""
    parts = phrase.split()
    if parts[:1] in ([], [".."]) or parts[-1] == ".." or all(part.startswith("[") for part in parts):
        return f"'{phrase}' has to begin and end with words; take out what is around them"
    for part in parts:
        bare = part[1:-1] if part.startswith("[") and part.endswith("]") else part
        if part != ".." and not all(_WORD.fullmatch(word) or _LIST.fullmatch(word) for word in bare.split("|")):
            return f"'{part}' in '{phrase}' cannot be compared; write small letters without accents"
    first = parts[0]
    if first.startswith("[") or any(len(word.rstrip("*")) < KEY for word in first.split("|") if word.endswith("*")):
        return f"'{phrase}' begins with what is too open; begin with a word"
    return ""


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Made ready when its first word comes up, if it ever does: there are hundreds of them."""

    source: Callable[[], str]

    @cached_property
    def ready(self) -> re.Pattern[str]:
        return re.compile(self.source())


@dataclass(frozen=True, slots=True)
class _Phrase:
    category: str
    found: _Pattern
    harmless: _Pattern


@dataclass(frozen=True, eq=False)
class Phrases:
    """All phrases, ready to be compared. The same text gives the same answer, and nothing is remembered of it."""

    sheet: Sheet = field(default_factory=Sheet)

    def found(self, text: str) -> tuple[str, ...]:
        """The categories of what stands in it, each once."""
        seen = (phrase.category for sentence in self.sentences(text) for phrase in self._in(sentence))
        return tuple(dict.fromkeys(seen))

    def stands_in(self, text: str) -> bool:
        return any(True for sentence in self.sentences(text) for _ in self._in(sentence))

    def sentences(self, text: str) -> Iterator[str]:
        """Plain words, each with a space after it."""
        plain = _plain(_DOTS.sub(" ", text))
        spelled = self.sheet.spelled
        for sentence in _SENTENCE.split(plain):
            words = [spelled.get(word, word) for word in re.findall(r"[a-z0-9]+", sentence)]
            if words:
                yield " ".join(words) + " "

    def _in(self, sentence: str) -> Iterator[_Phrase]:
        for start, word in _starts(sentence):
            for phrase in self._by_beginning.get(word[:KEY], ()):
                if phrase.found.ready.match(sentence, start) and not phrase.harmless.ready.search(sentence):
                    yield phrase

    @cached_property
    def _by_beginning(self) -> Mapping[str, tuple[_Phrase, ...]]:
        table: dict[str, list[_Phrase]] = {}
        for entry in self.sheet.phrases:
            harmless = _Pattern(partial(self._any_of, entry.unless))
            for written in entry.any:
                phrase = _Phrase(entry.category, _Pattern(partial(self._pattern, written)), harmless)
                for key in self._keys(written):
                    table.setdefault(key, []).append(phrase)
        return {key: tuple(phrases) for key, phrases in table.items()}

    def _any_of(self, written: Sequence[str]) -> str:
        return r"\b(?:" + "|".join(map(self._pattern, written)) + ")" if written else r"(?!)"

    def _pattern(self, written: str) -> str:
        return "".join(map(self._element, written.split()))

    def _element(self, part: str) -> str:
        if part == "..":
            return rf"(?:\w+ ){{0,{GAP}}}?"
        if part.startswith("["):
            return f"(?:{self._element(part[1:-1])})?"
        words = self._words(part)
        return "(?:" + "|".join(word.replace("*", r"\w*") + " " for word in words) + ")" if words else r"(?!)"

    def _keys(self, written: str) -> set[str]:
        return {word.rstrip("*").split()[0][:KEY] for word in self._words(written.split()[0])}

    def _words(self, part: str) -> tuple[str, ...]:
        """What may stand in the place of one part; a list's entries may be several words long."""
        names = ((word, _LIST.fullmatch(word)) for word in part.split("|"))
        return tuple(one for word, name in names for one in (self.sheet.words.get(name[1], ()) if name else (word,)))


def _starts(sentence: str) -> Iterator[tuple[int, str]]:
    """Each word and where it begins."""
    start = 0
    for word in sentence.split():
        yield start, word
        start += len(word) + 1


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char) and char not in "'’ʼ`´‘")


@lru_cache(maxsize=64)
def together(phrases: Phrases, own: tuple[Entry, ...]) -> Phrases:
    """With a program's own phrases, which may use the lists that are there."""
    return Phrases(phrases.sheet.model_copy(update={"phrases": (*phrases.sheet.phrases, *own)})) if own else phrases


def read_phrases(path: Path) -> Phrases:
    """Raises `ScriptError` with the first fault and its line."""
    text, data = read_toml(path)
    try:
        sheet = Sheet.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ScriptError([Fault("schema", f"{key}: {first['msg']}.", str(path), _line(text, first["loc"]))]) from None
    return Phrases(sheet)


def _line(text: str, loc: Sequence[int | str]) -> int:
    """The line on which the entry begins that a fault is in; 1 for one in none."""
    number = loc[1] if len(loc) > 1 and loc[0] == "phrases" else None
    begins = [line for line, written in enumerate(text.splitlines(), 1) if written.strip().startswith("[[phrases]]")]
    return begins[number] if isinstance(number, int) and number < len(begins) else 1


def faults(phrases: Phrases, file: Path) -> Iterator[Fault]:
    """What no reader of a single phrase can see: lists that are not there, and what stands twice."""
    seen: set[str] = set()
    for entry in phrases.sheet.phrases:
        for written in (*entry.any, *entry.unless):
            for name in lists_of(written):
                if name not in phrases.sheet.words:
                    words = f"'{written}' uses the list '{name}', which is not under [words]; add it or mend the name."
                    yield Fault("unknown-list", words, str(file), _written_at(file, written))
        for written in entry.any:
            if written in seen:
                words = f"'{written}' stands here twice; take one out."
                yield Fault("duplicate-id", words, str(file), _written_at(file, written, last=True))
            seen.add(written)


def lists_of(written: str) -> list[str]:
    return _LIST.findall(written)


def _written_at(file: Path, written: str, *, last: bool = False) -> int:
    text = file.read_text(encoding="utf-8").splitlines()
    lines = [number for number, line in enumerate(text, 1) if f'"{written}"' in line]
    return (lines[-1] if last else lines[0]) if lines else 1
