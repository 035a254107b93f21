"""Where K-means starts: each K by itself, from runs that rise to it and runs that fall to it."""

import numpy as np
import pytest

from core.modeling import segment_start
from core.modeling.segment_start import start_all


def cloud(n=3_000, *, width=6, seed=0):
    """Return students without groups: the hardest to start well."""
    return np.random.default_rng(seed).normal(size=(n, width)).astype(np.float32)


def inertia_of(points, centres):
    return ((points[:, None] - centres[None]) ** 2).sum(axis=2).min(axis=1).mean()


@pytest.mark.parametrize("k", [2, 5, 8])
def test_a_k_starts_the_same_whatever_else_is_asked(k):
    points = cloud()
    (alone,) = start_all(points, ks=(k,), seed=3)
    among = start_all(points, ks=range(2, 10), seed=3)[k - 2]

    assert (alone == among).all()


def test_the_centres_missed_least_are_left_out():
    spots = np.array([[0, 0], [1, 0], [20, 0], [0, 30], [30, 30], [60, 0]], np.float32)
    points = np.repeat(spots, 10, axis=0)
    found = segment_start._shrunk(points, spots)
    by_hand = sorted(
        range(len(spots)), key=lambda i: (inertia_of(points, np.delete(spots, i, axis=0)).round(3), i)
    )

    assert len(found) == segment_start.SHRUNK
    for centres, gone in zip(found, by_hand, strict=False):
        assert (centres == np.delete(spots, gone, axis=0)).all()


def test_a_move_in_blocks_is_a_move_of_all_at_once():
    points = cloud(5_000)
    centres = np.stack([points[:4], points[4:8]])
    moved, less = segment_start._moved(points, centres)
    for run, new, half in zip(centres, moved, less, strict=True):
        label = ((points[:, None] - run[None]) ** 2).sum(axis=2).argmin(axis=1)
        assert new == pytest.approx(np.stack([points[label == i].mean(axis=0) for i in range(4)]), abs=1e-4)
        assert (points**2).sum(axis=1).mean() - 2 * half == pytest.approx(inertia_of(points, run), rel=1e-5)


def test_more_centres_than_different_students_are_no_error():
    points = np.repeat(np.eye(3, dtype=np.float32), 40, axis=0)
    (found,) = start_all(points, ks=(3,), seed=0)

    assert inertia_of(points, found) == pytest.approx(0, abs=1e-6)
