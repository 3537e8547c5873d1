"""Everything sealed that is stored, and what opens it: what whoever holds the keys can read, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from conftest import key_rows, rows

from storage import keytables
from storage import tables as t
from storage.store import SqlStore
from storage.vault import Key, Unopened, place


class Where(NamedTuple):
    """To which field of which row a sealed value belongs."""

    table: str
    row: UUID
    field: str


def sealed_values(store: SqlStore) -> dict[bytes, Where]:
    """Every sealed value of people in the main database."""
    values: dict[bytes, Where] = {}
    for table, name, fields in (
        (t.participants, "id", ("ref",)),
        (t.conversations, "participant_id", ("state", "talk")),
        (t.chat_references, "participant_id", ("body",)),
        (t.reflections, "id", ("body",)),
        (t.consents, "id", ("body",)),
        (t.check_ins, "id", ("body",)),
        (t.deliveries, "id", ("payload",)),
        (t.excerpts, "id", ("body",)),
    ):
        for row in rows(store, table):
            values |= {bytes(row[field]): Where(table.name, row[name], field) for field in fields if row[field]}
    return values


def tenants(store: SqlStore) -> list[UUID]:
    return [row["id"] for row in rows(store, t.tenants)]


def keys_at_hand(store: SqlStore) -> list[Key]:
    """Whatever the key store and the keyring still hold."""
    known = [store.keys.data_key(row["id"]) for row in key_rows(store, keytables.data_keys)]
    windows = (Key(raw) for _, _, raw in (*store.keys.window_keys(), *store.keys.window_keys("excerpts")))
    return [*(data.key for data in known if data is not None), *windows, *store.keys.ring.keys]


def openable(store: SqlStore, values: dict[bytes, Where], within: list[UUID]) -> list[str]:
    """The tables of the sealed values that open with any key at hand, in their own place."""
    return [where.table for where, _ in opened_with(keys_at_hand(store), values, within)]


def opened(store: SqlStore) -> list[tuple[Where, str]]:
    """What whoever holds the keys can read by going around the program."""
    return opened_with(keys_at_hand(store), sealed_values(store), tenants(store))


def opened_with(keys: Iterable[Key], values: dict[bytes, Where], within: list[UUID]) -> list[tuple[Where, str]]:
    """What these keys open."""
    keys = list(keys)
    homes: list[str | UUID] = ["shared", *within]
    return [
        (where, clear)
        for sealed, where in values.items()
        for key in keys
        for home in homes
        if (clear := _clear(key, sealed, place(home, *where))) is not None
    ]


def _clear(key: Key, sealed: bytes, where: bytes) -> str | None:
    try:
        return key.open(sealed, where).decode()
    except Unopened:
        return None
