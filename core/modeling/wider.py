"""A matrix beyond the usual one: products and squares of numbers, other scales, principal components."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from core.errors import ColumnNotFound, WrongKind
from core.modeling.design import Design
from core.modeling.options import ModelOptions
from core.modeling.table import Features, Floats
from core.schema import Kind


@dataclass(frozen=True, eq=False)
class WiderDesign:
    """The usual matrix, with pairs of its columns multiplied, moved and scaled anew, and turned."""

    usual: Design
    pairs: tuple[tuple[int, int], ...]
    """Columns of the usual matrix whose products stand behind it; a square is a pair of equals."""
    centre: Floats = field(repr=False)
    """Taken off each column; one entry a column, the products' last."""
    scale: Floats = field(repr=False)
    rotation: Floats | None = field(repr=False)
    """Shape (n_components, n_columns); None leaves the columns as they are."""

    @property
    def width(self) -> int:
        """The number of columns of the matrix."""
        return len(self.centre) if self.rotation is None else len(self.rotation)

    def matrix(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        """Return the matrix of some students, shape (n_students, width)."""
        scaled = (self._raw(numbers, codes) - self.centre) / self.scale
        return scaled if self.rotation is None else np.asarray(scaled @ self.rotation.T)

    def _raw(self, numbers: Floats, codes: NDArray[np.int32]) -> Floats:
        plain = self.usual.matrix(numbers, codes)
        products = [plain[:, a] * plain[:, b] for a, b in self.pairs]
        return np.column_stack([plain, *products])


def widen(design: Design, features: Features, options: ModelOptions) -> WiderDesign:
    """Return the matrix that the options ask for, learned from these students.

    Raises ColumnNotFound, WrongKind for products or squares of what is no number.
    """
    wider = WiderDesign(design, _pairs(design, features, options), np.zeros(0), np.ones(0), None)
    raw = wider._raw(features.numbers, features.codes)  # noqa: SLF001  of its own module
    centre, scale = _ranges(raw) if options.scaling == "range" else _spreads(raw, design.width)
    rotation = None
    if options.components:
        from sklearn.decomposition import PCA

        most = min(options.components, *raw.shape)
        rotation = PCA(most, svd_solver="full").fit((raw - centre) / scale).components_
    return WiderDesign(design, wider.pairs, centre, scale, rotation)


def used_columns(design: Design | WiderDesign) -> frozenset[int]:
    """Return the places of the table's columns that a matrix holds."""
    parts = (design if isinstance(design, Design) else design.usual).parts
    return frozenset(place for place, part in enumerate(parts) if part.width)


def _pairs(design: Design, features: Features, options: ModelOptions) -> tuple[tuple[int, int], ...]:
    """Return the pairs of the matrix's columns; a column that was not chosen makes none."""
    starts = design.starts()
    place = {}
    for j, column in enumerate(features.columns):
        if column.kind is not Kind.CATEGORY and design.parts[j].width:
            place[column.name] = starts[j]
    _check(features, (*options.products, *options.squares))
    pairs = [*combinations(options.products, 2), *((name, name) for name in options.squares)]
    return tuple((place[a], place[b]) for a, b in pairs if a in place and b in place)


def _check(features: Features, names: tuple[str, ...]) -> None:
    kinds = {column.name: column.kind for column in features.columns}
    for name in names:
        if name not in kinds:
            raise ColumnNotFound.of(name, tuple(kinds), where="the features")
        if kinds[name] is Kind.CATEGORY:
            raise WrongKind(
                f"'{name}' holds categories, so it has no products and no square.",
                hint="Choose columns of numbers.",
            )


def _spreads(raw: Floats, width: int) -> tuple[Floats, Floats]:
    """Return what brings the products to a standard deviation of 1; the usual columns stay."""
    centre, scale = np.zeros(raw.shape[1]), np.ones(raw.shape[1])
    centre[width:], scale[width:] = raw[:, width:].mean(axis=0), _not_zero(raw[:, width:].std(axis=0))
    return centre, scale


def _ranges(raw: Floats) -> tuple[Floats, Floats]:
    """Return what brings each column to 0 to 1."""
    low = raw.min(axis=0)
    return low, _not_zero(raw.max(axis=0) - low)


def _not_zero(scale: Floats) -> Floats:
    return np.where(scale > 0, scale, 1.0)
