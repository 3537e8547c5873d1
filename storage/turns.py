"""One transaction: a person's conversation is read, and its successor written with all that the turn wants done."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from bot.conversation import Conversation, Memory, Session, TeamFacts
from bot.deidentify import Known
from bot.effects import Deliver, Effect, ForgetNames, Keep, LetGo, RecordConsent, WithdrawPacket
from bot.events import Frozen, Who
from bot.places import UNKNOWN_ZONE
from bot.ports import Claimed, Delivery, Loaded, LostRace, Setup
from prompts.script import Script
from storage import checkins, consents, counting, looks, names, packets, passages, releasing, roster, setup
from storage import tables as t
from storage.consents import Head
from storage.database import explained
from storage.keystore import DataKey, KeyStore
from storage.leading import Desk, set_lead
from storage.ledger import CHOSEN, Entry, note, record_of
from storage.names import Colleagues
from storage.place import (
    Place,
    Programs,
    arrive,
    facts,
    find,
    known_tenant,
    look,
    person_key,
    read_reflections,
    read_returning,
    written,
)
from storage.prepared import Prepared, Wire
from storage.reports import of_person
from storage.shelf import Shelf
from storage.vault import Key, fingerprint
from storage.windows import window_start
from storage.writing import Pen

_SEEN = Prepared(insert(t.inbox), unless_there=True)


def _next(*columns: str) -> Prepared:
    """The compare-and-swap, with only those columns that changed."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    return Prepared(
        update(t.conversations)
        .where(t.conversations.c.participant_id == bindparam("person"), t.conversations.c.revision == bindparam("was"))
        .values(revision=bindparam("becomes"), **values)
    )


_TALK = ("talk", "talk_key_id", "idle_day")
#: By (state changed, talk changed).
_NEXT = {
    (False, False): _next(),
    (True, False): _next("state"),
    (False, True): _next(*_TALK),
    (True, True): _next("state", *_TALK),
}


