"""What each segment is like: its size, and how it differs from all students in every column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.modeling.segment_fit import Fit
from core.modeling.segment_names import Contrast, names_of
from core.modeling.segment_scaling import CategoryScale, NumberScale, Parts, Scaling
from core.modeling.table import FeatureColumn, Features, Floats
from core.schema import Kind


@dataclass(frozen=True)
class SegmentProfile:
    """One segment in words and figures. Its number says only that it is the so-manieth largest."""

    segment: int
    """1 is the largest."""
    name: str
    size: int
    share: float
    """Of all students, in [0, 1]."""
    contrasts: tuple[Contrast, ...]
    """Every column and category, strongest difference first."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Means and shares by segment, of known values; NaN where a segment has none."""

    means: Floats
    """Of shape (k, numbers)."""
    shares: tuple[Floats, ...]
    """For each category (k, levels and the rarer ones together)."""


def tallies(
    features: Features, parts: Parts, *, scaling: Scaling, fits: Sequence[Fit], order: np.ndarray
) -> tuple[Tally, ...]:
    """Return the means and shares of each fit; ``parts`` and labels stand in ``order``."""
    place = {column.name: i for i, column in enumerate(features.columns)}
    values = [features.numbers[:, place[scale.name]][order] for scale in scaling.numbers]
    known = [np.isfinite(column) for column in values]
    return tuple(_tally(fit, values, known, parts, scaling) for fit in fits)


def _tally(fit: Fit, values: list[Floats], known: list[np.ndarray], parts: Parts, scaling: Scaling) -> Tally:
    labels = fit.labels.astype(np.intp)
    means = [_means(labels, column, there, fit.k) for column, there in zip(values, known, strict=True)]
    shares = tuple(
        _shares(labels, parts.levels[:, j], len(scale.places), fit.k)
        for j, scale in enumerate(scaling.categories)
    )
    return Tally(np.stack(means, axis=1) if means else np.empty((fit.k, 0)), shares)


def _means(labels: np.ndarray, values: Floats, known: np.ndarray, k: int) -> Floats:
    if not known.all():
        labels, values = labels[known], values[known]
    with np.errstate(invalid="ignore"):
        found: Floats = np.bincount(labels, weights=values, minlength=k) / np.bincount(labels, minlength=k)
    return found


def _shares(labels: np.ndarray, levels: np.ndarray, n_places: int, k: int) -> Floats:
    """Return the share of each level among those known; the last place is missing."""
    counts = np.bincount(labels * n_places + levels, minlength=k * n_places).reshape(k, n_places)[:, :-1]
    with np.errstate(invalid="ignore"):
        found: Floats = counts / counts.sum(axis=1, keepdims=True)
    return found


def profiles_of(
    fit: Fit, *, tally: Tally, scaling: Scaling, columns: Sequence[FeatureColumn]
) -> tuple[SegmentProfile, ...]:
    """Return the profile of each segment, largest first."""
    named = {column.name: column for column in columns}
    contrasts = [_contrasts(s, tally, scaling, named) for s in range(fit.k)]
    sizes = [int(size) for size in fit.sizes]
    names = names_of(contrasts, sizes=sizes)
    total = max(1, sum(sizes))
    return tuple(
        SegmentProfile(s + 1, names[s], sizes[s], sizes[s] / total, contrasts[s]) for s in range(fit.k)
    )


def profile_rows(profiles: Sequence[SegmentProfile]) -> pd.DataFrame:
    """Return one row a segment and contrast, strongest first within a segment.

    ``difference`` is the segment's value against that of all students in the column's own unit, in words;
    ``strength`` the same in standard deviations, which can be compared between columns.
    """
    rows = [
        {
            "segment": profile.segment,
            "name": profile.name,
            "size": profile.size,
            "share": profile.share,
            "column": contrast.column,
            "label": contrast.label,
            "level": contrast.level,
            "segment_value": contrast.segment,
            "everyone": contrast.everyone,
            "strength": contrast.strength,
            "words": contrast.words,
            "difference": contrast.difference,
            "kind": contrast.kind.value,
            "unit": contrast.unit or "",
        }
        for profile in profiles
        for contrast in profile.contrasts
    ]
    names = ["segment", "name", "size", "share", "column", "label", "level"]
    figures = ["segment_value", "everyone", "strength", "words", "difference", "kind", "unit"]
    return pd.DataFrame(rows, columns=[*names, *figures])


def _contrasts(
    segment: int, tally: Tally, scaling: Scaling, columns: dict[str, FeatureColumn]
) -> tuple[Contrast, ...]:
    found = [
        _of_number(columns[scale.name], scale, float(tally.means[segment, j]))
        for j, scale in enumerate(scaling.numbers)
    ]
    for j, category in enumerate(scaling.categories):
        found += _of_category(columns[category.name], category, tally.shares[j][segment])
    there = [contrast for contrast in found if not np.isnan(contrast.strength)]
    return tuple(sorted(there, key=lambda c: (-round(abs(c.strength), 9), c.column, c.strength < 0, c.level)))


def _of_number(column: FeatureColumn, scale: NumberScale, mean: float) -> Contrast:
    strength = (mean - scale.mean) / scale.std
    everyone = float(scale.mean)
    if column.kind is Kind.FLAG:
        words, apart = _share_words(column.label, mean, everyone), _share_apart(mean, everyone)
    else:
        words = f"{column.label} {column.value_text(mean)} (all: {column.value_text(everyone)})"
        apart = _apart(column, mean - everyone)
    return Contrast(
        column.name, column.label, column.kind, "", mean, everyone, strength, words, column.unit, apart
    )


def _of_category(column: FeatureColumn, scale: CategoryScale, shares: Floats) -> list[Contrast]:
    """Return one contrast a level; levels that are rare everywhere are left to their sum."""
    found = []
    for i, level in enumerate((*scale.levels, "other")):
        everyone, here = float(scale.shares[i]), float(shares[i])
        if everyone > 0:
            strength = (here - everyone) / (everyone * (1 - everyone)) ** 0.5
            words = _share_words(f"{column.label}: {level}", here, everyone)
            apart = _share_apart(here, everyone)
            found.append(
                Contrast(
                    column.name,
                    column.label,
                    column.kind,
                    level,
                    here,
                    everyone,
                    strength,
                    words,
                    None,
                    apart,
                )
            )
    return found


def _share_words(what: str, here: float, everyone: float) -> str:
    return f"{what} {100 * here:.0f} % (all: {100 * everyone:.0f} %)"


def _apart(column: FeatureColumn, difference: float) -> str:
    """Return a difference of means in the column's unit; one of percentages is in points."""
    text = column.value_text(abs(difference))
    for unit in ("percent", "%"):
        if column.unit == unit:
            text = f"{text.removesuffix(unit).rstrip()} percentage points"
    return f"{text} {'less' if difference < 0 else 'more'}"


def _share_apart(here: float, everyone: float) -> str:
    """Return how many more or fewer of 100 students."""
    points = 100 * abs(here - everyone)
    return f"{points:.0f} in 100 students {'fewer' if here < everyone else 'more'}"
