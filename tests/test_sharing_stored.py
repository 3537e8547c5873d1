"""What was shared, in a real store: sealed until it is published, linked to nobody, and gone when taken back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from conftest import AT, Pair, backed_up, key_rows, put_back, rows, who
from finders import Fails, Finds
from searching import found, stored
from shells import Live, living, shown
from test_pages import forms, word

from bot.conversation import Consents, Message, Page
from bot.deidentify import Known, Span
from bot.effects import Release
from bot.events import Choose, Open, Submit, Who, Write
from bot.logs import AllowList
from bot.ports import Setup
from storage import keytables
from storage import tables as t
from storage.keyring import Keyring
from storage.vault import Key, Unopened, place
from storage.writing import NotWhatWasShown

ADA, BEN = who("ada"), who("ben")
TEAM = ("ada", "ben", "cleo", "dan", "eve", "finn", "gil", "hana")
WORDS = "zqpassage-quillfeather was carried to the window."


@pytest.fixture
def start(pair: Pair, ring: Keyring) -> Iterator[Callable[[], Live]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(living(pair, ring))


@pytest.fixture
def live(start: Callable[[], Live]) -> Live:
    live = start()
    live.store.set_up(Setup("local", "north", "north", members=TEAM, supervisors=("sam",)), AT)
    live.shell.finder = Finds(certain=("Maria",))
    return live


def at_the_end(live: Live, person: Who = ADA, words: str = WORDS) -> None:
    """A reflection of a few words, at its last screen with "More…" open."""
    message = live.begin(person)
    while message.step != "end":
        text = message.input == "text"
        message = (
            live.write(person, words if message.step == "moment" else "skip")
            if text
            else first_of(live, person, message)
        )
    live.tap(person, "more")


def first_of(live: Live, person: Who, message: Message) -> Message:
    return live.tap(person, message.choices[0].id)


def page(live: Live, event: Any, person: Who = ADA) -> Page:
    reply = live.do(person, event)
    assert reply.page is not None, reply.message
    return reply.page


def send(live: Live, before: Page, name: str, person: Who = ADA, **values: Any) -> Page:
    fields = {field.id: field.value for field in forms(before)[name].fields}
    return page(live, Submit(at=AT, form=name, values={**fields, **values}), person)


def preview(live: Live, person: Who = ADA, words: str = WORDS) -> Page:
    at_the_end(live, person, words)
    asked = page(live, Choose(at=AT, values=("excerpt",)), person)
    passage = send(live, asked, "excerpt-agree", person, agree="ask")
    return send(live, passage, "excerpt", person)


def release(live: Live, person: Who = ADA, words: str = WORDS) -> Page:
    return send(live, preview(live, person, words), "excerpt-release", person, recognise="no")


def test_a_released_passage_is_sealed_under_the_key_of_its_window_alone(live: Live) -> None:
    release(live)
    (row,) = rows(live.store, t.excerpts)
    ((circle, window, key),) = live.store.keys.window_keys("excerpts")
    where = place("shared", "excerpts", row["id"], "body")
    assert (row["circle_id"], row["window"]) == (circle, window)
    assert Key(key).open(row["body"], where).decode() == WORDS
    live.store.keys.destroy_window_key(circle, window, "excerpts")
    with pytest.raises(Unopened):
        Key(bytes(32)).open(row["body"], where)


def test_a_shared_row_names_no_person_no_reflection_and_no_time(live: Live) -> None:
    release(live)
    (row,) = rows(live.store, t.excerpts)
    (kept,) = rows(live.store, t.reflections)
    assert set(row) == {"id", "circle_id", "window", "token", "body"}
    private = [value for one in rows(live.store, t.participants) for value in one.values()]
    assert not {row["id"], row["token"], row["body"]} & {one for one in private if isinstance(one, UUID | bytes)}
    assert row["id"] != kept["id"]


def test_two_people_have_two_tokens(live: Live) -> None:
    release(live)
    release(live, BEN)
    tokens = {row["token"] for row in rows(live.store, t.excerpts)}
    assert len(tokens) == 2


def test_no_token_tells_whose_themes_stand_beside_whose_passage(live: Live) -> None:
    message = live.begin(ADA)
    page(live, Submit(at=AT, form="consent", values={"words": "keep", "counting": "always"}))
    while message.step != "end":
        words = WORDS if message.step == "moment" else "skip"
        message = live.write(ADA, words) if message.input == "text" else first_of(live, ADA, message)
    live.tap(ADA, "more")
    passage = send(live, page(live, Choose(at=AT, values=("excerpt",))), "excerpt-agree", agree="ask")
    send(live, send(live, passage, "excerpt"), "excerpt-release", recognise="no")
    (counted,), (released,) = rows(live.store, t.contributions), rows(live.store, t.excerpts)
    assert (counted["circle_id"], counted["window"]) == (released["circle_id"], released["window"])
    assert counted["token"] != released["token"]
    page(live, Submit(at=AT, form="withdraw", values={"purpose": "excerpts"}))
    assert (len(rows(live.store, t.contributions)), rows(live.store, t.excerpts)) == (1, [])
    page(live, Submit(at=AT, form="withdraw", values={"purpose": "counting"}))
    assert rows(live.store, t.contributions) == []


def test_no_word_of_a_passage_stands_in_clear_anywhere(live: Live, pair: Pair, tmp_path: Path) -> None:
    release(live)
    assert found("zqpassage-quillfeather", stored(pair, tmp_path)) == []


def test_taken_back_with_one_tap_it_is_gone(live: Live) -> None:
    receipts = release(live)
    send(live, receipts, "take-back")
    assert rows(live.store, t.excerpts) == []
    assert page(live, Open(at=AT, page="shared")).sections == ()


def test_a_released_passage_goes_with_its_reflection_and_with_its_person(live: Live) -> None:
    release(live)
    release(live, BEN)
    data = page(live, Open(at=AT, page="data"))
    send(live, data, "delete-reflection")
    assert len(rows(live.store, t.excerpts)) == 1
    assert live.store.erase(BEN, AT)
    assert rows(live.store, t.excerpts) == []


def test_what_was_taken_back_of_a_new_supervisor_is_noted_and_shown_as_shared_no_more(live: Live) -> None:
    release(live)
    assert len(receipts(live)) == 1
    live.store.set_up(Setup("local", "north", "north", supervisors=("ada",)), AT)
    assert rows(live.store, t.excerpts) == []
    entries = rows(live.store, t.deletion_ledger)
    assert [entry["kind"] for entry in entries].count("contribution") == 1
    assert entries == key_rows(live.store, keytables.deletion_ledger)
    assert receipts(live) == []


def receipts(live: Live, person: Who = ADA) -> list[str]:
    """What "What I shared" lets the person take back."""
    shared = page(live, Open(at=AT, page="shared"), person)
    return [form.id for section in shared.sections for form in section.forms if form.id == "take-back"]


def test_what_was_taken_back_is_not_shown_as_shared_when_a_backup_is_put_back(
    start: Callable[[], Live], live: Live
) -> None:
    release(live)
    backup = backed_up(live.store)
    (kept,) = rows(live.store, t.reflections)
    page(live, Submit(at=AT, form="delete-reflection", values={"reflection": str(kept["id"])}))
    put_back(live.store, backup)
    again = start()
    assert (rows(again.store, t.excerpts), receipts(again)) == ([], [])


def test_a_choice_that_was_taken_back_comes_back_with_no_backup(start: Callable[[], Live], live: Live) -> None:
    drawn = preview(live)
    send(live, drawn, "excerpt-release", recognise="no")
    release(live, BEN)
    backup = backed_up(live.store)
    page(live, Submit(at=AT, form="withdraw", values={"purpose": "excerpts"}))
    put_back(live.store, backup)
    assert consents(live).excerpts == "ask"
    again = start()
    assert (consents(again).excerpts, consents(again).counting, consents(again).words) == (None, None, None)
    assert consents(again, BEN).excerpts == "ask", "of whom no record is missing"
    assert len(rows(again.store, t.excerpts)) == 1
    told = page(again, Open(at=AT, page="home"))
    fields = {field.id: field.value for field in forms(drawn)["excerpt-release"].fields}
    again.do(ADA, Submit(at=AT, form="excerpt-release", values={**fields, "recognise": "no"}))
    assert len(rows(again.store, t.excerpts)) == 1, "nor by a form that was drawn before"
    assert word("lapsed-excerpts-restored") in told.lines
    assert word("receipt-broken") in page(again, Open(at=AT, page="receipt")).lines
    assert word("receipt-whole") in page(again, Open(at=AT, page="receipt"), BEN).lines
    assert rows(again.store, t.deletion_ledger) == key_rows(again.store, keytables.deletion_ledger)
    page(again, Submit(at=AT, form="consent", values={"words": "keep"}))
    page(again, Submit(at=AT, form="consent", values={"words": "keep", "counting": "always", "excerpts": "ask"}))
    assert consents(again).excerpts == "ask"
    once_more = start()
    assert consents(once_more).excerpts == "ask", "what they chose since holds"
    assert word("receipt-broken") in page(once_more, Open(at=AT, page="receipt")).lines, "that one is missing stays so"


def test_keeping_that_was_given_up_comes_back_with_no_backup(start: Callable[[], Live], live: Live) -> None:
    live.begin(ADA)
    live.write(ADA, WORDS)
    backup = backed_up(live.store)
    live.do(ADA, Submit(at=AT, form="withdraw", values={"purpose": "words"}))
    put_back(live.store, backup)
    again = start()
    message = shown(again.do(ADA, Open(at=AT, page="talk")))
    assert "nothing" in [choice.id for choice in message.choices], "asked as at the very first"
    message = again.tap(ADA, "nothing")
    while message.step != "end":
        message = again.write(ADA, "skip") if message.input == "text" else first_of(again, ADA, message)
    again.tap(ADA, message.choices[0].id)
    assert rows(again.store, t.reflections) == []


def test_a_start_without_a_backup_pauses_nobody(start: Callable[[], Live], live: Live) -> None:
    release(live)
    page(live, Submit(at=AT, form="consent", values={"counting": "never"}))
    before = rows(live.store, t.conversations)
    again = start()
    assert rows(again.store, t.conversations) == before
    assert len(rows(again.store, t.excerpts)) == 1


def consents(live: Live, person: Who = ADA) -> Consents:
    with live.store.transaction() as turn:
        return turn.load(person, AT).conversation.consents


def test_where_the_circle_is_too_small_an_excerpt_is_not_offered(live: Live) -> None:
    at_the_end(live, BEN)
    offered = [option.id for option in shown(live.do(BEN, Open(at=AT, page="talk"))).choices]
    assert {"bring", "excerpt"} <= set(offered)
    live.store.set_up(Setup("local", "north", "north", members=TEAM, supervisors=("sam", "hana")), AT)
    at_the_end(live)
    offered = [option.id for option in shown(live.do(ADA, Open(at=AT, page="talk"))).choices]
    assert "bring" in offered
    assert "excerpt" not in offered


# Looking for names, outside the transaction


@dataclass(frozen=True)
class Watches(Finds):
    """Does something while it looks."""

    meanwhile: Callable[[], object] = lambda: None

    def find(self, text: str, known: tuple[Known, ...] = ()) -> tuple[Span, ...]:
        self.meanwhile()
        return super().find(text, known)


def test_names_are_looked_for_while_nobody_else_has_to_wait(live: Live, start: Callable[[], Live]) -> None:
    """Another process writes while this one looks: the databases are not held."""
    other = start()
    live.begin(ADA, "between-sites")
    live.shell.finder = Watches(meanwhile=lambda: other.store.set_lead(BEN, AT))
    live.write(ADA, "A moment.")
    assert live.shell.store


def test_what_changes_while_names_are_looked_for_is_not_lost(live: Live, start: Callable[[], Live]) -> None:
    other = start()
    other.shell.finder = Finds()
    live.begin(ADA, "quick-visit")
    told: list[str] = []

    def meanwhile() -> None:
        if not told:
            told.append("x")
            other.do(ADA, Write(at=AT, text="Something else was first.", done=False))

    live.shell.finder = Watches(meanwhile=meanwhile)
    live.write(ADA, "Then this.")
    live.write(ADA, "stop")
    with live.store.transaction() as tx:
        kept = tx.load(ADA, AT, page=True).facts.reflections
    assert "Then this." in str(kept)


def test_when_the_detector_fails_words_are_kept_and_nothing_is_shared_or_logged(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    before = preview(live)
    live.shell.finder = Fails()
    with caplog.at_level(logging.WARNING):
        after = send(live, before, "excerpt-release", recognise="no")
        live.begin(ADA, "quick-visit")
        live.write(ADA, f"Kept all the same: {WORDS}")
    assert "nothing can be released" in after.lines[0]
    assert rows(live.store, t.excerpts) == []
    lines = [AllowList().format(record) for record in caplog.records]
    assert any("detector-failed" in line for line in lines)
    assert "quillfeather" not in "\n".join(lines)
    with live.store.transaction() as tx:
        session = tx.load(ADA, AT).conversation.session
    assert session is not None
    assert WORDS in str(session.answers)


def test_the_store_refuses_another_text_than_the_one_that_was_shown(live: Live) -> None:
    live.begin(ADA, "between-sites")
    with pytest.raises(NotWhatWasShown), live.store.transaction() as tx:  # noqa: PT012
        before = tx.load(ADA, AT).conversation
        effect = Release(UUID(int=1), "Another text.", "0" * 64)
        tx.save(before, before.model_copy(update={"locale": "es"}), (effect,), AT, ADA)
    assert rows(live.store, t.excerpts) == []
