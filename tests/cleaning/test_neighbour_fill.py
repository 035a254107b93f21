"""Filling gaps with what similar rows have."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import KNNImputer

from core import frames
from core.cleaning.neighbour_fill import FillWithNeighbours
from core.errors import RecipeError, WrongKind
from tests.cleaning.tables import after, lists, text

NAMES = ("a", "b", "c")


def frame(values):
    return frames.wrap(pd.DataFrame(values, columns=NAMES, dtype="float64"))


def gappy(n, *, seed, share=0.3):
    """Return decimals that go together, with gaps; now and then a whole row is missing."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (n, 1)) * [1, 10, 100] + rng.normal(5, 1, (n, 3))
    return np.where(rng.random(values.shape) < share, np.nan, values)


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
    filled = frames.collect(step.apply(frame(new), step.fit(frame(old))))

    expected = imputer.transform((new - means) / scales) * scales + means
    assert np.isnan(new).all(axis=1).any()
    assert filled.to_numpy() == pytest.approx(expected, rel=1e-9)


def test_a_student_filled_alone_gets_what_she_gets_among_others():
    """Whole numbers tie often: there the imputer of scikit-learn takes other rows for one than for many."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 5, (300, 3)).astype(float)
    new = np.where(rng.random((80, 3)) < 0.3, np.nan, rng.integers(0, 5, (80, 3)))
    step = FillWithNeighbours(NAMES)
    state = step.fit(frame(values))
    together = frames.collect(step.apply(frame(new), state)).to_numpy()
    alone = [frames.collect(step.apply(frame(new[[at]]), state)).to_numpy()[0] for at in range(len(new))]

    assert np.array_equal(together, np.array(alone))


def test_the_order_of_rows_changes_no_bit_of_what_is_learned():
    values = gappy(1_500, seed=3)
    mixed = np.random.default_rng(1).permutation(values)
    step = FillWithNeighbours(NAMES)

    assert json.dumps(step.fit(frame(values))) == json.dumps(step.fit(frame(mixed)))


def test_at_most_a_thousand_rows_are_kept_and_they_are_like_all():
    values = np.repeat([[0.0, 0.0, 1.0], [1.0, 5.0, 2.0]], [4_500, 500], axis=0)
    learned = FillWithNeighbours(NAMES).fit(frame(values))

    assert {len(one["donors"]) for one in learned.values()} == {1_000}
    assert 0.07 < np.mean(learned["a"]["donors"]) < 0.13
    assert learned["a"]["mean"] == pytest.approx(0.1)


def test_a_row_without_any_value_gets_the_means_and_a_column_without_any_keeps_its_gaps():
    step = FillWithNeighbours(NAMES)
    state = step.fit(frame([[1.0, 2.0, None], [3.0, 4.0, math.inf]]))

    assert state["c"] is None
    assert lists(step.apply(frame([[None, None, None]]), state)) == {"a": [2.0], "b": [3.0], "c": [None]}


def test_infinite_numbers_teach_nothing_and_stay():
    step = FillWithNeighbours(("a", "b"))
    rows = {"a": [1.0, math.inf, 3.0], "b": [1.0, None, 1.0]}

    assert after(step, **rows) == {"a": [1.0, math.inf, 3.0], "b": [1.0, 1.0, 1.0]}


@pytest.mark.parametrize("values", [np.empty((0, 3)), [[None] * 3], [[None] * 3] * 4])
def test_rows_without_values_teach_nothing(values):
    step = FillWithNeighbours(NAMES)
    state = step.fit(frame(values))

    assert state == {"a": None, "b": None, "c": None}
    assert lists(step.apply(frame(values), state)) == lists(frame(values))
    assert step.describe(state).endswith("(0 rows to compare with).")


def test_one_row_and_equal_rows_fill_with_what_they_have():
    step = FillWithNeighbours(NAMES)
    for old in ([[0.1, 2.0, -0.0]], [[0.1, 2.0, 0.0]] * 5):
        state = step.fit(frame(old))

        assert "-0.0" not in json.dumps(state)
        assert lists(step.apply(frame([[None, 2.0, None]]), state)) == {
            "a": [pytest.approx(0.1)],
            "b": [2.0],
            "c": [0.0],
        }


def test_whole_number_columns_and_remembered_gaps():
    step = FillWithNeighbours(("n", "a"), neighbours=2, was_missing=True)
    rows = {"n": pd.Series([1, 2, None], dtype="Int64"), "a": [1.0, 1.0, 1.0]}

    assert after(step, **rows) == {
        "n": [1.0, 2.0, 1.5],
        "a": [1.0, 1.0, 1.0],
        "n_was_missing": [0.0, 0.0, 1.0],
        "a_was_missing": [0.0, 0.0, 0.0],
    }


def test_without_columns_nothing_happens():
    assert after(FillWithNeighbours(()), a=[None, 1.0]) == {"a": [None, 1.0]}


def test_rows_keep_their_labels_even_repeated_ones():
    step = FillWithNeighbours(("a",))
    table = pd.DataFrame({"a": [1.0, None, 3.0]}, index=[7, 7, 3])
    done = frames.collect(step.apply(frames.wrap(table), step.fit(frames.wrap(table))))

    assert list(done.index) == [7, 7, 3]
    assert list(done["a"]) == [1.0, 2.0, 3.0]


def test_it_learns_in_folds_and_on_pandas_only():
    assert (FillWithNeighbours.in_folds, FillWithNeighbours.collects) == (True, True)


@pytest.mark.parametrize(("n", "said"), [(0, "0"), (-1, "-1"), (1_001, "1,001")])
def test_a_number_of_rows_that_makes_no_sense_is_refused(n, said):
    with pytest.raises(RecipeError, match=rf"^fill_with_neighbours cannot look at {said} rows.$") as failure:
        FillWithNeighbours(("a",), neighbours=n)
    assert failure.value.hint == "Give 'neighbours' as a number from 1 to 1,000; 5 is usual."


def test_text_has_no_distance():
    with pytest.raises(
        WrongKind, match=r"^The column 'a' does not hold numbers, which fill_with_neighbours needs.$"
    ):
        after(FillWithNeighbours(("a",)), a=text("1"))


cells = st.one_of(st.none(), st.sampled_from([-0.0, 0.1, 1.0, -7.5, 1e9, math.inf, 1e200]))
tables = st.lists(st.tuples(cells, cells, cells), max_size=20)


@given(tables, tables, st.integers(1, 6))
@settings(max_examples=60)
def test_fills_lie_among_the_learned_values_known_cells_stay_and_twice_is_once(old, new, neighbours):
    step = FillWithNeighbours(NAMES, neighbours)
    state = json.loads(json.dumps(step.fit(frame(old)), allow_nan=False))
    once = step.apply(frame(new), state)
    learned = frame(old).to_native().replace(math.inf, math.nan)

    assert step.fit(frame(old)) == state
    assert lists(step.apply(once, state)) == lists(once)
    for name, column in lists(once).items():
        for before, now in zip(lists(frame(new))[name], column, strict=True):
            known = learned[name].dropna()
            assert (
                now == before
                if before is not None or known.empty
                else (known.min() - 1e-9 * abs(known.min()) <= now <= known.max() + 1e-9 * abs(known.max()))
            )
