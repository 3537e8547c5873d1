"""What docs/privacy.md promises, and what it says cannot be promised: each test is named as the sentence it shows.

One test a sentence, and no other (`test_docs.py` holds them together). Ada writes; nobody else should see it.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from conftest import AT, Pair, emptied, key_rows, rows, who
from finders import Finds
from opening import keys_at_hand, openable, opened, opened_with, sealed_values, tenants
from searching import found, stored
from shells import Live, living
from slack_house import TEAM, house, in_a_loop
from sqlalchemy import delete
from talks import library
from test_packet_stored import WORDS as PACKET
from test_packet_stored import brought
from test_pages import forms
from test_publishing import DUE, Team
from test_sharing_stored import page, preview, release, send

from bot.conversation import Consents, Conversation, Message, Page
from bot.events import Command, Open, Say, Submit, Who
from bot.links import Links
from bot.ports import Setup
from storage import keytables
from storage import tables as t
from storage.counting import token
from storage.keyring import Keyring
from storage.prepared import Prepared
from storage.releasing import ADD_RELEASED
from storage.store import SqlStore

ROOT = Path(__file__).parent.parent
ADA, BEN, SAM, LEE, ZOE = who("ada"), who("ben"), who("sam"), who("lee"), who("zoe", "south")
GROUP = ("ada", "ben", "cleo", "dan", "eve", "finn", "gil", "hana")
WORDS = "The hat with the bees lay upside down on the stairs."
DAY = timedelta(days=1)
LOCALES = ("en", "es")


@pytest.fixture
def live(sqlite_pair: Pair, ring: Keyring) -> Iterator[Live]:
    """The program as it is shipped, with its own detector, and a group that is large enough for everything."""
    with living(sqlite_pair, ring) as one:
        one.shell.finder = None
        grouped(one)
        yield one


def grouped(live: Live) -> None:
    live.store.set_up(Setup("local", "north", "north", members=GROUP, supervisors=("sam",)), AT)
    live.store.set_up(Setup("local", "south", "south", members=("yan",), supervisors=("zoe",)), AT)
    live.store.set_lead(LEE, AT)


def word(name: str, locale: str = "en", **values: object) -> str:
    return library().word(locale, name, **values)


def reflects(live: Live, person: Who = ADA, words: str = WORDS, safety: str = "no", keep: str = "keep") -> Message:
    """A whole reflection up to its last screen: these words in the first box, and the same answers to all the rest."""
    message = live.begin(person, words=keep)
    while message.step != "end":
        if message.input == "text":
            message = live.write(person, words if message.step == "moment" else "skip")
        elif message.step == "gate":
            message = live.tap(person, safety)
            assert any("Nobody has been told" in line for line in message.preface) == (safety == "yes")
        else:
            message = live.tap(person, message.choices[0].id)
    return message


def keeps(live: Live, person: Who = ADA, words: str = WORDS) -> None:
    reflects(live, person, words)
    live.tap(person, "done")


def is_counted(live: Live, person: Who = ADA) -> None:
    """A reflection whose themes are counted, of somebody who keeps their words."""
    if standing(live, person).consents.words is None:
        keeps(live, person)
    live.do(person, Submit(at=live.clock.time, form="consent", values={"counting": "always"}))
    keeps(live, person)


def standing(live: Live, person: Who = ADA) -> Conversation:
    with live.store.transaction() as tx:
        return tx.load(person, live.clock.time).conversation


def clear_of(live: Live) -> str:
    """All that the keys open."""
    return "\n".join(clear for _, clear in opened(live.store))


def pages_of(live: Live, person: Who) -> str:
    """Everything that the program shows somebody outside a reflection."""
    names = ["home", "data", "search", "consent", "receipt", "names", "themes", "looks", "shared", "checkins", "talk"]
    names += ["report", "packet", "setup", "lead"]
    return "\n".join(live.do(person, Open(at=live.clock.time, page=name)).model_dump_json() for name in names)


def read(page: Page) -> str:
    """The lines of a page."""
    return "\n".join((*page.lines, *(line for section in page.sections for line in section.lines)))


def everywhere(pair: Pair) -> dict[str, bytes]:
    """Every file of the installation."""
    return stored(pair, Path(pair.main.removeprefix("sqlite:///")).parent)


# What we can promise -------------------------------------------------------------------------------------------------


def test_what_you_write_before_you_choose_is_not_kept(live: Live, sqlite_pair: Pair) -> None:
    live.do(ADA, Command(at=AT, name="reflect", argument="quick-visit"))
    asked = live.write(ADA, WORDS)
    assert word("typed-too-soon") in asked.preface
    live.say(ADA, WORDS)
    assert "upside down" not in clear_of(live)
    assert found("upside down on the stairs", everywhere(sqlite_pair)) == []
    assert live.store.reflections(ADA) == ()
    live.tap(ADA, "keep")
    live.write(ADA, WORDS)
    assert "upside down" in clear_of(live), "and from then on it is"


def test_each_yes_is_asked_for_by_itself_and_each_begins_as_a_no(live: Live) -> None:
    assert standing(live).consents == Consents()
    keeps(live)
    consents = standing(live).consents
    assert (consents.words, consents.counting, consents.excerpts) == ("keep", None, None)
    assert rows(live.store, t.contributions) == rows(live.store, t.excerpts) == []
    is_counted(live)
    consents = standing(live).consents
    assert (consents.words, consents.counting, consents.excerpts) == ("keep", "always", None)
    assert len(rows(live.store, t.contributions)) == 1
    assert rows(live.store, t.excerpts) == []


def test_one_tap_takes_a_yes_back_with_all_that_is_not_published_yet(live: Live) -> None:
    release(live, ADA, WORDS)
    live.do(ADA, Submit(at=AT, form="consent", values={"counting": "always"}))
    keeps(live)
    is_counted(live, BEN)
    assert (len(rows(live.store, t.contributions)), len(rows(live.store, t.excerpts))) == (2, 1)
    for purpose, left in (("counting", (1, 1)), ("excerpts", (1, 0))):
        taps = [form for section in page(live, Open(at=AT, page="consent")).sections for form in section.forms]
        (tap,) = (form for form in taps if form.id == "withdraw" and form.carried["purpose"] == purpose)
        assert tap.asked == ()
        live.do(ADA, Submit(at=AT, form=tap.id, values=dict(tap.carried)))
        assert getattr(standing(live).consents, purpose) == "never"
        assert (len(rows(live.store, t.contributions)), len(rows(live.store, t.excerpts))) == left
    keeps(live)
    assert len(rows(live.store, t.contributions)) == 1, "Ben's"


def test_you_can_read_every_choice_of_yours_in_the_words_that_stood_there(live: Live) -> None:
    live.do(ADA, Command(at=AT, name="reflect", argument="quick-visit"))
    asked = live.tap(ADA, "read")
    live.tap(ADA, "keep")
    live.do(ADA, Submit(at=AT, form="consent", values={"counting": "always"}))
    live.do(ADA, Submit(at=AT, form="withdraw", values={"purpose": "counting"}))
    receipt = page(live, Open(at=AT, page="receipt"))
    assert word("receipt-whole") in receipt.lines
    withdrawn, given, kept = ("\n".join((one.title, *one.lines)) for one in receipt.sections[1:])
    assert word("withdraw-counting") in withdrawn
    assert word("counting-hint") in given
    assert asked.text in kept
    assert word("consent-full-7") in kept


def test_no_page_shows_anybody_else_whether_you_take_part_say_no_or_stop(live: Live) -> None:
    others = (BEN, SAM, LEE, ZOE)
    for person in others:
        pages_of(live, person)  # who looked today is noted with the first look
    before = [pages_of(live, person) for person in others]
    keeps(live)
    is_counted(live)
    assert [pages_of(live, person) for person in others] == before, "who takes part"
    live.do(ADA, Submit(at=AT, form="withdraw", values={"purpose": "counting"}))
    live.do(ADA, Submit(at=AT, form="withdraw", values={"purpose": "words"}))
    assert [pages_of(live, person) for person in others] == before, "who says no"
    live.do(ADA, Submit(at=AT, form="erase", values={"confirm": "erase"}))
    assert live.store.reflections(ADA) == ()
    assert [pages_of(live, person) for person in others] == before, "who leaves it"
    assert {delivery.who for delivery in live.post.sent} <= {ADA}


def test_the_program_shows_what_you_write_in_private_to_you_alone(live: Live) -> None:
    keeps(live)
    live.begin(ADA)
    live.write(ADA, f"Open: {WORDS}")
    (kept,) = live.store.reflections(ADA)
    assert "upside down" in live.do(ADA, Open(at=AT, page=f"reflection:{kept.id}")).model_dump_json()
    for person in (BEN, SAM, LEE, ZOE, who("ada", "south"), Who(platform="slack", tenant="north", user="ada")):
        seen = pages_of(live, person)
        for name in (f"reflection:{kept.id}", f"excerpt:{kept.id}"):
            seen += live.do(person, Open(at=AT, page=name)).model_dump_json()
        seen += live.do(person, Submit(at=AT, form="search", values={"words": "bees"})).model_dump_json()
        assert "upside down" not in seen


def test_until_you_share_it_what_you_write_or_choose_is_stored_locked_under_a_key_of_your_own(
    live: Live, sqlite_pair: Pair
) -> None:
    keeps(live)
    keeps(live, BEN, "The other hat.")
    (feeling, *_) = (answer for _, answer in live.store.reflections(ADA)[0].answers[1:])
    assert feeling
    assert found("upside down on the stairs", everywhere(sqlite_pair)) == []
    clear = [rows(live.store, table) for table in t.metadata.sorted_tables if table != t.script_revisions]
    assert feeling not in repr(clear)
    values, homes = sealed_values(live.store), tenants(live.store)
    opens = [
        [one for _, one in opened_with([key], values, homes) if "upside down" in one]
        for key in keys_at_hand(live.store)
    ]
    assert sum(map(bool, opens)) == 1, "her own key, and no other"
    assert feeling in "\n".join(map("\n".join, opens))


def test_if_you_keep_nothing_nothing_you_wrote_can_be_opened_once_you_finish(live: Live) -> None:
    reflects(live, keep="nothing")
    copied, homes = sealed_values(live.store), tenants(live.store)
    assert any("upside down" in clear for _, clear in opened_with(keys_at_hand(live.store), copied, homes))
    live.tap(ADA, "done")
    assert not any("upside down" in clear for _, clear in opened_with(keys_at_hand(live.store), copied, homes))
    assert "conversations" in openable(live.store, copied, homes), "what was chosen before still opens"
    assert live.store.reflections(ADA) == ()
    assert "upside down" not in clear_of(live)


def test_your_answer_to_the_safety_question_is_kept_nowhere(live: Live) -> None:
    reflects(live, ADA, safety="yes")
    reflects(live, BEN, safety="no")
    hers, his = (standing(live, person).session for person in (ADA, BEN))
    assert hers is not None
    assert his is not None
    assert hers.answers == his.answers
    assert his.model_copy(update={"id": hers.id}) == hers
    for person in (ADA, BEN):
        live.tap(person, "done")
    assert live.store.reflections(ADA)[0].answers == live.store.reflections(BEN)[0].answers
    assert standing(live, ADA).memory.remembered == standing(live, BEN).memory.remembered
    assert [one.message for one in live.post.sent if one.who == ADA] == [
        one.message for one in live.post.sent if one.who == BEN
    ]


def test_names_that_the_program_finds_are_replaced_before_your_words_are_stored(live: Live, sqlite_pair: Pair) -> None:
    live.begin(ADA)
    live.write(ADA, "I was with Maria Gonzalez when she cried.")
    assert "I was with [NAME-1] when she cried." in clear_of(live)
    assert "Gonzalez" not in clear_of(live)
    live.write(ADA, "stop")
    assert "[NAME-1]" in repr(live.store.reflections(ADA))
    assert "Gonzalez" not in clear_of(live)
    assert found("Maria Gonzalez", everywhere(sqlite_pair)) == []


def test_to_look_for_names_the_program_sends_your_words_nowhere(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def refuse(*given: Any, **_: Any) -> NoReturn:
        tried.append(given)
        raise OSError("there is no network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    keeps(live, words="I was with Maria Gonzalez when she cried.")
    assert "I was with [NAME-1] when she cried." in repr(live.store.reflections(ADA)), "it did look"
    assert tried == []


def test_no_passage_leaves_you_before_you_have_seen_it_word_for_word(live: Live) -> None:
    shown = preview(live, ADA, f"{WORDS} I was with Maria Gonzalez.")
    exact = f"{WORDS} I was with [NAME-1]."
    assert exact in [line for section in shown.sections for line in section.lines]
    assert rows(live.store, t.excerpts) == []
    shown = send(live, shown, "excerpt-release", ADA, text=("It was noon.",), recognise="no")
    assert rows(live.store, t.excerpts) == [], "another text than the one that stood there"
    assert "It was noon." in [line for section in shown.sections for line in section.lines]
    shown = send(live, shown, "excerpt-release", ADA, text=(exact,), recognise="no")
    assert rows(live.store, t.excerpts) == []
    send(live, shown, "excerpt-release", ADA, recognise="no")
    assert [clear for where, clear in opened(live.store) if where.table == "excerpts"] == [exact]


def last_day(live: Live) -> datetime:
    """The last hour in which what was shared can be taken back."""
    until = min(one.until for one in standing(live).memory.shared if one.until is not None)
    return datetime.combine(until, time(23), UTC)


def test_what_you_share_can_be_taken_back_until_it_is_published(live: Live) -> None:
    release(live, ADA, WORDS)
    is_counted(live)
    assert len(rows(live.store, t.excerpts)) == len(rows(live.store, t.contributions)) == 1
    live.clock.time = last_day(live)
    assert live.clock.time - AT > 28 * DAY
    for left in (1, 0):
        shared = page(live, Open(at=live.clock.time, page="shared"))
        assert len(shared.sections) == left + 1
        values = {one.id: one.value[0] for one in forms(shared)["take-back"].fields}
        after = page(live, Submit(at=live.clock.time, form="take-back", values=values))
        assert word("unshared") in after.lines
    assert rows(live.store, t.excerpts) == rows(live.store, t.contributions) == []


def test_your_themes_are_counted_without_your_name_your_words_or_the_day(live: Live) -> None:
    keeps(live)
    is_counted(live)
    live.clock.time = AT + 9 * DAY
    is_counted(live, BEN)
    hers, his = (dict(row) for row in rows(live.store, t.contributions))
    people = rows(live.store, t.participants)
    told = repr(rows(live.store, t.contributions))
    assert not any(repr(person["id"]) in told for person in people)
    random = ("id", "token", "circle_id")  # their digits may well spell somebody's name
    assert all(hers[name] != his[name] for name in ("id", "token"))
    assert hers["circle_id"] == his["circle_id"]
    for name in random:
        del hers[name], his[name]
    assert hers == his, "neither who nor when can be told from it"
    assert set(hers) == {"window", "codes"}
    assert not any(part in repr(hers) for part in ("ada", "upside down", AT.date().isoformat(), repr(AT.date())))


def test_in_the_chat_the_bot_never_repeats_what_you_wrote(live: Live) -> None:
    live.begin(ADA)
    live.do(ADA, Command(at=AT, name="stop"))
    said = [live.do(ADA, Say(at=AT, text=WORDS)) for _ in range(3)]
    said.append(live.do(ADA, Say(at=AT, text=f"ask me about {WORDS} tomorrow at 4 pm")))
    said.append(live.do(ADA, Say(at=AT, text=WORDS * 9)))
    said.append(live.do(ADA, Say(at=AT, text=WORDS, files=True)))
    live.do(ADA, Command(at=AT, name="pause"))
    live.tick(AT + 2 * DAY)
    assert all(reply.surface == "message" for reply in said)
    assert not any("upside down" in reply.model_dump_json() for reply in said)
    assert not any("upside down" in delivery.message.model_dump_json() for delivery in live.post.sent)
    assert live.post.sent
    assert "upside down" in live.do(ADA, Open(at=live.clock.time, page="talk")).model_dump_json(), "it was taken"


def test_a_reflection_is_deleted_when_the_days_that_you_gave_it_are_over(live: Live, sqlite_pair: Pair) -> None:
    keeps(live)
    live.do(ADA, Submit(at=AT, form="retention", values={"days": "7"}))
    (body,) = (bytes(row["body"]) for row in rows(live.store, t.reflections))
    live.tick(AT + 7 * DAY)
    assert len(live.store.reflections(ADA)) == 1
    live.tick(AT + 8 * DAY)
    assert live.store.reflections(ADA) == ()
    assert not any(body in held for held in everywhere(sqlite_pair).values())


def test_after_you_erase_everything_a_backup_of_the_database_opens_nothing_of_yours(
    live: Live, sqlite_pair: Pair, ring: Keyring, tmp_path: Path
) -> None:
    keeps(live)
    keeps(live, BEN, "His own hat.")
    copied, homes = sealed_values(live.store), tenants(live.store)
    live.store.database.checkpoint()
    backup = Path(shutil.copy(tmp_path / "main.db", tmp_path / "backup.db"))
    live.do(ADA, Submit(at=AT, form="erase", values={"confirm": "erase"}))
    clear = "\n".join(one for _, one in opened_with(keys_at_hand(live.store), copied, homes))
    assert "His own hat." in clear
    assert "upside down" not in clear
    with living(Pair(f"sqlite:///{backup}", sqlite_pair.keys), ring) as restored:
        assert restored.store.reflections(ADA) == ()
        assert "upside down" not in clear_of(restored)
        assert "His own hat." in clear_of(restored)


def test_you_can_get_a_copy_of_everything_that_is_kept_about_you(live: Live) -> None:
    is_counted(live)
    live.begin(ADA)
    live.write(ADA, f"Still open: {WORDS}")
    live.do(SAM, Open(at=AT, page="report"))
    live.shell.address = "https://afterword.example.org"
    (link,) = (one.id for section in page(live, Submit(at=AT, form="copy-link")).sections for one in section.links)
    made = live.run(lambda: Links(live.shell).copy(link.rpartition("/")[2]))
    assert made is not None
    copy = json.loads(made.json)
    assert {one["id"] for one in copy["reflections"]} == {str(row["id"]) for row in rows(live.store, t.reflections)}
    assert WORDS in json.dumps(copy["reflections"])
    assert f"Still open: {WORDS}" in json.dumps(copy["open_reflections"])
    assert len(copy["consents"]) == len(rows(live.store, t.consents)) == 2
    assert len(copy["counted_not_published"]) == len(rows(live.store, t.contributions)) == 1
    assert [one["who"] for one in copy["who_looked"]] == ["sam"]
    assert WORDS in repr(made.page), "and it can be read"
    assert live.run(lambda: Links(live.shell).copy(link.rpartition("/")[2])) is None, "once"


def test_you_can_see_who_looked_at_the_page_of_your_group_and_on_which_day(live: Live) -> None:
    assert looks(live) == []
    for person in (SAM, ZOE, BEN):
        live.do(person, Open(at=AT, page="report"))
    assert looks(live) == [(word("looks-line", day="November 2, 2026", person="{person}"), "sam")]


def looks(live: Live) -> list[tuple[str, str]]:
    """Lines of the page, and of whom each tells."""
    there = page(live, Open(at=AT, page="looks")).sections
    return [pair for section in there for pair in zip(section.lines, section.people, strict=bool(section.people))]


def test_no_theme_is_shown_that_fewer_than_three_people_named(store: SqlStore) -> None:
    group = Team(store, 6)
    group.all_give("L2")
    for user in ("ada", "ben"):
        group.gives(user, "A1")
    group.tick()
    (made,) = group.seen()
    assert [theme.code for theme in made.themes] == ["L2"]


def test_what_was_published_is_never_counted_again(store: SqlStore) -> None:
    group = Team(store, 6)
    group.all_give("A1")
    group.tick()
    before = group.seen()
    store.erase(who("ada"), DUE)
    store.leave_team(BEN, "first", DUE)
    for later in range(1, 30):
        group.tick(DUE + later * DAY)
    assert group.seen(DUE + 30 * DAY)[-1].written() == before[0].written()


def test_only_the_supervisor_that_you_name_can_open_what_you_bring_to_supervision(live: Live) -> None:
    live.shell.finder = Finds()
    brought(live)
    readers = [one for one in (SAM, ZOE, BEN, LEE) if PACKET in repr(page(live, Open(at=AT, page="packet"), one))]
    assert readers == [SAM]


# What we cannot promise ----------------------------------------------------------------------------------------------


def test_whoever_holds_the_keys_and_goes_around_the_program_can_open_what_is_stored(live: Live) -> None:
    keeps(live)
    sealed = sealed_values(live.store)
    assert len(opened_with(keys_at_hand(live.store), sealed, tenants(live.store))) == len(sealed), "all of it"
    assert WORDS in clear_of(live)
    assert opened_with([], sealed, tenants(live.store)) == [], "and without the keys nothing"


def test_until_a_theme_is_published_whoever_holds_the_keys_can_link_it_to_you(live: Live) -> None:
    keeps(live)
    is_counted(live)
    (counted,) = rows(live.store, t.contributions)
    receipts = {
        where.row for where, clear in opened(live.store) if str(counted["id"]) in clear and where.field == "state"
    }
    (hers,) = (row for row in rows(live.store, t.participants) if row["id"] in receipts)
    ((circle, window, window_key),) = live.store.keys.window_keys()
    key = live.store.keys.data_key(hers["key_id"])
    assert key is not None
    assert token(window_key, key.key, circle) == counted["token"]
    live.store.keys.destroy_window_key(circle, window)
    assert live.store.keys.window_keys() == (), "what its window's key could tell ends with publication"


def test_whoever_kept_a_backup_of_the_keys_can_open_a_backup_of_what_you_erased(
    live: Live, ring: Keyring, tmp_path: Path
) -> None:
    keeps(live)
    folder = tmp_path / "kept"
    folder.mkdir()
    for database in (live.store.database, live.store.keys.database):
        database.checkpoint()
    for name in ("main.db", "keys.db"):
        shutil.copy(tmp_path / name, folder / name)
    live.do(ADA, Submit(at=AT, form="erase", values={"confirm": "erase"}))
    assert "upside down" not in clear_of(live)
    both = Pair(f"sqlite:///{folder / 'main.db'}", f"sqlite:///{folder / 'keys.db'}")
    with living(both, ring) as restored:
        assert WORDS in clear_of(restored)


def test_the_program_does_not_find_every_name(live: Live) -> None:
    """Names that are words, and a story that needs no name."""
    written = ("I held may until the crying stopped.", "I said good night to sky.", "I sat with faith on the step.")
    story = "Her triplets were born in the bus that was on the news."
    for text in (*written, story):
        keeps(live, words=text)
    kept = repr(live.store.reflections(ADA))
    assert any(text in kept for text in written)
    assert story in kept
    full = live_notice(live, BEN)
    assert "it does not find all of them" in full


def live_notice(live: Live, person: Who, locale: str = "en") -> str:
    """The whole notice, as it stands on the screen before anybody agrees."""
    if locale != "en":
        live.do(person, Submit(at=AT, form="language", values={"language": locale}))
    live.do(person, Command(at=AT, name="reflect", argument="quick-visit"))
    return live.tap(person, "read").text


def test_in_a_small_team_people_may_guess_who_wrote_something(live: Live) -> None:
    """What is released is in its writer's own manner, of a day that others may remember; and they are told so."""
    release(live, ADA, WORDS)
    assert [clear for where, clear in opened(live.store) if where.table == "excerpts"] == [WORDS]
    assert len(GROUP) == 8
    assert "In a small team people may still guess who wrote it." in word("excerpts-question")
    shown = "\n".join(line for one in live.store.consents(ADA) for line in [json.dumps(one, ensure_ascii=False)])
    assert "In a small team people may still guess who wrote it." in shown, "it stood there when she agreed"
    for number, locale in enumerate(LOCALES):
        full = live_notice(live, who(GROUP[2 + number]), locale)
        assert {"en": "In a small team people may still guess.", "es": "En un equipo pequeño alguien podría adivinar."}[
            locale
        ] in full


