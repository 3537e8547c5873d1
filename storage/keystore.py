"""The keys of persons, windows and purposes, each wrapped by the installation's ring, in a database of its own.

Law: a key is made before the commit of the first row that it seals, and destroyed after the commit of the last.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, insert, select, update

from bot.ports import LostRace, Refusal
from storage import keytables as t
from storage.database import Database
from storage.keyring import Keyring
from storage.prepared import Prepared, Wire
from storage.vault import KEY_BYTES, Key, Unopened, fresh_key, key_id, place

#: What is shared in a window, each part under a key of its own: passages wait longer than themes.
Part = Literal["contributions", "excerpts"]
PARTS: tuple[Part, ...] = ("contributions", "excerpts")
Purpose = Literal[
    "index", "inbox", "ledger", "cookie", "tokens", "state", "names", "links", "snapshots", "packets"
]  # fmt: skip

THROWAWAY_HOURS = 24
BEAT_SECONDS = 15
_CACHED = 4096
CHECK = b"afterword"
CHECK_PLACE = place("keys", "key_installation", "check")

_INSTALLATION = Prepared(
    select(t.key_installation.c.id, t.key_installation.c.key_id, t.key_installation.c.wrapped).with_for_update(
        read=True
    )
)
_IN_USE = Prepared(select(t.key_installation.c.key_id))
_INSTALL = Prepared(insert(t.key_installation), unless_there=True)
_DATA_KEY = Prepared(select(t.data_keys.c.wrapped).where(t.data_keys.c.id == bindparam("key")))
_DATA_KEYS = Prepared(select(t.data_keys.c.id).where(~t.data_keys.c.throwaway, t.data_keys.c.day < bindparam("before")))
_THROWAWAYS = Prepared(
    select(t.data_keys.c.id, t.data_keys.c.wrapped).where(
        t.data_keys.c.throwaway, t.data_keys.c.day < bindparam("today")
    )
)
_ADD_DATA_KEY = Prepared(insert(t.data_keys))
_DROP_DATA_KEY = Prepared(delete(t.data_keys).where(t.data_keys.c.id == bindparam("key")))
_ANY_PERSON = Prepared(select(t.data_keys.c.id).where(~t.data_keys.c.throwaway).limit(1))
_PURPOSE_KEY = Prepared(select(t.purpose_keys.c.wrapped).where(t.purpose_keys.c.id == bindparam("purpose")))
_ADD_PURPOSE_KEY = Prepared(insert(t.purpose_keys), unless_there=True)
_WINDOW_KEY = Prepared(select(t.window_keys.c.wrapped).where(t.window_keys.c.id == bindparam("window")))
_WINDOW_KEYS = Prepared(select(t.window_keys.c.id, t.window_keys.c.wrapped))
_ADD_WINDOW_KEY = Prepared(insert(t.window_keys), unless_there=True)
_DROP_WINDOW_KEY = Prepared(delete(t.window_keys).where(t.window_keys.c.id == bindparam("window")))
_LEDGER = Prepared(select(t.deletion_ledger.c.hash, t.deletion_ledger.c.day, t.deletion_ledger.c.kind))
_ADD_LEDGER = Prepared(insert(t.deletion_ledger), unless_there=True)
_PASSED = Prepared(
    delete(t.deletion_ledger).where(
        t.deletion_ledger.c.kind == bindparam("kind"), t.deletion_ledger.c.day < bindparam("before")
    )
)
_SEEN = Prepared(
    update(t.processes)
    .where(t.processes.c.id == bindparam("process"))
    .values(seen_at=bindparam("now"), key_ids=bindparam("ring"))
)
_APPEAR = Prepared(insert(t.processes))
_LEAVE = Prepared(delete(t.processes).where(t.processes.c.id == bindparam("process")))
_FORGET_PROCESSES = Prepared(delete(t.processes).where(t.processes.c.seen_at < bindparam("before")))


@dataclass(frozen=True, slots=True)
class DataKey:
    """A person's key, or a throwaway key with the moment at which it dies."""

    id: UUID
    key: Key
    dies: datetime | None = None


def wrapped_place(table: str, name: UUID | str) -> bytes:
    return place("keys", table, name, "wrapped")


