"""Odds and probabilities: two ways to say the same risk."""

from __future__ import annotations

import numpy as np

from core.modeling.table import Floats

DECIMALS = 6
"""A risk is rounded to so many decimals, so that a list is the same to the byte on another machine."""


def sigmoid(log_odds: Floats) -> Floats:
    """Return the probability of each log-odds, without overflow.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    small = np.exp(-np.abs(log_odds))
    return np.asarray(np.where(log_odds >= 0, 1.0, small) / (1.0 + small))


def log_odds_of(share: Floats) -> Floats:
    """Return the log-odds of each probability strictly between 0 and 1."""
    return np.asarray(np.log(share) - np.log1p(-share))


def as_risk(log_odds: Floats) -> Floats:
    """Return the risks that are shown: probabilities rounded to ``DECIMALS``."""
    return np.asarray(np.round(sigmoid(log_odds), DECIMALS))
