"""Values over weeks, months, years and terms."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from core.eda.timelines import natural, timeline
from core.errors import ColumnNotFound, InvalidChoice, WrongKind


def draw(data, value, time, **options):
    return timeline(data.frame, value=value, time=time, schema=data.schema, **options)


def test_each_week_has_its_mean_with_the_interval_of_scipy(table):
    rng = np.random.default_rng(0)
    days = np.datetime64("2026-08-31") + rng.integers(0, 28, 200)
    data = table(n_x=rng.normal(1e6, 2, 200), d_t=days)
    found = draw(data, "n_x", "d_t")

    starts = data.frame["d_t"].dt.to_period("W-SUN").dt.start_time.dt.strftime("%Y-%m-%d")
    groups = data.frame.groupby(starts)["n_x"]
    assert [p.period for p in found.periods] == sorted(groups.groups)
    for period in found.periods:
        values = groups.get_group(period.period)
        ends = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
        assert (period.n, period.value) == (len(values), pytest.approx(values.mean()))
        assert (period.low, period.high) == pytest.approx(ends)


def test_each_term_has_its_rate_with_the_interval_of_statsmodels(table):
    data = table(f_x=[1.0, 0.0, 0.0] * 30, c_t=["T10"] * 30 + ["T2"] * 60)
    found = draw(data, "f_x", "c_t")

    assert ([p.period for p in found.periods], found.measure) == (["T2", "T10"], "rate")
    assert (found.periods[0].low, found.periods[0].high) == pytest.approx(
        proportion_confint(20, 60, method="wilson")
    )


def test_months_years_and_numbered_terms_stand_in_the_order_of_time(table):
    days = pd.to_datetime(["2025-12-31", "2026-01-01", "1969-12-31", "2026-02-28"] * 10)
    data = table(n_x=range(40), d_t=days, n_term=[10, 2, 2.5, -1] * 10)

    def names(time, **options):
        return [p.period for p in draw(data, "n_x", time, **options).periods]

    assert names("d_t", every="month") == ["1969-12", "2025-12", "2026-01", "2026-02"]
    assert names("d_t", every="year") == ["1969", "2025", "2026"]
    assert names("d_t", every="week") == ["1969-12-29", "2025-12-29", "2026-02-23"]
    assert names("n_term") == ["-1", "2", "2.5", "10"]


def test_a_period_of_few_students_takes_the_next_smallest_with_it(table):
    data = table(n_x=range(75), c_t=["1"] * 40 + ["2"] * 30 + ["3"] * 5)
    found = draw(data, "n_x", "c_t")

    assert ([p.period for p in found.periods], found.n_withheld) == (["1"], 2)
    assert found.frame()["n"].tolist() == [40]


@pytest.mark.parametrize(
    ("values", "terms", "why"),
    [
        ([], [], "No student has both values known."),
        ([None] * 20, ["a"] * 20, "No student has both values known."),
        ([np.inf] * 20, ["a"] * 20, "No student has both values known."),
        ([1.0], ["a"], "Too few students: groups of fewer than 10 are not shown."),
    ],
)
def test_no_line_is_an_answer(table, values, terms, why):
    found = draw(table(n_x=values, c_t=terms), "n_x", "c_t")
    assert (found.is_empty, found.why_empty) == (True, why)


def test_equal_values_have_a_line_without_width(table):
    (period,) = draw(table(n_x=[0.1] * 20, c_t=["a"] * 20), "n_x", "c_t").periods
    assert (period.value, period.low, period.high) == pytest.approx((0.1, 0.1, 0.1))


def test_too_many_periods_are_refused_in_words(table):
    data = table(n_x=range(6_000), n_t=[i // 10 for i in range(6_000)])
    assert draw(data, "n_x", "n_t").why_empty == (
        "There are more than 520 periods: choose longer ones, or a column of terms."
    )


def test_columns_without_a_value_or_a_time_are_refused_in_words(school):
    data = school(50)
    with pytest.raises(WrongKind, match="'c_way' has values of kind 'category', which have no mean or rate"):
        draw(data, "c_way", "d_start")
    with pytest.raises(WrongKind, match="'f_job' has values of kind 'flag', not times"):
        draw(data, "n_marks", "f_job")
    with pytest.raises(InvalidChoice, match="'n_marks' cannot be drawn over itself"):
        draw(data, "n_marks", "n_marks")
    with pytest.raises(InvalidChoice, match="'every' cannot be 'day'"):
        draw(data, "n_marks", "d_start", every="day")
    with pytest.raises(ColumnNotFound, match="There is no column 'd_end'"):
        draw(data, "n_marks", "d_end")


def test_one_student_without_a_term_hides_the_smallest_term_with_them(table):
    data = table(n_x=range(100), c_t=["1"] * 60 + ["2"] * 39 + [None])
    found = draw(data, "n_x", "c_t")

    assert ([p.period for p in found.periods], found.n, found.n_withheld) == (["1"], 99, 1)


def test_a_huge_value_in_one_term_leaves_the_others_as_they_are(table):
    normal = np.random.default_rng(0).normal(50, 10, 40)
    data = table(n_x=[1e12, *[50.0] * 39, *normal], c_t=["1"] * 40 + ["2"] * 40)
    period = draw(data, "n_x", "c_t").periods[1]

    ends = stats.t.interval(0.95, 39, normal.mean(), stats.sem(normal))
    assert (period.value, period.low, period.high) == pytest.approx((normal.mean(), *ends))


@pytest.mark.parametrize(
    "terms",
    [
        ["autumn 2024/25", "winter 2024/25", "spring 2024/25", "summer 2024/25", "autumn 2025/26"],
        ["2024-25 Fall", "2024-25 Winter", "2024-25 Spring", "2025-26 Fall"],
        ["2024/2025 autumn", "2024/2025 spring", "2025/2026 autumn"],
        ["1999/00 autumn", "1999/00 spring", "2000/01 autumn"],
        ["spring 2025", "summer 2025", "autumn 2025", "winter 2025", "spring 2026"],
        ["2025-06 spring", "2025-06 autumn"],
        ["T2", "T10", "T" + "1" * 5_000],
        ["9" * 5_000, "1" + "0" * 5_000],
    ],
)
def test_terms_stand_in_the_order_of_time(terms):
    turned = terms[::-1]
    assert sorted(turned, key=natural) == terms
