"""What a person meets: each test reads like the talk it checks."""

from __future__ import annotations

import pytest
from talks import AT, Talk, came_due, library

from bot.case import Case
from bot.conversation import Consents, Program, Reply
from bot.effects import Contribute, Deliver, EraseMe, Keep, Plan, RecordConsent
from bot.events import Choose, Command, Idled, Left, Open, Say, Submit, Surface, Write
from bot.menu import searched
from bot.screens import hidden
from bot.typed import BOX_BYTES, LIMIT_BYTES

WHOLE = ("yes", 2, "somewhat", ("worry", "anger"), "no", "home-visit")


def begun(script: str = "everything", words: str = "keep") -> Talk:
    talk = Talk()
    talk.agree(script, words)
    return talk


def kept(talk: Talk) -> Keep:
    effect = talk.effects_of(Keep)[-1]
    assert isinstance(effect, Keep)
    return effect


# Beginning


def test_reflect_in_the_chat_gets_a_neutral_line_and_a_private_button() -> None:
    talk = Talk()
    message = talk.say("reflect between sites")
    assert [option.id for option in message.choices] == ["private", "here"]
    assert Talk().say("reflect everything").text == message.text


def test_nothing_is_asked_before_consent() -> None:
    talk = Talk()
    talk.say("reflect everything")
    message = talk.tap("private")
    assert message.step == "consent"
    assert [option.id for option in message.choices] == ["keep", "nothing", "read"]
    talk.write("she did not look at me once")
    assert talk.message.step == "consent"
    assert "look at me" not in talk.conversation.model_dump_json()


def test_read_everything_shows_the_whole_notice_and_asks_again() -> None:
    talk = Talk()
    talk.say("reflect everything")
    talk.tap("private")
    message = talk.tap("read")
    assert (message.preface, message.text.count("\n\n")) == ((), 10)
    assert (message.step, [option.id for option in message.choices]) == ("consent", ["keep", "nothing"])
    assert not talk.effects_of(RecordConsent)


def test_consent_is_recorded_with_the_hash_of_what_was_shown() -> None:
    talk = begun()
    [record] = talk.effects_of(RecordConsent)
    assert isinstance(record, RecordConsent)
    assert (record.purpose, record.event, record.choice) == ("words", "given", "keep")
    assert len(record.notice_sha256) == 64


def test_the_long_notice_comes_once() -> None:
    talk = begun("quick-visit")
    first = talk.message.preface
    talk.through(["a look", "worry", "skip", "none", "skip", "no", "home-visit", "child-family", "done"])
    talk.tap("never")
    talk.say("reflect quick-visit")
    again = talk.tap("private").preface
    assert len(" ".join(again)) < len(" ".join(first)) / 2


# Answering


def test_a_whole_reflection_is_kept_as_it_was_read() -> None:
    talk = begun()
    talk.through(WHOLE)
    talk.tap("done")
    reflection = kept(talk).reflection
    assert dict(reflection.answers) == {
        "Ready?": "Yes",
        "How heavy is it?": "2",
        "Does it touch your own story?": "Somewhat",
        "Which of these?": "Worry; Anger and fear",
        "Where was it?": "A home",
    }
    assert reflection.codes == ("A1", "A3", "L2")
    assert talk.conversation.session is None


@pytest.mark.parametrize("typed", ["2", "A longer pause", "a LONGER pause.", "longer", "a longer"])
def test_numbers_and_labels_are_understood_at_a_choice(typed: str) -> None:
    talk = begun()
    message = talk.write(typed)
    assert message.step == "ready"
    assert any("breath" in line.lower() for line in message.preface)


@pytest.mark.parametrize("typed", ["1, 2", "worry and anger and fear", "Worry, Anger and fear", "1 2", "worry; 2"])
def test_several_are_understood_at_once(typed: str) -> None:
    talk = begun()
    talk.through(["yes", 1, "none"])
    talk.write(typed)
    session = talk.conversation.session
    assert session is not None
    assert session.answers["which"].values == ("worry", "anger")


