"""The terminal: whole talks as they look, leaving in the middle, and long texts.

A file in `terminal/` is a screen: `> ` lines are typed, the rest is said. Write the `> ` lines and run with
AFTERWORD_WRITE_TRANSCRIPTS=1 to fill in the rest; then read it.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from local_chat import library, open_shell, who
from terminals import Terminal

from adapters.terminal import Fault, converse
from adapters.terminal.paper import Paper
from bot.conversation import Reply
from bot.events import Inbound
from bot.ports import Refusal
from bot.turn import Shell

HERE = Path(__file__).parent / "terminal"
FILES = sorted(HERE.glob("*.txt"))
BACK = "afterword chat --db sqlite:///mine.db"


class Screen:
    """What stands on the screen after somebody typed these lines and then pressed Ctrl-D."""

    def __init__(self, typed: Iterable[str], *, end: type[BaseException] = EOFError) -> None:
        self.lines: list[str] = []
        self._typed = iter(typed)
        self._end = end

    def read(self, prompt: str) -> str:
        for line in self._typed:
            self.lines.append(f"{prompt}{line}".rstrip())
            return line
        raise self._end

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def talk(self, shell: Shell, script: str = "", locale: str = "", back: str = BACK) -> str:
        begun = len(self.lines)
        doing = converse(
            shell, who("ada"), script, locale, back=back, read=self.read, write=self.lines.append, width=78
        )
        asyncio.run(doing)
        return "\n".join(self.lines[begun:]) + "\n"


def talked(*typed: str, script: str = "", locale: str = "", back: str = BACK) -> str:
    with open_shell() as (shell, _):
        return Screen(typed).talk(shell, script, locale, back)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_whole_talk(path: Path) -> None:
    screen = path.read_text(encoding="utf-8")
    script, locale = path.stem.split(".")
    typed = [line[1:].strip() for line in screen.splitlines() if line.startswith(">")]
    found = talked(*typed, script=script, locale=locale)
    if os.environ.get("AFTERWORD_WRITE_TRANSCRIPTS"):
        path.write_text(found, encoding="utf-8")
    assert found == screen


def test_there_is_a_talk_in_every_language() -> None:
    assert {path.stem.rpartition(".")[2] for path in FILES} == set(library().locales)


def test_no_line_is_wider_than_the_terminal() -> None:
    for path in FILES:
        assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 78
    with open_shell() as (shell, _):
        screen = Screen(["3", "1", "safety", "word " * 99, "my data", "", "consent"])
        asyncio.run(converse(shell, who("ada"), read=screen.read, write=screen.lines.append, width=40))
    assert max(len(line) for line in screen.lines if not line.startswith(">")) <= 40


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_leaving_keeps_the_place_and_says_how_to_come_back(end: type[BaseException]) -> None:
    with open_shell() as (shell, _):
        left = Screen(["1", "He looked at her."], end=end).talk(shell)
        assert left.endswith(f"Your place is kept. To go on from there:\n  {BACK}\n")
        again = Screen([]).talk(shell)
    assert "What moment stays with you?\n  He looked at her.\n" in again
    assert "What do you feel as you think of it now?" in again


def test_a_trial_says_first_that_it_leaves_nothing() -> None:
    said = talked("1", back="")
    assert said.index("A trial: nothing of this stays") < said.index("Afterword asks fixed questions.")
    assert "is kept. To go on" not in said


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Kept for 7 days, for you alone. Take care.\nThis was a trial: nothing of it stays.\n"),
        ("es", "Queda guardada 7 días, solo para usted. Que esté bien.\nFue una prueba: no queda nada de ella.\n"),
    ],
)
def test_a_trial_says_at_its_end_that_it_leaves_nothing(locale: str, said: str) -> None:
    assert talked("1", "1", "-", "1", script="between-sites", locale=locale, back="").endswith(said)


def test_a_word_of_leaving_in_spanish() -> None:
    assert "Su lugar queda guardado." in talked("1", locale="es")


def test_a_bare_enter_says_how_to_skip_and_asks_nothing_again() -> None:
    said = talked("1", "", "", script="quick-visit")
    assert said.count("Nothing was typed. One word is enough; or type “skip”.") == 2
    assert said.count("What moment stays with you?") == 1


def test_a_long_text_is_taken_in_parts_and_nothing_is_lost() -> None:
    words = [f"word{number}" for number in range(1200)]
    with open_shell() as (shell, _):
        said = Screen(["1", " ".join(words), "", "", "my data"]).talk(shell, "quick-visit")
        assert said.count("That is longer than one box holds.") == 2
        assert "  | …" in said
        again = Screen([]).talk(shell)
    assert [word for word in again.split() if word.startswith("word")] == words


def test_what_was_written_before_comes_back_and_is_added_to() -> None:
    said = talked("1", "The first part.", "back", "And more.", "back", script="quick-visit")
    assert "Already written:\n  | The first part.\n" in said
    assert "  | The first part.\n  | And more.\n" in said


def test_lines_pasted_at_once_are_one_answer() -> None:
    said = talked("1", "One line.\n\nAnother line.", "back", script="quick-visit")
    assert "  | One line.\n  |\n  | Another line.\n" in said


def test_a_number_is_said_back_in_words() -> None:
    said = talked("1", "A moment.", "1, 6", "skip", "2", script="quick-visit")
    assert "  = Worry or fear; Warmth, joy or pride\n" in said
    assert "  = To know for sure\n" in said


def test_pages_can_be_read_and_changed() -> None:
    said = talked("1", "my data", "9", "", "consent", "1", "maybe", "2", "", "home", "5", script="between-sites")
    assert "A reflection is open, and waits" in said
    assert "To change something here, type its number." in said
    assert "Saved." in said
    assert "  1  What is kept and counted: Keep my words, for me only\n" in said.split("Saved.")[0]
    assert "What is your inner weather right now?" in said.split("Saved.")[1]
    assert "  1  What is kept and counted: Keep nothing\n" in said.split("Saved.")[1]


def test_home_leads_to_other_pages_and_asks_for_quiet_hours() -> None:
    said = talked("1", "home", "9", "", "home", "13", "2", script="between-sites")
    assert "  5  Between two sites\n  6  All reflections…\n" in said
    assert "  9  My data\n" in said
    assert "A reflection is open, with what you wrote there." in said
    assert "A reminder that falls into" in said
    assert " 13  Quiet hours: 6 in the evening to 8 in the morning\n" in said


def test_a_reflection_is_found_by_words_and_begun_from_the_page_of_all_of_them() -> None:
    said = talked("1", "scripts", "1", "between sites", "1")
    title = library().scripts["between-sites"].say("en", "title")
    assert said.count(title) == 3, "on the page, found, and on the page again"
    assert "Your other reflection is waiting for you." in said
    assert "What is your inner weather right now?" in said


def test_a_lead_can_type_a_team() -> None:
    with open_shell() as (shell, _):
        shell.store.set_lead(who("ada"), shell.clock.now())
        lines = ("Child protection: 555-0100", "Questions or complaints: 555-0111", "", "2")
        said = Screen(["1", "home", "13", "2", "West", "ben, zoe", "sam", "16:30", *lines]).talk(shell, "between-sites")
    assert "  2  The team\n" in said
    assert "“West” is set up as it stands here." in said
    with open_shell() as (shell, _):
        shell.store.set_lead(who("ada"), shell.clock.now())
        said = Screen(["1", "home", "13", "2", "", "", "", "late", "", ""]).talk(shell, "between-sites")
    assert "  | First Steps\n" in said
    assert "The end of the day is a time such as 17:00." in said


def test_a_reflection_is_deleted_only_when_sure() -> None:
    with open_shell() as (shell, _):
        Screen(["1", "2", "A word.", "1"]).talk(shell, "between-sites")
        kept = Screen(["my data", "2", "2", "my data"]).talk(shell)
        assert kept.count("\n  A word.\n") == 2
        assert "Nothing was changed." in kept
        gone = Screen(["my data", "2", "1"]).talk(shell)
    assert "It is deleted." in gone
    assert "A word." not in gone.split("It is deleted.")[1]


def test_who_has_done_it_before_chooses_by_number_or_name() -> None:
    with open_shell() as (shell, _):
        Screen(["1", "2", "A word.", "1"]).talk(shell, "between-sites")
        for typed in ("5", "between sites", "reflect between sites"):
            said = Screen([typed, "delete", "1"]).talk(shell)
            assert "What is your inner weather right now?" in said, typed


def test_what_is_not_there_is_refused_before_anything_is_said() -> None:
    with open_shell() as (shell, _):
        screen = Screen([])
        with pytest.raises(Refusal, match=f"There is no script 'nothing'. There are: {', '.join(library().scripts)}"):
            screen.talk(shell, "nothing")
        with pytest.raises(Refusal, match="The languages are: en, es"):
            screen.talk(shell, "", "fr")
        assert screen.lines == []
        assert "¿Cómo está su clima interior" in Screen(["1"]).talk(shell, "entre un lugar y otro", "es")


def test_nothing_is_bold_unless_asked() -> None:
    assert list(Paper(78).strong("A question?")) == ["A question?"]
    assert list(Paper(78, bold=True).strong("A question?")) == ["\033[1mA question?\033[0m"]


def test_it_starts_quickly() -> None:
    """Heavy parts (the web, the schedule, the linter) are not loaded for a talk in the terminal."""
    code = "import sys, adapters.terminal; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"aiohttp", "jinja2", "apscheduler", "sqlalchemy", "alembic", "prompts.lint", "prompt_toolkit"}
    assert not heavy & set(loaded)


def test_a_fault_of_ours_is_told_by_kind_and_place_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def break_down(inbound: Inbound) -> Reply:
        raise RuntimeError("zqsecret")

    with open_shell() as (shell, _):
        monkeypatch.setattr(shell, "handle", break_down)
        with pytest.raises(Fault) as fault:
            Screen(["1"]).talk(shell)
    where = "(RuntimeError, adapters/terminal/talk.py:"
    assert fault.value.words.startswith(f"Something went wrong on my side, and I had to stop here {where}")
    assert "zqsecret" not in fault.value.words
    assert fault.value.__suppress_context__


# In a real terminal

CHILD = """
import asyncio, sys
sys.path.insert(0, {tests!r})
from local_chat import open_shell, who
from adapters.terminal import converse
with open_shell() as (shell, _):
    for _ in range(2):
        asyncio.run(converse(shell, who("ada"), back="afterword chat", plain=True))
