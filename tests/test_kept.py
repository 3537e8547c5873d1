"""My data: a person reads, finds, changes and deletes what is kept of them, and sees who looked at their group."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from conftest import Pair, rows, who
from hypothesis import given
from hypothesis import strategies as st
from shells import Live, living
from talks import AT, Talk, library
from test_pages import LOCALES, fields, forms, illegal, opened, said, sent, ways, word

from bot.conversation import Consents, Facts, Look, Page, Program, Reflection
from bot.effects import Contribute, Keep, KeepUntil, LetGo, NoteLook, Rewrite
from bot.events import Open, Submit
from bot.kept import A_PAGE, BOX, EDITABLE_BYTES, in_boxes, out_of_boxes
from bot.ports import Setup
from storage import tables as t
from storage.keyring import Keyring

ADA, BEN, SAM, ZOE = who("ada"), who("ben"), who("sam"), who("zoe", "south")


def one_kept(text: str = "The blue cup.", days_ago: int = 0, **more: Any) -> Reflection:
    at = AT - timedelta(days=days_ago)
    made: dict[str, Any] = {
        "id": uuid4(), "script": "quick-visit", "revision": "r", "title": "After a visit", "at": at, "on": at.date(),
        "finished": True, "answers": (("What stays with you?", text), ("Which feelings?", "worry; hope")), "own": (0,),
        "term": 365,
    }  # fmt: skip
    return Reflection(**(made | more))


def with_kept(*kept: Reflection, locale: str = "en", days: int | None = None, **facts: Any) -> Talk:
    until = {one.id: one.on + timedelta(days=min(90, one.term or 90)) for one in kept}
    talk = Talk(facts=Facts(zone="America/New_York", reflections=kept, until=until, **facts))
    memory = talk.conversation.memory.model_copy(update={"retention_days": days})
    changes = {"locale": locale, "consents": Consents(words="keep", version=1), "memory": memory}
    talk.conversation = talk.conversation.model_copy(update=changes)
    return talk


def listed(page: Page) -> list[str]:
    """The first answer of each reflection that a page shows."""
    return [section.exchanges[0].answered for section in page.sections if section.exchanges]


# Reading


def test_reflections_are_listed_newest_first_and_a_handful_at_a_time() -> None:
    talk = with_kept(*(one_kept(f"Number {number}", number) for number in range(23)))
    first = opened(talk, "data")
    assert listed(first) == [f"Number {number}" for number in range(10)]
    assert ways(first)[:1] == ["data:10"]
    middle = opened(talk, "data:10")
    assert listed(middle) == [f"Number {number}" for number in range(10, 20)]
    assert ways(middle)[:2] == ["data", "data:20"]
    last = opened(talk, "data:20")
    assert listed(last) == ["Number 20", "Number 21", "Number 22"]
    assert ways(last)[:1] == ["data:10"]
    assert listed(opened(talk, "data:23")) == listed(opened(talk, "data:x")) == listed(first)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_says_until_when_it_is_kept(locale: str) -> None:
    page = opened(with_kept(one_kept(), locale=locale), "data")
    day = {"en": "January 31, 2027", "es": "31 de enero de 2027"}[locale]
    assert page.sections[0].lines == (word("data-kept-until", locale, date=day),)


# Finding


def searched(talk: Talk, words: str) -> Page:
    return sent(talk, "search", words=words)


@pytest.mark.parametrize(
    "words", ["cancion", "CANCIÓN", "cancio\u0301n", "  canción   mamá ", "worry canción", "visit"]
)
def test_words_are_found_with_and_without_accents_large_and_small(words: str) -> None:
    there = one_kept("La canción de la mamá.")
    page = searched(with_kept(one_kept("Nothing of it", title="Between sites"), there), words)
    assert ways(page)[0] == f"reflection:{there.id}"
    assert len([way for way in ways(page) if way.startswith("reflection:")]) == 1


def test_all_the_words_have_to_be_there_and_what_was_looked_for_stands_nowhere_after() -> None:
    talk = with_kept(one_kept("The blue cup."), one_kept("The red cup."))
    before = talk.conversation
    page = searched(talk, "blue red")
    assert said(page) == word("search-none")
    assert "blue" not in page.model_dump_json()
    assert (talk.conversation, talk.effects) == (before, [])


def test_of_many_the_newest_are_shown_and_the_rest_is_told() -> None:
    talk = with_kept(*(one_kept("cup", number) for number in range(14)))
    page = searched(talk, "cup")
    assert len([way for way in ways(page) if way.startswith("reflection:")]) == A_PAGE
    assert said(page) == word("search-more", count=4)


@pytest.mark.parametrize("words", ["", "  ", "…", "\u202e"])
def test_nothing_to_look_for_finds_nothing(words: str) -> None:
    talk = with_kept(one_kept())
    searched(talk, words)
    assert illegal(talk) == "form-incomplete"


def test_what_was_found_opens_with_its_exchanges() -> None:
    kept = one_kept()
    talk = with_kept(kept)
    page = opened(talk, f"reflection:{kept.id}")
    assert [(one.asked, one.answered) for one in page.sections[0].exchanges] == list(kept.answers)
    assert opened(talk, f"reflection:{uuid4()}").name == "data"


# One's own words


def changed(talk: Talk, reflection: Reflection, number: int, *parts: str) -> Page:
    boxes = {f"words-{number}-{n}": part for n, part in enumerate(parts, start=1)}
    talk.take(Submit(at=AT, form="own-words", values={"reflection": str(reflection.id), **boxes}))
    assert talk.reply.page is not None
    return talk.reply.page


def rewritten(talk: Talk) -> Reflection:
    [effect] = talk.effects_of(Rewrite)
    assert isinstance(effect, Rewrite)
    return effect.reflection


def test_own_words_can_be_changed_and_what_was_chosen_stays() -> None:
    kept = one_kept()
    talk = with_kept(kept)
    page = sent(talk, "reflection", reflection=str(kept.id))
    assert fields(page, "own-words")["words-0-1"].value == ("The blue cup.",)
    assert len([form for section in page.sections for form in section.forms]) == 1, "what was chosen has no box"
    page = changed(talk, kept, 0, "The red cup.\nAnd her hands.")
    assert rewritten(talk).answers == (("What stays with you?", "The red cup.\nAnd her hands."), kept.answers[1])
    assert rewritten(talk).model_copy(update={"answers": kept.answers}) == kept
    assert said(page).startswith(word("saved"))
    assert fields(page, "own-words")["words-0-1"].value == ("The red cup.\nAnd her hands.",)


def test_all_answers_are_changed_together_and_one_that_was_not_touched_stays() -> None:
    kept = one_kept(answers=(("One?", "first"), ("Two?", "second"), ("Three?", "third")), own=(0, 1, 2))
    talk = with_kept(kept)
    page = sent(talk, "reflection", reflection=str(kept.id))
    assert list(fields(page, "own-words")) == ["reflection", "words-0-1", "words-1-1", "words-2-1"]
    values = {"reflection": str(kept.id), "words-0-1": "", "words-1-1": "second", "words-2-1": "third, and more"}
    talk.take(Submit(at=AT, form="own-words", values=values))
    assert rewritten(talk).answers == (("Two?", "second"), ("Three?", "third, and more"))
    assert rewritten(talk).own == (0, 1)


def test_what_is_cleared_goes_with_its_question() -> None:
    kept = one_kept(answers=(("One?", "first"), ("Two?", "second"), ("Three?", "third")), own=(0, 2))
    talk = with_kept(kept)
    changed(talk, kept, 0, "  ")
    assert rewritten(talk).answers == (("Two?", "second"), ("Three?", "third"))
    assert rewritten(talk).own == (1,)


@pytest.mark.parametrize("answer", ["1", "7", "", "-1", "x"])
def test_nothing_but_own_words_can_be_changed(answer: str) -> None:
    kept = one_kept()
    talk = with_kept(kept)
    values = {"reflection": str(kept.id), f"words-{answer}-1": "Other words"}
    talk.take(Submit(at=AT, form="own-words", values=values))
    assert (illegal(talk), talk.effects) == ("form-incomplete", [])
    talk.take(Submit(at=AT, form="own-words", values={"reflection": str(uuid4()), "words-0-1": "Other words"}))
    assert (illegal(talk), talk.effects) == ("form-incomplete", [])


def test_a_long_answer_stands_in_several_boxes_and_comes_together_as_it_was() -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "It went on and on. " * 40 for number in range(12)).strip()
    kept = one_kept(text)
    talk = with_kept(kept)
    boxes = fields(sent(talk, "reflection", reflection=str(kept.id)), "own-words")
    parts = ["".join(field.value).strip() for name, field in boxes.items() if name.startswith("words-")]
    assert len(parts) > 2
    changed(talk, kept, 0, *parts)
    assert rewritten(talk).answers[0][1] == text


@given(st.text(max_size=9000))
def test_boxes_lose_nothing_but_white_space_at_their_ends(text: str) -> None:
    text = text.strip()
    boxes = in_boxes(text)
    assert "".join(boxes) == text
    assert all(len(box.encode("utf-8", "surrogatepass")) <= BOX for box in boxes)
    typed = {f"words-0-{n}": box.strip() for n, box in enumerate(boxes, start=1)}
    whole = out_of_boxes(typed, 0, text)
    visible = "".join(text.split())
    assert len("".join(whole.split())) <= len(visible) + len(boxes)
    if text.isascii() and text.isprintable():
        assert "".join(whole.split()) == visible


def test_what_is_too_long_for_every_box_can_be_deleted_only() -> None:
    kept = one_kept("x " * EDITABLE_BYTES)
    page = sent(with_kept(kept), "reflection", reflection=str(kept.id))
    assert word("words-too-long") in page.sections[0].lines
    assert "own-words" not in forms(page)


def test_a_reflection_of_an_earlier_version_has_no_words_to_change() -> None:
    old = Reflection.model_validate_json(one_kept().model_dump_json(exclude={"own", "themes", "term"}))
    assert (old.own, old.themes, old.term) == ((), (), None)
    page = opened(with_kept(old), "data")
    assert set(forms(page)) == {"delete-reflection", "retention", "look-back", "erase"}


def test_the_engine_notes_which_answers_are_own_words() -> None:
    talk = Talk()
    talk.agree("quick-visit")
    while talk.message.step != "end":
        talk.write("A word of mine.") if talk.message.input == "text" else talk.tap("skip")
    talk.tap("done")
    [keep] = talk.effects_of(Keep)
    assert isinstance(keep, Keep)
    kept = keep.reflection
    assert kept.own
    assert {kept.answers[number][1] for number in kept.own} == {"A word of mine."}


# Deleting


def test_one_is_deleted_and_the_others_stay() -> None:
    first, second = one_kept("first"), one_kept("second")
    talk = with_kept(first, second)
    page = sent(talk, "delete-reflection", reflection=str(first.id))
    assert (listed(page), talk.effects) == (["second"], [LetGo(first.id)])


@pytest.mark.parametrize(("tap", "yes"), [("delete", "yes-delete"), ("restart", "yes-restart")])
def test_one_that_is_open_is_noted_as_deleted_too(tap: str, yes: str) -> None:
    talk = Talk()
    talk.agree("quick-visit")
    talk.write("The blue cup.")
    session = talk.conversation.session
    assert session is not None
    talk.tap(tap)
    talk.tap(yes)
    assert talk.effects_of(LetGo) == [LetGo(session.id)]


def test_of_who_keeps_nothing_not_even_that_is_noted() -> None:
    talk = Talk()
    talk.agree("quick-visit", words="nothing")
    talk.write("The blue cup.")
    talk.tap("delete")
    talk.tap("yes-delete")
    assert talk.effects_of(LetGo) == []


# Themes by month


@pytest.mark.parametrize("locale", LOCALES)
def test_own_themes_are_in_words_month_by_month_without_numbers(locale: str) -> None:
    talk = with_kept(
        one_kept(themes=("A1", "P1")), one_kept(days_ago=1, themes=("A1",)), one_kept(days_ago=40, themes=("W2",)),
        locale=locale,
    )  # fmt: skip
    page = opened(talk, "themes")
    months = {"en": ["November 2026", "September 2026"], "es": ["Noviembre de 2026", "Septiembre de 2026"]}
    assert [section.title for section in page.sections if section.title] == months[locale]
    lines = [line for section in page.sections for line in section.lines]
    family = library().family(locale, "A")
    assert f"{family}: {library().theme(locale, 'A1')}" in lines
    assert not any(char.isdigit() for line in lines for char in line)


def test_themes_of_private_steps_are_the_persons_and_in_no_count() -> None:
    talk = with_kept(one_kept(themes=("S1", "W2"), codes=("S1",)))
    lines = "\n".join(line for section in opened(talk, "themes").sections for line in section.lines)
    assert library().theme("en", "W2") in lines


def test_a_private_step_gives_its_codes_to_its_person_alone() -> None:
    """The tests' own script has a private step with a code that stands nowhere else in it."""
    script = library().scripts["everything"]
    private = {
        code
        for step in script.steps
        if getattr(step, "private", False)
        for choice in getattr(step, "choices", ())
        for code in choice.codes
    }
    assert private, "the script has such a step"
    talk = Talk()
    talk.agree()
    while talk.message.step != "end":
        asked = talk.message
        step = script.step(asked.step)
        coded = [choice.id for choice in getattr(step, "choices", ()) if choice.codes] if step.private else []
        if asked.input == "scale":
            talk.rate(3)
        elif asked.input == "text":
            talk.write("A word.")
        else:
            talk.tap(coded[0] if coded else asked.choices[0].id)
    talk.tap("count" if any(option.id == "count" for option in talk.message.choices) else "done")
    [keep] = talk.effects_of(Keep)
    assert isinstance(keep, Keep)
    assert set(keep.reflection.themes) & private
    assert not set(keep.reflection.codes) & private
    counted = [set(effect.codes) for effect in talk.effects_of(Contribute) if isinstance(effect, Contribute)]
    assert not any(codes & private for codes in counted)


