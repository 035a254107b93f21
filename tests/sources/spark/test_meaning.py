"""Conditions and sums mean on Spark what they mean in pandas, typed (Parquet) and untyped (CSV, JSON)."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.sources.join.conditions import matching
from core.sources.join.grouping import group_frame
from core.sources.selection import Condition, Grouping, Test

N = 400


def made_rows():
    """Rows with gaps, ties, keys that only differ in case or spaces, and numbers that are none."""
    random = np.random.default_rng(7)
    keys = np.array(["a1", "A1", "a1 ", "á1", "", "007", "7", None], dtype=object)
    minutes = random.integers(0, 50, N).astype(float)
    minutes[::17] = np.nan
    minutes[5] = np.inf
    times = [dt.datetime(2026, 1, 1) + dt.timedelta(hours=int(h)) for h in random.integers(0, 2_000, N)]
    return pa.table(
        {
            "student": pa.array(keys[random.integers(0, len(keys), N)], pa.string()),
            "number": pa.array(random.integers(0, 9, N), pa.int64()),
            "minutes": pa.array(minutes),
            "word": pa.array(random.choice(np.array(["x", "X", "é", None], dtype=object), N), pa.string()),
            "done": pa.array(random.choice(np.array([True, False, None], dtype=object), N), pa.bool_()),
            "at": pa.array(
                [None if i % 31 == 0 else time for i, time in enumerate(times)], pa.timestamp("us")
            ),
            "day": pa.array([time.date() for time in times]),
        }
    )


@pytest.fixture(scope="module", params=["spark_local", "spark_cluster"])
def source(request):
    """A source with the table ``events``: Parquet in several files."""
    place = request.getfixturevalue(request.param)
    folder = place.folder / "events"
    folder.mkdir(exist_ok=True)
    table = made_rows()
    for i in range(4):
        pq.write_table(table.slice(i * N // 4, N // 4), folder / f"part-{i}.parquet")
    return place.source()


@pytest.fixture(scope="module")
def events(source):
    """The same rows as they are loaded."""
    return source.load("events")


CONDITIONS = [
    Condition("student", Test.IS, "a1"),
    Condition("student", Test.IS, 7.0),
    Condition("student", Test.IS_NOT, "a1"),
    Condition("student", Test.ONE_OF, values=("A1", "a1 ", "none")),
    Condition("student", Test.ONE_OF),
    Condition("student", Test.MISSING),
    Condition("word", Test.AT_LEAST, "X"),
    Condition("number", Test.IS, "7"),
    Condition("number", Test.BELOW, 3.5),
    Condition("minutes", Test.AT_LEAST, 25),
    Condition("minutes", Test.IS_NOT, 25),
    Condition("minutes", Test.MISSING),
    Condition("minutes", Test.PRESENT),
    Condition("done", Test.IS, value=True),
    Condition("done", Test.IS_NOT, value=1),
    Condition("at", Test.AT_MOST, "2026-02-01"),
    Condition("at", Test.IS, "2026-01-05"),
    Condition("at", Test.ABOVE, "2026-01-05T12:00:00"),
    Condition("day", Test.BELOW, "2026-01-20"),
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_spark_conditions_pass_the_rows_that_pandas_passes(source, events, condition):
    frame = events.collect()
    wanted = frame[matching(frame, events.schema, [condition])].reset_index(drop=True)

    found = source.load("events", rows=[condition]).collect()

    assert found["number"].astype(float).tolist() == wanted["number"].tolist()


def test_spark_conditions_hold_together_and_reach_the_first_rows(source, events):
    rows = [Condition("number", Test.ABOVE, 4), Condition("word", Test.IS, "é")]
    frame = events.collect()
    wanted = frame[matching(frame, events.schema, rows)]

    found = source.load("events", rows=rows, columns=["number"], limit=7)

    assert found.collect()["number"].tolist() == wanted["number"].tolist()[:7]
    assert found.provenance.query.endswith("where `number` above ? and `word` is ? limit 7")


@pytest.mark.parametrize(
    ("condition", "error", "said"),
    [
        (Condition("number", Test.IS, "many"), InvalidChoice, "'many'"),
        (Condition("at", Test.IS, "yesterday"), InvalidChoice, "'yesterday'"),
        (Condition("at", Test.IS), InvalidChoice, "has no value"),
        (Condition("nothing", Test.MISSING), ColumnNotFound, "'nothing'"),
    ],
)
def test_spark_conditions_that_cannot_be_compared_are_refused(source, condition, error, said):
    with pytest.raises(error, match=said):
        source.load("events", rows=[condition])


HOSTILE = ["' OR 1=1 --", "`) ; DROP TABLE events", "$where", "\\\\", "\x00"]


@pytest.mark.parametrize("value", HOSTILE)
def test_spark_values_are_never_read_as_expressions(source, value):
    assert source.load("events", rows=[Condition("word", Test.IS, value)]).provenance.n_rows == 0


GROUPINGS = [
    Grouping("student"),
    Grouping("student", counts=("word", "minutes"), sums=("minutes", "number", "done")),
    Grouping("number", time="at", lasts=("minutes", "word", "day"), trends=("minutes", "number")),
    Grouping(
        "student", time="at", as_of=dt.date(2026, 2, 10), counts=("word",), lasts=("word",), sums=("minutes",)
    ),
    Grouping("student", time="day", as_of=dt.date(2026, 2, 10), trends=("minutes",)),
    Grouping("minutes", sums=("number",)),
    Grouping("day", counts=("word",)),
]


def same(mine, wanted):
    """Compare groups by key."""
    one, other = (groups.frame.sort_values("key").reset_index(drop=True) for groups in (mine, wanted))
    pd.testing.assert_frame_equal(one[other.columns], other, check_dtype=True, rtol=1e-12)
    assert one.columns.tolist() == other.columns.tolist()
    assert (mine.n_after, mine.n_undated) == (wanted.n_after, wanted.n_undated)


@pytest.mark.parametrize("grouping", GROUPINGS, ids=[f"grouping{i}" for i in range(len(GROUPINGS))])
def test_spark_sums_are_those_of_pandas(source, events, grouping):
    mine = source.group("events", grouping)

    same(mine, group_frame(events.collect(), events.schema, grouping))


def test_spark_sums_hold_conditions_and_say_what_was_asked(source, events):
    grouping = Grouping("student", sums=("number",))
    rows = [Condition("number", Test.ABOVE, 4)]
    frame = events.collect()

    mine = source.group("events", grouping, rows=rows)

    same(mine, group_frame(frame[matching(frame, events.schema, rows)], events.schema, grouping))
    assert mine.query == "select `number` from Parquet `events` where `number` above ? group by `student`"


@pytest.mark.parametrize(
    ("grouping", "error"),
    [
        (Grouping("student", sums=("word",)), WrongKind),
        (Grouping("student", time="word", lasts=("word",)), WrongKind),
        (Grouping("student", lasts=("word",)), InvalidChoice),
        (Grouping("nothing"), ColumnNotFound),
    ],
)
def test_spark_sums_of_what_is_no_number_are_refused(source, grouping, error):
    with pytest.raises(error):
        source.group("events", grouping)


def test_spark_sums_of_untyped_files_leave_out_what_is_no_number_and_count_it(spark_local):
    (spark_local.folder / "log.csv").write_text(
        "id,at,points\n007,2026-01-01,1.5\n007,2026-01-03T10:00:00,2d\n7,,x\n7,2026-03-01,4\n7,soon,1e1\n"
    )
    grouping = Grouping("id", time="at", as_of=dt.date(2026, 2, 1), sums=("points",), lasts=("points",))

    found = spark_local.source().group("log.csv", grouping)

    frame = found.frame.set_index("key")
    assert frame["n_rows"].to_dict() == {"007": 2}
    assert frame["sum_0"].to_dict() == {"007": 1.5}
    assert (found.n_after, found.n_undated) == (1, 2)
    assert found.notes == ("Column 'points': 1 value read as no number and left out of sums.",)


def test_spark_sums_of_lists_go_by_their_elements(spark_local):
    (spark_local.folder / "notes.jsonl").write_text(
        '{"id": "a", "visits": [{"n": 1}, {"n": 4}]}\n{"id": "b", "visits": []}\n{broken\n'
    )
    found = spark_local.source().group("notes.jsonl", Grouping("id", sums=("visits.n",)), explode="visits")

    assert found.frame.set_index("key")["sum_0"].to_dict() == {"a": 5.0, "b": 0.0}
    assert found.notes == ("1 record that is no JSON and was left out.",)


def test_spark_damaged_records_are_told_of_sums_too(spark_local):
    folder = spark_local.folder / "damaged_sums"
    folder.mkdir()
    lines = ["student,minutes", "a,1", "b,2,3", "a,4", "c"]
    (folder / "part.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    groups = spark_local.source("files").group("damaged_sums", Grouping(key="student", sums=("minutes",)))

    assert groups.frame.set_index("key")["sum_0"].to_dict() == {"a": 5.0, "b": 2.0, "c": 0.0}
    assert any(note.startswith("2 records with too few or too many cells") for note in groups.notes)


def test_spark_keys_that_are_no_utf8_are_shown_with_marks_and_counted(spark_local):
    broken = pa.Array.from_buffers(
        pa.string(),
        2,
        [None, pa.py_buffer(b"\x00\x00\x00\x00\x02\x00\x00\x00\x04\x00\x00\x00"), pa.py_buffer(b"a\xffok")],
    )
    (spark_local.folder / "broken_keys").mkdir()
    pq.write_table(pa.table({"student": broken}), spark_local.folder / "broken_keys" / "part.parquet")
    groups = spark_local.source("files").group("broken_keys", Grouping(key="student"))

    assert sorted(groups.frame["key"]) == ["a\ufffd", "ok"]
    assert any("'student'" in note for note in groups.notes)
