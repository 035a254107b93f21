"""The same answers as an expression of narwhals, for tables held by pandas and by Spark alike.

It knows the columns and what they hold, not their values: a written text that occurs nowhere is equal
to none. A number that is neither 0 nor 1 is neither yes nor no: the answer is missing.

Nothing that grows is named twice in what is built, or an expression of a line would fill the memory. So
an answer is a pair, and a number carries what must hold for it to be known. Spark has no plain division;
narwhals names the left side four times in its own, hence ``DIVISIONS_DEEP``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import narwhals.stable.v2 as nw
from narwhals.stable.v2 import dtypes
from narwhals.stable.v2.dtypes import DType

from core.errors import ColumnNotFound
from core.expressions.evaluate import answer, numbers
from core.expressions.expression import Expression
from core.expressions.names import NO, YES
from core.expressions.reader import Numbers, Reader, Texts, Word
from core.expressions.tree import Arithmetic, Condition, Node, parts_of
from core.expressions.writing import Writing

DIVISIONS_DEEP = 4
"""Divisions inside each other, at most."""

_SIGNS: dict[str, Callable[[nw.Expr, nw.Expr], nw.Expr]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_CALCULATE: dict[str, Callable[[nw.Expr, nw.Expr], nw.Expr]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_DATES = (dtypes.Date, dtypes.Datetime, dtypes.Duration, dtypes.Time)
_TEXTS = (dtypes.String, dtypes.Categorical, dtypes.Enum, dtypes.Object)


def as_numbers(expression: Expression[Node], held: Mapping[str, DType]) -> nw.Expr:
    """Return the expression for a table whose columns hold what ``held`` says, as Float64.

    A condition gives 1.0, 0.0 or missing. A value is missing where a part of it is, and where there is no
    finite number, such as after division by 0. Nothing is computed, and nothing raises later on.

    Raises ExpressionError where a column does not hold what it is used for, and ColumnNotFound.

    >>> from core.expressions.expression import read_expression
    >>> import pandas as pd
    >>> table = nw.from_native(pd.DataFrame({"part": [1.0, 2.0], "whole": [4.0, 0.0]}))
    >>> share = as_numbers(read_expression("part / whole"), table.collect_schema())
    >>> table.select(share.alias("share"))["share"].to_list()
    [0.25, nan]
    """
    reader = _Columns(expression.writing, held)
    _need_shallow(expression)
    if isinstance(expression.tree, Condition):
        found = answer(expression.tree, reader)
        no = nw.when(found.no).then(nw.lit(0.0))
        return nw.when(found.yes).then(nw.lit(1.0)).otherwise(no)
    value = numbers(expression.tree, reader)
    known = _joined(operator.and_, [*value.checks(), value.raw.is_finite()])
    return nw.when(known).then(value.raw + 0.0)  # one zero, not two


@dataclass(frozen=True)
class _Known:
    """Numbers, and conditions that must all hold for a row's number to be known.

    What is not known stays so through ``+ - *`` and below a division line (as missing, infinite or not a
    number), so only the result is looked at; above one and in min and max it would get lost.
    """

    raw: nw.Expr
    conditions: tuple[nw.Expr, ...] = ()
    itself: tuple[nw.Expr, ...] = ()
    """What says that the raw number is one; empty for a number that was written."""

    def checks(self) -> tuple[nw.Expr, ...]:
        """Return all that must hold."""
        return (*self.conditions, *self.itself)


@dataclass(frozen=True)
class _Answer:
    """Where the answer is yes and where it is no; neither is true where it is not known."""

    yes: nw.Expr
    no: nw.Expr


@dataclass(frozen=True)
class _Columns(Reader[_Known, nw.Expr, _Answer]):
    """Reads columns by name; ``held`` is what they hold."""

    writing: Writing
    held: Mapping[str, DType]

    def column(self, name: str, node: Node) -> Numbers[_Known] | Texts[nw.Expr]:
        subject = self.writing.subject
        if name not in self.held:
            raise ColumnNotFound.of(name, list(self.held), where=f"the {subject.name}")
        dtype, column = self.held[name], nw.col(name)
        if dtype.is_numeric() or dtype == nw.Boolean:
            raw = column if dtype == nw.Float64 else column.cast(nw.Float64)
            return Numbers(_Known(raw, (), (~raw.is_null() & ~raw.is_nan(),)), name)
        if isinstance(dtype, _TEXTS):
            return Texts(column if dtype == nw.String else column.cast(nw.String), name)
        holds = "dates" if isinstance(dtype, _DATES) else "neither numbers nor texts"
        raise self.wrong(
            node, f"'{name}' holds {holds}", hint=f"{subject.with_article} compares numbers and texts."
        )

    def written(self, value: float) -> _Known:
        return _Known(nw.lit(value, nw.Float64))

    def combined(self, function: str, parts: Sequence[_Known]) -> _Known:
        if function in ("sum", "mean"):
            total = reduce(operator.add, [part.raw for part in parts])
            conditions = tuple(condition for part in parts for condition in part.conditions)
            return _calculated(total / float(len(parts)) if function == "mean" else total, conditions)
        conditions = tuple(condition for part in parts for condition in part.checks())
        if len(parts) == 1:
            return _calculated(parts[0].raw, conditions)
        pick = nw.min_horizontal if function == "min" else nw.max_horizontal
        return _calculated(pick(*(part.raw for part in parts)), conditions)

    def calculated(self, sign: str, left: _Known, right: _Known) -> _Known:
        below = right.checks() if sign == "/" else right.conditions
        return _calculated(_CALCULATE[sign](left.raw, right.raw), (*left.conditions, *below))

    def compared(self, sign: str, left: _Known, right: _Known) -> _Answer:
        return _answer((*left.checks(), *right.checks()), _SIGNS[sign](left.raw, right.raw))

    def same_text(self, texts: Texts[nw.Expr], other: Texts[nw.Expr] | Word) -> _Answer:
        if isinstance(other, Word):
            return _answer([~texts.values.is_null()], texts.values == other.text)
        known = [~texts.values.is_null(), ~other.values.is_null()]
        return _answer(known, texts.values == other.values)

    def number_in(self, numbers: _Known, values: Sequence[float]) -> _Answer:
        return _answer(numbers.checks(), (numbers.raw + 0.0).is_in([value + 0.0 for value in values]))

    def text_in(self, texts: Texts[nw.Expr], words: Sequence[Word]) -> _Answer:
        return _answer([~texts.values.is_null()], texts.values.is_in([word.text for word in words]))

    def opposite(self, answers: _Answer) -> _Answer:
        return _Answer(answers.no, answers.yes)

    def all_true(self, answers: Sequence[_Answer]) -> _Answer:
        yes = _joined(operator.and_, [one.yes for one in answers])
        return _Answer(yes, _joined(operator.or_, [one.no for one in answers]))

    def said_yes_or_no(self, numbers: Numbers[_Known], word: Word, node: Node) -> _Answer:
        said = word.text.casefold()
        if not numbers.name or said not in (*YES, *NO):
            subject = f"'{numbers.name}' holds numbers" if numbers.name else "This is a number"
            message = f"{subject} and cannot be compared with '{word.text}'"
            raise self.wrong(node, message, hint="Write a number without quotes.")
        known, value = numbers.values.checks(), numbers.values.raw
        ones, zeros = (_joined(operator.and_, [*known, value == number]) for number in (1.0, 0.0))
        return _Answer(ones, zeros) if said in YES else _Answer(zeros, ones)

    def must_occur(self, texts: Texts[nw.Expr], word: Word, node: Node) -> None:
        """Do nothing: other rows may have the text."""

    def values_of(self, texts: Texts[nw.Expr]) -> str:
        return ""


def _calculated(raw: nw.Expr, conditions: tuple[nw.Expr, ...]) -> _Known:
    return _Known(raw, conditions, (raw.is_finite(),))


def _answer(known: Sequence[nw.Expr], is_so: nw.Expr) -> _Answer:
    return _Answer(_joined(operator.and_, [*known, is_so]), _joined(operator.and_, [*known, ~is_so]))


def _joined(join: Callable[[nw.Expr, nw.Expr], nw.Expr], parts: Sequence[nw.Expr]) -> nw.Expr:
    """Return the parts joined in pairs of pairs: the depth that an engine must follow stays small."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return join(_joined(join, parts[:middle]), _joined(join, parts[middle:]))


def _need_shallow(expression: Expression[Node]) -> None:
    """Do nothing unless too many divisions stand inside each other; raises ExpressionError."""
    waiting: list[tuple[Node, int]] = [(expression.tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        depth += isinstance(node, Arithmetic) and node.sign == "/"
        if depth > DIVISIONS_DEEP:
            message = f"There are more than {DIVISIONS_DEEP} divisions inside each other"
            raise expression.writing.wrong(node.at, message, hint="Derive a column for a part of it first.")
        waiting += [(part, depth) for part in parts_of(node)]
