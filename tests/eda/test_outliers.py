"""Outliers by quartiles and by robust z-score."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.eda.outliers import far_out, find_outliers
from core.schema import Column, Kind, Role, Schema


def test_both_rules_give_the_counts_of_their_references(school):
    data = school(500)
    found = find_outliers(data.frame, schema=data.schema)
    hours = data.frame["n_hours"]

    ours = found.columns[0]
    known = hours.dropna()
    q25, q75 = known.quantile([0.25, 0.75])
    far = np.abs(known - known.median()) / stats.median_abs_deviation(known, scale="normal") > 3.5
    assert (ours.iqr_low, ours.iqr_high) == pytest.approx((2.5 * q25 - 1.5 * q75, 2.5 * q75 - 1.5 * q25))
    assert ours.n_iqr == int(((known < ours.iqr_low) | (known > ours.iqr_high)).sum()) > 0
    assert ours.n_robust == int(far.sum())


def test_a_student_with_two_outliers_counts_once(table):
    data = table(n_a=[*range(20), 1_000], n_b=[*range(20), -1_000])
    found = find_outliers(data.frame, schema=data.schema)

    assert [c.n_iqr for c in found.columns] == [1, 1]
    assert (found.n_students_iqr, found.n_students_robust) == (1, 1)


def test_counts_of_few_students_are_not_told(table):
    far = [*range(60), *[1_000 + k for k in range(12)]]
    data = table(n_few=[*range(70), 1_000, 2_000], n_gaps=[*range(69), None, None, None], n_many=far)
    found = find_outliers(data.frame, schema=data.schema)
    shown = found.frame().set_index("column")

    assert shown["n_iqr"].isna().tolist() == [True, False, False]
    assert shown.loc["n_many", "n_iqr"] == 12
    assert shown["n"].isna().tolist() == [False, True, False]
    few = shown["note"].str.contains("Counts of fewer than 10 students are not shown.")
    assert few.tolist() == [True, True, False]
    assert found.counts[0] == 12
    alone = find_outliers(data.frame, schema=Schema(data.schema.columns[:1]))
    assert alone.counts == (None, None)


def test_infinite_values_are_outliers_and_do_not_move_the_bounds(table):
    plain, data = table(n_a=range(30)), table(n_a=[*range(30), np.inf, -np.inf])
    before = find_outliers(plain.frame, schema=plain.schema).columns[0]
    found = find_outliers(data.frame, schema=data.schema)

    assert (found.columns[0].iqr_low, found.columns[0].iqr_high) == (before.iqr_low, before.iqr_high)
    assert (found.columns[0].infinite, found.columns[0].n_iqr, found.n_students_iqr) == (2, 0, 2)


def test_where_most_values_are_equal_neither_rule_applies(table):
    data = table(n_a=[0.0] * 30 + [5.0])
    ours = find_outliers(data.frame, schema=data.schema).columns[0]

    assert (ours.n_iqr, ours.n_robust) == (0, 0)
    assert (
        ours.note == "Not applicable by quartiles and robust z-score: at least half of the values are equal."
    )


def test_few_values_have_no_outliers(table):
    data = table(n_a=[1.0, 2.0, 500.0])
    ours = find_outliers(data.frame, schema=data.schema).columns[0]
    assert (ours.n_iqr, ours.note) == (0, "Not applicable: fewer than 10 values.")


def test_only_numbers_are_looked_at_and_no_id_is_shown(school):
    data = school(100)
    found = find_outliers(data.frame, schema=data.schema)

    assert found.frame()["column"].tolist() == ["n_hours", "n_marks"]
    assert "S1" not in repr(found)


def test_the_rows_that_lie_far_out_are_those_that_are_counted(school):
    data = school(500)
    for column in data.schema.columns[2:4]:
        counted = next(
            c for c in find_outliers(data.frame, schema=data.schema).columns if c.column == column.name
        )
        rows = far_out(data.frame, column=column)
        values = data.frame[column.name].to_numpy()[rows["row"]]
        outside = (values < counted.iqr_low) | (values > counted.iqr_high)

        assert rows["value"].tolist() == values.tolist()
        assert (int(outside.sum()), int(rows["by_robust"].sum())) == (counted.n_iqr, counted.n_robust)


def test_how_far_out_is_counted_from_the_fence_and_infinite_values_are_farthest(table):
    data = table(n_a=[*range(1, 21), None, 100, -50, np.inf])
    rows = far_out(data.frame, column=data.schema.column("n_a"))
    low, high = find_outliers(data.frame, schema=data.schema).frame().loc[0, ["iqr_low", "iqr_high"]]

    assert rows["row"].tolist() == [21, 22, 23]
    assert rows["beyond"].tolist() == [100 - high, low + 50, np.inf]
    assert rows["by_robust"].all()


@pytest.mark.parametrize("values", [[], [None] * 30, [1.0, 2.0, 500.0], [0.0] * 30 + [5.0]])
def test_where_no_rule_applies_no_row_lies_far_out(table, values):
    data = table(n_a=values)
    assert far_out(data.frame, column=data.schema.column("n_a")).empty


def test_no_numbers_and_no_students_are_answers(table):
    words, nobody = table(c_a=["x"]), table(n_a=[])
    assert find_outliers(words.frame, schema=words.schema).why_empty == "No column holds numbers."
    assert find_outliers(nobody.frame, schema=nobody.schema).why_empty == "There are no students."


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), max_size=60), st.randoms())
def test_row_order_does_not_change_the_counts(values, random):
    schema = Schema((Column("x", Kind.NUMBER, Role.FEATURE),))
    shuffled = list(values)
    random.shuffle(shuffled)
    first, second = (
        find_outliers(pd.DataFrame({"x": pd.Series(rows, dtype="float64")}), schema=schema)
        for rows in (values, shuffled)
    )

    np.testing.assert_equal(first.frame().to_dict("list"), second.frame().to_dict("list"))
    assert first.n_students_iqr == first.columns[0].n_iqr + first.columns[0].infinite


def test_a_rule_that_does_not_apply_has_no_count(table):
    data = table(n_same=[*[0.0] * 80, *range(20)])
    [row] = find_outliers(data.frame, schema=data.schema).frame().itertuples()

    assert np.isnan(row.n_robust)
    assert "Not applicable by" in row.note
