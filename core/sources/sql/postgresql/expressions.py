"""How PostgreSQL is asked for a column so that nothing is lost or merged on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.sources.sql.columns import Field, Form
from core.sources.sql.family import Expression, Wire

FORMS = {
    Form.WHOLE: "int2 int4 int8 oid bool",
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
FIRST, BEYOND = "0001-01-01 00:00:00+00", "10000-01-01 00:00:00+00"


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
    if field.form is Form.WHOLE:
        return (Wire(whole(field), pa.int64()),)
    if field.form is Form.NUMBER:
        return (Wire(double(sa.column(field.name)), pa.float64()),)
    if field.form is Form.INSTANT:
        lost = sa.case((sa.not_(_is_real(field)), sa.cast(sa.column(field.name), sa.Text())))
        return (Wire(_load_micros(field), pa.int64()), Wire(lost, pa.string()))
    if field.form is Form.BYTES:
        return (Wire(exact(field), pa.large_binary()),)
    return (Wire(text(field), pa.string()),)


def whole(field: Field) -> Expression:
    """Return a whole number, a flag as 0 and 1."""
    column: Expression = sa.column(field.name)
    if field.type == "boolean" or _is_domain(field):
        column = sa.cast(column, sa.Integer()) if field.type == "boolean" else column
    return sa.cast(column, sa.BigInteger()) if field.type in {"boolean", "oid"} else column


def text(field: Field) -> Expression:
    """Return a column as the text that a load gives."""
    column: Expression = sa.column(field.name)
    if field.form is Form.WHOLE:
        column = whole(field)
    elif field.form is Form.JSON:
        column = sa.func.to_json(column)
    elif field.form is Form.LONG_DECIMAL:
        column = sa.cast(column, sa.Numeric())
    return sa.cast(column, sa.Text())
