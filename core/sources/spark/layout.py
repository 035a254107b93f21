"""How the files of a table are laid out: delimiter and header of each CSV, lines of a JSON record."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadFile
from core.sources.spark.paths import FileTable

DELIMITERS = (",", ";", "\t", "|")
MOST_HEADER = 1_048_576
"""Bytes of a first line; a longer one is no header."""


@dataclass(frozen=True)
class Layout:
    """Files that are read in one way."""

    files: tuple[Path, ...]
    header: tuple[str, ...] = ()
    """The columns of CSV, in the order of the file."""
    delimiter: str = ","
    multiline: bool = False
    """JSON: whether a record may be longer than a line."""


def layouts(table: FileTable) -> tuple[Layout, ...]:
    """Return the ways in which the files of a table are read; empty files are left out.

    Raises BadFile for a first line that is no header.
    """
    if table.format == "parquet":
        return (Layout(table.files),)
    found: dict[tuple[tuple[str, ...], str, bool], list[Path]] = {}
    for file in table.files:
        line = first_line(file)
        if not line.strip():
            continue
        shape = _csv_shape(line, file) if table.format == "csv" else ((), ",", line.strip() in {"[", "{"})
        found.setdefault(shape, []).append(file)
    return tuple(Layout(tuple(files), *shape) for shape, files in found.items())


def first_line(file: Path) -> str:
    """Return the first record of a file as text; raises BadFile where it cannot be read."""
    try:
        with gzip.open(file) if file.suffix.casefold() == ".gz" else file.open("rb") as content:
            start = content.read(MOST_HEADER)
    except (OSError, EOFError) as error:
        raise BadFile(f"The file '{file.name}' cannot be read.", hint="Export it again.") from error
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in start[:1_000]:
        raise BadFile(f"The file '{file.name}' is not UTF-8 text.", hint="Save it as UTF-8.")
    text = start.decode("utf-8-sig", errors="replace")
    return text if '"' in text.split("\n", 1)[0] else text.split("\n", 1)[0].rstrip("\r")


def _csv_shape(text: str, file: Path) -> tuple[tuple[str, ...], str, bool]:
    """Return the header, the delimiter, and no: the columns of a CSV are named in its first record."""
    line = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=line.count)
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except (csv.Error, StopIteration) as error:
        raise BadFile(f"The first line of '{file.name}' is no header.", hint="Export it again.") from error
    return _distinct([name.strip() for name in names]), delimiter, False


def _distinct(names: list[str]) -> tuple[str, ...]:
    """Return the names with gaps filled and repetitions numbered.

    >>> _distinct(["id", "", "id"])
    ('id', 'column 2', 'id (2)')
    """
    made: list[str] = []
    for number, name in enumerate(names, 1):
        base = name or f"column {number}"
        free = (base if i == 1 else f"{base} ({i})" for i in range(1, len(names) + 2))
        made.append(next(text for text in free if text not in made))
    return tuple(made)
