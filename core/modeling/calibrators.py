"""Corrections of risks as plain numbers, and how each is fitted; all rise strictly and so keep the order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from core.errors import ModelError
from core.modeling.logistic import as_risk, log_odds_of, sigmoid
from core.modeling.table import Floats, Integers


class Calibrator(Protocol):
    """A correction of log-odds, as plain numbers."""

    def log_odds(self, log_odds: Floats) -> Floats:
        """Return the corrected log-odds; higher ones stay higher."""

    def apply(self, log_odds: Floats) -> Floats:
        """Return the corrected risks as they are shown."""

    def to_json(self) -> dict[str, Any]:
        """Return the correction as values for a JSON file; ``read_calibrator`` reads it."""


@dataclass(frozen=True)
class NoCalibration:
    """The risks as the model gives them."""

    def log_odds(self, log_odds: Floats) -> Floats:
        """Return them unchanged."""
        return log_odds

    def apply(self, log_odds: Floats) -> Floats:
        """Return the risks."""
        return as_risk(log_odds)

    def to_json(self) -> dict[str, Any]:
        """Return what it is."""
        return {"kind": "none"}


@dataclass(frozen=True)
class Platt:
    """A straight line over the log-odds (Platt, 1999)."""

    slope: float
    """Above 0; under 1 it draws the risks together."""
    intercept: float

    def log_odds(self, log_odds: Floats) -> Floats:
        """Return the line's log-odds."""
        return np.asarray(self.slope * log_odds + self.intercept)

    def apply(self, log_odds: Floats) -> Floats:
        """Return the risks."""
        return as_risk(self.log_odds(log_odds))

    def to_json(self) -> dict[str, Any]:
        """Return both numbers."""
        return {"kind": "platt", "slope": self.slope, "intercept": self.intercept}


@dataclass(frozen=True)
class Isotonic:
    """A rising line through the middles of the steps of an isotonic regression.

    Centred isotonic regression (Oron and Flournoy, Statistics in Biopharmaceutical Research 9, 2017), in
    log-odds; beyond the ends it runs on in parallel to the model's own, so that nobody is tied with others.
    """

    x: tuple[float, ...]
    """The model's log-odds, rising."""
    y: tuple[float, ...]
    """The corrected ones, rising."""

    def log_odds(self, log_odds: Floats) -> Floats:
        """Return the line's log-odds."""
        inside = np.clip(log_odds, self.x[0], self.x[-1])
        return np.asarray(np.interp(inside, self.x, self.y) + (log_odds - inside))

    def apply(self, log_odds: Floats) -> Floats:
        """Return the risks."""
        return as_risk(self.log_odds(log_odds))

    def to_json(self) -> dict[str, Any]:
        """Return the points."""
        return {"kind": "isotonic", "x": list(self.x), "y": list(self.y)}


def read_calibrator(values: Mapping[str, Any]) -> Calibrator:
    """Return the correction that ``to_json`` wrote; raises ModelError where it is not one."""
    try:
        return _read(values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            "The calibration of the model cannot be read.", hint="Train and publish the model again."
        ) from error


def _read(values: Mapping[str, Any]) -> Calibrator:
    """Return the correction; raises what Python raises of values that are none, and ValueError."""
    kind = values["kind"]
    if kind == "none":
        return NoCalibration()
    if kind == "platt":
        line = Platt(float(values["slope"]), float(values["intercept"]))
        if not (np.isfinite([line.slope, line.intercept]).all() and line.slope > 0):
            raise ValueError
        return line
    points = Isotonic(tuple(map(float, values["x"])), tuple(map(float, values["y"])))
    rises = all((np.diff(one) > 0).all() and np.isfinite(one).all() for one in (points.x, points.y))
    if kind != "isotonic" or not points.x or len(points.x) != len(points.y) or not rises:
        raise ValueError
    return points


def fit_none(_log_odds: Floats, _label: Floats) -> Calibrator:
    """Return no correction."""
    return NoCalibration()


