"""Passages that were released and wait to be published. Law: only its writer's receipt leads to one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from storage import tables as t
from storage.keystore import KeyStore
from storage.prepared import Prepared, Wire
from storage.vault import Key, place

ADD = Prepared(insert(t.excerpts))
_ONE = Prepared(
    select(t.excerpts.c.circle_id, t.excerpts.c.window, t.excerpts.c.body).where(t.excerpts.c.id == bindparam("row"))
)


def sealed(window_key: bytes, row: UUID, text: str) -> bytes:
    return Key(window_key).seal(text.encode(), _where(row))


def opened(window_key: bytes, row: UUID, body: bytes) -> str:
    """Raises Unopened."""
    return Key(window_key).open(body, _where(row)).decode()


def _where(row: UUID) -> bytes:
    return place("shared", "excerpts", row, "body")


def read(wire: Wire, keys: KeyStore, rows: Sequence[UUID]) -> dict[UUID, str]:
    """Word for word, by id; without those that were published or taken back."""
    found = {row: wire.one(_ONE, row=row) for row in rows}
    if not any(found.values()):
        return {}
    by_cell = {(circle, window): key for circle, window, key in keys.window_keys("excerpts")}
    there = ((row, one, by_cell.get((one[0], one[1]))) for row, one in found.items() if one is not None)
    return {row: opened(key, row, one[2]) for row, one, key in there if key is not None}