def test_the_page_of_themes_can_be_switched_off() -> None:
    talk = with_kept(one_kept(themes=("A1",)))
    page = sent(talk, "themes", themes="hide")
    assert talk.conversation.memory.themes is False
    assert word("themes-off") in page.lines
    assert not [line for section in page.sections for line in section.lines]
    sent(talk, "themes", themes="show")
    assert [line for section in opened(talk, "themes").sections for line in section.lines]
    sent(talk, "themes", themes="count")
    assert illegal(talk) == "form-incomplete"


# For how long


def moved(talk: Talk) -> dict[object, date]:
    return {
        row: until
        for effect in talk.effects_of(KeepUntil)
        if isinstance(effect, KeepUntil)
        for row, until in effect.days
    }


def test_a_shorter_time_holds_for_what_is_kept_already() -> None:
    fresh, old = one_kept("fresh", 2), one_kept("old", 60)
    talk = with_kept(fresh, old)
    page = sent(talk, "retention", days="30")
    assert moved(talk) == {fresh.id: fresh.on + timedelta(days=30), old.id: AT.date()}
    assert word("retention-goes") in page.lines, "what is over already stays until the day is"
    assert page.sections[0].lines == (word("data-kept-until", date="November 30, 2026"),)


def test_a_slip_can_be_mended_on_the_same_day_and_a_script_s_own_term_holds() -> None:
    kept, short = one_kept("kept", 60), one_kept("short", 1, term=7)
    talk = with_kept(kept, short)
    sent(talk, "retention", days="0")
    assert moved(talk) == {kept.id: AT.date(), short.id: AT.date()}
    talk.facts = talk.facts.model_copy(update={"until": moved(talk)})
    talk.effects.clear()
    sent(talk, "retention", days="365")
    assert moved(talk) == {kept.id: kept.on + timedelta(days=365), short.id: short.on + timedelta(days=7)}


