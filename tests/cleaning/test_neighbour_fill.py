"""Filling gaps with what similar rows have."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import KNNImputer

from core import frames
from core.cleaning.neighbour_fill import FillWithNeighbours
from core.errors import RecipeError
from tests.cleaning.tables import NAMES, gappy, lists, numbers


def test_a_gap_gets_the_mean_of_the_most_similar_rows():
    step = FillWithNeighbours(("hours", "grade"), neighbours=2)
    state = step.fit(
        frames.wrap(pd.DataFrame({"hours": [1.0, 2.0, 9.0, 8.0], "grade": [10.0, 12.0, 90.0, 80.0]}))
    )
    new = frames.wrap(
        pd.DataFrame({"hours": [1.5, 8.5, None], "grade": [None, None, 85.0], "x": [None, 1.0, 2.0]})
    )

    assert lists(step.apply(new, state)) == {
        "hours": [1.5, 8.5, 8.5],
        "grade": [11.0, 85.0, 85.0],
        "x": [None, 1.0, 2.0],
    }
    assert step.describe() == (
        "Fill the gaps of 'hours' and 'grade' with the mean of the 2 most similar rows, "
        "judged by these columns alone, which works on the rows in memory."
    )
    assert step.describe(state).endswith("in memory (4 rows to compare with).")


def test_it_fills_as_the_imputer_of_scikit_learn_does():
    old, new = gappy(300, seed=1), gappy(120, seed=2)
    means, scales = np.nanmean(old, axis=0), np.nanstd(old, axis=0)
    imputer = KNNImputer(n_neighbors=5).fit((old - means) / scales)
    step = FillWithNeighbours(NAMES)
    filled = frames.collect(step.apply(numbers(new), step.fit(numbers(old))))

    expected = imputer.transform((new - means) / scales) * scales + means
    assert np.isnan(new).all(axis=1).any()
    assert filled.to_numpy() == pytest.approx(expected, rel=1e-9)


def test_at_most_a_thousand_rows_are_kept_and_they_are_like_all():
    values = np.repeat([[0.0, 0.0, 1.0], [1.0, 5.0, 2.0]], [4_500, 500], axis=0)
    learned = FillWithNeighbours(NAMES).fit(numbers(values))

    assert {len(one["donors"]) for one in learned.values()} == {1_000}
    assert 0.07 < np.mean(learned["a"]["donors"]) < 0.13
    assert learned["a"]["mean"] == pytest.approx(0.1)


def test_a_row_without_any_value_gets_the_means_and_a_column_without_any_keeps_its_gaps():
    step = FillWithNeighbours(NAMES)
    state = step.fit(numbers([[1.0, 2.0, None], [3.0, 4.0, math.inf]]))

    assert state["c"] is None
    assert lists(step.apply(numbers([[None, None, None]]), state)) == {"a": [2.0], "b": [3.0], "c": [None]}


@pytest.mark.parametrize(("n", "said"), [(0, "0"), (-1, "-1"), (1_001, "1,001")])
def test_a_number_of_rows_that_makes_no_sense_is_refused(n, said):
    with pytest.raises(RecipeError, match=rf"^fill_with_neighbours cannot look at {said} rows.$") as failure:
        FillWithNeighbours(("a",), neighbours=n)
    assert failure.value.hint == "Give 'neighbours' as a number from 1 to 1,000; 5 is usual."
