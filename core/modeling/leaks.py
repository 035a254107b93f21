"""Signs that a model knows what it could not have known: columns that stand alone, copies, canaries.

None of them proves a leak; each is a reason to ask before anybody acts on the risks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.modeling import candidates, measures
from core.modeling.logistic import sigmoid
from core.modeling.order import seeded_order, stratified_parts
from core.modeling.score_cells import count_scores
from core.modeling.table import Features, Flags, Floats, Integers
from core.modeling.threads import one_thread
from core.modeling.train import CrossValidated

ALONE = 0.85
"""ROC-AUC from which a column is asked what all others would do without it."""
AHEAD = 0.05
"""So much more ROC-AUC than all other columns together is more than one honest column knows."""
MOST_TRIED = 20_000
FEWEST_COPIES = 10
"""So many students in groups of copies at least before anything is said."""
SURPRISE = 4.0
"""Standard errors by which copies agree about the outcome more often than their risks let expect."""
AGREED = 0.95
"""Pairs of one student written down twice agree about the outcome, but for slips of the pen."""
MOST_ALIKE = 3.0
"""Students in a group of alike ones, on average: more are alike because the table has few answers."""
FEWEST_HALF = 10
"""Students of each outcome in the half that the canary is judged on."""
FEWEST_RECORDED = 10
"""Students of each outcome in whom a number is recorded, before it is ranked by itself."""
AGREED = 0.95
"""Pairs of one student written down twice agree about the outcome, but for slips of the pen."""
MOST_ALIKE = 3.0
"""Students in a group of alike ones, on average: more are alike because the table has few answers."""
FEWEST_HALF = 10
"""Students of each outcome in the half that the canary is judged on."""
FEWEST_RECORDED = 10
"""Students of each outcome in whom a number is recorded, before it is ranked by itself."""
N_PERMUTED = 4
"""Permuted outcomes that the model is fitted on."""


@dataclass(frozen=True)
class Standalone:
    """A column that knows more by itself than all the others together."""

    place: int
    alone: float
    """ROC-AUC of the column."""
    others: float
    """ROC-AUC of the logistic regression of all other columns, on the same students."""


@dataclass(frozen=True)
class Copies:
    """Students whose features are exactly another student's."""

    n_students: int
    agree: float
    """The share of pairs of copies that have the same outcome."""
    expected: float
    """The share that would, if each had the outcome by chance at its risk."""
    is_surprising: bool
    """Whether copies agree as if one outcome had been written down twice."""


def standalone(
    features: Features, label: Floats, grouped: Floats, ranked: Floats, *, seed: int
) -> tuple[Standalone, ...]:
    """Return the columns far ahead of all others.

    ``grouped`` holds each column's ROC-AUC alone with its gaps as a group, ``ranked`` that of a number among
    the students in whom it is recorded (NaN for other columns): the others are judged on the same students.
    """
    drawn = _drawn(features, label, seed)
    found: list[Standalone] = []
    for place in range(len(features.columns)) if len(features.columns) > 1 else ():
        for alone, rows in ((grouped[place], drawn), (ranked[place], _recorded(features, place, drawn))):
            if not alone >= ALONE or any(one.place == place for one in found):
                continue
            others = _auc_without(features.take(rows), label[rows], place)
            if alone >= others + AHEAD:
                found.append(Standalone(place, float(alone), others))
    return tuple(found)


def rank_auc(values: Floats, label: Floats) -> float:
    """Return the ROC-AUC of a number alone, whichever way it points; NaN where few have it recorded."""
    known = ~np.isnan(values)
    if min((label[known] == 1).sum(), (label[known] == 0).sum()) < FEWEST_RECORDED:
        return float("nan")
    cells = count_scores(label[known], values[known])
    auc = float(measures.auc(cells.negatives, cells.positives))
    return max(auc, 1 - auc)


def _recorded(features: Features, place: int, rows: Integers) -> Integers:
    """Return the rows in which a number is recorded; all of them for a category."""
    if place >= features.numbers.shape[1]:
        return rows
    return np.asarray(rows[~np.isnan(features.numbers[rows, place])])


def copies(features: Features, validated: CrossValidated) -> Copies:
    """Return how many students are exact copies of others, and whether their outcomes are copies too.

    In a table of few answers many students are alike by nature, and agree as often as their risks let
    expect. Copies of one student under several ids always agree.
    """
    label = validated.label
    rows = np.flatnonzero(~np.isnan(label))
    group = _alike(features.take(rows))
    size = np.bincount(group)[group]
    several = size > 1
    if several.sum() < FEWEST_COPIES:
        return Copies(int(several.sum()), 0.0, 0.0, is_surprising=False)
    kept = rows[several]
    agree, expected, error = _agreement(group[several], label[kept], validated.log_odds[kept])
    few = len(kept) / len(np.unique(group[several])) <= MOST_ALIKE
    is_surprising = few and agree >= AGREED and agree > expected + SURPRISE * error
    return Copies(len(kept), agree, expected, is_surprising)


