"""The gain and lift curve: how many of those with the outcome a list of any length finds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.modeling import measures
from core.modeling.intervals import resampled
from core.modeling.score_cells import ScoreCells, group_cells
from core.modeling.table import Floats

N_PARTS = 20
"""The list grows by one part in so many of all students from point to point."""


def gain_curve(cells: ScoreCells, *, seed: int) -> pd.DataFrame:
    """Return frac_listed, recall, low, high, lift, lift_low, lift_high, the list growing from 0 to all.

    The lift is recall over frac_listed, NaN for an empty list. The 95 % intervals come from 1,000
    resamples of the students, for each of which a list as long is drawn up. Empty when nobody has the
    outcome.
    """
    names = ["frac_listed", "recall", "low", "high", "lift", "lift_low", "lift_high"]
    if cells.n_positive == 0:
        return pd.DataFrame(columns=names, dtype="float64")
    shares = np.arange(N_PARTS + 1) / N_PARTS
    recall = measures.recall_of_top(cells.negatives, cells.positives, shares)
    low, high = _band(cells, shares, seed=seed)
    spans = np.stack([recall, np.minimum(low, recall), np.maximum(high, recall)])
    lifts = np.divide(spans, shares, out=np.full_like(spans, np.nan), where=shares > 0)
    return pd.DataFrame(np.vstack([shares, spans, lifts]).T, columns=names)


def _band(cells: ScoreCells, shares: Floats, *, seed: int) -> tuple[Floats, Floats]:
    """Return both ends of the interval at each share."""
    groups = group_cells(cells, np.zeros(len(cells.scores), int))
    drawn = resampled(
        groups.negatives,
        groups.positives,
        {"recall": lambda n, p: measures.recall_of_top(n, p, shares)},
        seed=seed,
    )["recall"]
    known = drawn[~np.isnan(drawn[:, -1])]
    low, high = np.quantile(known, (0.025, 0.975), axis=0)
    return low, high
