"""The key store: a database of its own. Law: it holds wrapped keys and days, and nothing that names a person.

Its backups are kept for seven days at most; that is what makes destroying a key final.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, MetaData, String, Table, Text, Uuid, text

from storage.tables import NAMING, Moment

metadata = MetaData(naming_convention=NAMING)

#: One row. `key_id` names the key of the ring that wraps everything here; `check` is a known text sealed with it.
key_installation = Table(
    "key_installation",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("key_id", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

#: A person's key, or a throwaway key: then the moment at which it dies is inside `wrapped`.
data_keys = Table(
    "data_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("throwaway", Boolean, nullable=False),
    Column("day", Date, nullable=False),
    Index("ix_data_keys_day", "day", sqlite_where=text("throwaway = 1"), postgresql_where=text("throwaway")),
    sqlite_with_rowid=False,
)

#: Keys of the whole installation: blind index, dedupe keys, deletion ledger, cookies, tokens, states of OAuth, links.
purpose_keys = Table(
    "purpose_keys",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

#: One key a circle and window, destroyed at publication: tokens made with it cannot be linked afterwards.
window_keys = Table(
    "window_keys",
    metadata,
    Column("id", String(60), primary_key=True),  # "<circle>/<window>", and with "/excerpts" behind it
    Column("wrapped", LargeBinary, nullable=False),
)

#: Running processes and the keys of the ring that each has read; rotation waits for all of them.
processes = Table(
    "processes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Column("key_ids", Text, nullable=False),
)

deletion_ledger = Table(
    "deletion_ledger_copy",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("day", Date, nullable=False),
    Column("kind", String(20), nullable=False),
    sqlite_with_rowid=False,
)

#: Everything that is wrapped by the ring, and so re-wrapped when the ring turns.
WRAPPED = (data_keys, purpose_keys, window_keys)
