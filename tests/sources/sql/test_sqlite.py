"""An SQLite file is only read, and cells that are not of their column's type are told, never guessed away."""

import sqlite3

import pytest

from core.connections import Connection, ConnectionKind
from core.errors import BadFile, SourceUnavailable
from core.sources.base import Connections, ConnectionSpec
from core.sources.selection import Condition, Test
from core.sources.sql.source import SqlSource

ROWS = [
    ("007", 1, 1.5, "2024-01-10", "2024-01-10T10:00:00Z", "a", b"\xff", "q"),
    ("008", "abc", 2, "2024-02-31", "2024-01-11 10:00:00.5", "b", None, 3),
    ("A1 ", 2**53 + 1, None, 20240101, None, None, b"ab", 2.5),
]


@pytest.fixture
def path(tmp_path):
    """A file with cells of every type in columns of every type."""
    made = tmp_path / "a b?#%.db"
    with sqlite3.connect(made) as connection:
        connection.execute(
            "CREATE TABLE students "
            "(id TEXT PRIMARY KEY, n INTEGER, g REAL, d DATE, at DATETIME, note TEXT, b BLOB, x)"
        )
        connection.executemany("INSERT INTO students VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return made


def source_of(path):
    made = Connection("file", ConnectionKind.SQLITE, file=str(path))
    return SqlSource(made, ConnectionSpec("file"), Connections(profiles=(made,)))


def test_cells_of_other_types_are_counted_and_kept(path):
    found = source_of(path).load("students")
    frame = found.collect()

    assert frame["n"].to_list() == ["1", "abc", "9007199254740993"]
    assert frame["d"].isna().to_list() == [False, True, True]
    assert str(frame["at"][1]) == "2024-01-11 10:00:00.500000"
    assert found.provenance.notes[:4] == (
        "Column 'n': 1 value stored as text in a column declared 'INTEGER' ('abc').",
        "Column 'd': 2 values not a day of the calendar and left missing ('2024-02-31', '20240101').",
        "Column 'b': 1 value not valid UTF-8: the bytes that could not be read were replaced by '�' ('�').",
        "Column 'x': 1 value stored as integer among values of other types ('3').",
    )


def test_the_types_that_were_found_are_shown_before_a_load(path):
    fields = {field.name: field.mixed for field in source_of(path).describe("students").fields}

    assert fields["n"] == (("integer", 2), ("text", 1))
    assert fields["d"] == (("text", 2), ("integer", 1))
    assert fields["x"] == (("integer", 1), ("real", 1), ("text", 1))
    assert fields["id"] == ()


def test_conditions_compare_exactly(path):
    source = source_of(path)

    def ids(*condition):
        return source.load("students", columns=["id"], rows=[Condition(*condition)]).collect()["id"].to_list()

    assert ids("id", Test.IS, "A1 ") == ["A1 "]
    assert ids("id", Test.IS, "a1") == []
    assert ids("n", Test.AT_LEAST, 1.0) == ["007", "A1 "]
    assert ids("d", Test.MISSING) == ["008", "A1 "]
    assert ids("at", Test.AT_MOST, "2024-01-10") == ["007"]
    assert ids("note", Test.IS_NOT, "a") == ["008", "A1 "]
    assert ids("note", Test.IS, "x' OR 1=1; DROP TABLE students; --") == []


def test_nothing_can_be_written_and_what_cannot_be_opened_is_told(path, tmp_path):
    source = source_of(path)
    with (
        source._engine.session() as session,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        session.raw.execute("DELETE FROM students")
    missing = tmp_path / "none.db"
    assert source_of(missing).status().message == f"'file' has no file '{missing}'."
    assert not missing.exists()
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 100)
    with pytest.raises(BadFile, match=r"^The file of 'file' is not a whole SQLite database\.$"):
        source_of(broken).tables()
    with pytest.raises(SourceUnavailable):
        source_of(missing).tables()
