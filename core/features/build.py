"""Makes the feature table of a collected frame, and names every column that is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import (
    ColumnNotFound,
    NoFeatures,
    ProtectedFeature,
    RepeatedIds,
    SchemaError,
    WrongKind,
    quoted,
)
from core.features.dictionary import plain_label
from core.features.table import Excluded, FeatureColumn, FeatureTable
from core.schema import MODEL_ROLES, Column, Kind, Role, Schema

MOST_LEVELS = 200
"""A category with more different values is left out: most of them are seen too seldom to learn from."""

ROLE_REASONS = {
    Role.OUTCOME: "It is the outcome itself.",
    Role.PROTECTED: "A protected attribute is never a model input.",
    Role.STUDENT_ID: "It identifies the student.",
    Role.NAME: "It is a name.",
    Role.CONTACT: "It is contact data.",
    Role.TERM: "It says when, not how the student is doing.",
    Role.TIME: "It says when, not how the student is doing.",
    Role.IGNORED: "Its role is 'ignored'.",
}
LEFT_OUT = "Left out by the user."
KIND_REASONS = {Kind.TEXT: "Free text is not used.", Kind.DATE: "Dates are not used."}


def build_features(
    frame: pd.DataFrame,
    *,
    schema: Schema,
    outcome_columns: Sequence[str],
    exclude: Sequence[str] = (),
    include: Sequence[str] | None = None,
) -> FeatureTable:
    """Return the features of a frame in canonical types, one row a student.

    Used are the columns with the role FEATURE or BARRIER; of these only ``include``, if given.
    Left out, each with its reason in ``excluded``: outcome columns, ``exclude``, other roles, free
    text, dates, columns without a value or with the same value for everybody, and categories with
    more than ``MOST_LEVELS`` values. The rows' order changes nothing but the order of the result.
    Without an id column the students are called by their row, from 1.

    Raises ColumnNotFound, ProtectedFeature (a protected column in ``include``), RepeatedIds,
    SchemaError (a student without an id), WrongKind, NoFeatures.
    """
    _check_names(frame, schema, outcome_columns, exclude, include)
    excluded = []
    built: list[_Built] = []
    for column in schema:
        reason = _reason_to_skip(column, outcome_columns, exclude, include)
        if reason is None:
            made = (
                _number(frame, column)
                if column.kind in (Kind.NUMBER, Kind.FLAG)
                else _category(frame, column)
            )
            reason = _reason_to_drop(made)
            built += [made] if reason is None else []
        excluded += [Excluded(column.name, reason)] if reason else []
    excluded += [Excluded(str(c), "The schema does not list it.") for c in frame.columns if c not in schema]
    if not built:
        raise NoFeatures("No column is left to learn from.", hint=_no_features_hint(excluded))
    return _table(built, _student_ids(frame, schema), excluded)


@dataclass(frozen=True)
class _Built:
    """A column's values as numbers or as codes."""

    column: FeatureColumn
    values: NDArray[np.float64] | NDArray[np.int32]

    @property
    def is_category(self) -> bool:
        return self.column.kind is Kind.CATEGORY

    @property
    def missing(self) -> NDArray[np.bool_]:
        return self.values < 0 if self.is_category else np.isnan(self.values)


def _check_names(
    frame: pd.DataFrame,
    schema: Schema,
    outcome_columns: Sequence[str],
    exclude: Sequence[str],
    include: Sequence[str] | None,
) -> None:
    """Do nothing if every name exists and none that is asked for is protected."""
    present = [str(c) for c in frame.columns]
    for where, names in (
        ("the schema", schema.names()),
        ("the outcome", outcome_columns),
        ("exclude", exclude),
    ):
        _need(names, present, where)
    _need(include or (), schema.names(), "the features asked for")
    protected = [name for name in include or () if schema.column(name).role is Role.PROTECTED]
    if protected:
        raise ProtectedFeature(
            f"{quoted(protected)} cannot be a feature: it is protected.",
            hint="Race, gender, age, disability and religion are never model inputs. Leave it out, "
            "or correct its role if it is something else.",
        )


def _need(names: Iterable[str], present: Sequence[str], where: str) -> None:
    """Do nothing if all names are present; raises ColumnNotFound naming the first gap."""
    for name in names:
        if name not in present:
            raise ColumnNotFound.of(name, present, where=where)


