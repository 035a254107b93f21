"""From cells to columns: the bytes of one field in many documents become one Arrow array, under types.py."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import bson
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from bson import json_util
from bson.codec_options import CodecOptions, DatetimeConversion

from core.sources.base import MOST_EXACT
from core.sources.mongo.layout import (
    ARRAY,
    BINARY,
    DATE,
    DECIMAL,
    DOUBLE,
    FIXED_SIZE,
    FLAG,
    HAS_LENGTH,
    INT,
    IS_KNOWN,
    LONG,
    NOTHING,
    NUMBERS,
    OBJECT_ID,
    STRING,
    SYMBOL,
    TIMESTAMP,
    elements,
    size_of,
)
from core.sources.mongo.scan import Ints, Scanned, words
from core.sources.mongo.types import (
    INFINITE,
    MOST_DIGITS,
    NAN,
    NOT_UTF8,
    OUT_OF_RANGE,
    Kind,
    Piece,
    Tally,
    texts,
)

FIRST_TIME, LAST_TIME = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999, in milliseconds."""
UUID_SUBTYPE = 4
MOST_WIDER = 4
"""How many times the bytes of texts may be copied where that is quicker than to look for each byte."""
AS_STORED: CodecOptions[Any] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_MS, unicode_decode_error_handler="replace"
)
_JSON = json_util.JSONOptions(
    json_mode=json_util.JSONMode.RELAXED, datetime_conversion=DatetimeConversion.DATETIME_MS
)
_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), dtype="<u2")


def piece_of(cells: Scanned, slot: int, tally: Tally, *, hidden: tuple[int, ...] = ()) -> Piece:
    """Return the cells of a slot; those of the ``hidden`` types count as absent."""
    types = cells.types[slot]
    found = type_counts(cells, slot)
    tally.types.update({number: n for number, n in found.items() if number not in hidden})
    numbers = [number for number in found if number not in NOTHING and number not in hidden]
    if not numbers:
        return Piece(Kind.NOTHING, pa.nulls(cells.n_rows))
    if set(numbers) <= {DOUBLE, INT, LONG}:
        plain = _numbers(cells, slot, numbers, tally)
        if plain is not None:
            return plain
    if len(numbers) == 1:
        rows = None if found[numbers[0]] == cells.n_rows else np.flatnonzero(types == numbers[0])
        return _of_one_type(cells, slot, numbers[0], rows, tally)
    return _of_several(cells, slot, numbers, tally)


def counts_of(cells: Scanned, slot: int, tally: Tally) -> Piece:
    """Return how many elements each array of a slot has."""
    rows = np.flatnonzero(cells.types[slot] == ARRAY)
    counts = np.full(cells.n_rows, np.nan)
    counts[rows] = _n_elements(cells.raw, cells.places[slot, rows])
    tally.types.update({INT: len(rows), 0: cells.n_rows - len(rows)})
    return Piece(Kind.NUMBER, pa.array(counts, from_pandas=True))


def _n_elements(raw: bytes, places: Ints) -> Ints:
    """Return how many elements the arrays at these places have; all are walked at once."""
    stored, lengths = np.frombuffer(raw, dtype=np.uint8), words(raw, "<i4")
    counts = np.zeros(len(places), dtype=np.int64)
    rows, position, number = np.arange(len(places)), places + 4, 0
    while len(rows):
        values = position + (2 + len(str(number)))
        types = stored[position]
        # The keys of an array are its numbers; what is stored otherwise is walked on its own.
        is_odd = (types != 0) & ((stored[values - 1] != 0) | ~IS_KNOWN[types])
        for row in rows[is_odd].tolist():
            counts[row] = sum(1 for _ in elements(raw, int(places[row])))
        goes_on = (types != 0) & ~is_odd
        rows, types, values = rows[goes_on], types[goes_on], values[goes_on]
        counts[rows] += 1
        position = values + FIXED_SIZE[types] + np.where(HAS_LENGTH[types], lengths[values], 0)
        number += 1
    return counts


def _numbers(cells: Scanned, slot: int, numbers: list[int], tally: Tally) -> Piece | None:
    """Return plain numbers as float64, or None where one of them has more digits than that holds."""
    floats = np.full(cells.n_rows, np.nan)
    for number in numbers:
        rows = _rows_of(cells, slot, number)
        values = words(cells.raw, PLAIN[number])[cells.places[slot, rows]]
        if number == LONG and len(values) and (values.max() > MOST_EXACT or values.min() < -MOST_EXACT):
            return None
        floats[rows] = values
        if number == DOUBLE:
            _tell_strange(values, tally)
    floats[np.isinf(floats)] = np.nan
    return Piece(Kind.NUMBER, pa.array(floats, from_pandas=True))


