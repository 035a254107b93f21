"""A published version's content as the values that score: every part of it is checked on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.cleaning.recipe import FittedRecipe
from core.errors import ModelError
from core.features.table import FeatureColumn
from core.modeling.calibrators import Calibrator, NoCalibration, read_calibrator
from core.modeling.estimators import FittedEstimator
from core.modeling.table import Floats
from core.registry import skops_models
from core.registry.bundle import Bundle
from core.registry.strict_json import Node, Unreadable, canonical
from core.schema import Schema
from core.workflow.design_json import design_from_node, design_to_dict
from core.workflow.model_json import MOST_FEATURES, bounded, columns_from_node, linear_from_node

SUMS = ("logistic_regression", "lasso", "elastic_net")
"""The families that are plain numbers, where their matrix is the usual one."""
PROBES = 16
NEAR = 1e-9
"""Risks of the made-up rows may differ by so much from those that were given when it was published."""
_ESTIMATOR = ("file", "design", "nearest", "probe")


class Weigher(Protocol):
    """What scores students before a correction."""

    def log_odds(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return the log-odds of the outcome for each row."""


@dataclass(frozen=True, eq=False)
class Published:
    """A version made ready to score: what it was fitted with, as values."""

    id: str
    schema: Schema
    """The columns of the table as it was loaded, before the recipe."""
    recipe: FittedRecipe = field(repr=False)
    columns: tuple[FeatureColumn, ...] = field(repr=False)
    weigher: Weigher = field(repr=False)
    calibrator: Calibrator = NoCalibration()  # noqa: RUF009  a value that never changes


def published_of(bundle: Bundle, content: bytes | None = None) -> Published:
    """Return a version's content as values; raises Unreadable, RecipeError, naming the place.

    ``content`` is the file beside it, where it has one.
    """
    node = bundle.node
    columns = columns_from_node(Node(node.what, "$.content.features", bundle.content["features"]))
    return Published(
        id=bundle.id,
        schema=_schema(Node(node.what, "$.content.schema", bundle.content["schema"])),
        recipe=FittedRecipe.from_json(canonical(bundle.content["recipe"]).decode()),
        columns=columns,
        weigher=_weigher(bundle, columns, content),
        calibrator=_calibrator(Node(node.what, "$.content.calibration", bundle.content["calibration"])),
    )


def estimator_to_dict(fitted: FittedEstimator, *, sha256: str, name: str) -> dict[str, Any]:
    """Return all of a fitted estimator that is not in its file as plain values."""
    return {
        "file": {"name": name, "sha256": sha256},
        "design": design_to_dict(fitted.design),
        "nearest": fitted.nearest,
        "probe": _probed(fitted.estimator, fitted.design.width).tolist(),
    }


def _weigher(bundle: Bundle, columns: Sequence[FeatureColumn], content: bytes | None) -> Weigher:
    """Return what scores: a sum of columns, or the estimator of the file, its hash checked first."""
    node = Node(bundle.node.what, "$.content.model", bundle.content["model"])
    if bundle.file_sha256 is None:
        if bundle.content["family"] not in SUMS:
            raise node.error("has no file", "A model of this family is no sum of columns.")
        return linear_from_node(node, columns)
    bundle.check_file(content)
    found = node.fields(_ESTIMATOR, needed=_ESTIMATOR)
    design = design_from_node(found["design"], columns)
    nearest = bounded(found["nearest"])
    if not 0 < nearest < 0.5:
        raise found["nearest"].error("is no bound of a risk", "A number between 0 and 0.5.")
    estimator = skops_models.read_estimator(
        str(bundle.content["family"]), content or b"", width=design.width, what=node.what
    )
    _check_probe(bundle, estimator, design.width, [bounded(one) for one in found["probe"].items(PROBES)])
    nobody = np.zeros((0, 0)), np.zeros((0, 0), dtype=np.int32)
    return FittedEstimator(design, estimator, nobody, nearest)


def _probed(estimator: Any, width: int) -> Floats:
    """Return what an estimator says of made-up rows: numbers of a fixed draw, nobody's."""
    rows = np.random.default_rng(0).normal(size=(PROBES, width))
    return np.asarray(estimator.predict_proba(rows)[:, 1], dtype=np.float64)


def _check_probe(bundle: Bundle, estimator: Any, width: int, expected: Sequence[float]) -> None:
    """Do nothing if an estimator says what it said when it was published; raises Unreadable.

    That holds for another version of scikit-learn too: what matters is what comes out.
    """
    try:
        found = _probed(estimator, width)
        is_same = len(expected) == PROBES and bool(np.allclose(found, expected, rtol=0, atol=NEAR))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, ArithmeticError, RuntimeError):
        is_same = False
    if is_same:
        return
    import sklearn

    then = str(dict(bundle.content["versions"]).get("scikit-learn", "another version"))[:20]
    raise Unreadable(
        f"The model '{bundle.id}' gives other risks here than when it was published: it was made with "
        f"scikit-learn {then}, and here is {sklearn.__version__}.",
        hint="Train and publish it again.",
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
