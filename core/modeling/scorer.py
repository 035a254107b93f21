"""What every fitted model can do, whatever its family: score students, and say what each column adds."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.modeling.table import Floats


class Scorer(Protocol):
    """A fitted model; it learns nothing from the students it scores."""

    @property
    def base(self) -> float:
        """The log-odds that contributions start from: of the average student, or the mean over some."""

    @property
    def n_weights(self) -> int | None:
        """How many numbers were learned; None for a family that does not weigh columns."""

    def log_odds(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return the log-odds of the outcome for each row."""

    def contributions(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return what each column adds, shape (n_students, n_columns); with ``base`` its log-odds."""
