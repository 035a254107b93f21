"""Mistakes are told apart by features only where the difference is clear, and never for few students."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from core.modeling.errors_in_words import describe_errors
from core.schema import Kind
from tests.modeling.made_students import school, table


def groups(missed, found, alarmed=0, spared=0):
    """Label and list of students: first the missed, then those found, falsely alarmed, rightly left alone."""
    label = np.r_[np.ones(missed + found), np.zeros(alarmed + spared)]
    listed = np.r_[np.zeros(missed), np.ones(found + alarmed), np.zeros(spared)].astype(bool)
    return label, listed


def one_of(contrast, column, level=""):
    (found,) = [one for one in contrast.differences if (one.column, one.level) == (column, level)]
    return found


def test_a_mean_is_compared_in_a_sentence_with_welchs_interval():
    rng = np.random.default_rng(0)
    work = np.r_[rng.normal(6, 2, 40), rng.normal(12, 5, 60)].round(1)
    features = table({"work": list(work)}, units={"work": "hours a week"})
    found = describe_errors(features, *groups(40, 60))
    one = one_of(found.missed, "work")

    expected = stats.ttest_ind(work[:40], work[40:], equal_var=False).confidence_interval(0.95)
    assert (one.low, one.high) == pytest.approx((expected.low, expected.high))
    (sentence,) = found.missed.sentences
    assert sentence == (
        "Students who were missed have a lower 'Work' than those found: 5.88 hours a week on average "
        "against 12.9 (7 less, 95 % interval 5.54 to 8.45)."
    )


def test_a_share_is_compared_in_a_sentence_with_newcombes_interval():
    fees = [1.0] * 10 + [0.0] * 40 + [1.0] * 30 + [0.0] * 20
    found = describe_errors(table({"fees": fees}, flags=["fees"]), *groups(50, 50))
    one = one_of(found.missed, "fees", "yes")

    low, high = confint_proportions_2indep(10, 50, 30, 50, method="newcomb")
    assert (one.low, one.high) == pytest.approx((low, high), abs=1e-9)
    (sentence,) = found.missed.sentences
    assert sentence == (
        "Students who were missed: 'Fees' is 'yes' for 20 % of them, against 60 % of those found "
        "(40 percentage points fewer, 95 % interval 21 to 55)."
    )


def test_what_is_not_recorded_is_compared_too():
    marks = [None] * 30 + list(range(20)) + list(range(50))
    found = describe_errors(table({"marks": marks}), *groups(50, 50))

    assert one_of(found.missed, "marks", "(not recorded)").words.startswith(
        "Students who were missed: 'Marks' is not recorded for 60 % of them, against 0 % of those found "
        "(60 percentage points more,"
    )


def test_both_kinds_of_mistakes_have_their_own_students():
    way = ["bus"] * 30 + ["walk"] * 30 + ["walk"] * 30 + ["bus"] * 30
    found = describe_errors(table({}, {"way": way}), *groups(30, 30, 30, 30))

    assert found.missed.n_group == found.false_alarms.n_others == 30
    assert one_of(found.missed, "way", "bus").group == 1
    assert one_of(found.false_alarms, "way", "bus").group == 0
    assert found.false_alarms.sentences[0].startswith(
        "Students who were falsely alarmed: 'Way' is 'bus' for 0 %"
    )


@pytest.mark.parametrize("sizes", [(9, 50), (50, 9)])
def test_of_fewer_than_ten_students_nothing_is_said(sizes):
    found = describe_errors(table({"x": list(range(59))}), *groups(*sizes))

    assert found.missed.sentences == ()
    assert found.missed.differences == ()
    assert "fewer than 10 students" in found.missed.why_none
    assert found.false_alarms.why_none == "There is nobody to compare (falsely alarmed: no students)."
    assert found.n_comparisons == 0


def test_an_answer_that_few_students_gave_is_withheld():
    way = ["rare"] * 9 + ["bus"] * 41 + ["bus"] * 50
    found = describe_errors(table({}, {"way": way}), *groups(50, 50))

    assert found.missed.differences == ()


def test_at_most_three_features_are_said_the_strongest_first():
    rng = np.random.default_rng(1)
    shift = np.r_[np.zeros(60), np.ones(60)]
    features = table({f"n{k}": list(rng.normal(size=120) + 3 * (k + 1) * shift) for k in range(5)})
    found = describe_errors(features, *groups(60, 60))

    frame = found.missed.frame()
    apart = features.numbers[60:].mean(axis=0) - features.numbers[:60].mean(axis=0)
    spread = np.sqrt(
        (features.numbers[60:].var(axis=0, ddof=1) + features.numbers[:60].var(axis=0, ddof=1)) / 2
    )
    order = np.argsort(-apart / spread)
    assert frame["column"].tolist() == [f"n{k}" for k in order]
    assert [f"'N{k}'" in said for k, said in zip(order, found.missed.sentences, strict=False)] == [True] * 3


def by_masks(features, label, listed):
    """Every share that may be told, by looking at all students for each answer."""
    answers = {}
    for place, column in enumerate(features.columns):
        if place < features.numbers.shape[1]:
            values = features.numbers[:, place]
            missing = np.isnan(values)
            answers |= {(column.name, "yes"): (values == 1, ~missing)} if column.kind is Kind.FLAG else {}
        else:
            codes = features.codes[:, place - features.numbers.shape[1]]
            missing = codes < 0
            answers |= {(column.name, one): (codes == k, ~missing) for k, one in enumerate(column.levels)}
        answers[column.name, "(not recorded)"] = missing, np.ones(len(missing), dtype=bool)
    found = []
    for cells in (
        ((label == 1) & ~listed, (label == 1) & listed),
        ((label == 0) & listed, (label == 0) & ~listed),
    ):
        counts = {key: [((one & hit).sum(), (one & known).sum()) for one in cells]
                  for key, (hit, known) in answers.items()}  # fmt: skip
        found.append(
            {
                key: (hits / n, beside / m)
                for key, ((hits, n), (beside, m)) in counts.items()
                if min(n, m, hits + beside, n + m - hits - beside) >= 10
                and min(one.sum() for one in cells) >= 10
            }
        )
    return found


@given(n=st.integers(1, 400), seed=st.integers(0, 99), share=st.floats(0, 1))
@settings(deadline=None, max_examples=60)
def test_the_shares_are_those_of_the_students_looked_at_one_answer_at_a_time(n, seed, share):
    features, label = school(n, seed=seed, unknown=0.1)
    listed = np.random.default_rng(seed).random(n) < share
    found = describe_errors(features, label, listed)

    told = [
        {(d.column, d.level): (d.group, d.others) for d in one.differences if d.level}
        for one in (found.missed, found.false_alarms)
    ]
    assert told == by_masks(features, label, listed)


def test_chance_is_hardly_ever_said():
    rng = np.random.default_rng(2)
    label, listed = groups(100, 100, 100, 100)
    said = 0
    for _ in range(200):
        features = table(
            {f"n{k}": list(rng.normal(size=400)) for k in range(6)},
            {"way": list(rng.choice(["bus", "walk", "car"], 400))},
        )
        found = describe_errors(features, label, listed)
        said += bool(found.missed.sentences or found.false_alarms.sentences)
        assert found.missed.sentences or found.missed.why_none == (
            "Students who were missed do not clearly differ from those found in any feature."
        )

    assert found.n_comparisons == 18
    assert said <= 20


def test_the_order_of_the_students_changes_nothing():
    rng = np.random.default_rng(3)
    features = table({"x": list(rng.integers(0, 9, 80))}, {"way": list(rng.choice(["bus", "walk"], 80))})
    label, listed = groups(20, 20, 20, 20)
    rows = rng.permutation(80)
    one = describe_errors(features, label, listed)
    two = describe_errors(features.take(rows), label[rows], listed[rows])

    assert one.missed.sentences == two.missed.sentences
    np.testing.assert_allclose(one.missed.frame()["low"], two.missed.frame()["low"])


def test_students_whose_outcome_is_not_known_are_in_neither_group():
    features = table({"x": list(range(120))})
    label, listed = groups(30, 30, 30, 30)
    label[:10] = np.nan

    assert describe_errors(features, label, listed).missed.n_group == 20