@pytest.mark.parametrize("typed", ["five", "5", "cinco", " 5. "])
def test_a_scale_takes_digits_and_words(typed: str) -> None:
    talk = begun()
    talk.write("yes")
    assert talk.write(typed).step == "heavy"


def test_anything_else_at_a_choice_is_asked_again_kindly_and_lost_never() -> None:
    talk = begun()
    message = talk.write("hm")
    assert message.step == "ready"
    assert message.preface
    talk.write("I would rather tell you about the boy by the window")
    talk.through(["yes", 5])
    assert talk.message.draft == "I would rather tell you about the boy by the window"


def test_a_loop_asks_again_and_can_be_left() -> None:
    talk = begun()
    assert talk.tap("longer").step == "ready"
    assert talk.tap("longer").step == "ready"
    assert talk.tap("yes").step == "mood"


def test_an_unkept_answer_shows_its_card_and_is_kept_nowhere() -> None:
    for answer in ("yes", "no"):
        talk = begun()
        talk.through(["yes", 2, "none", ("worry",)])
        message = talk.tap(answer)
        assert ("911" in " ".join(message.preface)) is (answer == "yes")
        session = talk.conversation.session
        assert session is not None
        assert session.answers["gate"].values == ()


def test_what_is_longer_than_one_box_is_taken_in_parts_and_never_cut() -> None:
    talk = begun()
    talk.through(["yes", 5])
    text = "Word by word. " * 700
    message = talk.write(text)
    parts = 0
    while message.step == "heavy":
        message = talk.write(message.draft)
        parts += 1
    assert parts >= len(text) // BOX_BYTES
    session = talk.conversation.session
    assert session is not None
    assert session.answers["heavy"].text.split() == text.split()


def test_more_than_can_be_taken_at_once_is_refused_in_words() -> None:
    talk = begun()
    talk.through(["yes", 5])
    message = talk.write("x" * (LIMIT_BYTES + 1))
    assert message.step == "heavy"
    assert talk.turn is not None
    assert talk.turn.illegal == "too-large"


def test_control_and_bidi_characters_are_taken_out_and_letters_stay() -> None:
    talk = begun()
    talk.through(["yes", 5])
    talk.write("a\x00b\u202e \u0928\u092e\u0938\u094d\u0924\u0947 e\u0301\x1b[31m\nñ \ud800")
    session = talk.conversation.session
    assert session is not None
    assert session.answers["heavy"].text == "ab नमस्ते é[31m\nñ"


# At any moment


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("help", "ayuda"),
        ("back", "atrás"),
        ("skip", "Saltar"),
        ("pause", "pausa"),
        ("stop", "parar"),
        ("start over", "empezar de nuevo"),
        ("delete this reflection", "borrar esta reflexión"),
    ],
)
def test_commands_are_understood_in_both_languages(english: str, spanish: str) -> None:
    def after(text: str) -> tuple[str, str]:
        talk = begun()
        talk.write("yes")
        message = talk.write(text)
        return message.step, message.text

    assert after(english) == after(spanish)


def test_a_command_inside_a_sentence_is_no_command() -> None:
    talk = begun()
    talk.through(["yes", 5])
    talk.write("I could not stop and go back")
    assert talk.message.step == "self"


def test_back_shows_what_was_written_and_drops_what_depended_on_a_changed_answer() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot", "none", ("worry",)])
    for _ in range(4):
        talk.write("back")
    assert talk.message.step == "mood"
    message = talk.rate(1)
    assert message.step == "gate"
    session = talk.conversation.session
    assert session is not None
    assert "heavy" not in session.answers
    assert session.answers["which"].values == ("worry",)
    talk.through(["no", "room"])
    talk.tap("done")
    assert "it is a lot" not in repr(kept(talk))


def test_back_brings_own_words_back_into_the_box() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot"])
    assert talk.write("back").draft == "it is a lot"
    assert talk.write("skip").step == "self"
    session = talk.conversation.session
    assert session is not None
    assert session.answers["heavy"].text == "it is a lot"


