"""Translations as gettext catalogues, and whether they still fit the English. Law: a stale line is not said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from babel.messages import Catalog
from babel.messages.pofile import PoFileError, PoFileParser

from prompts.resolve import Translations
from prompts.source import MOST_BYTES, Fault, ScriptError


@dataclass(frozen=True)
class Entry:
    """One line of a catalogue; `line` is where its msgid stands. A fuzzy one is a translator's guess, and not used."""

    context: str
    english: str
    text: str
    line: int
    fuzzy: bool = False

    @property
    def usable(self) -> bool:
        return bool(self.context and self.text and not self.fuzzy)


@dataclass(frozen=True)
class Catalogue:
    """`locales/<locale>/LC_MESSAGES/<name>.po`; one that is `lent` belongs to the folder over which another is laid."""

    file: str
    locale: str
    name: str
    entries: tuple[Entry, ...]
    lent: bool = False


@dataclass(frozen=True)
class Owed:
    """A line of English that needs a translation, and where it was written."""

    catalogue: str
    context: str
    english: str
    file: str
    line: int
    step: str = ""


Read = TypeVar("Read", bound=Catalog)


def parsed(path: Path, catalog: Read) -> Read:
    """`catalog`, with what stands in the file. Raises `ScriptError` with rule `not-po`."""
    try:
        if path.stat().st_size > MOST_BYTES:
            words = f"this file has more than {MOST_BYTES // 1000} kB, which no catalogue needs; split its script."
            raise ScriptError([Fault("not-po", words, str(path))])
        with path.open("rb") as file:
            _quoted(path, file.read().decode("utf-8"))
            file.seek(0)
            PoFileParser(catalog, abort_invalid=True).parse(file)
        return catalog
    except PoFileError as error:
        words = f"{str(error).rpartition(' on ')[0]}; this line does not belong in a PO file."
        raise ScriptError([Fault("not-po", words, str(path), error.lineno + 1)]) from None
    except (UnicodeError, LookupError, ValueError):
        words = "this is not a PO file in UTF-8; save it as UTF-8 text with msgctxt, msgid and msgstr."
        raise ScriptError([Fault("not-po", words, str(path))]) from None
    except OSError as error:
        words = f"this file cannot be read ({error.strerror}); check the path."
        raise ScriptError([Fault("not-po", words, str(path))]) from None


_LINE = re.compile(r'\s*(?:#.*|(?:(?:msgctxt|msgid|msgid_plural|msgstr(?:\[[0-9]\])?)\s*)?"(?:[^"\\]|\\.)*"\s*|)')


def _quoted(path: Path, text: str) -> None:
    """The parser takes the first and the last sign of a line for its quotes, whatever they are."""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.startswith(("msg", '"', " ", "\t")) and not _LINE.fullmatch(line):
            words = 'a text stands in straight quotes ("…"), and a quote inside it is written \\"; mend this line.'
            raise ScriptError([Fault("not-po", words, str(path), number)])


def read_catalogue(path: Path) -> Catalogue:
    """Raises `ScriptError` with rule `not-po`."""
    entries = tuple(
        Entry(message.context or "", str(message.id), str(message.string or ""), message.lineno or 1, message.fuzzy)
        for message in parsed(path, Catalog())
        if message.id
    )
    return Catalogue(str(path), path.parent.parent.name, path.stem, entries)


def translations(catalogues: Iterable[Catalogue]) -> dict[str, Translations]:
    """What can be said, by language. Fuzzy and empty entries are left out; the linter reports them."""
    languages: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}
    for catalogue in catalogues:
        known = languages.setdefault(catalogue.locale, {})
        for entry in catalogue.entries:
            if entry.usable:
                known[(catalogue.name, entry.context)] = (entry.english, entry.text)
    return dict(languages)


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{[^{}]*\}|[{}]", text))


