"""Leaving: everything of a person goes, the key last, and no backup of the main database brings them back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from conftest import Pair, backed_up, emptied, key_rows, put_back, rows, who
from opening import openable, sealed_values, tenants
from searching import stored
from sqlalchemy import delete, insert, update
from stored import KEEPS, NOTHING, WROTE, change, kept, load, session

from bot.conversation import Conversation, Message
from bot.effects import Contribute, Deliver, Issue, Keep, LetGo, NameNever, Plan, RecordConsent
from bot.ports import LostRace, Refusal, Setup
from storage import keytables
from storage import tables as t
from storage.keyring import Keyring
from storage.prepared import Prepared
from storage.store import SqlStore
from storage.vault import Unopened, place
from storage.writing import NothingMayBeKept

ADA, BEN = who("ada"), who("ben")
SHARED = {
    "installation",
    "installations",
    "rooms",
    "tenants",
    "circles",
    "teams",
    "inbox",
    "script_revisions",
    "contributions",
    "excerpts",
    "roster_names",
    "deletion_ledger",
    "closings",
    "snapshots",
    "released",
    "operator_looks",
}
FAR = date(2027, 1, 1)


def set_up(store: SqlStore, at: datetime) -> None:
    store.set_up(Setup("local", "north", "north", members=("ada", "ben")), at - timedelta(days=5))


def live(store: SqlStore, at: datetime, person: str) -> None:
    """Leaves something of a person in every table that can hold it."""
    reflection = kept(at)
    load(store, at, who(person))
    store.references.save(who(person), "D1")
    change(
        store,
        at,
        Keep(reflection, FAR),
        Contribute(uuid4(), ("T1",), reflection.id),
        RecordConsent("words", "given", "keep", 1, "0" * 64, "en", "web"),
        Plan(uuid4(), at),
        NameNever(("Mina",)),
        Deliver(Message(text="Whenever you like.")),
        Issue("copy", f"token of {person}", at + timedelta(minutes=15)),
        person=who(person),
        consents=KEEPS,
        session=session(at),
    )
    found = load(store, at, who(person)).id
    with store.database.transaction() as wire:
        for circle in rows(store, t.circles):
            wire.run(Prepared(insert(t.looks)), circle_id=circle["id"], participant_id=found, day=at.date())
        packet = {"id": uuid4(), "to_index": b"whoever supervises", "body": b"sealed", "delete_day": FAR}
        wire.run(Prepared(insert(t.packets)), participant_id=found, **packet)
        browser = {"hash": found.bytes, "expires_at": at + timedelta(hours=8)}
        wire.run(Prepared(insert(t.web_sessions)), participant_id=found, **browser)


def own_tables() -> list[str]:
    return [table.name for table in t.metadata.sorted_tables if table.name not in SHARED]


def count(store: SqlStore) -> dict[str, int]:
    return {table.name: len(rows(store, table)) for table in t.metadata.sorted_tables}


def test_everything_of_a_person_goes_and_nothing_of_another(store: SqlStore, at: datetime) -> None:
    set_up(store, at)
    live(store, at, "ben")
    alone = count(store)
    live(store, at, "ada")
    assert all(count(store)[table] > 0 for table in own_tables())
    assert store.erase(ADA, at)
    store.set_up(Setup("local", "north", "north", members=("ada",)), at)
    after = count(store)
    assert {table: after[table] for table in own_tables()} == {table: alone[table] for table in own_tables()}
    assert after["contributions"] == alone["contributions"] == 1
    assert store.reflections(BEN)
    assert load(store, at).revision == 0


def test_the_key_is_destroyed_after_the_rows(store: SqlStore, at: datetime) -> None:
    change(store, at, consents=NOTHING, session=session(at))
    assert len(key_rows(store, keytables.data_keys)) == 2
    store.erase(ADA, at)
    assert key_rows(store, keytables.data_keys) == []


def test_it_is_in_both_ledgers_as_a_hash(store: SqlStore, at: datetime) -> None:
    person = load(store, at).id
    store.erase(ADA, at)
    (own,), (copy,) = rows(store, t.deletion_ledger), key_rows(store, keytables.deletion_ledger)
    assert own == copy
    assert (own["day"], own["kind"]) == (at.date(), "person")
    assert person.bytes not in own["hash"]
    assert len(own["hash"]) == 32


def test_what_was_counted_without_being_kept_is_taken_back_too(store: SqlStore, at: datetime) -> None:
    set_up(store, at)
    change(store, at, Contribute(uuid4(), ("T1",), uuid4()), consents=NOTHING.model_copy(update={"counting": "ask"}))
    change(
        store,
        at,
        Contribute(uuid4(), ("T1",), uuid4()),
        person=BEN,
        consents=NOTHING.model_copy(update={"counting": "ask"}),
    )
    store.erase(ADA, at)
    assert len(rows(store, t.contributions)) == 1


def test_somebody_who_comes_back_is_new(opened: Callable[[], SqlStore], at: datetime) -> None:
    store, other = opened(), opened()
    before = change(store, at, consents=KEEPS, session=session(at))
    assert load(other, at) == before
    store.erase(ADA, at)
    again = load(other, at)
    assert again.id != before.id
    assert again.session is None
    assert opened().people() == ((ADA, ""),), "the ledger names the person who left, not the one who came"


def test_a_turn_that_was_under_way_cannot_bring_them_back(store: SqlStore, at: datetime) -> None:
    stale = load(store, at)
    store.erase(ADA, at)
    with pytest.raises(LostRace), store.transaction() as turn:
        turn.save(stale, stale, (), at, ADA)
    assert rows(store, t.participants) == []


def test_the_ledgers_are_replayed_at_start(opened: Callable[[], SqlStore], at: datetime) -> None:
    """As if the main database had been put back from a backup made before Ada left."""
    store = opened()
    live(store, at, "ben")
    live(store, at, "ada")
    restored = [rows(store, table) for table in t.metadata.sorted_tables]
    wrapped = key_rows(store, keytables.data_keys)
    store.erase(ADA, at)
    with store.database.transaction() as wire:
        for table in reversed(t.metadata.sorted_tables):
            wire.run(Prepared(delete(table)))
        for table, old in zip(t.metadata.sorted_tables, restored, strict=True):
            wire.run_many(Prepared(insert(table)), old)
    with store.keys.database.transaction() as wire:  # and the key store from one that was as old
        wire.run(Prepared(delete(keytables.data_keys)))
        wire.run_many(Prepared(insert(keytables.data_keys)), wrapped)
    assert len(rows(store, t.participants)) == 2
    again = opened()
    assert len(key_rows(again, keytables.data_keys)) == 1, "the key goes with its person"
    assert again.people() == ((BEN, ""),)
    assert all(count(again)[table] <= 1 for table in own_tables() if table != "memberships")
    assert rows(again, t.deletion_ledger) == key_rows(again, keytables.deletion_ledger), "the ledgers are equal again"
    assert [row["kind"] for row in rows(again, t.deletion_ledger)].count("person") == 1


# One reflection, and what was taken back -----------------------------------------------------------------------------


def test_a_deleted_reflection_and_what_it_counted_survive_no_backup(
    opened: Callable[[], SqlStore], at: datetime
) -> None:
    store = opened()
    set_up(store, at)
    kept_ones = [kept(at), kept(at)]
    change(store, at, *(Keep(one, FAR) for one in kept_ones), consents=KEEPS)
    change(store, at, Contribute(uuid4(), ("T1",), kept_ones[0].id), Contribute(uuid4(), ("T2",), kept_ones[1].id))
    backup = backed_up(store)
    change(store, at, LetGo(kept_ones[0].id))
    entries = rows(store, t.deletion_ledger)
    assert sorted(entry["kind"] for entry in entries) == ["contribution", "reflection"]
    assert entries == key_rows(store, keytables.deletion_ledger), "as soon as the turn is committed"
    assert not any(kept_ones[0].id.bytes in entry["hash"] for entry in entries)
    put_back(store, backup)
    assert len(store.reflections(ADA)) == 2
    again = opened()
    assert [one.id for one in again.reflections(ADA)] == [kept_ones[1].id]
    assert [row["codes"] for row in rows(again, t.contributions)] == ['["T2"]']
    assert rows(again, t.deletion_ledger) == entries


def test_one_that_was_open_and_deleted_survives_no_backup(opened: Callable[[], SqlStore], at: datetime) -> None:
    store = opened()
    open_one, waiting = session(at), session(at, "Another")
    change(store, at, consents=KEEPS, session=open_one, waiting=(waiting,))
    change(store, at, person=BEN, consents=KEEPS, session=session(at))
    backup = backed_up(store)
    change(store, at, LetGo(open_one.id), session=waiting, waiting=())
    put_back(store, backup)
    again = opened()
    assert load(again, at).sessions == (waiting,)
    assert load(again, at, BEN).session is not None
    change(again, at, LetGo(waiting.id), session=None)
    put_back(again, backup)
    assert load(opened(), at).sessions == ()


def test_a_crash_right_after_the_commit_is_made_good_at_the_next_start(
    opened: Callable[[], SqlStore], at: datetime
) -> None:
    """The key store's copy of the ledger is written after the commit."""
    store = opened()
    reflection = kept(at)
    change(store, at, Keep(reflection, FAR), consents=KEEPS)
    backup = backed_up(store)
    with store.transaction() as turn:
        before = turn.load(ADA, at).conversation
        turn.save(before, before, (LetGo(reflection.id),), at, ADA)
    assert key_rows(store, keytables.deletion_ledger) == []  # here it dies
    assert len(key_rows(opened(), keytables.deletion_ledger)) == 1
    put_back(store, backup)
    assert opened().reflections(ADA) == ()


