"""Cross-validated risks: every student is scored by models that have not seen the student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.errors import NotEnoughStudents, OneOutcomeOnly, SchemaError
from core.modeling import candidates, measures
from core.modeling.baseline import SingleColumnRule, fit_rule, rule_in_words
from core.modeling.calibration import CalibrationChoice, choose_calibration
from core.modeling.corrected import corrected
from core.modeling.logistic import as_risk, log_odds_of
from core.modeling.options import USUAL, ModelOptions
from core.modeling.order import check_parts, grouped_parts, most_parts, seeded_order, stratified_parts
from core.modeling.ranking import HeldOut
from core.modeling.score_cells import count_scores
from core.modeling.scorer import Scorer
from core.modeling.table import FeatureColumn, Features, Floats, Progress, Texts
from core.modeling.threads import one_thread
from core.modeling.wider import used_columns

FEWEST_STUDENTS = 10
"""Fewer students with a known outcome teach nothing that could be checked."""
FEWEST_OF_OUTCOME = 2
"""Each outcome is needed in training and in checking."""
MANY_STUDENTS = 20_000
"""Up to so many students the folds are drawn three times, above once."""


@dataclass(frozen=True, eq=False)
class CrossValidated:
    """Risks out of fold, the models behind them, and how well each did; arrays in the table's order."""

    risk: Floats
    """In [0, 1], 6 decimals: from the mean log-odds of the models that did not see the student.
    Students whose outcome is not known were seen by no model and are scored by all of them."""
    log_odds: Floats = field(repr=False)
    """The same before rounding."""
    baseline_risk: Floats
    """The risk by the simple rule, learned in the same folds."""
    label: Floats
    """1, 0, or NaN where the outcome is not known."""
    held_out: HeldOut = field(repr=False)
    """The scores (log-odds) of each repeat by itself, and the folds."""
    models: tuple[Scorer, ...] = field(repr=False)
    """Model ``repeat * folds + fold`` did not see the students of that fold."""
    rules: tuple[SingleColumnRule, ...] = field(repr=False)
    """The simple rules, in the same order."""
    fold_auc: tuple[float, ...]
    """ROC-AUC of each model on the students it did not see."""
    train_auc: tuple[float, ...]
    """ROC-AUC of each model on the students it was fitted on."""
    columns: tuple[FeatureColumn, ...] = field(repr=False)
    candidate: str
    seed: int
    folds: int
    repeats: int
    baseline: str
    """The simple rule in words."""
    options: ModelOptions = USUAL
    calibration: CalibrationChoice | None = field(default=None, repr=False)
    """How the risks were corrected; the log-odds and models here are the corrected ones."""
    used: tuple[frozenset[int], ...] = field(default=(), repr=False)
    """Of each model the places of the columns that it was allowed to use."""

    @property
    def fold_of(self) -> NDArray[np.int8]:
        """Shape (repeats, n_students): the fold in which the student was held out, or -1."""
        return self.held_out.fold_of

    @property
    def n_labelled(self) -> int:
        """Students whose outcome is known."""
        return int((~np.isnan(self.label)).sum())

    @property
    def auc(self) -> float:
        """The cross-validated ROC-AUC: the mean of ``fold_auc``."""
        return float(np.mean(self.fold_auc))

    def survival(self) -> pd.DataFrame:
        """Return column, label, times, of: in how many of the models each column was chosen, most first."""
        times = [sum(place in used for used in self.used) for place in range(len(self.columns))]
        names = {"column": [c.name for c in self.columns], "label": [c.label for c in self.columns]}
        frame = pd.DataFrame(names | {"times": times, "of": len(self.models)})
        return frame.sort_values("times", ascending=False, kind="stable", ignore_index=True)

    @property
    def protocol(self) -> str:
        """How the risks were made, in words."""
        times = f", repeated {self.repeats} times" if self.repeats > 1 else ""
        tuned = (
            " Its settings were searched on these same students, so the figures flatter a little: see Tuning."
            if self.options.settings
            else ""
        )
        kept = f", students of one '{self.options.group}' in one fold" if self.options.group else ""
        return (
            f"Stratified {self.folds}-fold cross-validation{times}{kept}; every student is scored only by "
            f"models that were fitted without the student.{tuned}"
        )


