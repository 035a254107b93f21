"""What a database groups is what plain Python groups, key for key, down to the bytes."""

import math
import sqlite3
from datetime import date, datetime, timedelta
from functools import partial

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core.connections import Connection, ConnectionKind
from core.errors import ColumnNotFound, WrongKind
from core.sources.base import Connections, ConnectionSpec
from core.sources.selection import Condition, Grouping, Test
from core.sources.sql.source import SqlSource
from tests.sources.sql.conftest import PgSchool, School

KEYS = ["a1", "A1", "a1 ", "á1", "ß", "ss", "", "007", "7", None]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.none()
        | st.datetimes(datetime(2023, 12, 30), datetime(2024, 1, 5)).map(lambda t: t.replace(microsecond=0)),
        st.none() | st.integers(-8, 8).map(lambda n: n / 4),
        st.none() | st.sampled_from(["x", "X", "y "]),
    ),
    max_size=40,
)
ASKED = Grouping(
    "k", time="at", as_of=date(2024, 1, 3), counts=("word",), sums=("v",), trends=("v",), lasts=("v", "word")
)
FREE = Grouping("k", time="at", counts=("word",), sums=("v",), trends=("v",), lasts=("v", "word"))


def mysql_of(server, rows):
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE DATABASE grouped CHARACTER SET utf8mb4")
    school = School(server, "grouped")
    school.run("CREATE TABLE t (k VARCHAR(9), at DATETIME, v DOUBLE, word VARCHAR(9))")
    if rows:
        school.run(("INSERT INTO t VALUES (%s, %s, %s, %s)", rows))
    return school.source()


def sqlite_of(path, rows):
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE IF EXISTS t")
        connection.execute("CREATE TABLE t (k TEXT COLLATE NOCASE, at DATETIME, v REAL, word TEXT)")
        texts = [(k, at.isoformat(" ") if at else None, v, word) for k, at, v, word in rows]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", texts)
    connection.close()
    made = Connection("file", ConnectionKind.SQLITE, file=str(path))
    return SqlSource(made, ConnectionSpec("file"), Connections(profiles=(made,)))


def postgresql_of(server, rows):
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS public.t")
        cursor.execute("CREATE TABLE t (k varchar(9), at timestamp, v float8, word varchar(9))")
        cursor.executemany("INSERT INTO t VALUES (%s, %s, %s, %s)", rows)
    return PgSchool(server, "postgres").source()


def by_hand(rows, as_of):
    """The same sums in plain Python: one dict a key."""
    groups = {}
    for k, at, v, word in rows:
        if as_of and (at is None or at.date() > as_of):
            continue
        groups.setdefault(k, []).append((at, v, word))
    return {k: _sums(found) for k, found in groups.items()}


def _sums(found):
    values = [v for _, v, _ in found if v is not None]
    both = [((at.date() - date(2000, 1, 1)).days, v) for at, v, _ in found if at and v is not None]
    return {
        "n_rows": len(found),
        "last_time": max((at for at, _, _ in found if at), default=None),
        "count_0": sum(word is not None for _, _, word in found),
        "sum_n_0": len(values),
        "sum_0": math.fsum(values),
        "trend_n_0": len(both),
        "trend_x_0": sum(x for x, _ in both),
        "trend_xx_0": sum(x * x for x, _ in both),
        "trend_y_0": sum(y for _, y in both),
        "trend_xy_0": sum(x * y for x, y in both),
        "last_0": max(((at, v) for at, v, _ in found if at and v is not None), default=(None, None))[1],
        "last_time_0": max((at for at, v, _ in found if at and v is not None), default=None),
        "last_1": max(((at, w.encode()) for at, _, w in found if at and w), default=(None, None))[1],
        "last_time_1": max((at for at, _, w in found if at and w), default=None),
    }


def check(source, rows, asked):
    groups = source.group("t", asked)
    wanted = by_hand(rows, asked.as_of)
    found = {None if pd.isna(row["key"]) else row["key"]: row for row in groups.frame.to_dict("records")}

    assert set(found) == set(wanted)
    assert len(found) == len(groups.frame)
    for key, row in wanted.items():
        row["last_1"] = row["last_1"].decode() if row["last_1"] is not None else None
        for name, value in row.items():
            got = found[key][name]
            assert (value is None and pd.isna(got)) or got == value, (key, name, got, value)
    assert groups.n_undated == (sum(at is None for _, at, _, _ in rows) if asked.as_of else 0)
    assert groups.n_after == sum(bool(asked.as_of and at and at.date() > asked.as_of) for _, at, _, _ in rows)


@pytest.fixture(scope="module", params=["mariadb", "postgres", "sqlite"])
def table_of(request, tmp_path_factory):
    """Give what puts rows into a table, and its source."""
    if request.param == "sqlite":
        return partial(sqlite_of, tmp_path_factory.getbasetemp() / "grouped.db")
    fill = mysql_of if request.param == "mariadb" else postgresql_of
    return partial(fill, request.getfixturevalue(request.param))


