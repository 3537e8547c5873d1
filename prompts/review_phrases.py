"""Turns of phrase that a reviewer would stop at. Law: the words are data (`review.toml`); this is how they compare.

How a phrase is written stands at the top of `review.toml`. Comparing is done a sentence at a time, on plain words:
small letters, accents kept (in Spanish they carry meaning), short forms written out ("don't" is "do not").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from prompts.script import Frozen
from prompts.source import Fault, ScriptError, read_toml

HOME = Path(__file__).parent

#: What a line is to a reader: a question's own text, the smaller line under it, an answer to tap (also the ends of a
#: scale), what is said back, what an info or an end says, a line of a card, title and summary.
Kind = Literal["ask", "hint", "label", "reply", "say", "card", "head"]
Severity = Literal["error", "warning", "hint"]
Words = tuple[str, ...]

#: `..` stands for up to so many words, `...` for all that are left.
GAP, REST = 3, 1_000

_TOKEN = re.compile(r"\{[^{}]*\}|[^\W_]+(?:['’/-][^\W_]+)*|\.\.\.|[.?!…,:;¿¡—–()%\n]")
_ENDS = frozenset({".", "?", "!", "…", "...", ":", ";", "¿", "¡", "—", "–", "(", ")", "\n"})
_PLACE = re.compile(r"\{([a-z-]+)\}('s)?")
_SHORT = (("n't", "not"), ("'re", "are"), ("'ll", "will"), ("'ve", "have"), ("'m", "am"))


class Entry(Frozen):
    """Phrases of one rule that belong together: `any` of them counts, `unless` makes each of them harmless.

    `within`: only in a sentence that asks, or in one that does not. `scale`: only in a scale. Not `sure`: a matter of
    judgement, said as a hint."""

    rule: str
    language: str
    lines: frozenset[Kind] = frozenset({"ask", "hint", "reply", "say", "card", "head"})
    within: Literal["question", "statement", "both"] = "both"
    scale: bool = False
    sure: bool = True
    any: Annotated[Words, Field(min_length=1)]
    unless: Words = ()

    def fits(self, kind: Kind, *, asks: bool, scale: bool) -> bool:
        if kind not in self.lines or (self.scale and not scale):
            return False
        return self.within == "both" or (self.within == "question") == asks


class Rule(Frozen):
    """`words`: what is said of a fault; `{found}` stands for what was found."""

    severity: Severity
    words: str


class Limits(Frozen):
    question_words: int
    reply_words: int
    grade: float
    grade_words: int


class Sheet(Frozen):
    """`review.toml` as it is written. `lists` by language and name; `rules` by name."""

    limits: Limits
    rules: Mapping[str, Rule]
    lists: Mapping[str, Mapping[str, Words]]
    phrases: tuple[Entry, ...]

    def words(self, language: str, name: str) -> Words:
        return self.lists.get(language, {}).get(name, ())


def read_sheet(path: Path) -> Sheet:
    """Raises `ScriptError` with what is wrong with the file first."""
    _, data = read_toml(path)
    try:
        return Sheet.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ScriptError([Fault("schema", f"{key}: {first['msg']}.", str(path))]) from None


@lru_cache(maxsize=1)
def shipped() -> Sheet:
    return read_sheet(HOME / "review.toml")


# --- sentences


@dataclass(frozen=True, slots=True)
class Sentence:
    """Plain words; `^` stands first, and what ends the sentence last."""

    words: Words
    asks: bool


def plain_words(text: str) -> list[str]:
    """The words alone, in small letters."""
    return [token for token in _TOKEN.findall(_plain(text)) if token[0].isalnum()]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().replace("’", "'")


def _parts(text: str) -> Iterator[tuple[list[str], str]]:
    """Words up to what ends a sentence, and that end; a dash, a colon and an opening mark end one too."""
    words: list[str] = []
    for token in _TOKEN.findall(text):
        if token not in _ENDS:
            words.append(token)
        elif words:
            yield words, token
            words = []
    if words:
        yield words, "."


# --- one language


@dataclass(frozen=True, slots=True)
class Found:
    """`words`: as they stand in the line, made plain."""

    rule: str
    words: str
    sure: bool


@dataclass(frozen=True, eq=False)
class Phrases:
    """All phrases of one language, and its sentences. The same text gives the same answer; nothing is kept of it."""

    sheet: Sheet
    language: str
    _tables: dict[tuple[Kind, bool, bool], Mapping[str, Sequence[Phrase]]] = field(default_factory=dict, repr=False)

    def found(self, text: str, kind: Kind, *, scale: bool = False) -> tuple[Found, ...]:
        """What a reviewer would stop at in a line, each rule once."""
        seen: dict[str, Found] = {}
        for sentence in self.sentences(text):
            for one in self._in(sentence, kind, scale):
                if one.rule not in seen or (one.sure and not seen[one.rule].sure):
                    seen[one.rule] = one
        return tuple(seen.values())

    def sentences(self, text: str) -> Iterator[Sentence]:
        for words, end in _parts(_plain(text)):
            clause: list[str] = []
            for word in (*words, ""):
                if word and word not in self._joints:
                    clause += self._spelled(word)
                elif clause:
                    yield self._sentence(clause, end)
                    clause = []

    def _spelled(self, word: str) -> Words:
        if word in self._short:
            return self._short[word]
        if self.language == "en" and "'" in word:
            for ending, full in _SHORT:
                if word.endswith(ending) and word != ending:
                    return word.removesuffix(ending), full
        return (word,)

    def _sentence(self, words: list[str], end: str) -> Sentence:
        while len(words) > 1 and words[0] in self._fillers:
            words = words[1:]
            words = words[1:] if words[0] == "," and len(words) > 1 else words
        return Sentence(("^", *words, end if end in "?!:" else "."), end == "?")

    def _in(self, sentence: Sentence, kind: Kind, scale: bool) -> Iterator[Found]:
        words = sentence.words
        table = self._table(kind, sentence.asks, scale)
        for start in range(len(words) - 1):
            for beginning in _beginnings(words, start):
                for phrase in table.get(beginning, ()):
                    end = phrase.end(words, start)
                    if end > start and not phrase.harmless(words):
                        yield Found(phrase.entry.rule, _as_read(words[start:end]), phrase.entry.sure)

    def _table(self, kind: Kind, asks: bool, scale: bool) -> Mapping[str, Sequence[Phrase]]:
        """The phrases that may stand in such a sentence, by their beginnings."""
        key = (kind, asks, scale)
        if key not in self._tables:
            table: dict[str, list[Phrase]] = {}
            for phrase, beginnings in self._phrases:
                if phrase.entry.fits(kind, asks=asks, scale=scale):
                    for beginning in beginnings:
                        table.setdefault(beginning, []).append(phrase)
            self._tables[key] = table
        return self._tables[key]

    @cached_property
    def _phrases(self) -> Sequence[tuple[Phrase, Sequence[str]]]:
        lists = self.sheet.lists.get(self.language, {})
        found = []
        for entry in self.sheet.phrases:
            if entry.language == self.language:
                harmless = tuple(_Line(one, lists) for one in entry.unless)
                for written in entry.any:
                    beginnings = tuple(dict.fromkeys(_keys(written, lists)))
                    found.append((Phrase(entry, _Line(written, lists), harmless), beginnings))
        return found

    @cached_property
    def _short(self) -> Mapping[str, Words]:
        pairs = (line.split(" = ") for line in self.sheet.words(self.language, "short"))
        return {short: tuple(full.split()) for short, full in pairs}

    @cached_property
    def _fillers(self) -> frozenset[str]:
        return frozenset(self.sheet.words(self.language, "fillers"))

    @cached_property
    def _joints(self) -> frozenset[str]:
        return frozenset(self.sheet.words(self.language, "joints"))


#: Under which phrases are kept that begin a sentence with a word that only looks like something.
_ANY = "^ *"


def _beginnings(words: Words, start: int) -> tuple[str, str]:
    """Under which phrases are looked for: a word, or two where a phrase begins with two (`^` and a word are two)."""
    first, second = words[start : start + 2]
    if start == 0:
        return f"^ {second}", _ANY
    return "#" if first[0].isdigit() else first, f"{first} {second}"


def _as_read(words: Words) -> str:
    return re.sub(r" (?=[,.?!:%])", "", " ".join(words)).strip("^ ,.:")


# --- phrases, made ready when their beginning comes up, if it ever does: there are hundreds of them


@dataclass(frozen=True, eq=False)
class Phrase:
    entry: Entry
    line: _Line
    unless: tuple[_Line, ...]

    def end(self, words: Words, start: int) -> int:
        """Where it ends that begins there; -1 where it does not."""
        return _end(self.line.elements, 0, words, start)

    def harmless(self, words: Words) -> bool:
        return any(line.stands_in(words) for line in self.unless)


@dataclass(frozen=True, eq=False)
class _Line:
    written: str
    lists: Mapping[str, Words]

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        return tuple(_element(part, self.lists) for part in self.written.split())

    def stands_in(self, words: Words) -> bool:
        return any(_end(self.elements, 0, words, start) >= 0 for start in range(len(words)))


@dataclass(frozen=True, slots=True)
class Element:
    """One part of a phrase. `words` and `longer` (several words, by the first) are what may stand there, `like` what it
    looks like; `gap`: so many words at most, whatever they are, `across`: punctuation too; `other`: any one word but
    these. `plain`: nothing of that but words."""

    words: frozenset[str] = frozenset()
    longer: Mapping[str, Sequence[Words]] = field(default_factory=dict)
    like: re.Pattern[str] | None = None
    gap: int = 0
    across: bool = False
    other: bool = False
    optional: bool = False
    plain: bool = False

    def ends(self, words: Words, start: int) -> Iterator[int]:
        """Where it may end that begins there."""
        if self.gap or self.optional:
            yield start
        if self.gap:
            yield from self._gaps(words, start)
        elif start < len(words):
            word = words[start]
            known = word in self.words or (self.like is not None and self.like.fullmatch(word) is not None)
            if known != self.other and (known or word[0].isalnum()):
                yield start + 1
            for several in self.longer.get(word, ()):
                if words[start : start + len(several)] == several:
                    yield start + len(several)

    def _gaps(self, words: Words, start: int) -> Iterator[int]:
        for end in range(start + 1, min(start + self.gap, len(words)) + 1):
            if not self.across and not words[end - 1][0].isalnum():
                return
            yield end


def _end(elements: tuple[Element, ...], index: int, words: Words, start: int) -> int:
    while index < len(elements):
        element = elements[index]
        index += 1
        if not element.plain or (start < len(words) and words[start] in element.longer):
            ends = (_end(elements, index, words, after) for after in element.ends(words, start))
            return next((end for end in ends if end >= 0), -1)
        if start == len(words) or words[start] not in element.words:
            return -1
        start += 1
    return start


def _element(part: str, lists: Mapping[str, Words]) -> Element:
    if part in ("..", "..."):
        return Element(gap=GAP) if part == ".." else Element(gap=REST, across=True)
    optional = part.startswith("[") and part.endswith("]")
    part = part[1:-1] if optional else part
    if part == "_":
        return Element(other=True, optional=optional)
    other = part.startswith("~")
    ways = tuple(_alternatives(part.removeprefix("~"), lists))
    words = frozenset(way for way in ways if " " not in way)
    longer: dict[str, list[Words]] = {}
    for several in (tuple(way.split()) for way in ways if " " in way):
        longer.setdefault(several[0], []).append(several)
    open_ways = [re.escape(way).replace(r"\*", ".*").replace(r"\#", r"\d+") for way in ways if "*" in way or "#" in way]
    like = re.compile("|".join(open_ways)) if open_ways else None
    return Element(words, longer, like, other=other, optional=optional, plain=not (like or other or optional))


def _alternatives(part: str, lists: Mapping[str, Words]) -> Iterator[str]:
    for word in part.split("|"):
        named = _PLACE.fullmatch(word)
        yield from (f"{one}{named[2] or ''}" for one in lists.get(named[1], ())) if named else (word,)


def _keys(written: str, lists: Mapping[str, Words]) -> Iterator[str]:
    """Beginnings under which a phrase is looked for: whole words, never a part of one."""
    parts = written.split()
    if parts[0] != "^":
        yield from ("#" if word[0] == "#" else " ".join(word.split()[:2]) for word in _alternatives(parts[0], lists))
        return
    for part in parts[1:]:
        yield from (_ANY if "*" in word else f"^ {word.split()[0]}" for word in _alternatives(part.strip("[]"), lists))
        if not part.startswith("["):
            return


def unreadable(written: str, lists: Mapping[str, Words]) -> str:
    """What is wrong with a phrase as it is written; "" where nothing is."""
    for name, _ in _PLACE.findall(written):
        if name not in lists:
            return f"there is no list '{name}'"
    keys = (key for key in _keys(written, lists) if key != _ANY)
    open_first = next((key for key in keys if re.search(r"[*~\[]|\.\.|_", key.removeprefix("^ "))), "")
    return f"it begins with '{open_first}', which is no whole word" if open_first else ""
