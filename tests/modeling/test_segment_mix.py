"""Need bands by segment are a recount by hand at any cut, and outcome rates hide what they must."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidChoice
from core.modeling import segment_mix
from core.modeling.intervals import wilson
from core.modeling.segment_mix import outcome_rates, prepare_needs


def bands_of(rank, unknown, n_listed, n_watched, kept=(), waiting=()):
    """Work the bands out one student at a time."""
    found = []
    for row, (place, little) in enumerate(zip(rank, unknown, strict=True)):
        listed = (place <= n_listed or row in kept) and row not in waiting
        if listed:
            found.append(0)
        elif little:
            found.append(3)
        else:
            found.append(1 if place <= n_watched else 2)
    return np.array(found)


def by_hand(labels, bands, k):
    return [[int(((labels == s) & (bands == b)).sum()) for b in range(4)] for s in range(1, k + 1)]


def school(seed, n, k):
    rng = np.random.default_rng(seed)
    labels = rng.integers(1, k + 1, n).astype(np.int16)
    return rng.permutation(n) + 1, labels, rng.random(n) < 0.2


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(2, 5), st.data())
def test_bands_at_any_cut_are_a_recount_by_hand(seed, n, k, data):
    rank, labels, unknown = school(seed, n, k)
    n_listed = data.draw(st.integers(0, n))
    n_watched = data.draw(st.integers(n_listed, n))
    below = [row for row in range(n) if rank[row] > n_listed]
    above = [row for row in range(n) if rank[row] <= n_listed]
    kept = data.draw(st.lists(st.sampled_from(below), unique=True)) if below else []
    waiting = data.draw(st.lists(st.sampled_from(above), unique=True)) if above else []
    along = prepare_needs(rank, labels={k: labels}, unknown=unknown)
    found = along.counts(
        k, n_listed=n_listed, n_watched=n_watched,
        kept=np.array(kept, dtype=int), waiting=np.array(waiting, dtype=int),
    )  # fmt: skip
    bands = bands_of(rank, unknown, n_listed, n_watched, kept, waiting)

    assert found.tolist() == by_hand(labels, bands, k)


@pytest.mark.parametrize("block", [1, 7, 50, 64])
def test_blocks_of_ranks_decide_nothing(block, monkeypatch):
    monkeypatch.setattr(segment_mix, "BLOCK", block)
    rank, labels, unknown = school(3, 50, 4)
    along = prepare_needs(rank, labels={4: labels}, unknown=unknown)
    for n_listed in range(51):
        bands = bands_of(rank, unknown, n_listed, min(50, n_listed + 9))
        counts = along.counts(4, n_listed=n_listed, n_watched=min(50, n_listed + 9))
        assert counts.tolist() == by_hand(labels, bands, 4)


def test_a_longer_list_never_has_fewer_students_of_a_segment():
    rank, labels, unknown = school(5, 300, 3)
    along = prepare_needs(rank, labels={3: labels}, unknown=unknown)
    high = np.array([along.counts(3, n_listed=n, n_watched=n)[:, 0] for n in range(301)])

    assert (np.diff(high, axis=0) >= 0).all()
    assert high[-1].tolist() == np.bincount(labels)[1:].tolist()


def test_a_list_of_more_than_all_is_all():
    rank, labels, unknown = school(1, 20, 2)
    along = prepare_needs(rank, labels={2: labels}, unknown=unknown)

    assert along.counts(2, n_listed=99, n_watched=0)[:, 1:].sum() == 0
    with pytest.raises(InvalidChoice, match="'K' cannot be '5'"):
        along.counts(5, n_listed=1, n_watched=1)


def test_rates_are_of_those_with_a_known_outcome_and_some_are_withheld():
    labels = np.array([1] * 6 + [2] * 4 + [3] * 2, np.int16)
    outcome = np.array([1, 0, 0, np.nan, 1, 0, 1, 1, 1, 1, np.nan, np.nan])
    found = outcome_rates(labels, k=3, outcome=outcome, shown=np.array([True, False, True]))

    assert found.columns.tolist() == ["segment", "n_known", "rate", "low", "high", "is_withheld"]
    assert found.iloc[0, 1:5].tolist() == pytest.approx([5, 0.4, *wilson(2, 5)])
    assert found.iloc[1, 1:5].isna().all()
    assert found["is_withheld"].tolist() == [False, True, False]
    assert found.loc[2, "n_known"] == 0
    assert np.isnan(found.loc[2, "rate"])
