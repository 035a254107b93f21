"""Associations, held against scipy, pandas and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from core.eda.measures import benjamini_hochberg, joined_rare
from core.eda.relations import associate
from core.eda.values import Codes
from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.schema import Column, Kind, Role, Schema


def pair(found, left, right, method):
    return next(p for p in found.pairs if (p.left, p.right, p.method) == (left, right, method))


def test_number_pairs_equal_scipy_on_the_students_with_both_known(school):
    data = school(300)
    found = associate(data.frame, schema=data.schema)
    both = data.frame[["n_hours", "n_marks"]].dropna()

    pearson, spearman = stats.pearsonr(*both.to_numpy().T), stats.spearmanr(*both.to_numpy().T)
    interval = pearson.confidence_interval()
    ours = pair(found, "n_hours", "n_marks", "pearson")
    ranked = pair(found, "n_hours", "n_marks", "spearman")
    assert (ours.value, ours.p, ours.n) == pytest.approx((pearson.statistic, pearson.pvalue, len(both)))
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high))
    assert (ranked.value, ranked.p) == pytest.approx((spearman.statistic, spearman.pvalue))
    error = np.sqrt((1 + ranked.value**2 / 2) / (ranked.n - 3))
    expected = np.tanh(np.arctanh(ranked.value) + np.array([-1, 1]) * stats.norm.ppf(0.975) * error)
    assert (ranked.low, ranked.high) == pytest.approx(expected)


def test_every_number_pair_equals_pandas_with_gaps_and_ties():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(0, 6, (200, 5)).astype(float), columns=list("abcde")) + 1e6
    frame = frame.mask(rng.random(frame.shape) < 0.2)
    schema = Schema(tuple(Column(name, Kind.NUMBER, Role.FEATURE) for name in frame))
    found = associate(frame, schema=schema)

    np.testing.assert_allclose(found.matrix(), frame.corr(), atol=1e-9)
    np.testing.assert_allclose(found.matrix(numbers="spearman"), frame.corr("spearman"), atol=1e-9)


def test_category_pairs_have_the_bias_corrected_v_and_the_p_value_of_chi_squared(school):
    data = school(500)
    ours = pair(associate(data.frame, schema=data.schema), "c_way", "c_house", "cramers_v")
    table = pd.crosstab(data.frame["c_way"], data.frame["c_house"]).to_numpy()

    chi2, p, *_ = stats.chi2_contingency(table, correction=False)
    n, (r, k) = table.sum(), table.shape
    phi2 = max(0, chi2 / n - (r - 1) * (k - 1) / (n - 1))
    expected = np.sqrt(phi2 / min(r - (r - 1) ** 2 / (n - 1) - 1, k - (k - 1) ** 2 / (n - 1) - 1))
    assert (ours.value, ours.p, ours.n) == pytest.approx((expected, p, n))


def test_a_category_and_a_number_have_the_correlation_ratio_and_the_f_test(school):
    data = school(400)
    ours = pair(associate(data.frame, schema=data.schema), "n_hours", "c_way", "correlation_ratio")
    both = data.frame[["n_hours", "c_way"]].dropna()
    groups = [g["n_hours"].to_numpy() for _, g in both.groupby("c_way")]

    between = sum(len(g) * (g.mean() - both["n_hours"].mean()) ** 2 for g in groups)
    eta = np.sqrt(between / ((both["n_hours"] - both["n_hours"].mean()) ** 2).sum())
    assert (ours.value, ours.p) == pytest.approx((eta, stats.f_oneway(*groups).pvalue))


def test_a_flag_with_a_number_keeps_its_sign_and_with_a_category_has_none(school):
    data = school(400)
    found = associate(data.frame, schema=data.schema)

    assert pair(found, "n_marks", "f_job", "pearson").value < 0
    assert pair(found, "f_job", "c_way", "cramers_v").value >= 0


def test_p_values_are_adjusted_over_all_rows(school):
    data = school(200)
    frame = associate(data.frame, schema=data.schema).frame()

    expected = multipletests(frame["p"], method="fdr_bh")[1]
    np.testing.assert_allclose(frame["q"], expected)


def test_columns_that_do_not_vary_have_no_value(table):
    data = table(n_a=[1.0] * 30, n_b=[0.1] * 30, c_c=["x"] * 30, c_d=["x", "y"] * 15, n_e=range(30))
    found = associate(data.frame, schema=data.schema)

    for one, two, method in (
        ("n_a", "n_e", "pearson"),
        ("n_a", "n_b", "spearman"),
        ("c_c", "c_d", "cramers_v"),
    ):
        ours = pair(found, one, two, method)
        assert np.isnan([ours.value, ours.p, ours.q]).all()


def test_a_perfect_line_is_one_even_for_huge_numbers(table):
    data = table(n_a=np.arange(20) * 1e300, n_b=np.arange(20) * -1e-300)
    ours = pair(associate(data.frame, schema=data.schema), "n_a", "n_b", "pearson")

    assert (ours.value, ours.p) == pytest.approx((-1, 0), abs=1e-12)


def test_infinite_values_count_as_missing(table):
    data = table(n_a=[*range(20), np.inf], n_b=[*range(20), 3.0])
    ours = pair(associate(data.frame, schema=data.schema), "n_a", "n_b", "pearson")

    assert (ours.value, ours.n) == (pytest.approx(1), 20)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_students_give_no_figures_and_no_error(table, n):
    data = table(
        n_a=range(n), n_b=range(n), f_c=[1.0] * n, c_d=["x"] * n, c_e=["y"] * n, d_f=["2024-01-01"] * n
    )
    found = associate(data.frame, schema=data.schema)

    assert found.frame()["p"].isna().all()


def test_a_large_table_is_sampled_by_student_whatever_the_row_order(school):
    data = school(3_000)
    found = associate(data.frame, schema=data.schema, limit=1_000, seed=5)
    turned = associate(data.frame.sample(frac=1, random_state=1), schema=data.schema, limit=1_000, seed=5)

    assert found.notes == ("Computed on a seeded sample of 1,000 of the 3,000 students.",)
    np.testing.assert_allclose(found.frame()["value"], turned.frame()["value"], atol=1e-12)
    other = associate(data.frame, schema=data.schema, limit=1_000, seed=6)
    assert found.frame()["value"].tolist() != other.frame()["value"].tolist()


def test_without_ids_a_large_table_is_sampled_by_position(table):
    data = table(n_a=range(100), n_b=range(100))
    assert associate(data.frame, schema=data.schema, limit=40).n_used == 40


def test_names_ids_and_ignored_columns_take_no_part_unless_asked_for(school):
    data = school(60)
    schema = data.schema.with_roles({"n_marks": Role.IGNORED})

    assert associate(data.frame, schema=schema).columns == ("n_hours", "f_job", "c_way", "c_house", "d_start")
    assert associate(data.frame, schema=schema, columns=["n_marks", "n_hours"]).columns == (
        "n_marks",
        "n_hours",
    )
    with pytest.raises(WrongKind, match="'name' cannot be explored"):
        associate(data.frame, schema=schema, columns=["name", "n_hours"])
    with pytest.raises(ColumnNotFound, match="There is no column 'hours'"):
        associate(data.frame, schema=schema, columns=["hours"])


def test_of_very_many_columns_the_first_sixty_are_related(table):
    data = table(**{f"n_{i}": np.arange(12.0) for i in range(70)})
    found = associate(data.frame, schema=data.schema)

    assert len(found.columns) == 60
    assert found.notes == ("Only the first 60 of 70 columns are related; choose columns to see others.",)


def test_a_single_column_has_no_pairs(table):
    data = table(n_a=range(20))
    found = associate(data.frame, schema=data.schema)

    assert found.is_empty
    assert found.why_empty == (
        "There are no two columns to relate, without those that identify students or make up the outcome."
    )
    with pytest.raises(InvalidChoice, match="'numbers' cannot be 'kendall'"):
        found.matrix(numbers="kendall")


def test_rare_levels_are_joined_before_relating():
    codes = joined_rare(Codes(np.array([0] * 9 + [1] * 19 + [2] * 4 + [3] * 4 + [4] * 3), tuple("abcde")))

    assert codes.levels == ("b", "a", "other")
    assert codes.counts().tolist() == [19, 9, 11]


def test_joined_levels_of_few_students_take_the_next_smallest_with_them():
    codes = joined_rare(Codes(np.array([0] * 12 + [1] * 20 + [2] * 3 + [3, -1]), ("a", "b", "c", "d")))

    assert codes.levels == ("b", "other")
    assert codes.counts().tolist() == [20, 16]
    assert codes.values[-1] == -1


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.integers(0, 1_000))
def test_row_order_does_not_change_the_result(n, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.integers(0, 5, n) * 1.0, "b": rng.normal(size=n)})
    frame["c"] = pd.Series(np.array(["x", "y", "z"])[rng.integers(0, 3, n)], dtype="str")
    kinds = {"a": Kind.NUMBER, "b": Kind.NUMBER, "c": Kind.CATEGORY}
    schema = Schema(tuple(Column(name, kind, Role.FEATURE) for name, kind in kinds.items()))
    first = associate(frame, schema=schema).frame()
    second = associate(frame.sample(frac=1, random_state=seed), schema=schema).frame()

    np.testing.assert_allclose(first["value"], second["value"], atol=1e-9)
    assert first["value"].dropna().between(-1, 1).all()


@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusted_p_values_are_those_of_statsmodels(p):
    p = np.array(p, dtype=np.float64)
    expected = multipletests(p, method="fdr_bh")[1] if len(p) else p
    np.testing.assert_allclose(benjamini_hochberg(p), expected, atol=1e-12)


def test_pairs_that_are_left_out_have_no_row_and_no_part_in_the_correction(school):
    data = school(300)
    out = [frozenset(("n_hours", "f_job")), frozenset(("c_way", "n_hours")), frozenset(("c_way", "c_house"))]
    whole = associate(data.frame, schema=data.schema, information=True)
    found = associate(data.frame, schema=data.schema, information=True, leave_out=out)

    kept = whole.frame()[[frozenset((p.left, p.right)) not in out for p in whole.pairs]]
    assert len(found.pairs) == len(whole.pairs) - 7
    assert found.frame()["p"].tolist() == kept["p"].tolist()
    np.testing.assert_allclose(found.frame()["q"], multipletests(kept["p"], method="fdr_bh")[1])
    assert np.isnan(found.matrix().loc["n_hours", "f_job"])


def all_nan(found, *names):
    frame = found.frame()
    rows = frame[frame["left"].isin(names) | frame["right"].isin(names)]
    return bool(rows[["value", "low", "high", "p", "q"]].isna().all().all())


@pytest.mark.parametrize("few", [1, 9])
def test_a_flag_or_category_that_singles_out_a_few_students_is_not_related(table, few):
    rng = np.random.default_rng(0)
    rare = np.arange(60) < few
    level = np.where(np.arange(60) < 30, "p", "q")
    data = table(
        n_x=rng.normal(size=60),
        n_y=rng.normal(size=60),
        f_yes=rare.astype(float),
        f_no=(~rare).astype(float),
        c_b=["z"] * 7 + level[7:].tolist(),
        c_ok=level,
    )
    found = associate(data.frame, schema=data.schema, information=True)

    assert all_nan(found, "f_yes", "f_no", "c_b")
    assert not np.isnan(pair(found, "n_x", "c_ok", "correlation_ratio").value)
    assert not np.isnan(pair(found, "n_x", "n_y", "pearson").value)
    assert found.notes == (
        "3 columns are not related: a value that fewer than 10 students have would tell about them.",
    )


def test_a_flag_that_ten_students_have_is_related(table):
    data = table(n_x=range(60), f_y=[1.0] * 10 + [0.0] * 50)
    found = associate(data.frame, schema=data.schema)

    assert (found.notes, np.isnan(found.pairs[0].value)) == ((), False)


def test_a_pair_is_not_related_where_gaps_leave_a_few_students(table):
    # 15 have the flag, one of them with a known x: with the mean of x, its value would follow.
    data = table(n_x=[None] * 14 + list(range(46)), n_y=range(60), f_z=[1.0] * 15 + [0.0] * 45)
    found = associate(data.frame, schema=data.schema, information=True)

    assert np.isnan(pair(found, "n_x", "f_z", "pearson").value)
    assert np.isnan(pair(found, "n_x", "f_z", "mutual_information").value)
    assert not np.isnan(pair(found, "n_y", "f_z", "pearson").value)
    assert found.notes == (
        "1 pair is not related: a value that fewer than 10 students have would tell about them.",
    )