"""


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    running = Terminal(sys.executable, "-c", CHILD.format(tests=str(Path(__file__).parent)))
    yield running
    running.close()


def test_ctrl_c_in_the_middle_of_a_line_keeps_it(terminal: Terminal) -> None:
    terminal.until("Keep nothing")
    terminal.until("> ")
    terminal.type("1\r")
    terminal.until("“Breathe” helps with it.")  # the question is out, so that what is typed meets its own prompt
    terminal.until("> ")
    terminal.type("Half a thou")
    terminal.until("thou")
    terminal.interrupt("Your place is kept.")
    terminal.until("Already written:")
    terminal.until("| Half a thou")
    assert "Traceback" not in terminal.said


def test_a_paste_of_several_long_lines_is_one_answer(terminal: Terminal) -> None:
    terminal.until("Keep nothing")
    terminal.until("> ")
    terminal.type("1\r")
    terminal.until("“Breathe” helps with it.")
    terminal.until("> ")
    terminal.type("\x1b[200~First line.\nSecond line.\x1b[201~\r")
    terminal.until("What do you feel")
    terminal.until("> ")
    terminal.type("back\r")
    terminal.until("| First line.\r\n  | Second line.")


def test_nothing_is_coloured_where_that_is_not_wanted(terminal: Terminal) -> None:
    terminal.until("> ")
    assert "\033[1m" not in terminal.said


def test_a_copy_is_had_by_a_code_and_words_are_changed_line_by_line() -> None:
    with open_shell() as (shell, _):
        Screen(["1", "2", "A word.", "1"]).talk(shell, "between-sites")
        said = Screen(["my data", "1", "1", "Another word.", "", "my data"]).talk(shell)
        assert "Another word." in said
        assert [kept.answers[kept.own[0]][1] for kept in shell.store.reflections(who("ada"))] == ["Another word."]
        shell.address = ""
        copied = Screen(["my data", "4", "1"]).talk(shell)
    assert "afterword export" in " ".join(copied.split())
    assert re.search(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b", copied)
