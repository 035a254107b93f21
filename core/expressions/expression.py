"""An expression that has been read, and how one is written so that it needs no table to be read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.errors import ExpressionError
from core.expressions.names import Names, names_of
from core.expressions.parser import parse_condition, parse_either
from core.expressions.tokens import tokenize
from core.expressions.tree import Condition, Node, columns_in, references
from core.expressions.words import in_words
from core.expressions.writing import CONDITION, EXPRESSION, Subject, Writing

Tree = TypeVar("Tree", bound=Node)
Tree_co = TypeVar("Tree_co", bound=Node, covariant=True)


@dataclass(frozen=True)
class Expression(Generic[Tree_co]):
    """A condition or a value over the columns of a table; made by the two functions below."""

    writing: Writing
    columns: tuple[str, ...]
    """The columns that decide it, in the order they are named; at least one."""
    tree: Tree_co = field(repr=False)

    @property
    def is_condition(self) -> bool:
        """Whether it is yes, no or not known; it is a number otherwise."""
        return isinstance(self.tree, Condition)

    def describe(self) -> str:
        """Return it in plain words, without a capital or a full stop."""
        return in_words(self.tree)


def read_condition(
    text: str, columns: Sequence[str] | None = None, *, subject: Subject = CONDITION
) -> Expression[Condition]:
    """Return the condition that a text means; raises ExpressionError, which points at the character.

    Where ``columns`` are given, any of their names may stand bare. Where they are not, words up to a sign
    are a column, and any other name stands in brackets: ``[race/ethnicity] == "group A"``.

    >>> condition = read_condition("mean(math score, reading) < 60")
    >>> condition.columns, condition.describe()
    (('math score', 'reading'), 'the mean of math score and reading is below 60')
    """
    writing = Writing(text, subject)
    return _using_columns(writing, parse_condition(writing, names_of(columns)))


def read_expression(text: str, columns: Sequence[str] | None = None) -> Expression[Node]:
    """Return the condition or the number that a text means; raises ExpressionError.

    >>> read_expression("[credits (1st)] / credits").columns
    ('credits (1st)', 'credits')
    """
    writing = Writing(text, EXPRESSION)
    return _using_columns(writing, parse_either(writing, names_of(columns)))


def marked(text: str, columns: Sequence[str]) -> str:
    """Return the expression so that it is read the same without knowing the columns; raises ExpressionError.

    Names of columns are put in brackets where bare words would not do.

    >>> marked('race/ethnicity == "group A"', ["race/ethnicity"])
    '[race/ethnicity] == "group A"'
    >>> marked("math score < 50", ["math", "math score"])
    'math score < 50'
    """
    writing, names = Writing(text.strip(), EXPRESSION), names_of(columns)
    tree = parse_either(writing, names)
    try:
        if parse_either(writing, names_of(None)) == tree:
            return writing.text
    except ExpressionError:
        pass  # bare words would not do
    return _in_brackets(writing, names, tree)


def _in_brackets(writing: Writing, names: Names, tree: Node) -> str:
    """Return the text with every mention of a column in brackets."""
    ends = {token.at: token.end for token in tokenize(writing, names)}
    pieces, at = [], 0
    for reference in references(tree):
        quoted = reference.name.replace("]", "]]")
        pieces += [writing.text[at : reference.at], f"[{quoted}]"]
        at = ends[reference.at]
    return "".join([*pieces, writing.text[at:]])


def _using_columns(writing: Writing, tree: Tree) -> Expression[Tree]:
    columns, subject = columns_in(tree), writing.subject
    if not columns:
        verb, sign = ("Compare", "<") if isinstance(tree, Condition) else ("Calculate with", "*")
        raise subject.error(
            f"The {subject.name} uses no column.", hint=f"{verb} a column, such as: math score {sign} 50."
        )
    return Expression(writing, columns, tree)
