"""The outcome before anything is trained: whom it happened to, among the cleaned students."""

from __future__ import annotations

from dataclasses import dataclass

from core.caseload.access import Action, Actor, require
from core.settings import Settings
from core.sources.base import Progress
from core.workflow.cohort import cohort_of
from core.workflow.requests import TrainingRequest


@dataclass(frozen=True)
class OutcomeCheck:
    """Whom an outcome happened to, in a table that was cleaned."""

    text: str
    words: str
    """The condition in plain words."""
    columns: tuple[str, ...]
    """The columns that decide it; they are kept out of the model."""
    n_happened: int
    n_not: int
    n_unknown: int

    @property
    def share(self) -> float | None:
        """Of the students whose outcome is known, in [0, 1]; None if none is."""
        known = self.n_happened + self.n_not
        return self.n_happened / known if known else None


def check_outcome(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> OutcomeCheck:
    """Return whom the request's outcome happened to; raises OutcomeError, ColumnNotFound."""
    require(actor, Action.TRAIN, synthetic=request.table.is_demo)
    cleaned = cohort_of(actor, request, settings=settings, progress=progress)
    outcome = cleaned.outcome(request.outcome)
    label = outcome.label(cleaned.table.collect())
    happened, unknown = int((label == 1.0).sum()), int(label.isna().sum())
    return OutcomeCheck(
        outcome.text, outcome.describe(), outcome.columns, happened, len(label) - happened - unknown, unknown
    )
