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
from core.sources.base import DemoSpec, Progress, SourceStatus, TableInfo
from core.sources.demo.dictionary import schema_of, tables
from core.sources.demo.parts import SCHOOL_WIDE, parts_of
from core.sources.demo.settings import GENERATOR_VERSION, check_spec, demo_settings
from core.sources.demo.streams import BLOCK_SIZE
from core.sources.demo.terms import as_of
from core.sources.join.conditions import matching
from core.sources.join.whole import fields_of, group_whole, require_columns, rows_note
from core.sources.selection import Condition, Grouping, Groups

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

    def databases(self) -> tuple[str, ...]:
        """Return nothing: there is one school."""
        return ()

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables, ``students`` first."""
        return tables()

    def describe(self, table: str, *, explode: str = "") -> TableInfo:
        """Return the columns and, for students, mentors and terms, how many rows; raises TableNotFound.

        With the dirt switch on, some students come twice: their number is then an estimate.
        """
        check_spec(self.spec)
        schema = schema_of(table, spec=self.spec)
        require_columns(schema, None, (), explode, table=table)
        fields = fields_of(schema)
        if table in SCHOOL_WIDE:
            n_rows = SCHOOL_WIDE[table](self.spec).num_rows
        else:
            n_rows = self.spec.students if table == "students" else None
        is_estimate = table == "students" and self.spec.dirt
        return TableInfo(table, "table", fields, n_rows, is_estimate)

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
        """Return a table, or the first ``limit`` of the rows that meet all conditions.

        With the dirt switch on, some number columns of ``students`` come as text: the schema's kind
        says what a column should be, and the cleaning recipe parses it. Raises TableNotFound,
        ColumnNotFound, InvalidChoice, WrongKind.
        """
        check_spec(self.spec)
        whole = schema_of(table, spec=self.spec)
        if limit is not None and limit < 0:
            raise InvalidChoice.of("limit", limit, ["0 or more"])
        require_columns(whole, columns, rows, explode, table=table)
        schema = whole if columns is None else whole.only(tuple(dict.fromkeys(columns)))
        made, n_made = self._read(table, schema, rows, limit, progress)
        notes = (rows_note(made.num_rows, n_made, rows),) if rows else ()
        frame = frames.wrap(frames.from_arrow(made))
        asked = (table, schema.names(), limit, *rows)
        return Dataset(frame, schema, self._provenance(asked, made.num_rows, notes))

    def group(
        self,
        table: str,
        grouping: Grouping,
        *,
        rows: Sequence[Condition] = (),
        explode: str = "",
        progress: Progress | None = None,
    ) -> Groups:
        """Return the sums of each key; raises as load does, and WrongKind."""
        return group_whole(self, table, grouping, rows=rows, explode=explode, progress=progress)

    def truth(self) -> Truth:
        """Return what was planted: effects, risks, segments, mentoring, dirt, leaks, drift."""
        from core.sources.demo.truth import make_truth

        return make_truth(self.spec)

    def _read(
        self,
        table: str,
        schema: Schema,
        rows: Sequence[Condition],
        limit: int | None,
        progress: Progress | None,
    ) -> tuple[Any, int]:
        """Return the rows as one Arrow table, made only as far as they are needed, and how many were made."""
        parts: list[Any] = []
        n_kept = n_made = 0
        n_parts = 1 if table in SCHOOL_WIDE else -(-self.spec.students // BLOCK_SIZE)
        for part in parts_of(table, spec=self.spec):
            kept = self._kept(part, table, rows) if rows else part
            parts.append(_canonical(kept, schema))
            n_kept += kept.num_rows
            n_made += part.num_rows
            if progress is not None:
                progress(len(parts) / n_parts, f"Making the table '{table}': {n_kept:,} rows")
            if limit is not None and n_kept >= limit:
                break
        whole = pa.concat_tables(parts)
        return whole if limit is None else whole.slice(0, limit), n_made

    def _kept(self, part: Any, table: str, rows: Sequence[Condition]) -> Any:
        """Return the rows of a part that meet the conditions."""
        schema = schema_of(table, spec=self.spec).only(tuple(dict.fromkeys(row.column for row in rows)))
        return part.filter(pa.array(matching(frames.from_arrow(_canonical(part, schema)), schema, rows)))

    def _provenance(self, asked: tuple[Any, ...], n_rows: int, notes: tuple[str, ...]) -> Provenance:
        read = (self.spec, GENERATOR_VERSION, demo_settings().content_hash, *asked)
        return Provenance(
            source="demo school",
            table=asked[0],
            loaded_at=datetime.now(UTC),
            n_rows=n_rows,
            content_hash=hashlib.sha256(repr(read).encode()).hexdigest()[:16],
            as_of=as_of(self.spec).isoformat(),
            synthetic=True,
            notes=(SYNTHETIC_NOTE, *notes),
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