def test_a_turn_that_is_undone_notes_nothing(store: SqlStore, at: datetime) -> None:
    reflection = kept(at)
    before = change(store, at, Keep(reflection, FAR), consents=KEEPS)
    with pytest.raises(NothingMayBeKept):
        change(store, at, LetGo(reflection.id), Keep(kept(at), FAR), consents=NOTHING)
    store.after_commit()
    assert load(store, at) == before
    assert rows(store, t.deletion_ledger) == key_rows(store, keytables.deletion_ledger) == []


def test_entries_of_single_rows_go_when_no_backup_can_hold_them_and_those_of_people_stay(
    store: SqlStore, at: datetime
) -> None:
    reflection = kept(at)
    change(store, at, Keep(reflection, FAR), consents=KEEPS)
    change(store, at, LetGo(reflection.id))
    load(store, at, BEN)
    store.erase(BEN, at)
    for days, left in ((28, ["person", "reflection"]), (29, ["person"])):
        store.sweep(at + timedelta(days=days))
        for ledger in (rows(store, t.deletion_ledger), key_rows(store, keytables.deletion_ledger)):
            assert sorted(entry["kind"] for entry in ledger) == left


def test_what_a_person_had_counted_survives_no_backup_after_they_erased(
    opened: Callable[[], SqlStore], at: datetime
) -> None:
    store = opened()
    set_up(store, at)
    live(store, at, "ada")
    live(store, at, "ben")
    backup = backed_up(store)
    store.erase(ADA, at)
    put_back(store, backup)
    assert len(rows(store, t.contributions)) == 2
    assert len(rows(opened(), t.contributions)) == 1


