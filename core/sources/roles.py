"""The schema of a table, guessed with a reason for every column, and its columns brought to their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from core.errors import ColumnNotFound
from core.schema import Column, Kind, Role, Schema
from core.sources.columns.coerce import Coerced, to_kind
from core.sources.columns.duties import RoleGuess, guess_role
from core.sources.columns.identity import find_id
from core.sources.columns.kinds import KindGuess, guess_kind
from core.sources.columns.profile import Profile
from core.sources.columns.units import scale_of
from core.sources.columns.words import label_of


def guess_schema(frame: pd.DataFrame, *, decimal: str = ".") -> Schema:
    """Return kind, role, label, unit and the reason for every column, in the frame's order.

    The columns may be text, as read from a file, or typed. ``decimal`` is the decimal mark of
    numbers in text, used where a column does not show its own. All of it is a guess to be shown.

    >>> schema = guess_schema(pd.DataFrame({"id": ["007", "008"], "AvgScore": ["61", "74"]}, dtype="str"))
    >>> [(c.kind.value, c.role.value, c.label) for c in schema]
    [('text', 'student_id', 'ID'), ('number', 'feature', 'Average score')]
    """
    profiles = [Profile.of(frame[name], decimal=decimal) for name in frame.columns]
    found = find_id(profiles)
    return Schema(tuple(_column(profile, found) for profile in profiles))


def _column(profile: Profile, found: tuple[str, str] | None) -> Column:
    if found and profile.name == found[0]:
        return Column(profile.name, Kind.TEXT, Role.STUDENT_ID, label_of(profile.name), _sentence(found[1]))
    kind = guess_kind(profile)
    role = guess_role(profile, kind)
    kind = _kind_for(role, kind)
    scale = scale_of(profile, kind)
    return Column(
        profile.name,
        kind.kind,
        role.role,
        label_of(profile.name),
        _sentence(f"{kind.reason}{scale.note}; {role.reason}"),
        scale.unit,
        scale.lowest,
        scale.highest,
    )


def _kind_for(role: RoleGuess, kind: KindGuess) -> KindGuess:
    """Names stay text, whatever they look like."""
    return replace(kind, kind=Kind.TEXT) if role.role is Role.NAME else kind


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def with_kinds(schema: Schema, kinds: Mapping[str, Kind]) -> Schema:
    """Return the schema with the kinds that the user set; raises ColumnNotFound."""
    for name in kinds:
        schema.column(name)
    return Schema(
        tuple(
            replace(c, kind=kinds[c.name], reason=_reset(c.reason), unit=None, lowest=None, highest=None)
            if c.name in kinds and kinds[c.name] != c.kind
            else c
            for c in schema
        )
    )


def _reset(reason: str) -> str:
    """Return the reason with its part about the kind replaced."""
    _, _, about_role = reason.partition("; ")
    return f"Kind set by the user; {about_role}" if about_role else "Kind set by the user."


def type_columns(
    text_frame: pd.DataFrame, schema: Schema, *, decimal: str = "."
) -> tuple[pd.DataFrame, tuple[Coerced, ...]]:
    """Return the columns of the schema in their canonical types, and every cell that did not simply fit.

    A cell that cannot be read as its column's kind is missing; it is counted, never changed silently.
    Words for missing (``NA``, ``?``, ``none``) are missing in numbers and flags only. Raises ColumnNotFound.
    """
    columns: dict[str, pd.Series] = {}
    coerced: list[Coerced] = []
    for column in schema:
        if column.name not in text_frame.columns:
            raise ColumnNotFound.of(column.name, [str(name) for name in text_frame.columns])
        columns[column.name], problems = to_kind(text_frame[column.name], column.kind, decimal=decimal)
        coerced.extend(problems)
    return pd.DataFrame(columns, index=text_frame.index, copy=False), tuple(coerced)
