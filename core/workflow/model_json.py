"""Models and their features as plain JSON numbers and texts, and back; nothing else is ever loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np

from core.features.build import MOST_LEVELS
from core.features.table import FeatureColumn
from core.modeling.feature_profile import ColumnProfile
from core.modeling.linear import UNSEEN, CategoryTerm, LinearRisk, NumberTerm
from core.registry.strict_json import Node
from core.schema import MODEL_ROLES, Kind, Role

FOLDER = "models"
"""Where the workspace keeps published models."""
ACTIVE = "active"
"""What stands for the id of the version in use."""
MOST_FEATURES = 5_000
LARGEST = 1e30
"""No number of a model is larger: sums of its products stay finite."""
_NUMBER = ("weight", "centre", "fill", "missing_weight", "missing_share")
_CATEGORY = ("weights", "mean", "n_weights", "pooled")
_PROFILE = ("name", "edges", "levels", "counts")
_FEATURE = ("name", "label", "kind", "role", "unit", "levels")


def linear_to_dict(model: LinearRisk) -> dict[str, Any]:
    """Return a linear model as plain values."""
    return {
        "base": model.base,
        "numbers": [asdict(term) for term in model.numbers],
        "categories": [
            {
                "weights": [float(weight) for weight in term.weights],
                "mean": term.mean,
                "n_weights": term.n_weights,
                "pooled": [int(code) for code in term.pooled],
            }
            for term in model.categories
        ],
    }


def linear_from_node(node: Node, columns: Sequence[FeatureColumn]) -> LinearRisk:
    """Return the linear model of these columns, numbers first; raises Unreadable naming the place."""
    found = node.fields(("base", "numbers", "categories"), needed=("base", "numbers", "categories"))
    numbers, categories = found["numbers"].items(MOST_FEATURES), found["categories"].items(MOST_FEATURES)
    levels = [len(column.levels) for column in columns if column.kind is Kind.CATEGORY]
    if (len(numbers), len(categories)) != (len(columns) - len(levels), len(levels)):
        raise node.error("does not fit the features", "It needs a term for each of them.")
    return LinearRisk(
        bounded(found["base"]),
        tuple(NumberTerm(**_numbers(term)) for term in numbers),
        tuple(_category(term, n) for term, n in zip(categories, levels, strict=True)),
    )


def columns_to_list(columns: Sequence[Any]) -> list[dict[str, Any]]:
    """Return features as plain values."""
    return [
        {
            "name": column.name,
            "label": column.label,
            "kind": str(column.kind),
            "role": str(column.role),
            "unit": column.unit,
            "levels": list(column.levels),
        }
        for column in columns
    ]


def columns_from_node(node: Node) -> tuple[FeatureColumn, ...]:
    """Return the features that plain values describe, numbers first; raises Unreadable naming the place."""
    columns = tuple(_column(inner) for inner in node.items(MOST_FEATURES))
    is_category = [column.kind is Kind.CATEGORY for column in columns]
    if not columns or is_category != sorted(is_category):
        raise node.error("must hold features", "At least one, numbers before categories.")
    if len({column.name for column in columns}) < len(columns):
        raise node.error("names a feature twice", "Each stands once.")
    return columns


def profile_to_list(profile: Sequence[ColumnProfile]) -> list[dict[str, Any]]:
    """Return how features were spread as plain values."""
    return [
        {"name": p.name, "edges": list(p.edges), "levels": list(p.levels), "counts": list(p.counts)}
        for p in profile
    ]


def profile_from_node(node: Node) -> tuple[ColumnProfile, ...]:
    """Return the profile that plain values describe; raises Unreadable naming the place."""
    return tuple(_profile(inner) for inner in node.items(MOST_FEATURES))


def _profile(node: Node) -> ColumnProfile:
    found = node.fields(_PROFILE, needed=_PROFILE)
    edges = tuple(bounded(inner) for inner in found["edges"].items(MOST_LEVELS))
    levels = tuple(inner.text() for inner in found["levels"].items(MOST_LEVELS))
    counts = tuple(inner.whole(0) for inner in found["counts"].items(MOST_LEVELS + 2))
    rises = all(low < high for low, high in pairwise(edges))
    if not rises or (edges and levels) or len(counts) != len(edges) + len(levels) + 2:
        raise node.error("is no profile of a feature", "Rising borders or values, and a count for each bin.")
    return ColumnProfile(found["name"].text(), edges, levels, counts)


def _column(node: Node) -> FeatureColumn:
    found = node.fields(_FEATURE, needed=_FEATURE)
    kind, role = found["kind"].choice(Kind), found["role"].choice(Role)
    if kind in (Kind.TEXT, Kind.DATE) or role not in MODEL_ROLES:
        raise node.error(
            "can be no feature", "A model uses numbers, flags and categories, none of them protected."
        )
    levels = tuple(inner.text() for inner in found["levels"].items(MOST_LEVELS))
    if len(set(levels)) < len(levels) or bool(levels) != (kind is Kind.CATEGORY):
        raise found["levels"].error(
            "does not fit its kind", "A category has its values, each once; others none."
        )
    unit = None if found["unit"].value is None else found["unit"].text()
    return FeatureColumn(found["name"].text(), found["label"].text(), kind, role, unit, levels)


def _numbers(node: Node) -> dict[str, float]:
    found = node.fields(_NUMBER, needed=_NUMBER)
    return {name: bounded(found[name]) for name in _NUMBER}


def _category(node: Node, n_levels: int) -> CategoryTerm:
    found = node.fields(_CATEGORY, needed=_CATEGORY)
    weights = [bounded(inner) for inner in found["weights"].items(MOST_LEVELS - UNSEEN)]
    if len(weights) != n_levels - UNSEEN:
        raise found["weights"].error("does not fit the levels", "Unseen, missing, then one for each level.")
    return CategoryTerm(
        np.asarray(weights, dtype=np.float64),
        bounded(found["mean"]),
        found["n_weights"].whole(0, MOST_LEVELS - UNSEEN),
        tuple(one.whole(UNSEEN, n_levels - 1) for one in found["pooled"].items(MOST_LEVELS - UNSEEN)),
    )


def bounded(node: Node) -> float:
    """Return a number that sums of products stay finite with; raises Unreadable."""
    value = node.number()
    if abs(value) > LARGEST:
        raise node.error("is too large a number", f"At most {LARGEST:g}.")
    return value
