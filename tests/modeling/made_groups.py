"""Made-up lists for the tests of fairness: groups, risks and outcomes whose truth is known."""

import numpy as np

from core.modeling.fairness_counts import Grouping, prepare_groups


def grouping(codes, *, levels="abcdefgh", hidden=(), title="Group"):
    """Students in groups; ``levels`` names them, ``hidden`` those that may not be shown."""
    codes = np.asarray(codes)
    names = tuple(levels[: codes.max() + 1])
    return Grouping((title,), names, codes, np.array([name not in hidden for name in names]))


def ranked(risk):
    """The place of each student on the list; ties in the order of the rows."""
    rank = np.empty(len(risk), dtype=np.int64)
    rank[np.argsort(-np.asarray(risk), kind="stable")] = np.arange(1, len(risk) + 1)
    return rank


def equal_truth(seed, *, n=600, shares=(0.5, 0.5)):
    """A list by calibrated risks that know nothing of the groups, as the outcomes do not."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(2, 4, size=n)
    label = (rng.random(n) < risk).astype(float)
    codes = rng.choice(len(shares), size=n, p=shares)
    return prepare_groups([grouping(codes)], rank=ranked(risk), risk=risk, label=label)


def counted(*groups):
    """A list, and how many are on it, of groups that are each (found, missed, falsely alarmed, spared).

    The risk of each student is the share of the outcome, so that calibration is right for the whole.
    """
    codes, label, listed = [], [], []
    for code, (found, missed, alarmed, spared) in enumerate(groups):
        codes += [code] * (found + missed + alarmed + spared)
        label += [1.0] * (found + missed) + [0.0] * (alarmed + spared)
        listed += [1] * found + [0] * missed + [1] * alarmed + [0] * spared
    risk = np.full(len(label), np.mean(label))
    curve = prepare_groups([grouping(codes)], rank=ranked(listed), risk=risk, label=label)
    return curve, sum(listed)
