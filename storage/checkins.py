"""What a clock starts: reminders that have come due, and reflections left alone."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import bindparam, select, update

from bot.events import Who
from bot.ports import DueCheckIn
from storage import tables as t
from storage.keystore import KeyStore
from storage.notices import told
from storage.place import HERE, PERSON, Place, named
from storage.prepared import Prepared, Row, Wire
from storage.vault import Key, Unopened, place

_DUE = Prepared(
    select(t.check_ins.c.id, t.check_ins.c.due_at, t.check_ins.c.body, HERE, *PERSON)
    .select_from(t.check_ins.join(t.participants).join(t.tenants))
    .where(t.WAITING, t.check_ins.c.due_at <= bindparam("now"))
    .order_by(t.check_ins.c.due_at, t.check_ins.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=t.check_ins, skip_locked=True)
)
_MARK = Prepared(
    update(t.check_ins).where(t.check_ins.c.id == bindparam("check_in")).values(state=bindparam("becomes"))
)
_WAITING = Prepared(
    select(t.check_ins.c.id, t.check_ins.c.due_at, t.check_ins.c.body)
    .where(t.check_ins.c.participant_id == bindparam("person"), t.WAITING)
    .order_by(t.check_ins.c.due_at)
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
    """The claim commits with the turns that it causes, or not at all. Who has gone is asked and told nothing."""
    rows = wire.all(_DUE, now=now, limit=limit)
    read = [(row[0], row[3], _due(keys, row)) for row in rows]
    wire.run_many(_MARK, [{"check_in": row, "becomes": _becomes(here, due)} for row, here, due in read])
    return tuple(due for _, here, due in read if here and due is not None)


def _becomes(here: bool, due: DueCheckIn | None) -> str:
    if not here:
        return "cancelled"
    return "failed" if due is None else "claimed"


def _due(keys: KeyStore, row: Row) -> DueCheckIn | None:
    """None where it cannot be read."""
    check_in, due_at, body, _, person, tenant, key_id, *rest = row
    key = keys.data_key(key_id)
    if key is None:
        return None
    try:
        who = named(keys, person, tenant, key_id, *rest)
        what = key.key.open(body, place(tenant, "check_ins", check_in, "body")).decode()
        notice = told(what)
    except (Unopened, ValidationError):
        return None
    if notice is None:
        return DueCheckIn(check_in, who, what, due_at)
    return DueCheckIn(check_in, who, "", due_at, notice.notice, notice.person)


def next_reminder(wire: Wire, found: Place, key: Key) -> datetime | None:
    """When the person will be asked next. What they will be told of is no reminder."""
    for check_in, due_at, body in wire.all(_WAITING, person=found.person):
        if not key.open(body, found.where("check_ins", check_in, "body")).startswith(b"{"):
            moment: datetime = due_at
            return moment
    return None


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
