"""What of a place is in sight, and the bar below it. Law: pure; the same place and size give the same picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.terminal import wrap
from adapters.terminal.scene import FAINT, FOCUS, PLAIN, STRONG, Line, Sheet, Span, Typing, View, plain, sheet

#: Columns of text at most, and the empty ones beside it at least.
WIDEST = 76
EDGE = 2


@dataclass(frozen=True)
class Looking:
    """How the person looks at it. `top`: the first line, None for where it stands by itself; `follow`: what is pointed
    at or typed has to be in sight; `way`: the way in the bar that has the focus."""

    top: int | None = None
    follow: bool = False
    way: int | None = None


@dataclass(frozen=True)
class Picture:
    """As many lines as the screen has rows. `top` and `height`: what is shown of the place; `more`: some is below;
    `reached`: the first choice is in sight."""

    lines: tuple[Line, ...]
    cursor: tuple[int, int] | None
    top: int = 0
    height: int = 1
    more: bool = False
    reached: bool = True


def text_width(columns: int) -> int:
    return max(min(columns - 2 * EDGE, WIDEST), 16)


def picture(view: View, typing: Typing | None, looking: Looking, columns: int, rows: int) -> Picture:
    width = text_width(columns)
    edge = (PLAIN, " " * max((columns - width) // 2, 0))
    ways = tuple(bar(view, looking.way, width))
    notice = tuple(plain(view.notice, width, STRONG, "· ")) if view.notice else ()
    height = max(rows - len(ways) - len(notice) - 1, 1)
    drawn = sheet(view, typing, width, height)
    top = first(drawn, looking, height)
    more = top + height < len(drawn.lines)
    shown = drawn.lines[top : top + height]
    above = ((),) * (height - len(shown))
    lines = (*above, *shown, *notice, rule(view, width, top > 0, more), *ways)[:rows]
    cursor = sight(drawn.cursor, top, height, len(above), len(edge[1]))
    reached = drawn.chooses < top + height
    return Picture(tuple((edge, *line) for line in lines), cursor, top, height, more, reached)


def first(drawn: Sheet, looking: Looking, height: int) -> int:
    """The first line in sight: the end of the talk, or the beginning of what is new where that fills the screen."""
    last = max(len(drawn.lines) - height, 0)
    top = min(drawn.begins, last) if looking.top is None else max(0, min(looking.top, last))
    if looking.follow and drawn.focus is not None:
        begins, ends = drawn.focus
        ends = max(ends, len(drawn.lines) - 1 if len(drawn.lines) - ends <= 3 else ends)
        top = max(min(top, begins), ends - height + 1)
    return top


def sight(cursor: tuple[int, int] | None, top: int, height: int, above: int, edge: int) -> tuple[int, int] | None:
    if cursor is None or not top <= cursor[1] < top + height:
        return None
    return cursor[0] + edge, cursor[1] - top + above


def rule(view: View, width: int, over: bool, under: bool) -> Line:
    """How far the talk has come, and whether there is more above or below; the latter as arrows where it is narrow."""
    words = [words for words, is_so in ((view.words.above, over), (view.words.below, under)) if is_so]
    place = f" {' · '.join(view.place)} " if view.place else ""
    words = words or ([view.words.bar] if view.ways and view.words.bar else [])
    more = f" {' · '.join(words)} " if words else ""
    if wrap.cells(place + more) > width - 3:
        place = f" {view.place[0]} " if view.place else ""
        more = f" {' '.join(one[-1] for one in words)} "
    line = "─" * (width - 2 - wrap.cells(place + more))
    return (FAINT, "─"), (PLAIN, place), (FAINT, line), (PLAIN, more), (FAINT, "─")


def bar(view: View, focus: int | None, width: int) -> Iterator[Line]:
    """The ways out with their keys, in as many lines as they need."""
    line: list[Span] = []
    used = 0
    for number, (key, option) in enumerate(view.ways):
        here = number == focus
        spans = way(key, wrap.fitting(option.label, width - len(key) - 3), here)
        size = sum(wrap.cells(words) for _, words in spans)
        if line and used + 2 + size > width:
            yield tuple(line)
            line, used = [], 0
        line += [(PLAIN, "  "), *spans] if line else spans
        used += size + (2 if used else 0)
    yield tuple(line)


def way(key: str, label: str, here: bool) -> list[Span]:
    if here:
        return [(FOCUS, f"›{key} {label}‹")]
    return [(STRONG, key), (PLAIN, f" {label}")]
