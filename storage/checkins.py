"""What a clock starts: reminders that have come due, and reflections left alone."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update

from bot.events import Who
from bot.ports import DueCheckIn
from storage import tables as t
from storage.keystore import KeyStore
from storage.place import PERSON, named
from storage.prepared import Prepared, Row, Wire
from storage.vault import Key, Unopened, place

_DUE = Prepared(
    select(t.check_ins.c.id, t.check_ins.c.due_at, t.check_ins.c.body, *PERSON)
    .select_from(t.check_ins.join(t.participants).join(t.tenants))
    .where(t.WAITING, t.check_ins.c.due_at <= bindparam("now"))
    .order_by(t.check_ins.c.due_at, t.check_ins.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=t.check_ins, skip_locked=True)
)
_MARK = Prepared(
    update(t.check_ins).where(t.check_ins.c.id == bindparam("check_in")).values(state=bindparam("becomes"))
)
_IDLE = Prepared(
    select(*PERSON, t.conversations.c.talk_key_id)
    .select_from(t.conversations.join(t.participants).join(t.tenants))
    .where(t.conversations.c.idle_day <= bindparam("today"))
    .order_by(t.conversations.c.idle_day, t.participants.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=t.conversations, skip_locked=True)
)
_NOT_BEFORE = Prepared(
    update(t.conversations)
    .where(t.conversations.c.participant_id == bindparam("person"))
    .values(idle_day=bindparam("day"))
)
#: What was said under a throwaway key that is gone cannot be read by anybody; this takes the bytes away too.
DEAD_TALK = Prepared(
    update(t.conversations)
    .where(t.conversations.c.talk_key_id == bindparam("key"))
    .values(talk=None, talk_key_id=None, idle_day=None)
)


def claim(wire: Wire, keys: KeyStore, now: datetime, limit: int) -> tuple[DueCheckIn, ...]:
    """The claim commits with the turns that it causes, or not at all."""
    rows = wire.all(_DUE, now=now, limit=limit)
    read = [(row[0], _due(keys, row)) for row in rows]
    wire.run_many(_MARK, [{"check_in": row, "becomes": "claimed" if due else "failed"} for row, due in read])
    return tuple(due for _, due in read if due is not None)


def _due(keys: KeyStore, row: Row) -> DueCheckIn | None:
    check_in, due_at, body, person, tenant, key_id, *rest = row
    key = keys.data_key(key_id)
    try:
        return (
            None
            if key is None
            else DueCheckIn(
                check_in,
                named(keys, person, tenant, key_id, *rest),
                _script(key.key, body, place(tenant, "check_ins", check_in, "body")),
                due_at,
            )
        )
    except Unopened:
        return None


def _script(key: Key, body: bytes, where: bytes) -> str:
    return key.open(body, where).decode()


def fail(wire: Wire, check_in: UUID) -> None:
    wire.run(_MARK, check_in=check_in, becomes="failed")


def idle(wire: Wire, keys: KeyStore, today: date, limit: int) -> tuple[Who, ...]:
    """Each is given once a day: one whose turn fails does not stand in the way of the others."""
    rows = wire.all(_IDLE, today=today, limit=limit)
    found = []
    for *person, throwaway in rows:
        if throwaway is not None and keys.data_key(throwaway) is None:
            wire.run(DEAD_TALK, key=throwaway)
        else:
            wire.run(_NOT_BEFORE, person=person[0], day=today + timedelta(days=1))
        with suppress(Unopened):
            found.append(named(keys, *person))
    return tuple(found)
