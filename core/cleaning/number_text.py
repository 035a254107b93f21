"""Numbers written as text and read back, digit for digit the same on both engines.

Engines write doubles in ways of their own (``1.0E7``, ``10000000.0``), so the digits are computed here.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from core.frames import Frame, column_names

_MOST_EXACT = 2.0**53
"""Above it not every whole number can be told from the next."""

_SIZE, _UNIT = "__size_{}__", "__unit_{}__"
_DIGITS = 15
"""So many digits survive the way through a double and back."""


def write_numbers(frame: Frame, columns: Sequence[str]) -> Frame:
    """Return the frame with the numbers of ``columns`` as text, missing where infinite or beyond 2**53.

    They have at most 15 digits, no zeros at the end and no exponent.
    """
    names = column_names(frame)
    parts = [(nw.col(name), _SIZE.format(at), _UNIT.format(at)) for at, name in enumerate(columns)]
    # Step by step: each part is used often, and an expression is worked out anew wherever it stands.
    frame = frame.with_columns(*(_size(number).alias(size) for number, size, _ in parts))
    frame = frame.with_columns(*(_unit(nw.col(size)).alias(unit) for _, size, unit in parts))
    texts = [_text(number, nw.col(size), nw.col(unit)) for number, size, unit in parts]
    pairs = zip(texts, columns, strict=True)
    return frame.with_columns(*(text.alias(name) for text, name in pairs)).select(names)


def _known(number: nw.Expr) -> nw.Expr:
    return number.is_finite() & (number.abs() <= _MOST_EXACT)


def _size(number: nw.Expr) -> nw.Expr:
    """Return the number without its sign, 0 where it is not known: no gap may be cast."""
    return nw.when(_known(number)).then(number.cast(nw.Float64).abs()).otherwise(nw.lit(0.0))


def _unit(size: nw.Expr) -> nw.Expr:
    """Return what makes the digits behind the point a whole number: 10 to the power of how many are kept."""
    unit = nw.lit(1.0)
    for ahead in range(_DIGITS - 1, -1, -1):
        unit = nw.when(size < 10.0**ahead).then(nw.lit(10.0 ** (_DIGITS - ahead))).otherwise(unit)
    return unit


def _text(number: nw.Expr, size: nw.Expr, unit: nw.Expr) -> nw.Expr:
    below_zero = number * 10.0**_DIGITS <= -0.5  # what rounds to zero has no sign
    sign = nw.when(below_zero).then(nw.lit("-")).otherwise(nw.lit(""))
    rounded = (size - size.floor()) * unit + 0.5
    whole = nw.when(rounded >= unit).then(size.floor() + 1.0).otherwise(size.floor())
    ahead = whole.cast(nw.Int64).cast(nw.String)
    # In front stands a 1, which keeps the zeros after it; a 2 where all digits round up.
    digits = (unit + rounded.floor()).cast(nw.Int64).cast(nw.String).str.replace_all("^[12]", ".")
    behind = digits.str.replace_all("[.]?0*$", "")
    return nw.when(_known(number)).then(nw.concat_str(sign, ahead, behind))


def plain_number(text: nw.Expr) -> nw.Expr:
    """Return the number of each text that is only sign, digits and a point; missing for all others."""
    plain = text.str.contains("^[+-]?[0-9]+(?:[.][0-9]+)?$") & ~text.str.contains("[^0-9.+-]")
    number = nw.when(plain).then(text.str.replace_all("+", "", literal=True)).cast(nw.Float64)
    return nw.when(number.is_finite()).then(number)
