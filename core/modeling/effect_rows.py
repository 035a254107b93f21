"""What readable steps in each column go with, in a model that is a sum of columns, with intervals.

Numbers are compared over a step near one standard deviation, yes with no, and each value of a category with
its most common one; values too seldom for a weight of their own stand together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from core.modeling.design import Design, LevelColumns, NumberColumns
from core.modeling.intervals import Z
from core.modeling.linear import UNSEEN
from core.modeling.table import FeatureColumn, Floats
from core.schema import Kind


def readable_step(spread: float) -> float:
    """Return ``spread`` to two digits.

    >>> [readable_step(x) for x in (5.237, 14.8, 0.0361, 1234.0)]
    [5.2, 15.0, 0.036, 1200.0]
    """
    return float(f"{spread:.1e}")


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of the matrix's columns, and how sure they are."""

    values: Floats
    covariance: Floats

    def sum(self, contrast: dict[int, float]) -> tuple[float, float, float]:
        """Return a combination of weights, and its interval."""
        places, factors = list(contrast), np.array(list(contrast.values()))
        estimate = float(factors @ self.values[places])
        error = sqrt(max(0.0, float(factors @ self.covariance[np.ix_(places, places)] @ factors)))
        return estimate, estimate - Z * error, estimate + Z * error


@dataclass(frozen=True)
class Effect:
    """What a step in one column goes with, on the model's own scale, with a 95 % interval."""

    column: FeatureColumn
    comparison: str
    """The step in words: ``per 5 hours a week more``, ``free against standard``."""
    value: float
    low: float
    high: float
    n: int
    """Students with a recorded number, or with this value of a category."""


def effects(
    columns: Sequence[FeatureColumn], design: Design, weights: Weights, numbers: Floats
) -> Iterator[Effect]:
    """Give the effects of all columns in the matrix, in their order; ``numbers`` are of the students."""
    for j, (column, part, start) in enumerate(zip(columns, design.parts, design.starts(), strict=True)):
        if not part.width:
            continue
        if isinstance(part, NumberColumns):
            yield from _number_rows(column, part, start, weights, numbers[:, j])
        else:
            yield from _category_rows(column, part, start, weights)


def _number_rows(
    column: FeatureColumn, part: NumberColumns, start: int, weights: Weights, values: Floats
) -> Iterator[Effect]:
    """Give the row of a number's step, and the one of its gaps if it had any."""
    known = values[~np.isnan(values)]
    step = 1.0 if column.kind is Kind.FLAG else readable_step(float(known.std())) if len(known) else 0.0
    if step > 0:
        words = "yes against no" if column.kind is Kind.FLAG else f"per {column.value_text(step)} more"
        found = weights.sum({start: step / part.scale})
        yield Effect(column, words, *found, len(known))
    if part.has_gap_column:
        words = "not recorded against the middle value"
        found = weights.sum({start + 1: 1 / part.gap_scale})
        yield Effect(column, words, *found, len(values) - len(known))


def _category_rows(
    column: FeatureColumn, part: LevelColumns, start: int, weights: Weights
) -> Iterator[Effect]:
    """Give one row for each value of a category but the most common one."""
    groups = list(part.groups())
    counts = [int(part.counts[np.array(codes) - UNSEEN].sum()) for codes in groups]
    common = counts.index(max(counts))
    for k, codes in enumerate(groups):
        if k != common:
            words = f"{_level_words(column, codes)} against {_level_words(column, groups[common])}"
            found = weights.sum({start + k: 1.0, start + common: -1.0})
            yield Effect(column, words, *found, counts[k])


def _level_words(column: FeatureColumn, codes: tuple[int, ...]) -> str:
    """Return the name of a category's value, or of the rare ones together."""
    return column.value_text(float(codes[0])) if len(codes) == 1 else f"{len(codes)} rare values"
