"""Where a person stands, read in one statement, and how their rows are sealed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import FromClause, and_, bindparam, exists, insert, select

from bot.conversation import Consents, Conversation, Facts, Program, Reflection
from bot.events import Who
from bot.places import UNKNOWN_ZONE, is_zone
from bot.ports import LostRace, Refusal
from storage import tables as t
from storage.keystore import DataKey, KeyStore
from storage.prepared import Prepared, Wire
from storage.vault import Key, Unopened, fingerprint, place
from storage.windows import earliest_themes, excerpt_until, monday_after, shared_until

NO_CONSENTS = b"0:"

#: Where a person stands, in the order of `Place`.
STANDING = (
    t.participants.c.id,
    t.participants.c.tenant_id,
    t.participants.c.key_id,
    t.participants.c.zone,
    t.participants.c.circle_id,
    t.participants.c.next_circle_id,
    t.participants.c.next_circle_from,
    t.participants.c.member_since,
    t.conversations.c.revision,
    t.conversations.c.state,
    t.conversations.c.talk,
    t.conversations.c.talk_key_id,
    t.tenants.c.grid_monday,
    t.tenants.c.settings,
    t.participants.c.supervises_since,
    t.participants.c.leads_since,
    t.participants.c.installed_day,
    t.participants.c.left_day,
    t.participants.c.unreached_day,
    t.teams.c.name,
    exists().where(t.deliveries.c.conversation_id == t.participants.c.id, t.PENDING).label("owes"),
)


def around(people: FromClause) -> FromClause:
    """All the tables of `STANDING`, around those that name participants."""
    conversations = people.join(t.conversations, t.conversations.c.participant_id == t.participants.c.id)
    tenants = conversations.join(t.tenants, t.tenants.c.id == t.participants.c.tenant_id)
    return tenants.outerjoin(t.teams, t.teams.c.id == t.participants.c.team_id)


_where_they_stand = (
    select(*STANDING).select_from(around(t.participants)).where(t.participants.c.who_index == bindparam("who_index"))
)
_LOOK = Prepared(_where_they_stand)
#: PostgreSQL: two turns of one person, or a turn and an erasure, come one after the other.
_HOLD = Prepared(_where_they_stand.with_for_update(of=t.conversations))
_TENANT = Prepared(
    select(t.tenants.c.id).where(
        t.tenants.c.platform == bindparam("platform"), t.tenants.c.external == bindparam("external")
    )
)
_ADD_TENANT = Prepared(insert(t.tenants), unless_there=True)
_ADD_PARTICIPANT = Prepared(insert(t.participants), unless_there=True)
_ADD_CONVERSATION = Prepared(insert(t.conversations))
_REFLECTIONS = Prepared(
    select(t.reflections.c.id, t.reflections.c.body, t.reflections.c.delete_day).where(
        t.reflections.c.participant_id == bindparam("person")
    )
)
_REFLECTION = Prepared(
    select(t.reflections.c.body, t.reflections.c.delete_day).where(
        t.reflections.c.participant_id == bindparam("person"), t.reflections.c.id == bindparam("id")
    )
)


class Place(NamedTuple):
    """A person's row with all that a turn needs beside it."""

    person: UUID
    tenant: UUID
    key_id: UUID
    zone: str
    circle: UUID | None
    next_circle: UUID | None
    next_circle_from: date | None
    member_since: date | None
    revision: int
    state: bytes
    talk: bytes | None
    talk_key_id: UUID | None
    grid: date
    settings: str
    supervises_since: date | None
    leads_since: date | None
    installed_day: date | None
    left_day: date | None
    unreached_day: date | None
    team: str | None
    owes: bool  # older messages to them are still on their way

    def circle_on(self, day: date) -> UUID | None:
        """The circle in which their codes count: a change waits for the next window."""
        if self.next_circle_from is not None and day >= self.next_circle_from:
            return self.next_circle
        return self.circle

    def where(self, table: str, row: UUID, field: str) -> bytes:
        return place(self.tenant, table, row, field)


