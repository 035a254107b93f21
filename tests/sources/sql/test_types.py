"""Every type of MariaDB comes out as the table in core/sources/sql/columns.py says, by both drivers."""

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.sources.sql import fastest, load
from tests.sources.sql.conftest import School

CASES = [
    ("TINYINT(1)", "1", 1.0),
    ("INT UNSIGNED", "4294967295", 4294967295.0),
    ("BIGINT", "9007199254740993", "9007199254740993"),
    ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"),
    ("BIGINT", "-12", -12.0),
    ("YEAR", "2024", 2024.0),
    ("BIT(1)", "b'1'", 1.0),
    ("BIT(10)", "b'1111111111'", 1023.0),
    ("DECIMAL(4,2)", "'3.10'", 3.1),
    ("DECIMAL(15,0)", "'123456789012345'", 123456789012345.0),
    ("DECIMAL(23,0)", "'12345678901234567890123'", "12345678901234567890123"),
    ("DECIMAL(23,0)", "'7'", "7"),
    ("DECIMAL(20,5)", "'-0.5'", -0.5),
    ("FLOAT", "1.1", 1.100000023841858),
    ("DOUBLE", "1e300", 1e300),
    ("DATE", "'2024-01-10'", pd.Timestamp("2024-01-10")),
    ("DATE", "'9999-12-31'", pd.Timestamp("9999-12-31").as_unit("us")),
    ("DATETIME", "'2024-02-29 23:59:59'", pd.Timestamp("2024-02-29 23:59:59")),
    ("DATETIME(6)", "'1969-12-31 23:59:59.000001'", pd.Timestamp("1969-12-31 23:59:59.000001")),
    ("TIME(1)", "'-25:00:01.5'", "-25:00:01.5"),
    ("CHAR(6)", "'ab '", "ab"),
    ("VARCHAR(6)", "'ab '", "ab "),
    ("VARCHAR(6) CHARACTER SET latin1", "'Zoë'", "Zoë"),
    ("TEXT", "'李 🙂'", "李 🙂"),
    ("TEXT", "''", ""),
    ("ENUM('no','ü')", "'ü'", "ü"),
    ("SET('x','y')", "'x,y'", "x,y"),
    ("JSON", """'{"a": [1]}'""", '{"a": [1]}'),
    ("VARBINARY(9)", "'Zoë'", "Zoë"),
    ("BLOB", "x'00'", "\x00"),
    ("BINARY(3)", "x'01ff'", "01ff00"),
    ("UUID", "'123e4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000"),
]


def test_each_type_is_read_as_documented(school, way):
    columns = ", ".join(f"c{i} {kind}" for i, (kind, _, _) in enumerate(CASES))
    values = ", ".join(value for _, value, _ in CASES)
    school.run(f"CREATE TABLE t (id INT PRIMARY KEY, {columns})", f"INSERT INTO t VALUES (1, {values})")
    school.run(f"INSERT INTO t VALUES (2{', NULL' * len(CASES)})")
    frame = school.source().load("t").collect()

    for i, (kind, value, wanted) in enumerate(CASES):
        assert frame[f"c{i}"][0] == wanted, (kind, value)
        assert pd.isna(frame[f"c{i}"][1]), kind


def test_what_had_to_be_changed_is_counted_with_examples(school, way):
    school.run(
        "CREATE TABLE t (id INT PRIMARY KEY, d DATE, at DATETIME, f DATETIME(3), x DECIMAL(30,10), b BLOB, "
        "p POINT)",
        "INSERT INTO t VALUES (1, '0000-00-00', '2024-00-10', '2024-02-31', 1.5, x'ff41', POINT(1, 2))",
        "INSERT INTO t VALUES "
        "(2, '2024-01-10', '2024-01-10', '2024-01-10', 12345678901234567890.1, 'A', NULL)",
    )
    found = school.source().load("t")

    assert found.provenance.notes == (
        "Column 'p' of type 'point' was left out: it cannot be read as a value.",
        "Column 'd': 1 value not a day of the calendar and left missing ('0000-00-00').",
        "Column 'at': 1 value not a day of the calendar and left missing ('2024-00-10').",
        "Column 'f': 1 value not a day of the calendar and left missing ('2024-02-31').",
        "Column 'x': 1 value rounded to 15 to 17 digits ('12345678901234567890.1000000000').",
        "Column 'b': 1 value not valid UTF-8: the bytes that could not be read were replaced by '�' ('�A').",
    )
    assert found.collect()[["d", "at", "f"]].isna().sum().to_list() == [1, 1, 1]


ROW = st.fixed_dictionaries(
    {
        "whole": st.none() | st.integers(-(2**53), 2**53),
        "real": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "text": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        "raw": st.none() | st.binary(max_size=20),
        "at": st.none() | st.datetimes(),
        "money": st.none() | st.decimals(-(10**9), 10**9, places=4),
        "ident": st.none() | st.integers(0, 10**23 - 1),
    }
)
NAMES = ("whole", "real", "text", "raw", "at", "money", "ident")
TABLE = (
    "CREATE TABLE t (n INT PRIMARY KEY, whole BIGINT, `real` DOUBLE, text TEXT, raw VARBINARY(20), "
    "at DATETIME(6), money DECIMAL(14,4), ident DECIMAL(23,0))"
)


@settings(max_examples=10, phases=[Phase.generate])
@given(st.lists(ROW, min_size=1, max_size=30))
def test_what_was_put_in_comes_out_of_both_drivers(mariadb, rows):
    school = School(mariadb, "rounds")
    places = ", ".join(["%s"] * (len(NAMES) + 1))
    rows_of = [(n, *(row[name] for name in NAMES)) for n, row in enumerate(rows)]
    with mariadb.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE DATABASE rounds CHARACTER SET utf8mb4")
    school.run(TABLE, (f"INSERT INTO t VALUES ({places})", rows_of))
    slow, quick = (arrow_of(school.source(), "t", fast_rows=n) for n in (10**12, 0))

    assert slow.to_pylist() == quick.to_pylist()
    for row, found in zip(rows, slow.to_pylist(), strict=True):
        assert {name: found[name] for name in NAMES} == {name: _put(name, row[name]) for name in NAMES}


def _put(name, value):
    """What a value of a column becomes."""
    if value is None:
        return None
    if name == "raw":
        return value.decode("utf-8", "replace")
    if name == "ident":
        return str(value)
    return float(value) if name == "money" else value


def arrow_of(source, table, *, fast_rows):
    """The values as they are before anything is guessed of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fastest, "FAST_ROWS", fast_rows)
        asked = source._asked(source._table(table), None, (), None)
        return load.read(source._engine, asked, lambda fraction, words: None).table
