"""What supervisors may read. Law: only what was published, only while they supervise, only of windows that began after
they were named; and whoever looks is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select

from bot.events import Who
from bot.ports import Refusal
from bot.snapshot import Report
from storage import looks
from storage import tables as t
from storage.database import Database
from storage.keystore import KeyStore
from storage.place import look
from storage.prepared import Prepared, Wire
from storage.publishing import read
from storage.windows import next_start, published_from, window_after, window_name, window_start

T = TypeVar("T")

_circles = t.memberships.join(t.teams, t.teams.c.id == t.memberships.c.team_id).join(
    t.circles, t.circles.c.id == t.teams.c.circle_id
)
_CIRCLE = (t.circles.c.id, t.circles.c.name, t.circles.c.tenant_id, t.tenants.c.grid_monday)
_NAMED = func.min(t.memberships.c.since).label("named")
#: Circles that a person supervises now, each since they were first named in it.
_SUPERVISED = Prepared(
    select(*_CIRCLE, _NAMED)
    .select_from(_circles.join(t.tenants, t.tenants.c.id == t.circles.c.tenant_id))
    .where(t.memberships.c.participant_id == bindparam("person"), t.memberships.c.role == "supervisor")
    .group_by(*_CIRCLE)
    .order_by(t.circles.c.name)
)
_TEAMS = Prepared(select(t.teams.c.name).where(t.teams.c.circle_id == bindparam("circle")).order_by(t.teams.c.name))
_SNAPSHOTS = Prepared(
    select(t.snapshots.c.window, t.snapshots.c.body)
    .where(t.snapshots.c.circle_id == bindparam("circle"), t.snapshots.c.window >= bindparam("since"))
    .order_by(t.snapshots.c.window.desc())
)
_ALL = Prepared(
    select(*_CIRCLE, t.circles.c.since, t.tenants.c.external)
    .select_from(t.circles.join(t.tenants))
    .where(t.circles.c.name == bindparam("called"))
)
_NOTE = Prepared(insert(t.operator_looks), unless_there=True)


class Circle(NamedTuple):
    id: UUID
    name: str
    tenant: UUID
    grid: date


class Reports:
    """The read side, beside the conversation. Safe on several threads."""

    def __init__(self, database: Database, keys: KeyStore) -> None:
        self._database = database
        self._keys = keys

    def of(self, who: Who, now: datetime) -> tuple[Report, ...]:
        """Of every circle that this person supervises at this moment, by name; nothing for anybody else."""
        with self._database.reading() as wire:
            found = look(wire, self._keys, who)
            if found is None or found.left_day is not None:
                return ()
            return of_person(wire, self._keys, found.person, now.astimezone(UTC).date())

    def looked(self, who: Who, circle: str, now: datetime) -> bool:
        """Notes that they opened the page of that circle on this day; False where they do not supervise it now."""
        with self._database.transaction() as wire:
            found = look(wire, self._keys, who)
            rows = [] if found is None else wire.all(_SUPERVISED, person=found.person)
            theirs = [row for row, name, *_ in rows if name == circle]
            for row in theirs:
                if found is not None:
                    looks.note_one(wire, row, found.person, now.astimezone(UTC).date())
            return bool(theirs)

    def for_operator(self, called: str, now: datetime, choose: Callable[[Report], T]) -> T:
        """What is chosen of a circle, by its name, or tenant/name where others are called so too; noted for the people
        of the circle, unless choosing fails. Raises Refusal."""
        in_tenant, _, name = called.rpartition("/")
        today = now.astimezone(UTC).date()
        with self._database.transaction() as wire:
            rows = [row for row in wire.all(_ALL, called=name) if in_tenant in ("", row[5])]
            if len(rows) != 1:
                raise _not_one(called, len(rows))
            circle, since = Circle._make(rows[0][:4]), rows[0][4]
            wire.run(_NOTE, circle_id=circle.id, day=today)
            return choose(_report(wire, self._keys, circle, window_start(circle.grid, since or circle.grid), today))


def _not_one(called: str, count: int) -> Refusal:
    if count:
        return Refusal("ambiguous", f"There are {count} circles called {called}; use tenant/name.")
    return Refusal("unknown", f"There is no circle called {called}. A team alone is a circle of its own name.")


def of_person(wire: Wire, keys: KeyStore, person: UUID, today: date) -> tuple[Report, ...]:
    found = []
    for *circle, named in wire.all(_SUPERVISED, person=person):
        made = Circle._make(circle)
        found.append(_report(wire, keys, made, next_start(made.grid, named), today))
    return tuple(found)


def _report(wire: Wire, keys: KeyStore, circle: Circle, since: date, today: date) -> Report:
    rows: Sequence[tuple[str, bytes]] = wire.all(_SNAPSHOTS, circle=circle.id, since=window_name(since))
    snapshots = tuple(read(keys, circle.tenant, circle.id, window, body) for window, body in rows)
    following = window_after(snapshots[0].starts) if snapshots else since
    return Report(
        circle=circle.name,
        teams=tuple(name for (name,) in wire.all(_TEAMS, circle=circle.id)),
        since=window_name(since),
        next=published_from(following),
        snapshots=snapshots,
    )
