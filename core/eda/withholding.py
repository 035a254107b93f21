"""Which counts are too small to show, and which others must go with them so that no sum gives them away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_GROUP = 10
"""Figures on fewer students than this are not shown on the exploration pages."""
SPAN = 5
"""Whoever subtracts what is shown from the totals learns a small count to a range of at least this width."""
MOST_AUDITED = 2_000
_TURNS, _BY_ITSELF = 6, 3

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


def withheld(counts: Counts, *, minimum: int = MIN_GROUP) -> Flags:
    """Return for each group whether it must not be shown.

    Groups under ``minimum`` are hidden. Then the next smallest follow, until at least two groups and at
    least ``minimum`` students are hidden together, and no hidden count is pinned to a range narrower than 5:
    a total minus what is shown then tells nothing about a small group. Groups without any student are
    never hidden.

    >>> withheld(np.array([95, 40, 5])).tolist()
    [False, True, True]
    """
    hidden = np.zeros(len(counts), dtype=np.bool_)
    order = [int(i) for i in np.argsort(counts, kind="stable") if counts[i] > 0]
    n_hidden = sum(1 for i in order if counts[i] < minimum)
    if n_hidden:
        while n_hidden < len(order) and _tells_too_much(counts[order[:n_hidden]], minimum):
            n_hidden += 1
    hidden[order[:n_hidden]] = True
    return hidden


def withheld_beside(counts: Counts, *, unknown: int, minimum: int = MIN_GROUP) -> Flags:
    """Return as ``withheld`` which groups to hide where ``unknown`` students of the whole are in none.

    Figures of the whole minus those of the groups are figures of these students, so they count as one more
    hidden group; they never stand in for a hidden group, as the students in some group may be counted too.

    >>> withheld_beside(np.array([60, 39]), unknown=1).tolist()
    [False, True]
    """
    beside = withheld(np.append(counts, unknown), minimum=minimum)[:-1]
    return withheld(counts, minimum=minimum) | beside


def _tells_too_much(hidden: Counts, minimum: int) -> bool:
    """Return whether the sum of the hidden counts, none of them zero, says too much about one of them."""
    together = int(hidden.sum())
    return len(hidden) < 2 or together < minimum or together - len(hidden) < SPAN


def may_show_part(n_part: int, *, n_whole: int, minimum: int = MIN_GROUP) -> bool:
    """Return whether figures of a part may be shown beside those of the whole: the rest counts as well.

    >>> may_show_part(40, n_whole=100), may_show_part(95, n_whole=100), may_show_part(100, n_whole=100)
    (True, False, True)
    """
    return all(n == 0 or n >= minimum for n in (n_part, n_whole - n_part))


@dataclass(frozen=True, eq=False)
class Cells:
    """What of a table of two columns must not be shown: cells, and totals of rows and of columns."""

    cells: Flags
    """Of shape (rows, columns)."""
    rows: Flags
    columns: Flags


def withheld_cells(table: Counts, *, minimum: int = MIN_GROUP) -> Cells:
    """Return what to withhold of a two-way table of which the totals are shown as well.

    Totals follow ``withheld``, and hide their whole row or column. Cells under ``minimum`` are hidden, then
    the next smallest of their row and column until no small cell can be pinned by any combination of what is
    shown to a range narrower than 5 (the bounds are found by linear programming). Where even that does
    not help, every total but the grand one is hidden too. Cells of zero are shown. In tables of more than
    2,000 cells the rule for one row or column is all that is applied.
    """
    hidden = Cells(
        (table > 0) & (table < minimum),
        withheld(table.sum(axis=1), minimum=minimum),
        withheld(table.sum(axis=0), minimum=minimum),
    )
    hidden.cells[hidden.rows] = True
    hidden.cells[:, hidden.columns] = True
    _balance(table, hidden, minimum)
    while table.size <= MOST_AUDITED and (cell := _pinned_cell(table, hidden, minimum)) is not None:
        if not _hide_beside(table, hidden, cell):
            return Cells(*(np.ones_like(part) for part in (hidden.cells, hidden.rows, hidden.columns)))
        _balance(table, hidden, minimum)
    return hidden


def _balance(table: Counts, hidden: Cells, minimum: int) -> None:
    """Hide further cells until the rule for one row or column holds in each."""
    lines = [(table[i], hidden.cells[i]) for i in np.flatnonzero(~hidden.rows)]
    lines += [(table[:, j], hidden.cells[:, j]) for j in np.flatnonzero(~hidden.columns)]
    while any(_hide_in(counts, flags, minimum) for counts, flags in lines):
        pass


def _hide_in(counts: Counts, flags: Flags, minimum: int) -> bool:
    """Hide the smallest shown cell of a line that tells too much; return whether there was one."""
    gone = counts[flags & (counts > 0)]
    shown = np.flatnonzero(~flags & (counts > 0))
    if not len(gone) or not len(shown) or not _tells_too_much(gone, minimum):
        return False
    flags[shown[np.argmin(counts[shown])]] = True
    return True


def _hide_beside(table: Counts, hidden: Cells, cell: tuple[int, int]) -> bool:
    """Hide the smallest shown cell of the cell's row and column, or else of the table, if there is one."""
    shown = ~hidden.cells & (table > 0)
    beside = np.zeros_like(shown)
    beside[cell[0]] = beside[:, cell[1]] = True
    for place in (shown & beside, shown):
        if place.any():
            smallest = np.argmin(np.where(place, table, table.max() + 1))
            hidden.cells[np.unravel_index(smallest, table.shape)] = True
            return True
    return False


