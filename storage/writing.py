"""What a turn wants done, written inside its transaction: one function an effect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Table, bindparam, delete, insert, select, update

from bot.conversation import Conversation, Reflection
from bot.effects import (
    AskForTime,
    Contribute,
    Deliver,
    Effect,
    EraseMe,
    ForgetNames,
    Issue,
    Keep,
    KeepUntil,
    Leave,
    LetGo,
    Live,
    NameLead,
    NameNever,
    NoteLook,
    Plan,
    Recall,
    RecordConsent,
    Release,
    Return,
    Rewrite,
    SendPacket,
    SetTeam,
    TakeBack,
    Unshare,
    WithdrawPacket,
)
from bot.events import Who
from bot.ports import LEASE_SECONDS, Delivery
from bot.scanning import text_hash
from storage import checkins, leading, leaving, links, looks, names, packets, passages
from storage import tables as t
from storage.counting import hold, open_window, take_back, token
from storage.deliveries import Payload, recall
from storage.keystore import KeyStore, Part
from storage.leading import Desk
from storage.ledger import ENDED, LET_GO, TAKEN_BACK, WITHDRAWN, Entry, note
from storage.place import Place
from storage.prepared import Prepared, Wire
from storage.vault import Key
from storage.windows import window_name

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
_KEEP_UNTIL = Prepared(
    update(t.reflections)
    .where(t.reflections.c.id == bindparam("reflection"), t.reflections.c.participant_id == bindparam("person"))
    .values(delete_day=bindparam("until"))
)
_ADD_CONTRIBUTION = Prepared(insert(t.contributions))
_UNSHARE = tuple(
    (
        Prepared(select(shared.c.circle_id).where(shared.c.id == bindparam("receipt"))),
        Prepared(delete(shared).where(shared.c.id == bindparam("receipt"))),
    )
    for shared in (t.contributions, t.excerpts)
)
_ADD_DELIVERY = Prepared(insert(t.deliveries))


class NothingMayBeKept(AssertionError):
    """A mistake of ours: writing was to be kept for somebody who has not agreed to it."""


class NothingMayBeShared(AssertionError):
    """A mistake of ours: something was to be shared for somebody who has not agreed to it."""


class NotWhatWasShown(AssertionError):
    """A mistake of ours: a passage was to be released that its writer did not see, or did not want to release."""


class Cell(NamedTuple):
    """One circle's window, and its key."""

    circle: UUID
    window: str
    key: bytes

    def row(self, person: Key, of: Table = t.contributions) -> dict[str, object]:
        return {"circle_id": self.circle, "window": self.window, "token": token(self.key, person, self.circle, of)}


