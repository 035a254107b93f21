"""The columns that a nested schema flattens to: ``address.city``; lists counted, or one row an element."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import ColumnNotFound, WrongKind
from core.sources.base import FieldInfo

COUNT = ".count"
"""What is added to the name of a list that is counted."""
NUMBERS = {"byte", "short", "integer", "long", "float", "double", "decimal", "boolean"}
TIMES = {"date", "timestamp", "timestamp_ntz"}


@dataclass(frozen=True)
class Leaf:
    """One column of the flattened table."""

    name: str
    path: tuple[str, ...]
    type: Any = None
    """Spark's type."""
    is_loose: bool = False
    """Text of a format that declares no types: it may be read as a number or a time."""
    is_element: bool = False
    """Whether it comes out of an exploded list: its path begins at the element."""

    @property
    def kind(self) -> str:
        """Spark's word for the type: ``long``, ``string``, ``array``."""
        return str(self.type.typeName())

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return self.kind == "array"

    @property
    def title(self) -> str:
        """The name when it is loaded."""
        return f"{self.name}{COUNT}" if self.is_list else self.name

    def info(self) -> FieldInfo:
        """Return the column as it is described."""
        return FieldInfo(
            self.title,
            str(self.type.simpleString()),
            is_number=self.is_list or self.kind in NUMBERS,
            is_time=self.kind in TIMES,
            is_list=self.is_list,
        )


def leaves_of(schema: Any, *, loose: bool, hidden: Sequence[str] = ()) -> tuple[Leaf, ...]:
    """Return the flat columns of a schema, structs taken apart; repeated names are numbered."""
    found = [leaf for leaf in _walk(schema, (), loose) if leaf.path[0] not in hidden]
    return _numbered(found)


def exploded(leaves: Sequence[Leaf], name: str, *, table: str, loose: bool) -> tuple[Leaf, ...]:
    """Return the columns after a list became one row an element; raises ColumnNotFound, WrongKind."""
    leaf = require_leaf(leaves, name, table=table)
    if not leaf.is_list:
        raise WrongKind(
            f"The column '{name}' of table '{table}' holds no lists.",
            hint="Only a list can become one row an element; leave this empty.",
        )
    element = leaf.type.elementType
    if element.typeName() == "struct":
        inner = [
            Leaf(f"{leaf.name}.{one.name}", one.path, one.type, one.is_loose, is_element=True)
            for one in _walk(element, (), loose)
        ]
    else:
        inner = [Leaf(leaf.name, (), element, loose and element.typeName() == "string", is_element=True)]
    at = list(leaves).index(leaf)
    return _numbered([*leaves[:at], *inner, *leaves[at + 1 :]])


def require_leaf(leaves: Sequence[Leaf], name: str, *, table: str) -> Leaf:
    """Return the column of this name; a list also answers to its loaded name. Raises ColumnNotFound."""
    for leaf in leaves:
        if name in {leaf.name, leaf.title}:
            return leaf
    raise ColumnNotFound.of(name, [leaf.title for leaf in leaves], where=f"table '{table}'")


def _walk(schema: Any, above: tuple[str, ...], loose: bool) -> Iterator[Leaf]:  # noqa: FBT001  recursive
    for field in schema.fields:
        path = (*above, field.name)
        if field.dataType.typeName() == "struct" and field.dataType.fields:
            yield from _walk(field.dataType, path, loose)
        else:
            is_loose = loose and field.dataType.typeName() == "string"
            yield Leaf(".".join(path), path, field.dataType, is_loose)


def _numbered(leaves: Sequence[Leaf]) -> tuple[Leaf, ...]:
    """Give columns of one name different ones: ``{"a.b": 1, "a": {"b": 2}}`` has two of ``a.b``."""
    names: list[str] = []
    made = []
    for leaf in leaves:
        free = (leaf.name if i == 1 else f"{leaf.name} ({i})" for i in range(1, len(leaves) + 2))
        name = next(text for text in free if text not in names)
        names.append(name)
        made.append(Leaf(name, leaf.path, leaf.type, leaf.is_loose, leaf.is_element))
    return tuple(made)
