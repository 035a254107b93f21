"""A published version's content as the values that score: every part of it is checked on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.cleaning.recipe import FittedRecipe
from core.errors import ModelError
from core.features.table import FeatureColumn
from core.modeling.calibrators import Calibrator, NoCalibration, read_calibrator
from core.modeling.linear import LinearRisk
from core.registry.bundle import Bundle
from core.registry.strict_json import Node, canonical
from core.schema import Schema
from core.workflow.model_json import MOST_FEATURES, columns_from_node, linear_from_node


@dataclass(frozen=True, eq=False)
class Published:
    """A version made ready to score: what it was fitted with, as values."""

    id: str
    schema: Schema
    """The columns of the table as it was loaded, before the recipe."""
    recipe: FittedRecipe = field(repr=False)
    columns: tuple[FeatureColumn, ...] = field(repr=False)
    linear: LinearRisk = field(repr=False)
    calibrator: Calibrator = NoCalibration()  # noqa: RUF009  a value that never changes


def published_of(bundle: Bundle) -> Published:
    """Return a version's content as values; raises Unreadable, RecipeError, naming the place."""
    node = bundle.node
    columns = columns_from_node(Node(node.what, "$.content.features", bundle.content["features"]))
    return Published(
        id=bundle.id,
        schema=_schema(Node(node.what, "$.content.schema", bundle.content["schema"])),
        recipe=FittedRecipe.from_json(canonical(bundle.content["recipe"]).decode()),
        columns=columns,
        linear=linear_from_node(Node(node.what, "$.content.model", bundle.content["model"]), columns),
        calibrator=_calibrator(Node(node.what, "$.content.calibration", bundle.content["calibration"])),
    )


def _calibrator(node: Node) -> Calibrator:
    """Return how the risks are corrected; raises Unreadable."""
    try:
        return read_calibrator(node.value)
    except ModelError as error:
        raise node.error("is no correction of risks", "Train and publish the model again.") from error


def _schema(node: Node) -> Schema:
    """Return the columns of the table as it was loaded."""
    try:
        schema = Schema.of_tables([inner.value for inner in node.items(MOST_FEATURES)])
    except (KeyError, TypeError, ValueError) as error:
        raise node.error("must hold columns", "Each with its name, kind and role.") from error
    names = schema.names()
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise node.error("must hold columns", "Each with a name of its own.")
    return schema