def test_a_backup_of_the_database_made_before_opens_nothing_of_who_erased(
    sqlite_pair: Pair, ring: Keyring, tmp_path: Path, at: datetime
) -> None:
    """A copy of the file from before, with the key store as it is now."""
    store = sqlite_pair.open(ring)
    live(store, at, "ada")
    live(store, at, "ben")
    copied = tmp_path / "backup.db"
    with sqlite3.connect(tmp_path / "main.db") as source, sqlite3.connect(copied) as target:
        source.backup(target)
    before = {row["id"]: bytes(row["wrapped"]) for row in key_rows(store, keytables.data_keys)}
    store.erase(ADA, at)
    left = {row["id"] for row in key_rows(store, keytables.data_keys)}
    (gone,) = before.keys() - left
    assert not any(before[gone] in path.read_bytes() for path in tmp_path.glob("keys.db*")), "nor is the key in the log"
    store.close()
    with sqlite3.connect(copied) as backup:
        people = dict(backup.execute("SELECT id, key_id FROM participants").fetchall())
        sealed = [row for row in backup.execute("SELECT id, participant_id, body FROM reflections").fetchall()]
        (tenant,) = backup.execute("SELECT id FROM tenants").fetchone()
    assert len(sealed) == 2
    keys = sqlite_pair.open(ring)
    opening = []
    for row, person, body in sealed:
        for at_hand in (key.key for key in map(keys.keys.data_key, left) if key is not None):
            with suppress(Unopened):
                at_hand.open(body, place(UUID(tenant), "reflections", UUID(row), "body"))
                opening.append(UUID(people[person]))
    keys.close()
    assert opening == list(left), "Ben's alone"
    restored = Pair(f"sqlite:///{copied}", sqlite_pair.keys).open(ring)
    assert restored.people() == ((BEN, ""),)
    restored.close()


