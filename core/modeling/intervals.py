"""95 % intervals: Wilson for proportions, resampling of students for everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import sqrt

import numpy as np

from core.modeling.table import Floats, Integers

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""
N_RESAMPLES = 1000
FEW_IN_A_CELL = 6
"""Students are drawn one by one where a cell holds fewer of them on average, else by counts: it is sooner."""
CHUNK = 100

Interval = tuple[float, float]
Measure = Callable[[Integers, Integers], Floats]
"""From the negatives and positives of each resample, shape (n, n_groups), to one number each."""


def wilson(hits: int, n: int, *, z: float = Z) -> Interval:
    """Return the 95 % Wilson interval of a proportion (another one with another ``z``); (0, 1) of nothing.

    >>> tuple(round(x, 3) for x in wilson(8, 10))
    (0.49, 0.943)
    """
    if n == 0:
        return 0.0, 1.0
    share, spread = hits / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def resampled(
    negatives: Integers, positives: Integers, measures: dict[str, Measure], *, seed: int
) -> dict[str, Floats]:
    """Return each measure over ``N_RESAMPLES`` draws of as many students, with replacement."""
    n_groups = len(negatives)
    found: dict[str, list[Floats]] = {name: [] for name in measures}
    for drawn in _draws(np.concatenate([negatives, positives]), seed=seed):
        for name, measure in measures.items():
            found[name].append(measure(drawn[:, :n_groups], drawn[:, n_groups:]))
    return {name: np.concatenate(values) for name, values in found.items()}


def percentiles(values: Floats) -> Interval | None:
    """Return where the middle 95 % of the resamples lie; None where over 5 % of them have no value."""
    known = values[~np.isnan(values)]
    if len(known) < 0.95 * len(values):
        return None
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)


def mirrored(values: Floats, value: float) -> Interval | None:
    """Return the basic bootstrap interval, for a measure that resampling makes too large.

    It mirrors the percentiles at the value; cut at 0 and widened to hold the value itself.
    """
    interval = percentiles(values)
    if interval is None:
        return None
    return max(0.0, min(value, 2 * value - interval[1])), max(value, 2 * value - interval[0])


def _draws(counts: Integers, *, seed: int) -> Iterator[Integers]:
    """Give chunks of resampled counts, shape (CHUNK, len(counts))."""
    rng = np.random.default_rng([seed, 95])
    n = int(counts.sum())
    filled = np.flatnonzero(counts)
    cell_of = np.repeat(filled, counts[filled]) if n < FEW_IN_A_CELL * len(filled) else None
    for _ in range(N_RESAMPLES // CHUNK):
        if cell_of is None:
            drawn = np.zeros((CHUNK, len(counts)), dtype=np.int64)
            drawn[:, filled] = rng.multinomial(n, counts[filled] / n, size=CHUNK)
            yield drawn
        else:
            cells = cell_of[rng.integers(0, n, size=(CHUNK, n), dtype=np.int32)]
            cells += np.arange(CHUNK)[:, None] * len(counts)
            yield np.bincount(cells.ravel(), minlength=CHUNK * len(counts)).reshape(CHUNK, -1)
