"""The simple rule to beat: one column, chosen on the training students, and the rate of each group in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.modeling import measures
from core.modeling.linear import UNSEEN
from core.modeling.order import stratified_parts
from core.modeling.table import FeatureColumn, Features, Floats, Integers
from core.schema import Kind

N_GROUPS = 10
"""Numbers are cut into so many groups of about equal counts; what is not recorded is one more."""
PRIOR_STUDENTS = 10.0
"""Each group's rate is drawn towards the overall rate as if by so many more students."""
MOST_TRIED = 20_000
"""The column is chosen on at most so many training students; its rates come from all of them."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """How one column parts the students into groups."""

    place: int
    """The column's place in the table of features."""
    edges: Floats | None
    """Where groups of a number start, but the lowest; None for a category."""

    def groups(self, features: Features) -> Integers:
        """Return the group of each student: 0 is not recorded or, in a category, never seen."""
        n_numbers = features.numbers.shape[1]
        if self.edges is None:
            return np.asarray(features.codes[:, self.place - n_numbers] - UNSEEN)
        values = features.numbers[:, self.place]
        return np.where(np.isnan(values), 0, np.searchsorted(self.edges, values, side="right") + 1)

    def n_groups(self, features: Features) -> int:
        """Return how many groups there can be."""
        if self.edges is None:
            return len(features.columns[self.place].levels) - UNSEEN
        return len(self.edges) + 2


@dataclass(frozen=True, eq=False)
class SingleColumnRule:
    """A column, its groups, and the risk of each."""

    grouping: Grouping
    rates: Floats = field(repr=False)
    """The risk of each group, strictly between 0 and 1."""

    def risk(self, features: Features) -> Floats:
        """Return the risk of each student."""
        return np.asarray(self.rates[self.grouping.groups(features)])


def fit_rule(features: Features, label: Floats) -> SingleColumnRule:
    """Return the best rule that the training students teach; their order should be a drawn one."""
    tried = features.take(np.arange(min(features.n_students, MOST_TRIED)))
    aucs = column_aucs(tried, label[: tried.n_students])
    return fit_rules(features, label, places=[int(np.argmax(aucs))])[0]


def fit_rules(features: Features, label: Floats, *, places: Sequence[int]) -> list[SingleColumnRule]:
    """Return the rule that each of these columns makes by itself."""
    groupings = [_grouping(features, place) for place in places]
    counts = [_counts(grouping, features, label) for grouping in groupings]
    return [
        SingleColumnRule(grouping, _rates(of[:, 0], of[:, 1]))
        for grouping, of in zip(groupings, counts, strict=True)
    ]


def column_aucs(features: Features, label: Floats) -> Floats:
    """Return for each column the AUC of its rule alone, learned on one half and measured on the other.

    Students are dealt to the halves in their order; both ways are measured, and the mean is given.
    """
    halves = stratified_parts(label, np.arange(len(label)), 2)
    return np.array([_halved_auc(features, label, halves, j) for j in range(len(features.columns))])


def rule_in_words(rules: Sequence[SingleColumnRule], columns: Sequence[FeatureColumn]) -> str:
    """Say which column the rules use, and in how many fits it was the best one."""
    (place, times), *_ = Counter(rule.grouping.place for rule in rules).most_common(1)
    column = columns[place]
    how = "each answer" if column.kind is not Kind.NUMBER else f"{N_GROUPS} groups of equal counts"
    return (
        f"The best single column, most often '{column.label}' ({times} of {len(rules)} fits): the share "
        f"with the outcome in {how} is the risk."
    )


def _halved_auc(features: Features, label: Floats, halves: Integers, place: int) -> float:
    """Return the AUC of one column's rule on students it has not seen."""
    grouping = _grouping(features, place)
    combined = grouping.groups(features) * 4 + halves * 2 + label.astype(np.int64)
    counts = np.bincount(combined, minlength=4 * grouping.n_groups(features)).reshape(-1, 2, 2)
    aucs = [_group_auc(counts[:, half], counts[:, 1 - half]) for half in (0, 1)]
    return float(np.mean(np.where(np.isnan(aucs), 0.5, aucs)))


def _group_auc(learned: Integers, measured: Integers) -> float:
    """Return the AUC on one half of rates from the other; both hold negatives and positives by group."""
    scores, place = np.unique(_rates(learned[:, 0], learned[:, 1]), return_inverse=True)
    negatives = np.bincount(place, measured[:, 0], len(scores))
    positives = np.bincount(place, measured[:, 1], len(scores))
    return float(measures.auc(negatives, positives))


def _rates(negatives: Integers, positives: Integers) -> Floats:
    """Return the smoothed rate of each group."""
    total = positives.sum() + negatives.sum()
    overall = (positives.sum() + 0.5) / (total + 1)
    return np.asarray((positives + PRIOR_STUDENTS * overall) / (negatives + positives + PRIOR_STUDENTS))


def _grouping(features: Features, place: int) -> Grouping:
    """Return how a column is cut: by code, or at the quantiles of what is recorded."""
    if place >= features.numbers.shape[1]:
        return Grouping(place, None)
    known = features.numbers[:, place]
    known = known[~np.isnan(known)]
    if not len(known):
        return Grouping(place, np.empty(0))
    return Grouping(place, np.unique(np.quantile(known, np.arange(1, N_GROUPS) / N_GROUPS)))


def _counts(grouping: Grouping, features: Features, label: Floats) -> Integers:
    """Return negatives and positives by group."""
    combined = grouping.groups(features) * 2 + label.astype(np.int64)
    return np.bincount(combined, minlength=2 * grouping.n_groups(features)).reshape(-1, 2)
