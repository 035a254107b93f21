"""The type contract: what each BSON type becomes, and what a field becomes whose values have several.

=============================  ==========================================================================
in the document                in the table
=============================  ==========================================================================
absent, null, undefined        missing
double, int, long              number; a long beyond 2**53 makes the column text, digit for digit
NaN                            missing, counted
Infinity, -Infinity            missing, counted
decimal                        number while all have up to 15 digits, else text, digit for digit
bool                           flag (1.0, 0.0); ``true`` and ``false`` in a column of text
date                           date, UTC without a zone; outside the years 1 to 9999 missing, counted
timestamp                      date (its seconds)
string, symbol                 text; bytes that are no UTF-8 become the replacement sign, counted
objectId                       24 hexadecimal digits
binData                        hexadecimal digits; of the UUID subtype the UUID
object within four levels      a column for each key: ``address.city``
object deeper than that        JSON text
array                          how many elements: ``tags.count``; or exploded, one row an element
object or array elsewhere      JSON text
regex, javascript, minKey ...  JSON text
several types, all numbers     number (see decimal)
several other types            text for all of it, each value as it would stand alone; counted by type
=============================  ==========================================================================
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.sources.columns.coerce import Coerced
from core.sources.columns.numbers import as_text
from core.sources.mongo.layout import NOTHING, TYPES

MOST_DIGITS = 15
NAN = "not a number (NaN) and left missing"
INFINITE = "infinite and left missing"
OUT_OF_RANGE = "outside the years 1 to 9999 and left missing"
NOT_UTF8 = "not valid UTF-8 and shown with replacement signs"


class Kind(StrEnum):
    """What a run of cells became."""

    NOTHING = "nothing"
    NUMBER = "number"
    DIGITS = "digits"
    """Text of numbers that may have more digits than a float64 holds."""
    TEXT = "text"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, eq=False)
class Piece:
    """The cells of one field in some documents, as an Arrow array."""

    kind: Kind
    values: Any
    fits: bool = True
    """Of digits: whether every one is a number without loss."""


@dataclass
class Tally:
    """What was met in one field: cells by type, and cells that were changed."""

    types: Counter[int] = field(default_factory=Counter)
    changes: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def change(self, why: str, n: int, examples: Sequence[str]) -> None:
        """Note cells that were changed."""
        if n:
            before, shown = self.changes.get(why, (0, ()))
            self.changes[why] = (before + n, (*shown, *examples)[:3])

    @property
    def found(self) -> tuple[tuple[str, int], ...]:
        """Types of the cells that are there, with their counts, the most frequent first."""
        return by_name(self.types)


def by_name(types: Counter[int]) -> tuple[tuple[str, int], ...]:
    """Return counted types by their names, the most frequent first, without those of missing cells."""
    found = [(TYPES[number], n) for number, n in types.items() if number not in NOTHING and n]
    return tuple(sorted(found, key=lambda item: (-item[1], item[0])))


def joined(name: str, pieces: Sequence[Piece], tally: Tally) -> tuple[Any, tuple[Coerced, ...]]:
    """Return the whole column as a chunked Arrow array, and the cells that were changed."""
    kind = _kind_of(pieces)
    column = pa.chunked_array([_cast(piece, kind) for piece in pieces], type=ARROW[kind])
    changed = [Coerced(name, n, shown, why) for why, (n, shown) in tally.changes.items()]
    if kind is Kind.TEXT and len({kind_of_type(number) for number in tally.types} - {Kind.NOTHING}) > 1:
        changed.append(_mixed(name, column, tally))
    return column, tuple(changed)


def is_more_than_text(tally: Tally) -> bool:
    """Whether some of a field's values are numbers, flags or dates by their type."""
    return bool({kind_of_type(number) for number in tally.types} - {Kind.NOTHING, Kind.TEXT})


def kind_of_type(number: int) -> Kind:
    """Return what a type becomes on its own, with all numbers alike."""
    if number in NOTHING:
        return Kind.NOTHING
    return kind_of_name(TYPES[number])


def kind_of_name(name: str) -> Kind:
    """Return what a type becomes on its own, by its name."""
    return _KINDS.get(name, Kind.TEXT)


def describe_types(found: Sequence[tuple[str, int]]) -> str:
    """Return counted types in words.

    >>> describe_types((("int", 49999), ("string", 1)))
    '49,999 int, 1 string'
    """
    return ", ".join(f"{n:,} {name}" for name, n in found)


_KINDS = {
    **dict.fromkeys(("double", "int", "long", "decimal"), Kind.NUMBER),
    **dict.fromkeys(("date", "timestamp"), Kind.DATE),
    "bool": Kind.FLAG,
}
ARROW = {
    Kind.NOTHING: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.DIGITS: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.DATE: pa.timestamp("ms"),
    Kind.FLAG: pa.bool_(),
}


def _kind_of(pieces: Sequence[Piece]) -> Kind:
    """Return what the whole column is."""
    kinds = {piece.kind for piece in pieces} - {Kind.NOTHING}
    if not kinds:
        return Kind.NOTHING
    if kinds <= {Kind.NUMBER, Kind.DIGITS}:
        return Kind.NUMBER if all(piece.fits for piece in pieces) else Kind.TEXT
    return kinds.pop() if len(kinds) == 1 else Kind.TEXT


def _cast(piece: Piece, kind: Kind) -> Any:
    if piece.kind is Kind.NOTHING:
        return pa.nulls(len(piece.values), ARROW[kind])
    if piece.kind is kind:
        return piece.values
    return piece.values.cast(pa.float64()) if kind is Kind.NUMBER else texts(piece)


def texts(piece: Piece) -> Any:
    """Return the cells as text, each as it would stand alone."""
    if piece.kind is Kind.NUMBER:
        numbers = piece.values.to_numpy(zero_copy_only=False)
        return pa.array(as_text(np.asarray(numbers, dtype=np.float64)), pa.string(), from_pandas=True)
    if piece.kind is Kind.FLAG:
        return pc.if_else(piece.values, "true", "false")
    if piece.kind is Kind.DATE:
        return pa.array(map(time_text, piece.values.cast(pa.int64()).to_pylist()), pa.string())
    return piece.values.cast(pa.string())


def time_text(milliseconds: int | None) -> str | None:
    """Return a time as text: the day alone at midnight.

    >>> time_text(1714521600000), time_text(1714521600250)
    ('2024-05-01', '2024-05-01 00:00:00.250')
    """
    if milliseconds is None:
        return None
    moment = str(np.datetime64(milliseconds, "ms")).replace("T", " ")
    return moment.removesuffix(".000").removesuffix(" 00:00:00")


def _mixed(name: str, column: Any, tally: Tally) -> Coerced:
    """Return the report of a field whose values have several types."""
    n_other = sum(n for number, n in tally.types.items() if kind_of_type(number) is not Kind.TEXT)
    n_other = n_other - sum(tally.types[number] for number in NOTHING)
    shown = pc.drop_null(column.slice(0, 1_000)).slice(0, 3).to_pylist()
    why = f"turned into text, because the types differ ({describe_types(tally.found)})"
    return Coerced(name, n_other, tuple(shown), why)
