"""A cursor's answers as the bytes that came: no object and no copy for each document."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from bson import Int64
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.errors import PyMongoError

from core.sources.mongo.layout import ARRAY, DOCUMENT, INT, LONG, Element, NotBson, elements, length_at

RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
BATCH = 1_000_000
"""Documents of an answer; the server sends 16 MB before that."""
SPARE_SECONDS = 5.0
"""How much later than we the server ends by itself: it does so when nobody is there to tell it."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Documents within the bytes of one answer, and where each begins."""

    raw: bytes
    begins: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Request:
    """An aggregation: over what, its stages, and options of the command."""

    database: str
    collection: str
    pipeline: Sequence[Mapping[str, Any]]
    options: Mapping[str, Any]


class Answers:
    """The batches of one aggregation, fetched when they are asked for.

    The driver's own raw cursor makes an object of every document before it joins them again.
    ``tag`` marks the work on the server, where it may take ``seconds``.
    """

    def __init__(self, client: Any, request: Request, *, tag: str, seconds: float) -> None:
        self._database = client[request.database]
        self._name = request.collection
        self._tag = tag
        self._session = client.start_session()
        self._id: int | None = None
        self._question = {
            "aggregate": request.collection,
            "pipeline": request.pipeline,
            "cursor": {"batchSize": BATCH},
            "allowDiskUse": True,
            "maxTimeMS": round((seconds + SPARE_SECONDS) * 1_000),
            "comment": tag,
            **request.options,
        }

    def __iter__(self) -> Iterator[Batch]:
        """Give the batches; raises the driver's errors, and NotBson."""
        while self._id != 0:
            answer = self._ask(self._question if self._id is None else self._more())
            self._id, documents = cursor_of(answer)
            yield Batch(answer, np.array(listed(answer, documents), dtype=np.int64))

    def close(self) -> None:
        """End the cursor on the server where it has not come to its end."""
        if self._id:
            question = {"killCursors": self._name, "cursors": [Int64(self._id)]}
            self._id = 0
            with contextlib.suppress(PyMongoError):
                self._ask(question)
        self._session.end_session()

    def _more(self) -> dict[str, Any]:
        number = Int64(self._id or 0)
        return {"getMore": number, "collection": self._name, "batchSize": BATCH, "comment": self._tag}

    def _ask(self, question: dict[str, Any]) -> bytes:
        """Return the answer; after one that failed there is no cursor any more."""
        cursor, self._id = self._id, 0
        answer = self._database.command(
            question,
            codec_options=RAW,
            read_preference=self._database.read_preference,
            session=self._session,
        )
        self._id = cursor
        return bytes(answer.raw)


def cursor_of(answer: bytes) -> tuple[int, int]:
    """Return the number of the cursor, 0 at its end, and where its documents stand; raises NotBson."""
    try:
        found = {each.key: each for each in elements(answer, 0)}
        inner = {each.key: each for each in elements(answer, found[b"cursor"].value)}
        documents = inner.get(b"firstBatch") or inner[b"nextBatch"]
        number = inner[b"id"]
    except (LookupError, ValueError, struct.error) as error:
        raise NotBson("The answer holds no cursor.") from error
    if (found[b"cursor"].type, documents.type) != (DOCUMENT, ARRAY):
        raise NotBson("The answer holds no documents.")
    return _whole(answer, number), documents.value


def _whole(answer: bytes, element: Element) -> int:
    kind = {LONG: "<q", INT: "<i"}.get(element.type)
    if kind is None:
        raise NotBson("The cursor has no number.")
    number: int = struct.unpack_from(kind, answer, element.value)[0]
    return number


def listed(raw: bytes, start: int) -> list[int]:
    """Return where each document of the array begins that stands there; raises NotBson.

    >>> import bson
    >>> listed(bson.encode({"a": [{}, {"b": 1}]}), 7)
    [14, 22]
    """
    found: list[int] = []
    end, position, size_of_key, more = start + length_at(raw, start) - 1, start + 4, 3, 10
    unpack = struct.Struct("<i").unpack_from
    while position < end:
        # The keys of an array are its numbers: a type, the digits, a zero.
        begin = position + size_of_key
        if raw[position] != DOCUMENT or raw[begin - 1]:
            raise NotBson("A list of documents holds something else.")
        found.append(begin)
        if len(found) == more:
            size_of_key, more = size_of_key + 1, more * 10
        size = unpack(raw, begin)[0]
        if size < 5:
            raise NotBson("A document of no length.")
        position = begin + size
    if position != end:
        raise NotBson("A document was cut.")
    return found
