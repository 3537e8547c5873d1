"""Commands for translators: catalogues out, and back. Law: nothing that somebody has translated is written over."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.config import own_prompts
from bot.ports import Refusal
from prompts.source import ScriptError

if TYPE_CHECKING:
    from prompts.exchange import Book, Taken
    from prompts.library import Sources
    from prompts.translations import Owed

#: Where `afterword new` begins a program's own folder.
DEFAULT = Path("my-prompts")
#: So many names of lines that wait for somebody are said.
NAMED = 5

FOLDER = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of prompts; else the program's own, else my-prompts.",
)


@click.group()
def translations() -> None:
    """Catalogues for translators, and back (gettext PO).

    Example: afterword translations export --lang es
    """


@translations.command("export")
@FOLDER
@click.option("--lang", default="", help="One language only, which may be a new one; else all that there are.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="translations", show_default=True)
def export_catalogues(folder: Path | None, lang: str, out: Path) -> None:
    """A template and a PO file of each script: every line with what it is, what is translated, and what has changed.

    Example: afterword translations export --folder my-prompts --lang es
    """
    home = _home(folder)
    for name, lines in home.owed.items():
        _write(out / f"{name}.pot", home.as_text(lines, name, ""))
        for locale in home.chosen(lang):
            _export(home, out / f"{name}.{locale}.po", name, lines, locale)


@translations.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@FOLDER
def import_catalogues(files: tuple[Path, ...], folder: Path | None) -> None:
    """Takes back what translators have written, such as first-words.es.po; exit code 1 where something does not fit.

    Example: afterword translations import translations/first-words.es.po
    """
    home = _home(folder)
    if not all([_import(home, file) for file in files]):
        raise click.exceptions.Exit(1)


# A folder


@dataclass(frozen=True)
class Home:
    """A folder of prompts. `owed` are its own lines by catalogue; `lines` all that its catalogues may have."""

    folder: Path
    sources: Sources
    owed: dict[str, list[Owed]]
    lines: dict[str, list[Owed]]
    spoken: tuple[str, ...]  # languages of the bot's own words, where the folder is laid over ours

    def catalogue(self, name: str, locale: str) -> Path:
        return self.folder / "locales" / locale / "LC_MESSAGES" / f"{name}.po"

    def book(self, name: str, locale: str) -> Book:
        from prompts.exchange import Book, read_book
        from prompts.library import HOME

        ours = HOME / "locales" / locale / "LC_MESSAGES" / f"{name}.po"  # of a script that stands in the place of ours
        file = next((one for one in (self.catalogue(name, locale), ours) if one.exists()), None)
        return read_book(file)[0] if file else Book()

    def chosen(self, lang: str) -> tuple[str, ...]:
        from prompts.exchange import languages

        if not lang:
            return tuple(sorted({*languages(self.folder), *self.spoken})) or ("es",)
        return (self.checked(lang),)

    def checked(self, lang: str) -> str:
        """A language that can be spoken. Raises Refusal."""
        from babel import Locale, UnknownLocaleError

        try:
            if not re.fullmatch("[a-z]{2,3}(_[A-Za-z0-9]{2,8}){0,2}", lang, re.ASCII):
                raise ValueError(lang)
            Locale.parse(lang)
        except (UnknownLocaleError, ValueError):
            raise Refusal("language", f"'{lang}' is no language; write such as es.") from None
        if self.spoken and lang not in self.spoken:
            known = ", ".join(("en", *self.spoken))
            raise Refusal("language", f"The bot itself speaks {known}, and not {lang}.")
        return lang

    def as_text(self, lines: Sequence[Owed], name: str, locale: str, *, places: bool = True) -> str:
        from prompts.exchange import Book, as_po, renewed, told

        old = self.book(name, locale) if locale else Book()
        return as_po(renewed(lines, old), locale, told(self.sources, lines, self.folder, places=places))

    def translatable(self, name: str, books: Sequence[Book]) -> list[Owed]:
        """What a catalogue has to have, and what it may have and has: a line of ours in other words."""
        there = {line.context for book in books for line in book.lines if line.text}
        owed = self.owed.get(name, [])
        known = {line.context for line in owed}
        return [*owed, *(one for one in self.lines.get(name, ()) if one.context in there - known)]


def _home(folder: Path | None) -> Home:
    from prompts.exchange import languages
    from prompts.library import HOME
    from prompts.lint import all_owed, is_home, owed, read_folder, stands_alone

    folder = folder or own_prompts(os.environ) or (DEFAULT if DEFAULT.is_dir() else None)
    if folder is None or not is_home(folder):
        words = f"{folder} is no folder of prompts" if folder else "There is no folder of prompts here"
        raise Refusal("prompts", f"{words}; name one with --folder, or begin one: afterword new.")
    sources, faults = read_folder(folder)
    if errors := [fault for fault in faults if fault.severity == "error"]:
        raise ScriptError(errors)
    own = _grouped(owed(sources, folder))
    if not own:
        raise Refusal("prompts", f"{folder} has nothing to translate; begin a script with afterword new.")
    spoken = () if stands_alone(folder) else languages(HOME)
    return Home(folder, sources, own, _grouped(all_owed(sources, folder)), spoken)


def _grouped(lines: Iterator[Owed]) -> dict[str, list[Owed]]:
    found: dict[str, list[Owed]] = {}
    for line in lines:
        found.setdefault(line.catalogue, []).append(line)
    return found


# Out


def _export(home: Home, file: Path, name: str, owed: Sequence[Owed], locale: str) -> None:
    from prompts.exchange import renewed

    old = home.book(name, locale)
    if file.exists() and (count := _not_taken(file, old)):
        words = f"{file} has {count} translations that {home.folder} has not: afterword translations import {file}"
        raise Refusal("export", f"{words}, or choose another --out.")
    book = renewed(home.translatable(name, (old,)), old)
    _write(file, home.as_text(home.translatable(name, (old,)), name, locale))
    empty, fuzzy = sum(not one.text for one in book.lines), sum(one.fuzzy for one in book.lines)
    click.echo(f"{file}: {len(book.lines)} lines, {empty} to translate, {fuzzy} to look at again")


def _not_taken(file: Path, old: Book) -> int:
    """Translations of a file that is about to be written anew, which stand nowhere else."""
    from prompts.exchange import read_book

    known = {(line.context, line.text) for line in (*old.lines, *old.obsolete)}
    book, _ = read_book(file)
    return len({(line.context, line.text) for line in (*book.lines, *book.obsolete) if line.text} - known)


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal("out", f"{file} cannot be written: {error.strerror}.") from None


# And back


def _import(home: Home, file: Path) -> bool:
    """Whether all of it fits."""
    from prompts.exchange import as_po, read_book, taken, told

    came, language = read_book(file)
    name, locale = _whose(home, file, language)
    old = home.book(name, locale)
    lines = home.translatable(name, (old, came))
    found = taken(lines, old, came, str(file))
    target = home.catalogue(name, locale)
    _write(target, as_po(found.book, locale, told(home.sources, lines, home.folder, places=False)))
    for fault in found.faults:
        click.echo(str(fault))
    click.echo(f"{target}: {_summary(found)}")
    return not any(fault.severity == "error" for fault in found.faults)


def _whose(home: Home, file: Path, language: str) -> tuple[str, str]:
    """The catalogue that a file belongs to, and its language: first-words.es.po, or es/first-words.po."""
    name, _, lang = file.name.removesuffix(".po").partition(".")
    if name not in home.lines:
        known = ", ".join(home.owed)
        raise Refusal("import", f"{file}: {home.folder} has no catalogue '{name}'; there is {known}.")
    if not (lang or language):
        raise Refusal("import", f"{file} does not say its language; name it {name}.es.po.")
    return name, home.checked(lang or language)


def _summary(found: Taken) -> str:
    fuzzy = sum(line.fuzzy for line in found.book.lines)
    parts = [f"{found.new} new", f"{fuzzy} to look at again", f"{len(found.left)} not translated yet"]
    named = ", ".join(line.context for line in found.left[:NAMED])
    return ", ".join(parts) + (f" ({named}{' …' if len(found.left) > NAMED else ''})" if found.left else "")


COMMANDS = (translations,)
