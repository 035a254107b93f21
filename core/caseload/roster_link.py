"""A view of the list as the text of a link, which names nobody: no student, and no search unless it is saved.

Every part of the text must be known, so that a link means the same wherever it is opened, or is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode

from core.caseload.roster_query import USUAL, Between, Condition, OneOf, Query, SortBy
from core.errors import InvalidChoice

LONGEST_LINK = 2_000
"""Letters: what every browser and mail program carries."""
NOBODY = ("student_id", "name")
"""Columns that no filter of a link may name."""
_WHOLE = re.compile(r"[0-9]{1,9}")
_END = r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]{1,3})?"
_RANGE = re.compile(rf"({_END})?\.\.({_END})?(\?)?")
_FIELDS = ("start", "size", "sort", "columns", "is.COLUMN", "in.COLUMN")
_SEARCH = "search"


def link_of(query: Query, *, with_search: bool = False) -> str:
    """Return a query as the text of a link; the search only ``with_search``, as for a saved view.

    Raises InvalidChoice for a filter by id or name, and for a text that is too long.

    >>> link_of(Query(start=50, sort=(SortBy("days", falling=True),), search="Ana"))
    'start=50&sort=-days'
    """
    text = urlencode(list(_parts(query, with_search=with_search)))
    if len(text) > LONGEST_LINK:
        raise InvalidChoice(
            f"The link would have {len(text):,} letters.",
            hint=f"At most {LONGEST_LINK:,}: choose fewer values.",
        )
    return text


def query_of(text: str, *, with_search: bool = False) -> Query:
    """Return the query that a link means; raises InvalidChoice in one sentence for whatever is not known.

    >>> query_of("in.work_hours=20..&is.need=high").where[0]
    Between(column='work_hours', low=20.0, high=None, or_missing=False)
    """
    if len(text) > LONGEST_LINK:
        raise _unreadable(f"has {len(text):,} letters", f"At most {LONGEST_LINK:,} are read.")
    try:
        parts = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict") if text else []
    except ValueError:
        raise _unreadable("cannot be taken apart", "It is made of 'name=value', joined by '&'.") from None
    fields: dict[str, list[str]] = {}
    for name, value in parts:
        fields.setdefault(name, []).append(value)
    return _query(fields, with_search=with_search)


def _parts(query: Query, *, with_search: bool) -> Iterator[tuple[str, str]]:
    """Give the parts of a link; what is as usual is left out."""
    usual = Query()
    for name in ("start", "size"):
        if getattr(query, name) != getattr(usual, name):
            yield name, str(getattr(query, name))
    for one in query.sort:
        yield "sort", f"-{one.column}" if one.falling else f"+{one.column}"
    if query.columns != USUAL:
        yield "columns", " ".join(query.columns)
    for condition in query.where:
        _require_nobody(condition.column)
        yield from _condition_parts(condition)
    if with_search and query.search.strip():
        yield _SEARCH, query.search


def _condition_parts(condition: Condition) -> Iterator[tuple[str, str]]:
    if isinstance(condition, Between):
        low, high = ("" if end is None else repr(float(end)) for end in (condition.low, condition.high))
        yield f"in.{condition.column}", f"{low}..{high}{'?' if condition.or_missing else ''}"
        return
    for value in condition.values:
        yield f"is.{condition.column}", value
    if condition.or_missing:
        yield f"is.{condition.column}", ""


def _query(fields: dict[str, list[str]], *, with_search: bool) -> Query:
    chosen: dict[str, Any] = {"where": []}
    for name, values in fields.items():
        kind, dot, column = name.partition(".")
        if dot and column and kind in ("is", "in"):
            _require_nobody(column)
            chosen["where"].append(_one_of(column, values) if kind == "is" else _between(column, values))
        elif name == "sort":
            chosen[name] = tuple(map(_sort, values))
        elif name in ("start", "size"):
            chosen[name] = _whole(name, values)
        elif name == "columns":
            chosen[name] = tuple(_only(name, values).split())
        elif name == _SEARCH and with_search:
            chosen[name] = _only(name, values)
        else:
            raise _unreadable(f"has the unknown part '{name}'", f"Known: {', '.join(_FIELDS)}.")
    return Query(**{**chosen, "where": tuple(chosen["where"])})


def _one_of(column: str, values: list[str]) -> OneOf:
    return OneOf(column, tuple(value for value in values if value), or_missing="" in values)


def _between(column: str, values: list[str]) -> Between:
    found = _RANGE.fullmatch(_only(f"in.{column}", values))
    if found is None:
        raise _unreadable(f"has no range for '{column}'", "A range is written '20..60', '20..' or '..60'.")
    low, high = (None if end is None else float(end) for end in found.groups()[:2])
    return Between(column, low, high, or_missing=found[3] is not None)


def _sort(value: str) -> SortBy:
    if value[:1] not in ("+", "-") or not value[1:]:
        raise _unreadable(
            f"cannot be sorted by '{value}'", "A column is written '+days' to rise and '-days' to fall."
        )
    return SortBy(value[1:], falling=value[0] == "-")


def _whole(name: str, values: list[str]) -> int:
    value = _only(name, values)
    if not _WHOLE.fullmatch(value):
        raise _unreadable(f"has no whole number for '{name}'", "Give one from 0.")
    return int(value)


def _only(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise _unreadable(f"has '{name}' {len(values)} times", "Once is allowed.")
    return values[0]


def _require_nobody(column: str) -> None:
    if column in NOBODY:
        raise InvalidChoice(f"A link cannot choose students by '{column}'.", hint="Links name nobody.")


def _unreadable(what: str, hint: str) -> InvalidChoice:
    return InvalidChoice(f"The link {what}.", hint=hint)
