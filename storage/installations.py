"""Where the app is installed. Law: a token stands nowhere in clear, and goes as soon as the app is removed.

Tokens are sealed under the installation's own key for them: no person's, because they outlive who installed.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, insert, or_, select, update

from bot.events import Who
from bot.ports import Installation, LostRace, Refusal
from storage import leaving
from storage import tables as t
from storage.database import Database, insisted
from storage.keystore import KeyStore
from storage.leading import installed, is_led
from storage.ledger import REMOVED, Entry, note
from storage.place import tenant
from storage.prepared import Prepared, Row, Wire
from storage.turns import SqlTransaction
from storage.vault import Key, Unopened, fingerprint, place

RENEWAL_SECONDS = 30
STATE_MINUTES = 10
#: What two processes' clocks may differ by.
_SKEW = timedelta(minutes=1)
#: Bytes; together a multiple of three, so that each state is written in one way only.
_NONCE, _TIME, _MAC = 26, 8, 32

_which = (t.installations.c.platform == bindparam("of_platform"), t.installations.c.external == bindparam("named"))
_found = select(t.installations.c.id, t.installations.c.platform, t.installations.c.external, t.installations.c.body)
_FIND = Prepared(_found.where(*_which))
_HOLD = Prepared(_found.where(*_which).with_for_update())
_ALL = Prepared(_found)
_ADD = Prepared(insert(t.installations), unless_there=True)
_CHANGE = Prepared(
    update(t.installations).where(t.installations.c.id == bindparam("row")).values(body=bindparam("new_body"))
)
_DROP = Prepared(delete(t.installations).where(t.installations.c.id == bindparam("row")))
_CLAIM = Prepared(
    update(t.installations)
    .where(
        *_which,
        or_(
            t.installations.c.renewal_lease.is_(None),
            t.installations.c.renewal_lease <= bindparam("now", type_=t.Moment()),
        ),
    )
    .values(renewal_lease=bindparam("until", type_=t.Moment()))
)
_USE = Prepared(insert(t.inbox), unless_there=True)

T = TypeVar("T")
Transact = Callable[[], AbstractContextManager[SqlTransaction]]


class SqlInstallations:
    """`Installations` over the store's databases."""

    def __init__(self, database: Database, keys: KeyStore, transact: Transact) -> None:
        self._database = database
        self._keys = keys
        self._transact = transact

    def find(self, platform: str, tenant: str) -> Installation | None:
        """Raises Refusal where it is there and does not open."""
        with self._database.reading() as wire:
            row = wire.one(_FIND, of_platform=platform, named=tenant)
        try:
            return None if row is None else self._opened(row)
        except Unopened:
            raise Refusal(
                "installation-unreadable",
                f"What {platform} gave us for this workspace does not open with the keys at hand. Install it again.",
            ) from None

    def unreadable(self) -> int:
        """How many installations do not open, for a check of the set-up: each would have to be installed again."""
        with self._database.reading() as wire:
            rows = wire.all(_ALL)
        return sum(self._read(row) is None for row in rows)

    # Coming and going ------------------------------------------------------------------------------------------------

    def save(self, installation: Installation, at: datetime) -> None:
        insisted(lambda: self._save(installation, at))

    def _save(self, installation: Installation, at: datetime) -> None:
        with self._transact() as turn:
            row = turn.wire.one(_HOLD, of_platform=installation.platform, named=installation.tenant)
            if installation.id is not None and (row is None or row[0] != installation.id):
                return  # renewed while it was removed; whoever installs again has newer tokens
            before = None if row is None else self._read(row)
            self._write(turn, row, installation)
            tenant(turn.wire, installation.platform, installation.tenant, at.astimezone(UTC).date())
            leaving.present(turn.wire, installation.platform, installation.tenant)
            new = installation.installer and (before is None or before.installer != installation.installer)
            if new and not is_led(turn.wire, installation.platform, installation.tenant):
                who = Who(platform=installation.platform, tenant=installation.tenant, user=installation.installer)
                installed(turn.desk(at), who)

    def _write(self, turn: SqlTransaction, row: Row | None, installation: Installation) -> None:
        """A renewed one keeps its row; a new one has a row of its own, which no late renewal of another can reach."""
        which = installation.id or uuid4()
        names = {"platform": installation.platform, "external": installation.tenant}
        body = self._key().seal(_written(installation), _where(which, installation.platform, installation.tenant))
        if installation.id is not None:
            turn.wire.run(_CHANGE, row=which, new_body=body)
            return
        if row is not None:
            turn.wire.run(_DROP, row=row[0])
        if not turn.wire.run(_ADD, id=which, **names, body=body, renewal_lease=None):
            raise LostRace  # installed by two people at once

    def remove(self, platform: str, tenant: str, at: datetime) -> None:
        day = at.astimezone(UTC).date()
        removed = insisted(lambda: self._remove(platform, tenant, day))
        if removed is not None:
            self._keys.note_deletions([removed])

    def _remove(self, platform: str, tenant: str, day: date) -> Entry | None:
        with self._transact() as turn:
            row = turn.wire.one(_HOLD, of_platform=platform, named=tenant)
            leaving.gone(turn.wire, platform, tenant, day)
            if row is None:
                return None
            turn.wire.run(_DROP, row=row[0])
            turn.let_go = True
            return note(turn.wire, self._keys, row[0], day, REMOVED)

    def present(self, platform: str, tenant: str) -> None:
        insisted(lambda: self._run(lambda wire: leaving.present(wire, platform, tenant)))

    def claim_renewal(self, platform: str, tenant: str, now: datetime) -> bool:
        until = now + timedelta(seconds=RENEWAL_SECONDS)
        claim = {"of_platform": platform, "named": tenant, "now": now, "until": until}
        return insisted(lambda: self._run(lambda wire: wire.run(_CLAIM, **claim))) == 1

    # Where an installation was begun ---------------------------------------------------------------------------------

    def issue_state(self, now: datetime) -> str:
        said = secrets.token_bytes(_NONCE) + int(now.timestamp()).to_bytes(_TIME, "big")
        return _text(said + self._mac(said))

    def use_state(self, state: str, now: datetime) -> bool:
        said = self._said(state)
        if said is None:
            return False
        age = now.timestamp() - int.from_bytes(said[_NONCE:], "big")
        if not -_SKEW.total_seconds() <= age <= STATE_MINUTES * 60:
            return False
        used = fingerprint(self._keys.purpose_key("inbox"), "state", said)
        day = now.astimezone(UTC).date()
        return insisted(lambda: self._run(lambda wire: wire.run(_USE, key=used, day=day))) == 1

    def _run(self, work: Callable[[Wire], T]) -> T:
        with self._database.transaction() as wire:
            return work(wire)

    def _said(self, state: str) -> bytes | None:
        """What was issued here, unchanged; else None."""
        try:
            raw = base64.b64decode(state.encode("ascii"), altchars=b"-_", validate=True)
        except ValueError:  # also what is no ASCII
            return None
        said, mac = raw[: _NONCE + _TIME], raw[_NONCE + _TIME :]
        if len(raw) != _NONCE + _TIME + _MAC or not hmac.compare_digest(mac, self._mac(said)):
            return None
        return said if _text(raw) == state else None  # the same bytes in another alphabet

    def _mac(self, said: bytes) -> bytes:
        return fingerprint(self._keys.purpose_key("state"), said)

    # Sealing ---------------------------------------------------------------------------------------------------------

    def _key(self) -> Key:
        return Key(self._keys.purpose_key("tokens"))

    def _opened(self, row: Row) -> Installation:
        """Raises Unopened."""
        which, platform, external, body = row
        fields = json.loads(self._key().open(body, _where(which, platform, external)))
        expires = fields.pop("expires")
        moment = datetime.fromisoformat(expires) if expires else None
        return Installation(platform=platform, tenant=external, **fields, expires=moment, id=which)

    def _read(self, row: Row) -> Installation | None:
        try:
            return self._opened(row)
        except Unopened:
            return None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _where(row: UUID, platform: str, external: str) -> bytes:
    """Also whose it is: a token that is moved to another workspace's row does not open there."""
    return place("installations", platform, external, row, "body")


def _written(installation: Installation) -> bytes:
    fields: dict[str, Any] = {
        "bot_user": installation.bot_user,
        "token": installation.token,
        "refresh": installation.refresh,
        "expires": installation.expires.isoformat() if installation.expires else "",
        "organization": installation.organization,
        "installer": installation.installer,
    }
    return json.dumps(fields).encode()
