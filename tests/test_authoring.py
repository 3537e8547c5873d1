"""What an author does: begin a script, try its talk as a test, and put it live from a folder of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import chdir
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import Pair, who
from shells import living

from bot.cli import checking, main, parts
from bot.config import own_prompts
from bot.doctor import checks
from bot.events import Command
from bot.ports import Refusal
from prompts.library import HOME
from prompts.lint import checked_library, lint_paths
from prompts.script import RESERVED_CHOICE_IDS
from storage.keyring import Keyring

ADA = who("ada")
ROOT = Path(__file__).parent.parent
QUICK = (ROOT / "prompts" / "scripts" / "quick-visit.toml").read_text(encoding="utf-8")
NOTHING_SET = MappingProxyType(
    {"AFTERWORD_PROMPTS": None, "AFTERWORD_CONFIG": None, "AFTERWORD_KEY": None, "AFTERWORD_KEY_FILE": None}
)


def afterword(*words: str, given: str = "", **env: str) -> Result:
    done = CliRunner(env={**NOTHING_SET, **env}).invoke(main, list(words), input=given)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(autouse=True)
def here(tmp_path: Path) -> Iterator[Path]:
    """A working directory of one's own, outside the project."""
    with chdir(tmp_path):
        yield tmp_path


@pytest.fixture
def own(here: Path) -> Path:
    """A folder in which a first script has just been begun."""
    assert afterword("new", "first-words").exit_code == 0
    return Path("my-prompts")


def in_script(own: Path, old: str, new: str, slug: str = "first-words") -> None:
    file = own / "scripts" / f"{slug}.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def in_spanish(own: Path, catalogue: str, context: str, english: str, spanish: str) -> None:
    """A catalogue with one line."""
    line = f'msgctxt "{context}"\nmsgid "{english}"\nmsgstr "{spanish}"\n'
    file = own / "locales" / "es" / "LC_MESSAGES" / f"{catalogue}.po"
    written(file, 'msgid ""\nmsgstr "Language: es\\n"\n\n' + line)


#: The first script, as somebody would say it.
SPANISH = {
    "First words": "Primeras palabras",
    "Three minutes about one moment of the day.": "Tres minutos sobre un momento del día.",
    "What stays with you from today?": "¿Qué se le queda del día de hoy?",
    "A word or a line is enough; no names needed.": "Basta con una palabra o una línea; no hacen falta nombres.",
    "How is it to think of that now?": "¿Cómo es pensar en eso ahora?",
    "Light": "Ligero",
    "Light. There is room for that here.": "Ligero. Aquí hay lugar para eso.",
    "Heavy": "Pesado",
    "Heavy. It can stand here for a moment.": "Pesado. Puede quedarse aquí un momento.",
    "Some of both": "Un poco de ambos",
    "I am not sure": "No lo sé",
    "That was all. Thank you for these minutes.": "Eso es todo. Gracias por estos minutos.",
}


def translated(text: str) -> str:
    """A catalogue of the first script with every empty line filled in."""
    return re.sub(r'(msgid "(.+)"\n)msgstr ""', lambda found: f'{found[1]}msgstr "{SPANISH[found[2]]}"', text)


# A first script


def test_a_first_script_is_written_with_its_catalogue_and_a_talk(own: Path) -> None:
    catalogue = (own / "locales/es/LC_MESSAGES/first-words.po").read_text(encoding="utf-8")
    assert set(re.findall(r"^msgstr (.*)$", catalogue, re.MULTILINE)) == {'""'}
    assert 'msgctxt "first-words.moment.text"' in catalogue
    talk = (own / "transcripts/first-words.en.txt").read_text(encoding="utf-8")
    assert "> say reflect first-words\n" in talk
    script = (own / "scripts/first-words.toml").read_text(encoding="utf-8")
    assert 'title = "First words"' in script
    assert not re.search(r"SCRIPT|TITLE\b(?!\")|FOLDER", script.replace('"reflect TITLE"', ""))


