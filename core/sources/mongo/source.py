"""MongoDB as a source: documents flattened to tables, conditions and sums worked out on the server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.connections import Connection
from core.dataset import Dataset
from core.errors import AppError, InvalidChoice, SourceNotConfigured, WrongKind, choices_hint
from core.sources.base import Connections, ConnectionSpec, Progress, SourceStatus, TableInfo, silent
from core.sources.columns.coerce import Coerced
from core.sources.mongo import browse, names
from core.sources.mongo.answers import Request
from core.sources.mongo.browse import Collection
from core.sources.mongo.client import Server
from core.sources.mongo.conditions import matching
from core.sources.mongo.fields import Field, Fields, Part, fields_of
from core.sources.mongo.grouping import group_documents
from core.sources.mongo.lasting import Run, lasting
from core.sources.mongo.pipeline import Question, without_values
from core.sources.mongo.read import Sink, read, too_many
from core.sources.mongo.sample import Sampler
from core.sources.selection import Condition, Grouping, Groups
from core.sources.typed import dataset_of

READ = 0.9
"""The fraction of a load at which the documents are read; then they are brought to their kinds."""


@dataclass(frozen=True, eq=False)
class Found:
    """What was read: an Arrow table, the cells that were changed, and what else is worth knowing."""

    table: Any
    changed: tuple[Coerced, ...]
    notes: tuple[str, ...]
    query: str


class MongoSource:
    """The collections and views of one database; nothing is kept open between calls."""

    def __init__(self, connection: Connection, spec: ConnectionSpec, connections: Connections) -> None:
        self.spec = spec
        self._server = Server(connection, connections)
        self._database = spec.database or connection.database

    def status(self) -> SourceStatus:
        """Return whether the database can be read, and what should be mended; never raises."""
        name = self._server.name
        try:
            with self._server.quick() as client:
                if not self._database:
                    n = len(browse.databases(client, self._server.connection))
                    return SourceStatus(True, f"'{name}' can be read: choose one of {n:,} databases.", 0)
                n = len(browse.collections(client, self._database))
                warnings = browse.warnings(client, self._server.connection, self._database)
        except AppError as error:
            return SourceStatus(False, error.message, 0, hint=error.hint or "")
        what = "1 collection" if n == 1 else f"{n:,} collections"
        return SourceStatus(True, f"'{self._database}' can be read: {what}.", n, warnings=warnings)

    def databases(self) -> tuple[str, ...]:
        """Return the databases that can be chosen; raises SourceUnavailable, LoginRefused."""
        with self._server.quick() as client:
            return browse.databases(client, self._server.connection)

    def tables(self) -> tuple[str, ...]:
        """Return the names of collections and views; raises SourceUnavailable, LoginRefused."""
        with self._server.quick() as client:
            return tuple(browse.collections(client, self._named()))

    def describe(self, table: str, *, explode: str = "") -> TableInfo:
        """Return the columns found in up to 1,000 documents.

        Raises TableNotFound, SourceUnavailable, and TooLarge where that takes longer than a read may.
        """
        with self._server.quick() as client:
            found = self._require(client, table)
            is_counted = not found.is_view and not explode
            n_rows = self._collection(client, table).estimated_document_count() if is_counted else None
        fields = self._fields(found, explode, silent)
        what = "view" if found.is_view else "collection"
        infos = tuple(field.info for field in fields.all)
        return TableInfo(table, what, infos, n_rows, n_rows is not None, fields.n_sampled)

    def load(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        rows: Sequence[Condition] = (),
        explode: str = "",
        texts: Sequence[str] = (),
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> Dataset:
        """Return the documents as a table, typed under the contract of types.py; raises as Source.load."""
        tell = progress or silent
        found = self.arrow(table, columns=columns, rows=rows, explode=explode, limit=limit, progress=tell)
        dataset = dataset_of(
            found.table,
            source=f"MongoDB '{self._server.name}'",
            name=table,
            query=found.query,
            texts=texts,
            changed=found.changed,
            notes=found.notes,
        )
        tell(1.0, f"{dataset.provenance.n_rows:,} rows read from '{table}'")
        return dataset

    def arrow(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        rows: Sequence[Condition] = (),
        explode: str = "",
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> Found:
        """Return the documents as an Arrow table, before kinds and roles are guessed; raises as load."""
        if limit is not None and limit < 0:
            raise InvalidChoice.of("limit", limit, ["0 or more"])
        tell = progress or silent
        tell(0.0, f"Looking at '{table}'")
        with self._server.quick() as client:
            found = self._require(client, table)
            total = 0 if found.is_view else self._collection(client, table).estimated_document_count()
        fields = self._fields(found, explode, tell)
        chosen = fields.chosen(columns, where=f"table '{table}'")
        question = self._question(found, fields, rows, limit)
        limits = self._server.connections.limits
        if not rows and not explode and limit is None and total > limits.rows:
            raise too_many(table, limits)
        sink = Sink(fields.root, chosen, _parents(fields, chosen), limits, table)
        expected = max(1, min(total or 1, limit if limit is not None else total))
        pipeline = question.shown(chosen, columns)
        if limit != 0:
            read(
                self._server,
                Request(self._named(), table, pipeline, question.in_order),
                sink,
                tell=lambda n: tell(READ * min(n / expected, 0.99), f"{n:,} rows read from '{table}'"),
            )
        tell(READ, f"{sink.n_rows:,} rows read from '{table}'")
        arrow, changed = sink.finish()
        query = json.dumps(without_values(pipeline), ensure_ascii=False)
        return Found(arrow, changed, self._notes(fields, sink, columns), query)

    def group(
        self,
        table: str,
        grouping: Grouping,
        *,
        rows: Sequence[Condition] = (),
        explode: str = "",
        progress: Progress | None = None,
    ) -> Groups:
        """Return the sums of each key, worked out on the server; raises as Source.group."""
        tell = progress or silent
        tell(0.0, f"Grouping '{table}' by '{grouping.key}'")
        with self._server.quick() as client:
            found = self._require(client, table)
        fields = self._fields(found, explode, tell)
        groups = group_documents(
            self._server,
            self._question(found, fields, rows, None),
            grouping,
            database=self._named(),
            tell=tell,
        )
        tell(1.0, f"{len(groups.frame):,} groups of '{table}'")
        return groups

    def _named(self) -> str:
        """Return the database; raises SourceNotConfigured where none was chosen."""
        if not self._database:
            raise SourceNotConfigured(
                f"No database of '{self._server.name}' was chosen.",
                hint="Choose one, or state 'database' in the connection's settings.",
            )
        return self._database

    def _collection(self, client: Any, table: str) -> Any:
        return client[self._named()][table]

    def _require(self, client: Any, table: str) -> Collection:
        return browse.require(browse.collections(client, self._named()), table, self._named())

    def _fields(self, found: Collection, explode: str, tell: Progress) -> Fields:
        """Return the columns, after an array was exploded where one is named."""

        def look(run: Run) -> Fields:
            sampler = Sampler(run, self._named(), found)
            fields = fields_of(sampler.documents())
            if not explode:
                return fields
            path = _array(fields, explode, found.name)
            return fields_of(sampler.documents([Question.unwinding(path)]), exploded=path)

        return lasting(self._server, look, tell=lambda: tell(0.0, f"Looking at '{found.name}'"))

    def _question(
        self, found: Collection, fields: Fields, rows: Sequence[Condition], limit: int | None
    ) -> Question:
        where = f"table '{found.name}'"
        if found.collation and rows:
            raise InvalidChoice(
                f"The view '{found.name}' compares text by the rules of '{found.collation}', not exactly.",
                hint="Read the collection behind it.",
            )
        matched = matching(rows, lambda name: fields.named(name, where=where))
        return Question(found, fields, matched, limit)

    def _notes(self, fields: Fields, sink: Sink, columns: Sequence[str] | None) -> tuple[str, ...]:
        if columns is not None or not sink.strangers:
            return ()
        shown = ", ".join(f"'{names.shown(path)}'" for path in list(sink.strangers)[:8])
        return (
            f"Fields that none of the {fields.n_sampled:,} sampled documents has were not read: {shown}.",
        )


def _array(fields: Fields, explode: str, table: str) -> tuple[bytes, ...]:
    """Return the path of an array by its name, with or without ``.count``.

    Raises ColumnNotFound, WrongKind, and InvalidChoice for a name that the server cannot explode.
    """
    arrays = {
        field.name.removesuffix(names.COUNT): field.path for field in fields.all if field.part is Part.COUNT
    }
    path = arrays.get(explode) or arrays.get(explode.removesuffix(names.COUNT))
    if path is None:
        fields.named(explode, where=f"table '{table}'")
        raise WrongKind(f"'{explode}' is no array of '{table}'.", hint=choices_hint(explode, list(arrays)))
    if not all(names.is_plain(key) for key in path):
        raise InvalidChoice(
            f"The array '{explode}' cannot be exploded: its name holds '.' or '$'.",
            hint="Count it, or rename it in the documents.",
        )
    return path


def _parents(fields: Fields, chosen: Sequence[Field]) -> tuple[tuple[bytes, ...], ...]:
    """Return the keys whose other values no column shows, for the columns that were chosen."""
    shown = {field.path for field in fields.all if field.part is Part.VALUE}
    counted = {field.path for field in chosen if field.part is Part.COUNT}
    above = {field.path[:n] for field in chosen for n in range(1, len(field.path))}
    return tuple(path for path in fields.root.paths() if path in counted | above and path not in shown)
