"""Very many people who are asked at the same minute, written straight into a store: arranging it would take an hour.

What is written is what a turn writes: their key, a sealed state with the rule, and the occurrence that waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert

from bot.conversation import CheckIn, Consents, Conversation, Memory
from bot.events import Who
from storage import tables as t
from storage.keystore import DataKey
from storage.notices import waiting
from storage.place import NO_CONSENTS, tenant, who_index, written
from storage.prepared import Prepared
from storage.store import SqlStore
from storage.vault import place

ZONE = "America/New_York"
_CHUNK = 1000
_PERSON, _STATE, _OCCURRENCE = (Prepared(insert(table)) for table in (t.participants, t.conversations, t.check_ins))
_NOTHING = (
    "circle_id", "next_circle_id", "next_circle_from", "team_id", "member_since", "supervises_since", "left_day",
    "leads_since", "installed_day", "unreached_day", "supervised_until",
)  # fmt: skip


def weekly(due: datetime, script: str = "quick-visit") -> CheckIn:
    """Every week at that moment."""
    day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[due.weekday()]
    rule = f"FREQ=WEEKLY;BYDAY={day}"
    return CheckIn(id=uuid4(), kind="weekly", script=script, rule=rule, start=due.replace(tzinfo=None))


def people(count: int, name: str = "north") -> Iterator[Who]:
    return (Who(platform="local", tenant=name, user=f"p{number}") for number in range(count))


def crowd(store: SqlStore, count: int, due_local: datetime, due: datetime, at: datetime, name: str = "north") -> None:
    """`due_local`: the moment on their wall clocks, which is `due`."""
    everybody = list(people(count, name))
    for start in range(0, count, _CHUNK):
        some = everybody[start : start + _CHUNK]
        keys = store.keys.make_data_keys(len(some), at)
        with store.database.transaction() as wire:
            home = tenant(wire, "local", name, at.date())
            rows = [_one(store, home, who, key, due_local, due, at) for who, key in zip(some, keys, strict=True)]
            for number, statement in enumerate((_PERSON, _STATE, _OCCURRENCE)):
                wire.run_many(statement, [row[number] for row in rows])


def _one(
    store: SqlStore, home: UUID, who: Who, key: DataKey, due_local: datetime, due: datetime, at: datetime
) -> tuple[dict[str, object], ...]:
    person, asked = uuid4(), weekly(due_local)
    memory = Memory(check_ins=(asked,))
    state = written(Conversation(id=person, consents=Consents(words="keep", version=1), memory=memory), NO_CONSENTS)
    participant = {
        "id": person,
        "tenant_id": home,
        "who_index": who_index(store.keys, who),
        "ref": key.key.seal(who.user.encode(), place(home, "participants", person, "ref")),
        "key_id": key.id,
        "zone": ZONE,
        "joined_day": at.date(),
        **dict.fromkeys(_NOTHING),
    }
    sealed = key.key.seal(state, place(home, "conversations", person, "state"))
    conversation = {"participant_id": person, "revision": 0, "state": sealed}
    conversation |= dict.fromkeys(("talk", "talk_key_id", "idle_day"))
    body = key.key.seal(b"", place(home, "check_ins", asked.id, "body"))
    return participant, conversation, waiting(asked.id, person, due, body)
