"""Sums of each key on the server: one pass over the rows, and one row a key comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from core.errors import InvalidChoice, WrongKind
from core.sources.base import Progress
from core.sources.mongo.answers import Request
from core.sources.mongo.client import Server
from core.sources.mongo.expressions import Expression, as_number, as_time, cell, is_given, is_missing, literal
from core.sources.mongo.fields import Field, Part
from core.sources.mongo.groups import groups_of, result_fields
from core.sources.mongo.pipeline import Question, without_values
from core.sources.mongo.read import Sink, read
from core.sources.mongo.shape import Node
from core.sources.mongo.types import Kind, kind_of_name
from core.sources.selection import Grouping, Groups

FIRST_DAY = datetime(2000, 1, 1)
"""Day 0 of a trend."""
DAY_MILLISECONDS = 86_400_000
GROUPED = 0.9
"""The fraction of a grouping at which all groups have come."""


def group_documents(
    server: Server,
    question: Question,
    grouping: Grouping,
    *,
    database: str,
    tell: Progress,
) -> Groups:
    """Return the sums of each key; raises ColumnNotFound, InvalidChoice, WrongKind, SourceUnavailable."""
    name = question.collection.name
    asked = Asked(grouping, lambda column: question.fields.named(column, where="the measures"))
    asked.check()
    rules = question.collection.collation
    if rules:
        raise InvalidChoice(
            f"The view '{name}' compares text by the rules of '{rules}', not exactly.",
            hint="Read the collection behind it.",
        )
    pipeline = [*question.stages, *asked.stages()]
    fields = result_fields(grouping)
    root = Node()
    for field in fields:
        root.at(field.path)
    sink = Sink(root, fields, (), server.connections.limits, name)
    read(
        server,
        Request(database, name, pipeline, question.options),
        sink,
        tell=lambda n: tell(GROUPED * (0.5 if n else 0.1), f"{n:,} groups of '{name}'"),
    )
    table, _ = sink.finish()
    query = json.dumps(without_values(pipeline), ensure_ascii=False)
    return groups_of(table, grouping, query=query)


@dataclass(frozen=True, eq=False)
class Asked:
    """A grouping, and the columns that it names."""

    grouping: Grouping
    find: Callable[[str], Field]

    def check(self) -> None:
        """Do nothing if all columns fit; raises ColumnNotFound, InvalidChoice, WrongKind."""
        grouping = self.grouping
        for name in (grouping.key, *grouping.counts, *grouping.lasts):
            self.find(name)
        if (grouping.trends or grouping.lasts) and not grouping.time:
            raise InvalidChoice(
                "A last value or a trend needs the column that says when a row happened.",
                hint="Choose the time column.",
            )
        if grouping.time and not self.find(grouping.time).info.is_time:
            raise WrongKind(
                f"The column '{grouping.time}' holds no dates.", hint="Choose a date column as the time."
            )
        for name in (*grouping.sums, *grouping.trends):
            if not has_numbers(self.find(name)):
                raise WrongKind(
                    f"The column '{name}' holds no numbers.", hint="Sum, mean and trend need a number column."
                )

    def stages(self) -> list[dict[str, Any]]:
        """Return the stages after the rows were chosen: cells, what of them counts, sums."""
        return [{"$project": self._cells()}, {"$project": self._counting()}, {"$group": self._sums()}]

    def _cells(self) -> dict[str, Expression]:
        """Return key, time and values of each row."""
        grouping = self.grouping
        cells: dict[str, Expression] = {"_id": 0, "k": cell(self.find(grouping.key))}
        if grouping.time:
            cells["t"] = as_time(self.find(grouping.time))
        for i, name in enumerate(grouping.counts):
            cells[f"c{i}"] = self._is_there(name)
        for letter, columns in (("s", grouping.sums), ("r", grouping.trends)):
            for i, name in enumerate(columns):
                cells[f"{letter}{i}"] = as_number(self.find(name))
                cells[f"{letter}{i}p"] = is_given(self.find(name))
        for i, name in enumerate(grouping.lasts):
            stored = cell(self.find(name))
            cells[f"l{i}"] = {"$cond": [is_missing(stored), None, stored]}
        return cells

    def _is_there(self, name: str) -> Expression:
        return {"$cond": [is_missing(cell(self.find(name))), 0, 1]}

    def _counting(self) -> dict[str, Expression]:
        """Return the cells again, those of rows that do not count as null."""
        kept: dict[str, Expression] = {"k": 1}
        names = [name for name in self._cells() if name not in {"_id", "k"}]
        if self.grouping.as_of is None or not self.grouping.time:
            kept |= dict.fromkeys(names, 1) | {"o": literal(1)}
        else:
            is_after = {"$gte": ["$t", literal(day_after(self.grouping.as_of))]}
            is_undated = {"$eq": ["$t", None]}
            is_out = {"$or": [is_after, is_undated]}
            kept |= {name: {"$cond": [is_out, None, f"${name}"]} for name in names}
            kept["o"] = {"$cond": [is_out, 0, 1]}
            kept["a"], kept["u"] = {"$cond": [is_after, 1, 0]}, {"$cond": [is_undated, 1, 0]}
        if self.grouping.trends:
            days = {"$divide": [{"$subtract": ["$t", literal(FIRST_DAY)]}, DAY_MILLISECONDS]}
            kept["x"] = {"$toLong": {"$floor": days}}
        return kept

    def _sums(self) -> dict[str, Expression]:
        """Return the sums of each key."""
        grouping = self.grouping
        sums: dict[str, Expression] = {"_id": "$k", "n": {"$sum": "$o"}}
        sums |= {"a": {"$sum": "$a"}, "u": {"$sum": "$u"}}
        if grouping.time:
            sums["t"] = {"$max": "$t"}
        for i in range(len(grouping.counts)):
            sums[f"c{i}"] = {"$sum": f"$c{i}"}
        for i in range(len(grouping.sums)):
            sums |= _sum_of(f"s{i}")
        for i in range(len(grouping.trends)):
            sums |= _sum_of(f"r{i}") | _trend_of(f"r{i}")
        for i in range(len(grouping.lasts)):
            both = {"$and": [_is_there(f"$l{i}"), _is_there("$t")]}
            sums[f"l{i}"] = {"$max": {"$cond": [both, {"t": "$t", "v": f"$l{i}"}, None]}}
        return sums


def _is_there(value: str) -> Expression:
    """Return whether a cell of ours, where nothing else is missing, is not null."""
    return {"$gt": [value, None]}


def _sum_of(name: str) -> dict[str, Expression]:
    """Return the sums of a number: present cells, numbers, their sum."""
    return {
        f"{name}p": {"$sum": f"${name}p"},
        f"{name}n": {"$sum": {"$cond": [_is_there(f"${name}"), 1, 0]}},
        f"{name}y": {"$sum": f"${name}"},
    }


def _trend_of(name: str) -> dict[str, Expression]:
    """Return the sums over rows with value and time; what has null in it adds nothing."""
    y, has_y, has_x = f"${name}", _is_there(f"${name}"), _is_there("$x")
    return {
        f"{name}n": {"$sum": {"$cond": [{"$and": [has_y, has_x]}, 1, 0]}},
        f"{name}x": {"$sum": {"$cond": [has_y, "$x", None]}},
        f"{name}xx": {"$sum": {"$cond": [has_y, {"$multiply": ["$x", "$x"]}, None]}},
        f"{name}y": {"$sum": {"$cond": [has_x, y, None]}},
        f"{name}xy": {"$sum": {"$multiply": ["$x", y]}},
        f"{name}m": {"$sum": {"$cond": [has_y, 1, 0]}},
    }


def has_numbers(field: Field) -> bool:
    """Whether a column holds numbers or flags, or nothing at all as far as the sample tells."""
    kinds = {kind_of_name(name) for name, _ in field.types}
    return field.part is Part.COUNT or not kinds or bool(kinds & {Kind.NUMBER, Kind.FLAG})


def day_after(day: Any) -> datetime:
    """Return the first moment of the next day."""
    return datetime.combine(day, time.min) + timedelta(days=1)
