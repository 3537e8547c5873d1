"""Catalogues to translators and back: whatever comes, no translation is lost, and what does not fit is never said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import chdir, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_authoring import SPANISH, afterword, in_script, translated, written

from prompts.exchange import Book, Line, as_po, read_book, renewed, taken
from prompts.library import HOME, build
from prompts.lint import lint_paths, owed, read_folder
from prompts.source import ScriptError
from prompts.translations import Owed, placeholders, read_catalogue

FIRST = "What stays with you from today?"
CATALOGUE = Path("locales/es/LC_MESSAGES/first-words.po")

#: What somebody may write in a file of UTF-8: no surrogates, and no controls but tabs and new lines.
WRITTEN = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")
TEXTS = st.one_of(
    st.text(WRITTEN, max_size=40), st.sampled_from(['"', "\\", "\\n", "{emergency}", "a\nb\n", "\n", "#~"])
)
ENGLISH = st.sampled_from(["What stays?", "Call {emergency}.", "Say:\n“one”\n", "More"])
CONTEXTS = st.sampled_from([f"visit.step-{n}.text" for n in range(5)])
NOTES = st.lists(
    st.sampled_from(["as my aunt says it", "| not sure", "see the glossary"]), max_size=2, unique=True
).map(tuple)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    fuzzy = draw(st.booleans())
    previous = draw(ENGLISH) if fuzzy and draw(st.booleans()) else ""
    return Line(draw(CONTEXTS), draw(ENGLISH), draw(TEXTS), fuzzy, previous, draw(NOTES))


BOOKS = st.builds(
    Book,
    st.lists(lines(), max_size=5).map(tuple),
    st.lists(lines().map(lambda line: replace(line, fuzzy=False, previous="", notes=())), max_size=3).map(tuple),
    NOTES,
)
OWED = st.lists(st.tuples(CONTEXTS, ENGLISH), max_size=5, unique_by=lambda one: one[0]).map(
    lambda pairs: [Owed("visit", context, english, "visit.toml", 1) for context, english in pairs]
)
DRAWN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    with chdir(tmp_path):
        assert afterword("new", "first-words").exit_code == 0
        yield Path("my-prompts")


def through_a_file(book: Book, tmp_path: Path) -> Book:
    file = written(tmp_path / "visit.es.po", as_po(book, "es", {}))
    read, language = read_book(file)
    assert language == "es"
    return read


# Properties


@DRAWN
@given(book=BOOKS)
def test_what_is_written_is_read_again(book: Book, tmp_path: Path) -> None:
    assert through_a_file(book, tmp_path) == book


@DRAWN
@given(owed=OWED, old=BOOKS)
def test_a_catalogue_goes_out_and_comes_back_as_it_was(owed: list[Owed], old: Book, tmp_path: Path) -> None:
    out = renewed(owed, old)
    back = taken(owed, old, through_a_file(out, tmp_path), "visit.es.po")
    assert back.book == out
    assert back.new == 0
    assert [fault for fault in back.faults if fault.rule != "placeholder-mismatch"] == []
    assert renewed(owed, back.book) == out, "and once more"


@DRAWN
@given(owed=OWED, old=BOOKS, came=BOOKS)
def test_no_translation_is_lost_whatever_comes(owed: list[Owed], old: Book, came: Book) -> None:
    def said(*books: Book) -> set[tuple[str, str]]:
        return {(one.context, one.text) for book in books for one in (*book.lines, *book.obsolete) if one.text}

    after = taken(owed, old, came, "visit.es.po").book
    assert said(after) == said(old, came)
    assert said(renewed(owed, old)) == said(old)


@DRAWN
@given(owed=OWED, old=BOOKS, came=BOOKS)
def test_nothing_is_said_that_does_not_fit(owed: list[Owed], old: Book, came: Book) -> None:
    found = taken(owed, old, came, "visit.es.po")
    assert [(line.context, line.english) for line in found.book.lines] == [(one.context, one.english) for one in owed]
    known = {(line.context, line.english, line.text) for book in (old, came) for line in (*book.lines, *book.obsolete)}
    for line in found.book.lines:
        if line.text and not line.fuzzy:
            assert placeholders(line.text) == placeholders(line.english)
            assert (line.context, line.english, line.text) in known, "from these very words, and no others"


# As the commands do it


def test_an_empty_catalogue_goes_out_with_what_each_line_is_and_comes_back_translated(own: Path) -> None:
    done = afterword("translations", "export", "--lang", "es")
    assert done.output == "translations/first-words.es.po: 12 lines, 12 to translate, 0 to look at again\n"
    out = Path("translations/first-words.es.po")
    text = out.read_text(encoding="utf-8")
    where = r"#. question of step 'moment'\n#: scripts/first-words.toml:\d+\nmsgctxt \"first-words.moment.text\"\n"
    assert re.search(where, text)
    assert "#. what is said after 'light' of step 'feeling', at most 12 words\n" in text
    assert '"Language: \\n"' in Path("translations/first-words.pot").read_text(encoding="utf-8")
    out.write_text(translated(text), encoding="utf-8")
    back = afterword("translations", "import", str(out))
    assert back.exit_code == 0
    assert back.output == f"my-prompts/{CATALOGUE}: 12 new, 0 to look at again, 0 not translated yet\n"
    assert lint_paths([own]) == ()
    script = build(read_folder(own)[0]).scripts["first-words"]
    assert script.say("es", "moment.text") == SPANISH[FIRST]
    again = afterword("translations", "export", "--lang", "es")
    assert "0 to translate" in again.output
    assert [entry.text for entry in read_catalogue(out).entries] == [
        entry.text for entry in read_catalogue(own / CATALOGUE).entries
    ]


@pytest.fixture
def spanish(own: Path) -> Path:
    """The first script, all of it translated."""
    file = own / CATALOGUE
    file.write_text(translated(file.read_text(encoding="utf-8")), encoding="utf-8")
    return own


def test_what_has_changed_goes_out_fuzzy_with_the_english_it_was_made_from(spanish: Path) -> None:
    in_script(spanish, "What stays with you from today?", "What stays with you?")
    done = afterword("translations", "export")
    assert done.output.endswith("0 to translate, 1 to look at again\n")
    text = Path("translations/first-words.es.po").read_text(encoding="utf-8")
    assert (
        '#, fuzzy\n#| msgid "What stays with you from today?"\nmsgctxt "first-words.moment.text"\n'
        'msgid "What stays with you?"\nmsgstr "¿Qué se le queda del día de hoy?"\n'
    ) in text


def test_what_came_too_late_is_kept_and_marked(spanish: Path) -> None:
    assert afterword("translations", "export").exit_code == 0
    out = Path("translations/first-words.es.po")
    out.write_text(out.read_text(encoding="utf-8").replace("¿Qué se le queda", "¿Qué queda"), encoding="utf-8")
    in_script(spanish, "What stays with you from today?", "What stays with you?")
    done = afterword("translations", "import", str(out))
    assert done.exit_code == 1
    assert "error stale-translation: 'first-words.moment.text'" in done.output
    assert "1 to look at again" in done.output
    (entry,) = (one for one in read_catalogue(spanish / CATALOGUE).entries if one.context == "first-words.moment.text")
    assert (entry.fuzzy, entry.text) == (True, "¿Qué queda del día de hoy?")
    assert '#~ msgstr "¿Qué se le queda del día de hoy?"' in (spanish / CATALOGUE).read_text(encoding="utf-8")


def test_other_names_in_braces_are_named_and_never_said(spanish: Path) -> None:
    assert afterword("translations", "export").exit_code == 0
    out = Path("translations/first-words.es.po")
    out.write_text(out.read_text(encoding="utf-8").replace("¿Qué se le queda", "{todo} ¿Qué queda"), encoding="utf-8")
    done = afterword("translations", "import", str(out))
    assert done.exit_code == 1
    assert "placeholder-mismatch: 'first-words.moment.text' needs nothing in braces" in done.output
    entries = {entry.context: entry for entry in read_catalogue(spanish / CATALOGUE).entries}
    assert entries["first-words.moment.text"].text == SPANISH[FIRST]


def test_a_line_of_a_step_that_is_gone_waits_at_the_end(spanish: Path) -> None:
    assert afterword("translations", "export").exit_code == 0
    script = (spanish / "scripts/first-words.toml").read_text(encoding="utf-8")
    (spanish / "scripts/first-words.toml").write_text(script.replace('hint = "A word', '# "A word'), encoding="utf-8")
    assert [fault.rule for fault in lint_paths([spanish])] == ["orphan-translation"]
    done = afterword("translations", "import", "translations/first-words.es.po")
    assert done.exit_code == 0
    assert "warning orphan-translation: nothing has the line 'first-words.moment.hint'" in done.output
    assert lint_paths([spanish]) == ()
    (spanish / "scripts/first-words.toml").write_text(script, encoding="utf-8")
    assert afterword("translations", "import", "translations/first-words.es.po").exit_code == 0
    assert lint_paths([spanish]) == (), "it comes back with its step"


def test_a_translator_s_work_is_not_written_over(own: Path) -> None:
    assert afterword("translations", "export").exit_code == 0
    out = Path("translations/first-words.es.po")
    out.write_text(translated(out.read_text(encoding="utf-8")), encoding="utf-8")
    done = afterword("translations", "export")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "has 12 translations that my-prompts has not" in done.stderr
    assert SPANISH[FIRST] in out.read_text(encoding="utf-8")


def test_our_own_words_can_be_said_otherwise_from_the_folder(own: Path) -> None:
    line = 'msgctxt "quick-visit.moment.text"\nmsgid "What moment stays with you?"\nmsgstr "¿Qué momento le queda?"\n'
    came = written(Path("quick-visit.es.po"), 'msgid ""\nmsgstr ""\n\n' + line)
    assert afterword("translations", "import", str(came)).exit_code == 0
    assert build(read_folder(own)[0]).scripts["quick-visit"].say("es", "moment.text") == "¿Qué momento le queda?"
    assert [fault.rule for fault in lint_paths([own])] == ["missing-translation"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "--lang", "pt"), "speaks en, es"),
        (("export", "--lang", "es-"), "is no language"),
        (("export", "--folder", "empty"), "is no folder of prompts"),
        (("export", "--out", "a.txt/x"), "cannot be written"),
        (("import", "other.es.po"), "has no catalogue 'other'"),
        (("import", "first-words.po"), "does not say its language"),
        (("import",), "Missing argument"),
    ],
)
def test_what_cannot_be_exchanged_is_one_clear_line(own: Path, words: tuple[str, ...], said: str) -> None:
    Path("empty").mkdir()
    for name in ("a.txt", "other.es.po", "first-words.po"):
        written(Path(name), 'msgid ""\nmsgstr ""\n')
    before = (own / CATALOGUE).read_bytes()
    done = afterword("translations", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert (own / CATALOGUE).read_bytes() == before


def test_a_file_that_is_no_catalogue_is_the_linter_s_fault(own: Path) -> None:
    written(Path("first-words.es.po"), "hello")
    done = afterword("translations", "import", "first-words.es.po")
    assert (done.exit_code, "not-po" in done.stderr) == (1, True)


def test_nothing_here_needs_a_folder_by_default(tmp_path: Path) -> None:
    with chdir(tmp_path):
        done = afterword("translations", "export")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_all_that_we_ship_goes_out_and_comes_back(tmp_path: Path) -> None:
    """Every catalogue of ours, read and written, says what it said."""
    sources, _ = read_folder(HOME)
    by_name: dict[str, list[Owed]] = {}
    for line in owed(sources, HOME):
        by_name.setdefault(line.catalogue, []).append(line)
    for name, needed in by_name.items():
        old, _ = read_book(HOME / "locales/es/LC_MESSAGES" / f"{name}.po")
        assert taken(needed, old, through_a_file(renewed(needed, old), tmp_path), name).new == 0


def test_a_header_that_lies_is_no_crash(tmp_path: Path) -> None:
    for header in (
        "Language: zz_QQ",
        "Language: ?",
        "Plural-Forms: nplurals=x",
        "Content-Type: text/plain; charset=no",
    ):
        file = written(tmp_path / "a.es.po", f'msgid ""\nmsgstr "{header}\\n"\n\nmsgctxt "a"\nmsgid "b"\nmsgstr "c"\n')
        with suppress(ScriptError):
            assert [line.text for line in read_book(file)[0].lines] == ["c"]
