"""After a backup was put back. Law: who was erased, what was purged and where the app was removed stays so."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, exists, select

from storage import leaving
from storage import tables as t
from storage.database import Database
from storage.erase import ERASED, NOTE, PURGED, REMOVED, Entry, drop, ledger_hash
from storage.keystore import KeyStore
from storage.prepared import Prepared, Row, Wire
from storage.purge import drop_tenant

_LEDGER = Prepared(select(t.deletion_ledger.c.hash, t.deletion_ledger.c.day, t.deletion_ledger.c.kind))
_PEOPLE = Prepared(select(t.participants.c.id))
_INSTALLATIONS = Prepared(select(t.installations.c.id, t.installations.c.platform, t.installations.c.external))
_EMPTY_TENANTS = Prepared(select(t.tenants.c.id).where(~exists().where(t.participants.c.tenant_id == t.tenants.c.id)))
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
    if own - copy:
        keys.note_deletions(sorted(own - copy))
    keys.destroy(gone)
    return len(back)


class _Noted:
    """What the ledgers name; they hold keyed hashes, so rows are recognized but never listed."""

    def __init__(self, keys: KeyStore, entries: set[Entry]) -> None:
        self._keys = keys
        self._kinds = {(kind, hash_) for hash_, _, kind in entries}
        self._some = {kind for _, _, kind in entries}

    def rows(self, wire: Wire, prepared: Prepared, kind: str) -> list[Row]:
        """The rows, by the id in front, that are there and should not be."""
        if kind not in self._some:
            return []
        return [row for row in wire.all(prepared) if (kind, ledger_hash(self._keys, row[0])) in self._kinds]
