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
    pair = missing_pattern(data.frame, schema=data.schema, min_group=1).pairs
    ours = next(p for p in pair if {p.left, p.right} == {"n_hours", "f_job"})

    assert ours.r == pytest.approx(gaps.corr().iloc[0, 1])


def test_patterns_of_few_students_are_not_shown(table):
    data = table(
        n_a=[None] * 30 + [1.0] * 70,
        n_b=[1.0] * 30 + [None] * 8 + [1.0] * 62,
        n_c=[1.0] * 38 + [None] * 8 + [1.0] * 54,
    )
    found = missing_pattern(data.frame, schema=data.schema)
    assert [(p.columns, p.n) for p in found.patterns] == [((), 54), (("n_a",), 30)]


def test_the_gaps_of_few_are_not_counted_and_no_total_gives_the_only_ones_away(table):
    data = table(n_a=[None] * 40 + [1.0] * 60, n_few=[1.0] * 40 + [None] * 3 + [1.0] * 57)
    found = missing_pattern(data.frame, schema=data.schema)

    shown = found.frame().set_index("column")
    assert shown["missing"].tolist() == [40, pd.NA]
    assert shown["share"].isna().tolist() == [False, True]
    assert found.sentence() == (
        "How many students lack a value is not told: it would tell of fewer than 10. "
        "Gaps of few, or of all but few, are not related to other columns."
    )
    assert all(one.columns for one in found.patterns)


def test_a_total_that_tells_of_nobody_is_told_beside_the_gaps_of_few(table):
    data = table(
        n_a=[None] * 6 + [1.0] * 94, n_b=[1.0] * 6 + [None] * 7 + [1.0] * 87, n_c=[*[1.0] * 13, *[None] * 20,
        *[1.0] * 67],
    )  # fmt: skip
    found = missing_pattern(data.frame, schema=data.schema)

    assert found.frame()["missing"].dropna().tolist() == [20]
    assert found.sentence().startswith("33 of 100 students lack at least one value.")


def test_a_pair_less_the_sets_shown_in_it_does_not_tell_of_few(table):
    sets = {"ab": 35, "abc": 5, "ac": 8, "ad": 8, "bc": 8, "bd": 8, "": 128}
    rows = [one for one, n in sets.items() for _ in range(n)]
    data = table(**{f"n_{name}": [None if name in row else 1.0 for row in rows] for name in "abcd"})
    found = missing_pattern(data.frame, schema=data.schema)

    # 40 lack a and b: less the 35 who lack nothing else, 5 would lack c too.
    assert ("n_a", "n_b", 40) in {(p.left, p.right, p.n_both) for p in found.pairs}
    assert [(one.columns, one.n) for one in found.patterns] == [((), 128)]


def test_a_pair_is_withheld_where_few_lack_both_or_only_one_or_none(table):
    gap = [None] * 30
    columns = {
        "n_a": [*gap, *[1.0] * 70],
        "n_both_few": [1.0] * 25 + gap + [1.0] * 45,
        "n_one_few": [1.0] * 3 + [None] * 27 + [1.0] * 70,
        "n_none_few": [1.0] * 30 + [None] * 65 + [1.0] * 5,
        "n_apart": [1.0] * 60 + gap + [1.0] * 10,
    }
    data = table(**columns)
    found = missing_pattern(data.frame, schema=data.schema)
    hidden = [pair for pair in found.withheld_pairs if "n_a" in pair]

    assert hidden == [("n_a", "n_none_few"), ("n_a", "n_both_few"), ("n_a", "n_one_few")]
    apart = next(pair for pair in found.pairs if (pair.left, pair.right) == ("n_a", "n_apart"))
    assert (apart.n_both, apart.share_of_either) == (0, 0.0)
    assert apart.r < 0


