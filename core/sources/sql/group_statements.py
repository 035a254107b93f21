"""The statements of a grouping: one for counts and sums, one for each last value.

MySQL finds the last values with the sums, in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from core.sources.sql.columns import Field, Form
from core.sources.sql.family import Family
from core.sources.sql.mysql.packed import packed
from core.sources.sql.wire import Expression, Wire

PACKED = "packed_"
FIRST_DAY = date(2000, 1, 1)
WHOLE = frozenset({Form.WHOLE, Form.FLAG})
DECIMAL = frozenset({Form.NUMBER, Form.LONG_DECIMAL})


@dataclass(frozen=True)
class Part:
    """A statement, and under which names and types its columns come."""

    statement: Any
    fields: tuple[Field, ...]
    wires: tuple[tuple[Wire, ...], ...]


@dataclass
class _Columns:
    """Columns that are collected for one statement."""

    fields: list[Field] = field(default_factory=list)
    wires: list[tuple[Wire, ...]] = field(default_factory=list)

    def add(self, name: str, expression: Expression, kind: Any, form: Form = Form.NUMBER) -> None:
        self.fields.append(Field(name, "", form))
        self.wires.append((Wire(expression, kind),))

    def labelled(self) -> list[Any]:
        flat = [wire.expression for several in self.wires for wire in several]
        return [each.label(f"w{n}") for n, each in enumerate(flat)]

    def part(self, statement: Any) -> Part:
        return Part(statement, tuple(self.fields), tuple(self.wires))


@dataclass(frozen=True)
class Groupable:
    """A grouping whose columns are known."""

    family: Family
    place: sa.TableClause
    key: Field
    time: Field | None
    as_of: date | None
    counts: tuple[Field, ...]
    sums: tuple[Field, ...]
    trends: tuple[Field, ...]
    lasts: tuple[Field, ...]
    conditions: tuple[Expression, ...]

    def parts(self) -> list[Part]:
        """Return the statements, the one with the keys first."""
        return [self._sums(), *([] if self.has_packed else map(self._last, self.lasts))]

    @property
    def has_packed(self) -> bool:
        """Whether the last values come with the sums, packed."""
        return bool(self.family.dialect.name == "mysql")

    def left_out(self) -> Any:
        """Return the statement that counts undated and later rows; None without an as-of date."""
        if self.as_of is None:
            return None
        rows = self._rows()
        undated = sa.case((rows.c.t.is_(None), 1), else_=0)
        later = sa.case((self.family.day_number(rows.c.t) > self._last_day, 1), else_=0)
        return sa.select(sa.func.sum(undated), sa.func.sum(later)).select_from(rows)

    @property
    def key_type(self) -> Any:
        """The Arrow type that keys come in."""
        if not self.family.is_typed and not self.key.is_time:
            return pa.large_binary()
        return type_of(self.key, is_key=True)

    @property
    def _last_day(self) -> int:
        return (self.as_of - FIRST_DAY).days if self.as_of else 0

    def _rows(self, **values: Expression) -> sa.Subquery:
        """Return the rows that meet the conditions: key ``k``, time ``t`` and these values."""
        selected = [value_of(self.family, self.key, is_key=True).label("k")]
        if self.time is not None:
            selected.append(self.family.moment(self.time).label("t"))
        selected += [value.label(name) for name, value in values.items()]
        return sa.select(*selected).select_from(self.place).where(*self.conditions).subquery("r")

    def _in_time(self, rows: sa.Subquery) -> list[Expression]:
        """Return the condition that leaves out undated and later rows."""
        return [self.family.day_number(rows.c.t) <= self._last_day] if self.as_of is not None else []

    def _sums(self) -> Part:
        values = {f"c{i}": self.family.there(each) for i, each in enumerate(self.counts)}
        values |= {f"s{i}": self._double(each) for i, each in enumerate(self.sums)}
        values |= {f"y{i}": self._double(each) for i, each in enumerate(self.trends)}
        if self.has_packed:
            values |= {f"l{i}": value_of(self.family, each) for i, each in enumerate(self.lasts)}
        rows = self._rows(**values)
        columns = _Columns()
        columns.add("key", rows.c.k, self.key_type, _form_of(self.key_type))
        columns.add("n_rows", sa.func.count(), pa.int64())
        if self.time is not None:
            columns.add("last_time", self.family.micros(sa.func.max(rows.c.t)), pa.int64())
        for i in range(len(self.counts)):
            columns.add(f"count_{i}", sa.func.count(rows.c[f"c{i}"]), pa.int64())
        for i in range(len(self.sums)):
            columns.add(f"sum_n_{i}", sa.func.count(rows.c[f"s{i}"]), pa.int64())
            columns.add(f"sum_{i}", self._total(rows.c[f"s{i}"]), pa.float64())
        for i in range(len(self.trends)):
            self._add_trend(columns, i, rows)
        for i, each in enumerate(self.lasts if self.has_packed else ()):
            last = packed(rows.c.t, rows.c[f"l{i}"], type_of(each))
            columns.add(f"{PACKED}{i}", sa.func.max(last), pa.large_binary())
        statement = _large(sa.select(*columns.labelled())).select_from(rows)
        return columns.part(statement.where(*self._in_time(rows)).group_by(rows.c.k))

    def _add_trend(self, columns: _Columns, i: int, rows: sa.Subquery) -> None:
        value, day = rows.c[f"y{i}"], self.family.day_number(rows.c.t)
        x = self.family.double(sa.case((value.is_not(None), day)))
        y = sa.case((rows.c.t.is_not(None), value))
        columns.add(f"trend_n_{i}", sa.func.count(x), pa.int64())
        columns.add(f"trend_x_{i}", self._total(x), pa.float64())
        columns.add(f"trend_xx_{i}", self._total(x * x), pa.float64())
        columns.add(f"trend_y_{i}", self._total(y), pa.float64())
        columns.add(f"trend_xy_{i}", self._total(x * y), pa.float64())

    def _double(self, field: Field) -> Expression:
        return self.family.double(self.family.number(field))

    def _total(self, expression: Expression) -> Expression:
        """Return a sum, 0 of nothing."""
        return self.family.double(sa.func.coalesce(sa.func.sum(expression), 0))

    def _last(self, field: Field) -> Part:
        """Return the statement for the largest value at the latest time of each key."""
        rows = self._rows(v=value_of(self.family, field))
        counted = [*self._in_time(rows), rows.c.t.is_not(None), rows.c.v.is_not(None)]
        latest = _large(sa.select(rows.c.k, sa.func.max(rows.c.t).label("t"))).select_from(rows)
        found = latest.where(*counted).group_by(rows.c.k).subquery("latest")
        again = rows.alias("again")
        columns = _Columns()
        columns.add("key", found.c.k, self.key_type, _form_of(self.key_type))
        columns.add("value", self.family.largest(again.c.v), type_of(field), _form_of(type_of(field)))
        columns.add("time", self.family.micros(found.c.t), pa.int64())
        same = sa.and_(again.c.k.is_not_distinct_from(found.c.k), again.c.t == found.c.t)
        statement = _large(sa.select(*columns.labelled())).select_from(again.join(found, same))
        return columns.part(statement.where(again.c.v.is_not(None)).group_by(found.c.k, found.c.t))


def _large(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Return a grouping that MySQL sorts: with many keys its tables in memory are far slower."""
    return statement.prefix_with("SQL_BIG_RESULT", dialect="mysql")


def value_of(family: Family, field: Field, *, is_key: bool = False) -> Expression:
    """Return a column by whose values rows are told apart: numbers, microseconds, or exact bytes."""
    if field.is_time:
        return family.micros(family.moment(field))
    if is_key and not family.is_typed:
        return family.bytes(field)
    if field.form in WHOLE:
        return family.number(field)
    if field.form in DECIMAL or (field.form is Form.FREE_DECIMAL and not is_key):
        return family.double(family.number(field))
    return family.bytes(field)


def type_of(field: Field, *, is_key: bool = False) -> Any:
    """Return the Arrow type that ``value_of`` comes in."""
    if field.is_time:
        return pa.int64()
    if field.form in WHOLE:
        return pa.decimal128(20, 0)
    if field.form in DECIMAL or (field.form is Form.FREE_DECIMAL and not is_key):
        return pa.float64()
    return pa.large_binary()


def _form_of(kind: Any) -> Form:
    """Return how values of an Arrow type are finished."""
    return Form.BYTES if kind == pa.large_binary() else Form.NUMBER
