"""How good the risks are: every measure with a 95 % interval and beside the simple rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.modeling import measures
from core.modeling.curves import calibration_curve, precision_recall_curve, roc_curve, threshold_curve
from core.modeling.gains import gain_curve
from core.modeling.intervals import Interval, mirrored, percentiles, resampled, wilson
from core.modeling.metric import DEFINITIONS, NO_INTERVAL, Confusion, Metric
from core.modeling.net_benefit import NetBenefit, net_benefit
from core.modeling.ranking import MEASURES, HeldOut, Ranking, within_folds
from core.modeling.score_cells import ENOUGH_CELLS, MOST_CELLS, ScoreCells, count_scores, group_cells
from core.modeling.table import Floats, Integers

OF_LIST = ("precision_at_listed", "recall_at_listed", "lift")
"""The measures of the list itself, whatever the cut of the others."""


@dataclass(frozen=True)
class Evaluation:
    """The measures of a set of risks on the students whose outcome is known."""

    metrics: tuple[Metric, ...]
    n_students: int
    """Students whose outcome is known."""
    n_positive: int
    n_listed: int
    """Students on the list, known or not."""
    cut: float
    cells: ScoreCells = field(repr=False)
    seed: int

    @property
    def prevalence(self) -> float | None:
        """The share of students with the outcome, among those whose outcome is known."""
        return self.n_positive / self.n_students if self.n_students else None

    @property
    def definitions(self) -> Mapping[str, str]:
        """What each measure means, by name."""
        return DEFINITIONS

    @property
    def is_empty(self) -> bool:
        """Whether no student's outcome is known."""
        return self.n_students == 0

    @property
    def why_empty(self) -> str:
        """Why there is nothing to measure; empty if there is."""
        return "No student's outcome is known." if self.is_empty else ""

    def metric(self, name: str) -> Metric:
        """Return one measure by name; raises KeyError."""
        return {metric.name: metric for metric in self.metrics}[name]

    def frame(self) -> pd.DataFrame:
        """Return one row a measure: name, title, value, low, high, baseline, why, definition."""
        names = ("name", "title", "value", "low", "high", "baseline", "why", "definition")
        rows = [[getattr(metric, name) for name in names] for metric in self.metrics]
        numbers = dict.fromkeys(names[2:6], "float64")
        return pd.DataFrame(rows, columns=list(names)).astype(numbers)

    def confusion(self, cut: float | None = None) -> Confusion:
        """Return the counts at any cut; a lookup."""
        return _confusion(self.cells, self.cut if cut is None else cut)

    def roc(self) -> pd.DataFrame:
        """Return threshold, frac_false_alarms, recall: at most 200 points from (0, 0) to (1, 1)."""
        return roc_curve(self.cells)

    def pr(self) -> pd.DataFrame:
        """Return threshold, recall, precision: at most 200 points, recall rising."""
        return precision_recall_curve(self.cells)

    def calibration(self) -> pd.DataFrame:
        """Return n, mean_risk, frac_observed, low, high: one row a bin, risks rising."""
        return calibration_curve(self.cells)

    def gain(self) -> pd.DataFrame:
        """Return frac_listed, recall, low, high, lift, lift_low, lift_high: 21 points of the gain curve."""
        return self._gain

    def thresholds(self) -> pd.DataFrame:
        """Return measure, threshold, value, low, high: precision, recall and false alarms by the cut."""
        return threshold_curve(self.cells)

    @cached_property
    def decision(self) -> NetBenefit:
        """The net benefit of the list beside that of supporting everybody and nobody."""
        return net_benefit(self.cells)

    @cached_property
    def _gain(self) -> pd.DataFrame:
        return gain_curve(self.cells, seed=self.seed)


