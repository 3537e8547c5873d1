"""Nothing that somebody typed is lost, and nothing is there twice, whatever else happens meanwhile."""

from __future__ import annotations

import pytest
from talks import Talk

from bot.typed import BOX_BYTES

CHAT = "on the stairs she asked me whether I had children"
BOX = "The small hand on the blanket."


def begun() -> Talk:
    """Somebody at the first question of a reflection, which asks for their own words."""
    talk = Talk()
    talk.agree("quick-visit")
    assert talk.message.input == "text"
    return talk


def words(talk: Talk) -> str:
    session = talk.conversation.session
    assert session is not None
    return "\n".join((*(answer.text for answer in session.answers.values()), session.held, *session.drafts.values()))


@pytest.mark.parametrize("joined", [False, True])
def test_words_from_the_chat_wait_while_a_surface_that_cannot_show_them_answers(joined: bool) -> None:
    talk = begun()
    talk.say(CHAT)
    talk.write(f"{BOX} {CHAT}" if joined else BOX)
    assert words(talk).count(CHAT) == 1
    assert words(talk).count(BOX) == 1


def test_a_box_that_was_open_before_words_came_from_the_chat_does_not_drop_them() -> None:
    talk = begun()
    box = talk.message.prompt
    talk.say(CHAT)
    late = talk.write(BOX, prompt=box)
    assert late.draft == f"{CHAT}\n{BOX}"
    talk.write(late.draft, prompt=late.prompt)
    assert words(talk) == f"{CHAT}\n{BOX}\n"


def test_words_that_were_taken_out_of_the_box_are_gone() -> None:
    talk = begun()
    talk.say(CHAT)
    shown = talk.tap("private")
    assert shown.draft == CHAT
    talk.write(BOX, prompt=shown.prompt)
    assert words(talk) == f"{BOX}\n"


def test_what_stands_in_a_box_that_is_skipped_comes_back() -> None:
    talk = begun()
    talk.draft("half a thought")
    talk.tap("skip")
    assert talk.tap("back").draft == "half a thought"


def test_the_rest_of_a_long_text_is_there_after_skipping() -> None:
    talk = begun()
    text = " ".join(f"word-{number}" for number in range(BOX_BYTES // 6))
    talk.write(text)
    talk.tap("skip")
    assert set(words(talk).split()) == set(text.split())


@pytest.mark.parametrize("word", ["Breathe.", "Wait.", "Later", "Respiro."])
def test_an_answer_of_one_word_that_is_also_a_command_is_taken_when_it_is_sent_again(word: str) -> None:
    talk = Talk()
    talk.agree("between-sites")
    talk.tap("mixed")
    assert talk.message.step == "word"
    assert "If that was your answer, send it once more." in talk.write(word).preface
    if talk.reply.closed:
        talk.write("continue")
    assert talk.message.step == "word"
    assert talk.write(word).step == "end"
    assert words(talk).strip() == word


def test_what_is_offered_as_a_command_is_in_no_doubt() -> None:
    talk = begun()
    for command in ("breathe", "help", "pause", "continue"):
        assert not [line for line in talk.write(command).preface if line.startswith("If that was")]
    talk.write("Breathe.")
    talk.write("wait")
    talk.write("continue")
    assert talk.write("not now").preface[0].startswith("If that was"), "another word is another doubt"
