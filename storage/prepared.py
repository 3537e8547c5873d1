"""Statements built once and run on the driver's own cursor.

Why not `Connection.execute`: on one dialogue turn its bookkeeping costs more than the database does. SQLAlchemy still
writes the SQL and converts the values; only the way to the driver is short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Delete, Dialect, Insert, Select, Update

Row = tuple[Any, ...]
Convert = Callable[[Any], Any] | None


class _Plan(NamedTuple):
    sql: str
    positional: bool
    binds: tuple[tuple[str, Convert], ...]
    constants: Mapping[str, Any]
    columns: tuple[Convert, ...]


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
            columns=tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns),
        )


def _inward(type_: Any, dialect: Dialect) -> Convert:
    convert: Convert = type_.dialect_impl(dialect).bind_processor(dialect)
    return convert


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


def _converted(plan: _Plan, row: Sequence[Any]) -> Row:
    return tuple(
        [value if convert is None else convert(value) for value, convert in zip(row, plan.columns, strict=True)]
    )
