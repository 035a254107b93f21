"""What training costs beside its bare fits, contributions beside passes, explanations beside another's.

Both clocks are read: that on the wall, and that of the processor, which a busy machine changes less.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from core.modeling import candidates
from core.modeling.checks import run_checks
from core.modeling.comparison import compare_families
from core.modeling.evaluate import evaluate
from core.modeling.explain import explainer
from core.modeling.holdout import PARTS, hold_out
from core.modeling.odds import odds_ratios
from core.modeling.options import USUAL
from core.modeling.risk_model import fit_model
from core.modeling.threads import one_thread
from core.modeling.thresholds import ForCapacity, prepare
from core.modeling.train import cross_validate
from tests.bench import child, environments, quality
from tests.bench.quality_tables import TASKS
from tests.bench.result import Comparison, NotMeasured
from tests.bench.training_rows import SEED, students_of
from tests.setup.places import ROOT

N_TRAINED = 100_000
N_SCORED = 1_000_000
FITTED = 50_000
PASSES = 3
RUNS = 3
DASHBOARDS = (10_000, 100_000)
PACKAGES = ("explainerdashboard==0.5.8", "setuptools<81")
"""A library that it needs still imports what setuptools 81 left out."""
LIMIT_SECONDS = 600
UCI_ROWS = 4_424
FAMILIES_SECONDS = 60.0
Clocks = tuple[float, float]


def measure_training(_folder: Path) -> Iterator[Comparison]:
    """Give the seconds of a cross-validation, its evaluation and all reasons beside its bare fits.

    Then those of all that ``core.workflow.training`` does with a table that is read.
    """
    features, label = students_of(N_TRAINED)
    matrix = candidates.matrix_of(features, label, USUAL).matrix(features.numbers, features.codes)
    other = "fits in it by scikit-learn's newton-cholesky on matrices that are there"
    for name, work, rows in (
        (f"training_{N_TRAINED}", _validate, _of_folds(len(label))),
        (f"training_{N_TRAINED}_all", _train, [*_of_folds(len(label)), *_of_split(len(label))]),
    ):
        pieces = [(matrix[some], label[some]) for some in rows]
        ours, bare = _in_turns(partial(work, features, label), partial(_fit, pieces))
        yield from _both_clocks(name, ours, bare, f"the {len(rows)} {other}")


def _validate(features: Any, label: Any) -> tuple[Any, Any]:
    """Validate the model, evaluate it, and give the reasons of all students."""
    validated = cross_validate(features, label, seed=SEED)
    curve = prepare(validated.risk, features.student_ids, seed=SEED, label=label)
    listed = curve.listed(ForCapacity(features.n_students // 10))
    evaluation = evaluate(
        label, validated.risk, validated.baseline_risk, listed=listed, seed=SEED, held_out=validated.held_out
    )
    explainer(validated, features).reasons()
    return validated, evaluation


def _train(features: Any, label: Any) -> None:
    """Do all that ``core.workflow.training`` does after reading, and give the reasons of all students."""
    validated, evaluation = _validate(features, label)
    hold_out(features, label, seed=SEED)
    odds_ratios(fit_model(features, label, seed=SEED), features, label)
    run_checks(validated, evaluation, features)


def _of_folds(n: int) -> list[Any]:
    """Return the rows of five times four fifths."""
    parts = np.arange(n) % 5
    return [np.flatnonzero(parts != fold) for fold in range(5)]


def _of_split(n: int) -> list[Any]:
    """Return the rows of the split's first part, and all rows."""
    return [np.arange(round(PARTS["train"] * n)), np.arange(n)]


def _fit(pieces: Sequence[tuple[Any, Any]]) -> None:
    """Fit each piece."""
    with one_thread():
        for matrix, label in pieces:
            LogisticRegression(
                solver="newton-cholesky", tol=candidates.TOLERANCE, max_iter=candidates.MOST_STEPS
            ).fit(matrix, label)


