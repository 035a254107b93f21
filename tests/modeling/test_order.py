"""Draws depend on the seed and the student, never on the rows' order, and are the same on every machine."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.modeling.order import rank_order, seeded_hash, seeded_order, stratified_parts

IDS = np.array(["007", "A-1", "Zoë", "NA", ""], dtype=object)


def test_the_numbers_drawn_are_fixed_for_all_time():
    assert seeded_hash(IDS, seed=7, purpose="ties").tolist()[:2] == [5324623603106415899, 4080413291562363375]


def test_seed_and_purpose_change_the_draw():
    orders = {
        tuple(seeded_order(np.array([f"s{k}" for k in range(50)], dtype=object), seed=seed, purpose=purpose))
        for seed in (1, 2)
        for purpose in ("folds", "ties")
    }

    assert len(orders) == 4


@given(st.lists(st.text(), min_size=1, max_size=30, unique=True), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(ids, random):
    shuffled = random.sample(ids, len(ids))
    first, second = (np.array(some, dtype=object) for some in (ids, shuffled))

    drawn = [list(some[seeded_order(some, seed=3, purpose="x")]) for some in (first, second)]
    assert drawn[0] == drawn[1]


def test_students_with_the_same_hash_stand_in_the_order_of_their_ids(monkeypatch):
    monkeypatch.setattr(
        "core.modeling.order.seeded_hash", lambda ids, **_: np.zeros(len(ids), dtype=np.uint64)
    )

    assert seeded_order(np.array(["b", "c", "a"], dtype=object), seed=1, purpose="x").tolist() == [2, 0, 1]


@given(
    st.lists(st.sampled_from([0.1, 0.5, 0.9]), min_size=1, max_size=40),
    st.integers(0, 5),
    st.randoms(use_true_random=False),
)
def test_ranks_fall_in_risk_and_ties_do_not_depend_on_the_rows_order(risks, seed, random):
    ids = [f"s{k}" for k in range(len(risks))]
    order = random.sample(range(len(risks)), len(risks))
    ranked = []
    for rows in (range(len(risks)), order):
        risk, some = np.array([risks[k] for k in rows]), np.array([ids[k] for k in rows], dtype=object)
        places = rank_order(risk, some, seed=seed)
        assert (np.diff(risk[places]) <= 0).all()
        ranked.append(list(some[places]))

    assert ranked[0] == ranked[1]


@given(st.lists(st.sampled_from([0.0, 1.0, np.nan]), max_size=60), st.integers(2, 7))
def test_parts_share_each_outcome_evenly_and_leave_the_unknown_out(label, n_parts):
    label = np.array(label, dtype=float)
    parts = stratified_parts(label, np.arange(len(label)), n_parts)

    assert ((parts == -1) == np.isnan(label)).all()
    for outcome in (0.0, 1.0):
        counts = np.bincount(parts[label == outcome], minlength=n_parts)
        assert counts.max() - counts.min() <= 1
    sizes = np.bincount(parts[parts >= 0], minlength=n_parts)
    assert sizes.max() - sizes.min() <= 1
