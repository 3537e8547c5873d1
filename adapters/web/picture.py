"""The themes of several windows as one picture. Law: pure, in the reader's own colours, and nothing by colour alone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from babel.dates import format_skeleton
from markupsafe import Markup, escape

from bot import agenda
from bot.snapshot import Report, Snapshot
from prompts.library import Library

#: The newest ones; all of them are further down on the page.
MOST_WINDOWS: Final = 5
_WINDOW: Final = timedelta(weeks=4)
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


class Layout(NamedTuple):
    """In units, which are about pixels. `beside`: labels stand beside the steps and not above them; `letters`: that fit
    into a line of a label; `column`: the most for one window."""

    name: str
    width: int
    beside: int
    letters: int
    column: int
    label: int
    word: int
    word_letters: int


WIDE: Final = Layout("wide", 960, 360, 33, 150, 17, 14, 14)
NARROW: Final = Layout("narrow", 330, 0, 32, 110, 15, 12, 10)
_LINE: Final = 1.25
_STEP, _BETWEEN, _LOWEST, _HIGHER = 15, 4, 8, 6  # the most width of a step, room between two, how high they are
_ARROW: Final = 22  # with the room around it


class Row(NamedTuple):
    code: str
    label: str


class Family(NamedTuple):
    """Themes that have a letter in common, by label."""

    label: str
    rows: tuple[Row, ...]


def columns(report: Report) -> tuple[Snapshot | None, ...]:
    """The oldest window first; None: one or more of which there is nothing, for no reason that is given."""
    found: list[Snapshot | None] = []
    last: Snapshot | None = None
    for snapshot in reversed(report.snapshots):
        if last is not None and snapshot.starts - last.starts > _WINDOW:
            found.append(None)
        found.append(snapshot)
        last = snapshot
    kept = found[-MOST_WINDOWS:]
    return tuple(kept[1:] if kept and kept[0] is None else kept)


def families(library: Library, windows: Iterable[Snapshot | None], locale: str) -> tuple[Family, ...]:
    """Whatever is shown in one of the windows, in the order of the codebook's families."""
    codes = {theme.code for window in windows if window for theme in window.themes}
    known = {**dict.fromkeys(library.codebook.families, ()), **dict.fromkeys(sorted(code[0] for code in codes), ())}
    return tuple(
        Family(_family(library, locale, letter), tuple(sorted(rows, key=lambda row: agenda.alphabetical(row.label))))
        for letter in known
        if (rows := [Row(code, library.theme(locale, code)) for code in sorted(codes) if code[0] == letter])
    )


def _family(library: Library, locale: str, letter: str) -> str:
    return library.family(locale, letter) if letter in library.codebook.families else letter


def svg(library: Library, report: Report, locale: str, layout: Layout = WIDE, *, alone: bool = True) -> str:
    """`alone`: a file of its own, dark on white; otherwise a part of a page, in that page's colours."""
    return str(_Pen(library, report, locale, layout).picture(alone=alone))


