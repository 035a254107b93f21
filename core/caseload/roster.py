"""The list of students, prepared once and shared by all viewers: paged, sorted, filtered and searched."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Self

import numpy as np

from core.caseload.roster_conditions import meets
from core.caseload.roster_kept import Kept
from core.caseload.roster_names import NameSearch
from core.caseload.roster_order import sorted_all, sorted_few
from core.caseload.roster_query import Query
from core.caseload.roster_search import IdSearch, folded, words_of
from core.caseload.roster_values import Coded, Flags, RosterColumn, Rows, Texts
from core.errors import ColumnNotFound, WrongKind

MOST_KEPT = 96 * 2**20
"""Bytes of orders, columns and selections that are kept for all viewers together."""
FEW = 8
"""Where at most one student in so many is chosen, only those chosen are sorted."""


@dataclass(frozen=True, eq=False)
class Scope:
    """The only students that somebody may see; of the others nothing is shown, found or counted."""

    rows: Rows = field(repr=False)

    @property
    def key(self) -> bytes:
        """What tells two scopes apart."""
        return self.rows.tobytes()


@dataclass(frozen=True, eq=False)
class Roster:
    """All students in the order of their ranks; made by ``make_roster``. Arrays are read-only.

    Rows are in the order of the table that the risks were made of.
    """

    student_ids: Texts = field(repr=False)
    """As text; no two are equal."""
    rank: Rows = field(repr=False)
    """Of each row, from 0."""
    order: Rows = field(repr=False)
    """The row of each rank."""
    by_id: Rows = field(repr=False)
    """The rows in the order of their ids."""
    id_search: IdSearch = field(repr=False)
    name_search: NameSearch | None = field(repr=False)
    columns: Mapping[str, RosterColumn] = field(repr=False)
    kept: Kept = field(repr=False)
    """Shared with every roster that ``with_columns`` makes of this one."""

    @property
    def n_students(self) -> int:
        """All students."""
        return len(self.order)

    @property
    def nbytes(self) -> int:
        """The bytes of memory held beside the arrays that were handed over."""
        named = 0 if self.name_search is None else self.name_search.nbytes
        arrays = self.rank.nbytes + self.order.nbytes + self.by_id.nbytes
        return arrays + self.id_search.nbytes + named + self.kept.nbytes

    def with_columns(self, *columns: RosterColumn) -> Self:
        """Return the roster with these columns, new or in the place of others; all else is shared."""
        return replace(self, columns={**self.columns, **{one.key: one for one in columns}})

    def without(self, *keys: str) -> Self:
        """Return the roster without these columns: nothing is shown, found or sorted by them."""
        left = {key: column for key, column in self.columns.items() if key not in keys}
        return replace(self, columns=left, name_search=None if "name" in keys else self.name_search)

    def rows(self, query: Query, scope: Scope | None = None) -> Rows:
        """Return the row of every student whom a query keeps, sorted; its page does not count.

        Raises ColumnNotFound, WrongKind, InvalidChoice.
        """
        keys = [self.column(one.column) for one in query.sort]
        tested = [self.column(one.column) for one in query.where]
        make = partial(self._rows, query, scope)
        if scope is None and not query.narrows:
            return self._order(query)
        stamps = tuple((column.key, column.stamp) for column in (*keys, *tested))
        hidden = self.name_search is None
        return self.kept.get(("rows", query.everyone(), stamps, hidden, scope and scope.key), make)

    def rows_of(self, student_ids: Iterable[str]) -> Rows:
        """Return the rows of the ids that are in the list, by rank; others are left out."""
        found = {row for one in student_ids if (row := self._row_of(one)) is not None}
        rows = np.fromiter(found, dtype=self.order.dtype, count=len(found))
        return rows[np.argsort(self.rank[rows])]

    def column(self, key: str) -> RosterColumn:
        """Return a column to sort or filter by; raises ColumnNotFound, WrongKind."""
        usable = [name for name, column in self.columns.items() if column.coded is not None]
        if key not in self.columns:
            raise ColumnNotFound.of(key, usable, where="the list")
        if key not in usable:
            raise _unsortable(key)
        return self.columns[key]

    def coded(self, column: RosterColumn) -> Coded:
        """Return the values of a column of all students; worked out once and kept."""
        make = column.coded
        if make is None:
            raise _unsortable(column.key)
        return self.kept.get(("coded", column.key, column.stamp), make)

    def _row_of(self, student_id: str) -> int | None:
        at = bisect_left(self.by_id, student_id, key=self.student_ids.__getitem__)
        if at == len(self.by_id) or self.student_ids[self.by_id[at]] != student_id:
            return None
        return int(self.by_id[at])

    def _keys(self, query: Query) -> list[tuple[Coded, bool]]:
        return [(self.coded(self.column(one.column)), one.falling) for one in query.sort]

    def _order(self, query: Query) -> Rows:
        """Return all rows in the order of a query."""
        if not query.sort:
            return self.order
        stamps = tuple((self.column(one.column).stamp, one) for one in query.sort)
        return self.kept.get(
            ("order", stamps), lambda: sorted_all(self._keys(query), rank=self.rank, order=self.order)
        )

    def _rows(self, query: Query, scope: Scope | None) -> Rows:
        some = None if scope is None else scope.rows
        met = self._met(query, some)
        if some is not None:
            return sorted_few(some[met], self._keys(query), rank=self.rank)
        if np.count_nonzero(met) * FEW <= self.n_students:
            few = np.flatnonzero(met).astype(self.order.dtype)
            return sorted_few(few, self._keys(query), rank=self.rank)
        every = self._order(query)
        return every[met[every]]

    def _met(self, query: Query, some: Rows | None) -> Flags:
        """Return for each row (of ``some``, if given) whether it meets all that a query asks."""
        met = np.ones(self.n_students if some is None else len(some), dtype=np.bool_)
        for one in query.where:
            met &= meets(self.coded(self.column(one.column)), one, some)
        if query.search.strip():
            found = self._found(query.search.strip())
            met &= found if some is None else found[some]
        return met

    def _found(self, text: str) -> Flags:
        found = self.id_search.holding(folded(text))
        if self.name_search is not None:
            found |= self.name_search.beginning(words_of(text))
        return found


def _unsortable(key: str) -> WrongKind:
    return WrongKind(
        f"The list cannot be sorted or filtered by '{key}'.", hint="It is worked out for a page only."
    )
