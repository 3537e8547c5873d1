"""What a supervisor sees of a circle: a page, a picture, a table, data and plain text. Law: pure after the templates
are loaded, and everything comes from the same snapshots."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.web import picture
from adapters.web.drawing import TEMPLATES
from bot import agenda
from bot.snapshot import SCHEMES, Band, Report, Shown, Snapshot
from prompts.library import Library

COLUMNS: Final = ("window", "starts", "ends", "people", "code", "theme", "band", "trend")
#: What a spreadsheet would run: https://owasp.org/www-community/attacks/CSV_Injection
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
TEXT_WIDTH: Final = 72
#: Of so many circles and languages the words are kept at hand.
PAGES: Final = 64
_ARROWS: Final = {"up": "↑", "down": "↓"}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, as far as the page differs: `circles`: of all that they supervise; `proof`: what their forms carry;
    `home`: where their page is; `static`: where its style is."""

    circles: tuple[str, ...] = ()
    proof: str = ""
    home: str = "/supervise"
    static: str = "/static"


class Line(NamedTuple):
    """A theme in a list."""

    label: str
    family: str
    trend: str


class Group(NamedTuple):
    """Themes of one band."""

    word: str
    means: str
    lines: tuple[Line, ...]


class Window(NamedTuple):
    """One of the windows, in words. `instead`: what is said where no themes are."""

    dates: str
    people: str
    groups: tuple[Group, ...]
    instead: str


class TableRow(NamedTuple):
    label: str
    cells: tuple[str, ...]


class TableFamily(NamedTuple):
    label: str
    rows: tuple[TableRow, ...]


