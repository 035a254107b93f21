"""The same students and events put into every kind of source, for the contract that all of them keep."""

import io
import json
import sqlite3
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import sqlalchemy

from core.connections import Connection
from core.sources.base import Connections, ConnectionSpec, DemoSpec, FileSpec, PartSpec

N = 60
STUDENTS = pd.DataFrame(
    {
        "student_id": [f"{i:04d}" for i in range(N)],
        "name": ["NA", "Ann Lee", "Zoë"] * (N // 3),
        "math score": [40 + i for i in range(N)],
        "lunch": ["standard", "free/reduced"] * (N // 2),
        "works": ["yes", "no"] * (N // 2),
        "born": [date(2008, 5, 1), date(2009, 11, 30)] * (N // 2),
        "district": [None, "Hill", "hill"] * (N // 3),
    }
)
EVENTS = pd.DataFrame(
    [
        ("0001", date(2026, 1, 5), 10.0, "a"),
        ("0001", date(2026, 1, 19), 30.0, "b"),
        ("0001", date(2026, 1, 19), 20.0, "c"),
        ("0002", date(2026, 2, 1), None, "d"),
        ("0002", date(2026, 1, 1), 7.5, None),
        ("a1", date(2026, 1, 2), 1.0, "x"),
        ("A1", date(2026, 1, 3), 2.0, "y"),
        ("a1 ", date(2026, 1, 4), 4.0, "z"),
        ("0003", date(2026, 3, 1), 5.0, "late"),
        ("0003", None, 6.0, "undated"),
        (None, date(2026, 1, 6), 8.0, "nobody"),
    ],
    columns=["student", "day", "minutes", "word"],
)


@dataclass(frozen=True)
class Place:
    """A source that holds STUDENTS as ``students``, and EVENTS as ``events`` where it has several tables."""

    spec: PartSpec
    connections: Connections = field(default_factory=Connections)
    events_spec: PartSpec | None = None
    """Where the events are, if in a source of their own."""


def demo(_folder: Path) -> Place:
    """Return the demo school: students of its own, of the same number."""
    return Place(DemoSpec(students=N, dirt=False))


def text(folder: Path) -> Place:
    """Write two CSV files."""
    for name, table in (("students", STUDENTS), ("events", EVENTS)):
        (folder / f"{name}.csv").write_bytes(table.to_csv(index=False, sep=";").encode("utf-8"))
    events = FileSpec(path=str(folder / "events.csv"))
    return Place(FileSpec(path=str(folder / "students.csv")), events_spec=events)


def workbook(folder: Path) -> Place:
    """Write a workbook of two sheets."""
    book = openpyxl.Workbook()
    book.active.title = "students"
    sheets = ((book.active, STUDENTS), (book.create_sheet("events"), EVENTS))
    for sheet, table in sheets:
        for row in [list(table.columns), *_rows(table)]:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    (folder / "students.xlsx").write_bytes(file.getvalue())
    return Place(FileSpec(path=str(folder / "students.xlsx")))


def parquet(folder: Path) -> Place:
    """Write two Parquet files."""
    STUDENTS.to_parquet(folder / "students.parquet", index=False)
    EVENTS.to_parquet(folder / "events.parquet", index=False)
    events = FileSpec(path=str(folder / "events.parquet"))
    return Place(FileSpec(path=str(folder / "students.parquet")), events_spec=events)


def sqlite(folder: Path) -> Place:
    """Write a SQLite file."""
    place = folder / "school.db"
    with sqlite3.connect(place) as connection:
        connection.execute(
            'CREATE TABLE students (student_id TEXT PRIMARY KEY, name TEXT, "math score" INTEGER, '
            "lunch TEXT, works TEXT, born DATE, district TEXT)"
        )
        connection.execute("CREATE TABLE events (student TEXT, day DATE, minutes REAL, word TEXT)")
        connection.executemany("INSERT INTO students VALUES (?, ?, ?, ?, ?, ?, ?)", _iso_rows(STUDENTS))
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", _iso_rows(EVENTS))
    connection.close()
    return connected(Connection.of("school", {"kind": "sqlite", "file": str(place)}))


def connected(connection: Connection, *, database: str = "", others: tuple[Connection, ...] = ()) -> Place:
    """Return the place behind a connection."""
    connections = Connections(profiles=(connection, *others))
    return Place(ConnectionSpec(connection.name, database), connections)


def fill_mysql(url: str) -> None:
    """Create both tables in a MySQL database of a case-blind collation."""
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE students (student_id VARCHAR(20) PRIMARY KEY, name VARCHAR(60), `math score` INT, "
            "lunch VARCHAR(20), works VARCHAR(3), born DATE, district VARCHAR(20)) "
            "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        )
        connection.exec_driver_sql(
            "CREATE TABLE events (student VARCHAR(20), day DATE, minutes DOUBLE, word VARCHAR(20)) "
            "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        )
        marks = ", ".join(["%s"] * 7)
        connection.exec_driver_sql(f"INSERT INTO students VALUES ({marks})", _rows(STUDENTS))
        connection.exec_driver_sql("INSERT INTO events VALUES (%s, %s, %s, %s)", _rows(EVENTS))
    engine.dispose()


def fill_postgres(url: str) -> None:
    """Create both tables in a PostgreSQL database."""
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE students (student_id varchar(20) PRIMARY KEY, name varchar(60), "
            '"math score" integer, lunch varchar(20), works varchar(3), born date, district varchar(20))'
        )
        connection.exec_driver_sql(
            "CREATE TABLE events (student varchar(20), day date, minutes double precision, word varchar(20))"
        )
        marks = ", ".join(["%s"] * 7)
        connection.exec_driver_sql(f"INSERT INTO students VALUES ({marks})", _rows(STUDENTS))
        connection.exec_driver_sql("INSERT INTO events VALUES (%s, %s, %s, %s)", _rows(EVENTS))
    engine.dispose()


def fill_mongo(database) -> None:
    """Insert both tables as documents; what is missing is absent in one document and null in the next."""
    database["students"].insert_many(_documents(STUDENTS))
    database["events"].insert_many(_documents(EVENTS))


def fill_folder(folder: Path) -> None:
    """Write the students as JSON lines and the events as a folder of two Parquet parts."""
    (folder / "events").mkdir(parents=True)
    lines = [
        json.dumps({key: value for key, value in row.items() if value is not None}, default=str)
        for row in STUDENTS.astype(object).where(STUDENTS.notna(), None).to_dict("records")
    ]
    (folder / "students").mkdir()
    (folder / "students" / "part-0.json").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for number, part in enumerate((EVENTS.iloc[:6], EVENTS.iloc[6:])):
        part.to_parquet(folder / "events" / f"part-{number}.parquet", index=False)


def _rows(table: pd.DataFrame) -> list[tuple]:
    clean = table.astype(object).where(table.notna(), None)
    return [tuple(row) for row in clean.itertuples(index=False, name=None)]


def _iso_rows(table: pd.DataFrame) -> list[tuple]:
    return [
        tuple(value.isoformat() if isinstance(value, date) else value for value in row)
        for row in _rows(table)
    ]


def _documents(table: pd.DataFrame) -> list[dict]:
    documents = []
    for number, row in enumerate(_rows(table)):
        document = dict(zip(table.columns, row, strict=True))
        for name, value in list(document.items()):
            if value is None and number % 2:
                del document[name]
            elif isinstance(value, date):
                document[name] = pd.Timestamp(value).to_pydatetime()
        documents.append(document)
    return documents