#: What it takes to name a person, in the order in which `named` takes it.
PERSON = (
    t.participants.c.id,
    t.participants.c.tenant_id,
    t.participants.c.key_id,
    t.participants.c.ref,
    t.tenants.c.platform,
    t.tenants.c.external,
)

#: Whether anything may be sent to them: they are in the workspace, and so is the app.
HERE = and_(t.participants.c.left_day.is_(None), t.tenants.c.gone_day.is_(None)).label("here")


def named(keys: KeyStore, person: UUID, in_tenant: UUID, key_id: UUID, ref: bytes, platform: str, external: str) -> Who:
    """The person as the platform names them. Raises Unopened where their key is gone."""
    key = keys.data_key(key_id)
    if key is None:
        raise Unopened
    user = key.key.open(ref, place(in_tenant, "participants", person, "ref"))
    return Who(platform=platform, tenant=external, user=user.decode())


def who_index(keys: KeyStore, who: Who) -> bytes:
    return fingerprint(keys.purpose_key("index"), who.platform, who.tenant, who.user)


def find(wire: Wire, keys: KeyStore, who: Who) -> Place | None:
    """The person's row, held until the transaction ends."""
    return hold(wire, who_index(keys, who))


def hold(wire: Wire, index: bytes) -> Place | None:
    row = wire.one(_HOLD, who_index=index)
    return None if row is None else Place._make(row)


def look(wire: Wire, keys: KeyStore, who: Who) -> Place | None:
    """The person's row, for reading only."""
    row = wire.one(_LOOK, who_index=who_index(keys, who))
    return None if row is None else Place._make(row)


def person_key(keys: KeyStore, found: Place) -> Key:
    """Raises Refusal where the key store does not have it (it may be older than the main database)."""
    key = keys.data_key(found.key_id)
    if key is None:
        raise Refusal(
            "key-missing",
            "What was written here before cannot be opened: its key is not in the key store. "
            "Please tell whoever runs Afterword for you.",
        )
    return key.key


def known_tenant(wire: Wire, platform: str, external: str) -> UUID | None:
    row = wire.one(_TENANT, platform=platform, external=external)
    return None if row is None else row[0]


def tenant(wire: Wire, platform: str, external: str, at: date) -> UUID:
    """The tenant's id; made on first contact."""
    found = known_tenant(wire, platform, external)
    if found is None:
        made = {"id": uuid4(), "name": external, "grid_monday": monday_after(at), "settings": "{}", "gone_day": None}
        wire.run(_ADD_TENANT, platform=platform, external=external, **made)
        found = known_tenant(wire, platform, external)
    assert found is not None
    return found


def arrive(
    wire: Wire, keys: KeyStore, who: Who, key: DataKey, day: date, zone: str = UNKNOWN_ZONE, locale: str = "en"
) -> None:
    """First contact: a participant and an empty conversation. Raises LostRace where somebody else was first."""
    person, in_tenant = uuid4(), tenant(wire, who.platform, who.tenant, day)
    added = wire.run(
        _ADD_PARTICIPANT,
        id=person,
        tenant_id=in_tenant,
        who_index=who_index(keys, who),
        ref=key.key.seal(who.user.encode(), place(in_tenant, "participants", person, "ref")),
        key_id=key.id,
        zone=zone,
        circle_id=None,
        next_circle_id=None,
        next_circle_from=None,
        team_id=None,
        member_since=None,
        supervises_since=None,
        joined_day=day,
        left_day=None,
        unreached_day=None,
        supervised_until=None,
        leads_since=None,
        installed_day=None,
    )
    if not added:
        raise LostRace
    state = written(Conversation(id=person, locale=locale), NO_CONSENTS)
    wire.run(
        _ADD_CONVERSATION,
        participant_id=person,
        revision=0,
        state=key.key.seal(state, place(in_tenant, "conversations", person, "state")),
        talk=None,
        talk_key_id=None,
        idle_day=None,
    )


