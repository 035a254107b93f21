"""The cleaned students that explorations and models use, and the ones that cleaning left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from core.caseload.access import Actor, require_scope
from core.cleaning.report import Exclusion
from core.dataset import Dataset
from core.errors import OutcomeError, quoted
from core.features.outcome import Outcome, parse_outcome
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.cleaning import recipe_for
from core.workflow.requests import CleaningRequest
from core.workflow.snapshots import KEPT, snapshot
from core.workflow.tables import load_table
from core.workflow.workspace import put


@dataclass(frozen=True, eq=False)
class Students:
    """Rows in = rows in the table + rows left out, each of these with its reason."""

    table: Dataset
    left_out: tuple[Exclusion, ...]
    columns_left_out: tuple[tuple[str, str], ...]
    """Columns that cleaning dropped, each with the reason."""

    def outcome(self, text: str) -> Outcome:
        """Return the outcome that an expression means for these students; raises OutcomeError.

        A column that cleaning dropped is named as such: it did exist.
        """
        dropped = [name for name, _ in self.columns_left_out]
        outcome = parse_outcome(text, [*self.table.schema.names(), *dropped])
        gone = [name for name in outcome.columns if name in dropped]
        if gone:
            raise OutcomeError(
                f"The outcome needs {quoted(gone)}, which cleaning dropped.",
                hint="An empty column is dropped: choose an outcome that is known of some students.",
            )
        return outcome


def students(
    actor: Actor, request: CleaningRequest, *, settings: Settings, progress: Progress | None = None
) -> Students:
    """Return the cleaned table, its gaps still gaps, and the rows that were left out.

    Steps that learn from many rows are left out here; a model learns them inside its folds (decision 0005).
    """
    require_scope(actor, synthetic=request.table.is_demo)
    ledger = settings.workspace / "ledgers" / f"{request.digest}.json"
    build = _cleaner(actor, request, settings, progress or silent, ledger)
    table = snapshot(settings.workspace, f"clean-{request.digest}", build)
    if not ledger.exists():
        build()
    written = json.loads(ledger.read_text(encoding="utf-8"))
    rows = tuple(Exclusion(**row) for row in written["rows"])
    return Students(table, rows, tuple((name, reason) for name, reason in written["columns"]))


def _cleaner(
    actor: Actor, request: CleaningRequest, settings: Settings, progress: Progress, ledger: Path
) -> Callable[[], Dataset]:
    """Return the call that cleans the table and writes down who was left out."""

    def build() -> Dataset:
        progress(0.0, "Reading the table")
        dataset = load_table(actor, request.table, settings=settings)
        progress(0.3, "Cleaning")
        recipe = recipe_for(actor, dataset, request, settings=settings).without_in_folds()
        _, cleaned, report = recipe.fit_clean(dataset)
        written = {
            "rows": [asdict(exclusion) for exclusion in report.exclusions],
            "columns": [(name, step.what) for step in report.steps for name in step.columns_dropped],
        }
        put(ledger, json.dumps(written).encode(), kept=2 * KEPT)
        return cleaned

    return build
