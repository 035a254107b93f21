"""The outcome: a condition that says which students it has happened to.

The expression is parsed into a small tree and answered column by column; it is never run as code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from core.errors import OutcomeError
from core.expressions.arrays import answers
from core.expressions.expression import read_condition
from core.expressions.tree import Condition
from core.expressions.words import in_words
from core.expressions.writing import Subject, Writing

OUTCOME = Subject("outcome", OutcomeError)


@dataclass(frozen=True)
class Outcome:
    """A condition over the columns of a table; made by ``parse_outcome``."""

    text: str
    """The expression as it was written, without white space at its ends."""
    columns: tuple[str, ...]
    """The columns that decide it, in the order they are named; they can never be features."""
    tree: Condition = field(repr=False)
    writing: Writing = field(repr=False, compare=False)

    def label(self, frame: pd.DataFrame) -> pd.Series[float]:
        """Return 1.0 (it happened), 0.0 (it did not) or NaN (not known) for each row of the frame.

        A value that is missing makes a comparison unknown, and so does one missing part of a mean,
        sum, min or max. Raises ColumnNotFound where a column is gone, and OutcomeError where one
        does not hold what it is compared with, or a value occurs nowhere in it.
        """
        return pd.Series(answers(self.tree, self.writing, frame), index=frame.index, name="outcome")

    def describe(self) -> str:
        """Return the condition in plain words, without a capital or a full stop."""
        return in_words(self.tree)


def parse_outcome(text: str, columns: Sequence[str]) -> Outcome:
    """Return the outcome that an expression means for a table with these columns.

    Raises OutcomeError, which names the character and points at it.

    >>> outcome = parse_outcome("mean(math score, reading) < 60", ["math score", "reading"])
    >>> outcome.columns, outcome.describe()
    (('math score', 'reading'), 'the mean of math score and reading is below 60')
    """
    read = read_condition(text, [str(column) for column in columns], subject=OUTCOME)
    return Outcome(text.strip(), read.columns, read.tree, read.writing)
