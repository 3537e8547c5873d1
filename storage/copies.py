"""Everything of a person's, read at once for their own copy. Law: what is left out here is kept of nobody."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from bot.conversation import Message
from bot.events import Who
from bot.ports import Counted, Everything, Owed, Role
from storage import consents
from storage import tables as t
from storage.counting import OWN_CODES, token
from storage.deliveries import Payload
from storage.keystore import KeyStore
from storage.place import Place, find, person_key
from storage.prepared import Prepared, Wire
from storage.turns import SqlTransaction, opened
from storage.vault import Key

_JOINED = Prepared(
    select(t.participants.c.joined_day, t.tenants.c.name)
    .select_from(t.participants.join(t.tenants))
    .where(t.participants.c.id == bindparam("person"))
)
_ROLES = Prepared(
    select(t.memberships.c.role, t.teams.c.name, t.memberships.c.since, t.circles.c.name)
    .select_from(t.memberships.join(t.teams, t.teams.c.id == t.memberships.c.team_id).join(t.circles))
    .where(t.memberships.c.participant_id == bindparam("person"))
    .order_by(t.teams.c.name, t.memberships.c.role)
)
_PLANNED = Prepared(
    select(t.check_ins.c.id, t.check_ins.c.due_at)
    .where(t.check_ins.c.participant_id == bindparam("person"), t.WAITING)
    .order_by(t.check_ins.c.due_at)
)
_OWED = Prepared(
    select(t.deliveries.c.id, t.deliveries.c.day, t.deliveries.c.payload)
    .where(t.deliveries.c.conversation_id == bindparam("person"), t.PENDING)
    .order_by(t.deliveries.c.revision, t.deliveries.c.n)
)
_CIRCLE = Prepared(select(t.circles.c.name).where(t.circles.c.id == bindparam("circle")))
_LOOKED = Prepared(
    select(t.circles.c.name, t.looks.c.day)
    .select_from(t.looks.join(t.circles))
    .where(t.looks.c.participant_id == bindparam("person"))
    .order_by(t.looks.c.day)
)


class _Reader(NamedTuple):
    wire: Wire
    keys: KeyStore
    found: Place
    key: Key

    def roles(self) -> tuple[Role, ...]:
        return tuple(Role(*row) for row in self.wire.all(_ROLES, person=self.found.person))

    def planned(self) -> tuple[tuple[UUID, datetime], ...]:
        return tuple((row, due) for row, due in self.wire.all(_PLANNED, person=self.found.person))

    def counted(self) -> tuple[Counted, ...]:
        """What waits for its window to be published; found by the tokens, which are nobody else's."""
        found = []
        for circle, window, window_key in self.keys.window_keys():
            own = token(window_key, self.key, circle)
            for (codes,) in self.wire.all(OWN_CODES, circle=circle, in_window=window, own=own):
                named = self.wire.one(_CIRCLE, circle=circle)
                found.append(Counted(named[0] if named else "", window, tuple(json.loads(codes))))
        return tuple(found)

    def owed(self) -> tuple[Owed, ...]:
        found = []
        for row, day, sealed in self.wire.all(_OWED, person=self.found.person):
            words = self.key.open(sealed, self.found.where("deliveries", row, "payload"))
            found.append(Owed(day, _said(Payload.model_validate_json(words).message)))
        return tuple(found)

    def looked(self) -> tuple[tuple[str, date], ...]:
        return tuple((circle, day) for circle, day in self.wire.all(_LOOKED, person=self.found.person))

    def records(self) -> tuple[tuple[dict[str, Any], ...], bool]:
        head, _ = opened(self.found, self.key)
        whole = consents.verified(self.wire, self.found, self.key, consents.read_head(head))
        return consents.records(self.wire, self.found, self.key), whole


def _said(message: Message) -> str:
    return " ".join((*message.preface, message.text))


def everything(turn: SqlTransaction, keys: KeyStore, who: Who, at: datetime, reference: str) -> Everything | None:
    """None where nobody of that name is known. `reference`: where their chat is."""
    found = find(turn.wire, keys, who)
    if found is None:
        return None
    reader = _Reader(turn.wire, keys, found, person_key(keys, found))
    row = turn.wire.one(_JOINED, person=found.person)
    assert row is not None
    records, whole = reader.records()
    return Everything(
        who=who,
        workspace=row[1],
        loaded=turn.load(who, at, page=True),
        joined=row[0],
        left=found.left_day,
        roles=reader.roles(),
        records=records,
        whole=whole,
        planned=reader.planned(),
        counted=reader.counted(),
        owed=reader.owed(),
        looked=reader.looked(),
        reference=reference,
    )
