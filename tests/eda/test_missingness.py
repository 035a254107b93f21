"""Gaps by column, by student, together, and their dependence."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.eda.missingness import missing_pattern
from core.schema import Column, Kind, Role, Schema


def test_gaps_are_counted_by_column_and_by_student(table):
    data = table(n_a=[1, None, None, 4], c_b=["x", None, "y", "z"], id=["1", "2", "3", None])
    found = missing_pattern(data.frame, schema=data.schema, min_group=1)

    assert found.frame()[["column", "missing"]].to_numpy().tolist() == [["n_a", 2], ["c_b", 1], ["id", 1]]
    assert [(row.n_missing, row.n) for row in found.rows] == [(0, 1), (1, 2), (2, 1)]
    assert (found.n_rows, found.n_complete) == (4, 1)


def test_columns_missing_together_are_found(table):
    gap = [None] * 20
    data = table(n_a=[*gap, *range(80)], n_b=[*gap, *range(80)], n_c=[*range(90), *gap[:10]])
    found = missing_pattern(data.frame, schema=data.schema)

    pair = found.pairs[0]
    assert (pair.left, pair.right, pair.n_both, pair.share_of_either) == ("n_a", "n_b", 20, 1.0)
    assert pair.r == pytest.approx(1)
    assert [(p.columns, p.n) for p in found.patterns] == [((), 70), (("n_a", "n_b"), 20), (("n_c",), 10)]


def test_the_correlation_of_gaps_is_that_of_their_flags(school):
    data = school(400)
    gaps = data.frame[["n_hours", "f_job"]].isna().astype(float)
    pair = missing_pattern(data.frame, schema=data.schema).pairs
    ours = next(p for p in pair if {p.left, p.right} == {"n_hours", "f_job"})

    assert ours.r == pytest.approx(gaps.corr().iloc[0, 1])


def test_patterns_of_few_students_are_not_shown(table):
    data = table(n_a=[None] * 3 + [1.0] * 30)
    assert [p.n for p in missing_pattern(data.frame, schema=data.schema).patterns] == [30]


def test_gaps_that_depend_on_another_column_are_found(table):
    rng = np.random.default_rng(0)
    poor = rng.random(1_000) < 0.4
    fees = [None if gone else 1.0 for gone in rng.random(1_000) < np.where(poor, 0.4, 0.05)]
    free = [None if gone else 1.0 for gone in rng.random(1_000) < 0.2]
    data = table(
        n_fees=fees, n_free=free, c_lunch=np.where(poor, "free", "paid"), n_income=np.where(poor, 1.0, 3.0)
    )
    found = missing_pattern(data.frame, schema=data.schema)

    assert {d.column for d in found.dependences if d.is_found} == {"n_fees"}
    assert {d.other for d in found.dependences if d.is_found} == {"c_lunch", "n_income"}
    assert "Gaps are not at random: 'n_fees' is missing more often" in found.sentence()


def test_gaps_at_random_are_seldom_called_dependent():
    wrong = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(rng.normal(size=(200, 5)), columns=list("abcde"))
        frame = frame.mask(rng.random(frame.shape) < 0.1)
        schema = Schema(tuple(Column(name, Kind.NUMBER, Role.FEATURE) for name in frame))
        wrong += any(d.is_found for d in missing_pattern(frame, schema=schema).dependences)
    assert wrong <= 9


def test_a_table_without_gaps_says_so(table):
    data = table(n_a=[1.0, 2.0], c_b=["x", "y"])
    found = missing_pattern(data.frame, schema=data.schema)

    assert (found.is_empty, found.sentence()) == (True, "No value is missing.")
    assert found.dependence_frame().empty


@pytest.mark.parametrize("n", [0, 1])
def test_no_student_and_one_student(table, n):
    data = table(n_a=[None] * n, n_b=[1.0] * n, c_c=[None] * n)
    found = missing_pattern(data.frame, schema=data.schema)

    assert sum(column.missing for column in found.columns) == 2 * n
    assert found.why_empty == ("" if n else "There are no students.")


def test_an_all_missing_column_depends_on_nothing(table):
    data = table(n_a=[None] * 50, n_b=range(50), c_c=["x", "y"] * 25)
    found = missing_pattern(data.frame, schema=data.schema)

    assert found.dependences == ()
    assert found.sentence() == (
        "50 of 50 students lack at least one value. No sign that gaps depend on the other columns."
    )


def test_infinite_values_are_no_gaps(table):
    data = table(n_a=[np.inf, 1.0, None])
    assert missing_pattern(data.frame, schema=data.schema).columns[0].missing == 1


def test_more_than_sixty_four_columns_have_patterns_too(table):
    data = table(**{f"n_{i}": [None if i % 2 else 1.0] * 12 for i in range(70)})
    found = missing_pattern(data.frame, schema=data.schema)

    assert (len(found.patterns), found.patterns[0].n) == (1, 12)
    assert found.patterns[0].columns == tuple(f"n_{i}" for i in range(1, 70, 2))


def test_dependence_on_a_large_table_is_tested_on_a_sample_and_says_so(school):
    data = school(400)
    found = missing_pattern(data.frame, schema=data.schema, limit=100)
    assert found.notes == ("Dependence: Computed on a seeded sample of 100 of the 400 students.",)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 80), st.integers(1, 9), st.integers(0, 1_000))
def test_counts_add_up_whatever_the_row_order(n, width, seed):
    rng = np.random.default_rng(seed)
    names = [f"x{i}" for i in range(width)]
    frame = pd.DataFrame(rng.normal(size=(n, width)), columns=names).mask(rng.random((n, width)) < 0.3)
    schema = Schema(tuple(Column(name, Kind.NUMBER, Role.FEATURE) for name in names))
    first = missing_pattern(frame, schema=schema, min_group=1)
    second = missing_pattern(frame.sample(frac=1, random_state=seed), schema=schema, min_group=1)

    assert sum(row.n for row in first.rows) == n
    assert sum(row.n * row.n_missing for row in first.rows) == sum(c.missing for c in first.columns)
    assert (first.columns, first.rows, first.pairs) == (second.columns, second.rows, second.pairs)
    assert first.patterns == second.patterns