@pytest.fixture(params=["sqlite", "postgresql", "postgresql with its keys in a file"])
def installed(request: pytest.FixtureRequest) -> Pair:
    """Where the databases may stand. The last is what `AFTERWORD_DATABASE_URL` alone makes of a server."""
    files: Pair = request.getfixturevalue("sqlite_pair")
    if request.param == "sqlite":
        return files
    server = emptied(request.getfixturevalue("postgres_pair"))
    return server if request.param == "postgresql" else Pair(server.main, files.keys)


def test_after_erasing_the_database_its_log_the_keys_and_an_older_backup_open_nothing(
    installed: Pair, ring: Keyring, tmp_path: Path, at: datetime
) -> None:
    store = installed.open(ring)
    set_up(store, at)
    for person in ("ada", "ben"):
        live(store, at, person)
    backup, copied, homes = backed_up(store), sealed_values(store), tenants(store)
    keys = {row["id"]: bytes(row["wrapped"]) for row in key_rows(store, keytables.data_keys)}
    assert sorted(openable(store, copied, homes)) == sorted(where.table for where in copied.values())
    assert store.erase(ADA, at)
    (bens,) = rows(store, t.participants)
    (left,) = key_rows(store, keytables.data_keys)
    his = sorted(where.table for where in sealed_values(store).values())
    assert sorted(openable(store, copied, homes)) == his, "of the backup, and of whatever a log still holds of it"
    (gone,) = keys.keys() - {left["id"]}
    held = stored(installed, tmp_path)
    if installed.keys.startswith("postgresql"):  # a server clears its files when it will: its rows can be vouched for
        held = {name: content for name, content in held.items() if name.startswith("table")}
    assert not any(form in content for form in forms_of(keys[gone]) for content in held.values())
    assert any(form in content for form in forms_of(keys[left["id"]]) for content in held.values()), "as Ben's is"
    put_back(store, backup)
    assert len(rows(store, t.participants)) == 2
    again = installed.open(ring)
    assert [row["id"] for row in rows(again, t.participants)] == [bens["id"]]
    assert sorted(openable(again, copied, homes)) == his
    for each in (store, again):
        each.close()


def forms_of(raw: bytes) -> tuple[bytes, bytes]:
    """As bytes stand in a file, and as a server's rows are printed."""
    return raw, raw.hex().encode()


