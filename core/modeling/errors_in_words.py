"""Who is missed and who is falsely alarmed, in words: how they differ from those the list gets right.

A list that is cut by the features makes such differences by itself: missed students look like students
without the outcome. The sentences say in what, so that somebody can look elsewhere for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd

from core.modeling.intervals import Interval, wilson
from core.modeling.table import FeatureColumn, Features, Flags, Floats, Integers
from core.schema import Kind

FEWEST = 10
"""Of smaller groups, and of answers that fewer students gave, nothing is said."""
MOST_SAID = 3
GAP = "(not recorded)"


@dataclass(frozen=True)
class Difference:
    """How one group of students differs from another in one feature, or in one answer of it."""

    column: str
    level: str
    """The answer whose share is compared, or ``GAP``; empty where means are."""
    group: float
    """The group's mean, or its share in [0, 1]."""
    others: float
    low: float
    """The difference's interval, corrected for all comparisons of the table."""
    high: float
    strength: float
    """The difference in standard deviations within the groups."""
    words: str

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out no difference."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Contrast:
    """One kind of mistake beside the students it is compared with."""

    title: str
    n_group: int
    n_others: int
    differences: tuple[Difference, ...]
    """Every comparison, the strongest first."""
    why_none: str
    """Why nothing is said; empty if something is."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The strongest clear differences, one a feature, in words."""
        strongest: dict[str, str] = {}
        for one in self.differences:
            if one.is_clear:
                strongest.setdefault(one.column, one.words)
        return tuple(strongest.values())[:MOST_SAID]

    def frame(self) -> pd.DataFrame:
        """Return column, level, group, others, low, high, strength, words: one row a comparison."""
        names = ["column", "level", "group", "others", "low", "high", "strength", "words"]
        rows = [[getattr(one, name) for name in names] for one in self.differences]
        return pd.DataFrame(rows, columns=names)


@dataclass(frozen=True)
class Errors:
    """Both kinds of mistakes of a list."""

    missed: Contrast
    """Students with the outcome who are not listed, beside those who are."""
    false_alarms: Contrast
    """Students without the outcome who are listed, beside those who are not."""
    n_comparisons: int

    @property
    def note(self) -> str:
        """How the intervals are to be read."""
        return (
            f"The intervals hold together with 95 % certainty for all {self.n_comparisons:,} comparisons. "
            "A list that is cut by these features makes such differences by itself."
        )


@dataclass(frozen=True)
class _Pair:
    """Two groups of students and what they are called."""

    title: str
    subject: str
    others_called: str
    cells: tuple[int, int]
    """The numbers of the two groups among the cells."""
    group: Integers
    """The rows of the students."""
    others: Integers


_Comparison = Callable[[float], Difference]
"""From the share of intervals that may fail at one end to the comparison."""
_MISSED, _FOUND, _ALARMED, _SPARED, _NOT_KNOWN = range(5)
"""The cells: by the outcome and the list, each student is in one of them."""


def describe_errors(features: Features, label: Floats, listed: Flags) -> Errors:
    """Return how missed students differ from those found, and false alarms from those rightly left alone.

    ``label`` holds 1, 0 or NaN (left out). Means differ with Welch's interval, shares with Newcombe's
    (Statistics in Medicine 17, 1998, method 10), both with Bonferroni's correction over all comparisons.
    """
    cells = _cells(label, listed)
    rows = [np.flatnonzero(cells == cell) for cell in range(_NOT_KNOWN)]
    pairs = (
        _Pair(
            "Missed",
            "Students who were missed",
            "those found",
            (_MISSED, _FOUND),
            rows[_MISSED],
            rows[_FOUND],
        ),
        _Pair(
            "Falsely alarmed",
            "Students who were falsely alarmed",
            "those rightly left alone",
            (_ALARMED, _SPARED),
            rows[_ALARMED],
            rows[_SPARED],
        ),
    )
    counted = [_counted(features, place, cells) for place in range(len(features.columns))]
    prepared = [list(_comparisons(features, counted, pair)) if _is_enough(pair) else [] for pair in pairs]
    n_comparisons = sum(map(len, prepared))
    tail = 0.025 / max(1, n_comparisons)
    missed, alarmed = (
        _contrast(pair, [compare(tail) for compare in found])
        for pair, found in zip(pairs, prepared, strict=True)
    )
    return Errors(missed, alarmed, n_comparisons)


