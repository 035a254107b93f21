"""Means that do not depend on the order of rows or on who adds."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.means import finite, means

numbers = st.floats(-1e150, 1e150, allow_subnormal=False)


def mean_of(values):
    return means(frames.wrap(pd.DataFrame({"a": pd.Series(values, dtype="float64")})), ["a"])["a"]


@given(st.lists(numbers, min_size=1, max_size=60))
@settings(max_examples=60)
def test_a_mean_is_the_exact_mean_rounded(values):
    exact = sum(map(Fraction, values)) / len(values)
    largest = max(abs(value) for value in values)

    assert abs(Fraction(mean_of(values)) - exact) <= max(abs(float(exact)), largest * 1e-12) * 2.3e-16


@given(st.lists(st.sampled_from([0.1, 0.2, 0.7, -3.3, 1e9, 1e-9]), min_size=1, max_size=40), st.randoms())
@settings(max_examples=50)
def test_the_order_of_rows_changes_no_bit(values, random):
    mixed = random.sample(values, len(values))

    assert mean_of(mixed) == mean_of(values)


def test_plain_means_are_what_they_look_like():
    assert mean_of([2.0, None, 4.0]) == 3.0
    assert mean_of([0.1] * 10) == 0.1
    assert mean_of([1e308, 1e308]) == 1e308
    assert mean_of([5e-324]) == pytest.approx(0.0, abs=1e-300)
    assert str(mean_of([-0.0])) == "0.0"


def test_infinite_numbers_and_gaps_are_not_part_of_a_mean():
    assert mean_of([math.inf, 1.0, -math.inf, math.nan, 2.0]) == 1.5
    assert mean_of([math.inf]) is None
    assert mean_of([]) is None
    assert means(frames.wrap(pd.DataFrame({"a": [1.0]})), []) == {}


def test_whole_number_columns_have_means_too():
    frame = frames.wrap(pd.DataFrame({"a": pd.Series([1, 2, None], dtype="Int64"), "b": [1, 2, 4]}))

    assert means(frame, ["a", "b"]) == {"a": 1.5, "b": 7 / 3}


def test_a_million_decimals_are_added_without_an_error():
    values = np.random.default_rng(5).normal(50, 20, 1_000_000)

    assert mean_of(values) == math.fsum(values) / 1_000_000


def test_only_finite_numbers_are_left():
    frame = frames.wrap(pd.DataFrame({"a": [1, 2], "b": [math.inf, 0.5]}))

    assert frames.collect(frame.select(finite("a"), finite("b"))).isna().to_numpy().tolist() == [
        [False, True],
        [False, False],
    ]


def test_spark_finds_the_same_bits(spark):
    rng = np.random.default_rng(9)
    rows = pd.DataFrame({"a": rng.normal(50, 20, 5_000).round(2), "b": rng.lognormal(0, 9, 5_000)})
    rows.loc[::7, "a"] = np.nan

    assert means(frames.on_spark(rows, spark), ["a", "b"]) == means(frames.wrap(rows), ["a", "b"])
