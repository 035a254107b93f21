"""Time and value as one text whose largest is the last value: found in the pass that makes the sums.

A statement of its own for the last value has to find the rows of the latest time again, which takes
MySQL many times as long. Eighteen digits of microseconds come first, then the value: exact bytes, twenty
digits of a whole number, or the sixteen digits of a double's bits, so that a larger value is a larger text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from core.sources.sql.changes import Changes
from core.sources.sql.columns import Field, Form
from core.sources.sql.finish import finished
from core.sources.sql.mysql.expressions import micros
from core.sources.sql.wire import Expression

FIRST_MICROS = 70_000_000_000_000_000
"""Added to microseconds from 1970, so that those of the year 0 are no less than zero."""
TIME_DIGITS, WHOLE_DIGITS, BITS_DIGITS = 18, 20, 16
FIRST_WHOLE = 2**63
SIGN, ALL_BITS = 2**63, 2**64 - 1
POINT_START, DOUBLE_SIZE = 6, 8
"""A point's bytes are an order, a kind and two doubles."""


def packed(when: Expression, value: Expression, kind: Any) -> Expression:
    """Return time and value of a row as bytes, missing where one of them is; ``kind`` is the value's type."""
    digits = _digits(micros(when) + _constant(FIRST_MICROS), TIME_DIGITS)
    if pa.types.is_floating(kind):
        follows = _bits(value)
    elif pa.types.is_large_binary(kind):
        follows = value
    else:
        follows = _digits(sa.cast(value, mysql.DECIMAL(20, 0)) + _constant(FIRST_WHOLE), WHOLE_DIGITS)
    return sa.cast(sa.func.concat(digits, follows), mysql.BINARY)


def unpacked(column: Any, kind: Any) -> tuple[Any, Any]:
    """Return values of a type, or text where it is bytes, and their times as microseconds from 1970."""
    cells = column.to_pylist()
    since_1970 = [None if each is None else int(each[:TIME_DIGITS]) - FIRST_MICROS for each in cells]
    times = pa.array(since_1970, pa.int64())
    rest = [None if each is None else each[TIME_DIGITS:] for each in cells]
    if pa.types.is_large_binary(kind):
        return finished(Field("value", "", Form.BYTES), [pa.array(rest, kind)], Changes()), times
    if pa.types.is_floating(kind):
        return _doubles(rest), times
    return pa.array([None if each is None else int(each) - FIRST_WHOLE for each in rest], kind), times


def _bits(value: Expression) -> Expression:
    """Return the bits of a double as digits that have its order: of a negative one the complement.

    MySQL shows them nowhere but within a point.
    """
    point = sa.func.st_asbinary(sa.func.point(value, _constant(0)))
    double = sa.func.substring(point, _constant(POINT_START), _constant(DOUBLE_SIZE))
    hexadecimal = sa.func.conv(sa.func.hex(sa.func.reverse(double)), _constant(16), _constant(10))
    bits = sa.cast(hexadecimal, mysql.INTEGER(unsigned=True))
    turned = sa.case(
        (value < _constant(0), bits.op("^")(_constant(ALL_BITS))), else_=bits.op("|")(_constant(SIGN))
    )
    return sa.func.lpad(sa.func.hex(turned), _constant(BITS_DIGITS), sa.literal_column("'0'"))


def _doubles(rest: Sequence[bytes | None]) -> Any:
    """Return the doubles of bits that were turned."""
    stored = np.array([int(each, 16) if each else 0 for each in rest], dtype=np.uint64)
    bits = np.where(stored >= np.uint64(SIGN), stored ^ np.uint64(SIGN), ~stored)
    return pa.array(bits.view(np.float64), mask=np.array([each is None for each in rest], dtype=bool))


def _digits(whole: Expression, length: int) -> Expression:
    return sa.func.lpad(whole, _constant(length), sa.literal_column("'0'"))


def _constant(number: int) -> Expression:
    return sa.literal_column(str(number), sa.Numeric())
