"""What a person is told of what others did. Law: who is told what is sealed, and its row looks like any check-in's."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, insert, select

from bot.conversation import Conversation
from bot.events import Frozen, NoticeName
from bot.places import UNKNOWN_ZONE, is_zone
from scheduler.recurrence import TZDATA, after_quiet
from storage import tables as t
from storage.keystore import KeyStore
from storage.place import STANDING, Place, around
from storage.prepared import Prepared, Wire
from storage.vault import Unopened
from storage.windows import next_start, window_name

#: A moment later, so that whoever is new can be met before: their profile says in which language to tell them.
_SOON = timedelta(seconds=5)
#: Notices of one moment are told in their order.
_STEP = timedelta(microseconds=1)
_ADD = Prepared(insert(t.check_ins))
#: Who supervises a team of the circle now, each since they were first named in it.
_named = (
    select(t.memberships.c.participant_id, func.min(t.memberships.c.since).label("named"))
    .select_from(t.memberships.join(t.teams, t.teams.c.id == t.memberships.c.team_id))
    .where(t.teams.c.circle_id == bindparam("in_circle"), t.memberships.c.role == "supervisor")
    .group_by(t.memberships.c.participant_id)
    .subquery("named")
)
_SUPERVISORS = Prepared(
    select(_named.c.named, *STANDING)
    .select_from(around(t.participants.join(_named, _named.c.participant_id == t.participants.c.id)))
    .where(t.participants.c.left_day.is_(None))
    .order_by(t.participants.c.id)
)


class Told(Frozen):
    """The body of a notice."""

    notice: NoticeName
    person: str = ""


class News(NamedTuple):
    """`about`: a person's id on the platform; of a digest, the circle and its window."""

    to: Place
    notice: NoticeName
    about: str = ""


def tell(wire: Wire, keys: KeyStore, news: Iterable[News], at: datetime) -> None:
    """Leaves notices that are due in a moment. A person whose key is lost cannot be told anything."""
    rows = []
    for number, (to, notice, about) in enumerate(news):
        key, row = keys.data_key(to.key_id), uuid4()
        if key is not None:
            body = Told(notice=notice, person=about).model_dump_json().encode()
            sealed = key.key.seal(body, to.where("check_ins", row, "body"))
            due = at + _SOON + number * _STEP
            rows.append(waiting(row, to.person, due, sealed))
    wire.run_many(_ADD, rows)


def tell_in_peace(wire: Wire, keys: KeyStore, news: News, at: datetime) -> None:
    """A moment later, or when their quiet hours are over."""
    tell(wire, keys, [news], _not_in_quiet(keys, news.to, at))


def tell_published(wire: Wire, keys: KeyStore, circle: UUID, called: str, window: str, at: datetime) -> None:
    """Who supervises the circle now, and may see that window, gets its digest, whatever is in it. A moment later, or
    when their quiet hours are over."""
    for named, *row in wire.all(_SUPERVISORS, in_circle=circle):
        to = Place._make(row)
        if window_name(next_start(to.grid, named)) <= window:
            tell(wire, keys, [News(to, "digest", f"{called}/{window}")], _not_in_quiet(keys, to, at))


def _not_in_quiet(keys: KeyStore, to: Place, at: datetime) -> datetime:
    """That moment, or when the person's quiet hours are over."""
    key = keys.data_key(to.key_id)
    with suppress(Unopened):
        if key is not None:
            clear = key.key.open(to.state, to.where("conversations", to.person, "state"))
            quiet = Conversation.model_validate_json(clear.partition(b"\n")[2]).memory.quiet
            return after_quiet(at, to.zone if is_zone(to.zone) else UNKNOWN_ZONE, quiet)
    return at


def waiting(row: UUID, person: UUID, due: datetime, body: bytes) -> dict[str, object]:
    return {"id": row, "participant_id": person, "due_at": due, "body": body, "state": "waiting", "zones": TZDATA}


def told(body: str) -> Told | None:
    """None for a check-in's body. Raises ValidationError where a later version has left a notice of another kind."""
    return Told.model_validate_json(body) if body.startswith("{") else None
