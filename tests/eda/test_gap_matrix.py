"""The picture of the gaps: like students in bands, shares that leave at least five numbers open."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.eda.gap_matrix import FEWEST_IN_BAND, MOST_BANDS, MOST_COLUMNS, gap_matrix
from core.eda.missingness import missing_pattern
from core.eda.withholding import SPAN
from core.schema import Column, Kind, Role


def columns(n):
    return tuple(Column(f"c{i}", Kind.NUMBER, Role.FEATURE) for i in range(n))


def matrix(gaps):
    return gap_matrix(columns(gaps.shape[1]), gaps=gaps, able=np.ones(gaps.shape[1], np.bool_))


def test_a_block_of_gaps_is_seen_as_a_block():
    gaps = np.zeros((400, 3), np.bool_)
    gaps[::4, 1] = gaps[::4, 2] = True
    gaps[1::8, 1] = True
    found = matrix(gaps)

    assert found.columns == ("c1", "c2")
    assert found.sizes == (40,) * 10
    assert found.shares[:, 1].tolist() == [1, 1, 0.5, 0, 0, 0, 0, 0, 0, 0]
    assert found.shares[:, 0].tolist() == [1, 1, 1, 0.75, 0, 0, 0, 0, 0, 0]


def test_columns_that_may_not_be_told_are_in_no_band():
    gaps = np.zeros((200, 2), np.bool_)
    gaps[:50] = True
    found = gap_matrix(columns(2), gaps=gaps, able=np.array([False, True]))

    assert found.columns == ("c1",)
    assert list(found.frame()) == ["first", "last", "column", "lacking"]
    assert found.frame()["first"].tolist() == [1, 41, 81, 121, 161]
    assert found.frame()["last"].tolist() == [40, 80, 120, 160, 200]


@pytest.mark.parametrize(
    ("gaps", "why"),
    [
        (np.ones((79, 2), np.bool_), "At least 80 students are needed for a picture of the gaps."),
        (np.zeros((900, 2), np.bool_), "There is no column of which the gaps may be told."),
        (np.zeros((0, 0), np.bool_), "There is no column of which the gaps may be told."),
    ],
)
def test_without_a_picture_it_says_why(gaps, why):
    found = matrix(gaps)

    assert (found.is_empty, found.why_empty, len(found.frame())) == (True, why, 0)


@given(st.integers(80, 5_000), st.integers(1, 40), st.integers(0, 99))
def test_every_share_leaves_five_numbers_open_and_the_order_of_rows_says_nothing(n, width, seed):
    rng = np.random.default_rng(seed)
    gaps = rng.random((n, width)) < rng.random(width)
    found = matrix(gaps)
    again = matrix(gaps[rng.permutation(n)])

    assert np.array_equal(found.shares, again.shares)
    assert found.columns == again.columns
    assert len(found.columns) <= MOST_COLUMNS
    assert sum(found.sizes) == n
    assert len(found.sizes) <= MOST_BANDS
    assert min(found.sizes) >= FEWEST_IN_BAND
    for size in set(found.sizes):
        possible = pd.Series(np.round(np.arange(size + 1) / size * 4))
        assert possible.value_counts().min() >= SPAN


def test_missingness_has_the_picture_of_the_columns_that_it_tells_of(school):
    data = school(600)
    found = missing_pattern(data.frame, schema=data.schema)

    assert found.is_total_told
    assert not found.matrix.is_of_all
    assert sum(found.matrix.sizes) == found.n_rows - found.n_complete < 600
    assert set(found.matrix.columns) == {"n_hours", "f_job", "c_way"}


def test_where_it_is_not_told_how_many_lack_something_the_picture_is_of_all(table):
    data = table(n_a=[None] * 30 + [1.0] * 170, n_b=[1.0] * 195 + [None] * 5)
    found = missing_pattern(data.frame, schema=data.schema)

    assert not found.is_total_told
    assert found.matrix.is_of_all
    assert (sum(found.matrix.sizes), found.matrix.columns) == (200, ("n_a",))
