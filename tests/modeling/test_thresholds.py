"""A threshold or a capacity says who is listed, what to expect, and how ties were settled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidChoice
from core.modeling.table import known_share
from core.modeling.thresholds import AtScore, ForCapacity, prepare
from tests.modeling.made_students import table

NAN = np.nan
RISK = [0.2, 0.9, 0.6, 0.6, 0.6, 0.1]
IDS = np.array(["a", "b", "c", "d", "e", "f"], dtype=object)


def curve(label=None, risk=RISK, ids=IDS, seed=7):
    return prepare(risk, ids, seed=seed, label=label)


def test_students_stand_from_the_highest_risk_to_the_lowest():
    found = curve()

    assert found.rank[[1, 0, 5]].tolist() == [1, 5, 6]
    assert found.risk.tolist() == [0.9, 0.6, 0.6, 0.6, 0.2, 0.1]
    assert [RISK[row] for row in found.order] == found.risk.tolist()


def test_a_threshold_lists_everybody_with_that_risk_or_more():
    assert curve().listed(AtScore(0.6)).tolist() == [False, True, True, True, True, False]
    assert curve().n_listed(AtScore(0.600001)) == 1
    assert [curve().n_listed(AtScore(p)) for p in (0, 1)] == [6, 0]


def test_a_capacity_lists_the_highest_risks_and_says_how_ties_were_settled():
    found = curve()
    cut = found.cut(ForCapacity(2))

    assert (cut.n_listed, cut.lowest_listed, cut.n_tied, cut.n_tied_listed) == (2, 0.6, 3, 1)
    assert cut.note == "3 students share the risk at the cut; 1 of them is listed, drawn with seed 7."
    assert found.listed(ForCapacity(2)).sum() == 2
    assert curve().cut(ForCapacity(4)).note == ""


def test_another_seed_may_draw_another_of_the_tied_students():
    drawn = {tuple(curve(seed=seed).listed(ForCapacity(2))) for seed in range(20)}

    assert len(drawn) == 3


def test_more_places_than_students_list_everybody_and_say_so():
    cut = curve().cut(ForCapacity(10))

    assert (cut.n_listed, cut.note) == (6, "There are only 6 students: all of them are listed.")


def test_an_empty_list_is_an_answer():
    cut = curve([1, 0, 1, 0, NAN, 0]).cut(ForCapacity(0))

    assert (cut.n_listed, cut.lowest_listed, cut.n_expected, cut.precision, cut.recall) == (
        0,
        None,
        0,
        None,
        0,
    )


def test_counts_follow_from_the_known_outcomes():
    cut = curve([1, 1, NAN, 0, 1, 1]).cut(AtScore(0.5))

    assert (cut.n_listed, cut.n_known, cut.found, cut.false_alarms, cut.missed) == (4, 3, 2, 1, 2)
    assert (cut.precision, cut.recall) == (2 / 3, 2 / 4)
    assert cut.n_expected == pytest.approx(2.7)


def test_without_outcomes_only_the_expected_number_is_said():
    cut = curve().cut(AtScore(0.5))

    assert (cut.n_known, cut.precision, cut.recall) == (0, None, None)
    assert cut.n_expected == pytest.approx(2.7)


@given(
    st.lists(
        st.tuples(st.integers(0, 10).map(lambda k: k / 10), st.sampled_from([0.0, 1.0, NAN])),
        min_size=1,
        max_size=40,
    ),
    st.integers(0, 45),
    st.integers(0, 10).map(lambda k: k / 10),
)
def test_a_lookup_equals_counting(students, capacity, score):
    risk, label = np.array(students).T
    found = prepare(risk, np.array([f"s{k}" for k in range(len(risk))], dtype=object), seed=1, label=label)

    for policy in (ForCapacity(capacity), AtScore(score)):
        cut, listed = found.cut(policy), found.listed(policy)
        assert cut.n_listed == listed.sum() == found.n_listed(policy)
        assert cut.n_expected == pytest.approx(risk[listed].sum())
        assert (cut.found, cut.missed) == ((label[listed] == 1).sum(), (label[~listed] == 1).sum())
        assert cut.false_alarms == (label[listed] == 0).sum()
        if listed.any() and not listed.all():
            assert risk[listed].min() >= risk[~listed].max()
            tied = risk[listed].min() == risk[~listed].max()
            assert cut.n_tied == (tied and (risk == risk[listed].min()).sum())
    assert found.listed(AtScore(score)).tolist() == (risk >= score).tolist()


def test_need_is_said_in_four_bands():
    risk = [0.9, 0.8, 0.5, 0.39, 0.3, 0.1, 0.05]
    ids = np.array(list("abcdefg"), dtype=object)
    known = [1.0, 0.2, 1.0, 1.0, 1.0, 0.49, 0.5]
    found = prepare(risk, ids, seed=1).need(ForCapacity(2), known_share=known)

    assert found.tolist() == ["high", "high", "watch", "low", "low", "not enough known", "low"]
    assert prepare(risk, ids, seed=1).need(ForCapacity(0)).tolist() == ["watch"] * 3 + ["low"] * 4


@pytest.mark.parametrize("score", [-0.1, 1.1, 20, NAN])
def test_a_threshold_outside_0_to_1_is_refused(score):
    with pytest.raises(InvalidChoice, match=r"The threshold cannot be ") as caught:
        AtScore(score)
    assert caught.value.hint == "It is a risk: a number from 0 to 1."


@pytest.mark.parametrize("n", [-1, 2.5])
def test_a_capacity_that_is_no_count_is_refused(n):
    with pytest.raises(InvalidChoice, match=f"The capacity cannot be {n}.") as caught:
        ForCapacity(n)
    assert caught.value.hint == "It is a whole number from 0 to 1,000,000,000."


def test_policies_say_what_they_do_and_are_values():
    assert AtScore(0.35).describe() == "everybody with a risk of 0.35 or more"
    assert ForCapacity(1200).describe() == "the 1,200 students with the highest risk"
    assert {AtScore(0.5), AtScore(0.5), ForCapacity(3)} == {AtScore(0.5), ForCapacity(3)}


def test_the_frame_is_small_and_falls_in_risk():
    rng = np.random.default_rng(0)
    risk = rng.random(5_000)
    ids = np.array([f"s{k}" for k in range(5_000)], dtype=object)
    frame = prepare(risk, ids, seed=1, label=(rng.random(5_000) < risk).astype(float)).frame()

    assert len(frame) <= 200
    assert frame["risk"].is_monotonic_decreasing
    assert frame.iloc[-1][["n_listed", "recall"]].tolist() == [5_000, 1]
    assert curve().frame()["precision"].isna().all()


def test_the_known_share_counts_numbers_and_categories_alike():
    features = table({"x": [1, None, None, 2]}, {"c": ["a", "b", None, None], "d": ["a", "b", None, "c"]})

    assert known_share(features) == pytest.approx([1, 2 / 3, 0, 2 / 3])