def test_an_answer_can_be_withdrawn_by_emptying_its_box() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot"])
    talk.write("back")
    talk.write("")
    assert talk.message.step == "self"
    assert "it is a lot" not in talk.conversation.model_dump_json()


def test_back_at_the_first_question_says_so() -> None:
    talk = begun()
    talk.write("back")
    assert talk.turn is not None
    assert talk.turn.illegal == "first-question"


def test_every_question_can_be_skipped() -> None:
    talk = begun()
    for _ in range(7):
        talk.write("skip")
    assert talk.message.step == "end"
    talk.tap("done")
    assert not talk.effects_of(Keep)


def test_pause_and_continue_come_back_to_the_same_question() -> None:
    talk = begun()
    talk.write("yes")
    talk.write("pause")
    assert talk.reply.closed
    [owed] = talk.effects_of(Deliver)
    assert isinstance(owed, Deliver)
    assert [option.id for option in owed.message.choices] == ["private"]
    talk.later(days=2)
    assert talk.tap("private").step == "mood"


def test_stop_keeps_what_was_written_so_far() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot"])
    talk.write("stop")
    assert not kept(talk).reflection.finished
    assert not talk.effects_of(Contribute)
    assert talk.conversation.session is None


def test_stop_after_going_back_keeps_every_answer() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot", "much"])
    for _ in range(4):
        talk.write("back")
    talk.write("stop")
    assert "it is a lot" in repr(kept(talk))
    assert "Very much" in repr(kept(talk))


def test_an_answer_typed_in_the_chat_leaves_the_draft_of_the_box_waiting() -> None:
    talk = begun("quick-visit")
    talk.tap("here", surface="message")
    talk.draft("half a sentence in the box")
    talk.say("The blue cup.")
    assert "half a sentence in the box" in talk.conversation.model_dump_json()


def test_a_draft_takes_nothing_with_it_that_was_put_aside() -> None:
    talk = begun()
    talk.through(["yes", 5, "skip", "none"])
    talk.say("the boy looked at the door all the time")
    talk.draft("")
    talk.draft("half")
    assert "looked at the door" in talk.conversation.model_dump_json()


def test_delete_asks_once_and_then_keeps_nothing() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot"])
    assert talk.write("delete").step == "confirm"
    assert talk.tap("no-delete").step == "self"
    talk.write("delete")
    talk.tap("yes-delete")
    assert talk.conversation.session is None
    assert not talk.effects_of(Keep)
    assert "it is a lot" not in talk.conversation.model_dump_json()


def test_start_over_begins_again_without_the_old_answers() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot"])
    talk.write("start over")
    assert talk.tap("yes-restart").step == "ready"
    assert "it is a lot" not in talk.conversation.model_dump_json()


def test_language_switches_in_the_middle_and_kills_no_button() -> None:
    talk = begun()
    prompt = talk.message.prompt
    assert talk.write("español").prompt == prompt
    assert talk.conversation.locale == "es"
    assert talk.tap("yes", prompt=prompt).step == "mood"
    assert talk.write("English").text == "How heavy is it?"


def test_help_kills_no_button() -> None:
    talk = begun()
    prompt = talk.message.prompt
    assert talk.write("help").prompt == prompt


def test_another_script_lets_the_first_wait() -> None:
    talk = begun()
    talk.write("yes")
    talk.write("reflect between sites")
    assert talk.message.script == "between-sites"
    assert len(talk.conversation.waiting) == 1
    talk.write("stop")
    assert talk.tap("private").step == "mood"


def test_at_most_three_reflections_wait_and_the_oldest_is_kept_not_lost() -> None:
    talk = begun()
    talk.through(["yes", 5, "the first of them"])
    assert len(library().scripts) >= 3
    for name in ("quick visit", "between sites", "everything", "quick visit"):
        talk.write(f"reflect {name}")
    assert len(talk.conversation.sessions) == 3
    assert "the first of them" in talk.conversation.model_dump_json()


# Old buttons and two devices


def test_an_old_button_changes_nothing_and_shows_where_we_are() -> None:
    talk = begun()
    old = talk.message.prompt
    talk.tap("yes", prompt=old)
    before = talk.conversation
    message = talk.tap("longer", prompt=old)
    assert talk.conversation == before
    assert message.step == "mood"


