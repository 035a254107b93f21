"""When a column is a barrier: rules that the caller states, and the students who meet them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.values import codes_of, finite_of, require_explorable
from core.errors import InvalidChoice
from core.schema import Column, Kind


@dataclass(frozen=True)
class BarrierRule:
    """When a column is a barrier: above or below a number (exclusive), or at certain values."""

    column: str
    above: float | None = None
    below: float | None = None
    values: tuple[str, ...] = ()
    """Categories; ``yes`` or ``no`` for a flag."""


@dataclass(frozen=True, eq=False)
class Applied:
    """One rule, applied to every row."""

    met: NDArray[np.bool_]
    """Whether the student has the barrier; not where the value is missing."""
    known: NDArray[np.bool_]


def applied(frame: pd.DataFrame, rule: BarrierRule, *, column: Column) -> Applied:
    """Return who meets the rule, and whose value is known.

    Raises WrongKind and InvalidChoice for a rule that does not fit its column.
    """
    require_explorable(column)
    if column.kind is Kind.NUMBER:
        if rule.values or (rule.above is None and rule.below is None):
            raise InvalidChoice(
                f"The barrier rule for '{rule.column}' needs a number.", hint="Give 'above' or 'below'."
            )
        values = finite_of(frame, column=column)
        above = values > rule.above if rule.above is not None else np.zeros(len(values), dtype=np.bool_)
        below = values < rule.below if rule.below is not None else np.zeros(len(values), dtype=np.bool_)
        return Applied(above | below, ~np.isnan(values))
    codes = codes_of(frame, column=column)
    for value in rule.values:
        if value not in codes.levels:
            raise InvalidChoice.of(rule.column, value, codes.levels)
    if not rule.values:
        raise InvalidChoice(
            f"The barrier rule for '{rule.column}' needs values.", hint="Name the categories."
        )
    wanted = [codes.levels.index(value) for value in rule.values]
    return Applied(np.isin(codes.values, wanted), codes.values >= 0)
