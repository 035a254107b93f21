"""One value a student out of many rows: equal to plain Python over the rows of students made alike."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from core.errors import PlanError
from core.sources.base import DemoSpec
from core.sources.join.grouping import group_frame
from core.sources.join.measures import grouping_for, measured, rows_without_key, slope_a_week
from core.sources.plan import Part
from core.sources.selection import Grouping, Groups, How, KeyRule, Measure
from tests.sources.join import naive


def measures_of(rows, part=naive.PART, as_of=naive.AS_OF):
    groups = group_frame(naive.frame_of(rows), naive.SCHEMA, grouping_for(part, as_of))
    return measured(groups, part, as_of=as_of), groups


def with_rule(rule):
    return Part(**{**naive.PART.__dict__, "rule": rule})


@given(naive.ROWS, naive.RULES)
def test_merging_raw_ids_equals_grouping_ids_made_alike(rows, rule):
    found, groups = measures_of(rows, with_rule(rule))
    kept, _, _ = naive.rows_up_to(rows, naive.AS_OF)
    alike, n_without = naive.with_alike_ids(kept, rule)
    expected = {
        key: naive.measures_of(of_key, naive.AS_OF) for key, of_key in sorted(naive.by_key(alike).items())
    }

    assert found["id"].tolist() == list(expected)
    assert rows_without_key(groups, rule) == n_without
    for row, values in zip(found.itertuples(index=False), expected.values(), strict=True):
        for measure, cell, value in zip(naive.MEASURES, row[1:], values, strict=True):
            assert naive.is_same(cell, value), measure


@given(naive.ROWS, naive.RULES)
def test_no_row_is_counted_twice_or_lost(rows, rule):
    found, groups = measures_of(rows, with_rule(rule))

    n_counted = found["count"].sum() + rows_without_key(groups, rule)
    assert n_counted + groups.n_after + groups.n_undated == len(rows)


def test_the_names_of_the_columns_are_key_and_titles():
    found, _ = measures_of([])

    assert list(found.columns) == [
        "id",
        "count",
        "points_count",
        "points_sum",
        "points_mean",
        "points_last",
        "word_last",
        "points_trend",
        "days_since",
    ]


def test_a_steady_gain_of_a_point_a_day_is_a_trend_of_seven_a_week():
    rows = [("1", datetime(2026, 3, day), float(day), None) for day in (2, 3, 5, 9)]

    assert measures_of(rows)[0]["points_trend"].tolist() == [pytest.approx(7.0, abs=1e-9)]


def test_one_day_has_no_trend_however_many_rows_it_has():
    rows = [("1", datetime(2026, 3, 9, hour), float(hour), None) for hour in range(8)]

    assert measures_of(rows)[0]["points_trend"].isna().all()


def test_a_trend_keeps_its_digits_when_days_are_far_from_the_first_day_and_values_are_large():
    days = np.arange(40_000, 40_010)
    values = 1e6 + 0.001 * np.arange(10)
    sums = [
        np.array([total]) for total in (10, days.sum(), (days**2).sum(), values.sum(), (days * values).sum())
    ]

    assert slope_a_week(*sums)[0] == pytest.approx(0.007, rel=1e-2)


def test_days_since_are_whole_days_whatever_the_hour():
    rows = [("1", datetime(2026, 3, 10, 23), 1.0, None), ("2", datetime(2026, 3, 8, 1), 1.0, None)]

    assert measures_of(rows)[0]["days_since"].tolist() == [0.0, 2.0]


def test_sums_that_an_engine_gives_as_floats_merge_likewise():
    rows = [("1", datetime(2026, 3, day), float(day), "x") for day in (2, 3, 9)]
    expected, groups = measures_of(rows)
    whole = groups.frame.select_dtypes("int64").columns
    as_floats = Groups(groups.frame.astype(dict.fromkeys(whole, "float64")))

    pd.testing.assert_frame_equal(measured(as_floats, naive.PART, as_of=naive.AS_OF), expected)


def test_each_column_is_asked_for_once():
    asked = grouping_for(naive.PART, naive.AS_OF)

    assert asked == Grouping(
        "id", "at", naive.AS_OF, ("points",), ("points",), ("points",), ("points", "word")
    )
    assert grouping_for(
        Part(DemoSpec(), "e", key="id", measures=(Measure(How.COUNT),)), date(2026, 1, 1)
    ) == (Grouping("id"))


@pytest.mark.parametrize(
    ("change", "as_of", "message"),
    [
        (
            {"key": ""},
            naive.AS_OF,
            "The measures of 'e' need the column that says which student a row is about.",
        ),
        (
            {"measures": (Measure(How.SUM),)},
            naive.AS_OF,
            "The measure 'sum' of 'e' cannot be worked out: no column is named.",
        ),
        (
            {"measures": (Measure(How.LAST, "x"),), "time": ""},
            naive.AS_OF,
            "The measure 'x_last' of 'e' cannot be worked out: the plan names no time.",
        ),
        (
            {"measures": (Measure(How.DAYS_SINCE),)},
            None,
            "The measure 'days_since' of 'e' cannot be worked out: the plan has no as-of date.",
        ),
        (
            {"measures": (Measure(How.COUNT), Measure(How.SUM, "x", "count"))},
            naive.AS_OF,
            "Several columns of 'e' would be called 'count'.",
        ),
        (
            {"measures": (Measure(How.COUNT, name="id"),)},
            naive.AS_OF,
            "Several columns of 'e' would be called 'id'.",
        ),
    ],
)
def test_measures_that_cannot_be_worked_out_are_refused_by_name(change, as_of, message):
    part = Part(**{**Part(DemoSpec(), "e", key="id", time="t").__dict__, **change})

    with pytest.raises(PlanError) as refused:
        grouping_for(part, as_of)

    assert str(refused.value) == message
    assert refused.value.hint


def test_a_rule_that_leaves_nothing_of_an_id_leaves_its_rows_out_and_counts_them():
    rows = [("\u00a0", None, 1.0, None), (None, None, 1.0, None), ("1", None, 1.0, None)]
    part = Part(**{**naive.PART.__dict__, "measures": (Measure(How.COUNT),)})
    groups = group_frame(naive.frame_of(rows), naive.SCHEMA, Grouping("id"))

    assert measured(groups, part, as_of=None)["count"].tolist() == [1.0]
    assert rows_without_key(groups, KeyRule()) == 2
