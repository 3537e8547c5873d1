"""What a person agreed to, link after link. Law: a link is never changed, and the last one is named in sealed state.

The fields of a record are those of ISO/IEC TS 27560:2023 as `docs/privacy.md` lists them, with a random salt: the
hash stands in clear, and without the salt it could be guessed back.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, insert, select

from bot.effects import RecordConsent
from storage import tables as t
from storage.place import Place
from storage.prepared import Prepared, Wire
from storage.vault import Key, Unopened

EXPIRES_DAYS = 365
_ADD = Prepared(insert(t.consents))
_CHAIN = Prepared(
    select(t.consents.c.id, t.consents.c.n, t.consents.c.body, t.consents.c.prev_hash, t.consents.c.hash)
    .where(t.consents.c.participant_id == bindparam("person"))
    .order_by(t.consents.c.n)
)


@dataclass(frozen=True, slots=True)
class Head:
    """The last link: its number and its hash."""

    n: int = 0
    hash: bytes = bytes(32)

    def written(self) -> bytes:
        return f"{self.n}:{self.hash.hex()}".encode() if self.n else b"0:"


def read_head(text: bytes) -> Head:
    n, _, hash_ = text.decode().partition(":")
    return Head(int(n), bytes.fromhex(hash_)) if hash_ else Head()


def record(wire: Wire, found: Place, key: Key, head: Head, effect: RecordConsent, at: datetime) -> Head:
    """Adds a link and gives the new head."""
    row, n = uuid4(), head.n + 1
    body = _canonical(found, n, effect, at)
    linked = Head(n, _hash(head.hash, body))
    wire.run(
        _ADD,
        id=row,
        participant_id=found.person,
        n=n,
        body=key.seal(body, found.where("consents", row, "body")),
        prev_hash=head.hash,
        hash=linked.hash,
    )
    return linked


def _canonical(found: Place, n: int, effect: RecordConsent, at: datetime) -> bytes:
    utc = at.astimezone(UTC)
    fields: dict[str, Any] = {
        "person": str(found.person),
        "n": n,
        "notice_id": f"afterword-{effect.purpose}",
        "notice_version": effect.notice_version,
        "notice_sha256": effect.notice_sha256,
        "locale": effect.locale,
        "purposes": [{"id": effect.purpose, "granted": effect.event == "given", "choice": effect.choice}],
        "surface": effect.surface,
        "event": effect.event,
        "time": utc.isoformat(),
        "expires": (utc + timedelta(days=EXPIRES_DAYS)).date().isoformat(),
        "actor": "person",
        "salt": secrets.token_hex(16),
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _hash(before: bytes, body: bytes) -> bytes:
    return hashlib.sha256(before + body).digest()


def verified(wire: Wire, found: Place, key: Key, head: Head) -> bool:
    """Whether every link opens, follows the one before it, and ends where the sealed state says."""
    at = Head()
    for row, n, sealed, before, hash_ in wire.all(_CHAIN, person=found.person):
        try:
            body = key.open(sealed, found.where("consents", row, "body"))
        except Unopened:
            return False
        if n != at.n + 1 or before != at.hash or hash_ != _hash(at.hash, body):
            return False
        at = Head(n, hash_)
    return at == head


def records(wire: Wire, found: Place, key: Key) -> tuple[dict[str, Any], ...]:
    """A person's own copy of their records, first to last."""
    chain = wire.all(_CHAIN, person=found.person)
    return tuple(json.loads(key.open(sealed, found.where("consents", row, "body"))) for row, _, sealed, _, _ in chain)
