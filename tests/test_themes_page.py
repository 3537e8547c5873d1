"""The supervisor's page as drawn: the same snapshots as a page, a picture, a table, data and plain text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from html import unescape
from xml.etree import ElementTree

import pytest
from local_chat import library
from themes_shown import FIRST, REPORTS, SCRIPTED, closed, full, lively, none_yet, report, small, snapshot

from adapters.web import picture
from adapters.web.themes import COLUMNS, TEXT_WIDTH, Themes, Viewer, json_of, up_to
from bot.agenda import FEWEST, MOST, agenda, digest, ordered
from bot.snapshot import SCHEMES, Report, Shown

LOCALES = ("en", "es")
THEMES = Themes(library())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def rows(drawn: Report, locale: str = "en") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(THEMES.csv(drawn, locale))))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", REPORTS)
def test_the_page_begins_by_saying_what_it_will_never_tell(name: str, locale: str) -> None:
    first = library().word(locale, "report-first-line")
    drawn = REPORTS[name]()
    main = THEMES.page(drawn, locale).split("<main>")[1]
    assert words(main).strip().startswith(first)
    assert THEMES.text(drawn, locale).replace("\n", " ").startswith(first)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", REPORTS)
def test_every_word_of_the_page_is_in_its_language(name: str, locale: str) -> None:
    """Whatever differs between the languages appears in one of them alone."""
    other = next(one for one in LOCALES if one != locale)
    page = words(THEMES.page(REPORTS[name](), locale))
    ours = [word for word in library().app if word.startswith(("report-", "agenda-", "missing-", "picture-", "band-"))]
    for word in ours:
        foreign, own = library().word(other, word), library().word(locale, word)
        if len(foreign.split()) > 3 and foreign != own and "{" not in foreign:
            assert foreign not in page, word


def test_themes_stand_by_band_and_by_label_within_one() -> None:
    for locale in LOCALES:
        newest = full().snapshots[0]
        found = ordered(library(), newest, locale)
        bands = [SCHEMES[3].index(one.band) for one in found]
        assert bands == sorted(bands, reverse=True)
        page = unescape(THEMES.page(full(), locale))
        at = [page.index(f'"theme">{library().theme(locale, one.code)}<') for one in found]
        assert at == sorted(at)
    english, spanish = ([one.code for one in ordered(library(), newest, locale)] for locale in LOCALES)
    assert english != spanish, "each language has its own alphabet"


def test_the_order_within_a_band_says_nothing_of_numbers() -> None:
    ones, others = (
        snapshot(0, "8-11", 2, themes) for themes in ("A1 some, W1 some, P1 some", "P1 some, A1 some, W1 some")
    )
    assert ordered(library(), ones, "en") == ordered(library(), others, "en")
    assert agenda(library(), ones, "en") == agenda(library(), others, "en")


@pytest.mark.parametrize("bands", SCHEMES)
def test_each_band_has_steps_and_a_word(bands: int) -> None:
    for rank, band in enumerate(SCHEMES[bands], 1):
        drawn = report(snapshot(0, "8-11", bands, f"P1 {band}"))
        for locale in LOCALES:
            page, found = THEMES.page(drawn, locale), THEMES.svg(drawn, locale)
            word = library().word(locale, f"band-{band}")
            assert word in words(page)
            boxes = re.findall(r'<rect x="[^"]+" y="[^"]+" width="1\d[.]\d" height="[0-9.]+" ([^/]*)/>', found)
            assert [not look for look in boxes] == [step < rank for step in range(bands)], "as many filled as the band"
            assert all(part in words(found) for part in word.split())


def test_an_arrow_stands_only_where_the_snapshot_has_one() -> None:
    flat = report(snapshot(0, "8-11", 2, "P1 some, W1 many"))
    assert 'stroke-width="2.2"' not in THEMES.svg(flat, "en")
    assert 'class="trend"' not in THEMES.page(flat, "en")
    found = THEMES.svg(lively(), "en")
    assert found.count('stroke-width="2.2"') == 2
    page = words(THEMES.page(lively(), "en"))
    assert "↑ more than before" in page
    assert "Some, ↓ less than before" in page, "the table says it, too"


def test_an_arrow_stays_within_the_picture() -> None:
    before = [snapshot(number, "12+", 3, "P1 some") for number in range(4)]
    for layout in (picture.WIDE, picture.NARROW):
        found = picture.svg(library(), report(*before, snapshot(4, "12+", 3, "P1 most up")), "es", layout)
        arrow = re.search(r'<path d="M([0-9.]+) [^"]+" fill="none" stroke="currentColor" stroke-width="2.2"', found)
        assert arrow is not None
        assert float(arrow[1]) + 5 < layout.width


def test_a_gap_is_drawn_as_a_gap_and_gives_no_reason() -> None:
    windows = picture.columns(lively())
    assert [one.window if one else "" for one in windows] == ["2026-W33", "", "2026-W41", "2026-W45", "2026-W49"]
    assert "stroke-dasharray" in THEMES.svg(lively(), "en")
    whole = report(snapshot(0, "8-11", 2, "P1 some"), snapshot(1, "8-11", 2, "P1 some"))
    assert "stroke-dasharray" not in THEMES.svg(whole, "en")
    assert None not in picture.columns(whole)


@pytest.mark.parametrize("locale", LOCALES)
def test_not_enough_is_the_same_text_for_nobody_and_for_one_too_few(locale: str) -> None:
    """Nothing in such a snapshot can differ, so nothing that is drawn of it does; and it is said once, whole."""
    bare = closed().snapshots[0]
    assert (bare.people, bare.themes, bare.bands, bare.passages) == ("", (), 0, ())
    said = library().word(locale, "report-not-enough")
    page = words(THEMES.page(closed(), locale))
    assert page.count(said) == 1
    assert said in THEMES.text(closed(), locale).replace("\n", " ")
    assert said in digest(library(), bare, "north", locale)
    assert rows(closed()) == [
        dict(zip(COLUMNS, ("2026-W25", "2026-06-15", "2026-07-12", "", "", "", "", ""), strict=True))
    ]
    after = report(snapshot(0, "8-11", 2, "W1 many"), snapshot(1))
    assert said in words(THEMES.page(after, locale))


@pytest.mark.parametrize("name", REPORTS)
def test_no_number_of_people_and_no_percentage_is_on_the_page(name: str) -> None:
    for locale in LOCALES:
        page = words(THEMES.page(REPORTS[name](), locale))
        assert "%" not in page
        people = r"(\d+)[^\d.]{0,12}(?:people|personas)"
        told = {figure for newest in REPORTS[name]().snapshots for figure in re.findall(r"\d+", newest.people)}
        assert set(re.findall(people, page)) <= told


def test_a_passage_is_shown_as_it_is_and_runs_nothing() -> None:
    page = THEMES.page(lively(), "en")
    assert SCRIPTED not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; then she laughed" in page
    assert "We sat down." in page
    assert "In people" not in words(THEMES.page(small(), "en"))
    for text in (THEMES.text(lively(), "en"), THEMES.csv(lively(), "en"), THEMES.svg(lively(), "en")):
        assert "laughed" not in text


def test_a_name_of_a_circle_breaks_nothing() -> None:
    odd = report(snapshot(0, "8-11", 2, "P1 some"), circle='<b>"1/2 & ñ</b>')
    page = THEMES.page(odd, "en", Viewer(circles=(odd.circle, "south")))
    assert "<b>" not in page
    assert "/supervise/%3Cb%3E%221%2F2%20%26%20%C3%B1%3C%2Fb%3E/snapshots.json" in page
    assert json.loads(json_of(odd))["circle"] == odd.circle
    ElementTree.fromstring(THEMES.svg(odd, "en"))


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_the_picture_the_table_the_data_and_the_text_agree(name: str) -> None:
    drawn = REPORTS[name]()
    data = json.loads(json_of(drawn))
    assert data["snapshots"] == [json.loads(one.written()) for one in drawn.snapshots]
    told = [
        (one["window"], theme["code"], theme["band"], theme["trend"])
        for one in data["snapshots"]
        for theme in one["themes"]
    ]
    assert sorted(told) == sorted(
        (row["window"], row["code"], row["band"], row["trend"]) for row in rows(drawn) if row["code"]
    )
    if not drawn.snapshots:
        return
    newest = drawn.snapshots[0]
    page = THEMES.page(drawn, "en")
    listed = unescape(page.split('class="newest"')[1].split('class="drawn"')[0])
    assert {theme.code for theme in newest.themes} == {
        code for code in library().codebook.codes if f'"theme">{library().theme("en", code)}<' in listed
    }
    for theme in newest.themes:
        label = library().theme("en", theme.code)
        cells = re.search(rf'<th scope="row">{re.escape(label)}</th>(.*?)</tr>', unescape(page))
        assert cells is not None
        assert re.findall(r"<td>([^<]*)", cells[1])[-1].startswith(library().word("en", f"band-{theme.band}"))
        assert label in THEMES.text(drawn, "en").replace("\n", " ")
        assert all(part in words(THEMES.svg(drawn, "en")) for part in label.split())


def test_data_is_the_same_for_every_viewer_of_a_circle() -> None:
    whole = lively()
    later = whole.model_copy(update={"snapshots": whole.snapshots[:2], "since": "2026-W45"})
    theirs, ours = (json.loads(json_of(one)) for one in (later, whole))
    assert list(ours) == ["circle", "snapshots"]
    assert theirs["snapshots"] == ours["snapshots"][:2]


def test_a_spreadsheet_runs_nothing_of_the_data() -> None:
    shown = Shown.model_construct(code="=1+1", band="some", trend="")
    harmful = snapshot(0, "8-11", 2).model_copy(update={"themes": (shown,)})
    for row in csv.reader(io.StringIO(THEMES.csv(report(harmful), "en"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", REPORTS)
def test_a_meeting_has_three_to_five_questions(name: str, locale: str) -> None:
    drawn = REPORTS[name]()
    newest = drawn.snapshots[0] if drawn.snapshots else None
    asked = agenda(library(), newest, locale, drawn.next)
    assert FEWEST <= len(asked) <= MOST
    assert len({one.question for one in asked}) == len(asked)
    page = words(THEMES.page(drawn, locale))
    assert all(one.question in page for one in asked)


def test_where_little_is_shown_a_question_of_that_week_opens_the_meeting() -> None:
    asked = agenda(library(), small().snapshots[0], "en")
    opened = "In general, to open the meeting"
    assert [one.label for one in asked] == [opened, "Early development", "Time, travel and paperwork"]
    weeks = [agenda(library(), None, "en", date.fromordinal(FIRST.toordinal() + 7 * week))[0] for week in range(10)]
    assert len(set(weeks)) == 10
    assert agenda(library(), closed().snapshots[0], "en") == agenda(library(), None, "en", FIRST)


@pytest.mark.parametrize("locale", LOCALES)
def test_before_anything_is_published_the_page_is_not_empty(locale: str) -> None:
    page = words(THEMES.page(none_yet(), locale))
    for word in ("report-waits", "agenda-open", "first-day-self", "report-see-1", "report-never-1", "report-looked"):
        assert library().word(locale, word) in page
    assert ("August 13, 2026" if locale == "en" else "13 de agosto de 2026") in page
    assert "snapshots.csv" not in THEMES.page(none_yet(), locale)


@pytest.mark.parametrize("drawn", [*REPORTS.values()])
def test_text_fits_a_terminal(drawn: Callable[[], Report]) -> None:
    for locale in LOCALES:
        lines = THEMES.text(drawn(), locale).splitlines()
        assert max(map(len, lines)) <= TEXT_WIDTH
        assert lines == [line.rstrip() for line in lines]


@pytest.mark.parametrize("layout", [picture.WIDE, picture.NARROW])
@pytest.mark.parametrize("drawn", [*REPORTS.values()])
def test_a_picture_is_a_whole_file_with_words_of_its_own(drawn: Callable[[], Report], layout: picture.Layout) -> None:
    for locale in LOCALES:
        found = ElementTree.fromstring(picture.svg(library(), drawn(), locale, layout))
        tags = [part.tag.rpartition("}")[2] for part in found.iter()]
        assert tags[:3] == ["svg", "title", "desc"]
        assert not {"script", "style", "image", "a", "foreignObject"} & set(tags)
        assert not any("href" in name or name == "style" for part in found.iter() for name in part.attrib)


def test_a_window_can_be_named_and_what_came_later_is_left_out() -> None:
    asked = up_to(lively(), "2026-W41")
    assert asked is not None
    assert [one.window for one in asked.snapshots] == ["2026-W41", "2026-W33", "2026-W29", "2026-W25"]
    assert up_to(lively(), "2026-W37") is None


def test_a_list_of_circles_stands_there_only_where_there_are_several() -> None:
    assert "Your groups" not in THEMES.page(small(), "en", Viewer(circles=("north",)))
    page = THEMES.page(small(), "en", Viewer(circles=("south", "north"), home="/base/supervise"))
    assert '<a class="button" href="/base/supervise/north" aria-current="page">north</a>' in page
    assert page.index(">north</a>") < page.index(">south</a>")


def test_nothing_on_the_page_can_be_filtered_or_searched() -> None:
    page = THEMES.page(lively(), "en", Viewer(proof="x"))
    assert "?" not in "".join(re.findall(r'(?:href|action|src)="([^"]*)"', page))
    assert not re.findall(r"<(?:input(?! type=\"hidden\")|select|textarea)", page)
    assert " style=" not in page
    assert "<script>" not in page
