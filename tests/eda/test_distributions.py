"""Histograms, boxes and counts of categories."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.eda.distributions import bin_edges, distribution
from core.errors import ColumnNotFound, WrongKind
from core.schema import Column, Kind, Role


def test_bins_follow_freedman_and_diaconis_within_their_limits():
    values = np.sort(np.random.default_rng(0).normal(size=2_000))
    assert len(bin_edges(values)) == len(np.histogram_bin_edges(values, "fd"))
    assert len(bin_edges(np.sort(np.r_[values, 1e3]))) - 1 == 60
    assert len(bin_edges(values[:12])) - 1 == 10


def test_histogram_counts_are_those_of_numpy(school):
    data = school(500)
    found = distribution(data.frame, column=data.schema.column("n_hours"), min_group=1).frame()

    known = data.frame["n_hours"].dropna()
    counts, _ = np.histogram(known, bins=[*found["low"], found["high"].iloc[-1]])
    assert found["n"].tolist() == counts.tolist()
    assert found["share"].sum() == pytest.approx(1)


def test_whole_numbers_get_one_value_a_bin_where_they_are_few(table):
    data = table(n_age=[15, 16, 16, 17, 18] * 10)
    found = distribution(data.frame, column=data.schema.column("n_age")).frame()

    assert found["low"].tolist() == [14.5, 15.5, 16.5, 17.5]
    assert found["n"].tolist() == [10, 20, 10, 10]


def test_the_box_has_quartiles_and_whiskers_that_end_at_values(table):
    data = table(n_x=[*range(1, 12), 100])
    box = distribution(data.frame, column=data.schema.column("n_x")).boxes[0]

    assert (box.q25, box.median, box.q75) == tuple(np.quantile(data.frame["n_x"], (0.25, 0.5, 0.75)))
    assert (box.low_whisker, box.high_whisker, box.max, box.n_beyond) == (1, 11, 100, 1)


def test_categories_come_largest_first_and_flags_no_before_yes(table):
    data = table(c_way=["bus"] * 11 + ["walk"] * 20, f_job=[1.0] * 20 + [0.0] * 11)

    way = distribution(data.frame, column=data.schema.column("c_way")).frame()
    job = distribution(data.frame, column=data.schema.column("f_job")).frame()
    assert (way["label"].tolist(), way["n"].tolist()) == (["walk", "bus"], [20, 11])
    assert (job["label"].tolist(), job["n"].tolist()) == (["no", "yes"], [11, 20])


def test_by_group_each_group_adds_up_on_the_same_bins(school):
    data = school(600)
    found = distribution(
        data.frame, column=data.schema.column("n_marks"), group=data.schema.column("c_house")
    )
    bars = found.frame()

    assert bars.groupby("group")["n"].sum().to_dict() == data.frame["c_house"].value_counts().to_dict()
    edges = bars.groupby("group")["low"].apply(tuple)
    assert len(set(edges)) == 1
    assert found.box_frame()["group"].tolist() == ["A", "B", "C", "D"]


def test_groups_under_ten_are_withheld_with_the_next_smallest(table):
    data = table(n_x=range(45), c_g=["a"] * 30 + ["b"] * 12 + ["c"] * 3)
    found = distribution(data.frame, column=data.schema.column("n_x"), group=data.schema.column("c_g"))

    assert (set(found.frame()["group"]), found.n_withheld) == ({"a"}, 2)


def test_dates_are_binned_by_days(table):
    data = table(d_x=["2024-01-01", "2024-01-02", "2024-01-02", None] * 5)
    found = distribution(data.frame, column=data.schema.column("d_x"), min_group=1)

    assert found.frame()["n"].tolist() == [5, 10]
    assert found.frame()["low"].iloc[0] == pd.Timestamp("2023-12-31 12:00")
    assert found.missing == 5


@pytest.mark.parametrize("values", [[], [None] * 20])
def test_nothing_known_is_an_answer(table, values):
    data = table(n_x=values, c_y=values)
    for name in ("n_x", "c_y"):
        found = distribution(data.frame, column=data.schema.column(name))
        assert (found.is_empty, found.why_empty) == (True, "No value is known.")


def test_too_few_students_is_an_answer(table):
    data = table(n_x=[1.0], c_y=["a"])
    for name in ("n_x", "c_y"):
        found = distribution(data.frame, column=data.schema.column(name))
        assert found.why_empty == "Too few students: groups of fewer than 10 are not shown."


def test_infinite_and_extreme_values_do_no_harm(table):
    data = table(n_x=[np.inf, -1.7e308, 1.7e308, 0.0] * 10)
    found = distribution(data.frame, column=data.schema.column("n_x"))

    assert (found.n, found.infinite, found.missing) == (30, 10, 0)
    assert sum(bar.n for bar in found.bars) == 30


def test_names_have_no_distribution(table):
    data = table(name=["Ann"] * 20, n_x=range(20))
    with pytest.raises(WrongKind, match="'name' cannot be explored: it can identify a student"):
        distribution(data.frame, column=data.schema.column("name"))
    with pytest.raises(WrongKind):
        distribution(data.frame, column=data.schema.column("n_x"), group=data.schema.column("name"))
    with pytest.raises(WrongKind, match="'n_x' has values of kind 'number', not categories"):
        distribution(data.frame, column=data.schema.column("n_x"), group=data.schema.column("n_x"))
    with pytest.raises(ColumnNotFound):
        distribution(data.frame, column=Column("n_z", Kind.NUMBER, Role.FEATURE))


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=80))
def test_every_value_is_in_one_bin(values):
    frame = pd.DataFrame({"x": np.array(values)})
    found = distribution(frame, column=Column("x", Kind.NUMBER, Role.FEATURE), min_group=1)

    assert sum(bar.n for bar in found.bars) == len(values)
    assert 1 <= len(found.bars) <= 60
    assert found.bars[0].low <= min(values)
    assert found.bars[-1].high >= max(values)


def test_categories_by_group_hide_what_the_totals_of_both_would_give_away(table):
    cells = {("a", "x"): 3, ("a", "y"): 40, ("b", "x"): 50, ("b", "y"): 60, ("a", "z"): 20, ("b", "z"): 30}
    rows = [pair for pair, n in cells.items() for _ in range(n)]
    data = table(c_g=[g for g, _ in rows], c_x=[x for _, x in rows])
    found = distribution(data.frame, column=data.schema.column("c_x"), group=data.schema.column("c_g"))

    # The 3 follow from the row's total and from the column's: each needs a second hidden cell.
    assert {(bar.group, bar.label) for bar in found.bars} == {("a", "y"), ("b", "y")}
    assert found.n_withheld == 4


def test_one_student_without_a_group_hides_the_smallest_group_with_them(table):
    level = ["x", "y"] * 49 + ["x"] * 2
    data = table(n_x=range(100), c_x=level, c_g=["a"] * 60 + ["b"] * 39 + [None])
    for name in ("n_x", "c_x"):
        found = distribution(data.frame, column=data.schema.column(name), group=data.schema.column("c_g"))
        assert ({bar.group for bar in found.bars}, found.n, found.n_withheld) == ({"a"}, 99, 1)


def test_bins_of_few_students_are_joined_with_the_next_so_that_no_bar_is_of_few(table):
    data = table(n_x=[1] * 3 + [2] * 8 + [3] * 30 + [4] * 25 + [5] * 10 + [6] * 4 + [9] * 2)
    found = distribution(data.frame, column=data.schema.column("n_x"))
    bars = found.frame()

    assert bars[["low", "high", "n"]].to_numpy().tolist() == [
        [0.5, 2.5, 11], [2.5, 3.5, 30], [3.5, 4.5, 25], [4.5, 9.5, 16],
    ]  # fmt: skip
    assert bars["height"].tolist() == [5.5, 30, 25, 3.2]
    assert (found.n_joined, found.is_rounded) == (5, False)


def test_a_gap_between_values_stays_a_gap(table):
    data = table(n_x=[1] * 20 + [5] * 20)
    bars = distribution(data.frame, column=data.schema.column("n_x")).frame()

    assert bars["n"].tolist() == [20, 0, 0, 0, 20]


@given(st.lists(st.integers(0, 40), min_size=10, max_size=300), st.booleans())
def test_no_bar_of_a_histogram_is_of_few_and_none_gets_lost(values, is_grouped):
    frame = pd.DataFrame(
        {"x": np.array(values, dtype=float), "g": pd.Series(["a"] * len(values), dtype="str")}
    )
    group = Column("g", Kind.CATEGORY, Role.FEATURE) if is_grouped else None
    found = distribution(frame, column=Column("x", Kind.NUMBER, Role.FEATURE), group=group)

    counts = [bar.n for bar in found.bars]
    assert sum(counts) == len(values)
    assert not any(0 < n < 10 for n in counts)
    assert all(one.high == other.low for one, other in zip(found.bars, found.bars[1:], strict=False))
    assert (found.bars[0].low <= min(values), found.bars[-1].high >= max(values)) == (True, True)


@pytest.mark.parametrize("n_gaps", range(11))
def test_how_few_are_not_known_does_not_follow_from_the_bars(table, n_gaps):
    data = table(
        n_x=[None] * n_gaps + [1] * (64 - n_gaps) + [2] * 43, c_x=[None] * n_gaps + ["a"] * (107 - n_gaps)
    )
    number, category = (distribution(data.frame, column=data.schema.column(name)) for name in ("n_x", "c_x"))

    assert number.is_rounded == category.is_rounded == (0 < n_gaps < 10)
    if 0 < n_gaps < 10:
        assert [bar.n for bar in number.bars] == [round(64 - n_gaps, -1), 40]
        assert number.bars[1].share == 40 / 107
        assert category.bars[0].n == round(107 - n_gaps, -1)
    else:
        assert number.bars[1].share == 43 / (107 - n_gaps)