def _rows_of(cells: Scanned, slot: int, number: int) -> Any:
    """Return the rows whose cell is of a type, all of them as a slice."""
    is_it = cells.types[slot] == number
    return slice(None) if is_it.all() else np.flatnonzero(is_it)


PLAIN = {DOUBLE: "<f8", INT: "<i4", LONG: "<i8"}


def _tell_strange(values: npt.NDArray[Any], tally: Tally) -> None:
    is_strange = ~np.isfinite(values)
    if is_strange.any():
        tally.change(NAN, int(np.isnan(values).sum()), ("NaN",))
        infinite = values[np.isinf(values)]
        tally.change(INFINITE, len(infinite), [str(n) for n in infinite[:3]])


def _of_one_type(cells: Scanned, slot: int, number: int, rows: Ints | None, tally: Tally) -> Piece:
    """Return cells that are of one type, or absent where ``rows`` does not name them."""
    places = cells.places[slot] if rows is None else cells.places[slot, rows]
    if number in {STRING, SYMBOL}:
        return Piece(Kind.TEXT, _strings(cells, places, rows, tally))
    if number in {DATE, TIMESTAMP}:
        return _spread(Kind.DATE, _times(cells.raw, places, number, tally), rows, cells.n_rows)
    if number == FLAG:
        flags = np.frombuffer(cells.raw, dtype=np.uint8)[places] != 0
        return _spread(Kind.FLAG, pa.array(flags), rows, cells.n_rows)
    if number == OBJECT_ID:
        return _spread(Kind.TEXT, _hex(cells.raw, places, 12), rows, cells.n_rows)
    if number in NUMBERS:
        digits = _digits(cells.raw, places, number, tally)
        fits = all(_fits(text) for text in set(digits) if text is not None)
        return _spread(Kind.DIGITS, pa.array(digits, pa.string()), rows, cells.n_rows, fits=fits)
    shown = [_shown(cells.raw, number, place) for place in places.tolist()]
    return _spread(Kind.TEXT, pa.array(shown, pa.string()), rows, cells.n_rows)


def _of_several(cells: Scanned, slot: int, numbers: list[int], tally: Tally) -> Piece:
    """Return cells of several types: dates where all are times, digits where all are numbers, else text."""
    found = [np.flatnonzero(cells.types[slot] == number) for number in numbers]
    parts = [
        _of_one_type(_only(cells, slot, rows), 0, number, None, tally)
        for number, rows in zip(numbers, found, strict=True)
    ]
    fits = all(part.fits for part in parts)
    if {part.kind for part in parts} == {Kind.DATE}:
        kind, values = Kind.DATE, [part.values for part in parts]
    else:
        kind = Kind.DIGITS if set(numbers) <= set(NUMBERS) else Kind.TEXT
        values = [texts(part) for part in parts]
    return _spread(kind, pa.concat_arrays(values), np.concatenate(found), cells.n_rows, fits=fits)


def _only(cells: Scanned, slot: int, rows: Ints) -> Scanned:
    return Scanned(cells.raw, cells.types[slot : slot + 1, rows], cells.places[slot : slot + 1, rows], {})


def _spread(kind: Kind, values: Any, rows: Ints | None, n_rows: int, *, fits: bool = True) -> Piece:
    """Put values in their rows; the others are missing."""
    if rows is None:
        return Piece(kind, values, fits=fits)
    index = np.full(n_rows, -1, dtype=np.int64)
    index[rows] = np.arange(len(rows))
    return Piece(kind, values.take(pa.array(index, mask=index < 0)), fits=fits)


def _strings(cells: Scanned, places: Ints, rows: Ints | None, tally: Tally) -> Any:
    """Return texts as Arrow text, their bytes copied once."""
    lengths = np.zeros(cells.n_rows, dtype=np.int64)
    here = slice(None) if rows is None else rows
    lengths[here] = words(cells.raw, "<i4")[places] - 1
    offsets = np.zeros(cells.n_rows + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    begins = np.zeros(cells.n_rows, dtype=np.int64)
    begins[here] = places + 4
    data = _bytes_at(cells.raw, begins, lengths, offsets)
    valid = None
    if rows is not None:
        is_here = np.zeros(cells.n_rows, dtype=bool)
        is_here[rows] = True
        valid = pa.py_buffer(np.packbits(is_here, bitorder="little"))
    made = pa.StringArray.from_buffers(
        cells.n_rows, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data), valid
    )
    return made if _is_utf8(made, data) else _replaced(made, tally)


