"""Where K-means starts: the best of several runs on samples, all runs of a K computed together.

A start is drawn far from those drawn before it, the best of four draws each time (greedy k-means++: Arthur
and Vassilvitskii 2007). Runs race: sixteen on a small sample; the better half, beside eight that add a centre
to the best found for K - 1, on larger ones, fewer each time; the last of them beside runs that leave out a
centre of the best found for K + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.modeling.segment_scaling import Points
from core.modeling.table import Floats
from core.modeling.threads import two_at_a_time

RUNS = 16
FIRST_SAMPLE = 2_048
FIRST_MOVES = 8
KEPT = 8
GROWN = 8
RISING = ((6_144, 5, 6), (16_384, 4, 2))
"""Then: on so many students so many moves, after which so many runs stay in the race."""
SHRUNK = 4
FALLING = ((6_144, 5, 2),)
LAST = ((16_384, 4, 2), (16_384, 10, 1))
STAGES = (*RISING, *FALLING, *LAST)
ALL = RUNS + GROWN + SHRUNK
DRAWS = 4
WORTH_TWO = 20_000
"""Runs are shared by two threads where they have more students than this between them."""
BLOCK = 2_048
"""So many students at a time: what is computed of them stays in the processor's cache."""
DONE = 1e-4
"""Runs stop when none of them lowers its inertia by more than this fraction."""


class Runs(NamedTuple):
    """Several runs of one K: centres (runs, k, dimensions), and the inertia of each, a student."""

    centres: Points
    inertia: Floats

    def best(self, n: int) -> Points:
        """Return the centres of the ``n`` runs of the least inertia, the best first."""
        return self.centres[np.argsort(self.inertia, kind="stable")[:n]]


def start_all(points: Points, *, ks: Sequence[int], seed: int) -> list[Points]:
    """Return centres (k, dimensions) for each K; the rows must stand in a drawn order.

    All smaller K and the next larger one are run too, those asked for or not: so a K comes out the same
    whatever else is asked.
    """
    risen = _rise(points, up_to=max(ks) + 1, seed=seed)
    return [_fall(points, risen[k], risen[k + 1][0]) for k in ks]


def _rise(points: Points, *, up_to: int, seed: int) -> dict[int, Points]:
    """Return the best runs for each K from 2, the best first."""
    first = points[:FIRST_SAMPLE]
    every = range(2, up_to + 1)
    drawn = draw_far_apart(first, k=up_to, n_runs=RUNS, seed=seed)
    raced = two_at_a_time(lambda k: move(first, drawn[:, :k], moves=FIRST_MOVES), every)
    risen: dict[int, Points] = {}
    for k, runs in zip(every, raced, strict=True):
        centres = runs.best(KEPT)
        if k - 1 in risen:
            centres = np.concatenate([centres, _grown(first, risen[k - 1][0], seed=seed)])
        risen[k] = _race(points, centres, RISING)
    return risen


def _fall(points: Points, risen: Points, larger: Points) -> Points:
    """Return the best of the runs that rose to K, and of those from K + 1 less a centre."""
    fallen = _race(points, _shrunk(points[: FALLING[0][0]], larger), FALLING)
    found: Points = _race(points, np.concatenate([risen, fallen]), LAST)[0]
    return found


def _race(points: Points, centres: Points, stages: Sequence[tuple[int, int, int]]) -> Points:
    """Return the runs that are left after these stages, the best first."""
    for sample, moves, n_kept in stages:
        centres = move(points[:sample], centres, moves=moves).best(n_kept)
    return centres


def said(n_students: int, *, seed: int) -> str:
    """Return how the segments were begun, in one sentence."""
    if n_students <= FIRST_SAMPLE:
        return f"For each K the best of up to {ALL} runs, {RUNS} of them drawn with seed {seed}."
    sample, _, _ = STAGES[-1]
    return (
        f"For each K up to {ALL} runs, begun on {FIRST_SAMPLE:,} drawn students (seed {seed}); the best "
        f"of them go on to {min(n_students, sample):,}, the very best to all {n_students:,}."
    )


def _grown(points: Points, centres: Points, *, seed: int) -> Points:
    """Return runs that begin with ``centres`` and one more, drawn far from them."""
    rng = np.random.default_rng((seed, len(centres)))
    nearest = _squares(points)[None] - 2 * _half_less(points, centres[None]).max(axis=1)
    candidates = _drawn_by_distance(np.maximum(nearest, 0), rng.random((1, GROWN * DRAWS)))
    after = np.minimum(_squared(points, candidates), nearest[:, None])[0].sum(axis=1, dtype=np.float64)
    best = np.argmin(after.reshape(GROWN, DRAWS), axis=1)
    added = points[candidates.reshape(GROWN, DRAWS)[np.arange(GROWN), best]]
    return np.concatenate([np.broadcast_to(centres, (GROWN, *centres.shape)), added[:, None]], axis=1)


