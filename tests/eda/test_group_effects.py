"""Effect sizes and the reasons for a test, held against definitions and scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from core.eda.group_effects import cliffs_deltas
from core.eda.group_rates import odds_ratio, risk_ratio
from core.eda.groups import compare_groups
from core.schema import Column, Kind, Role, Schema


def compare(data, value, group, **options):
    return compare_groups(data.frame, value=value, group=group, schema=data.schema, **options)


def test_hedges_correction_takes_off_what_a_small_group_adds(table):
    rng = np.random.default_rng(0)
    left, right = rng.normal(1, 1, 12), rng.normal(0, 1, 15)
    ours = compare(table(n_x=[*left, *right], f_g=[1.0] * 12 + [0.0] * 15), "n_x", "f_g").groups[1]

    exact = special.gamma(25 / 2) / (np.sqrt(25 / 2) * special.gamma(24 / 2))
    assert ours.hedges_g == pytest.approx(ours.cohens_d * exact, rel=2e-4)
    half = stats.norm.ppf(0.975) * np.sqrt(27 / (12 * 15) + ours.hedges_g**2 / (2 * 27))
    assert (ours.hedges_g_low, ours.hedges_g_high) == pytest.approx(
        (ours.hedges_g - half, ours.hedges_g + half)
    )


@given(
    st.lists(st.integers(0, 4), min_size=2, max_size=12), st.lists(st.integers(0, 4), min_size=2, max_size=12)
)
def test_cliffs_delta_counts_every_pair_and_lies_in_its_interval(left, right):
    groups = np.r_[np.ones(len(left), dtype=np.int64), np.zeros(len(right), dtype=np.int64)]
    found = cliffs_deltas(np.array([*left, *right], dtype=float), groups=groups, shown=[0, 1])

    signs = np.sign(np.subtract.outer(left, right))
    assert found[1].value == pytest.approx(signs.mean())
    assert found[0].value == pytest.approx(-signs.mean())
    assert -1 <= found[1].low <= found[1].value + 1e-12
    assert found[1].value - 1e-12 <= found[1].high <= 1
    assert (found[0].low, found[0].high) == pytest.approx((-found[1].high, -found[1].low))


def test_groups_that_do_not_overlap_still_have_an_interval(table):
    data = table(n_x=[*range(10), *range(100, 120)], f_g=[0.0] * 10 + [1.0] * 20)
    ours = compare(data, "n_x", "f_g").groups[1]

    square = stats.norm.ppf(0.975) ** 2
    assert (ours.cliffs_delta, ours.cliffs_delta_high) == (1, 1)
    assert ours.cliffs_delta_low == pytest.approx((10 - square) / (10 + square))


def test_each_group_says_which_test_it_was_put_to_and_why(table):
    rng = np.random.default_rng(1)
    wide = table(n_x=[*rng.normal(0, 1, 40), *rng.normal(0, 4, 40)], c_g=["a"] * 40 + ["b"] * 40)
    alike = table(n_x=[*range(40), *range(40)], c_g=["a"] * 40 + ["b"] * 40)
    flat = table(n_x=[1.0] * 40 + [*range(40)], c_g=["a"] * 40 + ["b"] * 40)
    few = table(n_x=range(70), c_g=["a"] * 40 + ["b"] * 12 + ["c"] * 18)
    rare = table(f_x=[1.0] * 4 + [0.0] * 76, c_g=["a"] * 20 + ["b"] * 60)

    def said(data, value):
        return [(group.test, group.why) for group in compare(data, value, "c_g").groups]

    large = "Two groups of at least 30 students: means are compared, without assuming equal spread"
    small = "A group has fewer than 30 students or does not vary: ranks are compared instead of means."
    ratio = wide.frame["n_x"][40:].std() / wide.frame["n_x"][:40].std()
    assert (
        said(wide, "n_x")
        == [("Welch's t", f"{large}: one spreads {ratio:.1f} times as wide as the other.")] * 2
    )
    assert said(alike, "n_x")[0] == ("Welch's t", f"{large}.")
    assert said(flat, "n_x")[0] == ("Welch's t", f"{large}: one of them does not vary.")
    assert [test for test, _ in said(few, "n_x")] == ["Welch's t", "Mann-Whitney U", "Mann-Whitney U"]
    assert said(few, "n_x")[1][1] == small
    assert said(rare, "f_x")[0] == (
        "Fisher's exact",
        "Fewer than five students are expected in a cell, too few for chi-squared.",
    )


def test_the_p_of_a_small_group_is_that_of_its_test(table):
    data = table(n_x=range(50), c_g=["a"] * 38 + ["b"] * 12)
    ours = compare(data, "n_x", "c_g").groups[1]
    assert ours.p == pytest.approx(stats.mannwhitneyu(range(38, 50), range(38)).pvalue)


@pytest.mark.parametrize(
    ("events", "ratio", "odds"),
    [((0, 4), 0.0, 0.0), ((4, 0), np.nan, np.nan), ((0, 0), np.nan, np.nan), ((20, 30), 1.0, np.nan)],
)
def test_ratios_with_an_empty_cell_get_half_a_student_in_each(events, ratio, odds):
    counts, sizes = np.array(events, dtype=float), np.array([20.0, 30.0])
    risk = risk_ratio(counts, sizes=sizes)
    chance = odds_ratio(counts, sizes=sizes)

    a, b, c, d = (n + 0.5 for n in (counts[0], counts[1], 20 - counts[0], 30 - counts[1]))
    z = stats.norm.ppf(0.975)
    middle, half = np.log(a / (a + c) / (b / (b + d))), z * np.sqrt(1 / a - 1 / (a + c) + 1 / b - 1 / (b + d))
    assert risk == pytest.approx((ratio, np.exp(middle - half), np.exp(middle + half)), nan_ok=True)
    middle, half = np.log(a * d / (b * c)), z * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert chance == pytest.approx((odds, np.exp(middle - half), np.exp(middle + half)), nan_ok=True)


def test_an_outcome_without_a_verb_is_what_students_had(table):
    data = table(f_out=[1.0] * 30 + [0.0] * 70, f_job=[1.0] * 50 + [0.0] * 50)
    schema = Schema(
        (
            Column("f_out", Kind.FLAG, Role.OUTCOME, label="The outcome"),
            Column("f_job", Kind.FLAG, Role.BARRIER, label="Paid work"),
        )
    )
    found = compare_groups(data.frame, value="f_out", group="f_job", schema=schema)
    assert found.sentence.startswith(
        "Students with paid work had the outcome 60 points more often than the others (60 % against 0 %; "
    )


def test_values_near_the_largest_float_are_compared_without_an_error(table):
    data = table(n_x=[-1.7e308, 1.7e308] * 40, c_g=["a"] * 40 + ["b"] * 40)
    found = compare(data, "n_x", "c_g")

    assert found.test.name == "Mann-Whitney U"
    assert found.groups[0].cliffs_delta == 0
