"""Words on the screen: wrapped by what they take up, whatever script they are in, with the cursor where it belongs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.terminal import wrap
from adapters.terminal.picture import Looking, picture
from adapters.terminal.scene import Typing, View
from bot.conversation import Exchange, Message, Option

TEXTS = st.text(st.sampled_from("ab é\n\t\x1b你👶\u0301 -¿\u202e\u2028"), max_size=120)


def test_words_stay_whole_and_line_breaks_stay() -> None:
    assert wrap.lines("one two three\n\nfour", 8) == ("one two", "three", "", "four")
    assert wrap.lines("Donaudampfschiff", 8) == ("Donaudam", "pfschiff")
    assert wrap.lines("你好你好", 4) == ("你好", "你好")


def test_what_a_terminal_would_take_for_an_order_is_never_sent() -> None:
    assert wrap.printable("a\x1b[2Jb\tc\nd") == "a [2Jb c\nd"
    assert wrap.printable("a\u202eb\u2066c\u2069d\u2028e\u2029f\x85g") == "a b c d e f g"
    assert wrap.printable("👩\u200d👧 שלום e\u0301\u200b") == "👩\u200d👧 שלום e\u0301\u200b"


@given(TEXTS, st.integers(4, 40))
def test_every_letter_stands_in_one_row(text: str, width: int) -> None:
    rows = wrap.rows(text, width)
    assert "".join(text[start:end] for start, end in rows) == text.replace("\n", "")
    assert all(wrap.cells(text[start:end].rstrip(" ")) <= width for start, end in rows)


@given(TEXTS, st.integers(4, 40), st.integers(0, 120))
def test_going_down_and_up_ends_in_the_rows_between(text: str, width: int, at: int) -> None:
    cursor, rows = min(at, len(text)), wrap.rows(text, width)
    here = wrap.row_of(rows, cursor)
    for by in (-1, 1):
        there = wrap.stepped(text, width, cursor, by)
        if there is None:
            assert not 0 <= here + by < len(rows)
        else:
            assert wrap.row_of(rows, there) == here + by


@given(TEXTS, TEXTS, TEXTS, st.integers(1, 100), st.integers(1, 40), st.sampled_from(["text", "choice", "multi"]))
def test_a_picture_fits_whatever_stands_in_it(
    asked: str, own: str, typed: str, columns: int, rows: int, kind: str
) -> None:
    options = (Option(id="a", label=asked), Option(id="b", label=own))
    message = Message(preface=(asked,), text=asked, hint=own, input=kind, choices=options)  # type: ignore[arg-type]
    view = View(
        message, talk=(Exchange(asked=asked, answered=own, reply=asked),), ways=(("F1", options[0]),), pointer=1
    )
    drawn = picture(view, Typing(typed, len(typed)), Looking(follow=True), columns, rows)
    assert len(drawn.lines) <= rows
    if columns >= 40 and rows >= 12:
        assert all(wrap.cells("".join(words for _, words in line)) <= columns for line in drawn.lines)
        assert len(drawn.lines) == rows
        assert drawn.cursor is not None


@pytest.mark.parametrize(
    ("low", "told"),
    [
        ("light", "   light              very heavy"),
        ("not at all, or so little that it does not matter", "  5 = very heavy"),
    ],
)
def test_the_ends_of_a_scale_are_told_in_words(low: str, told: str) -> None:
    options = tuple(Option(id=str(number), label=str(number)) for number in range(1, 6))
    message = Message(text="How heavy?", input="scale", choices=options, low=low, high="very heavy")
    drawn = ["".join(words for _, words in line) for line in picture(View(message), None, Looking(), 50, 12).lines]
    assert told in drawn
