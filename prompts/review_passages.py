"""What stands together before a reader: a step, a card or a head, in one language. Law: here nothing is judged.

The English is read from its source, a translation from its catalogue; both know the file and the line of every line, so
that a fault is named where it is to be mended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from prompts.library import Sources
from prompts.review_phrases import Kind, Sheet
from prompts.script import SOURCE_LOCALE, Card, Step, card_lines, is_question, step_lines
from prompts.source import ScriptHead, Source, Use
from prompts.structure import assigned
from prompts.translations import Entry

_WORD = re.compile(r"[^\W\d_]+")


#: Characters of a translation that are looked at: no English line is longer than half of it.
MOST_READ = 1200


@dataclass(frozen=True, slots=True)
class Line:
    """`english`: of a translation, what it was made from."""

    name: str
    kind: Kind
    text: str
    english: str = ""


Lines = tuple[Line, ...]


@dataclass(frozen=True)
class Passage:
    """`step` is None for a card and a head; `original`: as the author wrote it, no translation. `where` tells the file
    and the line of a line by its name."""

    step: Step | None
    language: str
    original: bool
    lines: Lines
    where: Callable[[str], tuple[str, int]]

    @cached_property
    def messages(self) -> tuple[Lines, ...]:
        """What is shown as one: the text with its hint, and each other wording of it with its own hint or else that."""
        named = {line.name: line for line in self.lines}
        texts = [line for line in self.lines if line.name == "text" or line.name.endswith(".text")]
        hints = [named.get(f"{text.name.removesuffix('text')}hint") or named.get("hint") for text in texts]
        return tuple((text, *([hint] if hint else [])) for text, hint in zip(texts, hints, strict=True))


@dataclass(frozen=True)
class Part:
    """A script, a block or a card in every language."""

    passages: tuple[Passage, ...]
    source: Source | None = None


@dataclass(frozen=True)
class Reader:
    """Reads the parts of a folder of prompts; `sheet` has the words by which a language is known."""

    sources: Sources
    sheet: Sheet

    def parts(self) -> Iterator[Part]:
        """Everything that is the folder's own."""
        own = self.sources
        yield from (self.part(one) for name, one in own.scripts.items() if own.owns(f"scripts/{name}"))
        if "blocks" not in own.borrowed:
            yield from (self.part(one) for name, one in own.blocks.items() if own.owns(f"blocks/{name}"))
        if "cards" not in own.borrowed:
            yield from (self._card(name, one) for name, one in own.cards.items() if own.owns(f"cards/{name}"))

    def part(self, source: Source) -> Part:
        """A script or a block."""
        language = self._language(line.text for _, lines, _ in _written(source) for line in lines)
        catalogue = source.name if isinstance(source.head, ScriptHead) else "blocks"
        passages: list[Passage] = []
        for step, lines, at in _written(source):
            where = partial(_in_source, source, at)
            context = f"{source.name}.{step.id}." if step else f"{source.name}."
            passages.append(Passage(step, language, True, lines, where))
            passages += self._translated(catalogue, context, step, lines)
        return Part(tuple(passages), source)

    def _card(self, name: str, card: Card) -> Part:
        lines = tuple(Line(line, "card", text) for line, text in card_lines(card))
        language = self._language(line.text for line in lines)
        where = partial(_in_card, self.sources.files[f"cards/{name}"], card)
        return Part((Passage(None, language, True, lines, where), *self._translated("cards", f"{name}.", None, lines)))

    def _language(self, texts: Iterable[str]) -> str:
        """English, unless most of it is another language that the sheet knows words of."""
        words = [word for text in texts for word in _WORD.findall(text.casefold())]
        counts = {name: sum(word in known for word in words) for name, known in self._known.items()}
        best = max(counts, key=lambda name: counts[name], default=SOURCE_LOCALE)
        return best if counts and counts[best] > counts.get(SOURCE_LOCALE, 0) else SOURCE_LOCALE

    @cached_property
    def _known(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(lists.get("known", ())) for name, lists in self.sheet.lists.items()}

    def _translated(self, catalogue: str, context: str, step: Step | None, lines: Lines) -> Iterator[Passage]:
        """In every language that has a line of it. What was translated from other words than now is not said."""
        for locale, entries in self._entries.get(catalogue, {}).items():
            there = [(line, entries.get(f"{context}{line.name}")) for line in lines]
            said = [(line, *one) for line, one in there if one is not None and one[1].english == line.text]
            if said:
                translated = tuple(
                    Line(line.name, line.kind, entry.text[:MOST_READ], line.text) for line, _, entry in said
                )
                places = {line.name: (file, entry.line) for line, file, entry in said}
                language = re.split(r"[-_]", locale)[0]
                yield Passage(step, language, False, translated, places.__getitem__)

    @cached_property
    def _entries(self) -> Mapping[str, Mapping[str, Mapping[str, tuple[str, Entry]]]]:
        """Entries that are said, with their files: by catalogue, locale and context."""
        found: dict[str, dict[str, dict[str, tuple[str, Entry]]]] = {}
        for one in self.sources.catalogues:
            usable = {entry.context: (one.file, entry) for entry in one.entries if entry.usable}
            found.setdefault(one.name, {}).setdefault(one.locale, {}).update(usable)
        return found


def _written(source: Source) -> Iterator[tuple[Step | None, Lines, int]]:
    """The head (a block's is for authors) and every step, each with the line on which it begins."""
    if isinstance(head := source.head, ScriptHead):
        yield None, (Line("title", "head", head.title), Line("summary", "head", head.summary)), 1
    for step, at in zip(source.steps, source.lines, strict=True):
        if not isinstance(step, Use):
            yield step, tuple(Line(name, _kind(step, name), text) for name, text in step_lines(step)), at


def _kind(step: Step, name: str) -> Kind:
    last = name.rpartition(".")[2]
    if last == "text":
        return "ask" if is_question(step) else "say"
    return "hint" if last == "hint" else "reply" if last == "reply" else "label"


def _in_source(source: Source, at: int, name: str) -> tuple[str, int]:
    """A line of a step is found by its key; one of a choice or of another wording by the id of that."""
    owner, _, key = name.rpartition(".")
    pattern = assigned("id", owner.removeprefix("variants.")) if owner else rf"^\s*{key}\s*="
    return source.file, source.line_with(pattern, at)


def _in_card(file: str, card: Card, name: str) -> tuple[str, int]:
    text = dict(card_lines(card))[name]
    start = re.escape(text.split('"')[0].split("\n")[0][:40])
    written = enumerate(Path(file).read_text(encoding="utf-8-sig").splitlines(), 1)
    return file, next((number for number, line in written if re.search(start, line)), 1)
