"""What leaves a person's hands: seen word for word, asked about, released by them alone, and taken back by one tap."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from finders import Finds
from talks import Talk, library
from test_pages import forms, said, sent

from bot.case import Case
from bot.conversation import Facts, Form, Page, Reflection
from bot.effects import Contribute, Keep, LetGo, RecordConsent, Release, Rewrite, Unshare
from bot.events import Choose, Found, Open, Submit
from bot.passing import mark
from bot.scanning import text_hash
from bot.sharing import its_way

UNTIL, PASSAGE_UNTIL = date(2026, 12, 2), date(2026, 12, 30)
KNOWS = Finds(certain=("Maria",), doubtful=("hope", "rose"), strange=("kuhusu",))
WORDS = "I hope hope sleeps. Maria rose early."


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


def at_the_end(text: str = WORDS, finder: Finds = KNOWS, locale: str = "en", **facts: Any) -> Talk:
    """A whole reflection, at its last screen with "More…" open."""
    known = {"circle": True, "circle_size": 9, "shared_until": UNTIL, "excerpt_until": PASSAGE_UNTIL, **facts}
    talk = Talk(facts=Facts(**known), finder=finder)
    talk.conversation = talk.conversation.model_copy(update={"locale": locale})
    talk.agree("everything")
    talk.through(["yes", 5, text, "none", ("worry",), "no", "home-visit"])
    talk.tap("more")
    return talk


def offered(talk: Talk) -> list[str]:
    return [option.id for option in talk.message.choices]


def page(talk: Talk) -> Page:
    assert talk.reply.page is not None
    return talk.reply.page


def at_the_excerpt(**facts: Any) -> Talk:
    """Kept, agreed to in general, with the passage in the box."""
    talk = at_the_end(**facts)
    talk.take(Choose(at=talk.at, values=("excerpt",)))
    keep(talk)
    sent(talk, "excerpt-agree", **about(talk, agree="ask"))
    return talk


def keep(talk: Talk) -> Reflection:
    """What was kept is there for the pages from now on."""
    kept = next(effect.reflection for effect in reversed(talk.effects) if isinstance(effect, Keep))
    talk.facts = talk.facts.model_copy(update={"reflections": (kept,)})
    return kept


def about(talk: Talk, **values: Any) -> dict[str, Any]:
    return {"reflection": str(talk.facts.reflections[0].id), **values}


def form(talk: Talk, name: str) -> Form:
    return forms(page(talk))[name]


def filled(talk: Talk, name: str, **values: Any) -> dict[str, Any]:
    """A form as it is handed in: what goes along unseen, what stands in its fields, and what was changed."""
    fields = {field.id: field.value for field in form(talk, name).fields}
    return {**fields, **values}


def exact(talk: Talk) -> str:
    (shown,) = (section for section in page(talk).sections if section.title == word("excerpt-preview"))
    return "\n".join(shown.lines)


def releases(talk: Talk) -> list[Release]:
    return [effect for effect in talk.effects if isinstance(effect, Release)]


# What is offered


def test_an_excerpt_is_offered_only_where_it_can_lead_somewhere() -> None:
    assert "excerpt" in offered(at_the_end())
    assert "excerpt" not in offered(at_the_end(circle_size=7))
    assert "excerpt" not in offered(at_the_end(circle=False))
    assert "excerpt" not in offered(at_the_end(text="skip"))


def test_who_keeps_nothing_is_offered_neither_supervision_nor_an_excerpt() -> None:
    talk = Talk(facts=Facts(circle=True, circle_size=9), finder=KNOWS)
    talk.agree("everything", words="nothing")
    talk.through(["yes", 1, "none", ("worry",), "no", "home-visit"])
    talk.tap("more")
    assert not {"bring", "excerpt", "let-go"} & set(offered(talk))


def test_one_tap_finishes_and_more_holds_the_rest() -> None:
    talk = at_the_end()
    assert offered(talk)[0] == "done"
    assert [one for one in offered(talk) if one in ("bring", "excerpt", "less", "let-go")] == [
        "bring", "excerpt", "less", "let-go",
    ]  # fmt: skip


# An excerpt, from the last screen to its release


def test_the_first_excerpt_asks_in_general_and_a_no_is_over_at_once() -> None:
    talk = at_the_end()
    talk.take(Choose(at=talk.at, values=("excerpt",)))
    keep(talk)
    assert said(page(talk)) == word("excerpts-question")
    sent(talk, "excerpt-agree", **about(talk, agree="never"))
    assert said(page(talk)) == word("excerpts-never-then")
    (record,) = (
        effect for effect in talk.effects if isinstance(effect, RecordConsent) and effect.purpose == "excerpts"
    )
    assert record.event == "refused"
    assert talk.conversation.session is None
    talk.take(Submit(at=talk.at, form="excerpt", values=about(talk, text="Anything.")))
    assert talk.turn is not None
    assert talk.turn.illegal == "form-unknown"


def test_what_may_be_a_name_is_asked_about_and_hidden_where_nobody_answers() -> None:
    talk = at_the_excerpt()
    assert filled(talk, "excerpt")["text"] == ("I hope hope sleeps. [NAME-1] rose early.",)
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    (field,) = (field for field in form(talk, "excerpt-names").fields if field.id == "hide")
    assert field.label == word("excerpt-names")
    assert [option.label for option in field.options] == ["I «hope» hope sleeps.", "sleeps. [NAME-1] «rose» early."]
    assert field.value == tuple(option.id for option in field.options)
    assert not any(name in option.id for option in field.options for name in ("hope", "rose"))
    sent(talk, "excerpt-names", **filled(talk, "excerpt-names"))
    assert exact(talk) == "I [NAME-2] [NAME-2] sleeps. [NAME-1] [NAME-3] early."


def test_only_what_is_ticked_is_hidden_and_the_exact_text_is_released() -> None:
    talk = at_the_excerpt()
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    sent(talk, "excerpt-names", **filled(talk, "excerpt-names", hide=()))
    text = "I hope hope sleeps. [NAME-1] rose early."
    assert exact(talk) == text
    assert form(talk, "excerpt-release").fields[2].label == word("recognise")
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    (release,) = releases(talk)
    assert (release.text, release.text_hash) == (text, text_hash(text))
    assert said(page(talk)).startswith(word("released"))
    assert "December 30, 2026" in "\n".join(page(talk).sections[0].lines)


@pytest.mark.parametrize(("answer", "why"), [("maybe", "excerpt-kept"), ("", "excerpt-unanswered")])
def test_a_family_that_may_be_recognised_stays_here(answer: str, why: str) -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise=answer))
    assert word(why) in said(page(talk))
    assert exact(talk) == "Nothing to be found."
    assert not releases(talk)


def test_after_each_edit_the_text_is_looked_through_again() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    edited = filled(talk, "excerpt-release", text=("Maria, and nothing else.",), recognise="no")
    sent(talk, "excerpt-release", **edited)
    assert not releases(talk)
    assert word("excerpt-changed") in said(page(talk))
    assert exact(talk) == "[NAME-1], and nothing else."
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", text=("With hope.",), recognise="no"))
    assert not releases(talk)
    assert form(talk, "excerpt-names")


def test_an_edit_while_names_are_asked_about_is_looked_through_again() -> None:
    talk = at_the_excerpt()
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    sent(talk, "excerpt-names", **filled(talk, "excerpt-names", text=("Maria.",), hide=()))
    assert exact(talk) == "[NAME-1]."


def test_if_nobody_can_look_nothing_is_shared() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    talk.look_through = lambda text: Found(text_hash=text_hash(text), failed=True)  # type: ignore[method-assign]
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    assert word("excerpt-not-looked") in said(page(talk))
    assert filled(talk, "excerpt")["text"] == ("Nothing to be found.",)
    assert not releases(talk)


def test_if_nobody_can_look_any_more_when_it_is_released_nothing_is_shared() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    talk.look_through = lambda text: Found(text_hash=text_hash(text), failed=True)  # type: ignore[method-assign]
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    assert not releases(talk)


def test_a_text_in_another_language_is_kept_and_not_shared() -> None:
    talk = at_the_excerpt(text="Habari kuhusu mtoto.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    assert word("excerpt-foreign") in said(page(talk))
    assert not releases(talk)


@pytest.mark.parametrize(("text", "why"), [("", "excerpt-empty"), ("x" * 601, "excerpt-too-long")])
def test_an_excerpt_has_a_few_sentences(text: str, why: str) -> None:
    talk = at_the_excerpt()
    sent(talk, "excerpt", **filled(talk, "excerpt", text=(text,)))
    assert word(why, longest=600) in said(page(talk))
    assert not releases(talk)


def test_words_of_a_private_step_are_never_in_the_box() -> None:
    talk = at_the_excerpt()
    kept = talk.facts.reflections[0]
    private = kept.model_copy(update={"shareable": ()})
    talk.facts = talk.facts.model_copy(update={"reflections": (private,)})
    talk.take(Open(at=talk.at, page=f"excerpt:{kept.id}"))
    assert said(page(talk)) == word("excerpt-no-words")


def test_a_reflection_of_nobody_s_cannot_be_released() -> None:
    talk = at_the_excerpt()
    talk.facts = talk.facts.model_copy(update={"reflections": ()})
    talk.take(Submit(at=talk.at, form="excerpt", values={"reflection": "nobody's", "text": "Anything."}))
    assert talk.turn is not None
    assert talk.turn.illegal == "form-unknown"


# Receipts


def test_what_is_counted_says_until_when_it_can_be_taken_back_and_one_tap_does() -> None:
    talk = at_the_end()
    talk.tap("less")
    talk.tap("done")
    talk.tap("once")
    (contribution,) = (effect for effect in talk.effects if isinstance(effect, Contribute))
    assert "December 2, 2026" in talk.message.text
    talk.take(Open(at=talk.at, page="shared"))
    assert page(talk).sections[0].lines[0].startswith("Themes that are counted: ")
    sent(talk, "take-back", **filled(talk, "take-back"))
    assert Unshare(contribution.receipt) in talk.effects
    assert said(page(talk)).startswith(word("unshared"))
    assert page(talk).sections == ()


def test_a_second_tap_takes_nothing_more_back_and_says_so() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    tap = filled(talk, "take-back")
    sent(talk, "take-back", **tap)
    sent(talk, "take-back", **tap)
    assert said(page(talk)).startswith(word("unshared-before"))
    assert len([effect for effect in talk.effects if isinstance(effect, Unshare)]) == 1


def test_after_that_day_no_receipt_is_left() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    talk.later(days=40)
    talk.take(Open(at=talk.at, page="shared"))
    assert len(page(talk).sections) == 1
    talk.later(days=80)
    talk.take(Open(at=talk.at, page="shared"))
    assert page(talk).sections == ()


def test_the_preview_tells_how_many_people_the_circle_has_and_the_earliest_day_of_reading() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    assert "9 people can be counted" in said(page(talk))
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    told = said(page(talk))
    assert "9 people can be counted in your group. On December 31, 2026 at the earliest" in told
    assert "Until December 30, 2026 you can surely take it back." in told
    assert "it is deleted by January 28, 2027" in told


def test_a_passage_that_waits_for_its_last_batch_can_still_be_taken_back() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    (release,) = releases(talk)
    talk.later(days=70)
    talk.take(Open(at=talk.at, page="shared"))
    assert page(talk).sections[0].lines[-1] == word("shared-waits", date="January 28, 2027")
    sent(talk, "take-back", **filled(talk, "take-back"))
    assert Unshare(release.receipt) in talk.effects
    assert page(talk).sections == ()


@pytest.mark.parametrize("outcome", ["released", "gone"])
def test_a_receipt_that_is_told_can_be_taken_back_no_more_and_is_not_lost_by_the_next(outcome: str) -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    tap = filled(talk, "take-back")
    memory = talk.conversation.memory
    decided = tuple(one.model_copy(update={"outcome": outcome}) for one in memory.shared)
    talk.conversation = talk.conversation.model_copy(update={"memory": memory.model_copy(update={"shared": decided})})
    sent(talk, "take-back", **tap)
    assert said(page(talk)).startswith(word("unshared-before"))
    (section,) = page(talk).sections
    assert (section.lines, section.forms) == ((word(f"passage-{outcome}"),), ())
    talk.take(Open(at=talk.at, page="home"))
    assert word("home-news") in page(talk).lines
    sent(talk, "delete-reflection", **about(talk))
    assert not [effect for effect in talk.effects if isinstance(effect, Unshare)]


def test_one_passage_waits_at_a_time() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    again = filled(talk, "excerpt-release", recognise="no")
    sent(talk, "excerpt-release", **again)
    sent(talk, "excerpt-release", **again)
    assert word("excerpt-waits") in said(page(talk))
    assert len(releases(talk)) == 1


# Without a live yes nothing goes, whatever was on the screen before


@pytest.mark.parametrize("name", ["excerpt", "excerpt-names", "excerpt-release"])
def test_no_form_of_a_passage_goes_on_without_a_live_yes(name: str) -> None:
    talk = at_the_end(text="Nothing to be found.")
    talk.take(Choose(at=talk.at, values=("excerpt",)))
    keep(talk)
    seen = mark_of(talk, "Nothing to be found.")
    sent(talk, name, **about(talk, text="Nothing to be found.", seen=seen, recognise="no"))
    assert said(page(talk)) == word("excerpts-question")
    assert filled(talk, "excerpt-agree")["text"] == ("Nothing to be found.",), "and the words are not lost"
    assert not releases(talk)


def test_a_yes_that_ended_while_the_page_stood_open_is_asked_for_again() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    form = filled(talk, "excerpt-release", recognise="no")
    talk.later(days=366)
    sent(talk, "excerpt-release", **form)
    assert not releases(talk)


def mark_of(talk: Talk, text: str) -> str:
    case = Case(library(), talk.conversation, talk.facts, Open(at=talk.at, page="home"))
    return mark(case, its_way(case, talk.facts.reflections[0]), text, "release")


def test_a_preview_holds_for_its_stage_its_reflection_and_its_window_alone() -> None:
    """Nobody can make the mark of a page that was not shown, and none goes on in another place."""
    talk = at_the_excerpt()
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    asked = filled(talk, "excerpt-names")
    sent(talk, "excerpt-release", **{**asked, "recognise": "no"})
    assert not releases(talk), "the names were still being asked about"
    sent(talk, "excerpt-release", **{**asked, "seen": text_hash(asked["text"][0]), "recognise": "no"})
    assert not releases(talk), "a hash that anybody can make is no mark"
    sent(talk, "excerpt-names", **filled(talk, "excerpt-names", hide=()))
    shown = filled(talk, "excerpt-release", recognise="no")
    there = talk.facts
    talk.facts = there.model_copy(update={"preview_key": b"of another window"})
    sent(talk, "excerpt-release", **shown)
    assert not releases(talk)
    talk.facts = there
    sent(talk, "excerpt-release", **shown)
    assert len(releases(talk)) == 1


@pytest.mark.parametrize("hidden", ["\u200b", "\U000e0061\U000e0062", "\u2062", "\u034f", "\u00ad", "\u3164", "\ufffb"])
def test_what_nobody_sees_does_not_go_out(hidden: str) -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt", text=(f"Noth{hidden}ing to be found.{hidden}",)))
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    (release,) = releases(talk)
    assert release.text == "Nothing to be found."


@pytest.mark.parametrize("choice", ["never", "not asked", "over"])
def test_a_button_that_counts_does_nothing_without_a_live_yes(choice: str) -> None:
    talk = at_the_end()
    if choice != "not asked":
        sent(talk, "consent", words="keep", counting="ask")
    if choice == "never":
        sent(talk, "consent", words="keep", counting="never")
    talk.later(days=366 if choice == "over" else 0)
    talk.tap("count")
    assert not [effect for effect in talk.effects if isinstance(effect, Contribute)]
    assert talk.message.step == "end", "it stands where it stood, and says why"


def test_themes_of_a_reflection_that_was_deleted_are_not_counted() -> None:
    talk = at_the_end()
    talk.tap("done")
    prompt = talk.message.prompt
    keep(talk)
    sent(talk, "delete-reflection", **about(talk))
    talk.take(Choose(at=talk.at, values=("once",), prompt=prompt))
    assert not [effect for effect in talk.effects if isinstance(effect, Contribute)]


def test_supervision_is_offered_only_where_something_is_kept() -> None:
    talk = Talk(facts=Facts(circle=True), finder=KNOWS)
    talk.agree("quick-visit")
    while talk.message.step != "end":
        talk.write("skip")
    talk.tap("more")
    assert "bring" not in offered(talk)


def test_what_was_shared_of_a_reflection_goes_with_it() -> None:
    talk = at_the_excerpt(text="Nothing to be found.")
    sent(talk, "excerpt", **filled(talk, "excerpt"))
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    (release,) = releases(talk)
    sent(talk, "delete-reflection", **about(talk))
    assert talk.effects[-2:] == [Unshare(release.receipt), LetGo(talk.facts.reflections[0].id)]
    assert talk.conversation.memory.shared == ()


# For supervision


def test_what_is_marked_for_supervision_is_listed_for_its_writer_and_sent_to_nobody() -> None:
    talk = at_the_end()
    talk.tap("bring")
    kept = keep(talk)
    assert kept.for_supervision
    assert word("brought") in talk.message.preface[0]
    talk.take(Open(at=talk.at, page="packet"))
    assert said(page(talk)) == "\n".join((word("packet-own"), word("packet-nobody")))
    assert page(talk).sections[0].exchanges[2].answered == "I hope hope sleeps. [NAME-1] rose early."
    sent(talk, "brought", **about(talk))
    (rewritten,) = (effect for effect in talk.effects if isinstance(effect, Rewrite))
    assert not rewritten.reflection.for_supervision
    assert rewritten.reflection.answers == kept.answers
    assert word("packet-own-none") in said(page(talk))


@pytest.mark.parametrize("locale", ["en", "es"])
def test_every_page_on_the_way_speaks_the_persons_language(locale: str) -> None:
    talk = at_the_end(locale=locale)
    talk.take(Choose(at=talk.at, values=("excerpt",)))
    keep(talk)
    titles = {page(talk).title}
    sent(talk, "excerpt-agree", **about(talk, agree="ask"))
    for step in ("excerpt", "excerpt-names"):
        titles.add(page(talk).title)
        sent(talk, step, **filled(talk, step))
    sent(talk, "excerpt-release", **filled(talk, "excerpt-release", recognise="no"))
    assert titles == {word("excerpt-title", locale)}
    assert said(page(talk)).startswith(word("released", locale))
