"""The list of deletions. Law: an entry names what went by a keyed hash alone, and stands in both stores: in the main
one with the commit that deletes, in the key store after it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, literal_column

from storage import tables as t
from storage.keystore import KeyStore
from storage.prepared import Prepared, Wire
from storage.vault import fingerprint

#: What an entry is about.
ERASED, REMOVED, PURGED = "person", "installation", "tenant"
#: These are needed as long as a backup can hold what they name, and then go.
LET_GO, TAKEN_BACK, ENDED, USED, CHOSEN = "reflection", "contribution", "session", "link", "consent"
RELEASED, WITHDRAWN = "passage", "packet"
#: A circle's window, which is never published twice: for as long as snapshots are kept.
PUBLISHED = "window"
PASSING = (LET_GO, TAKEN_BACK, ENDED, USED, CHOSEN, RELEASED, WITHDRAWN)
#: Backups are kept for 14 days (docs/privacy.md), and some a little longer than they should be.
PASSING_DAYS = 28
Entry = tuple[bytes, date, str]


def record_of(person: UUID, n: int) -> bytes:
    """The n-th link of a person's consent chain, as an entry names it: there are no more of them than that."""
    return person.bytes + n.to_bytes(4, "big")


def window_of(circle: UUID, window: str) -> bytes:
    """A circle's window, as an entry names it."""
    return circle.bytes + window.encode()


NOTE = Prepared(insert(t.deletion_ledger), unless_there=True)
PASSED = Prepared(
    delete(t.deletion_ledger).where(
        t.deletion_ledger.c.kind.in_([literal_column(f"'{kind}'") for kind in PASSING]),
        t.deletion_ledger.c.day < bindparam("before"),
    )
)


def ledger_hash(keys: KeyStore, row: UUID | bytes) -> bytes:
    return fingerprint(keys.purpose_key("ledger"), row)


def note(wire: Wire, keys: KeyStore, row: UUID | bytes, day: date, kind: str) -> Entry:
    """Into the main database's ledger; the key store's copy is written after the commit."""
    entry = (ledger_hash(keys, row), day, kind)
    wire.run(NOTE, hash=entry[0], day=day, kind=kind)
    return entry
