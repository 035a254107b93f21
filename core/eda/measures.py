"""The measures of association and their p-values, for whole tables at once where that is possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.eda.effect_intervals import chi_squared_ends, f_ends
from core.eda.values import Codes, Floats, Integers
from core.eda.withholding import MIN_GROUP

MAX_LEVELS = 50
RARE = 5
"""Categories with fewer students than this, and those after the 50th, are joined before relating."""


@dataclass(frozen=True)
class Measured:
    """An association: its size, how many students it rests on, and its p-value; NaN if undefined."""

    value: float
    n: int
    p: float
    low: float = float("nan")
    """The 95 % interval of the size."""
    high: float = float("nan")


def pearson_pairs(values: Floats) -> tuple[Floats, Integers]:
    """Return Pearson's r and the number of students for each pair of columns.

    ``values`` has shape (n, columns), NaN is missing; each pair uses the students with both known.
    """
    known = (~np.isnan(values)).astype(np.float64)
    filled = np.where(known > 0, _standardised(values), 0.0)
    n = known.T @ known
    sums = filled.T @ known
    squares = (filled * filled).T @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = squares - sums * sums / n
        cross = filled.T @ filled - sums * sums.T / n
        r = cross / np.sqrt(spread * spread.T)
    flat = ~(spread > 1e-10 * np.maximum(squares, 1e-300)) | ~(n >= 2)
    r = np.where(flat | flat.T, np.nan, np.clip(r, -1.0, 1.0))
    return r, n.astype(np.int64)


def _standardised(values: Floats) -> Floats:
    """Return the columns centred and scaled, so that sums of squares lose no digits."""
    columns = [_standardised_column(values[:, j]) for j in range(values.shape[1])]
    return np.stack(columns, axis=1) if columns else values


def _standardised_column(column: Floats) -> Floats:
    known = column[~np.isnan(column)]
    if not len(known):
        return column
    largest = np.abs(known).max()
    scaled = column / largest if largest > 0 else column
    centred = scaled - np.nanmean(scaled)
    spread = np.sqrt(np.nanmean(centred * centred))
    return np.zeros_like(column) if spread < 1e-13 else centred / spread


class Ranker:
    """Ranks of each column among any subset of the rows, from one sort a column."""

    def __init__(self, values: Floats) -> None:
        self._values = values
        self.known = ~np.isnan(values)
        self._order = [
            np.argsort(values[:, j], kind="stable")[: int(self.known[:, j].sum())]
            for j in range(values.shape[1])
        ]
        self._whole: dict[int, Floats] = {}

    def ranks(self, column: int, *, rows: NDArray[np.bool_]) -> Floats:
        """Return the average ranks of the column among ``rows``, all of them known there."""
        if int(rows.sum()) == len(self._order[column]):
            if column not in self._whole:
                self._whole[column] = self._rank(column, self._order[column])
            return self._whole[column][rows]
        order = self._order[column]
        return self._rank(column, order[rows[order]])[rows]

    def _rank(self, column: int, order: NDArray[np.intp]) -> Floats:
        ordered = self._values[order, column]
        starts = np.flatnonzero(np.diff(ordered, prepend=np.nan) != 0)
        sizes = np.diff(starts, append=len(ordered))
        ranks = np.empty(len(self._values))
        ranks[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
        return ranks


def spearman_pairs(values: Floats) -> Floats:
    """Return Spearman's rho for each pair of columns, on the students with both known."""
    ranker = Ranker(values)
    width = values.shape[1]
    rho = np.full((width, width), np.nan)
    for i in range(width):
        for j in range(i + 1, width):
            rows = ranker.known[:, i] & ranker.known[:, j]
            rho[i, j] = rho[j, i] = _rank_correlation(ranker, i, j, rows)
    return rho


def _rank_correlation(ranker: Ranker, i: int, j: int, rows: NDArray[np.bool_]) -> float:
    n = int(rows.sum())
    if n < 2:
        return float("nan")
    left = ranker.ranks(i, rows=rows) - (n + 1) / 2
    right = ranker.ranks(j, rows=rows) - (n + 1) / 2
    spread = float(left @ left) * float(right @ right)
    if spread <= 0:
        return float("nan")
    return float(np.clip(float(left @ right) / np.sqrt(spread), -1.0, 1.0))