def test_a_key_that_no_row_names_is_gone_after_a_day(store: SqlStore, at: datetime) -> None:
    """As after a crash between the two commits."""
    change(store, at)
    store.keys.make_data_keys(1, at)
    store.sweep(at + timedelta(days=1))
    assert len(key_rows(store, keytables.data_keys)) == 2
    store.sweep(at + timedelta(days=2))
    assert len(key_rows(store, keytables.data_keys)) == 1
    assert load(store, at).revision == 1


def test_a_person_whose_key_is_lost_is_told_so(opened: Callable[[], SqlStore], at: datetime) -> None:
    store = opened()
    change(store, at, Keep(kept(at), FAR), Plan(uuid4(), at), Deliver(Message(text="Hello")), consents=KEEPS)
    with store.keys.database.transaction() as wire:
        wire.run(Prepared(delete(keytables.data_keys)))
    other = opened()
    with pytest.raises(Refusal, match="cannot be opened") as refused:
        load(other, at)
    assert refused.value.code == "key-missing"
    with other.transaction() as turn:
        assert turn.claim_due(at, 10) == ()
    assert other.owed(at + timedelta(minutes=1), 10) == ()
    assert other.people() == ()
    assert other.erase(ADA, at)


# SQLite's files ------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(sqlite_pair: Pair, ring: Keyring, tmp_path: Path, at: datetime) -> tuple[SqlStore, Path]:
    store = sqlite_pair.open(ring)
    live(store, at, "ada")
    return store, tmp_path


def test_after_erasing_the_log_is_empty(files: tuple[SqlStore, Path], at: datetime) -> None:
    store, folder = files
    sealed = [rows(store, t.reflections)[0]["body"], rows(store, t.conversations)[0]["talk"]]
    assert any(body in path.read_bytes() for path in folder.iterdir() for body in sealed)
    store.erase(ADA, at)
    assert not store.erasure_pending
    assert [path.stat().st_size for path in folder.glob("*-wal")] == [0, 0]
    assert not any(body in path.read_bytes() for path in folder.iterdir() for body in sealed)
    store.close()


def test_a_reader_that_holds_the_log_makes_the_erasure_pending(files: tuple[SqlStore, Path], at: datetime) -> None:
    store, folder = files
    reader = sqlite3.connect(folder / "main.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM participants").fetchone()
    store.database.writer().say("PRAGMA busy_timeout=20")
    assert store.erase(ADA, at)
    assert store.erasure_pending
    reader.close()
    store.sweep(at)
    assert not store.erasure_pending
    store.close()


# Consent records -----------------------------------------------------------------------------------------------------


def agree(store: SqlStore, at: datetime, choice: str) -> None:
    change(store, at, RecordConsent("words", "given", choice, 1, "a" * 64, "en", "web"), consents=KEEPS)


def test_consent_records_are_a_chain_that_can_be_checked(store: SqlStore, at: datetime) -> None:
    assert store.verify_consents(ADA)
    for choice in ("keep", "nothing", "keep"):
        agree(store, at, choice)
    assert store.verify_consents(ADA)
    records = store.consents(ADA)
    chosen = [record["processing"]["purposes"][0]["choice"] for record in records]
    assert chosen == ["keep", "nothing", "keep"]
    assert records[0]["event"]["time"] == at.isoformat()
    assert len({record["header"]["salt"] for record in records}) == 3


