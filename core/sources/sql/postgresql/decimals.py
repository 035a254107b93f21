"""Decimals that are declared without a number of digits: a column of ids, or of measurements."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from core.sources.sql.changes import Changes
from core.sources.sql.finish import long_decimals

MOST_DIGITS = 15
WHOLE = r"^-?[0-9]+$"


def settled(name: str, texts: Any, changes: Changes) -> Any:
    """Return such a column: numbers, or text where all are whole and one has more digits than a number.

    Numbers that have more digits than they can keep are counted in ``changes``, and what is none.
    """
    texts = texts.cast(pa.string())
    if pc.all(pc.match_substring_regex(texts, WHOLE)).as_py():
        digits = pc.max(pc.utf8_length(pc.utf8_ltrim(texts, "-"))).as_py()
        if digits > MOST_DIGITS:
            return texts
    return long_decimals(name, texts, changes)
