"""What people agree to: word for word, each purpose apart, for a year, under the terms of that day; back at a tap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, get_args
from uuid import uuid4

import pytest
from talks import AT, Talk, library

from bot.case import Case
from bot.consent import NOTICES, SHARING, agree_to_excerpts, counting, excerpts
from bot.conversation import (
    Consents,
    Conversation,
    Facts,
    Form,
    Message,
    Page,
    Program,
    Purpose,
)
from bot.effects import Contribute, Deliver, Effect, RecordConsent, TakeBack
from bot.events import Open, Submit, Write

LOCALES = ("en", "es")
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
YEAR = timedelta(days=365)
WHOLE = ("yes", 2, "somewhat", ("worry", "anger"), "no", "home-visit")


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


def talk_in(locale: str = "en", **program: Any) -> Talk:
    talk = Talk(facts=Facts(circle=True, program=Program(**program)))
    talk.conversation = talk.conversation.model_copy(update={"locale": locale})
    return talk


def keeper(locale: str = "en", **program: Any) -> Talk:
    """Somebody who keeps their words, and has nothing open."""
    talk = talk_in(locale, **program)
    talk.agree("between-sites")
    talk.write("stop")
    talk.effects.clear()
    return talk


def sharing(locale: str = "en", **program: Any) -> Talk:
    """The same person, who shares all that can be shared."""
    talk = keeper(locale, **program)
    send(talk, "consent", counting="always")
    release_asked(talk, "ask")
    talk.effects.clear()
    return talk


def case_of(talk: Talk) -> Case:
    return Case(library(), talk.conversation, talk.facts, Open(at=talk.at, page="talk"))


def release_asked(talk: Talk, choice: Any) -> tuple[Effect, ...]:
    """The question that comes when a passage is first about to be released."""
    fresh = talk.facts.model_copy(update={"fresh": tuple(uuid4() for _ in range(4))})
    case, effects = agree_to_excerpts(replace(case_of(talk), facts=fresh), choice)
    talk.conversation = case.conversation
    talk.effects += effects
    return effects


def send(talk: Talk, form: str, **values: str) -> Page:
    talk.take(Submit(at=talk.at, form=form, values=dict(values)))
    assert talk.reply.page is not None
    return talk.reply.page


def opened(talk: Talk, name: str = "consent") -> Page:
    talk.take(Open(at=talk.at, page=name))
    assert talk.reply.page is not None
    return talk.reply.page


def records(talk: Talk) -> list[RecordConsent]:
    return [effect for effect in talk.effects if isinstance(effect, RecordConsent)]


def events(talk: Talk) -> list[tuple[str, str]]:
    return [(one.purpose, one.event) for one in records(talk)]


def forms(page: Page) -> list[Form]:
    return [form for section in page.sections for form in section.forms]


def taps(page: Page) -> list[tuple[str, str]]:
    return [(form.id, form.carried["purpose"]) for form in forms(page) if not form.asked]


def on_screen(message: Message) -> str:
    """The words of a question, as they are drawn."""
    return "\n".join((message.title, message.text, *(option.label for option in message.choices)))


def finished(talk: Talk) -> int:
    """A whole reflection; how often it was counted."""
    before = len(talk.effects_of(Contribute))
    talk.agree("everything") if talk.conversation.consents.words is None else talk.write("reflect everything")
    talk.through(WHOLE)
    talk.tap("done")
    return len(talk.effects_of(Contribute)) - before


# Word for word


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reads", [False, True])
@pytest.mark.parametrize("choice", ["keep", "nothing"])
def test_the_record_holds_the_very_words_of_the_first_question(locale: str, reads: bool, choice: str) -> None:
    talk = talk_in(locale)
    talk.write("reflect everything")
    shown = on_screen(talk.tap("read") if reads else talk.look())
    talk.tap(choice)
    [record] = records(talk)
    assert record.shown == shown
    assert record.notice_sha256 == sha256(shown.encode()).hexdigest()
    assert (word("consent-full-7", locale) in shown) is reads
    assert (record.locale, record.purpose, record.surface) == (locale, "words", "private")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_record_holds_the_themes_that_were_named(locale: str) -> None:
    talk = keeper(locale)
    finished(talk)
    shown = on_screen(talk.look())
    assert library().theme(locale, "A1") in shown
    talk.tap("always")
    assert (records(talk)[-1].shown, records(talk)[-1].event) == (shown, "given")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_record_holds_the_field_as_it_stood_in_the_form(locale: str) -> None:
    talk = keeper(locale)
    [form, *_] = forms(opened(talk))
    field = next(field for field in form.asked if field.id == "counting")
    send(talk, "consent", counting="ask")
    labels = [option.label for option in field.options]
    assert records(talk)[-1].shown == "\n".join((form.title, field.label, field.hint, *labels))
    assert labels[1] == word("counting-always", locale)


def test_a_record_says_who_receives_what_for_how_long_and_until_when() -> None:
    talk = keeper(retention_ceiling=90)
    send(talk, "consent", counting="always")
    [record] = records(talk)
    assert (record.recipients, record.days) == (("circle-supervisors",), 90)
    assert record.processing
    assert record.retention == ("until-published", "published-24-months")
    assert (record.since, record.until, record.actor) == (AT, AT.date() + YEAR, "person")


def test_every_code_of_every_notice_has_its_words() -> None:
    for notice in NOTICES.values():
        names = [f"recipient-{code}" for code in notice.recipients] + [f"retention-{code}" for code in notice.retention]
        assert set(names) <= set(library().app)


# Each purpose apart


def test_everything_is_off_until_somebody_says_yes() -> None:
    talk = talk_in()
    assert (counting(case_of(talk)), excerpts(case_of(talk))) == (None, None)
    assert talk.conversation.consents.words is None
    assert taps(opened(talk)) == []


def test_a_yes_to_one_purpose_is_none_to_another() -> None:
    talk = keeper()
    send(talk, "consent", counting="always")
    assert (counting(case_of(talk)), excerpts(case_of(talk))) == ("always", None)
    release_asked(talk, "never")
    assert (counting(case_of(talk)), excerpts(case_of(talk))) == ("always", "never")
    assert events(talk) == [("counting", "given"), ("excerpts", "refused")]
    assert records(talk)[-1].shown.startswith(word("excerpts-title"))


def test_excerpts_stand_in_the_form_once_they_have_been_asked_about() -> None:
    talk = keeper()
    send(talk, "consent", excerpts="ask")
    assert (talk.conversation.consents.excerpts, records(talk)) == (None, []), "nobody has been asked"
    assert [field.id for field in forms(opened(talk))[0].asked] == ["words", "counting"]
    release_asked(talk, "never")
    assert [field.id for field in forms(opened(talk))[0].asked] == ["words", "counting", "excerpts"]
    send(talk, "consent", excerpts="ask")
    assert events(talk)[-1] == ("excerpts", "given")
    assert talk.conversation.consents.excerpts_until == AT.date() + YEAR


# Other terms


def another(monkeypatch: pytest.MonkeyPatch, purpose: Purpose, **changes: Any) -> None:
    monkeypatch.setitem(NOTICES, purpose, replace(NOTICES[purpose], **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("purpose", SHARING)
@pytest.mark.parametrize(
    "changes", [{"version": 2}, {"recipients": ("circle-supervisors", "funder")}], ids=["version", "recipient"]
)
def test_other_terms_pause_sharing_until_one_agrees_again(
    monkeypatch: pytest.MonkeyPatch, purpose: Purpose, changes: dict[str, Any]
) -> None:
    talk = sharing()
    another(monkeypatch, purpose, **changes)
    assert {"counting": counting, "excerpts": excerpts}[purpose](case_of(talk)) is None, "before anybody has noticed"
    others = [one for one in SHARING if one != purpose]
    page = opened(talk)
    assert events(talk) == [(purpose, "superseded")]
    assert (records(talk)[0].actor, records(talk)[0].shown) == ("program", "")
    assert word(f"lapsed-{purpose}-superseded") in page.lines
    assert all(getattr(talk.conversation.consents, one) in ("ask", "always") for one in others)
    opened(talk, "home")
    assert len(records(talk)) == 1, "once"
    page = send(talk, "consent", **{purpose: "ask"})
    assert events(talk)[-1] == (purpose, "given")
    assert word(f"lapsed-{purpose}-superseded") not in page.lines
    assert {"counting": counting, "excerpts": excerpts}[purpose](case_of(talk)) == "ask"
    assert set(records(talk)[-1].recipients) == set(NOTICES[purpose].recipients)


def test_longer_keeping_in_the_programs_settings_pauses_and_shorter_does_not() -> None:
    talk = sharing(retention_ceiling=30)
    talk.facts = talk.facts.model_copy(update={"program": Program(retention_ceiling=7)})
    opened(talk)
    assert (counting(case_of(talk)), excerpts(case_of(talk)), records(talk)) == ("always", "ask", [])
    talk.facts = talk.facts.model_copy(update={"program": Program(retention_ceiling=31)})
    assert (counting(case_of(talk)), excerpts(case_of(talk))) == (None, None)
    opened(talk)
    assert events(talk) == [("counting", "superseded"), ("excerpts", "superseded")]
    assert talk.conversation.consents.words == "keep", "words are kept as they were"


def test_what_is_finished_under_other_terms_is_not_counted_and_counting_is_asked_about_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    talk = sharing()
    assert finished(talk) == 1
    another(monkeypatch, "counting", version=2)
    assert finished(talk) == 0
    assert talk.message.step == "counting"
    talk.tap("once")
    assert events(talk)[-2:] == [("counting", "superseded"), ("counting", "given")]


def test_other_words_pause_nothing_and_are_one_line_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = sharing()
    assert word("consent-reworded") not in opened(talk).lines
    monkeypatch.setitem(library().app, "counting-hint", "Said more clearly.")  # type: ignore[arg-type]
    page = opened(talk)
    assert page.lines.count(word("consent-reworded")) == 1
    assert (counting(case_of(talk)), records(talk)) == ("always", [])
    assert ("agree-again", "counting") in taps(page)
    page = send(talk, "agree-again", purpose="counting")
    assert word("consent-reworded") not in page.lines
    assert events(talk) == [("counting", "given")]
    assert "Said more clearly." in records(talk)[0].shown
    assert records(talk)[0].shown.endswith(word("agree-again-counting"))
    assert records(talk)[0].since == AT, "it has held since then without a gap"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_person_is_told_once_and_in_private_only(monkeypatch: pytest.MonkeyPatch, locale: str) -> None:
    talk, other = sharing(locale), sharing(locale)
    other.conversation = other.conversation.model_copy(update={"id": talk.conversation.id})
    same = other.say("help")
    another(monkeypatch, "counting", version=2)
    assert talk.say("help") == same, "the chat does not tell"
    assert not talk.effects_of(Deliver)
    said = (word("lapsed-counting-superseded", locale), word("lapsed-way", locale))
    assert talk.look().preface[:2] == said
    assert said[0] not in talk.look().preface
    assert f"“{word('consent-page-title', locale)}”" in said[1], "there is the way to choose again"
    assert said[0] in opened(talk).lines, "where it stands until it is settled"


def test_a_page_tells_it_too() -> None:
    talk = sharing()
    talk.later(days=366)
    assert opened(talk, "home").lines[0] == word("lapsed-counting-expired")
    assert word("lapsed-counting-expired") not in opened(talk, "home").lines


# A year


def test_sharing_is_over_after_a_year_and_that_is_written_down_once() -> None:
    talk = sharing()
    talk.later(days=364)
    talk.look()
    assert (counting(case_of(talk)), excerpts(case_of(talk)), records(talk)) == ("always", "ask", [])
    talk.later(days=1)
    assert (counting(case_of(talk)), excerpts(case_of(talk))) == (None, None)
    for _ in range(3):
        talk.look()
    assert events(talk) == [("counting", "expired"), ("excerpts", "expired")]
    assert finished(talk) == 0
    assert talk.message.step == "counting", "and is asked about again"


def test_words_are_kept_after_a_year_and_the_person_is_asked_to_look_again() -> None:
    talk = keeper()
    talk.later(days=366)
    line = word("lapsed-words-expired")
    assert line in talk.look().preface
    assert line not in talk.look().preface
    assert (talk.conversation.consents.words, records(talk)) == ("keep", [])
    page = opened(talk)
    assert line in page.lines
    assert ("agree-again", "words") in taps(page)
    page = send(talk, "agree-again", purpose="words")
    assert (events(talk), line in page.lines) == ([("words", "given")], False)
    talk.later(days=364)
    assert line not in talk.look().preface


def test_for_another_year_it_takes_one_tap_shortly_before_the_end() -> None:
    talk = sharing()
    assert ("agree-again", "counting") not in taps(opened(talk))
    talk.later(days=360)
    assert ("agree-again", "counting") in taps(opened(talk))
    page = send(talk, "agree-again", purpose="counting")
    assert ("agree-again", "counting") not in taps(page)
    assert talk.conversation.consents.counted_until == AT.date() + timedelta(days=360) + YEAR
    assert (events(talk), records(talk)[0].since) == ([("counting", "given")], AT)
    assert records(talk)[0].choice == "always"


def test_the_chat_reminds_before_whichever_ends_first() -> None:
    talk = keeper()
    send(talk, "consent", counting="always")
    talk.later(days=100)
    release_asked(talk, "ask")
    [look] = [one for one in talk.conversation.memory.check_ins if one.kind == "consent"]
    assert look.start is not None
    assert look.start.date() == AT.date() + YEAR - timedelta(days=14)
    talk.later(days=266)
    talk.look()
    [look] = [one for one in talk.conversation.memory.check_ins if one.kind == "consent"]
    assert look.start is not None
    assert look.start.date() == AT.date() + YEAR + timedelta(days=100 - 14), "then comes what is left"


# Back at a tap


@pytest.mark.parametrize("purpose", PURPOSES)
def test_one_tap_takes_a_purpose_back_at_once(purpose: Purpose) -> None:
    talk = sharing()
    assert ("withdraw", purpose) in taps(opened(talk))
    page = send(talk, "withdraw", purpose=purpose)
    assert events(talk) == [(purpose, "withdrawn")]
    assert ("withdraw", purpose) not in taps(page)
    assert page.lines[0] == word("taken-back"), "confirmed without saying what"
    assert talk.effects_of(TakeBack) == ([] if purpose == "words" else [TakeBack(purpose)])
    held = {"counting": counting(case_of(talk)), "excerpts": excerpts(case_of(talk))}
    assert held == {one: "never" if one == purpose else held[one] for one in held}
    assert word(f"withdraw-{purpose}") in records(talk)[0].shown
    send(talk, "withdraw", purpose=purpose)
    assert len(records(talk)) == 1, "a second tap does no harm"


@pytest.mark.parametrize(
    ("typed", "purpose"),
    [
        ("stop counting", "counting"), ("Deja de contar.", "counting"), ("stop excerpts", "excerpts"),
        ("no compartir fragmentos", "excerpts"), ("keep nothing from now on", "words"),
        ("no guardar nada desde ahora", "words"),
    ],
)  # fmt: skip
def test_saying_so_takes_a_purpose_back_at_once(typed: str, purpose: Purpose) -> None:
    for surface in ("private", "chat"):
        talk = sharing()
        if surface == "private":
            talk.take(Write(at=talk.at, text=typed))
            assert talk.reply.page is not None
            assert (talk.reply.page.name, talk.reply.page.lines[0]) == ("consent", word("saved"))
        else:
            assert talk.say(typed).text == word("taken-back")
            assert [option.id for option in talk.message.choices] == ["page:consent"]
        assert events(talk) == [(purpose, "withdrawn")]


def test_in_the_chat_it_is_answered_alike_however_things_stood() -> None:
    asked = [talk_in(), keeper(), sharing()]
    answers = [talk.say("stop counting") for talk in asked]
    assert answers[0] == answers[1] == answers[2]
    assert [events(talk) for talk in asked] == [
        [("counting", "refused")], [("counting", "refused")], [("counting", "withdrawn")],
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["withdraw", "withdraw my consent", "retirar mi consentimiento", "Retirar"])
def test_withdrawing_in_general_leads_to_the_page(typed: str) -> None:
    talk = sharing()
    assert [option.id for option in talk.say(typed).choices] == ["page:consent"]
    talk.take(Write(at=talk.at, text=typed))
    assert talk.reply.page is not None
    assert talk.reply.page.name == "consent"
    assert records(talk) == []


def test_withdraw_may_be_an_answer_of_one_word() -> None:
    talk = talk_in()
    talk.agree("quick-visit")
    talk.take(Write(at=talk.at, text="withdraw"))
    assert talk.reply.page is not None
    assert talk.reply.page.lines[0] == word("maybe-answer")
    assert talk.write("withdraw").step == "feel"


def test_who_keeps_nothing_from_now_on_can_still_stop_counting_and_is_not_remembered() -> None:
    talk = sharing()
    finished(talk)
    page = send(talk, "withdraw", purpose="words")
    assert (dict(talk.conversation.memory.uses), talk.conversation.memory.last_reflection) == ({}, None)
    assert ("withdraw", "counting") in taps(page)
    assert finished(talk) == 0, "there is nothing that could be counted"


def test_a_no_is_not_asked_about_again_by_itself() -> None:
    talk = sharing()
    send(talk, "withdraw", purpose="counting")
    talk.later(days=800)
    assert finished(talk) == 0
    assert talk.reply.message is None or talk.message.step != "counting"
    assert [event for event in events(talk) if event[0] == "counting"] == [("counting", "withdrawn")]


@pytest.mark.parametrize("values", [{}, {"purpose": "everything"}, {"purpose": ""}])
@pytest.mark.parametrize("form", ["withdraw", "agree-again"])
def test_a_tap_that_names_no_purpose_changes_nothing(form: str, values: dict[str, str]) -> None:
    talk = sharing()
    before = talk.conversation
    send(talk, form, **values)
    assert (talk.conversation, records(talk)) == (before, [])
    assert talk.turn is not None
    assert talk.turn.illegal == "form-incomplete"


def test_a_yes_cannot_be_had_by_the_button_of_another_year() -> None:
    talk = keeper()
    send(talk, "withdraw", purpose="counting")
    for purpose in PURPOSES:
        send(talk, "agree-again", purpose=purpose)
    assert events(talk) == [("counting", "refused")]


# States and records of before


BEFORE = '{"words": "keep", "counting": "always", "counted_until": "2027-05-02", "version": 1}'


def test_a_state_of_the_first_version_holds_as_it_did() -> None:
    talk = talk_in()
    consents = Consents.model_validate_json(BEFORE)
    talk.conversation = Conversation(id=talk.conversation.id, consents=consents)
    assert finished(talk) == 1
    assert (counting(case_of(talk)), excerpts(case_of(talk)), records(talk)) == ("always", None, [])
    talk.at = AT.replace(year=2027, month=5, day=3)
    talk.look()
    assert events(talk) == [("counting", "expired")]


def test_a_state_of_the_first_version_is_paused_by_the_second_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = talk_in()
    talk.conversation = Conversation(id=talk.conversation.id, consents=Consents.model_validate_json(BEFORE))
    another(monkeypatch, "counting", version=2)
    assert finished(talk) == 0
    assert events(talk) == [("counting", "superseded")]
