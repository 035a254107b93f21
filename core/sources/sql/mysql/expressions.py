"""How MySQL and MariaDB are asked for a column so that nothing is lost or merged on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from core.sources.sql.columns import Field, Form
from core.sources.sql.wire import Expression, Wire

FORMS = {
    Form.WHOLE: "tinyint smallint mediumint int bigint year bit",
    Form.NUMBER: "float double",
    Form.DAY: "date",
    Form.TEXT: "char varchar tinytext text mediumtext longtext",
    Form.WORDS: "time enum set json uuid inet4 inet6",
    Form.HEX: "binary",
    Form.BYTES: "varbinary tinyblob blob mediumblob longblob",
}
FORM_OF = {word: form for form, words in FORMS.items() for word in words.split()}
MOST_DIGITS = 15


def form_of(base: str, *, precision: int, scale: int, fraction: int) -> Form:
    """Return the form of a column by its declared type.

    >>> form_of("decimal", precision=23, scale=0, fraction=0)
    <Form.DIGITS: 'digits'>
    """
    if base in {"datetime", "timestamp"}:
        return Form.FINE_STAMP if fraction else Form.STAMP
    if base == "decimal":
        if precision <= MOST_DIGITS:
            return Form.NUMBER
        return Form.LONG_DECIMAL if scale else Form.DIGITS
    return FORM_OF.get(base, Form.LEFT_OUT)


def wires(field: Field) -> tuple[Wire, ...]:
    """Return what is selected for a column.

    Days and times come as whole numbers like 20240110: so no driver stumbles over 0000-00-00.
    """
    column = raw(field)
    if field.form is Form.WHOLE:
        return (Wire(_whole(field), pa.uint64() if _is_unsigned(field) else pa.int64()),)
    if field.form is Form.NUMBER:
        is_double = base_of(field.type) == "double"
        return (Wire(column if is_double else double(column), pa.float64()),)
    if field.form in {Form.DAY, Form.STAMP}:
        return (Wire(_plus(column, "0"), pa.int64()),)
    if field.form is Form.FINE_STAMP:
        seconds = sa.func.floor(_plus(column, "0"))
        return (Wire(seconds, pa.int64()), Wire(sa.func.microsecond(column), pa.int64()))
    if field.form is Form.BYTES:
        return (Wire(column, pa.large_binary()),)
    return (Wire(text(field), pa.string()),)


def raw(field: Field) -> Expression:
    """Return the column itself."""
    return sa.column(field.name)


def text(field: Field) -> Expression:
    """Return a column as the text that a load gives."""
    column = raw(field)
    if field.form is Form.HEX:
        return sa.func.lower(sa.func.hex(column))
    if field.form in {Form.TEXT, Form.BYTES}:
        return column
    if field.form is Form.WHOLE:
        return sa.cast(_whole(field), mysql.CHAR)
    return sa.cast(column, mysql.CHAR)


def exact(field: Field) -> Expression:
    """Return a column as the bytes of its text: no collation finds two of them alike."""
    if field.form is Form.BYTES:
        return raw(field)
    return sa.cast(_Utf8(text(field)), mysql.BINARY)


def number(field: Field) -> Expression:
    """Return a column as the number that a load gives."""
    if field.form is Form.WHOLE:
        return _whole(field)
    return raw(field) if field.form is Form.DIGITS else double(raw(field))


def double(expression: Expression) -> Expression:
    """Return a number as a double; MySQL before 8.0.17 cannot cast to it."""
    return _plus(expression, "0e0")


def moment(field: Field) -> Expression:
    """Return a column as a time, missing where it is no day of the calendar."""
    column = raw(field)
    is_real = sa.func.dayofmonth(column).between(
        sa.literal_column("1"), sa.func.dayofmonth(sa.func.last_day(column))
    )
    return sa.case((is_real, column))


def micros(when: Expression) -> Expression:
    """Return microseconds from 1970-01-01."""
    start: Expression = sa.literal_column("'1970-01-01'")
    return sa.func.timestampdiff(sa.literal_column("MICROSECOND"), start, when)


def same_day(when: Expression) -> Expression:
    """Return the day of a time."""
    return sa.func.date(when)


def day_number(when: Expression) -> Expression:
    """Return whole days from 2000-01-01."""
    return sa.func.datediff(when, sa.literal_column("'2000-01-01'"))


def _whole(field: Field) -> Expression:
    return _plus(raw(field), "0") if field.type.startswith("bit") else raw(field)


def _is_unsigned(field: Field) -> bool:
    return "unsigned" in field.type or field.type.startswith("bit")


def _plus(expression: Expression, constant: str) -> Expression:
    return expression.op("+")(sa.literal_column(constant))


class _Utf8(sa.ColumnElement[str]):
    """Text in utf8mb4, whatever character set its column has."""

    inherit_cache = True
    _traverse_internals = [("text", InternalTraversal.dp_clauseelement)]  # noqa: RUF012  SQLAlchemy's

    def __init__(self, text: Expression) -> None:
        self.text = text
        self.type = sa.String()


@compiles(_Utf8)
def _utf8(element: _Utf8, compiler: Any, **options: Any) -> str:
    return f"CONVERT({compiler.process(element.text, **options)} USING utf8mb4)"


class Hexadecimal(sa.types.TypeDecorator[bytes]):
    """Bytes that are written out as 0x...: nothing in them can end the literal."""

    impl = sa.LargeBinary
    cache_ok = True

    def literal_processor(self, dialect: Any) -> Callable[[bytes], str]:
        """Return what writes the literal."""
        return lambda value: f"x'{value.hex()}'"


def base_of(declared: str) -> str:
    """Return the first word of a declared type.

    >>> base_of("decimal(10,2) unsigned")
    'decimal'
    """
    return re.split(r"[^a-z0-9]", declared.casefold(), maxsplit=1)[0]
