"""A model whose risks are corrected: what each column adds is scaled along, so that it still adds up."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.modeling.calibrators import Calibrator, NoCalibration
from core.modeling.scorer import Scorer
from core.modeling.table import Floats

NOTHING = 1e-9
"""Log-odds nearer than this to the base are the base: there is nothing to scale."""


@dataclass(frozen=True, eq=False)
class Corrected:
    """A scorer with a correction behind it."""

    inner: Scorer = field(repr=False)
    calibrator: Calibrator

    @property
    def base(self) -> float:
        """The corrected log-odds that contributions start from."""
        return float(self.calibrator.log_odds(np.array([self.inner.base]))[0])

    @property
    def n_weights(self) -> int | None:
        """How many numbers the model learned; the correction's one or two do not count."""
        return self.inner.n_weights

    def log_odds(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return the corrected log-odds of the outcome for each row."""
        return self.calibrator.log_odds(self.inner.log_odds(numbers, codes))

    def contributions(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return what each column adds; each student's are stretched alike, so their order stays.

        The correction rises, so the stretch is never below 0: what raises a risk still raises it.
        """
        parts = self.inner.contributions(numbers, codes)
        moved = parts.sum(axis=1)
        corrected = self.calibrator.log_odds(self.inner.base + moved) - self.base
        near = np.abs(moved) < NOTHING
        stretch = np.where(near, 1.0, corrected / np.where(near, 1.0, moved))
        return np.asarray(parts * stretch[:, None])


def corrected(scorer: Scorer, calibrator: Calibrator) -> Scorer:
    """Return the scorer with the correction, or itself where there is none."""
    return scorer if isinstance(calibrator, NoCalibration) else Corrected(scorer, calibrator)
