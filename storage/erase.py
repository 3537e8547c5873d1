"""Erasing a person. Law: the rows go in one commit, the key after it, and a restored backup brings nobody back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from bot.conversation import Reflection
from bot.events import Who
from storage import tables as t
from storage.counting import take_back
from storage.database import Database
from storage.keystore import KeyStore
from storage.place import Place, find, read_reflections
from storage.prepared import Prepared, Wire
from storage.vault import Key, Unopened, fingerprint

ERASED = "person"

_RECEIPT = Prepared(delete(t.contributions).where(t.contributions.c.id == bindparam("receipt")))
_DROP = Prepared(delete(t.participants).where(t.participants.c.id == bindparam("person")))
_NOTE = Prepared(insert(t.deletion_ledger), unless_there=True)
_LEDGER = Prepared(select(t.deletion_ledger.c.hash, t.deletion_ledger.c.day, t.deletion_ledger.c.kind))
_PEOPLE = Prepared(select(t.participants.c.id))
_KEYS_OF = Prepared(
    select(t.participants.c.key_id, t.conversations.c.talk_key_id)
    .select_from(t.participants.join(t.conversations))
    .where(t.participants.c.id == bindparam("person"))
)


def ledger_hash(keys: KeyStore, person: UUID) -> bytes:
    return fingerprint(keys.purpose_key("ledger"), person)


def erase(main: Database, keys: KeyStore, who: Who, day: date) -> bool:
    """False where nobody of that name is known. The files still need a checkpoint afterwards."""
    with main.transaction() as wire:
        found = find(wire, keys, who)
        if found is None:
            return False
        data_key = keys.data_key(found.key_id)
        if data_key is not None:
            _take_back(wire, keys, found, data_key.key)
        entry = (ledger_hash(keys, found.person), day, ERASED)
        gone = _drop(wire, found.person)
        wire.run(_NOTE, hash=entry[0], day=day, kind=ERASED)
    keys.note_deletions([entry])
    keys.destroy(gone)
    return True


def _take_back(wire: Wire, keys: KeyStore, found: Place, key: Key) -> None:
    """Contributions whose window is not published: by receipt, and by token where the receipt has gone already."""
    for reflection in _readable(wire, found, key):
        if reflection.receipt is not None:
            wire.run(_RECEIPT, receipt=reflection.receipt)
    take_back(wire, keys, key)


def _readable(wire: Wire, found: Place, key: Key) -> Iterable[Reflection]:
    try:
        return read_reflections(wire, found, key)
    except Unopened:
        return ()  # damaged bytes must not keep anybody from leaving; the tokens find the contributions too


def _drop(wire: Wire, person: UUID) -> list[UUID]:
    """Deletes the person; all their rows follow by foreign key. Gives the keys to destroy."""
    row = wire.one(_KEYS_OF, person=person)
    wire.run(_DROP, person=person)
    return [] if row is None else [key for key in row if key is not None]


def replay(main: Database, keys: KeyStore) -> int:
    """Erases again whoever either ledger names, and makes the ledgers equal; gives how many came back.

    A backup of the main database that is put back holds people who have been erased since.
    """
    copy = set(keys.ledger())
    with main.transaction() as wire:
        own = {(bytes(hash_), day, kind) for hash_, day, kind in wire.all(_LEDGER)}
        wire.run_many(_NOTE, [{"hash": hash_, "day": day, "kind": kind} for hash_, day, kind in copy - own])
        named = {hash_ for hash_, _, kind in own | copy if kind == ERASED}
        back = [person for (person,) in wire.all(_PEOPLE) if ledger_hash(keys, person) in named] if named else []
        gone = [key for person in back for key in _drop(wire, person)]
    if own - copy:
        keys.note_deletions(sorted(own - copy))
    keys.destroy(gone)
    return len(back)
