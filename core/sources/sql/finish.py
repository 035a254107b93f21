"""From what came over the wire to the values of a column, batch by batch; what does not fit is counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.sources.sql.changes import N_EXAMPLES, Changes
from core.sources.sql.columns import Field, Form

NO_SUCH_DAY = "not a day of the calendar and left missing"
NO_SUCH_YEAR = "infinite or not in the years 1 to 9999 and left missing"
NO_NUMBER = "infinite or not a number and left missing"
ROUNDED = "rounded to 15 to 17 digits"
NOT_UTF8 = "not valid UTF-8: the bytes that could not be read were replaced by '�'"

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def finished(field: Field, wires: Sequence[Any], changes: Changes) -> Any:
    """Return the values of a column from its arrays of one batch; counts in ``changes``."""
    if field.form in {Form.DAY, Form.STAMP, Form.FINE_STAMP}:
        return _times(field.name, wires, changes, is_day=field.form is Form.DAY)
    if field.form is Form.INSTANT:
        return _instants(field.name, wires, changes)
    if field.form is Form.LONG_DECIMAL:
        return long_decimals(field.name, wires[0], changes)
    if field.form is Form.NUMBER and pa.types.is_floating(wires[0].type):
        return _finite(field.name, wires[0], changes)
    if field.form is Form.BYTES:
        return _text(field.name, wires[0], changes)
    return wires[0]


def _times(name: str, wires: Sequence[Any], changes: Changes, *, is_day: bool) -> Any:
    """Return days or times from whole numbers like 20240110 or 20240110235959."""
    is_there = np.asarray(pc.is_valid(wires[0]))
    plain = _ints(wires[0])
    days, clock = (plain, np.zeros_like(plain)) if is_day else np.divmod(plain, 1_000_000)
    count, is_real = _day_number(days)
    seconds = clock // 10_000 * 3_600 + clock // 100 % 100 * 60 + clock % 100
    micros = (count * 86_400 + seconds) * 1_000_000
    if len(wires) > 1:
        micros += _ints(wires[1])
    _count_lost(name, plain, is_there & ~is_real, changes)
    return pa.array(micros, mask=~(is_there & is_real)).cast(pa.timestamp("us"))


def _ints(array: Any) -> Ints:
    whole: Ints = np.asarray(pc.fill_null(array.cast(pa.int64()), 0))
    return whole


def _day_number(days: Ints) -> tuple[Ints, Bools]:
    """Return days since 1970 of whole numbers like 20240110, and which of them are days at all."""
    year, month, day = days // 10_000, days // 100 % 100, days % 100
    months = (year - 1970) * 12 + month - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - first
    is_real = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length)
    return first + day - 1, is_real


def _count_lost(name: str, numbers: Ints, lost: Bools, changes: Changes) -> None:
    if lost.any():
        examples = [_shown(int(number)) for number in numbers[lost][:N_EXAMPLES]]
        changes.add(name, NO_SUCH_DAY, int(lost.sum()), examples)


def _shown(number: int) -> str:
    """Return 20240010000000 as 2024-00-10."""
    day = f"{number // 1_000_000 if number > 99_999_999 else number:08d}"
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _instants(name: str, wires: Sequence[Any], changes: Changes) -> Any:
    """Return times from microseconds; counts those that only came as text."""
    lost = wires[1].drop_null()
    changes.add(name, NO_SUCH_YEAR, len(lost), lost[:N_EXAMPLES].to_pylist())
    return wires[0].cast(pa.timestamp("us"))


def _finite(name: str, numbers: Any, changes: Changes) -> Any:
    """Return numbers without those that are infinite or none at all, which are counted."""
    good = pc.is_finite(numbers)
    if not pc.all(good, min_count=0).as_py():
        strange = numbers.filter(pc.invert(good))
        changes.add(name, NO_NUMBER, len(strange), map(str, strange[:N_EXAMPLES].to_pylist()))
        return pc.if_else(good, numbers, None)
    return numbers


def long_decimals(name: str, texts: Any, changes: Changes) -> Any:
    """Return numbers from decimals in text.

    Counts those that are not exactly the number's own digits, and those that are infinite or none at all.
    """
    numbers = texts.cast(pa.float64())
    digits = pc.replace_substring_regex(texts.cast(pa.string()), r"^[-0.]+|[.]|[.]?0*$", "")
    suspects = pc.greater(pc.utf8_length(digits), 15)
    changed = [
        text
        for text, number in zip(
            texts.filter(suspects).to_pylist(), numbers.filter(suspects).to_pylist(), strict=True
        )
        if text is not None and Decimal(text) != Decimal(repr(number))
    ]
    changes.add(name, ROUNDED, len(changed), changed[:N_EXAMPLES])
    return _finite(name, numbers, changes)


def _text(name: str, raw: Any, changes: Changes) -> Any:
    """Return text from bytes; what is not UTF-8 is replaced and counted."""
    try:
        return raw.cast(pa.large_string()).cast(pa.string())
    except pa.ArrowInvalid:
        texts = [None if cell is None else cell.decode("utf-8", "replace") for cell in raw.to_pylist()]
    broken = [
        text
        for text, cell in zip(texts, raw.to_pylist(), strict=True)
        if text is not None and text.encode() != cell
    ]
    changes.add(name, NOT_UTF8, len(broken), broken[:N_EXAMPLES])
    return pa.array(texts, pa.string())
