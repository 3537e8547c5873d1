"""The talk on a whole screen: what stands there, what the keys do, and that nothing is lost or left behind.

A file in `terminal/screen/` is a talk by keys alone: after each `> ` line, whose keys are parted by ` | `, comes the
screen. Write the `> ` lines and run with AFTERWORD_WRITE_TRANSCRIPTS=1 to fill in the rest; then read it.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from local_chat import open_shell, who
from screens import Sitting, pipe, sit

from adapters.terminal import wrap
from adapters.terminal.picture import Looking, picture
from adapters.terminal.scene import Typing, View
from bot.conversation import Message, Option, Reply
from bot.events import Inbound, Open, Write
from bot.ports import Refusal
from bot.turn import Shell

HERE = Path(__file__).parent / "terminal" / "screen"
FILES = sorted(HERE.glob("*.txt"))
KEPT = "Your place is kept. To go on from there:"


def sat(
    does: Callable[[Sitting], Awaitable[None]], script: str = "quick-visit", locale: str = "en", *,
    size: tuple[int, int] = (80, 24), shell: Shell | None = None, output: io.StringIO | None = None, **more: str,
) -> None:  # fmt: skip
    """Somebody before a screen does this; a shell of their own unless one is given."""

    async def through(shell: Shell) -> None:
        with pipe() as keys:
            sitting = await sit(shell, keys, script, locale, size=size, output=output, **more)
            try:
                await does(sitting)
            finally:
                if not sitting.done.done():
                    await sitting.leave()

    if shell is not None:
        asyncio.run(through(shell))
        return
    with open_shell() as (made, _):
        asyncio.run(through(made))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_talk_by_keys_alone(path: Path) -> None:
    screen = path.read_text(encoding="utf-8")
    script, locale, size = path.stem.split(".")
    columns, rows = map(int, size.split("x"))
    found: list[str] = []

    async def talk(sitting: Sitting) -> None:
        for line in screen.splitlines():
            if line.startswith(">"):
                keys = list(filter(None, line[1:].strip().split(" | ")))
                await sitting.press(*keys)
                found.append(f"{line}\n{sitting.text}")

    sat(talk, script, locale, size=(columns, rows))
    if os.environ.get("AFTERWORD_WRITE_TRANSCRIPTS"):
        path.write_text("".join(found), encoding="utf-8")
    assert "".join(found) == screen
    assert max(len(line) for line in screen.splitlines() if not line.startswith(">")) <= columns
