"""After a backup was put back. Law: who was erased, what was deleted, taken back or purged, and where the app was
removed stays so; and nobody shares by a choice that they have changed since."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, select, update

from bot.conversation import Conversation
from bot.lapsing import restored
from storage import leaving
from storage import tables as t
from storage.consents import Head, read_head
from storage.counting import take_back
from storage.database import Database
from storage.erase import drop
from storage.keystore import KeyStore
from storage.ledger import (
    CHOSEN,
    ENDED,
    ERASED,
    LET_GO,
    NOTE,
    PUBLISHED,
    PURGED,
    RELEASED,
    REMOVED,
    TAKEN_BACK,
    USED,
    WITHDRAWN,
    Entry,
    ledger_hash,
    note,
    record_of,
    window_of,
)
from storage.place import written
from storage.prepared import Prepared, Row, Wire
from storage.purge import drop_tenant
from storage.releasing import ADD_RELEASED
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
    (Prepared(select(name)), kind, Prepared(delete(table).where(name == bindparam("row"))))
    for table, name, kind in (
        (t.reflections, t.reflections.c.id, LET_GO),
        (t.contributions, t.contributions.c.id, TAKEN_BACK),
        (t.excerpts, t.excerpts.c.id, TAKEN_BACK),
        (t.packets, t.packets.c.id, WITHDRAWN),
        (t.links, t.links.c.hash, USED),
        (t.web_sessions, t.web_sessions.c.hash, USED),
    )
)
#: By circle and window: what was given in one that is published has no key any more, and must not be counted anew.
_GIVEN = Prepared(select(t.contributions.c.circle_id, t.contributions.c.window).distinct())
_DROP_GIVEN = Prepared(
    delete(t.contributions).where(
        t.contributions.c.circle_id == bindparam("circle"), t.contributions.c.window == bindparam("in_window")
    )
)
_PASSAGES = Prepared(select(t.excerpts.c.id))
_DROP_PASSAGE = Prepared(delete(t.excerpts).where(t.excerpts.c.id == bindparam("row")))
_TALK = Prepared(
    update(t.conversations).where(t.conversations.c.participant_id == bindparam("row")).values(talk=bindparam("left"))
)
_NO_TALK = Prepared(
    update(t.conversations).where(t.conversations.c.participant_id == bindparam("row")).values(talk=None, idle_day=None)
)
_STATES = Prepared(
    select(
        t.participants.c.id, t.participants.c.tenant_id, t.participants.c.key_id, t.conversations.c.state
    ).select_from(t.participants.join(t.conversations))
)
_STATE = Prepared(
    update(t.conversations)
    .where(t.conversations.c.participant_id == bindparam("row"))
    .values(state=bindparam("left"), revision=t.conversations.c.revision + 1)
)
#: Choices of one person since a backup that is put back; more than that nobody makes in a month.
_SINCE = 64
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
        lacking = _Noted(keys, copy - own)
        _deleted(wire, keys, lacking)
        new = (own - copy) | set(_paused(wire, keys, lacking))
    if new:
        keys.note_deletions(sorted(new))
    keys.destroy(gone)
    return len(back)


def _deleted(wire: Wire, keys: KeyStore, noted: _Noted) -> None:
    """Single reflections, kept or open, what was shared or brought to supervision, links that were used, and browsers
    that were signed out."""
    for prepared, kind, drop_row in _ROWS:
        for (row,) in noted.rows(wire, prepared, kind):
            wire.run(drop_row, row=row)
    _published(wire, noted)
    _released(wire, noted)
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


def _published(wire: Wire, noted: _Noted) -> None:
    """What was counted in windows that are published."""
    if not noted.some(PUBLISHED):
        return
    for circle, window in wire.all(_GIVEN):
        if noted.has(PUBLISHED, window_of(circle, window)):
            wire.run(_DROP_GIVEN, circle=circle, in_window=window)


def _released(wire: Wire, noted: _Noted) -> None:
    """Passages that were published: their writers are told so still."""
    for (row,) in noted.rows(wire, _PASSAGES, RELEASED):
        wire.run(_DROP_PASSAGE, row=row)
        wire.run(ADD_RELEASED, id=row, day=datetime.now(UTC).date())


def _paused(wire: Wire, keys: KeyStore, noted: _Noted) -> list[Entry]:
    """Whose chain lacks records shares nothing until they choose again; what waits to be published is taken back. The
    head names the last record that is missing, so that the chain never looks whole."""
    taken: list[Entry] = []
    if not noted.some(CHOSEN):
        return taken
    day = datetime.now(UTC).date()
    for person, in_tenant, key_id, sealed in wire.all(_STATES):
        key, where = keys.data_key(key_id), place(in_tenant, "conversations", person, "state")
        with suppress(Unopened):  # what cannot be opened shares nothing
            head, _, body = (b"", b"", b"") if key is None else key.key.open(sealed, where).partition(b"\n")
            missing = _missing(noted, person, read_head(head).n)
            if key is None or missing is None:
                continue
            state = written(restored(Conversation.model_validate_json(body)), missing.written())
            wire.run(_STATE, row=person, left=key.key.seal(state, where))
            taken += [note(wire, keys, row, day, TAKEN_BACK) for row in take_back(wire, keys, key.key)]
    return taken


def _missing(noted: _Noted, person: UUID, n: int) -> Head | None:
    """The last record after the n-th that is noted and not there; its own hash has gone with it."""
    later = (each for each in range(n + _SINCE, n, -1) if noted.has(CHOSEN, record_of(person, each)))
    last = next(later, None)
    return None if last is None else Head(last, noted.hash(record_of(person, last)))


class _Noted:
    """What the ledgers name; they hold keyed hashes, so rows are recognized but never listed."""

    def __init__(self, keys: KeyStore, entries: set[Entry]) -> None:
        self._keys = keys
        self._kinds = {(kind, hash_) for hash_, _, kind in entries}
        self._some = {kind for _, _, kind in entries}

    def some(self, kind: str) -> bool:
        return kind in self._some

    def hash(self, row: UUID | bytes) -> bytes:
        return ledger_hash(self._keys, row)

    def has(self, kind: str, row: UUID | bytes) -> bool:
        return (kind, self.hash(row)) in self._kinds

    def rows(self, wire: Wire, prepared: Prepared, kind: str) -> list[Row]:
        """The rows, by the id in front, that are there and should not be."""
        if kind not in self._some:
            return []
        return [row for row in wire.all(prepared) if self.has(kind, row[0])]
