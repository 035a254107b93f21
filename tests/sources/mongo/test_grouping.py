"""Sums on the server are the sums that pandas finds in the loaded rows."""

import datetime as dt
import random

import numpy as np
import pandas as pd
import pytest

from core import frames
from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.sources.join.grouping import group_frame
from core.sources.selection import Condition, Grouping, Test

AS_OF = dt.date(2024, 5, 10)


def events(n=400, seed=3):
    draw = random.Random(seed)
    keys = ["a1", "A1", "a1 ", "é", "", "e", None, "007"]
    for i in range(n):
        event = {
            "_id": i,
            "student": draw.choice(keys),
            "when": dt.datetime(2024, 5, 1)
            + dt.timedelta(hours=draw.randrange(400), milliseconds=draw.randrange(9)),
            "minutes": draw.choice([draw.random() * 60, draw.randrange(60), None]),
            "late": draw.random() < 0.3,
            "word": draw.choice(["x", "y", "Z", None]),
            "in": {"level": draw.randrange(5)},
        }
        if draw.random() < 0.1:
            del event["when"]
        if draw.random() < 0.1:
            event["minutes"] = draw.choice([float("nan"), float("inf")])
        if draw.random() < 0.1:
            del event["student"]
        yield event


GROUPING = Grouping(
    "student",
    time="when",
    as_of=AS_OF,
    counts=("minutes", "word", "when"),
    sums=("minutes", "late", "in.level"),
    trends=("minutes",),
    lasts=("minutes", "word", "late"),
)


@pytest.mark.parametrize("as_of", [AS_OF, None])
def test_groups_are_those_of_pandas_key_by_key(source_of, mongo_database, as_of):
    mongo_database.create_collection("events", collation={"locale": "en", "strength": 1})
    source = source_of(events(), "events")
    grouping = Grouping(**{**vars(GROUPING), "as_of": as_of})
    rows = [Condition("in.level", Test.AT_LEAST, 1)]
    dataset = source.load("events", rows=rows)

    found = source.group("events", grouping, rows=rows)
    expected = group_frame(frames.collect(dataset.frame), dataset.schema, grouping)

    pd.testing.assert_frame_equal(_sorted(found.frame), _sorted(expected.frame), check_dtype=True, rtol=1e-12)
    assert (found.n_after, found.n_undated) == (expected.n_after, expected.n_undated)
    assert found.frame["key"].isna().sum() == 1


def _sorted(frame):
    ordered = frame.sort_values("key", na_position="first").reset_index(drop=True)
    for name in ordered.columns:
        if ordered[name].dtype == object:
            ordered[name] = ordered[name].astype("str")
    return ordered


def test_keys_of_any_type_are_the_text_that_a_load_gives(source_of):
    source = source_of([{"k": key, "n": 1} for key in [7, 7.0, "7", 7.5, True, None, float("nan"), "x"]])
    groups = source.group("students", Grouping("k", sums=("n",)))

    found = dict(zip(groups.frame["key"].fillna("missing"), groups.frame["n_rows"], strict=True))
    assert found == {"7": 3, "7.5": 1, "true": 1, "missing": 2, "x": 1}
    assert groups.frame["sum_0"].sum() == 8


def test_values_that_are_no_numbers_are_left_out_and_counted(source_of):
    source = source_of([{"k": "a", "n": value} for value in [1, 2.5, "many", None, True, float("nan")]])
    groups = source.group("students", Grouping("k", sums=("n",)))

    assert groups.frame[["n_rows", "sum_n_0", "sum_0"]].iloc[0].tolist() == [6, 2, 3.5]
    assert groups.notes == ("Column 'n': 3 values read as no number and left out of sums.",)


def test_times_that_are_iso_text_count_as_times(source_of):
    days = ["2024-05-01", "2024-05-03T10:00:00Z", "2024-06-01", None]
    source = source_of([{"k": "a", "day": day, "v": i} for i, day in enumerate(days)])
    groups = source.group("students", Grouping("k", time="day", as_of=AS_OF, lasts=("v",)))

    assert (groups.n_after, groups.n_undated) == (1, 1)
    assert groups.frame["last_0"].tolist() == [1]
    assert groups.frame["last_time"].tolist() == [pd.Timestamp("2024-05-03 10:00")]


def test_days_before_the_year_2000_have_negative_numbers(source_of):
    source = source_of(
        [
            {"k": "a", "t": dt.datetime(1999, 12, 30, 23), "y": 2},
            {"k": "a", "t": dt.datetime(2000, 1, 1), "y": 1},
        ]
    )
    frame = source.group("students", Grouping("k", time="t", trends=("y",))).frame

    assert frame.iloc[0][["trend_n_0", "trend_x_0", "trend_xx_0", "trend_y_0", "trend_xy_0"]].tolist() == [
        2,
        -2,
        4,
        3,
        -4,
    ]


def test_elements_of_an_exploded_array_can_be_summed(source_of):
    source = source_of([{"_id": "s1", "contacts": [{"n": 1}, {"n": 4}]}, {"_id": "s2", "contacts": []}])
    frame = source.group(
        "students", Grouping("_id", counts=("contacts.n",), sums=("contacts.n",)), explode="contacts"
    ).frame

    assert frame.set_index("key")[["n_rows", "count_0", "sum_0"]].T.to_dict("list") == {
        "s1": [2, 2, 5],
        "s2": [1, 0, 0],
    }


def test_groupings_that_make_no_sense_are_refused_by_name(source_of):
    source = source_of(events(20), "events")

    with pytest.raises(ColumnNotFound, match=r"no column 'studnt' \(needed by the measures\)\."):
        source.group("events", Grouping("studnt"))
    with pytest.raises(WrongKind, match="The column 'word' holds no numbers"):
        source.group("events", Grouping("student", sums=("word",)))
    with pytest.raises(WrongKind, match="The column 'word' holds no dates"):
        source.group("events", Grouping("student", time="word"))
    with pytest.raises(InvalidChoice, match="needs the column that says when"):
        source.group("events", Grouping("student", lasts=("word",)))


def test_a_thousand_keys_come_back_once_each(source_of):
    source = source_of([{"k": f"s{i % 1_000:04}", "v": i} for i in range(5_000)])
    frame = source.group("students", Grouping("k", sums=("v",))).frame

    assert frame["key"].is_unique
    assert len(frame) == 1_000
    np.testing.assert_array_equal(frame["n_rows"], 5)