def evaluate(
    label: ArrayLike,
    risk: ArrayLike,
    baseline_risk: ArrayLike,
    *,
    listed: ArrayLike,
    cut: float = 0.5,
    seed: int,
    held_out: HeldOut | None = None,
) -> Evaluation:
    """Return all measures of the risks; students whose label is NaN are left out of them.

    ``label`` holds 1, 0 or NaN, the risks lie in [0, 1], ``listed`` is true for students on the list;
    all have one entry a student, in the same order, which changes nothing. With ``held_out`` (of a
    cross-validation) ROC-AUC and PR-AUC are means over the folds, see ``ranking``. Proportions have
    Wilson intervals, the others come from 1,000 resamples of the students; recall and lift of the list
    take each time as many students as the list holds.
    """
    labels, risks, simple = (np.asarray(a, dtype=np.float64) for a in (label, risk, baseline_risk))
    on_list = np.asarray(listed, dtype=bool)
    known = ~np.isnan(labels)
    n_known, found = int((on_list & known).sum()), int(labels[on_list & known].sum())
    cells, beside = (count_scores(labels[known], scores[known]) for scores in (risks, simple))
    ranking, beside_ranking = _rankings(labels, cells, beside, held_out)
    values = _values(cells, ranking, cut) | _of_list(cells, found, n_known)
    on_top = _precision_of_top(beside, n_known)
    baseline = _values(beside, beside_ranking, cut) | _of_list(beside, (on_top or 0.0) * n_known, n_known)
    spans = _spans(cells, ranking, cut, values, n_listed=n_known, seed=seed)
    spans["precision_at_listed"] = wilson(found, n_known)
    metrics = tuple(
        _metric(name, values[name], spans.get(name), baseline[name], cells) for name in DEFINITIONS
    )
    return Evaluation(metrics, cells.n, cells.n_positive, int(on_list.sum()), cut, cells, seed)


def _rankings(
    label: Floats, cells: ScoreCells, beside: ScoreCells, held_out: HeldOut | None
) -> tuple[Ranking, Ranking]:
    """Return who is compared with whom, for the model and for the simple rule."""
    if held_out is None:
        return Ranking(((cells,),)), Ranking(((beside,),))
    return (
        within_folds(label, held_out.fold_of, held_out.score),
        within_folds(label, held_out.fold_of, held_out.baseline),
    )


def _metric(
    name: str, value: float | None, span: Interval | None, baseline: float | None, cells: ScoreCells
) -> Metric:
    """Put a measure together, with the reason where it or its interval is missing."""
    if value is None:
        return Metric(name, None, None, None, baseline, _why_undefined(name, cells))
    if span is None:
        return Metric(name, value, None, None, baseline, NO_INTERVAL)
    return Metric(name, value, min(span[0], value), max(span[1], value), baseline)


def _why_undefined(name: str, cells: ScoreCells) -> str:
    """Say why a measure has no value."""
    if cells.n == 0:
        return "No student's outcome is known."
    if name == "precision_at_listed" or (name in OF_LIST and cells.n_positive):
        return "No student on the list has a known outcome."
    if name == "precision":
        return "No student's risk is at or over the cut."
    return "All students have the same outcome."


def _confusion(cells: ScoreCells, cut: float) -> Confusion:
    """Count both outcomes on both sides of the cut."""
    false_alarms, found = cells.at_least(cut)
    return Confusion(cut, found, false_alarms, cells.n_positive - found, cells.n_negative - false_alarms)


def _values(cells: ScoreCells, ranking: Ranking, cut: float) -> dict[str, float | None]:
    """Return all measures but the list's."""
    ordered = {name: ranking.value(measure) for name, measure in MEASURES.items()}
    return _at_cut(cells, cut) | ordered | _truth(cells)


def _at_cut(cells: ScoreCells, cut: float) -> dict[str, float | None]:
    """Return the measures that need a cut."""
    table = _confusion(cells, cut)
    recall = _share(table.found, cells.n_positive)
    specificity = _share(table.spared, cells.n_negative)
    both = recall is not None and specificity is not None
    return {
        "accuracy": _share(table.found + table.spared, cells.n),
        "balanced_accuracy": ((recall or 0.0) + (specificity or 0.0)) / 2 if both else None,
        "f1": _share(2 * table.found, 2 * table.found + table.false_alarms + table.missed),
        "precision": _share(table.found, table.found + table.false_alarms),
        "recall": recall,
        "specificity": specificity,
    }


def _truth(cells: ScoreCells) -> dict[str, float | None]:
    """Return how near the risks come to what happened."""
    if cells.n == 0:
        return {"brier": None, "log_loss": None, "ece": None}
    pair = (cells.negatives, cells.positives)
    bins = measures.calibration_bins(cells.negatives + cells.positives)
    squares = np.stack([cells.scores**2, (1 - cells.scores) ** 2])
    return {
        "brier": float(measures.brier(*pair, squares)),
        "log_loss": float(measures.log_loss(*pair, measures.log_losses(cells.scores))),
        "ece": float(measures.calibration_error(*pair, cells.scores, bins)),
    }


