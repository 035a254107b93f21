"""How sure a place is: the interval holds the place itself, and the true one about nine times in ten."""

import time

import numpy as np
import pytest

from core.modeling.rank_intervals import rank_spread
from core.modeling.thresholds import prepare
from core.modeling.train import cross_validate
from tests.modeling.made_students import table


def made(n, seed):
    """Students whose risk is a known sum of three numbers: the table, what happened, the true places."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, 3))
    log_odds = -1 + numbers @ [0.9, -0.6, 0.0]
    label = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    place = np.empty(n, dtype=int)
    place[np.argsort(-log_odds)] = np.arange(1, n + 1)
    return table({name: list(numbers[:, k]) for k, name in enumerate("abc")}), label, place


def spread_of(features, label, *, seed=1, repeats=1):
    validated = cross_validate(features, label, seed=seed, repeats=repeats)
    curve = prepare(validated.risk, features.student_ids, seed=seed, label=label)
    return rank_spread(validated, features, curve)


@pytest.fixture(scope="module")
def school():
    features, label, _ = made(300, 1)
    return spread_of(features, label, repeats=2)


def test_an_interval_holds_the_place_and_lies_among_the_students(school):
    found = school.intervals(np.arange(300))

    assert (found.low >= 1).all()
    assert (found.high <= 300).all()
    assert (found.low <= found.rank).all()
    assert (found.rank <= found.high).all()
    assert found.rank.tolist() == school.curve.rank.tolist()


def test_the_ends_are_the_places_that_the_ends_of_the_risk_would_have(school):
    found = school.intervals([4, 200])
    risk = school.curve.risk

    for k in range(2):
        assert found.low[k] == 1 + (risk > found.risk_high[k]).sum()
        assert found.high[k] == (risk >= found.risk_low[k]).sum()


def test_a_page_says_what_all_together_say(school):
    page = school.curve.order[100:125]

    assert (
        school.intervals(page)
        .frame()
        .equals(school.intervals(np.arange(300)).frame().iloc[page].reset_index(drop=True))
    )
    assert school.intervals(np.empty(0, dtype=int)).is_empty


def test_a_place_is_said_in_words(school):
    words = school.intervals(school.curve.order[[11]]).frame()["words"].iloc[0]

    assert words.startswith("12th, could be ")
    assert "10 models" in school.about
    assert "(5 parts, 2 times over; grouped jackknife)" in school.about


def test_the_interval_holds_the_true_place_about_nine_times_in_ten():
    held = []
    for seed in range(6):
        features, label, true = made(500, seed)
        found = spread_of(features, label, seed=seed).intervals(np.arange(500))
        held.append(((found.low <= true) & (true <= found.high)).mean())

    assert 0.85 <= np.mean(held) <= 0.98, held


def test_more_students_make_places_surer():
    widths = []
    for n in (200, 2_000):
        features, label, _ = made(n, 3)
        found = spread_of(features, label).intervals(np.arange(n))
        widths.append(((found.high - found.low) / n).mean())

    assert widths[1] < widths[0] / 1.5


def test_the_margin_at_a_cut_is_how_unsure_the_risks_are_there(school):
    near = school.intervals(school.curve.order[: 30 + 100])

    assert school.margin_at(30) == pytest.approx(np.median(near.risk_high - near.risk_low) / 2, abs=1e-6)
    assert [school.margin_at(n) for n in (0, 300)] == [0, 0]


def test_students_who_cannot_be_told_apart_could_have_any_place():
    rng = np.random.default_rng(0)
    same = table({"a": [1.0] * 60})
    found = spread_of(same, (rng.random(60) < 0.4).astype(float)).intervals(np.arange(60))

    assert found.low.min() == 1
    assert (found.high - found.low >= 0).all()


def test_a_page_costs_what_a_page_costs(school):
    page = np.arange(25)
    school.intervals(page)
    taken = []
    for _ in range(20):
        start = time.perf_counter()
        school.intervals(page)
        taken.append(time.perf_counter() - start)

    assert min(taken) < 0.05
