"""Whether risks should be corrected, and how: nothing, Platt's line or an isotonic one, by evidence.

Every correction is judged on students whom it was not fitted on, and is used only where it is clearly
better. The models behind the scores did see those students' fellows: what is judged is the correction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.modeling import measures
from core.modeling.calibrators import FITS, TITLES, Calibrator, NoCalibration, fit_prior
from core.modeling.logistic import sigmoid
from core.modeling.table import Floats, Integers

FEWEST = 50
"""With fewer students of one outcome, no correction is fitted on the scores."""
Fits = Mapping[str, Callable[[Floats, Floats], Calibrator]]
Z_TOGETHER = NormalDist().inv_cdf(1 - 0.025 / 3)
"""Three paired comparisons, each of which may decide: the normal points of intervals that hold together."""


@dataclass(frozen=True, eq=False)
class CalibrationChoice:
    """The correction to use, and the evidence."""

    chosen: str
    """none, platt, isotonic, or prior: moved by the share with the outcome alone."""
    calibrator: Calibrator
    """Fitted on all students whose outcome is known."""
    held_out: Floats = field(repr=False)
    """The log-odds by the chosen correction, each student's by one that was fitted without the student;
    shape of ``log_odds``. Students in no fold have those of ``calibrator``."""
    table: pd.DataFrame = field(repr=False)
    words: str
    """What was chosen and why, in one or two sentences."""
    by_fold: tuple[tuple[Calibrator, ...], ...] = field(default=(), repr=False)
    """By repeat and fold, the correction that was fitted without that fold; empty where none was chosen."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing could be compared."""
        return self.table.empty

    @property
    def why_empty(self) -> str:
        """Why nothing was compared; empty if it was."""
        return self.words if self.is_empty else ""

    def frame(self) -> pd.DataFrame:
        """Return one row a method: method, title, log_loss, brier, and the gains over none with intervals.

        ``log_loss_gain`` and ``brier_gain`` are above 0 where the method is better; ``_low`` and ``_high``
        are the ends of their 95 % intervals, from the paired differences of the students, corrected for
        three comparisons.
        """
        return self.table


def choose_calibration(
    log_odds: ArrayLike,
    label: ArrayLike,
    fold_of: ArrayLike,
    *,
    wanted: str = "evidence",
    balanced: bool = False,
) -> CalibrationChoice:
    """Return the correction that the held-out scores call for; ``none`` unless another is clearly better.

    ``wanted`` may name a method instead; ``any`` takes the better of those that correct. Models that
    weighed both outcomes alike (``any`` or ``balanced``) are never left uncorrected: where no correction
    can be fitted, they are moved by the share with the outcome.

    ``log_odds`` and ``fold_of`` have the shape (n_students,) or (repeats, n_students) and hold what the
    models said of students they had not seen, and who was held out together (-1: nobody's); ``label``
    holds 1, 0 or NaN. A correction is clearly better where the intervals of the paired differences in
    log loss and in the Brier score both lie above 0, corrected for three comparisons; isotonic has to
    be clearly better than Platt too. The order of the students changes nothing.
    """
    labels = np.asarray(label, dtype=np.float64)
    given = np.asarray(log_odds, dtype=np.float64)
    scores, folds = np.atleast_2d(given), np.atleast_2d(np.asarray(fold_of))
    rarer = int(min((labels == 0).sum(), (labels == 1).sum()))
    must = (balanced or wanted == "any") and folds.max(initial=-1) >= 1
    if rarer < FEWEST or folds.max(initial=-1) < 1:
        why = f"{rarer} students of the rarer outcome are too few to correct the risks by"
        return _moved(given, labels, folds, pd.DataFrame(), why) if must else _none(given, f"{why}.")
    by_fold = _by_fold(scores, labels, folds, FITS)
    nested = {name: _nested(found, scores, folds) for name, found in by_fold.items()}
    losses = {name: _losses(found, labels, folds) for name, found in nested.items()}
    chosen = _wanted(wanted, losses)
    calibrator = FITS[chosen](*_pooled(scores, labels, folds >= 0))
    held_out = np.where(folds >= 0, nested[chosen], calibrator.log_odds(scores)).reshape(given.shape)
    table = _table(losses)
    if must and any(isinstance(one, NoCalibration) for one in (calibrator, *chain(*by_fold[chosen]))):
        why = f"the risks of this model leave nothing to fit a correction on ({TITLES[chosen]})"
        return _moved(given, labels, folds, table, why)
    words = _words(chosen, table) if wanted == "evidence" else _words_of_wanted(chosen, wanted, table)
    return CalibrationChoice(
        chosen, calibrator, held_out, table, words, by_fold[chosen] if chosen != "none" else ()
    )


def _wanted(wanted: str, losses: Mapping[str, Floats]) -> str:
    """Return the method to use."""
    if wanted == "evidence":
        return _choose(losses)
    if wanted == "any":
        return min(list(losses)[1:], key=lambda name: float(np.sort(losses[name][0]).mean()))
    return wanted


def _words_of_wanted(chosen: str, wanted: str, table: pd.DataFrame) -> str:
    """Say what was asked for, and what it does."""
    if chosen == "none":
        return "The risks are left as the model gives them, as was asked for."
    why = "both outcomes weigh alike in the model" if wanted == "any" else "as was asked for"
    span = _span(table.set_index("method").loc[chosen])
    return f"The risks are corrected ({TITLES[chosen]}), {why}: {span}."


