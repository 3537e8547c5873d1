"""Erasing a person. Law: the rows go in one commit, the key after it, and a restored backup brings nobody back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update

from bot.conversation import Reflection
from bot.events import Who
from storage import tables as t
from storage.counting import count_in, take_back
from storage.database import Database
from storage.keystore import DataKey, KeyStore
from storage.ledger import ERASED, TAKEN_BACK, Entry, note
from storage.place import Place, arrive, find, read_reflections
from storage.prepared import Prepared, Row, Wire
from storage.vault import Key, Unopened

_RECEIPT = Prepared(delete(t.contributions).where(t.contributions.c.id == bindparam("receipt")))
_DROP = Prepared(delete(t.participants).where(t.participants.c.id == bindparam("person")))
#: What others decided: who is in a team is the program's list, and a gap in it would tell who erased.
_ROLES = Prepared(
    select(t.memberships.c.team_id, t.memberships.c.role, t.memberships.c.since).where(
        t.memberships.c.participant_id == bindparam("person")
    )
)
_ADD_ROLE = Prepared(insert(t.memberships), unless_there=True)
#: Those who were looked at see it for as long as any other look.
_LOOKS = Prepared(select(t.looks.c.circle_id, t.looks.c.day).where(t.looks.c.participant_id == bindparam("person")))
_ADD_LOOK = Prepared(insert(t.looks), unless_there=True)
_STANDS = Prepared(
    update(t.participants)
    .where(t.participants.c.id == bindparam("person"))
    .values(leads_since=bindparam("leads"), installed_day=bindparam("installed"), supervised_until=bindparam("until"))
)
#: Everybody knows that they supervised; who comes back as somebody else does not count at once.
_SUPERVISED = Prepared(select(t.participants.c.supervised_until).where(t.participants.c.id == bindparam("person")))
_KEYS_OF = Prepared(
    select(t.participants.c.key_id, t.conversations.c.talk_key_id)
    .select_from(t.participants.join(t.conversations))
    .where(t.participants.c.id == bindparam("person"))
)


def erase(main: Database, keys: KeyStore, who: Who, at: datetime, *, stays: bool = False) -> bool:
    """False where nobody of that name is known. The files still need a checkpoint afterwards.

    `stays`: they are in their teams as before, as somebody who has never said a word; at whose page they looked can be
    seen there as before.
    """
    day = at.astimezone(UTC).date()
    (fresh,) = keys.make_data_keys(1, at) if stays else (None,)
    with main.transaction() as wire:
        found = find(wire, keys, who)
        if found is None:
            return False
        roles = wire.all(_ROLES, person=found.person)
        looks = wire.all(_LOOKS, person=found.person)
        supervised = wire.one(_SUPERVISED, person=found.person)
        entries, gone = erased(wire, keys, found, day)
        if fresh is not None and (roles or found.leads_since or found.installed_day):
            entries += _stay(wire, keys, who, found, roles, looks, fresh, day, supervised[0] if supervised else None)
        elif fresh is not None:
            gone.append(fresh.id)
    forget(keys, entries, gone)
    return True


def _stay(
    wire: Wire,
    keys: KeyStore,
    who: Who,
    before: Place,
    roles: Sequence[Row],
    looks: Sequence[Row],
    key: DataKey,
    day: date,
    supervised: date | None,
) -> list[Entry]:
    arrive(wire, keys, who, key, day, zone=before.zone)
    found = find(wire, keys, who)
    assert found is not None
    for team, role, since in roles:
        wire.run(_ADD_ROLE, participant_id=found.person, team_id=team, role=role, since=since)
    wire.run_many(_ADD_LOOK, [{"circle_id": at, "participant_id": found.person, "day": on} for at, on in looks])
    wire.run(_STANDS, person=found.person, leads=before.leads_since, installed=before.installed_day, until=supervised)
    noted: list[Entry] = []
    count_in(wire, keys, found.person, day, noted)
    return noted


def erased(wire: Wire, keys: KeyStore, found: Place, day: date) -> tuple[list[Entry], list[UUID]]:
    """Deletes everything of a person, inside a transaction; `forget` must follow once that is committed."""
    taken: set[UUID] = set()
    with suppress(Unopened):  # a damaged key must not keep anybody from leaving
        data_key = keys.data_key(found.key_id)
        if data_key is not None:
            taken = _take_back(wire, keys, found, data_key.key)
    entries = [note(wire, keys, found.person, day, ERASED)]
    entries += [note(wire, keys, contribution, day, TAKEN_BACK) for contribution in taken]
    return entries, drop(wire, found.person)


def forget(keys: KeyStore, entries: Sequence[Entry], gone: Iterable[UUID]) -> None:
    keys.note_deletions(entries)
    keys.destroy(gone)


def _take_back(wire: Wire, keys: KeyStore, found: Place, key: Key) -> set[UUID]:
    """Contributions whose window is not published: by receipt, and by token where the receipt has gone already."""
    receipts = {reflection.receipt for reflection in _readable(wire, found, key) if reflection.receipt is not None}
    for receipt in receipts:
        wire.run(_RECEIPT, receipt=receipt)
    return receipts | set(take_back(wire, keys, key))


def _readable(wire: Wire, found: Place, key: Key) -> Iterable[Reflection]:
    try:
        return [reflection for reflection, _ in read_reflections(wire, found, key)]
    except Unopened:
        return ()  # damaged bytes must not keep anybody from leaving; the tokens find the contributions too


def drop(wire: Wire, person: UUID) -> list[UUID]:
    """Deletes the person; all their rows follow by foreign key. Gives the keys to destroy."""
    row = wire.one(_KEYS_OF, person=person)
    wire.run(_DROP, person=person)
    return [] if row is None else [key for key in row if key is not None]
