"""Tables that changed since a plan was made: what is gone or of another type, and how to mend the plan."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import ColumnNotFound, SchemaChanged
from core.sources.base import FieldInfo, TableInfo
from core.sources.plan import Part

CLOSE = 0.5
"""How alike two names must be to be taken for the same column, where other new columns could be meant."""


@dataclass(frozen=True)
class Drift:
    """One column that a plan uses and that is no longer what it was."""

    table: str
    column: str
    old_type: str
    """Empty where the plan does not know it."""
    new_type: str
    """Empty for a column that is gone."""
    likely: str = ""
    """For a column that is gone: the new column of the same type that it probably became; empty if none."""

    def __str__(self) -> str:
        if self.new_type:
            return (
                f"The column '{self.column}' of '{self.table}' changed from '{self.old_type}' to "
                f"'{self.new_type}' since the plan was made."
            )
        return f"The table '{self.table}' has no column '{self.column}' any more."

    @property
    def advice(self) -> str:
        """What to do, one sentence."""
        if self.new_type:
            return f"Check that '{self.column}' still means the same, and take over its new type."
        if self.likely:
            return f"It is probably '{self.likely}' now: map '{self.column}' to it on Data sources."
        return f"Map '{self.column}' to another column on Data sources, or take it out of the plan."


def named_columns(part: Part) -> tuple[str, ...]:
    """Return the columns that somebody chose by their names."""
    return used_columns(part) if part.columns or part.measures else used_columns(replace(part, types=()))


def _is_other(then: str, now: str, *, is_sampled: bool) -> bool:
    """Whether a type is another one; of documents, one that shares no type with the earlier one."""
    if is_sampled:
        return not set(then.split(" or ")) & set(now.split(" or "))
    return then != now


def used_columns(part: Part) -> tuple[str, ...]:
    """Return the columns that a part reads, each once; with neither columns nor measures, all it knew."""
    taken = () if part.measures else (part.columns or tuple(name for name, _ in part.types))
    measured = tuple(measure.of for measure in part.measures)
    conditions = tuple(condition.column for condition in part.rows)
    named = (part.key, *taken, *conditions, part.time, *measured)
    return tuple(dict.fromkeys(name for name in named if name))


def check_drift(part: Part, info: TableInfo) -> tuple[Drift, ...]:
    """Return the used columns that are gone or of another type, in the order in which the part uses them.

    A plan that was written without types is only checked for columns that are gone. Documents declare no
    columns: there, one that nobody named may be missing from a sample, and a type may gain another one,
    because a read finds and counts both.
    """
    then, now = dict(part.types), {field.name: field for field in info.fields}
    is_sampled = info.n_sampled is not None
    used = tuple(n for n in used_columns(part) if n in now or not is_sampled or n in named_columns(part))
    gone = tuple(name for name in used if name not in now)
    likely = _likely(part, gone, info.fields)
    drifts = (
        Drift(part.table, name, then.get(name, ""), "", likely.get(name, ""))
        if name in gone
        else Drift(part.table, name, then[name], now[name].type)
        for name in used
        if name in gone or (name in then and _is_other(then[name], now[name].type, is_sampled=is_sampled))
    )
    return tuple(drifts)


def refuse_drift(part: Part, info: TableInfo) -> None:
    """Do nothing if the table is still what the plan knows; raises SchemaChanged naming every change."""
    drifts = check_drift(part, info)
    if drifts:
        raise SchemaChanged(" ".join(map(str, drifts)), hint=" ".join(drift.advice for drift in drifts))


def remapped(part: Part, names: Mapping[str, str]) -> Part:
    """Return the part reading other columns: ``names`` maps each old name to the new one.

    Measured columns keep the names that they had. Types are kept with the new names: call ``with_types``
    when the new columns have others. Raises ColumnNotFound for an old name that the part does not use.
    """
    used = tuple(name for name in (*used_columns(part), part.explode) if name)
    for old in names:
        if old not in used:
            raise ColumnNotFound.of(old, used, where=f"table '{part.table}' of the plan")

    def new(name: str) -> str:
        return names.get(name, name)

    return replace(
        part,
        key=new(part.key),
        columns=tuple(map(new, part.columns)),
        rows=tuple(replace(row, column=new(row.column)) for row in part.rows),
        explode=new(part.explode),
        time=new(part.time),
        measures=tuple(replace(m, of=new(m.of), name=m.title) if m.of in names else m for m in part.measures),
        types=tuple((new(name), kind) for name, kind in part.types),
    )


def with_types(part: Part, info: TableInfo) -> Part:
    """Return the part with the types that its columns have now; columns that are not there have none.

    A part that takes all columns remembers all of them.
    """
    takes_all = not part.columns and not part.measures
    used = {field.name for field in info.fields} if takes_all else set(used_columns(part))
    return replace(part, types=tuple((field.name, field.type) for field in info.fields if field.name in used))


def _likely(part: Part, gone: Sequence[str], fields: Sequence[FieldInfo]) -> dict[str, str]:
    """Return for columns that are gone the new ones that they probably became, the most alike pairs first.

    Where the plan knew every column, a single new column of the type is meant however it is called.
    """
    then = dict(part.types)
    fresh = [field for field in fields if field.name not in {*then, *used_columns(part)}]
    pairs = sorted(
        (
            (_alike(old, field.name), old, field.name)
            for old in gone
            for field in fresh
            if then.get(old, field.type) == field.type
        ),
        key=lambda pair: (-pair[0], pair[1:]),
    )
    knew_all = not part.columns and not part.measures and bool(then)
    found: dict[str, str] = {}
    for alike, old, new in pairs:
        is_only = knew_all and sum(old == pair[1] or new == pair[2] for pair in pairs) == 1
        if (alike >= CLOSE or is_only) and old not in found and new not in found.values():
            found[old] = new
    return found


def _alike(old: str, new: str) -> float:
    """Return how alike two names are, from 0 to 1; case, and where a field is nested, matter little."""
    old, new = old.casefold(), new.casefold()
    whole = difflib.SequenceMatcher(None, old, new).ratio()
    leaf = difflib.SequenceMatcher(None, old.rpartition(".")[2], new.rpartition(".")[2]).ratio()
    return max(whole, leaf if "." in old + new else 0.0)
