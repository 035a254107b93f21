"""Replaying a recipe on pandas while writing down what every step does to rows and cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core import frames
from core.cleaning.report import CleaningReport, ColumnReport, Example, Exclusion, StepReport
from core.cleaning.step import ROW, State, Step
from core.errors import AppError

_EXAMPLES = 5
_LOOKED_AT = 1000
_LONGEST = 200


def replay(
    table: pd.DataFrame, steps: Sequence[tuple[Step, State]], *, student_id: str | None
) -> tuple[pd.DataFrame, CleaningReport]:
    """Return the cleaned table and the ledger; ``table`` is not changed."""
    names = _Names(table, student_id)
    before = table.assign(**{ROW: np.arange(1, len(table) + 1)})
    reports: list[StepReport] = []
    exclusions: list[Exclusion] = []
    for number, (step, state) in enumerate(steps, start=1):
        after = _done(step, state, before, number=number)
        kept = _kept(before, after)
        if not kept.all():
            gone = before[ROW].to_numpy()[~kept]
            why = step.why_dropped()
            exclusions += [
                Exclusion(name, int(row), number, step.kind, why)
                for name, row in zip(names.of(gone), gone, strict=True)
            ]
        reports.append(_step_report(number, step, state, before, after, kept, names))
        before = after
    cleaned = before.drop(columns=ROW).reset_index(drop=True)
    columns = _column_reports(table, cleaned)
    return cleaned, CleaningReport(len(table), len(cleaned), tuple(exclusions), tuple(reports), columns)


def _done(step: Step, state: State, table: pd.DataFrame, *, number: int) -> pd.DataFrame:
    """Return the table after the step; an error says which step it was."""
    try:
        after: pd.DataFrame = step.apply(frames.wrap(table), state).to_native()
    except AppError as error:
        error.add_note(f"In step {number} of the recipe ({step.kind}).")
        raise
    return after


@dataclass(frozen=True)
class _Names:
    """What to call each row of the loaded table."""

    table: pd.DataFrame
    student_id: str | None

    def of(self, rows: np.ndarray) -> list[str]:
        """Return the student ids of the rows with these numbers, ``row 17`` where there is none."""
        if self.student_id is None or self.student_id not in self.table.columns:
            return [f"row {row}" for row in rows]
        ids = self.table[self.student_id].iloc[rows - 1]
        return [
            f"row {row}" if gap else str(name) for row, name, gap in zip(rows, ids, ids.isna(), strict=True)
        ]


def _kept(before: pd.DataFrame, after: pd.DataFrame) -> np.ndarray:
    """Return, for each row of ``before``, whether it is still there."""
    if len(before) == len(after):
        return np.ones(len(before), dtype=bool)
    return np.isin(before[ROW].to_numpy(), after[ROW].to_numpy(), assume_unique=True, kind="table")


@dataclass(frozen=True)
class _Change:
    """How the cells of one column differ, row by row of the table after the step."""

    before: pd.Series
    after: pd.Series
    changed: np.ndarray
    n_emptied: int
    n_filled: int


def _step_report(
    number: int,
    step: Step,
    state: State,
    before: pd.DataFrame,
    after: pd.DataFrame,
    kept: np.ndarray,
    names: _Names,
) -> StepReport:
    """Compare the columns that the step may change on the rows that it kept."""
    changes = [
        change
        for name in step.changes
        if name in after.columns and (change := _change(before[name], after[name], kept)) is not None
    ]
    return StepReport(
        step=number,
        kind=step.kind,
        what=step.describe(state),
        n_in=len(before),
        n_out=len(after),
        n_changed=sum(int(change.changed.sum()) for change in changes),
        n_emptied=sum(change.n_emptied for change in changes),
        n_filled=sum(change.n_filled for change in changes),
        columns_added=tuple(c for c in after.columns if c not in before.columns),
        columns_dropped=tuple(c for c in before.columns if c not in after.columns),
        examples=_examples(changes, after[ROW], names),
    )


def _change(before: pd.Series, after: pd.Series, kept: np.ndarray) -> _Change | None:
    """Return how the column changed, or None; a text read as the number it shows has not changed."""
    was = before if kept.all() else before[kept]
    gap_before, gap_after = was.isna().to_numpy(), after.isna().to_numpy()
    old = was if was.dtype == after.dtype else _as_numbers(was)
    differs = (old != after).fillna(True).to_numpy(dtype=bool)
    changed = differs & ~(gap_before & gap_after)
    if not changed.any():
        return None
    return _Change(
        was, after, changed, int((~gap_before & gap_after).sum()), int((gap_before & ~gap_after).sum())
    )


def _as_numbers(texts: pd.Series) -> pd.Series:
    """Return the texts that are plain numbers as numbers, all others as missing."""
    codes, distinct = pd.factorize(texts)
    numbers = pd.to_numeric(pd.Series(distinct, dtype=texts.dtype), errors="coerce").to_numpy(
        dtype=np.float64
    )
    return pd.Series(np.append(numbers, np.nan)[codes], index=texts.index)


def _examples(changes: Sequence[_Change], rows: pd.Series, names: _Names) -> tuple[Example, ...]:
    """Return up to five changed cells: one of each different change first, a column at a time."""
    found: dict[tuple[str, str, str], Example] = {}
    for change in changes:
        for at in np.flatnonzero(change.changed)[:_LOOKED_AT]:
            pair = (str(change.after.name), _shown(change.before.iat[at]), _shown(change.after.iat[at]))
            if pair not in found:
                found[pair] = Example(names.of(rows.to_numpy()[[at]])[0], *pair)
            if len(found) == _EXAMPLES:
                return tuple(found.values())
    return tuple(found.values())


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    return "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)


def _column_reports(before: pd.DataFrame, after: pd.DataFrame) -> tuple[ColumnReport, ...]:
    """Return the gaps of every column that was or is there."""
    names = dict.fromkeys([*before.columns, *after.columns])
    return tuple(ColumnReport(name, _gaps(before, name), _gaps(after, name)) for name in names)


def _gaps(table: pd.DataFrame, name: str) -> int | None:
    return int(table[name].isna().sum()) if name in table.columns else None