def _pinned_cell(table: Counts, hidden: Cells, minimum: int) -> tuple[int, int] | None:
    """Return a small cell that what is shown pins; None if there is none."""
    places = np.argwhere(hidden.cells)
    if not len(places) or hidden.rows.all() or hidden.columns.all():
        return None
    counts = table[hidden.cells]
    sums = [places[:, 0] == i for i in np.flatnonzero(~hidden.rows)]
    sums += [places[:, 1] == j for j in np.flatnonzero(~hidden.columns)]
    sums.append(np.ones(len(places), dtype=np.bool_))
    inside = ~hidden.rows[places[:, 0]] & ~hidden.columns[places[:, 1]]
    targets = np.eye(len(places))[(counts > 0) & (counts < minimum)]
    found = pinned(counts, sums=np.stack(sums), targets=targets, floor=inside.astype(np.int64))
    if found is None:
        return None
    row, column = places[np.argmax(targets[found])]
    return int(row), int(column)


def pinned(
    counts: Counts,
    *,
    sums: NDArray[np.generic],
    targets: NDArray[np.generic],
    floor: Counts | None = None,
    span: int = SPAN,
) -> int | None:
    """Return the first target that the sums pin to a range narrower than ``span``; None if there is none.

    ``sums`` (known sums by counts) and ``targets`` (protected sums by counts) hold 0 and 1; each count is
    known to be at least its ``floor`` (zero). Bounds by linear programming.
    """
    from scipy.optimize import linprog

    wanted = np.asarray(targets, dtype=np.float64)
    least = np.zeros(len(counts), dtype=np.int64) if floor is None else floor
    room = _Room(counts, np.asarray(sums, dtype=np.float64), least)
    low, high = room.ranges(wanted, span)
    bounds = np.column_stack([room.least, np.full(len(counts), np.inf)])
    for i, target in enumerate(wanted):
        for sign in (1.0, -1.0):
            if high[i] - low[i] >= span:
                break
            found = linprog(sign * target, A_eq=room.known, b_eq=room.known @ counts, bounds=bounds)
            if found.success:
                # What one target can be says much about the others: most need no search of their own.
                low, high = np.minimum(low, wanted @ found.x), np.maximum(high, wanted @ found.x)
            else:
                high[i] = np.inf
        if high[i] - low[i] < span - 1e-6:
            return i
    return None


def suspects(counts: Counts, *, sums: NDArray[np.generic], targets: NDArray[np.generic]) -> Flags:
    """Return the targets of ``pinned`` that a quick search leaves: the pinned ones, and perhaps others."""
    room = _Room(counts, np.asarray(sums, dtype=np.float64), np.zeros_like(counts))
    low, high = room.ranges(np.asarray(targets, dtype=np.float64), SPAN)
    flags: Flags = high - low < SPAN
    return flags


@dataclass(frozen=True, eq=False)
class _Room:
    """The counts that what is shown leaves possible."""

    counts: Counts
    known: NDArray[np.float64]
    least: NDArray[np.generic]

    def ranges(self, wanted: NDArray[np.float64], span: int) -> tuple[NDArray[np.float64], ...]:
        """Return for each target a low and a high value that it can have, if not the lowest and highest.

        Each search moves all targets whose range is still narrow at once, up and down in turn.
        """
        low, high = (wanted @ self.counts for _ in range(2))
        before = len(wanted) + 1
        for turn in range(_TURNS):
            narrow = np.flatnonzero(high - low < span)
            if len(narrow) <= _BY_ITSELF or (turn % 2 == 0 and len(narrow) == before):
                break
            before = len(narrow) if turn % 2 == 0 else before
            found = self._moved(wanted[narrow], low[narrow] + span, high[narrow] - span, up=turn % 2 == 0)
            if found is not None:
                low, high = np.minimum(low, wanted @ found), np.maximum(high, wanted @ found)
        return low, high

    def _moved(
        self, wanted: NDArray[np.float64], top: NDArray[np.float64], bottom: NDArray[np.float64], *, up: bool
    ) -> NDArray[np.float64] | None:
        """Return counts that move the targets together: up, at most to ``top``, or down to ``bottom``."""
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, eye_array, hstack

        n, width = wanted.shape
        sign = 1.0 if up else -1.0
        apart = hstack([csr_array(-sign * wanted), sign * eye_array(n)])
        ends = (np.full(n, -np.inf), top) if up else (bottom, np.full(n, np.inf))
        bounds = np.column_stack([np.r_[self.least, ends[0]], np.r_[np.full(width, np.inf), ends[1]]])
        known = hstack([csr_array(self.known), csr_array((len(self.known), n))])
        found = linprog(
            np.r_[np.zeros(width), np.full(n, -sign)],
            A_ub=apart, b_ub=np.zeros(n), A_eq=known, b_eq=self.known @ self.counts, bounds=bounds,
        )  # fmt: skip
        return found.x[:width] if found.success else None
