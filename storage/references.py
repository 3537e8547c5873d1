"""Where a person's chat is on the platform. Law: it names a person there, so it is sealed under their own key."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from bot.events import Who
from storage import tables as t
from storage.database import Database, insisted
from storage.keystore import KeyStore
from storage.place import Place, find, look, person_key
from storage.prepared import Prepared, Wire
from storage.vault import Unopened

_READ = Prepared(select(t.chat_references.c.body).where(t.chat_references.c.participant_id == bindparam("person")))
_ADD = Prepared(insert(t.chat_references))
_CHANGE = Prepared(
    update(t.chat_references)
    .where(t.chat_references.c.participant_id == bindparam("person"))
    .values(body=bindparam("new_body"))
)


class SqlReferences:
    """`References` over the store's databases."""

    def __init__(self, database: Database, keys: KeyStore) -> None:
        self._database = database
        self._keys = keys

    def find(self, who: Who) -> str:
        with self._database.reading() as wire:
            found = look(wire, self._keys, who)
            return "" if found is None else self._read(wire, found)

    def save(self, who: Who, reference: str) -> None:
        if self.find(who) != reference:  # mostly it is what it was, and nobody has to wait for the writer
            insisted(lambda: self._save(who, reference))

    def _save(self, who: Who, reference: str) -> None:
        with self._database.transaction() as wire:
            found = find(wire, self._keys, who)
            if found is None or found.left_day is not None:
                return
            body = person_key(self._keys, found).seal(reference.encode(), _where(found))
            if not wire.run(_CHANGE, person=found.person, new_body=body):
                wire.run(_ADD, participant_id=found.person, body=body)

    def _read(self, wire: Wire, found: Place) -> str:
        row = wire.one(_READ, person=found.person)
        if row is None:
            return ""
        try:
            return person_key(self._keys, found).open(row[0], _where(found)).decode()
        except Unopened:
            return ""  # what does not open is not known; the adapter asks the platform again


def _where(found: Place) -> bytes:
    return found.where("chat_references", found.person, "body")
