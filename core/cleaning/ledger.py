"""Doing a recipe on pandas or Spark while writing down what every step does to rows and cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from core import frames
from core.cleaning.report import CleaningReport, ColumnReport, Example, Exclusion, StepReport
from core.cleaning.step import ROW, State, Step, shortest
from core.errors import AppError
from core.frames import Frame

_EXAMPLES = 5
_LOOKED_AT = 1000
_LONGEST = 200


def replay(
    frame: Frame, steps: Sequence[Step], *, states: Sequence[State] | None = None, student_id: str | None
) -> tuple[tuple[State, ...], pd.DataFrame, CleaningReport]:
    """Return what each step learned, the cleaned table and the ledger; the given rows are not changed.

    Without ``states`` each step learns from the rows that reach it, just before it is done to them.
    Numbered rows (see ``numbered``) stay where they are, on Spark too; others are collected first.
    """
    held = frame if is_numbered(frame) else frames.wrap(numbered(frames.collect(frame)))
    cleaned = _in_order(held)
    loaded = cleaned.drop(columns=ROW)
    names = _Names(loaded, student_id)
    learned: list[State] = []
    reports: list[StepReport] = []
    exclusions: list[Exclusion] = []
    with ExitStack() as keeping:
        for number, step, state, before, after in _passed(steps, states, cleaned, held, keeping):
            kept = _kept(before, after)
            exclusions += _excluded(number, step, before[~kept], names)
            reports.append(_step_report(number, step, state, before, after, kept, names))
            learned.append(state)
            cleaned = after
    cleaned = cleaned.drop(columns=ROW).reset_index(drop=True)
    columns = _column_reports(loaded, cleaned)
    report = CleaningReport(len(loaded), len(cleaned), tuple(exclusions), tuple(reports), columns)
    return tuple(learned), cleaned, report


def _passed(
    steps: Sequence[Step],
    states: Sequence[State] | None,
    before: pd.DataFrame,
    held: Frame,
    keeping: ExitStack,
) -> Iterator[tuple[int, Step, State, pd.DataFrame, pd.DataFrame]]:
    """Give each step with its number, what it learned, and the table before and after it."""
    learners = (number for number, step in enumerate(steps, start=1) if step.is_on and step.in_folds)
    first = next(learners, None) if states is None else None
    for number, step in enumerate(steps, start=1):
        given = None if states is None else states[number - 1]
        if not step.is_on:
            yield number, step, given or {}, before, before
            continue
        if number == first:  # what comes before is asked for by each step that learns
            held = keeping.enter_context(frames.kept(held))
        with noting(number, step):
            rows = frames.wrap(before) if step.collects else held
            state = step.fit(rows) if given is None else given
            held = step.apply(rows, state)
        if step.drops_rows:  # to look for repeated rows again for each later step would take long
            held = keeping.enter_context(frames.kept(held))
        after = _after(step, before, held)
        yield number, step, state, before, after
        before = after


@contextmanager
def noting(number: int, step: Step) -> Iterator[None]:
    """Add to an expected error in which step of the recipe it arose."""
    try:
        yield
    except AppError as error:
        error.add_note(f"In step {number} of the recipe ({step.kind}).")
        raise


def _excluded(number: int, step: Step, dropped: pd.DataFrame, names: _Names) -> list[Exclusion]:
    """Return these rows, as they came to the step, as left out by it."""
    if dropped.empty:
        return []
    rows = dropped[ROW].to_numpy()
    told = zip(names.of(rows), rows, step.whys_dropped(dropped), strict=True)
    return [Exclusion(name, int(row), number, step.kind, why) for name, row, why in told]


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its rows numbered from 1 in a hidden column, so that Spark can give them back."""
    return table.assign(**{ROW: np.arange(1, len(table) + 1)})


def is_numbered(frame: Frame) -> bool:
    """Whether the rows carry their numbers; a recipe refuses a table with a column of that name."""
    return ROW in frames.column_names(frame)