def _spans(
    cells: ScoreCells,
    ranking: Ranking,
    cut: float,
    values: dict[str, float | None],
    *,
    n_listed: int,
    seed: int,
) -> dict[str, Interval | None]:
    """Return the intervals of all measures but the list's precision."""
    if cells.n == 0:
        return {}
    table = _confusion(cells, cut)
    spans: dict[str, Interval | None] = {
        "accuracy": wilson(table.found + table.spared, table.n),
        "precision": wilson(table.found, table.found + table.false_alarms),
        "recall": wilson(table.found, cells.n_positive),
        "specificity": wilson(table.spared, cells.n_negative),
    }
    ordered = ranking.intervals(MEASURES, seed=seed)
    drawn = _score_spans(cells, values, n_listed / cells.n, seed=seed)
    return spans | _cut_spans(table, seed=seed) | ordered | drawn


def _cut_spans(table: Confusion, *, seed: int) -> dict[str, Interval | None]:
    """Resample the four counts at the cut; group 0 is under it, group 1 at or over it."""
    drawn = resampled(
        np.array([table.spared, table.false_alarms]),
        np.array([table.missed, table.found]),
        {"balanced_accuracy": _balanced, "f1": _f1},
        seed=seed,
    )
    return {name: percentiles(found) for name, found in drawn.items()}


def _balanced(negatives: Integers, positives: Integers) -> Floats:
    """Return balanced accuracy; NaN where a resample has one outcome only."""
    with np.errstate(invalid="ignore"):
        spared, found = negatives[:, 0] / negatives.sum(axis=1), positives[:, 1] / positives.sum(axis=1)
    return np.asarray((spared + found) / 2)


def _f1(negatives: Integers, positives: Integers) -> Floats:
    """Return F1; NaN where a resample has nobody with the outcome and nobody over the cut."""
    with np.errstate(invalid="ignore"):
        return np.asarray(2 * positives[:, 1] / (positives.sum(axis=1) + positives[:, 1] + negatives[:, 1]))


def _score_spans(
    cells: ScoreCells, values: dict[str, float | None], listed: float, *, seed: int
) -> dict[str, Interval | None]:
    """Resample the students by risk: for each resample a list of the same share of them is drawn up."""
    bins = measures.calibration_bins(cells.negatives + cells.positives)
    groups = group_cells(cells, bins, MOST_CELLS if len(cells.scores) <= MOST_CELLS else ENOUGH_CELLS)
    drawn = resampled(
        groups.negatives,
        groups.positives,
        {
            "brier": lambda n, p: measures.brier(n, p, groups.squares),
            "log_loss": lambda n, p: measures.log_loss(n, p, groups.losses),
            "ece": lambda n, p: measures.calibration_error(n, p, groups.risk, groups.bins),
            "recall_at_listed": lambda n, p: measures.recall_of_top(n, p, np.array([listed]))[:, 0],
        },
        seed=seed,
    )
    error = mirrored(drawn.pop("ece"), values["ece"] or 0.0)
    recall = percentiles(drawn["recall_at_listed"])
    lift = (recall[0] / listed, recall[1] / listed) if recall and listed else None
    return {name: percentiles(found) for name, found in drawn.items()} | {"ece": error, "lift": lift}


def _of_list(cells: ScoreCells, found: float, n_listed: int) -> dict[str, float | None]:
    """Return the measures of a list with ``n_listed`` known outcomes, of which ``found`` happened."""
    if not n_listed:
        return dict.fromkeys(OF_LIST)
    recall = _share(found, cells.n_positive)
    lift = None if recall is None else recall * cells.n / n_listed
    return {"precision_at_listed": found / n_listed, "recall_at_listed": recall, "lift": lift}


def _precision_of_top(cells: ScoreCells, n_top: int) -> float | None:
    """Return the precision expected of the ``n_top`` highest scores; ties at the end share the places."""
    if n_top == 0:
        return None
    negatives, positives = cells.from_top
    return float(np.interp(n_top, negatives + positives, positives)) / n_top


def _share(hits: float, n: int) -> float | None:
    """Return a proportion; None of nothing."""
    return hits / n if n else None