def _pooled(scores: Floats, label: Floats, chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the scores and labels of the chosen, over all repeats, in an order of their own."""
    labels = np.broadcast_to(label, scores.shape)
    keep = chosen & ~np.isnan(labels)
    order = np.lexsort((labels[keep], scores[keep]))
    return scores[keep][order], labels[keep][order]


def _by_fold(
    scores: Floats, label: Floats, folds: Integers, fits: Fits
) -> dict[str, tuple[tuple[Calibrator, ...], ...]]:
    """Return of each method, for each repeat and fold, the correction fitted on the other folds."""
    found: dict[str, list[tuple[Calibrator, ...]]] = {name: [] for name in fits}
    for repeat, parts in enumerate(folds):
        several = []
        for fold in range(int(parts.max(initial=-1)) + 1):
            others = _pooled(scores[repeat], label, (parts >= 0) & (parts != fold))
            several.append([fit(*others) for fit in fits.values()])
        for name, of_method in zip(fits, zip(*several, strict=True), strict=True):
            found[name].append(of_method)
    return {name: tuple(repeats) for name, repeats in found.items()}


def _nested(by_fold: tuple[tuple[Calibrator, ...], ...], scores: Floats, folds: Integers) -> Floats:
    """Return corrected log-odds, each fold's by the correction that was fitted on the other folds."""
    found = scores.copy()
    for repeat, several in enumerate(by_fold):
        for fold, calibrator in enumerate(several):
            held_out = folds[repeat] == fold
            found[repeat, held_out] = calibrator.log_odds(scores[repeat, held_out])
    return found


def _losses(log_odds: Floats, label: Floats, folds: Integers) -> Floats:
    """Return each student's log loss and squared error, means over the repeats, shape (2, n_known)."""
    known = np.flatnonzero(~np.isnan(label) & (folds >= 0).all(axis=0))
    happened = label[known].astype(np.int64)
    risk = sigmoid(log_odds[:, known])
    log_loss = np.stack([measures.log_losses(row)[happened, np.arange(len(known))] for row in risk])
    return np.stack([log_loss.mean(axis=0), ((risk - happened) ** 2).mean(axis=0)])


def _gains(better: Floats, than: Floats) -> Floats:
    """Return how much lower both losses are, and the ends of the intervals, shape (2, 3)."""
    differences = np.sort(than - better, axis=1)
    mean = differences.mean(axis=1)
    half = Z_TOGETHER * differences.std(axis=1, ddof=1) / np.sqrt(differences.shape[1])
    return np.stack([mean, mean - half, mean + half], axis=1)


def _choose(losses: Mapping[str, Floats]) -> str:
    """Return the method that is clearly better than all simpler ones, the simplest where there is none."""
    chosen = "none"
    for name in list(losses)[1:]:
        if (_gains(losses[name], losses[chosen])[:, 1] > 0).all():
            chosen = name
    return chosen


def _table(losses: Mapping[str, Floats]) -> pd.DataFrame:
    rows = []
    for name, found in losses.items():
        values = np.sort(found, axis=1).mean(axis=1)
        log_loss, brier = _gains(found, losses["none"])
        rows.append((name, TITLES[name], *values, *log_loss, *brier))
    measured = [
        f"{measure}{end}" for measure in ("log_loss_gain", "brier_gain") for end in ("", "_low", "_high")
    ]
    return pd.DataFrame(rows, columns=["method", "title", "log_loss", "brier", *measured])


def _words(chosen: str, table: pd.DataFrame) -> str:
    """Say what was chosen and on what evidence."""
    rows = table.set_index("method")
    if chosen == "none":
        best = str(rows["log_loss_gain"].drop("none").idxmax())
        return (
            "The risks are left as the model gives them: no correction makes them clearly truer. "
            f"{TITLES[best]} comes nearest ({_span(rows.loc[best])})."
        )
    return (
        f"The risks are corrected ({TITLES[chosen]}): on students whom the correction was not fitted on they "
        f"are clearly truer ({_span(rows.loc[chosen])}). The order of the list stays as it is."
    )


def _span(row: Any) -> str:
    return (
        f"gain in log loss {row.log_loss_gain:+.4f}, 95 % interval {row.log_loss_gain_low:+.4f} to "
        f"{row.log_loss_gain_high:+.4f}"
    )


def _none(log_odds: Floats, why: str) -> CalibrationChoice:
    """Return no correction where none can be judged."""
    return CalibrationChoice("none", NoCalibration(), log_odds, pd.DataFrame(), why)


def _moved(
    log_odds: Floats, label: Floats, folds: Integers, table: pd.DataFrame, why: str
) -> CalibrationChoice:
    """Return the log-odds moved by the share with the outcome, each fold's by the share of the others."""
    scores = np.atleast_2d(log_odds)
    by_fold = _by_fold(scores, label, folds, {"prior": fit_prior})["prior"]
    calibrator = fit_prior(*_pooled(scores, label, folds >= 0))
    nested = _nested(by_fold, scores, folds)
    held_out = np.where(folds >= 0, nested, calibrator.log_odds(scores)).reshape(log_odds.shape)
    words = (
        "Both outcomes weigh alike in the model, so its risks are moved to the share of students with the "
        f"outcome and corrected no further: {why}."
    )
    return CalibrationChoice("prior", calibrator, held_out, table, words, by_fold)