def check(
    catalogues: Sequence[Catalogue],
    owed: Sequence[Owed],
    unread: frozenset[str] = frozenset(),
    lines: Sequence[Owed] = (),
) -> Iterator[Fault]:
    """`owed`: lines that need a translation, in each language of the catalogues that are not lent; `lines`: all those
    that may have one, where that is more; `unread`: names of catalogues whose English could not be read, and of which
    nothing can be said."""
    own = [catalogue for catalogue in catalogues if not catalogue.lent]
    found = {(catalogue.locale, catalogue.name): catalogue for catalogue in own}
    lent = {(catalogue.locale, catalogue.name): catalogue for catalogue in catalogues if catalogue.lent}
    by_name = _by_name(owed)
    for locale in sorted({catalogue.locale for catalogue in own}):
        for name, needed in by_name.items():
            left = [line for line in needed if not _says(lent.get((locale, name)), line)]
            if (locale, name) in found:
                yield from _missing(found[locale, name], left)
            elif left and name not in unread:
                words = f"there is no {locale}/LC_MESSAGES/{name}.po, so {len(left)} lines would be said in English."
                yield Fault("missing-translation", words, left[0].file, 1)
    known = _by_name(lines or owed)
    for catalogue in own:
        if catalogue.name not in unread:
            yield from _entries(catalogue, {line.context: line for line in known.get(catalogue.name, ())})


def _by_name(lines: Sequence[Owed]) -> dict[str, list[Owed]]:
    found: dict[str, list[Owed]] = {}
    for line in lines:
        found.setdefault(line.catalogue, []).append(line)
    return found


def _says(catalogue: Catalogue | None, line: Owed) -> bool:
    """Whether a catalogue has a line as it is now."""
    entries = catalogue.entries if catalogue else ()
    return any(one.context == line.context and one.english == line.english and one.usable for one in entries)


def _missing(catalogue: Catalogue, lines: Sequence[Owed]) -> Iterator[Fault]:
    if lines and catalogue.entries and not any(entry.text for entry in catalogue.entries):
        words = f"nothing here is translated yet, so {len(lines)} lines would be said in English."
        yield Fault("missing-translation", words, catalogue.file, severity="warning")
        return
    there = {entry.context: entry for entry in catalogue.entries}
    for line in lines:
        entry = there.get(line.context)
        if entry is not None and entry.usable:
            continue
        why = "is not there" if entry is None else "is marked fuzzy" if entry.text else "has an empty msgstr"
        words = f"'{line.context}' {why} in {catalogue.file}; translate \"{_short(line.english)}\"."
        yield Fault("missing-translation", words, line.file, line.line, line.step)


def _entries(catalogue: Catalogue, owed: Mapping[str, Owed]) -> Iterator[Fault]:
    seen: set[str] = set()
    for entry in catalogue.entries:
        if entry.context in seen:
            words = f"'{entry.context}' stands here twice; only one of them can be said."
            yield Fault("duplicate-id", words, catalogue.file, entry.line)
            continue
        seen.add(entry.context)
        line = owed.get(entry.context)
        if line is None and not entry.text:
            continue  # nothing was translated, so nothing is lost
        if line is None:
            what = f"nothing has the line '{entry.context}'" if entry.context else "this entry has no msgctxt"
            words = f"{what}, so it is never said; take the entry out."
            yield Fault("orphan-translation", words, catalogue.file, entry.line, severity="warning")
        elif entry.text and not entry.fuzzy:
            yield from _compared(catalogue, entry, line)


def _compared(catalogue: Catalogue, entry: Entry, line: Owed) -> Iterator[Fault]:
    if entry.english != line.english:
        words = (
            f"'{entry.context}' was translated from \"{_short(entry.english)}\", but the English is now "
            f'"{_short(line.english)}"; translate it again and mend the msgid.'
        )
        yield Fault("stale-translation", words, catalogue.file, entry.line, line.step)
    elif placeholders(entry.text) != placeholders(line.english):
        words = (
            f"'{entry.context}' has {_braces(entry.text)} in {catalogue.locale}, {_braces(line.english)} in English; "
            "they must be the same, since the bot fills them in."
        )
        yield Fault("placeholder-mismatch", words, catalogue.file, entry.line, line.step)


def _braces(text: str) -> str:
    return ", ".join(placeholders(text)) or "nothing in braces"


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")
