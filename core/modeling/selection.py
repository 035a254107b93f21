"""Which columns a model may use, chosen by the training students alone.

Columns are whole: a category stays or goes with all its values. A choice that would leave nothing leaves
the best column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidChoice
from core.modeling.design import Design, learn
from core.modeling.table import Features, Flags, Floats

ALIKE = 0.99
"""A column in which so large a share of students has one value parts hardly anybody."""
HIGHEST_VIF = 5.0
"""Numbers that the others explain to more than four fifths are left out, the worst first."""
FALSE_FINDS = 0.05
"""The share of columns found by the tests that may be there by chance (Benjamini and Hochberg, 1995)."""
TREES = 100
MOST_FOR_TREE = 5_000
SMALLEST_STEP = 0.1
"""So much of the columns left goes in each round of the recursive choice, one at least."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "none": "All columns",
        "variance": "Columns that differ between students",
        "vif": "Numbers that repeat each other left out",
        "tests": "Columns that go with the outcome, each by itself",
        "lasso": "Columns that the lasso keeps",
        "model": "Columns that a forest finds important",
        "recursive": "The weakest column left out, again and again",
    }
)
"""The ways of choosing, as the screen calls them."""

Choice = tuple[Flags, Floats]
"""Of each column whether it stays, and how good it is: higher is better."""


def choose_columns(features: Features, label: Floats, *, method: str, most: int) -> frozenset[int] | None:
    """Return the places of the columns to use; None is all of them. Raises InvalidChoice.

    Of more than ``most`` columns, if that is not 0, the best stay; ties go to the first ones.
    """
    if method == "none":
        return None
    if method not in METHODS:
        raise InvalidChoice.of("selection", method, tuple(TITLES))
    stays, score = METHODS[method](features, label, most)
    best = np.argsort(-np.where(stays, score, -np.inf) if stays.any() else -score, kind="stable")
    n = max(1, int(stays.sum()))
    return frozenset(best[: min(n, most) if most else n].tolist())


