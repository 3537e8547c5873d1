"""Statements built once and run on the driver's own cursor.

Why not `Connection.execute`: on one dialogue turn its bookkeeping costs more than the database does. SQLAlchemy still
writes the SQL and converts the values; only the way to the driver is short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Delete, Dialect, Insert, Select, Update, Uuid

from storage.tables import Moment

Row = tuple[Any, ...]
Convert = Callable[[Any], Any] | None


class _Plan(NamedTuple):
    sql: str
    positional: bool
    binds: tuple[tuple[str, Convert], ...]
    constants: Mapping[str, Any]
    columns: tuple[tuple[int, Callable[[Any], Any]], ...]  # only those that the driver does not give as they are


class Prepared:
    """A Core statement, compiled once a dialect. `unless_there`: an insert that skips rows which exist already."""

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, *, unless_there: bool = False) -> None:
        self._statement = statement
        self._suffix = " ON CONFLICT DO NOTHING" if unless_there else ""
        self._plans: dict[str, _Plan] = {}

    def plan(self, dialect: Dialect) -> _Plan:
        return self._plans.get(dialect.name) or self._plans.setdefault(dialect.name, self._compiled(dialect))

    def _compiled(self, dialect: Dialect) -> _Plan:
        compiled: Any = self._statement.compile(dialect=dialect)
        names = compiled.positiontup or tuple(compiled.binds)
        columns = self._statement.selected_columns if isinstance(self._statement, Select) else ()
        return _Plan(
            sql=str(compiled) + self._suffix,
            positional=bool(compiled.positional),
            binds=tuple((name, _inward(compiled.binds[name].type, dialect)) for name in names),
            constants={name: bind.value for name, bind in compiled.binds.items() if not bind.required},
            columns=tuple(
                (at, convert) for at, column in enumerate(columns) if (convert := _outward(column.type, dialect))
            ),
        )


def _inward(type_: Any, dialect: Dialect) -> Convert:
    if isinstance(type_, Moment) and dialect.name == "sqlite":
        return _written
    convert: Convert = type_.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _written(moment: datetime | None) -> str | None:
    """As SQLAlchemy writes it, in a sixth of the time. Raises ValueError for a moment without a zone."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _outward(type_: Any, dialect: Dialect) -> Convert:
    convert: Convert = type_.dialect_impl(dialect).result_processor(dialect, None)
    return _uuid if convert is not None and isinstance(type_, Uuid) else convert


@lru_cache(maxsize=16384)
def _uuid(text: str | None) -> UUID | None:
    """SQLite keeps ids as text; the same few come back in every turn, and making a UUID is slow."""
    return None if text is None else UUID(text)


class Wire:
    """One driver connection inside a transaction: sqlite3's or psycopg's, which both have `execute`."""

    __slots__ = ("_dialect", "driver")

    def __init__(self, driver: Any, dialect: Dialect) -> None:
        self.driver = driver
        self._dialect = dialect

    @property
    def sqlite(self) -> bool:
        return self._dialect.name == "sqlite"

    def run(self, prepared: Prepared, **values: Any) -> int:
        """The number of rows that changed."""
        plan = prepared.plan(self._dialect)
        changed: int = self.driver.execute(plan.sql, _arguments(plan, values)).rowcount
        return changed

    def run_many(self, prepared: Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            plan = prepared.plan(self._dialect)
            self.driver.cursor().executemany(plan.sql, [_arguments(plan, row) for row in rows])

    def one(self, prepared: Prepared, **values: Any) -> Row | None:
        plan = prepared.plan(self._dialect)
        row = self.driver.execute(plan.sql, _arguments(plan, values)).fetchone()
        return None if row is None else _converted(plan, row)

    def all(self, prepared: Prepared, **values: Any) -> list[Row]:
        plan = prepared.plan(self._dialect)
        rows = self.driver.execute(plan.sql, _arguments(plan, values)).fetchall()
        return [_converted(plan, row) for row in rows]

    def bare(self, prepared: Prepared, **values: Any) -> Iterator[Row]:
        """Rows of text, numbers and bytes as the driver gives them, for very many."""
        plan = prepared.plan(self._dialect)
        return iter(self.driver.execute(plan.sql, _arguments(plan, values)))

    def ids(self, prepared: Prepared, **values: Any) -> set[str]:
        """A column of ids in hex, for very many: making a UUID of each is slow."""
        plan = prepared.plan(self._dialect)
        rows = self.driver.execute(plan.sql, _arguments(plan, values)).fetchall()
        return {found if isinstance(found, str) else found.hex for (found,) in rows}

    def say(self, sql: str) -> Row | None:
        """A command of the database's own (a savepoint, a pragma)."""
        cursor = self.driver.execute(sql)
        return cursor.fetchone() if cursor.description else None


def _arguments(plan: _Plan, values: Mapping[str, Any]) -> Any:
    if plan.constants:
        values = {**plan.constants, **values}
    if plan.positional:
        return [values[name] if convert is None else convert(values[name]) for name, convert in plan.binds]
    return {name: values[name] if convert is None else convert(values[name]) for name, convert in plan.binds}


def _converted(plan: _Plan, row: Row) -> Row:
    values = list(row)
    for at, convert in plan.columns:
        values[at] = convert(values[at])
    return tuple(values)
