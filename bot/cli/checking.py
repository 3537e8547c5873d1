"""Transcripts as tests: each is played anew beside what is written. Law: in a store of its own, which goes after it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import parts
from bot.config import program
from bot.ports import Refusal
from prompts.source import ScriptError

if TYPE_CHECKING:
    from prompts.library import Library

FOLDER = "transcripts"


def checked(paths: Sequence[Path], *, write: bool) -> bool:
    """Says of each transcript whether the bot answers as written, or (`write`) writes down what it answers. False where
    something is not so. Raises Refusal where there is nothing to play."""
    files = tuple(file for path in paths for file in _transcripts(path))
    return all([_checked(file, write=write) for file in files])


def _transcripts(path: Path) -> Iterator[Path]:
    """A transcript; those of a script; or all of a folder of prompts."""
    if path.is_dir():
        there = path / FOLDER if (path / FOLDER).is_dir() else path
        found = [file for file in sorted(there.glob("*.txt")) if there.name == FOLDER or _is_one(file)]
    elif path.suffix == ".toml":
        found = [file for home in _homes(path) for file in sorted(home.glob(f"{path.stem}.*txt"))]
    else:
        found = [path]
    if not found:
        words = f"there is no transcript of {path}; write one such as {FOLDER}/{path.stem}.en.txt (docs/scripts.md)."
        raise Refusal("transcript", words)
    yield from found


def _is_one(file: Path) -> bool:
    """Whether somebody does something in it."""
    try:
        return any(line.startswith(">") for line in file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeError):
        return False


def _homes(script: Path) -> tuple[Path, ...]:
    return script.parent, script.parent.parent / FOLDER


def _checked(file: Path, *, write: bool) -> bool:
    from bot.transcripts import answered, difference

    try:
        written = file.read_text(encoding="utf-8")
        now = played(written, _library(file))
    except (OSError, UnicodeError) as error:
        return _wrong(f"{file} cannot be read ({getattr(error, 'strerror', '') or 'it is not UTF-8 text'}).")
    except Refusal as refusal:
        return _wrong(f"{file}: {refusal.words}")
    except ScriptError as error:
        return _wrong("\n".join((*map(str, error.faults), f"{file}: its scripts cannot be put together.")))
    if write and not _is_one(file):
        return _wrong(f"{file}: nobody does anything in it (no line begins with >), so nothing was written")
    if write:
        return _written(file, now, changed=now != written)
    if now == written:
        click.echo(f"{file}: as written")
        return True
    if not answered(written):
        return _wrong(f"{file}: nothing that the bot says is written here yet; --write fills it in")
    return _wrong(f"{file}: not as written\n{difference(written, now)}")


def _wrong(words: str) -> bool:
    click.echo(words)
    return False


def _written(file: Path, now: str, *, changed: bool) -> bool:
    if changed:
        try:
            file.write_text(now, encoding="utf-8")
        except OSError as error:
            raise Refusal("transcript", f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{file}: {'written' if changed else 'as written'}")
    return True


def played(text: str, library: Library) -> str:
    """A transcript with every answer anew, of what this library says."""
    from bot.replay import Outbox, Replay, VirtualClock
    from bot.transcripts import played as play
    from bot.turn import Shell
    from scheduler.ticker import tick
    from storage.store import temporary_store

    async def run() -> str:
        outbox, clock = Outbox(), VirtualClock()
        shell = Shell(library, store, outbox, clock=clock)
        try:
            return await play(text, Replay(shell, outbox, clock, tick, lambda _: None))
        finally:
            await shell.close()

    own = program(os.environ.get("AFTERWORD_CONFIG", ""))
    with temporary_store(program=own, scripts=library.scripts.values()) as store:
        return asyncio.run(run())


def _library(file: Path) -> Library:
    """What is said where a transcript stands: with the folder of prompts that it is in, or the script beside it."""
    from prompts.lint import is_home, lone_script

    beside = file.with_name(f"{file.name.partition('.')[0]}.toml")
    if file.parent.name == FOLDER and is_home(file.parent.parent):
        return parts.library_of(file.parent.parent)
    return parts.library().with_script(lone_script(beside)) if beside.exists() else parts.library()
