"""Whether a protected attribute can be told from the features, although it is none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from core.modeling import measures
from core.modeling.baseline import column_aucs
from core.modeling.candidates import fewest_of_level
from core.modeling.design import learn
from core.modeling.intervals import Z
from core.modeling.order import stratified_parts
from core.modeling.score_cells import count_scores
from core.modeling.table import Features, Floats, Integers
from core.modeling.threads import one_thread

FEWEST_OF_GROUP = 30
"""Students in a group, and beside it, before anything is learned of it."""
MOST_GROUPS = 6
"""Of an attribute; the largest are tried."""
TELLS = 0.6
"""A column that ranks the group this well by itself is named; see ``MOST_NAMED``."""
MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class Protected:
    """A protected attribute of some students, as groups."""

    title: str
    levels: tuple[str, ...]
    codes: Integers = field(repr=False)
    """One a student: the place in ``levels``; -1 for one who is not looked at, or of whom it is not known."""


@dataclass(frozen=True)
class Told:
    """How well a group can be told from all others."""

    title: str
    group: str
    auc: float
    """ROC-AUC of a logistic regression of all features, on students it has not seen."""
    low: float
    """The lower end of its 95 % interval."""
    places: tuple[int, ...]
    """The columns that tell most by themselves, the first most."""


def tellable(
    features: Features, protected: Sequence[Protected], *, rows: Integers, from_low: float
) -> tuple[Told, ...]:
    """Return of each attribute the group that can best be told; columns are named from ``from_low`` on.

    ``rows`` are the students to try it on, in a drawn order. Groups of under 30 of them are not tried, and an
    attribute without one is not in the result.
    """
    students = features.take(rows)
    design = learn(students, fewest_of_level=fewest_of_level(students.n_students))
    matrix = design.matrix(students.numbers, students.codes)
    found = []
    with one_thread():
        for one in protected:
            codes = one.codes[rows]
            known = codes >= 0
            level = _easiest(matrix[known], codes[known], len(one.levels))
            if level is not None:
                auc, low = _auc(matrix[known], (codes[known] == level).astype(np.float64), _logistic)
                places = _places(students, codes, level) if low >= from_low else ()
                found.append(Told(one.title, one.levels[level], auc, low, places))
    return tuple(found)


def _easiest(matrix: Floats, codes: Integers, n_levels: int) -> int | None:
    """Return the group of an attribute that a least-squares line tells best; None where all are small.

    Of two groups one is told exactly as well as the other: the larger is tried.
    """
    counts = np.bincount(codes, minlength=n_levels)
    large = np.flatnonzero((counts >= FEWEST_OF_GROUP) & (len(codes) - counts >= FEWEST_OF_GROUP))
    largest = large[np.argsort(-counts[large], kind="stable")][: MOST_GROUPS if (counts > 0).sum() > 2 else 1]
    if len(largest) <= 1:
        return int(largest[0]) if len(largest) else None
    lows = [_auc(matrix, (codes == level).astype(np.float64), _line)[1] for level in largest]
    return int(largest[int(np.argmax(np.round(lows, 9)))])


def _line(seen: Floats, target: Floats, unseen: Floats) -> Floats:
    """Return the scores of a ridge regression: a quick look at many groups."""
    weights = np.linalg.solve(seen.T @ seen + np.eye(seen.shape[1]), seen.T @ (target - target.mean()))
    return np.asarray(unseen @ weights)


def _logistic(seen: Floats, target: Floats, unseen: Floats) -> Floats:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(solver="newton-cholesky", tol=1e-3, max_iter=20).fit(seen, target)
    return np.asarray(model.decision_function(unseen))


def _auc(
    matrix: Floats, target: Floats, scores: Callable[[Floats, Floats, Floats], Floats]
) -> tuple[float, float]:
    """Return the mean ROC-AUC over two halves, each scored by a model of the other, and its lower end."""
    halves = stratified_parts(target, np.arange(len(target)), 2)
    found = []
    for half in (0, 1):
        seen, unseen = halves != half, halves == half
        cells = count_scores(target[unseen], scores(matrix[seen], target[seen], matrix[unseen]))
        found.append(float(measures.auc(cells.negatives, cells.positives)))
    auc = float(np.mean(found))
    return auc, auc - Z * _error(auc, float(target.sum()), float((1 - target).sum()))


def _error(auc: float, n_with: float, n_without: float) -> float:
    """Return the standard error of a ROC-AUC (Hanley and McNeil, Radiology 143, 1982)."""
    both, neither = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (n_with - 1) * (both - auc**2) + (n_without - 1) * (neither - auc**2)
    return float(np.sqrt(max(variance, 0.0) / (n_with * n_without)))


def _places(students: Features, codes: Integers, level: int) -> tuple[int, ...]:
    known = np.flatnonzero(codes >= 0)
    alone = column_aucs(students.take(known), (codes[known] == level).astype(np.float64))
    order = np.argsort(-np.round(alone, 9), kind="stable")[:MOST_NAMED]
    return tuple(int(place) for place in order if alone[place] >= TELLS)
