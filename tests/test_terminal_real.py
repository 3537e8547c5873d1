"""The real command in a real terminal: nothing stays on it, and nothing that was typed is lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminals import Terminal

ROOT = Path(__file__).parent.parent
LEFT = "\x1b[?1049l"
CANARY = "herons stood beside the window"

PYTHON = (sys.executable, "-m", "bot")

Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `afterword chat` on a database of this test."""
    running: list[Terminal] = []

    def one(*words: str, begin: tuple[str, ...] = PYTHON, **environment: str) -> Terminal:
        command = (*begin, "chat", "--db", f"sqlite:///{tmp_path}/a.db", *words)
        keys = {"AFTERWORD_KEY": "", "AFTERWORD_KEY_FILE": ""}
        running.append(Terminal(*command, cwd=ROOT, PYTHONPATH=str(ROOT), **keys, **environment))
        return running[-1]

    yield one
    for terminal in running:
        terminal.close()


def written(terminal: Terminal) -> Terminal:
    """Somebody in the middle of the first question."""
    terminal.until("Read everything")
    terminal.type("1")
    terminal.until("What moment stays with you?")
    terminal.until("F6")
    terminal.type(CANARY)
    terminal.until("window")
    return terminal


def test_ctrl_c_keeps_the_draft_and_leaves_nothing_on_the_screen(start: Start) -> None:
    first = written(start(PATH=os.defpath))
    first.type("\x03")
    assert first.over() == 0
    drawn, left = first.said.split(LEFT)
    assert "herons" in drawn
    assert "herons" not in left
    assert "moment" not in left
    assert f"Your place is kept. To go on from there:\r\n  {sys.executable} -m bot chat --db sqlite:///" in left
    assert first.as_before


def test_the_command_to_come_back_is_the_one_that_was_called(start: Start, tmp_path: Path) -> None:
    called = tmp_path / "afterword"
    called.write_text(f"#!{sys.executable}\nfrom bot.cli import main\nmain()\n")
    called.chmod(0o700)
    for path, command in ((os.defpath, str(called)), (f"{tmp_path}:{os.defpath}", "afterword")):
        terminal = start(begin=(str(called),), PATH=path)
        terminal.until("Read everything")
        terminal.type("\x04")
        terminal.until(f"To go on from there:\r\n  {command} chat --db sqlite:///")


def test_a_paste_of_several_lines_is_one_text(start: Start) -> None:
    written(start()).hang_up()
    again = start()
    again.until(CANARY)  # the draft has come back
    again.type("\x1b[200~\nsecond\rthird\x1b[201~")
    again.until("third")
    again.type("\r")
    again.until("Sadness")
    again.type("\x04")
    assert again.over() == 0
    start("--plain").until(f"What moment stays with you?\r\n  {CANARY}\r\n  second\r\n  third\r\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_whoever_ends_it_gets_the_terminal_back_and_the_draft_is_kept(start: Start, number: int) -> None:
    terminal = written(start())
    terminal.signal(number)
    assert terminal.over() == 0
    assert "herons" not in terminal.said.split(LEFT)[1]
    assert terminal.as_before
    plain = start("--plain")
    plain.until(f"| {CANARY}")


def test_who_stops_it_sees_no_words_and_finds_them_again(start: Start) -> None:
    terminal = written(start())
    terminal.signal(signal.SIGTSTP)
    terminal.until(LEFT)
    terminal.stopped()
    assert terminal.echoes
    assert "herons" not in terminal.said.split(LEFT)[1]
    terminal.signal(signal.SIGCONT)
    terminal.until(CANARY)
    terminal.type(", again")
    terminal.until("again")
    terminal.type("\x03")
    assert terminal.over() == 0
    assert "herons" not in terminal.said.split(LEFT)[2]
    assert terminal.as_before


FAULTY = """
import bot.answering

def answered(case, session, step, answer):
    raise RuntimeError(answer.text)

bot.answering.answered = answered
from bot.cli import main
main()
"""


def test_a_fault_of_ours_prints_no_words_and_keeps_them(start: Start) -> None:
    terminal = written(start(begin=(sys.executable, "-c", FAULTY)))
    terminal.type("\r")
    assert terminal.over() == 1
    left = terminal.said.split(LEFT)[1]
    assert "Something went wrong on my side, and I had to stop here (RuntimeError, bot/answering.py:" in left
    assert "herons" not in left
    assert "Traceback" not in left
    assert terminal.as_before
    start("--plain").until(f"| {CANARY}")


def test_a_window_that_is_closed_keeps_the_draft_and_a_dumb_terminal_shows_it(start: Start) -> None:
    written(start()).hang_up()
    plain = start(TERM="dumb")
    plain.until(f"| {CANARY}")
    assert "\x1b[?1049h" not in plain.said
