"""What every source promises, held by each: demo, files, SQLite, MariaDB, MongoDB, Spark in four ways."""

from datetime import date
from functools import cache

import pandas as pd
import pytest

from core.errors import ColumnNotFound, InvalidChoice, TableNotFound, WrongKind
from core.schema import Kind, Role
from core.sources.base import DemoSpec, FileSpec
from core.sources.files.limits import FileLimits
from core.sources.join.grouping import group_frame
from core.sources.open import open_source
from core.sources.selection import Condition, Grouping, Test
from tests.contracts.places import EVENTS, STUDENTS, N

FORMS = {Kind.NUMBER: "float64", Kind.FLAG: "float64", Kind.CATEGORY: "str", Kind.TEXT: "str"}


@pytest.fixture
def source(place):
    return open_source(place.spec, limits=FileLimits(), connections=place.connections)


@pytest.fixture
def students(place):
    """The students of the source, loaded once for all tests that only look at them."""
    return _loaded(place)


@pytest.fixture
def known_students(known_place):
    """The students that the tests know, loaded once likewise."""
    return _loaded(known_place)


@cache
def _loaded(place):
    return open_source(place.spec, limits=FileLimits(), connections=place.connections).load("students")


@pytest.fixture
def events(known_place):
    """The source of the events."""
    spec = known_place.events_spec or known_place.spec
    return open_source(spec, limits=FileLimits(), connections=known_place.connections)


@pytest.fixture
def known(known_place):
    """The source of the students that the tests know."""
    return open_source(known_place.spec, limits=FileLimits(), connections=known_place.connections)


def test_its_status_says_in_a_sentence_that_it_can_be_read(source):
    status = source.status()

    assert status.reachable
    assert status.message.endswith(".")
    assert status.n_tables == len(source.tables())


def test_the_students_are_among_its_tables(source):
    assert "students" in source.tables()


def test_its_databases_are_names(source):
    assert all(isinstance(name, str) and name for name in source.databases())


def test_a_table_is_described_before_it_is_read(source, students):
    info = source.describe("students")

    assert info.name == "students"
    assert info.n_rows in {N, None}
    assert [field.name for field in info.fields if not field.type] == []
    assert {field.name for field in info.fields} >= set(students.schema.names())


def test_a_table_is_loaded_by_its_name_with_one_row_a_student(students):
    frame = students.collect()

    assert len(frame) == N
    assert tuple(frame.columns) == students.schema.names()


def test_ids_are_text_and_all_different(students):
    ids = students.collect()[students.schema.student_id]

    assert str(ids.dtype) == "str"
    assert ids.is_unique
    assert ids.notna().all()


def test_every_value_arrives_as_it_was_put_in(known_students):
    frame = known_students.collect().sort_values("student_id").reset_index(drop=True)

    assert frame["student_id"].tolist() == STUDENTS["student_id"].tolist()
    assert frame["name"].tolist() == STUDENTS["name"].tolist()
    assert frame["math score"].tolist() == STUDENTS["math score"].astype(float).tolist()
    assert pd.to_datetime(frame["born"]).dt.date.tolist() == STUDENTS["born"].tolist()
    assert frame["district"].isna().tolist() == STUDENTS["district"].isna().tolist()
    assert frame["district"].dropna().tolist() == STUDENTS["district"].dropna().tolist()


def test_every_column_has_the_form_of_its_kind(students):
    forms = students.collect().dtypes.astype("str")

    for column in students.schema:
        if column.kind is Kind.DATE:
            assert forms[column.name].startswith("datetime64")
            assert "," not in forms[column.name]
        else:
            assert forms[column.name] == FORMS[column.kind], column.name


def test_every_column_has_a_title_and_a_reason(students):
    for column in students.schema:
        assert column.title
        assert column.reason


def test_columns_come_in_the_order_they_are_asked_for(source, students):
    names = students.schema.names()
    asked = [names[3], names[0], names[3]]
    dataset = source.load("students", columns=asked)

    assert list(dataset.collect().columns) == asked[:2]
    assert list(dataset.schema.names()) == asked[:2]
    assert len(dataset.collect()) == N


