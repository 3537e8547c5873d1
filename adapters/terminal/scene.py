"""What stands on the screen for a place of the talk. Law: pure; nothing is told by colour, or by one style, alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters.terminal import wrap
from adapters.terminal.talk import addresses
from bot.cards import is_title
from bot.conversation import Exchange, Message, Option, Page

#: A style (a class of `stage.STYLE`) and the words in it.
Span = tuple[str, str]
Line = tuple[Span, ...]

PLAIN, STRONG, FAINT, FOCUS, PICKED = "", "class:strong", "class:faint", "class:focus", "class:picked"

#: Longer questions are read as a text and not made strong.
STRONG_AT_MOST = 160


@dataclass(frozen=True)
class Words:
    """The small words of the screen, in the person's language."""

    how: str = ""  # to answer; under the choices or in the border of the box
    line: str = ""  # how to send or close the small input line
    above: str = ""
    below: str = ""
    bar: str = ""  # how to get to the ways out
    wait: str = ""  # where an answer takes long


@dataclass(frozen=True)
class View:
    """A place: what is asked, what was said before, and where the person points. `ticked`: ids; for one choice out of
    several it is what is set now. `tapped`: what a number has marked last, which has to be in sight."""

    message: Message
    title: str = ""
    talk: tuple[Exchange, ...] = ()
    page: Page | None = None
    ways: tuple[tuple[str, Option], ...] = ()  # keys of the bar and what they do
    place: tuple[str, ...] = ()  # how far, how long still
    words: Words = Words()
    pointer: int | None = None
    tapped: int | None = None
    ticked: frozenset[str] = frozenset()
    notice: str = ""


@dataclass(frozen=True)
class Typing:
    """What stands in the box or in the input line. `picked`: the part that is selected."""

    text: str = ""
    cursor: int = 0
    picked: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Sheet:
    """All lines of a place, more than the screen may hold. `begins`: the first that is new; `chooses`: that of
    the first choice; `focus`: the first and the last that must be in sight while somebody points or types; `cursor`:
    column (a letter of its line) and line."""

    lines: tuple[Line, ...]
    begins: int
    chooses: int
    focus: tuple[int, int] | None = None
    cursor: tuple[int, int] | None = None


def sheet(view: View, typing: Typing | None, width: int, height: int) -> Sheet:
    """`typing`: None where there is nothing to type into. `height`: of the part of the screen that this is for."""
    before = (*exchanges(view.talk, width), *(page(view.page, width) if view.page else ()))
    asked = tuple(question(view, width))
    lines = (*before, *paragraphs(view.message.preface, width), *asked)
    begins = len(before) if view.talk else 0
    chooses, focus, cursor = len(lines), None, None
    if view.message.input != "text":
        options, pointed = answers(view, width)
        if pointed is not None:
            focus = (len(lines) + pointed[0], len(lines) + pointed[1])
            cursor = (0, focus[0])
        lines = (*lines, *options)
    if typing is None:
        return Sheet((*lines, *plain(view.words.how, width, FAINT)), begins, chooses, focus, cursor)
    drawn, (column, row) = answer_box(view, typing, width, height - len(asked) - 2)
    focus, cursor = (len(lines), len(lines) + len(drawn) - 1), (column, len(lines) + row)
    return Sheet((*lines, *drawn), begins, chooses, focus, cursor)


# Words


def plain(text: str, width: int, style: str = PLAIN, start: str = "") -> Iterator[Line]:
    for row in wrap.lines(text, width - len(start)):
        yield ((STRONG, start), (style, row)) if start else ((style, row),)


def paragraphs(texts: Iterable[str], width: int) -> Iterator[Line]:
    """Each followed by an empty line, a card's title strong."""
    for text in texts:
        yield from plain(text, width, STRONG if is_title(text) else PLAIN)
        yield ()


def exchanges(talk: Iterable[Exchange], width: int) -> Iterator[Line]:
    """Questions on the left, own words set in behind a strong bar, what was said to them on the left again."""
    for one in talk:
        yield from plain(one.asked, width)
        yield from plain(one.answered, width, PLAIN, f"{' ' * (width // 6)}┃ ")
        yield from plain(one.reply, width) if one.reply else ()
        yield ()


def page(shown: Page, width: int) -> Iterator[Line]:
    yield from plain(shown.title, width, STRONG)
    yield ()
    yield from paragraphs(shown.lines, width)
    for section in shown.sections:
        if section.title and (section.exchanges or section.lines or section.links):
            yield from plain(section.title, width, STRONG)
            yield ()
        yield from paragraphs((*section.lines, *addresses(section)), width)
        yield from exchanges(section.exchanges, width)


