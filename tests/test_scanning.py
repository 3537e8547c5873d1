"""What tells who it is about is taken out before anything is sealed, wherever somebody's words come in."""

from __future__ import annotations

from finders import Finds
from talks import AT, Talk, library

from bot.conversation import Facts, Program
from bot.effects import Keep, Need, Scan
from bot.engine import step
from bot.events import Found, Say, Write
from bot.scanning import text_hash

KNOWS = Finds(certain=("Maria", "Mateo"), doubtful=("hope",))
TAKEN_OUT = library().word("en", "names-taken-out")


def at_words(finder: Finds = KNOWS, **facts: object) -> Talk:
    found = Talk(facts=Facts(circle=True, **facts), finder=finder)  # type: ignore[arg-type]
    found.agree("quick-visit")
    assert found.message.input == "text"
    return found


def sealed(talk: Talk) -> str:
    return talk.conversation.model_dump_json()


def test_the_engine_asks_for_a_look_and_changes_nothing_until_then() -> None:
    talk = at_words()
    before = talk.conversation
    turn = step(library(), before, talk.facts, Write(at=AT, text="Maria sang."))
    assert turn == Need(Scan("Maria sang."))


def test_a_name_is_replaced_before_anything_is_sealed_and_said_once() -> None:
    talk = at_words()
    talk.write("Maria sang to Mateo, and Maria laughed.")
    assert TAKEN_OUT in talk.message.preface
    assert "Maria" not in sealed(talk)
    assert "[NAME-1] sang to [NAME-2], and [NAME-1] laughed." in sealed(talk)
    assert talk.reply.talk[-1].answered.startswith("[NAME-1] sang")
    while talk.message.input != "text":
        talk.tap(talk.message.choices[0].id) if talk.message.input == "choice" else talk.tap("worry")
    talk.write("Mateo again.")
    assert TAKEN_OUT not in talk.message.preface
    assert "Mateo" not in sealed(talk)


def test_what_is_only_doubtful_stays_with_its_writer() -> None:
    talk = at_words()
    talk.write("I hope so.")
    assert "I hope so." in sealed(talk)
    assert TAKEN_OUT not in talk.message.preface


def test_a_draft_is_looked_through_as_well() -> None:
    talk = at_words()
    talk.draft("Maria s")
    assert "Maria" not in sealed(talk)
    assert talk.look().draft == "[NAME-1] s"


def test_words_that_come_late_or_beside_a_question_are_looked_through_as_well() -> None:
    talk = at_words()
    prompt = talk.message.prompt
    talk.write("A first moment.", prompt)
    talk.write("Maria came late.", prompt)
    assert "Maria" not in sealed(talk)
    assert "[NAME-1] came late." in sealed(talk)
    talk.write("Maria at a question that is answered by tapping")
    assert "Maria" not in sealed(talk)


def test_what_is_typed_into_the_chat_is_looked_through_and_the_chat_says_nothing_of_it() -> None:
    worlds = []
    for name in ("Maria", "nobody"):
        talk = at_words()
        talk.take(Say(at=talk.at, text=f"{name} was so quiet today, all the time"))
        assert "Maria" not in sealed(talk)
        worlds.append(talk.reply.message)
    assert worlds[0] == worlds[1]


def test_a_text_of_several_boxes_is_looked_through_as_a_whole() -> None:
    talk = at_words()
    talk.write("Maria waited. " * 500)
    assert talk.message.draft
    assert "Maria" not in sealed(talk)


def test_what_was_replaced_is_never_replaced_again() -> None:
    talk = at_words()
    talk.write("Maria sang.")
    talk.write("back")
    assert talk.message.draft == "[NAME-1] sang."
    talk.write(talk.message.draft)
    assert "[NAME-1] sang." in sealed(talk)


def test_a_command_or_a_label_is_understood_as_it_was_typed() -> None:
    talk = at_words(Finds(certain=("skip", "Home")))
    talk.write("skip")
    assert "NAME" not in sealed(talk)


def test_where_nobody_could_look_the_words_are_kept_as_they_are() -> None:
    """The shell says `failed`; only sharing has to wait (test_sharing.py)."""
    talk = at_words()
    talk.look_through = lambda text: Found(text_hash=text_hash(text), failed=True)  # type: ignore[method-assign]
    talk.write("Maria sang.")
    assert "Maria sang." in sealed(talk)


def test_a_program_can_turn_it_off_for_what_stays_with_its_writer() -> None:
    talk = at_words(program=Program(deidentify=False))
    talk.write("Maria sang.")
    assert "Maria sang." in sealed(talk)
    assert talk.scanned == []


def test_a_kept_reflection_says_which_answers_are_own_words_and_which_may_be_shared() -> None:
    talk = Talk(finder=KNOWS)
    talk.agree("everything")
    talk.through(["yes", 5, "What weighs, with Maria.", "none", ("worry",), "no", "home-visit"])
    talk.tap("done")
    (kept,) = (effect.reflection for effect in talk.effects if isinstance(effect, Keep))
    assert [kept.answers[number][1] for number in kept.own] == ["What weighs, with [NAME-1]."]
    assert kept.own == kept.shareable