def test_what_an_earlier_version_kept_is_never_kept_longer() -> None:
    old = one_kept("old", 10, term=None)
    talk = with_kept(old)
    sent(talk, "retention", days="365")
    assert moved(talk) == {}
    sent(talk, "retention", days="30")
    assert moved(talk) == {old.id: old.on + timedelta(days=30)}


def test_a_program_s_ceiling_is_the_most_that_can_be_chosen() -> None:
    talk = with_kept(one_kept(), program=Program(retention_ceiling=30))
    options = fields(opened(talk, "data"), "retention")["days"].options
    assert [option.id for option in options] == ["0", "7", "30"]
    sent(talk, "retention", days="90")
    assert (illegal(talk), talk.effects) == ("form-incomplete", [])


def test_who_keeps_for_no_days_keeps_nothing_of_what_comes() -> None:
    talk = Talk()
    talk.agree("between-sites")
    sent(talk, "retention", days="0")
    talk.through(["yes", "mixed", "A word."])
    talk.tap("done")
    assert talk.effects_of(Keep) == []


# Who looked


@pytest.mark.parametrize("locale", LOCALES)
def test_people_of_a_group_see_who_looked_and_when(locale: str) -> None:
    looks = tuple(Look(viewer="U07SAM", day=date(2026, 11, day)) for day in range(8, 0, -1))
    talk = with_kept(locale=locale, circle=True, looks=looks)
    section = next(one for one in opened(talk, "data").sections if one.people)
    assert section.title == word("looks-title", locale)
    assert section.people == ("U07SAM",) * 5
    assert section.named({"U07SAM": "Sam"}.__getitem__).lines[0] == word(
        "looks-line", locale, day={"en": "November 8, 2026", "es": "8 de noviembre de 2026"}[locale], person="Sam"
    )
    assert [option.id for option in section.pages] == ["looks"]
    assert sum(len(one.people) for one in opened(talk, "looks").sections) == 8