def _cells(label: Floats, listed: Flags) -> Integers:
    """Return the cell of each student."""
    positive, negative = label == 1, label == 0
    chosen = [positive & ~listed, positive & listed, negative & listed, negative & ~listed]
    return np.select(chosen, [_MISSED, _FOUND, _ALARMED, _SPARED], default=_NOT_KNOWN)


def _counted(features: Features, place: int, cells: Integers) -> Integers:
    """Return how many students of each cell gave each answer: one row an answer, the first for none.

    Of a number, only 1 and all others are told apart, which is what a flag needs.
    """
    n_numbers = features.numbers.shape[1]
    if place < n_numbers:
        values = features.numbers[:, place]
        answers = np.where(np.isnan(values), 0, np.where(values == 1, 1, 2))
        n_answers = 3
    else:
        answers = np.maximum(features.codes[:, place - n_numbers], -1).astype(np.int64) + 1
        n_answers = len(features.columns[place].levels) + 1
    n_cells = _NOT_KNOWN + 1
    counts = np.bincount(answers * n_cells + cells, minlength=n_answers * n_cells)
    return counts.reshape(-1, n_cells)


def _is_enough(pair: _Pair) -> bool:
    return min(len(pair.group), len(pair.others)) >= FEWEST


def _contrast(pair: _Pair, found: list[Difference]) -> Contrast:
    """Put one kind of mistake together."""
    n_group, n_others = len(pair.group), len(pair.others)
    ordered = sorted(found, key=lambda one: (-round(abs(one.strength), 9), one.column, one.level))
    why = ""
    if not _is_enough(pair):
        few, called = (n_group, pair.title.lower()) if n_group < FEWEST else (n_others, pair.others_called)
        why = (
            f"Too few to tell ({called}: fewer than {FEWEST} students)."
            if few
            else f"There is nobody to compare ({called}: no students)."
        )
    elif not any(one.is_clear for one in ordered):
        why = f"{pair.subject} do not clearly differ from {pair.others_called} in any feature."
    return Contrast(pair.title, n_group, n_others, tuple(ordered), why)


def _comparisons(features: Features, counted: Sequence[Integers], pair: _Pair) -> Iterator[_Comparison]:
    """Give everything that can be compared: means of numbers, shares of flags, answers and gaps."""
    for place, (column, cells) in enumerate(zip(features.columns, counted, strict=True)):
        counts = cells[:, pair.cells]
        everybody = counts.sum(axis=0)
        known = everybody - counts[0]
        if column.kind is Kind.NUMBER:
            groups = _known(features, place, pair.group), _known(features, place, pair.others)
            if all(map(_is_spread, groups)):
                yield _means(pair, column, *groups)
        else:
            levels = ("yes",) if column.kind is Kind.FLAG else column.levels
            yield from (
                _shares(pair, column, level, hits, known, said=f"is '{level}'")
                for level, hits in zip(levels, counts[1:], strict=False)
                if _is_told(hits, known)
            )
        if _is_told(counts[0], everybody):
            yield _shares(pair, column, GAP, counts[0], everybody, said="is not recorded")


def _is_told(hits: Integers, known: Integers) -> bool:
    """Return whether enough students of both groups are known, and enough gave this answer and another."""
    return bool(known.min() >= FEWEST and FEWEST <= hits.sum() <= known.sum() - FEWEST)


