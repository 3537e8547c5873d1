"""Who goes and who comes back. Law: from that moment nothing is sent, and nothing says where their chat was; what was
written waits for the grace to end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update

from storage import tables as t
from storage.prepared import Prepared, Wire

#: What a delivery loses as soon as it is sent or dead.
EMPTIED = {"payload": None, "not_before": None, "lease_until": None, "worker": None}

_LEFT = Prepared(
    update(t.participants)
    .where(t.participants.c.id == bindparam("person"))
    .values(left_day=func.coalesce(t.participants.c.left_day, bindparam("day")))
)
_NOWHERE = Prepared(delete(t.chat_references).where(t.chat_references.c.participant_id == bindparam("person")))
_BACK = Prepared(
    update(t.participants).where(t.participants.c.id == bindparam("person")).values(left_day=None, unreached_day=None)
)
_UNREACHED = Prepared(
    update(t.participants).where(t.participants.c.id == bindparam("person")).values(unreached_day=bindparam("day"))
)
_which = (t.tenants.c.platform == bindparam("of_platform"), t.tenants.c.external == bindparam("named"))
_GONE = Prepared(
    update(t.tenants).where(*_which).values(gone_day=func.coalesce(t.tenants.c.gone_day, bindparam("day")))
)
_PRESENT = Prepared(update(t.tenants).where(*_which, t.tenants.c.gone_day.is_not(None)).values(gone_day=None))


def _silence(people: Callable[[ColumnElement[UUID]], ColumnElement[bool]], why: str) -> tuple[Prepared, Prepared]:
    """What is waiting to be asked, and what is on its way, for these people."""
    asked = update(t.check_ins).where(people(t.check_ins.c.participant_id), t.WAITING)
    owed = update(t.deliveries).where(people(t.deliveries.c.conversation_id), t.PENDING)
    return (
        Prepared(asked.values(state="stopped")),
        Prepared(owed.values(state="dead", last_error=why, **EMPTIED)),
    )


_ONE = _silence(lambda person: person == bindparam("person"), "ConversationGone")
_ALL = _silence(
    lambda person: person.in_(select(t.participants.c.id).join(t.tenants).where(*_which)), "InstallationGone"
)


def leave(wire: Wire, person: UUID, day: date) -> None:
    wire.run(_LEFT, person=person, day=day)
    wire.run(_NOWHERE, person=person)
    for statement in _ONE:
        wire.run(statement, person=person)


def out_of_reach(wire: Wire, person: UUID, day: date) -> None:
    """Nothing is asked of them until they do something again; then their check-ins go on."""
    wire.run(_UNREACHED, person=person, day=day)
    wire.run(_ONE[0], person=person)


def come_back(wire: Wire, person: UUID) -> None:
    wire.run(_BACK, person=person)


def gone(wire: Wire, platform: str, external: str, day: date) -> None:
    """The app was removed from a workspace."""
    wire.run(_GONE, of_platform=platform, named=external, day=day)
    for statement in _ALL:
        wire.run(statement, of_platform=platform, named=external)


def present(wire: Wire, platform: str, external: str) -> None:
    wire.run(_PRESENT, of_platform=platform, named=external)
