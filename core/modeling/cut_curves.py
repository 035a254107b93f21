"""Precision, recall and net benefit along the list, and where a cut stands on them.

The curves belong to the list: moving the cut moves the marker, and no point of a curve.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.modeling.fairness_rates import wilson
from core.modeling.policies import ThresholdPolicy
from core.modeling.table import Floats, Integers
from core.modeling.thresholds import ThresholdCurve

COLUMNS = (
    "n_listed", "risk", "precision", "precision_low", "precision_high",
    "recall", "recall_low", "recall_high", "net_benefit", "everyone",
)  # fmt: skip
OBSERVED = "Counted by the known outcomes."
EXPECTED = (
    "Nobody is known to have the outcome, so the curves are what the risks add up to, without intervals."
)


@dataclass(frozen=True, eq=False)
class CutCurves:
    """The curves of one list; made by ``cut_curves``."""

    curve: ThresholdCurve = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    words: str
    """What the figures are counted by."""

    @property
    def is_empty(self) -> bool:
        """Whether there are no students."""
        return self.table.empty

    @property
    def why_empty(self) -> str:
        """Why there are no curves; empty if there are."""
        return "There are no students." if self.is_empty else ""

    def frame(self) -> pd.DataFrame:
        """Return at most 200 points: the columns ``COLUMNS``, by number listed; the same at every cut.

        ``risk`` is that of the last student listed. Net benefit (Vickers and Elkin, 2006) is a student, at
        the price that this risk says; ``everyone`` is that of listing all. NaN where it cannot be said, such
        as net benefit where the last student listed has a risk of 1.
        """
        return self.table

    def marker(self, policy: ThresholdPolicy) -> dict[str, float]:
        """Return where a policy stands: a value for each of the columns; nothing for an empty list."""
        return self.marker_at(self.curve.n_listed(policy))

    def marker_at(self, n_listed: int) -> dict[str, float]:
        """Return where a list of so many students stands, as ``marker`` does."""
        if not n_listed:
            return {}
        points = _points(self.curve, np.array([n_listed], dtype=np.int64))
        return {name: float(values[0]) for name, values in points.items()}


def cut_curves(curve: ThresholdCurve) -> CutCurves:
    """Return the curves of a list."""
    words = OBSERVED if curve.positives[-1] else EXPECTED
    return CutCurves(curve, pd.DataFrame(_points(curve, curve.places())), words)


def _points(curve: ThresholdCurve, places: Integers) -> dict[str, Floats | Integers]:
    """Return the columns of the curves at these numbers of students listed, each above 0."""
    is_observed = bool(curve.positives[-1])
    found = (curve.positives if is_observed else curve.expected)[places].astype(np.float64)
    known = (curve.known[places] if is_observed else places).astype(np.float64)
    everybody = float(curve.known[-1]) if is_observed else float(curve.n_students)
    positives = float(curve.positives[-1]) if is_observed else float(curve.expected[-1])
    risk = -curve.negated[places - 1]
    price = np.divide(risk, 1 - risk, out=np.full(len(risk), np.nan), where=risk < 1)
    per_student = 1 / everybody if everybody else np.nan
    return {
        "n_listed": places,
        "risk": risk,
        **_share("precision", found, known, has_ends=is_observed),
        **_share("recall", found, np.full(len(places), positives), has_ends=is_observed),
        "net_benefit": (found - price * (known - found)) * per_student,
        "everyone": (positives - price * (everybody - positives)) * per_student,
    }


def _share(name: str, hits: Floats, base: Floats, *, has_ends: bool) -> dict[str, Floats]:
    """Return a share with its interval; NaN of nobody, and for the ends of what is not counted."""
    nothing = np.where(base > 0, 0.0, np.nan)
    value, low, high = wilson(hits, base)
    if not has_ends:
        low = high = np.full(len(hits), np.nan)
    return {name: value + nothing, f"{name}_low": low + nothing, f"{name}_high": high + nothing}
