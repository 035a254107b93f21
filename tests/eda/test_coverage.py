"""95 % intervals hold the truth in 93 to 97 of 100 data sets; where nothing is related, little is found.

Each check is also run on a spoilt result, narrower intervals or uncorrected p-values, and must refuse it.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.eda.effect_intervals import fisher_interval, moment_interval, spearman_interval
from core.eda.group_effects import Moments, cliffs_deltas, differences, means, standardised
from core.eda.group_rates import odds_ratio, risk_ratio
from core.eda.group_tests import newcombe, wilson
from core.eda.groups import compare_groups
from core.eda.measures import Scaled, correlation_ratio, cramers_v, spearman_pairs
from core.eda.relations import associate
from core.eda.together import corrected_together
from core.eda.values import Codes
from core.schema import Column, Kind, Role, Schema

TRIES = 1_000
TABLES = 400
MOST_FALSE = stats.binom.ppf(0.999, TABLES, 0.05) / TABLES
"""By chance alone, a rate of 5 % gives a larger share in one of a thousand runs (exact binomial)."""
RATIOS = {"risk_ratio": risk_ratio, "odds_ratio": odds_ratio}


def is_calibrated(low, high, truth, *, narrower=1.0, at_most=0.97):
    """Whether 93 to 97 of 100 intervals hold the truth, each first made ``narrower``."""
    low, high = np.asarray(low), np.asarray(high)
    middle, half = (low + high) / 2, (high - low) / 2 * narrower
    share = np.mean((middle - half <= truth) & (truth <= middle + half))
    print(f"{share:.3f} of {len(low):,} intervals hold {truth:.3f}")
    return 0.93 <= share <= at_most


def assert_calibrated(low, high, truth, **options):
    assert is_calibrated(low, high, truth, **options)
    assert not is_calibrated(low, high, truth, narrower=0.8, **options)


def moments(*samples):
    """The moments of samples of shape (values, data sets)."""
    return [Moments(np.full(TRIES, float(len(x))), x.mean(axis=0), x.var(axis=0, ddof=1)) for x in samples]


def test_intervals_of_a_mean():
    found = means(*moments(np.random.default_rng(9).normal(3, 2, (12, TRIES))))
    assert_calibrated(found.low, found.high, 3.0)


def test_intervals_of_a_mean_difference():
    rng = np.random.default_rng(8)
    found = differences(*moments(rng.normal(1, 1, (25, TRIES)), rng.normal(0, 3, (60, TRIES))))
    assert_calibrated(found.low, found.high, 1.0)


def test_intervals_of_a_rate_difference():
    rng = np.random.default_rng(10)
    events = np.stack([rng.binomial(80, 0.35, TRIES), rng.binomial(150, 0.2, TRIES)], axis=1).astype(float)
    ends = [newcombe(pair, sizes=np.array([80.0, 150.0])) for pair in events]
    assert_calibrated(*np.transpose(ends), 0.15)


@pytest.mark.parametrize("name", ["risk_ratio", "odds_ratio"])
def test_intervals_of_the_ratios(name):
    rng = np.random.default_rng(11)
    groups = np.repeat([0, 1], [80, 150])
    ends = []
    for _ in range(TRIES):
        outcome = rng.random(230) < np.where(groups == 0, 0.35, 0.2)
        counts = np.bincount(groups, weights=outcome)
        ends.append(RATIOS[name](counts, sizes=np.array([80.0, 150.0]))[1:])
    assert_calibrated(*np.transpose(ends), {"risk_ratio": 1.75, "odds_ratio": 0.35 / 0.65 * 4}[name])


@pytest.mark.parametrize(("n", "rate"), [(60, 0.4), (250, 0.07)])
def test_intervals_of_a_rate(n, rate):
    events = np.random.default_rng(n).binomial(n, rate, TRIES).astype(float)
    assert_calibrated(*wilson(events, sizes=np.full(TRIES, float(n))), rate)


@pytest.mark.parametrize("effect", [0.0, 0.6, 1.2])
def test_intervals_of_a_standardised_difference(effect):
    rng = np.random.default_rng(7)
    inside, outside = rng.normal(effect, 1, (15, TRIES)), rng.normal(0, 1, (25, TRIES))
    found = standardised(*moments(inside, outside))

    assert_calibrated(found.low, found.high, effect)
    assert abs(found.g.mean() - effect) < abs(found.d.mean() - effect) + 1e-3


@pytest.mark.parametrize(("shift", "truth"), [(0.0, 0.0), (1.0, 0.5204998778)])
def test_intervals_of_cliffs_delta(shift, truth):
    rng = np.random.default_rng(3)
    groups = np.r_[np.ones(30, dtype=np.int64), np.zeros(40, dtype=np.int64)]
    found = [
        cliffs_deltas(np.r_[rng.normal(shift, 1, 30), rng.normal(0, 1, 40)], groups=groups, shown=[1])[1]
        for _ in range(TRIES)
    ]
    assert_calibrated([d.low for d in found], [d.high for d in found], truth)


@pytest.mark.parametrize("r", [0.0, 0.5, -0.8])
def test_intervals_of_a_correlation(r):
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(2, 40, TRIES))
    y = r * x + np.sqrt(1 - r * r) * noise
    found = np.array([np.corrcoef(x[:, i], y[:, i])[0, 1] for i in range(TRIES)])

    assert_calibrated(*fisher_interval(found, n=np.full(TRIES, 40)), r)


def test_intervals_of_a_rank_correlation():
    rng = np.random.default_rng(2)
    x, noise = rng.normal(size=(2, 60, TRIES))
    y = 0.6 * x + 0.8 * noise
    found = np.array([spearman_pairs(np.stack([x[:, i], y[:, i]], axis=1))[0, 1] for i in range(TRIES)])

    assert_calibrated(*spearman_interval(found, n=np.full(TRIES, 60)), 6 / np.pi * np.arcsin(0.3))


def test_intervals_of_the_correlation_of_two_flags():
    rng = np.random.default_rng(4)
    x = rng.random((200, TRIES)) < 0.5
    y = np.where(rng.random((200, TRIES)) < 0.8, x, ~x)
    ends = [moment_interval(x[:, i].astype(float), right=y[:, i].astype(float)) for i in range(TRIES)]

    assert_calibrated(*np.transpose(ends), 0.6)


def test_intervals_of_the_correlation_ratio():
    rng = np.random.default_rng(5)
    codes = Codes(np.repeat([0, 1, 2], 40), ("a", "b", "c"))
    means = np.repeat([-0.5, 0.0, 0.5], 40)
    found = [correlation_ratio(codes, values=Scaled.of(means + rng.normal(size=120))) for _ in range(TRIES)]
    truth = np.sqrt(means.var() / (means.var() + 1))

    assert_calibrated([f.low for f in found], [f.high for f in found], truth)


def test_intervals_of_cramers_v_hold_the_truth_at_least_as_often():
    rng = np.random.default_rng(6)
    share = np.array([[0.20, 0.10, 0.05], [0.10, 0.15, 0.10], [0.05, 0.10, 0.15]])
    expected = share.sum(axis=1, keepdims=True) * share.sum(axis=0, keepdims=True)
    truth = np.sqrt(((share - expected) ** 2 / expected).sum() / 2)
    levels = ("a", "b", "c")
    ends = []
    for _ in range(TRIES):
        cells = rng.choice(9, size=300, p=share.ravel() / share.sum())
        found = cramers_v(Codes(cells // 3, levels), right=Codes(cells % 3, levels))
        ends.append((found.low, found.high))

    assert_calibrated(*np.transpose(ends), truth, at_most=0.98)


def null_table(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(180, 3)), columns=["a", "b", "c"])
    frame["f"] = (rng.random(180) < 0.4).astype(float)
    for name, levels in (("g", 5), ("h", 3)):
        frame[name] = pd.Series(np.array(list("vwxyz"))[rng.integers(0, levels, 180)], dtype="str")
    kinds = {**dict.fromkeys("abc", Kind.NUMBER), "f": Kind.FLAG, **dict.fromkeys("gh", Kind.CATEGORY)}
    return frame, Schema(tuple(Column(name, kind, Role.FEATURE) for name, kind in kinds.items()))


def share_found(found):
    """The share of tables in which anything is found, by corrected and by uncorrected p-values."""
    tables = [(np.nanmin(frame["q"]) < 0.05, np.nanmin(frame["p"]) < 0.05) for frame in found]
    print(f"{np.mean(tables, axis=0)} of {len(tables)} tables without any relation")
    return np.mean(tables, axis=0)


def test_few_differences_are_found_on_a_page_where_there_are_none():
    found = []
    for seed in range(TABLES):
        frame, schema = null_table(seed)
        pages = [
            compare_groups(frame, value=value, group=group, schema=schema)
            for value, group in (("a", "g"), ("f", "h"))
        ]
        found.append(pd.concat([page.frame() for page in corrected_together(pages)]))
    corrected, uncorrected = share_found(found)

    assert corrected <= MOST_FALSE
    assert uncorrected > MOST_FALSE


def test_few_relations_are_found_where_there_are_none():
    tables = (null_table(seed) for seed in range(TABLES))
    found = [associate(frame, schema=schema, information=True).frame() for frame, schema in tables]
    corrected, uncorrected = share_found(found)

    assert corrected <= MOST_FALSE
    assert uncorrected > MOST_FALSE
