"""Turning the ring: every wrapped key is wrapped again with the newest one. Law: no living process is locked out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Table, bindparam, select, update

from bot.ports import Refusal
from storage import keytables as t
from storage.keystore import CHECK, CHECK_PLACE, KeyStore, wrapped_place
from storage.prepared import Prepared, Wire

#: A process that has not been seen for so long is dead: it takes its keys from the file when it is started again.
ALIVE_SECONDS = 60

_HELD = Prepared(select(t.key_installation.c.key_id).with_for_update())
_ALIVE = Prepared(select(t.processes.c.key_ids).where(t.processes.c.seen_at >= bindparam("since")))
_TURN = Prepared(update(t.key_installation).values(key_id=bindparam("newest"), wrapped=bindparam("sealed")))
_ROWS = {table.name: Prepared(select(table.c.id, table.c.wrapped)) for table in t.WRAPPED}


def _rewrap(table: Table) -> Prepared:
    return Prepared(update(table).where(table.c.id == bindparam("key")).values(wrapped=bindparam("sealed")))


_REWRAP = {table.name: _rewrap(table) for table in t.WRAPPED}


def rotate(keys: KeyStore, now: datetime | None = None) -> int:
    """Wraps every key with the newest of the ring; gives how many. Raises Refusal while a process has not read it.

    Safe beside running processes: each holds the old and the new key, and keys made meanwhile come before or after.
    """
    newest = keys.ring.newest
    with keys.database.transaction() as wire:
        in_use = wire.one(_HELD)
        _refuse_if_behind(wire, newest.id.hex(), now or datetime.now(UTC))
        if in_use is not None and in_use[0] == newest.id:
            return 0
        count = sum(_rewrapped(keys, wire, table.name) for table in t.WRAPPED)
        wire.run(_TURN, newest=newest.id, sealed=newest.seal(CHECK, CHECK_PLACE))
    keys.database.checkpoint()
    return count


def _refuse_if_behind(wire: Wire, newest: str, now: datetime) -> None:
    alive = wire.all(_ALIVE, since=now - timedelta(seconds=ALIVE_SECONDS))
    behind = sum(newest not in ring.split() for (ring,) in alive)
    if behind:
        have = "1 running process has" if behind == 1 else f"{behind} running processes have"
        raise Refusal(
            "processes-behind",
            f"{have} not read the newest key yet. Put it on the first line of the key file that they use, "
            "keep the old one below it, wait a minute and run this again; or stop them.",
        )


def _rewrapped(keys: KeyStore, wire: Wire, table: str) -> int:
    newest = keys.ring.newest
    rows = []
    for name, wrapped in wire.all(_ROWS[table]):
        where = wrapped_place(table, name)
        rows.append({"key": name, "sealed": newest.seal(keys.unwrapped(wrapped, where), where)})
    wire.run_many(_REWRAP[table], rows)
    return len(rows)