def in_memory(frame: Frame) -> Frame:
    """Return the rows held by pandas; Spark keeps no order: they come by their numbers, else by value."""
    return frames.wrap(_in_order(frame)) if isinstance(frame, nw.LazyFrame) else frame


def said(step: Step, state: State | None = None) -> str:
    """Say what the step does, or would do if it were switched on."""
    return step.describe(state) if step.is_on else f"Switched off: {step.describe()}"


def _in_order(frame: Frame) -> pd.DataFrame:
    table = frames.collect(frame)
    if not isinstance(frame, nw.LazyFrame):
        return table
    order = [ROW] if ROW in table else list(table.columns)
    return table.sort_values(order, ignore_index=True)


def _may_change(step: Step, table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of the table whose cells may differ after the step."""
    return tuple(str(name) for name in table if name != ROW) if step.changes_all else step.changes


def _after(step: Step, before: pd.DataFrame, held: Frame) -> pd.DataFrame:
    """Return the table after the step; of Spark, only what the step may have changed is asked for."""
    if not isinstance(held, nw.LazyFrame):
        return frames.collect(held)
    names = frames.column_names(held)
    may = _may_change(step, before)
    asked = [name for name in names if name in may or name not in before or name == ROW]
    new = _in_order(held.select(asked))
    old = before[_kept(before, new)].reset_index(drop=True)
    return pd.DataFrame({name: new[name] if name in asked else old[name] for name in names})


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

    def ids(self, rows: pd.DataFrame) -> pd.Series | None:
        """Return each row's student id as it came to a step, else as loaded; None where there is none."""
        if self.student_id is None or self.student_id not in self.table.columns:
            return None
        if self.student_id in rows.columns:
            return rows[self.student_id].reset_index(drop=True)
        return self.table[self.student_id].iloc[rows[ROW].to_numpy() - 1].reset_index(drop=True)


def _n_lost(step: Step, before: pd.DataFrame, kept: np.ndarray, names: _Names) -> int:
    """Return how many of the rows that the step dropped count as students who are gone."""
    n_dropped = int((~kept).sum())
    if not n_dropped or not step.drops_repeats:
        return n_dropped
    if step.joins_ids:
        return 0
    ids = names.ids(before)
    if ids is None:
        return 0 if step.tells_all([str(name) for name in before if name != ROW]) else n_dropped
    dropped = ids[~kept]
    gone = dropped[dropped.notna() & ~dropped.isin(ids[kept])]
    return int(dropped.isna().sum()) + gone.nunique()


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
        for name in _may_change(step, before)
        if step.is_on
        and name in after.columns
        and (change := _change(before[name], after[name], kept)) is not None
    ]
    return StepReport(
        step=number,
        kind=step.kind,
        what=said(step, state),
        n_in=len(before),
        n_out=len(after),
        n_changed=sum(int(change.changed.sum()) for change in changes),
        n_emptied=sum(change.n_emptied for change in changes),
        n_filled=sum(change.n_filled for change in changes),
        columns_added=tuple(c for c in after.columns if c not in before.columns),
        columns_dropped=tuple(c for c in before.columns if c not in after.columns),
        examples=_examples(changes, after[ROW], names),
        n_lost=_n_lost(step, before, kept, names),
        is_on=step.is_on,
    )


def _change(before: pd.Series, after: pd.Series, kept: np.ndarray) -> _Change | None:
    """Return how the column changed, or None; a text read as the number it shows has not changed."""
    was = (before if kept.all() else before[kept]).set_axis(after.index)  # Spark's rows are labelled anew
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
    return "" if pd.isna(value) else shortest(value) if isinstance(value, float) else str(value)


def _column_reports(before: pd.DataFrame, after: pd.DataFrame) -> tuple[ColumnReport, ...]:
    """Return the gaps of every column that was or is there."""
    names = dict.fromkeys([*before.columns, *after.columns])
    return tuple(ColumnReport(name, _gaps(before, name), _gaps(after, name)) for name in names)


def _gaps(table: pd.DataFrame, name: str) -> int | None:
    return int(table[name].isna().sum()) if name in table.columns else None
