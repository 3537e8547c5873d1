"""The reviewer's eye: what it must find, what it must leave alone, and that a program's start does not pay for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from prompts import reading
from prompts.lint import RULES, lint_paths
from prompts.review import HINTS
from prompts.review_passages import Line, Passage
from prompts.review_phrases import Kind, shipped, unreadable
from prompts.review_wording import Finding, Wording
from prompts.script import FreeStep, ScaleStep, Step

WORDING = Wording(shipped())
LINES = Path(__file__).parent / "review"
NAMES = {"ask": "text", "hint": "hint", "label": "some.label", "reply": "some.reply", "say": "text", "card": "line-1"}
STEP = FreeStep(id="some", type="free", text="What?")


def written(kind: str, language: str) -> Iterator[list[str]]:
    for line in (LINES / f"{kind}.{language}.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split(" ", 2 if kind == "found" else 1)


def findings(language: str, kind: str, text: str) -> list[Finding]:
    """Of one line by itself; `scale`: the text of a scale; a reply may follow its answer, as "answer => reply"."""
    answer, _, text = text.rpartition(" => ")
    step: Step = ScaleStep(id="some", type="scale", text=text, low="a", high="b") if kind == "scale" else STEP
    what: Kind = "ask" if kind == "scale" else kind  # type: ignore[assignment]
    lines: tuple[Line, ...] = (Line(NAMES.get(what, what), what, text),)
    if answer:
        lines = (Line("some.label", "label", answer), *lines)
    return list(WORDING.findings(Passage(step, language, True, lines, lambda name: (name, 1))))


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_a_reviewer_would_stop_at_is_found(language: str) -> None:
    missed = [
        (rule, text)
        for rule, kind, text in written("found", language)
        if rule not in {one.rule for one in findings(language, kind, text)}
    ]
    assert missed == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_good_lines_are_left_alone(language: str) -> None:
    loud = {text: found for kind, text in written("quiet", language) if (found := findings(language, kind, text))}
    assert loud == {}


def test_every_phrase_can_be_read_and_belongs_to_a_rule() -> None:
    sheet = shipped()
    assert set(sheet.rules) <= set(RULES)
    for entry in sheet.phrases:
        lists = sheet.lists[entry.language]
        assert entry.rule in sheet.rules
        assert not [words for phrase in entry.any if (words := unreadable(phrase, lists))]
        assert not [words for phrase in entry.unless if "no list" in (words := unreadable(phrase, lists))]


def test_only_hints_are_a_matter_of_judgement() -> None:
    unsure = {entry.rule for entry in shipped().phrases if not entry.sure}
    assert unsure | {name for name, rule in shipped().rules.items() if rule.severity == "hint"} == HINTS


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("make sure", "Make sure, please.", True),
        ("make|be sure", "Be sure.", True),
        ("make [very] sure", "Make very sure.", True),
        ("make .. sure", "Make them all very sure.", True),
        ("make .. sure", "Make them, sure.", False),
        ("make ... sure", "Make them, sure.", True),
        ("^ sure", "Make sure.", False),
        ("^ sure", "Make it. Sure.", True),
        ("make ~them|it", "Make it.", False),
        ("make ~them|it", "Make tea.", True),
        ("# of #", "That is 3 of 5.", True),
        ("make *ing", "Make something.", True),
        ("sure ?", "Sure.", False),
        ("sure ?", "Sure?", True),
        ("do not", "Don't.", True),
        ("will not", "They won't.", True),
        ("no ... sure", "No, but be sure.", False),
    ],
)
def test_phrases_compare_as_the_sheet_says(phrase: str, text: str, found: bool) -> None:
    from prompts.review_phrases import Entry, Phrases

    entry = Entry(rule="advice", language="en", any=(phrase,))
    phrases = Phrases(shipped().model_copy(update={"phrases": (entry,)}), "en")
    assert bool(phrases.found(text, "say")) is found


# Hints and their answers


SCRIPT = """
title = "A door"
summary = "One moment at a door."
minutes = 5
gate = "anytime"
{head}
[[steps]]
id = "moment"
type = "free"
text = "Which symptoms did you see?"
{step}
[[steps]]
id = "end"
type = "end"
text = "That was all."
"""
BECAUSE = 'because = { "clinical-words" = "The word of the form." }'


def faults(tmp_path: Path, head: str = "", step: str = "") -> list[tuple[str, str]]:
    path = tmp_path / "door.toml"
    path.write_text(SCRIPT.format(head=head, step=step), encoding="utf-8")
    return [(fault.rule, fault.severity) for fault in lint_paths([path])]


def test_a_hint_is_answered_with_a_reason_in_the_step_or_in_the_head(tmp_path: Path) -> None:
    assert faults(tmp_path) == [("clinical-words", "hint")]
    assert faults(tmp_path, step=BECAUSE) == []
    assert faults(tmp_path, head=BECAUSE) == []


def test_a_reason_that_nothing_needs_is_told_itself(tmp_path: Path) -> None:
    assert faults(tmp_path, head=BECAUSE, step=BECAUSE) == [("idle-reason", "warning")]
    assert ("idle-reason", "warning") in faults(tmp_path, step='because = { "hard-to-read" = "It is long." }')


def test_a_hint_is_shown_and_does_not_fail_the_command(tmp_path: Path) -> None:
    faults(tmp_path)
    told = CliRunner().invoke(main, ["lint", str(tmp_path / "door.toml")])
    assert told.exit_code == 0
    assert told.output.endswith("Errors: 0. Warnings: 0. Hints: 1.\n")
    as_json = CliRunner().invoke(main, ["lint", "--format", "json", str(tmp_path / "door.toml")])
    assert as_json.exit_code == 0
    assert [fault["severity"] for fault in json.loads(as_json.output)] == ["hint"]


# A script in Spanish, and how hard it is to read


def test_a_script_written_in_spanish_is_read_in_spanish(tmp_path: Path) -> None:
    text = SCRIPT.format(head="", step="").replace("Which symptoms did you see?", "¿Por qué cree que pasó eso?")
    text = text.replace("A door", "Una puerta").replace("One moment at a door", "Un momento en la puerta de una casa")
    path = tmp_path / "puerta.toml"
    path.write_text(text.replace("That was all", "Eso es todo, gracias por estos minutos"), encoding="utf-8")
    assert [fault.rule for fault in lint_paths([path])] == ["asks-why"]


def test_reading_is_measured_in_both_languages_and_not_on_a_few_words() -> None:
    assert reading.grade("What moment stays with you now?", "en", 8) is None
    assert reading.grade("What moment stays with you now, of all that you saw?", "fr", 8) is None
    easy = reading.grade("What might that moment have been like for the child?", "en", 8)
    hard = reading.grade(
        "Which organizational considerations influenced your team's multidisciplinary collaboration?", "en", 8
    )
    assert easy is not None
    assert hard is not None
    assert easy < 6 < hard
    facil = reading.grade("¿Cómo habrá sido ese momento para la niña o el niño?", "es", 8)
    dificil = reading.grade(
        "¿Cuáles consideraciones socioemocionales condicionaron la interacción interdisciplinaria observada?", "es", 8
    )
    assert facil is not None
    assert dificil is not None
    assert facil < 6 < dificil


def test_the_start_of_the_bot_does_not_pay_for_the_review() -> None:
    code = "import sys; from prompts.lint import checked_library; checked_library(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"textstat", "pkg_resources", "prompts.review", "prompts.reading"} & set(loaded)
