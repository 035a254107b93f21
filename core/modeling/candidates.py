"""The models that can be trained, each a scikit-learn pipeline over one array: [numbers | codes].

Everything a pipeline learns (fills, scales, levels, weights) it learns from the rows it is fitted on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from core.errors import InvalidChoice
from core.modeling.linear import UNSEEN, CategoryTerm, LinearRisk, NumberTerm
from core.modeling.table import Features, Floats

DEFAULT = "logistic_regression"
FEWEST_OF_LEVEL = 10
"""Levels of fewer training students are pooled; less in small tables, see ``fewest_of_level``."""
TOLERANCE = 1e-8
MOST_STEPS = 100
STARTERS = 50_000


def stacked(features: Features) -> Floats:
    """Return numbers and codes side by side, as the pipelines take them."""
    return np.hstack([features.numbers, features.codes.astype(np.float64)])


def fewest_of_level(n_students: int) -> int:
    """Return how many training students a level needs to have a weight of its own.

    >>> [fewest_of_level(n) for n in (50, 800, 5000)]
    [1, 4, 10]
    """
    return min(FEWEST_OF_LEVEL, max(1, n_students // 200))


def logistic_regression(n_numbers: int, n_codes: int, n_students: int) -> Any:
    """Return an unfitted pipeline: median and missing indicator, scaling, one-hot, L2 with C = 1."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline, make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    impute = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    encode = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=fewest_of_level(n_students),
        sparse_output=False,
    )
    parts = [
        ("numbers", make_pipeline(impute, StandardScaler()), slice(0, n_numbers)),
        ("categories", encode, slice(n_numbers, n_numbers + n_codes)),
    ]
    kept = [part for part, n in zip(parts, (n_numbers, n_codes), strict=True) if n]
    model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=TOLERANCE, max_iter=MOST_STEPS)
    return Pipeline([("columns", ColumnTransformer(kept, sparse_threshold=0.0)), ("model", model)])


CANDIDATES: Mapping[str, Callable[[int, int, int], Any]] = MappingProxyType({DEFAULT: logistic_regression})
"""From a model's name to what builds its pipeline, given the numbers of columns and of students."""


def build(candidate: str, features: Features) -> Any:
    """Return the unfitted pipeline of a candidate for this table; raises InvalidChoice."""
    if candidate not in CANDIDATES:
        raise InvalidChoice.of("model", candidate, tuple(CANDIDATES))
    return CANDIDATES[candidate](features.numbers.shape[1], features.codes.shape[1], features.n_students)


def fit(candidate: str, features: Features, label: Floats) -> LinearRisk:
    """Return the candidate fitted on these students, as plain numbers; ``label`` holds 0 and 1.

    Of a large table the first students teach the model where to start, which halves the time; it
    ends at the same place. They should stand in a drawn order.
    """
    pipeline = build(candidate, features)
    matrix = pipeline["columns"].fit_transform(stacked(features))
    first = label[:STARTERS]
    if len(label) > 2 * STARTERS and first.min() < first.max():
        pipeline["model"].set_params(warm_start=True).fit(matrix[:STARTERS], first)
    pipeline["model"].fit(matrix, label)
    return plain_numbers(pipeline, features)


def plain_numbers(pipeline: Any, features: Features) -> LinearRisk:
    """Return what a fitted pipeline knows; ``features`` are the students it was fitted on."""
    weights = pipeline["model"].coef_[0]
    transformers = pipeline["columns"].named_transformers_
    numbers: list[NumberTerm] = []
    used = 0
    if "numbers" in transformers:
        imputer, scaler = (step for _, step in transformers["numbers"].steps)
        used = len(scaler.scale_)
        numbers = _number_terms(imputer, scaler, weights[:used])
    encoder = transformers.get("categories")
    categories = _category_terms(encoder, features, weights[used:]) if encoder is not None else []
    base = pipeline["model"].intercept_[0] + sum(term.mean for term in categories)
    return LinearRisk(float(base), tuple(numbers), tuple(categories))


def _number_terms(imputer: Any, scaler: Any, weights: Floats) -> list[NumberTerm]:
    """Return the terms of the numbers; the indicators' weights stand after the numbers' own."""
    fills = imputer.statistics_
    steps, means = weights / scaler.scale_, scaler.mean_
    gaps = {int(j): len(fills) + k for k, j in enumerate(imputer.indicator_.features_)}
    terms = []
    for j, fill in enumerate(fills):
        missing = (float(steps[gaps[j]]), float(means[gaps[j]])) if j in gaps else (0.0, 0.0)
        terms.append(NumberTerm(float(steps[j]), float(means[j]), float(fill), *missing))
    return terms


def _category_terms(encoder: Any, features: Features, weights: Floats) -> list[CategoryTerm]:
    """Return the terms of the categories from the encoder's levels, pooled ones last."""
    terms, used = [], 0
    n_numbers = features.numbers.shape[1]
    for j, seen in enumerate(encoder.categories_):
        pooled = encoder.infrequent_categories_[j]
        rare = [] if pooled is None else [int(code) for code in pooled]
        own = [int(code) for code in seen if int(code) not in rare]
        mine = weights[used : used + len(own) + bool(rare)]
        used += len(mine)
        table = np.full(len(features.columns[n_numbers + j].levels) - UNSEEN, mine[-1] if rare else 0.0)
        table[np.array(own, dtype=np.intp) - UNSEEN] = mine[: len(own)]
        counts = np.bincount(features.codes[:, j] - UNSEEN, minlength=len(table))
        terms.append(CategoryTerm(table, float(counts @ table / counts.sum()), len(mine), tuple(rare)))
    return terms
