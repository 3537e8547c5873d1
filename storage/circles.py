"""Circles as whoever runs Afterword sees them: which teams publish together, and from when on there can be something.
Law: who can be counted is a number; who of them takes part is not in it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Date, func, select

from storage import tables as t
from storage.disclosure import least_roster
from storage.place import Programs
from storage.prepared import Prepared, Wire
from storage.windows import earliest_themes

_TEAMS = Prepared(
    select(
        t.circles.c.id,
        t.circles.c.name,
        t.circles.c.since,
        t.tenants.c.platform,
        t.tenants.c.external,
        t.tenants.c.grid_monday,
        t.tenants.c.settings,
        t.teams.c.name,
    )
    .select_from(
        t.teams.join(t.circles, t.circles.c.id == t.teams.c.circle_id).join(
            t.tenants, t.tenants.c.id == t.circles.c.tenant_id
        )
    )
    .where(t.tenants.c.gone_day.is_(None))
    .order_by(t.tenants.c.external, t.circles.c.name, t.teams.c.name)
)
#: As the job counts them that publishes, who moves already where they go; who supervises or leads there stands in none.
_GOES = func.coalesce(
    t.participants.c.next_circle_id, t.participants.c.circle_id, type_=t.participants.c.circle_id.type
)
_SINCE = func.coalesce(t.participants.c.next_circle_from, t.participants.c.member_since, type_=Date())
_COUNTABLE = Prepared(
    select(_GOES.label("circle"), _SINCE.label("since"))
    .where(_GOES.is_not(None), t.participants.c.left_day.is_(None))
    .order_by(_SINCE)
)


class Circle(NamedTuple):
    """`roster`: how many people can be counted, of whom it takes `needed` to publish anything; `earliest`: when; None
    while they are too few."""

    platform: str
    tenant: str
    name: str
    teams: tuple[str, ...]
    roster: int
    needed: int
    earliest: date | None


class _Row(NamedTuple):
    id: UUID
    name: str
    since: date | None
    platform: str
    tenant: str
    grid: date
    settings: str
    team: str


def listed(wire: Wire, programs: Programs) -> tuple[Circle, ...]:
    """All that have teams, by workspace and name."""
    circles: dict[UUID, list[_Row]] = {}
    for row in map(_Row._make, wire.all(_TEAMS)):
        circles.setdefault(row.id, []).append(row)
    members: dict[UUID, list[date]] = {}
    for circle, since in wire.all(_COUNTABLE):
        members.setdefault(circle, []).append(since or date.min)
    return tuple(_circle(teams, members.get(circle, []), programs) for circle, teams in circles.items())


def _circle(teams: list[_Row], days: list[date], programs: Programs) -> Circle:
    one = teams[0]
    needed = least_roster(programs.under(one.settings).limits, len(teams))
    earliest = None
    if len(days) >= needed:
        earliest = earliest_themes(one.grid, max(days[needed - 1], one.since or one.grid), None)
    names = tuple(row.team for row in teams)
    return Circle(one.platform, one.tenant, one.name, names, len(days), needed, earliest)
