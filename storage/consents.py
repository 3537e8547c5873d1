"""What a person agreed to, link after link. Law: a link is never changed, and the last one is named in sealed state.

The fields of a record are those of ISO/IEC TS 27560:2023 as `docs/privacy.md` lists them, with the very words that were
shown, and with a random salt: the hash stands in clear, and without the salt it could be guessed back.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import bindparam, insert, select

from bot.conversation import ConsentRecord
from bot.effects import RecordConsent
from storage import tables as t
from storage.place import Place
from storage.prepared import Prepared, Wire
from storage.vault import Key, Unopened

#: Of the fields of a record; links of before name none.
SCHEMA: Final = "afterword-consent-2"
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


@dataclass(frozen=True, slots=True)
class Link:
    """One record as it was sealed, and the hashes that hold it in its place."""

    row: UUID
    fields: Mapping[str, Any]
    hash: bytes
    before: bytes


def read_head(text: bytes) -> Head:
    n, _, hash_ = text.decode().partition(":")
    return Head(int(n), bytes.fromhex(hash_)) if hash_ else Head()


def record(
    wire: Wire, found: Place, key: Key, head: Head, effect: RecordConsent, at: datetime, platform: str = ""
) -> Head:
    """Adds a link and gives the new head."""
    row, n = uuid4(), head.n + 1
    body = _canonical(_fields(found, row, n, effect, at, platform))
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


def _fields(found: Place, row: UUID, n: int, effect: RecordConsent, at: datetime, platform: str) -> dict[str, Any]:
    since = at if effect.since is None else effect.since
    purpose = {
        "id": effect.purpose,
        "granted": effect.event == "given",
        "choice": effect.choice,
        "since": since.astimezone(UTC).isoformat(),
    }
    return {
        "schema": SCHEMA,
        "id": str(row),
        "person": str(found.person),
        "n": n,
        "notice_id": f"afterword-{effect.purpose}",
        "notice_version": effect.notice_version,
        "notice_wording": effect.wording,
        "notice_sha256": effect.notice_sha256,
        "shown": effect.shown,
        "locale": effect.locale,
        "purposes": [purpose],
        "processing": list(effect.processing),
        "data": list(effect.data),
        "recipients": list(effect.recipients),
        "retention": list(effect.retention),
        "retention_days": effect.days,
        "surface": effect.surface,
        "platform": platform,
        "event": effect.event,
        "time": at.astimezone(UTC).isoformat(),
        "expires": None if effect.until is None else effect.until.isoformat(),
        "actor": effect.actor,
        "salt": secrets.token_hex(16),
    }


def _canonical(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _hash(before: bytes, body: bytes) -> bytes:
    return hashlib.sha256(before + body).digest()


# Reading -------------------------------------------------------------------------------------------------------------


def chain(wire: Wire, found: Place, key: Key, head: Head) -> tuple[tuple[Link, ...], bool]:
    """The links that can be read, first to last; and whether every one of them opens, follows the one before it, and
    the last is the one that the sealed state names."""
    at, whole = Head(), True
    links: list[Link] = []
    for row, n, sealed, before, hash_ in wire.all(_CHAIN, person=found.person):
        try:
            body = key.open(sealed, found.where("consents", row, "body"))
        except Unopened:
            whole = False
            continue
        whole = whole and n == at.n + 1 and before == at.hash and hash_ == _hash(at.hash, body)
        links.append(Link(row, json.loads(body), hash_, before))
        at = Head(n, hash_)
    return tuple(links), whole and at == head


def verified(wire: Wire, found: Place, key: Key, head: Head) -> bool:
    return chain(wire, found, key, head)[1]


def to_read(link: Link) -> ConsentRecord:
    """A record for the person's own receipt, whatever version wrote it."""
    fields = link.fields
    (purpose,) = fields["purposes"]
    return ConsentRecord(
        purpose=purpose["id"],
        event=fields["event"],
        choice=purpose["choice"],
        at=fields["time"],
        until=fields["expires"],
        version=fields["notice_version"],
        locale=fields["locale"],
        surface=fields["surface"],
        platform=fields.get("platform", ""),
        shown=fields.get("shown", ""),
        recipients=tuple(fields.get("recipients", ())),
        retention=tuple(fields.get("retention", ())),
        days=fields.get("retention_days"),
    )


#: What the keys of a record stand for in the Data Privacy Vocabulary (https://w3id.org/dpv). Nothing fetches it: the
#: context goes along so that a record can be read without this program.
CONTEXT: Final[Mapping[str, str]] = {
    "dpv": "https://w3id.org/dpv#",
    "dct": "http://purl.org/dc/terms/",
    "ConsentRecord": "dpv:ConsentRecord",
    "record_id": "dct:identifier",
    "schema": "dct:conformsTo",
    "pii_principal": "dpv:hasDataSubject",
    "pii_controller": "dpv:hasDataController",
    "recipients": "dpv:hasRecipient",
    "notice": "dpv:hasNotice",
    "purposes": "dpv:hasPurpose",
    "operations": "dpv:hasProcessing",
    "pii_categories": "dpv:hasPersonalData",
    "storage": "dpv:hasStorageCondition",
    "status": "dpv:hasConsentStatus",
    "time": "dct:date",
    "expires": "dct:valid",
    "locale": "dct:language",
}
_STATUS: Final = {
    "given": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "superseded": "dpv:ConsentInvalidated",
    "expired": "dpv:ConsentExpired",
}


def to_hand_over(link: Link) -> dict[str, Any]:
    """A record in the four parts of ISO/IEC TS 27560: header, processing, party, event. What a link of before does not
    say is not there."""
    fields = link.fields
    return {
        "@context": dict(CONTEXT),
        "@type": "ConsentRecord",
        "header": {
            "record_id": fields.get("id", str(link.row)),
            "schema": fields.get("schema", "afterword-consent-1"),
            "number": fields["n"],
            "pii_principal": fields["person"],
            "salt": fields["salt"],
            "hash": link.hash.hex(),
            "hash_before": link.before.hex(),
        },
        "processing": {
            "notice": {
                "id": fields["notice_id"],
                "version": fields["notice_version"],
                **_there(fields, wording="notice_wording"),
                "sha256": fields["notice_sha256"],
                "locale": fields["locale"],
                **_there(fields, text="shown"),
            },
            "purposes": fields["purposes"],
            **_there(fields, operations="processing", pii_categories="data"),
            "storage": _there(fields, conditions="retention", longest_days="retention_days"),
        },
        "party": {"pii_controller": "program", **_there(fields, recipients="recipients")},
        "event": {
            "status": _STATUS[fields["event"]],
            "type": fields["event"],
            "time": fields["time"],
            "expires": fields["expires"],
            "actor": fields["actor"],
            "surface": fields["surface"],
            **_there(fields, platform="platform"),
        },
    }


def _there(fields: Mapping[str, Any], **names: str) -> dict[str, Any]:
    return {name: fields[field] for name, field in names.items() if field in fields}


def records(wire: Wire, found: Place, key: Key) -> tuple[dict[str, Any], ...]:
    """A person's own copy of their records, first to last, for an export: whatever of them can be read."""
    links, _ = chain(wire, found, key, Head())
    return tuple(map(to_hand_over, links))