def test_words_from_another_device_that_came_late_wait_in_the_next_box() -> None:
    talk = begun()
    talk.through(["yes", 5])
    prompt = talk.message.prompt
    talk.write("from the phone", prompt=prompt)
    talk.write("from the tablet", prompt=prompt)
    text = talk.conversation.model_dump_json()
    assert "from the phone" in text
    assert "from the tablet" in text


def test_a_draft_comes_back() -> None:
    talk = begun()
    talk.through(["yes", 5])
    talk.draft("half a sent")
    assert talk.reply.message is None
    talk.write("pause")
    assert talk.tap("private").draft == "half a sent"


def test_ticks_come_back_until_they_are_sent() -> None:
    talk = begun("quick-visit")
    prompt = talk.write("The blue cup.").prompt

    def tick(*values: str, prompt: str | None = None, surface: Surface = "private") -> Reply:
        return talk.take(Choose(at=AT, values=values, done=False, prompt=prompt, surface=surface)).reply

    assert tick("warmth", "worry", "no such choice", prompt=prompt).message is None
    talk.write("pause")
    assert talk.tap("private").chosen == ("worry", "warmth")
    talk.write("back")
    assert talk.write("skip").chosen == ("worry", "warmth")
    talk.write("skip")
    assert talk.write("back").chosen == ("worry", "warmth")
    before = talk.conversation
    for refused in (tick("mixed", prompt="another"), tick("mixed", surface="message")):
        assert refused.message is not None
        assert talk.conversation == before
    talk.tap("mixed")
    assert talk.write("back").chosen == ("mixed",)
    talk.write("skip")
    assert tick("mixed").message is not None, "ticks at a box"


# What is typed into the chat


def test_what_is_typed_into_the_chat_is_taken_with_one_notice_and_never_said_back() -> None:
    talk = begun()
    talk.through(["yes", 5])
    message = talk.say("the boy looked at the door the whole time")
    assert "history" in message.text
    assert "boy" not in talk.reply.model_dump_json()
    assert talk.tap("private").draft == "the boy looked at the door the whole time"


def test_what_is_typed_into_a_box_whose_question_has_gone_on_waits_for_the_next_one() -> None:
    """On another device: the drafts of one box replace each other, and nobody's box in use is made stale by them."""
    talk = begun("quick-visit")
    old = talk.message.prompt
    assert talk.write("first words", prompt=old).input != "text"
    here = talk.message.prompt
    for text in ("s", "still", "still typing elsewhere"):
        talk.take(Write(at=talk.at, text=text, prompt=old, done=False))
    assert talk.message.prompt == here
    talk.take(Write(at=talk.at, text="first words", prompt="another", done=False))  # a copy that was answered with
    while talk.message.input != "text":
        talk.take(Command(at=talk.at, name="skip"))
    assert talk.message.draft == "still typing elsewhere"


def test_a_program_can_refuse_what_is_typed_into_the_chat() -> None:
    talk = begun()
    talk.facts = talk.facts.model_copy(update={"program": Program(refuse_typed=True)})
    talk.through(["yes", 5])
    talk.say("the boy looked at the door the whole time")
    assert talk.turn is not None
    assert talk.turn.illegal == "typed-refused"
    assert "boy" not in talk.conversation.model_dump_json()


def test_going_on_in_the_chat_shows_questions_until_something_sensitive_comes() -> None:
    talk = begun()
    talk.say("reflect everything")
    message = talk.tap("here", surface="message")
    assert message.step == "ready"
    assert message.choices[-1].id == "private"
    assert talk.tap("yes", surface="message").step == ""


def test_a_page_asked_for_in_the_chat_opens_only_in_private() -> None:
    talk = begun()
    message = talk.say("my data")
    assert talk.reply.page is None
    assert [choice.id for choice in message.choices] == ["page:data"]
    talk.take(Choose(at=talk.at, values=("page:data",), surface="message"))
    assert talk.reply.page is not None
    talk.take(Write(at=talk.at, text="my data"))
    assert talk.reply.page is not None


