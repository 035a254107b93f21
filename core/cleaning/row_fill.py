"""What fills that look at the other columns of a row share: numbers in memory, each on a scale of its own.

Nothing they learn depends on the order of the rows: rows are sorted by their values before any are drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import narwhals.stable.v2 as nw
import numpy as np

from core import frames
from core.cleaning.fill import Fill
from core.cleaning.step import State, need_numbers
from core.frames import Frame

_SEED = 20_260_901


@dataclass(frozen=True)
class FillFromColumns(Fill):
    """A fill that takes each gap from the named columns of the same row, all of them numbers."""

    in_folds: ClassVar[bool] = True
    collects: ClassVar[bool] = True

    def _numbers(self, frame: Frame, names: Sequence[str]) -> np.ndarray:
        """Return the columns as numbers; infinite ones are unknown."""
        need_numbers(frame, self.columns, where=self.kind)
        table = frames.collect(frame)
        columns = [table[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in names]
        values = np.column_stack(columns) if columns else np.empty((len(table), 0))
        return np.where(np.isfinite(values), values, np.nan)

    def _replay(self, frame: Frame, state: State) -> Frame:
        names = [name for name in self.columns if state.get(name) is not None]
        values, table = self._numbers(frame, names), frames.collect(frame)
        incomplete = np.isnan(values).any(axis=1)
        if incomplete.any():
            values[incomplete] = self._guessed(values[incomplete], [state[name] for name in names])
        filled = []
        for name, cells in zip(names, values.T, strict=True):
            given = table[name].astype("float64")
            filled.append(nw.from_native(given.where(given.notna(), cells), series_only=True))
        return self._with(frames.wrap(table), filled)

    def _guessed(self, rows: np.ndarray, learned: Sequence[State]) -> np.ndarray:
        """Return the rows without gaps."""
        raise NotImplementedError


def spread(column: np.ndarray) -> State | None:
    """Return mean and standard deviation (1.0 for equal numbers) of the known numbers, None without any."""
    known = np.sort(column[~np.isnan(column)]) + 0.0
    if not len(known):
        return None
    if known[0] == known[-1]:
        return {"mean": float(known[0]), "scale": 1.0}
    largest = np.abs(known).max()  # the square of a very large or very small number would be lost
    parts = known / largest
    return {"mean": float(parts.mean() * largest) + 0.0, "scale": float(parts.std() * largest) or 1.0}


def standardised(values: np.ndarray, learned: Sequence[State]) -> np.ndarray:
    """Return each column in standard deviations from its mean."""
    means, scales = (np.array([one[part] for one in learned]) for part in ("mean", "scale"))
    result: np.ndarray = (values - means) / scales
    return result


def drawn(values: np.ndarray, *, at_most: int) -> np.ndarray:
    """Return rows that have a value, in random order, the same for the same rows in any order."""
    known: np.ndarray = values[~np.isnan(values).all(axis=1)] + 0.0
    if not len(known):
        return known
    ordered: np.ndarray = known[np.lexsort(known.T[::-1])]
    return ordered[np.random.default_rng(_SEED).permutation(len(ordered))[:at_most]]
