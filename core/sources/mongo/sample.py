"""Documents by which the columns are found: from the front, from the end, and from places between.

The same documents each time, so that the same load finds the same columns; a random sample would not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bson

from core.sources.mongo.answers import Request
from core.sources.mongo.browse import Collection
from core.sources.mongo.lasting import Run
from core.sources.mongo.layout import length_at

MOST = 1_000
FRONT, END, BETWEEN = 400, 200, 100
PLACES = (0.2, 0.4, 0.6, 0.8)
MOST_BYTES = 64 * 1024**2
"""At how many bytes a sample is large enough, however few documents they are; each part has its share."""
ID_SIZE = 12
RAW = {"collation": {"locale": "simple"}}
Stage = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Sampler:
    """What takes samples of one collection or view, as part of a run that is watched."""

    run: Run
    database: str
    collection: Collection

    def documents(self, unwind: Sequence[Stage] = ()) -> list[bytes]:
        """Return up to 1,000 documents of a collection, or of a view its first ones; raises what they raise.

        ``unwind`` are stages that make several documents of each.
        """
        if self.collection.is_view or self._stored.estimated_document_count(comment=self.run.tag) <= MOST:
            return list(self._part([], MOST, unwind))
        found: dict[bytes, None] = {}
        for stages, most in self._parts():
            found.update(dict.fromkeys(self._part(stages, most, unwind)))
        return list(found)

    @property
    def _stored(self) -> Any:
        return self.run.client[self.database][self.collection.name]

    def _parts(self) -> Iterator[tuple[list[Stage], int]]:
        """Yield where each part of the sample begins, and how many documents it has."""
        yield [], FRONT
        for place in _places(self._end(1), self._end(-1)):
            yield [{"$match": {"_id": {"$gte": place}}}], BETWEEN
        yield [{"$sort": {"_id": -1}}], END

    def _part(self, stages: Sequence[Stage], most: int, unwind: Sequence[Stage]) -> Iterator[bytes]:
        """Yield documents until they are enough, by their number or by their bytes."""
        pipeline = [*stages, {"$limit": most}, *unwind]
        options = {} if self.collection.is_view else RAW
        left = MOST_BYTES * most // MOST
        with self.run.answers(Request(self.database, self.collection.name, pipeline, options)) as answers:
            for batch in answers:
                for begin in batch.begins.tolist():
                    document = batch.raw[begin : begin + length_at(batch.raw, begin)]
                    yield document
                    left -= len(document)
                    if left <= 0 or self.run.is_over.is_set():
                        return

    def _end(self, way: int) -> Any:
        """Return the lowest or the highest id."""
        ids = self._stored.find({}, {"_id": 1}, comment=self.run.tag).sort("_id", way).limit(1)
        found = list(ids)
        return found[0]["_id"] if found else None


def _places(low: Any, high: Any) -> tuple[Any, ...]:
    """Return ids that lie between the first and the last, where ids can be counted through."""
    if isinstance(low, bson.ObjectId) and isinstance(high, bson.ObjectId):
        first, last = (int.from_bytes(item.binary) for item in (low, high))
        return tuple(
            bson.ObjectId((first + int((last - first) * share)).to_bytes(ID_SIZE)) for share in PLACES
        )
    if type(low) is type(high) and isinstance(low, int) and not isinstance(low, bool):
        return tuple(low + int((high - low) * share) for share in PLACES)
    return ()
