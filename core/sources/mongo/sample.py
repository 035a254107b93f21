"""Documents by which the columns are found: from the front, from the end, and from places between.

The same documents each time, so that the same load finds the same columns; a random sample would not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import bson

from core.sources.mongo.layout import length_at, starts

MOST = 1_000
FRONT, END, BETWEEN = 400, 200, 100
PLACES = (0.2, 0.4, 0.6, 0.8)
ID_SIZE = 12
RAW = {"collation": {"locale": "simple"}}


def sample(collection: Any, *, is_view: bool, unwind: Sequence[Any] = ()) -> list[bytes]:
    """Return up to 1,000 documents of a collection, or of a view its first ones."""
    if is_view or collection.estimated_document_count() <= MOST:
        return _documents(collection, [{"$limit": MOST}, *unwind], is_view=is_view)
    pipelines: list[list[Any]] = [
        [{"$limit": FRONT}],
        *([{"$match": {"_id": {"$gte": place}}}, {"$limit": BETWEEN}] for place in _places(collection)),
        [{"$sort": {"_id": -1}}, {"$limit": END}],
    ]
    found: dict[bytes, None] = {}
    for pipeline in pipelines:
        found.update(dict.fromkeys(_documents(collection, [*pipeline, *unwind], is_view=False)))
    return list(found)


def _documents(collection: Any, pipeline: list[Any], *, is_view: bool) -> list[bytes]:
    options = {} if is_view else RAW
    return [
        document for raw in collection.aggregate_raw_batches(pipeline, **options) for document in _cut(raw)
    ]


def _cut(raw: bytes) -> Iterator[bytes]:
    for start in starts(raw):
        yield raw[start : start + length_at(raw, start)]


def _end(collection: Any, way: int) -> Any:
    """Return the lowest or the highest id."""
    found = list(collection.find({}, {"_id": 1}).sort("_id", way).limit(1))
    return found[0]["_id"] if found else None


def _places(collection: Any) -> tuple[Any, ...]:
    """Return ids that lie between the first and the last, where ids can be counted through."""
    low, high = _end(collection, 1), _end(collection, -1)
    if isinstance(low, bson.ObjectId) and isinstance(high, bson.ObjectId):
        first, last = (int.from_bytes(item.binary) for item in (low, high))
        return tuple(
            bson.ObjectId((first + int((last - first) * share)).to_bytes(ID_SIZE)) for share in PLACES
        )
    if type(low) is type(high) and isinstance(low, int) and not isinstance(low, bool):
        return tuple(low + int((high - low) * share) for share in PLACES)
    return ()
