"""A program's teams as its lead set them up, and when themes of each can appear. Law: who wrote is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from bot.conversation import TeamFacts
from bot.snapshot import Limits
from storage import tables as t
from storage.disclosure import least_roster
from storage.keystore import KeyStore
from storage.place import PERSON, Place, named
from storage.prepared import Prepared, Wire
from storage.vault import Unopened
from storage.windows import earliest_themes

_TEAMS = Prepared(
    select(t.teams.c.id, t.teams.c.name, t.teams.c.circle_id)
    .where(t.teams.c.tenant_id == bindparam("tenant"))
    .order_by(t.teams.c.name)
)
#: Who has left the workspace is not listed: the roster is of those who are there.
_PEOPLE = Prepared(
    select(
        t.memberships.c.team_id,
        t.memberships.c.role,
        t.memberships.c.since,
        t.participants.c.supervises_since,
        *PERSON,
    )
    .select_from(
        t.memberships.join(
            t.participants,
            and_(t.participants.c.id == t.memberships.c.participant_id, t.participants.c.left_day.is_(None)),
        ).join(t.tenants, t.tenants.c.id == t.participants.c.tenant_id)
    )
    .where(t.participants.c.tenant_id == bindparam("tenant"))
)


class _Role(NamedTuple):
    team: UUID
    role: str
    since: date
    person: UUID
    supervises: bool
    user: str


def teams(wire: Wire, keys: KeyStore, of: Place, limits: Limits) -> tuple[TeamFacts, ...]:
    """All teams of the person's workspace, by name."""
    rows = wire.all(_TEAMS, tenant=of.tenant)
    roles = _roles(wire, keys, of.tenant)
    circles: dict[UUID, list[UUID]] = {}
    for team, _, circle in rows:
        circles.setdefault(circle, []).append(team)
    return tuple(
        TeamFacts(
            name=name,
            members=_users(roles, team, "member"),
            supervisors=_users(roles, team, "supervisor"),
            earliest=_earliest(of.grid, circles[circle], roles, limits),
        )
        for team, name, circle in rows
    )


def _roles(wire: Wire, keys: KeyStore, tenant: UUID) -> list[_Role]:
    found = []
    for team, role, since, supervises, *person in wire.all(_PEOPLE, tenant=tenant):
        with suppress(Unopened):  # their key is lost: nobody can say who that was
            user = named(keys, *person).user
            found.append(_Role(team, role, since, person[0], supervises is not None, user))
    return found


def _users(roles: Sequence[_Role], team: UUID, role: str) -> tuple[str, ...]:
    return tuple(sorted(one.user for one in roles if (one.team, one.role) == (team, role)))


def _earliest(grid: date, circle: Sequence[UUID], roles: Sequence[_Role], limits: Limits) -> date | None:
    """From the day on which there were enough; who supervises, or leads in this circle, is not counted among them."""
    within = [one for one in roles if one.team in circle]
    aside = {one.person for one in within if one.role == "lead" or one.supervises}
    since: dict[UUID, date] = {}
    for one in within:
        if one.role == "member" and one.person not in aside:
            since[one.person] = min(one.since, since.get(one.person, one.since))
    enough = least_roster(limits, len(circle))
    days = sorted(since.values())
    return earliest_themes(grid, days[enough - 1], None) if len(days) >= enough else None
