"""What a person is told of what others did. Law: who is told what is sealed, and its row looks like any reminder's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import insert

from bot.events import Frozen, NoticeName
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
    """The body of a notice; a reminder's body is the name of its script."""

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
            rows.append({"id": row, "participant_id": to.person, "due_at": due, "body": sealed, "state": "waiting"})
    wire.run_many(_ADD, rows)


def told(body: str) -> Told | None:
    """None for a reminder's body. Raises ValidationError where a later version has left a notice of another kind."""
    return Told.model_validate_json(body) if body.startswith("{") else None
