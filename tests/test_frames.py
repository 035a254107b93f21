"""The engine seam keeps missing values missing and text text."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core import frames
from core.errors import ColumnNotFound

TABLE = pd.DataFrame({"id": ["007", "NA", None], "gpa": [1.5, np.nan, -0.0]})


def test_collecting_an_eager_frame_returns_the_rows():
    assert frames.collect(frames.wrap(TABLE)).equals(TABLE)
    assert len(frames.collect(frames.wrap(TABLE), limit=2)) == 2


def test_rows_are_counted_and_the_first_one_read():
    frame = frames.wrap(TABLE)

    assert frames.count(frame) == 3
    assert frames.first_row(frame) == {"id": "007", "gpa": 1.5}
    assert frames.column_names(frame) == ["id", "gpa"]


def test_a_missing_column_is_named_with_the_step_that_wants_it():
    with pytest.raises(ColumnNotFound, match=r"There is no column 'gap' \(needed by fill\)"):
        frames.require(frames.wrap(TABLE), ["id", "gap"], where="fill")


def test_arrow_comes_back_with_text_as_str_and_times_without_a_zone():
    table = pa.table({"name": ["NA", None], "at": pa.array([0, None], pa.timestamp("us", tz="UTC"))})
    back = frames.from_arrow(table)

    assert back["name"].dtype == "str"
    assert back["name"].isna().tolist() == [False, True]
    assert back["at"].dtype.kind == "M"
    assert back["at"].dt.tz is None


@pytest.mark.parametrize(
    "other",
    [
        TABLE.rename(columns={"gpa": "GPA"}),
        TABLE.iloc[::-1].reset_index(drop=True),
        TABLE.assign(gpa=[1.5, np.nan, 0.1]),
        TABLE.iloc[:2],
    ],
)
def test_the_content_hash_changes_with_names_order_values_and_rows(other):
    assert frames.content_hash(TABLE) != frames.content_hash(other)
    assert frames.content_hash(TABLE) == frames.content_hash(TABLE.copy())


def test_an_empty_frame_has_a_hash_too():
    assert len(frames.content_hash(TABLE.iloc[:0])) == 16


@pytest.mark.spark
def test_spark_keeps_missing_text_and_numbers_missing(spark):
    frame = frames.on_spark(TABLE, spark)

    assert isinstance(frame, nw.LazyFrame)
    assert frames.count(frame) == 3
    back = frames.collect(frame)
    assert back["id"].tolist()[:2] == ["007", "NA"]
    assert back["id"].isna().tolist() == [False, False, True]
    assert back["gpa"].isna().tolist() == [False, True, False]


@pytest.mark.spark
def test_not_a_number_is_missing_for_spark_too(spark):
    """Also in what is wrapped lazily, before any row is read; whole numbers and texts are left alone."""
    native = spark.createDataFrame(
        [(float("nan"), float("nan"), 1, "NaN"), (None, 2.0, None, None), (1.5, float("inf"), 2, "x")],
        "gpa double, small float, whole long, text string",
    )
    frame = frames.wrap(native)
    back = frames.collect(frame)

    assert dict(frame.collect_schema()) == dict(nw.from_native(native).collect_schema())
    assert frames.first_row(frame.select(nw.all().count())) == {"gpa": 1, "small": 2, "whole": 2, "text": 2}
    assert frames.first_row(frame.select(nw.col("gpa").max())) == {"gpa": 1.5}
    assert back["small"].tolist()[1:] == [2.0, np.inf]
    assert back["text"].tolist()[::2] == ["NaN", "x"]


@pytest.mark.spark
def test_a_frame_without_fractions_is_wrapped_as_it_is(spark):
    native = spark.createDataFrame([(1, "x")], "whole long, text string")

    assert frames.wrap(native).to_native() is native
