"""What a clock starts: check-ins that have come due, and reflections left alone. Law: an occurrence exists once, and is
claimed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import (
    ColumnElement,
    FromClause,
    String,
    and_,
    bindparam,
    delete,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from bot.effects import Plan
from bot.events import Due, Who
from bot.ports import Claimed
from scheduler.recurrence import TZDATA
from storage import tables as t
from storage.keystore import KeyStore
from storage.notices import Told, told, waiting
from storage.place import HERE, PERSON, STANDING, Place, around, named
from storage.prepared import Prepared, Wire
from storage.vault import Key, Unopened


def _due_now(rows: FromClause) -> ColumnElement[bool]:
    """Not what was planned by other clocks than this process has: that is planned anew first."""
    now, zones = bindparam("now", type_=t.Moment()), bindparam("zones", type_=String())
    return and_(t.waiting(rows), rows.c.due_at <= now, rows.c.zones == zones)


#: Whose turn it is. On PostgreSQL another process takes other people; each takes all that is due of its own.
_first = t.check_ins.alias("first")
_people = (
    select(_first.c.participant_id)
    .where(_due_now(_first))
    .order_by(_first.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(of=_first, skip_locked=True)
    .cte("people")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_REF = (t.participants.c.ref, t.tenants.c.platform, t.tenants.c.external)
_DUE = Prepared(
    select(t.check_ins.c.id, t.check_ins.c.due_at, t.check_ins.c.body, HERE, *_REF, *STANDING)
    .select_from(around(t.check_ins.join(t.participants)))
    .where(_due_now(t.check_ins), t.check_ins.c.participant_id.in_(select(_people.c.participant_id)))
    .order_by(t.check_ins.c.due_at, t.check_ins.c.id)
    .with_for_update(of=[t.check_ins, t.conversations], skip_locked=True)
)
_MARK = Prepared(
    update(t.check_ins)
    .where(t.check_ins.c.id == bindparam("check_in"), t.check_ins.c.due_at == bindparam("due", type_=t.Moment()))
    .values(state=bindparam("becomes"))
)
#: Also what was stopped or failed, so that the same moment can be planned again; what was claimed stays claimed. What
#: has come due already waits for the clock, whatever is planned anew.
_UNPLAN = Prepared(
    delete(t.check_ins).where(
        t.check_ins.c.id == bindparam("check_in"),
        t.check_ins.c.state != literal_column("'claimed'"),
        t.check_ins.c.due_at > bindparam("now", type_=t.Moment()),
    )
)
_PLAN = Prepared(insert(t.check_ins), unless_there=True)
#: Those who are there and within reach. Versions of the zone data sort by their names; a newer one's plans stay.
_STALE = and_(t.WAITING, t.check_ins.c.zones < bindparam("zones", type_=String()))
_FAILED = and_(t.check_ins.c.state == literal_column("'failed'"), t.check_ins.c.due_at <= bindparam("before"))
_TO_REPLAN = tuple(
    Prepared(
        select(*PERSON)
        .select_from(t.check_ins.join(t.participants).join(t.tenants))
        .where(HERE.element, t.participants.c.unreached_day.is_(None), which)
        .limit(bindparam("limit"))
    )
    for which in (and_(t.UNDONE, or_(_FAILED, t.check_ins.c.state == literal_column("'stopped'"))), _STALE)
)
_mine = t.check_ins.c.participant_id == bindparam("person")
_REPLANNED = (
    Prepared(update(t.check_ins).where(_mine, t.WAITING).values(zones=bindparam("new_zones"))),
    Prepared(update(t.check_ins).where(_mine, t.UNDONE).values(state="cancelled")),
)
_UNDONE_OF = Prepared(select(t.check_ins.c.id, t.check_ins.c.due_at, t.check_ins.c.body).where(_mine, t.UNDONE))
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


def claim(wire: Wire, keys: KeyStore, now: datetime, limit: int) -> tuple[tuple[Claimed, ...], dict[Who, Place]]:
    """What has come due, and where those people stand, who are held until the transaction ends. The claim commits with
    the turns that it causes, or not at all. Who has gone is asked and told nothing."""
    rows = [_Row._make((*row[:7], Place._make(row[7:]))) for row in wire.all(_DUE, now=now, zones=TZDATA, limit=limit)]
    keys.warm(key for row in rows for key in (row.place.key_id, row.place.talk_key_id) if key is not None)
    read = [_read(keys, row) for row in rows]
    wire.run_many(_MARK, [_marked(row, what) for row, what in zip(rows, read, strict=True)])
    due = [(row, what) for row, what in zip(rows, read, strict=True) if row.here and what is not None]
    return tuple(_by_person(due)), {who: row.place for row, (who, _, _) in due}


class _Row(NamedTuple):
    id: UUID
    due_at: datetime
    body: bytes
    here: bool
    ref: bytes
    platform: str
    external: str
    place: Place


def _marked(row: _Row, what: _What | None) -> dict[str, object]:
    becomes = "stopped" if not row.here else "failed" if what is None else "claimed"
    return {"check_in": row.id, "due": row.due_at, "becomes": becomes}


def _read(keys: KeyStore, row: _Row) -> _What | None:
    """Who is asked, and what the row holds; None where it cannot be read."""
    found = row.place
    key = keys.data_key(found.key_id)
    if key is None:
        return None
    try:
        body = key.key.open(row.body, found.where("check_ins", row.id, "body")).decode()
        who = named(keys, found.person, found.tenant, found.key_id, row.ref, row.platform, row.external)
        return who, body, told(body)
    except (Unopened, ValidationError):
        return None


_What = tuple[Who, str, Told | None]


def _by_person(due: Sequence[tuple[_Row, _What]]) -> Iterator[Claimed]:
    """A notice by itself; a person's check-ins together."""
    check_ins: dict[Who, list[Due]] = {}
    for row, (who, body, notice) in due:
        one = Due.model_construct(check_in=row.id, due=row.due_at, script=body if notice is None else "")
        if notice is None:
            check_ins.setdefault(who, []).append(one)
        else:
            yield Claimed(who, (one,), notice.notice, notice.person)
    for who, dues in check_ins.items():
        yield Claimed(who, tuple(dues))


