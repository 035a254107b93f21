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
ROWS_AT_ONCE = 20_000


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
    columns in calls of ``score`` for each student. The same seed gives the same values for a student,
    whoever else is asked about.
    """
    n_columns = numbers.shape[1] + codes.shape[1]
    found = np.zeros((len(numbers), n_columns))
    rng = np.random.default_rng([seed, 5])
    orders = [rng.permutation(n_columns) for _ in background[0]]
    for place, order in enumerate(orders):
        start = background[0][place], background[1][place]
        for one_way in (order, order[::-1]):
            found += _switched(score, numbers, codes, start, one_way)
    return found / max(1, 2 * len(orders))


def _switched(
    score: Score,
    numbers: Floats,
    codes: NDArray[np.int32],
    start: tuple[Floats, NDArray[np.int32]],
    order: NDArray[np.intp],
) -> Floats:
    """Return what each column changes when the columns are switched in this order."""
    found = np.empty((len(numbers), len(order)))
    for first in range(0, len(numbers), ROWS_AT_ONCE):
        some = slice(first, first + ROWS_AT_ONCE)
        own_numbers, own_codes = numbers[some], codes[some]
        now_numbers = np.tile(start[0], (len(own_numbers), 1))
        now_codes = np.tile(start[1], (len(own_codes), 1))
        before = score(now_numbers[:1], now_codes[:1]).repeat(len(own_numbers))
        for column in order:
            if column < numbers.shape[1]:
                now_numbers[:, column] = own_numbers[:, column]
            else:
                now_codes[:, column - numbers.shape[1]] = own_codes[:, column - numbers.shape[1]]
            after = score(now_numbers, now_codes)
            found[some, column] = after - before
            before = after
    return found