def permuted_auc(features: Features, label: Floats, *, seed: int) -> tuple[float, float] | None:
    """Return the mean ROC-AUC of the logistic regression on outcomes dealt out anew, and its standard error.

    Half of the students teach, the other half is scored, each with its share of both outcomes: about 0.5, or
    something outside of the features tells the model who is who. At most 20,000 students are used; None
    where a half has fewer than 10 of one outcome. The error is that of a rank sum where nothing is known.
    """
    rows = _drawn(features, label, seed)
    students = features.take(rows)
    rarer = int(min((label[rows] == 1).sum(), (label[rows] == 0).sum())) // 2
    if rarer < FEWEST_HALF:
        return None
    other = len(rows) // 2 - rarer
    rng = np.random.default_rng([seed, 11])
    found = []
    with one_thread():
        for _ in range(N_PERMUTED):
            dealt = _dealt(label[rows], rng)
            halves = stratified_parts(dealt, np.arange(len(dealt)), 2)
            found.append(_auc_of(students, dealt, halves == 0))
    error = np.sqrt((rarer + other + 1) / (12 * rarer * other) / N_PERMUTED)
    return float(np.mean(found)), float(error)


def _dealt(label: Floats, rng: np.random.Generator) -> Floats:
    """Return the outcomes, dealt out anew."""
    return rng.permutation(label)


def _auc_without(students: Features, label: Floats, place: int) -> float:
    """Return the ROC-AUC of all columns but one, learned on one half and measured on the other, both ways."""
    halves = stratified_parts(label, np.arange(len(label)), 2)
    hidden = _without(students, place)
    with one_thread():
        return float(np.mean([_auc_of(hidden, label, halves == half) for half in (0, 1)]))


def _auc_of(students: Features, label: Floats, learns: Flags) -> float:
    """Return the ROC-AUC on the other students of a model that learned from some."""
    seen, unseen = np.flatnonzero(learns), np.flatnonzero(~learns)
    if label[seen].min() == label[seen].max():
        return 0.5
    model = candidates.fit(candidates.DEFAULT, students.take(seen), label[seen]).scorer
    scored = students.take(unseen)
    cells = count_scores(label[unseen], model.log_odds(scored.numbers, scored.codes))
    return float(measures.auc(cells.negatives, cells.positives))


def _without(students: Features, place: int) -> Features:
    """Return the students with nothing recorded in one column."""
    copied = students.take(np.arange(students.n_students))
    n_numbers = students.numbers.shape[1]
    if place < n_numbers:
        copied.numbers[:, place] = np.nan
    else:
        copied.codes[:, place - n_numbers] = -1
    return copied


def _drawn(features: Features, label: Floats, seed: int) -> Integers:
    """Return at most MOST_TRIED students with a known outcome, in a drawn order."""
    drawn = seeded_order(features.student_ids, seed=seed, purpose="leaks")
    return drawn[~np.isnan(label[drawn])][:MOST_TRIED]


def _alike(features: Features) -> Integers:
    """Return a number for each student that copies share: from all values, gaps included."""
    rng = np.random.default_rng(0)
    mixed = np.zeros(features.n_students, dtype=np.uint64)
    for column in (*features.numbers.T, *features.codes.T.astype(np.float64)):
        bits = np.where(np.isnan(column), np.inf, column + 0.0).view(np.uint64)
        factor = np.uint64(rng.integers(1, 2**62) * 2 + 1)
        mixed = (mixed ^ (bits * factor)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.unique(mixed, return_inverse=True)[1]


def _agreement(group: Integers, label: Floats, log_odds: Floats) -> tuple[float, float, float]:
    """Return how often pairs of copies agree, how often their risks let expect, and the error of that."""
    risk = sigmoid(log_odds)
    n = np.bincount(group)
    kept = n > 1
    pairs = n * (n - 1) / 2

    def within(values: Floats) -> Floats:
        """Sum of the products over the pairs of each group."""
        total, squares = np.bincount(group, values), np.bincount(group, values**2)
        return np.asarray((total**2 - squares) / 2)

    agree = (within(label) + within(1 - label))[kept]
    expected = (within(risk) + within(1 - risk))[kept]
    weight = pairs[kept]
    share = expected / weight
    # Pairs of one group are not independent: each group counts as if it held one pair.
    error = float(np.sqrt((weight**2 * share * (1 - share)).sum())) / float(weight.sum())
    return float(agree.sum() / weight.sum()), float(expected.sum() / weight.sum()), error