def test_the_linter_takes_a_first_script_and_says_that_its_spanish_waits(own: Path) -> None:
    done = afterword("lint", "my-prompts", "--format", "json")
    assert done.exit_code == 0
    assert [(fault["rule"], fault["severity"]) for fault in json.loads(done.output)] == [
        ("missing-translation", "warning")
    ]
    (own / "locales/es/LC_MESSAGES/first-words.po").unlink()
    (own / "locales/es/LC_MESSAGES").rmdir()
    assert lint_paths([own]) == ()


def test_what_is_there_already_is_not_written_over(own: Path) -> None:
    before = {file: file.read_bytes() for file in own.rglob("*.*")}
    in_script(own, "Three minutes", "Two minutes")
    (own / "transcripts/first-words.en.txt").unlink()
    done = afterword("new", "first-words")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "is there already" in done.stderr
    assert not (own / "transcripts/first-words.en.txt").exists()
    assert {file for file in before if file.exists() and file.read_bytes() != before[file]} == {
        own / "scripts/first-words.toml"
    }


@pytest.mark.parametrize(
    "name",
    ["First", "1st", "a b", "é", "a/b", "a.toml", "", "x" * 41, "quick-visit", "app", *sorted(RESERVED_CHOICE_IDS)],
)
def test_a_name_that_no_script_can_have_gets_one_clear_line(name: str, here: Path) -> None:
    done = afterword("new", "--", name)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert not list(here.iterdir())


def test_the_folder_may_have_any_name_and_what_comes_next_can_be_typed(here: Path) -> None:
    done = afterword("new", "first-words", "--folder", "our own prompts")
    assert "afterword lint 'our own prompts'" in done.output
    assert afterword("new", "second-words", "--folder", "our own prompts").exit_code == 0
    assert {fault.severity for fault in lint_paths([Path("our own prompts")])} == {"warning"}


def test_a_folder_that_cannot_be_written_is_a_clear_line(here: Path) -> None:
    written(here / "my-prompts", "a file")
    assert afterword("new", "first-words").exit_code == 2
    written(here / "other" / "scripts", "a file")
    done = afterword("new", "first-words", "--folder", "other")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


# Talks as tests


def test_a_talk_is_filled_in_and_then_holds(own: Path) -> None:
    talk = own / "transcripts" / "first-words.en.txt"
    waiting = afterword("replay", "--check", str(talk))
    assert waiting.exit_code == 1
    assert "--write fills it in" in waiting.output
    assert afterword("replay", "--check", "--write", str(talk)).exit_code == 0
    text = talk.read_text(encoding="utf-8")
    assert "What stays with you from today?" in text
    assert text.startswith("# ")
    for path in (talk, own, own / "scripts" / "first-words.toml"):
        done = afterword("replay", "--check", str(path))
        assert (done.exit_code, done.output) == (0, f"{talk}: as written\n")
    in_script(own, "What stays with you from today?", "What stays with you?")
    changed = afterword("replay", "--check", str(own))
    assert changed.exit_code == 1
    assert "-    What stays with you from today?\n+    What stays with you?\n" in changed.output
    assert len(changed.output.splitlines()) < 12
    assert afterword("replay", "--write", str(own)).output == f"{talk}: written\n"
    assert afterword("replay", "--check", str(own)).exit_code == 0


def test_a_talk_of_ours_can_be_checked_from_anywhere() -> None:
    text = "> say reflect between-sites\n> choose private\n> choose keep\n> choose heavy\n"
    talk = written(Path("a.txt"), text)
    assert afterword("replay", "--check", "--write", str(talk)).exit_code == 0
    assert "inner weather" in talk.read_text(encoding="utf-8")
    assert afterword("replay", "--check", str(talk)).exit_code == 0


