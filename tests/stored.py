"""Conversations made by hand and put into a store: for tests that need no engine."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from conftest import LITTLE, who

from bot.conversation import Answer, Consents, Conversation, Reflection, Session
from bot.effects import Effect
from storage.store import SqlStore

ADA, BEN = who("ada"), who("ben")
WROTE = "Mina would not settle and I froze"
KEEPS = Consents(words="keep", version=1, counting="ask", excerpts="ask")
NOTHING = Consents(words="nothing", version=1)


def session(at: datetime, text: str = WROTE, **fields: Any) -> Session:
    fields = {"started": at, "touched": at, "script": "little", "revision": LITTLE.revision} | fields
    return Session(id=uuid4(), answers={"over": Answer(text=text)}, **fields)


def kept(at: datetime, **fields: Any) -> Reflection:
    return Reflection(
        id=uuid4(),
        script="little",
        revision=LITTLE.revision,
        title="A little",
        at=at,
        on=at.date(),
        finished=True,
        answers=(("What stays?", WROTE),),
        **fields,
    )


def load(store: SqlStore, at: datetime, person: Any = ADA) -> Conversation:
    with store.transaction() as turn:
        return turn.load(person, at).conversation


def change(store: SqlStore, at: datetime, *effects: Effect, person: Any = ADA, **fields: Any) -> Conversation:
    """One turn that changes these fields; gives the conversation as it is loaded afterwards."""
    with store.transaction() as turn:
        before = turn.load(person, at).conversation
        turn.save(before, before.model_copy(update=fields), effects, at, person)
    store.after_commit()
    return load(store, at, person)