def fit_platt(log_odds: Floats, label: Floats) -> Calibrator:
    """Return Platt's correction, with his targets short of 0 and 1; none where it would turn the order round.

    The targets (n + 1) / (n + 2) and 1 / (n + 2) keep it finite where the log-odds part the outcomes.
    """
    from scipy.optimize import minimize

    n_with, n_without = int(label.sum()), int((1 - label).sum())
    target = np.where(label == 1, (n_with + 1) / (n_with + 2), 1 / (n_without + 2))
    centre, spread = float(log_odds.mean()), float(log_odds.std())
    if log_odds.min() == log_odds.max():
        return NoCalibration()
    line = _Line((log_odds - centre) / spread, target)
    found = minimize(
        line.loss, np.zeros(2), jac=line.gradient, hess=line.curvature, method="trust-exact", tol=1e-10
    )
    slope = float(found.x[0]) / spread
    return Platt(slope, float(found.x[1]) - slope * centre) if slope > 0 else NoCalibration()


@dataclass(frozen=True, eq=False)
class _Line:
    """The mean log loss of a line over values, against targets between 0 and 1."""

    values: Floats
    target: Floats

    def loss(self, line: Floats) -> float:
        """Return the mean log loss."""
        log_odds = line[0] * self.values + line[1]
        return float(np.mean(np.logaddexp(0.0, log_odds) - self.target * log_odds))

    def gradient(self, line: Floats) -> Floats:
        """Return its slope by both numbers of the line."""
        over = sigmoid(line[0] * self.values + line[1]) - self.target
        return np.array([np.mean(over * self.values), np.mean(over)])

    def curvature(self, line: Floats) -> Floats:
        """Return its second derivatives."""
        risk = sigmoid(line[0] * self.values + line[1])
        weight = risk * (1 - risk)
        mixed = np.mean(weight * self.values)
        return np.array([[np.mean(weight * self.values**2), mixed], [mixed, np.mean(weight)]])


def fit_prior(_log_odds: Floats, label: Floats) -> Calibrator:
    """Return the shift from even odds to those of the share with the outcome; none where that is 0 or 1.

    A model fitted with both outcomes weighed alike speaks of students half of whom have the outcome; Bayes'
    rule moves its log-odds by those of the true share (Elkan, IJCAI 2001).

    >>> fit_prior(np.zeros(4), np.array([1.0, 0.0, 0.0, 0.0])).log_odds(np.zeros(1)).round(3).tolist()
    [-1.099]
    """
    n_with, n_without = int((label == 1).sum()), int((label == 0).sum())
    return Platt(1.0, float(np.log(n_with / n_without))) if n_with and n_without else NoCalibration()


def fit_isotonic(log_odds: Floats, label: Floats) -> Calibrator:
    """Return the isotonic correction; none where the share with the outcome does not rise."""
    from sklearn.isotonic import isotonic_regression

    values, place = np.unique(log_odds, return_inverse=True)
    counts = np.bincount(place).astype(np.float64)
    hits = np.bincount(place, label)
    steps = isotonic_regression(hits / counts, sample_weight=counts)
    # Shares that differ by less are equal but for the last bits of a mean.
    block = np.concatenate([[0], np.cumsum(np.diff(steps) > 1e-12)])
    n = np.bincount(block, counts)
    if len(n) == 1:
        return NoCalibration()
    middles = np.bincount(block, counts * values) / n
    shares = _inside(np.bincount(block, hits) / n, n)
    return Isotonic(tuple(middles.tolist()), tuple(log_odds_of(shares).tolist()))


FITS: Mapping[str, Callable[[Floats, Floats], Calibrator]] = MappingProxyType(
    {"none": fit_none, "platt": fit_platt, "isotonic": fit_isotonic}
)
"""From a method's name to what fits it on log-odds and labels; the simpler ones first."""
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "none": "As the model gives them",
        "platt": "Platt",
        "isotonic": "Isotonic",
        "prior": "Share with the outcome",
    }
)


def _inside(shares: Floats, n: Floats | Integers) -> Floats:
    """Return rising shares, the first and last drawn away from 0 and 1 but not past their neighbours."""
    drawn = shares.copy()
    if drawn[0] == 0:
        drawn[0] = min(0.5 / (n[0] + 1), shares[1] / 2)
    if drawn[-1] == 1:
        drawn[-1] = 1 - min(0.5 / (n[-1] + 1), (1 - shares[-2]) / 2)
    return drawn
