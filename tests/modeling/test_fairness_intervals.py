"""Intervals hold the truth 95 times in 100, tests keep their level, and the stated power is the power."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from core.modeling.fairness_power import smallest_residual_gaps, smallest_share_gaps
from core.modeling.fairness_rates import SHARES, Residuals, Shares, wilson
from core.modeling.fairness_tests import holm, residual_p, share_p
from core.modeling.intervals import wilson as one_wilson

N_DRAWN = 1_000


def drawn(share, base, *, seed, n=N_DRAWN):
    """The same share of so many students, drawn anew in each table, as every measure."""
    hits = np.random.default_rng(seed).binomial(base, share, size=n).astype(float)
    return Shares(np.tile(hits, (len(SHARES), 1)), np.full((len(SHARES), n), float(base)))


@pytest.mark.parametrize(
    ("share", "n", "rest", "n_rest"),
    [(0.35, 120, 0.5, 300), (0.3, 60, 0.3, 500), (0.1, 200, 0.15, 400), (0.5, 80, 0.7, 80)],
)
def test_the_interval_of_a_gap_holds_the_true_gap_in_93_to_97_of_100_tables(share, n, rest, n_rest):
    _, low, high = drawn(share, n, seed=[n, 1]).gaps(drawn(rest, n_rest, seed=[n, 2]))
    held = (low[0] <= share - rest) & (share - rest <= high[0])

    assert 0.93 <= held.mean() <= 0.97


def residuals(seed, *, n, off):
    """Calibrated risks and outcomes, the risks moved by ``off``; one group a table."""
    rng = np.random.default_rng(seed)
    risk = rng.beta(2, 4, size=(N_DRAWN, n))
    label = rng.random(risk.shape) < risk
    found = risk + off - label
    many = np.full(N_DRAWN, float(n))
    counts = type("Known", (), {"known": many, "positives": label.sum(axis=1).astype(float)})
    return Residuals.of(np.stack([found.sum(axis=1), (found**2).sum(axis=1)]), counts)


def test_the_interval_of_a_gap_in_calibration_holds_it_in_93_to_97_of_100_tables():
    ours, rest = residuals(1, n=90, off=0.05), residuals(2, n=300, off=0.0)
    _, low, high = ours.gaps(rest)
    p = residual_p(residuals(3, n=90, off=0.0), rest)

    assert 0.93 <= ((low <= 0.05) & (high >= 0.05)).mean() <= 0.97
    assert 0.03 <= (p < 0.05).mean() <= 0.07


@pytest.mark.parametrize(("share", "n", "n_rest"), [(0.3, 15, 400), (0.5, 60, 60), (0.4, 300, 900)])
def test_a_test_of_equal_shares_flags_at_most_5_in_100(share, n, n_rest):
    p = share_p(drawn(share, n, seed=[n, 3]), drawn(share, n_rest, seed=[n, 4]))[0]

    assert (p < 0.05).mean() <= 0.06
    assert (p < 0.05).mean() > 0.005


@pytest.mark.parametrize(("hits", "n", "rest", "n_rest"), [(1, 14, 60, 120), (9, 30, 40, 60), (0, 12, 0, 40)])
def test_of_few_students_the_test_is_fishers_exact_with_its_tail_doubled(hits, n, rest, n_rest):
    ours, others = (
        Shares(np.full((len(SHARES), 1), float(k)), np.full((len(SHARES), 1), float(size)))
        for k, size in ((hits, n), (rest, n_rest))
    )
    table = [[hits, n - hits], [rest, n_rest - rest]]
    tails = [stats.fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]

    assert share_p(ours, others)[0, 0] == pytest.approx(min(1.0, 2 * min(tails)))


def test_of_many_students_the_test_follows_the_exact_one():
    ours, others = drawn(0.45, 150, seed=1, n=50), drawn(0.55, 250, seed=2, n=50)
    exact = [
        2 * min(stats.hypergeom(400, a + b, 150).cdf(a), stats.hypergeom(400, a + b, 150).sf(a - 1))
        for a, b in zip(ours.hits[0], others.hits[0], strict=True)
    ]

    assert share_p(ours, others)[0] == pytest.approx(np.minimum(exact, 1), abs=0.01, rel=0.1)


@pytest.mark.parametrize(("n", "n_rest", "rest"), [(60, 400, 0.6), (150, 150, 0.5), (40, 2_000, 0.8)])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_the_smallest_gap_is_seen_in_about_80_of_100_tables(n, n_rest, rest, alpha):
    true = drawn(rest, n_rest, seed=[n, 5], n=4_000)
    exact = Shares(np.full((5, 1), rest * n_rest), np.full((5, 1), float(n_rest)))
    ours = Shares(np.zeros((5, 1)), np.full((5, 1), float(n)))
    gap = smallest_share_gaps(ours, exact, alpha=alpha)[SHARES.index("recall"), 0]
    p = share_p(drawn(rest - gap, n, seed=[n, 6], n=4_000), true)[0]

    assert 0.7 <= (p < alpha).mean() <= 0.88


def test_where_even_finding_nobody_would_not_show_there_is_no_smallest_gap():
    ours = Shares(np.zeros((5, 1)), np.full((5, 1), 12.0))
    rest = Shares(np.full((5, 1), 30.0), np.full((5, 1), 300.0))
    gaps = smallest_share_gaps(ours, rest, alpha=0.05)[:, 0]

    assert np.isnan(gaps[SHARES.index("recall")])
    assert 0.2 < gaps[SHARES.index("false_alarms")] < 0.6


def test_the_smallest_gap_in_calibration_is_seen_in_about_80_of_100_tables():
    rest = residuals(2, n=300, off=0.0)
    gap = smallest_residual_gaps(residuals(1, n=90, off=0.0), rest, alpha=0.01).mean()
    p = residual_p(residuals(5, n=90, off=gap), rest)

    assert 0.74 <= (p < 0.01).mean() <= 0.86


def test_holm_is_that_of_another_library_and_leaves_out_what_was_not_tested():
    p = np.random.default_rng(1).random(40) ** 3
    with_gaps = np.insert(p, [3, 20], np.nan)

    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    assert holm(with_gaps)[~np.isnan(with_gaps)] == pytest.approx(holm(p))
    assert np.isnan(holm(with_gaps)).sum() == 2


def test_the_interval_of_a_share_is_the_one_of_the_evaluation():
    pairs = [(0, 12), (5, 12), (12, 12), (0, 0)]
    _, low, high = wilson(*np.array(pairs, dtype=float).T)

    assert [*zip(low, high, strict=True)] == [pytest.approx(one_wilson(*pair)) for pair in pairs]
