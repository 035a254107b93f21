"""The demo school as files: CSV as a database exports it, documents, event files, and the truth."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from core.errors import SourceError
from core.sources.base import DemoSpec, Progress
from core.sources.demo import documents
from core.sources.demo.parts import BY_BLOCK, SCHOOL_WIDE
from core.sources.demo.school import School, make_school
from core.sources.demo.settings import check_spec
from core.sources.demo.streams import blocks
from core.sources.demo.terms import as_of
from core.sources.demo.truth import block_truth, join_truth
from core.sources.demo.truth_files import write_truth

CSV_TABLES = ("students", "enrolments", "grades", "attendance")
DOCUMENTS: dict[str, Callable[[Any], Iterable[Mapping[str, Any]]]] = {
    "surveys": documents.survey_documents,
    "mentor_notes": documents.note_documents,
}
EVENTS = "lms_events"
README = """Waymark demo school: SYNTHETIC DATA

Everything in this folder was made up by a seeded generator. There are no real people in it,
and nothing in it is evidence about real students. The columns are described in data/README.md.

students.csv               one row a student, as of {day}; the outcome was seen in the term after
enrolments.csv, terms.csv, grades.csv, mentors.csv, attendance.csv
                           tables as a school's database exports them, the last term included
surveys.jsonl, mentor_notes.jsonl
                           documents, one JSON object a line
lms_events/part-*.parquet  logins to the learning platform by day
truth/                     what was planted; never give it to a model

Made with: {switches}
"""


@dataclass(frozen=True)
class WrittenSchool:
    """What was written: rows by table."""

    folder: Path
    rows: Mapping[str, int]


def write_school(spec: DemoSpec, folder: Path, *, progress: Progress | None = None) -> WrittenSchool:
    """Write every table and the truth into a new or empty folder, a block of students at a time.

    Raises InvalidChoice for a spec that cannot be made, SourceError for a folder that cannot be used.
    """
    check_spec(spec)
    try:
        _claim(folder)
        return _write(spec, folder, progress)
    except OSError as error:
        raise SourceError(f"The folder '{folder}' cannot be written to.", hint=f"{error}.") from error


@dataclass
class _Files:
    """The open files of one school; the first block of a table opens its file."""

    folder: Path
    stack: ExitStack
    rows: dict[str, int] = field(default_factory=dict)
    csv: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, TextIO] = field(default_factory=dict)

    def add(self, name: str, table: Any) -> None:
        """Write one more block of a table in the form that its kind of data has."""
        if name in DOCUMENTS:
            self._add_lines(name, DOCUMENTS[name](table))
        elif name == EVENTS:
            self._add_part(name, dated(table))
        else:
            self._add_csv(name, dated(table))
        self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def _add_csv(self, name: str, table: Any) -> None:
        if name not in self.csv:
            writer = pa.csv.CSVWriter(str(self.folder / f"{name}.csv"), table.schema)
            self.csv[name] = self.stack.enter_context(writer)
        self.csv[name].write_table(table)

    def _add_lines(self, name: str, found: Iterable[Mapping[str, Any]]) -> None:
        if name not in self.lines:
            path = self.folder / f"{name}.jsonl"
            self.lines[name] = self.stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        self.lines[name].writelines(f"{json.dumps(item, ensure_ascii=False)}\n" for item in found)

    def _add_part(self, name: str, table: Any) -> None:
        parts = self.folder / name
        parts.mkdir(exist_ok=True)
        place = sum(1 for _ in parts.iterdir())
        pa.parquet.write_table(table, str(parts / f"part-{place:05d}.parquet"))


def dated(table: Any) -> Any:
    """Return the table with days as days, not as midnights."""
    columns = [
        column.cast(pa.date32()) if pa.types.is_timestamp(column.type) else column for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def _claim(folder: Path) -> None:
    """Make the folder; one that already holds something is left alone."""
    if folder.is_dir() and any(folder.iterdir()):
        raise SourceError(f"The folder '{folder}' is not empty.", hint="Name a new or an empty folder.")
    folder.mkdir(parents=True, exist_ok=True)


def _write(spec: DemoSpec, folder: Path, progress: Progress | None) -> WrittenSchool:
    truths = []
    with ExitStack() as stack:
        files = _Files(folder, stack)
        for name, make in SCHOOL_WIDE.items():
            files.add(name, make(spec))
        for block in blocks(spec):
            school = make_school(block)
            _add_block(files, school)
            truths.append(block_truth(school))
            done = block.start + block.n
            if progress is not None:
                progress(done / spec.students, f"Writing the demo school: {done:,} students")
    write_truth(join_truth(spec, truths), folder / "truth")
    switches = ", ".join(f"{name}={value}" for name, value in dataclasses.asdict(spec).items())
    (folder / "README.txt").write_text(README.format(day=as_of(spec), switches=switches), encoding="utf-8")
    return WrittenSchool(folder, files.rows)


def _add_block(files: _Files, school: School) -> None:
    for name, make in BY_BLOCK.items():
        files.add(name, make(school))
