"""What is private stays private by construction: each test is named as the claim that it holds (DESIGN: law 4)."""

from __future__ import annotations

import io
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from conftest import AT, Pair, key_rows, rows, who
from finders import Fails, Finds
from opening import Where, openable, opened, sealed_values
from pydantic import ValidationError
from searching import forms, found, said, stored
from shells import Live, living, shown
from sqlalchemy import insert
from test_pages import forms as forms_of
from test_sharing_stored import preview, send

from bot.conversation import Reply
from bot.events import Choose, Command, Event, Inbound, Open, Rate, Say, Submit, Who, Write
from bot.logs import AllowList
from bot.ports import Delivery, LostRace, OurBug, Refusal, Setup
from bot.replay import read_line
from prompts.library import Library, build, read_sources
from prompts.source import read_script
from storage import keytables
from storage import tables as t
from storage.keyring import from_file, new_key
from storage.prepared import Prepared
from storage.store import SqlStore
from storage.turns import SqlTransaction

CANARY = "zqcanary-quillfeather"
USER = "zquser-quillfeather"
ADA, BEN, ZOE = who(USER), who("ben-of-the-north"), who("zoe-of-the-south", "south")
SAM, TEAM = who("sam-of-the-north"), "zqteam-of-the-north"
DAY = timedelta(days=1)
Fault = Callable[[Live], AbstractContextManager[None]]

#: Every kind of step, with ids that stand nowhere else. Of each two choices one is tapped.
SCRIPT = """
title = "Unusual"
summary = "Ids that stand nowhere else."
minutes = 5

[[steps]]
id = "first"
type = "choice"
text = "Which?"
choices = [{ id = "zqchoice-first-a", label = "One" }, { id = "zqchoice-first-b", label = "Two" }]

[[steps]]
id = "mood"
type = "scale"
text = "How heavy?"
low = "light"
high = "heavy"

[[steps]]
id = "own"
type = "free"
text = "In your words?"

[[steps]]
id = "many"
type = "multi"
text = "Which of these?"
choices = [
  { id = "zqchoice-many-a", label = "Worry", codes = ["A1"] },
  { id = "zqchoice-many-b", label = "Anger", codes = ["A3"] },
]

[[steps]]
id = "unkept"
type = "choice"
text = "Is anyone's safety on your mind?"
keep = false
sensitive = true
choices = [{ id = "zqchoice-unkept-a", label = "No" }, { id = "zqchoice-unkept-b", label = "Yes" }]

[[steps]]
id = "place"
type = "choice"
text = "Where was it?"
remember = true
choices = [{ id = "zqchoice-place-a", label = "A home" }, { id = "zqchoice-place-b", label = "A room" }]

[[steps]]
id = "over"
type = "end"
text = "That was all."
choices = [{ id = "zqchoice-over-a", label = "Remind me tonight", remind = "day-end" }]
"""
TAPPED = ("first", "many", "unkept", "place", "over")


@cache
def library(folder: Path) -> Library:
    path = folder / "unusual.toml"
    path.write_text(SCRIPT, encoding="utf-8")
    sources = read_sources()
    return build(replace(sources, scripts={**sources.scripts, "unusual": read_script(path)}))


