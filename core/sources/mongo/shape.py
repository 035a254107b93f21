"""The tree of keys that documents have, in their order: what a scan looks for, and where it puts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.sources.mongo.layout import DOCUMENT, elements

MOST_LEVELS = 4
"""Keys within keys that become columns of their own; what lies deeper is read as JSON text."""
Path = tuple[bytes, ...]


@dataclass
class Node:
    """One key: the keys below it, and the slot that its cells go to (-1 for none)."""

    key: bytes = b""
    slot: int = -1
    below: dict[bytes, Node] = field(default_factory=dict)

    def at(self, path: Path) -> Node:
        """Return the node of a path, made where it is not there yet."""
        node = self
        for key in path:
            node = node.below.setdefault(key, Node(key))
        return node

    def find(self, path: Path) -> Node | None:
        """Return the node of a path, or None."""
        node: Node | None = self
        for key in path:
            node = node.below.get(key) if node else None
        return node

    def paths(self, before: Path = ()) -> Iterator[Path]:
        """Yield the paths of all nodes, a node before those below it."""
        for node in self.below.values():
            here = (*before, node.key)
            yield here
            yield from node.paths(here)


def learn(root: Node, raw: bytes, start: int) -> None:
    """Add the keys of a document, each behind the key that stands before it there."""
    _learn(root, raw, start, MOST_LEVELS)


def _learn(node: Node, raw: bytes, start: int, levels: int) -> None:
    order = []
    for element in elements(raw, start):
        below = node.below.get(element.key) or Node(element.key)
        order.append(below)
        if element.type == DOCUMENT and levels > 1:
            _learn(below, raw, element.value, levels - 1)
    if any(below.key not in node.below for below in order):
        node.below = _merged(node.below, order)


def _merged(known: dict[bytes, Node], order: Iterable[Node]) -> dict[bytes, Node]:
    """Return both orders as one: a new key comes right behind its neighbour."""
    merged = list(known.values())
    behind = -1
    for node in order:
        if node.key in known:
            behind = merged.index(known[node.key])
        else:
            behind += 1
            merged.insert(behind, node)
    return {node.key: node for node in merged}