def test_words_typed_while_nothing_is_open_begin_a_reflection_that_holds_them() -> None:
    talk = begun()
    talk.write("stop")
    message = talk.write("she was so quiet in the corner today")
    assert message.step == "moment"
    assert message.draft == "she was so quiet in the corner today"


def test_a_script_begins_by_its_name_or_number_while_nothing_is_open() -> None:
    for typed in ("Everything", "everything", "3"):
        talk = begun()
        talk.write("stop")
        third = talk.look().choices[2].id
        assert talk.write(typed).script == (third if typed == "3" else "everything")


def test_a_script_that_is_not_known_by_its_name_is_found_where_only_one_comes_near() -> None:
    talk = begun()
    near = ", ".join(script.title for script in searched(library(), "niña"))
    assert ", " in near
    for argument, names in (("xylophone", library().word("en", "script-menu")), ("niña", near)):
        turn = talk.take(Command(at=talk.at, name="reflect", argument=argument))
        assert (turn.illegal, talk.message.script) == ("unknown", "everything")
        assert library().word("en", "script-unknown", names=names) in talk.message.preface
    talk.take(Command(at=talk.at, name="reflect", argument="entre un lugar"))
    assert talk.message.script == "between-sites"


def test_a_command_typed_into_the_box_leaves_no_draft_of_itself() -> None:
    talk = begun()
    talk.through(["yes", 5])
    talk.draft("hel")
    assert talk.write("help").draft == ""
    talk.draft("half a sentence")
    assert talk.write("help").draft == "half a sentence"


def test_words_typed_before_consent_are_refused_in_words() -> None:
    talk = Talk()
    talk.say("reflect everything")
    talk.tap("private")
    assert "not taken" in " ".join(talk.write("she would not look at me").preface)


# Finishing


def test_finishing_is_one_tap_and_says_a_neutral_goodbye_in_the_chat() -> None:
    talk = begun()
    talk.through(WHOLE)
    talk.conversation = talk.conversation.model_copy(update={"consents": Consents(words="keep", counting="never")})
    assert talk.tap("done").text.startswith("Kept for 90 days")
    assert talk.reply.closed
    other = begun("between-sites", "nothing")
    other.through(["sunny", "one word"])
    other.tap("done")
    assert talk.effects_of(Deliver) == other.effects_of(Deliver)


def test_more_holds_letting_go_and_changing_what_was_carried_over() -> None:
    talk = begun()
    talk.through(WHOLE)
    talk.tap("done")
    talk.tap("never")
    talk.write("reflect everything")
    talk.through(["yes", 2, "none", ("worry",), "no"])
    assert talk.message.step == "end"
    message = talk.tap("more")
    assert {"change:place", "let-go"} <= {option.id for option in message.choices}
    assert talk.tap("change:place").step == "place"
    assert talk.tap("room").step == "end"
    talk.tap("done")
    assert talk.conversation.memory.remembered == {"place": "room"}
    assert dict(kept(talk).reflection.answers)["Where was it?"] == "A classroom"


def test_let_it_go_keeps_nothing() -> None:
    talk = begun()
    talk.through(WHOLE)
    talk.tap("more")
    talk.tap("let-go")
    assert not talk.effects_of(Keep)
    assert talk.conversation.session is None


def test_retention_is_the_shortest_of_person_script_and_program() -> None:
    talk = begun("between-sites")
    talk.through(["sunny", "one word"])
    talk.tap("done")
    assert (kept(talk).until - talk.at.date()).days == 7
    talk = begun()
    talk.facts = talk.facts.model_copy(update={"program": Program(retention_ceiling=30)})
    talk.through(WHOLE)
    talk.tap("done")
    assert (kept(talk).until - talk.at.date()).days == 30


def test_an_end_can_ask_again_tonight_in_the_persons_own_zone() -> None:
    talk = begun()
    talk.facts = talk.facts.model_copy(update={"zone": "America/New_York"})
    talk.through(WHOLE)
    talk.tap("tonight")
    [plan] = talk.effects_of(Plan)
    assert isinstance(plan, Plan)
    assert plan.due is not None
    assert plan.due.isoformat() == "2026-11-02T22:00:00+00:00"


