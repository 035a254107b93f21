"""Students in groups by any column: categories and flags as they are, numbers cut at their quartiles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from core.eda.values import Codes, Floats, codes_of, finite_of, quartiles
from core.schema import Column, Kind

FEW_VALUES = 6
"""A number with at most so many different values makes one group a value; others are cut at quartiles."""


def grouped(frame: pd.DataFrame, *, column: Column) -> Codes:
    """Return each row's group and the groups' names, with the column's unit; -1 where the value is missing.

    Raises WrongKind for a column of dates or text.
    """
    if column.kind is not Kind.NUMBER:
        return codes_of(frame, column=column)
    values = finite_of(frame, column=column)
    known = ~np.isnan(values)
    distinct = np.unique(values[known])
    unit = f" {column.unit}" if column.unit else ""
    if len(distinct) <= FEW_VALUES:
        codes = np.searchsorted(distinct, values)
        return Codes(np.where(known, codes, -1), tuple(f"{v:g}{unit}" for v in distinct))
    cuts = _cuts(values[known], distinct)
    middle = [f"over {low:g} to {high:g}{unit}" for low, high in pairwise(cuts)]
    levels = (f"up to {cuts[0]:g}{unit}", *middle, f"over {cuts[-1]:g}{unit}")
    return Codes(np.where(known, np.searchsorted(cuts, values, side="left"), -1), levels)


def _cuts(values: Floats, distinct: Floats) -> Floats:
    """Return the quartiles below the largest value; the value before it where most are the largest."""
    cuts = np.unique([q for q in quartiles(np.sort(values)) if q < distinct[-1]])
    return cuts if len(cuts) else distinct[-2:-1]
