"""What an evaluator must know to answer expressions for the rows of a table, whoever holds the table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.errors import ExpressionError
from core.expressions.tree import Node, Value
from core.expressions.writing import Writing

N = TypeVar("N")
"""Numbers, one a row or one for all."""
T = TypeVar("T")
"""Texts, one a row."""
A = TypeVar("A")
"""Answers to a condition, one a row: yes, no or not known."""


@dataclass(frozen=True)
class Numbers(Generic[N]):
    """Numbers of a column, or numbers that were written or calculated."""

    values: N
    name: str = ""
    """The column they come from unchanged; empty for a number that was written or calculated."""


@dataclass(frozen=True)
class Texts(Generic[T]):
    """The texts of a column."""

    values: T
    name: str


@dataclass(frozen=True)
class Word:
    """A text or a bare yes or no that was written."""

    text: str


class Reader(ABC, Generic[N, T, A]):
    """Reads columns of one table, calculates and compares; the rules of the language are in ``evaluate``."""

    writing: Writing

    @abstractmethod
    def column(self, name: str, node: Node) -> Numbers[N] | Texts[T]:
        """Return a column as numbers or as texts; raises ExpressionError, ColumnNotFound."""

    @abstractmethod
    def written(self, value: float) -> N:
        """Return a number that stands for every row."""

    @abstractmethod
    def combined(self, function: str, parts: Sequence[N]) -> N:
        """Return mean, sum, min or max of the parts; unknown where one part is unknown."""

    @abstractmethod
    def calculated(self, sign: str, left: N, right: N) -> N:
        """Return the result of ``+ - * /``; unknown where there is no finite one."""

    @abstractmethod
    def compared(self, sign: str, left: N, right: N) -> A:
        """Compare numbers; unknown where one of them is."""

    @abstractmethod
    def same_text(self, texts: Texts[T], other: Texts[T] | Word) -> A:
        """Return where the texts are equal; unknown where one of them is missing."""

    @abstractmethod
    def opposite(self, answers: A) -> A:
        """Return yes for no and no for yes."""

    @abstractmethod
    def all_true(self, answers: Sequence[A]) -> A:
        """Return no where one answer is no, else unknown where one is unknown, else yes."""

    @abstractmethod
    def said_yes_or_no(self, numbers: Numbers[N], word: Word, node: Node) -> A:
        """Return where a flag is the written yes or no; raises ExpressionError for other numbers."""

    @abstractmethod
    def must_occur(self, texts: Texts[T], word: Word, node: Node) -> None:
        """Do nothing if a row may have the text; raises ExpressionError where none can."""

    @abstractmethod
    def values_of(self, texts: Texts[T]) -> str:
        """Say, for a hint, which texts the column holds; empty where that is not known."""

    def any_true(self, answers: Sequence[A]) -> A:
        """Return yes where one answer is yes, else unknown where one is unknown, else no."""
        return self.opposite(self.all_true([self.opposite(one) for one in answers]))

    def number_in(self, numbers: N, values: Sequence[float]) -> A:
        """Return where the number is one of the values; unknown where it is missing."""
        return self.any_true([self.compared("==", numbers, self.written(value)) for value in values])

    def text_in(self, texts: Texts[T], words: Sequence[Word]) -> A:
        """Return where the text is one of the words; unknown where it is missing."""
        return self.any_true([self.same_text(texts, word) for word in words])

    def wrong(self, node: Value | Node, message: str, *, hint: str = "") -> ExpressionError:
        """Return the error that points at the node."""
        return self.writing.wrong(node.at, message, hint=hint)
