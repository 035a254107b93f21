"""Sets of columns that students lack: which of them may be told beside other counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.eda.values import Integers
from core.eda.withholding import Flags

Cell = tuple[int, tuple[tuple[int, bool], ...]]
"""How many students lack some columns (their places) and have others."""


def without_rest_of_few(sizes: Integers, held: Flags, cells: Iterable[Cell], min_group: int) -> Flags:
    """Return which sets of gaps may be shown: what a cell holds beside those is of none, or not of few.

    The last set of a cell that would tell goes. It is not of few itself, so that no cell tells afterwards.
    """
    shown = np.ones(len(sizes), dtype=np.bool_)
    for n, conditions in cells:
        inside = shown.copy()
        for column, is_lacking in conditions:
            inside &= held[:, column] == is_lacking
        if inside.any() and 0 < n - int(sizes[inside].sum()) < min_group:
            shown[np.flatnonzero(inside)[-1]] = False
    return shown


def row_keys(packed: NDArray[np.uint8]) -> NDArray[Any]:
    """Return one value a row, equal for equal rows: a number for up to eight bytes, else the bytes."""
    if packed.shape[1] > 8:
        return np.array([row.tobytes() for row in packed], dtype=object)
    padded = np.zeros((len(packed), 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    keys: NDArray[np.uint64] = padded.view(np.uint64).ravel()
    return keys
