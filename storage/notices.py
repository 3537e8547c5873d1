"""What a person is told of what others did. Law: who is told what is sealed, and its row looks like any check-in's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import insert

from bot.events import Frozen, NoticeName
from scheduler.recurrence import TZDATA
from storage import tables as t
from storage.keystore import KeyStore
from storage.place import Place
from storage.prepared import Prepared, Wire

#: A moment later, so that whoever is new can be met before: their profile says in which language to tell them.
_SOON = timedelta(seconds=5)
#: Notices of one moment are told in their order.
_STEP = timedelta(microseconds=1)
_ADD = Prepared(insert(t.check_ins))


class Told(Frozen):
    """The body of a notice."""

    notice: NoticeName
    person: str = ""


class News(NamedTuple):
    """`about`: a person's id on the platform."""

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


def waiting(row: UUID, person: UUID, due: datetime, body: bytes) -> dict[str, object]:
    return {"id": row, "participant_id": person, "due_at": due, "body": body, "state": "waiting", "zones": TZDATA}


def told(body: str) -> Told | None:
    """None for a check-in's body. Raises ValidationError where a later version has left a notice of another kind."""
    return Told.model_validate_json(body) if body.startswith("{") else None
