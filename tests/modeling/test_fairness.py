"""Fairness at a cut: gaps are seen, chance is not flagged, and too few is never called no gap."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling.fairness import assess
from core.modeling.fairness_counts import Counts, Grouping, prepare_groups
from core.modeling.fairness_rates import MEASURES, Residuals
from tests.modeling.made_groups import counted, equal_truth, grouping, ranked

LISTS = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.sampled_from([0.1, 0.2, 0.5, 0.9]), min_size=n, max_size=n),
        st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=n, max_size=n),
        st.integers(0, n),
        st.randoms(use_true_random=False),
    )
)


def row(found, group, measure="recall"):
    frame = found.frame()
    (one,) = frame[(frame["group"] == group) & (frame["measure"] == measure)].itertuples()
    return one


def test_of_400_lists_with_equal_truth_at_most_5_in_100_are_flagged():
    flagged = sum(assess(equal_truth(seed), n_listed=180).verdicts[0].status == "gap" for seed in range(400))

    assert flagged <= 20


def test_of_200_lists_with_four_equal_groups_of_uneven_size_at_most_5_in_100_are_flagged():
    flagged = sum(
        assess(equal_truth(seed, shares=(0.6, 0.25, 0.1, 0.05)), n_listed=100).verdicts[0].status == "gap"
        for seed in range(200)
    )

    assert flagged <= 10


@pytest.mark.parametrize("n_with", [30, 40, 100])
def test_finding_nobody_of_one_group_and_half_of_the_other_is_flagged(n_with):
    curve, n_listed = counted((0, n_with, 20, 80), (n_with // 2, n_with // 2, 20, 80))
    found = assess(curve, n_listed=n_listed)

    assert row(found, "a").status == "gap"
    assert found.verdicts[0].status == "gap"
    assert "of 'a'" in found.verdicts[0].words or "of 'b'" in found.verdicts[0].words


@pytest.mark.parametrize(
    ("groups", "measure"),
    [
        (((50, 50, 60, 140), (50, 50, 10, 190)), "false_alarms"),
        (((80, 20, 5, 195), (80, 20, 60, 140)), "precision"),
        (((20, 20, 20, 20), (20, 60, 20, 300)), "listed"),
        (((60, 60, 10, 20), (20, 20, 50, 160)), "calibration"),
    ],
)
def test_a_large_gap_in_any_measure_is_flagged(groups, measure):
    curve, n_listed = counted(*groups)

    assert row(assess(curve, n_listed=n_listed), "a", measure).status == "gap"


def test_the_figures_are_those_counted_by_hand():
    curve, n_listed = counted((30, 10, 20, 40), (20, 20, 10, 50))
    found = assess(curve, n_listed=n_listed)
    values = {measure: row(found, "a", measure) for measure in MEASURES}

    assert {name: round(one.value, 4) for name, one in values.items()} == {
        "recall": 0.75, "false_alarms": 0.3333, "precision": 0.6, "listed": 0.5, "calibration": 0.0,
        "outcome": 0.4,
    }  # fmt: skip
    assert {name: round(one.gap, 4) for name, one in values.items()} == {
        "recall": 0.25, "false_alarms": 0.1667, "precision": -0.0667, "listed": 0.2, "calibration": 0.0,
        "outcome": 0.0,
    }  # fmt: skip
    assert {name: one.base for name, one in values.items()} == {
        "recall": 40, "false_alarms": 60, "precision": 50, "listed": 100, "calibration": 100, "outcome": 100,
    }  # fmt: skip
    assert found.whole.set_index("measure").loc["recall", "value"] == 50 / 80


def test_calibration_is_the_mean_risk_minus_the_share_with_the_outcome():
    rng = np.random.default_rng(4)
    codes, risk = np.arange(200) % 2, rng.random(200)
    label = (rng.random(200) < 0.4).astype(float)
    label[:7] = np.nan
    curve = prepare_groups([grouping(codes)], rank=ranked(risk), risk=risk, label=label)
    known = (codes == 0) & ~np.isnan(label)

    assert row(assess(curve, n_listed=50), "a", "calibration").value == pytest.approx(
        risk[known].mean() - label[known].mean()
    )


def test_a_student_whose_outcome_is_not_known_is_listed_but_neither_right_nor_a_false_alarm():
    codes, label = np.arange(200) % 2, np.tile([1.0, 1.0, 0.0, 0.0, np.nan], 40)
    rank = np.arange(1, 201)
    curve = prepare_groups([grouping(codes)], rank=rank, risk=np.full(200, 0.5), label=label)
    found = assess(curve, n_listed=100)

    assert (row(found, "a", "listed").base, row(found, "a", "listed").value) == (100, 0.5)
    assert (row(found, "a", "precision").base, row(found, "a", "precision").value) == (40, 0.5)
    assert (row(found, "a", "false_alarms").base, row(found, "a").base) == (40, 40)
    assert row(found, "a", "outcome").base == 80


def test_nine_students_with_the_outcome_get_no_recall_and_ten_do():
    nine, n_nine = counted((5, 4, 10, 81), (100, 100, 50, 250))
    ten, n_ten = counted((5, 5, 10, 80), (100, 100, 50, 250))

    assert np.isnan(row(assess(nine, n_listed=n_nine), "a").value)
    assert row(assess(nine, n_listed=n_nine), "a").status == "too few to tell"
    assert row(assess(ten, n_listed=n_ten), "a").value == 0.5


def test_the_same_shares_are_too_few_to_tell_of_few_and_no_gap_seen_of_many():
    few, n_few = counted((10, 10, 10, 70), (10, 10, 10, 70))
    many, n_many = counted((400, 400, 400, 2800), (400, 400, 400, 2800))
    told = assess(few, n_listed=n_few).verdicts[0]

    assert told.status == "too few to tell"
    assert told.words == (
        "Too few students to tell for any of the 2 groups: 'a', 'b'. The smallest gap in the students found "
        "that would have shown: 50 points."
    )
    assert assess(many, n_listed=n_many).verdicts[0].status == "no gap seen"
    assert assess(many, n_listed=n_many).verdicts[0].words == (
        "In every group a gap of 9 points in the students found would have shown 4 times out of 5; a smaller "
        "one may be there."
    )


def test_a_verdict_says_the_gap_in_numbers_with_its_interval():
    curve, n_listed = counted((20, 80, 40, 160), (60, 40, 40, 160))
    (verdict,) = assess(curve, n_listed=n_listed).verdicts

    assert verdict.words == (
        "Of the students with the outcome 20.0 % of 'a' are found, and 60.0 % of the others (-40.0 points, "
        "95 % interval -51.2 to -26.8, adjusted p under 0.001). 2 more gaps are in the table."
    )


def test_a_gap_in_errors_is_said_before_one_in_who_is_listed_however_clear_that_is():
    curve, n_listed = counted((20, 20, 20, 20), (20, 60, 20, 300))
    found = assess(curve, n_listed=n_listed)

    assert row(found, "a", "listed").p < row(found, "a", "false_alarms").p
    assert found.verdicts[0].words.startswith("Of the students without the outcome 50.0 % of 'a'")


def test_two_groups_are_one_comparison_of_each_tested_measure():
    found = assess(equal_truth(1), n_listed=200)

    assert found.n_tests == 5
    assert row(found, "a").adjusted == row(found, "b").adjusted
    assert row(found, "a").gap == -row(found, "b").gap
    assert np.isnan(row(found, "a", "outcome").p)
    assert row(found, "a", "outcome").status == ""


def test_a_group_that_is_withheld_is_in_no_figure_but_among_the_others():
    rng = np.random.default_rng(0)
    codes, risk = rng.integers(0, 3, 300), rng.random(300)
    label = (rng.random(300) < risk).astype(float)
    curve = prepare_groups([grouping(codes, hidden="c")], rank=ranked(risk), risk=risk, label=label)
    found = assess(curve, n_listed=100)
    others = (codes != 0) & (label == 1)

    assert set(found.frame()["group"]) == {"a", "b"}
    assert row(found, "a").value - row(found, "a").gap == pytest.approx((ranked(risk) <= 100)[others].mean())
    assert found.n_tests == 10


def test_where_every_group_is_withheld_the_verdict_is_too_few_to_tell():
    curve = prepare_groups(
        [grouping([0, 1] * 20, hidden="ab")], rank=range(1, 41), risk=[0.5] * 40, label=[0.0] * 40
    )
    (verdict,) = assess(curve, n_listed=5).verdicts

    assert (verdict.status, verdict.words) == (
        "too few to tell",
        "Every group is withheld: groups of fewer than 10 students, and those that would tell on them.",
    )
    assert assess(curve, n_listed=5).frame().empty


@pytest.mark.parametrize(("n_listed", "who"), [(0, "Nobody"), (600, "Everybody")])
def test_a_list_of_nobody_or_everybody_treats_all_alike(n_listed, who):
    found = assess(equal_truth(1), n_listed=n_listed)

    assert found.is_empty
    assert found.why_empty == f"{who} is listed at this cut, so no group is treated differently."
    assert not assess(equal_truth(1), n_listed=5).why_empty


def test_the_largest_gap_of_each_measure_is_one_row():
    found = assess(equal_truth(3, shares=(0.5, 0.3, 0.2)), n_listed=200)
    largest, frame = found.largest(), found.frame()

    assert largest["measure"].tolist() == list(MEASURES)
    for one in largest.itertuples():
        assert abs(one.gap) == frame.loc[frame["measure"] == one.measure, "gap"].abs().max()


def test_the_overview_has_a_row_a_group_with_intervals_as_text():
    curve, n_listed = counted((30, 10, 20, 40), (20, 20, 10, 50))
    shown = assess(curve, n_listed=n_listed).overview("Group")

    assert shown.columns.tolist() == ["group", "n", *MEASURES]
    assert shown["group"].tolist() == ["a", "b"]
    assert shown.loc[0, "recall"] == "75 % (60 to 86)"


@settings(max_examples=60, deadline=None)
@given(LISTS)
def test_the_counts_of_the_groups_add_up_to_the_whole_and_are_those_of_a_mask(made):
    codes, risk, label, n_listed, _ = made
    codes, risk, label = np.array([*codes, 3]), [*risk, 0.3], np.array([*label, 1.0])
    both = Grouping(("A", "B"), tuple(map(str, range(8))), codes * 2 + (label == 1), np.ones(8, dtype=bool))
    curve = prepare_groups([grouping(codes), both], rank=ranked(risk), risk=risk, label=label)
    counts, whole, listed = curve.counts(n_listed), curve.whole(n_listed), ranked(risk) <= n_listed

    for name in ("n", "known", "positives", "listed", "listed_known", "found"):
        values = getattr(counts, name)
        assert values[:4].sum() == values[4:].sum() == getattr(whole, name)[0]
    assert counts.listed[:4].tolist() == np.bincount(codes[listed], minlength=4).tolist()
    assert counts.found[:4].tolist() == np.bincount(codes[listed & (label == 1)], minlength=4).tolist()
    assert whole.n[0] == len(codes)


@settings(max_examples=30, deadline=None)
@given(LISTS)
def test_the_order_of_the_rows_does_not_matter(made):
    codes, risk, label, n_listed, random = made
    table = pd.DataFrame({"codes": [*codes, 3], "label": [*label, 1.0], "risk": [*risk, 0.4]})
    table = pd.concat([table] * 12, ignore_index=True)
    table["rank"] = ranked(table["risk"])
    order = list(range(len(table)))
    random.shuffle(order)
    found = [
        assess(
            prepare_groups([grouping(t["codes"])], rank=t["rank"], risk=t["risk"], label=t["label"]),
            n_listed=n_listed,
        )
        for t in (table, table.iloc[order])
    ]

    pd.testing.assert_frame_equal(found[0].frame(), found[1].frame())
    assert found[0].verdicts == found[1].verdicts


def test_the_last_digits_of_a_sum_do_not_decide_how_a_half_is_said():
    """Twelve students whose mean is a tie at one decimal of a percent, added up in two orders."""
    counts = Counts(*(np.full(1, n) for n in (120, 120, 40, 40, 40, 40)))
    sums = np.array([[0.1375 * 120], [9.0]])
    other = np.array([[np.nextafter(0.1375 * 120, 99)], [9.0]])

    assert Residuals.of(sums, counts).mean == Residuals.of(other, counts).mean
