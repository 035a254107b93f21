"""How PostgreSQL is asked for a column so that nothing is lost or merged on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.sources.sql.columns import Field, Form
from core.sources.sql.wire import Expression, Wire

FORMS = {
    Form.WHOLE: "int2 int4 int8 oid",
    Form.FLAG: "bool",
    Form.NUMBER: "float4 float8",
    Form.LONG_DECIMAL: "money",
    Form.INSTANT: "date timestamp timestamptz",
    Form.TEXT: "text varchar bpchar name char citext",
    Form.WORDS: "time timetz interval uuid json jsonb jsonpath xml inet cidr macaddr macaddr8 bit varbit "
    "tsvector tsquery hstore ltree point line lseg box path polygon circle pg_lsn",
    Form.BYTES: "bytea",
}
FORM_OF = {word: form for form, words in FORMS.items() for word in words.split()}
MOST_DIGITS = 15
NO_TEXT_CODING = "SQL_ASCII"
"""A database of this encoding does not know what its texts mean: they are bytes."""
STRANGE = ("NaN", "Infinity", "-Infinity")
FIRST = "TIMESTAMPTZ '0001-01-01 00:00:00+00'"
BEYOND = "TIMESTAMPTZ '10000-01-01 00:00:00+00'"


def form_of(base: str, *, kind: str, category: str, modifier: int, encoding: str) -> Form:
    """Return the form of a column by its type in the catalogue, and by the database's encoding.

    >>> form_of("numeric", kind="b", category="N", modifier=(23 << 16) + 4, encoding="UTF8")
    <Form.DIGITS: 'digits'>
    """
    if base == "numeric":
        return _decimal(modifier)
    form = FORM_OF.get(base, Form.LEFT_OUT) if kind == "b" else Form.LEFT_OUT
    if kind in {"e", "r", "m"}:
        form = Form.WORDS
    elif category == "A" or kind == "c":
        form = Form.JSON
    is_text = form in {Form.TEXT, Form.WORDS, Form.JSON}
    return Form.BYTES if is_text and encoding == NO_TEXT_CODING else form


def _decimal(modifier: int) -> Form:
    """Return the form of a decimal by how many digits it was declared with."""
    if modifier < 0:
        return Form.FREE_DECIMAL
    precision, scale = (modifier - 4) >> 16, (modifier - 4) & 0x7FF
    if precision <= MOST_DIGITS:
        return Form.NUMBER
    return Form.LONG_DECIMAL if scale else Form.DIGITS


def wires(field: Field) -> tuple[Wire, ...]:
    """Return what is selected for a column.

    Days and times come as microseconds, and beside them the text of those that no calendar here has.
    """
    column: Expression = sa.column(field.name)
    if field.form in {Form.WHOLE, Form.FLAG}:
        return (Wire(_whole(field), pa.int64()),)
    if field.form is Form.NUMBER:
        return (Wire(double(column), pa.float64()),)
    if field.form is Form.INSTANT:
        lost = sa.case((sa.not_(_is_real(column)), sa.cast(column, sa.Text())))
        return (Wire(micros(moment(field)), pa.int64()), Wire(lost, pa.string()))
    if field.form is Form.BYTES:
        return (Wire(exact(field), pa.large_binary()),)
    return (Wire(_text(field), pa.string()),)


def exact(field: Field) -> Expression:
    """Return a column as the bytes of its text: no collation finds two of them alike."""
    column: Expression = sa.column(field.name)
    if field.form is not Form.BYTES:
        return sa.func.convert_to(_text(field), "UTF8", type_=Hexadecimal())
    if field.type == "bytea":
        return column
    return sa.func.convert_to(sa.cast(column, sa.Text()), NO_TEXT_CODING, type_=Hexadecimal())


def number(field: Field) -> Expression:
    """Return a column as the number that a load gives; missing where it is none, or infinite."""
    if field.form in {Form.WHOLE, Form.FLAG}:
        return _whole(field)
    if field.form is Form.NUMBER:
        value = double(sa.column(field.name))
        return sa.case((value.not_in([_literal(f"'{word}'::float8") for word in STRANGE]), value))
    value = sa.cast(sa.column(field.name), sa.Numeric())
    strange = [_literal(f"'{word}'") for word in STRANGE]
    return sa.case((sa.cast(value, sa.Text()).not_in(strange), value))


def double(expression: Expression) -> Expression:
    """Return a number as a double."""
    return sa.cast(expression, sa.Double())


def moment(field: Field) -> Expression:
    """Return a column as a time in UTC; missing where it is infinite, or not in the years 1 to 9999."""
    column: Expression = sa.column(field.name)
    # The session's zone is UTC.
    return sa.case((_is_real(column), sa.cast(column, sa.TIMESTAMP())))


def micros(when: Expression) -> Expression:
    """Return microseconds from 1970-01-01."""
    return sa.cast(sa.extract("epoch", when) * sa.literal_column("1000000"), sa.BigInteger())


def same_day(when: Expression) -> Expression:
    """Return the day of a time."""
    return sa.cast(when, sa.Date())


def day_number(when: Expression) -> Expression:
    """Return whole days from 2000-01-01."""
    return sa.cast(when, sa.Date()).op("-", return_type=sa.Integer())(sa.literal_column("DATE '2000-01-01'"))


def largest(value: Expression) -> Expression:
    """Return the largest of a group's values; there is no ``max`` of bytes before PostgreSQL 18."""
    ordered = postgresql.aggregate_order_by(value, value.desc())
    return sa.func.array_agg(ordered, type_=postgresql.ARRAY(value.type))[1]


def _is_real(column: Expression) -> Expression:
    """Tell whether a day or a time is one of the years 1 to 9999."""
    return sa.and_(column >= _literal(FIRST), column < _literal(BEYOND))


def _literal(words: str) -> Expression:
    """Return words of our own that stand in the statement as they are."""
    return sa.literal_column(words)


def _whole(field: Field) -> Expression:
    """Return a whole number; a flag is 0 or 1."""
    column: Expression = sa.column(field.name)
    return sa.cast(column, sa.Integer() if field.form is Form.FLAG else sa.BigInteger())


def _text(field: Field) -> Expression:
    """Return a column as the text that a load gives."""
    column: Expression = sa.column(field.name)
    if field.form is Form.FLAG:
        column = _whole(field)
    elif field.form is Form.JSON:
        column = sa.func.to_json(column)
    elif field.form is Form.LONG_DECIMAL:
        column = sa.cast(column, sa.Numeric())
    elif field.form is Form.FREE_DECIMAL:
        column = sa.func.trim_scale(column)
    return sa.cast(column, sa.Text())


class Hexadecimal(sa.types.TypeDecorator[bytes]):
    """Bytes that are written out in hexadecimal: nothing in them can end the literal."""

    impl = sa.LargeBinary
    cache_ok = True

    def literal_processor(self, dialect: Any) -> Callable[[bytes], str]:
        """Return what writes the literal."""
        return lambda value: f"'\\x{value.hex()}'::bytea"
