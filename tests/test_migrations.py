"""The schema: what the migrations make is what the tables say, both ways, on both databases; a bad one is refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import Pair, new_databases
from sqlalchemy import select, text

from bot.ports import Refusal
from storage import migrations
from storage.database import Database, database_url
from storage.keyring import Keyring
from storage.migrations import KEYS, MAIN, Line
from storage.store import migrate, open_store

LINES = pytest.mark.parametrize("line", [MAIN, KEYS], ids=["main", "keys"])


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """Two databases without a table."""
    if request.param == "sqlite":
        yield Pair(f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}")
        return
    with new_databases(request.getfixturevalue("postgres"), "bare") as pair:
        yield pair


@pytest.fixture
def database(bare: Pair) -> Iterator[Database]:
    opened = Database(database_url(bare.main))
    yield opened
    opened.close()


def differences(database: Database, line: Line) -> list[Any]:
    with database.engine.begin() as connection:
        options = {"compare_type": True, "version_table": line.version_table}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), line.metadata))


def downgrade(database: Database, line: Line) -> None:
    with database.engine.begin() as connection:
        command.downgrade(migrations.config(line, connection), "base")


@LINES
def test_up_down_and_up_again(database: Database, line: Line) -> None:
    assert differences(database, line) != []
    for _ in range(2):
        migrations.upgrade(database, line)
        assert differences(database, line) == []
        downgrade(database, line)
        with database.engine.begin() as connection:
            assert migrations.version(connection, line) == ""
    migrations.prepare(database, line)
    assert differences(database, line) == []


@LINES
def test_a_new_file_has_the_schema_to_which_the_versions_lead(line: Line, tmp_path: Path) -> None:
    def schema(name: str, make: Callable[[Database, Line], None]) -> list[Any]:
        database = Database(database_url(f"sqlite:///{tmp_path / name}"))
        make(database, line)
        with database.engine.begin() as connection:
            assert migrations.version(connection, line) == line.head
            found = connection.execute(text("SELECT type, name, sql FROM sqlite_master ORDER BY name")).all()
        database.close()
        return [(kind, name, sql and sorted(sql.replace(",", "").split())) for kind, name, sql in found]

    assert schema("new.db", migrations.prepare) == schema("grown.db", migrations.upgrade)


def test_what_was_there_before_workspaces_stays(database: Database) -> None:
    """SQLite would lose every row that points at a table which is made anew."""
    with database.engine.begin() as connection:
        command.upgrade(migrations.config(MAIN, connection), "0001")
        tenant, person = uuid4(), uuid4()
        rows = {
            "tenants": {"id": tenant, "platform": "local", "external": "north", "name": "north",
                        "grid_monday": date(2026, 11, 2), "settings": "{}"},
            "participants": {"id": person, "tenant_id": tenant, "who_index": b"1", "ref": b"2", "key_id": uuid4(),
                             "zone": "UTC", "joined_day": date(2026, 11, 2)},
            "conversations": {"participant_id": person, "revision": 3, "state": b"3"},
        }  # fmt: skip
        for table, values in rows.items():
            connection.execute(MAIN.metadata.tables[table].insert().values(values))
    migrations.upgrade(database, MAIN)
    with database.engine.begin() as connection:
        kept = {name: connection.execute(select(MAIN.metadata.tables[name])).mappings().all() for name in rows}
    assert {name: [{key: row[key] for key in rows[name]} for row in found] for name, found in kept.items()} == {
        name: [values] for name, values in rows.items()
    }
    assert kept["participants"][0]["left_day"] is None
    assert kept["tenants"][0]["gone_day"] is None


@LINES
def test_the_newest_version_is_the_one_that_is_asked_for(database: Database, line: Line) -> None:
    with database.engine.begin() as connection:
        script = ScriptDirectory.from_config(migrations.config(line, connection))
        assert script.get_heads() == [line.head]
    migrations.upgrade(database, line)
    with database.engine.begin() as connection:
        assert migrations.version(connection, line) == line.head


def test_both_are_migrated_by_hand_as_often_as_one_likes(bare: Pair) -> None:
    for _ in range(2):
        migrate(bare.main, bare.keys)
    for url, line in ((bare.main, MAIN), (bare.keys, KEYS)):
        database = Database(database_url(url))
        assert differences(database, line) == []
        database.close()


def test_a_store_fills_empty_databases(bare: Pair, ring: Keyring) -> None:
    store = bare.open(ring)
    assert store.people() == ()
    store.close()


def set_version(pair: Pair, version: str) -> None:
    database = Database(database_url(pair.main))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    database.close()


def test_a_newer_database_is_refused(pair: Pair, ring: Keyring) -> None:
    set_version(pair, "9999")
    try:
        with pytest.raises(Refusal, match="made by a newer Afterword") as refused:
            pair.open(ring)
        assert refused.value.code == "database-ahead"
    finally:
        set_version(pair, MAIN.head)


def test_an_older_postgresql_is_left_to_its_operator(postgres_pair: Pair, ring: Keyring) -> None:
    set_version(postgres_pair, "0000")
    try:
        with pytest.raises(Refusal, match="run afterword migrate") as refused:
            postgres_pair.open(ring)
        assert refused.value.code == "database-behind"
    finally:
        set_version(postgres_pair, MAIN.head)


# Databases that are none ---------------------------------------------------------------------------------------------


def refusal(main: str, keys: str, ring: Keyring) -> Refusal:
    with pytest.raises(Refusal) as refused:
        open_store(main, keys, ring)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return refused.value


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, ring: Keyring) -> None:
    path = tmp_path / "letters.db"
    path.write_text("Dear Mina, " * 200)
    refused = refusal(f"sqlite:///{path}", f"sqlite:///{tmp_path / 'keys.db'}", ring)
    assert "is not an SQLite database" in refused.words
    assert "Mina" not in refused.words


@pytest.mark.skipif(os.name != "posix", reason="file modes are a matter of POSIX systems")
def test_new_files_are_for_their_owner_only(tmp_path: Path, ring: Keyring) -> None:
    store = Pair(f"sqlite:///{tmp_path / 'main.db'}", f"sqlite:///{tmp_path / 'keys.db'}").open(ring)
    store.people()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert {"main.db", "main.db-wal", "keys.db"} <= set(modes)
    assert set(modes.values()) == {0o600}
    store.close()


def test_a_missing_folder_is_refused(tmp_path: Path, ring: Keyring) -> None:
    main, keys = f"sqlite:///{tmp_path / 'main.db'}", f"sqlite:///{tmp_path / 'nowhere' / 'keys.db'}"
    assert "Check that its folder is there" in refusal(main, keys, ring).words


def test_a_server_that_is_not_there_is_refused(tmp_path: Path, ring: Keyring) -> None:
    refused = refusal("postgresql://me:secret@127.0.0.1:1/x", f"sqlite:///{tmp_path / 'keys.db'}", ring)
    assert "No PostgreSQL answers" in refused.words
    assert "secret" not in refused.words


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "afterword.db", ""])
def test_an_address_that_cannot_be_used_is_refused(url: str, tmp_path: Path, ring: Keyring) -> None:
    assert refusal(url, f"sqlite:///{tmp_path / 'keys.db'}", ring).code == "database-url"


def test_keys_and_rows_never_share_a_database(tmp_path: Path, ring: Keyring) -> None:
    url = f"sqlite:///{tmp_path / 'one.db'}"
    assert refusal(url, url, ring).code == "one-database"
