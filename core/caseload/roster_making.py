"""The list made once of arrays that are handed over: what every viewer shares."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.caseload.roster import MOST_KEPT, Roster
from core.caseload.roster_kept import Kept
from core.caseload.roster_names import NameSearch, prepare_names
from core.caseload.roster_query import TITLES
from core.caseload.roster_search import IdSearch
from core.caseload.roster_values import Coded, Floats, RosterColumn, Rows, Texts


def make_roster(
    *,
    student_ids: Texts,
    order: Rows,
    risk: Floats,
    names: Texts | None = None,
    columns: Iterable[RosterColumn] = (),
) -> Roster:
    """Return the list of these students, with their rank, id, risk and name as columns.

    ``order`` holds the row of the student at each rank, the highest risk first. About 2 s for 1,000,000
    students; arrays and texts are held, not copied.
    """
    held = order.astype(np.uint32)
    rank = np.empty_like(held)
    rank[held] = np.arange(len(held), dtype=np.uint32)
    by_id = pc.sort_indices(pa.array(student_ids, pa.large_string())).to_numpy().astype(np.uint32)
    search, named = (None, ()) if names is None else _named(names)
    roster = Roster(
        student_ids=student_ids,
        rank=rank,
        order=held,
        by_id=by_id,
        id_search=IdSearch.of(student_ids),
        name_search=search,
        columns={},
        kept=Kept(MOST_KEPT),
    )
    # What sorting the texts took goes back to the system: at 1,000,000 students 160 MiB.
    pa.default_memory_pool().release_unused()
    return roster.with_columns(*_own_columns(roster, risk), *named, *columns)


def _named(names: Texts) -> tuple[NameSearch, tuple[RosterColumn]]:
    """Return what names are found by, and the column of them."""
    search, coded = prepare_names(names)
    return search, (RosterColumn("name", TITLES["name"], names.__getitem__, lambda: coded),)


def _own_columns(roster: Roster, risk: Floats) -> tuple[RosterColumn, ...]:
    return (
        RosterColumn(
            "rank",
            TITLES["rank"],
            lambda rows: roster.rank[rows].astype(np.int64) + 1,
            lambda: Coded(roster.rank.astype(np.uint32), np.arange(1.0, len(roster.rank) + 1)),
        ),
        RosterColumn(
            "student_id",
            TITLES["student_id"],
            roster.student_ids.__getitem__,
            lambda: _coded_ids(roster.by_id),
        ),
        RosterColumn(
            "risk",
            TITLES["risk"],
            lambda rows: np.rint(risk[rows] * 100).astype(np.int64),
            lambda: _coded_risks(roster, risk),
        ),
    )


def _coded_ids(by_id: Rows) -> Coded:
    places = np.empty(len(by_id), dtype=np.uint32)
    places[by_id] = np.arange(len(by_id), dtype=np.uint32)
    return Coded(places, range(len(by_id)))


def _coded_risks(roster: Roster, risk: Floats) -> Coded:
    """Return the risks in percent; they stand in the order of the ranks, so nothing is sorted."""
    falling = percents(risk[roster.order])
    is_new = np.ones(len(falling), dtype=np.bool_)
    is_new[1:] = falling[1:] != falling[:-1]
    n_values = int(np.count_nonzero(is_new))
    places = np.empty(len(falling), dtype=np.uint32)
    places[roster.order] = n_values - np.cumsum(is_new)
    return Coded(places, falling[is_new][::-1])


def percents(risk: Floats) -> Floats:
    """Return risks in percent, without the last digits that the product makes up.

    >>> percents(np.array([0.29]))[0]
    np.float64(29.0)
    """
    return np.round(risk * 100, 9)
