"""The whole screen, by prompt_toolkit. Law: it knows no bot; a place goes in, and one answer comes out."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Point
from prompt_toolkit.document import Document
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.layout import BufferControl, Layout, UIContent, Window
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Style

from adapters.terminal import wrap
from adapters.terminal.picture import Looking, Picture, picture, text_width
from adapters.terminal.scene import Typing, View
from bot.commands import pick
from bot.conversation import Message

#: No colours at all: whatever the terminal's are, these can be read (https://no-color.org needs no more).
STYLE = Style.from_dict({"strong": "bold", "faint": "dim", "focus": "reverse", "picked": "reverse"})

#: Seconds after which a lone Esc is a key of its own. Less than a sequence that comes over a slow line may take.
ESCAPE = 0.05

#: Seconds after which an answer of the bot is late enough to say so.
LATE = 1.0


@dataclass(frozen=True, slots=True)
class Picked:
    """Choices, by id."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A way out, by the id that it has in the bar."""

    name: str


Answer = Picked | Typed | Wanted

NOWHERE = View(Message(text=""))


class Canvas(BufferControl):
    """Shows the picture, and lets what is typed go where it belongs."""

    def __init__(self, buffer: Buffer, draw: Callable[[int, int], Picture]) -> None:
        super().__init__(buffer)
        self._draw = draw

    def create_content(self, width: int, height: int, preview_search: bool = False) -> UIContent:
        drawn = self._draw(width, height)
        cursor = Point(*drawn.cursor) if drawn.cursor else None
        return UIContent(lambda number: list(drawn.lines[number]), len(drawn.lines), cursor, show_cursor=bool(cursor))

    def preferred_height(self, *size: object) -> int | None:
        return None


class Stage:
    """`box` holds own words; `line` what is typed at a choice; `ahead` what is typed while the bot answers, until there
    is a place for it. `typed` is called whenever the box changes."""

    def __init__(
        self,
        bindings: Callable[[Stage], KeyBindings],
        typed: Callable[[], None],
        given: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self.view, self.looking, self.drawn = NOWHERE, Looking(), Picture((), None)
        self.box, self.line, self.ahead = Buffer(name="box"), Buffer(name="line"), ""
        self.box.on_text_changed += lambda _: typed()
        self.line.on_text_changed += lambda _: self.point_at_words()
        for buffer in (self.box, self.line):
            buffer.on_text_changed += lambda _: self.look(follow=True)
            buffer.on_cursor_position_changed += lambda _: self.look(follow=True)
        self._answer: asyncio.Future[Answer] | None = None
        self._late: asyncio.TimerHandle | None = None
        self._left = False
        self._canvas = Canvas(self.line, self.draw)
        self.app: Application[None] = Application(
            layout=Layout(Window(self._canvas)), key_bindings=bindings(self), style=STYLE, full_screen=True,
            erase_when_done=True, color_depth=ColorDepth.DEPTH_1_BIT, input=given, output=output,
            terminal_size_polling_interval=None,
        )  # fmt: skip
        self.app.ttimeoutlen = ESCAPE

    # For who has something to ask

    async def ask(self, view: View, line: str = "") -> Answer:
        """Shows a place until it is answered; `line`: what stands in it. Raises EOFError when the person has left."""
        self.line.reset(Document(line, len(line)))
        if self._left:
            raise EOFError
        self._wait(False)
        self.view, self.looking = view, Looking()
        self._canvas.buffer = self.box if view.message.input == "text" else self.line
        self._answer = asyncio.get_running_loop().create_future()
        self.app.current_buffer.insert_text(self.ahead)
        self.ahead = ""
        self.app.invalidate()
        return await self._answer

    def fill(self, text: str) -> None:
        """Other words in the box; what was there cannot be got back by undoing."""
        self.box.reset(Document(text, len(text)))

    def notice(self, words: str) -> None:
        self.view = replace(self.view, notice=words)
        self.app.invalidate()

    def leave(self) -> None:
        """The person is gone, or wants to be: whatever is being asked stays unanswered."""
        self._left = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(EOFError())
        self._wait(True)

    def _wait(self, begins: bool) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = asyncio.get_running_loop().call_later(LATE, self._say_wait) if begins else None

    def _say_wait(self) -> None:
        self.view = replace(self.view, place=(self.view.words.wait,))
        self.app.invalidate()

    def stop(self) -> None:
        """The process stops, with the terminal given back; when it goes on, all is drawn again."""
        run_in_terminal(partial(os.kill, os.getpid(), signal.SIGSTOP))

    # For the keys

    @property
    def busy(self) -> bool:
        return self._answer is None or self._answer.done()

    @property
    def writing(self) -> bool:
        return self.view.message.input == "text" or bool(self.line.text)

    def give(self, answer: Answer) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)
            self._wait(True)

    def look(self, **changes: object) -> None:
        self.looking = replace(self.looking, **changes)  # type: ignore[arg-type]
        self.app.invalidate()

    def point(self, at: int | None) -> None:
        self.view = replace(self.view, pointer=at, tapped=None, notice="")
        self.look(follow=True)

    def point_at_words(self) -> None:
        """Whoever types a label sees which one it is taken for."""
        ids = [option.id for option in self.view.message.choices]
        found = pick(self.view.message.choices, self.line.text)
        self.view = replace(self.view, pointer=ids.index(found) if found else None, notice="")

    def row(self, by: int) -> None:
        """The cursor goes so many rows down in what is typed."""
        buffer = self.app.current_buffer
        there = wrap.stepped(wrap.printable(buffer.text), self.inner, buffer.cursor_position, by)
        buffer.cursor_position = there if there is not None else len(buffer.text) if by > 0 else 0

    @property
    def inner(self) -> int:
        return text_width(self.app.output.get_size().columns) - 4

    # For the canvas

    def draw(self, columns: int, rows: int) -> Picture:
        buffer = self.app.current_buffer
        chosen = buffer.document.selection_range() if buffer.selection_state else (0, 0)
        typing = Typing(buffer.text, buffer.cursor_position, chosen) if self.writing else None
        self.drawn = picture(self.view, typing, self.looking, columns, rows)
        return self.drawn
