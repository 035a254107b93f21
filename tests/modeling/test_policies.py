"""What is asked of a list becomes a number of students, the smallest that does it; words and JSON fit it."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidChoice
from core.modeling.policies import (
    KINDS,
    AtScore,
    BadPolicy,
    ForCapacity,
    ForCost,
    ForRecall,
    ForTeam,
    policy_from_json,
    policy_to_json,
)
from core.modeling.thresholds import prepare

NAN = np.nan
TENTHS = st.integers(0, 10).map(lambda k: k / 10)
SCHOOLS = st.lists(st.tuples(TENTHS, st.sampled_from([0.0, 1.0, NAN])), min_size=1, max_size=40)
COUNTS = st.integers(0, 60)
PRICES = st.integers(1, 40).map(lambda k: k / 4)
POLICIES = st.one_of(
    st.builds(ForCapacity, COUNTS),
    st.builds(ForTeam, COUNTS, COUNTS, COUNTS),
    st.builds(AtScore, TENTHS),
    st.builds(ForRecall, TENTHS),
    st.builds(ForCost, PRICES, PRICES),
)


def curve(risk, label=None, seed=1):
    ids = np.array([f"s{k}" for k in range(len(risk))], dtype=object)
    return prepare(np.asarray(risk, dtype=float), ids, seed=seed, label=label)


def test_a_team_is_its_talks_and_says_its_parts():
    team = ForTeam(mentors=12, talks=6, weeks=3)

    assert team.n == 216
    assert team.parts == "12 mentors x 6 talks a week x 3 weeks"
    assert team.describe() == (
        "the 216 students with the highest risk: 12 mentors x 6 talks a week x 3 weeks"
    )
    assert curve(np.linspace(0, 1, 300)).n_listed(team) == 216
    assert curve([0.5]).cut(team).note == "There is only 1 student, who is listed."
    assert curve([]).cut(team).note == "There are no students."


@settings(max_examples=60)
@given(SCHOOLS, TENTHS)
def test_a_share_to_find_is_reached_by_the_list_and_by_none_that_is_shorter(students, share):
    risk, label = np.array(students).T
    found = curve(risk, label)
    n = found.n_listed(ForRecall(share))
    ordered = label[found.order]
    positives = (label == 1).sum()

    if positives:
        reached = [(ordered[:k] == 1).sum() / positives >= share for k in range(len(risk) + 1)]
        assert n == reached.index(True)
    elif risk.sum() > 0:
        assert found.expected[n] >= share * risk.sum() - 1e-9
        assert n == 0 or found.expected[n - 1] < share * risk.sum()


def test_a_share_is_counted_exactly():
    label = np.ones(100)

    assert [curve(np.full(100, 0.5), label).n_listed(ForRecall(k / 100)) for k in range(101)] == list(
        range(101)
    )


def test_without_known_outcomes_the_share_is_of_the_risks_and_says_so():
    found = curve([0.8, 0.6, 0.4, 0.2])

    assert [found.n_listed(ForRecall(share)) for share in (0, 0.4, 0.41, 0.7, 1)] == [0, 1, 2, 2, 4]
    assert found.cut(ForRecall(0.4)).note == (
        "Nobody is known to have the outcome, so the share is counted by the risks."
    )
    assert curve([0.0, 0.0]).n_listed(ForRecall(0.9)) == 0


@settings(max_examples=60)
@given(SCHOOLS, PRICES, PRICES)
def test_the_least_cost_is_the_least_of_all_lists_and_of_equals_the_shortest(students, false_alarm, missed):
    risk = np.array(students).T[0]
    found = curve(risk)
    falling = found.risk
    costs = [(1 - falling[:k]).sum() * false_alarm + falling[k:].sum() * missed for k in range(len(risk) + 1)]

    assert found.n_listed(ForCost(false_alarm, missed)) == int(np.argmax(np.array(costs) < min(costs) + 1e-9))


@settings(max_examples=60)
@given(SCHOOLS, st.lists(POLICIES, min_size=1, max_size=3))
def test_counts_at_any_cut_equal_a_recount_by_hand(students, policies):
    risk, label = np.array(students).T
    found = curve(risk, label)

    for policy in policies:
        cut, listed = found.cut(policy), found.listed(policy)
        assert cut.n_listed == listed.sum()
        assert (cut.found, cut.missed) == ((label[listed] == 1).sum(), (label[~listed] == 1).sum())
        assert cut.false_alarms == (label[listed] == 0).sum()


@settings(max_examples=60)
@given(SCHOOLS, st.integers(0, 45), st.integers(0, 10))
def test_more_capacity_lists_the_same_students_and_more(students, capacity, more):
    risk, label = np.array(students).T
    found = curve(risk, label)
    small, large = ForCapacity(capacity), ForCapacity(capacity + more)

    assert not (found.listed(small) & ~found.listed(large)).any()
    assert found.cut(small).found <= found.cut(large).found
    assert found.cut(small).n_expected <= found.cut(large).n_expected + 1e-9


@settings(max_examples=60)
@given(SCHOOLS, TENTHS, TENTHS)
def test_more_to_find_and_dearer_misses_list_more(students, share, other):
    found = curve(*np.array(students).T)
    low, high = sorted([share, other])

    assert found.n_listed(ForRecall(low)) <= found.n_listed(ForRecall(high))
    assert found.n_listed(ForCost(1, 1 + low)) <= found.n_listed(ForCost(1, 1 + high))


@pytest.mark.parametrize("kind", KINDS)
def test_of_nobody_and_of_one_student_every_policy_has_an_answer(kind):
    policy = {
        "capacity": ForCapacity(5),
        "team": ForTeam(1, 2, 3),
        "score": AtScore(0.5),
        "recall": ForRecall(0.8),
        "cost": ForCost(1, 4),
    }[kind]

    assert curve([]).cut(policy).n_listed == 0
    assert curve([]).frame().empty
    assert curve([0.7], [1.0]).cut(policy).n_listed == 1


@pytest.mark.parametrize(
    ("policy", "n"),
    [(ForCapacity(4), 4), (AtScore(0.3), 10), (AtScore(0.31), 0), (ForCost(1, 3), 10), (ForCost(7, 3), 0)],
)
def test_where_all_risks_are_equal_a_price_or_a_risk_takes_all_or_none(policy, n):
    found = curve([0.3] * 10)

    assert found.n_listed(policy) == n
    assert found.cut(ForCapacity(4)).note == (
        "10 students share the risk at the cut; 4 of them are listed, drawn with seed 1."
    )


@given(POLICIES)
def test_json_gives_the_policy_back(policy):
    assert policy_from_json(json.loads(json.dumps(policy_to_json(policy)))) == policy


@pytest.mark.parametrize(
    ("value", "message", "hint"),
    [
        ("40", "A policy must be an object.", "With a 'kind' and its numbers."),
        (
            {"kind": "capasity", "n": 3},
            "There is no policy of the kind 'capasity'.",
            "Did you mean 'capacity'? Valid: 'capacity', 'team', 'score', 'recall', 'cost'.",
        ),
        (
            {"n": 3},
            "There is no policy of the kind 'None'.",
            "Valid: 'capacity', 'team', 'score', 'recall', 'cost'.",
        ),
        (
            {"kind": "team", "mentors": 1, "talk": 2, "weeks": 1},
            "A policy of the kind 'team' has no 'talk'.",
            "Did you mean 'talks'? Valid: 'mentors', 'talks', 'weeks'.",
        ),
        ({"kind": "recall"}, "A policy of the kind 'recall' needs 'share'.", "It is a number."),
        (
            {"kind": "capacity", "n": 3.5},
            "'n' of a policy of the kind 'capacity' cannot be '3.5'.",
            "It is a whole number from 0 to 1,000,000,000.",
        ),
        (
            {"kind": "capacity", "n": True},
            "'n' of a policy of the kind 'capacity' cannot be 'True'.",
            "It is a whole number from 0 to 1,000,000,000.",
        ),
        (
            {"kind": "score", "risk": "0.5"},
            "'risk' of a policy of the kind 'score' cannot be '0.5'.",
            "It is a finite number.",
        ),
        (
            {"kind": "cost", "false_alarm": 1, "missed": float("inf")},
            "'missed' of a policy of the kind 'cost' cannot be 'inf'.",
            "It is a finite number.",
        ),
    ],
)
def test_what_is_no_policy_is_refused_by_name(value, message, hint):
    with pytest.raises(BadPolicy) as caught:
        policy_from_json(value)
    assert (str(caught.value), caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        (lambda: ForTeam(-1, 6, 3), "The number of mentors cannot be -1.", "It is a whole number"),
        (lambda: ForTeam(2, 1.5, 3), "The number of talks cannot be 1.5.", "It is a whole number"),
        (lambda: ForTeam(10**6, 10**6, 1), "A team cannot have 1,000,000,000,000 talks.", "At most"),
        (lambda: ForCapacity(NAN), "The capacity cannot be nan.", "It is a whole number"),
        (lambda: ForCapacity(10**400), f"The capacity cannot be {10**400}.", "It is a whole number"),
        (lambda: ForRecall(80), "The share to find cannot be 80.", "It is a number from 0 to 1, such as 0.8"),
        (lambda: ForCost(0, 1), "The cost of a false alarm cannot be 0.", "It is a number above 0"),
        (lambda: ForCost(1, -2), "The cost of a student missed cannot be -2.", "It is a number above 0"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(make, message, hint):
    with pytest.raises(InvalidChoice) as caught:
        make()
    assert str(caught.value) == message
    assert caught.value.hint.startswith(hint)


def test_numbers_of_numpy_are_numbers():
    assert ForCapacity(np.int64(3)) == ForCapacity(3)
    assert AtScore(np.float64(0.5)) == AtScore(0.5)