def test_where_nobody_looked_that_is_said_and_who_is_in_no_group_is_told_nothing() -> None:
    assert [
        one.lines for one in opened(with_kept(circle=True), "data").sections if one.title == word("looks-title")
    ] == [(word("looks-none"),)]
    assert word("looks-title") not in opened(with_kept(), "data").model_dump_json()


@pytest.mark.parametrize("locale", LOCALES)
def test_who_looks_is_told_that_it_is_noted(locale: str) -> None:
    talk = with_kept(locale=locale, supervises=True)
    assert word("report-looked", locale) in opened(talk, "report").lines
    assert talk.effects == [NoteLook()]
    other = with_kept()
    opened(other, "report")
    assert other.effects == []


# With the store


@pytest.fixture
def live(pair: Pair, ring: Keyring) -> Any:
    with living(pair, ring) as one:
        yield one


def read(live: Live, person: Any, page: str = "data") -> Page:
    reply = live.do(person, Open(at=live.clock.time, page=page))
    assert reply.page is not None
    return reply.page


def test_whoever_looks_is_noted_once_a_day_in_each_of_their_groups(
    live: Live,
) -> None:
    live.store.set_up(Setup("local", "north", "north", members=("ada",), supervisors=("sam",)), AT)
    for _ in range(2):
        live.do(SAM, Open(at=AT, page="report"), key="a tap")
    assert len(rows(live.store, t.looks)) == 1
    live.store.set_up(Setup("local", "north", "south", members=("dan",), supervisors=("sam",)), AT)
    read(live, SAM, "report")
    assert len(rows(live.store, t.looks)) == 2, "the group of which they were told later that day, too"
    live.clock.time = AT + timedelta(days=1)
    again = live.do(SAM, Open(at=live.clock.time, page="report"), key="a tap")
    assert again.page is not None
    assert len(rows(live.store, t.looks)) == 4, "what a platform sends again shows the page again"


