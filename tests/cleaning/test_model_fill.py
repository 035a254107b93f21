"""Filling gaps with what a regression on the other columns expects."""

import json
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  makes the next import possible
from sklearn.impute import IterativeImputer

from core import frames
from core.cleaning.model_fill import FillWithModel
from core.errors import RecipeError, WrongKind
from tests.cleaning.tables import after, lists, text

NAMES = ("a", "b", "c")


def frame(values, names=NAMES):
    return frames.wrap(pd.DataFrame(values, columns=names, dtype="float64"))


def gappy(n, *, seed, share=0.3):
    """Return decimals that go together, with gaps; now and then a whole row is missing."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (n, 1)) * [1, 10, 100] + rng.normal(5, 1, (n, 3))
    return np.where(rng.random(values.shape) < share, np.nan, values)


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
    state = step.fit(frame(old))
    filled = frames.collect(step.apply(frame(new), json.loads(json.dumps(state)))).to_numpy()

    assert {len(one["rounds"]) for one in state.values()} == {imputer.n_iter_}
    assert sorted(one["turn"] for one in state.values()) == [0, 1, 2]
    assert (filled - means) / scales == pytest.approx(imputer.transform((new - means) / scales), abs=1e-9)


def test_what_is_expected_stays_between_the_learned_numbers():
    step = FillWithModel(("a", "b"))
    state = step.fit(frame([[float(n), 2.0 * n] for n in range(20)], ["a", "b"]))

    assert lists(step.apply(frame([[1e6, None], [-1e6, None]], ["a", "b"]), state))["b"] == [38.0, 0.0]


def test_a_student_filled_alone_gets_what_she_gets_among_others():
    new, step = gappy(60, seed=4), FillWithModel(NAMES)
    state = step.fit(frame(gappy(200, seed=3)))
    together = frames.collect(step.apply(frame(new), state)).to_numpy()
    alone = [frames.collect(step.apply(frame(new[[at]]), state)).to_numpy()[0] for at in range(len(new))]

    assert np.array_equal(together, np.array(alone))


def test_the_order_of_rows_changes_no_bit_of_what_is_learned():
    values, step = gappy(300, seed=3), FillWithModel(NAMES)
    mixed = np.random.default_rng(1).permutation(values)

    assert json.dumps(step.fit(frame(values))) == json.dumps(step.fit(frame(mixed)))


def test_a_column_without_spread_is_filled_with_its_value_and_one_without_values_keeps_its_gaps():
    step = FillWithModel(("a", "b", "c", "d"))
    old = [[1.0, 2.0, 0.1, None], [2.0, 4.5, 0.1, math.inf], [3.0, 6.0, None, None], [4.0, 7.0, 0.1, None]]
    state = step.fit(frame(old, step.columns))
    new = lists(step.apply(frame([[2.0, None, None, None]], step.columns), state))

    assert (state["c"]["turn"], state["c"]["rounds"], state["d"]) == (None, [], None)
    assert (new["c"], new["d"]) == ([0.1], [None])
    assert new["b"][0] == pytest.approx(4, abs=0.5)


def test_a_single_column_is_filled_with_its_mean():
    assert after(FillWithModel(("a",)), a=[1.0, 2.0, 6.0, None])["a"] == [1.0, 2.0, 6.0, 3.0]


def test_infinite_numbers_teach_nothing_and_stay():
    rows = {"a": [1.0, math.inf, 3.0, 4.0], "b": [1.0, None, 3.0, 4.0]}
    filled = after(FillWithModel(("a", "b")), **rows)

    assert filled["a"] == rows["a"]
    assert 1.0 <= filled["b"][1] <= 4.0


@pytest.mark.parametrize("values", [np.empty((0, 3)), [[None] * 3], [[None] * 3] * 4])
def test_rows_without_values_teach_nothing(values):
    step = FillWithModel(NAMES)
    state = step.fit(frame(values))

    assert state == {"a": None, "b": None, "c": None}
    assert lists(step.apply(frame(values), state)) == lists(frame(values))
    assert step.describe(state).endswith("(0 rounds).")


def test_one_row_and_equal_rows_fill_with_what_they_have():
    step = FillWithModel(NAMES)
    for old in ([[0.1, 2.0, -0.0]], [[0.1, 2.0, 0.0]] * 5):
        state = step.fit(frame(old))

        assert "-0.0" not in json.dumps(state)
        assert lists(step.apply(frame([[None, 2.0, None]]), state)) == {"a": [0.1], "b": [2.0], "c": [0.0]}


def test_whole_number_columns_and_remembered_gaps():
    step = FillWithModel(("n", "a"), was_missing=True)
    filled = after(step, n=pd.Series([1, 2, None], dtype="Int64"), a=[1.0, 2.0, 1.5])

    assert filled["n"] == [1.0, 2.0, pytest.approx(1.5, abs=0.1)]
    assert (filled["n_was_missing"], filled["a_was_missing"]) == ([0.0, 0.0, 1.0], [0.0, 0.0, 0.0])


def test_without_columns_nothing_happens():
    assert after(FillWithModel(()), a=[None, 1.0]) == {"a": [None, 1.0]}


def test_it_learns_in_folds_and_on_pandas_only():
    assert (FillWithModel.in_folds, FillWithModel.collects) == (True, True)


@pytest.mark.parametrize("n", [0, 101])
def test_a_number_of_rounds_that_makes_no_sense_is_refused(n):
    with pytest.raises(RecipeError, match=rf"^fill_with_model cannot run {n} rounds.$") as failure:
        FillWithModel(("a",), n)
    assert failure.value.hint == "Give 'rounds' as a number from 1 to 100; 10 is usual."


def test_text_has_no_regression():
    with pytest.raises(
        WrongKind, match=r"^The column 'a' does not hold numbers, which fill_with_model needs.$"
    ):
        after(FillWithModel(("a",)), a=text("1"))


cells = st.one_of(st.none(), st.sampled_from([-0.0, 0.1, 1.0, -7.5, 1e9, math.inf, 1e200]))
tables = st.lists(st.tuples(cells, cells, cells), max_size=20)


@given(tables, tables)
@settings(max_examples=40)
def test_fills_lie_among_the_learned_values_known_cells_stay_and_twice_is_once(old, new):
    step = FillWithModel(NAMES, rounds=3)
    state = json.loads(json.dumps(step.fit(frame(old)), allow_nan=False))
    once = step.apply(frame(new), state)
    learned = frame(old).to_native().replace(math.inf, math.nan)

    assert step.fit(frame(old)) == state
    assert lists(step.apply(once, state)) == lists(once)
    for name, column in lists(once).items():
        known = learned[name].dropna()
        for before, now in zip(lists(frame(new))[name], column, strict=True):
            assert now == before if before is not None or known.empty else known.min() <= now <= known.max()
