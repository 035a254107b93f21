"""Exploring: what is in the cleaned table, in figures that name nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.dataset import Provenance
from core.eda.distributions import Distribution, distribution
from core.eda.filters import Filter
from core.eda.groups import GroupComparison, compare_groups
from core.eda.missingness import Missingness, missing_pattern
from core.eda.outliers import Outliers, find_outliers
from core.eda.relations import Associations, associate
from core.eda.summary import Summary, summarise
from core.eda.together import corrected_together
from core.eda.values import identifies
from core.schema import Column, Kind, Role, Schema
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.explored import explored
from core.workflow.requests import TrainingRequest

__all__ = ["Comparison", "Exploration", "Filter", "compare", "corrected_together", "explore"]
METHODS = {
    "pearson": "correlation (Pearson)",
    "spearman": "rank correlation (Spearman)",
    "cramers_v": "Cramér's V",
    "correlation_ratio": "correlation ratio",
}
"""The measures of association, as the screen calls them."""
MAP_COLUMNS = 24
"""The heat map shows at most so many columns; the table beside it has every pair."""
_FIRST = {Role.BARRIER: 0, Role.PROTECTED: 2}
"""The places of roles among the columns to choose from; all others stand between."""
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
    n_of: int
    """Students without the filters."""

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

    @property
    def choices(self) -> tuple[str, ...]:
        """The columns that can be drawn, barriers first, protected ones last."""
        able = [c for c in self.schema if c.name in self.distributions]
        able = [c for c in able if not self.distributions[c.name].is_empty]
        return tuple(c.name for c in sorted(able, key=lambda c: _FIRST.get(c.role, 1)))

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
        """Return every pair, strongest first.

        Columns: left, right (titles), value, method, information, n, low, high, q.
        """
        pairs = self._pairs()
        order = pairs["value"].abs().sort_values(ascending=False, kind="stable").index
        return self._titled(pairs.loc[order]).reset_index(drop=True)

    def _pairs(self) -> pd.DataFrame:
        return _with_information(self.associations.frame()).dropna(subset="value")

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
    actor: Actor,
    request: TrainingRequest,
    *,
    filters: Sequence[Filter] = (),
    settings: Settings,
    progress: Progress | None = None,
) -> Exploration:
    """Return every figure of the Explore page for the cleaned table, gaps still being gaps.

    With ``filters``, for the students who meet all of them; raises InvalidChoice where those are too few.
    """
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Cleaning the table")
    table = explored(actor, request, filters=filters, settings=settings)
    frame, schema = table.frame, table.schema
    report(0.2, "Summarising the columns")
    summary = summarise(frame, schema=schema)
    report(0.4, "Counting the values")
    used = tuple(c for c in schema if c.role is not Role.IGNORED)
    distributions = {c.name: distribution(frame, column=c) for c in used if not identifies(c)}
    report(0.6, "Looking for what goes together")
    trivial = [frozenset((request.outcome, name)) for name in table.decided_by]
    associations = associate(frame, schema=schema, information=True, leave_out=trivial)
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
        n_of=table.n_of,
    )


def compare(
    actor: Actor,
    request: TrainingRequest,
    *,
    value: str,
    group: str,
    filters: Sequence[Filter] = (),
    settings: Settings,
    progress: Progress | None = None,
) -> Comparison:
    """Return ``value`` by ``group``; the outcome expression may be the value.

    Raises ColumnNotFound, WrongKind, InvalidChoice.
    """
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Reading the table")
    table = explored(actor, request, filters=filters, settings=settings)
    wanted, by = table.schema.column(value), table.schema.column(group)
    report(0.5, "Comparing the groups")
    result = compare_groups(table.frame, value=value, group=group, schema=table.schema)
    boxes = wanted.kind is Kind.NUMBER and by.kind in (Kind.CATEGORY, Kind.FLAG)
    spread = distribution(table.frame, column=wanted, group=by) if boxes else None
    return Comparison(result, spread, wanted, by, table.provenance)


def _with_information(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return one row a pair and measure, with the pair's mutual information beside it."""
    is_shared = pairs["method"] == "mutual_information"
    shared = pairs[is_shared].set_index(["left", "right"])["value"].rename("information")
    return pairs[~is_shared].join(shared, on=["left", "right"])


def _titles_of(schema: Schema) -> dict[str, str]:
    """Return what to call each column: its label, with its own name where two labels are the same.

    >>> columns = [Column(name, Kind.NUMBER, Role.FEATURE, "Score") for name in ("a", "b")]
    >>> _titles_of(Schema(tuple(columns)))
    {'a': 'Score (a)', 'b': 'Score (b)'}
    """
    taken = Counter(column.title for column in schema)
    return {c.name: c.title if taken[c.title] == 1 else f"{c.title} ({c.name})" for c in schema}