def cross_validate(  # noqa: PLR0913  each of them decides the result
    features: Features,
    label: ArrayLike,
    *,
    candidate: str = candidates.DEFAULT,
    options: ModelOptions = USUAL,
    groups: Texts | None = None,
    seed: int,
    folds: int = 5,
    repeats: int | None = None,
    outcome: str = "",
    progress: Progress | None = None,
) -> CrossValidated:
    """Return the risk of every student from models that did not see the student.

    ``label`` holds 1, 0 or NaN, one a row. Folds depend on the seed and the student's id, not on the
    rows' order; students of one of the ``groups`` (a text a row, empty for none) are never parted.
    ``folds`` becomes less, at least 2, where an outcome has fewer students or groups. ``repeats`` is 3 up to
    ``MANY_STUDENTS`` students, else 1. ``outcome`` is its text, for the errors.

    Raises NotEnoughStudents, OneOutcomeOnly, InvalidChoice (an unknown candidate).
    """
    labels = known_labels(features, label, outcome=outcome)
    candidates.must_exist(candidate)
    rows = seeded_order(features.student_ids, seed=seed, purpose="rows")
    few = most_parts(labels, groups, folds)
    times = repeats or (3 if features.n_students <= MANY_STUDENTS else 1)
    run = _Run(features.take(rows), labels[rows], candidate, seed, few, times)
    run.options, run.groups = options, None if groups is None else groups[rows]
    with one_thread():
        run.fit(progress)
        choice = run.correct()
    return run.result(rows, tuple(features.columns), choice)


def known_labels(features: Features, label: ArrayLike, *, outcome: str) -> Floats:
    """Return the label as an array; raises NotEnoughStudents, OneOutcomeOnly, SchemaError."""
    labels = np.asarray(label, dtype=np.float64)
    if len(labels) != features.n_students:
        raise SchemaError(f"There are {len(labels):,} outcomes for {features.n_students:,} students.")
    check_label(labels, outcome=outcome)
    return labels


def check_label(labels: Floats, *, outcome: str) -> None:
    """Do nothing if something can be learned from these labels; raises NotEnoughStudents, OneOutcomeOnly."""
    n_with, n_without = int((labels == 1).sum()), int((labels == 0).sum())
    named = f" '{outcome}'" if outcome else ""
    plural = "" if n_with + n_without == 1 else "s"
    if n_with + n_without < FEWEST_STUDENTS:
        raise NotEnoughStudents(
            f"The outcome{named} is known of {n_with + n_without} student{plural}.",
            hint=f"A model needs at least {FEWEST_STUDENTS}; more than 100 of each outcome are better.",
        )
    if min(n_with, n_without) == 0:
        every = "Every" if n_with else "No"
        raise OneOutcomeOnly(
            f"{every} student has the outcome{named}, so there is nothing to learn.",
            hint="Choose another outcome, or a table that holds students of both kinds.",
        )
    if min(n_with, n_without) < FEWEST_OF_OUTCOME:
        one = "has" if n_with == 1 else "does not have"
        raise NotEnoughStudents(
            f"Only one student {one} the outcome{named}.",
            hint=f"At least {FEWEST_OF_OUTCOME} students of each outcome are needed.",
        )