def test_a_consent_record_that_was_changed_moved_or_cut_off_shows(store: SqlStore, at: datetime) -> None:
    for choice in ("keep", "nothing", "keep"):
        agree(store, at, choice)
    links = sorted(rows(store, t.consents), key=lambda row: row["n"])
    tampering = [
        update(t.consents).where(t.consents.c.n == 2).values(body=links[0]["body"]),
        update(t.consents).where(t.consents.c.n == 2).values(hash=bytes(32)),
        update(t.consents).where(t.consents.c.n == 2).values(prev_hash=bytes(32)),
        update(t.consents).where(t.consents.c.n == 2).values(n=7),
        delete(t.consents).where(t.consents.c.n == 2),
        delete(t.consents).where(t.consents.c.n == 3),
        delete(t.consents),
    ]
    for statement in tampering:
        with store.database.transaction() as wire:
            wire.run(Prepared(statement))
        assert not store.verify_consents(ADA)
        with store.database.transaction() as wire:
            wire.run(Prepared(delete(t.consents)))
            wire.run_many(Prepared(insert(t.consents)), links)
        assert store.verify_consents(ADA)


def test_nothing_that_was_written_is_in_a_refusal(store: SqlStore, at: datetime) -> None:
    change(store, at, consents=KEEPS, session=session(at))
    with store.database.transaction() as wire:
        wire.run(Prepared(update(t.conversations).values(talk=b"\x01damaged")))
    with pytest.raises(Refusal) as refused:
        load(store, at)
    assert WROTE not in repr(refused.value)
    assert refused.value.__context__ is None or WROTE not in repr(refused.value.__context__)


def test_one_pair_of_files_is_not_mixed_with_another(
    sqlite_pair: Pair, ring: Keyring, tmp_path: Path, at: datetime
) -> None:
    store = sqlite_pair.open(ring)
    change(store, at)
    store.close()
    other = tmp_path / "other"
    other.mkdir()
    strange = Pair(f"sqlite:///{other / 'main.db'}", f"sqlite:///{other / 'keys.db'}")
    strange.open(ring).close()
    for main, keys in ((sqlite_pair.main, strange.keys), (strange.main, sqlite_pair.keys)):
        with pytest.raises(Refusal, match="do not belong together"):
            Pair(main, keys).open(ring)
    shutil.rmtree(other)
    other.mkdir()
    with pytest.raises(Refusal, match="do not belong together"):
        Pair(strange.main, sqlite_pair.keys).open(ring)
    sqlite_pair.open(ring).close()


def test_what_was_let_go_leaves_the_log_with_the_next_sweep(sqlite_pair: Pair, ring: Keyring, at: datetime) -> None:
    store = sqlite_pair.open(ring)
    reflection = kept(at)
    change(store, at, Keep(reflection, FAR), consents=KEEPS)
    body = rows(store, t.reflections)[0]["body"]
    change(store, at, LetGo(reflection.id))
    assert store.erasure_pending
    store.sweep(at)
    assert not store.erasure_pending
    folder = Path(sqlite_pair.main.removeprefix("sqlite:///")).parent
    assert not any(body in path.read_bytes() for path in folder.iterdir())
    store.close()


def test_who_erases_themselves_leaves_no_gap_in_the_team_s_list(store: SqlStore, at: datetime) -> None:
    store.set_up(Setup("local", "north", "north", members=("ada", "ben"), supervisors=("sam",)), at)
    store.set_lead(who("lee"), at)
    change(store, at, Keep(kept(at), at.date()), consents=KEEPS)
    before = standing(store, at)
    later = at + timedelta(days=40)
    assert store.erase(ADA, later, stays=True)
    assert store.reflections(ADA) == ()
    assert load(store, later) == Conversation(id=load(store, later).id, locale="en")
    assert standing(store, later) == before
    assert store.erase(who("lee"), later, stays=True)
    with store.transaction() as turn:
        assert turn.load(who("lee"), later).facts.leads
    assert store.erase(ADA, later)
    assert ADA not in dict(store.people())


def standing(store: SqlStore, at: datetime) -> tuple[Any, ...]:
    """What others can see of Ada: who is in the team, since when, and the circle that counts her."""
    with store.transaction() as turn:
        facts = turn.load(ADA, at).facts
    roles = sorted((row["role"], row["since"]) for row in rows(store, t.memberships))
    return dict(store.people())[ADA], facts.team, facts.circle, facts.earliest_themes, roles
