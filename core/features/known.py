"""Features that a model knows already, taken from the rows of other students: nothing is chosen anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import ColumnNotFound, RepeatedIds, SchemaError, WrongKind, quoted
from core.features.table import FeatureColumn, FeatureTable
from core.schema import Kind


@dataclass(frozen=True)
class Unseen:
    """Values of a category that the model has never seen."""

    column: str
    values: tuple[str, ...]
    """Sorted."""
    n_students: int

    @property
    def words(self) -> str:
        """What it means, in one sentence."""
        students = "1 student" if self.n_students == 1 else f"{self.n_students:,} students"
        return (
            f"'{self.column}' holds {quoted(self.values, limit=3)} in {students}, which the model has never "
            "seen: it adds what rare values add, or nothing."
        )


def known_features(
    frame: pd.DataFrame, columns: Sequence[FeatureColumn], *, student_id: str | None
) -> tuple[FeatureTable, tuple[Unseen, ...]]:
    """Return the values of these features for each row, and what the categories hold beyond their levels.

    The columns are those given, in their order; the levels that are new stand after the known ones. Without
    an id column the students are called by their row, from 1. No row decides anything about another.

    Raises ColumnNotFound, WrongKind, RepeatedIds, SchemaError (a student without an id).
    """
    present = [str(name) for name in frame.columns]
    for column in columns:
        if column.name not in present:
            raise ColumnNotFound.of(column.name, present, where="the model")
    numbers = [_number(frame[c.name], c) for c in columns if c.kind is not Kind.CATEGORY]
    found = [_category(frame[c.name], c) for c in columns if c.kind is Kind.CATEGORY]
    n = len(frame)
    table = FeatureTable(
        np.column_stack(numbers) if numbers else np.empty((n, 0)),
        np.column_stack([codes for _, codes, _ in found]) if found else np.empty((n, 0), dtype=np.int32),
        (*(c for c in columns if c.kind is not Kind.CATEGORY), *(column for column, _, _ in found)),
        _ids(frame, student_id),
    )
    return table, tuple(unseen for _, _, unseen in found if unseen.values)


def _number(values: pd.Series, column: FeatureColumn) -> NDArray[np.float64]:
    """Return a number or flag; infinite values count as missing."""
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        raise WrongKind(
            f"'{column.name}' held numbers when the model was trained and now holds text.",
            hint="Export the table as it was exported then.",
        )
    held = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(held), held, np.nan)


def _category(values: pd.Series, column: FeatureColumn) -> tuple[FeatureColumn, NDArray[np.int32], Unseen]:
    """Return a category's codes by the known levels, the values beyond them last."""
    raw, found = pd.factorize(values if pd.api.types.is_string_dtype(values) else values.astype("str"))
    texts = [str(value) for value in found]
    _check_category(texts, column)
    new = tuple(sorted(set(texts) - set(column.levels)))
    codes = {level: code for code, level in enumerate((*column.levels, *new))}
    meaning = np.array([*(codes[text] for text in texts), -1], dtype=np.int32)[raw]
    wider = FeatureColumn(
        column.name, column.label, column.kind, column.role, column.unit, (*column.levels, *new)
    )
    return wider, meaning, Unseen(column.name, new, int((meaning >= len(column.levels)).sum()))


def _check_category(texts: Sequence[str], column: FeatureColumn) -> None:
    """Do nothing unless words have become numbers: codes of which nobody knows what they stand for."""
    if texts and all(map(_is_number, texts)) and not any(map(_is_number, column.levels)):
        raise WrongKind(
            f"'{column.name}' held words such as '{column.levels[0]}' when the model was trained and now "
            f"holds numbers such as '{texts[0]}'.",
            hint="Export the table as it was exported then.",
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _ids(frame: pd.DataFrame, student_id: str | None) -> NDArray[np.object_]:
    """Return the ids as text."""
    if student_id is None:
        return np.array([str(row) for row in range(1, len(frame) + 1)], dtype=object)
    if student_id not in frame.columns:
        raise ColumnNotFound.of(student_id, [str(name) for name in frame.columns], where="the model")
    ids = frame[student_id]
    if ids.isna().any():
        raise SchemaError(
            f"Students without '{student_id}': {int(ids.isna().sum()):,}.",
            hint="Fill it in, and score again.",
        )
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        raise RepeatedIds(
            f"Values of '{student_id}' stand in several rows, such as '{repeated[0]}' "
            f"({len(repeated):,} in all).",
            hint="One row a student is needed.",
        )
    return np.asarray(ids.astype("str").to_numpy(dtype=object))
