"""What it would take: other cuts reach what they promise, cost what they say, and change nothing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling.fairness_counts import prepare_groups
from core.modeling.mitigation import BY_GROUP, mitigate
from tests.modeling.made_groups import counted, grouping, ranked


def uneven(seed, *, n=400, hidden=()):
    """A list on which the second group's risks are too low, so that it is found less."""
    rng = np.random.default_rng(seed)
    codes, true = rng.integers(0, 3, n), rng.random(n)
    label = (rng.random(n) < true).astype(float)
    risk = true * np.array([1.0, 0.6, 0.9])[codes]
    return prepare_groups([grouping(codes, hidden=hidden)], rank=ranked(risk), risk=risk, label=label)


def options(curve, n_listed):
    return mitigate(curve, 0, n_listed=n_listed).frame().set_index("option")


def test_the_list_as_it_is_comes_first_and_costs_nothing():
    found = options(uneven(1), 100)

    assert found.index[0] == "The list as it is"
    assert found.iloc[0]["listed"] == 100
    assert not found.iloc[0][["more_listed", "more_found", "more_false_alarms", "taken_off"]].any()


def test_only_the_options_with_a_cut_by_group_say_that_they_treat_groups_differently():
    found = options(uneven(1), 100)

    assert tuple(found.index[found["by_group"].astype(bool)]) == BY_GROUP


def test_a_lower_cut_for_one_group_lists_fewer_more_than_a_longer_list_for_all():
    found = options(uneven(1), 100)

    assert 0 < found.loc[BY_GROUP[0], "more_listed"] < found.loc["A longer list for all", "more_listed"]
    assert found.loc[BY_GROUP[0], "more_found"] > 0


def test_the_cost_is_counted_by_hand():
    # Ten of each group have the outcome; on the list are the first 10 places, all of group a.
    codes = np.repeat([0, 1], 20)
    label = np.tile([1.0] * 10 + [0.0] * 10, 2)
    rank = np.concatenate([np.arange(1, 21), np.arange(21, 41)])
    curve = prepare_groups([grouping(codes)], rank=rank, risk=label, label=label)
    found = options(curve, 10)

    assert mitigate(curve, 0, n_listed=10).target == 0.5
    assert found.loc["A longer list for all", ["listed", "found", "false_alarms"]].tolist() == [25, 15, 10]
    assert found.loc[BY_GROUP[0], ["listed", "found", "false_alarms", "taken_off"]].tolist() == [15, 15, 0, 0]
    assert found.loc[BY_GROUP[1], ["listed", "found", "taken_off", "least", "most"]].tolist() == [
        10, 10, 5, 0.5, 0.5,
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 500), st.integers(1, 399))
def test_every_option_keeps_its_promise(seed, n_listed):
    curve = uneven(seed)
    found, target = options(curve, n_listed), mitigate(curve, 0, n_listed=n_listed).target

    assert (found.loc[["A longer list for all", BY_GROUP[0]], "least"] >= target - 1e-12).all()
    assert (found.loc[["A longer list for all", BY_GROUP[0]], "taken_off"] == 0).all()
    assert found.loc[BY_GROUP[1], "listed"] <= n_listed
    assert (found["listed"] == found["found"] + found["false_alarms"]).all()
    assert (found["least"] <= found["most"]).all()


def test_a_group_that_is_withheld_gets_no_cut_of_its_own():
    curve = uneven(1, hidden="b")
    now = curve.rank <= 100
    found = options(curve, 100)

    assert found.loc["The list as it is", "least"] > options(uneven(1), 100).loc["The list as it is", "least"]
    assert found.loc["The list as it is", "listed"] == now.sum()


def test_with_one_group_that_can_be_judged_there_is_nothing_to_set_side_by_side():
    curve, n_listed = counted((4, 4, 10, 60), (50, 50, 20, 80))
    found = mitigate(curve, 0, n_listed=n_listed)

    assert found.is_empty
    assert found.frame().empty
    assert found.why_empty == (
        "It takes two groups of at least 10 students with the outcome to set cuts side by side."
    )
    assert not mitigate(uneven(1), 0, n_listed=9).is_empty


def test_an_empty_list_stays_empty_and_a_full_one_already_finds_everybody():
    empty, full = options(uneven(2), 0), options(uneven(2), 400)

    assert (empty["listed"] == 0).all()
    assert (full["least"] == 1).all()
    assert (full["more_found"] == 0).all()
