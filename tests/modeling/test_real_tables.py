"""On real-life tables the default model is as good as plain references, and a leak is seen as one."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.features.build import build_features
from core.features.outcome import parse_outcome
from core.modeling.checks import run_checks
from core.modeling.evaluate import evaluate
from core.modeling.train import cross_validate
from core.schema import Column, Kind, Role, Schema

MARGIN = 0.005
SCORES = ["math score", "reading score", "writing score"]
AVERAGE = "mean(math score, reading score, writing score) < 60"
PROTECTED_UCI = ["Gender", "Age at enrollment", "Nacionality", "Educational special needs", "International"]
LATE_MONEY = ["Debtor", "Tuition fees up to date"]


def read(folder, name):
    """A table with its numbers as floats and everything else as text; the tests need no more."""
    options = {"uci_697_dropout.csv": {"sep": ";", "encoding": "utf-8-sig"}}.get(name, {})
    frame = pd.read_csv(folder / name, keep_default_na=False, na_values=[""], **options)
    frame.columns = frame.columns.str.strip()
    if "Target" in frame:
        numbers = [c for c in frame if c.startswith("Curricular") or "grade" in c]
        numbers += ["Age at enrollment", "Unemployment rate", "Inflation rate", "GDP", "Application order"]
    else:
        numbers = frame.select_dtypes("number").columns
    return frame.astype({c: "float64" if c in numbers else "str" for c in frame})


def schema_of(frame):
    return Schema(
        tuple(
            Column(c, Kind.NUMBER if frame[c].dtype == "float64" else Kind.CATEGORY, Role.FEATURE)
            for c in frame
        )
    )


def trained(folder, name, text, exclude):
    """Return the features, the frame, the label and the cross-validation."""
    frame = read(folder, name)
    outcome = parse_outcome(text, list(frame.columns))
    label = outcome.label(frame)
    left_out = [c for c in frame if any(part in c for part in exclude) and c not in outcome.columns]
    features = build_features(
        frame, schema=schema_of(frame), outcome_columns=outcome.columns, exclude=left_out
    )
    return features, frame, label, cross_validate(features, label, seed=0)


def reference(frame, label, found):
    """The mean ROC-AUC, on the same folds, of a scaled and one-hot logistic regression, written plainly."""
    names = [column.name for column in found.columns]
    texts = [c for c in names if frame[c].dtype != "float64"]
    numbers = [c for c in names if c not in texts]
    model = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
                ("texts", OneHotEncoder(handle_unknown="ignore"), texts),
            ]
        ),
        LogisticRegression(max_iter=3000),
    )
    table = frame[names].fillna(dict.fromkeys(texts, "missing"))
    aucs = []
    for folds in found.fold_of:
        for fold in range(found.folds):
            seen, unseen = folds != fold, folds == fold
            model.fit(table[seen], label[seen])
            aucs.append(roc_auc_score(label[unseen], model.predict_proba(table[unseen])[:, 1]))
    return float(np.mean(aucs))


STUDENTS, UCI, FACTORS = "StudentsPerformance.csv", "uci_697_dropout.csv", "StudentPerformanceFactors.csv"
DROPOUT = 'Target == "Dropout"'

# table, outcome, columns left out (parts of their names), and of the README's reference with the best ROC-AUC
# that and its precision in the top 10 % (None: not measured). All tasks: `make bench ONLY=quality`.
TASKS = [
    (STUDENTS, AVERAGE, [], (0.736, 0.637)),
    (STUDENTS, AVERAGE, ["gender", "race"], None),
    (STUDENTS, "math score < 50", SCORES, (0.767, 0.410)),
    (UCI, DROPOUT, ["Curricular", *LATE_MONEY], (0.770, 0.734)),
    (UCI, DROPOUT, ["Curricular"], (0.824, 0.917)),
    (UCI, DROPOUT, ["2nd sem"], (0.905, 0.980)),
    (UCI, DROPOUT, ["Curricular", *LATE_MONEY, *PROTECTED_UCI], None),
    (FACTORS, "Exam_Score < 65", ["Gender", "Learning_Disabilities"], None),
]
MOST_ECE = 0.03
ENOUGH_FOR_ECE = 4_000


@pytest.mark.parametrize(("name", "outcome", "exclude", "measured"), TASKS)
def test_the_default_model_is_as_good_as_the_plain_reference(shared_data, name, outcome, exclude, measured):
    features, frame, label, found = trained(shared_data, name, outcome, exclude)
    evaluation = evaluate(
        label, found.risk, found.baseline_risk, listed=found.risk >= 0.5, seed=0, held_out=found.held_out
    )
    metric = evaluation.metric("roc_auc")

    assert metric.value == pytest.approx(found.auc)
    assert found.auc >= reference(frame, label, found) - MARGIN
    if measured:
        as_measured(found, *measured)
    if len(label) >= ENOUGH_FOR_ECE:
        assert evaluation.metric("ece").value < MOST_ECE
    assert metric.low > metric.baseline
    codes = {c.code: c.severity for c in run_checks(found, evaluation, features, excluded=features.excluded)}
    assert codes["M001"] == ("tip" if name == FACTORS else "passed")  # made by a formula: 0.995
    assert codes["M002"] == "passed"


def as_measured(found, auc, precision):
    """Neither worse than the measured references nor so much better that it would be a leak."""
    top = []
    for folds, scores in zip(found.fold_of, found.held_out.score, strict=True):
        for fold in range(found.folds):
            rows = np.flatnonzero(folds == fold)
            highest = rows[np.argsort(-scores[rows], kind="stable")][: round(0.1 * len(rows))]
            top.append(found.label[highest].mean())

    assert auc - MARGIN <= found.auc <= auc + 2 * np.std(found.fold_auc, ddof=1)
    assert np.mean(top) >= precision - np.std(top, ddof=1)


def test_the_counts_are_those_of_the_readme(shared_data):
    students, uci = read(shared_data, STUDENTS), read(shared_data, UCI)
    counts = [
        parse_outcome(text, list(frame.columns)).label(frame).sum()
        for frame, text in ((students, AVERAGE), (students, "math score < 50"), (uci, DROPOUT))
    ]

    assert counts == [285, 135, 1421]


def test_scores_of_the_same_sitting_are_a_leak_that_is_seen(shared_data):
    features, _, label, found = trained(shared_data, STUDENTS, "math score < 50", [])
    evaluation = evaluate(label, found.risk, found.baseline_risk, listed=found.risk >= 0.5, seed=0)

    assert found.auc >= 0.966 - MARGIN
    leak = run_checks(found, evaluation, features)[0]
    assert leak.severity == "tip"
    assert leak.words.startswith(
        "The model is unusually good (ROC-AUC 0.97), though no column alone is; 'writing"
    )


def test_a_table_with_many_gaps_is_read_as_it_is_and_nobody_is_lost(shared_data):
    frame = read(shared_data, "Expanded_data_with_more_features.csv").drop(columns="Unnamed: 0")
    outcome = parse_outcome("mean(MathScore, ReadingScore, WritingScore) < 60", list(frame.columns))
    features = build_features(frame, schema=schema_of(frame), outcome_columns=outcome.columns)
    found = cross_validate(features, outcome.label(frame), seed=0)

    assert frame.isna().sum().sum() > 13_000
    assert len(found.risk) == len(frame)
    assert np.isfinite(found.risk).all()
    assert found.auc > 0.73
