"""Checks for rows and ids that occur more than once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.finding import Finding, counted, share, verb
from core.cleaning.profile import Table

_MOST_REPEATED = 0.2
"""With a larger share of rows under shared ids, the table has several rows a student on purpose."""


def exact_copies(table: Table) -> list[Finding]:
    """Q003: rows equal to another in every column; with ids they are copies, without they may be people."""
    if table.ids is None or table.student_id is None:
        return _equal_rows(table)
    copies = _copies(table)
    n, name = int(copies.sum()), table.student_id
    if not n:
        return []
    words = (
        f"{counted(n, 'row')} of {table.n_rows:,} {verb(n, 'repeats', 'repeat')} another row "
        "of the same student in every column."
    )
    why = f"{counted(n, 'row')} {verb(n, 'is an exact copy', 'are exact copies')}"
    return [
        Finding("Q003", "issue", words, None, n, _who(table, copies), DropDuplicates((name,), reason=why))
    ]


def _equal_rows(table: Table) -> list[Finding]:
    equal = table.frame.duplicated().to_numpy()
    n = int(equal.sum())
    if not n:
        return []
    words = (
        f"{counted(n, 'row')} {verb(n, 'equals', 'equal')} another row in every column. Without a student id "
        "they may be different students with the same answers, so none is proposed for removal."
    )
    return [Finding("Q003", "tip", words, None, n, _who(table, equal))]


def _copies(table: Table) -> np.ndarray:
    """Return, for each row, whether an earlier row of the same student is equal to it."""
    shared, copies = _shared(table.ids), np.zeros(table.n_rows, dtype=bool)
    if shared.any() and table.ids is not None:
        some = table.frame[shared].assign(**{str(table.student_id): table.ids[shared]})
        copies[shared] = some.duplicated().to_numpy()
    return copies


def _shared(ids: pd.Series | None) -> np.ndarray:
    """Return, for each id, whether it is known and occurs again."""
    known = pd.Series(dtype="str") if ids is None else ids
    return np.asarray(known.duplicated(keep=False) & known.notna())


def repeated_ids(table: Table) -> list[Finding]:
    """Q005: ids under which rows stand that differ from each other."""
    if table.ids is None or table.student_id is None:
        return [Finding("Q005", "not applicable", "The table has no student id column.")]
    left = ~_copies(table)
    differing = np.zeros(table.n_rows, dtype=bool)
    differing[left] = _shared(table.ids[left])
    n_rows, n = int(differing.sum()), int(table.ids[differing].nunique())
    if not n:
        return []
    name, examples = table.student_id, _who(table, differing)
    if n_rows > _MOST_REPEATED * table.n_rows:
        words = (
            f"{share(n_rows, table.n_rows)} of the rows share their student id with another row: "
            "the table seems to hold several rows a student, so none is proposed for removal."
        )
        return [Finding("Q005", "tip", words, name, n, examples)]
    words = (
        f"{counted(n, 'student id')} {verb(n, 'stands', 'stand')} on several rows that differ "
        f"({n_rows:,} rows). "
        "Either a student was entered twice, or two students got one id: look before you drop."
    )
    why = f"{counted(n, 'student')} {verb(n, 'has', 'have')} several rows that differ"
    step = KeepOnePerStudent((name,), reason=why)
    return [Finding("Q005", "issue", words, name, n, examples, step, person_decides=True)]


def _who(table: Table, rows: np.ndarray) -> tuple[str, ...]:
    """Return up to five different student ids of these rows."""
    return tuple(dict.fromkeys(table.called(int(row)) for row in np.flatnonzero(rows)[:200]))[:5]
