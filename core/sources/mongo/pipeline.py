"""What the server is asked for: fixed templates, filled with paths of the documents and literal values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.sources.mongo import names
from core.sources.mongo.browse import Collection
from core.sources.mongo.fields import Field, Fields
from core.sources.mongo.shape import Path

SIMPLE = {"locale": "simple"}
"""Text is compared by its bytes, whatever the collection's own rules are."""
NATURAL = {"$natural": 1}
"""The order in which documents lie; an index that suits a condition would bring another one."""


@dataclass(frozen=True, eq=False)
class Question:
    """Which documents of a collection are meant."""

    collection: Collection
    fields: Fields
    matched: dict[str, Any]
    limit: int | None = None

    @staticmethod
    def unwinding(path: Path) -> dict[str, Any]:
        """Return the stage that makes one document an element, and keeps documents without one."""
        name = ".".join(names.text_of(key) for key in path)
        return {"$unwind": {"path": f"${name}", "preserveNullAndEmptyArrays": True}}

    @property
    def options(self) -> dict[str, Any]:
        """The options of every read."""
        return {} if self.collection.is_view else {"collation": SIMPLE}

    @property
    def in_order(self) -> dict[str, Any]:
        """The options of a read whose rows come in the order in which they lie."""
        return self.options if self.collection.is_view else {**self.options, "hint": NATURAL}

    @property
    def stages(self) -> list[dict[str, Any]]:
        """The first stages: explode, choose rows."""
        exploded = self.fields.exploded
        unwind = [self.unwinding(exploded)] if exploded else []
        return [*unwind, *([{"$match": self.matched}] if self.matched else [])]

    def shown(self, chosen: Sequence[Field], columns: Sequence[str] | None) -> list[dict[str, Any]]:
        """Return the pipeline of a load."""
        projection = self._projection(chosen) if columns is not None else None
        return [
            *self.stages,
            *([{"$limit": self.limit}] if self.limit else []),
            *([{"$project": projection}] if projection else []),
        ]

    def _projection(self, chosen: Sequence[Field]) -> dict[str, int] | None:
        """Return the keys of the first level that are needed, or None where not all can be named."""
        keys = list(dict.fromkeys(field.path[0] for field in chosen))
        if not keys or not all(names.is_plain(key) for key in keys):
            return None
        wanted = {names.text_of(key): 1 for key in keys}
        return wanted if "_id" in wanted else {"_id": 0, **wanted}


def without_values(stage: Any) -> Any:
    """Return stages with every literal value left out, to be shown.

    >>> without_values([{"$match": {"$expr": {"$eq": ["$name", {"$literal": "Zoë"}]}}}])
    [{'$match': {'$expr': {'$eq': ['$name', {'$literal': '?'}]}}}]
    """
    if isinstance(stage, list):
        return [without_values(item) for item in stage]
    if isinstance(stage, dict):
        return {key: "?" if key == "$literal" else without_values(value) for key, value in stage.items()}
    return stage