def test_an_end_can_lead_to_another_script() -> None:
    talk = begun()
    talk.through(WHOLE)
    assert talk.tap("visit").script == "quick-visit"
    assert talk.effects_of(Keep)


# Counting


def test_counting_is_asked_once_after_the_first_finished_reflection_and_shows_what_it_would_count() -> None:
    talk = begun()
    talk.through(WHOLE)
    message = talk.tap("done")
    assert message.step == "counting"
    assert "Worry or fear" in message.text
    talk.tap("once")
    [shared] = talk.effects_of(Contribute)
    assert isinstance(shared, Contribute)
    assert shared.codes == ("A1", "A3", "L2")
    talk.write("reflect everything")
    message = talk.through(["yes", 2, "none", ("warmth",), "skip", "no"])
    assert [option.id for option in message.choices][:2] == ["done", "count"]
    talk.tap("more")
    talk.tap("without:A6")
    talk.tap("count")
    last = talk.effects_of(Contribute)[-1]
    assert isinstance(last, Contribute)
    assert "A6" not in last.codes


def test_counting_is_not_offered_where_it_cannot_lead_anywhere() -> None:
    talk = begun()
    talk.facts = talk.facts.model_copy(update={"circle": False})
    talk.through(WHOLE)
    talk.tap("done")
    assert talk.reply.closed
    assert talk.conversation.memory.ask_counting == ()


def test_never_means_never() -> None:
    talk = begun()
    talk.through(WHOLE)
    talk.tap("done")
    talk.tap("never")
    talk.write("reflect everything")
    message = talk.through(["yes", 2, "none", ("worry",), "no"])
    assert "count" not in {option.id for option in message.choices}
    talk.tap("done")
    assert not talk.effects_of(Contribute)


# Check-ins and time


def test_a_check_in_asks_first_whether_one_is_parked_and_says_no_more_in_the_chat() -> None:
    talk = begun("between-sites")
    talk.write("stop")
    talk.effects.clear()
    talk.take(came_due(talk.at))
    [owed] = talk.effects_of(Deliver)
    assert isinstance(owed, Deliver)
    assert owed.message.step == "parked"
    assert talk.tap("yes", surface="message").step == ""
    assert talk.tap("private").step == "weather"


def test_not_now_ends_quietly_and_asks_again_in_half_an_hour() -> None:
    talk = begun("between-sites")
    talk.write("stop")
    talk.take(came_due(talk.at))
    talk.tap("half-hour", surface="message")
    [plan] = talk.effects_of(Plan)
    assert isinstance(plan, Plan)
    assert plan.due is not None
    assert (plan.due - talk.at).total_seconds() == 1800
    assert talk.conversation.session is None


def test_what_is_left_alone_is_put_away_kindly_and_its_words_are_kept() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot"])
    talk.draft("and more")
    talk.later(days=8)
    talk.take(Idled(at=talk.at))
    assert talk.reply.message is None
    assert not talk.effects_of(Deliver)
    assert "it is a lot" in repr(kept(talk))
    assert talk.conversation.session is None
    for _ in range(2):
        before = talk.conversation
        assert any("put away" in line for line in talk.look().preface)
        assert talk.conversation == before, "who only looks changes nothing"
    assert any("put away" in line for line in talk.write("reflect everything").preface)
    assert not any("put away" in line for line in talk.look().preface)


def test_who_leaves_leaves_nothing_open_and_nothing_lost() -> None:
    talk = begun()
    talk.through(["yes", 5, "it is a lot"])
    talk.write("reflect between sites")
    talk.take(Left(at=talk.at))
    assert talk.conversation.sessions == ()
    assert "it is a lot" in repr(kept(talk))


def test_going_back_over_a_sensitive_answer_brings_no_question_into_the_chat() -> None:
    talk = begun("between-sites")
    talk.write("stop")
    talk.take(came_due(talk.at))
    talk.through(["yes", "stormy", "back", "back"])
    assert talk.message.step == "parked"
    assert talk.say("help").step == ""


