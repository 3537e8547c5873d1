"""A first script for somebody who wants to write one. Law: what is there already is never written over."""

from __future__ import annotations

from pathlib import Path

from prompts.exchange import Book, as_po, renewed, told
from prompts.lint import owed_script, read_folder
from prompts.source import read_script

_FIRST = Path(__file__).parent / "first"


def files(folder: Path, slug: str, locale: str) -> tuple[Path, Path, Path]:
    """Where the script stands, its translation into a language, and a talk that tries it."""
    return (
        folder / "scripts" / f"{slug}.toml",
        folder / "locales" / locale / "LC_MESSAGES" / f"{slug}.po",
        folder / "transcripts" / f"{slug}.en.txt",
    )


def begin(folder: Path, slug: str, locale: str = "es") -> tuple[Path, Path, Path]:
    """Writes all three. Raises FileExistsError before anything is written where one of them is there, and OSError."""
    script, catalogue, transcript = files(folder, slug, locale)
    for file in (script, catalogue, transcript):
        if file.exists():
            raise FileExistsError(str(file))
    _write(script, _filled("script.toml", folder, slug))
    lines = list(owed_script(read_script(script)))
    sources, _ = read_folder(folder)
    _write(catalogue, as_po(renewed(lines, Book()), locale, told(sources, lines, folder, places=False)))
    _write(transcript, _filled("transcript.txt", folder, slug))
    return script, catalogue, transcript


def _filled(name: str, folder: Path, slug: str) -> str:
    text = (_FIRST / name).read_text(encoding="utf-8")
    for mark, words in (("FOLDER", str(folder)), ("SCRIPT", slug), ("TITLE", slug.replace("-", " ").capitalize())):
        text = text.replace(mark, words)
    return text


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as new:
        new.write(text)
