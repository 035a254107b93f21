"""The first records of a table: where its titles end, whether it has column names, its decimal mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.sources.columns.numbers import MISSING_WORDS

Record = Sequence[str]
T = TypeVar("T")

ENOUGH_CELLS = 20_000
NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[eE][+-]?\d+)?\s*%?")
DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*")
COMMA_DECIMAL = re.compile(r"[+-]?(?:\d*,(?:\d{1,2}|\d{4,})|0,\d+|\d{1,3}(?:\.\d{3})+,\d+)")
POINT_DECIMAL = re.compile(r"[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|0\.\d+|\d{1,3}(?:,\d{3})+\.\d+)")
EITHER = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3}|\.\d{3})")


@dataclass(frozen=True)
class Choice(Generic[T]):
    """Something that was detected: the value, why, and what to check where it is only likely."""

    value: T
    reason: str
    doubt: str = ""


def title_rows(records: Sequence[Record]) -> int:
    """Return how many records above the table hold only a title (one value in a wide table) or nothing.

    They count as titles only where the record after them is clearly made of column names.
    """
    width = max((len(r) for r in records), default=0)
    if width < 3:
        return 0
    for n, record in enumerate(records[:20]):
        filled = sum(bool(cell.strip()) for cell in record)
        if filled > 1:
            return n if n and filled >= width / 2 and header_votes(records[n:]) > 0 else 0
    return 0


def guess_header(records: Sequence[Record]) -> Choice[bool]:
    """Return whether the first record holds the column names, told by how it differs from the others."""
    if len(records) < 2:
        only = records[0] if records else ()
        named = not any(_typed(cell) for cell in only)
        return Choice(named, "There is one line only.", "Is the first line the column names?")
    votes = header_votes(records)
    if votes > 0:
        return Choice(True, "The first line differs from the values below it, so it holds the column names.")
    if votes < 0:
        reason = "The first line looks like the values below it, so there are no column names."
        return Choice(False, reason, "Does the first line really hold values?")
    return Choice(
        True,
        "The first line is taken as the column names; all columns are text.",
        "Does the first line really hold the column names?",
    )


def header_votes(records: Sequence[Record]) -> int:
    """Return the columns whose first cell differs from the rest, minus those whose first cell fits in."""
    body = enough(records[1:])
    return sum(_vote(i, cell, body) for i, cell in enumerate(records[0]))


def enough(records: Sequence[Record]) -> Sequence[Record]:
    """Return the first records, fewer of them in a wide table: 20 at least."""
    width = max((len(record) for record in records), default=1)
    return records[: max(20, ENOUGH_CELLS // max(width, 1))]


def _vote(column: int, name: str, body: Sequence[Record]) -> int:
    """Return 1 if the first cell differs from its column, -1 if it could be one of its values, 0 else."""
    values = [r[column] for r in body if column < len(r) and not _is_missing(r[column])]
    if not values or _is_missing(name):
        return 0
    typed = sum(_typed(value) for value in values) / len(values)
    if typed >= 0.9:
        return 1 if not _typed(name) or _is_year_beyond(name, values) else -1
    if typed == 0 and name in values:
        return -1
    return 0


def _is_missing(cell: str) -> bool:
    return cell.strip().casefold() in MISSING_WORDS or not cell.strip()


def _typed(cell: str) -> bool:
    text = cell.strip()
    return bool(NUMBER.fullmatch(text) or DATE.fullmatch(text))


def _is_year_beyond(name: str, values: Sequence[str]) -> bool:
    """Tell whether a number is a year that its column could not hold, as 2024 above marks from 0 to 6."""
    numbers = [n for n in map(_rough, values) if n is not None]
    is_year = bool(re.fullmatch(r"(?:19|20)\d\d", name.strip()))
    return is_year and bool(numbers) and not min(numbers) - 100 <= int(name) <= max(numbers) + 100


def _rough(cell: str) -> float | None:
    text = cell.strip().rstrip("%").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def guess_decimal(records: Sequence[Record]) -> Choice[str]:
    """Return the decimal mark that the numbers use, told by the cells that only one mark explains."""
    cells = [cell.strip() for record in enough(records) for cell in record]
    comma = [c for c in cells if COMMA_DECIMAL.fullmatch(c)]
    point = [c for c in cells if POINT_DECIMAL.fullmatch(c)]
    if len(comma) > len(point):
        doubt = f"Some numbers use a point, such as '{point[0]}'; are decimals commas?" if point else ""
        return Choice(",", f"Numbers such as '{comma[0]}' have a decimal comma.", doubt)
    if point:
        doubt = f"Some numbers use a comma, such as '{comma[0]}'; are decimals points?" if comma else ""
        return Choice(".", f"Numbers such as '{point[0]}' have a decimal point.", doubt)
    either = [c for c in cells if EITHER.fullmatch(c)]
    if either:
        small = either[0].replace(",", ".")
        big = either[0].replace(",", "").replace(".", "")
        return Choice(".", "No number shows its decimal mark.", f"Is '{either[0]}' {small} or {big}?")
    return Choice(".", "No number has decimals.")
