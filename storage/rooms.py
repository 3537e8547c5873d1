"""Channels in which the bot is a guest. Law: a room is asked once a week, and its name stands nowhere in clear."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from bot.events import Who
from bot.places import UNKNOWN_ZONE
from bot.ports import LEASE_SECONDS, ConversationGone, DueRoom, Later, LostRace, Room
from bot.rooms import coming, moment, next_week
from bot.territory import holidays_of
from storage import tables as t
from storage.database import Database, insisted
from storage.deliveries import again
from storage.keystore import KeyStore
from storage.place import Programs, tenant
from storage.prepared import Prepared, Wire
from storage.turns import SqlTransaction
from storage.vault import Key, Unopened, fingerprint, place

_NOW = bindparam("now", type_=t.Moment())

_columns = (
    t.rooms.c.id,
    t.rooms.c.tenant_id,
    t.rooms.c.body,
    t.rooms.c.due_at,
    t.rooms.c.held_until,
    t.rooms.c.attempts,
    t.tenants.c.platform,
    t.tenants.c.external,
    t.tenants.c.settings,
)
_rooms = select(*_columns).select_from(t.rooms.join(t.tenants))
_FIND = Prepared(_rooms.where(t.rooms.c.room_index == bindparam("index")))
_HOLD = Prepared(_rooms.where(t.rooms.c.room_index == bindparam("index")).with_for_update(of=t.rooms))
_ALL = Prepared(_rooms.where(t.tenants.c.platform == bindparam("platform"), t.tenants.c.external == bindparam("named")))
#: Where the app was removed nothing is asked.
_DUE = Prepared(
    _rooms.where(
        t.tenants.c.platform == bindparam("platform"),
        t.tenants.c.gone_day.is_(None),
        t.rooms.c.due_at <= _NOW,
        or_(t.rooms.c.held_until.is_(None), t.rooms.c.held_until <= _NOW),
    )
    .order_by(t.rooms.c.due_at, t.rooms.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=t.rooms, skip_locked=True)
)
#: As long as it is about the same question: another process may have asked it when a lease was over.
_STILL = Prepared(
    _rooms.where(t.rooms.c.id == bindparam("room"), t.rooms.c.due_at == bindparam("due", type_=t.Moment()))
    .with_for_update(of=t.rooms)
)  # fmt: skip
_ADD = Prepared(insert(t.rooms), unless_there=True)
_mine = update(t.rooms).where(t.rooms.c.id == bindparam("room"))
_CHANGE = Prepared(_mine.values(body=bindparam("new_body")))
_LEASE = Prepared(_mine.values(held_until=bindparam("until", type_=t.Moment())))
_AGAIN = Prepared(_mine.values(held_until=bindparam("until", type_=t.Moment()), attempts=bindparam("tried")))
_WAIT = Prepared(_mine.values(due_at=bindparam("next", type_=t.Moment()), held_until=None, attempts=0))
_DROP = Prepared(delete(t.rooms).where(t.rooms.c.id == bindparam("room")))
#: Where most of a workspace's people live; without those of whom that is not known.
_ZONE = Prepared(
    select(t.participants.c.zone)
    .where(
        t.participants.c.tenant_id == bindparam("tenant"),
        t.participants.c.zone != UNKNOWN_ZONE,
        t.participants.c.left_day.is_(None),
    )
    .group_by(t.participants.c.zone)
    .order_by(func.count().desc(), t.participants.c.zone)
    .limit(1)
)
_SETTINGS = Prepared(select(t.tenants.c.settings).where(t.tenants.c.id == bindparam("tenant")))

Transact = Callable[[], AbstractContextManager[SqlTransaction]]


class _Row(NamedTuple):
    id: UUID
    tenant: UUID
    body: bytes
    due_at: datetime
    held_until: datetime | None
    attempts: int
    platform: str
    external: str  # the workspace's
    settings: str


class SqlRooms:
    """`Rooms` over the store's databases."""

    def __init__(self, database: Database, keys: KeyStore, programs: Programs, transact: Transact) -> None:
        self._database = database
        self._keys = keys
        self._programs = programs
        self._transact = transact

    def all(self, platform: str, tenant: str) -> tuple[Room, ...]:
        with self._database.reading() as wire:
            rows = wire.all(_ALL, platform=platform, named=tenant)
        read = (self._read(_Row._make(row)) for row in rows)
        return tuple(sorted((found[0] for found in read if found), key=lambda room: (room.name, room.external)))

    # Coming and going ------------------------------------------------------------------------------------------------

    def save(self, room: Room, at: datetime, key: str) -> None:
        with self._database.reading() as wire:
            row = wire.one(_FIND, index=self._index(room.platform, room.tenant, room.external))
        known = row and self._read(_Row._make(row))
        if not known or known[0] != _with_what_is_known(room, known[0]):
            insisted(lambda: self._save(room, at, key))  # mostly it is what it was, and nobody waits for the writer

    def _save(self, room: Room, at: datetime, key: str) -> None:
        index = self._index(room.platform, room.tenant, room.external)
        with self._transact() as turn:
            if turn.seen(_who(room), key, at):
                return
            row = turn.wire.one(_HOLD, index=index)
            if row is None:
                self._add(turn.wire, index, room, at)
                return
            found = _Row._make(row)
            known, week = self._read(found) or (room, 0)
            body = self._sealed(found.tenant, found.id, _with_what_is_known(room, known), week)
            turn.wire.run(_CHANGE, room=found.id, new_body=body)

    def _add(self, wire: Wire, index: bytes, room: Room, at: datetime) -> None:
        which, home = uuid4(), tenant(wire, room.platform, room.tenant, at.astimezone(UTC).date())
        body = self._sealed(home, which, room, 0)
        settings = wire.one(_SETTINGS, tenant=home)
        assert settings is not None
        times = {"due_at": coming(at, *self._days(wire, home, settings[0])), "held_until": None, "attempts": 0}
        if not wire.run(_ADD, id=which, tenant_id=home, room_index=index, body=body, **times):
            raise LostRace  # two processes heard of it at once

    def remove(self, room: Room, at: datetime, key: str) -> None:
        with self._database.reading() as wire:
            row = wire.one(_FIND, index=self._index(room.platform, room.tenant, room.external))
        if row is not None:  # platforms also tell of what becomes of rooms in which the bot never was
            insisted(lambda: self._remove(room, at, key))

    def _remove(self, room: Room, at: datetime, key: str) -> None:
        with self._transact() as turn:
            row = turn.wire.one(_HOLD, index=self._index(room.platform, room.tenant, room.external))
            if turn.seen(_who(room), key, at) or row is None:
                return
            known = self._read(_Row._make(row))
            if known is None or not _overtaken(room, known[0]):
                _drop(turn, row[0])

    # Asking ----------------------------------------------------------------------------------------------------------

    def due(self, platform: str, now: datetime, limit: int) -> tuple[DueRoom, ...]:
        with self._transact() as turn:
            rows = turn.wire.all(_DUE, platform=platform, now=now, limit=limit)
            leased = [self._lease(turn.wire, _Row._make(row), now) for row in rows]
        return tuple(room for room in leased if room is not None)

    def _lease(self, wire: Wire, row: _Row, now: datetime) -> DueRoom | None:
        """None where it waits: by the clock of where people live now it is not the time, or it cannot be read."""
        days, known = self._days(wire, row.tenant, row.settings), self._read(row)
        when = moment(now, *days) if known else coming(now, *days)
        if known is None or when > now:
            wire.run(_WAIT, room=row.id, next=when)
            return None
        until = now + timedelta(seconds=LEASE_SECONDS)
        wire.run(_LEASE, room=row.id, until=until)
        return DueRoom(row.id, *known, row.due_at, until, self._programs.under(row.settings).rotation)

    def asked(self, due: DueRoom, now: datetime) -> None:
        insisted(lambda: self._asked(due, now))

    def _asked(self, due: DueRoom, now: datetime) -> None:
        with self._transact() as turn:
            row = _still(turn.wire, due)
            if row is None:
                return
            room, _ = self._read(row) or (due.room, 0)
            turn.wire.run(_CHANGE, room=row.id, new_body=self._sealed(row.tenant, row.id, room, due.week + 1))
            self._wait_a_week(turn.wire, row, now)

    def put_back(self, due: DueRoom, error: Exception, now: datetime) -> None:
        insisted(lambda: self._put_back(due, error, now))

    def _put_back(self, due: DueRoom, error: Exception, now: datetime) -> None:
        with self._transact() as turn:
            row = _still(turn.wire, due)
            if row is None or row.held_until != due.until:
                return  # another process is at it
            match error:
                case Later():
                    tried = row.attempts + 1
                    until = now + timedelta(seconds=again(error, tried))
                    turn.wire.run(_AGAIN, room=row.id, until=until, tried=tried)
                case ConversationGone():
                    _drop(turn, row.id)
                case _:
                    self._wait_a_week(turn.wire, row, now)

    def _wait_a_week(self, wire: Wire, row: _Row, now: datetime) -> None:
        wire.run(_WAIT, room=row.id, next=next_week(now, *self._days(wire, row.tenant, row.settings)))

    def _days(self, wire: Wire, home: UUID, settings: str) -> tuple[str, str]:
        """Where most people live: the zone, and whose public holidays are kept there."""
        row = wire.one(_ZONE, tenant=home)
        zone = UNKNOWN_ZONE if row is None else row[0]
        return zone, holidays_of(zone, self._programs.under(settings).holidays)

    # Sealing ---------------------------------------------------------------------------------------------------------

    def _index(self, platform: str, tenant: str, external: str) -> bytes:
        return fingerprint(self._keys.purpose_key("index"), "room", platform, tenant, external)

    def _key(self) -> Key:
        """Of the installation, not of a person: a room is nobody's."""
        return Key(self._keys.purpose_key("tokens"))

    def _sealed(self, home: UUID, which: UUID, room: Room, week: int) -> bytes:
        since = room.since.isoformat() if room.since else ""
        words = (room.external, room.reference, room.name, room.locale, since, week)
        return self._key().seal(json.dumps(words).encode(), _where(home, which))

    def _read(self, row: _Row) -> tuple[Room, int] | None:
        """The room, and how many questions it was asked."""
        try:
            opened = self._key().open(row.body, _where(row.tenant, row.id))
        except Unopened:
            return None
        external, reference, name, locale, since, week = json.loads(opened)
        at = datetime.fromisoformat(since) if since else None
        return Room(row.platform, row.external, external, reference, name, locale, at), week


def _who(room: Room) -> Who:
    """In whose name it is noted what was heard of a room."""
    return Who(platform=room.platform, tenant=room.tenant, user=room.external)


def _overtaken(news: Room, known: Room) -> bool:
    """Whether something newer is known: platforms tell of comings, goings and names late, and in any order."""
    return news.since is not None and known.since is not None and news.since < known.since


def _with_what_is_known(room: Room, known: Room) -> Room:
    """Not everything that tells of a room says its name, and its language; and what was overtaken tells nothing."""
    if _overtaken(room, known):
        return known
    return replace(room, name=room.name or known.name, locale=room.locale or known.locale)


def _where(home: UUID, which: UUID) -> bytes:
    return place(home, "rooms", which, "body")


def _still(wire: Wire, due: DueRoom) -> _Row | None:
    row = wire.one(_STILL, room=due.id, due=due.due)
    return None if row is None else _Row._make(row)


def _drop(turn: SqlTransaction, room: UUID) -> None:
    turn.wire.run(_DROP, room=room)
    turn.let_go = True
