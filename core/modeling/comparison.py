"""All families of models on the same folds, beside the rules that have to be beaten."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.modeling.auc_difference import auc_difference
from core.modeling.candidates import DEFAULT, FAMILIES
from core.modeling.evaluate import Evaluation, evaluate
from core.modeling.intervals import Z
from core.modeling.logistic import as_risk, log_odds_of
from core.modeling.options import USUAL, ModelOptions
from core.modeling.order import seeded_order
from core.modeling.points_rule import fit_points
from core.modeling.ranking import HeldOut
from core.modeling.table import Features, Floats, Progress, Texts
from core.modeling.train import CrossValidated, cross_validate

MEASURES = ("roc_auc", "pr_auc", "brier", "ece")
MOST_COMPARED = 30_000
"""Of a larger table so many students are compared: more change no verdict and take minutes."""
NOTHING = 0.005
"""A gain in ROC-AUC below this changes no list that anybody could notice."""


@dataclass(frozen=True)
class Contender:
    """One family or rule, judged on students it had not seen."""

    name: str
    title: str
    words: str
    is_rule: bool
    """Whether it is one of the simple rules, not a family of models."""
    evaluation: Evaluation = field(repr=False)
    difference: tuple[float, float, float] | None
    """How much higher its ROC-AUC is than the logistic regression's, low and high; None of itself."""
    train_auc: float | None
    """ROC-AUC on the students it was fitted on; None for a rule."""
    seconds: float
    """What fitting and scoring all folds took."""


@dataclass(frozen=True)
class Families:
    """The contenders, the best first; rules come last."""

    contenders: tuple[Contender, ...]
    folds: int
    n_students: int
    """Students whose outcome is known."""
    words: str
    """How many students were compared, where not all were."""

    @property
    def verdict(self) -> str:
        """What the figures say about changing the family, in words."""
        best = self._better
        if best is None:
            return (
                "No family is clearly better than the logistic regression, whose every weight can be read: "
                "keep it."
            )
        others = [c for c in self.contenders if not c.is_rule and c.difference]
        gain, low, high = self._together(best)
        return (
            f"{best.title} ranks students better than the logistic regression by {gain:.3f} ROC-AUC "
            f"(95 % interval {low:.3f} to {high:.3f}, as one of {len(others)} comparisons). Weigh that "
            "against reasons that are harder to follow."
        )

    @property
    def selected(self) -> str:
        """The family that the figures call for: the logistic regression unless another is clearly better."""
        return DEFAULT if self._better is None else self._better.name

    @property
    def _better(self) -> Contender | None:
        """The best of the families that are clearly better than the logistic regression; None without one."""
        others = [c for c in self.contenders if not c.is_rule and c.difference]
        better = (c for c in others if self._together(c)[0] >= NOTHING and self._together(c)[1] > 0)
        return next(better, None)

    def _together(self, contender: Contender) -> tuple[float, float, float]:
        """Return the difference with an interval that holds for all families together (Bonferroni)."""
        gain, low, high = contender.difference or (0.0, 0.0, 0.0)
        n = sum(not one.is_rule and one.difference is not None for one in self.contenders)
        wider = NormalDist().inv_cdf(1 - 0.025 / max(1, n)) / Z
        return gain, gain - (gain - low) * wider, gain + (high - gain) * wider

    def frame(self) -> pd.DataFrame:
        """Return one row a contender: name, title, words, is_rule, each measure with low and high.

        Then difference, difference_low, difference_high, train_auc, seconds.
        """
        return pd.DataFrame([_row(contender) for contender in self.contenders])


def compare_families(
    features: Features,
    label: ArrayLike,
    *,
    families: Sequence[str] = tuple(FAMILIES),
    options: ModelOptions = USUAL,
    groups: Texts | None = None,
    seed: int,
    progress: Progress | None = None,
) -> Families:
    """Return every family, and the rules to beat, on the same five folds; no family saw who it is judged on.

    The logistic regression is always among them. Raises as ``cross_validate``.
    """
    names = list(dict.fromkeys([DEFAULT, *families]))
    features, label, groups, words = _drawn(features, np.asarray(label, dtype=np.float64), groups, seed=seed)
    options = replace(options, settings=())
    reference: CrossValidated | None = None
    found = []
    for place, name in enumerate(names):
        if progress:
            progress(place / len(names), f"Fitting: {FAMILIES[name].title}")
        started = time.perf_counter()
        validated = cross_validate(
            features, label, candidate=name, options=options, groups=groups, seed=seed, repeats=1
        )
        seconds = time.perf_counter() - started
        reference = reference or validated
        found.append(_family(name, validated, reference, seconds))
    assert reference is not None  # noqa: S101  the default is always among the names
    rules = [_rule(name, features, reference) for name in RULES]
    if progress:
        progress(1.0, "All families are fitted")
    ordered = sorted(found, key=lambda c: -(c.evaluation.metric("roc_auc").value or 0.0))
    return Families((*ordered, *rules), reference.folds, reference.n_labelled, words)


