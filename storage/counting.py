"""In which circle a person counts, and how their contributions are found again until publication.

Law: a person's codes enter one cell, one circle in one window; who supervises is never counted, and who leads never in
a circle of theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, select, update

from storage import tables as t
from storage.keystore import KeyStore, Part
from storage.ledger import TAKEN_BACK, Entry, note
from storage.prepared import Prepared, Wire
from storage.vault import Key, fingerprint
from storage.windows import WEEKS, window_after, window_first_day, window_start

_COUNTED = Prepared(
    select(
        t.participants.c.key_id,
        t.participants.c.circle_id,
        t.participants.c.next_circle_id,
        t.participants.c.next_circle_from,
        t.participants.c.supervises_since,
        t.participants.c.supervised_until,
        t.tenants.c.grid_monday,
    )
    .select_from(t.participants.join(t.tenants))
    .where(t.participants.c.id == bindparam("person"))
)
_ROLES = Prepared(
    select(t.memberships.c.role, t.memberships.c.since, t.teams.c.id, t.teams.c.circle_id)
    .select_from(t.memberships.join(t.teams))
    .where(t.memberships.c.participant_id == bindparam("person"))
    .order_by(t.teams.c.name)
)
_STAND = Prepared(
    update(t.participants)
    .where(t.participants.c.id == bindparam("person"))
    .values(
        circle_id=bindparam("circle"),
        next_circle_id=bindparam("later"),
        next_circle_from=bindparam("later_from"),
        team_id=bindparam("team"),
        member_since=bindparam("joined"),
        supervises_since=bindparam("named"),
        supervised_until=bindparam("until"),
    )
)

#: Moves whose window has begun: from then on they are like anybody else in their circle.
MOVED = Prepared(
    update(t.participants)
    .where(t.participants.c.next_circle_from <= bindparam("today"))
    .values(circle_id=t.participants.c.next_circle_id, next_circle_id=None, next_circle_from=None)
)


#: PostgreSQL: whoever closes or publishes holds the circle for itself, so nothing is added or taken back meanwhile.
_HOLD_CIRCLE = Prepared(
    select(t.circles.c.id).where(t.circles.c.id == bindparam("circle")).with_for_update(read=True, key_share=True)
)
_CLOSED = Prepared(
    select(t.closings.c.window)
    .where(t.closings.c.circle_id == bindparam("circle"))
    .order_by(t.closings.c.window.desc())
    .limit(1)
)


def hold(wire: Wire, circle: UUID) -> None:
    wire.one(_HOLD_CIRCLE, circle=circle)


def open_window(wire: Wire, circle: UUID, grid: date, day: date) -> date:
    """The first day of the window into which what is given on this day goes: its own, or the next one where that was
    closed already."""
    start, closed = window_start(grid, day), wire.one(_CLOSED, circle=circle)
    return start if closed is None else max(start, window_after(window_first_day(closed[0])))


def _own(shared: Table) -> tuple[ColumnElement[bool], ...]:
    return (
        shared.c.circle_id == bindparam("circle"),
        shared.c.window == bindparam("in_window"),
        shared.c.token == bindparam("own"),
    )


#: By what was agreed to: how rows of one's own are found, and how they go.
_PARTS: dict[str, tuple[Part, Table]] = {
    "counting": ("contributions", t.contributions),
    "excerpts": ("excerpts", t.excerpts),
}
_SHARED = {
    purpose: (
        part,
        table,
        Prepared(select(table.c.id).where(*_own(table))),
        Prepared(delete(table).where(*_own(table))),
    )
    for purpose, (part, table) in _PARTS.items()
}
_HELD = tuple(Prepared(select(table.c.id).where(table.c.id == bindparam("receipt"))) for _, table in _PARTS.values())
_PEOPLE = Prepared(
    select(func.count())
    .select_from(t.participants)
    .where(t.participants.c.circle_id == bindparam("circle"), t.participants.c.left_day.is_(None))
)
OWN_CODES = Prepared(select(t.contributions.c.codes).where(*_own(t.contributions)))


def token(window_key: bytes, key: Key, circle: UUID, of: Table = t.contributions) -> bytes:
    """The same for all rows of one person in one window of one table, and another in the other table: no join tells
    whose themes stand beside whose passage. Nothing without that window's key."""
    return fingerprint(window_key, key.derived(of.name.encode()), circle)