@pytest.fixture(scope="session")
def unusual(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(tmp_path_factory.mktemp("prompts"))


@pytest.fixture
def start(pair: Pair, tmp_path: Path, unusual: Library) -> Iterator[Callable[[], Live]]:
    """Starts one more process on the same databases; its key file stands beside them."""
    path = tmp_path / "afterword.key"
    path.touch(mode=0o600)
    path.write_text(new_key() + "\n")
    with ExitStack() as stack:

        def one_more() -> Live:
            live = stack.enter_context(living(pair, from_file(path), unusual))
            live.shell.finder = Finds()  # finds nothing: whatever is typed is kept as it was typed
            return live

        yield one_more


@pytest.fixture
def live(start: Callable[[], Live]) -> Live:
    return start()


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything that any logger says, at every level: as the program writes it, and as it would stand without that."""
    written, root = io.StringIO(), logging.getLogger()
    before = root.level
    handlers = [logging.StreamHandler(written), logging.StreamHandler(written)]
    handlers[0].setFormatter(AllowList())
    handlers[1].setFormatter(logging.Formatter("%(message)s %(args)s %(exc_text)s"))
    root.setLevel(logging.DEBUG)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield written
    finally:
        root.setLevel(before)
        for handler in handlers:
            root.removeHandler(handler)


# A canary, typed through every door ----------------------------------------------------------------------------------


def doors() -> Iterator[Event]:
    """Whatever a person can send, each with the canary in it, in an order that goes all the way to the end."""
    words = f"and then {CANARY} said nothing for a while"
    yield Say(at=AT, text=words)
    yield Write(at=AT, text=words)
    yield Command(at=AT, name="reflect", argument="quick-visit")
    yield Choose(at=AT, values=("keep",))
    yield Write(at=AT, text=words, done=False)
    yield Say(at=AT, text=words)
    yield Write(at=AT, text=words)
    yield Choose(at=AT, values=(CANARY,))
    yield Choose(at=AT, values=(CANARY, CANARY))
    yield Choose(at=AT, values=("skip",), prompt=CANARY)
    yield Write(at=AT, text=words, prompt=CANARY)
    yield Write(at=AT, text=f"{CANARY}\x00\ud800\u202e")
    yield Command(at=AT, name="skip")
    yield Write(at=AT, text=f"{CANARY} " * 400)
    yield Write(at=AT, text=f"{CANARY} " * 4000)
    for name in ("reflect", "language", "help", "safety", "breathe", "pause", "resume", "back"):
        yield Command(at=AT, name=name, argument=CANARY)
    for wish in (f"ask me about {CANARY} tomorrow at 4 pm", f"away until {CANARY}", f"remind me on friday, {CANARY}"):
        yield Say(at=AT, text=wish)
        yield Write(at=AT, text=wish)
    for page in (CANARY, f"excerpt:{CANARY}", "home", "data", "consent", "names", "report", "packet", "talk", "shared"):
        yield Open(at=AT, page=page)
    yield from _forms()
    yield Command(at=AT, name="stop")
    yield Command(at=AT, name="reflect", argument="unusual", surface="message")
    yield Choose(at=AT, values=("here",), surface="message")
    yield Say(at=AT, text=CANARY)
    yield Choose(at=AT, values=("zqchoice-first-a",), surface="message")
    yield Write(at=AT, text=CANARY)
    yield Rate(at=AT, value=4, surface="message")
    yield Say(at=AT, text=words)
    yield Choose(at=AT, values=("delete",))
    yield Write(at=AT, text=words)
    yield Choose(at=AT, values=("yes-delete",))
    yield Command(at=AT, name="reflect", argument="between-sites")
    yield Write(at=AT, text=words)


def _forms() -> Iterator[Event]:
    fields = {
        CANARY: CANARY,
        "consent": "words",
        "language": "language",
        "retention": "days",
        "delete-reflection": "reflection",
        "erase": "confirm",
        "names-add": "names",
        "names-forget": "names",
        "search": "words",
        "own-words": "words-0-1",
        "quiet": "hours",
        "check-in-visit": "words",
        "check-in-day-end": "time",
        "check-in-weekly": "day",
        "check-in-supervision": "date",
        "check-in-away": "words",
        "check-in-quiet": "hours",
        "excerpt": "text",
        "excerpt-agree": "agree",
        "excerpt-names": "hide",
        "excerpt-release": "text",
        "take-back": "receipt",
        "withdraw": "purpose",
        "agree-again": "purpose",
    }
    for form, box in fields.items():
        yield Submit(at=AT, form=form, values={box: CANARY, CANARY: (CANARY, CANARY)})


def through_every_door(live: Live, person: Who) -> list[Reply]:
    return [
        live.take(Inbound(key=f"{CANARY}-{person.user}-{number}", who=person, event=event, surface_ref=CANARY))[0]
        for number, event in enumerate(doors())
    ]


def quoting(delivery: Delivery) -> None:
    kind = RuntimeError if delivery.id.int % 2 else OurBug
    raise kind(f"{CANARY} {delivery!r}")


@pytest.mark.parametrize("number", range(len(forms(CANARY))))
def test_the_search_finds_what_is_there(live: Live, pair: Pair, tmp_path: Path, number: int) -> None:
    """The tests below say that something is not found; this one says that it would be."""
    word = f"zqplanted-{number}-feather"
    form = forms(word)[number]
    (tmp_path / "leak").write_bytes(b"..." + form + b"...")
    assert found(word, stored(pair, tmp_path)) == ["leak"]
    (tmp_path / "leak").unlink()
    if b"\0" not in form:
        live.store.set_up(Setup(platform="local", tenant="north", team=f"x{form.decode()}"), AT)
        places = found(word, stored(pair, tmp_path))
        assert len(places) >= (1 if pair.main.startswith("sqlite") else 3), "its row, its file and the log of writes"


# The same, while everything goes wrong


@dataclass
class Unlucky(Live):
    """A process in which a fault is about to happen. Where it takes a turn with it, the person tries again."""

    fault: Fault = nullcontext
    raised: list[str] = field(default_factory=list)

    def take(self, *inbounds: Inbound) -> list[Reply]:
        with self.fault(self):
            try:
                return super().take(*inbounds)
            except Exception as error:
                self.raised.append(said(error))
        return super().take(*inbounds)


def saving(instead: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Fault:
    @contextmanager
    def faulty(_live: Live) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(SqlTransaction, "save", instead(SqlTransaction.save))
            yield

    return faulty


def overtaken(save: Callable[..., Any]) -> Callable[..., Any]:
    """Somebody else is faster each first time, when all of it is written and nothing is committed."""
    beaten: list[bool] = []

    def then_lost(*given: Any) -> Any:
        written = save(*given)
        if not beaten:
            beaten.append(True)
            raise LostRace
        return written

    return then_lost


def torn(save: Callable[..., Any]) -> Callable[..., Any]:
    """The database goes away in the middle of a turn."""

    def then_gone(tx: SqlTransaction, *given: Any) -> Any:
        save(tx, *given)
        with tx.savepoint():
            tx.wire.run(Prepared(insert(t.script_revisions)), revision=None, slug="", body="", day_added=AT.date())

    return then_gone


@contextmanager
def stumbling(_live: Live) -> Iterator[None]:
    """The engine itself is at fault, and says of what."""

    def stumble(*given: Any) -> None:
        raise RuntimeError("at fault") from ValueError(type(given[-1]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.turn.step", stumble)
        yield


@contextmanager
def unable(live: Live) -> Iterator[None]:
    """The detector fails, and quotes what it was given."""
    before, live.shell.finder = live.shell.finder, Fails()
    yield
    live.shell.finder = before


FAULTS: dict[str, Fault] = {
    "none": nullcontext,
    "detector": unable,
    "race": saving(overtaken),
    "database": saving(torn),
    "engine": stumbling,
}


def released(live: Live, person: Who) -> None:
    """A passage with the canary in it, through each of its stages and each of its faults; then all that comes after."""
    words = f"A quiet {CANARY} of a moment."
    first = live.begin(person)
    live.write(person, words)
    live.write(person, f"Late: {CANARY}", first.prompt)
    live.do(person, Command(at=AT, name="stop"))
    waiting = rows(live.store, t.excerpts)
    page = preview(live, person, words)
    if "excerpt-names" not in forms_of(page):  # nobody could look: it stays where it is
        live.do(person, Submit(at=AT, form="excerpt-release", values={"text": words, "recognise": "no"}))
        assert rows(live.store, t.excerpts) == waiting
        return
    page = send(live, page, "excerpt-names", person, hide=())
    for text, answer in ((words, "maybe"), (words, ""), (f"{CANARY} " * 60, "no"), (f"Quiet, {CANARY}.", "no")):
        page = send(live, page, "excerpt-release", person, text=(text,), recognise=answer)
        if "excerpt" in forms_of(page):
            page = send(live, page, "excerpt", person, text=(words,))
        if "excerpt-names" in forms_of(page):
            page = send(live, page, "excerpt-names", person, hide=())
    send(live, page, "excerpt-release", person, recognise="no")
    assert len(rows(live.store, t.excerpts)) == len(waiting) + 1
    (kept, *_) = live.store.reflections(person)
    changed = {"reflection": str(kept.id), f"words-{kept.own[0]}-1": f"Changed, {CANARY}"}
    live.do(person, Submit(at=AT, form="search", values={"words": CANARY}))
    live.do(person, Submit(at=AT, form="own-words", values=changed))


def test_a_canary_typed_anywhere_is_only_ever_in_a_sealed_column(live: Live, pair: Pair, tmp_path: Path) -> None:
    unlucky = {
        fault: Unlucky(live.shell, live.store, live.post, live.clock, happens) for fault, happens in FAULTS.items()
    }
    talker, writer = ({fault: who(f"{USER}-{fault}-{n}") for fault in FAULTS} for n in range(2))
    names = tuple(person.user for person in (*talker.values(), *writer.values()))
    live.store.set_up(Setup(platform="local", tenant="north", team=TEAM, members=names), AT)
    live.shell.finder = Finds(doubtful=("quiet",))
    with logged() as log:
        live.post.fault = quoting
        replies = {fault: through_every_door(each, talker[fault]) for fault, each in unlucky.items()}
        live.post.fault = lambda delivery: None
        for fault, each in unlucky.items():
            released(each, writer[fault])
        through_every_door(live, writer["none"])
        live.tick(AT + timedelta(hours=6))
        before = stored(pair, tmp_path)
        there = {where.table for where, clear in opened(live.store) if CANARY in clear}
        live.clock.time = AT
        for person in talker.values():
            live.do(person, Submit(at=AT, form="consent", values={"words": "nothing"}))
        live.tick(AT + 10 * DAY)
    for answers in replies.values():
        assert any(CANARY in reply.model_dump_json() for reply in answers), "the doors are open"
    assert there == {"reflections", "conversations", "excerpts"}, "and what came in is kept"
    assert [fault for fault, each in unlucky.items() if each.raised] == ["database", "engine"]
    places = stored(pair, tmp_path)
    places |= {f"{name}, before": held for name, held in before.items() if places.get(name) != held}
    places["exceptions"] = repr([each.raised for each in unlucky.values()]).encode()
    places["log"] = log.getvalue().encode()
    assert "delivery-failed" in log.getvalue()
    assert "detector-failed" in log.getvalue()
    assert found(CANARY, places | {"sent": repr(live.post.sent).encode()}) == []
    assert found(USER, places) == []


def test_what_is_typed_into_the_chat_is_never_said_back_there(live: Live) -> None:
    replies = through_every_door(live, ADA)
    in_chat = [reply for reply in replies if reply.surface != "private"]
    assert len(in_chat) > 4
    assert CANARY not in repr(in_chat)
    assert live.post.sent
    assert all(CANARY not in delivery.message.model_dump_json() for delivery in live.post.sent)


def test_a_tapped_choice_stands_nowhere_but_in_sealed_columns(live: Live, pair: Pair, tmp_path: Path) -> None:
    """The scripts themselves are stored in clear; so every id must be there as often afterwards as it was before."""
    with live.store.transaction() as tx:
        for script in live.shell.library.scripts.values():
            tx.keep_script(script)
    live.store.database.checkpoint()
    ids = [f"zqchoice-{step}-{side}" for step in TAPPED for side in ("a", "b")]
    before = counted(ids, stored(pair, tmp_path))
    with logged() as log:
        live.begin(ADA, "unusual")
        live.tap(ADA, "zqchoice-first-a")
        live.do(ADA, Rate(at=AT, value=4))
        live.write(ADA, CANARY)
        live.tap(ADA, "zqchoice-many-a")
        live.tap(ADA, "zqchoice-unkept-a")
        assert live.tap(ADA, "zqchoice-place-a").step == "over"
        live.tap(ADA, "zqchoice-over-a")
    assert counted(ids, stored(pair, tmp_path)) == before
    assert not any(id_ in log.getvalue() for id_ in ids)
    assert not any(id_ in repr(live.post.sent) for id_ in ids)
    assert rows(live.store, t.contributions) == []


def counted(ids: list[str], places: dict[str, bytes]) -> dict[str, int]:
    """How often each id stands in clear; of PostgreSQL its rows, since its files move while it works."""
    seen = {name: held for name, held in places.items() if "/" not in name}
    return {id_: sum(held.count(id_.encode()) for held in seen.values()) for id_ in ids}


# What goes wrong -----------------------------------------------------------------------------------------------------


def broken(pair: Pair, table: str) -> None:
    """The database loses a table, as after a half-restored backup."""
    url = pair.main
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
    else:
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")


def mended(pair: Pair, table: str) -> None:
    broken_name = f"{table}_gone"
    if pair.main.startswith("postgresql"):
        with psycopg.connect(pair.main, autocommit=True) as connection:
            connection.execute(f"ALTER TABLE {broken_name} RENAME TO {table}")


def failure(*doings: Callable[[], object]) -> Exception | None:
    """Does one thing after another until one raises; gives what it raised."""
    for do in doings:
        try:
            do()
        except Exception as error:
            return error
    return None


@pytest.mark.parametrize("table", ["reflections", "conversations", "inbox", "deliveries"])
def test_a_database_that_fails_says_nothing_of_what_was_being_written(
    live: Live, pair: Pair, tmp_path: Path, table: str
) -> None:
    live.begin(ADA)
    live.write(ADA, CANARY)
    broken(pair, table)
    with logged() as log:
        error = failure(lambda: live.write(ADA, CANARY), lambda: live.do(ADA, Command(at=AT, name="stop")))
    mended(pair, table)
    assert isinstance(error, Refusal)
    assert CANARY not in said(error)
    assert found(CANARY, {**stored(pair, tmp_path), "log": log.getvalue().encode()}) == []


def test_a_full_disk_says_nothing_of_what_was_being_written(sqlite_pair: Pair, tmp_path: Path) -> None:
    path = tmp_path / "afterword.key"
    path.touch(mode=0o600)
    path.write_text(new_key() + "\n")
    with living(sqlite_pair, from_file(path)) as live:
        live.shell.finder = Finds()
        live.begin(ADA)
        writer = live.store.database.writer()
        pages = writer.say("PRAGMA page_count")
        assert pages is not None
        writer.say(f"PRAGMA max_page_count = {pages[0]}")
        with logged() as log:
            error = failure(*[lambda: live.say(ADA, f"{CANARY} " * 300)] * 100)
        writer.say("PRAGMA max_page_count = 100000")
        assert isinstance(error, Refusal)
        assert "full" in error.words
        assert CANARY not in said(error)
        assert found(CANARY, {**stored(sqlite_pair, tmp_path), "log": log.getvalue().encode()}) == []
        assert live.write(ADA, CANARY)


def test_a_lost_key_says_nothing_but_that(live: Live, start: Callable[[], Live]) -> None:
    live.finish(ADA)
    key = rows(live.store, t.participants)[0]["key_id"]
    live.store.keys.destroy([key])
    with pytest.raises(Refusal) as refused:
        start().write(ADA, CANARY)
    assert refused.value.code == "key-missing"
    assert CANARY not in said(refused.value)
    assert USER not in said(refused.value)


UNREADABLE: list[dict[str, Any]] = [
    {"kind": "write", "text": [CANARY]},
    {"kind": "write", "text": CANARY, "done": CANARY},
    {"kind": "say", "text": {"text": CANARY}},
    {"kind": "choose", "values": CANARY},
    {"kind": "rate", "value": CANARY},
    {"kind": "submit", "form": "consent", "values": {"words": {"deep": CANARY}}},
    {"kind": "command", "name": CANARY},
    {"kind": "open", "page": [CANARY]},
]


@pytest.mark.parametrize("event", UNREADABLE, ids=lambda event: event["kind"])
def test_an_event_that_cannot_be_read_does_not_quote_itself(event: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as unread:
        Inbound.model_validate({"key": "k", "who": ADA, "event": {"at": AT, **event}})
    assert CANARY not in str(unread.value) + repr(unread.value)


@pytest.mark.parametrize(
    "line",
    [
        f'{{"at": "2026-11-02T16:40:00Z", "from": "ada", "write": ["{CANARY}"]}}',
        f'{{"at": "{CANARY}", "from": "ada", "write": "x"}}',
        f'{{"at": "2026-11-02T16:40:00Z", "write": "{CANARY}"}}',
        f'{{"write": "{CANARY}" "{CANARY}"}}',
        f'"{CANARY}"',
        CANARY,
    ],
)
def test_a_line_of_a_replay_that_cannot_be_read_does_not_quote_itself(line: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_line(1, line)
    assert CANARY not in refused.value.words


# Erasing and letting go ----------------------------------------------------------------------------------------------


def full(live: Live, person: Who) -> None:
    """A kept reflection, a reminder, and another reflection that is open."""
    live.finish(person)
    live.begin(person, "unusual")
    live.tap(person, "zqchoice-first-a")
    for _ in range(5):
        live.tap(person, "skip")
    live.tap(person, "zqchoice-over-a")
    live.do(person, Command(at=AT, name="reflect", argument="quick-visit"))
    live.write(person, CANARY)


def test_after_erasing_nothing_opens_that_was_copied_before(live: Live, pair: Pair, tmp_path: Path) -> None:
    full(live, ADA)
    copied = sealed_values(live.store)
    tenants = [row["id"] for row in rows(live.store, t.tenants)]
    assert sorted(openable(live.store, copied, tenants)) == sorted(table for table, *_ in copied.values())
    (person,) = rows(live.store, t.participants)
    assert live.store.erase(ADA, AT)
    assert key_rows(live.store, keytables.data_keys) == []
    assert openable(live.store, copied, tenants) == []
    tables = [t.participants, t.conversations, t.reflections, t.consents, t.check_ins, t.deliveries, t.memberships]
    assert [rows(live.store, table) for table in tables] == [[]] * len(tables)
    if pair.main.startswith("sqlite"):
        files = b"".join(stored(pair, tmp_path).values())
        assert not live.store.erasure_pending
        assert str(person["id"]).encode() not in files
        assert person["id"].hex.encode() not in files
        assert not any(sealed in files for sealed in copied)


def test_erasing_one_person_leaves_everything_of_the_others(live: Live) -> None:
    full(live, ADA)
    full(live, BEN)
    live.store.erase(ADA, AT)
    (left,) = rows(live.store, t.participants)
    assert live.store.people()[0][0] == BEN
    assert {row["participant_id"] for row in rows(live.store, t.reflections)} == {left["id"]}
    assert len(live.store.reflections(BEN)) == 2
    assert live.store.verify_consents(BEN)


def test_letting_go_on_the_last_screen_leaves_nothing(live: Live, pair: Pair, tmp_path: Path) -> None:
    message = live.begin(ADA)
    message = live.write(ADA, CANARY)
    while message.step != "end":
        message = live.tap(ADA, "skip")
    live.tap(ADA, "more")
    kept_talk = [bytes(row["talk"]) for row in rows(live.store, t.conversations)]
    live.tap(ADA, "let-go")
    live.tick(AT)
    assert rows(live.store, t.reflections) == []
    assert [row["talk"] for row in rows(live.store, t.conversations)] == [None]
    assert not any(talk in held for talk in kept_talk for held in database_files(pair, tmp_path))


@pytest.mark.parametrize("door", ["delete", "data page"])
def test_a_reflection_that_is_deleted_leaves_nothing(live: Live, pair: Pair, tmp_path: Path, door: str) -> None:
    if door == "delete":
        live.begin(ADA)
        live.write(ADA, CANARY)
        sealed = [bytes(row["talk"]) for row in rows(live.store, t.conversations)]
        live.tap(ADA, "delete")
        live.tap(ADA, "yes-delete")
    else:
        live.finish(ADA)
        ((kept),) = rows(live.store, t.reflections)
        sealed = [bytes(kept["body"])]
        live.do(ADA, Submit(at=AT, form="delete-reflection", values={"reflection": str(kept["id"])}))
    assert rows(live.store, t.reflections) == []
    assert [row["talk"] for row in rows(live.store, t.conversations)] == [None]
    live.tick(AT)
    assert not any(body in held for body in sealed for held in database_files(pair, tmp_path))


def database_files(pair: Pair, folder: Path) -> list[bytes]:
    """SQLite's files, where what is deleted is overwritten; PostgreSQL keeps dead rows, and only the key can go."""
    return list(stored(pair, folder).values()) if pair.main.startswith("sqlite") else []


def test_keep_nothing_leaves_nothing_that_opens_after_finishing(live: Live) -> None:
    live.begin(ADA, words="nothing")
    live.write(ADA, CANARY)
    copied = sealed_values(live.store)
    while live.tap(ADA, "skip").step != "end":
        copied |= sealed_values(live.store)
    tenants = [row["id"] for row in rows(live.store, t.tenants)]
    assert "conversations" in openable(live.store, talks_of(copied), tenants)
    live.tap(ADA, "done")
    assert openable(live.store, talks_of(copied), tenants) == []
    assert live.store.reflections(ADA) == ()
    assert rows(live.store, t.reflections) == []
    assert [row["throwaway"] for row in key_rows(live.store, keytables.data_keys)] == [False]


def talks_of(values: dict[bytes, Where]) -> dict[bytes, Where]:
    return {sealed: where for sealed, where in values.items() if where[2] == "talk"}


@pytest.mark.parametrize("consented", [True, False], ids=["chosen", "not asked yet"])
def test_keep_nothing_leaves_nothing_that_opens_a_day_after_it_was_abandoned(live: Live, consented: bool) -> None:
    live.do(ADA, Command(at=AT, name="reflect", argument="quick-visit"))
    if consented:
        live.tap(ADA, "nothing")
        live.write(ADA, CANARY)
    copied = talks_of(sealed_values(live.store))
    tenants = [row["id"] for row in rows(live.store, t.tenants)]
    live.tick(AT + DAY - timedelta(minutes=1))
    assert len(openable(live.store, copied, tenants)) == 1
    live.tick(AT + DAY + timedelta(minutes=1))
    assert openable(live.store, copied, tenants) == []
    assert rows(live.store, t.reflections) == []
    assert [row["talk"] for row in rows(live.store, t.conversations)] == [None]
    live.clock.time = AT + DAY + timedelta(minutes=2)
    assert CANARY not in shown(live.do(ADA, Open(at=live.clock.time, page="talk"))).model_dump_json()


def test_keeping_nothing_from_now_on_leaves_no_memory_of_choices(live: Live) -> None:
    live.finish(ADA)
    live.do(ADA, Submit(at=AT, form="consent", values={"words": "nothing"}))
    with live.store.transaction() as tx:
        memory = tx.load(ADA, AT).conversation.memory
    assert (dict(memory.remembered), dict(memory.uses), memory.last_reflection) == ({}, {}, None)


# Shared tables -------------------------------------------------------------------------------------------------------


def counting(live: Live, *people: Who) -> None:
    """People in one circle whose themes are counted."""
    names = tuple(person.user for person in people)
    team = Setup(platform="local", tenant="north", team=TEAM, members=names, supervisors=(SAM.user,), circle="all")
    live.store.set_up(team, AT)
    for person in people:
        live.finish(person)
        live.do(person, Submit(at=AT, form="consent", values={"counting": "always"}))
        live.finish(person)


def test_a_shared_row_holds_no_person_no_platform_id_and_no_clock_time(live: Live) -> None:
    counting(live, ADA, BEN)
    shared = rows(live.store, t.contributions)
    assert len(shared) == 2
    assert list(t.contributions.c.keys()) == ["id", "circle_id", "window", "token", "codes"]
    assert not list(t.contributions.foreign_keys)
    private = set(map(repr, ids_of_the_private_half(live.store)))
    for row in shared:
        assert not any(isinstance(value, datetime | date) for value in row.values())
        assert private.isdisjoint(map(repr, row.values()))
        told = repr([row["window"], row["codes"]])  # the digits of what is random may well spell somebody's name
        assert ADA.user not in told
        assert BEN.user not in told
        assert AT.strftime("%H:%M") not in told
        assert AT.date().isoformat() not in told


def ids_of_the_private_half(store: SqlStore) -> Iterator[UUID | bytes]:
    """Ids and hashes by which a row of the private half could be named, and every key's."""
    for table in (t.participants, t.conversations, t.reflections, t.consents, t.check_ins, t.deliveries, t.inbox):
        for row in rows(store, table):
            yield from (value for name, value in row.items() if isinstance(value, UUID) and name != "circle_id")
    yield from (row["id"] for row in key_rows(store, keytables.data_keys))


def test_no_clear_column_of_the_private_half_tells_a_contribution_from_another(live: Live) -> None:
    counting(live, ADA, BEN)
    receipts = {row["id"] for row in rows(live.store, t.contributions)}
    tokens = {bytes(row["token"]) for row in rows(live.store, t.contributions)}
    clear = [rows(live.store, table) for table in t.metadata.sorted_tables if table.name != t.contributions.name]
    assert not any(str(receipt) in repr(clear) for receipt in receipts)
    assert not any(repr(token) in repr(clear) for token in tokens)


# A stranger ----------------------------------------------------------------------------------------------------------


PAGES = ("home", "data", "consent", "names", "report", "packet", "talk")


@pytest.mark.parametrize(
    "stranger",
    [ZOE, who(USER, "south"), Who(platform="slack", tenant="north", user=USER), BEN],
    ids=["Zoe", "her name elsewhere", "her name on another platform", "her team-mate"],
)
def test_nobody_else_sees_anything_of_ada(live: Live, stranger: Who) -> None:
    counting(live, ADA)
    live.begin(ADA, "unusual")
    live.tap(ADA, "zqchoice-first-a")
    live.do(ADA, Rate(at=AT, value=4))
    live.write(ADA, CANARY)
    hers = {str(kept.id) for kept in live.store.reflections(ADA)}
    seen = [live.do(stranger, Open(at=AT, page=page)).model_dump_json() for page in PAGES]
    seen += [
        live.do(stranger, Submit(at=AT, form="delete-reflection", values={"reflection": one})).model_dump_json()
        for one in hers
    ]
    everything = "\n".join(seen)
    assert not any(word in everything for word in (CANARY, "stayed with me", *hers))
    assert stranger.user == USER or USER not in everything
    assert live.store.reflections(stranger) == ()
    assert {str(kept.id) for kept in live.store.reflections(ADA)} == hers
    live.do(stranger, Submit(at=AT, form="erase", values={"confirm": ("erase",)}))
    assert {str(kept.id) for kept in live.store.reflections(ADA)} == hers
    assert CANARY in live.do(ADA, Open(at=AT, page="talk")).model_dump_json()


def test_a_supervisor_is_told_of_no_person_and_one_elsewhere_of_no_team(live: Live) -> None:
    counting(live, ADA, BEN)
    live.store.set_up(Setup(platform="local", tenant="south", team="other", supervisors=(ZOE.user,)), AT)
    for supervisor in (SAM, ZOE):
        pages = "\n".join(live.do(supervisor, Open(at=AT, page=page)).model_dump_json() for page in PAGES)
        assert not any(name in pages for name in (ADA.user, BEN.user, "stayed with me"))
        assert supervisor == SAM or TEAM not in pages


def test_a_backup_of_one_installation_does_not_open_in_another(live: Live, tmp_path: Path) -> None:
    full(live, ADA)
    copied = sealed_values(live.store)
    tenants = [row["id"] for row in rows(live.store, t.tenants)]
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "afterword.key").touch(mode=0o600)
    (folder / "afterword.key").write_text(new_key() + "\n")
    other = Pair(f"sqlite:///{folder / 'main.db'}", f"sqlite:///{folder / 'keys.db'}")
    with living(other, from_file(folder / "afterword.key")) as elsewhere:
        elsewhere.finish(ADA)
        assert openable(elsewhere.store, copied, tenants) == []
    shutil.rmtree(folder)
