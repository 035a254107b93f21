"""The demo school as a source: a spec gives its tables, the same bytes every time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from core import frames
from core.dataset import Dataset, Provenance
from core.errors import AppError, InvalidChoice
from core.schema import Kind, Schema
from core.sources.base import DemoSpec, Progress, SourceStatus
from core.sources.demo.dictionary import schema_of, tables
from core.sources.demo.parts import SCHOOL_WIDE, parts_of
from core.sources.demo.settings import GENERATOR_VERSION, check_spec, demo_settings
from core.sources.demo.streams import BLOCK_SIZE
from core.sources.demo.terms import as_of

if TYPE_CHECKING:
    from core.sources.demo.truth import Truth

SYNTHETIC_NOTE = "Made-up students of the demo school: never evidence about real ones."


@dataclass(frozen=True)
class DemoSource:
    """A made-up school; ``truth()`` says what was planted in it."""

    spec: DemoSpec = field(default_factory=DemoSpec)

    def status(self) -> SourceStatus:
        """Return whether this school can be made; never raises."""
        try:
            check_spec(self.spec)
            day = as_of(self.spec)
        except AppError as error:
            return SourceStatus(reachable=False, message=f"{error} {error.hint}", n_tables=0)
        message = (
            f"The demo school: {self.spec.students:,} made-up students over {self.spec.terms} terms, "
            f"as of {day:%Y-%m-%d}."
        )
        return SourceStatus(reachable=True, message=message, n_tables=len(tables()))

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables, ``students`` first."""
        return tables()

    def load(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> Dataset:
        """Return a table, or its first ``limit`` rows; raises TableNotFound, ColumnNotFound, InvalidChoice.

        With the dirt switch on, some number columns of ``students`` come as text: the schema's kind
        says what a column should be, and the cleaning recipe parses it.
        """
        check_spec(self.spec)
        schema = schema_of(table, spec=self.spec)
        if columns is not None:
            schema = schema.only(tuple(dict.fromkeys(columns)))
        if limit is not None and limit < 0:
            raise InvalidChoice.of("limit", limit, ["0 or more"])
        whole = self._read(table, schema, limit, progress)
        frame = frames.wrap(frames.from_arrow(whole))
        return Dataset(frame, schema, self._provenance(table, schema, limit, whole.num_rows))

    def truth(self) -> Truth:
        """Return what was planted: effects, risks, segments, mentoring, dirt, leaks, drift."""
        from core.sources.demo.truth import make_truth

        return make_truth(self.spec)

    def _read(self, table: str, schema: Schema, limit: int | None, progress: Progress | None) -> Any:
        """Return the rows as one Arrow table, made only as far as they are needed."""
        parts: list[Any] = []
        rows = 0
        n_parts = 1 if table in SCHOOL_WIDE else -(-self.spec.students // BLOCK_SIZE)
        for part in parts_of(table, spec=self.spec):
            parts.append(_canonical(part, schema))
            rows += part.num_rows
            if progress is not None:
                progress(len(parts) / n_parts, f"Making the table '{table}': {rows:,} rows")
            if limit is not None and rows >= limit:
                break
        whole = pa.concat_tables(parts)
        return whole if limit is None else whole.slice(0, limit)

    def _provenance(self, table: str, schema: Schema, limit: int | None, n_rows: int) -> Provenance:
        read = (self.spec, GENERATOR_VERSION, demo_settings().content_hash, table, schema.names(), limit)
        return Provenance(
            source="demo school",
            table=table,
            loaded_at=datetime.now(UTC),
            n_rows=n_rows,
            content_hash=hashlib.sha256(repr(read).encode()).hexdigest()[:16],
            as_of=as_of(self.spec).isoformat(),
            synthetic=True,
            notes=(SYNTHETIC_NOTE,),
        )


def _canonical(part: Any, schema: Schema) -> Any:
    """Return the schema's columns; whole numbers become float64, text stays text."""
    columns = [
        part[column.name].cast(pa.float64())
        if column.kind is Kind.NUMBER and not pa.types.is_string(part[column.name].type)
        else part[column.name]
        for column in schema
    ]
    return pa.table(columns, names=list(schema.names()))