@dataclass(frozen=True, slots=True)
class Pen:
    """All that writing an effect needs. `noted`: entries of the deletion ledger, for its second copy."""

    wire: Wire
    keys: KeyStore
    found: Place
    key: Key
    after: Conversation
    at: datetime
    day: date
    who: Who
    desk: Desk
    noted: list[Entry]

    def write(self, effect: Effect) -> None:
        match effect:
            case Keep() | LetGo() | Rewrite() | KeepUntil():
                self._own(effect)
            case Contribute() | Release() | Unshare() | TakeBack():
                self._shared(effect)
            case SendPacket() | WithdrawPacket() | AskForTime():
                self._to_supervision(effect)
            case Plan():
                checkins.plan(self.wire, self.found, self.key, effect, self.at)
            case Recall():
                recall(self.wire, self.found, self.key)
            case Deliver() | RecordConsent() | EraseMe():
                pass  # deliveries go together, consents stand in the state, erasing follows the commit
            case NameNever() | ForgetNames() | Issue() | NoteLook():
                self._beside(effect)
            case SetTeam() | NameLead() | Live() | Leave() | Return():
                self._settle(effect)

    def _own(self, effect: Keep | LetGo | Rewrite | KeepUntil) -> None:
        """The person's own reflections."""
        match effect:
            case Keep(reflection, until):
                self._keep(reflection, until)
            case LetGo(reflection_id):
                self._let_go(reflection_id)
            case Rewrite(reflection):
                self._rewrite(reflection)
            case KeepUntil(days):
                self._keep_until(days)

    def _shared(self, effect: Contribute | Release | Unshare | TakeBack) -> None:
        """What leaves their hands, and comes back."""
        match effect:
            case Contribute(receipt, codes, reflection_id):
                self._contribute(receipt, codes, reflection_id)
            case Release():
                self._release(effect)
            case Unshare(receipt):
                self._unshare(receipt)
            case TakeBack(purpose):
                for row in take_back(self.wire, self.keys, self.key, of=(purpose,)):
                    self._note(row, TAKEN_BACK)

    def _to_supervision(self, effect: SendPacket | WithdrawPacket | AskForTime) -> None:
        """What they bring to one supervisor under their own name."""
        match effect:
            case SendPacket():
                packets.send(self.wire, self.keys, self.found, self.key, self.who, effect, self.at)
            case WithdrawPacket(packet):
                if packets.withdraw(self.wire, self.found, packet):
                    self._note(packet, WITHDRAWN)
            case AskForTime():
                packets.ask_for_time(self.wire, self.keys, self.found, self.who, effect, self.at)

    def _beside(self, effect: NameNever | ForgetNames | Issue | NoteLook) -> None:
        """What stands in tables of its own beside the talk."""
        match effect:
            case NameNever(words):
                names.add(self.wire, self.found, self.key, words)
            case ForgetNames(words):
                names.forget(self.wire, self.found, self.key, words)
            case Issue():
                links.issue(self.wire, self.keys, self.found.person, effect)
            case NoteLook():
                looks.note(self.wire, self.found, self.day)

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
        if kept is None:  # one that was still open: it stood in the talk
            self._note(reflection, ENDED)
            return
        if kept.receipt is not None:
            self._unshare(kept.receipt)
        self.wire.run(_DROP_REFLECTION, reflection=reflection)
        self._note(reflection, LET_GO)

    def _note(self, row: UUID, kind: str) -> None:
        self.noted.append(note(self.wire, self.keys, row, self.day, kind))

    def _rewrite(self, reflection: Reflection) -> None:
        kept = self._kept(reflection.id)
        if kept is not None:
            self._reseal(reflection.model_copy(update={"receipt": kept.receipt}))

    def _keep_until(self, days: Iterable[tuple[UUID, date]]) -> None:
        rows = [{"reflection": row, "person": self.found.person, "until": until} for row, until in days]
        self.wire.run_many(_KEEP_UNTIL, rows)

    def _contribute(self, receipt: UUID, codes: Sequence[str], reflection: UUID) -> None:
        if self.after.consents.counting not in ("ask", "always"):
            raise NothingMayBeShared
        cell, kept = self._cell("contributions"), self._kept(reflection)
        if cell is None:
            return  # they left the circle; there is nothing in which this could be counted
        self.wire.run(_ADD_CONTRIBUTION, id=receipt, **cell.row(self.key), codes=json.dumps(sorted(codes)))
        if kept is not None:
            self._reseal(kept.model_copy(update={"receipt": receipt}))

    def _release(self, effect: Release) -> None:
        cell = self._cell("excerpts")
        if text_hash(effect.text) != effect.text_hash or self.after.consents.excerpts != "ask":
            raise NotWhatWasShown
        if cell is not None:
            body = passages.sealed(cell.key, effect.receipt, effect.text)
            self.wire.run(passages.ADD, id=effect.receipt, **cell.row(self.key, t.excerpts), body=body)

    def _cell(self, part: Part) -> Cell | None:
        """Where what they share goes: into the window of its day; where that was closed already, into the next."""
        circle = self.found.circle_on(self.day)
        if circle is None:
            return None
        hold(self.wire, circle)
        window = window_name(open_window(self.wire, circle, self.found.grid, self.day))
        return Cell(circle, window, self.keys.window_key(circle, window, part))

    def _unshare(self, receipt: UUID) -> None:
        for there, drop in _UNSHARE:
            found = self.wire.one(there, receipt=receipt)
            if found is not None:
                hold(self.wire, found[0])
                self.wire.run(drop, receipt=receipt)
        self._note(receipt, TAKEN_BACK)

    def _reseal(self, reflection: Reflection) -> None:
        self.wire.run(_RESEAL_REFLECTION, reflection=reflection.id, resealed=self._sealed(reflection))

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