def test_a_script_by_itself_has_its_talk_beside_it(here: Path) -> None:
    script = written(here / "door.toml", QUICK.replace("What moment stays with you?", "What happened at the door?"))
    talk = written(here / "door.en.txt", "> say reflect door\n> choose private\n> choose keep\n")
    assert afterword("replay", "--check", "--write", str(script)).exit_code == 0
    assert "What happened at the door?" in talk.read_text(encoding="utf-8")
    assert afterword("replay", "--check", str(script), str(talk)).output.count("as written") == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("> shout", "line 2: nobody can shout"),
        (">", "line 2: nobody can do nothing"),
        ("> later soon", "line 2: write such as > later 30 minutes"),
        ("> later x minutes", "line 2: here stands a number"),
        ("> rate much", "line 2: here stands a number"),
        ("> submit language es", "line 2: write such as > submit"),
    ],
)
def test_a_line_that_nobody_can_do_is_named_by_its_number(line: str, words: str, here: Path) -> None:
    talk = written(here / "a.txt", f"> say reflect\n{line}\n")
    done = afterword("replay", "--check", str(talk))
    assert done.exit_code == 1
    assert words in done.output
    assert talk.read_text(encoding="utf-8") == f"> say reflect\n{line}\n"


def test_a_talk_whose_scripts_do_not_hold_together_says_what_the_linter_says(own: Path) -> None:
    in_script(own, 'use = "gate"', 'use = "gaet"')
    done = afterword("replay", "--check", str(own))
    assert done.exit_code == 1
    assert "did you mean 'gate'?" in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("--check",), ("--write",), ("--check", "nowhere.txt"), ("--check", "--db", "sqlite:///a.db", "a.txt"),
        ("--check", "empty"), ("a.txt", "a.txt"), ("empty",),
    ],
)  # fmt: skip
def test_checking_nothing_is_bad_use(words: tuple[str, ...], here: Path) -> None:
    written(here / "a.txt", "> say reflect\n")
    (here / "empty").mkdir()
    done = afterword("replay", *words)
    assert done.exit_code == 2
    assert not (here / "a.db").exists()


def test_checking_touches_no_database(own: Path, here: Path) -> None:
    before = {file for file in here.rglob("*") if file.is_file()}
    url = f"sqlite:///{here}/real.db"
    assert afterword("replay", "--check", "--write", str(own), AFTERWORD_DATABASE_URL=url).exit_code == 0
    assert {file for file in here.rglob("*") if file.is_file()} == before


# A program's own folder


def test_a_folder_is_named_by_the_settings_or_the_environment(own: Path, here: Path) -> None:
    config = written(here / "program" / "afterword.toml", 'prompts = "../my-prompts"\n')
    assert own_prompts({}) is None
    named = own_prompts({"AFTERWORD_CONFIG": str(config)})
    assert named is not None
    assert named.resolve() == own.resolve()
    assert own_prompts({"AFTERWORD_CONFIG": str(config), "AFTERWORD_PROMPTS": str(own)}) == own
    for key in ({"AFTERWORD_PROMPTS": str(own)}, {"AFTERWORD_CONFIG": str(config)}):
        done = afterword("walk", "first-words", **key)
        assert done.exit_code == 0, done.output
        assert "first-words (revision" in done.output


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ('prompts = "nowhere"', "is no folder"),
        ("prompts = 3", 'prompts = "my-prompts"'),
        ('prompts = "whole"', "whole/app.toml cannot stand"),
    ],
)
def test_a_folder_that_cannot_be_used_stops_the_start_in_one_line(config: str, words: str, here: Path) -> None:
    written(here / "whole" / "app.toml", "")
    written(here / "afterword.toml", config)
    done = afterword("walk", "quick-visit", AFTERWORD_CONFIG="afterword.toml")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert words in done.stderr


def test_what_a_program_writes_stands_beside_ours_and_is_marked(own: Path) -> None:
    library = checked_library(own=own)
    assert library.own == {"first-words"}
    assert set(checked_library().scripts) | {"first-words"} == set(library.scripts)
    assert checked_library().own == frozenset()


