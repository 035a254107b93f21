"""The sums of each key, held against plain Python over the rows of one group at a time."""

import time
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.schema import Column, Kind, Role, Schema
from core.sources.join.grouping import columns_of, group_frame
from core.sources.selection import Condition, Grouping, Test
from tests.sources.join import naive

GROUPING = Grouping(
    key="id",
    time="at",
    as_of=naive.AS_OF,
    counts=("points", "word"),
    sums=("points",),
    trends=("points",),
    lasts=("points", "word"),
)


def group(rows, grouping=GROUPING):
    return group_frame(naive.frame_of(rows), naive.SCHEMA, grouping)


def expected_of(rows):
    """Return what the frame of groups must say of one key."""
    points = [row[2] for row in rows if row[2] is not None]
    pairs = [(naive.day_number(r[1]), r[2]) for r in rows if r[1] is not None and r[2] is not None]
    times = [row[1] for row in rows if row[1] is not None]
    last, last_at = naive.last_of(rows, 2)
    word, word_at = naive.last_of(rows, 3)
    return {
        "n_rows": len(rows),
        "last_time": max(times) if times else None,
        "count_0": len(points),
        "count_1": sum(row[3] is not None for row in rows),
        "sum_n_0": len(points),
        "sum_0": float(sum(points)),
        "trend_n_0": len(pairs),
        "trend_x_0": sum(x for x, _ in pairs),
        "trend_xx_0": sum(x * x for x, _ in pairs),
        "trend_y_0": float(sum(y for _, y in pairs)),
        "trend_xy_0": float(sum(x * y for x, y in pairs)),
        "last_0": last,
        "last_time_0": last_at,
        "last_1": word,
        "last_time_1": word_at,
    }


@given(naive.ROWS, st.booleans())
def test_every_sum_is_what_plain_python_finds(rows, has_as_of):
    as_of = naive.AS_OF if has_as_of else None
    groups = group(rows, Grouping(**{**GROUPING.__dict__, "as_of": as_of}))
    kept, n_after, n_undated = naive.rows_up_to(rows, as_of)
    expected = {key: expected_of(of_key) for key, of_key in naive.by_key(kept).items()}
    found = {None if pd.isna(row["key"]) else row["key"]: row for row in groups.frame.to_dict("records")}

    assert (groups.n_after, groups.n_undated) == (n_after, n_undated)
    assert len(found) == len(groups.frame)
    assert found.keys() == expected.keys()
    for key, sums in expected.items():
        assert set(found[key]) == {"key", *sums}
        for name, value in sums.items():
            assert naive.is_same(found[key][name], value, within=1e-3 if "xy" in name else 1e-6), name


@given(naive.ROWS)
def test_the_columns_have_the_forms_that_every_engine_gives(rows):
    forms = group(rows).frame.dtypes.astype("str").to_dict()

    assert forms["key"] == "str"
    assert forms["last_1"] == "str"
    assert {forms[name] for name in ("n_rows", "count_0", "sum_n_0", "trend_n_0")} == {"int64"}
    assert {forms[name] for name in ("sum_0", "trend_y_0", "trend_xy_0", "last_0")} == {"float64"}
    assert {forms[name] for name in ("last_time", "last_time_0", "last_time_1")} == {"datetime64[us]"}


