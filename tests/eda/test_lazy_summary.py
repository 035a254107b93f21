"""Summaries worked out where the rows are, held against those of pandas."""

import numpy as np
import pandas as pd
import pytest

from core import frames
from core.eda.lazy_summary import summarise_lazy
from core.eda.summary import ColumnSummary, summarise
from core.errors import ColumnNotFound, WrongKind
from core.schema import Column, Kind, Role, Schema
from tests.contracts.steps import on_spark


def dirty(table, n, seed=0):
    """A table of every kind of column with gaps, ties, far-off means, infinite values and rare levels."""
    rng = np.random.default_rng(seed)
    hours = np.datetime64("1969-12-30T23:00") + rng.integers(0, 500_000, n).astype("timedelta64[h]")
    columns = {
        "n_far": rng.normal(1e6, 3, n),
        "n_tied": rng.choice([-0.0, 0.0, 1.0, 2.5, np.inf, -np.inf], n),
        "n_even": np.full(n, 0.1),
        "f_yes": (rng.random(n) < 0.3).astype(float),
        "c_way": rng.choice(["bus", "Zug", "żółw", "rare"], n, p=[0.5, 0.3, 0.19, 0.01]),
        "d_when": hours.astype("datetime64[s]"),
        "t_note": rng.choice(["a", "b"], n),
        "id": [f"S{i % 90}" for i in range(n)],
    }
    gaps = {
        name: [None if gone else value for value, gone in zip(values, rng.random(n) < 0.15, strict=True)]
        for name, values in columns.items()
    }
    return table(**gaps, n_none=[None] * n, c_none=[None] * n)


def assert_same(found, expected):
    assert (found.n_rows, found.min_group) == (expected.n_rows, expected.min_group)
    for ours, theirs in zip(found.columns, expected.columns, strict=True):
        for field in ColumnSummary.__dataclass_fields__:
            one, two = getattr(ours, field), getattr(theirs, field)
            wanted = pytest.approx(two, rel=1e-9, abs=1e-12) if isinstance(two, float) else two
            assert one == wanted, (ours.column, field)


@pytest.mark.parametrize("n", [0, 1, 700])
def test_the_figures_are_those_of_pandas(table, n):
    data = dirty(table, n)
    frame = frames.wrap(data.frame).lazy()
    assert_same(summarise_lazy(frame, schema=data.schema), summarise(data.frame, schema=data.schema))


@pytest.mark.spark
@pytest.mark.parametrize("n", [0, 700])
def test_the_figures_of_spark_are_those_of_pandas(spark, table, n):
    data = dirty(table, n)
    frame = on_spark(data.frame, spark)
    assert_same(summarise_lazy(frame, schema=data.schema), summarise(data.frame, schema=data.schema))


@pytest.mark.parametrize("n", [2, 3, 12, 60])
def test_small_tables_are_withheld_in_the_same_way(table, n):
    data = dirty(table, n, seed=n)
    frame = frames.wrap(data.frame).lazy()
    for min_group in (1, 10):
        assert_same(
            summarise_lazy(frame, schema=data.schema, min_group=min_group),
            summarise(data.frame, schema=data.schema, min_group=min_group),
        )


def test_a_column_that_is_not_there_is_named(table):
    data = table(n_x=[1.0])
    schema = Schema((Column("n_y", Kind.NUMBER, Role.FEATURE),))
    with pytest.raises(ColumnNotFound, match="There is no column 'n_y'"):
        summarise_lazy(frames.wrap(data.frame).lazy(), schema=schema)


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.DATE, Kind.FLAG])
def test_text_where_something_else_should_be_is_refused_in_words(kind):
    frame = frames.wrap(pd.DataFrame({"x": ["a"]})).lazy()
    with pytest.raises(WrongKind, match=f"'x' should hold values of kind '{kind}' but holds String"):
        summarise_lazy(frame, schema=Schema((Column("x", kind, Role.FEATURE),)))


def test_days_alone_and_true_and_false_are_read_as_well():
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-02-29", "1900-03-01"] * 6), "flag": [True, False] * 6})
    columns = (Column("day", Kind.DATE, Role.FEATURE), Column("flag", Kind.FLAG, Role.FEATURE))
    found = summarise_lazy(frames.wrap(frame).lazy(), schema=Schema(columns))

    assert found.columns[0].earliest == pd.Timestamp("1900-03-01")
    assert found.columns[0].latest == pd.Timestamp("2024-02-29")
    assert found.columns[1].count == 12
