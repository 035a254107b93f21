"""Rewriting text one value at a time: once for each distinct text on pandas, as an expression on Spark."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from core.cleaning.step import texts
from core.frames import Frame

Rule = Callable[[nw.Expr], nw.Expr]
"""Looks at one value at a time and leaves missing missing."""

_SAMPLE = 10_000


def rewrite(frame: Frame, columns: Sequence[str], *rules: Rule) -> Frame:
    """Return the frame with ``rules`` applied in turn to those of ``columns`` that hold text.

    A pandas column in which nothing changes is the same object afterwards.
    """
    names = texts(frame, columns)
    if not names:
        return frame
    if isinstance(frame, nw.LazyFrame):
        for rule in rules:
            frame = frame.with_columns(*(rule(nw.col(name)).alias(name) for name in names))
        return frame
    changed = _rewritten(frame.to_native(), names, rules)
    new = {name: nw.from_native(column, series_only=True) for name, column in changed.items()}
    return frame.with_columns(**new) if new else frame


def _rewritten(table: pd.DataFrame, names: Sequence[str], rules: Sequence[Rule]) -> dict[str, pd.Series]:
    """Return the columns that ``rules`` change; the distinct texts of all columns are asked in one go."""
    parts = [_distinct(table[name]) for name in names]
    after = _through(pd.concat([texts for _, texts in parts], ignore_index=True), rules)
    changed, start = {}, 0
    for name, (codes, before) in zip(names, parts, strict=True):
        values = after.iloc[start : start + len(before)].array
        start += len(before)
        if not values.equals(before.array):
            cells = values if codes is None else values.take(codes, allow_fill=True)
            changed[name] = pd.Series(cells, index=table.index, name=name)
    return changed


def _distinct(column: pd.Series) -> tuple[np.ndarray | None, pd.Series]:
    """Return the column's distinct texts and each cell's place among them (-1 where missing).

    The places are None for a column whose texts are mostly different: it is taken as it is.
    """
    if column.iloc[:_SAMPLE].nunique() > _SAMPLE // 2:
        return None, column
    codes, distinct = pd.factorize(column)
    return codes, pd.Series(distinct, dtype=column.dtype)


def _through(texts: pd.Series, rules: Sequence[Rule]) -> pd.Series:
    """Return what ``rules`` make of each text."""
    seen = nw.from_native(texts.to_frame("text"))
    for rule in rules:
        seen = seen.with_columns(rule(nw.col("text")).alias("text"))
    result: pd.Series = seen["text"].to_native()
    return result
