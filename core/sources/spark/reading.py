"""Files as relations: CSV, JSON lines and Parquet given to Spark so that nothing is guessed or lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import Any

from core.errors import BadFile
from core.sources.spark.layout import Layout, layouts
from core.sources.spark.leaves import leaves_of
from core.sources.spark.paths import FileTable
from core.sources.spark.relation import BLOCK, FILE, LOST, Relation
from core.sources.spark.session import Session, functions

CSV = {
    "header": "true",
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": LOST,
    # A quoted cell may hold line ends; each file is then read by one task.
    "multiLine": "true",
    "quote": '"',
    "escape": '"',
    "encoding": "UTF-8",
    "maxCharsPerColumn": "-1",
}
JSON = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": LOST, "encoding": "UTF-8"}


def file_relation(session: Session, table: FileTable) -> Relation:
    """Return a table of files as a relation; asks Spark for the schema. Raises BadFile."""
    found = layouts(table)
    if not found:
        raise BadFile(f"The table '{table.name}' holds only empty files.", hint="Export it again.")
    schemas = [_schema(session, table, layout) for layout in found]
    readers = [
        partial(_frame, session, table, layout, schema) for layout, schema in zip(found, schemas, strict=True)
    ]
    whole = partial(
        _together, [partial(read, layout.files) for read, layout in zip(readers, found, strict=True)]
    )
    by_file = {file: read for read, layout in zip(readers, found, strict=True) for file in layout.files}
    # The folders of a CSV table name columns that no header has: then Spark is asked.
    is_known = len(found) == 1 and not (table.format == "csv" and table.is_partitioned)
    is_text = table.format != "parquet"
    return Relation(
        name=table.name,
        what="folder" if table.is_folder else "file",
        format={"csv": "CSV", "json": "JSON lines", "parquet": "Parquet"}[table.format],
        leaves=leaves_of(
            schemas[0] if is_known else whole().schema, loose=is_text, hidden=(FILE, BLOCK, LOST)
        ),
        whole=whole,
        pieces=tuple(
            _aligned(by_file[file], file, whole, len(found)) for file in table.files if file in by_file
        ),
        files=tuple(str(file) for file in table.files),
        is_loose=is_text,
        has_lost=is_text,
        drops_lost=table.format == "json",
        notes=_shape_notes(table, found),
        count=None if is_text else partial(row_count, table.files),
    )


def _aligned(
    read: Callable[[Sequence[Path]], Any], file: Path, whole: Callable[[], Any], n_layouts: int
) -> Callable[[], Any]:
    """Return a maker of one file's frame with the columns of the whole table."""
    if n_layouts == 1:
        return lambda: read([file])
    return lambda: whole().limit(0).unionByName(read([file]), allowMissingColumns=True)


def _together(readers: Sequence[Callable[[], Any]]) -> Any:
    """Return one frame of files that are read in several ways; columns are matched by name."""
    return reduce(
        lambda one, other: one.unionByName(other, allowMissingColumns=True), (read() for read in readers)
    )


def _schema(session: Session, table: FileTable, layout: Layout) -> Any:
    """Return the schema to read with: CSV is text throughout, JSON and Parquet say what they hold."""
    from pyspark.sql.types import StringType, StructField, StructType

    if table.format == "csv":
        return StructType([StructField(name, StringType()) for name in (*layout.header, LOST)])
    reader = session.spark.read.format(table.format).options(**_options(table, layout))
    schema = reader.load(_paths(layout.files)).schema
    if table.format == "json" and LOST not in schema.names:
        schema = StructType([*schema.fields, StructField(LOST, StringType())])
    return schema


def _frame(session: Session, table: FileTable, layout: Layout, schema: Any, files: Sequence[Path]) -> Any:
    """Return the rows of some files with our own columns on where they came from."""
    reader = session.spark.read.format(table.format).schema(schema).options(**_options(table, layout))
    frame = reader.load(_paths(files))
    place = frame.metadataColumn("_metadata")
    return frame.select(
        "*",
        functions().crc32(place.getField("file_path").cast("binary")).alias(FILE),
        place.getField("file_block_start").alias(BLOCK),
    )


def _options(table: FileTable, layout: Layout) -> dict[str, str]:
    """Return how the files are read."""
    base = {"basePath": f"file:{table.folder}"} if table.is_partitioned else {}
    if table.format == "csv":
        return base | CSV | {"sep": layout.delimiter}
    if table.format == "json":
        return base | JSON | {"multiLine": str(layout.multiline).lower()}
    return base | {"mergeSchema": "true"}


def _paths(files: Sequence[Path]) -> list[str]:
    """Return files as Spark names them, whatever the default file system of its cluster."""
    return [f"file:{file}" for file in files]


def row_count(files: Sequence[Path]) -> int:
    """Return the number of rows of Parquet files, as their ends tell it; raises BadFile."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    n_rows = 0
    for file in files:
        try:
            n_rows += pq.read_metadata(file).num_rows
        except (pa.ArrowException, OSError) as error:
            raise BadFile(f"The file '{file.name}' is damaged.", hint="Export it again.") from error
    return n_rows


def _shape_notes(table: FileTable, found: Sequence[Layout]) -> tuple[str, ...]:
    """Tell when files of one table have different columns."""
    if table.format != "csv" or len(found) == 1:
        return ()
    n_other = sum(len(layout.files) for layout in found[1:])
    files = f"{n_other:,} of {len(table.files):,} files of '{table.name}'"
    return (f"{files} have other columns than the first, or in another order; they were matched by name.",)