def question(view: View, width: int) -> Iterator[Line]:
    message = view.message
    if view.title:
        yield from plain(view.title, width, STRONG)
        yield ()
    if message.text:
        yield from plain(message.text, width, STRONG if len(message.text) <= STRONG_AT_MOST else PLAIN)
    yield from plain(message.hint, width) if message.hint else ()
    if message.text or message.hint:
        yield ()


# Answers


def answers(view: View, width: int) -> tuple[tuple[Line, ...], tuple[int, int] | None]:
    """The lines of what can be chosen, and the first and last of that which is pointed at or was tapped."""
    if view.message.input == "scale":
        lines = tuple(scale(view, width))
        return lines, (0, len(lines) - 1) if view.pointer is not None else None
    lines, pointed = (), None
    for number, option in enumerate(view.message.choices):
        drawn = tuple(choice(view, number, option, width))
        if number == (view.tapped if view.pointer is None else view.pointer):
            pointed = (len(lines), len(lines) + len(drawn) - 1)
        lines += drawn
    return (*lines, ()), pointed


def choice(view: View, number: int, option: Option, width: int) -> Iterator[Line]:
    here = number == view.pointer
    digits = len(str(len(view.message.choices)))
    start = f"{'›' if here else ' '} {number + 1:>{digits}}  {mark(view, option)}"
    for row in wrap.lines(option.label, width - len(start)):
        yield ((FOCUS if here else PLAIN, f"{start}{row}{' ' if here else ''}"),)
        start = " " * len(start)


def mark(view: View, option: Option) -> str:
    if view.message.input == "multi":
        return "[x] " if option.id in view.ticked else "[ ] "
    if view.ticked:
        return "(•) " if option.id in view.ticked else "( ) "
    return ""


def scale(view: View, width: int) -> Iterator[Line]:
    """A row of numbers, and what its ends mean under it where there is room."""
    message, spans = view.message, []
    for number, option in enumerate(message.choices):
        here = number == view.pointer
        spans += [(FOCUS, f"[{option.label}]") if here else (PLAIN, f" {option.label} "), (PLAIN, "    ")]
    yield tuple(spans[:-1])
    long = max(sum(len(words) for _, words in spans[:-1]), len(message.low) + len(message.high) + 4)
    if message.low and long <= width:
        yield ((PLAIN, f" {message.low}{message.high:>{long - len(message.low) - 2}}"),)
    elif message.low:
        yield from plain(f"1 = {message.low}", width)
        yield from plain(f"5 = {message.high}", width)
    yield ()


def answer_box(view: View, typing: Typing, width: int, room: int) -> tuple[tuple[Line, ...], tuple[int, int]]:
    """The box of a question for own words, or the input line that opens where something is typed at a choice."""
    if view.message.input == "text":
        return box(typing, width, max(1, min(room, 3)), max(room, 2), view.words.how)
    return box(typing, width, 1, 3, view.words.line)


def box(typing: Typing, width: int, least: int, most: int, how: str) -> tuple[tuple[Line, ...], tuple[int, int]]:
    """The box for own words, as high as what stands in it, and where its cursor is."""
    inner = width - 4
    text = wrap.printable(typing.text)
    found = wrap.rows(text, inner)
    row = wrap.row_of(found, typing.cursor)
    top = max(0, min(row - most // 2, len(found) - most))
    shown = found[top : top + most]
    lines = [((FAINT, "│ "), *written(text, one, typing.picked, inner), (FAINT, " │")) for one in shown]
    lines += [((FAINT, f"│{' ' * (width - 2)}│"),)] * (least - len(shown))
    how = f" {how} " if how and wrap.cells(how) <= width - 6 else ""
    over, under = "┄" if top else "─", "┄" if top + most < len(found) else "─"
    upper = ((FAINT, f"╭{over * (width - 2)}╮"),)
    lower = ((FAINT, f"╰─{how}{under * (width - 3 - wrap.cells(how))}╯"),)
    column = min(typing.cursor - found[row][0], len(wrap.fitting(text[slice(*found[row])], inner)))
    return (upper, *lines, lower), (2 + column, 1 + row - top)


def written(text: str, row: wrap.Row, picked: tuple[int, int], width: int) -> Iterator[Span]:
    """A row of the box, filled up to its edge."""
    start, end = row[0], row[0] + len(wrap.fitting(text[slice(*row)], width))
    first, last = (min(max(index, start), end) for index in picked)
    yield PLAIN, text[start:first]
    yield PICKED, text[first:last]
    yield PLAIN, text[last:end] + " " * (width - wrap.cells(text[start:end]))