class _Pen:
    def __init__(self, library: Library, report: Report, locale: str, layout: Layout) -> None:
        self.library = library
        self.report = report
        self.locale = locale
        self.layout = layout
        self.windows = columns(report)
        self.column = min(layout.column, (layout.width - layout.beside) / max(1, len(self.windows)))
        self.left = layout.width - self.column * len(self.windows) if layout.beside else 0.0
        self.down = 0.0
        self.drawn: list[str] = []

    def word(self, name: str) -> str:
        return self.library.word(self.locale, name)

    def picture(self, *, alone: bool) -> Markup:
        if alone:
            self.title()
        found = families(self.library, self.windows, self.locale)
        if found:
            self.rows(found)
            if alone:
                self.lines((self.word("picture-key"), *key_lines(self.library, self.locale)))
        else:
            self.lines(self.said())
        return self.whole(alone=alone)

    def rows(self, found: Iterable[Family]) -> None:
        self.heads()
        top = self.down
        for family in found:
            self.family(family)
        self.behind(top)

    def whole(self, *, alone: bool) -> Markup:
        margin = 24 if alone else 2
        box = f"{-margin} {-margin} {self.layout.width + 2 * margin} {self.down + 2 * margin:.0f}"
        name = self.library.word(self.locale, "report-of", circle=self.report.circle)
        says = Markup("<title>{}</title><desc>{}</desc>").format(name, " ".join(self.said()))
        ground = Markup('<rect x="-{0}" y="-{0}" width="100%" height="100%" fill="#ffffff"/>').format(margin)
        own = Markup('xmlns="http://www.w3.org/2000/svg" color="#1d1a17" xml:lang="{}"').format(self.locale)
        page = Markup('class="picture {}" aria-label="{}"').format(self.layout.name, self.word("picture-label"))
        return Markup('<svg {} viewBox="{}" role="img" font-family="{}" fill="currentColor">{}{}</svg>\n').format(
            own if alone else page,
            box,
            _FONT,
            says + ground if alone else "",
            Markup("\n" + "\n".join(self.drawn) + "\n"),
        )

    def said(self) -> tuple[str, ...]:
        """The newest window in words, for who cannot see the picture."""
        return agenda.digest(self.library, self.report, self.report.circle, self.locale)[1:]

    # Parts, from above to below

    def title(self) -> None:
        self.text(0, self.library.word(self.locale, "report-of", circle=self.report.circle), 22, weight=600)
        self.down += 44

    def heads(self) -> None:
        """First and last day of each window, and who they come from."""
        lines = [self.head(window) for window in self.windows]
        for number, head in enumerate(lines):
            weight = 600 if number == len(lines) - 1 else 400
            for row, line in enumerate(head):
                self.text(row * self.layout.word * _LINE, line, self.layout.word, x=self.across(number), weight=weight)
        self.down += max(map(len, lines), default=0) * self.layout.word * _LINE + 8

    def head(self, window: Snapshot | None) -> tuple[str, ...]:
        if window is None:
            return self.folded(self.word("picture-gap"))
        first, last = (format_skeleton("MMMd", day, locale=self.locale) for day in (window.starts, window.ends))
        closed = () if window.enough else self.folded(self.word("picture-closed"))
        return f"{first} –", last, *closed

    def family(self, family: Family) -> None:
        size = self.layout.word
        self.down += 10
        self.text(0, family.label, size)
        self.down += size * _LINE + 2
        for row in family.rows:
            self.row(row)

    def row(self, row: Row) -> None:
        """A theme: what it is called, and a cell for each window."""
        label = textwrap.wrap(row.label, self.layout.letters) or [row.label]
        self.rule()
        self.down += 6
        for number, line in enumerate(label):
            self.text(number * self.layout.label * _LINE, line, self.layout.label, weight=600)
        high = len(label) * self.layout.label * _LINE
        if not self.layout.beside:
            self.down += high + 2
            high = 0.0
        cells = [self.cell(number, window, row.code) for number, window in enumerate(self.windows)]
        self.down += max(high, *cells) + 6

    def cell(self, number: int, window: Snapshot | None, code: str) -> float:
        """Steps, and what they mean in a word. How high it is."""
        if window is None or not window.enough:
            return self.gap(self.across(number))
        x, shown = self.across(number), next((one for one in window.themes if one.code == code), None)
        if shown is None:
            self.text(0, "–", self.layout.word, x=x)
            return self.layout.word * _LINE
        self.steps(x, agenda.rank(window, code), window.bands)
        if shown.trend:
            self.arrow(x + window.bands * (self.step(window.bands) + _BETWEEN) + 4, up=shown.trend == "up")
        below = self.highest() + 3
        words = self.folded(agenda.band_word(self.library, self.locale, shown.band))
        for line, word in enumerate(words):
            self.text(below + line * self.layout.word * _LINE, word, self.layout.word, x=x)
        return below + len(words) * self.layout.word * _LINE

    def behind(self, top: float) -> None:
        """A quiet ground under the newest window."""
        x = self.across(len(self.windows) - 1) - 6
        self.rect(x, top, self.layout.width - x, self.down - top, 'fill-opacity="0.07"', first=True)

    def lines(self, said: Iterable[str]) -> None:
        self.down += 14
        for part in (part for line in said for part in textwrap.wrap(line, 2 * self.layout.letters + 30)):
            self.text(0, part, self.layout.word)
            self.down += self.layout.word * _LINE

    # Marks

    def step(self, of: int) -> float:
        """How wide one is, so that an arrow has room beside them."""
        return min(_STEP, (self.column - 6 - _ARROW) / of - _BETWEEN)

    def steps(self, x: float, filled: int, of: int) -> None:
        wide = self.step(of)
        for number in range(of):
            high = _LOWEST + _HIGHER * number if of > 1 else _LOWEST + _HIGHER
            look = "" if number < filled else 'fill="none" stroke="currentColor" stroke-width="1.2"'
            room = 0 if number < filled else 0.6
            at = x + number * (wide + _BETWEEN)
            y = self.down + self.highest() - high
            self.rect(at + room, y + room, wide - 2 * room, high - 2 * room, look)

    def gap(self, x: float) -> float:
        """An empty frame. How high it is."""
        high = self.highest() + 3 + self.layout.word * _LINE
        look = 'fill="none" stroke="currentColor" stroke-dasharray="2 5"'
        self.rect(x, self.down, self.column - 18, high - 4, look)
        return high

    def highest(self) -> int:
        return _LOWEST + _HIGHER * (max((window.bands for window in self.windows if window), default=1) - 1 or 1)

    def arrow(self, x: float, *, up: bool) -> None:
        foot, tip = self.down + self.highest(), self.down + self.highest() - 13
        foot, tip = (foot, tip) if up else (tip, foot)
        head = 5 if up else -5
        path = f"M{x + 5:.1f} {foot:.1f}V{tip:.1f}m-5 {head}l5 {-head}l5 {head}"
        self.drawn.append(f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="2.2"/>')

    def rule(self) -> None:
        y, wide = f"{self.down:.1f}", self.layout.width
        self.drawn.append(f'<path d="M0 {y}H{wide}" stroke="currentColor" stroke-opacity="0.25" fill="none"/>')

    def rect(self, x: float, y: float, wide: float, high: float, look: str, *, first: bool = False) -> None:
        drawn = f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" {look}/>'
        self.drawn.insert(0, drawn) if first else self.drawn.append(drawn)

    def text(self, y: float, words: str, size: int, *, x: float = 0, weight: int = 400) -> None:
        at = f'x="{x:.1f}" y="{self.down + y + size * 0.95:.1f}" font-size="{size}" font-weight="{weight}"'
        self.drawn.append(f"<text {at}>{escape(words)}</text>")

    def across(self, number: int) -> float:
        return self.left + self.column * number + 6

    def folded(self, words: str) -> tuple[str, ...]:
        return tuple(textwrap.wrap(words, self.layout.word_letters)) or (words,)


def key_lines(library: Library, locale: str) -> Sequence[str]:
    return tuple(_keys(library, locale))


def _keys(library: Library, locale: str) -> Iterator[str]:
    yield f"– {library.word(locale, 'picture-none')}"
    yield "   ".join(f"{mark} {library.word(locale, f'trend-{trend}')}" for mark, trend in (("↑", "up"), ("↓", "down")))