def test_the_map_of_pairs_has_both_ways_and_no_figure_of_a_withheld_pair(table):
    gap = [None] * 20
    data = table(
        n_a=[*gap, *range(80)], n_b=[*gap, *range(80)], n_c=[*range(75), *gap, *range(5)],
        n_few=[None, *range(99)],
        n_d=[*range(17), *gap, *range(63)],
    )  # fmt: skip
    found = missing_pattern(data.frame, schema=data.schema)
    shown = found.pair_frame()

    assert shown["column_a"].unique().tolist() == ["n_a", "n_b", "n_c", "n_d"]
    assert len(shown) == 16
    at = shown.set_index(["column_a", "column_b"])
    assert at.loc[("n_b", "n_a"), "n_both"] == 20
    assert at.loc[("n_c", "n_a"), "n_both"] == 0
    assert bool(at.loc[("n_a", "n_d"), "is_withheld"])
    assert at.loc[[("n_a", "n_d"), ("n_d", "n_a")], ["n_both", "share_of_either", "r"]].isna().all(axis=None)
    assert at.loc[("n_a", "n_a"), ["n_a", "is_withheld"]].tolist() == [20, False]
    assert found.pair_frame(most=2)["column_a"].unique().tolist() == ["n_a", "n_b"]
    assert found.n_few == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 90), st.integers(2, 6), st.floats(0.02, 0.98), st.integers(0, 1_000))
def test_no_shown_pair_tells_of_one_to_nine_students(n, width, share, seed):
    rng = np.random.default_rng(seed)
    names = [f"x{i}" for i in range(width)]
    frame = pd.DataFrame(rng.normal(size=(n, width)), columns=names).mask(rng.random((n, width)) < share)
    schema = Schema(tuple(Column(name, Kind.NUMBER, Role.FEATURE) for name in names))
    found = missing_pattern(frame, schema=schema)

    for name in names:
        rest = frame[name].isna().sum() - sum(one.n for one in found.patterns if name in one.columns)
        held = frame[name].isna().sum() >= 10 and any(name in one.columns for one in found.patterns)
        assert not held or rest == 0 or rest >= 10
    for pair in found.pairs:
        cells = pd.crosstab(frame[pair.left].isna(), frame[pair.right].isna()).to_numpy()
        assert not ((cells > 0) & (cells < 10)).any()
        sets = pd.DataFrame([[pair.left in p.columns, pair.right in p.columns, p.n] for p in found.patterns])
        for (left, right), known in sets.groupby([0, 1])[2].sum().items() if len(sets) else ():
            inside = (frame[pair.left].isna() == left) & (frame[pair.right].isna() == right)
            assert inside.sum() - known == 0 or inside.sum() - known >= 10
    told = found.n_rows - found.n_complete if found.is_total_told else 0
    assert told == 0 or told >= 10
    assert not found.is_total_told or found.n_complete == 0 or found.n_complete >= 10
    told = found.pair_frame()
    assert not ((told["n_a"] < 10) | (told["n_a"].between(n - 9, n - 1))).any()
    for dependence in found.dependences:
        gone, known = frame[dependence.column].isna(), frame[dependence.other].notna()
        assert min((gone & known).sum(), (~gone & known).sum()) >= 10


@pytest.mark.parametrize("lost", [3, 9, 191])
def test_the_gaps_of_few_students_or_of_all_but_few_are_related_to_nothing(table, lost):
    data = table(
        n_fees=[None] * lost + [1.0] * (200 - lost),
        n_income=range(200),
        c_way=["a"] * lost + ["b"] * (200 - lost),
    )
    found = missing_pattern(data.frame, schema=data.schema)

    assert (found.dependences, found.pairs, found.n_few) == ((), (), 1)
    assert found.sentence() == (
        "How many students lack a value is not told: it would tell of fewer than 10. "
        "Gaps of few, or of all but few, are not related to other columns."
    )


def test_gaps_are_related_to_a_column_only_where_it_is_known_for_enough_of_them(table):
    data = table(
        n_fees=[None] * 20 + [1.0] * 180,
        n_told=[None] * 15 + [9.0] * 5 + [1.0, 2.0] * 90,
        c_told=[None] * 15 + ["a"] * 5 + ["a", "b"] * 90,
        n_income=[*range(200)],
    )
    found = missing_pattern(data.frame, schema=data.schema)

    assert {d.other for d in found.dependences if d.column == "n_fees"} == {"n_income"}


def test_a_set_of_gaps_is_left_out_where_the_rest_of_a_column_would_be_few(table):
    data = table(
        n_a=[None] * 23 + [1.0] * 177,
        n_b=[1.0] * 20 + [None] * 43 + [1.0] * 137,
        n_c=[1.0] * 150 + [None] * 30 + [1.0] * 20,
    )
    found = missing_pattern(data.frame, schema=data.schema)

    # 3 lack a and b: of the 23 who lack a, the 20 who lack only that would tell; and so would the 40 for b.
    assert [(p.columns, p.n) for p in found.patterns] == [((), 107), (("n_c",), 30)]
    assert found.n_patterns_withheld == 3


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
