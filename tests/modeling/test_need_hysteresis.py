"""Students do not flap across the cut: places change by more than the margin, once, and for a reason."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidChoice
from core.modeling.need_hysteresis import steady
from core.modeling.policies import AtScore, ForCapacity
from core.modeling.thresholds import prepare

MARGIN = 0.04
HUNDREDTHS = st.integers(0, 100).map(lambda k: k / 100)


def curve(risk):
    ids = np.array([f"s{k}" for k in range(len(risk))], dtype=object)
    return prepare(np.round(risk, 6), ids, seed=1)


def rows(flags):
    return np.flatnonzero(flags).tolist()


@st.composite
def schools(draw):
    risk = np.array(draw(st.lists(HUNDREDTHS, min_size=1, max_size=40)))
    before = np.array(draw(st.lists(st.booleans(), min_size=len(risk), max_size=len(risk))))
    return risk, before, draw(st.integers(0, 45)), draw(st.integers(0, 30)) / 100


@given(schools())
def test_the_list_is_as_long_as_the_policy_says_and_of_the_highest_with_the_margin(school):
    risk, before, capacity, margin = school
    found = steady(curve(risk), before=before, margin=margin).listed(ForCapacity(capacity))
    raised = np.round(risk + margin * before, 9)

    assert found.n_listed == found.listed.sum() == min(capacity, len(risk))
    assert len(found.kept) == len(found.waiting)
    if 0 < found.n_listed < len(risk):
        assert raised[found.listed].min() >= raised[~found.listed].max()
    for row in rows(~before & found.listed):
        out = before & ~found.listed
        assert (np.round(risk[row] - risk[out], 9) > margin).all()


@given(schools())
def test_nobody_is_kept_who_was_not_listed_and_nobody_waits_who_was(school):
    risk, before, capacity, margin = school
    found = steady(curve(risk), before=before, margin=margin).listed(ForCapacity(capacity))

    assert before[found.kept].all()
    assert not before[found.waiting].any()
    assert (found.status() != "").sum() == 2 * len(found.kept)


@settings(max_examples=40)
@given(schools(), st.integers(0, 2**31))
def test_no_student_flaps_under_noise_of_up_to_half_the_margin(school, seed):
    base, before, capacity, _ = school
    base = 0.1 + 0.8 * base
    rng = np.random.default_rng(seed)
    lists = [before]
    for _ in range(8):
        noisy = base + rng.uniform(-MARGIN / 2, MARGIN / 2, len(base)) * 0.9999
        lists.append(
            steady(curve(noisy), before=lists[-1], margin=MARGIN).listed(ForCapacity(capacity)).listed
        )

    for earlier, later in pairwise(lists):
        came, went = later & ~earlier, earlier & ~later
        if came.any() and went.any():
            assert base[came].min() > base[went].max()


@settings(max_examples=40)
@given(schools(), st.integers(0, 2**31))
def test_a_list_of_the_true_risks_stays_as_it_is(school, seed):
    base, _, capacity, _ = school
    base = 0.1 + 0.8 * base
    now = curve(base).listed(ForCapacity(capacity))
    rng = np.random.default_rng(seed)
    for _ in range(5):
        noisy = base + rng.uniform(-MARGIN / 2, MARGIN / 2, len(base)) * 0.9999
        after = steady(curve(noisy), before=now, margin=MARGIN).listed(ForCapacity(capacity)).listed
        assert after.tolist() == now.tolist()


def test_why_a_student_is_kept_or_waits_is_said():
    risk = np.array([0.9, 0.50, 0.51, 0.2])
    before = np.array([True, True, False, False])
    found = steady(curve(risk), before=before, margin=0.02).listed(ForCapacity(2))

    assert rows(found.listed) == [0, 1]
    assert [found.why(row) for row in range(4)] == [
        "",
        "kept: was on the list and is still within the margin",
        "waits: ahead of a student on the list, but not by the margin",
        "",
    ]
    assert found.words == ("1 student is kept within the margin of 2 points of risk, and 1 student waits.")


def test_beyond_the_margin_the_newcomer_is_listed():
    risk = np.array([0.9, 0.50, 0.53, 0.2])
    found = steady(curve(risk), before=np.array([True, True, False, False]), margin=0.02)

    assert rows(found.listed(ForCapacity(2)).listed) == [0, 2]
    assert found.n_kept(2) == 1
    assert found.listed(ForCapacity(2)).words == (
        "The margin of 2 points of risk keeps nobody: the list is that of the risks alone."
    )


def test_without_a_margin_or_a_last_list_it_is_the_plain_list():
    risk = np.array([0.9, 0.5, 0.5, 0.5, 0.2])
    plain = curve(risk)
    nobody = np.zeros(5, dtype=bool)

    for policy in (ForCapacity(0), ForCapacity(2), ForCapacity(9), AtScore(0.5)):
        assert (steady(plain, before=nobody, margin=0.3).listed(policy).listed == plain.listed(policy)).all()
    assert steady(curve([]), before=[], margin=0.1).listed(ForCapacity(3)).n_listed == 0
    assert steady(curve([0.4]), before=[True], margin=0.1).listed(ForCapacity(3)).n_listed == 1


def test_of_tied_students_those_of_the_last_list_stay():
    before = np.array([False, True, False, True])

    assert rows(steady(curve([0.5] * 4), before=before, margin=0).listed(ForCapacity(2)).listed) == [1, 3]


@pytest.mark.parametrize("margin", [-0.1, 1.5, float("nan")])
def test_a_margin_that_is_no_difference_of_risks_is_refused(margin):
    with pytest.raises(InvalidChoice, match=f"The margin cannot be {margin}.") as caught:
        steady(curve([0.5]), before=[True], margin=margin)
    assert caught.value.hint == "It is a difference of risks: 0 to 1, such as 0.02."
