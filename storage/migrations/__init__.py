"""The schema of both databases, from the first table on. One environment, two lines of versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.ports import Refusal
from storage import keytables, tables
from storage.database import Database, explained

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent
#: Any number: it keeps two processes from migrating one PostgreSQL database at the same time.
_ADVISORY_LOCK = 7_266_387


@dataclass(frozen=True)
class Line:
    """One line of versions. `head` stands here so that a start need not load Alembic to see that nothing is due."""

    versions: Path
    metadata: MetaData
    version_table: str
    head: str


MAIN = Line(_HERE / "main", tables.metadata, "alembic_version", "0006")
KEYS = Line(_HERE / "keys", keytables.metadata, "alembic_version_keys", "0001")


def config(line: Line, connection: Connection) -> Config:
    from alembic.config import Config  # loaded only when there is something to migrate: it is slow to import

    made = Config()
    made.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    made.set_main_option("version_locations", str(line.versions).replace("%", "%%"))
    made.set_main_option("path_separator", "newline")
    made.attributes.update(connection=connection, metadata=line.metadata, version_table=line.version_table)
    return made


def version(connection: Connection, line: Line) -> str:
    """The version that the database is at; empty where it has no tables of ours."""
    if not inspect(connection).has_table(line.version_table):
        return ""
    row = connection.execute(text(f"SELECT version_num FROM {line.version_table}")).first()
    return row[0] if row else ""


def upgrade(database: Database, line: Line) -> None:
    """To the newest version, in one transaction. Raises Refusal where the database is newer than this program."""
    from alembic import command
    from alembic.util.exc import CommandError

    with _changing(database) as connection:
        if not database.sqlite:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
        try:
            command.upgrade(config(line, connection), "head")
        except CommandError:
            raise _too_new(database) from None


def prepare(database: Database, line: Line) -> None:
    """At start: fills an empty database and brings an SQLite file up to date. An empty file gets its tables without
    Alembic, which takes long to load; a test holds that both ways lead to the same schema.

    A PostgreSQL database that is behind is refused: other processes may be running on it, and only its operator
    knows when they can be stopped.
    """
    with _changing(database) as connection:
        at = version(connection, line)
        if database.sqlite and not inspect(connection).get_table_names():
            at = _fill(connection, line)
    if at == line.head:
        return
    if at and not database.sqlite and at < line.head:
        raise Refusal("database-behind", f"The database {database.where} is behind: run afterword migrate.")
    upgrade(database, line)


def _fill(connection: Connection, line: Line) -> str:
    line.metadata.create_all(connection)
    versions = Table(
        line.version_table,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{line.version_table}_pkc"),
    )
    versions.create(connection)
    connection.execute(versions.insert().values(version_num=line.head))
    return line.head


@contextmanager
def _changing(database: Database) -> Iterator[Connection]:
    try:
        with database.engine.begin() as connection:
            yield connection
    except (DBAPIError, sqlite3.Error, psycopg.Error) as error:
        raise explained(error, database.where) from None


def _too_new(database: Database) -> Refusal:
    return Refusal(
        "database-ahead",
        f"The database {database.where} was made by a newer Afterword. Install that version, or name another database.",
    )
