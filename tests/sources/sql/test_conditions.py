"""Conditions mean in the database what they say, whatever stands in names and values."""

import pytest

from core.errors import ColumnNotFound, InvalidChoice, TableNotFound, WrongKind
from core.sources.selection import Condition, Test

HOSTILE = [
    "a`b",
    'a"b',
    "a'b",
    "a;b",
    "a\\",
    "a%sb",
    "a%(x)sb",
    ":name",
    "?",
    "a -- b",
    "/* x */",
    "`; DROP TABLE canary; -- ",
    "x" * 64,
    "Zoë 李",
    "select",
    "a.b",
    "a b ",
]


def ids(source, *rows, table="t"):
    return source.load(table, columns=["n"], rows=rows).collect()["n"].astype(int).to_list()


@pytest.fixture
def t(school):
    school.run(
        "CREATE TABLE t (n INT PRIMARY KEY, name VARCHAR(20) COLLATE utf8mb4_general_ci, gpa DECIMAL(4,2), "
        "big BIGINT UNSIGNED, at DATETIME, born DATE, raw VARBINARY(9), old VARCHAR(9) CHARACTER SET latin1, "
        "p POINT)",
        "INSERT INTO t VALUES "
        "(1, 'ann', 1.5, 18446744073709551615, '2024-01-10 00:00:00', '2005-01-01', 'a', 'é', NULL), "
        "(2, 'Ann', 2.5, 18446744073709551614, '2024-01-10 23:59:59', '2005-01-02', 'A', 'e', NULL), "
        "(3, 'ann ', 3.5, 7, '2024-01-11 00:00:00', '0000-00-00', 'a ', 'E', NULL), "
        "(4, 'änn', NULL, NULL, NULL, '2005-00-01', x'ff', NULL, NULL), "
        "(5, NULL, -1, 0, '2023-01-01', NULL, NULL, '', NULL)",
    )
    return school.source()


MEANINGS = [
    (("name", Test.IS, "ann"), [1]),
    (("name", Test.IS_NOT, "ann"), [2, 3, 4, 5]),
    (("name", Test.ONE_OF, None, ("Ann", "ann ")), [2, 3]),
    (("name", Test.ONE_OF, None, ()), []),
    (("name", Test.MISSING), [5]),
    (("name", Test.PRESENT), [1, 2, 3, 4]),
    (("name", Test.AT_LEAST, "ann"), [1, 3, 4]),
    (("gpa", Test.IS, 2.5), [2]),
    (("gpa", Test.IS, "2.50"), [2]),
    (("gpa", Test.IS_NOT, 2.5), [1, 3, 4, 5]),
    (("gpa", Test.ABOVE, 1.5), [2, 3]),
    (("gpa", Test.AT_LEAST, 1.5), [1, 2, 3]),
    (("gpa", Test.BELOW, 1.5), [5]),
    (("gpa", Test.AT_MOST, 1.5), [1, 5]),
    (("gpa", Test.ONE_OF, None, (1.5, 3.5)), [1, 3]),
    (("big", Test.IS, "18446744073709551615"), [1]),
    (("big", Test.IS, 7.0), [3]),
    (("big", Test.IS, True), []),
    (("at", Test.IS, "2024-01-10"), [1, 2]),
    (("at", Test.AT_MOST, "2024-01-10"), [1, 2, 5]),
    (("at", Test.ABOVE, "2024-01-10"), [3]),
    (("at", Test.IS, "2024-01-10T23:59:59"), [2]),
    (("at", Test.MISSING), [4]),
    (("born", Test.MISSING), [3, 4, 5]),
    (("born", Test.PRESENT), [1, 2]),
    (("born", Test.IS_NOT, "2005-01-01"), [2, 3, 4, 5]),
    (("born", Test.AT_LEAST, "0001-01-01"), [1, 2]),
    (("raw", Test.IS, "a"), [1]),
    (("old", Test.IS, "é"), [1]),
    (("old", Test.IS, ""), [5]),
    (("p", Test.MISSING), None),
]


def test_each_test_keeps_the_rows_it_says(t, way):
    for words, wanted in MEANINGS:
        if wanted is not None:
            assert ids(t, Condition(*words)) == wanted, words
    both = Condition("name", Test.PRESENT), Condition("gpa", Test.ABOVE, 2.0)
    assert ids(t, *both) == [2, 3]


