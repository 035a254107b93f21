"""Filling gaps with what the other columns of the row say: what both ways of it promise."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.model_fill import FillWithModel
from core.cleaning.neighbour_fill import FillWithNeighbours
from core.errors import WrongKind
from tests.cleaning.tables import NAMES, after, gappy, lists, numbers, text

each_fill = pytest.mark.parametrize(
    "fill", [FillWithModel, FillWithNeighbours], ids=lambda fill: fill.kind.removeprefix("fill_with_")
)


@each_fill
def test_a_student_filled_alone_gets_what_she_gets_among_others(fill):
    """Whole numbers tie often: there the imputers of scikit-learn take other rows for one than for many."""
    rng, step = np.random.default_rng(0), fill(NAMES)
    ties = rng.integers(0, 5, (300, 3)).astype(float)
    new_ties = np.where(rng.random((80, 3)) < 0.3, np.nan, rng.integers(0, 5, (80, 3)))
    for old, new in ((ties, new_ties), (gappy(200, seed=3), gappy(60, seed=4))):
        state = step.fit(numbers(old))
        together = frames.collect(step.apply(numbers(new), state)).to_numpy()
        alone = [frames.collect(step.apply(numbers(row[None]), state)).to_numpy()[0] for row in new]

        assert np.array_equal(together, np.array(alone))


@each_fill
def test_the_order_of_rows_changes_no_bit_of_what_is_learned(fill):
    values = gappy(1_500, seed=3)
    mixed = np.random.default_rng(1).permutation(values)

    assert json.dumps(fill(NAMES).fit(numbers(values))) == json.dumps(fill(NAMES).fit(numbers(mixed)))


@each_fill
def test_infinite_numbers_teach_nothing_and_stay(fill):
    rows = {"a": [1.0, math.inf, 3.0, 4.0], "b": [1.0, None, 1.0, 1.0]}

    assert after(fill(("a", "b")), **rows) == {"a": rows["a"], "b": [1.0] * 4}


@each_fill
@pytest.mark.parametrize("values", [np.empty((0, 3)), [[None] * 3], [[None] * 3] * 4], ids=["0", "1", "4"])
def test_rows_without_values_teach_nothing(fill, values):
    step = fill(NAMES)
    state = step.fit(numbers(values))
    nothing = {FillWithModel: "(0 rounds).", FillWithNeighbours: "(0 rows to compare with)."}

    assert state == {"a": None, "b": None, "c": None}
    assert lists(step.apply(numbers(values), state)) == lists(numbers(values))
    assert step.describe(state).endswith(nothing[fill])


@each_fill
def test_one_row_and_equal_rows_fill_with_what_they_have(fill):
    step = fill(NAMES)
    for old in ([[0.1, 2.0, -0.0]], [[0.1, 2.0, 0.0]] * 5):
        state = step.fit(numbers(old))
        filled = lists(step.apply(numbers([[None, 2.0, None]]), state))

        assert "-0.0" not in json.dumps(state)
        assert filled == {"a": [pytest.approx(0.1, rel=1e-12)], "b": [2.0], "c": [0.0]}


@each_fill
def test_whole_number_columns_and_remembered_gaps(fill):
    rows = {"n": pd.Series([1, 2, None], dtype="Int64"), "a": [1.0, 1.0, 1.0]}

    assert after(fill(("n", "a"), was_missing=True), **rows) == {
        "n": [1.0, 2.0, 1.5],
        "a": [1.0, 1.0, 1.0],
        "n_was_missing": [0.0, 0.0, 1.0],
        "a_was_missing": [0.0, 0.0, 0.0],
    }


@each_fill
def test_without_columns_nothing_happens(fill):
    assert after(fill(()), a=[None, 1.0]) == {"a": [None, 1.0]}


@each_fill
def test_rows_keep_their_labels_even_repeated_ones(fill):
    table = pd.DataFrame({"a": [1.0, None, 3.0]}, index=[7, 7, 3])
    done = frames.collect(fill(("a",)).apply(frames.wrap(table), fill(("a",)).fit(frames.wrap(table))))

    assert (list(done.index), list(done["a"])) == ([7, 7, 3], [1.0, 2.0, 3.0])


@each_fill
def test_it_learns_in_folds_and_on_pandas_only(fill):
    assert (fill.in_folds, fill.collects) == (True, True)


@each_fill
def test_text_is_refused(fill):
    with pytest.raises(WrongKind, match=rf"^The column 'a' does not hold numbers, which {fill.kind} needs.$"):
        after(fill(("a",)), a=text("1"))


cells = st.one_of(st.none(), st.sampled_from([-0.0, 0.1, 1.0, -7.5, 1e9, math.inf, 1e200]))
tables = st.lists(st.tuples(cells, cells, cells), max_size=20)
steps = st.one_of(
    st.just(FillWithModel(NAMES, rounds=3)),
    st.integers(1, 6).map(lambda n: FillWithNeighbours(NAMES, neighbours=n)),
)


@given(steps, tables, tables)
@settings(max_examples=100)
def test_fills_lie_among_the_learned_values_known_cells_stay_and_twice_is_once(step, old, new):
    """A mean of neighbours may round to a hair outside of them; a regression is held to the learned range."""
    state = json.loads(json.dumps(step.fit(numbers(old)), allow_nan=False))
    once = step.apply(numbers(new), state)
    learned = numbers(old).to_native().replace(math.inf, math.nan)
    hair = 1e-9 if step.kind == FillWithNeighbours.kind else 0.0

    assert step.fit(numbers(old)) == state
    assert lists(step.apply(once, state)) == lists(once)
    for name, column in lists(once).items():
        known = learned[name].dropna()
        low, high = (known.min(), known.max()) if len(known) else (math.nan, math.nan)
        for before, now in zip(lists(numbers(new))[name], column, strict=True):
            if before is not None or known.empty:
                assert now == before
            else:
                assert low - hair * abs(low) <= now <= high + hair * abs(high)