class _Run:
    """The state of one cross-validation, over rows in an order that is drawn."""

    def __init__(
        self, table: Features, label: Floats, candidate: str, seed: int, folds: int, repeats: int
    ) -> None:
        self.table, self.label, self.candidate, self.seed = table, label, candidate, seed
        self.folds, self.repeats = folds, repeats
        self.unknown = np.flatnonzero(np.isnan(label))
        self.log_odds = np.zeros((repeats, len(label)))
        self.simple = np.zeros((repeats, len(label)))
        self.fold_of = np.full((repeats, len(label)), -1, dtype=np.int8)
        self.models: list[Scorer] = []
        self.rules: list[SingleColumnRule] = []
        self.fold_auc: list[float] = []
        self.train_auc: list[float] = []
        self.used: list[frozenset[int]] = []
        self.options: ModelOptions = USUAL
        self.groups: Texts | None = None

    def fit(self, progress: Progress | None) -> None:
        """Fit all models, adding up what each says of the students it has not seen."""
        total = self.repeats * self.folds
        for repeat in range(self.repeats):
            self.fold_of[repeat] = self.parts(f"folds {repeat}")
            for fold in range(self.folds):
                if progress:
                    done = repeat * self.folds + fold
                    progress(done / total, f"Fitting model {done + 1} of {total}")
                self.fit_fold(repeat, fold)
        if progress:
            progress(1.0, "All models are fitted")

    def parts(self, purpose: str) -> NDArray[np.int8]:
        """Return each student's fold."""
        drawn = seeded_order(self.table.student_ids, seed=self.seed, purpose=purpose)
        if self.groups is None:
            return stratified_parts(self.label, drawn, self.folds)
        found = grouped_parts(self.label, self.groups, drawn, self.folds)
        check_parts(self.label, found, self.folds, group=self.options.group)
        return found

    def fit_fold(self, repeat: int, fold: int) -> None:
        """Fit one model and one rule without a fold, and score the fold with them."""
        parts = self.fold_of[repeat]
        held_out = np.flatnonzero(parts == fold)
        seen = np.flatnonzero((parts >= 0) & (parts != fold))
        training = self.table.take(seen)
        fitted = candidates.fit(self.candidate, training, self.label[seen], options=self.options)
        self.used.append(used_columns(fitted.design))
        model = fitted.scorer
        rule = fit_rule(training, self.label[seen])
        self.models.append(model)
        self.rules.append(rule)
        self.train_auc.append(_auc(self.label[seen], model.log_odds(training.numbers, training.codes)))
        del training
        found = self.add(repeat, held_out, model, rule, 1.0)
        self.fold_auc.append(_auc(self.label[held_out], found))
        self.add(repeat, self.unknown, model, rule, 1 / self.folds)

    def add(
        self, repeat: int, rows: NDArray[np.intp], model: Scorer, rule: SingleColumnRule, share: float
    ) -> Floats:
        """Add a share of what a model and a rule say of these rows, and return the model's log-odds."""
        students = self.table.take(rows)
        found = model.log_odds(students.numbers, students.codes)
        self.log_odds[repeat, rows] += share * found
        self.simple[repeat, rows] += share * log_odds_of(rule.risk(students))
        return found

    def correct(self) -> CalibrationChoice:
        """Choose how the risks are corrected, and let scores and models be the corrected ones."""
        wanted = self.options.calibration
        if self.options.balanced and wanted == "evidence":
            wanted = "any"
        balanced = self.options.balanced
        choice = choose_calibration(self.log_odds, self.label, self.fold_of, wanted=wanted, balanced=balanced)
        for repeat, several in enumerate(choice.by_fold):
            for fold, calibrator in enumerate(several):
                place = repeat * self.folds + fold
                self.models[place] = corrected(self.models[place], calibrator)
        if choice.by_fold:
            self.log_odds = choice.held_out.copy()
            self.log_odds[:, self.unknown] = 0.0
            for place, model in enumerate(self.models):
                students = self.table.take(self.unknown)
                found = model.log_odds(students.numbers, students.codes)
                self.log_odds[place // self.folds, self.unknown] += found / self.folds
        return choice

    def result(
        self, rows: NDArray[np.intp], columns: Sequence[FeatureColumn], choice: CalibrationChoice
    ) -> CrossValidated:
        """Return everything in the order of the caller's rows."""
        back = np.empty_like(rows)
        back[rows] = np.arange(len(rows))
        log_odds = self.log_odds.mean(axis=0)[back]
        return CrossValidated(
            risk=as_risk(log_odds),
            log_odds=log_odds,
            baseline_risk=as_risk(self.simple.mean(axis=0)[back]),
            label=self.label[back],
            held_out=HeldOut(self.fold_of[:, back], self.log_odds[:, back], self.simple[:, back]),
            models=tuple(self.models),
            rules=tuple(self.rules),
            fold_auc=tuple(self.fold_auc),
            train_auc=tuple(self.train_auc),
            columns=tuple(columns),
            candidate=self.candidate,
            seed=self.seed,
            folds=self.folds,
            repeats=self.repeats,
            baseline=rule_in_words(self.rules, columns),
            options=self.options,
            calibration=choice,
            used=tuple(self.used),
        )


def _auc(label: Floats, score: Floats) -> float:
    """Return the exact ROC-AUC."""
    cells = count_scores(label, score)
    return float(measures.auc(cells.negatives, cells.positives))
