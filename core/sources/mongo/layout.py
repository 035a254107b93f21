"""How BSON lies in memory: the size of every kind of value, and the keys of one document."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

ABSENT = 0
DOUBLE, STRING, DOCUMENT, ARRAY, BINARY, UNDEFINED, OBJECT_ID, FLAG = 1, 2, 3, 4, 5, 6, 7, 8
DATE, NULL, REGEX, POINTER, CODE, SYMBOL, SCOPED, INT, TIMESTAMP, LONG = range(9, 19)
DECIMAL, MIN_KEY, MAX_KEY = 19, 255, 127
TYPES = {
    DOUBLE: "double",
    STRING: "string",
    DOCUMENT: "object",
    ARRAY: "array",
    BINARY: "binData",
    UNDEFINED: "undefined",
    OBJECT_ID: "objectId",
    FLAG: "bool",
    DATE: "date",
    NULL: "null",
    REGEX: "regex",
    POINTER: "dbPointer",
    CODE: "javascript",
    SYMBOL: "symbol",
    SCOPED: "javascriptWithScope",
    INT: "int",
    TIMESTAMP: "timestamp",
    LONG: "long",
    DECIMAL: "decimal",
    MIN_KEY: "minKey",
    MAX_KEY: "maxKey",
}
"""The types by their numbers in the format, under the names that the server gives them."""
NOTHING = (ABSENT, UNDEFINED, NULL)
"""What a missing cell looks like; NaN and the infinities are missing as well."""
NUMBERS = (DOUBLE, INT, LONG, DECIMAL)

_FIXED = {
    DOUBLE: 8,
    OBJECT_ID: 12,
    FLAG: 1,
    DATE: 8,
    INT: 4,
    TIMESTAMP: 8,
    LONG: 8,
    DECIMAL: 16,
    # A length stands in front; these are the bytes that it does not count.
    STRING: 4,
    CODE: 4,
    SYMBOL: 4,
    BINARY: 5,
    POINTER: 16,
}
_COUNTED = (STRING, DOCUMENT, ARRAY, BINARY, POINTER, CODE, SYMBOL, SCOPED)
FIXED_SIZE = np.zeros(256, dtype=np.int64)
"""For each type the bytes of a value that no length counts."""
FIXED_SIZE[list(_FIXED)] = list(_FIXED.values())
HAS_LENGTH = np.zeros(256, dtype=bool)
HAS_LENGTH[list(_COUNTED)] = True
IS_KNOWN = np.zeros(256, dtype=bool)
"""Types whose size the two tables give; a regular expression is two texts that end where they end."""
IS_KNOWN[[number for number in TYPES if number != REGEX]] = True

_LENGTH = struct.Struct("<i")


@dataclass(frozen=True)
class Element:
    """One key of a document, and where its value lies."""

    key: bytes
    type: int
    value: int
    end: int


class NotBson(ValueError):
    """The bytes are no document."""


def length_at(raw: bytes, position: int) -> int:
    """Return the whole number of four bytes that stands there."""
    length: int = _LENGTH.unpack_from(raw, position)[0]
    return length


def starts(raw: bytes) -> list[int]:
    """Return where each of several documents in a row begins; raises NotBson when the last one is cut."""
    found, position, end = [], 0, len(raw)
    unpack = _LENGTH.unpack_from
    while position + 4 <= end:
        found.append(position)
        size = unpack(raw, position)[0]
        if size < 5:
            raise NotBson("A document of no length.")
        position += size
    if position != end:
        raise NotBson("A document was cut.")
    return found


def elements(raw: bytes, start: int) -> Iterator[Element]:
    """Yield the keys of the document, or array, that begins there, in their order."""
    position = start + 4
    while raw[position]:
        number = raw[position]
        nul = raw.index(0, position + 1)
        value = nul + 1
        end = value + size_of(raw, number, value)
        yield Element(raw[position + 1 : nul], number, value, end)
        position = end


def size_of(raw: bytes, number: int, value: int) -> int:
    """Return how many bytes a value takes; raises NotBson for a type that does not exist."""
    if number == REGEX:
        return raw.index(0, raw.index(0, value) + 1) + 1 - value
    if number not in TYPES:
        raise NotBson(f"There is no type {number}.")
    return int(FIXED_SIZE[number]) + (length_at(raw, value) if HAS_LENGTH[number] else 0)
