"""Where a joined record came from, in words."""

from __future__ import annotations

from collections.abc import Sequence

from core.dataset import Provenance
from core.sources.join.part_table import PartTable
from core.sources.plan import Join, Part, SourcePlan


def sources_of(parts: Sequence[Provenance]) -> str:
    """Return the sources of the parts in one phrase, each once."""
    *others, last = dict.fromkeys(part.source for part in parts)
    return f"{', '.join(others)} and {last}" if others else last


def notes_of(part: Part, table: PartTable) -> tuple[str, ...]:
    """Return what was left out of a table when its rows became one a student, a sentence each."""
    left_out = (
        (table.n_after, "came after the as-of date"),
        (table.n_undated, "carry no time"),
        (table.n_without_key, f"have no '{part.key}'"),
    )
    return tuple(f"{_rows(n)} of '{part.table}' left out: they {why}." for n, why in left_out if n)


def query_of(plan: SourcePlan) -> str:
    """Return how the tables were joined, without values of rows."""
    joined = (
        f"{'each in' if part.join is Join.ONLY_MATCHED else 'with'} {part.table} by {part.key} "
        f"({part.rule.describe()})"
        for part in plan.parts
    )
    return f"{plan.base.table} by {plan.base.key}, joined {'; '.join(joined)}"


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n:,} rows"