def test_words_that_were_never_sent_are_put_away_with_the_rest() -> None:
    talk = begun("quick-visit")
    talk.say("she was so quiet in the corner today")
    talk.later(days=8)
    talk.take(Idled(at=talk.at))
    assert "quiet in the corner" in repr(kept(talk))


def test_nothing_is_put_away_before_its_time() -> None:
    talk = begun()
    talk.later(days=6)
    talk.take(Idled(at=talk.at))
    assert talk.conversation.session is not None


# Pages


def test_the_page_of_my_data_takes_retention_and_erasure() -> None:
    talk = begun()
    talk.take(Submit(at=talk.at, form="retention", values={"days": "30"}))
    assert talk.conversation.memory.retention_days == 30
    talk.take(Submit(at=talk.at, form="erase", values={}))
    assert not talk.effects_of(EraseMe)
    talk.take(Submit(at=talk.at, form="erase", values={"confirm": "erase"}))
    assert talk.effects_of(EraseMe)


@pytest.mark.parametrize("days", ["", "-1", "366", "9999", "x", "٣"])
def test_a_form_with_a_fault_changes_nothing_and_says_so(days: str) -> None:
    talk = begun()
    before = talk.conversation
    turn = talk.take(Submit(at=talk.at, form="retention", values={"days": days}))
    assert turn.illegal == "form-incomplete"
    assert talk.conversation == before
    assert talk.reply.page is not None


def test_consent_can_be_taken_back_as_easily_as_it_was_given() -> None:
    talk = begun()
    talk.take(Submit(at=talk.at, form="consent", values={"words": "nothing"}))
    record = talk.effects_of(RecordConsent)[-1]
    assert isinstance(record, RecordConsent)
    assert (record.event, talk.conversation.consents.words) == ("withdrawn", "nothing")


@pytest.mark.parametrize(
    "page", ["home", "data", "consent", "receipt", "shared", "names", "report", "packet", "lead", "setup"]
)
@pytest.mark.parametrize("locale", ["en", "es"])
def test_every_page_opens_in_both_languages(page: str, locale: str) -> None:
    talk = Talk()
    talk.conversation = talk.conversation.model_copy(update={"locale": locale})
    talk.take(Open(at=talk.at, page=page))
    assert talk.reply.page is not None
    assert talk.reply.page.title


def test_only_supervisors_are_told_when_themes_can_appear() -> None:
    talk = Talk()
    talk.take(Open(at=talk.at, page="report"))
    assert talk.reply.page is not None
    stranger = talk.reply.page.lines
    talk.facts = talk.facts.model_copy(update={"supervises": True})
    talk.take(Open(at=talk.at, page="report"))
    assert talk.reply.page.lines != stranger
    assert talk.reply.page.lines[0] == stranger[0]


# What the chat never shows


def test_a_draft_is_never_shown_in_the_chat() -> None:
    talk = begun("quick-visit")
    talk.draft("half a sentence")
    assert talk.tap("here", surface="message").step == "moment"
    assert talk.message.draft == ""
    assert talk.tap("private").draft == "half a sentence"


def test_the_safety_card_is_never_shown_in_the_chat() -> None:
    talk = begun()
    talk.say("safety")
    assert not set(talk.message.preface) & set(library().card("en", "safety", {}))
    assert "911" in " ".join(talk.write("safety").preface)


def test_what_is_said_before_a_question_hides_it_when_it_is_sensitive() -> None:
    talk = begun("quick-visit")
    script = library().scripts["quick-visit"]
    told = [step.model_copy(update={"sensitive": step.type == "info"}) for step in script.steps]
    other = script.model_copy(update={"steps": tuple(told)})
    session = talk.conversation.session
    assert session is not None
    case = Case(
        library().with_pinned(other),
        talk.conversation.model_copy(
            update={"session": session.model_copy(update={"revision": other.revision, "here": True})}
        ),
        talk.facts,
        Say(at=talk.at, text="help"),
    )
    assert hidden(case)