class Themes:
    def __init__(self, library: Library) -> None:
        self._library = library
        self._env = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        #: A snapshot never changes: it is put into words once.
        self._parts = lru_cache(maxsize=PAGES)(self._made)

    # The page

    def page(self, report: Report, locale: str, viewer: Viewer = Viewer()) -> str:
        def word(name: str, **values: object) -> str:
            return self._library.word(locale, name, **values)

        return self._env.get_template("supervise.html").render(
            w=word,
            locale=locale,
            viewer=viewer,
            home=viewer.home,
            proof=viewer.proof,
            report=report,
            circles=self._circles(report, viewer),
            here=self._address(report.circle, viewer),
            **self._parts(report, locale),
        )

    def _made(self, report: Report, locale: str) -> dict[str, object]:
        """What is the same for every viewer."""
        newest = report.snapshots[0] if report.snapshots else None
        return {
            "newest": self._window(newest, locale) if newest else None,
            "name": newest.window if newest else "",
            "passages": newest.passages if newest else (),
            "older": [self._window(one, locale) for one in report.snapshots[1:]],
            "earliest": agenda.earliest(self._library, report, locale),
            "next": format_date(report.next, "long", locale=locale),
            "pictures": self._pictures(report, locale),
            "keys": picture.key_lines(self._library, locale),
            "heads": self._heads(report, locale),
            "table": self._table(report, locale),
            "agenda": agenda.agenda(self._library, newest, locale, report.next),
        }

    def _circles(self, report: Report, viewer: Viewer) -> Sequence[tuple[str, str, bool]]:
        """Address, name, and whether it is this one; empty where there is nothing to choose."""
        names = sorted(viewer.circles, key=agenda.alphabetical)
        return [(self._address(name, viewer), name, name == report.circle) for name in names] if len(names) > 1 else ()

    def _address(self, circle: str, viewer: Viewer) -> str:
        return f"{viewer.home}/{quote(circle, safe='')}"

    def _window(self, snapshot: Snapshot, locale: str) -> Window:
        when = agenda.dates(snapshot, locale)
        if not snapshot.enough:
            return Window(when, "", (), agenda.not_enough(self._library, locale))
        groups = tuple(
            Group(
                agenda.band_word(self._library, locale, band),
                self._means(band, snapshot.bands, locale),
                tuple(self._line(one, locale) for one in themes),
            )
            for band, themes in agenda.banded(self._library, snapshot, locale)
        )
        instead = "" if groups else agenda.no_theme(self._library, locale)
        return Window(when, agenda.people(self._library, snapshot, locale), groups, instead)

    def _means(self, band: Band, bands: int, locale: str) -> str:
        name = "band-some-of-three-means" if band == "some" and bands == len(SCHEMES) else f"band-{band}-means"
        return self._library.word(locale, name)

    def _line(self, shown: Shown, locale: str) -> Line:
        known = shown.code[0] in self._library.codebook.families
        family = self._library.family(locale, shown.code[0]) if known else ""
        return Line(self._library.theme(locale, shown.code), family, self._trend(shown, locale))

    def _trend(self, shown: Shown, locale: str) -> str:
        word = agenda.trend_word(self._library, locale, shown)
        return f"{_ARROWS[shown.trend]} {word}" if word else ""

    def _pictures(self, report: Report, locale: str) -> Sequence[Markup]:
        """Two of the same: beside and above each other. Nothing where no theme was ever shown."""
        if not picture.families(self._library, picture.columns(report), locale):
            return ()
        layouts = (picture.WIDE, picture.NARROW)
        return [Markup(picture.svg(self._library, report, locale, layout, alone=False)) for layout in layouts]

    def _heads(self, report: Report, locale: str) -> Sequence[str]:
        gap = self._library.word(locale, "picture-gap")
        return [agenda.dates(one, locale) if one else gap for one in picture.columns(report)]

    def _table(self, report: Report, locale: str) -> Sequence[TableFamily]:
        windows = picture.columns(report)
        return [
            TableFamily(
                family.label,
                tuple(
                    TableRow(row.label, tuple(self._cell(window, row.code, locale) for window in windows))
                    for row in family.rows
                ),
            )
            for family in picture.families(self._library, windows, locale)
        ]

    def _cell(self, window: Snapshot | None, code: str, locale: str) -> str:
        if window is None:
            return self._library.word(locale, "picture-gap")
        if not window.enough:
            return self._library.word(locale, "picture-closed")
        shown = next((one for one in window.themes if one.code == code), None)
        if shown is None:
            return self._library.word(locale, "picture-none")
        words = (agenda.band_word(self._library, locale, shown.band), self._trend(shown, locale))
        return ", ".join(filter(None, words))

    # The same as files

    def svg(self, report: Report, locale: str) -> str:
        return picture.svg(self._library, report, locale)

    def csv(self, report: Report, locale: str) -> str:
        """A row for each window and theme, the newest window first; a window without themes is one row."""
        file = io.StringIO()
        write = csv.writer(file)
        write.writerow(COLUMNS)
        write.writerows([_harmless(value) for value in row] for row in self._rows(report, locale))
        return file.getvalue()

    def _rows(self, report: Report, locale: str) -> Iterator[tuple[str, ...]]:
        for one in report.snapshots:
            window = (one.window, one.starts.isoformat(), one.ends.isoformat(), one.people)
            for shown in agenda.ordered(self._library, one, locale):
                yield (*window, shown.code, self._library.theme(locale, shown.code), shown.band, shown.trend)
            if not one.themes:
                yield (*window, "", "", "", "")

    def text(self, report: Report, locale: str) -> str:
        """The newest window and the questions for a meeting, for a chat or a terminal."""
        said = agenda.digest(self._library, report, report.circle, locale)
        newest = report.snapshots[0] if report.snapshots else None
        asked = agenda.agenda(self._library, newest, locale, report.next)
        lines = [self._library.word(locale, "report-first-line"), "", *said, ""]
        lines += [self._library.word(locale, "agenda-title")]
        for number, one in enumerate(asked, 1):
            lines += [f"{number}. {one.label}", f"   {one.question}"]
        return "\n".join(filled for line in lines for filled in _filled(line)) + "\n"


def json_of(report: Report) -> str:
    """Each snapshot byte for byte as it was published."""
    snapshots = ",".join(one.written() for one in report.snapshots)
    return f'{{"circle":{json.dumps(report.circle, ensure_ascii=False)},"snapshots":[{snapshots}]}}'


def up_to(report: Report, window: str) -> Report | None:
    """The report as it was when that window was the newest; None where there is no such one."""
    names = [one.window for one in report.snapshots]
    if window not in names:
        return None
    return report.model_copy(update={"snapshots": report.snapshots[names.index(window) :]})


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_RUNS) else value


def _filled(line: str) -> list[str]:
    indent = " " * (3 if line.startswith("   ") or line[:1].isdigit() else 0)
    first = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line.strip(), TEXT_WIDTH, initial_indent=first, subsequent_indent=indent) or [""]
