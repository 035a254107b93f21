"""The smallest gap that could have been seen: without it "no gap seen" says nothing."""

from __future__ import annotations

import numpy as np

from core.modeling.fairness_rates import SHARES, Residuals, Shares
from core.modeling.table import Floats

POWER = 0.8
"""A gap could have been seen if it would be, in so many of all tables of this size."""
Z_POWER = 0.8416212335729143
"""The point of the normal distribution that ``POWER`` lies under."""
HALVINGS = 14
"""The smallest gap is found to less than a hundredth of a percentage point."""
HARM: dict[str, tuple[int, ...]] = {
    "recall": (-1,),
    "false_alarms": (1,),
    "precision": (-1,),
    "listed": (-1, 1),
    "outcome": (-1, 1),
}
"""Which way a gap harms the group; both where that depends."""


def smallest_share_gaps(ours: Shares, rest: Shares, *, alpha: float) -> Floats:
    """Return the smallest gap to the rest's share that would be seen with 80 % power; NaN if none would.

    Two shares by the normal approximation with the correction for whole students (Casagrande, Pike and
    Smith, 1978), the rest's share taken as true; ``alpha`` is the level of one two-sided test. The gap
    goes the way that harms the group; where both ways may, it is the larger of the two.
    """
    ways = [(place, way) for place, name in enumerate(SHARES) for way in HARM[name]]
    places = [place for place, _ in ways]
    share = (rest.hits / np.maximum(rest.base, 1))[places]
    way = np.array([[float(way)] for _, way in ways])
    found = _smallest(share, ours.base[places], rest.base[places], way=way, z=_z(alpha))
    gaps = np.maximum.reduceat(found, np.flatnonzero(np.diff(places, prepend=-1)), axis=0)
    return gaps * ours.is_enough * rest.is_enough


def smallest_residual_gaps(ours: Residuals, rest: Residuals, *, alpha: float) -> Floats:
    """Return the same for mean risk minus observed share."""
    return (_z(alpha) + Z_POWER) * np.hypot(ours.error, rest.error)


def _smallest(share: Floats, n: Floats, n_rest: Floats, *, way: Floats, z: float) -> Floats:
    """Return the smallest gap one way (-1 down, 1 up), found by halving the room that there is."""
    room = np.where(way < 0, share, 1 - share)
    low, high = np.zeros(share.shape), room.copy()
    possible = _excess(share, room, n, n_rest, way, z) >= Z_POWER
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        seen = _excess(share, middle, n, n_rest, way, z) >= Z_POWER
        low, high = np.where(seen, low, middle), np.where(seen, middle, high)
    return np.where(possible, high, np.nan)


def _excess(share: Floats, gap: Floats, n: Floats, n_rest: Floats, way: Floats, z: float) -> Floats:
    """Return how many standard errors a gap lies beyond what the test needs."""
    ours, sizes = share + way * gap, 1 / np.maximum(n, 1) + 1 / np.maximum(n_rest, 1)
    pooled = (ours * n + share * n_rest) / np.maximum(n + n_rest, 1)
    null = np.sqrt(np.maximum(pooled * (1 - pooled), 0) * sizes)
    spread = ours * (1 - ours) / np.maximum(n, 1) + share * (1 - share) / np.maximum(n_rest, 1)
    reach = gap - sizes / 2 - z * null
    certain = np.where(reach > 0, np.inf, -np.inf)
    return np.where(spread > 0, reach / np.sqrt(np.where(spread > 0, spread, 1)), certain)


def _z(alpha: float) -> float:
    from scipy.special import ndtri

    return float(-ndtri(alpha / 2))
