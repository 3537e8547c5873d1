"""What time takes of those who went. Law: after the grace everything goes, as by an erasure, and not a day before."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, or_, select

from storage import erase, ledger
from storage import tables as t
from storage.database import Database
from storage.keystore import PARTS, KeyStore
from storage.place import Programs, hold
from storage.prepared import Prepared, Wire

#: People, or workspaces, a call.
BATCH = 20

_left = t.participants.c.left_day <= bindparam("before")
_gone = t.tenants.c.gone_day <= bindparam("before")
_SOME_WENT = Prepared(
    select(t.tenants.c.id, t.tenants.c.settings)
    .where(
        or_(
            t.tenants.c.gone_day.is_not(None),
            exists().where(t.participants.c.tenant_id == t.tenants.c.id, t.participants.c.left_day.is_not(None)),
        )
    )
    .order_by(t.tenants.c.id)
)
_PEOPLE = Prepared(
    select(t.participants.c.who_index)
    .select_from(t.participants.join(t.tenants))
    .where(t.tenants.c.id == bindparam("tenant"), or_(_left, _gone))
    .limit(bindparam("limit"))
)
#: Asked again with the rows held: they may have come back this very moment.
_PERSON_STILL = Prepared(
    select(t.participants.c.id)
    .select_from(t.participants.join(t.tenants))
    .where(t.participants.c.id == bindparam("person"), or_(_left, _gone))
    .with_for_update(of=t.tenants, read=True)
)
_TENANT_STILL = Prepared(
    select(t.tenants.c.id)
    .where(t.tenants.c.id == bindparam("tenant"), _gone, ~exists().where(t.participants.c.tenant_id == t.tenants.c.id))
    .with_for_update()
)
_CIRCLES = Prepared(select(t.circles.c.id).where(t.circles.c.tenant_id == bindparam("tenant")))
_DROPS = (
    Prepared(delete(t.teams).where(t.teams.c.tenant_id == bindparam("tenant"))),
    Prepared(delete(t.circles).where(t.circles.c.tenant_id == bindparam("tenant"))),
    Prepared(delete(t.tenants).where(t.tenants.c.id == bindparam("tenant"))),
)
_SHARED = tuple(
    Prepared(delete(shared).where(shared.c.circle_id == bindparam("circle")))
    for shared in (t.contributions, t.excerpts)
)


def departed(main: Database, keys: KeyStore, programs: Programs, today: date) -> int:
    """Erases at most a batch of those whose grace is over, then their workspaces; gives how many that were."""
    with main.reading() as wire:
        tenants = wire.all(_SOME_WENT)
    done = 0
    for tenant, settings in tenants:
        before = today - timedelta(days=programs.under(settings).grace_days)
        done += _of_tenant(main, keys, tenant, before, today, BATCH - done)
        if done >= BATCH:
            break
    return done


def _of_tenant(main: Database, keys: KeyStore, tenant: UUID, before: date, today: date, limit: int) -> int:
    with main.reading() as wire:
        people = [bytes(row[0]) for row in wire.all(_PEOPLE, tenant=tenant, before=before, limit=limit)]
    erased = sum(_person(main, keys, person, before, today) for person in people)
    if len(people) == limit:
        return limit
    return erased + _tenant(main, keys, tenant, before, today)


def _person(main: Database, keys: KeyStore, index: bytes, before: date, today: date) -> bool:
    with main.transaction() as wire:
        found = hold(wire, index)
        if found is None or wire.one(_PERSON_STILL, person=found.person, before=before) is None:
            return False
        entries, gone = erase.erased(wire, keys, found, today)
    erase.forget(keys, entries, gone)
    return True


def _tenant(main: Database, keys: KeyStore, tenant: UUID, before: date, today: date) -> bool:
    with main.transaction() as wire:
        if wire.one(_TENANT_STILL, tenant=tenant, before=before) is None:
            return False
        entry = ledger.note(wire, keys, tenant, today, ledger.PURGED)
        circles = drop_tenant(wire, tenant)
    erase.forget(keys, [entry], ())
    for part in PARTS:
        for circle, window, _ in keys.window_keys(part):
            if circle in circles:
                keys.destroy_window_key(circle, window, part)
    return True


def drop_tenant(wire: Wire, tenant: UUID) -> set[UUID]:
    """A workspace in which nobody is left; gives its circles. What was counted there cannot be published any more."""
    circles = {circle for (circle,) in wire.all(_CIRCLES, tenant=tenant)}
    for shared in _SHARED:
        wire.run_many(shared, [{"circle": circle} for circle in circles])
    for statement in _DROPS:
        wire.run(statement, tenant=tenant)
    return circles
