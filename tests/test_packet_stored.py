"""What people bring to supervision, in a real store: sealed, opened by whom it names, and gone when taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import AT, Pair, backed_up, key_rows, put_back, rows, who
from finders import Finds
from searching import found, stored
from shells import Live, living
from test_pages import forms, word

from bot.conversation import Page
from bot.effects import SendPacket
from bot.events import Choose, Open, Submit, Who
from bot.ports import Setup
from bot.scanning import text_hash
from storage import copies, keytables, packets
from storage import tables as t
from storage.keyring import Keyring
from storage.packets import NotWhatWasSeen
from storage.place import look, person_key

ADA, BEN, SAM, ZOE, PIA = (who(name) for name in ("ada", "ben", "sam", "zoe", "pia"))
WORDS = "zqpacket-quillfeather was carried to the window."


@pytest.fixture
def start(pair: Pair, ring: Keyring) -> Iterator[Callable[[], Live]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(living(pair, ring))


@pytest.fixture
def live(start: Callable[[], Live]) -> Live:
    live = start()
    live.store.set_up(Setup("local", "north", "north", members=("ada", "ben"), supervisors=("sam",)), AT)
    live.store.set_up(Setup("local", "north", "west", members=("pia",), supervisors=("zoe",)), AT)
    live.shell.finder = Finds(certain=("Maria",))
    return live


def page(live: Live, event: Any, person: Who = ADA) -> Page:
    reply = live.do(person, event)
    assert reply.page is not None, reply.message
    return reply.page


def opened(live: Live, person: Who = ADA, name: str = "packet") -> Page:
    return page(live, Open(at=live.clock.time, page=name), person)


def send(live: Live, before: Page, name: str, person: Who = ADA, **values: Any) -> Page:
    fields = {field.id: field.value for field in forms(before)[name].fields}
    return page(live, Submit(at=live.clock.time, form=name, values={**fields, **values}), person)


def marked(live: Live, person: Who = ADA) -> Page:
    """A reflection that is marked, and the page on which what to send is put together."""
    message = live.begin(person)
    while message.step != "end":
        if message.input == "text":
            message = live.write(person, WORDS if message.step == "moment" else "skip")
        else:
            message = live.tap(person, message.choices[0].id)
    live.tap(person, "more")
    live.do(person, Choose(at=AT, values=("bring",)))
    return send(live, opened(live, person), "packet-way", person)


def previewed(live: Live, person: Who = ADA) -> Page:
    return send(live, marked(live, person), "packet", person)


def brought(live: Live, person: Who = ADA) -> Page:
    return send(live, previewed(live, person), "packet-release", person)


def shown(page: Page) -> str:
    return page.named(str).model_dump_json()


def told(live: Live, person: Who) -> list[str]:
    live.tick(live.clock.time + timedelta(seconds=10))
    return [one.message.text.replace("{person}", one.message.person) for one in live.post.sent if one.who == person]


# Who reads it


def test_only_the_supervisor_whom_it_names_opens_a_packet(live: Live) -> None:
    brought(live)
    assert WORDS in shown(opened(live, SAM))
    assert "From ada, on November 2, 2026." in shown(opened(live, SAM))
    for person in (ZOE, BEN, PIA, who("sam", "south"), who("zoe", "south")):
        assert WORDS not in shown(opened(live, person))
        assert "ada" not in shown(opened(live, person))


def test_a_packet_of_one_supervisor_is_not_opened_by_another_of_the_same_team(live: Live) -> None:
    brought(live)
    live.store.set_up(Setup("local", "north", "north", members=("ada", "ben"), supervisors=("sam", "zoe")), AT)
    assert WORDS in shown(opened(live, SAM))
    assert WORDS not in shown(opened(live, ZOE))


def test_who_supervises_no_more_opens_nothing_from_that_moment_on(live: Live) -> None:
    brought(live)
    live.store.leave_team(SAM, "north", AT)
    assert WORDS not in shown(opened(live, SAM))
    assert "does not supervise you any more" in shown(opened(live))
    live.store.set_up(Setup("local", "north", "north", members=(), supervisors=("sam",)), AT)
    assert WORDS in shown(opened(live, SAM)), "roles are read each time"


def test_who_supervises_only_another_team_opens_nothing_of_this_one(live: Live) -> None:
    brought(live)
    live.store.set_up(Setup("local", "north", "west", members=(), supervisors=("sam",)), AT)
    live.store.leave_team(SAM, "north", AT)
    assert WORDS not in shown(opened(live, SAM))


def test_the_supervisor_is_told_in_neutral_words_and_nobody_else_is(live: Live) -> None:
    brought(live)
    before = len(told(live, ADA))
    lines = [line for line in told(live, SAM) if "brings" in line]
    assert lines == [word("notice-brought", person="ada")]
    assert len(told(live, ADA)) == before
    assert not any("brings" in line for line in told(live, BEN))
    assert not any(WORDS in one.message.model_dump_json() for one in live.post.sent)


def test_nobody_is_told_whether_a_packet_was_opened(live: Live) -> None:
    brought(live)
    before = shown(opened(live))
    opened(live, SAM)
    assert shown(opened(live)) == before
    assert rows(live.store, t.looks) == []


def test_nobody_sends_anything_to_themselves(live: Live) -> None:
    live.store.set_up(Setup("local", "north", "own", members=("sam",), supervisors=("sam2",)), AT)
    with live.store.transaction() as tx:
        assert tx.load(SAM, AT, page=True).facts.supervisors == ("sam2",)
        assert tx.load(ADA, AT, page=True).facts.supervisors == ("sam",)
        assert tx.load(ZOE, AT, page=True).facts.supervisors == ()


# How it is stored


def test_no_word_of_a_packet_stands_in_clear(live: Live, pair: Pair, tmp_path: Path) -> None:
    brought(live)
    told(live, SAM)
    assert found("zqpacket-quillfeather", stored(pair, tmp_path)) == []
    (row,) = rows(live.store, t.packets)
    assert set(row) == {"id", "participant_id", "to_index", "body", "delete_day"}
    (sam,) = (one["id"] for one in rows(live.store, t.participants) if one["id"] in _ids(live, SAM))
    assert sam.bytes not in row["to_index"]


def _ids(live: Live, person: Who) -> set[Any]:
    with live.store.database.reading() as wire:
        place = look(wire, live.store.keys, person)
    return {place.person} if place else set()


def test_a_packet_is_sealed_under_its_sender_s_key(live: Live) -> None:
    brought(live)
    (row,) = rows(live.store, t.packets)
    with live.store.database.reading() as wire:
        place = look(wire, live.store.keys, ADA)
    assert place is not None
    key = person_key(live.store.keys, place)
    assert WORDS in key.open(row["body"], place.where("packets", row["id"], "body")).decode()


def test_the_store_sends_no_text_that_its_writer_did_not_see(live: Live) -> None:
    page = previewed(live)
    (kept,) = rows(live.store, t.reflections)
    assert page
    effect = SendPacket(kept["id"], "sam", "", AT.date(), AT.date(), "Another.", text_hash("Seen."), kept["id"])
    with live.store.database.transaction() as wire:
        place = look(wire, live.store.keys, ADA)
        assert place is not None
        with pytest.raises(NotWhatWasSeen):
            packets.send(wire, live.store.keys, place, person_key(live.store.keys, place), ADA, effect, AT)
    assert rows(live.store, t.packets) == []


# How it goes


def test_what_was_taken_back_leaves_no_trace_on_the_supervisor_s_page(live: Live) -> None:
    before = shown(opened(live, SAM))
    sent = brought(live)
    assert shown(opened(live, SAM)) != before
    send(live, sent, "packet-back")
    assert rows(live.store, t.packets) == []
    assert shown(opened(live, SAM)) == before


def test_nobody_takes_back_what_is_not_theirs(live: Live) -> None:
    brought(live)
    (row,) = rows(live.store, t.packets)
    for person in (SAM, BEN, ZOE):
        page(live, Submit(at=AT, form="packet-back", values={"packet": str(row["id"])}), person)
        with live.store.database.transaction() as wire:
            place = look(wire, live.store.keys, person)
            assert place is not None
            assert not packets.withdraw(wire, place, row["id"])
    assert len(rows(live.store, t.packets)) == 1


def test_a_packet_that_was_taken_back_comes_back_with_no_backup(start: Callable[[], Live], live: Live) -> None:
    sent = brought(live)
    brought(live, BEN)
    backup = backed_up(live.store)
    send(live, sent, "packet-back")
    put_back(live.store, backup)
    again = start()
    (left,) = rows(again.store, t.packets)
    assert left["participant_id"] in _ids(again, BEN)
    assert "ada" not in shown(opened(again, SAM))
    assert rows(again.store, t.deletion_ledger) == key_rows(again.store, keytables.deletion_ledger)


def test_a_packet_goes_after_thirty_days(live: Live) -> None:
    brought(live)
    last = AT + timedelta(days=30)
    live.store.sweep(last)
    live.clock.time = last
    assert WORDS in shown(opened(live, SAM))
    live.clock.time = last + timedelta(days=1)
    assert WORDS not in shown(opened(live, SAM)), "even before it is swept"
    live.store.sweep(last + timedelta(days=1))
    assert rows(live.store, t.packets) == []


def test_a_packet_goes_with_the_person_who_sent_it(live: Live) -> None:
    brought(live)
    assert live.store.erase(ADA, AT)
    assert rows(live.store, t.packets) == []
    assert WORDS not in shown(opened(live, SAM))


def test_a_supervisor_who_erased_themselves_opens_nothing_of_before(live: Live) -> None:
    brought(live)
    assert live.store.erase(SAM, AT, stays=True)
    assert WORDS not in shown(opened(live, SAM))


def test_nothing_is_opened_of_who_has_left_for_they_could_not_take_it_back(live: Live) -> None:
    from bot.events import Left

    brought(live)
    live.do(ADA, Left(at=AT))
    assert WORDS not in shown(opened(live, SAM))


def test_a_copy_holds_what_was_sent_and_a_supervisor_s_does_not(live: Live) -> None:
    from bot.owncopy import made

    brought(live)
    for person, texts in ((ADA, [WORDS]), (SAM, [])):
        with live.store.transaction() as tx:
            everything = copies.everything(tx, live.store.keys, person, AT, "")
        assert everything is not None
        copy = made(live.shell.library, everything, AT)
        assert [one.text for one in copy.brought_to_supervision] == texts
        assert ("zqpacket" in copy.written()) is bool(texts)


# Ten minutes


def test_ten_minutes_are_one_sentence_to_that_supervisor_and_nothing_else_is_kept(live: Live) -> None:
    tables = (t.packets, t.reflections, t.contributions, t.excerpts, t.looks)
    send(live, opened(live, name="home"), "ask-time")
    lines = [line for line in told(live, SAM) if "ten minutes" in line]
    assert lines == ["ada asks for ten minutes with you."]
    assert all(rows(live.store, table) == [] for table in tables)
    page(live, Submit(at=AT, form="ask-time", values={"to": "sam", "page": "home"}))
    assert [line for line in told(live, SAM) if "ten minutes" in line] == lines, "once a day"
    assert not any("ten minutes" in line for line in told(live, ADA))


def test_nobody_but_their_own_supervisor_is_asked_for_ten_minutes(live: Live) -> None:
    for user in ("zoe", "ben", "ada", "nobody"):
        page(live, Submit(at=AT, form="ask-time", values={"to": user, "page": "packet"}))
    assert not any("ten minutes" in line for person in (ZOE, BEN, ADA, SAM) for line in told(live, person))
