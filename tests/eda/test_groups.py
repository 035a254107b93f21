"""Groups compared, held against scipy and statsmodels."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from core.eda.groups import compare_groups
from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.schema import Column, Kind, Role, Schema


def compare(data, value, group, **options):
    return compare_groups(data.frame, value=value, group=group, schema=data.schema, **options)


def test_means_and_differences_equal_scipy(school):
    data = school(400)
    found = compare(data, "n_hours", "c_house")
    known = data.frame.dropna(subset="n_hours")

    for ours in found.groups:
        inside = known.loc[known["c_house"] == ours.group, "n_hours"]
        rest = known.loc[known["c_house"] != ours.group, "n_hours"]
        welch = stats.ttest_ind(inside, rest, equal_var=False)
        interval = welch.confidence_interval()
        mean_ends = stats.t.interval(0.95, len(inside) - 1, inside.mean(), stats.sem(inside))
        assert (ours.n, ours.mean, ours.median, ours.std) == pytest.approx(
            (len(inside), inside.mean(), inside.median(), inside.std())
        )
        assert (ours.low, ours.high) == pytest.approx(mean_ends)
        assert (ours.difference_low, ours.difference_high) == pytest.approx((interval.low, interval.high))
        assert ours.p == pytest.approx(welch.pvalue)
    assert found.n + found.n_left_out == 400


def test_effect_sizes_equal_their_definitions(table):
    left, right = [1.0, 4.0, 4.0, 6.0, 9.0], [2.0, 2.0, 4.0, 5.0]
    data = table(n_x=left + right, f_g=[1.0] * 5 + [0.0] * 4)
    ours = compare(data, "n_x", "f_g", min_group=1).groups[1]

    pooled = np.sqrt((4 * np.var(left, ddof=1) + 3 * np.var(right, ddof=1)) / 7)
    delta = np.mean([np.sign(a - b) for a, b in itertools.product(left, right)])
    assert ours.group == "yes"
    assert ours.cohens_d == pytest.approx((np.mean(left) - np.mean(right)) / pooled)
    assert ours.cliffs_delta == pytest.approx(delta)


def test_rates_and_ratios_equal_statsmodels(school):
    data = school(500)
    found = compare(data, "f_job", "c_way")
    known = data.frame.dropna(subset=["f_job", "c_way"])

    for ours in found.groups:
        inside = known.loc[known["c_way"] == ours.group, "f_job"]
        rest = known.loc[known["c_way"] != ours.group, "f_job"]
        a, n, b, m = int(inside.sum()), len(inside), int(rest.sum()), len(rest)
        cells = Table2x2([[a, n - a], [b, m - b]])
        assert (ours.low, ours.high) == pytest.approx(proportion_confint(a, n, method="wilson"))
        newcombe = confint_proportions_2indep(a, n, b, m, method="newcomb")
        assert (ours.difference_low, ours.difference_high) == pytest.approx(newcombe)
        assert (ours.risk_ratio, ours.odds_ratio) == pytest.approx((cells.riskratio, cells.oddsratio))
        assert (ours.risk_ratio_low, ours.risk_ratio_high) == pytest.approx(cells.riskratio_confint())
        assert (ours.odds_ratio_low, ours.odds_ratio_high) == pytest.approx(cells.oddsratio_confint())
        chi2 = stats.chi2_contingency([[a, n - a], [b, m - b]], correction=False)
        assert ours.p == pytest.approx(chi2.pvalue)


def test_the_test_fits_the_groups_and_says_why(table):
    rng = np.random.default_rng(0)
    values = rng.normal(size=100)
    two = compare(table(n_x=values, f_g=[0.0, 1.0] * 50), "n_x", "f_g").test
    few = compare(table(n_x=values[:40], f_g=[0.0, 1.0] * 20), "n_x", "f_g").test
    three = compare(table(n_x=values[:99], c_g=["a", "b", "c"] * 33), "n_x", "c_g").test

    assert (two.name, two.p) == ("Welch's t", pytest.approx(
        stats.ttest_ind(values[::2], values[1::2], equal_var=False).pvalue
    ))  # fmt: skip
    assert (few.name, few.p) == ("Mann-Whitney U", pytest.approx(
        stats.mannwhitneyu(values[:40:2], values[1:40:2]).pvalue
    ))  # fmt: skip
    assert (three.name, three.p) == ("Kruskal-Wallis", pytest.approx(
        stats.kruskal(values[:99:3], values[1:99:3], values[2:99:3]).pvalue
    ))  # fmt: skip
    assert "fewer than 30 students" in few.why
    assert "ranks are compared" in three.why


def test_a_rare_outcome_is_tested_exactly(table):
    data = table(f_out=[1.0] * 3 + [0.0] * 57, f_g=[1.0] * 15 + [0.0] * 45)
    test = compare(data, "f_out", "f_g").test

    assert (test.name, test.p) == (
        "Fisher's exact",
        pytest.approx(stats.fisher_exact([[3, 12], [0, 45]]).pvalue),
    )


def test_a_rare_outcome_in_many_groups_is_tested_by_seeded_tables(table):
    data = table(f_out=[1.0] * 4 + [0.0] * 56, c_g=["a"] * 20 + ["b"] * 20 + ["c"] * 20)
    first, second = (compare(data, "f_out", "c_g").test for _ in range(2))

    assert first.name == "chi-squared by 9,999 random tables"
    assert first == second
    assert 0 < first.p < 0.1


def test_small_groups_are_withheld_with_the_next_smallest_and_said(table):
    data = table(n_x=range(75), c_g=["a"] * 40 + ["b"] * 30 + ["c"] * 5)
    found = compare(data, "n_x", "c_g")

    assert ([g.group for g in found.groups], found.n_withheld) == (["a"], 2)
    assert found.notes == (
        "2 groups are not shown, so that nothing can be learned about fewer than 10 students.",
    )
    assert "'c'" not in repr(found.frame())


def test_the_size_of_a_group_is_that_of_its_known_values(table):
    data = table(n_x=[*range(60), *[None] * 30], c_g=["a"] * 30 + ["b"] * 25 + ["c"] * 35)
    found = compare(data, "n_x", "c_g")

    assert ([g.group for g in found.groups], found.n, found.n_left_out) == (["a"], 60, 30)


def test_two_groups_of_which_one_is_small_give_nothing(table):
    data = table(n_x=range(40), f_g=[1.0] * 4 + [0.0] * 36)
    found = compare(data, "n_x", "f_g")

    assert found.is_empty
    assert found.sentence == "No comparison is shown: groups of fewer than 10 students are withheld."
    assert found.frame().empty


def test_a_lower_rate_is_said_in_points_with_its_interval(table):
    passed = [1.0] * 120 + [0.0] * 80 + [1.0] * 210 + [0.0] * 90
    data = table(f_pass=passed, f_job=[1.0] * 200 + [0.0] * 300)
    schema = Schema(
        (
            Column("f_pass", Kind.FLAG, Role.OUTCOME, label="Passed"),
            Column("f_job", Kind.FLAG, Role.BARRIER, label="Paid work above 20 h"),
        )
    )
    found = compare_groups(data.frame, value="f_pass", group="f_job", schema=schema)

    assert found.sentence == (
        "Students with paid work above 20 h passed 10 points less often than the others "
        "(60 % against 70 %; 95 % interval 2 to 18). This is an association: it does not say why."
    )


def test_a_higher_mean_is_said_with_its_unit(table):
    data = table(n_x=[*range(10, 50), *range(40)], c_g=["a"] * 40 + ["b"] * 40)
    schema = Schema(
        (
            Column("n_x", Kind.NUMBER, Role.FEATURE, label="GPA score", unit="points"),
            Column("c_g", Kind.CATEGORY, Role.PROTECTED, label="Home language"),
        )
    )
    found = compare_groups(data.frame, value="n_x", group="c_g", schema=schema)

    assert found.sentences[0] == (
        "Among students with home language 'a', GPA score was 10 points higher on average than among "
        "the others (95 % interval 4.8 to 15.2). This is an association: it does not say why."
    )


def test_no_clear_difference_is_said_as_such(table):
    rng = np.random.default_rng(1)
    data = table(n_x=rng.normal(size=120), c_g=["a", "b", "c"] * 40)
    sentence = compare(data, "n_x", "c_g").sentence

    assert sentence.startswith("The largest of 3 differences: among students with")
    assert "so there may be no difference" in sentence
    assert sentence.endswith("With 3 groups compared, it may be chance.")


def test_an_equal_rate_is_said_as_equal(table):
    data = table(f_out=[1.0, 0.0] * 40, c_g=["a"] * 40 + ["b"] * 40)
    assert compare(data, "f_out", "c_g").sentence == (
        "Students with c_g 'a' had f_out as often as the others (50 % against "
        "50 %; 95 % interval -21 to 21, so there may be no difference). "
        "This is an association: it does not say why."
    )


def test_no_sentence_speaks_of_causes(school):
    data = school(300)
    for value, group in (("n_marks", "f_job"), ("f_job", "c_way"), ("c_way", "n_hours")):
        for sentence in compare(data, value, group).sentences:
            assert "This is an association" in sentence
            assert not {"because", "causes", "leads", "effect"} & set(sentence.split())


def test_a_number_groups_by_its_quartiles_and_few_values_by_themselves(table):
    data = table(n_x=range(80), n_age=[15, 16] * 40, n_out=range(80))
    schema = Schema(
        tuple(Column(c, Kind.NUMBER, Role.FEATURE, unit="km" if c == "n_x" else None) for c in data.frame)
    )
    cut = compare_groups(data.frame, value="n_out", group="n_x", schema=schema)
    few = compare_groups(data.frame, value="n_out", group="n_age", schema=schema)

    assert [g.group for g in cut.groups] == [
        "up to 19.75 km", "over 19.75 to 39.5 km", "over 39.5 to 59.25 km", "over 59.25 km",
    ]  # fmt: skip
    assert [g.n for g in cut.groups] == [20] * 4
    assert [g.group for g in few.groups] == ["15", "16"]


def test_the_category_to_count_can_be_chosen(table):
    data = table(c_t=["Dropout"] * 20 + ["Graduate"] * 40, c_g=["a", "b"] * 30)

    assert compare(data, "c_t", "c_g").level == "Graduate"
    assert compare(data, "c_t", "c_g", level="Dropout").groups[0].rate == pytest.approx(1 / 3)
    with pytest.raises(InvalidChoice, match="'level' cannot be 'Dropuot'") as caught:
        compare(data, "c_t", "c_g", level="Dropuot")
    assert caught.value.hint.startswith("Did you mean 'Dropout'?")


def test_columns_that_cannot_be_compared_are_refused_in_words(school):
    data = school(50)
    with pytest.raises(ColumnNotFound, match="There is no column 'n_mark'"):
        compare(data, "n_mark", "c_way")
    with pytest.raises(WrongKind, match="'name' cannot be explored"):
        compare(data, "n_marks", "name")
    with pytest.raises(WrongKind, match="'d_start' holds dates"):
        compare(data, "d_start", "c_way")
    with pytest.raises(WrongKind, match="'d_start' has values of kind 'date', not categories"):
        compare(data, "n_marks", "d_start")
    with pytest.raises(InvalidChoice, match="'c_way' cannot be compared by itself"):
        compare(data, "c_way", "c_way")


@pytest.mark.parametrize(
    ("values", "groups", "why"),
    [
        ([], [], "No student has both values known."),
        ([None] * 30, ["a", "b"] * 15, "No student has both values known."),
        ([np.inf] * 30, ["a", "b"] * 15, "No student has both values known."),
        ([1.0], ["a"], "All students are in one group."),
        (range(30), ["a"] * 30, "All students are in one group."),
    ],
)
def test_nothing_to_compare_is_an_answer(table, values, groups, why):
    data = table(n_x=values, f_y=[None if v is None or v == np.inf else 1.0 for v in values], c_g=groups)
    for value in ("n_x", "f_y"):
        found = compare(data, value, "c_g")
        assert (found.is_empty, found.why_empty) == (True, why)


def test_equal_values_have_no_difference_and_no_test(table):
    data = table(n_x=[0.3] * 40, f_y=[1.0] * 40, c_g=["a", "b"] * 20)
    means, rates = compare(data, "n_x", "c_g"), compare(data, "f_y", "c_g")

    assert (means.test, rates.test) == (None, None)
    assert means.groups[0].difference == 0
    assert np.isnan([means.groups[0].cohens_d, means.groups[0].p, rates.groups[0].p]).all()
    assert rates.groups[0].rate == 1


def test_two_constant_groups_are_compared_by_ranks(table):
    data = table(n_x=[1.0] * 40 + [2.0] * 40, c_g=["a"] * 40 + ["b"] * 40)
    found = compare(data, "n_x", "c_g")

    assert (found.test.name, found.groups[1].cliffs_delta) == ("Mann-Whitney U", 1.0)
    assert found.test.p < 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 90), st.integers(1, 5), st.integers(0, 1_000))
def test_students_are_neither_lost_nor_counted_twice_in_any_order(n, n_groups, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 4, n))})
    frame["g"] = pd.Series([f"g{i}" for i in rng.integers(0, n_groups, n)], dtype="str")
    schema = Schema((Column("x", Kind.NUMBER, Role.FEATURE), Column("g", Kind.CATEGORY, Role.FEATURE)))
    first = compare_groups(frame, value="x", group="g", schema=schema, min_group=1)
    turned = frame.sample(frac=1, random_state=seed)
    second = compare_groups(turned, value="x", group="g", schema=schema, min_group=1)

    assert first.n + first.n_left_out == n
    assert first.is_empty or sum(g.n for g in first.groups) == first.n
    words = ["group", "test", "why"]
    assert first.frame()[words].equals(second.frame()[words])
    numeric = first.frame().drop(columns=words).astype(float)
    np.testing.assert_allclose(numeric, second.frame().drop(columns=words).astype(float), atol=1e-9)


def test_one_student_without_a_group_does_not_follow_from_the_others(table):
    values = np.random.default_rng(0).normal(50, 9, 100)
    data = table(
        n_x=values, f_y=(values > 50).astype(float), c_g=["a"] * 60 + ["b"] * 39 + [None], f_z=[1.0, 0.0] * 50
    )
    for value, field in (("n_x", "mean"), ("f_y", "rate")):
        found = compare(data, value, "c_g")
        (shown,) = found.groups
        whole = data.frame[value]

        assert (shown.group, shown.n, found.n, found.n_left_out, found.n_withheld) == ("a", 60, 99, 1, 1)
        # The others are all others: nobody is left when both are taken off the whole.
        others = getattr(shown, field) - shown.difference
        assert 60 * getattr(shown, field) + 40 * others == pytest.approx(whole.sum())
        assert found.notes[1] == "Students whose c_g is not known are among the others."


def test_many_students_without_a_group_take_no_part(table):
    data = table(n_x=range(100), c_g=["a"] * 50 + ["b"] * 35 + [None] * 15)
    found = compare(data, "n_x", "c_g")

    assert ([g.n for g in found.groups], found.n, found.n_left_out, found.notes) == ([50, 35], 85, 15, ())
    assert found.groups[0].difference == np.mean(range(50)) - np.mean(range(50, 85))


def test_a_small_group_is_not_hidden_behind_students_without_one(table):
    data = table(n_x=range(100), c_g=["a"] * 45 + ["b"] * 35 + ["c"] * 5 + [None] * 15)
    assert [g.group for g in compare(data, "n_x", "c_g").groups] == ["a"]


def test_a_huge_value_in_one_group_leaves_the_others_as_they_are(table):
    rng = np.random.default_rng(0)
    normal = rng.normal(50, 10, 40)
    data = table(n_x=[999_999_999.0, *rng.normal(50, 10, 39), *normal], c_g=["a"] * 40 + ["b"] * 40)
    first, second = compare(data, "n_x", "c_g").groups

    ends = stats.t.interval(0.95, 39, normal.mean(), stats.sem(normal))
    assert (second.std, second.mean) == pytest.approx((normal.std(ddof=1), normal.mean()), rel=1e-9)
    assert (second.low, second.high) == pytest.approx(ends)
    welch = stats.ttest_ind(data.frame["n_x"][:40], normal, equal_var=False).confidence_interval()
    assert (first.difference_low, first.difference_high) == pytest.approx((welch.low, welch.high))


def test_the_others_of_three_groups_have_the_moments_of_numpy(table):
    rng = np.random.default_rng(1)
    data = table(n_x=1e9 + rng.normal(0, 1e-2, 90), c_g=["a", "b", "c"] * 30)
    for ours in compare(data, "n_x", "c_g").groups:
        rest = data.frame.loc[data.frame["c_g"] != ours.group, "n_x"]
        mine = data.frame.loc[data.frame["c_g"] == ours.group, "n_x"]
        welch = stats.ttest_ind(mine, rest, equal_var=False).confidence_interval()
        assert (ours.difference_low, ours.difference_high) == pytest.approx((welch.low, welch.high), rel=1e-3)


def test_equal_means_are_said_as_equal(table):
    data = table(n_x=[0.1, 0.2, 0.3, 0.7] * 20, c_g=["a"] * 40 + ["b"] * 40)
    assert (
        "n_x was as high on average as among the others (95 % interval"
        in compare(data, "n_x", "c_g").sentence
    )


def test_a_difference_too_large_for_a_number_has_no_figure(table):
    data = table(n_x=[1.7e308] * 20 + [-1.7e308] * 20, c_g=["a"] * 20 + ["b"] * 20)
    sentences = compare(data, "n_x", "c_g").sentences
    assert sentences[0] == (
        "Among students with c_g 'a', how far n_x differs from the others cannot be given. "
        "This is an association: it does not say why."
    )