def _bytes_at(raw: bytes, begins: Ints, lengths: Ints, offsets: Ints) -> npt.NDArray[np.uint8]:
    """Return the bytes of texts, one text behind the other."""
    widest = int(lengths.max(initial=0))
    has_room = int(begins.max(initial=0)) + widest <= len(raw)
    if widest and has_room and widest * len(lengths) <= MOST_WIDER * offsets[-1]:
        # Each is taken as long as the longest, and then what does not belong to it left out.
        wide: npt.NDArray[np.uint8] = words(raw, f"V{widest}")[begins].view(np.uint8)
        is_text = (np.arange(widest) < lengths[:, None]).ravel()
        if not is_text.all():
            wide = wide[is_text]
        return wide
    index = np.repeat(begins - offsets[:-1], lengths) + np.arange(offsets[-1])
    found: npt.NDArray[np.uint8] = np.frombuffer(raw, dtype=np.uint8)[index]
    return found


def _is_utf8(made: Any, data: npt.NDArray[np.uint8]) -> bool:
    if not len(data) or data.max() < 128:
        return True
    try:
        made.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _replaced(made: Any, tally: Tally) -> Any:
    """Return texts with the replacement sign for what is no UTF-8; each such text is counted."""
    shown: list[str | None] = []
    for value in made.cast(pa.binary()).to_pylist():
        if value is None:
            shown.append(None)
            continue
        text: str = value.decode("utf-8", "replace")
        if text.encode() != value:
            tally.change(NOT_UTF8, 1, (text,))
        shown.append(text)
    return pa.array(shown, pa.string())


def _times(raw: bytes, places: Ints, number: int, tally: Tally) -> Any:
    """Return times in milliseconds."""
    if number == TIMESTAMP:
        found = words(raw, "<u4")[places + 4].astype(np.int64) * 1_000
    else:
        found = words(raw, "<i8")[places].astype(np.int64)
    strange = (found < FIRST_TIME) | (found > LAST_TIME)
    if strange.any():
        tally.change(OUT_OF_RANGE, int(strange.sum()), [f"{ms} ms" for ms in found[strange][:3].tolist()])
    return pa.array(found, mask=strange).cast(pa.timestamp("ms"))


def _hex(raw: bytes, places: Ints, size: int) -> Any:
    """Return so many bytes at each place as hexadecimal digits."""
    index = places[:, None] + np.arange(size)
    data = _HEX[np.frombuffer(raw, dtype=np.uint8)[index]].tobytes()
    offsets = np.arange(len(places) + 1, dtype=np.int32) * (2 * size)
    return pa.StringArray.from_buffers(len(places), pa.py_buffer(offsets), pa.py_buffer(data))


def _digits(raw: bytes, places: Ints, number: int, tally: Tally) -> list[str | None]:
    """Return numbers as their digits."""
    if number == DECIMAL:
        return [_decimal(raw[place : place + 16], tally) for place in places.tolist()]
    values = words(raw, PLAIN[number])[places]
    if number != DOUBLE:
        return [str(value) for value in values.tolist()]
    _tell_strange(values, tally)
    return texts(Piece(Kind.NUMBER, pa.array(np.where(np.isfinite(values), values, np.nan)))).to_pylist()  # type: ignore[no-any-return]


def _decimal(stored: bytes, tally: Tally) -> str | None:
    value = bson.Decimal128.from_bid(stored).to_decimal()
    if value.is_finite():
        return str(bson.Decimal128(value))
    tally.change(NAN if value.is_nan() else INFINITE, 1, (str(value),))
    return None


def _fits(digits: str) -> bool:
    """Whether a float64 holds a number without loss: whole up to 2**53, or of up to 15 digits."""
    plain = digits.lstrip("-").partition("E")[0].replace(".", "").strip("0")
    if len(plain) <= MOST_DIGITS:
        return abs(float(digits)) < float("inf") and (float(digits) != 0 or not plain)
    return digits.lstrip("-").isdecimal() and abs(int(digits)) <= MOST_EXACT


def _shown(raw: bytes, number: int, place: int) -> str:
    """Return a value that has no kind of its own as text."""
    end = place + size_of(raw, number, place)
    value = _decoded(bytes((number,)), raw[place:end])
    if number != BINARY:
        return json_util.dumps(value, json_options=_JSON, ensure_ascii=False)
    if isinstance(value, bson.Binary) and value.subtype == UUID_SUBTYPE and len(value) == 16:
        return str(uuid.UUID(bytes=bytes(value)))
    return bytes(value).hex()


def _decoded(number: bytes, value: bytes) -> Any:
    """Return one value as the driver decodes it."""
    inner = number + b"v\0" + value + b"\0"
    return bson.decode((len(inner) + 4).to_bytes(4, "little") + inner, AS_STORED)["v"]


def type_counts(cells: Scanned, slot: int) -> Counter[int]:
    """Return how many cells of a slot have each type."""
    types = cells.types[slot]
    if not len(types) or (types == types[0]).all():
        return Counter({int(types[0]): len(types)}) if len(types) else Counter()
    found = np.bincount(types, minlength=256)
    return Counter({int(number): int(found[number]) for number in np.flatnonzero(found)})
