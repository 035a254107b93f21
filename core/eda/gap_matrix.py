"""Where values are missing, as a picture of the whole table: groups of like students by columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.values import Integers
from core.eda.withholding import MIN_GROUP, Flags
from core.schema import Column

MOST_COLUMNS = 24
MOST_BANDS = 60
PARTS = 4
"""A share is told to the nearest quarter."""
FEWEST_IN_BAND = 4 * MIN_GROUP
"""Of so many students a quarter leaves at least five numbers open: the span that every figure leaves."""


@dataclass(frozen=True, eq=False)
class GapMatrix:
    """Students in bands, those with like gaps beside each other; nobody's own gaps can be read from it."""

    columns: tuple[str, ...] = ()
    """Those with the most gaps that may be told, most first."""
    sizes: tuple[int, ...] = ()
    """The students of each band, at least 40; they differ by one at most."""
    shares: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    """Of shape (bands, columns): the share of the band that lacks the column, to the nearest quarter."""
    why_empty: str = ""
    is_of_all: bool = True
    """Whether students who lack nothing are in it, too."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not len(self.sizes)

    def frame(self) -> pd.DataFrame:
        """Return one row a band and column: first, last (places of students), column, lacking (a share)."""
        last = np.cumsum(self.sizes, dtype=np.int64)
        width = len(self.columns)
        return pd.DataFrame(
            {
                "first": np.repeat(last - np.array(self.sizes, dtype=np.int64) + 1, width),
                "last": np.repeat(last, width),
                "column": list(self.columns) * len(last),
                "lacking": self.shares.ravel(),
            }
        )


def gap_matrix(columns: Sequence[Column], *, gaps: Flags, able: Flags) -> GapMatrix:
    """Return the picture of ``gaps`` (students by columns) over the columns that are ``able`` to be told.

    Students come in the order of what they lack, those who lack the first column first, and are cut into
    bands of 40 or more; which students are in a band is not kept.
    """
    counts = gaps.sum(axis=0)
    order = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i] and able[i]][:MOST_COLUMNS]
    n_bands = min(MOST_BANDS, len(gaps) // FEWEST_IN_BAND)
    if not order or n_bands < 2:
        few = f"At least {2 * FEWEST_IN_BAND} students are needed for a picture of the gaps."
        why = few if order else "There is no column of which the gaps may be told."
        return GapMatrix(why_empty=why)
    likely = gaps[:, order]
    rows = np.argsort(-_keys(likely), kind="stable")
    parts = np.array_split(rows, n_bands)
    exact = np.stack([likely[part].mean(axis=0) for part in parts])
    names = tuple(columns[i].name for i in order)
    return GapMatrix(names, tuple(len(part) for part in parts), np.round(exact * PARTS) / PARTS)


def _keys(gaps: Flags) -> Integers:
    """Return a number a student that says what is lacking, the first column weighing most."""
    weights = 1 << np.arange(gaps.shape[1] - 1, -1, -1, dtype=np.int64)
    keys = np.zeros(len(gaps), dtype=np.int64)
    for j, weight in enumerate(weights):
        keys += gaps[:, j] * weight
    return keys
