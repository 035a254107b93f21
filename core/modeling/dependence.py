"""How the risk goes along with one column, all others left as they are: partial dependence and its lines.

Partial dependence (Friedman, 2001) is the mean risk when every student is given the same value; the lines
(individual conditional expectation; Goldstein and others, 2015) are single students. Each student is asked of
models that did not see the student. It is what the models make of past students, not what a change would do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from core.modeling.logistic import sigmoid
from core.modeling.order import seeded_order
from core.modeling.table import FeatureColumn, Features, Floats, Integers, Progress
from core.modeling.threads import one_thread
from core.modeling.train import CrossValidated
from core.modeling.unseen import first_models, is_sum, with_value
from core.schema import Kind

POINTS = 21
MOST_LINES = 50
MOST_AVERAGED = 1_000
"""Students over whom the mean is taken."""
MOST_SCORED = 300_000
"""Of a family that is no sum, about so many rows are scored; fewer students are drawn for it."""
FEWEST_AVERAGED = 100
MOST_LEVELS = 20
"""Of a category the commonest values are asked for."""
OUTER, USUAL = (0.01, 0.99), (0.05, 0.95)
"""Quantiles that the grid of a number runs between, and outside of which it is called thin."""
FEWEST = 10
"""A value that fewer students have is called thin."""


@dataclass(frozen=True, eq=False)
class ColumnDependence:
    """One column: its curve, the lines of single students, and where students are."""

    column: str
    label: str
    kind: Kind
    unit: str | None
    curve: pd.DataFrame = field(repr=False)
    """value, said, risk, low, high, n, is_thin: one row a value; ``low`` and ``high`` are the lowest and
    the highest of the models; a category's values stand from the highest risk to the lowest."""
    lines: pd.DataFrame = field(repr=False)
    """line, value, said, risk: at most ``MOST_LINES`` students, numbered and unnamed."""
    marks: tuple[float, ...]
    """The deciles of a number: between two of them are a tenth of the students; empty otherwise."""
    words: str

    @property
    def is_number(self) -> bool:
        """Whether it is drawn as a curve; else value by value."""
        return self.kind is Kind.NUMBER

    @property
    def n_lines(self) -> int:
        """How many single students are shown."""
        return int(self.lines["line"].max())

    @property
    def has_thin(self) -> bool:
        """Whether some values rest on few students."""
        return bool(self.curve["is_thin"].any())


