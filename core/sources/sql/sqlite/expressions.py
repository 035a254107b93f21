"""How SQLite is asked for a column whose cells may be of any type."""

from __future__ import annotations

import sqlalchemy as sa

from core.sources.base import MOST_EXACT
from core.sources.sql.columns import Field, Form
from core.sources.sql.wire import Expression, Wire

NUMBERS = ("integer", "real")


def form_of(declared: str) -> Form:
    """Return the form of a column by its declared type; SQLite's own rules, and days and times by name.

    >>> form_of("VARCHAR(9)"), form_of("DATETIME")
    (<Form.TEXT: 'text'>, <Form.STAMP: 'time'>)
    """
    word = declared.casefold()
    if "int" in word or "bool" in word:
        return Form.WHOLE
    if any(part in word for part in ("char", "clob", "text", "enum", "json", "uuid")) or word == "time":
        return Form.TEXT
    if "blob" in word or "binary" in word:
        return Form.BYTES
    if "datetime" in word or "timestamp" in word:
        return Form.STAMP
    if "date" in word:
        return Form.DAY
    if any(part in word for part in ("real", "floa", "doub", "num", "dec")):
        return Form.NUMBER
    return Form.ANY


def wires(field: Field) -> tuple[Wire, ...]:
    """Return the column itself: its cells say of which type they are."""
    return (Wire(sa.column(field.name), None),)


def number(field: Field) -> Expression:
    """Return a column as a number, missing where a cell is none."""
    column: Expression = sa.column(field.name)
    return sa.case((sa.func.typeof(column).in_(NUMBERS), column))


def moment(field: Field) -> Expression:
    """Return a column as text like 2024-01-10 08:30:00.000, missing where a cell is no day of the calendar.

    SQLite itself reads 2024-02-31 as the second of March.
    """
    column: Expression = sa.column(field.name)
    day = sa.func.substr(column, 1, 10)
    is_real = sa.and_(sa.func.typeof(column) == "text", sa.func.date(day, "+0 days") == day)
    return sa.case((is_real, sa.func.strftime("%Y-%m-%d %H:%M:%f", column)))


def exact(field: Field) -> Expression:
    """Return a column as the bytes of its text; 7.0 is 7."""
    column: Expression = sa.column(field.name)
    whole = sa.cast(column, sa.BigInteger())
    is_whole = sa.and_(sa.func.typeof(column) == "real", column == whole, sa.func.abs(column) < MOST_EXACT)
    text = sa.case((is_whole, sa.cast(whole, sa.Text())), else_=column)
    return sa.cast(text, sa.LargeBinary())


def double(expression: Expression) -> Expression:
    """Return a number as a double."""
    return sa.cast(expression, sa.Double())


def same_day(when: Expression) -> Expression:
    """Return the day of a time."""
    return sa.func.substr(when, 1, 10)


def day_number(when: Expression) -> Expression:
    """Return whole days from 2000-01-01."""
    days = sa.func.julianday(sa.func.substr(when, 1, 10)) - sa.func.julianday("2000-01-01")
    return sa.cast(days, sa.Integer())


def micros(when: Expression) -> Expression:
    """Return microseconds from 1970-01-01; SQLite keeps thousandths of a second."""
    seconds = sa.cast(sa.func.strftime("%s", when), sa.BigInteger())
    return seconds * 1_000_000 + sa.cast(sa.func.substr(when, 21, 3), sa.Integer()) * 1_000
