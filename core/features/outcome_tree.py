"""What an outcome expression is made of, once it is read; equal trees mean the same."""

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


def columns_in(node: Node) -> Iterator[str]:
    """Give the column names from left to right, as often as they stand there."""
    match node:
        case ColumnRef(name):
            yield name
        case Call(_, parts) | Junction(_, parts):
            for part in parts:
                yield from columns_in(part)
        case Arithmetic(_, left, right) | Compare(_, left, right):
            yield from columns_in(left)
            yield from columns_in(right)
        case Membership(item):
            yield from columns_in(item)
        case Not(part):
            yield from columns_in(part)
        case _:
            return
