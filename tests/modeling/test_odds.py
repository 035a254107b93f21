"""Odds ratios agree with statsmodels, find effects that were planted, and are said in readable steps."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from core.modeling.effect_rows import readable_step
from core.modeling.odds import odds_ratios
from core.modeling.risk_model import fit_model
from tests.modeling.made_students import school, table


def frame_of(features, label):
    return odds_ratios(fit_model(features, label, seed=1), features, label).frame()


@pytest.fixture(scope="module")
def large():
    features, label = school(20_000, gaps=0.05)
    return features, label, frame_of(features, label)


def reference(features, label):
    """The same model by plain maximum likelihood; gaps filled with the median, commonest levels left out."""
    columns = {}
    for j, column in enumerate(features.columns[:4]):
        values = pd.Series(features.numbers[:, j])
        columns[column.name] = values.fillna(values.median())
        if values.isna().any():
            columns[f"{column.name} gap"] = values.isna() * 1.0
    for j, column in enumerate(features.columns[4:]):
        said = pd.Series([column.value_text(float(code)) for code in features.codes[:, j]])
        dummies = pd.get_dummies(said, dtype=float).drop(columns=said.value_counts().idxmax())
        columns |= {f"{column.name} {level}": dummies[level] for level in dummies}
    return sm.Logit(label, sm.add_constant(pd.DataFrame(columns))).fit(disp=0)


def test_ratios_and_intervals_agree_with_statsmodels_on_many_students(large):
    features, label, frame = large
    fitted = reference(features, label)
    bounds = fitted.conf_int()
    for row in frame.itertuples():
        name, step = row.column, 1.0
        if row.comparison.startswith("per "):
            step = float(row.comparison.split()[1])
        elif row.comparison.startswith("not recorded against the middle"):
            name = f"{row.column} gap"
        elif row.comparison != "yes against no":
            name = f"{row.column} {row.comparison.split(' against ')[0]}"
        expected = np.exp(step * np.array([fitted.params[name], *bounds.loc[name]]))
        rtol = 0.02 if row.n > 500 else 0.1  # the penalty draws values that are rare towards the others
        np.testing.assert_allclose([row.odds_ratio, row.low, row.high], expected, rtol=rtol)


def test_planted_effects_lie_in_their_intervals(large):
    *_, frame = large
    truth = {
        ("work", "per 6 hours a week more"): 0.12 * 6,
        ("study", "per 3 hours a week more"): -0.2 * 3,
        ("fees", "yes against no"): 1.0,
        ("device", "none against laptop"): 1.3,
        ("device", "phone against laptop"): 0.8,
        ("colour", "green against blue"): 0.0,
    }
    found = {(row.column, row.comparison): row for row in frame.itertuples()}
    for key, effect in truth.items():
        match = next(
            row for (column, words), row in found.items() if column == key[0] and _alike(words, key[1])
        )
        assert match.low <= np.exp(effect) <= match.high, key


def _alike(words, wanted):
    """Whether two comparisons are the same, the reference level aside where several are as common."""
    return words == wanted or (wanted == "green against blue" and " against " in words)


def test_intervals_cover_a_planted_effect_of_a_rare_level_in_small_schools_too():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(100):
        level = rng.choice(3, size=200, p=[0.6, 0.3, 0.1])
        log_odds = -1 + np.array([0.0, 0.5, 1.5])[level]
        label = (rng.random(200) < 1 / (1 + np.exp(-log_odds))).astype(float)
        frame = frame_of(table(None, {"c": ["abc"[k] for k in level]}), label)
        row = frame[frame["comparison"] == "c against a"].iloc[0]
        hits += row["low"] <= np.exp(1.5) <= row["high"]

    assert 88 <= hits <= 99


def test_comparisons_are_said_in_words_with_their_counts():
    n = 600
    features = table(
        {
            "work": [None if k % 10 == 0 else float(k % 20) for k in range(n)],
            "fees": [float(k % 2) for k in range(n)],
        },
        {"device": ["none"] * 100 + ["laptop"] * 400 + [None] * 97 + ["x", "y", "z"]},
        flags=["fees"],
        units={"work": "hours a week"},
    )
    frame = frame_of(features, np.arange(n) % 3 // 2 * 1.0)

    assert frame[["column", "comparison", "n"]].to_numpy().tolist() == [
        ["work", "per 5.6 hours a week more", 540],
        ["work", "not recorded against the middle value", 60],
        ["fees", "yes against no", 600],
        ["device", "not recorded against laptop", 97],
        ["device", "none against laptop", 100],
        ["device", "3 rare values against laptop", 3],
    ]
    assert (frame["low"] < frame["odds_ratio"]).all()
    assert (frame["odds_ratio"] < frame["high"]).all()


def test_students_without_a_known_outcome_are_left_out():
    features, label = school(500)
    unknown = label.copy()
    unknown[:100] = np.nan
    known = np.arange(100, 500)

    first, second = frame_of(features, unknown), frame_of(features.take(known), label[known])
    pd.testing.assert_frame_equal(first, second)


def test_outcomes_that_are_parted_keep_finite_ratios():
    features = table({"x": list(range(60)), "same": [3.0] * 60})
    frame = frame_of(features, np.r_[np.zeros(30), np.ones(30)])

    assert np.isfinite(frame[["odds_ratio", "low", "high"]]).all(axis=None)
    assert frame["column"].tolist() == ["x"]


@pytest.mark.parametrize(("spread", "step"), [(5.237, 5.2), (1.0, 1.0), (0.0, 0.0), (98_765.0, 99_000.0)])
def test_a_step_is_a_round_number(spread, step):
    assert readable_step(spread) == step