def fail(wire: Wire, claimed: Claimed) -> None:
    wire.run_many(_MARK, [{"check_in": due.check_in, "due": due.due, "becomes": "failed"} for due in claimed.dues])


def plan(wire: Wire, found: Place, key: Key, effect: Plan, now: datetime) -> None:
    if not effect.first:
        wire.run(_UNPLAN, check_in=effect.check_in, now=now)
    if effect.due is not None:
        body = key.seal(b"", found.where("check_ins", effect.check_in, "body"))
        wire.run(_PLAN, **waiting(effect.check_in, found.person, effect.due, body))


def to_replan(wire: Wire, keys: KeyStore, now: datetime, limit: int) -> tuple[Who, ...]:
    """Reads only: looking through all that waits would hold up whoever writes."""
    undone, stale = _TO_REPLAN
    rows = wire.all(undone, before=now - AGAIN_AFTER, limit=limit) + wire.all(stale, zones=TZDATA, limit=limit)
    found = {}
    for row in rows:
        with suppress(Unopened):
            found[row[0]] = named(keys, *row)
    return tuple(found.values())


def replanned(wire: Wire, found: Place, key: Key) -> None:
    """Check-ins have been planned by the turn; a notice that could not be told is told now."""
    told_now = [
        {"check_in": row, "due": due, "becomes": "waiting"}
        for row, due, body in wire.all(_UNDONE_OF, person=found.person)
        if key.open(body, found.where("check_ins", row, "body")).startswith(b"{")
    ]
    wire.run_many(_MARK, told_now)
    wire.run(_REPLANNED[0], person=found.person, new_zones=TZDATA)
    wire.run(_REPLANNED[1], person=found.person)


#: What failed is planned anew after so long; by then it is past, and does not fail every minute.
AGAIN_AFTER = timedelta(hours=1)


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
