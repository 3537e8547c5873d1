"""Catalogues to translators and back. Law: no translation is lost on the way, and none is said that does not fit.

What a line is about stands as a comment over it; a translation of English that has changed is fuzzy and keeps the
English that it was made from; what is not used any more stays at the end of the file (`#~`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import denormalize, normalize

from prompts.library import Sources
from prompts.script import SOURCE_LOCALE, is_question
from prompts.source import Fault, Source, Use
from prompts.translations import Owed, parsed, placeholders

_PREVIOUS = re.compile(r'\|\s*(msgid\s+)?(".*")$')


@dataclass(frozen=True)
class Line:
    """One line of a catalogue. `previous`: the English that a fuzzy one was made from; `notes`: a translator's own
    comments; `line`: where its msgid stands, in a file that was read."""

    context: str
    english: str
    text: str = ""
    fuzzy: bool = False
    previous: str = ""
    notes: tuple[str, ...] = ()
    line: int = field(default=1, compare=False)

    def fits(self, english: str) -> bool:
        same = self.english == english and placeholders(self.text) == placeholders(english)
        return bool(same and self.text and not self.fuzzy)


@dataclass(frozen=True)
class Book:
    """A whole catalogue: its lines, and `obsolete` ones that nothing says any more; `head`: comments at its top."""

    lines: tuple[Line, ...] = ()
    obsolete: tuple[Line, ...] = ()
    head: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """What became of a file that came back: the catalogue as it is now, how many of its lines are new in it, what could
    not be taken, and the lines that nobody has translated yet."""

    book: Book
    new: int
    faults: tuple[Fault, ...]
    left: tuple[Owed, ...]


# Reading and writing


def read_book(path: Path) -> tuple[Book, str]:
    """A file of any translation program, and the language that it names. Raises `ScriptError` with rule `not-po`."""
    every = parsed(path, Every())
    head = tuple(comment for message in every.said if not message.id for comment in message.user_comments)
    lines, obsolete = (tuple(_line(one) for one in found if one.id) for found in (every.said, every.obsolete.gone))
    return Book(lines, obsolete, head), str(every.locale_identifier or "")


class Every(Catalog):
    """Remembers lines that stand in a file twice, too: one of them may be a translation that is nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Message] = []
        self.obsolete: Obsolete = Obsolete()

    def __setitem__(self, id: Any, message: Message) -> None:
        self.said.append(message)
        if not id:  # the header says how to read the rest; two lines that are the same would be made one
            super().__setitem__(id, message)


class Obsolete(dict[Any, Message]):
    def __init__(self) -> None:
        super().__init__()
        self.gone: list[Message] = []

    def __setitem__(self, key: Any, message: Message) -> None:
        self.gone.append(message)
        super().__setitem__(key, message)


def _line(message: Message) -> Line:
    notes, previous = [], ""
    for comment in message.user_comments:
        if found := _PREVIOUS.match(comment):
            previous += denormalize(found[2])
        else:
            notes.append(comment)
    return Line(
        message.context or "",
        str(message.id),
        str(message.string or ""),
        message.fuzzy,
        previous,
        tuple(notes),
        message.lineno or 1,
    )


def as_po(book: Book, locale: str, about: Mapping[str, Sequence[str]]) -> str:
    """The text of a PO file, or of a template where `locale` is empty. `about`: comments by context, which a translator
    sees over the line."""
    parts = ["\n".join((*(f"# {row}".rstrip() for row in book.head), _header(locale)))]
    parts += ["\n".join(_written(line, about.get(line.context, ()))) for line in book.lines]
    parts += ["\n".join(_written(line, (), "#~ ")) for line in book.obsolete]
    return "\n\n".join(parts) + "\n"


def _header(locale: str) -> str:
    rows = ["Project-Id-Version: Afterword", f"Language: {locale}", "MIME-Version: 1.0"]
    rows += ["Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"]
    rows += [f"Plural-Forms: {get_plural(locale).plural_forms}"] if locale else []
    return "\n".join(('msgid ""', 'msgstr ""', *(f'"{row}\\n"' for row in rows)))


def _written(line: Line, about: Sequence[str], mark: str = "") -> Iterator[str]:
    yield from (f"# {note}".rstrip() for note in line.notes)
    yield from about
    if line.fuzzy and not mark:
        yield "#, fuzzy"
    if line.previous and not mark:
        yield f"#| msgid {normalize(line.previous, '#| ', 0)}"
    yield f"{mark}msgctxt {normalize(line.context, mark, 0)}"
    yield f"{mark}msgid {normalize(line.english, mark, 0)}"
    yield f"{mark}msgstr {normalize(line.text, mark, 0)}"


# Out


def renewed(owed: Sequence[Owed], old: Book) -> Book:
    """A catalogue for the English as it is now: what fits is kept, what does not is fuzzy, what is not owed is
    obsolete."""
    known = {**_by_context(old.obsolete), **_by_context(old.lines)}  # what was obsolete may be asked for again
    lines = tuple(_renewed(line, known.get(line.context, ())) for line in owed)
    said = {(line.context, line.text) for line in lines}
    gone = [one for one in (*old.lines, *old.obsolete) if one.text and (one.context, one.text) not in said]
    return Book(lines, _once(replace(one, fuzzy=False, previous="") for one in gone), old.head)