@settings(max_examples=6, phases=[Phase.generate])
@given(EVENTS)
def test_a_database_groups_as_plain_python_does(table_of, rows):
    source = table_of(rows)
    check(source, rows, ASKED)
    check(source, rows, FREE)


def test_keys_of_every_type_are_the_text_that_a_load_gives(school):
    school.run(
        "CREATE TABLE t (n INT, big BIGINT UNSIGNED, x DOUBLE, day DATE, raw BINARY(2), d DECIMAL(23,0))",
        "INSERT INTO t VALUES (7, 18446744073709551615, 2, '2024-01-10', 'ab', 12345678901234567890123)",
    )
    source = school.source()
    wanted = {
        "n": "7",
        "big": "18446744073709551615",
        "x": "2",
        "day": "2024-01-10",
        "raw": "6162",
        "d": "12345678901234567890123",
    }

    assert {name: source.group("t", Grouping(name)).frame["key"][0] for name in wanted} == wanted


def test_zero_dates_are_undated_and_conditions_choose_rows(school):
    school.run(
        "CREATE TABLE t (k INT, at DATETIME, v INT)",
        "INSERT INTO t VALUES (1, '0000-00-00', 1), (1, '2024-02-31', 2), (1, '2024-01-01', 3), "
        "(2, NULL, 4), (3, '2025-01-01', 5)",
    )
    asked = Grouping("k", time="at", as_of=date(2024, 12, 31), sums=("v",))
    groups = school.source().group("t", asked, rows=[Condition("k", Test.BELOW, 3.0)])

    assert groups.frame[["key", "sum_0"]].values.tolist() == [["1", 3.0]]
    assert (groups.n_undated, groups.n_after) == (3, 0)
    assert "k < :" in groups.query


def test_what_cannot_be_summed_or_is_no_time_is_refused(school):
    school.run("CREATE TABLE t (k INT, word TEXT, at DATE)")
    source = school.source()

    with pytest.raises(WrongKind, match=r"'word' of 't' is of type 'text' and does not hold numbers"):
        source.group("t", Grouping("k", sums=("word",)))
    with pytest.raises(WrongKind, match=r"'word' of 't' is of type 'text' and does not hold times"):
        source.group("t", Grouping("k", time="word"))
    with pytest.raises(WrongKind, match="needs a column that says when"):
        source.group("t", Grouping("k", lasts=("word",)))
    with pytest.raises(ColumnNotFound):
        source.group("t", Grouping("key"))
    assert len(source.group("t", Grouping("k", time="at", lasts=("word",))).frame) == 0


def test_the_last_of_several_at_one_time_is_the_largest_and_many_keys_are_kept_apart(school):
    rows = [
        (f"S{n % 50}", datetime(2024, 1, 1) + timedelta(hours=n // 100), n * 37 % 101, "w")
        for n in range(1000)
    ]
    source = mysql_of(school.server, rows)
    check(source, rows, FREE)


ORDERED = {
    "DOUBLE": [-1.7976931348623157e308, -2.5, -1e-300, 0.0, 5e-324, 0.1, 0.30000000000000004, 1e300],
    "BIGINT": [-(2**63), -10, -9, 0, 9, 10, 2**53 + 1],
    "BIGINT UNSIGNED": [0, 9, 10, 2**64 - 1],
    "DECIMAL(9,2)": [-100.25, -9.5, 0, 9.5, 10.25],
    "DATETIME(6)": [datetime(1000, 1, 1), datetime(2024, 1, 1, 0, 0, 0, 1), datetime(9999, 12, 31)],
    "TEXT": ["A", "a", "a\n", "a ", "b", "é", "ü" * 500],
}


@pytest.mark.parametrize("declared", ORDERED)
def test_the_larger_of_two_values_at_one_time_is_the_last_and_comes_whole(school, declared):
    school.run(f"CREATE TABLE t (k INT, at DATETIME(6), v {declared})")
    values = ORDERED[declared]
    early, late = datetime(1000, 1, 1), datetime(2024, 5, 1, 12, 0, 0, 123456)
    rows = [(i, late, value) for i, value in enumerate(values)]
    rows += [(i, late, values[max(i - 1, 0)]) for i in range(len(values))]
    rows += [(i, early, values[-1]) for i in range(len(values))] + [(99, None, values[0]), (98, late, None)]
    school.run(("INSERT INTO t VALUES (%s, %s, %s)", rows))
    frame = school.source().group("t", Grouping("k", time="at", lasts=("v",))).frame.set_index("key")
    found = frame.loc[[str(i) for i in range(len(values))]]

    is_exact = declared.startswith("BIGINT")
    plain = [float(value) for value in values] if isinstance(values[0], int | float) else values
    wanted = [str(value) for value in values] if is_exact else plain
    assert found["last_0"].tolist() == wanted
    assert set(found["last_time_0"]) == {pd.Timestamp(late)}
    assert frame.loc[["98", "99"], ["last_0", "last_time_0"]].isna().all(axis=None)