def _reason_to_skip(
    column: Column, outcome_columns: Sequence[str], exclude: Sequence[str], include: Sequence[str] | None
) -> str | None:
    """Return why a column cannot be a feature whatever its values, or None."""
    if column.name in outcome_columns:
        return "It decides the outcome."
    if column.role not in MODEL_ROLES:
        return ROLE_REASONS[column.role]
    if column.name in exclude or (include is not None and column.name not in include):
        return LEFT_OUT
    return KIND_REASONS.get(column.kind)


def _reason_to_drop(built: _Built) -> str | None:
    """Return why a column's values teach nothing, or None."""
    missing = built.missing
    if missing.all():
        return "No student has a value."
    if built.is_category:
        n_levels = len(built.column.levels)
        if n_levels > MOST_LEVELS:
            return f"It has {n_levels:,} different values; at most {MOST_LEVELS} can be learned from."
        same = n_levels == 1
    else:
        same = bool(np.nanmin(built.values) == np.nanmax(built.values))
    return "Every student has the same value." if same and not missing.any() else None


def _number(frame: pd.DataFrame, column: Column) -> _Built:
    """Return a NUMBER or FLAG column; infinite values count as missing."""
    series = frame[column.name]
    if not (pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series)):
        raise WrongKind(
            f"'{column.name}' should hold numbers but holds {series.dtype}.",
            hint="Change its kind to category, or clean it so that it holds numbers only.",
        )
    values = series.to_numpy(dtype=np.float64, na_value=np.nan, copy=False)
    if np.isinf(values).any():
        values = np.where(np.isinf(values), np.nan, values)
    return _Built(_feature(column), values)


def _category(frame: pd.DataFrame, column: Column) -> _Built:
    """Return a CATEGORY column as codes of its sorted values, so that row order does not matter."""
    series = frame[column.name]
    raw, found = pd.factorize(series if pd.api.types.is_string_dtype(series) else series.astype("str"))
    levels = np.asarray([str(level) for level in found], dtype=object)
    order = np.argsort(levels) if len(levels) else np.empty(0, dtype=np.intp)
    place = np.full(len(levels) + 1, -1, dtype=np.int32)
    place[order] = np.arange(len(levels), dtype=np.int32)
    return _Built(_feature(column, levels=tuple(levels[order])), place[raw])


def _feature(column: Column, *, levels: tuple[str, ...] = ()) -> FeatureColumn:
    """Return the feature for a column of the schema."""
    return FeatureColumn(
        column.name, plain_label(column.title), column.kind, column.role, column.unit, levels
    )


def _student_ids(frame: pd.DataFrame, schema: Schema) -> NDArray[np.object_]:
    """Return the ids as text; raises SchemaError for a missing one and RepeatedIds for a repeated one."""
    name = schema.student_id
    if name is None:
        return np.array([str(row) for row in range(1, len(frame) + 1)], dtype=object)
    ids = frame[name]
    if ids.isna().any():
        raise SchemaError(
            f"Students without '{name}': {int(ids.isna().sum()):,}.",
            hint="Fill it in, or choose another id column.",
        )
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        raise RepeatedIds(
            f"Values of '{name}' stand in several rows, such as '{repeated[0]}' ({len(repeated):,} in all).",
            hint="One row a student is needed: on Cleaning add the step that keeps one row a student, "
            "or choose another id column.",
        )
    return np.asarray(ids.astype("str").to_numpy(dtype=object))


def _table(built: list[_Built], ids: NDArray[np.object_], excluded: list[Excluded]) -> FeatureTable:
    """Put the columns together, numbers first."""
    numbers = [b for b in built if not b.is_category]
    categories = [b for b in built if b.is_category]
    number_values = np.empty((len(ids), len(numbers)), dtype=np.float64)
    codes = np.empty((len(ids), len(categories)), dtype=np.int32)
    for place, one in enumerate(numbers):
        number_values[:, place] = one.values
    for place, one in enumerate(categories):
        codes[:, place] = one.values
    columns = tuple(one.column for one in (*numbers, *categories))
    return FeatureTable(number_values, codes, columns, ids, tuple(excluded))


def _no_features_hint(excluded: list[Excluded]) -> str:
    """Say why the columns were left out, the first few by name, what lies in the values before the rest."""
    by_role = {*ROLE_REASONS.values(), LEFT_OUT}
    ordered = sorted(excluded, key=lambda e: e.reason in by_role)
    reasons = [f"'{e.name}': {e.reason}" for e in ordered[:5]]
    more = f" And {len(excluded) - 5} more." if len(excluded) > 5 else ""
    return " ".join(["Give a column the role 'feature' or 'barrier'.", *reasons]) + more
