"""PostgreSQL: every type as core/sources/sql/columns.py says, by both ways; exact texts; any names."""

from datetime import date

import pandas as pd
import psycopg
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from core.errors import ColumnNotFound, InvalidChoice, TableNotFound, WrongKind
from core.sources.selection import Condition, Grouping, Test
from core.sources.sql import fastest, load
from core.sources.sql.finish import NOT_UTF8
from core.sources.sql.postgresql import names
from tests.servers.postgres import started
from tests.sources.sql.conftest import PgSchool

CASES = [
    ("boolean", "true", 1.0),
    ("yesno", "false", 0.0),
    ("smallint", "-12", -12.0),
    ("bigint", "9007199254740993", "9007199254740993"),
    ("bigint", "7", 7.0),
    ("oid", "4294967295", 4294967295.0),
    ("numeric(4,2)", "3.10", 3.1),
    ("numeric(23,0)", "12345678901234567890123", "12345678901234567890123"),
    ("numeric(20,5)", "-0.5", -0.5),
    ("numeric", "12345678901234567890", "12345678901234567890"),
    ("numeric", "7", 7.0),
    ("numeric", "2.50", 2.5),
    ("numeric", "1e30", "1000000000000000000000000000000"),
    ("money", "'1234.56'", 1234.56),
    ("real", "1.1", 1.100000023841858),
    ("double precision", "1e300", 1e300),
    ("date", "'2024-01-10'", pd.Timestamp("2024-01-10")),
    ("date", "'9999-12-31'", pd.Timestamp("9999-12-31").as_unit("us")),
    ("date", "'0001-01-01'", pd.Timestamp("0001-01-01").as_unit("us")),
    ("timestamp", "'1969-12-31 23:59:59.000001'", pd.Timestamp("1969-12-31 23:59:59.000001")),
    ("timestamptz", "'2024-01-10 00:30:00+02'", pd.Timestamp("2024-01-09 22:30")),
    ("time", "'25:00:01.5'::interval::time", "01:00:01.5"),
    ("interval", "'1 year 2 days -03:00'", "1 year 2 days -03:00:00"),
    ("char(6)", "'ab '", "ab"),
    ("varchar(6)", "'ab '", "ab "),
    ("text", "'李 🙂'", "李 🙂"),
    ("text", "''", ""),
    ("text", "E'a\\r\\n\"b\",\\\\.'", 'a\r\n"b",\\.'),
    ("text", "'\\.'", "\\."),
    ("mood", "'ü b'", "ü b"),
    ("uuid", "'123E4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000"),
    ("jsonb", """'{"a":[1]}'""", '{"a": [1]}'),
    ("json", """'{"a":[1]}'""", '{"a":[1]}'),
    ("int[]", "'{1,NULL}'", "[1,null]"),
    ("text[]", """ARRAY['a','b"c']""", '["a","b\\"c"]'),
    ("pair", "ROW(1, 'x')", '{"a":1,"b":"x"}'),
    ("int4range", "'[1,5)'", "[1,5)"),
    ("inet", "'10.0.0.1'", "10.0.0.1/32"),
    ("bit(4)", "B'0101'", "0101"),
    ("bytea", "'Zoë'::text::bytea", "Zoë"),
    ("bytea", "'\\x00'", "\x00"),
]
TYPES = (
    "CREATE TYPE mood AS ENUM ('no', 'ü b')",
    "CREATE TYPE pair AS (a int, b text)",
    "CREATE DOMAIN yesno AS boolean",
)


def test_each_type_is_read_as_documented(pg, way):
    columns = ", ".join(f"c{i} {kind}" for i, (kind, _, _) in enumerate(CASES))
    values = ", ".join(value for _, value, _ in CASES)
    pg.run(
        *TYPES,
        f"CREATE TABLE t (id int PRIMARY KEY, {columns})",
        f"INSERT INTO t VALUES (1, {values})",
        f"INSERT INTO t VALUES (2{', NULL' * len(CASES)})",
    )
    frame = pg.source().load("t").collect()

    for i, (kind, value, wanted) in enumerate(CASES):
        assert frame[f"c{i}"][0] == wanted, (kind, value)
        assert pd.isna(frame[f"c{i}"][1]), kind