def written(conversation: Conversation, consents_head: bytes) -> bytes:
    """The state as it is sealed: the head of the consent chain, so that a cut chain shows, then the conversation."""
    state = conversation.model_dump_json(exclude={"session", "waiting", "revision"})
    return consents_head + b"\n" + state.encode()


def agreed_to(key: Key, state: bytes, in_tenant: UUID, person: UUID) -> Consents:
    """What somebody has agreed to, out of their sealed state alone. Raises Unopened."""
    clear = key.open(state, place(in_tenant, "conversations", person, "state"))
    return Consents.model_validate(json.loads(clear.partition(b"\n")[2])["consents"])


def read_reflections(wire: Wire, found: Place, key: Key, today: date = date.min) -> tuple[tuple[Reflection, date], ...]:
    """Newest first, each with its last day. From the day after that nobody reads it, should it still be there."""
    opened = [
        (Reflection.model_validate_json(key.open(body, found.where("reflections", row, "body"))), until)
        for row, body, until in wire.all(_REFLECTIONS, person=found.person)
        if until >= today
    ]
    return tuple(sorted(opened, key=lambda one: (one[0].at, one[0].id), reverse=True))


def read_returning(wire: Wire, found: Place, key: Key, reflection: UUID, today: date) -> str:
    """What its writer wanted to try, as it stands there now; nothing once that reflection is gone."""
    row = wire.one(_REFLECTION, person=found.person, id=reflection)
    if row is None or row[1] < today:
        return ""
    kept = Reflection.model_validate_json(key.open(row[0], found.where("reflections", reflection, "body")))
    return next((kept.answers[number][1] for number in kept.returning if number < len(kept.answers)), "")


def _fresh() -> tuple[UUID, ...]:
    """Four random ids (RFC 9562, version 4) of one call to the system."""
    drawn = os.urandom(64)
    return tuple(UUID(bytes=drawn[at : at + 16], version=4) for at in range(0, 64, 16))


def facts(found: Place, program: Program, day: date, opened: date) -> Facts:
    """`opened`: a day of the window into which what they give goes."""
    circle = found.circle_on(day)
    return Facts(
        program=program,
        fresh=_fresh(),
        zone=found.zone if is_zone(found.zone) else UNKNOWN_ZONE,
        zone_gone=not is_zone(found.zone),
        circle=circle is not None,
        shared_until=shared_until(found.grid, opened) if circle else None,
        excerpt_until=excerpt_until(found.grid, opened) if circle else None,
        supervises=found.supervises_since is not None,
        team=found.team or "",
        earliest_themes=earliest_themes(found.grid, found.member_since if circle else None, found.supervises_since),
        leads=found.leads_since is not None,
        names_lead=found.installed_day is not None,
    )


class Programs:
    """The program's settings under each tenant's own."""

    def __init__(self, own: Program) -> None:
        self.own = own
        self._under: dict[str, Program] = {"{}": own}

    def under(self, settings: str) -> Program:
        known = self._under.get(settings)
        return known or self._under.setdefault(settings, merge(self.own, json.loads(settings)))


def merge(program: Program, settings: Mapping[str, object]) -> Program:
    """Settings that a program knows: a ceiling and the grace can only be lowered, limits raised; resources are added.

    Raises ValidationError.
    """
    known = {name: value for name, value in settings.items() if name in Program.model_fields}
    asked = Program.model_validate({**program.model_dump(), **known})
    return asked.model_copy(
        update={
            "resources": {**program.resources, **asked.resources},
            "retention_ceiling": min(program.retention_ceiling, asked.retention_ceiling),
            "grace_days": min(program.grace_days, asked.grace_days),
            "limits": program.limits.raised(asked.limits),
        }
    )
