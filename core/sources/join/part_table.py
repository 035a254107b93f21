"""One table of a plan as it was read: what is kept as a copy, and what is joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from core.dataset import Dataset
from core.schema import Column, Kind, Role, Schema
from core.sources.base import MOST_EXACT
from core.sources.columns.coerce import to_kind
from core.sources.columns.words import label_of as label_of_name
from core.sources.join.words import label_of, reason_of
from core.sources.plan import Part
from core.sources.selection import How, Measure

KEPT_ROLES = {Role.PROTECTED, Role.OUTCOME, Role.CONTACT}
"""What a column is for stays so, whatever is made of it: a mean of ages is as protected as the age."""
WHOLE_VALUES = {How.SUM, How.MEAN, How.LAST, How.TREND}


@dataclass(frozen=True)
class PartTable:
    """The rows of one part; with measures already one row a normalised key.

    The key column is among the dataset's columns under the part's own name for it.
    """

    dataset: Dataset
    n_without_key: int = 0
    """Rows without a key that were left out when rows became one a student; 0 without measures."""
    n_after: int = 0
    """Rows left out because they came after the as-of date."""
    n_undated: int = 0
    """Rows left out because they carry no time."""


def schema_of_measures(part: Part, source: Schema, *, as_of: date | None) -> Schema:
    """Return key and measures as columns; ``source`` says what the columns are that they are made of."""
    key = Column(part.key, Kind.TEXT, Role.STUDENT_ID, label_of_name(part.key), "The key of the source plan.")
    return Schema((key, *(_column(measure, part, source, as_of) for measure in part.measures)))


def keeping_digits(schema: Schema, frame: pd.DataFrame) -> Schema:
    """Return the schema with last values as text where a number would lose digits of one."""
    return Schema(
        tuple(
            replace(c, kind=Kind.TEXT, unit=None, lowest=None, highest=None)
            if c.kind is Kind.NUMBER and _has_long_numbers(frame[c.name])
            else c
            for c in schema
        )
    )


def _has_long_numbers(values: pd.Series) -> bool:
    """Whether a column of text holds a whole number beyond 2**53."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return False
    whole = values.dropna().astype("str")
    whole = whole[whole.str.fullmatch(r"-?[0-9]{16,}")]
    return any(abs(int(text)) > MOST_EXACT for text in whole.unique())


def in_their_kinds(frame: pd.DataFrame, schema: Schema) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the columns in the canonical form of their kinds, and a sentence on every change."""
    typed = {column.name: to_kind(frame[column.name], column.kind, decimal=".") for column in schema}
    notes = tuple(str(changed) for _, several in typed.values() for changed in several)
    return pd.DataFrame({name: series for name, (series, _) in typed.items()}, copy=False), notes


def _column(measure: Measure, part: Part, source: Schema, as_of: date | None) -> Column:
    column = Column(
        measure.title,
        Kind.NUMBER,
        Role.FEATURE,
        f"{label_of(measure)}, {part.table}",
        reason_of(measure, part, as_of),
    )
    if measure.how is How.DAYS_SINCE:
        return replace(column, unit="days", lowest=0.0)
    if not measure.of:
        return replace(column, lowest=0.0)
    return _made_of(source.column(measure.of), column, measure.how)


def _made_of(of: Column, column: Column, how: How) -> Column:
    """Return the column with role, kind, unit and range as what it is made of has them."""
    keeps_role = of.role in KEPT_ROLES or (of.role is Role.BARRIER and how in WHOLE_VALUES)
    column = replace(column, role=of.role) if keeps_role else column
    if how is How.COUNT:
        return replace(column, lowest=0.0)
    if how is How.LAST:
        role = Role.IGNORED if of.role is Role.STUDENT_ID else of.role
        return replace(column, kind=of.kind, role=role, unit=of.unit, lowest=of.lowest, highest=of.highest)
    if how is How.MEAN:
        return replace(column, unit=of.unit, lowest=of.lowest, highest=of.highest)
    if how is How.TREND:
        return replace(column, unit=f"{of.unit} a week" if of.unit else None)
    return replace(column, unit=of.unit)
