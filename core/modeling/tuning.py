"""Tuning: settings are searched by students inside, and judged by students outside.

The search sees only the training students of each outer fold (nested cross-validation; Cawley and Talbot,
Journal of Machine Learning Research 11, 2010), so the figure that is reported is not the one that was
searched for. The family's usual settings are always among those tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.errors import InvalidChoice
from core.modeling import candidates, measures
from core.modeling.auc_difference import auc_difference
from core.modeling.options import USUAL, ModelOptions
from core.modeling.order import check_parts, grouped_parts, most_parts, seeded_order, stratified_parts
from core.modeling.ranking import HeldOut
from core.modeling.score_cells import count_scores
from core.modeling.search_spaces import SPACES, WORDS
from core.modeling.table import Features, Floats, Integers, Progress, Texts
from core.modeling.threads import one_thread
from core.modeling.train import known_labels

METHODS = {"grid": "Grid", "random": "Random", "bayesian": "Bayesian"}
"""The ways to search, as the screen calls them."""
OUTER, INNER = 5, 3
BUDGETS = range(2, 101)
GAINS = 0.002
"""A gain in ROC-AUC inside below this keeps the usual settings."""

Settings = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Tried:
    """One set of settings, judged inside all students; none are the usual ones."""

    settings: Settings
    auc: float
    """The mean ROC-AUC of the inner folds: what was searched for, so it flatters."""
    seconds: float
    """What fitting it took since the search began."""


@dataclass(frozen=True)
class Tuned:
    """What a search found, and what that is worth on students it had not seen."""

    candidate: str
    method: str
    budget: int
    settings: Settings
    """The settings to use; empty where the usual ones are kept."""
    tried: tuple[Tried, ...] = field(repr=False)
    """In the order of the search among all students, the usual ones first."""
    usual_auc: float
    """Of the usual settings, on the outer folds."""
    tuned_auc: float
    """Of what was searched inside each outer fold, on that fold."""
    difference: tuple[float, float, float] | None
    """How much higher the tuned ROC-AUC is, low and high (95 %); None where nothing was changed."""
    seconds: float
    n_fits: int

    @property
    def words(self) -> str:
        """What came out, in two sentences at most."""
        cost = f"{self.n_fits:,} models were fitted in {self.seconds:,.0f} seconds"
        if not self.settings:
            return f"The usual settings are kept: nothing that was tried is better inside. {cost}."
        if self.difference is None:
            return f"No fold found anything better than the usual settings. {cost}."
        gain, low, high = self.difference
        span = f"{gain:+.3f} ROC-AUC, 95 % interval {low:+.3f} to {high:+.3f}"
        if low > 0:
            return f"Tuning helps on students the search had not seen ({span}). {cost}."
        return f"Tuning changes nothing that can be told from chance ({span}). {cost}."

    @property
    def said(self) -> tuple[str, ...]:
        """The settings in words, one each."""
        return tuple(f"{name} = {value:.4g} ({WORDS[name]})" for name, value in self.settings)

    def frame(self) -> pd.DataFrame:
        """Return one row a try: number, settings (words), auc, best (so far), seconds."""
        aucs = [one.auc for one in self.tried]
        told = [", ".join(f"{n} {v:.4g}" for n, v in one.settings) or "usual" for one in self.tried]
        return pd.DataFrame(
            {
                "number": range(1, len(aucs) + 1),
                "settings": told,
                "auc": aucs,
                "best": np.maximum.accumulate(aucs),
                "seconds": [one.seconds for one in self.tried],
            }
        )


def tune(  # noqa: PLR0913  each of them decides the result
    features: Features,
    label: ArrayLike,
    *,
    candidate: str,
    method: str,
    budget: int = 12,
    options: ModelOptions = USUAL,
    groups: Texts | None = None,
    seed: int,
    progress: Progress | None = None,
) -> Tuned:
    """Return the best of ``budget`` settings of a family, and what it gains on students unseen.

    The same budget for every method; the usual settings are the first try. The rows' order changes
    nothing. Raises InvalidChoice (family, method, budget), and as ``cross_validate``.
    """
    _check(candidate, method, budget)
    labels = known_labels(features, label, outcome="")
    rows = seeded_order(features.student_ids, seed=seed, purpose="rows")
    rows = rows[~np.isnan(labels[rows])]
    own = None if groups is None else groups[rows]
    search = _Search(features.take(rows), labels[rows], own, candidate, method, budget, seed, options)
    with one_thread():
        return search.run(progress or (lambda _done, _words: None))


def _check(candidate: str, method: str, budget: int) -> None:
    candidates.must_exist(candidate)
    if method not in METHODS:
        raise InvalidChoice.of("search", method, tuple(METHODS))
    if budget not in BUDGETS:
        raise InvalidChoice(
            f"{budget} settings cannot be tried.", hint=f"From {BUDGETS[0]} to {BUDGETS[-1]}."
        )


@dataclass
class _Search:
    """The state of one search."""

    table: Features
    label: Floats
    groups: Texts | None
    candidate: str
    method: str
    budget: int
    seed: int
    options: ModelOptions
    n_fits: int = 0

    def run(self, tell: Progress) -> Tuned:
        """Search inside each outer fold, judge outside, and search among all students at last."""
        started = time.perf_counter()
        every = np.arange(len(self.label))
        outer = self.parts(every, OUTER, "folds 0")
        n_outer = int(outer.max()) + 1
        total = (n_outer + 1) * self.budget
        usual, tuned = np.zeros(len(self.label)), np.zeros(len(self.label))
        for fold in range(n_outer):
            seen, held_out = np.flatnonzero(outer != fold), np.flatnonzero(outer == fold)
            done = fold * self.budget

            def told(number: int, done: int = done, fold: int = fold) -> None:
                tell((done + number) / total, f"Searching inside fold {fold + 1} of {n_outer}")

            chosen = self.chosen(self.tries(seen, told))
            usual[held_out] = self.scores((), seen, held_out)
            tuned[held_out] = self.scores(chosen, seen, held_out) if chosen else usual[held_out]
        last = n_outer * self.budget
        tried = self.tries(
            every, lambda number: tell((last + number) / total, "Searching among all students")
        )
        tell(1.0, "The search is over")
        return self.result(tried, outer, usual, tuned, time.perf_counter() - started)

    def parts(self, rows: Integers, n_parts: int, purpose: str) -> Integers:
        """Return the folds of some students, as cross-validation draws them."""
        label, groups = self.label[rows], None if self.groups is None else self.groups[rows]
        few = max(2, most_parts(label, groups, n_parts))
        drawn = seeded_order(self.table.student_ids[rows], seed=self.seed, purpose=purpose)
        if groups is None:
            return stratified_parts(label, drawn, few)
        found = grouped_parts(label, groups, drawn, few)
        check_parts(label, found, few, group=self.options.group)
        return found

    def tries(self, rows: Integers, told: Callable[[int], None]) -> list[Tried]:
        """Return what was tried on some students, the usual settings first."""
        space, inner, started = SPACES[self.candidate], self.parts(rows, INNER, "inner"), time.perf_counter()
        study = self.study()
        found = [Tried((), self.inside((), rows, inner), time.perf_counter() - started)]
        for number in range(1, self.budget):
            told(number)
            trial = study.ask()
            settings = tuple((name, one.suggest(trial, name)) for name, one in space.items())
            auc = self.inside(settings, rows, inner)
            study.tell(trial, auc)
            found.append(Tried(settings, auc, time.perf_counter() - started))
        return found

    def study(self) -> Any:
        """Return what proposes settings: a grid's points in a drawn order, or a sampler's."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        if self.method == "bayesian":
            sampler: Any = optuna.samplers.TPESampler(
                seed=self.seed, n_startup_trials=min(6, self.budget // 2)
            )
        else:
            sampler = optuna.samplers.RandomSampler(seed=self.seed)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        if self.method == "grid":
            space = SPACES[self.candidate]
            side = max(2, int(np.ceil((self.budget - 1) ** (1 / len(space)))))
            points = list(product(*(one.grid(side) for one in space.values())))
            for place in np.random.default_rng(self.seed).permutation(len(points)):
                study.enqueue_trial(dict(zip(space, points[place], strict=True)))
        return study

    def inside(self, settings: Settings, rows: Integers, inner: Integers) -> float:
        """Return the mean ROC-AUC over the inner folds of some students."""
        found = []
        for part in range(int(inner.max()) + 1):
            held_out = rows[inner == part]
            score = self.scores(settings, rows[inner != part], held_out)
            cells = count_scores(self.label[held_out], score)
            found.append(float(measures.auc(cells.negatives, cells.positives)))
        return float(np.mean(found))

    def scores(self, settings: Settings, seen: Integers, held_out: Integers) -> Floats:
        """Return the log-odds of some students by a model of others."""
        self.n_fits += 1
        options = replace(self.options, settings=settings)
        model = candidates.fit(self.candidate, self.table.take(seen), self.label[seen], options=options)
        students = self.table.take(held_out)
        return model.scorer.log_odds(students.numbers, students.codes)

    def chosen(self, tried: list[Tried]) -> Settings:
        """Return the settings to use: the first of the best, the usual ones unless they are beaten."""
        best = max(tried, key=lambda one: round(one.auc, 6))
        return best.settings if best.auc - tried[0].auc >= GAINS else ()

    def result(
        self, tried: list[Tried], outer: Integers, usual: Floats, tuned: Floats, seconds: float
    ) -> Tuned:
        """Return what the search comes to."""
        folds = outer[None, :].astype(np.int8)
        changed = bool((usual != tuned).any())
        both = HeldOut(folds, tuned[None, :], usual[None, :])
        return Tuned(
            candidate=self.candidate,
            method=self.method,
            budget=self.budget,
            settings=self.chosen(tried),
            tried=tuple(tried),
            usual_auc=self.outside(outer, usual),
            tuned_auc=self.outside(outer, tuned),
            difference=auc_difference(self.label, both) if changed else None,
            seconds=seconds,
            n_fits=self.n_fits,
        )

    def outside(self, outer: Integers, score: Floats) -> float:
        """Return the mean ROC-AUC over the outer folds."""
        found = []
        for fold in range(int(outer.max()) + 1):
            cells = count_scores(self.label[outer == fold], score[outer == fold])
            found.append(float(measures.auc(cells.negatives, cells.positives)))
        return float(np.mean(found))