class KeyStore:
    """One process's view of the key store. Safe to use from several threads."""

    def __init__(self, database: Database, ring: Keyring) -> None:
        self.database = database
        self.ring = ring
        self.process = uuid4()
        self._cache: OrderedDict[UUID, DataKey] = OrderedDict()
        self._purposes: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._reported, self._beaten = "", datetime.now(UTC)
        with database.transaction() as wire:
            sealed = ring.newest.seal(CHECK, CHECK_PLACE)
            wire.run(_INSTALL, one=1, id=uuid4(), key_id=ring.newest.id, wrapped=sealed)
            self.installation = self._checked(wire)
            wire.run(_APPEAR, id=self.process, seen_at=datetime.now(UTC), key_ids=" ".join(ring.ids))

    # What one person's data is sealed with ---------------------------------------------------------------------------

    def data_key(self, key: UUID) -> DataKey | None:
        """The key of that id, from the cache where it is known. Call it only with an id that a live row names."""
        with self._lock:
            if found := self._cache.get(key):
                self._cache.move_to_end(key)
                return found
        with self.database.reading() as wire:
            row = wire.one(_DATA_KEY, key=key)
        return None if row is None else self._cached(self._data_key(key, row[0]))

    def warm(self, keys: Iterable[UUID]) -> None:
        """Reads those that are not in the cache at once: one transaction for a whole batch of people."""
        with self._lock:
            cold = [key for key in dict.fromkeys(keys) if key not in self._cache]
        if not cold:
            return
        with self.database.reading() as wire:
            rows = [(key, wire.one(_DATA_KEY, key=key)) for key in cold]
        for key, row in rows:
            if row is not None:
                self._cached(self._data_key(key, row[0]))

    def make_data_keys(self, count: int, now: datetime, *, throwaway: bool = False) -> tuple[DataKey, ...]:
        """New keys, committed here before anything is sealed with them."""
        dies = now + timedelta(hours=THROWAWAY_HOURS) if throwaway else None
        made = tuple(DataKey(uuid4(), fresh_key(), dies) for _ in range(count))
        day = now.astimezone(UTC).date()
        with self.database.transaction() as wire:
            wrapping = self._wrapping(wire)
            rows = [
                {
                    "id": each.id,
                    "wrapped": wrapping.seal(_framed(each), wrapped_place("data_keys", each.id)),
                    "throwaway": throwaway,
                    "day": day,
                }
                for each in made
            ]
            wire.run_many(_ADD_DATA_KEY, rows)
        for each in made:
            self._cached(each)
        return made

    def destroy(self, keys: Iterable[UUID]) -> None:
        """What these keys have sealed cannot be read from now on, here or in any backup of the main database."""
        gone = set(keys)
        if not gone:
            return
        with self._lock:
            for key in gone:
                self._cache.pop(key, None)
        with self.database.transaction() as wire:
            wire.run_many(_DROP_DATA_KEY, [{"key": key} for key in gone])

    def dead_throwaways(self, now: datetime) -> tuple[UUID, ...]:
        """Throwaway keys whose 24 hours are over."""
        with self.database.reading() as wire:
            rows = wire.all(_THROWAWAYS, today=now.astimezone(UTC).date())
        return tuple(key for key, wrapped in rows if (dies := self._data_key(key, wrapped).dies) and dies <= now)

    def person_keys_before(self, day: date) -> set[str]:
        """Their ids, in hex."""
        with self.database.reading() as wire:
            return wire.ids(_DATA_KEYS, before=day)

    def has_persons(self) -> bool:
        with self.database.reading() as wire:
            return wire.one(_ANY_PERSON) is not None

    # Keys of the installation and of windows -------------------------------------------------------------------------

    def purpose_key(self, purpose: Purpose) -> bytes:
        """A random key of the whole installation, made on first use."""
        if known := self._purposes.get(purpose):
            return known
        with self.database.transaction() as wire:
            sealed = self._wrapping(wire).seal(fresh_key().raw, wrapped_place("purpose_keys", purpose))
            wire.run(_ADD_PURPOSE_KEY, id=purpose, wrapped=sealed)
            row = wire.one(_PURPOSE_KEY, purpose=purpose)
        assert row is not None
        return self._purposes.setdefault(purpose, self.unwrapped(row[0], wrapped_place("purpose_keys", purpose)))

    def window_key(self, circle: UUID, window: str, part: Part = "contributions") -> bytes:
        """The key of one circle's window, made with the first that is shared in it."""
        if known := self.known_window_key(circle, window, part):
            return known
        name = _window_name(circle, window, part)
        with self.database.transaction() as wire:
            sealed = self._wrapping(wire).seal(fresh_key().raw, wrapped_place("window_keys", name))
            wire.run(_ADD_WINDOW_KEY, id=name, wrapped=sealed)
            row = wire.one(_WINDOW_KEY, window=name)
        assert row is not None
        return self.unwrapped(row[0], wrapped_place("window_keys", name))

    def known_window_key(self, circle: UUID, window: str, part: Part = "contributions") -> bytes | None:
        """None where nothing was shared in it, or it is published."""
        name = _window_name(circle, window, part)
        with self.database.reading() as wire:
            row = wire.one(_WINDOW_KEY, window=name)
        return None if row is None else self.unwrapped(row[0], wrapped_place("window_keys", name))

    def window_keys(self, part: Part = "contributions") -> tuple[tuple[UUID, str, bytes], ...]:
        """Every window of which that part is not published yet: (circle, window, key)."""
        with self.database.reading() as wire:
            rows = wire.all(_WINDOW_KEYS)
        found = []
        for name, wrapped in rows:
            circle, window, of = (*name.split("/"), "contributions")[:3]
            if of == part:
                found.append((UUID(circle), window, self.unwrapped(wrapped, wrapped_place("window_keys", name))))
        return tuple(found)

    def destroy_window_key(self, circle: UUID, window: str, part: Part = "contributions") -> None:
        """At publication: tokens of that window can be linked to nobody from now on."""
        with self.database.transaction() as wire:
            wire.run(_DROP_WINDOW_KEY, window=_window_name(circle, window, part))

    # The ledger's second copy ----------------------------------------------------------------------------------------

    def ledger(self) -> tuple[tuple[bytes, date, str], ...]:
        with self.database.reading() as wire:
            return tuple((bytes(hash_), day, kind) for hash_, day, kind in wire.all(_LEDGER))

    def note_deletions(self, entries: Sequence[tuple[bytes, date, str]]) -> None:
        with self.database.transaction() as wire:
            wire.run_many(_ADD_LEDGER, [{"hash": hash_, "day": day, "kind": kind} for hash_, day, kind in entries])

    def forget_deletions(self, kinds: Sequence[str], before: date) -> None:
        """Entries of these kinds from before that day: no backup holds any more what they name."""
        with self.database.transaction() as wire:
            wire.run_many(_PASSED, [{"kind": kind, "before": before} for kind in kinds])

    # This process ----------------------------------------------------------------------------------------------------

    def heartbeat(self) -> None:
        """Reads the ring again and says that this process is alive and which keys it holds.

        On the wall clock, whatever time the conversations are in: it is about processes of this machine or the next.
        """
        self._reread()
        ring, now = " ".join(self.ring.ids), datetime.now(UTC)
        if ring == self._reported and now - self._beaten < timedelta(seconds=BEAT_SECONDS):
            return
        self._reported, self._beaten = ring, now
        with self.database.transaction() as wire:
            if not wire.run(_SEEN, process=self.process, now=now, ring=ring):
                wire.run(_APPEAR, id=self.process, seen_at=now, key_ids=ring)
            wire.run(_FORGET_PROCESSES, before=now - timedelta(days=1))

    def close(self) -> None:
        with suppress(Refusal, LostRace), self.database.transaction() as wire:
            wire.run(_LEAVE, process=self.process)
        self.database.close()

    # Wrapping --------------------------------------------------------------------------------------------------------

    def unwrapped(self, wrapped: bytes, where: bytes) -> bytes:
        """Raises Unopened. A key that this process does not know yet may be in the ring's file by now."""
        key = self.ring.key(key_id(wrapped))
        if key is None:
            self._reread()
            key = self.ring.key(key_id(wrapped))
        if key is None:
            raise Unopened
        return key.open(wrapped, where)

    def _wrapping(self, wire: Wire) -> Key:
        """The key that wraps new keys. Read with the row held, so that a rotation comes wholly before or after."""
        row = wire.one(_INSTALLATION)
        assert row is not None
        key = self.ring.key(bytes(row[1]))
        if key is None:
            self._reread()
            key = self.ring.key(bytes(row[1]))
        if key is None:
            raise lost_key(self.database.where)
        return key

    def _checked(self, wire: Wire) -> UUID:
        """The installation's id, once a key of the ring has opened the check value."""
        row = wire.one(_INSTALLATION)
        assert row is not None
        try:
            if self._wrapping(wire).open(row[2], CHECK_PLACE) != CHECK:
                raise lost_key(self.database.where)
        except Unopened:
            raise lost_key(self.database.where) from None
        found: UUID = row[0]
        return found

    def _reread(self) -> None:
        """Takes the ring from its file again, unless that file is being written or has lost what is in use."""
        try:
            ring = self.ring.reread()
        except Refusal:
            return
        if ring.ids == self.ring.ids:
            return
        with self.database.reading() as wire:
            row = wire.one(_IN_USE)
        if row is not None and ring.key(bytes(row[0])) is not None:
            self.ring = ring

    def _data_key(self, key: UUID, wrapped: bytes) -> DataKey:
        framed = self.unwrapped(wrapped, wrapped_place("data_keys", key))
        seconds = int.from_bytes(framed[KEY_BYTES:], "big")
        return DataKey(key, Key(framed[:KEY_BYTES]), datetime.fromtimestamp(seconds, UTC) if seconds else None)

    def _cached(self, key: DataKey) -> DataKey:
        with self._lock:
            self._cache[key.id] = key
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return key


def _window_name(circle: UUID, window: str, part: Part) -> str:
    return f"{circle}/{window}" if part == "contributions" else f"{circle}/{window}/{part}"


def _framed(key: DataKey) -> bytes:
    """The key and the second at which it dies (0: it does not)."""
    return key.key.raw + (int(key.dies.timestamp()) if key.dies else 0).to_bytes(8, "big")


def lost_key(where: str) -> Refusal:
    return Refusal(
        "lost-key",
        f"No key of the keyring opens the key store {where}. Put back the key file that was in use here "
        "(an older key may stand on a later line). Without it, what people wrote cannot be read by anybody.",
    )