@in_a_loop
async def test_what_you_type_as_a_chat_message_stays_there_and_your_employer_may_be_able_to_read_it(
    sqlite_pair: Pair, ring: Keyring
) -> None:
    async with house(sqlite_pair, ring) as home:
        ada = home.phone()
        await ada.command("/reflect", "quick-visit")
        await ada.tap("choose:keep", in_="modal")
        await ada.close()
        await home.settled()
        await ada.say(WORDS)
        await home.settled()
        assert word("typed-aside") in ada.dm()[-1]
        assert home.store.erase(home.who(ada.user), home.clock.now())
        assert "upside down" not in repr(opened(home.store))
        hers = [one for one in home.slack.everything_stored(TEAM) if one.get("user") == ada.user]
        assert WORDS in [one["text"] for one in hers], "ours is gone, and Slack's is not"


def test_the_bot_s_own_lines_in_your_chat_with_their_times_show_that_you_use_it(live: Live) -> None:
    keeps(live)
    (line,) = (delivery for delivery in live.post.sent if delivery.who == ADA)
    assert line.message.text == word("goodbye")


def test_what_was_published_or_read_cannot_be_taken_back(live: Live) -> None:
    release(live, ADA, WORDS)
    is_counted(live)
    shared = page(live, Open(at=AT, page="shared"))
    assert read(shared).count("After that it may be published") == len(shared.sections) == 2
    live.clock.time = last_day(live) + DAY
    (passage,) = page(live, Open(at=live.clock.time, page="shared")).sections
    assert WORDS in passage.lines, "which waits for a later batch than the themes"
    (row,) = rows(live.store, t.excerpts)
    with live.store.database.transaction() as wire:
        wire.run(ADD_RELEASED, id=row["id"], day=live.clock.time.date())
        wire.run(Prepared(delete(t.excerpts)))
    over = page(live, Open(at=live.clock.time, page="shared"))
    assert (read(over), forms(over)) == (f"{word('shared-none')}\n{word('passage-released')}", {})
    said = read(page(live, Open(at=live.clock.time, page="receipt")))
    for purpose in ("counting", "excerpts"):
        assert word(f"receipt-back-{purpose}") in said
        assert "cannot be recalled" in word(f"receipt-back-{purpose}")


