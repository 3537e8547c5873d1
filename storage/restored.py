"""After a backup was put back. Law: who was erased, what was deleted, taken back or purged, and where the app was
removed stays so."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, select, update

from storage import leaving
from storage import tables as t
from storage.database import Database
from storage.erase import ENDED, ERASED, LET_GO, NOTE, PURGED, REMOVED, TAKEN_BACK, Entry, drop, ledger_hash
from storage.keystore import KeyStore
from storage.prepared import Prepared, Row, Wire
from storage.purge import drop_tenant
from storage.turns import Talk
from storage.vault import Unopened, place

_LEDGER = Prepared(select(t.deletion_ledger.c.hash, t.deletion_ledger.c.day, t.deletion_ledger.c.kind))
_PEOPLE = Prepared(select(t.participants.c.id))
_INSTALLATIONS = Prepared(select(t.installations.c.id, t.installations.c.platform, t.installations.c.external))
_EMPTY_TENANTS = Prepared(select(t.tenants.c.id).where(~exists().where(t.participants.c.tenant_id == t.tenants.c.id)))
#: Sealed under the person's own key: one under a key of its own cannot be read any more once it was deleted.
_TALKS = Prepared(
    select(t.participants.c.id, t.participants.c.tenant_id, t.participants.c.key_id, t.conversations.c.talk)
    .select_from(t.participants.join(t.conversations))
    .where(t.conversations.c.talk.is_not(None), t.conversations.c.talk_key_id.is_(None))
)
#: Single rows, how they are listed and how they go.
_ROWS = tuple(
    (Prepared(select(table.c.id)), kind, Prepared(delete(table).where(table.c.id == bindparam("row"))))
    for table, kind in ((t.reflections, LET_GO), (t.contributions, TAKEN_BACK), (t.excerpts, TAKEN_BACK))
)
_TALK = Prepared(
    update(t.conversations).where(t.conversations.c.participant_id == bindparam("row")).values(talk=bindparam("left"))
)
_NO_TALK = Prepared(
    update(t.conversations).where(t.conversations.c.participant_id == bindparam("row")).values(talk=None, idle_day=None)
)
_REMOVE = Prepared(delete(t.installations).where(t.installations.c.id == bindparam("row")))


def replay(main: Database, keys: KeyStore) -> int:
    """Takes away again what either ledger names, and makes the ledgers equal; gives how many people came back.

    A backup of the main database that is put back holds people who have been erased since.
    """
    copy = set(keys.ledger())
    with main.transaction() as wire:
        own = {(bytes(hash_), day, kind) for hash_, day, kind in wire.all(_LEDGER)}
        wire.run_many(NOTE, [{"hash": hash_, "day": day, "kind": kind} for hash_, day, kind in copy - own])
        noted = _Noted(keys, own | copy)
        back = [row[0] for row in noted.rows(wire, _PEOPLE, ERASED)]
        gone = [key for person in back for key in drop(wire, person)]
        for (tenant,) in noted.rows(wire, _EMPTY_TENANTS, PURGED):
            drop_tenant(wire, tenant)
        for row, platform, external in noted.rows(wire, _INSTALLATIONS, REMOVED):
            wire.run(_REMOVE, row=row)
            leaving.gone(wire, platform, external, datetime.now(UTC).date())  # the grace begins anew
        # What its own ledger names, a database has deleted in the same commit: only one that was put back has it again.
        _deleted(wire, keys, _Noted(keys, copy - own))
    if own - copy:
        keys.note_deletions(sorted(own - copy))
    keys.destroy(gone)
    return len(back)


def _deleted(wire: Wire, keys: KeyStore, noted: _Noted) -> None:
    """Single reflections, kept or open, and what was shared."""
    for prepared, kind, drop_row in _ROWS:
        for (row,) in noted.rows(wire, prepared, kind):
            wire.run(drop_row, row=row)
    if not noted.some(ENDED):
        return
    for person, in_tenant, key_id, sealed in wire.all(_TALKS):
        key, where = keys.data_key(key_id), place(in_tenant, "conversations", person, "talk")
        with suppress(Unopened):  # what cannot be opened is nobody's to read
            talk = None if key is None else Talk.model_validate_json(key.key.open(sealed, where))
            if key is None or talk is None:
                continue
            left = talk.without(lambda session: noted.has(ENDED, session.id))
            if left.sessions and left != talk:
                wire.run(_TALK, row=person, left=key.key.seal(left.model_dump_json().encode(), where))
            elif left != talk:
                wire.run(_NO_TALK, row=person)


class _Noted:
    """What the ledgers name; they hold keyed hashes, so rows are recognized but never listed."""

    def __init__(self, keys: KeyStore, entries: set[Entry]) -> None:
        self._keys = keys
        self._kinds = {(kind, hash_) for hash_, _, kind in entries}
        self._some = {kind for _, _, kind in entries}

    def some(self, kind: str) -> bool:
        return kind in self._some

    def has(self, kind: str, row: UUID) -> bool:
        return (kind, ledger_hash(self._keys, row)) in self._kinds

    def rows(self, wire: Wire, prepared: Prepared, kind: str) -> list[Row]:
        """The rows, by the id in front, that are there and should not be."""
        if kind not in self._some:
            return []
        return [row for row in wire.all(prepared) if self.has(kind, row[0])]