def _matrix(features: Features) -> tuple[Design, Floats, NDArray[np.intp]]:
    """Return the usual matrix, its columns brought to one spread, and the table's column of each."""
    design = learn(features, fewest_of_level=min(10, max(1, features.n_students // 200)))
    matrix = design.matrix(features.numbers, features.codes)
    spread = matrix.std(axis=0)
    owner = np.repeat(np.arange(len(design.parts)), [part.width for part in design.parts])
    return design, (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0), owner


def _strongest(values: Floats, owner: NDArray[np.intp], n_columns: int) -> Floats:
    """Return the greatest value among the matrix's columns of each column of the table."""
    found = np.zeros(n_columns)
    np.maximum.at(found, owner, values)
    return found


def _by_variance(features: Features, _label: Floats, _most: int) -> Choice:
    columns = [*features.numbers.T, *features.codes.T]
    counts = [np.unique(column, return_counts=True)[1] for column in columns]
    share = np.array([found.max() / len(column) for found, column in zip(counts, columns, strict=True)])
    return share < ALIKE, 1 - share


def _by_vif(features: Features, _label: Floats, _most: int) -> Choice:
    """Leave out the number that the others explain best, until none is explained too well."""
    design, matrix, _ = _matrix(features)
    n_numbers, n_columns = len(design.numbers), len(design.parts)
    stays, score = np.ones(n_columns, dtype=bool), np.full(n_columns, np.inf)
    values = matrix[:, design.starts()[:n_numbers]] if n_numbers else matrix[:, :0]
    # What is the same in every student of these repeats nothing, and says nothing either.
    left = [place for place in range(n_numbers) if values[:, place].std() > 0]
    stays[[place for place in range(n_numbers) if place not in left]] = False
    while len(left) > 1:
        inflation = np.diag(np.linalg.pinv(np.corrcoef(values[:, left], rowvar=False), hermitian=True))
        score[left] = 1 / np.maximum(inflation, 1.0)
        worst = int(np.argmax(np.round(inflation, 9)))
        if inflation[worst] <= HIGHEST_VIF:
            break
        stays[left.pop(worst)] = False
    return stays, np.where(np.isinf(score), 2.0, score)


def _by_tests(features: Features, label: Floats, _most: int) -> Choice:
    from sklearn.feature_selection import f_classif

    design, matrix, owner = _matrix(features)
    varied = matrix.std(axis=0) > 0
    p, strength = np.ones(matrix.shape[1]), np.zeros(matrix.shape[1])
    strength[varied], p[varied] = f_classif(matrix[:, varied], label)
    n_columns = len(design.parts)
    widths = np.array([part.width for part in design.parts])
    least = np.ones(n_columns)
    np.minimum.at(least, owner, p)
    least = np.minimum(1.0, least * widths)
    order = np.argsort(least, kind="stable")
    passed = np.flatnonzero(least[order] <= FALSE_FINDS * np.arange(1, n_columns + 1) / n_columns)
    stays = np.zeros(n_columns, dtype=bool)
    stays[order[: passed.max(initial=-1) + 1]] = True
    return stays, _strongest(strength, owner, n_columns)


def _by_lasso(features: Features, label: Floats, _most: int) -> Choice:
    """Keep what has a weight where noise would have none: the penalty is just above noise's pull.

    The universal threshold, sqrt(2 log p) times the standard deviation of the gradient of a column of
    noise (Donoho and Johnstone, Biometrika 81, 1994).
    """
    from sklearn.linear_model import LogisticRegression

    design, matrix, owner = _matrix(features)
    share = float(label.mean())
    pull = np.sqrt(len(label) * share * (1 - share))
    strength = pull * np.sqrt(2 * np.log(max(2, matrix.shape[1])))
    model = LogisticRegression(C=1 / strength, l1_ratio=1.0, solver="liblinear", tol=1e-4, max_iter=500)
    model.fit(matrix, label)
    weight = _strongest(np.abs(model.coef_[0]), owner, len(design.parts))
    return weight > 0, weight


def _by_model(features: Features, label: Floats, _most: int) -> Choice:
    """Keep what a forest finds more important than its mean column."""
    from sklearn.ensemble import RandomForestClassifier

    design, matrix, owner = _matrix(features)
    most = MOST_FOR_TREE if len(label) > MOST_FOR_TREE else None
    forest = RandomForestClassifier(TREES, min_samples_leaf=5, max_samples=most, random_state=0)
    forest.fit(matrix, label)
    score: Floats = np.bincount(owner, forest.feature_importances_, minlength=len(design.parts)).astype(float)
    return score >= score.mean(), score


def _by_recursion(features: Features, label: Floats, most: int) -> Choice:
    """Leave out the columns with the least weight, fit anew, and so on, down to ``most`` or to half."""
    from sklearn.linear_model import LogisticRegression

    design, matrix, owner = _matrix(features)
    n_columns = len(design.parts)
    wanted, stays, score = most or max(1, n_columns // 2), np.ones(n_columns, dtype=bool), np.zeros(n_columns)
    round_ = 0.0
    while True:
        inside = stays[owner]
        model = LogisticRegression(solver="newton-cholesky", tol=1e-6).fit(matrix[:, inside], label)
        weight = _strongest(np.abs(model.coef_[0]), owner[inside], n_columns)
        score[stays] = round_ + weight[stays] / (1 + weight[stays])
        n_left = int(stays.sum())
        if n_left <= wanted:
            return stays, score
        n_out = min(n_left - wanted, max(1, int(SMALLEST_STEP * n_left)))
        stays[np.argsort(np.where(stays, weight, np.inf), kind="stable")[:n_out]] = False
        round_ += 1


METHODS: Mapping[str, Callable[[Features, Floats, int], Choice]] = MappingProxyType(
    {
        "variance": _by_variance,
        "vif": _by_vif,
        "tests": _by_tests,
        "lasso": _by_lasso,
        "model": _by_model,
        "recursive": _by_recursion,
    }
)
