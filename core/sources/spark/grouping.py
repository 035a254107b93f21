"""The sums of each key on Spark, by one groupBy: the same as core/sources/join/grouping.py gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from core.errors import InvalidChoice, WrongKind
from core.sources.columns.coerce import as_strings
from core.sources.selection import Condition, Grouping, Groups
from core.sources.spark.choosing import column_of, number_of, time_of
from core.sources.spark.gathering import NO_JSON, RAGGED, Tally, clean_column, counted
from core.sources.spark.leaves import NUMBERS, TIMES, Leaf, require_leaf
from core.sources.spark.relation import LOST, Relation, loaded
from core.sources.spark.session import functions
from core.sources.typed import plain_frame

KEY, AFTER, UNDATED, DROPPED = "key", "n_after", "n_undated", "n_dropped"
TOGETHER = "together"
FIRST_DAY = "2000-01-01"
WHOLE = ("count_", "sum_n_", "trend_n_", "trend_x_", "trend_xx_")
"""Columns that hold whole numbers."""


def check_grouping(relation: Relation, grouping: Grouping) -> None:
    """Do nothing if the columns are there and of the right kinds; raises ColumnNotFound, WrongKind."""
    named = (grouping.key, grouping.time, *grouping.counts, *grouping.sums, *grouping.trends, *grouping.lasts)
    relation.require([name for name in named if name])
    if (grouping.trends or grouping.lasts) and not grouping.time:
        times = ", ".join(leaf.name for leaf in relation.leaves if leaf.kind in TIMES)
        raise InvalidChoice(
            "A last value or a trend needs the column that says when a row happened.",
            hint=f"Choose the time column; dates: {times or 'none'}.",
        )
    if grouping.time:
        leaf = require_leaf(relation.leaves, grouping.time, table=relation.name)
        if leaf.kind not in TIMES and not leaf.is_loose:
            raise WrongKind(
                f"The column '{grouping.time}' holds no dates.", hint="Choose a date column as the time."
            )
    for leaf in relation.require([*grouping.sums, *grouping.trends]):
        if leaf.kind not in NUMBERS and not leaf.is_loose and not leaf.is_list:
            raise WrongKind(
                f"The column '{leaf.name}' holds no numbers.",
                hint="Sum, mean and trend need a number column.",
            )


def grouped(relation: Relation, grouping: Grouping, rows: Sequence[Condition]) -> Any:
    """Return the frame of the sums of each key."""
    functions_ = functions()
    frame = relation.meeting(relation.whole(), rows)
    kept = _kept(relation, grouping)
    key = require_leaf(relation.leaves, grouping.key, table=relation.name)
    frame = frame.select(
        _key(key).alias(KEY),
        *_inputs(relation, grouping, kept),
    )
    sums = _sums(relation, grouping, functions_)
    if not grouping.lasts:
        return frame.groupBy(KEY).agg(*sums)
    return _brought_together(frame, key).groupBy(TOGETHER, KEY).agg(*sums).drop(TOGETHER)


def _brought_together(frame: Any, key: Leaf) -> Any:
    """Return the frame with all rows of a key in one place, and a number to sort them by.

    For last values Spark sorts by the key instead of hashing it. Asked plainly it sorts twice, here and
    after the rows were exchanged, and compares long texts: three times as much work.
    """
    functions_ = functions()
    number = functions_.col(KEY) if key.kind in NUMBERS else functions_.xxhash64(KEY)
    return frame.withColumn(TOGETHER, number).repartition(TOGETHER)


def _kept(relation: Relation, grouping: Grouping) -> Any:
    """Return whether a row counts: it is a record, and not after the as-of day."""
    functions_ = functions()
    kept = functions_.lit(True)
    if relation.drops_lost:
        kept = kept & functions_.col(LOST).isNull()
    if grouping.as_of is not None and grouping.time:
        time = time_of(require_leaf(relation.leaves, grouping.time, table=relation.name))
        kept = kept & functions_.coalesce(time.cast("date") <= _day(grouping.as_of), functions_.lit(False))
    return kept


def _day(day: date) -> Any:
    return functions().lit(day.isoformat()).cast("date")


def _key(leaf: Leaf) -> Any:
    """Return the raw key; what is missing in every sense is null."""
    if leaf.kind in {"float", "double"}:
        return number_of(leaf)
    return loaded(leaf)


def _inputs(relation: Relation, grouping: Grouping, kept: Any) -> list[Any]:
    """Return what the sums are made of, null in rows that do not count."""
    functions_ = functions()
    made = [kept.alias("kept")]
    if grouping.time:
        time = time_of(require_leaf(relation.leaves, grouping.time, table=relation.name))
        made += [functions_.when(kept, time).alias("time")]
        if grouping.as_of is not None:
            made += [
                (time.cast("date") > _day(grouping.as_of)).alias("after"),
                time.isNull().alias("undated"),
            ]
    if relation.has_lost:
        made.append(functions_.col(LOST).isNotNull().alias("lost"))
    for part, names in _parts(grouping):
        for i, name in enumerate(names):
            value = _value(part, require_leaf(relation.leaves, name, table=relation.name))
            made.append(functions_.when(kept, value).alias(f"{part}_{i}"))
    for i, leaf in enumerate(_read(relation, grouping)):
        unread = kept & column_of(leaf).isNotNull() & number_of(leaf).isNull()
        made.append(unread.cast("long").alias(f"unread_{i}"))
    return made


def _parts(grouping: Grouping) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("count", grouping.counts),
        ("sum", grouping.sums),
        ("trend", grouping.trends),
        ("last", grouping.lasts),
    )


def _value(part: str, leaf: Leaf) -> Any:
    """Return the cell as one kind of sum takes it."""
    if part in {"sum", "trend"} or leaf.kind in {"float", "double"}:
        return number_of(leaf)
    return loaded(leaf)


def _read(relation: Relation, grouping: Grouping) -> tuple[Leaf, ...]:
    """Return the columns that are read as numbers and may hold something else."""
    named = relation.require([*grouping.sums, *grouping.trends])
    return tuple(leaf for leaf in named if leaf.kind in {"string", "float", "double"})


def _sums(relation: Relation, grouping: Grouping, functions_: Any) -> list[Any]:
    """Return the aggregates under the names that Groups gives them."""
    col, total, zero = functions_.col, functions_.sum, functions_.lit(0)

    def whole(column: Any) -> Any:
        return functions_.coalesce(total(column), zero)

    made = [whole(col("kept").cast("long")).alias("n_rows")]
    if grouping.time:
        made.append(functions_.max("time").alias("last_time"))
    counts = [f"count_{i}" for i in range(len(grouping.counts))]
    made += [functions_.count(name).alias(name) for name in counts]
    for i in range(len(grouping.sums)):
        made += [
            functions_.count(f"sum_{i}").alias(f"sum_n_{i}"),
            whole(col(f"sum_{i}")).cast("double").alias(f"sum_{i}"),
        ]
    for i in range(len(grouping.trends)):
        made += _trend(i, functions_, whole)
    for i in range(len(grouping.lasts)):
        both = col(f"last_{i}").isNotNull() & col("time").isNotNull()
        last = functions_.max(functions_.when(both, functions_.struct("time", f"last_{i}")))
        made += [last[f"last_{i}"].alias(f"last_{i}"), last["time"].alias(f"last_time_{i}")]
    if grouping.time and grouping.as_of is not None:
        made += [
            whole(col("after").cast("long")).alias(AFTER),
            whole(col("undated").cast("long")).alias(UNDATED),
        ]
    if relation.has_lost:
        made.append(whole(col("lost").cast("long")).alias(DROPPED))
    made += [whole(col(f"unread_{i}")).alias(f"unread_{i}") for i in range(len(_read(relation, grouping)))]
    return made


def _trend(i: int, functions_: Any, whole: Any) -> list[Any]:
    """Return the five sums of a trend over rows with a value and a time."""
    col = functions_.col
    there = col(f"trend_{i}").isNotNull() & col("time").isNotNull()
    first = functions_.lit(FIRST_DAY).cast("date")
    x = functions_.when(there, functions_.date_diff(col("time").cast("date"), first).cast("long"))
    y = functions_.when(there, col(f"trend_{i}"))
    sums = {"x": x, "xx": x * x, "y": y, "xy": x * y}
    return [
        functions_.count(x).alias(f"trend_n_{i}"),
        *(whole(value).alias(f"trend_{name}_{i}") for name, value in sums.items()),
    ]


def groups_of(
    table: Any, relation: Relation, grouping: Grouping, *, notes: tuple[str, ...], query: str
) -> Groups:
    """Return what came out of Spark as Groups: exact types, keys as text, what was left out counted."""
    table, tally = _readable(table.combine_chunks(), grouping)
    counts = {name: _total(table, name) for name in (AFTER, UNDATED, DROPPED)}
    unread = [_total(table, f"unread_{i}") for i in range(len(_read(relation, grouping)))]
    frame = plain_frame(table)
    ours = [name for name in frame.columns if name in counts or str(name).startswith("unread_")]
    frame = frame.drop(columns=ours)
    frame = frame[frame["n_rows"] > 0].reset_index(drop=True)
    frame[KEY] = as_strings(frame[KEY]).astype("str")
    for name in map(str, frame.columns):
        if name == "n_rows" or name.startswith(WHOLE):
            frame[name] = frame[name].astype("int64")
        elif name.startswith("last_time"):
            frame[name] = frame[name].astype("datetime64[us]")
    said = [
        _unread_note(leaf.name, n) for leaf, n in zip(_read(relation, grouping), unread, strict=True) if n
    ]
    if counts[DROPPED]:
        said.append(f"{counted(counts[DROPPED], NO_JSON if relation.drops_lost else RAGGED)}.")
    said += map(str, tally.changed())
    return Groups(frame, counts[AFTER], counts[UNDATED], (*notes, *said), query)


def _readable(table: Any, grouping: Grouping) -> tuple[Any, Tally]:
    """Return keys and last values as valid text; what had to be changed is counted under its column."""
    import pyarrow as pa

    tally = Tally()
    names = {KEY: grouping.key, **{f"last_{i}": name for i, name in enumerate(grouping.lasts)}}
    for at, name in enumerate(table.column_names):
        kind = table.column(name).type
        if name in names and (pa.types.is_string(kind) or pa.types.is_binary(kind)):
            clean = clean_column(table.column(name), names[name], tally, is_text=False)
            table = table if clean is None else table.set_column(at, name, clean)
    return table, tally


def _total(table: Any, name: str) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(table.column(name)).as_py() or 0) if name in table.column_names else 0


def _unread_note(name: str, n: int) -> str:
    values = "1 value" if n == 1 else f"{n:,} values"
    return f"Column '{name}': {values} read as no number and left out of sums."


def asked(relation: Relation, grouping: Grouping, rows: Sequence[Condition]) -> str:
    """Return what is asked of Spark, without the values of conditions."""
    named = [grouping.time, *grouping.counts, *grouping.sums, *grouping.trends, *grouping.lasts]
    leaves = relation.require([name for name in dict.fromkeys(named) if name])
    return f"{relation.asked(leaves, rows, None)} group by `{grouping.key}`"
