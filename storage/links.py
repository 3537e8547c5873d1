"""One-time links and codes. Law: only a keyed hash of each is stored, and using one is deleting it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from bot.effects import Issue, LinkPurpose
from bot.events import Who
from storage import tables as t
from storage.keystore import KeyStore
from storage.ledger import USED, Entry, note
from storage.place import PERSON, named
from storage.prepared import Prepared, Wire
from storage.vault import fingerprint

#: Live ones of a person and a purpose: the oldest makes room.
MOST = 3

_ADD = Prepared(insert(t.links))
_LIVE = Prepared(
    select(t.links.c.hash)
    .where(t.links.c.participant_id == bindparam("person"), t.links.c.purpose == bindparam("purpose"))
    .order_by(t.links.c.expires_at.desc())
)
_DROP = Prepared(delete(t.links).where(t.links.c.hash == bindparam("hash")))
_FIND = Prepared(
    select(*PERSON)
    .select_from(t.links.join(t.participants).join(t.tenants, t.tenants.c.id == t.participants.c.tenant_id))
    .where(
        t.links.c.hash == bindparam("hash"),
        t.links.c.purpose == bindparam("purpose"),
        t.links.c.expires_at > bindparam("now"),
    )
)
OVER = Prepared(delete(t.links).where(t.links.c.expires_at <= bindparam("now")))


def _hash(keys: KeyStore, purpose: LinkPurpose, token: str) -> bytes:
    """What is compared are hashes under a key of ours, so how long that takes tells nothing of a token."""
    return fingerprint(keys.purpose_key("links"), purpose, token)


def issue(wire: Wire, keys: KeyStore, person: UUID, effect: Issue) -> None:
    older = [bytes(row[0]) for row in wire.all(_LIVE, person=person, purpose=effect.purpose)]
    for hash_ in older[MOST - 1 :]:
        wire.run(_DROP, hash=hash_)
    hash_ = _hash(keys, effect.purpose, effect.token)
    wire.run(_ADD, hash=hash_, participant_id=person, purpose=effect.purpose, expires_at=effect.until)


def holder(wire: Wire, keys: KeyStore, purpose: LinkPurpose, token: str, now: datetime) -> Who | None:
    """Whose it is; None for one that is wrong, was used, or is over."""
    row = wire.one(_FIND, hash=_hash(keys, purpose, token), purpose=purpose, now=now)
    return None if row is None else named(keys, *row)


def use(wire: Wire, keys: KeyStore, purpose: LinkPurpose, token: str, day: date) -> Entry | None:
    """The entry of the ledger by which no backup brings it back; None where somebody else was faster."""
    hash_ = _hash(keys, purpose, token)
    return note(wire, keys, hash_, day, USED) if wire.run(_DROP, hash=hash_) else None
