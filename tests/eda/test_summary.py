"""Summaries, held against pandas; nobody is exposed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.eda.summary import summarise
from core.errors import ColumnNotFound, WrongKind
from core.schema import Column, Kind, Role, Schema

FIGURES = ("mean", "median", "std", "variance", "q25", "q75", "min", "max", "skew")


def by_name(summary):
    return {column.column: column for column in summary.columns}


@pytest.mark.parametrize("seed", [0, 1])
def test_figures_of_numbers_are_those_of_pandas(school, seed):
    data = school(400, seed)
    found = by_name(summarise(data.frame, schema=data.schema))

    for name in ("n_hours", "n_marks", "f_job"):
        series = data.frame[name]
        expected = (
            series.mean(), series.median(), series.std(), series.var(), series.quantile(0.25),
            series.quantile(0.75), series.min(), series.max(), series.skew(),
        )  # fmt: skip
        assert [getattr(found[name], f) for f in FIGURES] == pytest.approx(expected, rel=1e-9)
        assert (found[name].count, found[name].missing) == (series.count(), series.isna().sum())
        assert found[name].distinct == series.nunique()
    assert found["n_marks"].skew == pytest.approx(stats.skew(data.frame["n_marks"], bias=False))


def test_the_most_frequent_categories_come_first_with_their_counts(table):
    data = table(c_way=["bus"] * 30 + ["walk"] * 40 + [None] * 3 + ["car"] * 20)
    column = summarise(data.frame, schema=data.schema).columns[0]

    assert [(entry.level, entry.n) for entry in column.top] == [("walk", 40), ("bus", 30), ("car", 20)]
    assert (column.count, column.missing, column.distinct) == (90, 3, 3)
    assert column.sparkline == (40, 30, 20)


def test_a_rare_category_is_never_named_and_takes_the_next_one_with_it(table):
    data = table(c_faith=["a"] * 60 + ["b"] * 30 + ["secret"] * 4)
    summary = summarise(data.frame, schema=data.schema)

    assert [entry.level for entry in summary.columns[0].top] == ["a"]
    assert summary.columns[0].note == "2 small categories are not shown."
    assert "secret" not in summary.frame().to_string()


def test_a_flag_that_few_students_have_keeps_its_figures_to_itself(table):
    data = table(f_ill=[1.0] * 4 + [0.0] * 96)
    column = summarise(data.frame, schema=data.schema).columns[0]

    assert (column.mean, column.top, column.sparkline) == (None, (), ())


def test_names_ids_and_free_text_show_counts_only(table):
    data = table(id=["S1"] * 20, name=["Ann"] * 20, t_note=["sad"] * 20, n_x=range(20))
    summary = summarise(data.frame, schema=data.schema)

    shown = summary.frame().set_index("column").loc[["id", "name", "t_note"]]
    assert shown["distinct"].tolist() == [1, 1, 1]
    assert set(shown["note"]) == {"Values are not shown: they can identify a student."}
    for value in ("S1", "Ann", "sad"):
        assert value not in shown.to_string()


def test_infinite_values_are_counted_and_left_out_of_the_figures(table):
    data = table(n_x=[1.0, 2.0, 3.0, np.inf, -np.inf, None])
    column = summarise(data.frame, schema=data.schema, min_group=1).columns[0]

    assert (column.count, column.missing, column.infinite, column.distinct) == (5, 1, 2, 3)
    assert (column.mean, column.min, column.max) == (2.0, 1.0, 3.0)


def test_dates_have_a_first_and_a_last_day(table):
    data = table(d_x=["2024-03-01", None, "2024-01-15"])
    column = summarise(data.frame, schema=data.schema, min_group=1).columns[0]

    assert (column.earliest, column.latest) == (pd.Timestamp("2024-01-15"), pd.Timestamp("2024-03-01"))
    assert column.mean is None


def test_values_of_few_students_are_withheld(table):
    data = table(n_x=[5.0, 7.0])
    column = summarise(data.frame, schema=data.schema).columns[0]

    assert (column.count, column.mean, column.min) == (2, None, None)
    assert column.note == "Figures on fewer than 10 students are not shown."


def test_all_equal_values_have_no_spread_and_no_skew(table):
    data = table(n_x=[0.1] * 50)
    column = summarise(data.frame, schema=data.schema).columns[0]

    assert (column.mean, column.std, column.skew, column.sparkline) == (0.1, 0.0, None, (50,))


def test_one_student_has_no_standard_deviation(table):
    data = table(n_x=[3.0], c_y=["a"])
    found = by_name(summarise(data.frame, schema=data.schema, min_group=1))

    assert (found["n_x"].mean, found["n_x"].std) == (3.0, None)
    assert found["c_y"].top[0].n == 1


def test_an_all_missing_column_has_counts_only(table):
    data = table(n_x=[None] * 12, c_y=[None] * 12, f_z=[None] * 12, d_w=[None] * 12)
    for column in summarise(data.frame, schema=data.schema).columns:
        assert (column.count, column.missing, column.mean, column.top) == (0, 12, None, ())


def test_values_near_the_largest_float_do_not_overflow_into_an_error(table):
    data = table(n_x=[-1.7e308, 1.7e308] * 10)
    column = summarise(data.frame, schema=data.schema).columns[0]

    assert (column.min, column.max, column.variance) == (-1.7e308, 1.7e308, None)


def test_a_table_without_students_says_so(table):
    data = table(n_x=[], c_y=[])
    summary = summarise(data.frame, schema=data.schema)

    assert (summary.is_empty, summary.why_empty) == (True, "There are no students to summarise.")
    assert summary.frame()["count"].tolist() == [0, 0]
    assert summarise(pd.DataFrame(), schema=Schema(())).why_empty == "The table has no columns."


def test_gaps_and_known_values_of_few_are_not_counted_in_the_table(table):
    data = table(
        n_gaps=[None] * 3 + [1.0] * 57 + [2.0] * 40,
        c_gaps=[None] * 3 + ["bus"] * 57 + ["walk"] * 40,
        id=[None] * 3 + [f"S{i}" for i in range(97)],
        n_known=[None] * 95 + [1.0] * 5,
        n_many=[None] * 10 + [1.0] * 90,
        n_none=[1.0] * 100,
    )
    shown = summarise(data.frame, schema=data.schema).frame().set_index("column")

    assert shown[["count", "missing", "distinct"]].iloc[:4].isna().all(axis=None)
    assert shown[["count", "missing"]].iloc[4:].to_numpy().tolist() == [[90, 10], [100, 0]]
    assert shown["note"].tolist() == [
        "Fewer than 10 gaps: not counted.",
        "Fewer than 10 gaps: not counted.",
        "Values are not shown: they can identify a student. Fewer than 10 gaps: not counted.",
        "Figures on fewer than 10 students are not shown. Fewer than 10 known: not counted.",
        "",
        "",
    ]
    assert shown.loc["c_gaps", "top"] == "bus (59%), walk (41%)"
    assert shown.loc["c_gaps", "sparkline"] == (100, 70)
    assert max(shown.loc["n_gaps", "sparkline"]) == 100


def test_a_column_that_the_frame_lacks_is_named(table):
    data = table(n_x=[1.0])
    schema = Schema((Column("n_y", Kind.NUMBER, Role.FEATURE),))
    with pytest.raises(ColumnNotFound, match="There is no column 'n_y'"):
        summarise(data.frame, schema=schema)


def test_text_where_numbers_should_be_is_refused_in_words(table):
    data = table(c_x=["a", "b"])
    with pytest.raises(WrongKind, match="'c_x' should hold values of kind 'number' but holds str"):
        summarise(data.frame, schema=Schema((Column("c_x", Kind.NUMBER, Role.FEATURE),)))


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=60), st.randoms())
def test_counts_add_up_and_row_order_does_not_matter(values, random):
    schema = Schema((Column("x", Kind.NUMBER, Role.FEATURE),))
    shuffled = list(values)
    random.shuffle(shuffled)
    first, second = (
        summarise(pd.DataFrame({"x": pd.Series(rows, dtype="float64")}), schema=schema).columns[0]
        for rows in (values, shuffled)
    )

    assert first.count + first.missing == len(values)
    assert sum(first.sparkline) in (0, first.count)
    assert first == second
