"""A plain logistic regression on the same folds, for tables whose README names no reference."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from core.modeling.train import CrossValidated

TOP = 0.1


@dataclass(frozen=True)
class Plain:
    """What a plain model reaches, means over the folds."""

    auc: float
    precision: float


def plain_reference(features: Any, label: Any, validated: CrossValidated) -> Plain:
    """Return the figures of medians, scaling, one-hot and LogisticRegression on the folds of a validation."""
    n_numbers = features.numbers.shape[1]
    table = pd.DataFrame(np.column_stack([features.numbers, features.codes]))
    numbers, codes = list(range(n_numbers)), list(range(n_numbers, table.shape[1]))
    model = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
                ("codes", OneHotEncoder(handle_unknown="ignore"), codes),
            ]
        ),
        LogisticRegression(max_iter=1_000),
    )
    aucs, shares = [], []
    for folds in validated.fold_of:
        for fold in range(validated.folds):
            seen, unseen = (folds >= 0) & (folds != fold), folds == fold
            risk = model.fit(table[seen], label[seen]).predict_proba(table[unseen])[:, 1]
            aucs.append(roc_auc_score(label[unseen], risk))
            highest = np.argsort(-risk, kind="stable")[: max(1, round(TOP * len(risk)))]
            shares.append(label[unseen][highest].mean())
    return Plain(float(np.mean(aucs)), float(np.mean(shares)))