def measure_families(folder: Path) -> Iterator[Comparison]:
    """Give the seconds of all families on UCI 697 beside the limit; progress is told before each family."""
    task = next(task for task in TASKS if task.name == "uci_both_semesters")
    ready = quality.prepared(task, folder)
    told: list[float] = []

    def compare() -> None:
        compare_families(
            ready.features, ready.label, seed=SEED, progress=lambda part, _words: told.append(part)
        )

    taken = _clocked(compare)
    if len(set(told)) < len(candidates.FAMILIES):
        raise NotMeasured("The comparison of families did not tell how far it is.")
    limit = [(FAMILIES_SECONDS, FAMILIES_SECONDS)]
    yield from _both_clocks(f"families_{UCI_ROWS}", [taken], limit, "the limit")


def measure_contributions(_folder: Path) -> Iterator[Comparison]:
    """Give the seconds of all students' contributions beside passes over scikit-learn's matrix."""
    features, label = students_of(N_SCORED)
    model = candidates.fit(candidates.DEFAULT, features.take(np.arange(FITTED)), label[:FITTED])
    matrix = model.design.matrix(features.numbers, features.codes)

    def contribute() -> None:
        model.scorer.contributions(features.numbers, features.codes)

    def passes() -> None:
        for _ in range(PASSES):
            matrix * model.weights

    other = f"{PASSES} passes of numpy over the matrix: each entry times its weight"
    ours, bare = _in_turns(contribute, passes)
    yield from _both_clocks(f"contributions_{N_SCORED}", ours, bare, other)


def measure_explanations(n: int, folder: Path) -> Iterator[Comparison]:
    """Give the seconds until every student is explained beside explainerdashboard; raises NotMeasured."""
    python = environments.python_with("explainerdashboard", PACKAGES)
    features, label = students_of(n)
    validated = cross_validate(features, label, seed=SEED)
    design = candidates.matrix_of(features, label, USUAL)
    table, answer = folder / f"explained-{n}.npz", folder / f"explained-{n}.json"
    np.savez(table, matrix=design.matrix(features.numbers, features.codes), label=label)
    script = ROOT / "tests" / "bench" / "training_dashboard.py"
    child.run([python, script, table, answer], limit_seconds=LIMIT_SECONDS)
    found = json.loads(answer.read_text(encoding="utf-8"))
    other: Clocks = (found["seconds"], found["cpu"])

    def explain() -> None:
        told = explainer(validated, features)
        told.reasons()
        told.contributions(np.arange(n))

    ours = [_clocked(explain) for _ in range(RUNS)]
    yield from _both_clocks(f"explanations_{n}", ours, [other], f"{PACKAGES[0]}, until its page is built")


MEASURES = {
    f"training_{N_TRAINED}": measure_training,
    f"families_{UCI_ROWS}": measure_families,
    f"contributions_{N_SCORED}": measure_contributions,
    **{f"explanations_{n}": partial(measure_explanations, n) for n in DASHBOARDS},
}


def _in_turns(ours: Callable[[], object], other: Callable[[], object]) -> tuple[list[Clocks], list[Clocks]]:
    """Return the clocks of both, in turns, after one that does not count."""
    ours()
    other()
    taken = [_clocked(one) for one in itertools.chain(*itertools.repeat((ours, other), RUNS))]
    return taken[::2], taken[1::2]


def _clocked(work: Callable[[], object]) -> Clocks:
    """Return the seconds on the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _both_clocks(name: str, ours: list[Clocks], other: list[Clocks], other_is: str) -> Iterator[Comparison]:
    """Give the least of each clock."""
    for place, ending in enumerate(("seconds", "processor")):
        least = [min(clocks[place] for clocks in taken) for taken in (ours, other)]
        yield Comparison(f"{name}_{ending}", *least, f"{other_is}; least of {len(other)}", "s")
