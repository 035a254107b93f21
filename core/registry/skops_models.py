"""Fitted estimators as skops files: written the same each time, read only if every type is a known one.

A file is refused before anything of it is made unless each type in it stands in the list of its family; what
skops itself trusts does not count. Nothing here unpickles: arrays are read as numbers only.
"""

from __future__ import annotations

import copy
import io
import json
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from core.errors import ModelError, quoted
from core.registry.strict_json import Unreadable

MOST_BYTES = 128 * 1024**2
MOST_UNPACKED = 512 * 1024**2
_SCHEMA = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LOADERS = frozenset(
    f"{name}Node" for name in ("Dict", "List", "Tuple", "Json", "NdArray", "Object", "Type", "Tree", "Loss")
)
_PLAIN = frozenset(
    {
        *(f"builtins.{name}" for name in ("dict", "list", "tuple", "str", "int", "float", "bool")),
        *(f"numpy.{name}" for name in ("ndarray", "int32", "int64", "uint64", "float64", "bool")),
    }
)
_TREE = ("sklearn.tree._classes.DecisionTreeClassifier", "sklearn.tree._tree.Tree")
_LINEAR = ("sklearn.linear_model._logistic.LogisticRegression",)
_BOOSTING = "sklearn.ensemble._hist_gradient_boosting"
TRUSTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "logistic_regression": _LINEAR,
        "lasso": _LINEAR,
        "elastic_net": _LINEAR,
        "decision_tree": _TREE,
        "random_forest": ("sklearn.ensemble._forest.RandomForestClassifier", *_TREE),
        "gradient_boosting": (
            f"{_BOOSTING}.gradient_boosting.HistGradientBoostingClassifier",
            f"{_BOOSTING}.binning._BinMapper",
            f"{_BOOSTING}.predictor.TreePredictor",
            "sklearn._loss._loss.CyHalfBinomialLoss",
            "sklearn._loss.link.Interval",
            "sklearn._loss.link.LogitLink",
            "sklearn._loss.loss.HalfBinomialLoss",
            "sklearn.preprocessing._label.LabelEncoder",
        ),
        "support_vectors": (
            "sklearn.calibration.CalibratedClassifierCV",
            "sklearn.calibration._CalibratedClassifier",
            "sklearn.calibration._SigmoidCalibration",
            "sklearn.svm._classes.SVC",
            "sklearn.dummy.DummyClassifier",
        ),
        "neural_network": (
            "sklearn.neural_network._multilayer_perceptron.MLPClassifier",
            "sklearn.preprocessing._label.LabelBinarizer",
        ),
        "explainable_boosting": ("interpret.glassbox._ebm._ebm.ExplainableBoostingClassifier",),
    }
)
"""From a family to the types that its file may hold beside plain values; the first is the estimator's own."""
_OWN_OF_FEW = {"support_vectors": ("sklearn.dummy.DummyClassifier",)}
"""What a family is where there are too few students for its own."""
_KERNELS = ("linear", "poly", "rbf", "sigmoid")
_ONLY_FOR_FITTING = ("_random_state", "_optimizer", "_feature_subsample_rng")
_BROKEN = (
    ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError, OSError, ImportError,
    ArithmeticError, AssertionError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip
"""What reading a file that is none may raise, down to the arrays in it."""


def write_estimator(family: str, estimator: Any) -> bytes:
    """Return a fitted estimator as a file; the same estimator gives the same bytes.

    Raises ModelError for one that holds a type which would not be read again, or is too large.
    """
    from skops import io as skops

    bare = copy.copy(estimator)
    for name in _ONLY_FOR_FITTING:
        vars(bare).pop(name, None)
    try:
        content = _same_each_time(skops.dumps(bare))
        _check_types(family, content, what="the model")
    except Unreadable as error:
        raise ModelError(f"The model is not published. {error}", hint=error.hint) from error
    except TypeError as error:
        raise ModelError(
            f"Models of the family '{family}' cannot be kept as a file.", hint="Train another family."
        ) from error
    return content


def read_estimator(family: str, content: bytes, *, width: int, what: str) -> Any:
    """Return the estimator of a file, to weigh a matrix of ``width`` columns.

    Raises Unreadable, in one sentence, for a type that is not of this family, a file that is none, places
    that point nowhere, and what this version of scikit-learn cannot make. Nothing is made before all types
    are known.
    """
    from skops import io as skops

    _check_types(family, content, what=what)
    try:
        with warnings.catch_warnings():
            # Another version of scikit-learn is judged by the risks it gives; whoever asks checks them.
            warnings.simplefilter("ignore")
            estimator = skops.loads(content, trusted=list(TRUSTED[family]))
        is_sound = (
            _is_a(estimator, TRUSTED[family][0], *_OWN_OF_FEW.get(family, ()))
            and estimator.n_features_in_ == width
            and _is_sound(estimator, width)
        )
    except _BROKEN as error:
        raise _refused(what, f"cannot be made: {type(error).__name__}") from error
    if not is_sound:
        raise _refused(what, "does not fit its features")
    return estimator


def _refused(what: str, why: str) -> Unreadable:
    return Unreadable(
        f"The file of {what} {why}.", hint="Train and publish the model again with this version of Waymark."
    )


def _check_types(family: str, content: bytes, *, what: str) -> None:
    """Do nothing if a file is of a family's types alone; raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise _refused(what, f"is too large: at most {MOST_BYTES:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_UNPACKED:
                raise _refused(what, f"is too large unpacked: at most {MOST_UNPACKED:,} bytes")
            schema = json.loads(packed.read(_SCHEMA))
        nodes = list(_nodes(schema))
    except (*_BROKEN, RecursionError) as error:
        raise _refused(what, "is no skops file") from error
    known = _PLAIN.union(TRUSTED[family])
    types = {f"{node.get('__module__')}.{node.get('__class__')}" for node in nodes}
    loaders = {str(node.get("__loader__")) for node in nodes}
    strange = sorted((types - known) | (loaders - _LOADERS))
    if strange or schema.get("protocol") != _protocol():
        named = quoted(strange, limit=3) if strange else "another layout of skops"
        raise _refused(what, f"holds {named}, which no model of the family '{family}' does")


def _protocol() -> int:
    from skops.io._protocol import PROTOCOL

    return int(PROTOCOL)


def _nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    """Give each object that a schema would make, or that says how."""
    if isinstance(value, dict):
        if {"__class__", "__module__", "__loader__"} & value.keys():
            yield value
        for inner in value.values():
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


def _same_each_time(content: bytes) -> bytes:
    """Return a file with its places in memory and its times taken out, packed."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        schema = json.loads(packed.read(_SCHEMA))
        numbers: dict[str, int] = {}
        for node in _nodes(schema):
            if "__id__" in node:
                numbers.setdefault(str(node["__id__"]), len(numbers) + 1)
        arrays = [
            (int(numbers[name.removesuffix(".npy")]), packed.read(name))
            for name in packed.namelist()
            if name != _SCHEMA
        ]
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        told = json.dumps(_renumbered(schema, numbers), sort_keys=True).encode()
        for name, some in [(_SCHEMA, told), *((f"{n}.npy", some) for n, some in sorted(arrays))]:
            made.writestr(zipfile.ZipInfo(name, _EPOCH), some, zipfile.ZIP_DEFLATED, 1)
    return sink.getvalue()


def _renumbered(value: Any, numbers: Mapping[str, int]) -> Any:
    """Return a schema whose objects are counted instead of named by their place in memory."""
    if isinstance(value, list):
        return [_renumbered(inner, numbers) for inner in value]
    if not isinstance(value, dict):
        return value
    found = {name: _renumbered(inner, numbers) for name, inner in value.items()}
    if "__id__" in found:
        found["__id__"] = numbers[str(found["__id__"])]
    if found.get("__loader__") == "NdArrayNode" and found.get("type") == "numpy":
        found["file"] = f"{numbers[found['file'].removesuffix('.npy')]}.npy"
    return found


def _is_sound(estimator: Any, width: int) -> bool:
    """Return whether no place in an estimator points outside of it: compiled code does not look."""
    trees = [estimator] if _is_a(estimator, _TREE[0]) else getattr(estimator, "estimators_", [])
    predictors = [one for several in getattr(estimator, "_predictors", []) for one in several]
    machines = getattr(estimator, "calibrated_classifiers_", [])
    return (
        all(_is_a(one, _TREE[0]) and _is_tree(one.tree_, width) for one in trees)
        and all(_is_predictor(one, width) for one in predictors)
        and all(_is_calibrated(one, width) for one in machines)
    )


def _is_a(value: Any, *names: str) -> bool:
    """Return whether a value is of one of these types itself, not of one made of it."""
    return f"{type(value).__module__}.{type(value).__name__}" in names


def _is_tree(tree: Any, width: int) -> bool:
    if not _is_a(tree, _TREE[1]):
        return False
    left, right = tree.children_left, tree.children_right
    inner = np.flatnonzero(left != -1)
    ends = tree.value.shape == (tree.node_count, 1, tree.value.shape[2]) and tree.n_features == width
    return bool(ends and tree.node_count) and _leads_on(inner, left, right, tree.feature, width)


def _is_predictor(predictor: Any, width: int) -> bool:
    if not _is_a(predictor, f"{_BOOSTING}.predictor.TreePredictor"):
        return False
    nodes = predictor.nodes
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    plain = not nodes["is_categorical"].any()
    left, right = (nodes[side].astype(np.int64) for side in ("left", "right"))
    return bool(plain and len(nodes)) and _leads_on(inner, left, right, nodes["feature_idx"], width)


def _leads_on(inner: Any, left: Any, right: Any, feature: Any, width: int) -> bool:
    """Return whether each question leads to two later places, and asks of a column that there is."""
    sides = all(((side[inner] > inner) & (side[inner] < len(left))).all() for side in (left, right))
    return bool(sides and ((feature[inner] >= 0) & (feature[inner] < width)).all())


def _is_calibrated(one: Any, width: int) -> bool:
    """Return whether it is a machine and its correction, not something else that holds them deeper."""
    return (
        _is_a(one, "sklearn.calibration._CalibratedClassifier")
        and all(_is_a(each, "sklearn.calibration._SigmoidCalibration") for each in one.calibrators)
        and _is_a(one.estimator, "sklearn.svm._classes.SVC")
        and _is_machine(one.estimator, width)
    )


def _is_machine(machine: Any, width: int) -> bool:
    """Return whether a support vector machine's arrays are as long as they say."""
    held = vars(machine)
    n = len(held["support_vectors_"])
    shapes = tuple(held[name].shape for name in ("support_vectors_", "_dual_coef_", "_intercept_"))
    counts = held["_n_support"]
    return bool(
        shapes == ((n, width), (1, n), (1,))
        and held["support_"].shape == (n,)
        and held["kernel"] in _KERNELS
        and not held["_sparse"]
        and counts.shape == (2,)
        and counts.sum() == n
        and counts.min() >= 0
    )
