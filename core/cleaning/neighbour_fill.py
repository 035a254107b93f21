"""The step that fills gaps with what similar rows have.

The rule is that of scikit-learn's KNNImputer, but ties are decided by the learned rows alone: of equally
distant rows, the imputer takes others when a student is filled alone than when many are filled together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.cleaning.learned import are_numbers, is_scale, of_columns
from core.cleaning.row_fill import FillFromColumns, drawn, spread, standardised
from core.cleaning.step import State, listed
from core.errors import RecipeError
from core.frames import Frame

_MOST_DONORS = 1_000
_AT_ONCE = 2_000
_FAR, _STEPS = 16.0, 2.0**18
"""Distances are taken in steps of 1/262,144 of a standard deviation, up to 16 of them: the squares of up to
64 columns then add without any rounding, in whatever order the processor takes them."""


@dataclass(frozen=True)
class FillWithNeighbours(FillFromColumns):
    """Fill gaps in number columns with the mean of the most similar rows that have a value.

    Similar by the named columns alone, each divided by its standard deviation; the distance between two rows
    is taken over the columns that both have (as scikit-learn's KNNImputer does). At most 1,000 rows are
    learned and looked at, drawn by a fixed seed. A row without any value gets the means of those.
    """

    kind: ClassVar[str] = "fill_with_neighbours"
    neighbours: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.neighbours <= _MOST_DONORS:
            raise RecipeError(
                f"{self.kind} cannot look at {self.neighbours:,} rows.",
                hint=f"Give 'neighbours' as a number from 1 to {_MOST_DONORS:,}; 5 is usual.",
            )

    def _learn(self, frame: Frame) -> State:
        values = self._numbers(frame, self.columns)
        donors = drawn(values, at_most=_MOST_DONORS)
        learned: State = {}
        for at, name in enumerate(self.columns):
            learned[name] = spread(values[:, at])
            if learned[name] is not None:
                learned[name]["donors"] = [None if cell != cell else cell for cell in donors[:, at].tolist()]
        return learned

    def _can_have_learned(self, state: State) -> bool:
        sizes = {len(one["donors"]) for one in state.values() if _is_learned(one)}
        return of_columns(state, self.columns, _is_learned) and len(sizes) <= 1

    def _guessed(self, rows: np.ndarray, learned: Sequence[State]) -> np.ndarray:
        from sklearn.metrics.pairwise import nan_euclidean_distances

        donors = np.array([one["donors"] for one in learned], dtype=np.float64).T
        means = [
            _known_mean(column, otherwise=one["mean"]) for column, one in zip(donors.T, learned, strict=True)
        ]
        near = _in_steps(donors, learned)
        result = rows.copy()
        for start in range(0, len(rows), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            away = nan_euclidean_distances(_in_steps(rows[some], learned), near)
            for at, usual in enumerate(means):
                gaps, has = np.isnan(rows[some, at]), ~np.isnan(donors[:, at])
                guesses = _mean_of_nearest(away[gaps][:, has], donors[has, at], n=self.neighbours)
                result[some, at][gaps] = np.where(np.isnan(guesses), usual, guesses)
        return result

    def _says(self, state: State | None) -> str:
        text = f"Fill the gaps of {listed(self.columns)} with the mean of the {self.neighbours:,} most "
        text += "similar rows, judged by these columns alone, which works on the rows in memory"
        if not state:
            return text
        n = max((len(one["donors"]) for one in state.values() if one), default=0)
        return f"{text} ({n:,} rows to compare with)"


def _is_learned(one: object) -> bool:
    if not is_scale(one) or one.keys() != {"mean", "scale", "donors"} or not isinstance(one["donors"], list):
        return False
    return are_numbers([cell for cell in one["donors"] if cell is not None])


def _in_steps(values: np.ndarray, learned: Sequence[State]) -> np.ndarray:
    return np.round(standardised(values, learned).clip(-_FAR, _FAR) * _STEPS) / _STEPS


def _known_mean(column: np.ndarray, *, otherwise: float) -> float:
    known = column[~np.isnan(column)]
    return float(known.mean()) if len(known) else otherwise


def _mean_of_nearest(away: np.ndarray, values: np.ndarray, *, n: int) -> np.ndarray:
    """Return for each row of distances the mean of the ``n`` nearest values, the first among equals."""
    if not values.size:
        return np.full(len(away), np.nan)
    away = np.where(np.isnan(away), np.inf, away)
    n = min(n, len(values))
    limit = np.partition(away, n - 1, axis=1)[:, n - 1 : n]
    closer, equal = away < limit, (away == limit) & np.isfinite(away)
    wanted = n - closer.sum(axis=1, keepdims=True)
    tied = equal.sum(axis=1) > wanted[:, 0]
    equal[tied] &= equal[tied].cumsum(axis=1) <= wanted[tied]
    taken = closer | equal
    count = taken.sum(axis=1)
    # Row by row in memory: else many rows are added in another order than one, and the last bit differs.
    total = np.ascontiguousarray(np.where(taken, values, 0.0)).sum(axis=1)
    result: np.ndarray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return result
