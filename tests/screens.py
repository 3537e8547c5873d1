"""The terminal's whole screen in a test: keys in by a pipe, the screen out as text."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local_chat import who
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from adapters.terminal.screen import Screen
from adapters.terminal.talk import Talk
from bot.turn import Shell

KEYS = {
    "Enter": "\r", "Esc": "\x1b", "Ctrl+J": "\n", "Alt+Enter": "\x1b\r", "Tab": "\t", "Space": " ", "Backspace": "\x7f",
    "Up": "\x1b[A", "Down": "\x1b[B", "Right": "\x1b[C", "Left": "\x1b[D", "PgUp": "\x1b[5~", "PgDn": "\x1b[6~",
    "F1": "\x1bOP", "F2": "\x1bOQ", "F3": "\x1bOR", "F4": "\x1bOS", "F5": "\x1b[15~", "F6": "\x1b[17~",
    "Ctrl+C": "\x03", "Ctrl+D": "\x04",
}  # fmt: skip
PATIENCE = 10


class Sitting:
    """One person before one screen."""

    def __init__(self, screen: Screen, pipe: PipeInput, size: list[int], done: asyncio.Task[tuple[str, ...]]) -> None:
        self.screen, self.done = screen, done
        self._pipe, self._size = pipe, size
        self._drawn = asyncio.Event()
        screen.stage.app.after_render += lambda _: self._drawn.set()

    @property
    def text(self) -> str:
        drawn = self.screen.stage.app.renderer.last_rendered_screen
        if drawn is None:
            return ""
        rows = [drawn.data_buffer[y] for y in range(self._size[1])]
        return "\n".join("".join(row[x].char for x in range(self._size[0])).rstrip() for row in rows) + "\n"

    @property
    def ready(self) -> bool:
        """Something can be answered, and it is what stands on the screen."""
        return not self.screen.stage.busy and not self.screen.stage.app.invalidated

    async def until(self, so: Callable[[], bool]) -> None:
        """Until it is so on the screen; looks each time that something was drawn."""
        async with asyncio.timeout(PATIENCE):
            while not so():
                self._drawn.clear()
                waits = asyncio.create_task(self._drawn.wait())
                await asyncio.wait((waits, self.done), return_when=asyncio.FIRST_COMPLETED)
                assert not self.done.done(), "the screen is gone"

    async def sees(self, *words: str) -> None:
        try:
            await self.until(lambda: all(part in self.text for part in words) and self.ready)
        except TimeoutError:
            raise AssertionError(f"{words} did not come:\n{self.text}") from None

    async def press(self, *keys: str) -> None:
        """Keys by name, or words; answers once all of that has been drawn and the bot has answered."""
        for key in keys:
            before = self.screen.stage.app.render_counter
            self._pipe.send_text(KEYS.get(key, key))
            await self.until(lambda b=before: self.screen.stage.app.render_counter > b and self.ready)

    def type(self, key: str) -> None:
        self._pipe.send_text(KEYS.get(key, key))

    async def took(self) -> None:
        """Until what was typed has been read, whatever the bot is doing."""
        seen, app = asyncio.Event(), self.screen.stage.app
        app.key_processor.after_key_press += lambda _: seen.set()
        async with asyncio.timeout(PATIENCE):
            await seen.wait()

    async def leave(self, key: str = "Ctrl+C") -> tuple[str, ...]:
        self._pipe.send_text(KEYS[key])
        return await self.over()

    async def over(self) -> tuple[str, ...]:
        async with asyncio.timeout(PATIENCE):
            return await self.done

    def resize(self, columns: int, rows: int) -> None:
        self._size[:] = [columns, rows]
        self.screen.stage.app._on_resize()


@contextmanager
def pipe() -> Iterator[PipeInput]:
    with create_pipe_input() as made:
        yield made


async def sit(
    shell: Shell, pipe: PipeInput, script: str = "quick-visit", locale: str = "en", *, size: tuple[int, int] = (80, 24),
    back: str = "afterword chat --db sqlite:///mine.db", output: io.StringIO | None = None,
) -> Sitting:  # fmt: skip
    columns_rows = list(size)
    drawn_on = Vt100_Output(output or io.StringIO(), lambda: Size(columns_rows[1], columns_rows[0]), term="xterm")
    talk = Talk(shell, who("ada"), back)
    await talk.arrive(locale)
    reply = await talk.begin(script)
    screen = Screen(talk, pipe, drawn_on)
    sitting = Sitting(screen, pipe, columns_rows, asyncio.create_task(screen.run(reply)))
    await sitting.until(lambda: sitting.ready and screen.stage.app.render_counter > 0)
    return sitting