def correlation_p(r: Floats, *, n: Integers) -> Floats:
    """Return the two-sided p-value of a correlation by Student's t; NaN under three students."""
    from scipy.special import stdtr

    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.abs(r) * np.sqrt((n - 2) / ((1 - r) * (1 + r)))
        p: Floats = 2 * stdtr(np.maximum(n - 2, 1), -t)
    return np.where(np.isnan(r) | (n < 3), np.nan, p)


def cramers_v(left: Codes, *, right: Codes) -> Measured:
    """Return Cramer's V in [0, 1], bias-corrected after Bergsma (2013), with the chi-squared p-value.

    The interval is that of the chi-squared statistic's noncentrality (Smithson, 2003); it always holds V.
    """
    from scipy.special import chdtrc

    table = contingency(left, right=right)
    rows, columns, n = *table.shape, int(table.sum())
    if min(rows, columns) < 2:
        return Measured(float("nan"), n, float("nan"))
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / n
    chi2 = float(((table - expected) ** 2 / expected).sum())
    freedom = (rows - 1) * (columns - 1)
    excess = max(0.0, chi2 / n - freedom / (n - 1))
    room = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    value = min(1.0, (excess / room) ** 0.5) if room > 0 else float("nan")
    low, high = _root_share(chi_squared_ends(chi2, freedom=freedom), n * (min(rows, columns) - 1))
    return Measured(value, n, float(chdtrc(freedom, chi2)), min(low, value), max(high, value))


def _root_share(ends: tuple[float, float], whole: float) -> tuple[float, float]:
    return min(1.0, (ends[0] / whole) ** 0.5), min(1.0, (ends[1] / whole) ** 0.5)


def contingency(left: Codes, *, right: Codes) -> Floats:
    """Return the counts of each pair of levels, without levels that no student with both known has."""
    known = (left.values >= 0) & (right.values >= 0)
    width = max(1, len(right.levels))
    cells = np.bincount(left.values[known] * width + right.values[known], minlength=len(left.levels) * width)
    table = cells.reshape(-1, width).astype(np.float64)
    filled: Floats = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    return filled


def correlation_ratio(groups: Codes, *, values: Floats) -> Measured:
    """Return eta in [0, 1]: the share of spread between the groups, as a root; p-value by the F test.

    The interval is that of the F statistic's noncentrality (Steiger, 2004); it always holds eta.
    """
    from scipy.special import fdtrc

    known = (groups.values >= 0) & ~np.isnan(values)
    n = int(known.sum())
    scaled = _standardised_column(values[known]) if n else values[known]
    counts = np.bincount(groups.values[known], minlength=len(groups.levels))
    sums = np.bincount(groups.values[known], weights=scaled, minlength=len(groups.levels))
    filled = counts > 0
    total = float(scaled @ scaled)
    k = int(filled.sum())
    if k < 2 or n <= k or total <= 0:
        return Measured(float("nan"), n, float("nan"))
    between = min(float((sums[filled] ** 2 / counts[filled]).sum()), total)
    within = total - between
    value = (between / total) ** 0.5
    if within <= 0:
        return Measured(value, n, 0.0)
    ratio = between / (k - 1) / (within / (n - k))
    low, high = ((end / (end + n)) ** 0.5 for end in f_ends(ratio, between=k - 1, within=n - k))
    return Measured(value, n, float(fdtrc(k - 1, n - k, ratio)), min(low, value), max(high, value))


def joined_rare(codes: Codes) -> Codes:
    """Return the codes with rare levels, and those after the 50th, joined into one named ``other``.

    The next smallest join them until ``other`` has 10 students, so that it tells about no few.
    """
    counts = codes.counts()
    order = np.argsort(-counts, kind="stable")
    kept = [int(i) for i in order[:MAX_LEVELS] if counts[i] >= RARE]
    if len(kept) >= int((counts > 0).sum()):
        return codes
    while kept and int(counts.sum() - counts[kept].sum()) < MIN_GROUP:
        kept.pop()
    place = np.full(len(codes.levels) + 1, len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    place[-1] = -1
    return Codes(place[codes.values], (*(codes.levels[i] for i in kept), "other"))


def benjamini_hochberg(p: Floats) -> Floats:
    """Return the p-values adjusted for their number (false discovery rate); NaN stays NaN.

    >>> benjamini_hochberg(np.array([0.01, 0.04, float("nan"), 0.03])).tolist()
    [0.03, 0.04, nan, 0.04]
    """
    adjusted = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return adjusted