def _renewed(line: Owed, known: Sequence[Line]) -> Line:
    """The last that fits, as the bot takes it too; else the last with any words."""
    best = next((one for one in reversed(known) if one.fits(line.english)), None)
    best = best or next((one for one in reversed(known) if one.text), None)
    if best is None:
        notes = next((one.notes for one in reversed(known)), ())
        return Line(line.context, line.english, notes=notes)
    if best.english == line.english:
        return best if best.fits(line.english) else replace(best, fuzzy=True)
    return replace(best, english=line.english, fuzzy=True, previous=best.previous or best.english)


def _by_context(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.context, []).append(line)
    return found


def _once(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple({(line.context, line.english, line.text): line for line in lines}.values())


# And back


def taken(owed: Sequence[Owed], old: Book, came: Book, file: str) -> Taken:
    """What a translator sends back, put into the catalogue that is there. `owed` is all that may stand in it; `file`:
    where it came from."""
    known = {line.context: line for line in owed}
    before = renewed(owed, old)
    now = {line.context: line for line in before.lines}
    faults: list[Fault] = []
    for line in (line for line in came.lines if line.text):
        if line.context not in known:
            words = f"nothing has the line '{line.context}', so it is never said; it is kept at the end."
            faults.append(Fault("orphan-translation", words, file, line.line, severity="warning"))
            continue
        wanted, fault = _judged(line, known[line.context], file)
        faults += [fault] if fault else []
        if not wanted.fuzzy or not now[line.context].fits(wanted.english):
            now[line.context] = wanted
    # What does not stand in a line now is kept at the end: lines of the file, and those in whose place they came.
    book = renewed(owed, Book((*old.lines, *now.values()), (*old.obsolete, *came.lines, *came.obsolete), old.head))
    book = replace(book, head=old.head or came.head)
    new = sum(_is_new(one, was) for one, was in zip(book.lines, before.lines, strict=True))
    left = tuple(line for line, one in zip(owed, book.lines, strict=True) if not one.text)
    return Taken(book, new, tuple(faults), left)


def _is_new(one: Line, was: Line) -> bool:
    return one.fits(one.english) and not (was.fits(one.english) and was.text == one.text)


def _judged(line: Line, owed: Owed, file: str) -> tuple[Line, Fault | None]:
    """The line as it may stand in the catalogue: fuzzy where it does not fit, with what is wrong with it."""
    if line.english != owed.english:
        words = f"'{owed.context}' was translated from other English than is said now; it is kept, and marked fuzzy."
        fuzzy = replace(line, english=owed.english, fuzzy=True, previous=line.english)
        return fuzzy, None if line.fuzzy else Fault("stale-translation", words, file, line.line, owed.step)
    if not line.fuzzy and placeholders(line.text) != placeholders(owed.english):
        wanted = ", ".join(placeholders(owed.english)) or "nothing in braces"
        words = f"'{owed.context}' needs {wanted}, as in English; it is kept, and marked fuzzy."
        return replace(line, fuzzy=True), Fault("placeholder-mismatch", words, file, line.line, owed.step)
    return line, None


# What a translator is told of a line


def told(sources: Sources, owed: Sequence[Owed], home: Path, *, places: bool) -> dict[str, tuple[str, ...]]:
    """Comments by context: what each line is, and (`places`) where it was written."""
    found: dict[str, tuple[str, ...]] = {}
    for line in owed:
        where = (f"#: {_place(line, home)}",) if places else ()
        found[line.context] = (f"#. {_about(sources, line)}", *where)
    return found


def _place(line: Owed, home: Path) -> str:
    file = Path(line.file)
    shown = file.relative_to(home) if file.is_relative_to(home) else Path(file.name)
    return f"{shown.as_posix().replace(' ', '_')}:{line.line}"


def _about(sources: Sources, line: Owed) -> str:
    owner, *rest = line.context.split(".")
    if not line.step:
        if line.catalogue == "cards":
            return f"{rest[-1].replace('-', ' ')} of the card '{owner}'"
        return f"{rest[-1]} of the script" if line.catalogue not in ("app", "blocks") else f"{owner}: {rest[-1]}"
    source = sources.blocks.get(owner) if line.catalogue == "blocks" else sources.scripts.get(owner)
    asks = source is not None and _asks(source, line.step)
    return f"{_kind(rest[1:], asks=asks)} of step '{line.step}'{_LIMITS.get(rest[-1], '')}"


def _asks(source: Source, step_id: str) -> bool:
    return any(not isinstance(step, Use) and step.id == step_id and is_question(step) for step in source.steps)


_LIMITS: Mapping[str, str] = {"label": ", at most 75 characters", "reply": ", at most 12 words"}
_KINDS: Mapping[str, str] = {"hint": "smaller line", "low": "word at 1", "high": "word at 5"}


def _kind(name: Sequence[str], *, asks: bool) -> str:
    match name:
        case ["text"]:
            return "question" if asks else "what is said"
        case ["variants", variant, what]:
            return f"the {_kind([what], asks=asks)} in other words ('{variant}')"
        case [choice, "label"]:
            return f"answer '{choice}'"
        case [choice, "reply"]:
            return f"what is said after '{choice}'"
        case _:
            return _KINDS.get(name[-1], name[-1])


def languages(home: Path) -> tuple[str, ...]:
    """The languages of a folder of prompts, beside English."""
    found = {path.parent.parent.name for path in home.glob("locales/*/LC_MESSAGES/*.po")}
    return tuple(sorted(found - {SOURCE_LOCALE}))
