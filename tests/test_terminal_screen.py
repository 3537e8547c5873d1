"""The talk on a whole screen: what stands there, what the keys do, and that nothing is lost or left behind.

A file in `terminal/screen/` is a talk by keys alone: after each `> ` line, whose keys are parted by ` | `, comes the
screen. Write the `> ` lines and run with AFTERWORD_WRITE_TRANSCRIPTS=1 to fill in the rest; then read it.
"""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from local_chat import library, open_shell, who
from screens import Sitting, pipe, sit

from bot.conversation import Reply
from bot.events import Inbound, Write
from bot.ports import Refusal
from bot.turn import Shell
from prompts.lint import lone_script

HERE = Path(__file__).parent / "terminal" / "screen"
FILES = sorted(HERE.glob("*.txt"))
KEPT = "Your place is kept. To go on from there:"


def sat(
    does: Callable[[Sitting], Awaitable[None]], script: str = "quick-visit", locale: str = "en", *,
    size: tuple[int, int] = (80, 24), shell: Shell | None = None, output: io.StringIO | None = None, **more: str,
) -> None:  # fmt: skip
    """Somebody before a screen does this; a shell of their own unless one is given."""

    async def through(shell: Shell) -> None:
        with pipe() as keys:
            sitting = await sit(shell, keys, script, locale, size=size, output=output, **more)
            try:
                await does(sitting)
            finally:
                if not sitting.done.done():
                    await sitting.leave()

    if shell is not None:
        asyncio.run(through(shell))
        return
    with open_shell() as (made, _):
        asyncio.run(through(made))


