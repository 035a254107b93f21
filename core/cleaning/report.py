"""The ledger of a cleaning run: what each step did to which rows and cells, and who was left out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Exclusion:
    """One row that was left out, and why; conservation: rows in = rows out + exclusions."""

    student_id: str
    """The student's id as loaded; ``row 17`` where there is none."""
    row: int
    """The row's position in the loaded table, from 1."""
    step: int
    """The position of the step in the recipe, from 1."""
    kind: str
    """The kind of that step."""
    reason: str


@dataclass(frozen=True)
class Example:
    """One changed cell, as text; an empty text is a missing value."""

    student_id: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class StepReport:
    """What one step did."""

    step: int
    """The position in the recipe, from 1."""
    kind: str
    what: str
    """What the step does, in a sentence, with what it learned and why it is there."""
    n_in: int
    """Rows before the step."""
    n_out: int
    n_changed: int
    """Cells whose value differs afterwards, those below included; ``12`` read as the number 12 does not."""
    n_emptied: int
    """Cells that had a value and have none now: unreadable, impossible, or a placeholder."""
    n_filled: int
    """Cells that had none and have a value now."""
    columns_added: tuple[str, ...]
    columns_dropped: tuple[str, ...]
    examples: tuple[Example, ...]
    """Up to five changed cells, different changes first."""
    n_lost: int = 0
    """The rows left out; of a step that looks for repeats, the students who are gone with them."""
    is_on: bool = True
    """False for a step that is switched off: it did nothing, and ``what`` says what it would do."""

    @property
    def n_dropped(self) -> int:
        """The rows that the step left out."""
        return self.n_in - self.n_out


@dataclass(frozen=True)
class ColumnReport:
    """The gaps of one column before and after; None where the column is not there."""

    column: str
    n_missing_before: int | None
    n_missing_after: int | None


@dataclass(frozen=True)
class CleaningReport:
    """Everything a recipe did to a table; the rows add up: ``n_in == n_out + len(exclusions)``."""

    n_in: int
    n_out: int
    exclusions: tuple[Exclusion, ...]
    """Every row that was left out, in the order of the steps, then of the table."""
    steps: tuple[StepReport, ...]
    columns: tuple[ColumnReport, ...]

    @property
    def n_changed(self) -> int:
        """The changed cells, summed over the steps."""
        return sum(step.n_changed for step in self.steps)

    @property
    def n_lost(self) -> int:
        """The rows that were left out, without what steps that look for repeats found as such."""
        return sum(step.n_lost for step in self.steps)

    @property
    def loses_most(self) -> bool:
        """Whether fewer than half of the students are left, once repeated rows do not count."""
        return self.n_out < self.n_lost

    @property
    def halved_by(self) -> StepReport | None:
        """The first step that alone leaves fewer than half of those that reach it; None where none does."""
        return next((s for s in self.steps if s.n_out < s.n_lost), None)

    @property
    def is_empty(self) -> bool:
        """True when the recipe changed nothing."""
        touched = any(s.columns_added or s.columns_dropped for s in self.steps)
        return not (self.n_changed or self.exclusions or touched)

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty when there is."""
        if not self.is_empty:
            return ""
        if not self.steps:
            return "The recipe has no steps."
        if not any(step.is_on for step in self.steps):
            return "All steps of the recipe are switched off."
        return "The recipe found nothing to change."

    def frame(self) -> pd.DataFrame:
        """Return one row a step: step, kind, what, rows in and out, cells changed, emptied, filled."""
        shown = ("step", "kind", "what", "n_in", "n_out", "n_dropped", "n_changed", "n_emptied", "n_filled")
        return pd.DataFrame([{name: getattr(s, name) for name in shown} for s in self.steps], columns=shown)

    def exclusions_frame(self) -> pd.DataFrame:
        """Return one row an exclusion: student_id, row, step, kind, reason."""
        shown = ["student_id", "row", "step", "kind", "reason"]
        return pd.DataFrame([vars(one) for one in self.exclusions], columns=shown)

    def examples_frame(self) -> pd.DataFrame:
        """Return one row an example: step, student_id, column, before, after."""
        shown = ["step", "student_id", "column", "before", "after"]
        return pd.DataFrame(
            [{"step": s.step, **vars(e)} for s in self.steps for e in s.examples], columns=shown
        )

    def columns_frame(self) -> pd.DataFrame:
        """Return one row a column: column, n_missing_before, n_missing_after (NaN where it is not there)."""
        shown = ["column", "n_missing_before", "n_missing_after"]
        return pd.DataFrame([vars(one) for one in self.columns], columns=shown)
