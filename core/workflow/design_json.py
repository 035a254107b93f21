"""How a table of features becomes a matrix, as plain JSON numbers, and back: for models that are no sum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.features.build import MOST_LEVELS
from core.features.table import FeatureColumn
from core.modeling.design import Design, LevelColumns, NumberColumns
from core.modeling.linear import UNSEEN
from core.modeling.options import MOST_COMPONENTS, MOST_PRODUCTS
from core.modeling.table import Floats, Integers
from core.modeling.wider import WiderDesign
from core.registry.strict_json import Node
from core.schema import Kind
from core.workflow.model_json import MOST_FEATURES, bounded

_DESIGN = ("numbers", "categories", "wider")
_NUMBER = ("fill", "mean", "scale", "gap_share", "is_used", "marks_gaps")
_CATEGORY = ("own", "pooled")
_WIDER = ("pairs", "centre", "scale", "rotation")
MOST_PAIRS = MOST_PRODUCTS**2 + MOST_FEATURES
MOST_WIDE = MOST_FEATURES * 4


def design_to_dict(design: Design | WiderDesign) -> dict[str, Any]:
    """Return how a matrix is made as plain values."""
    usual = design if isinstance(design, Design) else design.usual
    return {
        "numbers": [{name: getattr(part, name) for name in _NUMBER} for part in usual.numbers],
        "categories": [{"own": list(part.own), "pooled": list(part.pooled)} for part in usual.categories],
        "wider": None if isinstance(design, Design) else _wider_to_dict(design),
    }


def design_from_node(node: Node, columns: Sequence[FeatureColumn]) -> Design | WiderDesign:
    """Return how a matrix is made of these columns, numbers first; raises Unreadable naming the place."""
    found = node.fields(_DESIGN, needed=_DESIGN)
    levels = [len(column.levels) for column in columns if column.kind is Kind.CATEGORY]
    numbers, categories = found["numbers"].items(MOST_FEATURES), found["categories"].items(MOST_FEATURES)
    if (len(numbers), len(categories)) != (len(columns) - len(levels), len(levels)):
        raise node.error("does not fit the features", "It needs an entry for each of them.")
    usual = Design(
        tuple(_number(one) for one in numbers),
        tuple(_category(one, n) for one, n in zip(categories, levels, strict=True)),
    )
    if usual.width > MOST_WIDE:
        raise node.error("makes too many columns", f"At most {MOST_WIDE:,}.")
    return usual if found["wider"].value is None else _wider(found["wider"], usual)


def _wider_to_dict(design: WiderDesign) -> dict[str, Any]:
    return {
        "pairs": [list(pair) for pair in design.pairs],
        "centre": design.centre.tolist(),
        "scale": design.scale.tolist(),
        "rotation": None if design.rotation is None else design.rotation.tolist(),
    }


def _number(node: Node) -> NumberColumns:
    found = node.fields(_NUMBER, needed=_NUMBER)
    fill, mean, scale, gap_share = (bounded(found[name]) for name in _NUMBER[:4])
    part = NumberColumns(fill, mean, scale, gap_share, found["is_used"].flag(), found["marks_gaps"].flag())
    if part.scale <= 0 or not 0 <= part.gap_share <= 1:
        raise node.error("is no scale of a number", "A scale above 0, and a share of gaps from 0 to 1.")
    return part


def _category(node: Node, n_levels: int) -> LevelColumns:
    """Return a category's columns; how many students had each level is not kept, and not needed to score."""
    found = node.fields(_CATEGORY, needed=_CATEGORY)
    own, pooled = (
        tuple(one.whole(UNSEEN, n_levels - 1) for one in found[name].items(MOST_LEVELS - UNSEEN))
        for name in _CATEGORY
    )
    if len({*own, *pooled}) < len(own) + len(pooled):
        raise node.error("names a level twice", "Each stands once.")
    counts: Integers = np.zeros(n_levels - UNSEEN, dtype=np.int64)
    counts[0] = 1
    place = np.full(n_levels - UNSEEN, len(own) if pooled else -1)
    place[np.array(own, dtype=np.int64) - UNSEEN] = np.arange(len(own))
    return LevelColumns(own, pooled, counts, place)


def _wider(node: Node, usual: Design) -> WiderDesign:
    found = node.fields(_WIDER, needed=_WIDER)
    last = usual.width - 1
    pairs = [tuple(one.whole(0, last) for one in pair.items(2)) for pair in found["pairs"].items(MOST_PAIRS)]
    centre, scale = _row(found["centre"]), _row(found["scale"])
    width = usual.width + len(pairs)
    if {len(pair) for pair in pairs} - {2} or not len(centre) == len(scale) == width or (scale == 0).any():
        raise node.error("does not fit the matrix", "Pairs of columns, then a centre and a scale for each.")
    rotation = None
    if found["rotation"].value is not None:
        rows = [_row(one) for one in found["rotation"].items(MOST_COMPONENTS)]
        if not rows or {len(row) for row in rows} != {width}:
            raise found["rotation"].error("does not fit the matrix", "A number for each column in each row.")
        rotation = np.array(rows)
    return WiderDesign(usual, tuple((a, b) for a, b in pairs), centre, scale, rotation)


def _row(node: Node) -> Floats:
    return np.array([bounded(one) for one in node.items(MOST_WIDE)], dtype=np.float64)
