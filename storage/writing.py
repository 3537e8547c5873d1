"""What a turn wants done, written inside its transaction: one function an effect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, insert, select, update

from bot.conversation import Conversation, Reflection
from bot.effects import (
    Contribute,
    Deliver,
    Effect,
    EraseMe,
    Keep,
    Leave,
    LetGo,
    Live,
    NameLead,
    Plan,
    Recall,
    RecordConsent,
    Return,
    SetTeam,
    TakeBack,
)
from bot.events import Who
from bot.ports import LEASE_SECONDS, Delivery
from storage import checkins, leading, leaving
from storage import tables as t
from storage.counting import take_back, token
from storage.deliveries import Payload, recall
from storage.keystore import KeyStore
from storage.leading import Desk
from storage.place import Place
from storage.prepared import Prepared, Wire
from storage.vault import Key
from storage.windows import window_name, window_start

_ADD_REFLECTION = Prepared(insert(t.reflections))
_REFLECTION = Prepared(
    select(t.reflections.c.body).where(
        t.reflections.c.id == bindparam("reflection"), t.reflections.c.participant_id == bindparam("person")
    )
)
_DROP_REFLECTION = Prepared(delete(t.reflections).where(t.reflections.c.id == bindparam("reflection")))
_RESEAL_REFLECTION = Prepared(
    update(t.reflections).where(t.reflections.c.id == bindparam("reflection")).values(body=bindparam("resealed"))
)
_ADD_CONTRIBUTION = Prepared(insert(t.contributions))
_TAKE_BACK = Prepared(delete(t.contributions).where(t.contributions.c.id == bindparam("receipt")))
_ADD_DELIVERY = Prepared(insert(t.deliveries))


class NothingMayBeKept(AssertionError):
    """A mistake of ours: writing was to be kept for somebody who has not agreed to it."""


@dataclass(frozen=True, slots=True)
class Pen:
    """All that writing an effect needs."""

    wire: Wire
    keys: KeyStore
    found: Place
    key: Key
    after: Conversation
    at: datetime
    day: date
    who: Who
    desk: Desk

    def write(self, effect: Effect) -> None:
        match effect:
            case Keep(reflection, until):
                self._keep(reflection, until)
            case LetGo(reflection_id):
                self._let_go(reflection_id)
            case Contribute(receipt, codes, reflection_id):
                self._contribute(receipt, codes, reflection_id)
            case TakeBack(purpose):
                self._take_back(purpose)
            case Plan():
                checkins.plan(self.wire, self.found, self.key, effect, self.at)
            case Recall():
                recall(self.wire, self.found, self.key)
            case Deliver() | RecordConsent() | EraseMe():
                pass  # deliveries go together, consents stand in the state, erasing follows the commit
            case SetTeam() | NameLead() | Live() | Leave() | Return():
                self._settle(effect)

    def _settle(self, effect: SetTeam | NameLead | Live | Leave | Return) -> None:
        """Where the person stands in the workspace, and what they may settle there."""
        match effect:
            case SetTeam():
                leading.set_team(self.desk, self.found, self.who, effect)
            case NameLead():
                leading.name_lead(self.desk, self.found, self.who, effect)
            case Live(zone):
                leading.live(self.wire, self.found.person, zone)
            case Leave():
                leaving.leave(self.wire, self.found.person, self.day)
            case Return():
                leaving.come_back(self.wire, self.found.person)

    def _keep(self, reflection: Reflection, until: date) -> None:
        if self.after.consents.words != "keep":
            raise NothingMayBeKept
        body = self._sealed(reflection)
        self.wire.run(_ADD_REFLECTION, id=reflection.id, participant_id=self.found.person, body=body, delete_day=until)

    def _let_go(self, reflection: UUID) -> None:
        kept = self._kept(reflection)
        if kept is None:
            return
        if kept.receipt is not None:
            self.wire.run(_TAKE_BACK, receipt=kept.receipt)
        self.wire.run(_DROP_REFLECTION, reflection=reflection)

    def _contribute(self, receipt: UUID, codes: Sequence[str], reflection: UUID) -> None:
        circle = self.found.circle_on(self.day)
        if circle is None:
            return  # they left the circle; there is nothing in which this could be counted
        window = window_name(window_start(self.found.grid, self.day))
        self.wire.run(
            _ADD_CONTRIBUTION,
            id=receipt,
            circle_id=circle,
            window=window,
            token=token(self.keys.window_key(circle, window), self.key, circle),
            codes=json.dumps(sorted(codes)),
        )
        kept = self._kept(reflection)
        if kept is not None:
            resealed = self._sealed(kept.model_copy(update={"receipt": receipt}))
            self.wire.run(_RESEAL_REFLECTION, reflection=reflection, resealed=resealed)

    def _take_back(self, purpose: Literal["counting", "excerpts"]) -> None:
        """In every circle and window that is not published yet; a receipt that stays behind names nothing any more."""
        match purpose:
            case "counting":
                take_back(self.wire, self.keys, self.key)
            case "excerpts":
                pass  # no passage is stored outside the reflection that it stands in: what is released goes here

    def _kept(self, reflection: UUID) -> Reflection | None:
        row = self.wire.one(_REFLECTION, reflection=reflection, person=self.found.person)
        if row is None:
            return None
        body = self.key.open(row[0], self.found.where("reflections", reflection, "body"))
        return Reflection.model_validate_json(body)

    def _sealed(self, reflection: Reflection) -> bytes:
        where = self.found.where("reflections", reflection.id, "body")
        return self.key.seal(reflection.model_dump_json().encode(), where)

    def deliver(self, effects: Iterable[Effect]) -> tuple[Delivery, ...]:
        """Owes the messages. They are leased to this process, unless older ones are still on their way."""
        wanted = [effect for effect in effects if isinstance(effect, Deliver)]
        if not wanted:
            return ()
        free = not self.found.owes
        owed = tuple(
            Delivery(uuid4(), self.found.person, self.found.revision + 1, n, self.who, self.after.locale, one.message)
            for n, one in enumerate(wanted)
        )
        lease = {
            "not_before": self.at,
            "lease_until": self.at + timedelta(seconds=LEASE_SECONDS) if free else None,
            "worker": self.keys.process if free else None,
        }
        for each, one in zip(owed, wanted, strict=True):
            words = Payload(locale=each.locale, message=each.message, until=one.until).written()
            payload = self.key.seal(words.encode(), self.found.where("deliveries", each.id, "payload"))
            self.wire.run(
                _ADD_DELIVERY,
                id=each.id,
                conversation_id=each.conversation,
                revision=each.revision,
                n=each.n,
                payload=payload,
                state="pending",
                attempts=0,
                day=self.day,
                last_error=None,
                **lease,
            )
        return owed if free else ()