def test_a_script_of_ours_is_replaced_whole_and_keeps_the_spanish_that_still_fits(own: Path) -> None:
    written(
        own / "scripts" / "quick-visit.toml", QUICK.replace("What moment stays with you?", "What do you still see?")
    )
    (missing,) = (fault for fault in lint_paths([own]) if fault.severity == "error")
    assert (missing.rule, "1 lines would be said in English" in missing.words) == ("missing-translation", True)
    in_spanish(own, "quick-visit", "quick-visit.moment.text", "What do you still see?", "¿Qué sigue viendo?")
    library = checked_library(own=own)
    assert library.own == {"first-words", "quick-visit"}
    script = library.scripts["quick-visit"]
    assert script.say("en", "moment.text") == "What do you still see?"
    assert script.say("es", "moment.text") == "¿Qué sigue viendo?"
    assert script.say("es", "baby.text") == checked_library().scripts["quick-visit"].say("es", "baby.text")


def test_a_catalogue_of_the_folder_adds_its_lines_to_ours(own: Path) -> None:
    ours = checked_library().scripts["quick-visit"]
    in_spanish(own, "quick-visit", "quick-visit.baby.text", ours.say("en", "baby.text"), "¿Y para el bebé?")
    script = checked_library(own=own).scripts["quick-visit"]
    assert script.say("es", "baby.text") == "¿Y para el bebé?"
    assert script.say("es", "moment.text") == ours.say("es", "moment.text")
    assert "quick-visit" not in checked_library(own=own).own


def test_a_block_of_the_folder_takes_the_place_of_ours_in_every_script(own: Path) -> None:
    gate = (ROOT / "prompts/blocks/gate.toml").read_text(encoding="utf-8")
    block = written(own / "blocks" / "gate.toml", gate.replace("Is anyone's safety", "Is somebody's safety"))
    english = "Is somebody's safety on your mind?"
    in_spanish(own, "blocks", "gate.gate.text", english, "¿Le preocupa la seguridad de alguien?")
    for slug in ("quick-visit", "first-words"):
        assert "somebody" in checked_library(own=own).scripts[slug].say("en", "gate.text")
    block.write_text(gate.replace('id = "gate"', 'id = "gate"\nnext = "nowhere"'), encoding="utf-8")
    assert {fault.rule for fault in lint_paths([own])} >= {"unresolved-next"}


def test_a_block_of_the_folder_that_breaks_ours_is_a_fault(own: Path) -> None:
    load = (ROOT / "prompts/blocks/load.toml").read_text(encoding="utf-8")
    written(own / "blocks" / "load.toml", load.replace('id = "load"', 'id = "weight"'))
    faults = lint_paths([own])
    assert {(fault.rule, Path(fault.file).name) for fault in faults} >= {("impossible-condition", "between-sites.toml")}


def test_resources_of_the_folder_have_to_be_all_that_the_bot_names(own: Path) -> None:
    ours = (ROOT / "prompts/resources.toml").read_text(encoding="utf-8")
    file = written(own / "resources.toml", ours)
    assert [fault for fault in lint_paths([own]) if fault.severity == "error"] == []
    file.write_text('checked = 2026-11-01\n\n[resources]\nemergency = { text = "911" }\n', encoding="utf-8")
    assert any("so it needs" in fault.words for fault in lint_paths([own]))


def test_a_fault_in_the_folder_stops_the_start_with_the_linter_s_words(own: Path) -> None:
    in_script(own, 'use = "gate"', 'use = "gaet"')
    anonymous = {"AFTERWORD_TEAMS_ANONYMOUS": "1", "AFTERWORD_KEY": afterword("keys", "new").output.strip()}
    for words in (("serve",), ("demo",), ("chat",), ("replay",)):
        done = afterword(*words, AFTERWORD_PROMPTS=str(own), **anonymous)
        assert done.exit_code == 2, words
        assert "unknown-block: there is no block 'gaet'; did you mean 'gate'?" in done.stderr
        assert done.stderr.endswith("then: afterword lint my-prompts\n")
    checked = afterword("lint", AFTERWORD_PROMPTS=str(own))
    assert (checked.exit_code, "did you mean 'gate'?" in checked.output) == (1, True)


