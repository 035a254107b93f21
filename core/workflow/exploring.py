"""Exploring: what is in the cleaned table, in figures that name nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.dataset import Provenance
from core.eda.distributions import Distribution, distribution
from core.eda.groups import GroupComparison, compare_groups
from core.eda.missingness import Missingness, missing_pattern
from core.eda.outliers import Outliers, find_outliers
from core.eda.relations import Associations, associate
from core.eda.summary import Summary, summarise
from core.eda.values import identifies
from core.errors import AppError
from core.features.outcome import parse_outcome
from core.schema import Column, Kind, Role, Schema
from core.settings import Settings
from core.sources.base import Progress
from core.workflow.requests import TrainingRequest
from core.workflow.students import students

METHODS = {
    "pearson": "correlation (Pearson)",
    "spearman": "rank correlation (Spearman)",
    "cramers_v": "Cramér's V",
    "correlation_ratio": "correlation ratio",
}
"""The measures of association, as the screen calls them."""
OUTCOME_TITLE = "The outcome"
"""What the outcome is called beside the columns of the table."""
MAP_COLUMNS = 24
"""The heat map shows at most so many columns; the table beside it has every pair."""
MOST_GROUPS = 60
"""Columns with more categories than this are not offered for grouping."""


@dataclass(frozen=True, eq=False)
class Exploration:
    """What the Explore page shows; no student is named and small groups are withheld."""

    summary: Summary
    distributions: Mapping[str, Distribution]
    """By column name, in the schema's order; columns that identify students are not among them."""
    associations: Associations
    missingness: Missingness
    outliers: Outliers
    schema: Schema
    """What was explored: the cleaned table's columns, and the outcome where one is set."""
    outcome: str | None
    """The name of the outcome's column in ``schema``; None where no outcome is set or it cannot be read."""
    decided_by: tuple[str, ...]
    """The columns that make up the outcome."""
    notes: tuple[str, ...]
    """Columns that were set aside, and why, one sentence each."""
    provenance: Provenance
    n: int
    """Students."""

    @property
    def titles(self) -> dict[str, str]:
        """What to call each column, by its name: labels, made unique."""
        return _titles_of(self.schema)

    @property
    def values(self) -> tuple[str, ...]:
        """The columns that may be compared between groups, the outcome first."""
        able = (c.name for c in self.schema if c.name in self.distributions and c.kind is not Kind.DATE)
        return tuple(sorted(able, key=lambda name: name != self.outcome))

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns that students may be grouped by, barriers first; never the outcome itself."""
        able = [c for c in self.schema if c.name in self.distributions and self._groups(c)]
        return tuple(c.name for c in sorted(able, key=lambda c: c.role is not Role.BARRIER))

    def _groups(self, column: Column) -> bool:
        few = len(self.distributions[column.name].bars) <= MOST_GROUPS
        return column.name != self.outcome and column.kind is not Kind.DATE and few

    def map_frame(self) -> pd.DataFrame:
        """Return the heat map of the most related columns: column_a, column_b (titles), value, method.

        Both ways round, in the schema's order, with Pearson's r for pairs of numbers.
        """
        pairs = self._pairs()
        pairs = pairs[pairs["method"] != "spearman"]
        strength = pairs.set_index(["left", "right"])["value"].abs()
        reach = pd.concat([strength.groupby(side).max() for side in ("left", "right")]).groupby(level=0).max()
        chosen = reach.sort_values(ascending=False, kind="stable").index[:MAP_COLUMNS]
        pairs = pairs[pairs["left"].isin(chosen) & pairs["right"].isin(chosen)]
        both = pd.concat([pairs, pairs.rename(columns={"left": "right", "right": "left"})])
        place = {name: i for i, name in enumerate(self.associations.columns)}
        both = both.sort_values(["left", "right"], key=lambda names: names.map(place), kind="stable")
        return self._titled(both).rename(columns={"left": "column_a", "right": "column_b"})

    def pairs_frame(self) -> pd.DataFrame:
        """Return every pair, strongest first: left, right (titles), value, method, n, low, high, q."""
        pairs = self._pairs()
        order = pairs["value"].abs().sort_values(ascending=False, kind="stable").index
        return self._titled(pairs.loc[order]).reset_index(drop=True)

    def _pairs(self) -> pd.DataFrame:
        """Return the pairs that say something: not those of the outcome with the columns that make it up."""
        pairs = self.associations.frame().dropna(subset="value")
        made = self.decided_by
        trivial = ((pairs["left"] == self.outcome) & pairs["right"].isin(made)) | (
            (pairs["right"] == self.outcome) & pairs["left"].isin(made)
        )
        return pairs[~trivial]

    def _titled(self, pairs: pd.DataFrame) -> pd.DataFrame:
        words = {side: pairs[side].map(self.titles) for side in ("left", "right")}
        return pairs.assign(**words, method=pairs["method"].map(METHODS))


@dataclass(frozen=True, eq=False)
class Comparison:
    """A value compared between groups, with its spread in each group where both can be shown."""

    result: GroupComparison
    spread: Distribution | None
    """Boxes by group, for a number by a category; None for others."""
    value: Column
    group: Column
    provenance: Provenance


def explore(
    actor: Actor, request: TrainingRequest, *, settings: Settings, progress: Progress | None = None
) -> Exploration:
    """Return every figure of the Explore page for the cleaned table, gaps still being gaps."""
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    report = progress or _quiet
    report(0.0, "Cleaning the table")
    table = _students(actor, request, settings)
    frame, schema = table.frame, table.schema
    report(0.2, "Summarising the columns")
    summary = summarise(frame, schema=schema)
    report(0.4, "Counting the values")
    used = tuple(c for c in schema if c.role is not Role.IGNORED)
    distributions = {c.name: distribution(frame, column=c) for c in used if not identifies(c)}
    report(0.6, "Looking for what goes together")
    associations = associate(frame, schema=schema)
    report(0.8, "Looking at what is missing")
    missingness = missing_pattern(frame, schema=Schema(used))
    report(0.9, "Looking for outliers")
    return Exploration(
        summary=summary,
        distributions=distributions,
        associations=associations,
        missingness=missingness,
        outliers=find_outliers(frame, schema=schema),
        schema=schema,
        outcome=request.outcome if table.decided_by else None,
        decided_by=table.decided_by,
        notes=table.notes,
        provenance=table.provenance,
        n=len(frame),
    )


def compare(
    actor: Actor,
    request: TrainingRequest,
    *,
    value: str,
    group: str,
    settings: Settings,
    progress: Progress | None = None,
) -> Comparison:
    """Return ``value`` by ``group``; the outcome expression may be the value.

    Raises ColumnNotFound, WrongKind, InvalidChoice.
    """
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    report = progress or _quiet
    report(0.0, "Reading the table")
    table = _students(actor, request, settings)
    wanted, by = table.schema.column(value), table.schema.column(group)
    report(0.5, "Comparing the groups")
    result = compare_groups(table.frame, value=value, group=group, schema=table.schema)
    boxes = wanted.kind is Kind.NUMBER and by.kind in (Kind.CATEGORY, Kind.FLAG)
    spread = distribution(table.frame, column=wanted, group=by) if boxes else None
    return Comparison(result, spread, wanted, by, table.provenance)


def _titles_of(schema: Schema) -> dict[str, str]:
    """Return what to call each column: its label, with its own name where two labels are the same.

    >>> columns = [Column(name, Kind.NUMBER, Role.FEATURE, "Score") for name in ("a", "b")]
    >>> _titles_of(Schema(tuple(columns)))
    {'a': 'Score (a)', 'b': 'Score (b)'}
    """
    taken = Counter(column.title for column in schema)
    return {c.name: c.title if taken[c.title] == 1 else f"{c.title} ({c.name})" for c in schema}


@dataclass(frozen=True, eq=False)
class _Table:
    """The cleaned table as it is explored."""

    frame: pd.DataFrame
    schema: Schema
    provenance: Provenance
    decided_by: tuple[str, ...]
    """The columns that make up the outcome; empty where there is none."""
    notes: tuple[str, ...]


def _students(actor: Actor, request: TrainingRequest, settings: Settings) -> _Table:
    """Return the cleaned table with the outcome as a column, without what cannot be explored."""
    dataset = students(actor, request.cleaning, settings=settings).table
    frame = dataset.collect()
    unfit = [c for c in dataset.schema if not _fits(frame[c.name], c.kind)]
    schema = Schema(tuple(c for c in dataset.schema if c not in unfit))
    table = _Table(frame, schema, dataset.provenance, (), tuple(_set_aside(column) for column in unfit))
    return _with_outcome(table, request.outcome) if request.outcome else table


def _with_outcome(table: _Table, text: str) -> _Table:
    """Return the table with the outcome as a yes/no column that is named by its expression."""
    try:
        outcome = parse_outcome(text, [str(name) for name in table.frame.columns])
        frame = table.frame.assign(**{text: outcome.label(table.frame)})
    except AppError as error:
        return replace(table, notes=(*table.notes, f"The outcome is left out: {error}"))
    reason = f"The outcome that was chosen: {outcome.describe()}."
    column = Column(text, Kind.FLAG, Role.OUTCOME, OUTCOME_TITLE, reason)
    others = tuple(c for c in table.schema if c.name != text)
    return replace(table, frame=frame, schema=Schema((*others, column)), decided_by=outcome.columns)


def _fits(values: pd.Series, kind: Kind) -> bool:
    if kind in (Kind.NUMBER, Kind.FLAG):
        return pd.api.types.is_numeric_dtype(values.dtype)
    if kind is Kind.DATE:
        return pd.api.types.is_datetime64_any_dtype(values.dtype)
    return True


def _set_aside(column: Column) -> str:
    held = {Kind.NUMBER: "numbers", Kind.FLAG: "yes/no values", Kind.DATE: "dates"}[column.kind]
    return (
        f"'{column.name}' is left out: it should hold {held} but holds text. "
        "Switch on the cleaning step that reads it, or change its kind."
    )


def _quiet(_fraction: float, _words: str) -> None:
    """Report nothing."""
