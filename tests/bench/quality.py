"""How good the models are on real tables, out of the box: ``python -m tests.bench.quality [TASK ...]``.

Each table goes the way of the app: read and typed as guessed, cleaned as proposed, trained as proposed.
Only the columns that the app keeps out as protected are let in, because the plain references had them too.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from core.caseload.access import LOCAL
from core.modeling import candidates
from core.modeling.comparison import Families, compare_families
from core.modeling.evaluate import evaluate
from core.modeling.order import rank_order
from core.modeling.train import CrossValidated, cross_validate
from core.schema import Role
from core.settings import Settings
from core.sources.base import FileSpec
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest
from core.workflow.tables import load_table
from core.workflow.training import Prepared, prepare_training
from tests.bench.quality_reference import Plain, plain_reference
from tests.bench.quality_tables import SHARED, TASKS, Task, path_of
from tests.bench.result import Comparison, NotMeasured
from tests.bench.table import note

SEED = 0
MARGIN = 0.005
MOST_ECE = 0.03
ENOUGH_FOR_ECE = 4_000
TOP = 0.1
HUNDRED = 100.0


@dataclass(frozen=True)
class Quality:
    """What was found on one task; precision is that of the tenth at the highest risk, mean over the folds."""

    task: Task
    n: int
    n_happened: int
    default_auc: float
    best: str
    best_auc: float
    selected: str
    selected_auc: float
    reference_auc: float
    fold_sd: float
    ece: float
    precision: float
    reference_precision: float
    precision_sd: float

    def comparisons(self) -> Iterator[Comparison]:
        """Give each bar as a comparison; 100 less a share, because less is better everywhere."""
        name = f"quality_{self.task.name}"
        least = HUNDRED * (1 - self.reference_auc + MARGIN)
        said = f"100 less the reference's ROC-AUC of {self.reference_auc:.3f}, and {MARGIN} more"
        yield Comparison(f"{name}_default", HUNDRED * (1 - self.default_auc), least, said, "%")
        said_best = f"{said}; {self.best}"
        yield Comparison(f"{name}_best", HUNDRED * (1 - self.best_auc), least, said_best, "%")
        above = HUNDRED * max(0.0, self.selected_auc - self.reference_auc)
        said = f"two standard deviations of the folds, above which a leak is likely; {self.selected}"
        yield Comparison(f"{name}_above", above, HUNDRED * 2 * self.fold_sd, said, "%")
        if self.n >= ENOUGH_FOR_ECE:
            said = "the limit of the expected calibration error"
            yield Comparison(f"{name}_ece", HUNDRED * self.ece, HUNDRED * MOST_ECE, said, "%")
        most = HUNDRED * (1 - self.reference_precision + self.precision_sd)
        said = (
            f"100 less the reference's precision of {self.reference_precision:.3f}, a standard deviation more"
        )
        yield Comparison(f"{name}_precision", HUNDRED * (1 - self.precision), most, said, "%")

    def line(self) -> str:
        """Return the figures in one line of a table."""
        figures = (
            f"{self.n:>7,}{self.n_happened:>7,}{self.default_auc:8.3f}{self.best_auc:8.3f}"
            f"{self.reference_auc:8.3f}{self.fold_sd:7.3f}{self.ece:8.3f}{self.precision:8.3f}"
            f"{self.reference_precision:8.3f}{self.precision_sd:7.3f}"
        )
        holds = all(one.ratio <= 1 for one in self.comparisons())
        missed = " ".join(one.name.rsplit("_", 1)[1] for one in self.comparisons() if one.ratio > 1)
        return f"{self.task.name:22}{figures}  {'yes' if holds else 'NO: ' + missed:22} {self.best}"


HEADING = (
    f"{'task':22}{'n':>7}{'with':>7}{'default':>8}{'best':>8}{'plain':>8}{'sd':>7}{'ECE':>8}{'top 10%':>8}"
    f"{'plain':>8}{'sd':>7}  {'holds':22} best family"
)


def measure(folder: Path) -> Iterator[Comparison]:
    """Give the bars of all tasks; raises NotMeasured where the tables are not on this machine."""
    note(HEADING)
    for task in TASKS:
        found = quality_of(task, folder)
        note(found.line())
        yield from found.comparisons()


def quality_of(task: Task, folder: Path) -> Quality:
    """Return the figures of one task."""
    if not SHARED.is_dir():
        raise NotMeasured("The folder ../shared/data with the real tables does not exist on this machine.")
    ready = prepared(task, folder)
    validated = cross_validate(ready.features, ready.label, seed=SEED)
    families = compare_families(ready.features, ready.label, seed=SEED)
    plain = _reference(task, ready, validated)
    top = top_precisions(validated)
    best, selected = _best(families), families.selected
    by_name = {one.name: one for one in families.contenders}
    known = ~np.isnan(ready.label)
    return Quality(
        task=task,
        n=int(known.sum()),
        n_happened=int(ready.label[known].sum()),
        default_auc=validated.auc,
        best=best.title,
        best_auc=_auc(best),
        selected=by_name[selected].title,
        selected_auc=validated.auc if selected == candidates.DEFAULT else _auc(by_name[selected]),
        reference_auc=plain.auc,
        fold_sd=float(np.std(validated.fold_auc, ddof=1)),
        ece=_ece(validated),
        precision=float(np.mean(top)),
        reference_precision=plain.precision,
        precision_sd=float(np.std(top, ddof=1)),
    )


def prepared(task: Task, folder: Path) -> Prepared:
    """Return the students of a task as the app makes them, protected columns let in."""
    settings = Settings(workspace=folder / "workspace")
    table = TableRequest(FileSpec(str(path_of(task, folder))))
    schema = load_table(LOCAL, table, settings=settings).schema
    roles = tuple((name, Role.FEATURE) for name in schema.names(Role.PROTECTED))
    out = tuple(name for name in schema.names() if any(part in name for part in task.exclude))
    request = TrainingRequest(CleaningRequest(replace(table, roles=roles)), task.outcome, out, seed=SEED)
    return prepare_training(LOCAL, request, settings=settings)


def top_precisions(validated: CrossValidated) -> list[float]:
    """Return of each fold the share with the outcome in the tenth of its students with the highest scores."""
    shares = []
    for folds, scores in zip(validated.fold_of, validated.held_out.score, strict=True):
        for fold in range(validated.folds):
            rows = np.flatnonzero(folds == fold)
            names = rows.astype(str).astype(object)
            highest = rows[rank_order(scores[rows], names, seed=SEED)][: max(1, round(TOP * len(rows)))]
            shares.append(float(validated.label[highest].mean()))
    return shares


def _reference(task: Task, ready: Prepared, validated: CrossValidated) -> Plain:
    if task.auc is not None and task.precision is not None:
        return Plain(task.auc, task.precision)
    return plain_reference(ready.features, ready.label, validated)


def _best(families: Families) -> Any:
    return next(one for one in families.contenders if not one.is_rule)


def _auc(contender: Any) -> float:
    return float(contender.evaluation.metric("roc_auc").value)


def _ece(validated: CrossValidated) -> float:
    nobody = np.zeros(len(validated.risk), dtype=bool)
    found = evaluate(validated.label, validated.risk, validated.baseline_risk, listed=nobody, seed=SEED)
    return float(found.metric("ece").value or 0.0)


def main(names):
    """Print the table of these tasks, of all without a name."""
    print(HEADING)
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder:
        for task in TASKS:
            if not names or any(task.name.startswith(name) for name in names):
                print(quality_of(task, Path(folder)).line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
