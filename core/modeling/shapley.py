"""What each column adds to a model's log-odds where the model is no sum: Shapley values by permutation.

Columns are switched one after another from the values of a background student to the student's own; what
the log-odds change by is the column's. The mean over background students, each with an order of the columns
and its reverse, is an unbiased estimate of the Shapley value (Strumbelj and Kononenko, 2014), and adds up
exactly: the student's log-odds less the mean of the background's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.modeling.table import Floats

Score = Callable[[Floats, NDArray[np.int32]], Floats]
AT_ONCE = 50_000
"""Rows that are scored in one call: what one call costs by itself is more than what a row does."""


def shapley(
    score: Score,
    numbers: Floats,
    codes: NDArray[np.int32],
    *,
    background: tuple[Floats, NDArray[np.int32]],
    seed: int,
) -> Floats:
    """Return the contributions of each column to ``score``, shape (n_students, n_columns).

    ``background`` holds the numbers and codes of a few students; the cost is twice their number times the
    columns in rows to score for each student. The same seed gives the same values for a student, whoever
    else is asked about.
    """
    n_columns = numbers.shape[1] + codes.shape[1]
    rng = np.random.default_rng([seed, 5])
    orders = [rng.permutation(n_columns) for _ in background[0]]
    ways = [(place, way) for place, order in enumerate(orders) for way in (order, order[::-1])]
    found = np.zeros((len(numbers), n_columns))
    step = max(1, AT_ONCE // max(1, len(ways) * (n_columns + 1)))
    for first in range(0, len(numbers), step):
        some = slice(first, first + step)
        found[some] = _switched(score, numbers[some], codes[some], background, ways)
    return found


def _switched(
    score: Score,
    numbers: Floats,
    codes: NDArray[np.int32],
    background: tuple[Floats, NDArray[np.int32]],
    ways: list[tuple[int, NDArray[np.intp]]],
) -> Floats:
    """Return what each column changes, on average over the ways to switch them on; one call of ``score``."""
    n_columns = numbers.shape[1] + codes.shape[1]
    steps = np.arange(n_columns + 1)
    all_numbers, all_codes = [], []
    for place, order in ways:
        rank = np.empty(n_columns, dtype=np.intp)
        rank[order] = np.arange(n_columns)
        # After k steps the first k columns are the student's own.
        own = (rank[None, :] < steps[:, None])[:, None, :]
        of_numbers, of_codes = own[:, :, : numbers.shape[1]], own[:, :, numbers.shape[1] :]
        all_numbers.append(np.where(of_numbers, numbers[None], background[0][place]))
        all_codes.append(np.where(of_codes, codes[None], background[1][place]))
    n_rows = len(ways) * (n_columns + 1) * len(numbers)
    scores = score(
        np.concatenate(all_numbers).reshape(n_rows, numbers.shape[1]),
        np.concatenate(all_codes).reshape(n_rows, codes.shape[1]).astype(np.int32),
    ).reshape(len(ways), n_columns + 1, len(numbers))
    found = np.zeros((len(numbers), n_columns))
    for (_, order), values in zip(ways, scores, strict=True):
        found[:, order] += np.diff(values, axis=0).T
    return found / max(1, len(ways))
