"""A table of students prepared in the usual way: gaps filled, one-hot, scaled, logistic regression."""

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

OUTCOME = "not_retained"
MOST_LEVELS = 60
"""Text columns with more different values are names and ids, or numbers that were not repaired."""


def read(place):
    """Return features and label of a file that the demo school wrote."""
    table = pd.read_csv(place)
    label = (table[OUTCOME] == "yes").astype(int)
    texts = table.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]]
    many = [name for name in texts if table[name].nunique() > MOST_LEVELS]
    return table.drop(columns=[OUTCOME, *many]), label


def columns(features):
    """Return what turns features into scaled numbers and one column a level."""
    numbers = list(features.select_dtypes("number"))
    texts = [name for name in features if name not in numbers]
    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), texts),
    )


def model(features):
    """Return an unfitted logistic regression on these features."""
    return make_pipeline(columns(features), LogisticRegression(max_iter=1_000))