@given(naive.ROWS, st.randoms())
def test_the_order_of_rows_changes_no_sum(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    one, other = (
        group(some).frame.sort_values("key", na_position="first").reset_index(drop=True)
        for some in (rows, mixed)
    )

    pd.testing.assert_frame_equal(one, other)


def test_the_last_value_is_the_largest_of_those_at_the_latest_time():
    at = datetime(2026, 3, 9)
    rows = [
        ("1", at, 4.0, "b"),
        ("1", at, 9.0, "B"),
        ("1", at, None, None),
        ("1", datetime(2026, 3, 8), 50.0, "z"),
    ]
    found = group(rows).frame.iloc[0]

    assert (found["last_0"], found["last_1"]) == (9.0, "b")


def test_a_missing_value_is_never_the_last_one():
    rows = [("1", datetime(2026, 3, 8), 4.0, None), ("1", datetime(2026, 3, 9), None, None)]
    found = group(rows).frame.iloc[0]

    assert (found["last_0"], found["last_time_0"]) == (4.0, pd.Timestamp(2026, 3, 8))
    assert found["last_time"] == pd.Timestamp(2026, 3, 9)
    assert pd.isna(found["last_1"])
    assert pd.isna(found["last_time_1"])


def test_a_row_on_the_as_of_day_counts_to_its_last_second():
    rows = [("1", datetime(2026, 3, 10, 23, 59, 59), 1.0, None), ("1", datetime(2026, 3, 11), 1.0, None)]

    assert group(rows).frame["n_rows"].tolist() == [1]


def test_a_number_key_is_the_text_that_a_load_would_give():
    frame = pd.DataFrame({"id": [7.0, 7.0, 7.5, None]})
    schema = Schema((Column("id", Kind.NUMBER, Role.STUDENT_ID),))
    found = group_frame(frame, schema, Grouping("id")).frame

    assert found["key"].tolist()[:2] == ["7", "7.5"]
    assert found["n_rows"].tolist() == [2, 1, 1]
    assert pd.isna(found["key"][2])


def test_text_in_a_number_column_is_left_out_of_sums_and_counted():
    frame = pd.DataFrame({"id": ["1", "1", "1"], "fees": ["10", "about 20", None]}, dtype="str")
    schema = Schema((Column("id", Kind.TEXT, Role.STUDENT_ID), Column("fees", Kind.NUMBER, Role.FEATURE)))
    groups = group_frame(frame, schema, Grouping("id", sums=("fees",)))

    assert groups.frame[["sum_n_0", "sum_0"]].iloc[0].tolist() == [1, 10.0]
    assert groups.notes == ("Column 'fees': 1 value read as no number and left out of sums.",)


@pytest.mark.parametrize(
    ("grouping", "kind", "message"),
    [
        (Grouping("nobody"), ColumnNotFound, "There is no column 'nobody' (needed by the measures)."),
        (Grouping("id", sums=("word",)), WrongKind, "The column 'word' holds no numbers."),
        (Grouping("id", time="at", trends=("at",)), WrongKind, "The column 'at' holds no numbers."),
        (Grouping("id", time="points"), WrongKind, "The column 'points' holds no dates."),
        (
            Grouping("id", lasts=("word",)),
            InvalidChoice,
            "A last value or a trend needs the column that says when a row happened.",
        ),
    ],
)
def test_what_cannot_be_summed_is_refused(grouping, kind, message):
    with pytest.raises(kind) as refused:
        group([], grouping)

    assert str(refused.value) == message


def test_the_columns_to_read_are_named_once():
    rows = [Condition("word", Test.PRESENT), Condition("at", Test.PRESENT)]

    assert columns_of(GROUPING, rows) == ("id", "at", "points", "word")
    assert columns_of(Grouping("id"), rows) == ("id", "word", "at")


def test_many_rows_need_no_python_for_each_group():
    n, rng = 1_000_000, np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": pd.array(np.arange(n // 4).astype("str"), dtype="str").take(rng.integers(0, n // 4, n)),
            "at": np.datetime64("2026-01-01", "us") + rng.integers(0, 60, n).astype("timedelta64[D]"),
            "points": rng.random(n),
            "word": pd.array(["x", "y"], dtype="str").take(rng.integers(0, 2, n)),
        }
    )
    started = time.process_time()
    groups = group_frame(frame, naive.SCHEMA, GROUPING)

    assert time.process_time() - started < 15
    assert groups.frame["n_rows"].sum() + groups.n_after == n
    assert groups.n_undated == 0
    assert date(2026, 3, 10) == naive.AS_OF
