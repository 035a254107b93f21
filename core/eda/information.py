"""How much knowing one column tells about another, for any two kinds of columns: mutual information."""

from __future__ import annotations

import numpy as np

from core.eda.effect_intervals import chi_squared_ends
from core.eda.measures import Measured, contingency
from core.eda.values import Codes, Floats

MOST_BINS = 10
PER_CELL = 5
"""Numbers are cut into so few bins that at least this many students are expected in a cell."""


def binned(values: Floats, *, n_bins: int = MOST_BINS) -> Codes:
    """Return numbers as at most ``n_bins`` bins of about equally many students; NaN is missing.

    Equal values always share a bin.

    >>> binned(np.array([1.0, 1.0, 2.0, 3.0, np.nan]), n_bins=2).values.tolist()
    [0, 0, 1, 1, -1]
    """
    known = ~np.isnan(values)
    if not known.any():
        return Codes(np.full(len(values), -1, dtype=np.int64), ())
    cuts = np.unique(np.quantile(values[known], np.arange(1, n_bins) / n_bins))
    codes = np.where(known, np.searchsorted(cuts, values, side="left"), -1).astype(np.int64)
    return Codes(codes, tuple(str(i) for i in range(len(cuts) + 1)))


def bins_for(n: int, *, levels: int | None = None) -> int:
    """Return how many bins a number is cut into beside a column with ``levels`` (None: another number).

    ``n`` is the number of students with both values known.

    >>> bins_for(80), bins_for(80, levels=4), bins_for(50_000)
    (4, 4, 10)
    """
    cells = n / PER_CELL
    room = np.sqrt(cells) if levels is None else cells / max(1, levels)
    return int(np.clip(room, 2, MOST_BINS))


def mutual_information(left: Codes, *, right: Codes) -> Measured:
    """Return the information two columns share, in [0, 1]: 1 where one of them decides the other.

    The share of the smaller entropy (natural logarithms). What chance adds is taken off after Miller and
    Madow (1955): (rows - 1)(columns - 1) / 2n. Test and interval are those of the likelihood-ratio
    statistic G with Williams' correction (1976).
    """
    from scipy.special import chdtrc

    table = contingency(left, right=right)
    n, freedom = float(table.sum()), (table.shape[0] - 1) * (table.shape[1] - 1)
    if min(table.shape) < 2:
        return Measured(float("nan"), int(n), float("nan"))
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    ceiling = min(_entropy(rows), _entropy(columns))
    shared = max(0.0, _entropy(rows) + _entropy(columns) - _entropy(table.ravel()))
    statistic = 2 * n * shared / _williams(rows, columns, n)
    value = _share(shared - freedom / (2 * n), ceiling)
    low, high = (_share(end / (2 * n), ceiling) for end in chi_squared_ends(statistic, freedom=freedom))
    p = float(chdtrc(freedom, statistic))
    return Measured(value, int(n), p, min(low, value), max(high, value))


def _share(information: float, ceiling: float) -> float:
    return float(np.clip(information / ceiling, 0.0, 1.0))


def _entropy(counts: Floats) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log(share)).sum())


def _williams(rows: Floats, columns: Floats, n: float) -> float:
    """Return what G is divided by, so that it follows chi-squared in small tables too."""
    freedom = (len(rows) - 1) * (len(columns) - 1)
    return float(1 + ((n / rows).sum() - 1) * ((n / columns).sum() - 1) / (6 * n * freedom))
