"""In which circle a person counts, and how their contributions are found again until publication.

Law: a person's codes enter one cell, one circle in one window; who supervises is never counted.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update

from storage import tables as t
from storage.keystore import KeyStore
from storage.prepared import Prepared, Wire
from storage.vault import Key, fingerprint
from storage.windows import WEEKS, window_name, window_start

_COUNTED = Prepared(
    select(
        t.participants.c.key_id,
        t.participants.c.circle_id,
        t.participants.c.next_circle_id,
        t.participants.c.next_circle_from,
        t.tenants.c.grid_monday,
    )
    .select_from(t.participants.join(t.tenants))
    .where(t.participants.c.id == bindparam("person"))
)
_ROLES = Prepared(
    select(t.memberships.c.role, t.teams.c.circle_id)
    .select_from(t.memberships.join(t.teams))
    .where(t.memberships.c.participant_id == bindparam("person"))
    .order_by(t.teams.c.name)
)
_MOVE = Prepared(
    update(t.participants)
    .where(t.participants.c.id == bindparam("person"))
    .values(circle_id=bindparam("circle"), next_circle_id=bindparam("later"), next_circle_from=bindparam("later_from"))
)
_own = (
    t.contributions.c.circle_id == bindparam("circle"),
    t.contributions.c.window == bindparam("in_window"),
    t.contributions.c.token == bindparam("own"),
)
_OWN = Prepared(select(func.count()).select_from(t.contributions).where(*_own))
_TAKE_BACK = Prepared(delete(t.contributions).where(*_own))


def token(window_key: bytes, key: Key, circle: UUID) -> bytes:
    """The same for all contributions of one person to one window; nothing without that window's key."""
    return fingerprint(window_key, key.derived(b"contributions"), circle)


def take_back(wire: Wire, keys: KeyStore, key: Key) -> None:
    """Deletes every contribution of a person's that is not published yet."""
    for circle, window, window_key in keys.window_keys():
        wire.run(_TAKE_BACK, circle=circle, in_window=window, own=token(window_key, key, circle))


def count_in(wire: Wire, keys: KeyStore, person: UUID, day: date) -> None:
    """Puts a person into the circle of their roles: at once, or from the next window if they count already."""
    row = wire.one(_COUNTED, person=person)
    assert row is not None
    key_id, circle, later, later_from, grid = row
    now = later if later_from is not None and day >= later_from else circle
    roles = wire.all(_ROLES, person=person)
    key = keys.data_key(key_id)
    if any(role != "member" for role, _ in roles):
        if key is not None:
            take_back(wire, keys, key.key)
        _move(wire, person, None)
        return
    wanted = [in_circle for _, in_circle in roles]
    if now in wanted or not wanted:
        _move(wire, person, now if wanted else None)
    elif now is None or key is None or not _counts(wire, keys, key.key, now, window_name(window_start(grid, day))):
        _move(wire, person, wanted[0])
    else:
        _move(wire, person, now, wanted[0], window_start(grid, day) + timedelta(weeks=WEEKS))


def _move(wire: Wire, person: UUID, circle: UUID | None, later: UUID | None = None, since: date | None = None) -> None:
    wire.run(_MOVE, person=person, circle=circle, later=later, later_from=since)


def _counts(wire: Wire, keys: KeyStore, key: Key, circle: UUID, window: str) -> bool:
    """Whether this window holds something of theirs in this circle already."""
    for in_circle, in_window, window_key in keys.window_keys():
        if (in_circle, in_window) == (circle, window):
            row = wire.one(_OWN, circle=circle, in_window=window, own=token(window_key, key, circle))
            return row is not None and row[0] > 0
    return False
