"""The columns a linear model really weighs: scaled numbers, their gaps, and one a level of each category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.modeling.linear import UNSEEN, CategoryTerm, LinearRisk, NumberTerm
from core.modeling.logistic import sigmoid
from core.modeling.table import Floats, Integers

PENALTY = 1.0
"""What the penalty adds to the curvature of each weight but the intercept's: 1 / C."""
CHUNK = 50_000


@dataclass(frozen=True, eq=False)
class Design:
    """One entry a weight of the model, in the scale in which the penalty holds."""

    owners: Integers
    """The place of the table's column that each weight belongs to."""
    weights: Floats
    scales: Floats
    """What a number, or its gap, was divided by; 1 for levels."""
    codes: tuple[tuple[int, ...], ...] = field(repr=False)
    """The codes that a level's weight stands for; empty for numbers."""
    counts: tuple[int, ...] = field(repr=False)
    """Students of a level; 0 for numbers."""

    def columns_of(self, place: int) -> list[int]:
        """Return the weights of a column; a number's own first, then its gap's."""
        return np.flatnonzero(self.owners == place).tolist()


def design_of(linear: LinearRisk, numbers: Floats, codes: NDArray[np.int32]) -> Design:
    """Return the weights of a model, fitted on these students."""
    entries: list[tuple[int, float, float, tuple[int, ...], int]] = []
    for place, term in enumerate(linear.numbers):
        scale = float(np.where(np.isnan(numbers[:, place]), term.fill, numbers[:, place]).std()) or 1.0
        entries.append((place, term.weight * scale, scale, (), 0))
        if 0 < term.missing_share < 1:
            scale = (term.missing_share * (1 - term.missing_share)) ** 0.5
            entries.append((place, term.missing_weight * scale, scale, (), 0))
    for j, category in enumerate(linear.categories):
        counts = np.bincount(codes[:, j] - UNSEEN, minlength=len(category.weights))
        for level in _levels(category, counts):
            weight = float(category.weights[level[0] - UNSEEN])
            n = int(counts[np.array(level) - UNSEEN].sum())
            entries.append((len(linear.numbers) + j, weight, 1.0, level, n))
    owners, weights, scales, levels, n_of = zip(*entries, strict=True)
    return Design(np.array(owners), np.array(weights), np.array(scales), tuple(levels), tuple(n_of))


def curvature(linear: LinearRisk, design: Design, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
    """Return the second derivatives of the penalised loss, the intercept last."""
    size = len(design.weights) + 1
    total = np.diag(np.append(np.full(size - 1, PENALTY), 0.0))
    for start in range(0, len(numbers), CHUNK):
        some = slice(start, start + CHUNK)
        matrix = _matrix(linear, design, numbers[some], codes[some])
        risk = sigmoid(linear.log_odds(numbers[some], codes[some]))
        total += matrix.T @ (matrix * (risk * (1 - risk))[:, None])
    return np.asarray(total)


def _matrix(linear: LinearRisk, design: Design, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
    """Return the students' design matrix, a column of ones last."""
    matrix = np.ones((len(numbers), len(design.weights) + 1))
    for k, column in enumerate(_columns(linear, design, numbers, codes)):
        matrix[:, k] = column
    return matrix


def _columns(
    linear: LinearRisk, design: Design, numbers: Floats, codes: NDArray[np.int32]
) -> Iterator[Floats]:
    """Give the columns of the design matrix in order."""
    seen = -1
    for k, owner in enumerate(design.owners):
        if owner >= len(linear.numbers):
            yield np.isin(codes[:, owner - len(linear.numbers)], design.codes[k]).astype(np.float64)
            continue
        term, values = linear.numbers[owner], numbers[:, owner]
        yield (
            _scaled(term, values, design.scales[k])
            if owner != seen
            else _gaps(term, values, design.scales[k])
        )
        seen = int(owner)


def _scaled(term: NumberTerm, values: Floats, scale: float) -> Floats:
    """Return a number as it was weighed."""
    return np.asarray((np.where(np.isnan(values), term.fill, values) - term.centre) / scale)


def _gaps(term: NumberTerm, values: Floats, scale: float) -> Floats:
    """Return where a number is missing, as it was weighed."""
    return np.asarray((np.isnan(values) - term.missing_share) / scale)


def _levels(category: CategoryTerm, counts: Integers) -> Iterator[tuple[int, ...]]:
    """Give the codes that share a weight, in order, the pooled ones last."""
    for place in np.flatnonzero(counts):
        code = int(place) + UNSEEN
        if code not in category.pooled:
            yield (code,)
    if category.pooled:
        yield category.pooled
