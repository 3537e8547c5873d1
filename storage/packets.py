"""What people bring to supervision under their own name. Law: sealed under its sender's key; only they take it back,
and only the supervisor whom it names opens it, for as long as they supervise that person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Final
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, bindparam, delete, exists, insert, select

from bot.conversation import Packet
from bot.effects import AskForTime, SendPacket
from bot.events import Frozen, Who
from bot.ports import Refusal
from bot.scanning import text_hash
from storage import tables as t
from storage.keystore import KeyStore
from storage.notices import News, tell_in_peace
from storage.place import PERSON, Place, look, named
from storage.prepared import Prepared, Wire
from storage.vault import Key, Unopened, fingerprint, place

_member, _supervisor = t.memberships.alias("member"), t.memberships.alias("supervisor")


def _supervised(member: object, supervisor: object) -> ColumnElement[bool]:
    """Whether the one supervises a team, now, in which the other is a member."""
    return exists().where(
        _member.c.team_id == _supervisor.c.team_id,
        _member.c.role == "member",
        _supervisor.c.role == "supervisor",
        _member.c.participant_id == member,
        _supervisor.c.participant_id == supervisor,
    )


_SUPERVISORS = Prepared(
    select(*PERSON)
    .select_from(t.participants.join(t.tenants))
    .where(
        _supervised(bindparam("person"), t.participants.c.id),
        t.participants.c.id != bindparam("person"),
        t.participants.c.left_day.is_(None),
    )
)
_ADD = Prepared(insert(t.packets))
_MINE = Prepared(
    select(t.packets.c.id, t.packets.c.body, t.packets.c.delete_day).where(
        t.packets.c.participant_id == bindparam("person"), t.packets.c.delete_day >= bindparam("today")
    )
)
#: Of who has left the workspace nothing is opened any more: they could not take it back.
_BROUGHT = Prepared(
    select(t.packets.c.id, t.packets.c.body, t.packets.c.delete_day, *PERSON)
    .select_from(t.packets.join(t.participants).join(t.tenants, t.tenants.c.id == t.participants.c.tenant_id))
    .where(
        t.packets.c.to_index == bindparam("mine"),
        t.packets.c.delete_day >= bindparam("today"),
        t.participants.c.tenant_id == bindparam("tenant"),
        t.participants.c.left_day.is_(None),
        _supervised(t.participants.c.id, bindparam("person")),
    )
)
_DROP = Prepared(
    delete(t.packets).where(t.packets.c.id == bindparam("row"), t.packets.c.participant_id == bindparam("person"))
)
OVER: Final = Prepared(delete(t.packets).where(t.packets.c.delete_day < bindparam("today")))


class NotWhatWasSeen(AssertionError):
    """A mistake of ours: something was to be sent that its writer did not see."""


class _Body(Frozen):
    to: str
    title: str = Field(repr=False)
    on: date
    text: str = Field(repr=False)
    reflection: UUID | None = None


def supervisors(wire: Wire, keys: KeyStore, found: Place) -> tuple[str, ...]:
    """Who supervises this person now, by their ids on the platform; never the person themselves."""
    return tuple(sorted(_users(keys, wire.all(_SUPERVISORS, person=found.person))))


def _users(keys: KeyStore, people: Iterable[Sequence[object]]) -> Iterable[str]:
    for person in people:
        with suppress(Unopened):  # their key is lost: nobody can say who that was
            yield named(keys, *person).user  # type: ignore[arg-type]


def sent(wire: Wire, found: Place, key: Key, today: date) -> tuple[Packet, ...]:
    """What this person brought and has not taken back, newest first."""
    rows = wire.all(_MINE, person=found.person, today=today)
    there = ((row, key.open(body, found.where("packets", row, "body")), until) for row, body, until in rows)
    return _newest_first(_packet(row, _Body.model_validate_json(body), until) for row, body, until in there)


def brought(wire: Wire, keys: KeyStore, found: Place, today: date) -> tuple[Packet, ...]:
    """What was brought to this person by those whom they supervise at this moment, newest first."""
    mine = _index(keys, found.person)
    packets = []
    for row, body, until, *sender in wire.all(
        _BROUGHT, mine=mine, today=today, tenant=found.tenant, person=found.person
    ):
        with suppress(Unopened):  # it went with its sender's key
            packets.append(_opened(keys, row, body, until, sender))
    return _newest_first(packets)


def _opened(keys: KeyStore, row: UUID, body: bytes, until: date, sender: Sequence[object]) -> Packet:
    """Raises Unopened."""
    _, in_tenant, key_id, *_ = sender
    who, key = named(keys, *sender), keys.data_key(key_id)  # type: ignore[arg-type]
    if key is None:
        raise Unopened
    read = _Body.model_validate_json(key.key.open(body, place(in_tenant, "packets", row, "body")))  # type: ignore[arg-type]
    return _packet(row, read, until).model_copy(update={"person": who.user, "reflection": None})


def _packet(row: UUID, body: _Body, until: date) -> Packet:
    return Packet(
        id=row,
        person=body.to,
        title=body.title,
        on=body.on,
        until=until,
        text=body.text,
        reflection=body.reflection,
    )


def _newest_first(packets: Iterable[Packet]) -> tuple[Packet, ...]:
    return tuple(sorted(packets, key=lambda one: (one.on, one.id), reverse=True))


def _index(keys: KeyStore, supervisor: UUID) -> bytes:
    return fingerprint(keys.purpose_key("packets"), supervisor)


# Writing


def send(wire: Wire, keys: KeyStore, found: Place, key: Key, who: Who, effect: SendPacket, at: datetime) -> None:
    """Raises Refusal where that person supervises them no more."""
    if text_hash(effect.text) != effect.text_hash:
        raise NotWhatWasSeen
    to = _theirs(wire, keys, found, who, effect.to)
    body = _Body(to=effect.to, title=effect.title, on=effect.on, text=effect.text, reflection=effect.reflection)
    wire.run(
        _ADD,
        id=effect.packet,
        participant_id=found.person,
        to_index=_index(keys, to.person),
        body=key.seal(body.model_dump_json().encode(), found.where("packets", effect.packet, "body")),
        delete_day=effect.until,
    )
    tell_in_peace(wire, keys, News(to, "brought", who.user), at)


def withdraw(wire: Wire, found: Place, packet: UUID) -> bool:
    """Whether it was there, and theirs."""
    return bool(wire.run(_DROP, row=packet, person=found.person))


def ask_for_time(wire: Wire, keys: KeyStore, found: Place, who: Who, effect: AskForTime, at: datetime) -> None:
    """Raises Refusal where that person supervises them no more."""
    to = _theirs(wire, keys, found, who, effect.to)
    tell_in_peace(wire, keys, News(to, "ten-minutes", who.user), at)


def _theirs(wire: Wire, keys: KeyStore, found: Place, who: Who, user: str) -> Place:
    to = look(wire, keys, who.model_copy(update={"user": user}))
    if to is None or user not in supervisors(wire, keys, found):
        raise Refusal("not-your-supervisor", "That person does not supervise you any more. Nothing was sent.")
    return to
