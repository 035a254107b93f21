"""The measures of association and their p-values, for whole tables at once where that is possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.eda.effect_intervals import chi_squared_ends, f_ends
from core.eda.values import Codes, Floats, Integers
from core.eda.withholding import MIN_GROUP

MAX_LEVELS = 50
RARE = 5
"""Categories with fewer students than this, and those after the 50th, are joined before relating."""
_DIGITS_LEFT = 1e-3
"""Where the spread of the rows that count is a smaller part of the squares, too many digits are lost."""
_DECIDED = 1e10
"""From this noncentrality on the groups all but decide the number: its ends would take minutes to find."""


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
    filled = _standardised(values)
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
    """Return the columns centred and scaled, so that sums of squares lose no digits; 0 where missing."""
    columns = [_standardised_column(column) for column in values.T]
    return np.stack(columns).T if columns else values


def _standardised_column(column: Floats) -> Floats:
    known = ~np.isnan(column)
    n = np.count_nonzero(known)
    filled = np.where(known, column, 0.0)
    largest = np.abs(filled).max(initial=0.0)
    if not largest > 0:
        return filled
    scaled = filled / largest
    centred = np.where(known, scaled - scaled.sum() / n, 0.0)
    spread = np.sqrt((centred * centred).sum() / n)
    return np.zeros_like(column) if spread < 1e-13 else centred / spread


class Ranker:
    """Ranks of each column among any subset of the rows, from one sort a column."""

    def __init__(self, values: Floats) -> None:
        self.known = np.asfortranarray(~np.isnan(values))
        self._codes: list[Integers] = []
        self._whole: dict[int, Floats] = {}
        for column in values.T:
            _, codes = np.unique(column, return_inverse=True)  # what is not a number comes last, as one value
            self._codes.append(codes)

    def centred(self, column: int, *, rows: NDArray[np.bool_], n: int) -> Floats:
        """Return the column's average ranks among these ``n`` rows, all of them known there, less their mean.

        All other rows are 0.
        """
        if n < np.count_nonzero(self.known[:, column]):
            return self._centred(column, rows, n)
        if column not in self._whole:
            self._whole[column] = self._centred(column, rows, n)
        return self._whole[column]

    def _centred(self, column: int, rows: NDArray[np.bool_], n: int) -> Floats:
        codes = np.where(rows, self._codes[column] + 1, 0)
        sizes = np.bincount(codes)
        sizes[0] = 0
        ranks = np.cumsum(sizes) - (sizes - 1) / 2 - (n + 1) / 2
        ranks[0] = 0.0
        return ranks[codes]


def spearman_pairs(values: Floats) -> Floats:
    """Return Spearman's rho for each pair of columns, on the students with both known."""
    ranker = Ranker(values)
    width = values.shape[1]
    rho = np.full((width, width), np.nan)
    for i in range(width):
        for j in range(i + 1, width):
            rho[i, j] = rho[j, i] = _rank_correlation(ranker, i, j)
    return rho


def _rank_correlation(ranker: Ranker, i: int, j: int) -> float:
    rows = ranker.known[:, i] & ranker.known[:, j]
    n = int(np.count_nonzero(rows))
    if n < 2:
        return float("nan")
    left, right = ranker.centred(i, rows=rows, n=n), ranker.centred(j, rows=rows, n=n)
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
    height, width = len(left.levels) + 1, len(right.levels) + 1
    cells = left.values * width
    cells += right.values
    cells += width + 1  # what is missing comes into the first row or column
    counts = np.bincount(cells, minlength=height * width)
    table = counts.reshape(height, width)[1:, 1:].astype(np.float64)
    filled: Floats = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    return filled


@dataclass(frozen=True, eq=False)
class Scaled:
    """A column of numbers, centred and scaled once for all its comparisons."""

    raw: Floats
    values: Floats
    """0 where missing."""
    squares: Floats
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, raw: Floats) -> Self:
        """Return the column scaled; NaN is missing."""
        known = ~np.isnan(raw)
        values = _standardised_column(raw)
        return cls(raw, values, values * values, known)

    def at(self, rows: NDArray[np.bool_]) -> Self:
        """Return the column with these rows only, scaled anew."""
        return self.of(np.where(rows, self.raw, np.nan))


def correlation_ratio(groups: Codes, *, values: Scaled) -> Measured:
    """Return eta in [0, 1]: the share of spread between the groups, as a root; p-value by the F test.

    The interval is that of the F statistic's noncentrality (Steiger, 2004); it always holds eta.
    """
    codes = np.where(values.known, groups.values + 1, 0)
    width = len(groups.levels) + 1
    counts = np.bincount(codes, minlength=width)[1:]
    sums = np.bincount(codes, weights=values.values, minlength=width)[1:]
    filled = counts > 0
    n, k = int(counts.sum()), int(filled.sum())
    if k < 2 or n <= k:
        return Measured(float("nan"), n, float("nan"))
    mean, whole = float(sums.sum()) / n, float(values.squares @ (codes > 0))
    total = whole - n * mean**2
    if total < _DIGITS_LEFT * whole:
        return correlation_ratio(groups, values=values.at(codes > 0))
    if total <= 0:
        return Measured(float("nan"), n, float("nan"))
    between = min(float((counts[filled] * (sums[filled] / counts[filled] - mean) ** 2).sum()), total)
    return _eta(between, total, n, k)


def _eta(between: float, total: float, n: int, k: int) -> Measured:
    """Return the ratio of ``n`` students in ``k`` groups from the two sums of squares."""
    from scipy.special import fdtrc

    within = total - between
    value = (between / total) ** 0.5
    if within <= 0:
        return Measured(value, n, 0.0)
    ratio = between / (k - 1) / (within / (n - k))
    p = float(fdtrc(k - 1, n - k, ratio))
    if ratio * (k - 1) > _DECIDED:
        return Measured(value, n, p)
    low, high = ((end / (end + n)) ** 0.5 for end in f_ends(ratio, between=k - 1, within=n - k))
    return Measured(value, n, p, min(low, value), max(high, value))


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
