"""Who looked at a group's page, and when. Law: those in the group can see it; a viewer is noted once a day."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, insert, select

from bot.conversation import Look
from storage import tables as t
from storage.keystore import KeyStore
from storage.place import PERSON, Place, named
from storage.prepared import Prepared, Wire
from storage.vault import Unopened

KEEP_DAYS = 730


def _circles(role: str) -> Select[Any]:
    """Of a person in that role."""
    within = t.memberships.join(t.teams, t.teams.c.id == t.memberships.c.team_id)
    return (
        select(t.teams.c.circle_id)
        .select_from(within)
        .where(t.memberships.c.participant_id == bindparam("person"), t.memberships.c.role == role)
        .distinct()
    )


_SUPERVISED = Prepared(_circles("supervisor"))
_NOTE = Prepared(insert(t.looks), unless_there=True)
_SEEN = Prepared(
    select(t.looks.c.day, *PERSON)
    .select_from(t.looks.join(t.participants).join(t.tenants, t.tenants.c.id == t.participants.c.tenant_id))
    .where(t.looks.c.circle_id.in_(_circles("member")), t.looks.c.participant_id != bindparam("person"))
    .order_by(t.looks.c.day.desc())
)
_SEEN_BY_OPERATOR = Prepared(
    select(t.operator_looks.c.day).where(t.operator_looks.c.circle_id.in_(_circles("member"))).distinct()
)
OLD = Prepared(delete(t.looks).where(t.looks.c.day < bindparam("before")))
OLD_OF_OPERATOR = Prepared(delete(t.operator_looks).where(t.operator_looks.c.day < bindparam("before")))


def note(wire: Wire, found: Place, today: date) -> None:
    """In every circle that the person supervises, once a day: one page shows them."""
    for (circle,) in wire.all(_SUPERVISED, person=found.person):
        wire.run(_NOTE, circle_id=circle, participant_id=found.person, day=today)


def note_one(wire: Wire, circle: UUID, person: UUID, today: date) -> None:
    wire.run(_NOTE, circle_id=circle, participant_id=person, day=today)


def seen(wire: Wire, keys: KeyStore, found: Place) -> tuple[Look, ...]:
    """At the page of the circles that the person is in, newest first; each viewer once a day. Whoever runs the
    installation has no name here."""
    rows = wire.all(_SEEN, person=found.person)
    users: dict[UUID, str] = {}
    for _, *viewer in rows:
        if viewer[0] not in users:
            users[viewer[0]] = _user(keys, viewer)
    looks = {(day, users[viewer[0]]) for day, *viewer in rows if users[viewer[0]]}
    looks |= {(day, "") for (day,) in wire.all(_SEEN_BY_OPERATOR, person=found.person)}
    return tuple(Look(viewer=user, day=day) for day, user in sorted(looks, reverse=True))


def _user(keys: KeyStore, viewer: Sequence[Any]) -> str:
    """Empty where their key is lost: nobody can say who that was."""
    with suppress(Unopened):
        return named(keys, *viewer).user
    return ""
