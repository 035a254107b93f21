"""What sources share that have no engine of their own: columns described, sums worked out in pandas."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import ColumnNotFound, WrongKind
from core.schema import Kind, Schema
from core.sources.base import FieldInfo, Progress, Source, silent, stage
from core.sources.join.grouping import columns_of, group_frame
from core.sources.selection import Condition, Grouping, Groups

LOADED = 0.9
"""The fraction of a grouping at which the rows are there."""


def fields_of(schema: Schema) -> tuple[FieldInfo, ...]:
    """Return the columns with their kinds as types, for a source that declares no types of its own."""
    return tuple(
        FieldInfo(
            column.name,
            column.kind.value,
            is_number=column.kind in {Kind.NUMBER, Kind.FLAG},
            is_time=column.kind is Kind.DATE,
        )
        for column in schema
    )


def require_columns(
    schema: Schema, columns: Sequence[str] | None, rows: Sequence[Condition], explode: str, *, table: str
) -> None:
    """Do nothing if all that is named is there and nothing is to be exploded.

    Raises ColumnNotFound, and WrongKind for ``explode``: these sources have no lists.
    """
    for name in (*(columns or ()), *(row.column for row in rows), explode):
        if name and name not in schema:
            raise ColumnNotFound.of(name, schema.names(), where=f"table '{table}'")
    if explode:
        raise WrongKind(
            f"The column '{explode}' of table '{table}' holds no lists.",
            hint="Only a list can become one row an element; leave this empty.",
        )


def rows_note(n_kept: int, n_rows: int, rows: Sequence[Condition]) -> str:
    """Return how many rows met the conditions; their values stay unsaid."""
    names = ", ".join(f"'{name}'" for name in dict.fromkeys(row.column for row in rows))
    return f"{n_kept:,} of {n_rows:,} rows meet the conditions on {names}."


def group_whole(
    source: Source,
    table: str,
    grouping: Grouping,
    *,
    rows: Sequence[Condition],
    explode: str,
    progress: Progress | None,
) -> Groups:
    """Return the sums of each key of a table that is loaded for it, the needed columns only."""
    tell = progress or silent
    dataset = source.load(
        table,
        columns=columns_of(grouping),
        rows=rows,
        explode=explode,
        texts=(grouping.key,),
        progress=stage(tell, 0.0, LOADED),
    )
    groups = group_frame(dataset.collect(), dataset.schema, grouping)
    tell(1.0, f"{len(groups.frame):,} keys found in '{table}'")
    return groups
