"""One value a student, found for a million students at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from core.caseload.words import checked
from core.errors import InvalidChoice

CHUNK = 1_000
"""Ids that one question names."""
MOST_AT_ONCE = 50_000
"""Students that one change may be about."""


class Lookup:
    """Where each student's row stands in arrays of those who have one."""

    def __init__(self, student_ids: Sequence[str] | NDArray[np.object_]) -> None:
        self._index = pd.Index(np.asarray(student_ids, dtype=object))

    def __len__(self) -> int:
        return len(self._index)

    def fill(self, values: NDArray[Any], into: NDArray[Any], student_ids: Any) -> NDArray[Any]:
        """Return ``into`` with the values of the students who have one; the others keep theirs."""
        if len(self._index):
            places = self._index.get_indexer(pd.Index(np.asarray(student_ids, dtype=object)))
            known = places >= 0
            into[known] = values[places[known]]
        return into


def checked_ids(student_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids once each, in the order given; raises InvalidChoice for none, too many, or no id."""
    found = tuple(dict.fromkeys(checked(one, what="student id", most=200) for one in student_ids))
    if not found:
        raise InvalidChoice("No student is chosen.", hint="Choose at least one on the list.")
    if len(found) > MOST_AT_ONCE:
        raise InvalidChoice(
            f"{len(found):,} students are too many at once.", hint=f"At most {MOST_AT_ONCE:,}: choose fewer."
        )
    return found


def rows_of(
    connection: sa.Connection, asked: sa.Select[Any], column: sa.Column[str], student_ids: Sequence[str]
) -> list[sa.RowMapping]:
    """Return the rows of some students, a thousand ids a question."""
    found: list[sa.RowMapping] = []
    for start in range(0, len(student_ids), CHUNK):
        some = asked.where(column.in_(student_ids[start : start + CHUNK]))
        found += connection.execute(some).mappings().all()
    return found
