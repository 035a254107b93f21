"""What a condition on a column means in SQL: exact texts, numbers as numbers, days as ISO text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.sources.condition_values import COMPARED, DAY_LENGTH, is_day, text_of, time_of
from core.sources.selection import Condition, Test, Value
from core.sources.sql.columns import Field, Form, Table
from core.sources.sql.family import Family
from core.sources.sql.wire import Expression

COMPARE: dict[Test, Callable[[Expression, Expression], Expression]] = {
    **COMPARED,
    Test.IS_NOT: lambda cell, value: sa.or_(cell.is_(None), cell != value),
}


def field_of(table: Table, name: str) -> Field:
    """Return a column that can be read; raises ColumnNotFound, WrongKind."""
    for field in table.fields:
        if field.name == name:
            if field.form is Form.LEFT_OUT:
                raise WrongKind(
                    f"The column '{name}' of '{table.name}' is of type '{field.type}', which cannot be read.",
                    hint="Leave it out.",
                )
            return field
    raise ColumnNotFound.of(name, [field.name for field in table.readable], where=f"table '{table.name}'")


def where(family: Family, table: Table, rows: Sequence[Condition]) -> list[Expression]:
    """Return the conditions as expressions; raises ColumnNotFound, WrongKind, InvalidChoice."""
    return [_meaning(family, field_of(table, condition.column), condition) for condition in rows]


def _meaning(family: Family, field: Field, condition: Condition) -> Expression:
    if condition.test in {Test.MISSING, Test.PRESENT}:
        cell = family.there(field)
        return cell.is_(None) if condition.test is Test.MISSING else cell.is_not(None)
    if condition.test is Test.ONE_OF:
        found = [_compared(family, field, Test.IS, value) for value in condition.values]
        return sa.or_(sa.false(), *found)
    if condition.value is None:
        raise InvalidChoice(
            f"The condition '{field.name} {condition.test}' needs a value.",
            hint="Give one, or say 'missing'.",
        )
    return _compared(family, field, condition.test, condition.value)


def _compared(family: Family, field: Field, test: Test, value: Value) -> Expression:
    compare = COMPARE[test]
    if field.is_time:
        iso = _time(field, value)
        cell = family.moment(field)
        return compare(family.same_day(cell) if len(iso) == DAY_LENGTH else cell, family.time_value(iso))
    if field.is_number:
        return compare(family.number(field), _number(field, value))
    return compare(family.bytes(field), family.text_value(text_of(value)))


def _number(field: Field, value: Value) -> Expression:
    """Return a number as the statement says it: whole numbers in all their digits."""
    try:
        exact = Decimal(str(value).strip()) if not isinstance(value, bool) else Decimal(int(value))
    except InvalidOperation:
        exact = Decimal("nan")
    if not exact.is_finite() or not math.isfinite(float(exact)):
        raise InvalidChoice(
            f"'{field.name}' holds numbers and cannot be compared with '{text_of(value)[:40]}'.",
            hint="Give a number.",
        )
    if exact == exact.to_integral_value():
        return sa.literal(int(exact), sa.BigInteger() if abs(exact) < 2**63 else _Whole())
    return sa.literal(float(exact), sa.Double())


def _time(field: Field, value: Value) -> str:
    """Return a day as 2024-01-10 and a time as 2024-01-10 08:30:00.000000; one with an offset in UTC."""
    try:
        when = time_of(str(value))
    except (ValueError, OverflowError):
        raise InvalidChoice(
            f"'{field.name}' holds days and cannot be compared with '{str(value).strip()[:40]}'.",
            hint="Write a day like 2024-01-31.",
        ) from None
    return when.date().isoformat() if is_day(value) else when.isoformat(sep=" ", timespec="microseconds")


class _Whole(sa.types.TypeDecorator[int]):
    """A whole number of more than 64 bits."""

    impl = sa.Numeric
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Any) -> Any:
        """Return it as the driver takes it."""
        return None if value is None else Decimal(value)

    def process_literal_param(self, value: int | None, dialect: Any) -> str:
        """Return its digits."""
        return str(value)
