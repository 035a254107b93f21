"""What the conditions on a table can be made of: its columns, and the values that each may be held to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.eda.coded import CodedColumn, CodedTable
from core.eda.summary import is_enough, quarters
from core.eda.values import Floats, identifies
from core.eda.withholding import MIN_GROUP, withheld
from core.schema import Kind, Role

STEPS_A_HALF = 40
"""The middle half of the students is about so many steps wide, at most ten times as many."""


@dataclass(frozen=True)
class Field:
    """A column that students can be chosen by."""

    column: str
    kind: Kind
    levels: tuple[str, ...] = ()
    """The categories, the most frequent first; none that is withheld. No and yes for a flag."""
    quarters: tuple[float, float, float] | None = None
    """The lower quartile, the median and the upper one, of a number or a date (days since 1970)."""
    step: float = 1.0
    """By how much a bound of a number is moved at once: 1 for whole numbers of a small range."""

    @property
    def is_on_a_line(self) -> bool:
        """Whether the values are numbers or dates."""
        return self.quarters is not None


def fields_of(table: CodedTable, *, min_group: int = MIN_GROUP) -> tuple[Field, ...]:
    """Return the columns that students can be chosen by, in the schema's order.

    Not among them: what identifies students, what is ignored, and what has nothing that may be shown.
    """
    used = [c for c in table.schema if c.role is not Role.IGNORED and not identifies(c)]
    found = (_field(table.columns[column.name], min_group) for column in used)
    return tuple(field for field in found if field is not None)


def _field(held: CodedColumn, min_group: int) -> Field | None:
    column, known = held.column, held.counts[1:]
    if isinstance(held.values, tuple):
        hidden = withheld(known, minimum=min_group)
        if not (known > 0)[~hidden].any():
            return None
        order = np.argsort(-known, kind="stable") if column.kind is Kind.CATEGORY else range(len(known))
        return Field(column.name, column.kind, tuple(held.values[i] for i in order if not hidden[i]))
    finite = np.isfinite(held.values)
    values, counts = held.values[finite], known[finite]
    if not is_enough(int(counts.sum()), min_group):
        return None
    middle = quarters(values, counts=counts)
    return Field(column.name, column.kind, quarters=middle, step=_step(values, middle))


def _step(values: Floats, middle: tuple[float, float, float]) -> float:
    """Return 1, 0.1, 10 or another power of ten that is small beside the middle half of the values."""
    width = middle[2] - middle[0] or float(values[-1] - values[0])
    if not 0 < width < np.inf:
        return 1.0
    step = float(10.0 ** np.floor(np.log10(width / STEPS_A_HALF)))
    is_whole = bool((values == np.round(values)).all())
    return max(1.0, step) if is_whole else step