def _shrunk(points: Points, centres: Points) -> Points:
    """Return runs that begin with ``centres`` less one of those that are missed least."""
    closeness = _half_less(points, centres[None])[0]
    next_best, best = np.partition(closeness, -2, axis=0)[-2:]
    missed = np.bincount(closeness.argmax(axis=0), weights=best - next_best, minlength=len(centres))
    least = np.argsort(missed, kind="stable")[:SHRUNK]
    return np.stack([np.delete(centres, place, axis=0) for place in least])


def draw_far_apart(points: Points, *, k: int, n_runs: int, seed: int) -> Points:
    """Return starts of shape (runs, k, dimensions); the first ``j`` of them are the starts for K = j."""
    rng = np.random.default_rng(seed)
    chosen = np.empty((n_runs, k), dtype=np.intp)
    chosen[:, 0] = rng.integers(len(points), size=n_runs)
    nearest = _squared(points, chosen[:, :1])[:, 0]
    for place in range(1, k):
        candidates = _drawn_by_distance(nearest, rng.random((n_runs, DRAWS)))
        after = np.minimum(_squared(points, candidates), nearest[:, None])
        best = np.argmin(after.sum(axis=2, dtype=np.float64), axis=1)
        runs = np.arange(n_runs)
        chosen[:, place], nearest = candidates[runs, best], after[runs, best]
    return points[chosen]


def move(points: Points, centres: Points, *, moves: int) -> Runs:
    """Return the runs after at most so many moves of their centres to the means of their segments."""
    half = len(centres) // 2 if len(centres) * len(points) > WORTH_TWO else 0
    halves = [part for part in (centres[:half], centres[half:]) if len(part)]
    found = two_at_a_time(lambda part: _move(points, part, moves), halves)
    return Runs(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _move(points: Points, centres: Points, moves: int) -> Runs:
    before = np.full(len(centres), np.inf)
    total = float(np.einsum("ij,ij->", points, points, dtype=np.float64)) / len(points)
    for _ in range(moves):
        centres, less = _moved(points, centres)
        inertia = total - 2 * less
        if (before - inertia <= DONE * inertia).all():
            break
        before = inertia
    return Runs(centres, inertia)


def _moved(points: Points, centres: Points) -> tuple[Points, Floats]:
    """Return the runs moved once, and half of what their inertia was less than that around the origin.

    An empty segment stays where it is.
    """
    flat = centres.reshape(-1, centres.shape[2])
    sums, sizes = np.zeros_like(flat), np.zeros(len(flat), dtype=np.float32)
    less = np.zeros(len(centres))
    for first in range(0, len(points), BLOCK):
        block = points[first : first + BLOCK]
        closeness = _half_less(block, centres)
        most = closeness.max(axis=1)
        np.greater_equal(closeness, most[:, None], out=closeness, casting="unsafe")
        members = closeness.reshape(len(flat), -1)
        sums += members @ block
        sizes += members.sum(axis=1)
        less += most.sum(axis=1, dtype=np.float64)
    means = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], flat)
    return means.reshape(centres.shape), less / len(points)


def _half_less(points: Points, centres: Points) -> Points:
    """Return (runs, k, points): half of how much nearer a centre is than the origin, in squared distance."""
    n_runs, k, width = centres.shape
    flat = centres.reshape(-1, width)
    found: Points = flat @ points.T
    found -= (_squares(flat) / 2)[:, None]
    return found.reshape(n_runs, k, -1)


def _squares(points: Points) -> Points:
    found: Points = np.einsum("ij,ij->i", points, points)
    return found


def _squared(points: Points, rows: np.ndarray) -> Points:
    """Return the squared distances of ``rows`` (runs, draws) to all points: (runs, draws, points)."""
    chosen = rows.ravel()
    squares = _squares(points)
    found: Points = squares[chosen][:, None] + squares - 2 * (points[chosen] @ points.T)
    np.maximum(found, 0, out=found)
    found[np.arange(rows.size), chosen] = 0
    return found.reshape(*rows.shape, -1)


def _drawn_by_distance(nearest: Points, chances: Floats) -> np.ndarray:
    """Return rows drawn with a chance that grows with the squared distance to the nearest start."""
    steps = np.cumsum(nearest, axis=1, dtype=np.float64)
    found = [np.searchsorted(s, c * s[-1], side="right") for s, c in zip(steps, chances, strict=True)]
    rows: np.ndarray = np.minimum(found, nearest.shape[1] - 1)
    return rows