def test_who_looked_can_be_seen_after_they_erased_themselves(live: Live) -> None:
    live.store.set_up(Setup("local", "north", "north", members=("ada",), supervisors=("sam",)), AT)
    read(live, SAM, "report")
    before = read(live, ADA)
    read(live, SAM)
    live.do(SAM, Submit(at=AT, form="erase", values={"confirm": "erase"}))
    assert read(live, ADA).sections == before.sections
    assert word("looks-none") not in read(live, ADA).model_dump_json()


def test_a_look_is_seen_by_the_people_of_that_group_alone(live: Live) -> None:
    live.store.set_up(Setup("local", "north", "north", members=("ada", "ben"), supervisors=("sam",)), AT)
    live.store.set_up(Setup("local", "north", "other", members=("dan",), supervisors=("lou",)), AT)
    live.store.set_up(Setup("local", "south", "south", supervisors=("zoe",)), AT)
    for _ in range(3):
        read(live, SAM, "report")
        read(live, ZOE, "report")
    live.clock.time = AT + timedelta(days=1)
    read(live, SAM, "report")
    assert len(rows(live.store, t.looks)) == 3
    for person in (ADA, BEN):
        section = next(one for one in read(live, person).sections if one.people)
        assert section.people == ("sam", "sam")
        assert "November 3, 2026" in section.lines[0]
    assert not any(one.people for one in read(live, who("dan")).sections)
    assert not any(one.people for one in read(live, SAM).sections), "who looks needs no telling"


