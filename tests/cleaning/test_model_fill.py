"""Filling gaps with what a regression on the other columns expects."""

import json
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  makes the next import possible
from sklearn.impute import IterativeImputer

from core import frames
from core.cleaning.model_fill import FillWithModel
from core.errors import RecipeError
from tests.cleaning.tables import NAMES, after, gappy, lists, numbers


def test_a_gap_gets_what_the_other_columns_say():
    step = FillWithModel(("hours", "grade"))
    hours = np.arange(40.0)
    state = step.fit(frames.wrap(pd.DataFrame({"hours": hours, "grade": 100 - 2 * hours})))
    new = frames.wrap(pd.DataFrame({"hours": [10.0, None], "grade": [None, 40.0], "x": [None, 1.0]}))

    filled = lists(step.apply(new, state))
    assert filled == {
        "hours": [10.0, pytest.approx(30)],
        "grade": [pytest.approx(80), 40.0],
        "x": [None, 1.0],
    }
    assert step.describe() == (
        "Fill the gaps of 'hours' and 'grade' with what a regression on the others of these columns expects, "
        "which works on the rows in memory."
    )
    assert step.describe(state).endswith("in memory (1 round).")


@pytest.mark.parametrize("rounds", [2, 10])
def test_the_replay_is_that_of_the_imputer_of_scikit_learn(rounds):
    old, new = gappy(400, seed=1), gappy(120, seed=2)
    means, scales = np.nanmean(old, axis=0), np.nanstd(old, axis=0)
    low, high = ((end(old, axis=0) - means) / scales for end in (np.nanmin, np.nanmax))
    imputer = IterativeImputer(max_iter=rounds, min_value=low, max_value=high, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        imputer.fit((old - means) / scales)
    step = FillWithModel(NAMES, rounds)
    state = step.fit(numbers(old))
    filled = frames.collect(step.apply(numbers(new), json.loads(json.dumps(state)))).to_numpy()

    assert {len(one["rounds"]) for one in state.values()} == {imputer.n_iter_}
    assert sorted(one["turn"] for one in state.values()) == [0, 1, 2]
    assert (filled - means) / scales == pytest.approx(imputer.transform((new - means) / scales), abs=1e-9)


def test_what_is_expected_stays_between_the_learned_numbers():
    step = FillWithModel(("a", "b"))
    state = step.fit(numbers([[float(n), 2.0 * n] for n in range(20)], ["a", "b"]))

    assert lists(step.apply(numbers([[1e6, None], [-1e6, None]], ["a", "b"]), state))["b"] == [38.0, 0.0]


def test_a_column_without_spread_is_filled_with_its_value_and_one_without_values_keeps_its_gaps():
    step = FillWithModel(("a", "b", "c", "d"))
    old = [[1.0, 2.0, 0.1, None], [2.0, 4.5, 0.1, math.inf], [3.0, 6.0, None, None], [4.0, 7.0, 0.1, None]]
    state = step.fit(numbers(old, step.columns))
    new = lists(step.apply(numbers([[2.0, None, None, None]], step.columns), state))

    assert (state["c"]["turn"], state["c"]["rounds"], state["d"]) == (None, [], None)
    assert (new["c"], new["d"]) == ([0.1], [None])
    assert new["b"][0] == pytest.approx(4, abs=0.5)


def test_a_single_column_is_filled_with_its_mean():
    assert after(FillWithModel(("a",)), a=[1.0, 2.0, 6.0, None])["a"] == [1.0, 2.0, 6.0, 3.0]


@pytest.mark.parametrize("n", [0, 101])
def test_a_number_of_rounds_that_makes_no_sense_is_refused(n):
    with pytest.raises(RecipeError, match=rf"^fill_with_model cannot run {n} rounds.$") as failure:
        FillWithModel(("a",), n)
    assert failure.value.hint == "Give 'rounds' as a number from 1 to 100; 10 is usual."
