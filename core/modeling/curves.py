"""The curves of an evaluation as small frames, ready to plot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.modeling.intervals import wilson
from core.modeling.measures import calibration_bins
from core.modeling.score_cells import ScoreCells
from core.modeling.table import Floats, Integers

MOST_POINTS = 200
N_THRESHOLDS = 50


def roc_curve(cells: ScoreCells) -> pd.DataFrame:
    """Return threshold, frac_false_alarms, recall from (0, 0) to (1, 1); empty with one outcome only.

    The first threshold is infinite: nobody is at or over it.
    """
    if cells.n_negative == 0 or cells.n_positive == 0:
        return pd.DataFrame(columns=["threshold", "frac_false_alarms", "recall"], dtype="float64")
    negatives, positives = cells.from_top
    x, y = negatives / cells.n_negative, positives / cells.n_positive
    kept = _spread(x + y)
    return pd.DataFrame(
        {"threshold": _thresholds(cells)[kept], "frac_false_alarms": x[kept], "recall": y[kept]}
    )


def precision_recall_curve(cells: ScoreCells) -> pd.DataFrame:
    """Return threshold, recall, precision, recall rising; empty when nobody has the outcome."""
    if cells.n_positive == 0:
        return pd.DataFrame(columns=["threshold", "recall", "precision"], dtype="float64")
    negatives, positives = (counts[1:] for counts in cells.from_top)
    recall, precision = positives / cells.n_positive, positives / (negatives + positives)
    kept = _spread(recall + (negatives + positives) / cells.n)
    threshold = cells.scores[::-1]
    return pd.DataFrame({"threshold": threshold[kept], "recall": recall[kept], "precision": precision[kept]})


def calibration_curve(cells: ScoreCells) -> pd.DataFrame:
    """Return n, mean_risk, frac_observed, low, high (Wilson, 95 %), one row a bin, risks rising."""
    totals = cells.negatives + cells.positives
    bins = calibration_bins(totals)
    n = np.bincount(bins, totals).astype(np.int64)
    hits = np.bincount(bins, cells.positives).astype(np.int64)
    risk = np.bincount(bins, totals * cells.scores)
    rows = [
        (int(n[b]), float(risk[b] / n[b]), float(hits[b] / n[b]), *wilson(int(hits[b]), int(n[b])))
        for b in np.flatnonzero(n)
    ]
    return pd.DataFrame(rows, columns=["n", "mean_risk", "frac_observed", "low", "high"])


def threshold_curve(cells: ScoreCells) -> pd.DataFrame:
    """Return measure, threshold, value, low, high (Wilson): precision, recall and false alarms by the cut.

    One row a measure and a threshold of 0, 0.02, ... 1, students of the threshold itself counted as listed;
    a measure has no row where nobody is listed, or nobody has (or lacks) the outcome.
    """
    rows = []
    for threshold in np.arange(N_THRESHOLDS + 1) / N_THRESHOLDS:
        false_alarms, found = cells.at_least(threshold)
        counts = {
            "precision": (found, found + false_alarms),
            "recall": (found, cells.n_positive),
            "false alarms": (false_alarms, cells.n_negative),
        }
        rows += [
            (measure, threshold, hits / n, *wilson(hits, n)) for measure, (hits, n) in counts.items() if n
        ]
    return pd.DataFrame(rows, columns=["measure", "threshold", "value", "low", "high"])


def _thresholds(cells: ScoreCells) -> Floats:
    """Return the thresholds from the highest, an infinite one before them."""
    return np.concatenate([[np.inf], cells.scores[::-1]])


def _spread(rising: Floats) -> Integers:
    """Return at most ``MOST_POINTS`` places, first and last among them, even along a rising measure."""
    if len(rising) <= MOST_POINTS:
        return np.arange(len(rising))
    wanted = np.linspace(rising[0], rising[-1], MOST_POINTS)
    places = np.minimum(np.searchsorted(rising, wanted), len(rising) - 1)
    places[0] = 0
    return np.unique(places)
