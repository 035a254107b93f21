"""What the models need to know about a table of features; the features room supplies such a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from core.schema import Kind, Role

Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]
"""An object array of ``str``."""

Progress = Callable[[float, str], None]
"""Called with the fraction done in [0, 1] and what is being done, in words."""


class FeatureColumn(Protocol):
    """One feature: what it is called, what it holds, and how its values are said."""

    @property
    def name(self) -> str:
        """The column's name in the table."""

    @property
    def label(self) -> str:
        """The name in plain words."""

    @property
    def kind(self) -> Kind:
        """NUMBER or FLAG (among the numbers), or CATEGORY (among the codes)."""

    @property
    def role(self) -> Role:
        """FEATURE or BARRIER."""

    @property
    def unit(self) -> str | None:
        """The unit in words, such as ``hours a week``."""

    @property
    def levels(self) -> tuple[str, ...]:
        """The values of a category in the order of their codes; empty for numbers."""

    def value_text(self, value: float) -> str:
        """Return a value (a number, or a category's code) in words; NaN and -1 are not recorded."""

    def shown(self, values: Floats) -> Floats:
        """Return the values to the digits that are shown; values that come out equal are said alike."""

    def phrase(self, value: float, *, typical: float) -> str:
        """Return what is known of a student here, beside the typical student, without a full stop."""


class Features(Protocol):
    """One row a student; the number columns first, then the categories."""

    @property
    def numbers(self) -> Floats:
        """Values of shape (n_students, n_numbers); NaN is missing."""

    @property
    def codes(self) -> NDArray[np.int32]:
        """Category codes of shape (n_students, n_categories); -1 is missing."""

    @property
    def columns(self) -> Sequence[FeatureColumn]:
        """One entry a column of ``numbers``, then one a column of ``codes``."""

    @property
    def student_ids(self) -> Texts:
        """The ids as text; no two are equal."""

    @property
    def n_students(self) -> int:
        """The number of rows."""

    def take(self, rows: Integers | Sequence[int]) -> Self:
        """Return the table of these rows, in this order."""


def known_share(features: Features) -> Floats:
    """Return for each student the fraction of feature values that are recorded, in [0, 1]."""
    known = (~np.isnan(features.numbers)).sum(axis=1) + (features.codes >= 0).sum(axis=1)
    share: Floats = known / max(1, len(features.columns))
    return share
