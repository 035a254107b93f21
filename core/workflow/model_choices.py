"""What can be chosen about a model, by name and as the screen calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from core.modeling.options import MOST_COMPONENTS, MOST_PRODUCTS, ModelOptions
from core.modeling.selection import TITLES as SELECTIONS
from core.modeling.tuning import Tuned
from core.schema import MODEL_ROLES, Kind, Schema
from core.workflow.requests import TrainingRequest
from core.workflow.tuning import SEARCHES

SCALINGS: Mapping[str, str] = MappingProxyType(
    {"standard": "By their standard deviation", "range": "From the least to the greatest value"}
)
CALIBRATIONS: Mapping[str, str] = MappingProxyType(
    {
        "evidence": "By evidence",
        "none": "Never",
        "platt": "Platt (a straight line)",
        "isotonic": "Isotonic (a rising curve)",
    }
)


def with_tuned(request: TrainingRequest, found: Tuned) -> TrainingRequest:
    """Return the request with the settings that were found; none go back to the usual ones."""
    return request.with_options(replace(request.options, settings=found.settings))


def number_columns(schema: Schema) -> Sequence[str]:
    """Return the columns of which products and squares can be made."""
    return [one.name for one in schema if one.role in MODEL_ROLES and one.kind in (Kind.NUMBER, Kind.FLAG)]


def group_columns(schema: Schema) -> Sequence[str]:
    """Return the columns whose students may have to stay together in the folds."""
    return [one.name for one in schema if one.kind in (Kind.CATEGORY, Kind.TEXT)]


__all__ = [
    "CALIBRATIONS",
    "MOST_COMPONENTS",
    "MOST_PRODUCTS",
    "SCALINGS",
    "SEARCHES",
    "SELECTIONS",
    "ModelOptions",
    "group_columns",
    "number_columns",
    "with_tuned",
]