def test_what_had_to_be_changed_is_counted_with_examples(pg, way):
    pg.run(
        "CREATE TABLE t (id int PRIMARY KEY, d date, s timestamptz, f float8, n numeric, m numeric(4,1), "
        "x numeric(30,10), b bytea, w pg_snapshot)",
        "INSERT INTO t VALUES (1, 'infinity', '-infinity', 'NaN', 'Infinity', 'NaN', 1.5, '\\xff41', NULL)",
        "INSERT INTO t VALUES (2, '0044-03-15 BC', '10000-01-01', '-Infinity', 0.1234567890123456789, 1, "
        "12345678901234567890.1, 'A', NULL)",
        "INSERT INTO t VALUES (3, '2024-01-10', '2024-01-10', 1, 1, 2, 2, NULL, NULL)",
    )
    found = pg.source().load("t")

    strange, years = "infinite or not a number and left missing", "infinite or not in the years 1 to 9999"
    assert sorted(found.provenance.notes) == sorted(
        [
            "Column 'w' of type 'pg_snapshot' was left out: it cannot be read as a value.",
            f"Column 'd': 2 values {years} and left missing ('infinity', '0044-03-15 BC').",
            f"Column 's': 2 values {years} and left missing ('-infinity', '10000-01-01 00:00:00+00').",
            f"Column 'f': 2 values {strange} ('nan', '-inf').",
            f"Column 'n': 1 value {strange} ('inf').",
            "Column 'n': 1 value rounded to 15 to 17 digits ('0.1234567890123456789').",
            f"Column 'm': 1 value {strange} ('nan').",
            "Column 'x': 1 value rounded to 15 to 17 digits ('12345678901234567890.1000000000').",
            f"Column 'b': 1 value {NOT_UTF8} ('�A').",
        ]
    )
    frame = found.collect()
    assert frame[["d", "s", "f"]].isna().sum().tolist() == [2, 2, 2]
    source = pg.source()
    for name in ("d", "f", "m"):
        missing = source.load("t", columns=["id"], rows=[Condition(name, Test.MISSING)]).collect()
        assert len(missing) == frame[name].isna().sum(), "a condition sees what a load gives"
    groups = source.group("t", Grouping("id", time="d", sums=("f", "n"), counts=("f",), lasts=("n",)))
    assert groups.frame["sum_0"].sum() == 1.0
    assert groups.frame["count_0"].sum() == 1
    assert set(groups.notes) == {
        "Column 'f': 2 values were no number and left out.",
        "Column 'n': 1 value was no number and left out.",
        "Column 'd': 2 values were no time and left out.",
    }


ROW = st.fixed_dictionaries(
    {
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "real": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "word": st.none()
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
        "raw": st.none() | st.binary(max_size=20),
        "seen": st.none() | st.datetimes(),
        "ident": st.none() | st.integers(0, 10**23 - 1),
    }
)
NAMES = ("whole", "real", "word", "raw", "seen", "ident")


@settings(max_examples=8, phases=[Phase.generate])
@given(st.lists(ROW, min_size=1, max_size=30))
def test_what_was_put_in_comes_out_of_both_ways(postgres, rows):
    school = PgSchool(postgres, "postgres")
    with postgres.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rounds")
        cursor.execute(
            "CREATE TABLE rounds (n int PRIMARY KEY, whole bigint, real float8, word text, raw bytea, "
            "seen timestamp, ident numeric(23,0))"
        )
        cells = [(n, *(row[name] for name in NAMES)) for n, row in enumerate(rows)]
        cursor.executemany("INSERT INTO rounds VALUES (%s, %s, %s, %s, %s, %s, %s)", cells)
    slow, quick = (arrow_of(school.source(), "rounds", fast_rows=n) for n in (10**12, 0))

    assert slow.to_pylist() == quick.to_pylist()
    for row, found in zip(rows, slow.to_pylist(), strict=True):
        assert {name: found[name] for name in NAMES} == {name: _put(name, row[name]) for name in NAMES}


def _put(name, value):
    """What a value of a column becomes."""
    if value is None:
        return None
    if name == "raw":
        return value.decode("utf-8", "replace")
    return str(value) if name == "ident" else value


