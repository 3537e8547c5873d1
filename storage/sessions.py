"""Browsers that a one-time link has let in. Law: only a keyed hash of a cookie is stored, each entrance makes a new
one, and whose it is is found out anew at each request."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from bot.events import Who
from bot.ports import Visitor
from storage import links
from storage import tables as t
from storage.database import Database, insisted
from storage.keystore import KeyStore
from storage.ledger import USED, Entry, note
from storage.place import HERE, PERSON, look, named
from storage.prepared import Prepared, Wire
from storage.vault import fingerprint, place

LIFETIME = timedelta(hours=8)
#: Live ones of a person: the oldest makes room.
MOST = 5

#: A new cookie, and entries that the ledger has in the same transaction.
Outcome = tuple[str | None, list[Entry]]

_ADD = Prepared(insert(t.web_sessions))
_LIVE = Prepared(
    select(t.web_sessions.c.hash)
    .where(t.web_sessions.c.participant_id == bindparam("person"))
    .order_by(t.web_sessions.c.expires_at.desc())
)
_DROP = Prepared(delete(t.web_sessions).where(t.web_sessions.c.hash == bindparam("hash")))
_FIND = Prepared(
    select(*PERSON, t.conversations.c.state)
    .select_from(
        t.web_sessions.join(t.participants)
        .join(t.tenants, t.tenants.c.id == t.participants.c.tenant_id)
        .join(t.conversations, t.conversations.c.participant_id == t.participants.c.id)
    )
    .where(t.web_sessions.c.hash == bindparam("hash"), t.web_sessions.c.expires_at > bindparam("now"), HERE.element)
)
OVER = Prepared(delete(t.web_sessions).where(t.web_sessions.c.expires_at <= bindparam("now")))


class SqlSessions:
    """`Sessions` over the store's databases."""

    def __init__(self, database: Database, keys: KeyStore) -> None:
        self._database = database
        self._keys = keys

    def enter(self, token: str, now: datetime, before: str = "") -> str | None:
        return self._kept(lambda wire: self._enter(wire, token, now, before))

    def let_in(self, who: Who, now: datetime, before: str = "") -> str | None:
        return self._kept(lambda wire: self._let_in(wire, who, now, before))

    def holder(self, cookie: str, now: datetime) -> Visitor | None:
        with self._database.reading() as wire:
            return holder(wire, self._keys, cookie, now)

    def end(self, cookie: str, now: datetime) -> None:
        self._kept(lambda wire: (None, end(wire, self._keys, cookie, _day(now))))

    def _enter(self, wire: Wire, token: str, now: datetime, before: str) -> Outcome:
        """The link goes in the transaction that lets in, so that it lets in once."""
        who = links.holder(wire, self._keys, "themes", token, now)
        used = None if who is None else links.use(wire, self._keys, "themes", token, _day(now))
        if who is None or used is None:
            return None, []
        cookie, ended = self._let_in(wire, who, now, before)
        return cookie, [used, *ended]

    def _let_in(self, wire: Wire, who: Who, now: datetime, before: str) -> Outcome:
        found = look(wire, self._keys, who)
        if found is None or found.left_day is not None:
            return None, []
        ended = end(wire, self._keys, before, _day(now)) if before else []
        return begin(wire, self._keys, found.person, now), ended

    def _kept(self, work: Callable[[Wire], Outcome]) -> str | None:
        """What `work` gives; the ledger's second copy is written once that is committed."""
        cookie, entries = insisted(lambda: self._committed(work))
        if entries:
            self._keys.note_deletions(entries)
        return cookie

    def _committed(self, work: Callable[[Wire], Outcome]) -> Outcome:
        with self._database.transaction() as wire:
            return work(wire)


def begin(wire: Wire, keys: KeyStore, person: UUID, now: datetime) -> str:
    """The value of a cookie that nobody has had before."""
    older = [bytes(row[0]) for row in wire.all(_LIVE, person=person)]
    for hash_ in older[MOST - 1 :]:
        wire.run(_DROP, hash=hash_)
    cookie = secrets.token_urlsafe(32)
    wire.run(_ADD, hash=_hash(keys, cookie), participant_id=person, expires_at=now + LIFETIME)
    return cookie


def holder(wire: Wire, keys: KeyStore, cookie: str, now: datetime) -> Visitor | None:
    """None for one that is wrong, was ended, or is over, and for whoever has left."""
    row = wire.one(_FIND, hash=_hash(keys, cookie), now=now)
    if row is None:
        return None
    *person, state = row
    return Visitor(named(keys, *person), _locale(keys, person[0], person[1], person[2], state), proof(keys, cookie))


def end(wire: Wire, keys: KeyStore, cookie: str, day: date) -> list[Entry]:
    """With the entry of the ledger by which no backup brings it back."""
    hash_ = _hash(keys, cookie)
    return [note(wire, keys, hash_, day, USED)] if wire.run(_DROP, hash=hash_) else []


def proof(keys: KeyStore, cookie: str) -> str:
    """What a form of this browser's carries, and no page of anybody else can know."""
    return fingerprint(keys.purpose_key("cookie"), "proof", cookie).hex()


def _hash(keys: KeyStore, cookie: str) -> bytes:
    """What is compared are hashes under a key of ours, so how long that takes tells nothing of a cookie."""
    return fingerprint(keys.purpose_key("cookie"), "session", cookie)


def _locale(keys: KeyStore, person: UUID, in_tenant: UUID, key_id: UUID, sealed: bytes) -> str:
    """The language that they chose for their talks; empty where they left it to their profile. Raises Unopened."""
    key = keys.data_key(key_id)
    state = b"{}" if key is None else key.key.open(sealed, place(in_tenant, "conversations", person, "state"))
    known = json.loads(state.partition(b"\n")[2] or b"{}")
    return str(known["locale"]) if known.get("chosen_locale") else ""


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