def test_the_doctor_names_what_replaces_ours(own: Path) -> None:
    def found() -> dict[str, Any]:
        from bot.config import settings

        given = lambda: settings({"AFTERWORD_PROMPTS": str(own)})  # noqa: E731
        return dict(checks(given, lambda _: _raise(), date(2026, 11, 30)))

    assert found()["own scripts"].words == "my-prompts adds first-words"
    written(own / "scripts" / "quick-visit.toml", QUICK)
    assert found()["own scripts"].words == "my-prompts adds first-words; takes the place of our quick-visit"
    in_script(own, 'use = "gate"', 'use = "gaet"')
    broken = found()["own scripts"]
    assert not broken.fine
    assert re.fullmatch(r"my-prompts does not hold together \(faults: \d\); afterword lint my-prompts", broken.words)
    assert "database and keys" not in found(), "what comes after it would only say the same"


def _raise() -> None:
    raise Refusal("no-database", "none")


def test_a_talk_can_be_had_with_a_script_of_the_folder_in_spanish(own: Path) -> None:
    catalogue = own / "locales/es/LC_MESSAGES/first-words.po"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(translated(text), encoding="utf-8")
    assert lint_paths([own]) == ()
    events = [
        {"at": "2026-11-02T16:40:00Z", "from": "ada", "team": "north", **doing}
        for doing in ({"say": "español"}, {"say": "reflect first-words"}, {"choose": "private"}, {"choose": "keep"})
    ]
    done = afterword("replay", given="\n".join(map(json.dumps, events)), AFTERWORD_PROMPTS=str(own))
    assert SPANISH["What stays with you from today?"] in done.output


def test_a_running_talk_goes_on_in_its_version_when_the_script_changes(
    own: Path, sqlite_pair: Pair, ring: Keyring
) -> None:
    with living(sqlite_pair, ring, parts.library_over(own)) as before:
        before.begin(ADA, "first-words")
        assert before.write(ADA, "A door.").text == "How is it to think of that now?"
    in_script(own, "That was all. Thank you", "That was the whole of it. Thank you")
    with living(sqlite_pair, ring, parts.library_over(own)) as after:
        assert after.tap(ADA, "heavy").step == "gate"
        assert after.tap(ADA, "no").text == "That was all. Thank you for these minutes."
        after.tap(ADA, "done")
        after.do(ADA, Command(at=after.clock.time, name="reflect", argument="first-words"))
        for words in ("A door.", "heavy", "no"):
            shown = after.write(ADA, words)
        assert shown.text == "That was the whole of it. Thank you for these minutes."


def test_the_module_and_the_command_play_the_same(own: Path) -> None:
    text = (own / "transcripts/first-words.en.txt").read_text(encoding="utf-8")
    now = checking.played(text, checked_library(own=own))
    assert checking.played(now, checked_library(own=own)) == now


# What docs/scripts.md says


def commands_of(page: str) -> list[str]:
    return [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.strip().splitlines()]


def test_a_first_script_in_ten_minutes_goes_as_the_page_says(here: Path) -> None:
    page = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")
    tried = []
    for command in commands_of(page.split("## What stands at its top")[0]):
        words = command.split(" afterword ", 1)[1].split() if " afterword " in command else command.split()[1:]
        tried.append(" ".join(words[:2]))
        forever = words[0] in ("preview", "demo", "serve")
        done = afterword(*words, *(["--help"] if forever else []), AFTERWORD_PROMPTS="my-prompts" * ("=" in command))
        assert done.exit_code == 0, (command, done.output)
        if words[:2] == ["translations", "export"]:
            out = here / "translations" / "first-words.es.po"
            out.write_text(translated(out.read_text(encoding="utf-8")), encoding="utf-8")
    assert {words.split()[0] for words in tried} == {"new", "preview", "lint", "walk", "translations", "replay", "demo"}
    assert lint_paths([here / "my-prompts"]) == ()


