"""Q011: a number is an outlier when two rules say so."""

import numpy as np
import pytest
from hypothesis import given as with_
from hypothesis import settings
from hypothesis import strategies as st

from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset


def test_the_words_say_which_rules_and_which_limits():
    found = answer("Q011", dataset({"x": [*range(1, 41), 200.0]}))

    assert found.words == (
        "1 value of 'x' (2.4 %) lies far from the others, above 72.89, both by the quartiles and by the "
        "robust z-score. They may well be real: look before changing them."
    )
    assert found.examples == ("200",)


def test_what_only_one_rule_calls_far_is_no_outlier():
    values = np.array([*np.linspace(0, 10, 41), 18.3])
    first, middle, third = np.quantile(values, [0.25, 0.5, 0.75])

    assert values[-1] > third + 1.5 * (third - first)
    assert 0.6745 * (values[-1] - middle) / np.median(np.abs(values - middle)) < 3.5
    assert ask("Q011", dataset({"x": values})) == []
    assert answer("Q011", dataset({"x": [*values, 26.0]})).examples == ("26",)


def test_where_half_of_the_values_are_the_same_the_mean_distance_stands_in():
    values = [0.0] * 30 + [*np.linspace(1, 10, 20)] + [90.0]

    assert answer("Q011", dataset({"x": values})).examples == ("90",)


@settings(max_examples=50)
@with_(st.lists(st.integers(-50, 50), min_size=20, max_size=60), st.sampled_from([2.0, -1.0, 100.0]))
def test_another_unit_makes_no_other_outliers(values, factor):
    counts = [
        sum(
            one.count
            for one in ask("Q011", dataset({"x": np.array(values, dtype=float) * times}))
            if one.count
        )
        for times in (1.0, factor)
    ]

    assert counts[0] == counts[1]


@pytest.mark.parametrize("values", [[1.0] * 40, [1.0] * 39 + [7.0]])
def test_without_a_spread_nothing_is_far(values):
    assert ask("Q011", dataset({"x": values})) == []
