"""Students who may be in the table twice, side by side, so that a person can tell whether they are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core import frames
from core.caseload.access import Action, Actor, require
from core.cleaning.step import shortest
from core.cleaning.text import StripText
from core.errors import RoleMissing
from core.settings import Settings
from core.sources.base import Progress
from core.workflow.requests import TableRequest
from core.workflow.tables import load_table

MOST_PAIRS = 50
"""How many pairs are shown at a time."""
DIFFERS = "differs"
Row = Mapping[Any, Any]
"""The cells of a row by the names of their columns."""


@dataclass(frozen=True, eq=False)
class StudentPair:
    """Two students who may be one."""

    left: str
    """Their ids."""
    right: str
    rows: pd.DataFrame
    """One row a column of the table, those that differ first: column (its title), left, right, differs."""

    @property
    def n_differences(self) -> int:
        """In how many columns they differ."""
        return int((self.rows["differs"] == DIFFERS).sum())


def side_by_side(
    actor: Actor,
    request: TableRequest,
    pairs: tuple[tuple[str, str], ...],
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> tuple[StudentPair, ...]:
    """Return the first 50 pairs whose students are both in the table; the first row of each counts.

    Raises RoleMissing without a student id, SourceError.
    """
    require(actor, Action.CLEAN, synthetic=request.is_demo)
    if progress is not None:
        progress(0.0, "Putting the students side by side")
    dataset = load_table(actor, request, settings=settings)
    student_id = dataset.schema.student_id
    if student_id is None:
        raise RoleMissing(
            "No column is the student id, so students cannot be compared.",
            hint="Say on Data sources which column it is.",
        )
    rows = _rows(dataset.collect(), student_id, {name for pair in pairs for name in pair})
    titles = {column.name: column.title for column in dataset.schema}
    there = [(left, right) for left, right in pairs if left in rows and right in rows]
    return tuple(
        StudentPair(left, right, _compared(rows[left], rows[right], titles))
        for left, right in there[:MOST_PAIRS]
    )


def _rows(table: pd.DataFrame, student_id: str, wanted: set[str]) -> dict[str, Row]:
    """Return the first row of each wanted student by the id as findings name it: tidied, as text."""
    tidied = StripText((student_id,)).apply(frames.wrap(table[[student_id]]), {})
    ids = frames.collect(tidied)[student_id].map(str, na_action="ignore").reset_index(drop=True)
    found = ids[ids.isin(list(wanted))].drop_duplicates()
    rows = table.iloc[found.index].to_dict("records")
    return dict(zip(found, rows, strict=True))


def _compared(left: Row, right: Row, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return the two rows as columns of text, and where they differ."""
    names = list(titles)
    shown = {
        "column": [titles[name] for name in names],
        "left": [_shown(left[name]) for name in names],
        "right": [_shown(right[name]) for name in names],
    }
    marks = [DIFFERS if _differ(left[name], right[name]) else "" for name in names]
    return pd.DataFrame({**shown, "differs": marks}, dtype="str").sort_values(
        "differs", ascending=False, kind="stable", ignore_index=True
    )


def _differ(one: Any, other: Any) -> bool:
    """Return whether two cells differ in their values; two without a value do not."""
    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) != pd.isna(other))
    return bool(one != other)


def _shown(value: Any) -> str:
    if pd.isna(value):
        return ""
    return shortest(float(value)) if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