def test_reporting_laws_court_orders_and_requests_for_public_records_may_reach_what_is_kept(live: Live) -> None:
    told = {
        "en": ("Reporting laws", "court orders", "requests for public records"),
        "es": ("leyes sobre reportes", "órdenes de un tribunal", "solicitudes de registros públicos"),
    }
    for person, locale in zip((ADA, BEN), LOCALES, strict=True):
        full = live_notice(live, person, locale)
        assert all(part in full for part in told[locale])
    live.tap(ADA, "keep")
    live.write(ADA, WORDS)
    assert WORDS in clear_of(live), "whoever runs it could be made to open this"


def test_what_is_shared_is_de_identified_and_unattributed_and_we_do_not_call_it_anonymous(live: Live) -> None:
    keeps(live)
    live.do(ADA, Submit(at=AT, form="withdraw", values={"purpose": "counting"}))
    consent = page(live, Open(at=AT, page="consent")).model_dump_json()
    assert "De-identified and unattributed" in consent
    said = [*(ROOT / "prompts").rglob("*.toml"), *(ROOT / "prompts").rglob("*.po")]
    assert len(said) > 5
    for path in said:
        assert not re.search(r"an[oó]nim|anonym", path.read_text(encoding="utf-8"), re.IGNORECASE), path
    for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"an[oó]nim|anonym", line):
                assert re.search(r"do not call it anonymous|no decimos que sea anónimo", line), path


