"""A score: a number that is predicted for each student, such as a mark or the mean of some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from core.errors import OutcomeError
from core.expressions.arrays import values
from core.expressions.expression import read_expression
from core.expressions.tree import Node
from core.expressions.words import in_words
from core.expressions.writing import Writing


@dataclass(frozen=True)
class Score:
    """A number worked out from the columns of a table; made by ``parse_score``."""

    text: str
    columns: tuple[str, ...]
    """The columns that decide it; they can never be features."""
    tree: Node = field(repr=False)
    writing: Writing = field(repr=False, compare=False)

    def values(self, frame: pd.DataFrame) -> pd.Series[float]:
        """Return the score of each row, NaN where a part of it is missing; raises ExpressionError."""
        return pd.Series(values(self.tree, self.writing, frame), index=frame.index, name="score")

    def describe(self) -> str:
        """Return the score in plain words."""
        return in_words(self.tree)


def parse_score(text: str, columns: Sequence[str]) -> Score:
    """Return the score that an expression means; raises OutcomeError, ExpressionError with the place.

    >>> parse_score("mean(math score, reading)", ["math score", "reading"]).describe()
    'the mean of math score and reading'
    """
    read = read_expression(text, [str(column) for column in columns])
    if read.is_condition:
        raise OutcomeError(
            f"'{text.strip()}' is a condition, so it is an outcome and no score.",
            hint="Leave the comparison out, such as: math score.",
        )
    return Score(text.strip(), read.columns, read.tree, read.writing)