def held_up(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The bot answers nothing before this is set."""
    shell, go_on = sitting.screen.talk.shell, asyncio.Event()
    handle = shell.handle

    async def slowly(inbound: Inbound) -> Reply:
        await go_on.wait()
        return await handle(inbound)

    monkeypatch.setattr(shell, "handle", slowly)
    return go_on


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_talk_by_keys_alone(path: Path) -> None:
    screen = path.read_text(encoding="utf-8")
    script, locale, size = path.stem.split(".")
    columns, rows = map(int, size.split("x"))
    found: list[str] = []

    async def talk(sitting: Sitting) -> None:
        for line in screen.splitlines():
            if line.startswith(">"):
                keys = list(filter(None, line[1:].strip().split(" | ")))
                await sitting.press(*keys)
                found.append(f"{line}\n{sitting.text}")

    sat(talk, script, locale, size=(columns, rows))
    if os.environ.get("AFTERWORD_WRITE_TRANSCRIPTS"):
        path.write_text("".join(found), encoding="utf-8")
    assert "".join(found) == screen
    assert max(len(line) for line in screen.splitlines() if not line.startswith(">")) <= columns


def test_there_is_a_talk_of_each_kind_in_every_language_at_both_sizes() -> None:
    wanted = {
        f"{script}.{locale}.{size}"
        for script in ("quick-visit", "between-sites", "difficult-moment")
        for locale in library().locales
        for size in ("80x24", "40x14")
    }
    assert wanted == {path.stem for path in FILES}


# Answering


def test_enter_answers_nothing_before_something_is_pointed_at() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("Enter", "Space")
        assert "· Press a number" in sitting.text
        await sitting.press("Down", "Down", "Up")
        assert "› 1  Keep my words, for me only" in sitting.text
        await sitting.press("Enter")
        await sitting.sees("What moment stays with you?")

    sat(talk)


def test_a_number_answers_no_question_that_has_not_been_in_sight() -> None:
    async def talk(sitting: Sitting) -> None:
        assert "Keep nothing" not in sitting.text
        await sitting.press("2")
        await sitting.sees("2  Keep nothing")
        await sitting.press("2")
        await sitting.sees("Nothing you write is kept once you")

    sat(talk, size=(40, 20))


def test_ticks_are_kept_as_words_are() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "Word.", "Enter", "1", "6")
        for there_and_back in (("F1",), ("F6", "Esc"), ("my data", "Enter", "Esc")):
            await sitting.press(*there_and_back)
            await sitting.sees("1  [x] Worry", "6  [x] Warmth")
        await sitting.press("3")
        await sitting.leave()

    async def again(sitting: Sitting) -> None:
        await sitting.sees("1  [x] Worry", "3  [x] Anger", "6  [x] Warmth")

    with open_shell() as (shell, _):
        sat(talk, shell=shell, back="afterword chat")
        sat(again, "", shell=shell, back="afterword chat")


def test_words_at_a_question_that_was_answered_elsewhere_are_kept() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "Typed here.")
        there = sitting.screen.talk
        await there.take(Write(at=there.now(), text="Said there."))
        await sitting.leave()

    async def again(sitting: Sitting) -> None:
        await sitting.press("F3")
        await sitting.sees("What might that moment", "Typed here.")

    with open_shell() as (shell, _):
        sat(talk, shell=shell, back="afterword chat")
        sat(again, "", shell=shell, back="afterword chat")


def test_a_second_tap_on_the_same_thing_is_no_answer() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("111")
        await sitting.sees("What moment stays with you?", "│" + " " * 74 + "│")
        await sitting.press("A look.\r\r\r")
        await sitting.sees("What do you feel", "┃ A look.")

    sat(talk)


def test_what_is_typed_while_the_bot_answers_waits_for_the_next_place(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(sitting: Sitting) -> None:
        go_on = held_up(sitting, monkeypatch)

        async def meanwhile(*keys: str) -> None:
            go_on.clear()
            for key in keys:
                sitting.type(key)
                await sitting.took()
            go_on.set()

        await meanwhile(
            "1", "1 ", "A lok", "Backspace", "Backspace", "ook 2", "Enter", "at", "\x1b[200~ 3\rkids\x1b[201~"
        )
        await sitting.sees("What moment stays with you?", "│ A look 2 ", "│ at 3 ", "│ kids ")
        await meanwhile("Enter", "Enter", "F1", "wor", "ry")
        await sitting.sees("What do you feel", "┃ A look 2", "│ worry ")

    sat(talk)


def test_an_answer_that_takes_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(sitting: Sitting) -> None:
        go_on = held_up(sitting, monkeypatch)
        sitting.type("1")
        await sitting.until(lambda: "─ One moment… ─" in sitting.text)
        assert "2  Keep nothing" in sitting.text
        go_on.set()
        await sitting.sees("What moment stays with you?")
        assert "One moment…" not in sitting.text
        go_on.clear()
        sitting.type("Ctrl+C")
        await sitting.until(lambda: "─ One moment… ─" in sitting.text)
        go_on.set()
        await sitting.over()

    monkeypatch.setattr("adapters.terminal.stage.LATE", 0.02)
    sat(talk)


def test_a_paste_that_is_not_marked_as_one_is_one_text() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "First line.\rSecond line.\r3 kids.")
        await sitting.sees("│ First line. ", "│ Second line. ", "│ 3 kids. ")
        await sitting.press("Enter")
        await sitting.sees("┃ 3 kids.", "What do you feel")

    sat(talk)


def test_a_label_or_a_command_can_be_typed_at_a_choice() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("keep n")
        assert "› 2  Keep nothing" in sitting.text
        assert "╰─ Enter sends · Esc closes ─" in sitting.text
        await sitting.press("Esc")
        assert "│ keep n" not in sitting.text
        await sitting.press("keep nothing", "Enter")
        await sitting.sees("What is your inner weather")
        await sitting.press("help", "Enter")
        await sitting.sees("Use the buttons, or say: back, skip")
        await sitting.press("skip", "Enter")
        await sitting.sees("What word or line")

    sat(talk, "between-sites")


def test_numbers_with_spaces_between_them_are_all_marked() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "A look.", "Enter", "1 6", "Space")
        assert "  1  [x] Worry" in sitting.text
        assert "  6  [x] Warmth" in sitting.text
        await sitting.press("6", "Down", "Space")
        assert "› 7  [x] Mixed" in sitting.text
        await sitting.press("Space", "Enter")
        await sitting.sees("┃ Worry or fear\n")

    sat(talk)


def test_labels_typed_beside_what_is_ticked_are_added_to_it() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "A look.", "Enter", "6", "worry", "Enter")
        await sitting.sees("┃ Worry or fear; Warmth, joy or pride")

    sat(talk)


TEN = """
title = "Ten"
summary = "Ten choices."
minutes = 1
[[steps]]
id = "which"
type = "choice"
text = "Which one?"
choices = [{}]
[[steps]]
id = "end"
type = "end"
text = "That was it."
"""


def test_a_digit_waits_where_a_longer_number_may_begin_with_it(tmp_path: Path) -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "1")
        assert "›  1  Number 1" in sitting.text
        await sitting.press("0")
        assert "› 10  Number 10" in sitting.text
        await sitting.press("Enter")
        await sitting.sees("┃ Number 10", "1  Done")
        await sitting.press("F2", "7")
        await sitting.sees("┃ Number 7", "1  Done")

    path = tmp_path / "ten.toml"
    choices = ", ".join(f'{{ id = "c{number}", label = "Number {number}" }}' for number in range(1, 11))
    path.write_text(TEN.format(choices), encoding="utf-8")
    with open_shell() as (shell, _):
        shell.library = shell.library.with_script(lone_script(path))
        sat(talk, "ten", shell=shell)


def test_every_way_out_is_one_key_or_a_few_tabs_away() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "F1")
        await sitting.sees("Use the buttons, or say: back, skip")
        await sitting.press("F3")
        await sitting.sees("What do you feel", "┃ (skipped)")
        await sitting.press("F2")
        await sitting.sees("What moment stays")
        await sitting.press("Tab", "Right", "Enter")
        await sitting.sees("What do you feel")
        await sitting.press("Tab", "Tab", "Esc", "Tab", "3")
        assert "  3  [x] Anger" in sitting.text
        await sitting.press("F5")
        await sitting.sees("If someone may not be safe")
        await sitting.press("F4")
        await sitting.sees("Paused.", "2  Continue")
        await sitting.press("2")
        await sitting.sees("What do you feel")

    sat(talk)


def test_what_cannot_be_undone_is_not_pointed_at_first() -> None:
    async def delete(sitting: Sitting) -> None:
        await sitting.press("my data", "Enter")
        await sitting.sees("┃ A word.", "2  Delete this reflection")
        await sitting.press("2")
        assert "› 2  No, keep it" in sitting.text
        await sitting.press("Enter")
        await sitting.sees("· Nothing was changed.", "┃ A word.")
        await sitting.press("2", "1")
        await sitting.sees("It is deleted.", "Nothing is kept.")

    with open_shell() as (shell, _):
        sat(keep_one, "between-sites", shell=shell)
        sat(delete, "", shell=shell)


async def keep_one(sitting: Sitting) -> None:
    await sitting.press("1", "sunny", "Enter", "A word.", "Enter", "1")
    await sitting.sees("1  Close")


def test_a_form_can_be_filled_in_and_left() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "home", "Enter", "PgDn")
        await sitting.sees("14  Language: English", "Esc Back to the talk")
        await sitting.press("14", "Enter")
        assert "› 1  (•) English" in sitting.text
        await sitting.press("Esc")
        await sitting.sees("· Nothing was changed.")
        await sitting.press("PgDn", "14", "Enter", "2")
        await sitting.sees("Guardado.")
        await sitting.press("PgDn")
        await sitting.sees("14  Idioma: Español", "Esc Volver a la conversación")
        await sitting.press("Esc")
        await sitting.sees("¿Qué momento se le quedó grabado?")

    sat(talk)


def test_a_lead_can_type_a_team_and_find_it_again() -> None:
    async def talk(sitting: Sitting) -> None:
        shell = sitting.screen.talk.shell
        await shell.on_store(lambda: shell.store.set_lead(who("ada"), shell.clock.now()))
        await sitting.press("1", "home", "Enter", "PgDn")
        await sitting.sees("13  Set up teams")
        await sitting.press("13", "Enter")
        await sitting.sees("1  Another team", "2  The team")
        await sitting.press("1", "3")
        await sitting.sees("Name of the team")
        await sitting.press("West", "Enter")
        await sitting.press("ben, zoe", "Enter", "sam", "Enter")
        await sitting.sees("3. When does a working day end?", "17:00")
        await sitting.press("Enter", "Ctrl+J", "Enter")
        await sitting.sees("Weekly question", "1  (•) By principle", "2  ( ) By element of the stance")
        await sitting.press("2")
        await sitting.sees("“West” is set up as it stands here.", "1  First Steps")
        await sitting.press("Esc")
        await sitting.sees("What moment stays with you?")

    sat(talk)


def test_all_is_erased_only_with_the_box_ticked() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "my data", "Enter")
        await sitting.sees("4  Erase everything about me")
        await sitting.press("4", "Enter")
        await sitting.sees("tick the box first")
        await sitting.press("4", "Space", "Enter")
        await sitting.sees("is erased.")
        assert await sitting.leave() == ("That is all for now. Until next time.",)

    sat(talk)


# The box


@pytest.mark.parametrize("paste", ["\x1b[200~First line.\r\nSecond line.\rThird.\x1b[201~"])
def test_several_lines_are_one_text(paste: str) -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", paste, "Alt+Enter", "Fourth.", "Ctrl+J", "Fifth.", "Enter")
        await sitting.sees("┃ First line.", "┃ Second line.", "┃ Third.", "┃ Fourth.", "┃ Fifth.")
        await sitting.press("F2")
        await sitting.sees("│ First line. ", "│ Fifth. ")

    sat(talk)


def test_no_key_takes_away_what_was_typed() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "Half a thou")
        for key in ("\x0f", "\x1b#", "\x1b5", "\x11", "\x12", "\x13", "\x1a", "\x1b[1;5A", "\x1b<", "\x1b>"):
            await sitting.press(key, "x")
        assert sitting.screen.stage.box.text.replace("x", "") == "Half a thou"
        assert sitting.screen.stage.box.text.count("x") == 10

    sat(talk)


def test_the_cursor_goes_by_the_rows_that_are_seen() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "one two three four five six seven eight nine", "Up", "!", "Up", "Up", "?")
        await sitting.sees("│ ?one two th!ree four", "│ eight nine ")

    sat(talk, size=(44, 30))


def test_a_long_text_scrolls_in_its_box_below_the_question() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("Space", "Space", "1", *(line for n in range(40) for line in (f"Line {n}.", "Ctrl+J")))
        assert "What moment stays with you?" in sitting.text
        assert "│ Line 39." in sitting.text
        assert "│ Line 1. " not in sitting.text
        await sitting.press(*["Up"] * 45)
        assert "│ Line 0. " in sitting.text

    sat(talk, size=(60, 16))


def test_what_is_typed_is_kept_when_the_person_stops_to_think(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(sitting: Sitting) -> None:
        shell, kept = sitting.screen.talk.shell, asyncio.get_running_loop().create_future()
        handle = shell.handle

        async def heard(inbound: Inbound) -> Reply:
            if isinstance(inbound.event, Write) and not inbound.event.done:
                monkeypatch.undo()
                kept.set_result(inbound.event.text)
            return await handle(inbound)

        monkeypatch.setattr(shell, "handle", heard)
        await sitting.press("1", "Half a", " thou")
        async with asyncio.timeout(10):
            assert await kept == "Half a thou"

    sat(talk)


@pytest.mark.parametrize("key", ["Ctrl+C", "Ctrl+D"])
def test_leaving_in_the_middle_of_a_word_keeps_it(key: str) -> None:
    async def leave(sitting: Sitting) -> None:
        await sitting.press("1", "Half a thou")
        assert await sitting.leave(key) == (KEPT, "  afterword chat --db sqlite:///mine.db")

    async def again(sitting: Sitting) -> None:
        await sitting.sees("│ Half a thou ")

    with open_shell() as (shell, _):
        sat(leave, shell=shell)
        sat(again, "", shell=shell)


LOOSE = "These are five whole words"


def test_words_typed_at_a_choice_stay_in_sight_while_the_question_stands() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "A look.", "Enter", LOOSE)
        await sitting.press("F1")
        await sitting.sees("Use the buttons, or say:", f"│ {LOOSE} ")
        await sitting.press("F5", "F6", "5", "Esc")
        await sitting.sees("What do you feel", f"│ {LOOSE} ")
        await sitting.press(" now", "Enter")
        await sitting.sees("Your words wait in the next box", "7  [ ] Mixed")
        await sitting.press("1", "Enter")
        await sitting.sees(f"│ {LOOSE} now ")
        assert sitting.text.count(LOOSE) == 1

    sat(talk)


def test_words_typed_at_a_choice_wait_for_the_next_box_when_it_is_passed() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "F3", LOOSE, "F3")
        await sitting.sees("What might that moment", f"│ {LOOSE} ")
        await sitting.press("F2", "worr", "F2")
        await sitting.sees(f"│ {LOOSE} ")
        assert "worr" not in sitting.text

    sat(talk)


def test_words_typed_at_a_list_of_the_screen_come_back_at_the_question() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "F3", "F6", LOOSE, "Enter")
        await sitting.sees("· Press a number", f"│ {LOOSE} ")
        await sitting.press("F5")
        await sitting.sees("If someone may not be safe")
        await sitting.press("PgDn", "PgDn")
        await sitting.sees(f"│ {LOOSE} ")

    sat(talk)


@pytest.mark.parametrize("keys", [("Ctrl+C",), ("F4", "Ctrl+C"), ("F6", "Ctrl+C")])
def test_words_typed_at_a_choice_are_kept_on_leaving(keys: tuple[str, ...]) -> None:
    async def leave(sitting: Sitting) -> None:
        await sitting.press("1", "A look.", "Enter", LOOSE, *keys[:-1])
        await sitting.leave(keys[-1])

    async def again(sitting: Sitting) -> None:
        await sitting.press("1", "Enter")
        await sitting.sees(f"│ {LOOSE} ")
        assert sitting.text.count(LOOSE) == 1

    with open_shell() as (shell, _):
        sat(leave, shell=shell)
        sat(again, "quick-visit", shell=shell)


def test_words_that_were_refused_stay_in_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(sitting: Sitting) -> None:
        async def refuse(inbound: Inbound) -> Reply:
            raise Refusal("busy", "Please try that again.")

        await sitting.press("1", "A look.", "Enter", LOOSE)
        with monkeypatch.context() as patched:
            patched.setattr(sitting.screen.talk.shell, "handle", refuse)
            await sitting.press("Enter")
            await sitting.sees("· Please try that again.", f"│ {LOOSE} ")
        await sitting.press("Enter")
        await sitting.sees("Your words wait in the next box")

    sat(talk)


def test_what_is_typed_just_before_leaving_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(sitting: Sitting) -> None:
        go_on = held_up(sitting, monkeypatch)
        for key in ("1", "Half a thou", "Ctrl+C"):
            sitting.type(key)
            await sitting.took()
        go_on.set()
        await sitting.over()

    async def again(sitting: Sitting) -> None:
        await sitting.sees("│ Half a thou ")

    with open_shell() as (shell, _):
        sat(talk, shell=shell)
        sat(again, "", shell=shell)


def test_a_trial_says_so_and_says_nothing_of_coming_back() -> None:
    async def leave(sitting: Sitting) -> None:
        await sitting.sees("A trial: nothing of this stays")
        await sitting.press("1", "Half a thou")
        assert await sitting.leave() == ("That is all for now. Until next time.",)

    sat(leave, back="", size=(80, 40))


def test_a_trial_says_at_its_end_that_it_leaves_nothing() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "1", "A word.", "F4")
        await sitting.sees("Paused.", "2  Continue")
        assert "This was a trial" not in sitting.text
        await sitting.press("2", "Enter", "1")
        await sitting.sees("  Kept for 7 days, for you alone. Take care.\n  This was a trial: nothing of it stays.\n")

    sat(talk, "between-sites", back="", size=(80, 40))


def test_help_and_pages_leave_the_box_as_it_was() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "Half a thou", "Left", "F1")
        await sitting.sees("Use the buttons, or say:", "│ Half a thou ")
        await sitting.press("n", "F6", "Esc", "F6", "home", "Enter", "Esc")
        await sitting.sees("│ Half a thonu ")

    sat(talk)


def test_a_command_in_the_box_is_no_draft() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "help")
        await sitting.screen.box.save()
        await sitting.press("Enter")
        await sitting.sees("Use the buttons, or say:", "│" + " " * 74 + "│")

    sat(talk)


def test_a_refusal_is_said_kindly_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "A look.")
        shell = sitting.screen.talk.shell
        handle = shell.handle

        async def refuse(inbound: Inbound) -> Reply:
            if isinstance(inbound.event, Write) and inbound.event.done:
                raise Refusal("busy", "Please try that again.")
            return await handle(inbound)

        monkeypatch.setattr(shell, "handle", refuse)
        await sitting.press("Enter")
        await sitting.sees("· Please try that again.", "│ A look. ")
        monkeypatch.setattr(shell, "handle", handle)
        await sitting.press("Enter")
        await sitting.sees("┃ A look.")

    sat(talk)


def test_a_fault_of_ours_gives_the_terminal_back_and_tells_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.StringIO()

    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "zqsecret")

        async def break_down(inbound: Inbound) -> Reply:
            raise RuntimeError("a fault")

        monkeypatch.setattr(sitting.screen.talk.shell, "handle", break_down)
        with pytest.raises(RuntimeError, match="a fault"):
            await sitting.leave("Enter")

    sat(talk, output=output)
    assert "zqsecret" not in output.getvalue().split("\x1b[?1049l")[1]


def test_words_that_meet_a_fault_of_ours_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(sitting: Sitting) -> None:
        shell = sitting.screen.talk.shell
        handle = shell.handle

        async def break_down(inbound: Inbound) -> Reply:
            if isinstance(inbound.event, Write) and inbound.event.done:
                raise RuntimeError("a fault")
            return await handle(inbound)

        await sitting.press("1", "Half a thou")
        monkeypatch.setattr(shell, "handle", break_down)
        with pytest.raises(RuntimeError, match="a fault"):
            await sitting.leave("Enter")
        monkeypatch.undo()

    async def again(sitting: Sitting) -> None:
        await sitting.sees("│ Half a thou ")

    with open_shell() as (shell, _):
        sat(talk, shell=shell)
        sat(again, "", shell=shell)


def test_a_draft_that_meets_a_fault_of_ours_stays_in_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(sitting: Sitting) -> None:
        shell = sitting.screen.talk.shell

        async def break_down(inbound: Inbound) -> Reply:
            raise RuntimeError("zqsecret")

        await sitting.press("1")
        with monkeypatch.context() as patched:
            patched.setattr(shell, "handle", break_down)
            await sitting.press("Half a thou")
            await sitting.sees("· Something went wrong on my side.", "│ Half a thou ")
        await sitting.press("ght.", "Enter")
        await sitting.sees("┃ Half a thought.")

    sat(talk)


# The screen itself


def test_it_is_drawn_anew_at_another_size() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "A look that went on for quite some time, and then another one.")
        wide = sitting.text
        for columns, rows in ((40, 12), (24, 6), (200, 50), (10, 3)):
            sitting.resize(columns, rows)
            await sitting.press("Right")
            assert max(map(len, sitting.text.splitlines())) <= columns
        sitting.resize(80, 24)
        await sitting.press("Right")
        assert sitting.text == wide

    sat(talk)


def test_nothing_has_a_colour_and_the_screen_is_cleared_before_it_is_given_back() -> None:
    output = io.StringIO()

    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "zqsecret", "Tab", "Esc", "Enter", "1", "F1")

    sat(talk, output=output)
    drawn, left = output.getvalue().split("\x1b[?1049l")
    assert "zqsecret" not in left
    assert drawn.rindex("\x1b[J") > drawn.rindex("Use the buttons")
    colours = {code for part in drawn.split("\x1b[")[1:] if "m" in part for code in part.split("m")[0].split(";")}
    assert not {code for code in colours if code.isdecimal() and int(code) >= 30}


def test_a_paste_turns_no_direction_and_breaks_no_line_of_the_screen() -> None:
    output = io.StringIO()

    async def talk(sitting: Sitting) -> None:
        await sitting.press("1", "\x1b[200~A\u202eB\u2067C\u2028D\u2029E\x1b[201~", "Left", "Up", "Down")
        assert "│ A B C D E " in sitting.text
        assert sitting.screen.stage.box.text == "A\u202eB\u2067C\u2028D\u2029E"

    sat(talk, output=output)
    assert not set("\u202e\u2067\u2028\u2029") & set(output.getvalue())


def test_the_talk_so_far_can_be_read_again() -> None:
    async def talk(sitting: Sitting) -> None:
        await sitting.press("Space", "Space", "1", "A look.", "Enter", "1", "Enter", "A guess.", "Enter")
        assert "┃ A look." not in sitting.text
        await sitting.press("PgUp", "PgUp")
        assert "┃ A look." in sitting.text
        await sitting.press("Down")
        assert "› 1  To fix or advise" in sitting.text

    sat(talk, size=(60, 16))
