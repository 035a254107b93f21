"""Outcomes that a table could have, as expressions to start from: a person decides which one is meant."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from core.errors import OutcomeError
from core.features.outcome import parse_outcome
from core.schema import Column, Kind, Role, Schema

BAD_WORDS = (
    *("dropout", "dropped", "withdrawn", "withdrew", "left", "leaver", "not retained"),
    *("fail", "failed", "failing", "poor", "at risk", "f"),
)
"""Values that usually name what is to be avoided."""
SCORE_WORDS = {"score", "grade", "gpa", "mark", "marks"}
GOOD_WORDS = {
    "pass",
    "passed",
    "passes",
    "graduated",
    "graduate",
    "retained",
    "completed",
    "promoted",
    "success",
}
"""Words in the name of a yes/no column whose 'no' is to be avoided; after a 'not' they mean the opposite."""
MOST_SUGGESTED = 4


def suggest_outcomes(frame: pd.DataFrame, schema: Schema) -> tuple[str, ...]:
    """Return up to four outcomes that the table could have: columns that look like one first, then scores.

    They are starting points, not advice: every one of them can be read back by ``parse_outcome``.
    """
    chosen = [*_of_categories(frame, schema.columns, role=Role.OUTCOME), *_of_scores(frame, schema)]
    names = [str(name) for name in frame.columns]
    return tuple(text for text in dict.fromkeys(chosen) if _is_readable(text, names))[:MOST_SUGGESTED]


def _of_categories(frame: pd.DataFrame, columns: Iterable[Column], *, role: Role) -> Iterable[str]:
    """Give, for each column in the role, the value that is probably to be avoided."""
    for column in columns:
        if column.role is not role:
            continue
        if column.kind is Kind.FLAG:
            yield f"{_name(column)} == {'no' if _is_good(column) else 'yes'}"
        elif column.kind is Kind.NUMBER and frame[column.name].notna().any():
            yield _below(column, frame[column.name])
        elif column.kind is Kind.CATEGORY and frame[column.name].notna().any():
            yield f"{_name(column)} == {_quoted(_avoided(frame[column.name]))}"


def _of_scores(frame: pd.DataFrame, schema: Schema) -> Iterable[str]:
    """Give the mean of the columns that are points out of 100, and the first of them."""
    scores = [c for c in schema if c.kind is Kind.NUMBER and _is_score(c) and _is_numeric(frame[c.name])]
    if len(scores) > 1:
        mean = frame[[c.name for c in scores]].mean(axis=1)
        yield f"mean({', '.join(map(_name, scores))}) < {_round(float(mean.quantile(0.25))):g}"
    if scores:
        yield _below(scores[0], frame[scores[0].name])


def _is_score(column: Column) -> bool:
    return column.role is not Role.PROTECTED and bool(_words(column) & SCORE_WORDS)


def _is_good(column: Column) -> bool:
    words = _words(column)
    return bool(words & GOOD_WORDS) and not words & {"not", "no", "non", "never"}


def _words(column: Column) -> set[str]:
    return set(column.title.casefold().replace("_", " ").split())


def _below(column: Column, values: pd.Series) -> str:
    if not _is_numeric(values):
        values = pd.to_numeric(values, errors="coerce")
    return f"{_name(column)} < {_round(float(values.quantile(0.25))):g}"


def _is_numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype) and bool(values.notna().any())


def _round(value: float) -> float:
    """Return a number that a person would choose."""
    return float(round(value / 5) * 5) if value >= 20 else float(round(value, 1))


def _avoided(values: pd.Series) -> str:
    """Return the value that names something bad, else ``yes``, else the rarest of the common."""
    counts = values.value_counts()
    levels = [str(level) for level in counts.index]
    bad = [level for level in levels if level.casefold().strip() in BAD_WORDS]
    agreed = [level for level in levels if level.casefold().strip() in ("yes", "true", "1")]
    common = [level for level, n in zip(levels, counts, strict=True) if n >= 0.01 * counts.sum()]
    return (bad or agreed or common[-1:] or levels)[0]


def _name(column: Column) -> str:
    """Return the column as an expression names it: in backticks where its name holds more than words."""
    plain = column.name.replace("_", "").replace(" ", "")
    is_plain = plain.isalnum() and not plain[0].isdigit() and "  " not in column.name
    return column.name if is_plain else f"`{column.name}`"


def _quoted(value: str) -> str:
    return f'"{value}"' if '"' not in value else f"'{value}'"


def _is_readable(text: str, names: list[str]) -> bool:
    try:
        parse_outcome(text, names)
    except OutcomeError:
        return False
    return True
