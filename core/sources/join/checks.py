"""What must hold before tables are joined: a key in each, one row a student, one name a column."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core.errors import ColumnNotFound, PlanError, RepeatedIds
from core.sources.join.keys import EXACT, Repeats, find_repeats, normalised
from core.sources.join.match import Match
from core.sources.join.part_table import PartTable
from core.sources.plan import Part, SourcePlan
from core.sources.selection import KeyRule


def check_plan(plan: SourcePlan, tables: Sequence[PartTable]) -> None:
    """Do nothing if each table was read and has a key where there is more than one; raises PlanError."""
    if len(tables) != len(plan.tables):
        raise PlanError(
            f"The plan has {len(plan.tables):,} tables and {len(tables):,} were read.",
            hint="Read each table of the plan once, the base first.",
        )
    for part in plan.tables if plan.parts else ():
        if not part.key:
            raise PlanError(
                f"The table '{part.table}' has no key to join it by.",
                hint="Choose the column that says which student a row is about.",
            )


def keys_of(part: Part, frame: pd.DataFrame) -> pd.Series:
    """Return the key column of a table as it was read; raises ColumnNotFound."""
    if part.key not in frame.columns:
        raise ColumnNotFound.of(part.key, list(frame.columns), where=f"the key of '{part.table}'")
    return frame[part.key]


def check_base(part: Part, table: PartTable) -> None:
    """Do nothing if every row of the base has an id of its own; raises PlanError, RepeatedIds."""
    check_base_keys(part, keys_of(part, table.dataset.collect()), n_without_key=table.n_without_key)


def check_base_keys(part: Part, keys: pd.Series, *, n_without_key: int = 0) -> None:
    """Do nothing if every one of the base's ids is there and only once; raises PlanError, RepeatedIds."""
    alike = normalised(keys, part.rule)
    n_without = int(alike.isna().sum()) + n_without_key
    if n_without:
        rows = "1 row" if n_without == 1 else f"{n_without:,} rows"
        raise PlanError(
            f"The base table '{part.table}' has {rows} without a '{part.key}'.",
            hint=f"Fill them in at the source, or leave them out by the condition '{part.key} is present'.",
        )
    repeats = find_repeats(keys, alike)
    if repeats:
        raise RepeatedIds(
            f"The base table '{part.table}' has several rows for {ids_in_words(repeats)}, "
            f"{_under(part.rule)}.",
            hint="A base table has one row a student: choose another, or add a condition that picks one row.",
        )


def check_part(base: Part, part: Part, base_keys: pd.Series, found: Match) -> None:
    """Do nothing if each student has one row in the part at most; raises RepeatedIds."""
    if found.repeated:
        raise RepeatedIds(
            f"The table '{part.table}' has several rows for {ids_in_words(found.repeated)}, "
            f"{_under(part.rule)}.",
            hint="Sum up its many rows to one value a student, or add a condition that picks one row.",
        )
    if part.rule == base.rule:
        return
    alike = find_repeats(base_keys, normalised(base_keys, part.rule))
    if alike:
        raise RepeatedIds(
            f"Students of '{base.table}' cannot be told apart in '{part.table}', {_under(part.rule)}: "
            f"{ids_in_words(alike)}.",
            hint=f"Compare the ids of '{part.table}' more strictly.",
        )


def ids_in_words(repeats: Repeats) -> str:
    """Return how many ids are repeated, and the first of them as they are written."""
    return f"{'1 id' if repeats.n_ids == 1 else f'{repeats.n_ids:,} ids'} ({repeats})"


def _under(rule: KeyRule) -> str:
    return f"with {rule.describe()}" if rule != EXACT else "compared exactly"


def names_in_record(plan: SourcePlan, tables: Sequence[PartTable]) -> list[dict[str, str]]:
    """Return for each table its columns and their names in the record; the key of the base only.

    Raises PlanError for one name twice.
    """
    taken: dict[str, str] = {}
    names: list[dict[str, str]] = []
    for i, (part, table) in enumerate(zip(plan.tables, tables, strict=True)):
        columns = table.dataset.schema.names()
        named = {old: old if old == part.key else part.prefix + old for old in columns}
        if i > 0:
            del named[part.key]
        for name in named.values():
            if name in taken:
                raise PlanError(
                    f"The tables '{taken[name]}' and '{part.table}' both have a column '{name}'.",
                    hint=f"Put something before the names of '{part.table}', or take fewer of its columns.",
                )
            taken[name] = part.table
        names.append(named)
    return names
