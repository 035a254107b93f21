"""The demo school in real servers: tables in MariaDB, documents in MongoDB, event files for Spark."""

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset
from pymongo.write_concern import WriteConcern

from core.schema import Column, Kind
from core.sources.base import DemoSpec
from core.sources.demo.dictionary import MONEY, schema_of
from core.sources.demo.write import DOCUMENTS, EVENTS
from tests.servers.mariadb_login import MariaDb
from tests.servers.mongo_login import Mongo
from tests.servers.process import NotStarted

KEYS: Mapping[str, Sequence[str]] = {
    "students": ("student_id",),
    "enrolments": ("student_id", "term"),
    "terms": ("term",),
    "grades": ("student_id", "term", "course"),
    "attendance": ("student_id", "term", "week"),
    "mentors": ("mentor",),
}
"""What tells the rows of each table apart."""
DAYS = ("answered_on", "spoken_on")
"""Fields of documents that hold a day."""
AT_ONCE = 5_000


def load_tables(folder: Path, *, server: MariaDb, database: str, spec: DemoSpec) -> dict[str, int]:
    """Load the CSV tables of a written school into a new database; returns the rows of each.

    What was there under this name is gone. A column with spelling errors in its numbers is text, as in
    the file; ``students`` has a primary key only where no student is in it twice.
    """
    server.execute(f"DROP DATABASE IF EXISTS `{database}`", f"CREATE DATABASE `{database}` CHARSET utf8mb4")
    return {name: _load_table(folder, name, server, database, spec) for name in KEYS}


def load_documents(folder: Path, *, server: Mongo, database: str) -> dict[str, int]:
    """Load the documents of a written school into a new database, days as dates.

    Returns the count of each.
    """
    counts = {}
    with server.client(patience_ms=5_000) as client:
        client.drop_database(database)
        on_disk = client.get_database(database, write_concern=WriteConcern(w=1, j=True))
        for name in DOCUMENTS:
            lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
            for part in _parts([_document(line) for line in lines]):
                on_disk[name].insert_many(part)
            on_disk[name].create_index("student_id")
            counts[name] = len(lines)
    return counts


def place_events(folder: Path, *, into: Path) -> int:
    """Move the event files of a written school to where Spark reads them; returns the rows."""
    shutil.rmtree(into / EVENTS, ignore_errors=True)
    into.mkdir(parents=True, exist_ok=True)
    shutil.move(folder / EVENTS, into / EVENTS)
    return int(pa.dataset.dataset(into / EVENTS).count_rows())


def _document(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line)
    return found | {name: datetime.fromisoformat(found[name]) for name in DAYS if name in found}


def _load_table(folder: Path, name: str, server: MariaDb, database: str, spec: DemoSpec) -> int:
    columns = schema_of(name, spec=spec).columns
    table = _read(folder / f"{name}.csv", columns)
    fields = [f"`{each.name}` {_sql_type(each, table[each.name])}" for each in columns]
    key = ", ".join(f"`{column}`" for column in KEYS[name])
    unique = "PRIMARY KEY" if _tells_apart(table, KEYS[name]) else "KEY"
    lines = folder / f"{name}.tsv"
    lines.write_bytes(_lines(table))
    with server.connect(database, local_infile=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE `{name}` ({', '.join(fields)}, {unique} ({key}))")
        cursor.execute(f"LOAD DATA LOCAL INFILE %s INTO TABLE `{name}` CHARACTER SET utf8mb4", (str(lines),))
        loaded = int(cursor.rowcount)
        cursor.execute("SHOW WARNINGS")
        complaints = cursor.fetchall()
    if loaded != table.num_rows or complaints:
        raise NotStarted(f"'{name}': {loaded} of {table.num_rows} rows were loaded: {complaints[:3]}")
    return loaded


def _lines(table: Any) -> bytes:
    r"""Return the rows as LOAD DATA reads them: tabs between values, ``\N`` for none."""
    columns = [column.cast(pa.string()) for column in table.columns]
    for mark, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n")):
        columns = [pc.replace_substring(column, mark, written) for column in columns]
    rows = pc.binary_join_element_wise(*columns, "\t", null_handling="replace", null_replacement="\\N")
    return "".join(f"{row}\n" for row in rows.to_pylist()).encode()


def _read(path: Path, columns: Sequence[Column]) -> Any:
    """Return the table in the order of its dictionary: words as words, the rest as the file lets it be."""
    words = {each.name: pa.string() for each in columns if each.kind not in {Kind.NUMBER, Kind.DATE}}
    options = pa.csv.ConvertOptions(
        column_types=words,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        include_columns=[each.name for each in columns],
    )
    # One block: the type of a column is decided by all of its values.
    return pa.csv.read_csv(
        path, convert_options=options, read_options=pa.csv.ReadOptions(block_size=path.stat().st_size + 1)
    )


def _sql_type(column: Column, values: Any) -> str:
    """Return the type that a school's database would give the column."""
    if column.kind is Kind.DATE and (pa.types.is_date(values.type) or pa.types.is_null(values.type)):
        return "DATE"
    if pa.types.is_integer(values.type):
        return "INT"
    if pa.types.is_floating(values.type) or pa.types.is_null(values.type):
        return "DECIMAL(9,2)" if column.unit == MONEY else "DOUBLE"
    longest = max((len(value) for value in values.to_pylist() if value), default=1)
    return f"VARCHAR({max(8, 2 ** (longest - 1).bit_length())})"


def _tells_apart(table: Any, key: Sequence[str]) -> bool:
    """Whether no two rows have one key, also to a server that takes 'a1 ' and 'A1' for the same."""
    columns = [table[name].cast(pa.string()).to_pylist() for name in key]
    folded = [tuple(part.rstrip().casefold() for part in row) for row in zip(*columns, strict=True)]
    return len(set(folded)) == len(folded)


def _parts(documents: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [documents[start : start + AT_ONCE] for start in range(0, len(documents), AT_ONCE)]
