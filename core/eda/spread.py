"""How the values of one column are spread before and after a step, in bars that can be laid side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

BEFORE, AFTER = "Before", "After"
BINS = 24
CATEGORIES = 10
NO_VALUE, OTHERS = "(no value)", "(all others)"
_LONGEST = 40
_LARGEST = 1e300
"""Numbers beyond it are not drawn: the width of a bin would overflow."""


@dataclass(frozen=True, eq=False)
class Spread:
    """The bars of one column, before and after."""

    column: str
    title: str
    is_histogram: bool
    """Whether the bars stand on a number line; they are categories otherwise."""
    bars: pd.DataFrame
    """One row a bar: when (Before or After), label, low, high (NaN for categories), n (rows)."""
    n_missing_before: int
    """Rows without a value; for a text read as numbers, those that show no number too."""
    n_missing_after: int
    was_text: bool = False
    """Whether the column was text before and is read as numbers."""

    @property
    def differs(self) -> bool:
        """Whether before and after are spread differently, or have other gaps."""
        sides = [
            self.bars[self.bars["when"] == when].drop(columns="when").reset_index(drop=True)
            for when in (BEFORE, AFTER)
        ]
        return self.n_missing_before != self.n_missing_after or not sides[0].equals(sides[1])


def spread(before: pd.Series | None, after: pd.Series, *, title: str) -> Spread:
    """Return the bars of a column; ``before`` is None for a new column.

    >>> found = spread(pd.Series(["a", "A"]), pd.Series(["a", "a"]), title="Class")
    >>> found.bars[["when", "label", "n"]].values.tolist()
    [['Before', 'a', 1], ['Before', 'A', 1], ['After', 'a', 2], ['After', 'A', 0]]
    """
    old = after.head(0) if before is None else before
    is_histogram = pd.api.types.is_numeric_dtype(after) and after.nunique() > 2
    bars, gaps = _histogram(_numbers(old), _numbers(after)) if is_histogram else _categories(old, after)
    was_text = is_histogram and not pd.api.types.is_numeric_dtype(old)
    return Spread(str(after.name), title, is_histogram, bars, *gaps, was_text=was_text)


def _numbers(values: pd.Series) -> np.ndarray:
    """Return the values as numbers, NaN where they show none or one too large to draw."""
    found = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.abs(found) <= _LARGEST, found, np.nan)


def _histogram(old: np.ndarray, new: np.ndarray) -> tuple[pd.DataFrame, tuple[int, int]]:
    """Return bars over one line of bins, and how many rows are on neither."""
    known = [side[~np.isnan(side)] for side in (old, new)]
    edges = _edges(np.concatenate(known))
    sides = [
        pd.DataFrame(
            {
                "when": when,
                "label": "",
                "low": edges[:-1],
                "high": edges[1:],
                "n": np.histogram(side, bins=edges)[0],
            }
        )
        for when, side in zip((BEFORE, AFTER), known, strict=True)
    ]
    return pd.concat(sides, ignore_index=True), (len(old) - len(known[0]), len(new) - len(known[1]))


def _edges(numbers: np.ndarray) -> np.ndarray:
    """Return the edges of equal bins; of one bin where no number fits between the numbers."""
    try:
        return np.histogram_bin_edges(numbers, bins=BINS)
    except ValueError:  # the numbers are too near to each other for so many bins
        return np.nextafter([numbers.min(), numbers.max()], [-np.inf, np.inf])


def _categories(old: pd.Series, new: pd.Series) -> tuple[pd.DataFrame, tuple[int, int]]:
    """Return bars of the most frequent values, the most frequent first, ties by their text."""
    counts = [_counted(side) for side in (old, new)]
    both = pd.concat(counts, axis=1, keys=[BEFORE, AFTER]).fillna(0.0).astype("int64")
    order = both.max(axis=1).sort_index().sort_values(ascending=False, kind="stable").index
    shown = both.loc[order[:CATEGORIES]]
    rest = both.loc[order[CATEGORIES:]].sum()
    if rest.sum():
        shown = pd.concat([shown, rest.to_frame(OTHERS).T])
    sides = [
        pd.DataFrame(
            {
                "when": when,
                "label": shown.index,
                "low": np.nan,
                "high": np.nan,
                "n": shown[when].to_numpy(),
            }
        )
        for when in (BEFORE, AFTER)
    ]
    return pd.concat(sides, ignore_index=True), (int(old.isna().sum()), int(new.isna().sum()))


def _counted(values: pd.Series) -> pd.Series:
    """Return how often each value is there, by its text; gaps under a name of their own."""
    texts = values.map(_shown, na_action="ignore").astype("object").fillna(NO_VALUE)
    return texts.value_counts()


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
