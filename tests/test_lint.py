"""Every rule of the linter: an example that breaks it and nothing else, and a section in `docs/lint.md`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.slack import proof as of_slack
from adapters.teams import proof as of_teams
from prompts import coverage
from prompts.library import HOME, build, read_sources
from prompts.lint import RULES, checked_library, in_order, lint, lint_paths, lone_script
from prompts.script import Script
from prompts.source import Fault, ScriptError

ROOT = Path(__file__).parent.parent
EXAMPLES = Path(__file__).parent / "lint_examples"
CASES = sorted(EXAMPLES.glob("*/*"))
TWINS = sorted((Path(__file__).parent / "lint_twins").glob("*/*"))
PAGE = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
#: What each platform asks of a script, as the command hands it to the linter.
CHECKS = {proof.RULE: proof.within_limits(lambda: build(read_sources())) for proof in (of_slack, of_teams)}
MARK = re.compile(r"# <- here(?:: (?P<step>[a-z-]+))?(?P<below>, two lines down)?|<- here")


def marked(case: Path) -> set[tuple[str, int, str | None]]:
    """Where an example says that its fault is: file, line and step."""
    found = set()
    for file in [case] if case.is_file() else sorted(case.rglob("*.*")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if mark := MARK.search(line):
                found.add((str(file), number + 2 if mark["below"] else number, mark["step"]))
    return found


@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}/{case.stem}" for case in CASES])
def test_an_example_breaks_the_rule_that_it_is_named_for_and_no_other(case: Path) -> None:
    own = CHECKS.get(case.parent.name)  # what one platform cuts, the other may cut too
    faults = lint_paths([case], (own,) if own else tuple(CHECKS.values()))
    assert {fault.rule for fault in faults} == {case.parent.name}
    places = {(fault.file, fault.line) for fault in faults}
    assert places == {(file, line) for file, line, _ in marked(case)}
    assert {step for _, _, step in marked(case) if step} <= {fault.step for fault in faults}
    assert len(faults) == 1, "one mistake, one fault"


@pytest.mark.parametrize("case", TWINS, ids=[f"{case.parent.name}/{case.stem}" for case in TWINS])
def test_what_was_mended_is_clean(case: Path) -> None:
    assert lint_paths([case]) == ()


def test_what_a_reviewer_says_has_a_mended_twin() -> None:
    reviewed = list(RULES)[list(RULES).index("missing-gate") :]
    assert {*reviewed, "over-budget"} == {case.parent.name for case in TWINS}


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert {case.parent.name for case in CASES} == set(RULES)


def test_every_rule_has_a_section_and_every_section_a_rule() -> None:
    assert re.findall(r"^## `([\w-]+)`$", PAGE, re.MULTILINE) == list(RULES)


def test_every_rule_in_the_code_is_in_the_list() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "prompts").glob("*.py"))
    assert set(re.findall(r"(?:Fault|fault)\(\s*\"([a-z-]+)\"", written)) <= set(RULES)


def test_the_page_shows_examples_that_were_tried() -> None:
    sections = re.split(r"^## `([\w-]+)`$", PAGE, flags=re.MULTILINE)[1:]
    for rule, text in zip(sections[::2], sections[1::2], strict=True):
        tried = [bare(file) for file in sorted((EXAMPLES / rule).rglob("*.*")) if file.is_file()]
        snippets = re.findall(r"```(?:toml|po)\n(.*?)```", text, re.DOTALL)
        assert snippets, rule
        for snippet in snippets:
            assert any(snippet.strip() in example for example in tried), rule


def bare(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(MARK.sub("", line).rstrip() for line in lines if not line.startswith("# <- here"))


# What we ship


def test_without_a_path_the_project_s_own_prompts_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = EXAMPLES / "orphan-translation" / "folder"
    monkeypatch.setattr("prompts.lint.HOME", wrong)
    assert lint_paths(()) == lint_paths([wrong]) != ()


def test_what_we_ship_has_no_fault_at_all() -> None:
    assert lint_paths([HOME], tuple(CHECKS.values())) == ()


def test_a_script_of_ours_on_its_own_is_checked_with_its_translations(tmp_path: Path) -> None:
    assert lint_paths([HOME / "scripts" / "quick-visit.toml"]) == ()
    stale = EXAMPLES / "stale-translation" / "folder" / "scripts" / "visit.toml"
    assert [fault.rule for fault in lint_paths([stale])] == ["stale-translation"]


# Bad input: a clear fault, never a stack trace


@pytest.mark.parametrize(
    ("content", "rule", "words"),
    [
        (b"", "schema", "no steps"),
        (b"\x00\xff\xfe\x89PNG", "not-toml", "not UTF-8"),
        (b"\x00\x01\x02", "not-toml", "not TOML"),
        (b"a = " + b"[" * 20_000 + b"]" * 20_000, "not-toml", "nested too deep"),
        (b"# " + b"x" * 1_000_000, "not-toml", "more than 500 kB"),
        (b"steps = 3", "schema", "no steps"),
        (b"steps = [3, 4]", "schema", "steps"),
        (b"n = " + b"9" * 5000, "not-toml", "cannot be read"),
        (b"title = 3\nsummary = []\nminutes = 'five'\n[[steps]]\nid = 5\ntype = 'end'", "schema", "title"),
    ],
)
def test_a_file_that_is_no_script_is_a_clear_fault(tmp_path: Path, content: bytes, rule: str, words: str) -> None:
    file = tmp_path / "odd.toml"
    file.write_bytes(content)
    faults = lint_paths([file])
    assert {fault.rule for fault in faults} == {rule}
    assert any(words in fault.words for fault in faults), faults
    assert {fault.file for fault in faults} == {str(file)}


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"hello", b'msgid "a', b'msgctxt "a"\n' * 3])
def test_a_file_that_is_no_catalogue_is_a_clear_fault(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "es.po"
    file.write_bytes(content)
    assert {fault.rule for fault in lint_paths([file])} <= {"not-po"}


def test_a_path_that_does_not_exist_is_a_clear_fault(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path / "none", tmp_path / "none.po", Path("bad\0path.toml")):
        (fault,) = lint_paths([path])
        assert fault.rule in ("not-toml", "not-po")
        assert "cannot be read" in fault.words


def test_a_folder_with_nothing_in_it_is_a_clear_fault(tmp_path: Path) -> None:
    (fault,) = lint_paths([tmp_path])
    assert "nothing to check" in fault.words


def test_one_bad_file_does_not_hide_what_is_wrong_with_another(tmp_path: Path) -> None:
    for name in ("not-toml/quote.toml", "unresolved-next/step.toml"):
        (tmp_path / Path(name).name).write_bytes((EXAMPLES / name).read_bytes())
    assert {fault.rule for fault in lint_paths([tmp_path])} == {"not-toml", "unresolved-next"}


def test_a_block_that_cannot_be_read_is_one_fault_and_not_one_for_every_use(tmp_path: Path) -> None:
    for folder, name, text in (
        ("scripts", "visit", (EXAMPLES / "unknown-block/misspelt.toml").read_text(encoding="utf-8")),
        ("blocks", "gaet", "about ="),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.toml").write_text(text, encoding="utf-8")
    assert [fault.rule for fault in lint_paths([tmp_path])] == ["not-toml"]


def test_faults_come_by_file_and_line(tmp_path: Path) -> None:
    faults = lint_paths([EXAMPLES / "unresolved-next", EXAMPLES / "schema", EXAMPLES / "schema"])
    assert list(faults) == sorted(faults, key=lambda fault: (fault.file, fault.line))
    assert len(faults) == len(set(faults))


# Starting, and checks from outside


def test_the_bot_does_not_start_with_an_error() -> None:
    with pytest.raises(ScriptError, match="stale-translation"):
        checked_library(EXAMPLES / "stale-translation" / "folder")


def test_a_check_from_outside_is_placed_by_its_step() -> None:
    def no_gate(script: Script) -> Iterable[Fault]:
        if any(step.id == "gate" for step in script.steps):
            yield Fault("no-gate", "this platform has no gates.", "", step="gate")

    faults = lint(read_sources(), HOME, [no_gate])
    assert {fault.rule for fault in faults} == {"no-gate"}
    quick = next(fault for fault in faults if fault.file.endswith("quick-visit.toml"))
    lines = (HOME / "scripts" / "quick-visit.toml").read_text(encoding="utf-8").splitlines()
    assert quick.line == next(number for number, line in enumerate(lines) if 'use = "gate"' in line)


def test_a_script_from_anywhere_is_put_together_with_our_blocks() -> None:
    script = lone_script(HOME / "scripts" / "quick-visit.toml")
    assert script.steps == build(read_sources()).scripts["quick-visit"].steps
    with pytest.raises(ScriptError, match="unresolved-next"):
        lone_script(EXAMPLES / "unresolved-next" / "step.toml")


def test_a_copy_of_a_script_under_another_name_is_fine(tmp_path: Path) -> None:
    for slug in ("quick-visit", "between-sites"):
        copy = tmp_path / f"{slug}-copy.toml"
        copy.write_bytes((HOME / "scripts" / f"{slug}.toml").read_bytes())
        assert lint_paths([copy]) == ()


def test_a_warning_does_not_keep_the_bot_from_starting(tmp_path: Path) -> None:
    faults = lint_paths([EXAMPLES / "orphan-translation" / "folder"])
    assert {fault.severity for fault in faults} == {"warning"}
    assert in_order(faults) == faults


# Coverage


def test_the_coverage_tells_which_steps_touch_a_theme_and_which_themes_nothing_touches() -> None:
    library = checked_library()
    covered = {theme.code: theme for theme in coverage.coverage(library)}
    assert covered["S9"].steps["quick-visit"] == ("pull",)
    assert covered["S9"].steps["between-sites"] == ()
    told = coverage.as_json(library)
    assert told["untouched"] == []
    text = coverage.as_text(library)
    assert all(f"{theme.code} {theme.label}" in text for theme in library.codebook.themes)
    more = library.codebook.themes[0].model_copy(update={"code": "P9"})
    book = library.codebook.model_copy(update={"themes": (*library.codebook.themes, more)})
    assert coverage.as_json(replace(library, codebook=book))["untouched"] == ["P9"]
    assert "No script touches P9" in coverage.as_text(replace(library, codebook=book))