def test_afterword_is_not_hipaa_compliant_software(live: Live) -> None:
    """It says so wherever it speaks of it, and it cannot be: what identifies somebody may be kept."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    mentions = [
        sentence
        for path in pages
        for sentence in re.split(r"(?<=[.:])\s", path.read_text(encoding="utf-8"))
        if re.search(r"HIPAA.compliant|conforme con HIPAA", sentence)
    ]
    assert len(mentions) > 2
    assert all(re.search(r"\b(not|no|never)\b", sentence) for sentence in mentions), mentions
    for path in (*(ROOT / "prompts").rglob("*.toml"), *(ROOT / "prompts").rglob("*.po")):
        assert "HIPAA" not in path.read_text(encoding="utf-8"), path
    keeps(live, words="Her triplets were born in the bus that was on the news.")
    assert "triplets" in clear_of(live)


def test_the_bot_understands_nothing_that_you_write_and_it_alerts_nobody(live: Live) -> None:
    """Some words bring up the safety card, whatever is said with them; what is said otherwise brings up nothing."""
    live.tick(AT + timedelta(minutes=1))  # Lee is told that they lead
    live.clock.time, already = AT, len(live.post.sent)
    others = (BEN, SAM, LEE)
    for person in others:
        pages_of(live, person)
    before = [pages_of(live, person) for person in others]
    first = {person: live.begin(person) for person in (ADA, who("cleo"), who("dan"))}
    said = {
        ADA: "She told me that he hits her.",
        who("cleo"): "In the story that we read, the bear is angry and he hits her drum.",
        who("dan"): "The small one flinched and hid whenever he came in, and would not go home with him.",
    }
    shown = {person: live.write(person, said[person], first[person].prompt).preface for person in said}
    assert [word("safety-noticed") in shown[person] for person in said] == [True, True, False], "by words alone"
    assert "it can be wrong. Nobody is told" in word("safety-noticed")
    for person in said:
        live.do(person, Command(at=AT, name="stop"))
    live.tick(AT + timedelta(minutes=2))
    live.clock.time = AT
    assert [pages_of(live, person) for person in others] == before
    assert {delivery.who for delivery in live.post.sent[already:]} <= set(said)


def test_postgresql_may_hold_deleted_rows_locked_until_it_clears_them(
    postgres_pair: Pair, ring: Keyring, tmp_path: Path
) -> None:
    with living(emptied(postgres_pair), ring) as live:
        grouped(live)
        keeps(live)
        copied, homes = sealed_values(live.store), tenants(live.store)
        (body,) = (bytes(row["body"]) for row in rows(live.store, t.reflections))
        keys = {row["id"]: bytes(row["wrapped"]) for row in key_rows(live.store, keytables.data_keys)}
        live.do(ADA, Submit(at=AT, form="erase", values={"confirm": "erase"}))
        assert rows(live.store, t.reflections) == []
        (hers,) = keys.keys() - {row["id"] for row in key_rows(live.store, keytables.data_keys)}
        files = {name: held for name, held in stored(postgres_pair, tmp_path).items() if "/" in name}
        if not files:
            pytest.skip("the files of this server cannot be read from here")
        assert any(body in held for held in files.values()), "its bytes are there"
        assert any(keys[hers] in held for held in files.values()), "where the keys are on a server, theirs are, too"
        assert found("upside down on the stairs", files) == []
        assert not any("upside down" in clear for _, clear in opened_with(keys_at_hand(live.store), copied, homes))


def test_the_computer_may_put_what_is_in_its_memory_on_its_disk(live: Live) -> None:
    """Words stand in memory while they are written and read, and nothing holds that memory back from the disk."""
    live.begin(ADA)
    live.write(ADA, WORDS)
    assert "upside down" in live.do(ADA, Open(at=AT, page="talk")).model_dump_json()
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("only Linux tells how much memory is held back")
    held_back = re.search(r"^VmLck:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
    assert held_back is not None
    assert int(held_back[1]) == 0


def test_in_a_group_of_six_those_who_took_no_part_can_tell_that_the_other_five_did(store: SqlStore) -> None:
    group = Team(store, 6)
    group.all_give("A1", only=5)
    group.tick()
    (made,) = group.seen()
    assert (made.enough, made.people) == (True, "5+"), "five of six, and one of them knows that it was not they"