def take_back(
    wire: Wire,
    keys: KeyStore,
    key: Key,
    only: Collection[UUID] | None = None,
    of: Collection[str] = ("counting", "excerpts"),
) -> list[UUID]:
    """Deletes what a person shared and is not published yet, and gives the ids. `only`: in these circles; `of`: what
    was agreed to."""
    taken: list[UUID] = []
    for part, table, which, drop in (_SHARED[purpose] for purpose in of):
        for circle, window, window_key in keys.window_keys(part):
            if only is None or circle in only:
                own = {"circle": circle, "in_window": window, "own": token(window_key, key, circle, table)}
                if not wire.all(which, **own):
                    continue
                hold(wire, circle)  # what is published just now is there no more when it lets go
                taken += [row[0] for row in wire.all(which, **own)]
                wire.run(drop, **own)
    return taken


def is_shared(wire: Wire, receipt: UUID) -> bool:
    """Whether what was shared under this id is still there, to be published or taken back."""
    return any(wire.one(held, receipt=receipt) is not None for held in _HELD)


def size(wire: Wire, circle: UUID) -> int:
    """People who can be counted in a circle; who supervises or leads there stands in none. Who moves counts where they
    were until the window is over, whatever they gave (`MOVED`)."""
    row = wire.one(_PEOPLE, circle=circle)
    assert row is not None
    found: int = row[0]
    return found


class _Circle(NamedTuple):
    """Where a person's codes go, and where from the next window on."""

    now: UUID | None = None
    later: UUID | None = None
    later_from: date | None = None


def count_in(wire: Wire, keys: KeyStore, person: UUID, day: date, noted: list[Entry]) -> None:
    """Lets a person's row follow their roles: team, circle, and since when they supervise. What is taken back of who
    counts no more is noted."""
    roles = [_Role._make(row) for row in wire.all(_ROLES, person=person)]
    named = [one.since for one in roles if one.role == "supervisor"]
    led = {one.circle for one in roles if one.role == "lead"}
    if named or led:
        taken = _uncount(wire, keys, person, None if named else led)
        noted += [note(wire, keys, row, day, TAKEN_BACK) for row in taken]
    wanted = [one.circle for one in roles if one.role == "member" and one.circle not in led]
    until = _supervised_until(wire, person, day, now=bool(named))
    circle = _Circle() if named else _circle(wire, person, wanted, led, day, until)
    shown = [one.team for one in roles if one.role != "lead"] or [one.team for one in roles]
    wire.run(
        _STAND,
        person=person,
        circle=circle.now,
        later=circle.later,
        later_from=circle.later_from,
        team=shown[0] if shown else None,
        joined=min((one.since for one in roles if one.role == "member"), default=None),
        named=min(named, default=None),
        until=until,
    )


def _supervised_until(wire: Wire, person: UUID, day: date, *, now: bool) -> date | None:
    """`now`: they still do."""
    row = wire.one(_COUNTED, person=person)
    assert row is not None
    before, until = row[4:6]
    found: date | None = day if before is not None and not now else until
    return found


class _Role(NamedTuple):
    role: str
    since: date
    team: UUID
    circle: UUID


def _uncount(wire: Wire, keys: KeyStore, person: UUID, circles: Collection[UUID] | None) -> list[UUID]:
    row = wire.one(_COUNTED, person=person)
    key = None if row is None else keys.data_key(row[0])
    return [] if key is None else take_back(wire, keys, key.key, circles)


def _circle(
    wire: Wire, person: UUID, wanted: Sequence[UUID], led: Collection[UUID], day: date, supervised: date | None
) -> _Circle:
    """At once where they counted in none, or in one that they lead; else from the next window, whatever they gave:
    when somebody moves must tell nobody whether anything of theirs was counted. So it is after supervising: who is
    named for a minute would seem to be counted still, though everybody knows that nothing of theirs is."""
    row = wire.one(_COUNTED, person=person)
    assert row is not None
    _, circle, later, later_from, *_, grid = row
    following = window_start(grid, day) + timedelta(weeks=WEEKS)
    now = later if later_from is not None and day >= later_from else circle
    if not wanted or now in wanted:
        return _Circle(now if wanted else None)
    if now is None and supervised is not None and supervised >= window_start(grid, day):
        return _Circle(None, wanted[0], following)
    if now is None or now in led:
        return _Circle(wanted[0])
    return _Circle(now, wanted[0], following)
