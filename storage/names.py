"""Names that are taken out of what people write. Law: a row is a keyed hash; no word, and nobody's in particular.

A person's own list is hashed under a key that comes from their own, so that it goes with them. The people of a
workspace are hashed under a key of the installation and the workspace; no row says which of them are one person's.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select

from bot.deidentify.known import Known, known_hash
from bot.names import LONGEST, Listed, forms, forms_of_account, tag
from storage import tables as t
from storage.keystore import KeyStore
from storage.place import Place
from storage.prepared import Prepared, Wire
from storage.vault import Key, fingerprint

_HASH: Final = 32
#: Ways of saying a name that are kept of one workspace: what everybody can write into their profile has an end.
_MOST: Final = 50_000
#: Names that are known to be stored, and workspaces whose names are in memory.
_REMEMBERED: Final = 100_000
_READ: Final = 32

_OWN = Prepared(select(t.own_names.c.hash).where(t.own_names.c.participant_id == bindparam("person")))
_ADD_OWN = Prepared(insert(t.own_names), unless_there=True)
_DROP_OWN = Prepared(
    delete(t.own_names).where(
        t.own_names.c.participant_id == bindparam("person"), t.own_names.c.hash == bindparam("gone")
    )
)
_ROSTER = Prepared(select(t.roster_names.c.hash).where(t.roster_names.c.tenant_id == bindparam("tenant")))
_COUNT = Prepared(
    select(func.count()).select_from(t.roster_names).where(t.roster_names.c.tenant_id == bindparam("tenant"))
)
_ADD_ROSTER = Prepared(insert(t.roster_names), unless_there=True)


# A person's own list: each way of saying an entry, and behind it what tells which entry it belongs to ----------------


def _key(key: Key) -> bytes:
    return key.derived(b"names")


def add(wire: Wire, found: Place, key: Key, words: Iterable[str]) -> None:
    own = _key(key)
    rows = {known_hash(own, form) + tag(own, name) for name in words for form in forms(name)}
    wire.run_many(_ADD_OWN, [{"participant_id": found.person, "hash": row} for row in sorted(rows)])


def forget(wire: Wire, found: Place, key: Key, words: Iterable[str] | None) -> None:
    """The entries, with those ways of saying them that no other entry has; all of them where none are named."""
    own = _key(key)
    tags = None if words is None else {tag(own, name) for name in words}
    gone = [row for row in _rows(wire, found) if tags is None or row[_HASH:] in tags]
    wire.run_many(_DROP_OWN, [{"person": found.person, "gone": row} for row in gone])


def listed(wire: Wire, found: Place, key: Key) -> Listed:
    return Listed(key=_key(key), entries=frozenset(row[_HASH:] for row in _rows(wire, found)))


def own(wire: Wire, found: Place, key: Key) -> Known | None:
    hashes = frozenset(row[:_HASH] for row in _rows(wire, found))
    return Known(_key(key), hashes, LONGEST, certain=True) if hashes else None


def _rows(wire: Wire, found: Place) -> list[bytes]:
    return [bytes(row) for (row,) in wire.all(_OWN, person=found.person)]


# The people of a workspace -------------------------------------------------------------------------------------------


class Colleagues:
    """What one process remembers of them. Safe to use from several threads.

    `_heard`: names that are stored already, as Python's own hashes of them, so that a turn finds it out for nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: OrderedDict[int, None] = OrderedDict()
        self._read: OrderedDict[UUID, frozenset[bytes]] = OrderedDict()

    def store(self, wire: Wire, keys: KeyStore, tenant: UUID, names: Sequence[str]) -> list[int]:
        """Stores what is new; gives what `stored` is to be told once that is committed."""
        new = {mark: name for name in names if (mark := hash((tenant, name))) not in self._heard}
        if not new:
            return []
        key = _workspace_key(keys, tenant)
        rows = sorted({known_hash(key, form) for name in new.values() for form in forms_of_account(name)})
        room = max(0, _MOST - _count(wire, tenant))
        # In one order, and last of all in a transaction: two of them never wait for each other.
        wire.run_many(_ADD_ROSTER, [{"tenant_id": tenant, "hash": row} for row in rows[:room]])
        return list(new)

    def stored(self, marks: Iterable[int]) -> None:
        with self._lock:
            self._heard.update(dict.fromkeys(marks))
            while len(self._heard) > _REMEMBERED:
                self._heard.popitem(last=False)

    def of(self, wire: Wire, keys: KeyStore, tenant: UUID) -> Known | None:
        """Rows are only ever added, so as many as before are the same ones."""
        hashes = self._read.get(tenant, frozenset())
        if len(hashes) != _count(wire, tenant):
            hashes = frozenset(bytes(row) for (row,) in wire.all(_ROSTER, tenant=tenant))
            with self._lock:
                self._read[tenant] = hashes
                while len(self._read) > _READ:
                    self._read.popitem(last=False)
        return Known(_workspace_key(keys, tenant), hashes, LONGEST, certain=False) if hashes else None


def _workspace_key(keys: KeyStore, tenant: UUID) -> bytes:
    return fingerprint(keys.purpose_key("names"), tenant)


def _count(wire: Wire, tenant: UUID) -> int:
    row = wire.one(_COUNT, tenant=tenant)
    return row[0] if row is not None else 0