def _drawn(
    features: Features, label: Floats, groups: Texts | None, *, seed: int
) -> tuple[Features, Floats, Texts | None, str]:
    """Return at most MOST_COMPARED students, drawn by seed and id, and the words for it.

    Of each outcome, and of those whose outcome is not known, the same share is drawn.
    """
    if features.n_students <= MOST_COMPARED:
        return features, label, groups, ""
    drawn = seeded_order(features.student_ids, seed=seed, purpose="families")
    kinds = [drawn[label[drawn] == 0], drawn[label[drawn] == 1], drawn[np.isnan(label[drawn])]]
    ends = np.round(np.cumsum([0, *map(len, kinds)]) * MOST_COMPARED / len(drawn)).astype(int)
    rows = np.concatenate([kind[:n] for kind, n in zip(kinds, np.diff(ends), strict=True)])
    words = f"{MOST_COMPARED:,} of {features.n_students:,} students were drawn for it."
    return features.take(rows), label[rows], None if groups is None else groups[rows], words


def _family(name: str, validated: CrossValidated, reference: CrossValidated, seconds: float) -> Contender:
    family = FAMILIES[name]
    difference = None
    if validated is not reference:
        both = HeldOut(validated.fold_of, validated.held_out.score, reference.held_out.score)
        difference = auc_difference(validated.label, both)
    return Contender(
        name=name,
        title=family.title,
        words=family.words,
        is_rule=False,
        evaluation=_evaluated(validated.risk, validated.held_out, reference),
        difference=difference,
        train_auc=float(np.mean(validated.train_auc)),
        seconds=seconds,
    )


def _rule(name: str, features: Features, reference: CrossValidated) -> Contender:
    title, score = RULES[name]
    started = time.perf_counter()
    log_odds, words = score(features, reference)
    seconds = time.perf_counter() - started
    held_out = HeldOut(reference.fold_of[:1], log_odds[None, :], reference.held_out.score[:1])
    return Contender(
        name=name,
        title=title,
        words=words,
        is_rule=True,
        evaluation=_evaluated(as_risk(log_odds), held_out, reference),
        difference=auc_difference(reference.label, held_out),
        train_auc=None,
        seconds=seconds,
    )


def _evaluated(risk: Floats, held_out: HeldOut, reference: CrossValidated) -> Evaluation:
    """Return the measures; listed are as many as have the outcome."""
    nobody = np.zeros(len(risk), dtype=bool)
    return evaluate(
        reference.label,
        risk,
        reference.baseline_risk,
        listed=nobody,
        seed=reference.seed,
        held_out=held_out,
    )


def _prevalence(_features: Features, reference: CrossValidated) -> tuple[Floats, str]:
    """Return the same risk for everybody of a fold: the share among the others."""
    label, folds = reference.label, reference.fold_of[0]
    found = np.zeros(len(label))
    for fold in range(reference.folds):
        share = float(label[(folds >= 0) & (folds != fold)].mean())
        found[folds == fold] = log_odds_of(np.array([share]))[0]
    return found, "The same risk for every student: the share with the outcome."


def _single(_features: Features, reference: CrossValidated) -> tuple[Floats, str]:
    return reference.held_out.baseline[0], reference.baseline


def _points(features: Features, reference: CrossValidated) -> tuple[Floats, str]:
    """Return the log-odds of the points rule, learned without the fold that it scores."""
    label, folds = reference.label, reference.fold_of[0]
    found = np.zeros(len(label))
    drawn = seeded_order(features.student_ids, seed=reference.seed, purpose="rows")
    words = ""
    for fold in range(reference.folds):
        seen, unseen = drawn[(folds[drawn] >= 0) & (folds[drawn] != fold)], np.flatnonzero(folds == fold)
        rule = fit_points(features.take(seen), label[seen])
        words = words or rule.words(features.columns)
        found[unseen] = rule.log_odds(features.take(unseen))
    return found, f"{words} The signs are chosen anew in each fold; these are the first one's."


RULES: dict[str, tuple[str, Callable[[Features, CrossValidated], tuple[Floats, str]]]] = {
    "points_rule": ("Points for three signs", _points),
    "single_column": ("Best single column", _single),
    "prevalence": ("The same for everybody", _prevalence),
}
"""From a rule's name to its title and what scores students by it."""


def _row(contender: Contender) -> dict[str, object]:
    row: dict[str, object] = {
        "name": contender.name,
        "title": contender.title,
        "words": contender.words,
        "is_rule": contender.is_rule,
    }
    for name in MEASURES:
        metric = contender.evaluation.metric(name)
        row |= {name: metric.value, f"{name}_low": metric.low, f"{name}_high": metric.high}
    gain, low, high = contender.difference or (None, None, None)
    row |= {"difference": gain, "difference_low": low, "difference_high": high}
    return row | {"train_auc": contender.train_auc, "seconds": contender.seconds}
