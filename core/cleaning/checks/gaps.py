"""Checks for what is not there: gaps, words that stand for gaps, empty columns, rows without an id."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.cleaning.columns import DropColumns
from core.cleaning.finding import Finding, counted, share, verb
from core.cleaning.missing import FillWithMedian, FillWithMode
from core.cleaning.profile import Profile, Table
from core.cleaning.rows import DropRows
from core.cleaning.step import Step, shown
from core.cleaning.text import PlaceholdersToMissing
from core.schema import MODEL_ROLES, Column, Kind, Role

_MANY = 0.05
"""From this share of gaps on, a column that a model may use is an issue."""


def missing_values(table: Table) -> list[Finding]:
    """Q001: the gaps of each column, and a fill for those that a model may use."""
    return [_gap_finding(table, p) for p in table.profiles if p.n_missing and not p.is_blank]


def _gap_finding(table: Table, profile: Profile) -> Finding:
    column, n = profile.column, profile.n_missing
    step = fill(column, reason=f"{counted(n, 'value')} of '{column.name}' {verb(n, 'is', 'are')} missing")
    rows = np.flatnonzero(profile.values.isna().to_numpy())[:5]
    matters = column.role in (*MODEL_ROLES, Role.OUTCOME) and n >= _MANY * table.n_rows
    part = f"{n:,} of {counted(table.n_rows, 'row')} ({share(n, table.n_rows)})"
    return Finding(
        "Q001",
        "issue" if matters else "tip",
        f"'{column.title}' has no value in {part}." + ("" if step else f" {_why_no_fill(column)}"),
        column.name,
        n,
        tuple(table.called(int(row)) for row in rows),
        step,
    )


def fill(column: Column, *, reason: str) -> Step | None:
    """Return the step that fills the gaps of a column, or None where a guess would be wrong."""
    if column.role not in MODEL_ROLES:
        return None
    if column.kind is Kind.NUMBER:
        return FillWithMedian((column.name,), reason=reason)
    if column.kind in (Kind.CATEGORY, Kind.FLAG):
        return FillWithMode((column.name,), reason=reason)
    return None


def _why_no_fill(column: Column) -> str:
    if column.role is Role.PROTECTED:
        return "No fill is proposed: a protected attribute is never guessed."
    if column.role is Role.OUTCOME:
        return "No fill is proposed: an outcome is never guessed; these students are left out of training."
    if column.role in MODEL_ROLES:
        return "No fill is proposed: a date or free text cannot be guessed from other students."
    return "No fill is proposed: no model uses this column."


def placeholders(table: Table) -> list[Finding]:
    """Q002: words and codes that stand for a missing value."""
    found = [_word_finding(p) for p in table.profiles if len(p.placeholders)]
    return found + [_code_finding(p) for p in table.profiles if p.is_number and p.codes]


def _word_finding(profile: Profile) -> Finding:
    standing, name = profile.placeholders, profile.name
    n = int(standing.sum())
    quoted = [shown(str(text)) for text in standing.index[:4]]
    held = f"{verb(n, 'holds', 'hold')} {_alternatives(quoted)}"
    examples = tuple(f"{shown(str(text))} ({count:,})" for text, count in standing.head(5).items())
    words = f"{counted(n, 'cell')} of '{profile.column.title}' {held} instead of a value."
    step = PlaceholdersToMissing((name,), reason=f"{counted(n, 'cell')} of '{name}' {held}")
    return Finding("Q002", "issue", words, name, n, examples, step)


def _code_finding(profile: Profile) -> Finding:
    name, codes = profile.name, tuple(f"{code:g}" for code in profile.codes)
    n = int(np.isin(profile.numbers, profile.codes).sum())
    held = f"{verb(n, 'holds', 'hold')} {_alternatives(codes)}"
    words = (
        f"{counted(n, 'cell')} of '{profile.column.title}' {held}, "
        "which cannot be a value and is a usual code for a missing one."
    )
    why = f"{_alternatives(codes)} in '{name}' is a code for a missing value"
    return Finding("Q002", "issue", words, name, n, codes, PlaceholdersToMissing((name,), codes, reason=why))


def _alternatives(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def empty_columns(table: Table) -> list[Finding]:
    """Q012: columns without a single value."""
    return [_empty_finding(table, p) for p in table.profiles if p.is_blank]


def _empty_finding(table: Table, profile: Profile) -> Finding:
    name = profile.name
    words = f"'{profile.column.title}' has no value in any row."
    if profile.column.role in (Role.STUDENT_ID, Role.OUTCOME):
        words += " It has a role that is needed, so choose another column for it."
        return Finding("Q012", "issue", words, name, table.n_rows)
    step = DropColumns((name,), reason=f"'{name}' has no value in any row")
    return Finding("Q012", "issue", words, name, table.n_rows, (), step)


def missing_ids(table: Table) -> list[Finding]:
    """Q013: rows that no student can be found for."""
    if table.ids is None or table.student_id is None:
        words = "The table has no student id column; rows are named by their number."
        return [Finding("Q013", "not applicable", words)]
    gaps = table.ids.isna().to_numpy()
    n, name = int(gaps.sum()), table.student_id
    if n in (0, table.n_rows):
        return []
    words = (
        f"{counted(n, 'row')} of {table.n_rows:,} {verb(n, 'has', 'have')} no student id, "
        f"so nobody can be found for {verb(n, 'it', 'them')}."
    )
    rows = tuple(f"row {row + 1}" for row in np.flatnonzero(gaps)[:5])
    step = DropRows((name,), reason=f"{counted(n, 'row')} cannot be given to any student")
    return [Finding("Q013", "issue", words, name, n, rows, step)]
