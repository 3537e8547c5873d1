"""Erasing a person. Law: the rows go in one commit, the key after it, and a restored backup brings nobody back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, literal_column, select, update

from bot.conversation import Reflection
from bot.events import Who
from storage import tables as t
from storage.counting import count_in, take_back
from storage.database import Database
from storage.keystore import DataKey, KeyStore
from storage.place import Place, arrive, find, read_reflections
from storage.prepared import Prepared, Row, Wire
from storage.vault import Key, Unopened, fingerprint

#: What an entry of the ledger is about.
ERASED, REMOVED, PURGED = "person", "installation", "tenant"
#: These are needed as long as a backup can hold what they name, and then go.
LET_GO, TAKEN_BACK, ENDED = "reflection", "contribution", "session"
PASSING = (LET_GO, TAKEN_BACK, ENDED)
#: Backups are kept for 14 days (docs/privacy.md), and some a little longer than they should be.
PASSING_DAYS = 28
Entry = tuple[bytes, date, str]

_RECEIPT = Prepared(delete(t.contributions).where(t.contributions.c.id == bindparam("receipt")))
_DROP = Prepared(delete(t.participants).where(t.participants.c.id == bindparam("person")))
NOTE = Prepared(insert(t.deletion_ledger), unless_there=True)
PASSED = Prepared(
    delete(t.deletion_ledger).where(
        t.deletion_ledger.c.kind.in_([literal_column(f"'{kind}'") for kind in PASSING]),
        t.deletion_ledger.c.day < bindparam("before"),
    )
)
#: What others decided: who is in a team is the program's list, and a gap in it would tell who erased.
_ROLES = Prepared(
    select(t.memberships.c.team_id, t.memberships.c.role, t.memberships.c.since).where(
        t.memberships.c.participant_id == bindparam("person")
    )
)
_ADD_ROLE = Prepared(insert(t.memberships), unless_there=True)
_STANDS = Prepared(
    update(t.participants)
    .where(t.participants.c.id == bindparam("person"))
    .values(leads_since=bindparam("leads"), installed_day=bindparam("installed"))
)
_KEYS_OF = Prepared(
    select(t.participants.c.key_id, t.conversations.c.talk_key_id)
    .select_from(t.participants.join(t.conversations))
    .where(t.participants.c.id == bindparam("person"))
)


def ledger_hash(keys: KeyStore, row: UUID) -> bytes:
    return fingerprint(keys.purpose_key("ledger"), row)


def note(wire: Wire, keys: KeyStore, row: UUID, day: date, kind: str) -> Entry:
    """Into the main database's ledger; the key store's copy is written after the commit."""
    entry = (ledger_hash(keys, row), day, kind)
    wire.run(NOTE, hash=entry[0], day=day, kind=kind)
    return entry


def erase(main: Database, keys: KeyStore, who: Who, at: datetime, *, stays: bool = False) -> bool:
    """False where nobody of that name is known. The files still need a checkpoint afterwards.

    `stays`: they are in their teams as before, as somebody who has never said a word.
    """
    day = at.astimezone(UTC).date()
    (fresh,) = keys.make_data_keys(1, at) if stays else (None,)
    with main.transaction() as wire:
        found = find(wire, keys, who)
        if found is None:
            return False
        roles = wire.all(_ROLES, person=found.person)
        entries, gone = erased(wire, keys, found, day)
        if fresh is not None and (roles or found.leads_since or found.installed_day):
            _stay(wire, keys, who, found, roles, fresh, day)
        elif fresh is not None:
            gone.append(fresh.id)
    forget(keys, entries, gone)
    return True


def _stay(wire: Wire, keys: KeyStore, who: Who, before: Place, roles: Sequence[Row], key: DataKey, day: date) -> None:
    arrive(wire, keys, who, key, day, zone=before.zone)
    found = find(wire, keys, who)
    assert found is not None
    for team, role, since in roles:
        wire.run(_ADD_ROLE, participant_id=found.person, team_id=team, role=role, since=since)
    wire.run(_STANDS, person=found.person, leads=before.leads_since, installed=before.installed_day)
    count_in(wire, keys, found.person, day)


def erased(wire: Wire, keys: KeyStore, found: Place, day: date) -> tuple[list[Entry], list[UUID]]:
    """Deletes everything of a person, inside a transaction; `forget` must follow once that is committed."""
    taken: set[UUID] = set()
    with suppress(Unopened):  # a damaged key must not keep anybody from leaving
        data_key = keys.data_key(found.key_id)
        if data_key is not None:
            taken = _take_back(wire, keys, found, data_key.key)
    entries = [note(wire, keys, found.person, day, ERASED)]
    entries += [note(wire, keys, contribution, day, TAKEN_BACK) for contribution in taken]
    return entries, drop(wire, found.person)


def forget(keys: KeyStore, entries: Sequence[Entry], gone: Iterable[UUID]) -> None:
    keys.note_deletions(entries)
    keys.destroy(gone)


def _take_back(wire: Wire, keys: KeyStore, found: Place, key: Key) -> set[UUID]:
    """Contributions whose window is not published: by receipt, and by token where the receipt has gone already."""
    receipts = {reflection.receipt for reflection in _readable(wire, found, key) if reflection.receipt is not None}
    for receipt in receipts:
        wire.run(_RECEIPT, receipt=receipt)
    return receipts | set(take_back(wire, keys, key))


def _readable(wire: Wire, found: Place, key: Key) -> Iterable[Reflection]:
    try:
        return [reflection for reflection, _ in read_reflections(wire, found, key)]
    except Unopened:
        return ()  # damaged bytes must not keep anybody from leaving; the tokens find the contributions too


def drop(wire: Wire, person: UUID) -> list[UUID]:
    """Deletes the person; all their rows follow by foreign key. Gives the keys to destroy."""
    row = wire.one(_KEYS_OF, person=person)
    wire.run(_DROP, person=person)
    return [] if row is None else [key for key in row if key is not None]