class Talk(Frozen):
    """The sessions as they are sealed: apart from the rest, because they may have a key that dies sooner."""

    session: Session | None = None
    waiting: tuple[Session, ...] = ()

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The one that waited longest first, the active one last."""
        return (*self.waiting, *([] if self.session is None else [self.session]))

    def without(self, gone: Callable[[Session], bool]) -> Talk:
        left = tuple(session for session in self.sessions if not gone(session))
        return Talk(session=left[-1] if left else None, waiting=left[:-1])


def _may_begin(talk: Talk) -> bool:
    """Whether the next thing may be the beginning of a reflection."""
    return talk.session is None or not talk.session.visit


@dataclass(frozen=True, slots=True)
class _Standing:
    """What was loaded, beside the conversation itself."""

    place: Place
    key: Key
    head: Head


class SqlTransaction:
    """`made`: keys to destroy if this is undone; `given_up`: keys to destroy, and `noted`: deletions to note in the key
    store too, once it is committed."""

    def __init__(self, wire: Wire, keys: KeyStore, programs: Programs, shelf: Shelf, colleagues: Colleagues) -> None:
        self.wire = wire
        self._keys = keys
        self._programs = programs
        self._shelf = shelf
        self._colleagues = colleagues
        self._tenants: dict[tuple[str, str], UUID] = {}  # of everybody who was loaded
        self._standing: dict[UUID, _Standing] = {}
        self._held: dict[Who, Place] = {}  # read with a claim, for the first turn of each
        self.made: list[UUID] = []
        self.given_up: list[UUID] = []
        self.noted: list[Entry] = []
        self.shelved: list[str] = []
        self.spoken_of: list[int] = []  # names that are stored once this is committed
        self.let_go = False  # something was deleted whose bytes should leave the log soon

    def seen(self, who: Who, key: str, at: datetime) -> bool:
        hashed = fingerprint(self._keys.purpose_key("inbox"), who.platform, who.tenant, who.user, key)
        return self.wire.run(_SEEN, key=hashed, day=_day(at)) == 0

    # Reading ---------------------------------------------------------------------------------------------------------

    def load(self, who: Who, at: datetime, *, page: bool = False) -> Loaded:
        found = self._held.pop(who, None) or find(self.wire, self._keys, who) or self._first_contact(who, at)
        key = person_key(self._keys, found)
        head, conversation = opened(found, key)
        talk = self._talk(found, key, at)
        self._standing[found.person] = _Standing(found, key, consents.read_head(head))
        self._tenants[who.platform, who.tenant] = found.tenant
        conversation = Conversation.model_construct(
            **{**vars(conversation), "revision": found.revision, "session": talk.session, "waiting": talk.waiting}
        )
        if page:
            conversation = self._with_live_receipts(conversation, _day(at))
        pinned = {session.revision for session in conversation.sessions}
        known = facts(found, self._programs.under(found.settings), _day(at), self._opened(found, _day(at)))
        more = self._for_a_page(found, key, _day(at), head, conversation.memory) if page else {}
        if conversation.memory.returning and (_may_begin(talk) or any(session.back for session in talk.sessions)):
            more |= self._coming_back(found, key, conversation.memory, _day(at))
        if page or (talk.session is not None and talk.session.more):
            more |= self._circle(found, _day(at))
        return Loaded(
            conversation,
            known.model_copy(update=more) if more else known,
            tuple(self._shelf.pinned(self.wire, revision) for revision in pinned),
            found.left_day is not None or found.unreached_day is not None,
        )

    def _with_live_receipts(self, conversation: Conversation, today: date) -> Conversation:
        """Without receipts of what is gone, and with what became of passages. No page may say that it is still
        shared."""
        memory = conversation.memory
        stand = (releasing.receipt(self.wire, one, today) for one in memory.shared)
        held = tuple(one for one in stand if one is not None)
        if held == memory.shared:
            return conversation
        return conversation.model_copy(update={"memory": memory.model_copy(update={"shared": held})})

    def _coming_back(self, found: Place, key: Key, memory: Memory, today: date) -> dict[str, Any]:
        """What a reflection that begins now can look back on."""
        if memory.returning is None or not memory.look_back:
            return {}
        return {"back": read_returning(self.wire, found, key, memory.returning, today)}

    def _for_a_page(self, found: Place, key: Key, today: date, head: bytes, memory: Memory) -> dict[str, Any]:
        kept = read_reflections(self.wire, found, key, today)
        links, whole = consents.chain(self.wire, found, key, consents.read_head(head))
        return {
            "reflections": tuple(reflection for reflection, _ in kept),
            "until": {reflection.id: until for reflection, until in kept},
            "consent_records": tuple(map(consents.to_read, reversed(links))),
            "consents_whole": whole,
            "teams": roster.teams(self.wire, self._keys, found, self._programs.under(found.settings).limits)
            if found.leads_since
            else (),
            "names": names.listed(self.wire, found, key),
            "looks": looks.seen(self.wire, self._keys, found),
            "reports": of_person(self.wire, self._keys, found.person, today) if found.supervises_since else (),
            "secret": secrets.token_urlsafe(32),
            **self._of_passages(found, key, memory, today),
            **self._of_supervision(found, key, today),
        }

    def _teams(self, found: Place) -> tuple[TeamFacts, ...]:
        return roster.teams(self.wire, self._keys, found, self._programs.under(found.settings).limits)

    def _of_passages(self, found: Place, key: Key, memory: Memory, today: date) -> dict[str, Any]:
        """What was released, and what marks a passage that is shown now."""
        circle = found.circle_on(today)
        window = str(window_start(found.grid, today))
        mark = fingerprint(key.derived(b"previews"), circle.bytes if circle else b"", window)
        released = [one.id for one in memory.shared if one.kind == "excerpt"]
        return {"preview_key": mark, "passages": passages.read(self.wire, self._keys, released)}

    def _of_supervision(self, found: Place, key: Key, today: date) -> dict[str, Any]:
        """To whom the person can bring something, what they brought, and what was brought to them."""
        to_them = packets.brought(self.wire, self._keys, found, today) if found.supervises_since else ()
        return {
            "supervisors": packets.supervisors(self.wire, self._keys, found),
            "sent": packets.sent(self.wire, found, key, today),
            "brought": to_them,
        }

    def _opened(self, found: Place, day: date) -> date:
        circle = found.circle_on(day)
        return day if circle is None else counting.open_window(self.wire, circle, found.grid, day)

    def _circle(self, found: Place, day: date) -> dict[str, Any]:
        circle = found.circle_on(day)
        return {} if circle is None else {"circle_size": counting.size(self.wire, circle)}

    def _first_contact(self, who: Who, at: datetime) -> Place:
        (key,) = self._keys.make_data_keys(1, at)
        self.made.append(key.id)
        arrive(self.wire, self._keys, who, key, _day(at))
        found = find(self.wire, self._keys, who)
        assert found is not None
        return found

    def _talk(self, found: Place, key: Key, at: datetime) -> Talk:
        """The sessions; none where their throwaway key has died."""
        if found.talk is None:
            return Talk()
        if found.talk_key_id is not None:
            throwaway = self._living(found.talk_key_id, at)
            if throwaway is None:
                return Talk()
            key = throwaway.key
        return Talk.model_validate_json(key.open(found.talk, found.where("conversations", found.person, "talk")))

    def _living(self, key: UUID, at: datetime) -> DataKey | None:
        found = self._keys.data_key(key)
        return found if found is not None and found.dies is not None and at < found.dies else None

    # Writing ---------------------------------------------------------------------------------------------------------

    def save(
        self, before: Conversation, after: Conversation, effects: Sequence[Effect], at: datetime, who: Who
    ) -> tuple[Delivery, ...]:
        standing = self._standing.get(before.id) or self._again(who, at)
        place, key, head = standing.place, standing.key, standing.head
        if before.id != place.person or before.revision != place.revision:
            raise LostRace
        for effect in effects:
            if isinstance(effect, RecordConsent):
                head = consents.record(self.wire, place, key, head, effect, at, who.platform)
                self._note_choice(place.person, head, _day(at))
        changes = self._state(standing, before, after, head) | self._sessions(place, key, before, after, at)
        swap = _NEXT["new_state" in changes, "new_talk" in changes]
        if not self.wire.run(swap, person=place.person, was=place.revision, becomes=place.revision + 1, **changes):
            raise LostRace
        deliveries: tuple[Delivery, ...] = ()
        if effects:
            desk = self.desk(at, after.locale, place.zone)
            pen = Pen(self.wire, self._keys, place, key, after, at, desk.day, who, desk, self.noted)
            for effect in sorted(effects, key=_not_kept):
                pen.write(effect)
            deliveries = pen.deliver(effects)
        self.let_go = self.let_go or _lets_go(before, after, effects)
        written_down = {name.removeprefix("new_"): value for name, value in changes.items() if name != "new_idle_day"}
        owes = place.owes or any(isinstance(effect, Deliver) for effect in effects)
        after_it = place._replace(revision=place.revision + 1, owes=owes, **written_down)
        self._standing[place.person] = _Standing(after_it, key, head)
        return deliveries

    def _note_choice(self, person: UUID, head: Head, day: date) -> None:
        """So that a backup which lacks it shows: it must not bring back what was taken back."""
        self.noted.append(note(self.wire, self._keys, record_of(person, head.n), day, CHOSEN))

    def _again(self, who: Who, at: datetime) -> _Standing:
        """What `save` needs where this transaction has not loaded the person."""
        return self._standing[self.load(who, at).conversation.id]

    def _state(self, standing: _Standing, before: Conversation, after: Conversation, head: Head) -> dict[str, Any]:
        if head == standing.head and not _differs(before, after):
            return {}
        where = standing.place.where("conversations", standing.place.person, "state")
        return {"new_state": standing.key.seal(written(after, head.written()), where)}

    def _sessions(
        self, place: Place, key: Key, before: Conversation, after: Conversation, at: datetime
    ) -> dict[str, Any]:
        """The talk sealed anew, if it or the key that it belongs under has changed."""
        if not after.sessions:
            if place.talk is None:
                return {}
            self._give_up(place.talk_key_id)
            return {"new_talk": None, "new_talk_key_id": None, "new_idle_day": None}
        throwaway = None if after.consents.words == "keep" else self._throwaway(place, at)
        under = None if throwaway is None else throwaway.id
        if under == place.talk_key_id and _same(before.session, after.session) and _same(before.waiting, after.waiting):
            return {}
        if under != place.talk_key_id:
            self._give_up(place.talk_key_id)
        talk = Talk.model_construct(session=after.session, waiting=after.waiting).model_dump_json().encode()
        sealing = key if throwaway is None else throwaway.key
        return {
            "new_talk": sealing.seal(talk, place.where("conversations", place.person, "talk")),
            "new_talk_key_id": under,
            "new_idle_day": self._idle_day(place, after, throwaway),
        }

    def _throwaway(self, place: Place, at: datetime) -> DataKey:
        """The key of this talk alone: for a person who keeps nothing, or has not said yet."""
        if place.talk_key_id is not None and (living := self._living(place.talk_key_id, at)) is not None:
            return living
        (made,) = self._keys.make_data_keys(1, at, throwaway=True)
        self.made.append(made.id)
        return made

    def _give_up(self, key: UUID | None) -> None:
        if key is not None:
            self.given_up.append(key)

    def _idle_day(self, place: Place, after: Conversation, throwaway: DataKey | None) -> date:
        """The day after the last on which this talk may be left alone."""
        touched = max(session.touched for session in after.sessions)
        day = _day(touched) + timedelta(days=self._programs.under(place.settings).idle_days + 1)
        if throwaway is not None and throwaway.dies is not None:
            day = min(day, _day(throwaway.dies) + timedelta(days=1))
        return day

    # Names that are taken out of what people write ------------------------------------------------------------------

    def heard(self, platform: str, tenant: str, names: Sequence[str]) -> None:
        if not names:
            return
        in_tenant = self._tenants.get((platform, tenant)) or known_tenant(self.wire, platform, tenant)
        if in_tenant is not None:
            self.spoken_of += self._colleagues.store(self.wire, self._keys, in_tenant, names)

    def names(self, who: Who) -> tuple[Known, ...]:
        found = look(self.wire, self._keys, who)
        if found is None:
            return ()
        own = names.own(self.wire, found, person_key(self._keys, found))
        colleagues = self._colleagues.of(self.wire, self._keys, found.tenant)
        return tuple(known for known in (own, colleagues) if known is not None)

    # Set-up ----------------------------------------------------------------------------------------------------------

    def desk(self, at: datetime, locale: str = "en", zone: str = UNKNOWN_ZONE) -> Desk:
        return Desk(self.wire, self._keys, self._programs.own, self.made, self.noted, at, _day(at), locale, zone)

    def set_up(self, team: Setup, at: datetime) -> None:
        setup.set_up(self.wire, self._keys, self._programs.own, team, self.made, self.noted, at, _day(at))

    def set_lead(self, who: Who, at: datetime) -> None:
        set_lead(self.desk(at), who)

    def keep_script(self, script: Script) -> None:
        self.shelved.append(self._shelf.keep(self.wire, script, datetime.now(UTC).date()))

    # What a clock starts ---------------------------------------------------------------------------------------------

    def claim_due(self, now: datetime, limit: int) -> tuple[Claimed, ...]:
        claimed, self._held = checkins.claim(self.wire, self._keys, now, limit)
        return claimed

    def replanned(self, who: Who) -> None:
        found = find(self.wire, self._keys, who)
        if found is not None:
            checkins.replanned(self.wire, found, person_key(self._keys, found))

    def idle(self, today: date, limit: int) -> tuple[Who, ...]:
        return checkins.idle(self.wire, self._keys, today, limit)

    def fail_check_in(self, claimed: Claimed) -> None:
        checkins.fail(self.wire, claimed)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        made, given_up, shelved = len(self.made), len(self.given_up), len(self.shelved)
        noted = len(self.noted)
        standing = dict(self._standing)
        self.wire.say("SAVEPOINT one_person")
        try:
            yield
        except BaseException as error:
            self.wire.say("ROLLBACK TO SAVEPOINT one_person")
            del self.given_up[given_up:], self.shelved[shelved:], self.noted[noted:]
            self.given_up += self.made[made:]
            self._standing = standing
            raise explained(error, "in use") from None
        finally:
            self.wire.say("RELEASE SAVEPOINT one_person")


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def opened(found: Place, key: Key) -> tuple[bytes, Conversation]:
    state = key.open(found.state, found.where("conversations", found.person, "state"))
    head, _, body = state.partition(b"\n")
    return head, Conversation.model_validate_json(body)


def _lets_go(before: Conversation, after: Conversation, effects: Sequence[Effect]) -> bool:
    """Whether words went: a kept reflection, or an open one that is deleted, let go of or begun anew (or kept, which
    looks the same from here)."""
    open_still = {session.id for session in after.sessions}
    ended = any(session.id not in open_still for session in before.sessions)
    return ended or any(isinstance(effect, LetGo | ForgetNames | WithdrawPacket) for effect in effects)


_STATE_FIELDS = tuple(
    name for name in Conversation.model_fields if name not in ("id", "revision", "session", "waiting")
)


def _differs(before: Conversation, after: Conversation) -> bool:
    return not all(_same(getattr(before, name), getattr(after, name)) for name in _STATE_FIELDS)


def _same(one: object, other: object) -> bool:
    """A step copies what it leaves alone, so most of it is the very same object; comparing models is slow."""
    return one is other or one == other


def _not_kept(effect: Effect) -> bool:
    """False for what is kept: a contribution of the same turn is noted in the reflection that it came from."""
    return not isinstance(effect, Keep)
