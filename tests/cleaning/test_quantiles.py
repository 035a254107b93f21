"""Medians and quantiles between the same two values on both engines."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.quantiles import Quantile, medians, quantiles

PLACES = (0.0, 0.03, 0.25, 0.5, 0.75, 0.97, 1.0)


def frame(**columns):
    return frames.wrap(
        pd.DataFrame({name: pd.Series(values, dtype="float64") for name, values in columns.items()})
    )


@given(st.lists(st.integers(-1000, 1000).map(lambda n: n / 10), min_size=1, max_size=150))
@settings(max_examples=40)
def test_quantiles_are_those_of_numpy(values):
    found = [one.value for one in quantiles(frame(a=values), ["a"], PLACES)["a"]]

    assert found == pytest.approx(np.quantile(values, PLACES).tolist(), abs=1e-9)
    assert found == sorted(found)


def test_a_quantile_on_a_value_is_that_value():
    hundred = [n / 10 for n in range(101)]

    assert quantiles(frame(a=hundred), ["a"], (0.03, 0.97))["a"] == (
        Quantile(0.3, 0.3, 0.0),
        Quantile(9.7, 9.7, 0.0),
    )


def test_a_quantile_between_two_values_knows_both():
    assert quantiles(frame(a=[1.0, 2.0, math.inf, None]), ["a"], (0.25,))["a"] == (Quantile(1.0, 2.0, 0.25),)
    assert Quantile(1.0, 2.0, 0.25).value == 1.25
    assert Quantile(0.1, 0.1, 0.3).value == 0.1
    assert str(Quantile(-0.0, -0.0, 0.0).value) == "0.0"


def test_columns_without_numbers_have_no_quantiles_and_no_median():
    nothing = frame(a=[math.nan, math.inf], b=[1.0, 2.0])

    assert quantiles(nothing, ["a"], PLACES) == {"a": ()}
    assert quantiles(nothing, [], PLACES) == {}
    assert medians(nothing, ["a", "b"]) == {"a": None, "b": 1.5}
    assert medians(frame(a=[]), ["a"]) == {"a": None}
    assert quantiles(frame(a=[]), ["a"], PLACES) == {"a": ()}
    assert medians(nothing, []) == {}


def test_spark_finds_the_same_bits(spark):
    rng = np.random.default_rng(9)
    rows = pd.DataFrame({"a": rng.normal(50, 20, 5_000).round(2), "b": rng.lognormal(0, 9, 5_000)})
    rows.loc[::7, "a"] = np.nan
    on_spark, on_pandas = frames.on_spark(rows, spark), frames.wrap(rows)

    assert quantiles(on_spark, ["a", "b"], PLACES) == quantiles(on_pandas, ["a", "b"], PLACES)
    assert medians(on_spark, ["a", "b"]) == medians(on_pandas, ["a", "b"])
