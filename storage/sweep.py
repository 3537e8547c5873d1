"""What time takes away. Law: each thing goes on its day, whether or not anybody comes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, select

from storage import ledger, links, looks, packets, sessions
from storage import tables as t
from storage.checkins import DEAD_TALK
from storage.database import Database
from storage.keystore import KeyStore
from storage.prepared import Prepared

INBOX_DAYS = 3
DELIVERY_DAYS = 7
STOPPED_DAYS = 60

_REFLECTIONS = Prepared(delete(t.reflections).where(t.reflections.c.delete_day < bindparam("today")))
_INBOX = Prepared(delete(t.inbox).where(t.inbox.c.day < bindparam("before")))
_DELIVERIES = Prepared(
    delete(t.deliveries).where(t.deliveries.c.state != "pending", t.deliveries.c.day < bindparam("before"))
)
_CHECK_INS = Prepared(
    delete(t.check_ins).where(
        t.check_ins.c.state != "waiting", t.check_ins.c.state != "stopped", t.check_ins.c.due_at < bindparam("before")
    )
)
#: Of who has been out of reach for long; when they are back everything is planned anew by what they do (`followed`).
_STOPPED = Prepared(
    delete(t.check_ins).where(t.check_ins.c.state == "stopped", t.check_ins.c.due_at < bindparam("before"))
)
_NAMED = Prepared(select(t.participants.c.key_id))
#: What was published: 24 months. The newest of a circle stays until there is a newer one: publishing goes on after it.
SNAPSHOT_DAYS = 731
_newer = t.snapshots.alias()
_SNAPSHOTS = Prepared(
    delete(t.snapshots).where(
        t.snapshots.c.day < bindparam("before"),
        exists().where(_newer.c.circle_id == t.snapshots.c.circle_id, _newer.c.window > t.snapshots.c.window),
    )
)
#: With what is told of them: which passages they held, and that they are not to be published again.
_OF_SNAPSHOTS = (
    Prepared(delete(t.released).where(t.released.c.day < bindparam("before"))),
    Prepared(
        delete(t.deletion_ledger).where(
            t.deletion_ledger.c.kind == ledger.PUBLISHED, t.deletion_ledger.c.day < bindparam("before")
        )
    ),
)


def throwaways(main: Database, keys: KeyStore, now: datetime) -> None:
    """Talks whose key is over its 24 hours: the key first, so that a crash leaves nothing that can be read."""
    dead = keys.dead_throwaways(now)
    if dead:
        keys.destroy(dead)
        with main.transaction() as wire:
            wire.run_many(DEAD_TALK, [{"key": key} for key in dead])


def daily(main: Database, keys: KeyStore, now: datetime) -> None:
    """Retention, old dedupe keys, links, browsers that were let in, looks, entries of the ledger, the skeletons of
    deliveries and check-ins, keys that no row names."""
    today = now.astimezone(UTC).date()
    with main.transaction() as wire:
        gone = wire.run(_REFLECTIONS, today=today)
        wire.run(_INBOX, before=today - timedelta(days=INBOX_DAYS))
        wire.run(_DELIVERIES, before=today - timedelta(days=DELIVERY_DAYS))
        wire.run(_CHECK_INS, before=now - timedelta(days=DELIVERY_DAYS))
        wire.run(_STOPPED, before=now - timedelta(days=STOPPED_DAYS))
        gone += wire.run(packets.OVER, today=today)
        wire.run(links.OVER, now=now)
        wire.run(sessions.OVER, now=now)
        wire.run(looks.OLD, before=today - timedelta(days=looks.KEEP_DAYS))
        wire.run(looks.OLD_OF_OPERATOR, before=today - timedelta(days=looks.KEEP_DAYS))
        for statement in (_SNAPSHOTS, *_OF_SNAPSHOTS):
            wire.run(statement, before=today - timedelta(days=SNAPSHOT_DAYS))
        wire.run(ledger.PASSED, before=today - timedelta(days=ledger.PASSING_DAYS))
    keys.forget_deletions(ledger.PASSING, today - timedelta(days=ledger.PASSING_DAYS))
    keys.forget_deletions((ledger.PUBLISHED,), today - timedelta(days=SNAPSHOT_DAYS))
    keys.destroy(orphans(main, keys, today))
    if gone:
        main.checkpoint()


def orphans(main: Database, keys: KeyStore, today: date) -> tuple[UUID, ...]:
    """Keys older than a day that no person names: made just before a crash, or left by one just after an erasure."""
    old = keys.person_keys_before(today - timedelta(days=1))
    with main.reading() as wire:
        return tuple(UUID(key) for key in old - wire.ids(_NAMED))