def arrow_of(source, table, *, fast_rows, columns=None):
    """The values as they are before anything is guessed of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fastest, "FAST_ROWS", fast_rows)
        asked = source._asked(source._table(table), columns, (), None)
        return load.read(source._engine, asked, lambda fraction, words: None).table


def test_a_single_column_with_gaps_keeps_its_rows(pg):
    pg.run("CREATE TABLE t (id int, w text)", "INSERT INTO t VALUES (1, NULL), (2, ''), (3, NULL), (4, 'x')")

    for fast_rows in (0, 10**12):
        found = arrow_of(pg.source(), "t", fast_rows=fast_rows, columns=["w"])
        assert found.column("w").to_pylist() == [None, "", None, "x"]


def test_many_rows_come_the_same_both_ways(pg):
    pg.fill(45_000)
    slow, quick = (arrow_of(pg.source(), "events", fast_rows=n) for n in (10**12, 0))

    assert slow.num_rows == 45_000
    assert slow.equals(quick)


HOSTILE = [
    "%s", "100%", "Straße 'x'", 'a"b', ":name", "a;b--", "a\\b", "select", "a.b", '"', "new\nline",
    "x' OR '1'='1", "$1", " lead",
]  # fmt: skip


def test_hostile_names_and_values_are_only_names_and_values(pg, way):
    with psycopg.connect(
        host="127.0.0.1",
        port=pg.server.port,
        user="postgres",
        password=pg.server.password,
        dbname=pg.name,
        autocommit=True,
    ) as connection:
        for name in HOSTILE:
            quoted = sql.Identifier(name)
            connection.execute(sql.SQL("CREATE TABLE {0} (n int PRIMARY KEY, {0} text)").format(quoted))
            doubled = sql.Identifier(name.replace("%", "%%"))
            insert = sql.SQL("INSERT INTO {} VALUES (%s, %s)").format(doubled)
            connection.cursor().executemany(insert, list(enumerate(HOSTILE)))
    source = pg.source()
    tables = source.tables()
    assert len(tables) == len(HOSTILE)
    for name in HOSTILE:
        table = names.label("public", name)
        assert table in tables
        # All values under one name, and each of them under its own.
        for n, value in [pair for pair in enumerate(HOSTILE) if name in {"%s", pair[1]}]:
            found = source.load(table, rows=[Condition(name, Test.IS, value)]).collect()
            assert found.columns.to_list() == ["n", name]
            assert found["n"].to_list() == [float(n)], (name, value)
    groups = source.group('"a.b"', Grouping("a.b", counts=("a.b",))).frame
    assert sorted(groups["key"]) == sorted(HOSTILE)


def test_texts_are_compared_exactly_whatever_the_collation(pg, way):
    pg.run(
        "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
        "CREATE TABLE t (id int PRIMARY KEY, k text COLLATE blind, c char(4), s bytea, v numeric)",
        "INSERT INTO t VALUES (1, 'a1', 'x', 'a', 9), (2, 'A1', 'x', 'A', 10), (3, 'á1', 'X', 'a', 9.5), "
        "(4, 'a1 ', NULL, NULL, 1), (5, NULL, 'x', NULL, NULL)",
    )
    source = pg.source()

    def ids(*condition):
        found = source.load("t", columns=["id"], rows=[Condition(*condition)]).collect()["id"]
        return [int(number) for number in found]

    assert ids("k", Test.IS, "a1") == [1]
    assert ids("k", Test.IS, "a\x00") == []
    assert ids("k", Test.IS_NOT, "a1") == [2, 3, 4, 5]
    assert ids("c", Test.IS, "x") == [1, 2, 5]
    assert ids("s", Test.IS, "a") == [1, 3]
    assert ids("v", Test.ABOVE, 9.0) == [2, 3]
    assert ids("v", Test.IS, 9.0) == [1]
    keys = source.group("t", Grouping("k")).frame["key"]
    assert sorted(keys.dropna()) == ["A1", "a1", "a1 ", "á1"]
    assert len(keys) == 5


def test_times_are_compared_in_utc(pg, way):
    pg.run(
        "CREATE TABLE t (id int PRIMARY KEY, z timestamptz, d date, v bytea)",
        "INSERT INTO t VALUES (1, '2024-01-10 00:30+02', '2024-01-09', 'x'), "
        "(2, '2024-01-10 23:59:59.5Z', '2024-01-10', 'y'), (3, 'infinity', '-infinity', 'z')",
    )
    source = pg.source()

    def ids(*condition):
        found = source.load("t", columns=["id"], rows=[Condition(*condition)]).collect()["id"]
        return [int(number) for number in found]

    assert ids("z", Test.IS, "2024-01-09") == [1]
    assert ids("z", Test.ABOVE, "2024-01-09") == [2]
    assert ids("z", Test.AT_MOST, "2024-01-09 22:30:00") == [1]
    assert ids("d", Test.ONE_OF) == []
    assert ids("d", Test.AT_LEAST, "2024-01-10") == [2]
    assert ids("z", Test.MISSING) == [3]
    with pytest.raises(InvalidChoice):
        ids("d", Test.IS, "soon")
    found = source.group("t", Grouping("d", time="z", as_of=date(2024, 1, 9), lasts=("v",)))
    assert (found.n_after, found.n_undated) == (1, 1)
    assert found.frame["last_0"].to_list() == ["x"]


def test_tables_of_other_schemas_are_called_with_their_schema(pg):
    pg.run(
        "CREATE SCHEMA library",
        'CREATE SCHEMA "a.b"',
        "CREATE TABLE library.loans (id int)",
        'CREATE TABLE "a.b".c (id int)',
        "CREATE TABLE students (id int)",
        "CREATE VIEW v AS SELECT * FROM students",
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS id",
        "CREATE TABLE parts (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9)",
        "INSERT INTO parts VALUES (1), (2)",
    )
    source = pg.source()

    assert source.tables() == ("students", "m", "parts", "v", '"a.b".c', "library.loans")
    assert [source.describe(name).what for name in ("v", "m", "library.loans")] == ["view", "table", "table"]
    assert source.describe("parts").n_rows == 2
    assert source.load('"a.b".c').provenance.n_rows == 0
    assert source.load("library.loans").provenance.n_rows == 0
    for unknown in (
        "loans",
        "library.loan",
        "public.students",
        "pg_catalog.pg_authid",
        '"students"',
        "",
        ".",
        "a.",
    ):
        with pytest.raises(TableNotFound):
            source.load(unknown)


def test_the_databases_are_those_that_may_be_connected_to(pg):
    pg.run("CREATE TABLE t (id int)")
    reader = pg.server.account("read", database=pg.name)
    login = {"user": reader.user, "password": reader.password}

    assert pg.name in pg.source(**login).databases()
    pg.run(f"REVOKE CONNECT ON DATABASE {pg.name} FROM PUBLIC")
    assert pg.name not in pg.source(**login, database="postgres").databases()
    assert (
        pg.source(**login).status().message
        == f"The account of 'school' may not read the database '{pg.name}'."
    )
    undecided = pg.source(database="").status()
    assert (undecided.reachable, undecided.message) == (True, "'school' answers; choose a database.")


def test_lists_cannot_become_rows(pg):
    pg.run("CREATE TABLE t (id int PRIMARY KEY, tags text[])")
    source = pg.source()

    for ask in (source.load, lambda name, explode: source.group(name, Grouping("id"), explode=explode)):
        with pytest.raises(WrongKind, match=r"^The column 'id' of table 't' holds no lists\.$"):
            ask("t", explode="id")
        with pytest.raises(
            WrongKind, match=r"^The column 'tags' of table 't' is read as text: its lists cannot"
        ):
            ask("t", explode="tags")
        with pytest.raises(ColumnNotFound):
            ask("t", explode="none")


def test_a_database_without_an_encoding_gives_bytes_that_are_looked_at():
    with started(encoding="SQL_ASCII") as server:
        school = PgSchool(server, "postgres")
        school.run(
            "CREATE TABLE t (id int PRIMARY KEY, w text, e varchar(9))",
            "SET client_encoding = 'SQL_ASCII'; "
            "INSERT INTO t VALUES (1, E'Zo\\xc3\\xab', 'a'), (2, E'Zo\\xeb', 'b')",
        )
        found = school.source().load("t")

        assert found.collect()["w"].to_list() == ["Zoë", "Zo�"]
        assert "not valid UTF-8" in found.provenance.notes[0]
        only = school.source().load("t", rows=[Condition("w", Test.IS, "Zoë")])
        assert only.provenance.n_rows == 1
