"""The documents say what is so: every command, every example, every link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from prompts.lint import lint_paths

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 150


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert re.search(rf"`(afterword )?{name}\b", README)


def test_the_replay_in_the_readme_says_what_it_shows() -> None:
    block = next(block for block in re.findall(r"```\n(.*?)```", README, re.S) if block.startswith("$ printf"))
    command, *shown = block.strip().splitlines()
    given = re.search(r"'(\{.*\})'", command)
    assert given
    assert CliRunner().invoke(main, ["replay"], input=given[1] + "\n").output.splitlines() == shown


def test_the_script_in_the_docs_is_one_that_the_linter_takes(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.S)
    assert example
    path = tmp_path / "door.toml"
    path.write_text(example[1], encoding="utf-8")
    faults = [fault for fault in lint_paths([path]) if fault.rule != "missing-translation"]
    assert not faults, faults


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_every_named_test_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / target).exists(), target
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    for name in re.findall(r"`(test_\w+)`", text):
        assert f"def {name}(" in tests, name


PROMISES = {
    "privacy.md": ("What we can promise", "What we cannot promise"),
    "privacidad.md": ("Lo que podemos prometer", "Lo que no podemos prometer"),
}


def promised(page: str) -> list[list[str]]:
    """The sentences of both lists, each list by itself and numbered from one."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lists = [text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0] for title in PROMISES[page]]
    numbered = [re.findall(r"^(\d+)\. (.+)$", one, re.MULTILINE) for one in lists]
    for one, found in zip(lists, numbered, strict=True):
        assert [number for number, _ in found] == [str(n) for n in range(1, len(found) + 1)]
        assert len(one.strip().splitlines()) == len(found), "nothing but sentences, a line each"
    return [[sentence for _, sentence in found] for found in numbered]


def test_every_promise_has_its_test_and_no_test_is_left_over() -> None:
    named = [
        "test_" + re.sub(r"[^a-z0-9]+", "_", each.lower()).strip("_") for one in promised("privacy.md") for each in one
    ]
    text = (ROOT / "tests" / "test_promises.py").read_text(encoding="utf-8")
    assert re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE) == named
    assert len(set(named)) == len(named)


def test_promises_are_short_and_stand_in_both_languages_in_the_same_order() -> None:
    english, spanish = promised("privacy.md"), promised("privacidad.md")
    assert [len(one) for one in spanish] == [len(one) for one in english]
    assert 22 <= sum(map(len, english)) <= 38
    for sentence in (each for page in (english, spanish) for one in page for each in one):
        assert len(sentence) <= 125
        assert re.fullmatch(r"[^.!?]+\.", sentence), sentence
    names = ("HIPAA", "PostgreSQL", "Afterword")
    for ours, theirs in zip(english, spanish, strict=True):
        for one, other in zip(ours, theirs, strict=True):
            assert [name in one for name in names] == [name in other for name in names], one


def test_nothing_names_a_place_on_some_machine() -> None:
    for page in PAGES:
        assert not re.search(r"(^|[\s(`])/(home|root|work|tmp)/", page.read_text(encoding="utf-8")), page
