"""Commands for whoever writes a script: a first one to change, and a look at it while it is being written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli.translating import DEFAULT
from bot.ports import Refusal

#: The language of the first catalogue.
LANGUAGE = "es"
#: Catalogues of their own, which a script of that name would share.
_TAKEN = ("app", "blocks", "cards")


@click.command()
@click.argument("script")
@click.option(
    "--folder",
    default=DEFAULT,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The program's own folder of prompts.",
)
def new(script: str, folder: Path) -> None:
    """Writes a first script to change, a catalogue for its Spanish, and a talk that tries it.

    Example: afterword new first-words
    """
    from prompts.beginning import begin

    _check_name(script)
    try:
        written = begin(folder, script, LANGUAGE)
    except FileExistsError as error:
        words = f"{error} is there already, and nothing was written. Choose another name, or move it away first."
        raise Refusal("new", words) from None
    except OSError as error:
        raise Refusal("new", f"{error.filename or folder} cannot be written: {error.strerror}.") from None
    for line in _next(folder, *written):
        click.echo(line)


def _check_name(script: str) -> None:
    from prompts.library import HOME
    from prompts.script import RESERVED_CHOICE_IDS

    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", script):
        words = "use small letters, digits and '-', beginning with a letter, such as first-words (40 at most)."
        raise Refusal("new", f"'{script}' cannot be the name of a script; {words}")
    if script in RESERVED_CHOICE_IDS or script in _TAKEN:
        raise Refusal("new", f"'{script}' is a word of the bot's own; choose another name.")
    if (HOME / "scripts" / f"{script}.toml").exists():
        words = "and yours would take its place. Choose another name; to change ours, copy its file into your folder."
        raise Refusal("new", f"There is a script '{script}' already, {words}")


def _next(folder: Path, script: Path, catalogue: Path, transcript: Path) -> Iterator[str]:
    yield f"{script} is written: a first script to change."
    yield f"{catalogue} waits for its Spanish, {transcript} for what the bot will say."
    yield ""
    yield "What to do next:"
    of, file = shlex.quote(str(folder)), shlex.quote(str(script))
    rows = (
        (f"afterword preview {file}", "how it looks, while you write"),
        (f"afterword lint {of}", "what is wrong with it"),
        (f"afterword translations export --folder {of}", "for whoever translates"),
        (f"afterword replay --check --write {of}", "what the bot says, to be read once and kept as a test"),
        (f"AFTERWORD_PROMPTS={of} afterword demo", "live, beside all others"),
    )
    wide = max(len(command) for command, _ in rows)
    yield from (f"  {command:{wide}}  # {what}" for command, what in rows)


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--port", default=8081, show_default=True, type=click.IntRange(1, 65535))
@click.option("--lang", default="en", show_default=True, help="The language to begin in.")
@click.option(
    "--use", default=1, show_default=True, type=click.IntRange(1, 60), help="The how-manieth time it is used."
)
def preview(path: Path, port: int, lang: str, use: int) -> None:
    """The talk of a script or a folder as it is being written, with the linter beside it; on 127.0.0.1 only.

    It is read anew whenever a file is saved. What does not hold together is named, and the last version that did goes
    on. In the address, ?use=4 looks at the fourth time, or week, of a script.

    Example: afterword preview my-prompts --lang es
    """
    import os

    from bot.cli import parts, previewing
    from bot.config import program
    from storage.store import temporary_store

    library = parts.ours()
    if lang not in library.locales:
        raise click.BadParameter(f"there is {', '.join(library.locales)}.", param_hint="--lang")
    own = program(os.environ.get("AFTERWORD_CONFIG", ""))
    with temporary_store(program=own, scripts=library.scripts.values()) as store:
        parts.run(previewing.preview(path, store, port, lang, use))


COMMANDS = (new, preview)