def test_the_script_on_the_page_is_the_one_that_is_begun(own: Path) -> None:
    page = (ROOT / "docs" / "scripts.md").read_text(encoding="utf-8")
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown
    begun = (own / "scripts" / "first-words.toml").read_text(encoding="utf-8")
    bare = [line for line in begun.splitlines() if line and not line.startswith("#")]
    assert [line for line in shown[1].splitlines() if line] == bare


# What an author and an attacker stumbled over


@pytest.mark.parametrize(
    "wrong", ['msgstr "Con calma', "msgstr Con calma", "msgstr “Con calma”", 'msgstr "Se "corto" ya"']
)
def test_a_translation_without_straight_quotes_is_named_by_its_line(own: Path, wrong: str) -> None:
    file = own / "locales" / "es" / "LC_MESSAGES" / "first-words.po"
    lines = file.read_text(encoding="utf-8").splitlines()
    number = max(n for n, line in enumerate(lines) if line == 'msgstr ""')
    lines[number] = wrong
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = afterword("lint", str(own))
    assert f"first-words.po:{number + 1}: error not-po" in told.output
    assert told.exit_code == 1


def test_what_was_never_translated_is_no_loss_when_its_line_goes(own: Path) -> None:
    in_script(own, 'id = "moment"', 'id = "another"')
    assert "orphan-translation" not in afterword("lint", str(own)).output


def test_a_catalogue_cannot_lead_out_of_its_folder(own: Path) -> None:
    (own / "app.toml").write_bytes((HOME / "app.toml").read_bytes())  # a folder by itself takes any language
    asked = afterword("translations", "export", "--folder", str(own), "--lang", "es./../../PWNED")
    assert (asked.exit_code, "no language" in asked.output) == (2, True)
    came = Path("first-words.po")
    came.write_text('msgid ""\nmsgstr ""\n"Language: es./../../../../PWNED\\n"\n', encoding="utf-8")
    assert afterword("translations", "import", "--folder", str(own), str(came)).exit_code != 0
    assert not list(Path().glob("**/PWNED*"))


def test_what_is_no_transcript_is_not_written_over(own: Path) -> None:
    notes = Path("NOTES.txt")
    notes.write_text("Do not lose this.\n", encoding="utf-8")
    assert afterword("replay", "--check", "--write", str(notes)).exit_code == 1
    assert notes.read_text(encoding="utf-8") == "Do not lose this.\n"


def test_what_is_over_budget_can_be_walked_all_the_same(own: Path) -> None:
    in_script(own, "minutes = 3", "minutes = 1")
    assert "over-budget" in afterword("lint", str(own)).output
    walked = afterword("walk", str(own / "scripts" / "first-words.toml"))
    assert (walked.exit_code, "Every path" in walked.output) == (0, True)


def test_the_page_of_all_reflections_says_whose_a_script_is(own: Path) -> None:
    line = {"at": "2026-11-02T16:40:00Z", "from": "ada", "team": "north", "open": "scripts"}
    told = afterword("replay", given=json.dumps(line) + "\n", AFTERWORD_PROMPTS=str(own))
    assert "First words · 3 min · written by your program" in told.output
    assert "After a visit · 5 min · written" not in told.output


def test_a_script_of_the_program_stands_beside_ours_on_the_first_screen_and_not_before_it(own: Path) -> None:
    in_script(own, 'moments = ["after-visit"]', 'moments = ["heavy"]')
    line = {"at": "2026-11-02T16:40:00Z", "from": "ada", "team": "north", "open": "home"}
    told = afterword("replay", given=json.dumps(line) + "\n", AFTERWORD_PROMPTS=str(own))
    scripts = {
        option["id"]: option["label"]
        for option in json.loads(told.output.splitlines()[0])["page"]["sections"][0]["scripts"]
    }
    assert scripts["difficult-moment"] == "Something heavy"
    assert "First words" in scripts["first-words"]
