"""Exploring: what is in the cleaned table, in figures that name nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.dataset import Provenance
from core.eda.coded import summarise_part
from core.eda.distributions import Distribution, distribution
from core.eda.fields import Field
from core.eda.filters import Filter, kept_in
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
from core.workflow.explored import ExploredTable, explored
from core.workflow.preparing import Prepared, bits_of, open_prepared
from core.workflow.requests import TrainingRequest
from core.workflow.shown import ShownParts

__all__ = ["Comparison", "Exploration", "Filter", "compare", "corrected_together", "explore", "look_over"]
Figures = Literal["summary", "distributions", "associations", "missingness", "outliers"]
"""What an exploration may hold: the names of its fields."""
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
    fields: tuple[Field, ...] = ()
    """What students can be chosen by, of all students; only where it was asked for."""
    summary: Summary | None = None
    """As the following: None, or empty, where it was not asked for."""
    distributions: Mapping[str, Distribution] = field(default_factory=dict)
    """By column name, in the schema's order; columns that identify students are not among them."""
    associations: Associations | None = None
    missingness: Missingness | None = None
    outliers: Outliers | None = None

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
        able = [name for name, shown in self.distributions.items() if not shown.is_empty]
        return self._in_order(able)

    @property
    def ways_to_choose(self) -> dict[str, Field]:
        """What students can be chosen by, by column name, barriers first, protected ones last."""
        by_name = {one.column: one for one in self.fields}
        return {name: by_name[name] for name in self._in_order(by_name)}

    def _in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        able = [self.schema.column(name) for name in names]
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
        place = {name: i for i, name in enumerate(self._related.columns)}
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
        return _with_information(self._related.frame()).dropna(subset="value")

    @property
    def _related(self) -> Associations:
        return self.associations or Associations((), (), 0, 0)

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


def look_over(
    actor: Actor, request: TrainingRequest, *, filters: tuple[Filter, ...] = (), settings: Settings
) -> Exploration:
    """Return the summary of the students who meet all ``filters``, and what students can be chosen by.

    Counted from the table that ``prepare`` has made: a matter of milliseconds. Raises as ``explored``, and
    FileNotFoundError before the table is prepared.
    """
    prepared = open_prepared(actor, request, settings=settings)
    table, rows = prepared.table, None
    if filters:
        rows = kept_in(table, filters)
        ShownParts.of(actor, prepared.provenance, settings=settings).admit(
            rows, filters, outcome=request.outcome,
            bits_of=lambda *earlier: bits_of(actor, request, prepared, *earlier, settings=settings),
        )  # fmt: skip
    summary = summarise_part(table, rows)
    return Exploration(
        **_facts(request, prepared, n=summary.n_rows, n_of=table.n_rows),
        schema=table.schema,
        fields=prepared.fields,
        summary=summary,
    )


def reading(actor: Actor, request: TrainingRequest, *, settings: Settings) -> str:
    """Return by what the reading of the source is known that ``look_over`` counts; empty before it is there.

    Figures that were kept of another reading are out of date. Raises as ``open_prepared``.
    """
    try:
        provenance = open_prepared(actor, request, settings=settings).provenance
    except FileNotFoundError:
        return ""
    return f"{provenance.loaded_at.isoformat()} {provenance.content_hash}"


def explore(
    actor: Actor,
    request: TrainingRequest,
    *,
    figures: tuple[Figures, ...] = get_args(Figures),
    filters: Sequence[Filter] = (),
    settings: Settings,
    progress: Progress | None = None,
) -> Exploration:
    """Return ``figures`` of the cleaned table, gaps still being gaps; all figures of the page by default.

    With ``filters``, for the students who meet all of them; raises InvalidChoice where those are too few.
    """
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Reading the table")
    table = explored(actor, request, filters=filters, settings=settings)
    found: dict[str, Any] = {}
    for number, name in enumerate(figures):
        words, work_out = _FIGURES[name]
        report(0.2 + 0.8 * number / len(figures), words)
        found[name] = work_out(table, request)
    return Exploration(
        **_facts(request, table, n=len(table.frame), n_of=table.n_of), schema=table.schema, **found
    )


def _facts(request: TrainingRequest, table: ExploredTable | Prepared, *, n: int, n_of: int) -> dict[str, Any]:
    """Return what an exploration says of its table beside the figures."""
    return {
        "outcome": request.outcome if table.decided_by else None,
        "decided_by": table.decided_by,
        "notes": table.notes,
        "provenance": table.provenance,
        "n": n,
        "n_of": n_of,
    }


def _distributions(table: ExploredTable, _: TrainingRequest) -> dict[str, Distribution]:
    return {c.name: distribution(table.frame, column=c) for c in _used(table) if not identifies(c)}


def _associations(table: ExploredTable, request: TrainingRequest) -> Associations:
    trivial = [frozenset((request.outcome, name)) for name in table.decided_by]
    return associate(table.frame, schema=table.schema, information=True, leave_out=trivial)


def _used(table: ExploredTable) -> tuple[Column, ...]:
    return tuple(c for c in table.schema if c.role is not Role.IGNORED)


_FIGURES: Mapping[str, tuple[str, Callable[[ExploredTable, TrainingRequest], Any]]] = {
    "summary": ("Summarising the columns", lambda table, _: summarise(table.frame, schema=table.schema)),
    "distributions": ("Counting the values", _distributions),
    "associations": ("Looking for what goes together", _associations),
    "missingness": (
        "Looking at what is missing",
        lambda table, _: missing_pattern(table.frame, schema=Schema(_used(table))),
    ),
    "outliers": ("Looking for outliers", lambda table, _: find_outliers(table.frame, schema=table.schema)),
}
"""What is said while figures are worked out, and how they are."""


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
