"""Statements on students, column by column; each is made once and shared by all whom it fits."""

from __future__ import annotations

import numpy as np

from core.modeling.table import FeatureColumn, Features, Floats, Integers, Texts
from core.schema import Kind


class Phrasebook:
    """Holds the phrases of a table's columns; values that are shown alike share one phrase."""

    def __init__(self, columns: tuple[FeatureColumn, ...], typical: Floats) -> None:
        self._columns, self._typical = columns, typical
        self._said: list[dict[float, str]] = [{} for _ in columns]

    def phrase(self, place: int, value: float) -> str:
        """Return what is said of a value (NaN or -1: not recorded) of the column at this place."""
        column = self._columns[place]
        shown = float(column.shown(np.array([value]))[0]) if column.kind is Kind.NUMBER else value
        return self._phrase(place, shown)

    def _phrase(self, place: int, shown: float) -> str:
        """Return what is said of a value that has only the digits that are shown."""
        key = -np.inf if np.isnan(shown) else shown
        if key not in self._said[place]:
            typical = float(self._typical[place])
            self._said[place][key] = self._columns[place].phrase(shown, typical=typical)
        return self._said[place][key]

    def joined(self, students: Features, said: Integers, joiner: str) -> Texts:
        """Return one text a student from the columns to say, shape (n_students, n); -1 is none."""
        texts = np.full(said.shape, "", dtype=object)
        for place in range(len(self._columns)):
            rows, turns = np.nonzero(said == place)
            if len(rows):
                texts[rows, turns] = self._phrases(place, _values(students, place)[rows])
        total = texts[:, 0]
        for turn in range(1, said.shape[1]):
            more = said[:, turn] >= 0
            total[more] += joiner + texts[more, turn]
        return total

    def _phrases(self, place: int, values: Floats) -> Texts:
        """Return the phrase of each value."""
        distinct, back = np.unique(self._columns[place].shown(values), return_inverse=True)
        phrases = [self._phrase(place, value) for value in distinct.tolist()]
        return np.array(phrases, dtype=object)[back]


def typical_values(features: Features) -> Floats:
    """Return the median of each number, the commonest answer of each flag and code of each category.

    NaN or -1 where nothing is recorded; of two that are as common, the first in their order.
    """
    n_numbers = features.numbers.shape[1]
    typical = np.full(len(features.columns), np.nan)
    for place, column in enumerate(features.columns):
        values = _values(features, place)
        known = values[values >= 0] if place >= n_numbers else values[~np.isnan(values)]
        if place >= n_numbers:
            typical[place] = np.bincount(known.astype(np.int64)).argmax() if len(known) else -1
        elif len(known):
            typical[place] = np.median(known) if column.kind is Kind.NUMBER else float(known.mean() > 0.5)
    return typical


def _values(features: Features, place: int) -> Floats:
    """Return a column's numbers or codes."""
    n_numbers = features.numbers.shape[1]
    if place < n_numbers:
        return features.numbers[:, place]
    return features.codes[:, place - n_numbers].astype(np.float64)
