"""A file as a source of tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePath

import pandas as pd

from core import frames
from core.dataset import Dataset, Provenance
from core.errors import AppError, InvalidChoice, TableNotFound, choices_hint
from core.schema import Kind, Schema
from core.sources.base import FileSpec, Progress, SourceStatus, TableInfo, silent, stage
from core.sources.files.content import Content, FileKind, kind_of, read_content, shown_name
from core.sources.files.delimited import read_delimited
from core.sources.files.detect import FileFormat, detect, open_sheet, open_text
from core.sources.files.limits import FileLimits
from core.sources.files.parquet import count_rows, kept_schema, read_parquet
from core.sources.files.table import RawTable
from core.sources.files.workbook import Workbook, read_sheet
from core.sources.join.conditions import matching
from core.sources.join.whole import fields_of, group_whole, require_columns, rows_note
from core.sources.roles import guess_schema, type_columns, with_kinds
from core.sources.selection import Condition, Grouping, Groups

GUESS_ROWS = 10_000
"""A preview guesses roles and kinds from at least so many rows."""
READ, GUESSED, TYPED = 0.6, 0.8, 0.95
"""The fractions of a load at which its stages end."""


class FileSource:
    """The tables of one file: the sheets of a workbook, or the one table of any other file."""

    def __init__(self, spec: FileSpec, limits: FileLimits | None = None) -> None:
        self.spec = spec
        self.limits = limits or FileLimits()

    @property
    def name(self) -> str:
        """The file's name, to show."""
        return shown_name(self.spec)

    def status(self) -> SourceStatus:
        """Return whether the file can be read; never raises."""
        try:
            tables = self.tables()
        except AppError as error:
            return SourceStatus(False, error.message, 0)
        what = "1 table" if len(tables) == 1 else f"{len(tables):,} tables"
        return SourceStatus(True, f"'{self.name}' can be read: {what}.", len(tables))

    def databases(self) -> tuple[str, ...]:
        """Return nothing: a file is one place."""
        return ()

    def tables(self) -> tuple[str, ...]:
        """Return the sheets, the chosen one first, or the file's name without its ending.

        Raises BadFile, TooLarge, SourceUnavailable.
        """
        content = read_content(self.spec, self.limits)
        return self._tables(content, kind_of(content))

    def format(self) -> FileFormat:
        """Return how the file is read, and why; raises BadFile, TooLarge, InvalidChoice."""
        return detect(self.spec.path, self.limits, spec=self.spec)

    def describe(self, table: str, *, explode: str = "") -> TableInfo:
        """Return the columns, guessed from the first rows, and the row count where the file tells it.

        Raises TableNotFound, BadFile, TooLarge.
        """
        content = read_content(self.spec, self.limits)
        raw, decimal = self._read(content, table, 0, silent)
        kind = kind_of(content)
        what = "sheet" if kind == "xlsx" else "file"
        n_rows = len(raw.frame) if len(raw.frame) < GUESS_ROWS else None
        if kind == "parquet":
            n_rows = count_rows(content)
        schema = guess_schema(raw.frame, decimal=decimal)
        require_columns(schema, None, (), explode, table=table)
        return TableInfo(table, what, fields_of(schema), n_rows)

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
        kinds: Mapping[str, Kind] | None = None,
    ) -> Dataset:
        """Return a table with its guessed schema; ``kinds`` overrides the guessed kinds of some columns.

        Every value is read as text first and typed under the schema; what did not fit its kind is missing,
        and is told in the provenance's notes. Raises TableNotFound, ColumnNotFound, BadFile, TooLarge.
        """
        if limit is not None and limit < 0:
            raise InvalidChoice.of("limit", limit, ["0 or more"])
        tell = progress or silent
        tell(0.0, f"Reading '{self.name}'")
        content = read_content(self.spec, self.limits)
        raw, decimal = self._read(content, table, None if rows else limit, stage(tell, 0.0, READ))
        tell(READ, "Guessing what each column is for")
        wanted = {**(kinds or {}), **dict.fromkeys(texts, Kind.TEXT)}
        schema = with_kinds(self._schema(content, raw, decimal), wanted)
        require_columns(schema, columns, rows, explode, table=table)
        tell(GUESSED, "Bringing the columns to their kinds")
        raw, note = _meeting(raw, schema, rows, decimal)
        chosen = schema if columns is None else schema.only(tuple(dict.fromkeys(columns)))
        frame, coerced = type_columns(
            raw.frame.head(len(raw.frame) if limit is None else limit), chosen, decimal=decimal
        )
        tell(TYPED, "Checking")
        notes = (*raw.notes, *note, *(() if rows else self._preview_note(raw, limit)), *map(str, coerced))
        dataset = self._dataset(_digest(content, rows), table, frame, chosen, notes)
        tell(1.0, f"{len(frame):,} rows loaded")
        return dataset

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

    def _tables(self, content: Content, kind: FileKind) -> tuple[str, ...]:
        if kind != "xlsx":
            return (PurePath(self.name).stem or self.name,)
        sheets = Workbook(content, self.limits).sheets
        first = self.spec.sheet if self.spec.sheet in sheets else None
        return tuple(sorted(sheets, key=lambda sheet: sheet != first)) if first else sheets

    def _read(self, content: Content, table: str, limit: int | None, tell: Progress) -> tuple[RawTable, str]:
        """Return the table as text (typed from Parquet) and its decimal mark."""
        kind = kind_of(content)
        n_rows = None if limit is None else max(limit, GUESS_ROWS)
        if kind == "xlsx":
            book = Workbook(content, self.limits)
            self._require(table, book.sheets)
            opened = open_sheet(book, self.spec, table)
            read = read_sheet(
                opened.rows, opened.layout, name=self.name, limits=self.limits, limit=n_rows, progress=tell
            )
            return read, opened.layout.decimal
        self._require(table, self._tables(content, kind))
        if kind == "parquet":
            return read_parquet(content, limits=self.limits, limit=n_rows, progress=tell), "."
        text = open_text(content, self.spec)
        read = read_delimited(
            text.text,
            text.layout,
            delimiter=text.format.delimiter or ",",
            limits=self.limits,
            limit=n_rows,
            progress=tell,
        )
        return read, text.layout.decimal

    def _schema(self, content: Content, raw: RawTable, decimal: str) -> Schema:
        """Return what the columns are for: as Waymark wrote it into its own Parquet file, else a guess."""
        kept = kept_schema(content) if kind_of(content) == "parquet" else None
        if kept is not None and list(kept.names()) == [str(name) for name in raw.frame.columns]:
            return kept
        return guess_schema(raw.frame, decimal=decimal)

    def _require(self, table: str, tables: tuple[str, ...]) -> None:
        if table not in tables:
            raise TableNotFound(f"'{self.name}' has no table '{table}'.", hint=choices_hint(table, tables))

    def _preview_note(self, raw: RawTable, limit: int | None) -> tuple[str, ...]:
        if limit is None or limit > len(raw.frame):
            return ()
        return (f"Only the first {limit:,} rows; roles and kinds are guessed from {len(raw.frame):,}.",)

    def _dataset(
        self, digest: str, table: str, frame: pd.DataFrame, schema: Schema, notes: tuple[str, ...]
    ) -> Dataset:
        provenance = Provenance(
            source=f"file {self.name}",
            table=table,
            loaded_at=datetime.now(UTC),
            n_rows=len(frame),
            content_hash=digest,
            notes=notes,
        )
        return Dataset(frames.wrap(frame), schema, provenance)


def _meeting(
    raw: RawTable, schema: Schema, rows: Sequence[Condition], decimal: str
) -> tuple[RawTable, tuple[str, ...]]:
    """Return the rows that meet the conditions, still as text, and a note on how many they are."""
    if not rows:
        return raw, ()
    compared = schema.only(tuple(dict.fromkeys(row.column for row in rows)))
    typed, _ = type_columns(raw.frame, compared, decimal=decimal)
    kept = raw.frame[matching(typed, compared, rows)].reset_index(drop=True)
    return RawTable(kept, raw.notes), (rows_note(len(kept), len(raw.frame), rows),)


def _digest(content: Content, rows: Sequence[Condition]) -> str:
    """Return the hash of what was read: the file's own, and another for each choice of rows."""
    if not rows:
        return content.digest
    return hashlib.sha256(repr((content.digest, *rows)).encode()).hexdigest()[:16]
