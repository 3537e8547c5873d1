"""Golden transcripts: whole talks through the real shell, store and clock, compared word for word; and nothing that a
script can show is missing from them.

Write the `>` lines (`bot/transcripts.py` says which there are) and run with AFTERWORD_WRITE_TRANSCRIPTS=1, or
`afterword replay --write FILE`, to fill in the rest; then read it. Those under `transcripts/branches/` are chosen by
`branches.py`, which writes them anew where something is never seen.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from seen import to_see, unseen
from ways import ways

from bot.cli.checking import played
from prompts.library import HOME, Library, build, read_sources

HERE = Path(__file__).parent / "transcripts"
#: What people wrote, and what `branches.py` did.
MAIN = sorted(HERE.glob("*.txt"))
BRANCHES = sorted((HERE / "branches").glob("*.txt"))
LONGEST = 1_500
SCRIPTS = sorted(path.stem for path in (HOME / "scripts").glob("*.toml"))
LOCALES = ("en", "es")


@cache
def library() -> Library:
    return build(read_sources())


def names(files: list[Path]) -> list[str]:
    return [str(file.relative_to(HERE).with_suffix("")) for file in files]


@pytest.mark.parametrize("file", [*MAIN, *BRANCHES], ids=names([*MAIN, *BRANCHES]))
def test_a_talk_goes_word_for_word_as_written(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    answered = played(text, library())
    if os.environ.get("AFTERWORD_WRITE_TRANSCRIPTS"):
        file.write_text(answered, encoding="utf-8")
    assert answered == text


def test_there_is_a_talk_for_every_script_in_every_language() -> None:
    wanted = {f"{slug}.{locale}" for slug in library().scripts for locale in library().locales}
    assert wanted <= {file.stem for file in MAIN}
    assert wanted == {file.stem for file in BRANCHES}


# What is never seen in a transcript


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("slug", SCRIPTS)
def test_nothing_that_a_script_can_show_is_missing(slug: str, locale: str) -> None:
    """Every step, answer, reply, card, wording and end."""
    files = (HERE / f"{slug}.{locale}.txt", HERE / "branches" / f"{slug}.{locale}.txt")
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert unseen(library(), library().scripts[slug], locale, texts) == (), "run: python tests/branches.py"


@pytest.mark.parametrize("file", [*MAIN, *BRANCHES], ids=names([*MAIN, *BRANCHES]))
def test_nothing_in_a_transcript_is_impossible_and_none_is_too_long_to_be_read(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line.startswith("  [error]")]
    assert len(lines) < LONGEST


def test_one_word_less_is_missed() -> None:
    """A transcript shows a step, a reply, a card or a wording only where all of it stands."""
    script = library().scripts["quick-visit"]
    texts = [path.read_text(encoding="utf-8") for path in HERE.glob("**/quick-visit.en.txt")]
    for said, item in (
        ("This is a note about the role, not a mark against you.", ("choice", "pull", "beyond")),
        ("To hurry. There is no rush here.", ("choice", "pull", "hurry")),
        ("What moment comes back first?", ("wording", "moment", "first")),
        ("A slow breath first is fine", ("step", "settle")),
        ("(scope) Go on: what belongs to my role (more)", ("step", "end-scope")),
    ):
        less = [text.replace(said, "") for text in texts]
        assert item in unseen(library(), script, "en", less), said


def test_the_ways_are_few_and_always_the_same() -> None:
    script = library().scripts["closing-hope"]
    found = ways(script)
    assert found == ways(script)
    assert len(found) <= len(to_see(script)) // 10
