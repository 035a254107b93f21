"""What an expression is made of, once it is read; equal trees mean the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Number:
    """A number that was written."""

    value: float
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Text:
    """A text that was written in quotes."""

    value: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class YesNo:
    """A bare yes, no, true or false."""

    word: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class ColumnRef:
    """The student's value in a column."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Call:
    """mean, sum, min or max over several values of the same student."""

    function: str
    parts: tuple[Value, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Arithmetic:
    """Two numbers joined by ``+ - * /``."""

    sign: str
    left: Value
    right: Value
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Compare:
    """Two values compared by ``< <= > >= == !=``."""

    sign: str
    left: Value
    right: Value
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Membership:
    """Whether a value is one of those listed, or none of them."""

    item: Value
    values: tuple[Literal, ...]
    negated: bool
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Junction:
    """Conditions joined by ``and`` or by ``or``."""

    word: str
    parts: tuple[Condition, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    part: Condition
    at: int = field(default=0, compare=False)


Literal = Number | Text | YesNo
Value = Literal | ColumnRef | Call | Arithmetic
Condition = Compare | Membership | Junction | Not
Node = Value | Condition


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside a node, from left to right; not the texts and numbers of a list."""
    match node:
        case Call(_, parts) | Junction(_, parts):
            return parts
        case Arithmetic(_, left, right) | Compare(_, left, right):
            return left, right
        case Membership(item):
            return (item,)
        case Not(part):
            return (part,)
        case _:
            return ()


def references(node: Node) -> Iterator[ColumnRef]:
    """Give the mentions of columns from left to right."""
    if isinstance(node, ColumnRef):
        yield node
    for part in parts_of(node):
        yield from references(part)


def columns_in(node: Node) -> tuple[str, ...]:
    """Return the names of the columns, each once, in the order in which they are first named."""
    return tuple(dict.fromkeys(reference.name for reference in references(node)))
