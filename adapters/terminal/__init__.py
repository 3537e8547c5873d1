"""One conversation in the terminal. Law: what is typed is a `Write` in private, and leaving loses nothing."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress

from adapters.terminal.lines import Lines, Print, Read, may_be_bold, read_lines, write_line
from adapters.terminal.paper import Paper
from adapters.terminal.talk import Talk, known
from bot import logs
from bot.events import Who
from bot.ports import Refusal
from bot.turn import Shell

WIDEST = 78


class Fault(Exception):
    """Something broke on our side. `words`: what to tell the person."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


async def converse(
    shell: Shell,
    who: Who,
    script: str = "",
    locale: str = "",
    *,
    back: str = "",
    plain: bool = False,
    read: Read | None = None,
    write: Print | None = None,
    width: int | None = None,
) -> None:
    """Talks with one person until the talk is over, or until they leave (Ctrl-D, Ctrl-C), which pauses it.

    `script`: its slug or title; "" goes on with what is open, or begins. `locale`: "" leaves the language as it is.
    `back`: the command that goes on from here later; "" where nothing outlives this process.
    `plain`: line by line even where a whole screen could be drawn.
    `read` takes a prompt and gives a line; EOFError and KeyboardInterrupt from it mean leaving.
    Raises Refusal for a script or a language that is not there, before anything is said; Fault for what is our mistake.
    """
    slug = known(shell, script, locale)
    talk = Talk(shell, who, back)
    try:
        await _converse(talk, slug, locale, plain=plain, read=read, write=write, width=width)
    except Refusal:
        raise
    except Exception as error:
        raise Fault(talk.word("term-fault", **logs.fault(error))) from None


async def _converse(
    talk: Talk, slug: str, locale: str, *, plain: bool, read: Read | None, write: Print | None, width: int | None
) -> None:
    if not (plain or read or write) and can_draw():
        from adapters.terminal.screen import on_screen  # what draws takes a tenth of a second to load

        said = await on_screen(talk, slug, locale)
        with suppress(OSError):  # the terminal may be gone
            for line in said:
                write_line(line)
        return
    paper = Paper(width or min(shutil.get_terminal_size().columns - 1, WIDEST), write is None and may_be_bold())
    await Lines(talk, read or read_lines, write or write_line, paper).run(slug, locale)


def can_draw() -> bool:
    """Whether this is a terminal with a person at it that knows more than lines."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    both = sys.stdin.isatty() and sys.stdout.isatty()
    return os.name == "posix" and both and unicode and os.environ.get("TERM", "dumb") not in ("", "dumb", "unknown")
