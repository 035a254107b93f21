"""The table of features: one row a student, numbers and categories apart, nothing filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import ColumnNotFound
from core.features import dictionary
from core.schema import Kind, Role


@dataclass(frozen=True)
class FeatureColumn:
    """One feature: what it is called, what it holds, and how its values are said."""

    name: str
    """The column's name in the table."""
    label: str
    """The name in plain words, with a capital."""
    kind: Kind
    """NUMBER or FLAG, held as numbers, or CATEGORY, held as codes."""
    role: Role
    unit: str | None = None
    levels: tuple[str, ...] = ()
    """The values of a category, sorted; a code is a place in it."""

    def value_text(self, value: float) -> str:
        """Return a value (a number, or a category's code) in words; NaN and -1 are not recorded."""
        return dictionary.describe_value(value, kind=self.kind, unit=self.unit, levels=self.levels)

    def shown(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values to the digits that are shown; values that come out equal are said alike."""
        return dictionary.shown_numbers(values) if self.kind is Kind.NUMBER else values

    def phrase(self, value: float, *, typical: float) -> str:
        """Return what is known of a student here, beside the typical student, without a full stop."""
        said, beside = self.value_text(value), self.value_text(typical)
        if beside in (said, dictionary.NOT_RECORDED):
            beside = ""
        elif self.kind is Kind.NUMBER and any(map(str.isalpha, self.unit or "")):
            beside = dictionary.number_text(typical, None)
        return dictionary.phrase(self.label, said, beside, kind=self.kind)


@dataclass(frozen=True)
class Excluded:
    """A column that is no feature, and why."""

    name: str
    reason: str
    kind: str = "column"


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """What a model may know of each student; arrays are read-only by agreement."""

    numbers: NDArray[np.float64]
    """Values of shape (n_students, n_numbers); NaN is missing."""
    codes: NDArray[np.int32]
    """Category codes of shape (n_students, n_categories); -1 is missing."""
    columns: tuple[FeatureColumn, ...]
    """One entry a column of ``numbers``, then one a column of ``codes``."""
    student_ids: NDArray[np.object_]
    """The ids as text; no two are equal."""
    excluded: tuple[Excluded, ...] = field(default=())

    @property
    def n_students(self) -> int:
        """The number of rows."""
        return len(self.student_ids)

    def take(self, rows: NDArray[np.integer[Any]] | Sequence[int]) -> Self:
        """Return the table of these rows, in this order."""
        chosen = np.asarray(rows)
        return replace(
            self,
            numbers=self.numbers[chosen],
            codes=self.codes[chosen],
            student_ids=self.student_ids[chosen],
        )

    def value_text(self, row: int, column: str) -> str:
        """Return one student's value in words; raises ColumnNotFound."""
        names = [c.name for c in self.columns]
        if column not in names:
            raise ColumnNotFound.of(column, names, where="the features")
        place = names.index(column)
        n_numbers = self.numbers.shape[1]
        value = self.numbers[row, place] if place < n_numbers else self.codes[row, place - n_numbers]
        return self.columns[place].value_text(float(value))