def test_a_limit_gives_the_first_rows(source, students):
    whole = students.collect()
    first = source.load("students", limit=5)

    assert first.provenance.n_rows == len(first.collect()) == 5
    assert first.collect().iloc[:, 0].tolist() == whole.iloc[:5, 0].tolist()


def test_a_limit_above_the_rows_gives_them_all(source):
    assert len(source.load("students", limit=N + 1).collect()) == N


def test_a_limit_below_zero_is_refused(source):
    with pytest.raises(InvalidChoice, match=r"^'limit' cannot be '-1'\.$"):
        source.load("students", limit=-1)


def test_an_unknown_table_is_refused_with_the_nearest(source):
    for ask in (source.load, source.describe):
        with pytest.raises(TableNotFound) as refused:
            ask("studnets")

        assert "'studnets'" in str(refused.value)
        assert "'students'" in refused.value.hint


def test_an_unknown_column_is_refused_with_the_nearest(source, students):
    name = students.schema.names()[0]

    with pytest.raises(ColumnNotFound) as refused:
        source.load("students", columns=[name, f"{name}x"])

    assert f"'{name}x'" in str(refused.value)
    assert f"'{name}'" in refused.value.hint


def test_an_unknown_column_in_a_condition_is_refused(source):
    with pytest.raises(ColumnNotFound, match="'nothing'"):
        source.load("students", rows=[Condition("nothing", Test.PRESENT)])


def test_what_is_no_list_cannot_be_exploded(source, students):
    name = students.schema.names()[1]

    with pytest.raises(WrongKind, match=f"'{name}'"):
        source.load("students", explode=name)


def test_the_provenance_says_where_the_rows_came_from(students):
    found = students.provenance

    assert found.source
    assert found.table == "students"
    assert found.n_rows == N
    assert len(found.content_hash) == 16
    assert found.loaded_at.utcoffset().total_seconds() == 0


def test_the_same_load_twice_gives_the_same_rows_and_hash(source, students):
    one, two = students, source.load("students")

    assert one.provenance.content_hash == two.provenance.content_hash
    assert one.schema == two.schema
    assert one.collect().equals(two.collect())


def test_progress_rises_to_the_end(source):
    told = []
    source.load("students", progress=lambda fraction, words: told.append((fraction, words)))
    fractions = [fraction for fraction, _ in told]

    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert all(words for _, words in told)


def test_protected_attributes_are_recognised(students):
    assert students.schema.names(Role.PROTECTED)


CONDITIONS = [
    (Condition("student_id", Test.IS, "0007"), lambda s: s["student_id"] == "0007"),
    (Condition("district", Test.IS, "hill"), lambda s: s["district"] == "hill"),
    (Condition("district", Test.IS_NOT, "hill"), lambda s: s["district"] != "hill"),
    (Condition("district", Test.MISSING), lambda s: s["district"].isna()),
    (Condition("district", Test.PRESENT), lambda s: s["district"].notna()),
    (
        Condition("district", Test.ONE_OF, values=("Hill", "no such")),
        lambda s: s["district"] == "Hill",
    ),
    (Condition("math score", Test.AT_LEAST, 90.0), lambda s: s["math score"] >= 90),
    (Condition("math score", Test.BELOW, 41.5), lambda s: s["math score"] < 41.5),
    (Condition("math score", Test.ONE_OF, values=(40.0, 42.0)), lambda s: s["math score"].isin([40, 42])),
    (Condition("born", Test.ABOVE, "2008-12-31"), lambda s: s["born"] > date(2008, 12, 31)),
    (Condition("name", Test.IS, "Zoë"), lambda s: s["name"] == "Zoë"),
    (Condition("name", Test.IS, "zoe"), lambda s: s["name"] == "zoe"),
    (Condition("name", Test.IS, "x' OR '1'='1"), lambda s: s["name"] == "x' OR '1'='1"),
]