def test_looks_are_kept_for_two_years(live: Live) -> None:
    live.store.set_up(Setup("local", "north", "north", members=("ada",), supervisors=("sam",)), AT)
    read(live, SAM, "report")
    live.tick(AT + timedelta(days=730))
    assert len(rows(live.store, t.looks)) == 1
    live.tick(AT + timedelta(days=731))
    assert rows(live.store, t.looks) == []


def test_changed_words_are_sealed_in_the_place_of_the_old_ones(live: Live) -> None:
    live.finish(ADA)
    kept = next(one for one in live.store.reflections(ADA) if one.own)
    [before] = rows(live.store, t.reflections)
    number = kept.own[0]
    values = {"reflection": str(kept.id), f"words-{number}-1": "Quite other words."}
    live.do(ADA, Submit(at=AT, form="own-words", values=values))
    [after] = rows(live.store, t.reflections)
    assert (after["id"], after["delete_day"]) == (before["id"], before["delete_day"])
    assert after["body"] != before["body"]
    assert live.store.reflections(ADA)[0].answers[kept.own[0]][1] == "Quite other words."
    live.do(BEN, Submit(at=AT, form="own-words", values=values))
    assert rows(live.store, t.reflections) == [after]


def test_a_shorter_time_takes_what_is_kept_already_when_the_day_is_over(live: Live) -> None:
    live.finish(ADA)
    live.clock.time = AT + timedelta(days=20)
    live.do(ADA, Submit(at=live.clock.time, form="retention", values={"days": "7"}))
    live.tick(AT + timedelta(days=20))
    assert len(live.store.reflections(ADA)) == 1
    live.tick(AT + timedelta(days=21))
    assert rows(live.store, t.reflections) == []


def test_what_is_over_is_shown_to_nobody_should_it_still_be_there(live: Live) -> None:
    """As in a terminal that was never open for long, or right after a backup was put back."""
    live.finish(ADA)
    [row] = rows(live.store, t.reflections)
    over = datetime.combine(row["delete_day"], datetime.min.time(), UTC) + timedelta(days=1)
    live.clock.time = over - timedelta(hours=1)
    assert listed(read(live, ADA))
    live.clock.time = over
    assert not listed(read(live, ADA))
    assert len(rows(live.store, t.reflections)) == 1