@dataclass(frozen=True, eq=False)
class Dependence:
    """Every column of a model, in the order of the table."""

    columns: tuple[ColumnDependence, ...]
    n_students: int
    """Students over whom the means are taken."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nobody to ask about."""
        return not self.n_students

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty if there is."""
        return "" if self.n_students else "No student has a known outcome."

    def of(self, column: str) -> ColumnDependence:
        """Return one column by name."""
        return next(one for one in self.columns if one.column == column)


def dependence(
    validated: CrossValidated, features: Features, *, seed: int, progress: Progress | None = None
) -> Dependence:
    """Return how the risk goes along with each column; ``features`` is the table that was cross-validated.

    Which students are asked about depends on the seed and their ids, not on the rows' order.
    """
    drawn = seeded_order(features.student_ids, seed=seed, purpose="dependence")
    known = drawn[~np.isnan(validated.label[drawn])]
    most = MOST_AVERAGED
    if not is_sum(validated):
        most = min(most, max(FEWEST_AVERAGED, MOST_SCORED // (POINTS * len(features.columns))))
    rows, found = known[:most], []
    with one_thread():
        for place, column in enumerate(features.columns):
            if progress:
                progress(place / len(features.columns), f"Asking about '{column.label}'")
            found.append(_of_column(validated, features, place, rows))
    return Dependence(tuple(found) if len(rows) else (), len(rows))


def _of_column(validated: CrossValidated, features: Features, place: int, rows: Integers) -> ColumnDependence:
    """Return the curve of one column."""
    column = features.columns[place]
    own = _values(features, place)
    values = _grid(column, own)
    by_model, log_odds = _asked(validated, features, place, values, rows)
    counts, thin = _counts(column, own, values)
    curve = pd.DataFrame(
        {
            "value": values,
            "said": [column.value_text(float(value)) for value in values],
            "risk": by_model.mean(axis=0),
            "low": by_model.min(axis=0),
            "high": by_model.max(axis=0),
            "n": counts,
            "is_thin": thin,
        }
    )
    if column.kind is not Kind.NUMBER:
        curve = curve.sort_values(["risk", "said"], ascending=[False, True], kind="stable", ignore_index=True)
    marks = _deciles(column, own)
    words = _words(column, curve, own)
    return ColumnDependence(
        column.name,
        column.label,
        column.kind,
        column.unit,
        curve,
        _lines(column, values, log_odds),
        marks,
        words,
    )


def _asked(
    validated: CrossValidated, features: Features, place: int, values: Floats, rows: Integers
) -> tuple[Floats, Floats]:
    """Return the mean risk at each value by each model, and each student's log-odds at each value.

    Shapes (n_models, n_values) and (n_values, n_students).
    """
    models, means = first_models(validated), []
    total = np.zeros((len(values), len(rows)))
    for number, model in enumerate(models):
        repeat, fold = divmod(number, validated.folds)
        some = np.flatnonzero(validated.fold_of[repeat][rows] == fold)
        if len(some):
            scores = model.log_odds(*with_value(features.take(rows[some]), place, values))
            table = scores.reshape(len(values), len(some))
            total[:, some] += table * (validated.folds / len(models))
            means.append(sigmoid(table).mean(axis=1))
    return np.array(means).reshape(-1, len(values)), total


def _grid(column: FeatureColumn, own: Floats) -> Floats:
    """Return the values to give: quantiles as they are shown, yes and no, or the commonest levels."""
    if column.kind is Kind.NUMBER:
        known = own[~np.isnan(own)]
        return np.unique(column.shown(np.quantile(known, np.linspace(*OUTER, POINTS))))
    if column.kind is Kind.FLAG:
        return np.array([0.0, 1.0])
    codes, counts = np.unique(own, return_counts=True)
    return np.asarray(np.sort(codes[np.argsort(-counts, kind="stable")][:MOST_LEVELS]))


def _counts(column: FeatureColumn, own: Floats, values: Floats) -> tuple[Integers, list[bool]]:
    """Return how many students are nearest to each value, and where there are too few to lean on."""
    if column.kind is not Kind.NUMBER:
        counts = np.array([int((own == value).sum()) for value in values])
        return counts, (counts < FEWEST).tolist()
    known = own[~np.isnan(own)]
    nearest = np.searchsorted((values[1:] + values[:-1]) / 2, known)
    counts = np.bincount(nearest, minlength=len(values))
    low, high = np.quantile(known, USUAL)
    return counts, ((values < low) | (values > high) | (counts < FEWEST)).tolist()


def _lines(column: FeatureColumn, values: Floats, log_odds: Floats) -> pd.DataFrame:
    """Return the risk of the first students at each value."""
    risk = sigmoid(log_odds[:, :MOST_LINES])
    n_lines = risk.shape[1]
    said = [column.value_text(float(value)) for value in values]
    return pd.DataFrame(
        {
            "line": np.tile(np.arange(1, n_lines + 1), len(values)),
            "value": np.repeat(values, n_lines),
            "said": np.repeat(said, n_lines),
            "risk": risk.ravel(),
        }
    )


def _deciles(column: FeatureColumn, own: Floats) -> tuple[float, ...]:
    if column.kind is not Kind.NUMBER:
        return ()
    marks = column.shown(np.quantile(own[~np.isnan(own)], np.linspace(0.1, 0.9, 9)))
    return tuple(dict.fromkeys(marks.tolist()))


def _words(column: FeatureColumn, curve: pd.DataFrame, own: Floats) -> str:
    """Say what the curve shows, and where it rests on few students."""
    risks = [f"{100 * risk:.0f} %" for risk in curve["risk"]]
    if column.kind is not Kind.NUMBER:
        return _level_words(curve, risks)
    ends = [curve["value"].iloc[0], *np.quantile(own[~np.isnan(own)], USUAL)]
    first, low = (f"{float(column.shown(np.array([end]))[0]):,.15g}" for end in ends[:2])
    last, usual = curve["said"].iloc[-1], column.value_text(float(ends[-1]))
    return (
        f"With {first} the mean risk would be {risks[0]}, with {last} {risks[-1]}. "
        f"Nine in ten students lie between {low} and {usual}; outside of that the curve rests on few."
    )


def _level_words(curve: pd.DataFrame, risks: list[str]) -> str:
    """Say what the commonest values show, and name those that few students have."""
    if len(curve) == 1:
        return f"Every student has '{curve['said'].iloc[0]}'."
    thin = [f"'{said}'" for said in curve.loc[curve["is_thin"], "said"]]
    few = f" Fewer than {FEWEST} students have {', '.join(thin)}." if thin else ""
    told = np.flatnonzero(~curve["is_thin"]) if (~curve["is_thin"]).sum() > 1 else np.arange(len(curve))
    (first, high), (last, low) = ((curve["said"].iloc[k], risks[k]) for k in (told[0], told[-1]))
    return f"With '{first}' the mean risk would be {high}, with '{last}' {low}.{few}"


def _values(features: Features, place: int) -> Floats:
    """Return a column's numbers, or its codes as numbers."""
    n_numbers = features.numbers.shape[1]
    if place < n_numbers:
        return features.numbers[:, place]
    return features.codes[:, place - n_numbers].astype(np.float64)