REFUSED = [
    (("nam", Test.IS, "x"), ColumnNotFound, "There is no column 'nam' (needed by table 't')."),
    (
        ("gpa", Test.IS, "x' OR 1=1"),
        InvalidChoice,
        "'gpa' holds numbers and cannot be compared with 'x' OR 1=1'.",
    ),
    (("gpa", Test.IS, float("nan")), InvalidChoice, "'gpa' holds numbers and cannot be compared with 'nan'."),
    (("gpa", Test.IS, "1e400"), InvalidChoice, "'gpa' holds numbers and cannot be compared with '1e400'."),
    (("at", Test.IS, "soon"), InvalidChoice, "'at' holds days and cannot be compared with 'soon'."),
    (("at", Test.IS), InvalidChoice, "The condition 'at is' needs a value."),
    (("p", Test.IS, "x"), WrongKind, "The column 'p' of 't' is of type 'point', which cannot be read."),
]


@pytest.mark.parametrize(("words", "kind", "sentence"), REFUSED)
def test_a_condition_that_cannot_be_meant_is_refused(t, words, kind, sentence):
    with pytest.raises(kind) as refused:
        ids(t, Condition(*words))

    assert str(refused.value) == sentence


def test_hostile_names_and_values_are_only_names_and_values(school, way):
    school.run("CREATE TABLE canary (n INT)", "INSERT INTO canary VALUES (1)")
    for name in HOSTILE:
        quoted = name.rstrip().replace("`", "``")
        school.run(
            f"CREATE TABLE `{quoted}` (n INT PRIMARY KEY, `{quoted}` VARCHAR(99))",
            (f"INSERT INTO `{quoted}`".replace("%", "%%") + " VALUES (%s, %s)", list(enumerate(HOSTILE))),
        )
        source = school.source()
        # All values under one name, and each of them under its own.
        for n, value in [pair for pair in enumerate(HOSTILE) if name in {HOSTILE[0], pair[1]}]:
            condition = Condition(name.rstrip(), Test.IS, value)
            found = source.load(name.rstrip(), rows=[condition]).collect()
            assert found.columns.to_list() == ["n", name.rstrip()]
            assert found.iloc[:, 1].to_list() == [value]
            assert found["n"].to_list() == [n]
    assert school.run("SELECT COUNT(*) FROM canary") == ((1,),)


def test_unknown_tables_and_columns_are_named_with_the_nearest(t):
    with pytest.raises(TableNotFound) as refused:
        t.load("T")
    assert str(refused.value) == "'school' has no table 'T'."
    assert refused.value.hint == "Did you mean 't'? Valid: 't'."
    with pytest.raises(WrongKind):
        t.load("t", columns=["p"])
    with pytest.raises(WrongKind, match=r"^The column 'name' of table 't' holds no lists\.$"):
        t.load("t", explode="name")


def test_columns_come_in_the_order_asked_for_and_once(t):
    assert t.load("t", columns=["gpa", "n", "gpa"]).collect().columns.to_list() == ["gpa", "n"]


ALLOWED = (
    "SELECT",
    "SET NAMES utf8mb4",
    "SET AUTOCOMMIT = ",
    "SET SESSION time_zone = '+00:00', sql_mode = '', ",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    "SHOW GRANTS FOR CURRENT_USER()",
    "KILL QUERY ",
    "ROLLBACK",
)


def test_the_server_sees_reading_statements_only(t, school, way):
    school.run("SET GLOBAL log_output = 'TABLE'", "SET GLOBAL general_log = 1")
    try:
        t.status()
        t.tables()
        t.describe("t")
        ids(t, Condition("name", Test.IS, "x' OR 1=1; DROP TABLE t -- "))
    finally:
        school.run("SET GLOBAL general_log = 0")
    log = school.run(
        "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log "
        "WHERE command_type IN ('Query', 'Prepare', 'Execute')"
    )
    school.run("TRUNCATE mysql.general_log")
    seen = [text for (text,) in log if "general_log" not in text and "ALLOW_INVALID_DATES" not in text]

    assert seen
    assert [text for text in seen if not text.startswith(ALLOWED)] == []