@pytest.mark.parametrize(
    ("condition", "expected"), [pytest.param(*case, id=str(case[0])) for case in CONDITIONS]
)
def test_a_condition_means_the_same_everywhere(known, condition, expected):
    found = known.load("students", rows=[condition]).collect()["student_id"]

    assert sorted(found) == sorted(STUDENTS["student_id"][expected(STUDENTS)])


def test_conditions_hold_together(known):
    rows = [Condition("district", Test.PRESENT), Condition("math score", Test.BELOW, 50.0)]
    found = known.load("students", columns=["student_id"], rows=rows).collect()["student_id"]

    wanted = STUDENTS["district"].notna() & (STUDENTS["math score"] < 50)
    assert sorted(found) == sorted(STUDENTS["student_id"][wanted])


def test_ids_that_differ_in_case_or_a_space_stay_apart_in_groups(events):
    found = events.group("events", Grouping(key="student")).frame.set_index("key", drop=False)

    assert found["n_rows"].dropna().sum() == len(EVENTS)
    assert {"a1", "A1"} <= set(found["key"].dropna())
    assert len(found) in {7, 8}, "a file may not keep the space at the end of an id"


GROUPING = Grouping(
    key="student",
    time="day",
    as_of=date(2026, 2, 15),
    counts=("word",),
    sums=("minutes",),
    trends=("minutes",),
    lasts=("minutes", "word"),
)


def test_the_sums_of_each_student_are_those_of_pandas(events):
    whole = events.load("events")
    mine = events.group("events", GROUPING)
    plain = group_frame(whole.collect(), whole.schema, GROUPING)

    pd.testing.assert_frame_equal(_sorted(mine.frame), _sorted(plain.frame), check_dtype=False)
    assert (mine.n_after, mine.n_undated) == (plain.n_after, plain.n_undated) == (1, 1)


def test_the_sums_are_those_that_were_put_in(events):
    found = events.group("events", GROUPING).frame.set_index("key")

    first = found.loc["0001"]
    assert (first["n_rows"], first["sum_0"], first["sum_n_0"], first["count_0"]) == (3, 60.0, 3, 3)
    assert (first["last_0"], first["last_1"]) == (30.0, "c"), "of two at the latest time, the larger"
    assert first["trend_n_0"] * first["trend_xy_0"] - first["trend_x_0"] * first[
        "trend_y_0"
    ] == pytest.approx(3 * 14 * 50 - 28 * 60), "sums of days may start anywhere"
    assert found.loc["0002", "last_time_0"] == pd.Timestamp("2026-01-01")
    assert "0003" not in found.index


def test_a_condition_holds_before_rows_are_summed(events):
    rows = [Condition("minutes", Test.AT_LEAST, 20.0)]
    found = events.group("events", Grouping(key="student", sums=("minutes",)), rows=rows).frame

    assert found.set_index("key")["sum_0"].to_dict() == {"0001": 50.0}


def test_a_column_whose_text_is_asked_for_stays_as_it_is_written(known):
    frame = known.load("students", columns=["student_id"], texts=["student_id"]).collect()

    assert str(frame["student_id"].dtype) == "str"
    assert sorted(frame["student_id"]) == STUDENTS["student_id"].tolist()


def test_words_cannot_be_summed(events):
    with pytest.raises(WrongKind, match="'word'"):
        events.group("events", Grouping(key="student", sums=("word",)))


def test_a_grouping_by_what_is_not_there_is_refused(events):
    for grouping in (Grouping(key="studnet"), Grouping(key="student", time="days", as_of=date(2026, 1, 1))):
        with pytest.raises(ColumnNotFound):
            events.group("events", grouping)


@pytest.mark.parametrize("spec", [DemoSpec(students=-1), FileSpec(path="no/such/file.csv")])
def test_the_status_of_what_cannot_be_read_never_raises(spec):
    status = open_source(spec, limits=FileLimits()).status()

    assert not status.reachable
    assert status.message
    assert status.n_tables == 0


def _sorted(frame):
    return frame.sort_values(["key", "n_rows"], na_position="last").reset_index(drop=True)
