"""Everything that is stored, as bytes, and the forms in which a word could stand in it."""

from __future__ import annotations

import base64
import traceback
from collections.abc import Iterator
from pathlib import Path

import psycopg
from conftest import Pair

SHORTEST = 8


def forms(word: str) -> tuple[bytes, ...]:
    """The word in clear, as UTF-16, in hex, and inside base64 wherever it may begin there."""
    raw = word.encode()
    return (raw, word.encode("utf-16-le"), word.encode("utf-16-be"), raw.hex().encode(), *_in_base64(raw))


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """Three digits in four letters: what does not depend on the neighbours, for each of the three beginnings."""
    for before in range(3):
        whole = (before + len(raw)) // 3 * 3 - before
        letters = base64.b64encode(bytes(before) + raw[:whole])
        yield letters[4 if before else 0 :]


def found(word: str, places: dict[str, bytes]) -> list[str]:
    """The names of the places that hold the word in any form."""
    assert len(word) >= SHORTEST
    looked_for = forms(word)
    return [name for name, held in places.items() if any(form in held for form in looked_for)]


def stored(pair: Pair, folder: Path) -> dict[str, bytes]:
    """Every file of an installation in `folder` (databases, logs of writes, key file), or every row on PostgreSQL."""
    places = {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    for url in (pair.main, pair.keys):
        if url.startswith("postgresql"):
            places |= _rows(url) | _files(url)
    return places


def _rows(url: str) -> dict[str, bytes]:
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            f"table {name}": repr(connection.execute(f"SELECT t::text FROM {name} t").fetchall()).encode()
            for (name,) in tables
        }


def _files(url: str) -> dict[str, bytes]:
    """The server's own files of that database, its write-ahead log and its messages, where they can be read."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    home = Path(row[0])
    paths = (*home.glob(f"base/{row[1]}/*"), *home.glob("pg_wal/*"), *home.glob("log*"))
    return {str(path.relative_to(home)): path.read_bytes() for path in paths if path.is_file()}


def said(error: BaseException) -> str:
    """All that anybody could print of an error, the errors behind it included."""
    behind: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and one not in behind:
            behind.append(one)
            waiting += [one.__cause__, one.__context__]
    rendered = [text for one in behind for text in (str(one), repr(one), *map(str, one.args))]
    return "\n".join((*rendered, *traceback.format_exception(error)))