def _known(features: Features, place: int, rows: Integers) -> Floats:
    """Return the numbers of some students, without the gaps."""
    values: Floats = features.numbers[rows, place]
    return values[~np.isnan(values)]


def _is_spread(values: Floats) -> bool:
    """Return whether there are enough values, not all of them equal."""
    return len(values) >= FEWEST and bool(values.min() < values.max())


def _means(pair: _Pair, column: FeatureColumn, one: Floats, two: Floats) -> _Comparison:
    """Return the comparison of the means of two groups' values."""
    mean, beside = float(one.mean()), float(two.mean())
    variances = float(one.var(ddof=1)), float(two.var(ddof=1))
    parts = variances[0] / len(one), variances[1] / len(two)
    error = sqrt(sum(parts))
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(one) - 1) + parts[1] ** 2 / (len(two) - 1))
    strength = (mean - beside) / sqrt(sum(variances) / 2)

    def compare(tail: float) -> Difference:
        half = _t_point(tail, freedom) * error
        low, high = mean - beside - half, mean - beside + half
        words = _mean_words(pair, column, (mean, beside), (low, high))
        return Difference(column.name, "", mean, beside, low, high, strength, words)

    return compare


def _t_point(tail: float, freedom: float) -> float:
    """Return the point over which Student's t lies with the probability ``tail``."""
    from scipy.special import stdtrit

    return float(-stdtrit(freedom, tail))


def _shares(
    pair: _Pair, column: FeatureColumn, level: str, answered: Integers, known: Integers, *, said: str
) -> _Comparison:
    """Return the comparison of the shares of an answer, from the counts of both groups.

    ``said`` is how the answer reads after the label.
    """
    (hits, others_hits), (n, n_others) = answered.tolist(), known.tolist()
    share, beside, together = hits / n, others_hits / n_others, (hits + others_hits) / (n + n_others)
    strength = (share - beside) / sqrt(together * (1 - together))

    def compare(tail: float) -> Difference:
        low, high = _newcombe((hits, n), (others_hits, n_others), z=NormalDist().inv_cdf(1 - tail))
        words = (
            f"{pair.subject}: '{column.label}' {said} for {_percent(share)} of them, against "
            f"{_percent(beside)} of {pair.others_called} ({_points(abs(share - beside))} percentage points "
            f"{'more' if share > beside else 'fewer'}, 95 % interval {_between(low, high, _points)})."
        )
        return Difference(column.name, level, share, beside, low, high, strength, words)

    return compare


def _newcombe(one: tuple[int, int], two: tuple[int, int], *, z: float) -> Interval:
    """Return the interval of the difference of two shares, from the Wilson intervals of each."""
    share, beside = one[0] / one[1], two[0] / two[1]
    (low, high), (beside_low, beside_high) = wilson(*one, z=z), wilson(*two, z=z)
    difference = share - beside
    return (
        difference - hypot(share - low, beside_high - beside),
        difference + hypot(high - share, beside - beside_low),
    )


def _mean_words(pair: _Pair, column: FeatureColumn, means: tuple[float, float], span: Interval) -> str:
    """Say how two means differ."""

    def bare(value: float) -> str:
        return f"{float(column.shown(np.array([value]))[0]):,.15g}"

    mean, beside = means
    higher, more = ("higher", "more") if mean > beside else ("lower", "less")
    return (
        f"{pair.subject} have a {higher} '{column.label}' than {pair.others_called}: "
        f"{column.value_text(mean)} on average against {bare(beside)} "
        f"({bare(abs(mean - beside))} {more}, 95 % interval {_between(*span, bare)})."
    )


def _between(low: float, high: float, said: Callable[[float], str]) -> str:
    """Return an interval of a difference by its size, without the sign where both ends have the same."""
    if low * high > 0:
        low, high = sorted((abs(low), abs(high)))
    return f"{said(low)} to {said(high)}"


def _points(share: float) -> str:
    return f"{100 * share:.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
