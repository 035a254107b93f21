"""Which decimal and thousands marks a column of text numbers uses, judged from all of its values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.cleaning.numbers import CURRENCIES, ParseNumbers
from core.schema import Column

_ENGLISH = re.compile(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|[0-9]{1,3}(,[0-9]{3}){2,}")
_CONTINENTAL = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(\.[0-9]{3}){2,}")
_GROUPED = re.compile(r"[0-9]{1,3},[0-9]{3}")
_UNIT = re.compile(r"[0-9][ \u00a0]*([^\W\d_]{1,12}|[^\w\s.,'%+-]{1,3})$")


def number_format(column: Column, texts: Sequence[str]) -> ParseNumbers:
    """Return the step that reads these texts.

    ``1,234.5`` or ``1,234,567`` anywhere makes every comma a thousands mark, ``1.234,5`` the reverse.
    Otherwise both marks are read as decimal marks, except that commas are thousands when each is followed by
    exactly three digits, at least two different values say so, and the column's range allows it.
    """
    decimal, thousands = _marks(column, texts)
    fraction = column.highest is not None and column.highest <= 1
    units = (*CURRENCIES, *_units(texts))
    return ParseNumbers((column.name,), decimal, thousands, units=units, percent_as_fraction=fraction)


def _marks(column: Column, texts: Sequence[str]) -> tuple[str, str]:
    english = sum(_ENGLISH.search(text) is not None for text in texts)
    continental = sum(_CONTINENTAL.search(text) is not None for text in texts)
    if english or continental:
        return (".", ",") if english >= continental else (",", ".")
    with_comma = [text for text in texts if "," in text]
    grouped = [text for text in with_comma if _GROUPED.search(text)]
    if len(grouped) >= 2 and len(grouped) == len(with_comma) and _allows_thousands(column):
        return ".", ","
    return ".,", ""


def _allows_thousands(column: Column) -> bool:
    return column.highest is None or column.highest >= 1000


def _units(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the words that stand behind at least two different numbers, such as ``h`` or ``km``."""
    counts: dict[str, int] = {}
    for text in texts:
        found = _UNIT.search(text)
        if found and found[1] not in CURRENCIES:
            counts[found[1]] = counts.get(found[1], 0) + 1
    return tuple(sorted(word for word, n in counts.items() if n >= 2 and word.lower() != "e"))
