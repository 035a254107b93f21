"""Bars before and after a step count every row, whatever the column holds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.eda.spread import BINS, CATEGORIES, NO_VALUE, OTHERS, spread

CELLS = st.one_of(st.none(), st.floats(), st.integers(-5, 5).map(float))
WORDS = st.one_of(st.none(), st.text(max_size=50), st.sampled_from(["a", "b", NO_VALUE, "1", "1.0"]))


def rows(found, when):
    return int(found.bars.loc[found.bars["when"] == when, "n"].sum())


@given(st.lists(CELLS, max_size=30), st.lists(CELLS, max_size=30))
def test_every_row_of_numbers_is_in_a_bar_or_counted_as_without(before, after):
    found = spread(pd.Series(before, dtype="float64"), pd.Series(after, dtype="float64"), title="x")
    gaps = (found.n_missing_before, found.n_missing_after) if found.is_histogram else (0, 0)

    assert rows(found, "Before") + gaps[0] == len(before)
    assert rows(found, "After") + gaps[1] == len(after)


@given(st.lists(WORDS, max_size=30), st.lists(WORDS, max_size=30))
def test_every_row_of_text_is_in_a_bar(before, after):
    found = spread(pd.Series(before, dtype="str"), pd.Series(after, dtype="str"), title="x")

    assert (rows(found, "Before"), rows(found, "After")) == (len(before), len(after))
    assert len(found.bars) <= 2 * (CATEGORIES + 1)


@given(st.lists(CELLS, max_size=20))
def test_a_column_that_stays_does_not_differ(cells):
    column = pd.Series(cells, dtype="float64")

    assert not spread(column, column, title="x").differs


def test_numbers_share_their_bins_even_where_the_ends_move():
    found = spread(pd.Series([1.0, 2.0, 3.0, 999.0]), pd.Series([1.0, 2.0, 3.0, np.nan]), title="x")
    bars = found.bars[found.bars["when"] == "Before"]

    assert len(bars) == BINS
    assert (bars["low"].iloc[0], bars["high"].iloc[-1]) == (1.0, 999.0)
    assert (found.differs, found.n_missing_after) == (True, 1)


def test_numbers_too_large_to_draw_are_counted_as_without():
    found = spread(pd.Series([1.0, 2.0, 3.0]), pd.Series([1.7e308, -1.7e308, np.inf, 4.0]), title="x")

    assert (found.n_missing_before, found.n_missing_after) == (0, 3)


@pytest.mark.parametrize("near", [
    [0.3, 0.30000000000000004, 0.29999999999999993],
    [1e17, 1e17 + 16, 1e17 + 32],
    [1e17, np.inf, -np.inf],
    [0.0, 5e-324, 1e-323],
])  # fmt: skip
def test_numbers_too_near_for_bins_stand_in_one_that_holds_them_all(near):
    found = spread(pd.Series(near), pd.Series(near), title="x")
    bar = found.bars.iloc[0]

    assert found.bars["when"].tolist() == ["Before", "After"]
    assert found.bars["n"].tolist() == [int(np.isfinite(near).sum())] * 2
    assert bar["low"] < min(x for x in near if np.isfinite(x))
    assert bar["high"] > max(x for x in near if np.isfinite(x))
    assert not found.differs


def test_a_new_column_has_no_bars_before():
    found = spread(None, pd.Series(["a", "a", None], dtype="str"), title="x")

    assert found.bars[["when", "label", "n"]].to_numpy().tolist() == [
        ["Before", "a", 0], ["Before", NO_VALUE, 0], ["After", "a", 2], ["After", NO_VALUE, 1]
    ]  # fmt: skip
    assert found.differs


def test_rare_answers_stand_together():
    found = spread(None, pd.Series([f"v{n:02d}" for n in range(CATEGORIES + 5)], dtype="str"), title="x")

    assert found.bars["label"].iloc[-1] == OTHERS
    assert found.bars["n"].iloc[-1] == 5


@pytest.mark.parametrize(("after", "label"), [
    (pd.Series([0.0, 1.0]), "0"),
    (pd.Series(pd.to_datetime(["2026-11-21", "2026-11-22"])), "2026-11-21"),
])  # fmt: skip
def test_flags_and_days_are_shown_as_people_write_them(after, label):
    assert spread(None, after, title="x").bars["label"].iloc[0] == label
